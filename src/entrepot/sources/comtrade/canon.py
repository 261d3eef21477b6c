"""Cells of Comtrade in canonical columns: who gave what to whom, and what the value is."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from entrepot.model.areas import area, by_code
from entrepot.model.product import EDITIONS
from entrepot.sources.comtrade.levels import ABOVE
from entrepot.sources.comtrade.reexports import FLOW
from entrepot.sources.comtrade.words import AMOUNTS, KEY, SUMS, bare
from entrepot.sources.strict import literal
from entrepot.sources.temp_tables import look_up

if TYPE_CHECKING:
    import duckdb

    from entrepot.sources.comtrade.file import File
    from entrepot.sources.parser import Key

__all__ = ["canonical", "canonical_totals", "cells_of_key"]

_UNITS = {
    2: "square metres",
    3: "1000 kWh",
    4: "metres",
    5: "items",
    6: "pairs",
    7: "litres",
    8: "kg",
    9: "1000 items",
    10: "packages",
    11: "dozens",
    12: "cubic metres",
    13: "carats",
}
_NO_UNIT = (-1, 1)


def canonical(connection: duckdb.DuckDBPyConnection, file: File) -> duckdb.DuckDBPyRelation:
    """Return the flows in canonical columns, unread; values as reported, in whole or broken USD."""
    area_table = look_up(connection, "comtrade_area", _areas(), "INTEGER")
    units = " ".join(f"WHEN {code} THEN {literal(word)}" for code, word in _UNITS.items())
    none = ", ".join(map(str, _NO_UNIT))
    has_quantity = f"quantity IS NOT NULL AND unit IS NOT NULL AND unit NOT IN ({none})"
    return connection.sql(f"""
        SELECT {_common(file)},
               CASE WHEN {has_quantity} THEN quantity END AS quantity,
               CASE WHEN {has_quantity} THEN
                    CASE unit {units} ELSE 'unit ' || unit || ' of Comtrade' END
                    END AS quantity_unit,
               is_reexport,
               CASE WHEN mass_estimated IS NOT NULL OR quantity_estimated IS NOT NULL
                    THEN coalesce(mass_estimated AND mass IS NOT NULL, false)
                      OR coalesce(quantity_estimated AND {has_quantity}, false)
                    END AS is_estimated
        FROM {FLOW} AS cell JOIN {area_table} AS here ON here.code = reporter
        JOIN {area_table} AS there ON there.code = partner""")


def canonical_totals(connection: duckdb.DuckDBPyConnection, file: File) -> duckdb.DuckDBPyRelation:
    """Return what reporters added up over partners or products, in columns of ``totals``."""
    area_table = look_up(connection, "comtrade_area", _areas(), "INTEGER")
    partners = look_up(connection, "comtrade_partner", _areas(aggregates=True), "INTEGER")
    amounts = f"{KEY}, {AMOUNTS}"
    return connection.sql(f"""
        SELECT {_common(file)}, has_finer
        FROM (SELECT {amounts}, has_finer FROM {SUMS} UNION ALL BY NAME
              SELECT {amounts}, true AS has_finer FROM {ABOVE} WHERE flow IN ('M', 'X')) AS cell
        JOIN {area_table} AS here ON here.code = reporter
        JOIN {partners} AS there ON there.code = partner""")


def _common(file: File) -> str:
    """Return SQL for the columns that flows and totals have in common."""
    editions = " ".join(f"WHEN '{one.comtrade}' THEN '{one.id}'" for one in EDITIONS)
    year = "CASE WHEN cell.period < 10000 THEN cell.period ELSE cell.period // 100 END"
    month = "CASE WHEN cell.period < 10000 THEN 1 ELSE cell.period % 100 END"
    return f"""
               make_date({year}, {month}, 1) AS period,
               CASE WHEN cell.period < 10000 THEN 'A' ELSE 'M' END AS freq,
               CASE flow WHEN 'X' THEN here.iso ELSE there.iso END AS exporter,
               CASE flow WHEN 'X' THEN there.iso ELSE here.iso END AS importer,
               product,
               CASE edition {editions} ELSE {literal(file.edition)} END AS nomenclature,
               value AS value_usd,
               CASE WHEN flow = 'M' AND fob = value AND (cif IS NULL OR cif <> value) THEN 'FOB'
                    WHEN flow = 'M' THEN 'CIF'
                    WHEN cif = value AND (fob IS NULL OR fob <> value) THEN 'CIF'
                    ELSE 'FOB' END AS valuation,
               mass AS mass_kg,
               CASE flow WHEN 'X' THEN 'exporter' ELSE 'importer' END AS reported_by,
               CASE flow WHEN 'X' THEN 'destination' ELSE 'origin' END AS partner_basis"""


@cache
def _areas(*, aggregates: bool = False) -> dict[int, str]:
    """Return our code for each code of Comtrade that is no total; with `aggregates` for all."""
    return {
        int(k): v
        for k, v in by_code("comtrade").items()
        if aggregates or area(v).kind != "aggregate"
    }


def cells_of_key(key: Key) -> dict[str, set[str]]:
    """Return the cells, by role, that rows have which became the rows with a canonical key."""
    period, freq, exporter, importer, product, reported_by, *_ = key
    here, there = (exporter, importer) if reported_by == "exporter" else (importer, exporter)
    time = f"{period:%Y}" if freq == "A" else f"{period:%Y%m}"
    return {
        "period": {time},
        "reporter": {bare(code) for code in area(here).comtrade},
        "partner": {bare(code) for code in area(there).comtrade},
        "flow": {"X", "RX", "DX", "2", "3"} if reported_by == "exporter" else {"M", "1"},
        "product": {bare(product)},
    }
