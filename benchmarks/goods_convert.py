"""One year of BACI, all products, moved into the next edition of the Harmonized System by weights.

| job | what it does |
|---|---|
| convert | `goods.weights.convert` on `lake.flows("baci")`, six columns, kept in a table |
| SQL by hand | the lake's Parquet joined to the same weights, the same six columns, kept too |
| estimate | weights of the whole nomenclature from made-up imports of 60 reporters |

Opening the lake and building the plan count. Rows and sums of value and mass have to agree to a
relative 1e-9. Where a code splits, both multiply value and mass alike.
"""

from __future__ import annotations

import math
from typing import Any

import baci_files
import edition_tables
import harness
import load_years

from entrepot.goods import Links
from entrepot.goods.weights import convert, estimate_weights
from entrepot.lake import Lake

COLUMNS = ("period", "exporter", "importer", "product", "value_usd", "mass_kg")
GOAL = 3
REPORTERS = 60


def ours(lake: str) -> dict[str, Any]:
    import datetime

    import narwhals as nw

    held = Lake.open(lake)
    weights = held.connection.from_arrow(edition_tables.weights().to_arrow())
    year = datetime.date(baci_files.FIRST_YEAR, 1, 1)
    rows = held.flows("baci").filter(nw.col("period") == year).select(*COLUMNS)
    found = convert(rows, nw.from_native(weights))
    held.connection.execute(f"CREATE TEMP TABLE found AS {found.to_native().sql_query()}")
    return _summary(held.connection)


def by_hand(lake: str) -> dict[str, Any]:
    from entrepot.engine import connect  # the settings of a lake: threads, memory, scratch

    connection = connect()
    connection.register("weights", edition_tables.weights().to_arrow())
    first = f"{baci_files.FIRST_YEAR}-01-01"
    connection.execute(f"""
        CREATE TEMP TABLE found AS
        SELECT period, exporter, importer, other_code AS product,
               value_usd * weight AS value_usd, mass_kg * weight AS mass_kg
        FROM read_parquet('{lake}/flows/by-importer/source=baci/freq=A/period={first}/*.parquet')
        JOIN weights ON product = code""")
    return _summary(connection)


def estimate() -> dict[str, Any]:
    links = Links(edition_tables.links())
    before, after = (_reports(edition) for edition in ("HS2017", "HS2022"))
    found = estimate_weights(before, after, links, "HS2017", "HS2022")
    return {"splits": len(found.splits)}


def _reports(edition: str) -> Any:
    import pyarrow as pa

    codes = edition_tables.codes_of(edition)
    rows = [
        (f"R{who:02}", code, float(1 + (place * 7_919 + who * 104_729) % 9_973))
        for who in range(REPORTERS)
        for place, code in enumerate(codes)
        if (place + who) % 3
    ]
    names = ("reporter", "product", "value")
    return pa.table({name: [row[place] for row in rows] for place, name in enumerate(names)})


def _summary(connection: Any) -> dict[str, Any]:
    query = "SELECT count(*), sum(value_usd), sum(mass_kg) FROM found"
    [(rows, value, mass)] = connection.execute(query).fetchall()
    return {"rows": rows, "value": value, "mass": mass}


JOBS = {"ours": ours, "hand": by_hand, "estimate": estimate}


def report(turns: int = 3) -> str:
    lake = load_years.ten_years()
    found = harness.in_turns(
        {
            "convert": lambda: harness.job(__file__, "ours", lake),
            "SQL by hand": lambda: harness.job(__file__, "hand", lake),
        },
        turns,
    )
    mine, theirs = (runs[0].facts for runs in found.values())
    for key, value in theirs.items():
        if not math.isclose(mine[key], value, rel_tol=1e-9):
            raise SystemExit(f"{key}: ours says {mine[key]}, SQL by hand {value}")
    found["estimate"] = [harness.job(__file__, "estimate") for _ in range(turns)]
    lines = harness.compared(found, "convert", {"SQL by hand": f"{GOAL} at most"})
    words = f"{mine['rows']:,} rows came out."
    return harness.section("Into another edition by weights", __doc__, words, lines)


if __name__ == "__main__":
    harness.main(JOBS, report)
