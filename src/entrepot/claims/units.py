"""What a number phrase says about a quantity, in the units of the data."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from entrepot.errors import RequestError
from entrepot.model.interval import Interval

if TYPE_CHECKING:
    from entrepot.claims.numbers import Says
    from entrepot.claims.quantity import Quantity
    from entrepot.model.period import Period

__all__ = ["in_data_units"]

_WHOLE = 100.0
_UNITS = {
    "share": ("percent", "share", ""),
    "percent": ("percent", "share", "ratio", ""),
    "points": ("points", ""),
    "ratio": ("ratio", "share", "percent", ""),
    "index": ("", "percent", "share"),
}


def in_data_units(says: Says, quantity: Quantity, *, stated: bool = True) -> Interval:
    """Return what a phrase says about a quantity, in the units of the data.

    Parameters
    ----------
    says, quantity
        The phrase and what it is about.
    stated
        Whether the definition states the currency, so that the phrase need not.

    Raises
    ------
    RequestError
        If the phrase has a unit that the quantity cannot have, or is a share beyond 0 and 1.
    """
    unit = quantity.unit
    if unit not in _UNITS:
        if says.value < 0 and all(weight > 0 for _, weight in quantity.of):
            raise RequestError(
                f"trade below zero: {says.text!r}",
                why="only a balance can be negative",
                hint="if it is a change, write growth; if exports less imports, write balance",
            )
        period = next(quantity.levels()).period
        return _amount(says, unit, period, stated=stated)
    if says.unit not in _UNITS[unit] and says.relation != "comparable":
        raise RequestError(
            f"{says.text!r} is not a number of this kind ({quantity.measure})",
            why=f"it is in {says.unit or 'plain numbers'}, {quantity.measure} in {unit}",
            hint="a change of a share is in points (kind change), growth and shares in per cent",
        )
    if says.smaller and quantity.measure != "ratio" and unit != "percent":
        raise RequestError(
            f"{says.text!r} is not a number of this kind ({quantity.measure})",
            why="it sets two amounts side by side",
            hint="write a ratio of the two amounts",
        )
    interval = _scaled(says, unit)
    if unit == "share":
        return _share(says, interval)
    if unit == "percent":
        if interval.high < -_WHOLE:
            raise RequestError(
                f"a fall by more than all there was: {says.text!r}",
                why="trade cannot fall by more than 100 %",
                hint="if it is five times smaller, write it so; check the point or comma",
            )
        return Interval(max(interval.low, -_WHOLE), interval.high)
    return interval


def _scaled(says: Says, unit: str) -> Interval:
    match unit, says.unit:
        case "share", "" if abs(says.value) > 1:
            return says.interval.scaled(0.01)
        case "share" | "ratio" | "index", "percent":
            return says.interval.scaled(0.01)
        case "percent", "share":
            return says.interval.scaled(100)
        case "percent", "ratio":
            times = _inverse(says.interval) if says.smaller else says.interval
            return Interval((times.low - 1) * 100, (times.high - 1) * 100)
    return says.interval


def _inverse(times: Interval) -> Interval:
    """Return what is left of something that is so many times smaller."""
    return Interval(1 / times.high, 1 / times.low if times.low > 0 else math.inf)


def _share(says: Says, interval: Interval) -> Interval:
    value = says.value / 100 if says.unit == "percent" or says.value > 1 else says.value
    if not 0 <= value <= 1:
        raise RequestError(
            f"a share {'above one' if value > 1 else 'below zero'}: {says.text!r}",
            why="a part cannot be larger than its whole",
            hint="if it is a growth or a multiple, write growth or ratio",
        )
    return Interval(max(interval.low, 0.0), min(interval.high, 1.0))


def _amount(says: Says, unit: str, period: Period, *, stated: bool) -> Interval:
    if says.unit == "" and not stated:
        raise RequestError(
            f"no currency: {says.text!r}",
            why="yuan and dollars are not the same number",
            hint="write the currency as printed, or add currency to the definition",
        )
    if says.unit not in (unit, ""):
        raise RequestError(
            f"{says.text!r} is in {says.unit}, the definition in {unit}",
            why="one number has one unit",
            hint="leave currency out of the definition, or make the two agree",
        )
    spans = 1.0
    if says.per:
        spans = period.months if says.per == "month" else period.months / 12
    interval = says.interval.scaled(spans) if spans != 1 else says.interval
    if math.isinf(interval.low):
        return Interval(min(0.0, interval.high), interval.high)
    return interval
