"""A full disk, or one that may not be written to: said so, and the lake is as before."""

from __future__ import annotations

import errno
import gzip
import os
import random
import subprocess
import sys

import duckdb
import pytest
from lake_files import NAME, Write, tree

from entrepot.errors import OutsideError
from entrepot.lake import Lake, publish, store

LIMITED = """
import resource, sys
from entrepot.errors import EntrepotError
from entrepot.lake import Lake
held = Lake.open(sys.argv[1])
held.connection
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]),) * 2)
try:
    held.add("baci", sys.argv[3:])
except EntrepotError as error:
    sys.exit(f"{error.exit_code} {error}")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits are a matter of POSIX")
@pytest.mark.parametrize(
    ("rows", "packed", "limit"),
    [(1500, False, 20_000), (1500, True, 20_000), (3, False, 1000)],
    ids=["keeping the bytes", "unpacking", "the engine"],
)
def test_no_room(lake: Lake, write: Write, rows: int, packed: bool, limit: int) -> None:
    draw = random.Random(1)
    path = write([f"2022,156,643,{10000 + n},{draw.random():.3f},1" for n in range(rows)])
    if packed:
        content = path.read_bytes()
        path = path.with_name(f"{NAME}.gz")
        path.write_bytes(gzip.compress(content))
        assert path.stat().st_size < limit < len(content)
    command = [sys.executable, "-c", LIMITED, str(lake.path), str(limit), str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert done.stderr.startswith("4 "), done.stderr
    assert "free some space" in done.stderr
    assert tree(lake.path) == {}


@pytest.mark.parametrize(
    "error",
    [
        duckdb.IOException("IO Error: Could not write file: No space left on device"),
        duckdb.OutOfMemoryException("Out of Memory Error: failed to offload data block"),
        OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
        PermissionError(errno.EACCES, os.strerror(errno.EACCES)),
    ],
)
@pytest.mark.parametrize("place", [(store, "_copy"), (publish, "move_file")])
def test_write_fails(
    lake: Lake,
    write: Write,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    place: tuple[object, str],
) -> None:
    lake.add("baci", [write(["2021,156,643,850110,1,1"], "BACI_HS17_Y2021_V202501.csv")])
    before = tree(lake.path)

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(*place, fail)
    with pytest.raises(OutsideError, match=r"nothing was changed") as caught:
        lake.add("baci", [write()])
    assert caught.value.exit_code == 4
    assert caught.value.hint
    assert tree(lake.path) == before
    monkeypatch.undo()
    lake.add("baci", [write()])


@pytest.mark.parametrize(
    "error", [duckdb.InterruptException("INTERRUPT"), RuntimeError("Query interrupted")]
)
def test_ctrl_c(
    lake: Lake, write: Write, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def stop(*_: object) -> None:
        raise error

    monkeypatch.setattr(store, "_copy", stop)
    with pytest.raises(KeyboardInterrupt):
        lake.add("baci", [write()])
    assert tree(lake.path) == {}


@pytest.mark.skipif(sys.platform == "win32", reason="limits are a matter of POSIX")
@pytest.mark.parametrize("limit", [1000, 4000])
def test_what_the_engine_says_of_a_full_disk_is_put_in_words(
    lake: Lake, write: Write, limit: int
) -> None:
    """It hands on JSON of itself: offsets, types and the name of a file that is gone by then."""
    lake.add("baci", [write([f"2022,156,643,{10000 + n},{n},1" for n in range(300, 1500)])])
    before = tree(lake.path)
    code = LIMITED.replace('held.add("baci", sys.argv[3:])', "held.rebuild()")
    command = [sys.executable, "-c", code, str(lake.path), str(limit)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert done.stderr.startswith("4 the disk is full\n"), done.stderr
    assert tree(lake.path) == before
