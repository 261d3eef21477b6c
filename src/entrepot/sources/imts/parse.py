"""Read IMTS of the IMF: all goods, by reporter and partner, a year, quarter or month.

A row is told by the reporter: imports by the importer, exports by the exporter. The IMF fills
what is not reported with what partners report, and says so only in documents.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.model.areas import WORLD
from entrepot.model.columns import Finding
from entrepot.model.product import NO_CODES, TOTAL
from entrepot.sources.imts.cells import cells, imf_areas, rules
from entrepot.sources.imts.layout import INDICATORS, layout_of
from entrepot.sources.imts.totals import KEPT, OF_WORLD, adding_up, left_out
from entrepot.sources.parser import Delivery, Rows
from entrepot.sources.strict import find_rows, verify
from entrepot.sources.unpack import header, members

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

    from entrepot.sources.imts.layout import Layout
    from entrepot.sources.parser import Key, RawFile, Said

__all__ = ["rows", "tables"]

_FOB_BESIDE_CIF = (
    "indicator = 'MG_FOB_USD' AND count(*) FILTER (WHERE indicator = 'MG_CIF_USD') "
    "OVER (PARTITION BY reporter, partner, freq, period) > 0"
)
_START = """CASE WHEN length(period) = 4 THEN make_date(period::INTEGER, 1, 1)
    WHEN period[6] = 'Q' THEN make_date(period[:4]::INTEGER, period[7]::INTEGER * 3 - 2, 1)
    ELSE make_date(period[:4]::INTEGER, replace(period[6:], 'M', '')::INTEGER, 1) END"""


def tables(file: RawFile, scratch: Path, said: Said) -> Iterator[Delivery]:
    """Yield the tables in a file, one at a time."""
    if said.nomenclature:
        raise BadFileError(
            "a nomenclature was named for a source without products",
            where=file.name,
            hint="leave it out: IMTS has all goods together",
        )
    for _, label, path in members(file, scratch):
        layout = layout_of(header(path, label), label)
        yield Delivery(path, label, "NONE", said.vintage or "unknown", detail=layout)
        if path != file.path:
            path.unlink()


def rows(connection: duckdb.DuckDBPyConnection, table: Delivery) -> Rows:
    """Check every row and return flows between areas in whole US dollars; totals apart."""
    layout: Layout = table.detail
    verify(connection, table.path, table.name, layout.columns, rules(layout))
    held = cells(connection, layout, table.path)
    findings = [*_ignored(layout, table.name), *left_out(connection, held, table.name)]
    findings += adding_up(connection, held, table.name)
    chosen = f"""
        SELECT *, {_FOB_BESIDE_CIF} AS is_second
        FROM ({held}) WHERE {KEPT} AND value IS NOT NULL"""
    findings += _second_valuation(connection, chosen, table.name)
    valuations = " ".join(f"WHEN '{one}' THEN '{word}'" for one, word in INDICATORS.items() if word)
    columns = f"""
               {_START} AS period, freq,
               CASE WHEN indicator = 'XG_FOB_USD' THEN reporter ELSE partner END AS exporter,
               CASE WHEN indicator = 'XG_FOB_USD' THEN partner ELSE reporter END AS importer,
               round(value) AS value_usd, is_estimated,
               CASE indicator {valuations} END AS valuation,
               CASE WHEN indicator = 'XG_FOB_USD' THEN 'exporter' ELSE 'importer' END
               AS reported_by"""
    relation = connection.sql(f"SELECT {columns} FROM ({chosen}) WHERE NOT is_second")
    world = f"""
        SELECT *, {_FOB_BESIDE_CIF} AS is_second
        FROM (SELECT * REPLACE ('{WORLD}' AS partner) FROM ({held}) WHERE {OF_WORLD})"""
    totals = connection.sql(f"""
        SELECT {columns}, '{TOTAL}' AS product, '{NO_CODES}' AS nomenclature, false AS has_finer
        FROM ({world}) WHERE NOT is_second""").project("* EXCLUDE (is_estimated)")
    same = {"product": TOTAL, "nomenclature": NO_CODES}
    return Rows(
        relation, same, lambda key: _locate(table, key), findings=tuple(findings), totals=totals
    )


def _ignored(layout: Layout, name: str) -> Iterator[Finding]:
    if layout.ignored:
        text = "Columns that are not known here were not read."
        shown = ", ".join(layout.ignored[:5])
        yield Finding("columns-not-read", "note", name, len(layout.ignored), shown, text)


def _second_valuation(
    connection: duckdb.DuckDBPyConnection, chosen: str, name: str
) -> Iterator[Finding]:
    query = f"SELECT count(*), min(reporter || ' ' || partner) FROM ({chosen}) WHERE is_second"
    [(count, example)] = connection.execute(query).fetchall()
    if count:
        text = "Imports FOB were left out where the same imports are there CIF."
        yield Finding("fob-beside-cif", "note", name, count, example, text)


def _locate(table: Delivery, key: Key) -> str:
    layout: Layout = table.detail
    period, freq, exporter, importer, _, reported_by, *_ = key
    who = (exporter, importer, "X") if reported_by == "exporter" else (importer, exporter, "M")
    series = [layout.columns.index(name) for name in layout.key_columns()]
    when = None if layout.is_wide else layout.columns.index("TIME_PERIOD")

    def is_it(row: list[str]) -> bool:
        reporter, indicator, partner, often = ".".join(row[i].strip() for i in series).split(".")
        areas = imf_areas()
        return (
            (areas.get(reporter), areas.get(partner), indicator[0]) == who
            and often[0] == freq
            and (when is None or _first_month(row[when]) == (period.year, period.month))
        )

    found = find_rows(table.path, table.name, is_it)
    return f"{table.name}, rows {' and '.join(map(str, found))}"


def _first_month(text: str) -> tuple[int, int] | None:
    found = re.fullmatch(r"(\d{4})(?:-(Q?)M?(\d+))?", text.strip())
    if found is None:
        return None
    year, quarter, number = found.groups()
    month = int(number or 1)
    return int(year), month * 3 - 2 if quarter else month
