"""A load on Spark is killed: nothing of it is seen, and the next load clears it away."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from made_lake import NEW, OLD, TIMES, left_over, named_files_are_there, python, seed, state_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from entrepot.lake import Lake

pytestmark = [
    pytest.mark.spark,
    pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX's"),
]
KILLS = int(TIMES) if TIMES >= 10 else 2
LOADING = """
    import sys
    from entrepot.lake.on_spark import SparkLake
    SparkLake.open(sys.argv[1], master="local[1]").add("baci", sys.argv[2:])
"""


def begun(lake: Lake) -> bool:
    """Whether a task of a load writes."""
    return any(lake.path.glob(".staging-*/part-*"))


def children(process: int) -> set[int]:
    """Return the processes that one has started, and those that these have."""
    parents = {int(one.name): parent(int(one.name)) for one in Path("/proc").glob("[0-9]*")}
    found, new = set[int](), {process}
    while new:
        new = {one for one, above in parents.items() if above in new}
        found |= new
    return found


def is_alive(process: int) -> bool:
    """Whether a process is there, and no zombie that nobody has waited for."""
    return parent(process) is not None


def parent(process: int) -> int | None:
    """Return the parent of a process that is there."""
    try:
        state, above = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[:2]
    except OSError:
        return None
    return None if state in "ZX" else int(above)


def test_killed_while_workers_write(lake_with_old: Callable[[str], Lake], new: list[Path]) -> None:
    """Twice in the midst of it by rule, so that the test means something on any machine."""
    pytest.importorskip("pyspark", reason="needs pyspark: make spark")
    draw = random.Random(seed())
    script = "\n".join(line.strip() for line in LOADING.strip().splitlines())
    environment = os.environ | {
        "JAVA_TOOL_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
        "ENTREPOT_MEMORY": "1GB",
    }
    for at in range(KILLS):
        lake = lake_with_old(f"killed-{at}")
        loading = subprocess.Popen(
            python(script, lake.path, *new), env=environment, stderr=subprocess.DEVNULL
        )
        until = time.monotonic() + 600
        while not begun(lake) and loading.poll() is None:
            assert time.monotonic() < until
            time.sleep(0.005)
        time.sleep(draw.uniform(0, 1.5) if at else 0)
        workers = children(loading.pid)
        loading.send_signal(signal.SIGKILL)
        code = loading.wait()
        state = state_of(lake)
        assert state in (OLD.state, NEW.state)
        assert code == -9 or state == NEW.state
        assert at or state == OLD.state
        assert named_files_are_there(lake)
        # At once, while workers may still write what nobody waits for.
        report = lake.add("baci", new)
        assert len(report.unchanged) == (2 if state == NEW.state else 0)
        assert state_of(lake) == NEW.state
        until = time.monotonic() + 600
        while any(map(is_alive, workers)):  # Spark's own processes end by themselves
            assert time.monotonic() < until
            time.sleep(0.05)
        assert not left_over(lake)
