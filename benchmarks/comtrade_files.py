"""Make an annual file of UN Comtrade as its bulk service ships it: 47 columns, Parquet.

Five of six rows are parts of another: reporters repeat their cells by customs procedure, mode of
transport or second partner. The total of a cell has the codes C00, 0 and 0. With `sums` the file
also has what stands beside partners and products in life: the world, headings, chapters, TOTAL.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import shape
from cells import cells, normal, weights

from entrepot.engine import connect

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

YEAR = 2022
FULL = 30_000_000
REPORTERS = 162
# Of a cell's value all parts are whole: it is a multiple of every product of their numbers.
_MULTIPLE = 18
_DENSITY = shape.DENSITY * 0.17

COLUMNS = {
    "typeCode": "'C'",
    "freqCode": "'A'",
    "refPeriodId": f"{YEAR}0101",
    "refYear": f"{YEAR}",
    "refMonth": "52",
    "period": f"'{YEAR}'",
    "reporterCode": "reporter",
    "reporterISO": "NULL::VARCHAR",
    "reporterDesc": "NULL::VARCHAR",
    "flowCode": "flow",
    "flowDesc": "NULL::VARCHAR",
    "partnerCode": "partner",
    "partnerISO": "NULL::VARCHAR",
    "partnerDesc": "NULL::VARCHAR",
    "partner2Code": "partner2",
    "partner2ISO": "NULL::VARCHAR",
    "partner2Desc": "NULL::VARCHAR",
    "classificationCode": "'H6'",
    "classificationSearchCode": "'HS'",
    "isOriginalClassification": "true",
    "cmdCode": "product",
    "cmdDesc": "NULL::VARCHAR",
    "aggrLevel": "length(product)::INTEGER",
    "isLeaf": "length(product) = 6",
    "customsCode": "customs",
    "customsDesc": "NULL::VARCHAR",
    "mosCode": "'0'",
    "motCode": "mot",
    "motDesc": "NULL::VARCHAR",
    "qtyUnitCode": "CASE WHEN cell % 5 = 0 THEN 5 ELSE 8 END",
    "qtyUnitAbbr": "NULL::VARCHAR",
    "qty": "mass",
    "isQtyEstimated": "cell % 7 = 0",
    "altQtyUnitCode": "-1",
    "altQtyUnitAbbr": "NULL::VARCHAR",
    "altQty": "NULL::DOUBLE",
    "isAltQtyEstimated": "false",
    "netWgt": "mass",
    "isNetWgtEstimated": "cell % 11 = 0",
    "grossWgt": "0.0::DOUBLE",
    "isGrossWgtEstimated": "false",
    "cifvalue": "CASE WHEN flow = 'M' THEN value END",
    "fobvalue": "CASE WHEN flow = 'X' THEN value END",
    "primaryValue": "value",
    "legacyEstimationFlag": "0",
    "isReported": "true",
    "isAggregate": "length(product) < 6 OR partner = 0",
}


def annual(folder: Path, rows: int, *, sums: bool = False) -> Path:
    """Return a file of about `rows` rows, and with `sums` a quarter more."""
    target = folder / f"comtrade_C_A_{YEAR}_H6{'_sums' if sums else ''}.parquet"
    if not target.exists():
        folder.mkdir(parents=True, exist_ok=True)
        connection = connect()
        connection.execute("SET preserve_insertion_order = true")
        weights(connection, "comtrade", rows * shape.FULL_YEAR // FULL)
        _totals(connection, sums=sums)
        out = ", ".join(f"{sql} AS {name}" for name, sql in COLUMNS.items())
        draft = target.with_suffix(".draft")
        connection.execute(f"""
            COPY (SELECT {out} FROM ({_rows()}))
            TO '{draft}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)""")
        draft.replace(target)
    return target


def _totals(connection: duckdb.DuckDBPyConnection, *, sums: bool) -> None:
    """Make the table `total`: the total of each cell, by reporter; with `sums` those over them."""
    value = f"({_MULTIPLE} * ceil(1000 * v / {_MULTIPLE}))::DOUBLE"
    mass = f"({_MULTIPLE} * ceil(1000 * v * exp(2 * {normal('cell', YEAR, 5)}) / {_MULTIPLE}))"
    sides = {"X": ("i", "j", "seller"), "M": ("j", "i", "buyer")}
    told = " UNION ALL ".join(
        f"SELECT {here} AS reporter, {there} AS partner, '{flow}' AS flow, k AS product, "
        f"{value} AS value, {mass}::DOUBLE AS mass, cell FROM trade WHERE {here} IN "
        f"(SELECT code FROM {side} WHERE place < {REPORTERS})"
        for flow, (here, there, side) in sides.items()
    )
    connection.execute(f"CREATE TEMP TABLE trade AS {cells(YEAR, _DENSITY)}")
    connection.execute(f"CREATE TEMP TABLE cell AS {told}")
    added = "sum(value) AS value, sum(mass) AS mass, min(cell) AS cell"
    above = "FROM cell"
    if sums:
        world = f"SELECT reporter, 0 AS partner, flow, product, {added} FROM cell GROUP BY ALL"
        levels = "".join(
            f" UNION ALL SELECT reporter, partner, flow, {code} AS product, {added} "
            "FROM listed GROUP BY ALL"
            for code in ("product[:4]", "product[:2]", "'TOTAL'")
        )
        above = f"WITH listed AS (FROM cell UNION ALL {world}) FROM listed {levels}"
    connection.execute(
        f"CREATE TEMP TABLE total AS FROM ({above}) ORDER BY reporter, flow, partner, product"
    )


def _rows() -> str:
    """Return SQL for totals and parts: whoever tells one of three dimensions tells it of all cells.

    Totals over partners and products have no parts.
    """
    customs = _codes("customs", ("'C00'", "'C01'", "'C04'", "'C07'"), share=45, most=3)
    modes = _codes("mot", ("0", "2100", "3200", "1000"), share=65, most=3)
    second = _codes("partner2", ("0", "842", "276"), share=25, most=2)
    parts = "CASE WHEN customs = 'C00' THEN 1 ELSE len(all_customs) - 1 END"
    parts += " * CASE WHEN mot = 0 THEN 1 ELSE len(all_mot) - 1 END"
    parts += " * CASE WHEN partner2 = 0 THEN 1 ELSE len(all_partner2) - 1 END"
    return f"""
        SELECT * EXCLUDE (value, mass, parts), value / parts AS value, mass / parts AS mass
        FROM (SELECT *, {parts} AS parts FROM (
            SELECT *, unnest(all_partner2) AS partner2 FROM (
                SELECT *, unnest(all_mot) AS mot FROM (
                    SELECT *, unnest(all_customs) AS customs FROM (
                        SELECT *, partner <> 0 AND length(product) = 6 AS apart,
                               {customs}, {modes}, {second} FROM total)))))"""


def _codes(name: str, codes: tuple[str, ...], *, share: int, most: int) -> str:
    """Return SQL for the codes of one dimension that a cell has, its total first."""
    listed = f"[{', '.join(codes)}]"
    tells = f"apart AND hash(reporter, flow, '{name}') % 100 < {share}"
    number = f"1 + (hash(cell, '{name}') % {most})::INTEGER"
    return f"CASE WHEN {tells} THEN {listed}[:1 + {number}] ELSE {listed}[:1] END AS all_{name}"
