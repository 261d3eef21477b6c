"""Ctrl-C: a sentence, exit code 130, and a lake that is as it was or as it should be."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lake_files import NAME, rows_of, tree

from entrepot.lake import Lake, publish
from entrepot.lake.system_errors import finishing

if TYPE_CHECKING:
    from lake_files import Write

OLD = ["2022,156,643,850110,1,1"]
# The commands as they are, in a process that presses Ctrl-C for itself at a chosen moment.
COMMAND = """
import os, signal, sys, time
from entrepot import cli
from entrepot.lake import checks, prepare, publish, store

module, name, late, *sys.argv[1:] = sys.argv[1:]
late, _, number = late.partition("-")
place = {"prepare": prepare, "store": store, "publish": publish}[module]
real = getattr(place, name)

def pressed(*args, **keys):
    if late == "late":
        real(*args, **keys)
    os.kill(os.getpid(), getattr(signal, number or "SIGINT"))
    time.sleep(0.05)
    if late != "late":
        return real(*args, **keys)

setattr(place, name, pressed)
cli.run()
"""


def run(*words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", COMMAND, *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)


@pytest.mark.skipif(sys.platform == "win32", reason="signals are a matter of POSIX")
@pytest.mark.parametrize("place", [("store", "_copy"), ("prepare", "copy_raw")])
def test_stopped_before_the_change(lake: Lake, write: Write, place: tuple[str, str]) -> None:
    lake.add("baci", [write(OLD)])
    before = tree(lake.path)
    path = write(["2023,156,643,850110,9,1"], "BACI_HS17_Y2023_V202501.csv")
    done = run(*place, "early", "data", "add", "baci", path, "--lake", lake.path)
    assert done.returncode == 130, done.stderr
    assert done.stderr.splitlines()[-1] == "stopped; the lake is as it was"
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert tree(lake.path) == before
    assert not list(lake.path.glob(".staging-*"))


@pytest.mark.skipif(sys.platform == "win32", reason="signals are a matter of POSIX")
@pytest.mark.parametrize("command", ["add", "remove"])
def test_stopped_after_the_change(lake: Lake, write: Write, command: str) -> None:
    """The catalog is replaced, files are being deleted: the change is completed first."""
    path = write(OLD)
    if command == "remove":
        lake.add("baci", [path])
    files: list[object] = [path] if command == "add" else []
    files += ["--yes"] if command == "remove" else []
    done = run("publish", "_tidy", "late", "data", command, "baci", *files, "--lake", lake.path)
    assert done.returncode == 130, done.stderr
    assert done.stderr.splitlines()[-1] == "stopped; the change to the lake was complete"
    expected = [(1000.0,)] if command == "add" else []
    assert (rows_of(lake, "value_usd") if lake.holds("baci") else []) == expected
    assert not list(lake.path.glob(".staging-*"))
    assert (lake.path / "lock").read_text() == ""


@pytest.mark.skipif(sys.platform == "win32", reason="signals are a matter of POSIX")
@pytest.mark.parametrize("number", ["SIGTERM", "SIGHUP"])
@pytest.mark.parametrize("usual", [signal.SIG_DFL, signal.SIG_IGN])
def test_a_shutdown_or_a_closed_terminal_stops_as_ctrl_c_does(
    lake: Lake, write: Write, number: str, usual: signal.Handlers
) -> None:
    """They ended the program on the spot: what it had begun stayed on the disk, without a word."""
    lake.add("baci", [write(OLD)])
    before = tree(lake.path)
    path = write(["2023,156,643,850110,9,1"], "BACI_HS17_Y2023_V202501.csv")
    words = ("data", "add", "baci", path, "--lake", lake.path)
    # A shell ignores Ctrl-C for what runs behind it; and tests may run where a closed terminal is
    # ignored, as under nohup, which these programs must not inherit.
    handlers = {signal.SIGINT: usual, getattr(signal, number): signal.SIG_DFL}
    kept = {one: signal.signal(one, handler) for one, handler in handlers.items()}
    try:
        done = run("prepare", "copy_raw", f"early-{number}", *words)
        assert tree(lake.path) == before
        late = run("publish", "_tidy", f"late-{number}", *words)
    finally:
        for one, handler in kept.items():
            signal.signal(one, handler)
    assert done.returncode == late.returncode == 130, done.stderr
    assert done.stderr.splitlines()[-1] == "stopped; the lake is as it was"
    assert late.stderr.splitlines()[-1] == "stopped; the change to the lake was complete"
    assert not list(lake.path.glob(".staging-*"))
    assert len(lake.holdings()) == 2


@pytest.mark.skipif(sys.platform == "win32", reason="signals are a matter of POSIX")
def test_stopped_when_a_lake_was_moved(
    lake: Lake, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It said that the lake is as it was, where there is none any more."""
    lake.add("baci", [write(OLD)])
    target, real = lake.path.parent / "moved", Path.rename

    def pressed(path: Path, to: Path) -> Path:
        there = real(path, to)
        os.kill(os.getpid(), signal.SIGINT)
        return there

    with monkeypatch.context() as patched:
        patched.setattr(Path, "rename", pressed)
        with pytest.raises(KeyboardInterrupt, match="was complete"):
            lake.move(target)
    assert len(Lake.open(target).holdings()) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="signals are a matter of POSIX")
