"""The values that digits and words allow."""

from __future__ import annotations

import math
from dataclasses import replace

from entrepot.claims.numbers.refusal import unread
from entrepot.claims.numbers.says import ROUND_WORDS, Says, loosened
from entrepot.errors import RequestError

__all__ = ["COMPARABLE", "between", "bounds", "rounded", "turned"]

COMPARABLE = 1.25
"""Two amounts are "comparable" when the larger is at most this many times the smaller."""


def bounds(value: float, step: float, relation: str) -> tuple[float, float]:
    """Return the values that one number under a relation allows."""
    width = ROUND_WORDS * abs(value)
    match relation:
        case "more_than" | "at_least":
            return value, math.inf
        case "less_than" | "at_most":
            return -math.inf, value
        case "nearly":
            return min(value, value * (1 - ROUND_WORDS)), max(value, value * (1 - ROUND_WORDS))
        case "just_over":
            return (value, value + width) if value >= 0 else (value - width, value)
        case "about":
            reach = loosened(value, step)
            return value - reach, value + reach
    return value - step / 2, value + step / 2


def rounded(phrase: str, number: float, relation: str, unit: str, per: str) -> Says:
    """Read a number that is round by nature: "half", "a third", "doubled"."""
    reach = ROUND_WORDS * number
    low, high = number - reach, number + reach
    if relation not in ("=", "about"):
        low, high = bounds(number, 2 * reach, relation)
    return Says(phrase, number, relation, unit, low, high, 2 * reach, per)


def between(
    phrase: str, first: tuple[float, float], last: tuple[float, float], relation: str
) -> tuple[float, float, float, float]:
    """Return low, high, step and middle of a range, both ends as (value, worth of last digit).

    Raises
    ------
    RequestError
        If it goes down, or stands behind a word that leaves one side open.
    """
    if first[0] > last[0]:
        raise RequestError(
            f"not understood: {phrase!r}: two numbers going down are a change, not a range",
            hint="write two claims, one for each year",
        )
    if relation not in ("=", "about"):
        raise unread(phrase, f"{relation.replace('_', ' ')} in front of a range")
    below, above = first[1] / 2, last[1] / 2
    if relation == "about":
        below, above = loosened(*first), loosened(*last)
    step = max(first[1], last[1])
    return first[0] - below, last[0] + above, step, (first[0] + last[0]) / 2


def turned(says: Says, moved: int) -> Says:
    """Give a size the direction of its verb: "fell more than 10 %" lies below -10.

    What rose or fell by less than a number at least did not go the other way. A multiple that
    fell ("fell threefold") is a multiple of the other number.
    """
    if not moved:
        return says
    says = replace(says, moved=moved)
    if moved == -1 and says.unit == "ratio":
        return replace(says, smaller=True)
    low = max(says.low, 0.0) if says.relation in ("less_than", "at_most") else says.low
    if moved == 1:
        return replace(says, low=low)
    return replace(says, value=-says.value, low=-says.high, high=-low)
