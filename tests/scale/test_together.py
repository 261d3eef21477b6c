"""Several processes at one lake: one writes, many read, and nobody sees half of anything."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest
from made_lake import NEW, OLD, TIMES, YEARS, left_over, python, state_of

from entrepot.errors import OutsideError
from entrepot.lake import Lake

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CHANGES = int(12 * TIMES)
LOADERS = 4
LOADER = """
import sys
from entrepot.errors import EntrepotError
from entrepot.lake import Lake

lake, step, *files = sys.argv[1:]

def tell(words):
    print(words, flush=True)
    if step != "run" and words.startswith(step):
        sys.stdin.readline()

try:
    Lake.open(lake).add("baci", files, progress=tell)
except EntrepotError as error:
    sys.exit(f"{error.exit_code} {error.what}")
"""
# Both years hold the same rows in every state, so a growth is zero or there is none.
READER = """
import os, sys, time
import entrepot as ep
from entrepot.lake import Lake

folder, until, *allowed = sys.argv[1:]
asked = {"importer": "RUS", "exporter": "CHN", "period": 2022, "source": "baci"}
lake, states, asks = Lake.open(folder), set(), 0
while not os.path.exists(until):
    figure = ep.ask("growth", base=2021, lake=lake if asks % 2 else folder, **asked)
    assert figure.status == "insufficient_data" or figure.value == 0, figure
    with lake.reading():
        sums = []
        for by in ("importer", "exporter", "importer"):
            rows = lake.flows("baci", by=by).to_native() if lake.holds("baci") else None
            time.sleep(0.02)
            sums.append(rows and rows.aggregate("count(*), sum(value_usd)").fetchall()[0])
        assert len(set(sums)) == 1, sums
    states.add(str(sums[0]))
    asks += 1
    if asks == 1:
        print("reading", flush=True)
assert states <= set(allowed), states
print(asks, len(states))
"""


@pytest.fixture
def loader(new: list[Path]) -> Callable[[Lake, str], subprocess.Popen[str]]:
    """Return what starts a load in another process that waits at a step."""

    def start(lake: Lake, step: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            python(LOADER, lake.path, step, *new),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        while step != "run" and not process.stdout.readline().startswith(step):
            assert process.poll() is None
        return process

    return start


def test_the_second_of_two_loaders_hears_who_is_first(
    lake_with_old: Callable[[str], Lake],
    loader: Callable[[Lake, str], subprocess.Popen[str]],
    new: list[Path],
) -> None:
    lake = lake_with_old("lake")
    with loader(lake, "sorting") as first:
        with pytest.raises(OutsideError) as caught:
            lake.add("baci", new)
        assert f"process {first.pid} on this machine since" in caught.value.what
        assert caught.value.what.endswith(", adding baci")
        with pytest.raises(OutsideError, match=f"process {first.pid} "):
            lake.remove("baci")
        assert state_of(lake) == OLD.state
        _, errors = first.communicate("go on\n", timeout=600)
        assert (first.returncode, errors) == (0, "")
    assert state_of(lake) == NEW.state
    assert lake.add("baci", new).added == ()


def test_a_killed_loader_holds_nothing(
    lake_with_old: Callable[[str], Lake],
    loader: Callable[[Lake, str], subprocess.Popen[str]],
    new: list[Path],
) -> None:
    lake = lake_with_old("lake")
    with loader(lake, "making it visible") as first:
        first.kill()
    assert str(first.pid) in (lake.path / "lock").read_text()
    assert left_over(lake)
    lake.add("baci", new)
    assert state_of(lake) == NEW.state
    assert not left_over(lake)
    assert (lake.path / "lock").read_text() == ""


def test_a_crowd_of_loaders(
    lake_with_old: Callable[[str], Lake], loader: Callable[[Lake, str], subprocess.Popen[str]]
) -> None:
    lake = lake_with_old("lake")
    crowd = [loader(lake, "run") for _ in range(LOADERS)]
    ends = [process.communicate(timeout=600) for process in crowd]
    codes = [process.returncode for process in crowd]
    assert 0 in codes
    for code, (_, errors) in zip(codes, ends, strict=True):
        assert code == 0 or errors.startswith("4 another load is writing to this lake"), errors
    assert state_of(lake) == NEW.state
    assert len(lake.holdings()) == 2 * len(YEARS)
    assert not left_over(lake)


def test_readers_see_the_old_state_or_the_new_one(
    tmp_path: Path, old: list[Path], new: list[Path]
) -> None:
    lake, stop = Lake.open(tmp_path / "lake"), tmp_path / "stop"
    lake.add("baci", old)
    states = [str((2 * one.rows, one.state[0][2] * 2)) for one in (OLD, NEW)]
    crowd = [
        subprocess.Popen(
            python(READER, lake.path, stop, *states, "None"),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for process in crowd:
        assert process.stdout is not None
        assert process.stdout.readline() == "reading\n"
    postponed = 0
    for at in range(CHANGES):
        lake.add("baci", new)
        lake.remove("baci@V202501" if at % 3 else "baci")
        postponed += bool(left_over(lake))
        if not lake.holds("baci"):
            lake.add("baci", old)
    stop.touch()
    for process in crowd:
        out, errors = process.communicate(timeout=600)
        assert process.returncode == 0, errors
        asks, seen = map(int, out.split())
        assert asks > CHANGES / 4
        assert seen >= 2, out
    assert postponed, "no change met a reader: this test has shown nothing"
    lake.add("baci", new)
    assert not left_over(lake)
    assert state_of(lake) == NEW.state


def test_a_reader_that_dies_holds_nothing(
    lake_with_old: Callable[[str], Lake], old: list[Path]
) -> None:
    lake = lake_with_old("lake")
    code = """
import os, sys
from entrepot.lake import Lake
with Lake.open(sys.argv[1]).reading():
    print("reading", flush=True)
    sys.stdin.readline()
"""
    with subprocess.Popen(
        python(code, lake.path), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "reading\n"
        lake.remove("baci")
        assert left_over(lake)
        assert "left-over" in {finding.rule for finding in lake.check()}
        os.kill(reader.pid, 9)
    lake.add("baci", old)
    lake.remove("baci")
    assert not left_over(lake)