def test_stopped_in_python(lake: Lake, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = signal.getsignal(signal.SIGINT)
    monkeypatch.setattr(publish, "_tidy", lambda *_, **__: os.kill(os.getpid(), signal.SIGINT))
    with pytest.raises(KeyboardInterrupt, match="was complete"):
        lake.add("baci", [write(OLD)])
    assert signal.getsignal(signal.SIGINT) is usual
    assert len(lake.holdings()) == 1


def test_in_another_thread_nothing_is_done_about_signals(lake: Lake, write: Write) -> None:
    usual, failed = signal.getsignal(signal.SIGINT), []

    def work() -> None:
        try:
            with finishing() as finish:
                finish()
                assert signal.getsignal(signal.SIGINT) is usual
            Lake.open(lake.path).add("baci", [write(OLD)])
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(600)
    assert failed == []
    assert [Path(name).name for held in lake.holdings() for name in held.files] == [NAME]


def test_an_error_in_the_last_step_is_not_hidden_by_ctrl_c() -> None:
    def broken() -> None:
        with finishing() as finish:
            finish()
            os.kill(os.getpid(), signal.SIGINT)
            raise OSError("broken")

    with pytest.raises(OSError, match="broken"):
        broken()


# A library that hears of a stop in the middle of its own work, and what it makes of it.
IN_A_LIBRARY = """
import os, signal, sys, time
from contextlib import suppress
from pydantic import TypeAdapter
from entrepot import cli
from entrepot.lake import iceberg

how, number, *sys.argv[1:] = sys.argv[1:]
real = iceberg._Work.bring

def items():
    os.kill(os.getpid(), getattr(signal, number))
    time.sleep(0.05)
    yield 1

def bring(*args):
    if how == "validated":
        TypeAdapter(list[int]).validate_python(items())
    elif how == "wrapped":
        try:
            list(items())
        except BaseException as error:
            raise LookupError("broken") from error
    else:
        with suppress(BaseException):
            list(items())
    return real(*args)

iceberg._Work.bring = bring
cli.run()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals are a matter of POSIX")
@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM"])
@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("validated", "stopped"),
        ("wrapped", "stopped"),
        ("swallowed", "stopped; the command was complete"),
    ],
)
def test_a_stop_that_a_library_makes_something_else_of_is_a_stop(
    lake: Lake, write: Write, how: str, said: str, number: str
) -> None:
    """Pydantic says that the items cannot be iterated: it was an error of the Iceberg catalog."""
    pytest.importorskip("pyiceberg.catalog", reason="pyiceberg is not installed")
    lake.add("baci", [write(OLD)])
    before = {name: text for name, text in tree(lake.path).items() if "iceberg" not in name}
    words = (how, number, "data", "publish", "--lake", lake.path)
    command = [sys.executable, "-c", IN_A_LIBRARY, *map(str, words)]
    # Tests may run where Ctrl-C is ignored, which this program must not inherit.
    usual = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    finally:
        signal.signal(signal.SIGINT, usual)
    assert (done.returncode, done.stderr.splitlines()[-1:]) == (130, [said]), done.stderr
    assert "Traceback" not in done.stderr
    after = {name: text for name, text in tree(lake.path).items() if "iceberg" not in name}
    assert after == before
