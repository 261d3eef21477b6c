"""Names and pieces of SQL that the steps share, and a cell in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from entrepot.sources.comtrade.rules import FLOWS

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "AMOUNTS",
    "CELL",
    "KEY",
    "SUMS",
    "TOTAL",
    "bare",
    "cell_words",
    "rounding",
    "usd",
    "wanted",
]

CELL = "comtrade_cell"
"""Name of the table with one row for a cell."""
SUMS = "comtrade_sums"
"""Name of the table of cells that reporters added up over partners or products."""
KEY = "period, reporter, partner, flow, product"
"""What tells cells apart."""
AMOUNTS = "edition, value, cif, fob, mass, quantity, unit, mass_estimated, quantity_estimated"
"""What is said of a cell."""
TOTAL = "customs = '' AND mot = 0 AND partner2 = 0"
"""What a row fulfils that is the total of its cell, by those codes that the file has."""


def rounding(rows: str, value: str) -> str:
    """Return SQL for how far a sum may be off because its rows were rounded to dollars.

    Parameters
    ----------
    rows, value
        SQL for the number of rows added, and for the sum.
    """
    return f"(1 + {rows} * 0.5 + 1e-9 * {value})"


def bare(cell: object) -> str:
    """Return a code without zeros in front."""
    return str(cell).lstrip("0")


def cell_words(key: Sequence[Any]) -> str:
    """Return a cell in words, from the columns of `KEY`."""
    period, reporter, partner, flow, product = key[:5]
    return f"{period}, reporter {reporter}, partner {partner}, flow {flow}, product {product}"


def wanted(key: Sequence[Any]) -> dict[str, set[str]]:
    """Return the cells that rows of a cell have, by role."""
    period, reporter, partner, flow, product = key[:5]
    return {
        "period": {bare(period)},
        "reporter": {bare(reporter)},
        "partner": {bare(partner)},
        "flow": {bare(code) for code, one in FLOWS.items() if one == flow},
        "product": {bare(product)},
    }


def usd(value: float) -> str:
    """Return an amount for a finding."""
    return f"{value:,.0f} USD"
