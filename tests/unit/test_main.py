"""An error ends the program: words on standard error, and data where data were asked for."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest
from pydantic_core import SchemaError

from entrepot.cli import main
from entrepot.lake import Lake

if TYPE_CHECKING:
    from collections.abc import Callable

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
        (("data", "remove", "baci"), "no_evidence", 3, "baci is not loaded"),
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


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (("ask", "import_share", "--supplier", "CHN"), "--exporter"),
        (("brief", "RUS", "--exporter", "CHN"), "--supplier"),
        (("ask", "import_share", "--hs", "8507"), "--goods"),
        (("ask", "import_share", "--year", "2023"), "--period"),
    ],
)
def test_an_option_of_another_name_is_told_the_one_it_has_here(
    run: Run, words: tuple[str, ...], meant: str
) -> None:
    ended, _, said = run(*words)
    assert ended == 2
    assert meant in said.split("Possible options", 1)[1]


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (("brief", "--importer", "DEU"), "IMPORTER stands alone: entrepot brief IMPORTER"),
        (("data", "show", "--source", "baci"), "SOURCE stands alone: entrepot data show SOURCE"),
        (("data", "add", "baci", "--file", "x.csv"), "alone: entrepot data add SOURCE FILE"),
    ],
)
def test_a_word_that_stands_alone_is_not_likened_to_an_option(
    run: Run, words: tuple[str, ...], meant: str
) -> None:
    ended, _, said = run(*words)
    assert ended == 2
    assert meant in said
    assert "Possible options" not in said


@pytest.mark.parametrize(
    "error",
    [
        KeyboardInterrupt(),
        RuntimeError("Query interrupted"),
        duckdb.InterruptException("INTERRUPT Error: Interrupted!"),
        SchemaError('Error building "literal" validator:\n  KeyboardInterrupt: '),
    ],
)
def test_ctrl_c_outside_of_a_command_is_no_traceback(
    run: Run, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    """While options are looked at, and while the engine starts."""

    def stopped(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(main, "_asked_for", lambda _: stopped)
    assert run("data", "list") == (130, "", "stopped\n")


def test_ctrl_c_while_the_program_is_loaded_is_no_traceback() -> None:
    """Importing it takes as long as a short command; the installed script begins there."""
    program = """
import sys
class Stop:
    def find_spec(self, name, *_):
        if name == "typer":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Stop())
"""
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())
    module, _, name = project["project"]["scripts"]["entrepot"].partition(":")
    program += f"from {module} import {name}; {name}()"
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "stopped\n")


@pytest.mark.skipif(sys.platform == "win32", reason="signals are a matter of POSIX")
@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM"])
def test_a_stop_while_an_object_is_deleted_is_heard(number: str) -> None:
    """Python printed it with a traceback, and the command went on."""
    program = f"""
import os, signal, sys, time
from entrepot import cli
from entrepot.cli import main
class Stop:
    def __del__(self):
        os.kill(os.getpid(), signal.{number})
        time.sleep(0)
def deleted(_):
    Stop()
    time.sleep(30)
    raise SystemExit(0)
main._asked_for = deleted
cli.run()
"""
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "stopped\n")


def test_a_defect_is_no_finding(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr(main, "_asked_for", lambda _: broken)
    ended, printed, said = run("data", "list", "--json")
    told = json.loads(printed)
    assert (ended, told["exit_code"], told["error"]["kind"]) == (70, 70, "defect")
    assert told["error"]["why"] == "ZeroDivisionError: by nothing"
    assert "Traceback" in said


def test_a_disk_that_is_full_is_no_defect(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(main, "_asked_for", lambda _: full)
    ended, printed, said = run("data", "list", "--json")
    assert (ended, json.loads(printed)["error"]["kind"]) == (4, "outside")
    assert "the disk is full" in said


def test_what_is_done_ends_with_zero(run: Run) -> None:
    assert run("data", "list", "--json")[:2] == (0, "[]\n")
    assert run("--version")[0] == 0
    assert run("data", "add", "--help")[0] == 0


@pytest.mark.parametrize("named", ["--lake {}", "--lake={}"])
def test_a_hint_names_the_lake_that_was_named(run: Run, tmp_path: Path, named: str) -> None:
    folder = tmp_path / "my lake"
    folder.mkdir()
    words = named.replace(" ", "\0").format(folder).split("\0")
    _, _, said = run("data", "export", "baci", str(tmp_path / "x.csv"), *words)
    assert f"entrepot data add --lake '{folder}' baci" in said or (
        f"entrepot data get --lake '{folder}' baci" in said
    )
    _, printed, _ = run("data", "export", "baci", str(tmp_path / "x.csv"), *words, "--json")
    assert f"--lake '{folder}'" in json.loads(printed)["error"]["hint"]
    _, _, said = run("data", "export", "baci", str(tmp_path / "x.csv"))
    assert "--lake" not in said


def test_a_damaged_lake_is_checked_where_it_is(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "BACI_HS17_Y2022_V202501.csv"
    path.write_text("t,i,j,k,v,q\n2022,156,643,850110,10.5,2\n")
    folder = tmp_path / "elsewhere"
    Lake.open(folder).add("baci", [path])
    for stored in folder.rglob("*.parquet"):
        stored.write_bytes(stored.read_bytes()[:-1])
    _, _, said = run("data", "export", "baci", str(tmp_path / "x.csv"), "--lake", str(folder))
    assert f"entrepot data check --lake {folder}" in said
    assert f"entrepot data rebuild --lake {folder} writes" in said
