"""What an importer's report has on top of an exporter's: freight and insurance, by gravity.

After Gaulier and Zignago (2010): the log ratio of the two unit values of a flow is explained by
distance, its square, a common border and the unit value of the goods. Only cells that both sides
report enter, and only those whose masses agree within a tenth, so that the two report the same
goods. Huber's weights keep what is no freight from counting as some.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.errors import NoEvidenceError
from entrepot.reconciliation.pairing import over

if TYPE_CHECKING:
    import duckdb
    import numpy as np

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
