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
_POINTS = 1e4
"""What an index of concentration counts to where shares are in per cent, squared."""
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_DAYS = {"day": 1, "week": 7}
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
        If the phrase has a unit that the quantity cannot have, is a share beyond 0 and 1, says
        that something changed where the quantity is no change, or is a number per month or year of
        something that does not add up over time.
    """
    unit = quantity.unit
    if says.moved and not _may_move(quantity):
        raise RequestError(
            f"{says.text!r} is a change, not a number of this kind ({quantity.measure})",
            why="how much something rose or fell does not say how much it is",
            hint="write growth, or the change of a share (kind change); or what it rose or fell to",
        )
    if unit not in _UNITS:
        if says.value < 0 and all(weight > 0 for _, weight in quantity.of):
            raise RequestError(
                f"trade below zero: {says.text!r}",
                why="only a balance can be negative",
                hint="if it is a change, write growth; if exports less imports, write balance",
            )
        period = next(quantity.levels()).period
        return _amount(says, unit, period, stated=stated)
    _refuse_other_kinds(says, quantity)
    interval = _scaled(says, unit)
    if says.per:
        interval = _over_time(says, interval, quantity)
    if unit == "share":
        return _share(says, interval)
    if unit == "index":
        return _index(says, interval, quantity.measure)
    if unit == "percent":
        if interval.high < -_WHOLE:
            raise RequestError(
                f"a fall by more than all there was: {says.text!r}",
                why="trade cannot fall by more than 100 %",
                hint="if it is five times smaller, write it so; check the point or comma",
            )
        return Interval(max(interval.low, -_WHOLE), interval.high)
    return interval


def _refuse_other_kinds(says: Says, quantity: Quantity) -> None:
    """Refuse a phrase with a unit that a quantity cannot have."""
    unit = quantity.unit
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


def _may_move(quantity: Quantity) -> bool:
    """Whether a rise or fall says how much a quantity is; a deficit is a fall of a balance."""
    return quantity.measure == "balance" or quantity.unit in ("percent", "points", "ratio", "rank")


def _scaled(says: Says, unit: str) -> Interval:
    match unit, says.unit:
        case "share", "" if abs(says.value) > 1:
            return says.interval.scaled(0.01)
        case "ratio", "percent" | "share" if says.moved:  # "a fifth more" is 1.2 times
            part = says.interval.scaled(0.01 if says.unit == "percent" else 1.0)
            return Interval(1 + part.low, 1 + part.high)
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


def _over_time(says: Says, interval: Interval, quantity: Quantity) -> Interval:
    """Return a change of so much a month or year as one since its base: growth compounds."""
    steps = _steps(says.per, quantity)
    if steps is None:
        raise RequestError(
            f"so much a {says.per}: {says.text!r}",
            why=f"{quantity.measure} does not add up over time, or not over its period and base",
            hint=f"leave out the {says.per}, or give a base a whole number of {says.per}s before",
        )
    if quantity.unit == "points":
        return interval.scaled(steps)
    ends = ((1 + max(end, -_WHOLE) / 100) ** steps for end in (interval.low, interval.high))
    low, high = ((times - 1) * 100 for times in ends)
    return Interval(low, high)


def _steps(per: str, quantity: Quantity) -> int | None:
    """Return how many months, quarters or years a change spans; None if it is none of those."""
    base = quantity.less.of if quantity.less else quantity.to
    if quantity.unit not in ("percent", "points") or per not in _MONTHS or not base:
        return None
    now, then = quantity.of[0][0].period.start, base[0][0].period.start
    months = (now.year - then.year) * 12 + now.month - then.month
    if now.day != then.day or months <= 0 or months % _MONTHS[per]:
        return None
    return months // _MONTHS[per]


def _index(says: Says, interval: Interval, measure: str) -> Interval:
    """Return an index between 0 and 1; of concentration also where it counts to 10 000."""
    value = says.value / 100 if says.unit == "percent" else says.value
    whole = _POINTS if measure == "hhi" else _WHOLE
    if says.unit == "" and 1 < value <= whole:
        value, interval = value / whole, interval.scaled(1 / whole)
    if not 0 <= value <= 1:
        raise RequestError(
            f"{measure} of {says.text!r}",
            why=f"it lies between 0 and 1, or between 0 and {whole:.0f} where it is printed so",
            hint="check the number and its point or comma",
        )
    return Interval(max(interval.low, 0.0), min(interval.high, 1.0))


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
    spans = _spans(says.per, period) if says.per else 1.0
    interval = says.interval.scaled(spans) if spans != 1 else says.interval
    if math.isinf(interval.low):
        return Interval(min(0.0, interval.high), interval.high)
    return interval


def _spans(per: str, period: Period) -> float:
    """Return how many days, weeks, months, quarters or years a period has."""
    if per in _MONTHS:
        return period.months / _MONTHS[per]
    return ((period.end - period.start).days + 1) / _DAYS[per]
