"""One year of BACI, as shipped in a zip, into a lake; against raw DuckDB on the unzipped CSV.

Ours unzips, keeps the bytes by hash, checks every cell, writes the canonical columns twice (sorted
by importer and by exporter), reads one copy back for twins and order, hashes both, and makes it all
visible in one step. Raw does none of that: it trusts the file and its types.

| job | what it does |
|---|---|
| raw, 1 copy | reads the six columns as shipped and writes them once, sorted |
| raw, 2 copies | the same into a table in memory, then both sort orders |
| raw, 2 canonical copies | also joins the codes of areas and writes the columns that ours has |

All write with the same Parquet options. The last is the fair comparison.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import baci_files
import duckdb
import harness

from entrepot.lake import Lake
from entrepot.model.areas import area, by_code
from entrepot.model.columns import schema

PARQUET = "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 122880)"
GOAL = 1.5


def ours(zipped: str, target: str) -> dict[str, Any]:
    report = Lake.open(target).add("baci", [zipped])
    return {"rows": sum(held.rows for held in report.added)}


def raw_once(text: str, target: str) -> dict[str, Any]:
    _copy(_connect(), _text(text), "j, k, i", Path(target, "by-importer.parquet"))
    return {}


def raw_twice(text: str, target: str) -> dict[str, Any]:
    connection = _connect()
    connection.execute(f"CREATE TEMP TABLE year AS FROM {_text(text)}")
    _copy(connection, "year", "j, k, i", Path(target, "by-importer.parquet"))
    _copy(connection, "year", "i, k, j", Path(target, "by-exporter.parquet"))
    return {}


def raw_canonical(text: str, target: str) -> dict[str, Any]:
    connection = _connect()
    connection.execute(f"CREATE TEMP TABLE year AS FROM {_text(text)}")
    codes = ", ".join(
        f"({code}, '{iso}')"
        for code, iso in by_code("baci").items()
        if area(iso).kind != "aggregate"
    )
    cells = {
        "exporter": "e.iso",
        "importer": "m.iso",
        "product": "k",
        "nomenclature": "'HS2017'",
        "value_usd": "round(v * 1000)",
        "valuation": "'FOB'",
        "mass_kg": "q * 1000",
        "reported_by": "'both'",
        "snapshot": "'0123456789ab'",
    }
    out = ", ".join(
        f"{cells.get(name, 'NULL')}::{kind} AS {name}"
        for name, kind in schema("flows").items()
        if name not in ("source", "freq", "period")  # they are in the names of folders
    )
    rows = f"""(
        WITH area(code, iso) AS (VALUES {codes})
        SELECT {out} FROM year JOIN area AS e ON e.code = i JOIN area AS m ON m.code = j)"""
    path = Path(target)
    _copy(connection, rows, "importer, product, exporter", path / "by-importer.parquet")
    _copy(connection, rows, "exporter, product, importer", path / "by-exporter.parquet")
    return {}


def _connect() -> duckdb.DuckDBPyConnection:
    return duckdb.connect(config={"preserve_insertion_order": False})


def _text(path: str) -> str:
    whole = ", ".join(f"{name}: 'INTEGER'" for name in "tij")
    return (
        f"read_csv('{path}', header=true, nullstr='NA', "
        f"columns={{{whole}, k: 'VARCHAR', v: 'DOUBLE', q: 'DOUBLE'}})"
    )


def _copy(connection: duckdb.DuckDBPyConnection, rows: str, order: str, target: Path) -> None:
    connection.execute(f"COPY (FROM {rows} ORDER BY {order}) TO '{target}' {PARQUET}")


JOBS = {"ours": ours, "once": raw_once, "twice": raw_twice, "canonical": raw_canonical}


def report(turns: int = 3) -> str:
    folder, rows = harness.folder(), harness.rows_a_year()
    zipped = baci_files.release(folder, 1, rows)
    text = baci_files.csv_of_year(folder, baci_files.FIRST_YEAR, rows)

    def fresh(name: str, path: Path) -> harness.Run:
        target = folder / "target"
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()
        try:
            return harness.job(__file__, name, path, target)
        finally:
            shutil.rmtree(target)

    found = harness.in_turns(
        {
            "ours": lambda: fresh("ours", zipped),
            "raw, 1 copy": lambda: fresh("once", text),
            "raw, 2 copies": lambda: fresh("twice", text),
            "raw, 2 canonical copies": lambda: fresh("canonical", text),
        },
        turns,
    )
    goal = {"raw, 2 canonical copies": f"wall {GOAL} at most", "ours": "below 4,096 MiB"}
    head = f"{found['ours'][0].facts['rows']:,} rows, {text.stat().st_size / 2**20:,.0f} MiB of CSV"
    return harness.section(
        "One year of BACI into a lake", __doc__, head, harness.compared(found, "ours", goal)
    )


if __name__ == "__main__":
    harness.main(JOBS, report)
