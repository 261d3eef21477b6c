"""Start processes that read inputs, see that none hangs, dies or grows, and count."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Job = tuple[str, int, int]

__all__ = ["MEMORY", "SECONDS", "TOGETHER", "Tally", "lines", "watch"]

TESTS = Path(__file__).resolve().parents[2]
SECONDS = 60.0
"""What one input may take on a busy machine; most take a twentieth of one."""
MEMORY = 1024
"""MiB that a process may hold, DuckDB and the oracle included; without inputs it holds 250."""
TOGETHER = 2_000
"""Inputs that one process reads."""


@dataclass
class Tally:
    """What came of the inputs of one subject.

    Attributes
    ----------
    inputs, refused, read, judged
        How many there were, were refused, were read, and of these were held against the model.
    findings
        How often each rule was found.
    bugs
        What went wrong: number, text, what was done to the input.
    seconds
        Time spent on reading them.
    slowest
        Longest time that one took.
    memory
        Most MiB that a process held.
    """

    inputs: int = 0
    refused: int = 0
    read: int = 0
    judged: int = 0
    findings: Counter[str] = field(default_factory=Counter)
    bugs: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0
    slowest: float = 0.0
    memory: int = 0

    def take(self, told: dict[str, Any]) -> None:
        """Count what a process tells of an input."""
        self.inputs += 1
        self.refused += told["kind"] == "refused"
        self.read += told["kind"] == "read"
        self.judged += told["kind"] == "read" and told["judged"]
        self.findings.update(told["findings"])
        self.seconds += told["seconds"]
        self.slowest = max(self.slowest, told["seconds"])
        self.memory = max(self.memory, told["memory"])
        if told["kind"] == "bug":
            self.add_bug(told["number"], told["text"], told["did"])
        elif told["memory"] > MEMORY:
            self.add_bug(told["number"], f"memory: {told['memory']} MiB", [])

    def add_bug(self, number: int, text: str, did: list[str]) -> None:
        self.bugs.append({"number": number, "text": text, "did": did})


def watch(
    jobs: list[Job],
    *,
    seconds: float = SECONDS,
    seen: Callable[[str, Tally], None] | None = None,
) -> dict[str, Tally]:
    """Read inputs in processes of their own and return what came of them, by subject.

    Parameters
    ----------
    jobs
        Subject, first number, and how many.
    seconds
        What one input may take; it is killed then, and the next one follows.
    seen
        Told after each process.
    """
    found = {name: Tally() for name, _, _ in jobs}
    left = _pieces(jobs)
    while left:
        now, left = _together(left)
        rest = _one_process(now, found, seconds)
        left = rest + left
        if seen:
            seen(now[-1][0], found[now[-1][0]])
    return found


def _pieces(jobs: list[Job]) -> list[Job]:
    return [
        (name, first + start, min(TOGETHER, count - start))
        for name, first, count in jobs
        for start in range(0, count, TOGETHER)
    ]


def _together(jobs: list[Job]) -> tuple[list[Job], list[Job]]:
    """Return the jobs of the next process, and the others."""
    number, total = 0, 0
    while number < len(jobs) and (not number or total + jobs[number][2] <= TOGETHER):
        total += jobs[number][2]
        number += 1
    return jobs[:number], jobs[number:]


def _one_process(jobs: list[Job], found: dict[str, Tally], seconds: float) -> list[Job]:
    """Run one process; return the jobs that it left."""
    words = [str(word) for job in jobs for word in job]
    paths = os.pathsep.join([str(TESTS / "scale"), str(TESTS), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-m", "fuzz.child", *words]
    done, grown, silent = 0, False, False
    with tempfile.TemporaryFile("w+b") as errors, subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=errors, env={**os.environ, "PYTHONPATH": paths}
    ) as process:  # fmt: skip
        assert process.stdout is not None
        for told in lines(process.stdout, seconds, process.pid):
            if told is not None:
                found[told["subject"]].take(told)
                done += 1
            silent, grown = told is None, told is not None and told["memory"] > MEMORY
            if silent or grown:
                process.kill()
                break
        code = process.wait()
        if grown or code == -signal.SIGTERM:  # somebody else ended it: not what it read
            return _after(jobs, done)
        if code == 0 and not silent:
            return []
        name, number = _at(jobs, done)
        what = f"hang: no answer in {seconds:.0f} s" if silent else f"died: {_end(code, errors)}"
    found[name].inputs += 1
    found[name].add_bug(number, what, [])
    return _after(jobs, done + 1)


def lines(stream: IO[bytes], seconds: float, process: int) -> Iterator[dict[str, Any] | None]:
    """Yield what a process tells, line by line; None once it is silent for too long.

    Time in which it, or all of us, were made to wait does not count.
    """
    rest, waited = b"", -60.0  # it has to start first
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        while waited < seconds:
            if not selector.select(_SLICE):
                waited += 0 if _is_stopped(process) else _SLICE
                continue
            piece = os.read(stream.fileno(), 2**16)
            if not piece:
                return
            *whole, rest = (rest + piece).split(b"\n")
            waited = 0.0 if whole else waited
            for line in whole:
                yield json.loads(line)
    yield None


_SLICE = 0.5
"""Seconds to wait at once: however long we were stopped, it counts as one of them."""


def _is_stopped(process: int) -> bool:
    """Whether somebody has stopped a process, as one does who measures something else."""
    try:
        stat = Path(f"/proc/{process}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] == "T"


def _at(jobs: list[Job], done: int) -> tuple[str, int]:
    for name, first, count in jobs:
        if done < count:
            return name, first + done
        done -= count
    return jobs[-1][0], -1


def _after(jobs: list[Job], done: int) -> list[Job]:
    left = []
    for name, first, count in jobs:
        skipped = min(done, count)
        done -= skipped
        if skipped < count:
            left.append((name, first + skipped, count - skipped))
    return left


def _end(code: int, errors: IO[bytes]) -> str:
    errors.seek(0)
    said = errors.read()[-1500:].decode("utf-8", "replace").strip()
    return f"exit code {code}; {said}"
