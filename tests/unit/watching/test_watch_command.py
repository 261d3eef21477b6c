"""`entrepot watch` on a screen: its words, its JSON and its exit codes."""

from __future__ import annotations

import errno
import json
import os
from typing import TYPE_CHECKING

import pytest
from typer.testing import CliRunner

from entrepot.cli.main import app
from entrepot.lake import Lake, publish

if TYPE_CHECKING:
    from pathlib import Path

WATCH = """\
format: 1
figures:
  - {id: bought, measure: value, importer: KAZ, exporter: CHN, period: 2023, source: baci}
"""


def add(folder: Path, vintage: str, value: float) -> None:
    path = folder / f"BACI_HS17_Y2023_{vintage}.csv"
    path.write_text(f"t,i,j,k,v,q\n2023,156,398,854231,{value},1\n", encoding="utf-8")
    Lake.open(folder / "lake").add("baci", [path])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "w.yaml").write_text(WATCH, encoding="utf-8")
    return tmp_path


def run(folder: Path, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["watch", *words, "--lake", str(folder / "lake")])
    return done.exit_code, done.stdout


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS])
def test_a_lake_that_may_only_be_read_is_compared_and_says_that_it_remembers_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    file = str(folder / "w.yaml")
    add(folder, "V202401", 50)
    assert run(folder, file)[0] == 0
    add(folder, "V202501", 60)

    def refused(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patched:
        patched.setattr(publish, "replace_text", refused)
        code, text = run(folder, file, "--json")
        assert (code, json.loads(text)["not_stored"]) == (
            1,
            f"no permission to write in {folder / 'lake'}",
        )
        code, text = run(folder)
        assert code == 1
        assert "not stored: no permission to write in" in text
        code, text = run(folder, "--no-remember")
        assert (code, "not stored" in text) == (1, False)
        new = folder / "new.yaml"
        new.write_text((folder / "w.yaml").read_text())
        for more in ((), ("--no-remember",)):  # it would begin anew each time
            text = run(folder, str(new), *more)[1]
            assert "compared with nothing yet" in text
            assert "from now on" not in text
    code, text = run(folder)  # still compared with what was seen at first
    assert (code, "not stored" in text) == (1, False)


def test_a_watch_from_first_to_last(folder: Path) -> None:
    file = str(folder / "w.yaml")
    (folder / "lake").mkdir()
    assert run(folder, file)[0] == 3  # an empty lake
    add(folder, "V202401", 50)
    code, text = run(folder)
    assert code == 1
    assert "1 of 1 figure changed since" in text
    code, text = run(folder, file)
    assert (code, "none of 1 figure changed" in text) == (0, True)
    add(folder, "V202501", 60)
    code, text = run(folder, file, "--no-remember")
    assert code == 1
    assert "USD 50,000" in text.replace("\u00a0", " ")
    assert "USD 60,000" in text.replace("\u00a0", " ")
    assert "baci: " in text
    code, text = run(folder, file, "--json")
    found = json.loads(text)
    assert code == 1
    assert found["summary"] == {"figures": 1, "claims": 0, "changed": 1, "new": 0}
    assert found["watched"][0]["figures"][0]["changed"] == ["value"]
    assert run(folder, file, "--stop")[0] == 0
    assert not (folder / "lake" / "watched" / "w.yaml.json").exists()
