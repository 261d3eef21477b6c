"""A lake that was named and is not there is told of; one that is to be made is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from made_comtrade import row, text_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., tuple[int, str, str]]

ASK = ("ask", "value", "--importer", "RUS", "--exporter", "CHN", "--period", "2022")


@pytest.mark.parametrize("by_name", [True, False])
def test_a_mistyped_lake_is_said(
    entrepot: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by_name: bool
) -> None:
    away = tmp_path / "lakee"
    if not by_name:
        monkeypatch.setenv("ENTREPOT_LAKE", str(away))
    code, out, err = entrepot(*ASK, *(("--lake", str(away)) if by_name else ()))
    assert code == 0
    assert "published" in out
    assert f"no data loaded in {away}" in err
    assert not away.exists()


def test_nothing_is_said_where_it_is_made_or_there(entrepot: Run, tmp_path: Path) -> None:
    lake, file = tmp_path / "lake", tmp_path / "reports.csv"
    file.write_text(text_of([row(1e9, reporter=643, partner=156)]))
    code, _, err = entrepot("data", "add", "comtrade", str(file), "--lake", str(lake))
    assert (code, "no data loaded" in err) == (0, False)
    assert "no data loaded" not in entrepot(*ASK, "--lake", str(lake))[2]
    assert "no data loaded" not in entrepot("data", "list", "--lake", str(tmp_path / "other"))[2]


def test_nothing_is_said_of_the_default(
    entrepot: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ENTREPOT_LAKE", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert "no data loaded" not in entrepot(*ASK)[2]


def test_what_ships_answers_without_a_lake(entrepot: Run, tmp_path: Path) -> None:
    keys = ("--importer", "DEU", "--exporter", "CHN", "--goods", "850511", "--period", "2022")
    code, out, _ = entrepot("ask", "import_share", *keys)
    assert code == 0
    assert "82.5\xa0%" in out
    assert "30 codes ship with the program" in " ".join(out.split())
    code, out, _ = entrepot("data", "show", "minerals")
    assert code == 0
    assert "Etalab 2.0" in out
    code, out, _ = entrepot("data", "list")
    assert "30 codes of critical minerals" in " ".join(out.split())
    target = tmp_path / "rows.csv"
    code, out, _ = entrepot("data", "export", "minerals", str(target), "--importer", "DEU")
    assert (code, len(target.read_text().splitlines())) == (0, 706)
