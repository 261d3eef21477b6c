"""Quantities and numbers in words, as they stand in a sentence."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from entrepot.claims.statements import NAMED
from entrepot.goods import goods_title
from entrepot.model.areas import area_phrase, possessive
from entrepot.model.display import MINUS, figure_value, number

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.claims.document import Claim
    from entrepot.claims.quantity import Level, Quantity, Terms
    from entrepot.model.interval import Interval

__all__ = ["claimed", "flow", "joined", "like", "period_of", "span", "stated", "who"]


def who(code: str) -> str:
    """Return an area as it stands in a sentence."""
    return code.removeprefix(NAMED) if code.startswith(NAMED) else area_phrase(code)


def flow(terms: Terms) -> str:
    """Return what levels are the value of: "exports from China to Russia"."""
    first = terms[0][0]
    goods = "" if first.goods == "all" else f" of {goods_title(first.goods)}"
    if len(terms) == 2 and terms[1][0] == first.turned():
        if terms[1][1] < 0:
            return f"{possessive(who(first.exporter))} balance with {who(first.importer)}{goods}"
        if "WLD" in (first.exporter, first.importer):
            area = first.importer if first.exporter == "WLD" else first.exporter
            return f"all trade of {who(area)}{goods}"
        return f"trade between {who(first.exporter)} and {who(first.importer)}{goods}"
    return " and ".join(dict.fromkeys(_one_way(level, goods) for level, _ in terms))


def _one_way(level: Level, goods: str) -> str:
    if level.exporter == "WLD":
        return f"imports of {who(level.importer)}{goods}"
    if level.importer == "WLD":
        return f"exports of {who(level.exporter)}{goods}"
    return f"exports from {who(level.exporter)} to {who(level.importer)}{goods}"


def period_of(quantity: Quantity) -> str:
    """Return the period, and the base of a change: "2025", "2024 to 2025"."""
    if not quantity.of:
        return ""
    period = quantity.of[0][0].period
    base = quantity.less.of[0][0].period if quantity.less else None
    if quantity.to and quantity.to[0][0].period != period:
        base = quantity.to[0][0].period
    return f"{base} to {period}" if base else f"{period}"


def stated(value: float, unit: str) -> str:
    """Return a number in data units for a sentence; three significant digits."""
    if unit == "points":
        return f"{number(value)} points"
    if unit == "percent":
        return f"{number(value)} %".replace(" ", "\u00a0")
    return figure_value(value, unit)


def span(interval: Interval, unit: str) -> str:
    """Return an interval in words, one-sided where it is."""
    low, high = stated(interval.low, unit), stated(interval.high, unit)
    if interval.high == float("inf"):
        return f"over {low}"
    if interval.low == float("-inf"):
        return f"under {high}"
    return low if low == high else f"{low} to {high}"


def claimed(claim: Claim) -> str:
    """Return what a claim says as a plain number with its own digits: "fell 6.5 %" is "−6.5 %"."""
    says = claim.says
    if says.relation != "=" or says.unit not in ("percent", "points", "ratio"):
        return says.text
    return like(claim, claim.interval.middle)


def like(claim: Claim, value: float) -> str:
    """Return a number in data units with as many decimals as the claim prints.

    A number that the claim does not print exactly gets three significant digits.
    """
    unit, step = claim.quantity.unit, claim.says.step
    if claim.says.relation != "=" or not step:
        return stated(value, unit)
    if unit not in ("share", "percent", "points", "ratio"):
        digits = max(3, math.floor(math.log10(abs(value) / step)) + 1) if value else 3
        return figure_value(value, unit, digits)
    scaled = value * 100 if unit == "share" else value
    decimals = max(0, -math.floor(math.log10(step) + 1e-9))
    word = {"share": "%", "percent": "%", "points": "points", "ratio": "times"}[unit]
    return f"{scaled:.{decimals}f}\u00a0{word}".replace("-", MINUS)


def joined(words: Sequence[str]) -> str:
    """Return "a, b and c"."""
    *head, last = words
    return f"{', '.join(head)} and {last}" if head else last
