"""Kill a load at any moment: the lake is as it was, or as it should be, and the next load works.

An audit hook in the child counts what Python does to files of the lake (open for writing, rename,
make and delete) and kills the process with SIGKILL just before the n-th of them.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from lake_files import NAME, ROWS, Write, rows_of, tree

from entrepot.lake import Lake

if TYPE_CHECKING:
    from pathlib import Path


CHILD = """
import os, signal, sys, threading
from entrepot.lake import Lake, prepare, store
from entrepot.sources.baci import parse

lake, stop, *files = sys.argv[1:]
events = []

def hook(event, args):
    if event == "open":
        path, mode, _ = args
        changes = isinstance(mode, str) and mode[:1] in "wax"
    elif event in ("os.rename", "os.mkdir", "os.remove", "os.rmdir"):
        path, changes = (args[1] if event == "os.rename" else args[0]), True
    else:
        return
    if changes and str(path).startswith(lake):
        events.append(event + " " + str(path))
        if str(len(events)) == stop:
            os.kill(os.getpid(), signal.SIGKILL)

def timed(copy):
    def late(*args):
        threading.Timer(0.002, os.kill, (os.getpid(), signal.SIGKILL)).start()
        copy(*args)
        threading.Event().wait(100)
    return late

if stop == "copy":
    store._copy = timed(store._copy)
held = Lake.open(lake)
held.connection
sys.addaudithook(hook)
held.add("baci", files, replace=True)
print("\\n".join(events))
"""
OLD = ("2022,156,643,850110,1,1", "2022,643,156,270900,1,1")
NAMES = NAME, "BACI_HS17_Y2021_V202501.csv"
AFTER = [(1000.0,), (10500.0,), (200000.0,), (9000.0,)]


def _run(lake: Path, stop: object, files: list[Path]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", CHILD, str(lake), str(stop), *map(str, files)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)


@pytest.fixture
def files(write: Write) -> list[Path]:
    """Replace 2022 and add 2021."""
    return [write(ROWS, NAMES[0]), write(["2021,156,643,850110,9,1"], NAMES[1])]


@pytest.fixture
def held(lake: Lake, write: Write) -> Lake:
    lake.add("baci", [write(OLD, "BACI_HS17_Y2022_V202401.csv")])
    return lake


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is a signal of POSIX")
def test_killed_at_many_points(held: Lake, files: list[Path], tmp_path: Path) -> None:
    done = _run(_copy(held, tmp_path / "whole").path, 0, files)
    assert done.returncode == 0, done.stderr
    events = done.stdout.splitlines()
    visible = next(n for n, event in enumerate(events, 1) if event.endswith("/catalog.json"))
    assert len(events) > visible > 20
    before = held.holdings(), rows_of(held, "value_usd")
    for stop in (1, visible // 2, visible - 1, visible, visible + 1):
        lake = _copy(held, tmp_path / f"killed-{stop}")
        killed = _run(lake.path, stop, files)
        assert killed.returncode == -9, killed.stderr
        if stop <= visible:
            assert (lake.holdings(), rows_of(lake, "value_usd")) == before, events[stop - 1]
        else:
            assert rows_of(lake, "value_usd") == AFTER
        assert not [finding for finding in lake.check() if finding.level == "error"]
        report = lake.add("baci", files, replace=True)
        assert len(report.unchanged) == (0 if stop <= visible else 2)
        assert rows_of(lake, "value_usd") == AFTER
        stored = [name for name in tree(lake.path) if not name.startswith("catalog.")]
        # Bytes and manifest, and two sort orders, of three files: the older release stays.
        assert len(stored) == 3 * 2 + 3 * 2
        assert not list(lake.path.glob(".staging-*"))


def _copy(lake: Lake, folder: Path) -> Lake:
    shutil.copytree(lake.path, folder)
    return Lake.open(folder)


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is a signal of POSIX")
def test_killed_while_the_engine_writes(held: Lake, files: list[Path]) -> None:
    before = held.holdings()
    assert _run(held.path, "copy", files).returncode == -9
    assert held.holdings() == before
    assert list(held.path.glob(".staging-*"))
    held.add("baci", files, replace=True)
    assert rows_of(held, "value_usd") == AFTER
    assert not list(held.path.glob(".staging-*"))
