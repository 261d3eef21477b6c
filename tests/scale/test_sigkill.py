"""A load is killed at random moments: the lake is as it was or as it should be, and heals."""

from __future__ import annotations

import random
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from made_lake import NEW, OLD, TIMES, left_over, named_files_are_there, python, seed, state_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from entrepot.lake import Lake

KILLS = int(50 * TIMES) if TIMES >= 10 else 12
# Everything is imported once; each load is a fork of that, made before any thread.
NURSERY = """
import os, signal, sys, time
import duckdb
from entrepot.lake import Lake, checks, prepare, store
from entrepot.sources.baci import parse

files = sys.argv[1:]
for line in sys.stdin:
    folder, delay = line.rstrip().rsplit(" ", 1)
    begun = time.monotonic()
    child = os.fork()
    if child == 0:
        try:
            Lake.open(folder).add("baci", files)
        except BaseException as error:
            print(repr(error), file=sys.stderr, flush=True)
            os._exit(1)
        os._exit(0)
    ended = 0
    while not ended and time.monotonic() < begun + float(delay):
        ended, status = os.waitpid(child, os.WNOHANG)
        time.sleep(0.0005)
    if not ended:
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), time.monotonic() - begun, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL and fork are POSIX's")
def test_killed_at_random_moments(lake_with_old: Callable[[str], Lake], new: list[Path]) -> None:
    draw = random.Random(seed())
    ends: list[str] = []
    with subprocess.Popen(
        python(NURSERY, *new), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as nursery:

        def run(lake: Lake, delay: float) -> tuple[int, float]:
            assert nursery.stdin is not None
            assert nursery.stdout is not None
            nursery.stdin.write(f"{lake.path} {delay}\n")
            nursery.stdin.flush()
            code, took = nursery.stdout.readline().split()
            return int(code), float(took)

        usual = []
        for at in range(2):
            lake = lake_with_old(f"whole-{at}")
            code, took = run(lake, 600)
            assert (code, state_of(lake)) == (0, NEW.state)
            usual.append(took)
        for at in range(KILLS):
            lake = lake_with_old(f"killed-{at}")
            code, took = run(lake, draw.uniform(0, 1.05 * min(usual)))
            assert code in (0, -9)
            state = state_of(lake)
            assert state in (OLD.state, NEW.state), f"killed after {took} s"
            assert code == -9 or state == NEW.state
            assert named_files_are_there(lake)
            ends.append("after" if state == NEW.state else "before")
            report = lake.add("baci", new)
            assert len(report.unchanged) == (2 if state == NEW.state else 0)
            assert state_of(lake) == NEW.state
            assert not left_over(lake)
        nursery.stdin.close()
    print({end: ends.count(end) for end in ("before", "after")})
    assert "before" in ends
