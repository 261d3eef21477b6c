"""Concentration of suppliers (HHI) for every importer x product x year, over ten years of BACI.

| job | what it does |
|---|---|
| SQL by hand | `sum(v * v) / sum(v)^2` over the lake's files; right if suppliers are unique |
| measure, unique suppliers | `hhi(lake.flows("baci"), ..., unique_suppliers=True)`: the same |
| SQL by hand, adding up | rows of one supplier are added up first; always right |
| measure | `hhi(lake.flows("baci"), ...)`: the default, always right |
| pandas | reads the four columns it needs and does what the first line does |

The measure gives four columns and not one, counts suppliers, and turns missing values, zero totals
and negative suppliers into "no answer". Opening the lake and building the plan count. All results
are kept in a table (pandas: a frame), and have to agree to a relative 1e-9.

Adding up makes as many groups as there are rows. A lake holds each exporter once a cell, so pass
`unique_suppliers=True` where `by` holds importer, product and period; anything coarser needs it.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import baci_files
import harness
import load_years

import entrepot as ep
from entrepot.lake import Lake

KEYS = ["importer", "product", "period"]
GOAL, GOAL_PANDAS = 1.3, 5.0
MIB_A_YEAR = 1_300  # what pandas was seen to need for eleven million rows

BY_HAND = """
    SELECT importer, product, period,
           sum(value_usd * value_usd) / (sum(value_usd) * sum(value_usd)) AS hhi
    FROM flows GROUP BY importer, product, period"""
BY_HAND_ADDED = """
    SELECT importer, product, period, sum(v * v) / (sum(v) * sum(v)) AS hhi
    FROM (SELECT importer, product, period, exporter, sum(value_usd) AS v
          FROM flows GROUP BY importer, product, period, exporter)
    GROUP BY importer, product, period"""


def by_hand(lake: str, added: str, years: str) -> dict[str, Any]:
    from entrepot.engine import connect  # the settings of a lake: threads, memory, scratch

    connection = connect()
    last = baci_files.FIRST_YEAR + int(years) - 1
    connection.execute(f"""
        CREATE VIEW flows AS FROM read_parquet('{lake}/flows/by-importer/**/*.parquet')
        WHERE period <= DATE '{last}-01-01'""")
    connection.execute(f"CREATE TEMP TABLE found AS {BY_HAND_ADDED if added else BY_HAND}")
    return _summary(connection)


def measure(lake: str, unique: str, years: str) -> dict[str, Any]:
    import datetime

    import narwhals as nw

    held = Lake.open(lake)
    last = datetime.date(baci_files.FIRST_YEAR + int(years) - 1, 1, 1)
    flows = held.flows("baci")
    if int(years) < baci_files.YEARS:
        flows = flows.filter(nw.col("period") <= last)
    panel = ep.measures.hhi(flows, by=KEYS, unique_suppliers=bool(unique))
    held.connection.execute(f"CREATE TEMP TABLE found AS {panel.to_native().sql_query()}")
    return _summary(held.connection)


def with_pandas(lake: str, years: str) -> dict[str, Any]:
    import pandas as pd

    frames = []
    for year in range(baci_files.FIRST_YEAR, baci_files.FIRST_YEAR + int(years)):
        [path] = Path(lake).glob(f"flows/by-importer/source=baci/freq=A/period={year}-*/*.parquet")
        frame = pd.read_parquet(
            path, columns=["importer", "product", "value_usd"], partitioning=None
        )
        frames.append(frame.assign(period=year))
    rows = pd.concat(frames, ignore_index=True)
    del frames
    rows["square"] = rows["value_usd"] * rows["value_usd"]
    sums = rows.groupby(KEYS, observed=True)[["value_usd", "square"]].sum()
    found = sums["square"] / (sums["value_usd"] * sums["value_usd"])
    return {"cells": len(found), "sum": float(found.sum())}


def _summary(connection: Any) -> dict[str, Any]:
    [(cells, total)] = connection.execute("SELECT count(*), sum(hhi) FROM found").fetchall()
    return {"cells": cells, "sum": total}


JOBS = {"hand": by_hand, "measure": measure, "pandas": with_pandas}


def report(turns: int = 3) -> str:
    lake = load_years.ten_years()
    script, every = __file__, baci_files.YEARS
    found = harness.in_turns(
        {
            "SQL by hand": lambda: harness.job(script, "hand", lake, "", every),
            "measure, unique suppliers": lambda: harness.job(script, "measure", lake, "1", every),
            "SQL by hand, adding up": lambda: harness.job(script, "hand", lake, "1", every),
            "measure": lambda: harness.job(script, "measure", lake, "", every),
        },
        turns,
    )
    _require_same(found)
    size = harness.rows_a_year() / harness.FULL
    few = max(1, min(every, int(_free_mib() / (MIB_A_YEAR * size))))
    beside = harness.in_turns(
        {
            "measure, unique suppliers": lambda: harness.job(script, "measure", lake, "1", few),
            "pandas": lambda: harness.job(script, "pandas", lake, few),
        },
        1,
    )
    _require_same(beside)
    ours, theirs = beside.values()
    rows = sum(item.rows for item in Lake.open(lake).holdings())
    return harness.section(
        "HHI panel",
        __doc__,
        f"{rows:,} rows, {found['measure'][0].facts['cells']:,} cells",
        _table(found),
        f"Pandas, on {few} of {every} years, as many as memory holds: "
        f"{theirs[0].seconds:.1f} s and {theirs[0].peak_mib:,.0f} MiB; the measure on the same "
        f"rows {ours[0].seconds:.1f} s and {ours[0].peak_mib:,.0f} MiB. Pandas takes "
        f"**{harness.ratio(theirs, ours):.1f} times** as long (goal: at least {GOAL_PANDAS}).",
    )


def _table(found: dict[str, list[harness.Run]]) -> str:
    lines = [
        "| job | s | CPU s | peak MiB | to the line above, wall | CPU | goal |",
        "|---|---:|---:|---:|---:|---:|---|",
    ]
    above: list[harness.Run] = []
    for name, runs in found.items():
        ratios, goal = ["", ""], ""
        if name.startswith("measure"):
            ratios = [f"{harness.ratio(runs, above, what):.2f}" for what in ("seconds", "cpu")]
            goal = f"wall {GOAL} at most"
        numbers = [f"{harness.median(runs, what):.2f}" for what in ("seconds", "cpu")]
        numbers.append(f"{max(run.peak_mib for run in runs):,.0f}")
        lines.append(f"| {name} | {' | '.join([*numbers, *ratios])} | {goal} |")
        above = runs
    return "\n".join(lines)


def _require_same(found: dict[str, list[harness.Run]]) -> None:
    facts = {name: runs[0].facts for name, runs in found.items()}
    first = next(iter(facts.values()))
    for name, one in facts.items():
        close = math.isclose(one["sum"], first["sum"], rel_tol=1e-9)
        if one["cells"] != first["cells"] or not close:
            raise SystemExit(f"{name} gives {one}, and not {first}")


def _free_mib() -> float:
    for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) / 1024
    return 4_096


if __name__ == "__main__":
    harness.main(JOBS, report)
