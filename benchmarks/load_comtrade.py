"""An annual file of UN Comtrade (47 columns, Parquet) into a lake; against raw DuckDB.

Five of six rows repeat a cell by customs procedure, mode of transport or second partner. Raw picks
the totals by their codes, takes one row a cell (max), joins the codes of areas, and writes the
columns that ours has in both sort orders. Ours does the same, checks every row, proves that no cell
is told twice or lost, keeps the bytes by hash and reads one copy back.

The second table is a file as it is in life, a quarter larger: with the world beside the partners
and with headings, chapters and TOTAL beside the products. Raw leaves them out by their codes. Ours
holds each of them against what it sums, and says where they differ.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import comtrade_files
import duckdb
import harness

from entrepot.lake import Lake
from entrepot.model.areas import area, by_code
from entrepot.model.columns import schema

PARQUET = "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 122880)"
GOAL = 2.0


def ours(path: str, target: str) -> dict[str, Any]:
    report = Lake.open(target).add("comtrade", [path])
    return {"rows": sum(held.rows for held in report.added)}


def raw(path: str, target: str) -> dict[str, Any]:
    connection = duckdb.connect(config={"preserve_insertion_order": False})
    codes = ", ".join(
        f"({code}, '{iso}')"
        for code, iso in by_code("comtrade").items()
        if area(iso).kind != "aggregate"
    )
    connection.execute(f"""
        CREATE TEMP TABLE cell AS
        SELECT reporterCode, partnerCode, flowCode, cmdCode, max(primaryValue) AS value,
               max(netWgt) AS mass, max(qty) AS quantity, max(qtyUnitCode) AS unit,
               bool_or(isNetWgtEstimated) OR bool_or(isQtyEstimated) AS estimated
        FROM read_parquet('{path}')
        WHERE customsCode = 'C00' AND motCode = 0 AND partner2Code = 0 AND partnerCode <> 0
              AND length(cmdCode) = 6 AND flowCode IN ('M', 'X')
        GROUP BY ALL""")
    cells = {
        "exporter": "CASE flowCode WHEN 'X' THEN here.iso ELSE there.iso END",
        "importer": "CASE flowCode WHEN 'X' THEN there.iso ELSE here.iso END",
        "product": "cmdCode",
        "nomenclature": "'HS2022'",
        "value_usd": "value",
        "valuation": "CASE flowCode WHEN 'X' THEN 'FOB' ELSE 'CIF' END",
        "mass_kg": "mass",
        "quantity": "quantity",
        "quantity_unit": "CASE unit WHEN 5 THEN 'items' WHEN 8 THEN 'kg' END",
        "reported_by": "CASE flowCode WHEN 'X' THEN 'exporter' ELSE 'importer' END",
        "partner_basis": "CASE flowCode WHEN 'X' THEN 'destination' ELSE 'origin' END",
        "is_estimated": "estimated",
        "snapshot": "'0123456789ab'",
    }
    out = ", ".join(
        f"{cells.get(name, 'NULL')}::{kind} AS {name}"
        for name, kind in schema("flows").items()
        if name not in ("source", "freq", "period")  # they are in the names of folders
    )
    rows = f"""
        WITH area(code, iso) AS (VALUES {codes})
        SELECT {out} FROM cell JOIN area AS here ON here.code = reporterCode
        JOIN area AS there ON there.code = partnerCode"""
    for side, order in (
        ("importer", "importer, product, exporter"),
        ("exporter", "exporter, product, importer"),
    ):
        copy = f"COPY (FROM ({rows}) ORDER BY {order}) TO '{Path(target, side)}.parquet' {PARQUET}"
        [(count,)] = connection.execute(copy).fetchall()
    return {"rows": count}


JOBS = {"ours": ours, "raw": raw}


def report(turns: int = 3) -> str:
    return harness.section(
        "A year of UN Comtrade into a lake",
        __doc__,
        _table(turns, sums=False),
        _table(turns, sums=True),
    )


def _table(turns: int, *, sums: bool) -> str:
    folder = harness.folder()
    rows = harness.rows_a_year() * comtrade_files.FULL // harness.FULL
    path = comtrade_files.annual(folder, rows, sums=sums)

    def fresh(name: str) -> harness.Run:
        target = folder / "target"
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()
        try:
            return harness.job(__file__, name, path, target)
        finally:
            shutil.rmtree(target)

    found = harness.in_turns({"ours": lambda: fresh("ours"), "raw": lambda: fresh("raw")}, turns)
    [here, there] = (found[name][0].facts["rows"] for name in ("ours", "raw"))
    if here != there:
        raise SystemExit(f"ours has {here} cells and raw {there}")
    total = duckdb.sql(f"SELECT count(*) FROM read_parquet('{path}')").fetchall()[0][0]
    goal = {} if sums else {"raw": f"wall {GOAL} at most"}
    head = f"{total:,} rows to {here:,} cells{', with sums beside their parts' if sums else ''}"
    return f"{head}\n\n{harness.compared(found, 'ours', goal)}"


if __name__ == "__main__":
    harness.main(JOBS, report)
