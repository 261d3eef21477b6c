"""Time supplier concentration for each importer x product x year: our measure against raw SQL.

Both run on one DuckDB connection and one generated table, in turns, so that whatever else the
machine does hits both. Usage: python benchmarks/hhi_panel.py [ROWS] [--repeats 9] [--threads 2]
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

import entrepot as ep
from entrepot.engine import connect

if TYPE_CHECKING:
    from collections.abc import Callable

GOAL = 1.3
KEYS = ["importer", "product", "period"]
YEARS, IMPORTERS, EXPORTERS, ROWS_A_CELL = 10, 224, 224, 10

# One row a supplier, as BACI has it: what somebody would write by hand, the index and no more.
BY_HAND = """
    select importer, product, period,
           sum(value_usd * value_usd) / (sum(value_usd) * sum(value_usd)) as hhi
    from flows group by importer, product, period
"""

# Rows of one supplier added up first, as our measure does unless told that there is nothing to add.
BY_HAND_ADDED = """
    select importer, product, period, sum(v * v) / (sum(v) * sum(v)) as hhi
    from (select importer, product, period, exporter, sum(value_usd) as v
          from flows group by importer, product, period, exporter)
    group by importer, product, period
"""


@dataclass
class Job:
    """A query with its times in seconds, and the query it is compared with."""

    name: str
    sql: Callable[[], str]
    against: str | None
    times: list[float]


def generate(connection: duckdb.DuckDBPyConnection, rows: int) -> int:
    """Make a table of about `rows` rows in the shape and order of a BACI lake.

    224 areas, 10 years, 1 to 19 suppliers a cell (10 on average, each once), values over six orders
    of magnitude; 110 million rows have 4,910 products, as many as BACI.
    """
    products = max(1, round(rows / (YEARS * IMPORTERS * ROWS_A_CELL)))
    connection.execute(
        f"""
        create table flows as
        select make_date(2014 + (cell // {IMPORTERS * products})::int, 1, 1) as period,
               'E' || lpad(((hash(cell) % {EXPORTERS} + 37 * place) % {EXPORTERS})::varchar, 3, '0')
                   as exporter,
               'I' || lpad((cell // {products} % {IMPORTERS})::varchar, 3, '0') as importer,
               lpad((cell % {products})::varchar, 6, '0') as product,
               round(1000 * exp(hash(cell, place) % 1000000 / 1000000.0 * 14)) as value_usd
        from range({YEARS * IMPORTERS * products}) as cells(cell),
             lateral (select unnest(range(1 + (hash(cell + 1) % 19)::bigint)) as place)
        """
    )
    return connection.execute("select count(*) from flows").fetchall()[0][0]


def jobs(connection: duckdb.DuckDBPyConnection) -> list[Job]:
    """Return what is timed, each of our forms after the SQL it is compared with."""
    flows = connection.table("flows")

    def ours(*, unique: bool) -> str:
        panel = ep.measures.hhi(flows, by=KEYS, unique_suppliers=unique)
        return panel.sql_query()

    return [
        Job("SQL by hand", lambda: BY_HAND, None, []),
        Job("measure, unique suppliers", lambda: ours(unique=True), "SQL by hand", []),
        Job("SQL by hand, adding up", lambda: BY_HAND_ADDED, None, []),
        Job("measure", lambda: ours(unique=False), "SQL by hand, adding up", []),
    ]


def run(connection: duckdb.DuckDBPyConnection, job: Job, place: int) -> None:
    """Run a job into a table of its own and note the time, building the plan included."""
    start = time.perf_counter()
    connection.execute(f"create or replace temp table result_{place} as {job.sql()}")
    job.times.append(time.perf_counter() - start)


def worst_difference(connection: duckdb.DuckDBPyConnection, first: int, second: int) -> float:
    """Return the largest relative difference of two results; infinite if a cell is missing."""
    keys = ", ".join(KEYS)
    cells, matched, worst = connection.execute(
        f"""
        select count(*), count(a.hhi + b.hhi), max(abs(a.hhi - b.hhi) / b.hhi)
        from result_{first} a full join result_{second} b using ({keys})
        """
    ).fetchall()[0]
    return float(worst) if cells == matched else float("inf")


def ratios(job: Job, other: Job) -> tuple[float, float]:
    """Return the ratio of the minima and the median ratio within a turn."""
    turns = [ours / theirs for ours, theirs in zip(job.times, other.times, strict=True)]
    return min(job.times) / min(other.times), statistics.median(turns)


def main() -> int:
    """Run the benchmark and print it; exit code 1 if results differ or the goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows", nargs="?", type=int, default=3_000_000)
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--threads", type=int, default=None)
    options = parser.parse_args()

    connection = connect(threads=options.threads)
    rows = generate(connection, options.rows)
    timed = jobs(connection)
    for _ in range(options.repeats):
        for place, job in enumerate(timed):
            run(connection, job, place)
    cells = connection.execute("select count(*) from result_0").fetchall()[0][0]
    print(f"{rows:,} rows, {cells:,} cells, DuckDB {duckdb.__version__}")
    print(f"{'':28}{'minimum':>10}{'median':>10}{'ratio':>8}{'in turns':>10}")

    failed = False
    for place, job in enumerate(timed):
        line = f"{job.name:28}{min(job.times):9.3f}s{statistics.median(job.times):9.3f}s"
        if job.against is not None:
            other = next(item for item in timed if item.name == job.against)
            lowest, paired = ratios(job, other)
            line += f"{lowest:8.2f}{paired:10.2f}"
            failed = failed or min(lowest, paired) > GOAL
        print(line)
        if place and worst_difference(connection, 0, place) > 1e-9:
            print(f"  {job.name} gives other numbers than {timed[0].name}")
            failed = True
    print(f"ratio to the line above: of the minima, and the median over turns; goal {GOAL}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
