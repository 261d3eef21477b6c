"""An error ends the program: words on standard error, and data where data were asked for."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import pytest

from entrepot.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., tuple[object, str, str]]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    monkeypatch.setenv("ENTREPOT_LAKE", str(tmp_path / "lake"))

    def _run(*words: str) -> tuple[object, str, str]:
        monkeypatch.setattr(sys, "argv", ["entrepot", *words])
        with pytest.raises(SystemExit) as ended:
            main.run()
        return ended.value.code, *capsys.readouterr()

    return _run


@pytest.mark.parametrize(
    ("words", "kind", "code", "what"),
    [
        (("data", "add", "baci", "absent.csv"), "bad_file", 2, "no such file"),
        (("data", "show", "bacci"), "unknown_name", 2, "unknown source: 'bacci'"),
        (("data", "remove", "baci"), "no_evidence", 3, "nothing of baci is held"),
        (("data", "add", "baci"), "request", 2, "no file to add"),
        (("data", "show"), "request", 2, "Missing argument 'SOURCE'."),
        (("data", "list", "--colour"), "request", 2, "No such option: --colour"),
    ],
)
def test_with_json_an_error_is_data(
    run: Run, words: tuple[str, ...], kind: str, code: int, what: str
) -> None:
    ended, printed, _ = run(*words, "--json")
    told = json.loads(printed)
    assert (ended, told["exit_code"]) == (code, code)
    assert (told["error"]["kind"], told["error"]["what"]) == (kind, what)
    assert set(told["error"]) == {"kind", "what", "where", "why", "hint"}
    ended, printed, said = run(*words)
    assert (ended, printed) == (code, "")
    assert what in said


def test_a_defect_is_no_finding(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr(main, "app", broken)
    ended, printed, said = run("data", "list", "--json")
    told = json.loads(printed)
    assert (ended, told["exit_code"], told["error"]["kind"]) == (70, 70, "defect")
    assert told["error"]["why"] == "ZeroDivisionError: by nothing"
    assert "Traceback" in said


def test_a_disk_that_is_full_is_no_defect(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(main, "app", full)
    ended, printed, said = run("data", "list", "--json")
    assert (ended, json.loads(printed)["error"]["kind"]) == (4, "outside")
    assert "No space left" in said


def test_what_is_done_ends_with_zero(run: Run) -> None:
    assert run("data", "list", "--json")[:2] == (0, "[]\n")
    assert run("--version")[0] == 0
    assert run("data", "add", "--help")[0] == 0
