"""A year of reports by both sides, made one: our `reconcile` against the same steps in pandas.

The cells are those of `cells.py`; each side reports a value with an error of its own size, and one
cell in seven is told by one side only. Both jobs read Parquet, pair the reports, measure the gaps
of every pair of countries, solve for error variances, weigh, and write the result with both
reports. The solving is the same code; pairing, gaps and weighing are the frames' work. At full size
two thirds more cells are made than BACI has in a year: sixteen million that both sides tell.

Ours also looks for cells that one side tells twice, and keeps mass, valuation, basis and flags.

pandas holds countries and products as categories, as one would who knows it.
"""

from __future__ import annotations

from typing import Any

import cells
import harness
import shape

GOAL_SECONDS, GOAL_MIB = 60.0, 8_192
DENSITY = shape.DENSITY * 2.1


def make(target: str) -> dict[str, Any]:
    from entrepot.engine import connect

    connection = connect()
    cells.weights(connection, "baci", harness.rows_a_year())
    exporter, importer = (
        f"(hash({side}, {seed}) % 1000) / 1000.0 * 0.6 + 0.03"
        for side, seed in (("i", 71), ("j", 72))
    )
    truth = f"SELECT * REPLACE (v * 1000 AS v) FROM ({cells.cells(2022, DENSITY)})"
    connection.execute(f"""
        COPY (
            SELECT DATE '2022-01-01' AS period, 'A' AS freq, 'X' || i AS exporter,
                   'X' || j AS importer, k AS product, 'HS2017' AS nomenclature,
                   v * exp(({exporter}) * {cells.normal("cell", 2022, 21)}) AS value_usd,
                   v / 9 AS mass_kg, 'FOB' AS valuation, 'exporter' AS reported_by,
                   'destination' AS partner_basis, NULL::BOOLEAN AS is_reexport,
                   NULL::BOOLEAN AS is_estimated
            FROM ({truth}) WHERE hash(cell, 5) % 14 <> 0
            UNION ALL
            SELECT DATE '2022-01-01', 'A', 'X' || i, 'X' || j, k, 'HS2017',
                   v * exp(({importer}) * {cells.normal("cell", 2022, 31)}), v / 9, 'CIF',
                   'importer', 'origin', NULL, NULL
            FROM ({truth}) WHERE hash(cell, 5) % 14 <> 1
        ) TO '{target}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)""")
    return {}


def ours(source: str, target: str) -> dict[str, Any]:
    from entrepot.engine import connect
    from entrepot.reconciliation import reconcile

    connection = connect()
    found = reconcile(connection, connection.read_parquet(source))
    found.rows.write_parquet(target, compression="zstd")
    total = sum(value for _, value in found.counts.values())
    return {"total": total, "both": found.counts["both"][0]}


def in_pandas(source: str, target: str) -> dict[str, Any]:
    import numpy as np
    import pandas as pd

    from entrepot.reconciliation import PairGap, variances

    columns = ["exporter", "importer", "product", "reported_by", "value_usd"]
    rows = pd.read_parquet(source, columns=columns)
    for name in columns[:4]:
        rows[name] = rows[name].astype("category")
    key = columns[:3]
    one, other = (
        rows[rows.reported_by == side].drop(columns="reported_by").set_index(key).value_usd
        for side in ("exporter", "importer")
    )
    del rows
    both = pd.concat([one.rename("x"), other.rename("m")], axis=1).reset_index()
    del one, other
    told = both[(both.x > 0) & (both.m > 0) & (both[["x", "m"]].max(axis=1) >= 10_000)]
    gap = np.log(told.m / told.x).abs().clip(upper=3.0)
    means = gap.groupby([told.exporter, told.importer], observed=True).agg(["count", "mean"])
    spread = variances(
        [PairGap(a, b, int(n), float(g), 0.0) for (a, b), n, g in means.itertuples()]
    )
    odds = spread.odds()
    logits = both.exporter.map(odds.exporter).astype(float).fillna(0.0) + both.importer.map(
        odds.importer
    ).astype(float).fillna(0.0)
    weight = 1 / (1 + np.exp(-logits))
    weight[both.m.isna()] = 1.0
    weight[both.x.isna()] = 0.0
    both["value"] = (weight * both.x).fillna(0) + ((1 - weight) * both.m).fillna(0)
    deviation = np.sqrt(
        weight**2 * both.exporter.map(spread.exporter).astype(float).fillna(spread.typical)
        + (1 - weight) ** 2
        * both.importer.map(spread.importer).astype(float).fillna(spread.typical)
    )
    both["low"], both["high"] = (
        both.value * np.exp(sign * 1.6448536 * deviation) for sign in (-1, 1)
    )
    both.to_parquet(target, compression="zstd")
    return {"total": float(both.value.sum()), "both": int((both.x.notna() & both.m.notna()).sum())}


JOBS = {"make": make, "ours": ours, "pandas": in_pandas}


def report(turns: int = 3) -> str:
    source = harness.folder() / "reports.parquet"
    if not source.exists():
        draft = source.with_suffix(".draft")
        harness.job(__file__, "make", draft)
        draft.rename(source)
    target = harness.folder() / "reconciled.parquet"
    found = harness.in_turns(
        {
            "ours": lambda: harness.job(__file__, "ours", source, target),
            "pandas": lambda: harness.job(__file__, "pandas", source, target),
        },
        turns,
    )
    target.unlink(missing_ok=True)
    mine, theirs = (runs[0].facts for runs in found.values())
    if mine["both"] != theirs["both"] or abs(mine["total"] / theirs["total"] - 1) > 1e-9:
        raise SystemExit(f"ours says {mine}, pandas {theirs}")
    goal = {"ours": f"{GOAL_SECONDS:.0f} s and {GOAL_MIB:,} MiB at full size"}
    words = f"{mine['both']:,} cells told by both sides; both add up to the same value."
    return harness.section(
        "Two reports made one", __doc__, words, harness.compared(found, "ours", goal)
    )


if __name__ == "__main__":
    harness.main(JOBS, report)
