"""A disk that is full, or may not be written to: said so, and the lake is as it was.

Tests run as root in many places, and root may write where the rights forbid it: the disks are
mounted, in a name space of their own that ends with the child process.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from entrepot.lake import Lake

ROOM = (0, 4, 20, 60, 100, 140, 200)
"""Room that is left, in KiB; a load needs some 250."""
HERE = os.path.dirname(__file__)  # noqa: PTH120  a text for another process
FULL = f"""
import json, os, sys
sys.path.insert(0, {HERE!r})
from entrepot.lake import Lake
from made_lake import OLD, left_over, state_of
from entrepot.errors import OutsideError
from pathlib import Path

folder, rooms, *files = sys.argv[1:]
lake = Lake.open(folder)
half = len(files) // 2
lake.add("baci", files[:half])

def fill(room):
    filler = Path(folder, "filler")
    with filler.open("wb", buffering=0) as opened:
        try:
            while True:
                opened.write(bytes(4096))
        except OSError:
            pass
    os.truncate(filler, max(0, filler.stat().st_size - room * 1024))
    return filler

said = []
for room in json.loads(rooms):
    filler = fill(room)
    try:
        lake.add("baci", files[half:])
        said.append("done")
        lake.remove("baci@V202501")
    except OutsideError as error:
        said.append([error.exit_code, error.what, error.hint])
    assert state_of(Lake.open(folder)) == OLD.state, (room, said)
    assert not left_over(lake), room
    filler.unlink()
lake.add("baci", files[half:])
fill(0)
lake.remove("baci@V202501")
assert state_of(Lake.open(folder)) == OLD.state
assert not [one for one in lake.check() if one.level == "error"]
print(json.dumps(said))
"""
READ_ONLY = f"""
import json, sys
sys.path.insert(0, {HERE!r})
import entrepot as ep
from entrepot.lake import Lake
from made_lake import OLD, state_of
from entrepot.errors import OutsideError

folder, *files = sys.argv[1:]
lake = Lake.open(folder)
assert state_of(lake) == OLD.state
assert ep.ask("value", lake=lake, period=2022, source="baci", exporter="CHN", importer="RUS").value
assert lake.reporting_calendars("baci")
assert not [one for one in lake.check() if one.level == "error"]
said = []
for change in (lambda: lake.add("baci", files), lambda: lake.remove("baci")):
    try:
        change()
    except OutsideError as error:
        said.append([error.exit_code, error.what, error.hint])
assert state_of(lake) == OLD.state
print(json.dumps(said))
"""


def mounted(mounts: str, code: str, *words: object) -> str:
    """Run a script where something is mounted, and return what it prints."""
    unshare = shutil.which("unshare")
    if sys.platform != "linux" or unshare is None:
        pytest.skip("needs Linux and unshare, to mount a disk for one process")
    shell = [unshare, "--mount", "--propagation", "private", "sh", "-c"]
    if os.geteuid():
        shell[1:1] = ["--map-root-user"]
    trial = subprocess.run([*shell, mounts], capture_output=True, text=True, check=False)
    if trial.returncode:
        pytest.skip(f"may not mount a disk here: {trial.stderr.strip()}")
    command = [*shell, f'{mounts} && exec "$@"', "sh", sys.executable, "-c", code]
    done = subprocess.run(
        [*command, *map(str, words)], capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_full_disk(tmp_path: Path, old: list[Path], new: list[Path]) -> None:
    folder = tmp_path / "small"
    folder.mkdir()
    out = mounted(
        f"mount -t tmpfs -o size=1m none '{folder}'",
        FULL,
        folder / "lake",
        json.dumps(ROOM),
        *old,
        *new,
    )
    loads = json.loads(out)
    assert loads[0] != "done" != loads[3]
    for code, what, hint in (said for said in loads if said != "done"):
        assert code == 4, what
        assert "free some space" in hint, what


def test_a_disk_that_may_only_be_read(
    lake_with_old: Callable[[str], Lake], new: list[Path]
) -> None:
    lake = lake_with_old("lake")
    bind = f"mount --bind '{lake.path}' '{lake.path}'"
    out = mounted(f"{bind} && mount -o remount,bind,ro '{lake.path}'", READ_ONLY, lake.path, *new)
    for code, what, hint in json.loads(out):
        assert code == 4
        assert what == "the disk is read-only"
        assert "get the right to write" in hint
