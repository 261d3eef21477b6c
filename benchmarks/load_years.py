"""Releases of one, three and ten years into a lake: time should grow with rows, memory should not.

| column | what it is |
|---|---|
| s / m rows | wall time for a million rows; the same in every line if loading is linear |
| peak MiB | of the whole process; the same in every line if memory is flat |
"""

from __future__ import annotations

import shutil
from typing import Any

import baci_files
import harness

from entrepot.lake import Lake

STEPS = (1, 3, 10)


def load(zipped: str, target: str) -> dict[str, Any]:
    report = Lake.open(target).add("baci", [zipped])
    return {"rows": sum(held.rows for held in report.added)}


JOBS = {"load": load}


def report() -> str:
    lines = [
        "| years | m rows | s | CPU s | s / m rows | CPU s / m rows | peak MiB |",
        "|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for years in STEPS:
        zipped = baci_files.release(harness.folder(), years, harness.rows_a_year())
        target = lake_of(years)
        shutil.rmtree(target, ignore_errors=True)
        run = harness.job(__file__, "load", zipped, target)
        rows = run.facts["rows"] / 1e6
        lines.append(
            f"| {years} | {rows:.1f} | {run.seconds:.1f} | {run.cpu:.1f} | "
            f"{run.seconds / rows:.2f} | {run.cpu / rows:.2f} | {run.peak_mib:,.0f} |"
        )
        if years != STEPS[-1]:  # the largest is asked by other benchmarks
            shutil.rmtree(target)
    return harness.section("Ten years of BACI into a lake", __doc__, "\n".join(lines))


def lake_of(years: int) -> str:
    """Return the folder of a lake of some years."""
    return str(harness.folder() / f"lake-{years}y")


def ten_years() -> str:
    """Return the folder of a lake of ten years, made if it is not there."""
    from pathlib import Path

    folder = lake_of(baci_files.YEARS)
    if not Path(folder, "catalog.json").exists():
        zipped = baci_files.release(harness.folder(), baci_files.YEARS, harness.rows_a_year())
        harness.job(__file__, "load", zipped, folder)
    return folder


if __name__ == "__main__":
    harness.main(JOBS, report)
