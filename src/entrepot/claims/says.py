"""What a number phrase says: value, relation, unit, and the interval that its digits allow."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from entrepot.claims.tokens import Token, numbers, only, tokens, unread
from entrepot.claims.words import CURRENCIES, ROUND_WORDS
from entrepot.errors import RequestError
from entrepot.model.interval import Interval

__all__ = ["ROUND_WORDS", "Says", "leading_step", "loosened", "read_says"]

COMPARABLE = 1.25
"""Two amounts are "comparable" when the larger is at most this many times the smaller."""


@dataclass(frozen=True, slots=True)
class Says:
    """A number phrase, read.

    Attributes
    ----------
    text
        As printed.
    value
        The number in whole units (1.63e12 for "1.63 trillion yuan"); per cent stay per cent; the
        middle of a range.
    relation
        ``=``, ``about``, ``nearly``, ``just_over``, ``more_than``, ``at_least``, ``less_than``,
        ``at_most``, ``between`` or ``comparable``.
    unit
        ``percent``, ``points``, ``ratio``, ``share``, ``t``, a currency such as ``CNY``, or an
        empty text for a bare number.
    low, high
        The values that digits and words allow; infinite where only one side is said.
    step
        Worth of the last printed digit, in the same units as `value`.
    per
        ``month``, ``year`` or empty.
    smaller
        Whether a multiple is of the other number: "five times smaller", with 5 as its value.
    """

    text: str
    value: float
    relation: str
    unit: str
    low: float
    high: float
    step: float
    per: str = ""
    smaller: bool = False

    @property
    def currency(self) -> str:
        """The currency, or an empty text when the phrase is not about money."""
        return self.unit if self.unit in CURRENCIES else ""

    @property
    def interval(self) -> Interval:
        """The values allowed."""
        return Interval(self.low, self.high)

    @property
    def plausible(self) -> Interval:
        """The same with the open side closed: nobody says "more than five" of twelve."""
        far = leading_step(self.value)
        return Interval(
            self.value - far if math.isinf(self.low) else self.low,
            self.value + far if math.isinf(self.high) else self.high,
        )


def read_says(text: str | float) -> Says:
    """Read an English number phrase.

    Parameters
    ----------
    text
        The phrase as printed; a bare number is read as its own digits.

    Raises
    ------
    RequestError
        If a part of the phrase is not understood (the message names it), if there is no number,
        or if it holds two numbers that are no range.

    Examples
    --------
    >>> says = read_says("1.63 trillion yuan")
    >>> says.value, says.unit, says.low, says.high
    (1630000000000.0, 'CNY', 1625000000000.0, 1635000000000.0)
    >>> read_says("more than five times").relation
    'more_than'
    """
    phrase = str(text)
    found = tokens(phrase)
    smaller = any(token.value == "inverse" for token in found)
    return replace(_read(phrase, found), smaller=smaller)


def _read(phrase: str, found: list[Token]) -> Says:
    unit = _unit(phrase, found)
    per = str(only(phrase, found, "per", "how often") or "")
    values = numbers(found)
    words = [token for token in found if token.kind in ("fraction", "multiple")]
    if any(token.kind == "comparable" for token in found):
        if values or words:
            raise unread(phrase, "a comparison in words beside a number")
        return Says(phrase, 1.0, "comparable", "ratio", 1 / COMPARABLE, COMPARABLE, 0.0)
    relation = str(only(phrase, found, "relation", "relation") or "=")
    moved = only(phrase, found, "moved", "direction")
    joined = next((token for token in found if token.kind in ("range", "opens")), None)
    if words and not values and joined is None:
        return _worded(phrase, words, relation, unit, per, moved)
    if words or not values:
        odd = [joined] if joined and words else words
        raise unread(phrase, odd[0].text if odd else "no number in it")
    if joined or len(values) > 1:
        if len(values) != 2 or all(token.kind != "range" for token in found):
            raise unread(phrase, f"{len(values)} number(s) and no range")
        return _turned(_range(phrase, values[0], values[1], relation, unit, per), moved)
    value, step = values[0]
    if moved == -1:
        value = abs(value)  # "fell by −3.4 %" says the direction twice
    low, high = _bounds(value, step, relation)
    return _turned(Says(phrase, value, relation, unit, low, high, step, per), moved)


def leading_step(value: float) -> float:
    """Worth of the first digit of `value`: 100 for 300, 1 for 5, 0.1 for 0.37."""
    return math.pow(10.0, math.floor(math.log10(abs(value)))) if value else 1.0


def loosened(value: float, step: float) -> float:
    """How far "about" `value` reaches to each side: final zeros no longer count as digits.

    "about 80" is 75 to 85, "about 27" is 26 to 28, and never more than a tenth.
    """
    units = round(abs(value) / step) if step else 0
    zeros = 0
    while units and units % 10 == 0:
        units //= 10
        zeros += 1
    return max(step, min(step * math.pow(10, zeros) / 2, ROUND_WORDS * abs(value)))


def _unit(phrase: str, found: list[Token]) -> str:
    units = {str(token.value) for token in found if token.kind in ("unit", "currency")}
    if len(units) > 1:
        raise unread(phrase, f"two units: {' and '.join(sorted(units))}")
    unit = units.pop() if units else ""
    return "ratio" if unit == "inverse" else unit


def _turned(says: Says, moved: object) -> Says:
    """Give a size the direction of its verb: "fell more than 10 %" lies below -10.

    What rose or fell by less than a number at least did not go the other way.
    """
    if moved is None:
        return says
    if moved == -1 and says.unit == "ratio":
        raise unread(says.text, "a multiple that falls")
    low = max(says.low, 0.0) if says.relation in ("less_than", "at_most") else says.low
    if moved == 1:
        return replace(says, low=low)
    return replace(says, value=-says.value, low=-says.high, high=-low)


def _bounds(value: float, step: float, relation: str) -> tuple[float, float]:
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


def _worded(
    phrase: str, words: list[Token], relation: str, unit: str, per: str, moved: object
) -> Says:
    """Read "half", "a third", "doubled": numbers that are round by nature."""
    number, kind = words[0].value, words[0].kind
    if len(words) > 1 or unit not in ("", "ratio") or not isinstance(number, float):
        raise unread(phrase, words[-1].text)
    if kind == "multiple" and number < 1:  # "more than halved" leaves less than half
        loss = _turned(_round(phrase, 1 - number, relation, "share", per), -1)
        low, high = max(1 + loss.low, 0.0), 1 + loss.high
        return replace(loss, value=number, unit="ratio", low=low, high=high)
    unit = "share" if kind == "fraction" else "ratio"
    return _turned(_round(phrase, number, relation, unit, per), moved)


def _round(phrase: str, number: float, relation: str, unit: str, per: str) -> Says:
    reach = ROUND_WORDS * number
    low, high = number - reach, number + reach
    if relation not in ("=", "about"):
        low, high = _bounds(number, 2 * reach, relation)
    return Says(phrase, number, relation, unit, low, high, 2 * reach, per)


def _range(
    phrase: str,
    first: tuple[float, float],
    last: tuple[float, float],
    relation: str,
    unit: str,
    per: str,
) -> Says:
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
    low, high = first[0] - below, last[0] + above
    middle, step = (first[0] + last[0]) / 2, max(first[1], last[1])
    return Says(phrase, middle, "between", unit, low, high, step, per)
