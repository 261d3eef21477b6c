"""A closed pipe ends the output, not the work; progress is for terminals; notes can be left out."""

from __future__ import annotations

import errno
import io
import json
import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import typer.main

from entrepot.cli.main import app, run
from entrepot.lake import Lake
from made_comtrade import row, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Run = Callable[..., tuple[int, str, str]]

ROOT = Path(__file__).resolve().parent.parent.parent
LIST = ROOT / "examples" / "my-list.csv"
ENTREPOT = Path(sys.executable).with_name("entrepot")
ASK = ("ask", "value", "--importer", "RUS", "--exporter", "CHN", "--period", "2022")
WATCHED = """
format: 1
title: Trade
figures:
  - id: trade
    measure: value
    importer: RUS
    exporter: CHN
    period: 2022
"""
PLACES = ("stdout", "stderr", "both")


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    path = tmp_path / "reports.csv"
    path.write_text(text_of([row(1e9, reporter=643, partner=156)]))
    return path


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., int]]:
    """Run the command with pipes that nobody reads: its exit code."""
    files: list[Any] = []

    def broken() -> io.TextIOWrapper:
        reads, writes = os.pipe()
        os.close(reads)
        files.append(open(writes, "w", encoding="utf-8"))  # noqa: PTH123, SIM115
        return files[-1]  # type: ignore[no-any-return]

    def invoke(place: str, *words: str) -> int:
        with monkeypatch.context() as patched:
            patched.setattr(sys, "argv", ["entrepot", *words])
            for name in PLACES[:2]:
                if place in (name, "both"):
                    patched.setattr(sys, name, broken())
            with pytest.raises(SystemExit) as ended:
                run()
        for file in files:
            file.close()  # as Python does at its end; this would fail again
        return ended.value.code  # type: ignore[return-value]

    return invoke


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class HungUp(Terminal):
    def write(self, text: str) -> int:
        raise OSError(errno.EIO, "hung up")


@pytest.mark.parametrize("place", PLACES)
def test_a_load_goes_on_when_nobody_reads(
    cut: Callable[..., int], tmp_path: Path, reports: Path, place: str
) -> None:
    lake = str(tmp_path / "lake")
    assert cut(place, "data", "add", "comtrade", str(reports), "--lake", lake) == 0
    [held] = Lake.open(lake).holdings()
    assert held.rows == 1
    assert cut(place, "data", "export", "comtrade", str(tmp_path / "o.csv"), "--lake", lake) == 0
    assert (tmp_path / "o.csv").read_text().count("\n") == 2


