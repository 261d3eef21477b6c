"""What every benchmark shares: jobs in fresh processes, taken in turns, and tables of ratios.

A script lists its jobs and calls `main`. Each job runs in a process of its own, which measures wall
time and CPU time of the job alone (imports are done before) and its own peak of memory. Jobs take
turns, so that whatever else the machine does hits all of them; medians over the turns are printed.
On a busy machine the ratio of CPU times says more than that of wall times.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

FULL = 11_000_000
SMALL = 500_000
Jobs = "dict[str, Callable[..., dict[str, Any]]]"
RATIOS: list[tuple[str, float]] = []
"""Ratios of CPU time that the reports of this process found, each with its name."""


@dataclass(frozen=True)
class Run:
    """What one run of a job took, and what it found."""

    seconds: float
    cpu: float
    peak_mib: float
    facts: dict[str, Any] = field(default_factory=dict)


def rows_a_year() -> int:
    """Return the number of rows a year that the environment asks for."""
    return int(os.environ.get("ENTREPOT_BENCH_ROWS", SMALL))


def folder() -> Path:
    """Return where generated files of this size are kept, to be used again."""
    root = os.environ.get("ENTREPOT_BENCH_DIR") or str(
        Path(tempfile.gettempdir(), "entrepot-bench")
    )
    path = Path(root, str(rows_a_year()))
    path.mkdir(parents=True, exist_ok=True)
    return path


def arguments(**numbers: int) -> argparse.Namespace:
    """Read the command line of the script that runs: ``--help``, and numbers with their defaults.

    Anything else is refused, so that a slip does not start an hour of work.
    """
    about = sys.modules["__main__"].__doc__
    parser = argparse.ArgumentParser(
        description=about, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name, default in numbers.items():
        parser.add_argument(name, type=int, nargs="?", default=default, help=f"default {default}")
    return parser.parse_args()


def main(jobs: Jobs, report: Callable[..., str | None], **numbers: int) -> None:
    """Run one job for the parent process, or print the report on the numbers that were given."""
    if sys.argv[1:2] == ["--job"]:
        _, _, name, *rest = sys.argv
        start, cpu = time.perf_counter(), time.process_time()
        facts = jobs[name](*rest)
        took = time.perf_counter() - start, time.process_time() - cpu
        print(json.dumps([*took, peak_of_this_process(), facts]))
    else:
        found = report(**vars(arguments(**numbers)))
        if found:
            print(found)


def job(script: str, name: str, *arguments: object) -> Run:
    """Run a job of a script in a fresh process."""
    command = [sys.executable, script, "--job", name, *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    seconds, cpu, peak, facts = json.loads(done.stdout.splitlines()[-1])
    return Run(*facts.pop("run", (seconds, cpu, peak)), facts)


def command(arguments: Sequence[str]) -> Run:
    """Run a program and time it from outside, start of the interpreter included.

    A small process starts it, for a child's peak counts what its parent held when it was started.
    """
    return job(__file__, "program", *arguments)


def _program(*arguments: str) -> dict[str, Any]:
    start = time.perf_counter()
    with subprocess.Popen(arguments, stdout=subprocess.PIPE) as child:
        printed = child.stdout.read() if child.stdout else b""
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    took = time.perf_counter() - start
    if child.returncode:
        raise SystemExit(f"{' '.join(arguments)} ended with {child.returncode}")
    numbers = (took, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
    return {"run": numbers, "printed": printed.decode()}


def in_turns(jobs: dict[str, Callable[[], Run]], turns: int) -> dict[str, list[Run]]:
    """Run jobs one after the other, `turns` times over."""
    found: dict[str, list[Run]] = {name: [] for name in jobs}
    for _ in range(turns):
        for name, run in jobs.items():
            found[name].append(run())
    return found


def median(runs: Sequence[Run], what: str = "seconds") -> float:
    """Return the median of one number over the turns."""
    return statistics.median(getattr(run, what) for run in runs)


def ratio(ours: Sequence[Run], theirs: Sequence[Run], what: str = "seconds") -> float:
    """Return the median of the ratios within a turn."""
    pairs = zip(ours, theirs, strict=True)
    return statistics.median(getattr(a, what) / getattr(b, what) for a, b in pairs)


def compared(found: dict[str, list[Run]], ours: str, goal: dict[str, str]) -> str:
    """Return a table of all jobs: time, CPU time, peak, and the ratio of `ours` to each.

    Parameters
    ----------
    found
        Runs by job.
    ours
        The job that the others are compared with.
    goal
        What is to be reached, by the job that it is measured against.
    """
    lines = [
        "| job | s | CPU s | peak MiB | ours / this, wall | CPU | goal |",
        "|---|---:|---:|---:|---:|---:|---|",
    ]
    for name, runs in found.items():
        cells = [f"{median(runs, what):.2f}" for what in ("seconds", "cpu")]
        cells.append(f"{max(run.peak_mib for run in runs):,.0f}")
        same = name == ours
        if not same:
            RATIOS.append((f"{ours} / {name}", ratio(found[ours], runs, "cpu")))
        cells += [
            "" if same else f"{ratio(found[ours], runs, what):.2f}" for what in ("seconds", "cpu")
        ]
        lines.append(f"| {name} | {' | '.join(cells)} | {goal.get(name, '')} |")
    return "\n".join(lines)


def section(title: str, *parts: str) -> str:
    """Return a section of the results."""
    return "\n\n".join([f"## {title}", *(part.strip() for part in parts)])


def peak_of_this_process() -> float:
    """Return the most memory that this process has held, in MiB."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    import resource  # no /proc: counts what the parent held when it forked, too

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main({"program": _program}, lambda: __doc__ or "")
