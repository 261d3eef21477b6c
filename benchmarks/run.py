"""Run every benchmark at the size that ENTREPOT_BENCH_ROWS names (rows of BACI a year).

    python benchmarks/run.py [NAME ...] [--write]

Prints what it finds; `--write` puts it into benchmarks/RESULTS.md, with machine and date. With
names, only their sections are put there, each with its own date.
Ratios of CPU time are compared with those that were written last at the same size
(benchmarks/ratios.json), and what got slower by more than a fifth is named at the end.
Generated files are kept in ENTREPOT_BENCH_DIR (by default a folder among the temporary files) and
used again; a full run needs 12 GB there.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from datetime import UTC, datetime
from importlib import import_module, metadata
from pathlib import Path

import harness

ALL = (
    "load_baci",
    "load_years",
    "load_comtrade",
    "ask_cold",
    "curve",
    "hhi_panel",
    "goods_match",
    "goods_convert",
    "reconcile_year",
    "origin",
    "layout",
    "serve_load",
    "waiting",
    "register",
)
RATIOS = Path(__file__).with_name("ratios.json")
SLOWER = 1.2
"""How much larger a ratio may get before it is named: machines are noisy."""


def main() -> None:
    parser = ArgumentParser(description=__doc__, formatter_class=RawDescriptionHelpFormatter)
    parser.add_argument("names", metavar="NAME", nargs="*", help=f"of {', '.join(ALL)}")
    parser.add_argument("--write", action="store_true", help="put it into RESULTS.md")
    asked = parser.parse_args()
    if unknown := sorted({*asked.names} - {*ALL}):
        parser.error(f"no benchmark is called {', '.join(unknown)}")
    write, names = asked.write, asked.names or ALL
    found = [_heading()]
    print(found[0], flush=True)
    ratios: dict[str, float] = {}
    for name in names:
        harness.RATIOS.clear()
        found.append(import_module(name).report())
        print(f"\n{found[-1]}", flush=True)
        ratios |= _named(name)
    print(f"\n{_compared(ratios)}", flush=True)
    path = Path(__file__).with_name("RESULTS.md")
    if write and names != ALL and path.exists():
        found = _put_in(path.read_text(encoding="utf-8"), found[1:])
    if write:
        path.write_text("\n\n".join(found) + "\n", encoding="utf-8")
        held = _recorded() | {str(harness.rows_a_year()): _last() | ratios}
        RATIOS.write_text(json.dumps(held, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def _named(benchmark: str) -> dict[str, float]:
    """Return the ratios of a benchmark by name; one that occurs again has a number."""
    found: dict[str, float] = {}
    for job, ratio in harness.RATIOS:
        name = f"{benchmark}: {job}"
        again = sum(known.startswith(name) for known in found)
        found[f"{name} ({again + 1})" if again else name] = round(ratio, 3)
    return found


def _recorded() -> dict[str, dict[str, float]]:
    """Return the ratios that were written last, by rows a year and name."""
    if not RATIOS.exists():
        return {}
    held: dict[str, dict[str, float]] = json.loads(RATIOS.read_text(encoding="utf-8"))
    return held


def _last() -> dict[str, float]:
    return _recorded().get(str(harness.rows_a_year()), {})


def _compared(ratios: dict[str, float]) -> str:
    """Say which ratios are larger than those that were written last at this size."""
    last = _last()
    known = ratios.keys() & last.keys()
    slower = [
        f"slower: {name}: {last[name]:g} before, {ratios[name]:g} now"
        for name in ratios
        if name in known and ratios[name] > last[name] * SLOWER
    ]
    if not known:
        return f"No ratios of {harness.rows_a_year():,} rows a year were written before."
    return "\n".join(slower) or f"None of {len(known)} ratios got worse by more than a fifth."


def _put_in(text: str, sections: list[str]) -> list[str]:
    """Return the parts of the page with some sections new, each dated."""
    head, *rest = text.rstrip("\n").split("\n\n## ")
    kept = {part.partition("\n")[0]: f"## {part}" for part in rest}
    when = f"Measured again on {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, commit {_commit()}."
    for section in sections:
        title, _, body = section.removeprefix("## ").partition("\n")
        kept[title] = f"## {title}\n\n{when}\n{body}"
    return [head, *kept.values()]


def _heading() -> str:
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in ("duckdb", "narwhals"))
    return f"""# Results

Written by `benchmarks/run.py` on {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, commit {_commit()};
{harness.rows_a_year():,} rows of BACI a year were asked for.

Machine: {_processor()}, {os.cpu_count()} cores, {_memory_gib():.0f} GiB, {platform.system()}
{platform.release()}; load average at the start {load}. Python {platform.python_version()},
{versions}.

Every job runs in a fresh process; jobs take turns; medians are shown. Peaks are the highest of all
turns. Ratios are medians of the ratios within a turn: trust them more than seconds, and where the
machine was busy trust those of CPU time more than those of wall time."""


def _commit() -> str:
    here = Path(__file__).parent
    done = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=here,
        capture_output=True,
        check=False,
        text=True,
    )
    return done.stdout.strip() or "unknown"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def _memory_gib() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30


if __name__ == "__main__":
    main()
