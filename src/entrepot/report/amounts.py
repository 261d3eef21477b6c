"""Amounts in the columns of a table: one unit for all, and no known amount printed as zero."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from entrepot.model.display import MINUS, MONEY, number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from entrepot.figures import Figure

__all__ = ["Amounts", "amounts_of", "change_of", "changes"]


_MILLION = 1e6
_NOTHING = 1e-12
"""Part of the largest amount below which a difference is an error of the arithmetic."""


@dataclass(frozen=True, slots=True)
class Amounts:
    """How the amounts of one table are printed.

    Attributes
    ----------
    unit
        In words, as it stands in the caption.
    size, decimals
        One of that unit in the unit of the data; places behind the point from one upwards.
    nothing
        Below this an amount is zero.
    """

    unit: str
    size: float
    decimals: int
    nothing: float

    def text(self, value: object, *, sign: bool = False) -> str:
        """Return the digits of a number, at least two that are no zeros; nothing for no number."""
        if not isinstance(value, (int, float)):
            return ""
        if abs(value) <= self.nothing:
            return "0"
        shown = value / self.size
        text = number(shown, 2)
        if abs(shown) >= 1:
            text = f"{shown:,.{self.decimals}f}".replace("-", MINUS)
        return f"+{text}" if sign and value > 0 else text


def amounts_of(unit: str, values: Iterable[object]) -> Amounts:
    """Return how to print amounts: money by the million where the largest is as much.

    Parameters
    ----------
    unit
        Of the data.
    values
        Every amount of the table; what is no number is passed over.

    Examples
    --------
    >>> shown = amounts_of("USD", [2.5e9, 17_000.0, None])
    >>> shown.unit, shown.text(2.5e9), shown.text(17_000.0), shown.text(0.0), shown.text(None)
    ('million USD', '2,500.0', '0.017', '0', '')
    """
    largest = max((abs(one) for one in values if isinstance(one, (int, float))), default=0.0)
    nothing = largest * _NOTHING
    if unit not in MONEY:
        return Amounts(unit, 1.0, 1, nothing)
    if largest < _MILLION:
        return Amounts(unit, 1.0, 0, nothing)
    return Amounts(f"million {unit}", _MILLION, 1, nothing)


def change_of(row: Mapping[str, Any]) -> float:
    """Return what one supplier sold more, in the unit of the Figure; below zero if it sold less."""
    return float(row["value_after"]) - float(row["value_before"])


def changes(figure: Figure) -> dict[str, float]:
    """Return the same by supplier."""
    return {str(row["exporter"]): change_of(row) for row in figure.table}
