"""Run every benchmark at the size that ENTREPOT_BENCH_ROWS names (rows of BACI a year).

    python benchmarks/run.py [NAME ...] [--write]

Prints what it finds; `--write` puts it into benchmarks/RESULTS.md, with machine and date. With
names, only their sections are put there, each with its own date.
Generated files are kept in ENTREPOT_BENCH_DIR (by default a folder among the temporary files) and
used again; a full run needs 12 GB there.
"""

from __future__ import annotations

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
)


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
    for name in names:
        found.append(import_module(name).report())
        print(f"\n{found[-1]}", flush=True)
    path = Path(__file__).with_name("RESULTS.md")
    if write and names != ALL and path.exists():
        found = _put_in(path.read_text(encoding="utf-8"), found[1:])
    if write:
        path.write_text("\n\n".join(found) + "\n", encoding="utf-8")


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
