"""Put both reports of a flow side by side; nothing is added to either."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from entrepot.errors import RequestError

if TYPE_CHECKING:
    import duckdb

__all__ = ["CELL", "PAIRED", "over", "pair"]

CELL = ("period", "freq", "exporter", "importer", "product", "nomenclature")
"""What makes a cell: the flow that two countries may both report."""

PAIRED = (
    *CELL,
    "value_exporter_usd",
    "value_importer_usd",
    "mass_exporter_kg",
    "mass_importer_kg",
    "importer_valuation",
    "importer_basis",
    "is_reexport",
    "is_estimated",
)
"""Columns that `pair` returns."""


def pair(rows: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    """Return one row a cell with what the exporter and what the importer reports.

    Parameters
    ----------
    rows
        Canonical flows, each told by one side. Trade of an area with itself is left out. Where an
        importer tells a cell by origin and by consignment, the consignment is taken: it is what the
        exporter's destination answers to.

    Raises
    ------
    RequestError
        If rows are reconciled already, or told by nobody.

    Notes
    -----
    Several rows of one side and cell (parts that add up, re-exports beside domestic exports) are
    added up. `is_reexport` is true where all of the exporter's report is re-exports, null where it
    is not told apart.
    """
    sides = over(rows, "flows", "SELECT DISTINCT told_by FROM flows").fetchall()
    told = {side for (side,) in sides}
    if told - {"exporter", "importer"}:
        raise RequestError(
            "these rows are no reports of one side each",
            why=f"told_by has {', '.join(sorted(map(str, told - {'exporter', 'importer'})))}",
            hint="reconcile comtrade, or a table that says who reports each row",
        )
    return over(rows, "flows", _SQL)


def over(rows: duckdb.DuckDBPyRelation, name: str, sql: str) -> duckdb.DuckDBPyRelation:
    """Return what a query says over rows that it calls by a name."""
    return cast("duckdb.DuckDBPyRelation", rows.query(name, sql))


_KEY = ", ".join(CELL)
_SQL = f"""
SELECT {_KEY},
       sum(value_usd) FILTER (told_by = 'exporter') AS value_exporter_usd,
       sum(value_usd) FILTER (told_by = 'importer' AND takes) AS value_importer_usd,
       sum(mass_kg) FILTER (told_by = 'exporter') AS mass_exporter_kg,
       sum(mass_kg) FILTER (told_by = 'importer' AND takes) AS mass_importer_kg,
       any_value(valuation) FILTER (told_by = 'importer' AND takes) AS importer_valuation,
       any_value(partner_basis) FILTER (told_by = 'importer' AND takes) AS importer_basis,
       bool_and(is_reexport) FILTER (told_by = 'exporter') AS is_reexport,
       bool_or(is_estimated) AS is_estimated
FROM (
    SELECT *, partner_basis IS NOT DISTINCT FROM min(partner_basis) FILTER (told_by = 'importer')
              OVER (PARTITION BY {_KEY}) OR told_by = 'exporter' AS takes
    FROM flows WHERE exporter <> importer AND value_usd IS NOT NULL
)
GROUP BY {_KEY}
"""
