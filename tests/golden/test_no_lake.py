"""A lake that `--lake` names must be there, unless the command makes it; others may be missing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from entrepot import cli
from made_comtrade import row, text_of

if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[..., tuple[int, str, str]]

EXAMPLE = Path(__file__).parent.parent.parent / "examples" / "russia-china-dependence.yaml"
ASK = ("ask", "value", "--importer", "RUS", "--exporter", "CHN", "--period", "2022")


@pytest.mark.parametrize(
    "words",
    [
        ASK,
        (*ASK, "--engine", "spark"),
        ("brief", "RUS"),
        ("chart", *ASK[1:], "--out", "out.svg"),
        ("check", str(EXAMPLE)),
        ("reconcile",),
        ("watch",),
        ("watch", "watch.yaml", "--stop"),
        ("serve",),
        ("published", "list"),
        ("goods", "match", "chpl", "--to", "HS2017"),
        ("data", "list"),
        ("data", "sources"),
        ("data", "show", "baci"),
        ("data", "check"),
        ("data", "remove", "baci"),
        ("data", "export", "baci", "out.csv"),
    ],
)
def test_a_mistyped_lake_is_refused(entrepot: Run, tmp_path: Path, words: tuple[str, ...]) -> None:
    away = tmp_path / "lakee"
    code, out, err = entrepot(*words, "--lake", str(away))
    assert (code, out) == (2, "")
    assert f"no such folder\n  where: --lake {away}" in err
    assert not away.exists()


def test_every_lake_is_opened_in_one_place() -> None:
    """What opens a lake by itself would take a name that is not there for an empty lake."""
    opened = {
        path.name: [name for name in ("Lake.open", "open_new_lake(") if name in path.read_text()]
        for path in sorted((Path(cli.__file__).parent).glob("*.py"))
    }
    assert {name for name, found in opened.items() if "Lake.open" in found} == {"common.py"}
    creating = {name for name, found in opened.items() if "open_new_lake(" in found}
    assert {"data.py", "data_get.py"} <= creating
    others = {name for name in creating if not name.startswith("data")}
    assert others <= {"common.py", "setup.py"}


def test_a_missing_lake_of_the_environment_is_said(
    entrepot: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = tmp_path / "lakee"
    monkeypatch.setenv("ENTREPOT_LAKE", str(away))
    code, out, err = entrepot(*ASK)
    assert code == 0
    assert "published" in out
    assert err == f"note: no data loaded in {away}; only bundled data are available\n"
    assert not away.exists()


def test_an_empty_lake_is_said(entrepot: Run, tmp_path: Path) -> None:
    code, _, err = entrepot(*ASK, "--lake", str(tmp_path))
    assert (code, f"no data loaded in {tmp_path}" in err) == (0, True)


def test_nothing_is_said_where_it_is_made_or_there(entrepot: Run, tmp_path: Path) -> None:
    lake, file = tmp_path / "lake", tmp_path / "reports.csv"
    file.write_text(text_of([row(1e9, reporter=643, partner=156)]))
    code, _, err = entrepot("data", "add", "comtrade", str(file), "--lake", str(lake))
    assert (code, "no data loaded" in err) == (0, False)
    assert "no data loaded" not in entrepot(*ASK, "--lake", str(lake))[2]


def test_a_missing_lake_of_the_default_is_said(
    entrepot: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ENTREPOT_LAKE", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    code, _, err = entrepot(*ASK)
    assert (code, err.startswith("note: no data loaded in ")) == (0, True)


def test_what_ships_answers_without_a_lake(entrepot: Run, tmp_path: Path) -> None:
    keys = ("--importer", "DEU", "--exporter", "CHN", "--goods", "850511", "--period", "2022")
    code, out, _ = entrepot("ask", "import_share", *keys)
    assert code == 0
    assert "82.5\xa0%" in out
    assert "The bundled data are 30 codes of BACI for 2022" in " ".join(out.split())
    code, out, _ = entrepot("data", "show", "minerals")
    assert code == 0
    assert "Etalab 2.0" in out
    code, out, _ = entrepot("data", "list")
    assert "30 codes of critical minerals" in " ".join(out.split())
    target = tmp_path / "rows.csv"
    code, out, _ = entrepot("data", "export", "minerals", str(target), "--importer", "DEU")
    assert (code, len(target.read_text().splitlines())) == (0, 706)