@pytest.mark.parametrize("place", PLACES)
def test_exit_codes_stay_what_they_are(
    cut: Callable[..., int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, place: str
) -> None:
    monkeypatch.setenv("ENTREPOT_LISTS", str(tmp_path / "lists"))
    assert cut(place, "goods", "add", str(LIST)) == 0
    assert list((tmp_path / "lists").iterdir())
    assert cut(place, "data", "show", "bacci", "--json") == 2
    assert cut(place, "goods", "--help") == 0
    assert cut(place, "--version") == 0
    assert cut(place, "goods", "list", "--colour") == 2
    assert cut(place, "data", "remove", "baci") == 3


def test_a_load_goes_on_when_the_terminal_is_hung_up(
    entrepot: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, reports: Path
) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr(sys, "stderr", HungUp())
    code, out, _ = entrepot("data", "add", "comtrade", str(reports), "--lake", str(tmp_path / "l"))
    assert (code, "comtrade" in out) == (0, True)


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&- >&- 2>&-", "2>/dev/full", "2>&1 | head -0"])
def test_as_a_shell_closes_them(tmp_path: Path, reports: Path, closed: str) -> None:
    lake, bash = tmp_path / "lake", shutil.which("bash")
    if bash is None or ("/dev/full" in closed and not Path("/dev/full").exists()):
        pytest.skip("needs bash, and a device that is full")
    line = f"set -o pipefail; {ENTREPOT} data add comtrade {reports} --lake {lake} {closed}"
    found = subprocess.run([bash, "-c", line], capture_output=True, text=True, check=False)
    assert (found.returncode, "Traceback" in found.stderr) == (0, False)
    assert json.loads((lake / "catalog.json").read_text())  # nothing was printed into a file of it
    assert Lake.open(lake).holds("comtrade")


def test_progress_is_for_terminals(entrepot: Run, tmp_path: Path, reports: Path) -> None:
    lake = str(tmp_path / "lake")
    assert entrepot("data", "add", "comtrade", str(reports), "--lake", lake)[2] == ""
    assert entrepot("data", "check", "--lake", lake)[2] == ""
    watched = tmp_path / "watch.yaml"
    watched.write_text(WATCHED)
    code, out, err = entrepot("watch", str(watched), "--json", "--lake", lake)
    assert (code, err) == (0, "")
    assert json.loads(out)["not_stored"] is None


def test_quiet_keeps_notes_back_and_no_error(entrepot: Run, tmp_path: Path) -> None:
    assert entrepot(*ASK)[2].startswith("note: no data loaded in ")
    assert entrepot(*ASK, "--quiet")[2] == ""
    assert "no data loaded" in entrepot(*ASK)[2]  # for one run only
    text = tmp_path / "article.txt"
    text.write_text("China's exports to Russia rose 5 % in 2023.")
    assert entrepot("draft", str(text))[2] != ""
    assert entrepot("draft", str(text), "--quiet")[2] == ""
    assert "error: " in entrepot("data", "show", "bacci", "--quiet")[2]


def test_a_question_is_no_note(
    entrepot: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, reports: Path
) -> None:
    lake = tmp_path / "lake"
    entrepot("data", "add", "comtrade", str(reports), "--lake", str(lake))
    monkeypatch.setattr(sys, "stdin", Terminal("n\n" * 2))
    words = ("data", "remove", "comtrade", "--lake", str(lake))
    monkeypatch.setattr(sys, "stderr", quiet := Terminal())
    assert entrepot(*words, "--quiet")[0] == 2
    assert (sys.stdin.tell(), quiet.getvalue().count("--quiet suppresses questions")) == (0, 1)
    monkeypatch.setattr(sys, "stderr", asked := Terminal())
    assert entrepot(*words)[0] == 1
    assert asked.getvalue().endswith("Nothing was removed.\n")
    assert Lake.open(lake).holds("comtrade")


def test_every_command_can_be_quiet() -> None:
    def leaves(command: Any, name: str = "entrepot") -> Iterator[tuple[str, Any]]:
        if not hasattr(command, "commands"):
            yield name, command
            return
        for word, inner in command.commands.items():
            yield from leaves(inner, f"{name} {word}")

    found = dict(leaves(typer.main.get_command(app)))
    assert len(found) > 25
    for name, command in found.items():
        assert [one.name for one in command.params].count("quiet") == 1, name


def test_files_of_a_load_are_counted_with_percent_and_time_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from entrepot.cli import output

    now = iter((0.0, 0.0, 5.0, 60.0))
    monkeypatch.setattr("entrepot.cli.output.time.monotonic", lambda: next(now))
    said: list[str] = []
    say = output.counting(said.append, 4, "copying ")
    for text in ("copying a.csv", "reading a.csv", "copying b.csv"):
        say(text)
    assert said == [
        "file 1 of 4, 0 %: copying a.csv",
        "file 1 of 4, 0 %: reading a.csv",
        "file 2 of 4, 25 %, 3 min left: copying b.csv",
    ]
    assert output.counting(print, 1, "copying ") is print


def test_a_download_says_percent_and_time_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of what this run downloads: an earlier run had half of the file."""
    from entrepot.cli import data_get

    now = iter((0.0, 10.0, 20.0))
    monkeypatch.setattr("entrepot.cli.data_get.time.monotonic", lambda: next(now))
    said: list[str] = []
    counter = data_get._Counter(said.append)
    counter.say("file 1 of 1: a.zip")
    counter.moved(50 * 2**20, 100 * 2**20)
    counter.moved(75 * 2**20, 100 * 2**20)
    assert said[1:] == [
        "file 1 of 1: a.zip, 50.0 MiB of 100.0 MiB, 50 %",
        "file 1 of 1: a.zip, 75.0 MiB of 100.0 MiB, 75 %, 10 s left",
    ]


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_a_terminal_that_lacks_a_sign_gets_its_number(encoding: str) -> None:
    usual = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    done = subprocess.run(
        [ENTREPOT, "measure", "list"],
        env=usual | {"PYTHONIOENCODING": encoding},
        capture_output=True,
        timeout=600,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert ("─".encode() if encoding == "utf-8" else b"\\u2500") in done.stdout


@pytest.mark.parametrize("encoding", ["latin-1", "gb18030", "utf-8"])
@pytest.mark.parametrize("is_terminal", [False, True])
def test_what_goes_to_a_file_is_utf_8_in_every_locale(
    monkeypatch: pytest.MonkeyPatch, encoding: str, *, is_terminal: bool
) -> None:
    """JSON had bytes that no program reads, and drafted claims some that check refused."""
    held = io.BytesIO()
    out = io.TextIOWrapper(held, encoding=encoding)
    monkeypatch.setattr(out, "isatty", lambda: is_terminal, raising=False)
    monkeypatch.delenv("PYTHONIOENCODING", raising=False)
    with monkeypatch.context() as patched:
        patched.setattr(sys, "argv", ["entrepot", "area", "show", "TUR", "--json"])
        patched.setattr(sys, "stdout", out)
        with suppress(SystemExit):
            run()
        out.flush()
    found = held.getvalue().decode(encoding if is_terminal else "utf-8")
    assert json.loads(found)["code"] == "TUR"
    assert "Türkiye" in found


@pytest.mark.skipif(sys.platform == "win32", reason="words are UTF-16 there")
@pytest.mark.parametrize("place", ["word", "lake"])
def test_a_word_that_is_no_text_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], place: str
) -> None:
    bad = os.fsdecode(b"caf\xe9")
    monkeypatch.setattr(sys, "argv", ["entrepot", "data", "list"])
    if place == "word":
        monkeypatch.setattr(sys, "argv", ["entrepot", "data", "erase", bad])
    else:
        monkeypatch.setenv("ENTREPOT_LAKE", bad)
    with pytest.raises(SystemExit) as ended:
        run()
    said = capsys.readouterr().err
    assert ended.value.code == 2
    assert "no text in UTF-8" in said
    assert "remove its source" not in said
