"""Both reports of a flow side by side, and what the importer's has on top: freight and insurance.

Nothing is added to either report. Freight is estimated by gravity after Gaulier and Zignago (2010):
the log ratio of the two unit values of a flow is explained by distance, its square, a common border
and the unit value of the goods. Only cells that both sides report enter, and only those whose
masses agree within a tenth, so that the two report the same goods. Huber's weights keep what is no
freight from counting as some.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from entrepot.errors import NoEvidenceError, RequestError

if TYPE_CHECKING:
    import duckdb
    import numpy as np

CELL = ("period", "freq", "exporter", "importer", "product", "nomenclature")
"""What makes a cell: the flow that two countries may both report."""
MASS = "CASE WHEN bool_and(mass_kg IS NOT NULL OR value_usd = 0) THEN sum(mass_kg) END"
"""SQL for the mass of rows added up, null where one that has a value has no mass."""
_FLOW = ", ".join(CELL[:4])
_MOVING_KEY = ", ".join(CELL)


def moved(exporters: str, importers: str, moves: str) -> str:
    """Return SQL for exporters' reports under the importers' codes, with `moved_usd`.

    Parameters
    ----------
    exporters, importers
        SQL for the reports of a side, one row a cell.
    moves
        SQL for where the goods of a code are in another edition; see `pair`.
    """
    # Three kinds of reports come out: of codes that no move touches, of codes left alone, and
    # divided ones with what was reported under the new number itself. Each CTE is read repeatedly.
    return f"""
        WITH move AS MATERIALIZED ({moves}),
        touched AS MATERIALIZED (SELECT product FROM move UNION SELECT to_product FROM move),
        -- Most codes are the same in both editions: only the others are looked at row by row.
        x AS MATERIALIZED (SELECT * FROM ({exporters}) SEMI JOIN touched USING (product)),
        away AS MATERIALIZED (
            SELECT x.* REPLACE (m.product AS product, m.nomenclature AS nomenclature),
                   x.product AS was, x.nomenclature AS edition,
                   -- a sum of nothing divides nothing: equal parts
                   coalesce(m.value_usd / nullif(sum(m.value_usd) OVER cell, 0),
                            1 / count(*) OVER cell) AS part
            FROM x JOIN move ON move.nomenclature = x.nomenclature AND move.product = x.product
            JOIN (SELECT * FROM ({importers}) SEMI JOIN touched USING (product)) AS m
                 ON m.period = x.period AND m.freq = x.freq AND m.exporter = x.exporter
                 AND m.importer = x.importer AND m.nomenclature = move.to_nomenclature
                 AND m.product = move.to_product
            WINDOW cell AS (
                PARTITION BY x.period, x.freq, x.exporter, x.importer, x.product, x.nomenclature)
        ), left_alone AS MATERIALIZED (
            SELECT * FROM x ANTI JOIN (
                SELECT DISTINCT {_FLOW}, was AS product, edition AS nomenclature FROM away
            ) USING ({_MOVING_KEY})
        )
        SELECT *, NULL::DOUBLE AS moved_usd
        FROM ({exporters}) ANTI JOIN touched USING (product)
        UNION ALL BY NAME
        SELECT *, NULL::DOUBLE AS moved_usd
        FROM left_alone ANTI JOIN away USING ({_FLOW}, product)
        UNION ALL BY NAME
        SELECT {_FLOW}, product, any_value(nomenclature) AS nomenclature,
               sum(value_usd) AS value_usd, {MASS} AS mass_kg,
               any_value(valuation) AS valuation, any_value(partner_basis) AS partner_basis,
               bool_and(is_reexport) AS is_reexport, bool_or(is_estimated) AS is_estimated,
               sum(moved_usd) AS moved_usd
        FROM (
            SELECT * EXCLUDE (was, edition, part)
                     REPLACE (value_usd * part AS value_usd, mass_kg * part AS mass_kg,
                              is_estimated OR part < 1 AS is_estimated),
                   CASE WHEN product <> was THEN value_usd * part END AS moved_usd
            FROM away
            UNION ALL BY NAME
            -- a code that both editions have is told under its own number, too
            SELECT *, NULL::DOUBLE AS moved_usd
            FROM left_alone SEMI JOIN away USING ({_FLOW}, product)
        )
        GROUP BY {_FLOW}, product"""


_KEY = ", ".join(CELL)


def pair(
    rows: duckdb.DuckDBPyRelation,
    moves: duckdb.DuckDBPyRelation | None = None,
    *,
    by_edition: bool = False,
) -> duckdb.DuckDBPyRelation:
    """Return one row a cell with what the exporter and what the importer reports.

    Parameters
    ----------
    rows
        Canonical flows, each reported by one side, one row for each key of the table. Trade of an
        area with itself is left out. Where an importer reports a cell by origin and by consignment,
        the consignment is taken: it is what the exporter's destination answers to. Where the two
        sides report in different editions, equal codes are taken for the same goods, in the
        importer's edition; of a code that only one of the editions has see `moves`.
    moves
        Where the goods of a code are in another edition: `nomenclature`, `product`,
        `to_nomenclature`, `to_product`, six digits. What an exporter reports of the code goes to
        those of the others that the importer reports of it in that period, as the importer's own
        values divide it; where the importer reports none of them it stays. None moves nothing.
    by_edition
        Whether only reports of one edition are set side by side: rows of several sources can have
        one report in two of them.

    Raises
    ------
    RequestError
        If rows are reconciled already, or reported by nobody.

    Notes
    -----
    Several rows of one side and cell (parts that add up, re-exports beside domestic exports) are
    added up; their mass is null where one that has a value has no mass. `is_reexport` is true where
    all of the exporter's report is re-exports, null where it is not told apart. `moved_usd` is how
    much of `value_exporter_usd` was reported under other codes; `is_estimated` is true where it was
    divided.
    """
    # One row for each kind of row: this looks at two handfuls, not at all reports.
    kinds = over(
        rows, "flows", "SELECT DISTINCT reported_by, partner_basis, is_reexport FROM flows"
    )
    found = kinds.fetchall()
    sides = {side for side, _, _ in found}
    if sides - {"exporter", "importer"}:
        raise RequestError(
            "these rows are no reports of one side each",
            why=f"reported_by has {', '.join(sorted(map(str, sides - {'exporter', 'importer'})))}",
            hint="reconcile comtrade, or a table that says who reports each row",
        )
    exporters, importers = (
        _side(side, [one[1] for one in found if one[0] == side]) for side in _SIDES
    )
    if moves is None:
        exporters = f"SELECT *, NULL::DOUBLE AS moved_usd FROM ({exporters})"
    else:
        exporters = moved(exporters, importers, moves.sql_query())
    return over(rows, "flows", _joined(exporters, importers, by_edition=by_edition))


_SIDES = ("exporter", "importer")


def _side(side: str, bases: list[str | None]) -> str:
    """Return SQL for one side's reports, one row a cell.

    The key of canonical flows tells rows of one side and cell apart by basis and re-export only, so
    where there is one kind of them nothing has to be added up: that takes five times as long.
    """
    columns = "value_usd, mass_kg, valuation, partner_basis, is_reexport, is_estimated"
    rows = (
        f"FROM flows WHERE reported_by = '{side}' "
        "AND exporter <> importer AND value_usd IS NOT NULL"
    )
    if len(bases) < 2:
        return f"SELECT {_KEY}, {columns} {rows}"
    if side == "importer" and len(set(bases)) > 1:
        # By alphabet: consignment before origin. Nulls are ignored, unless there is nothing else.
        best = f"min(partner_basis) OVER (PARTITION BY {_KEY})"
        rows += f" QUALIFY partner_basis IS NOT DISTINCT FROM {best}"
        # A subquery, because QUALIFY in the query that groups would see groups and not rows.
        rows = f"FROM (SELECT * {rows})"
    return f"""
        SELECT {_KEY}, sum(value_usd) AS value_usd, {MASS} AS mass_kg,
               any_value(valuation) AS valuation, any_value(partner_basis) AS partner_basis,
               bool_and(is_reexport) AS is_reexport, bool_or(is_estimated) AS is_estimated
        {rows} GROUP BY {_KEY}"""


def _joined(exporters: str, importers: str, *, by_edition: bool) -> str:
    key = ", ".join(f"coalesce(m.{name}, x.{name}) AS {name}" for name in CELL)
    # Two sides that changed the edition in different years report the same code once each.
    of_both = [name for name in CELL if by_edition or name != "nomenclature"]
    same = " AND ".join(f"x.{name} = m.{name}" for name in of_both)
    return f"""
        SELECT {key}, x.value_usd AS value_exporter_usd, m.value_usd AS value_importer_usd,
               x.mass_kg AS mass_exporter_kg, m.mass_kg AS mass_importer_kg,
               m.valuation AS importer_valuation, m.partner_basis AS importer_basis,
               x.is_reexport, x.is_estimated OR m.is_estimated AS is_estimated, x.moved_usd
        FROM ({exporters}) x FULL JOIN ({importers}) m ON {same}"""


def over(rows: duckdb.DuckDBPyRelation, name: str, sql: str) -> duckdb.DuckDBPyRelation:
    """Return what a query says over rows that it calls by a name."""
    return cast("duckdb.DuckDBPyRelation", rows.query(name, sql))


SAMPLE = 400_000
"""Cells that are enough: standard errors are far below what the model leaves open."""
NEEDED = 200
# Huber's constant: with normal errors 95 % as efficient as least squares.
_TUNING = 1.345
# In the order of `coefficients`: the regression's columns below and these must agree.
_TERMS = ("1", "log_km", "log_km ** 2", "border::DOUBLE", "log_unit_value")


@dataclass(frozen=True)
class Freight:
    """Freight and insurance as a share of the value at the exporter's border.

    Attributes
    ----------
    coefficients, errors
        Of the log of one plus the rate, on one, log distance in km, its square, a common border,
        and the log of the product's median unit value in USD a kg; with standard errors.
    cells
        Cells they rest on.
    spread
        Robust standard deviation of what the model leaves open.
    typical
        Median rate over these cells.
    """

    coefficients: tuple[float, ...]
    errors: tuple[float, ...]
    cells: int
    spread: float
    typical: float

    def rate(self, km: float, *, border: bool = False, unit_value: float = 1.0) -> float:
        """Return the rate for a distance: 0.03 is three per cent; never below zero.

        The model is of ``ln(1 + t)``, so the rate is ``e^x - 1``.
        """
        log_km = math.log(max(km, 1.0))
        terms = (1.0, log_km, log_km**2, float(border), math.log(max(unit_value, 1e-9)))
        log = sum(a * b for a, b in zip(self.coefficients, terms, strict=True))
        return max(0.0, math.expm1(log))

    def sql(self) -> str:
        """Return the log of one plus the rate as SQL over cells with distance; never below zero."""
        parts = (
            f"({value!r}::DOUBLE) * ({term})"
            for value, term in zip(self.coefficients, _TERMS, strict=True)
        )
        # For a pair without a distance, or goods without a mass, the median rate.
        usual = math.log1p(self.typical)
        return f"greatest(0.0, coalesce({' + '.join(parts)}, {usual!r}))"


def estimate_freight(cells: duckdb.DuckDBPyRelation) -> Freight:
    """Estimate freight from cells with both reports.

    Parameters
    ----------
    cells
        With `value_exporter_usd`, `value_importer_usd`, both masses, `importer_valuation`, and
        `log_km`, `border`, `log_unit_value`.

    Raises
    ------
    NoEvidenceError
        If too few cells have both reports, both masses and a distance.
    """
    import numpy as np

    # Unit values, not values: two reports of one shipment may still differ in amount. An importer
    # that reports FOB has no freight on top; one that says nothing is taken for CIF.
    found = over(
        cells,
        "cells",
        f"""
        SELECT ln(value_importer_usd / mass_importer_kg)
                   - ln(value_exporter_usd / mass_exporter_kg) AS gap,
               log_km, border::DOUBLE AS border, log_unit_value
        FROM cells
        WHERE least(value_exporter_usd, value_importer_usd) >= 10000
          AND value_exporter_usd IS NOT NULL AND value_importer_usd IS NOT NULL
          AND mass_exporter_kg > 0 AND mass_importer_kg > 0
          AND abs(ln(mass_importer_kg / mass_exporter_kg)) < 0.1
          AND log_km IS NOT NULL AND log_unit_value IS NOT NULL
          AND importer_valuation IS DISTINCT FROM 'FOB'
        ORDER BY hash(exporter, importer, product, period) LIMIT {SAMPLE}""",
    ).fetchnumpy()
    columns = [np.asarray(column, dtype=float) for column in found.values()]
    count = len(columns[0])
    if count < NEEDED:
        raise NoEvidenceError(
            f"{count} cells have two reports whose masses agree, which is too few for freight",
            hint="add reports of more countries, and distances (entrepot data get geodist), "
            "or keep the importers' values: --freight keep",
        )
    y, log_km, border, unit_value = columns
    x = np.column_stack([np.ones(count), log_km, log_km**2, border, unit_value])
    solved, weights, spread = _huber(x, y)
    # A pseudo-inverse: a column is all zero where no pair in the sample shares a border.
    inverse = np.linalg.pinv(x.T @ (x * weights[:, None]))
    rates = np.maximum(0.0, np.expm1(x @ solved))
    return Freight(
        tuple(map(float, solved)),
        tuple(map(float, spread * np.sqrt(np.diag(inverse)))),
        count,
        float(spread),
        float(np.median(rates)),
    )


def _huber(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Return coefficients, weights and robust spread by iterated reweighted least squares."""
    import numpy as np

    weights = np.ones(len(y))
    solved = np.zeros(x.shape[1])
    solved[0] = float(np.median(y))
    spread = 1.0
    for _ in range(50):
        rest = y - x @ solved
        # 0.6745: the median absolute deviation of a standard normal. The floors keep a perfect fit,
        # as made-up data have it, from dividing by zero.
        spread = max(float(np.median(np.abs(rest - np.median(rest)))) / 0.6745, 1e-9)
        weights = np.minimum(1.0, _TUNING * spread / np.maximum(np.abs(rest), 1e-12))
        now = np.linalg.lstsq(x * np.sqrt(weights)[:, None], y * np.sqrt(weights), rcond=None)[0]
        if np.allclose(now, solved, atol=1e-8):
            break
        solved = now
    return solved, weights, spread
