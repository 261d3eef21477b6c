"""What a number phrase says: value, relation, unit, and the interval that its digits allow."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from entrepot.errors import RequestError
from entrepot.model.interval import Interval

ROUND_WORDS = 0.1
"""How far a word such as "half", "nearly" or "about" may be off, as a part of the number."""

CURRENCIES = (
    *("USD", "CNY", "EUR", "RUB", "GBP", "JPY", "HKD", "MXN"),
    *("CAD", "AUD", "SGD", "TWD", "BRL", "CHF", "INR", "KRW"),
    *("NOK", "SEK", "DKK", "ISK", "CZK", "MYR", "THB", "VND"),
    *("BDT", "IDR", "PKR", "LKR", "NPR", "ILS", "ARS", "CLP"),
    *("COP", "PHP", "UYU", "KWD", "RSD", "DZD", "JOD", "TND"),
    *("IQD", "BHD", "NZD", "NGN", "TRY", "PLN", "KZT", "ZAR"),
)
SHARED_CURRENCIES = {
    "¥": ("JPY", "CNY"),
    "krone": ("NOK", "SEK", "DKK", "ISK", "CZK"),
    "dinar": ("KWD", "RSD", "DZD", "JOD", "TND", "IQD", "BHD"),
    "rupee": ("INR", "PKR", "LKR", "NPR"),
    "peso": ("MXN", "ARS", "CLP", "COP", "PHP", "UYU"),
}
"""Units of one name in several countries: which is meant, only the country says."""


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
        ``month``, ``year``, ``quarter``, ``week``, ``day`` or empty.
    smaller
        Whether a multiple is of the other number: "five times smaller", with 5 as its value.
    moved
        1 or -1 where the phrase itself says that something rose or fell, else 0.
    other
        The phrase read the other way where its point or comma may group thousands or part
        decimals and no language decides: "1,234".
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
    moved: int = 0
    other: Says | None = None

    @property
    def currency(self) -> str:
        """The currency, or an empty text when the phrase is not about money."""
        return self.unit if self.unit in CURRENCIES else ""

    @property
    def interval(self) -> Interval:
        """The values allowed."""
        return Interval(self.low, self.high)

    @property
    def readings(self) -> tuple[Says, ...]:
        """The reading, and the other if there is one."""
        return (self,) if self.other is None else (self, self.other)


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
    # Half the step of the last digit that is not a zero, at most a tenth, at least a printed step.
    return max(step, min(step * math.pow(10, zeros) / 2, ROUND_WORDS * abs(value)))


_SHOWN = 300
"""Letters of a phrase that an error repeats."""
_EXAMPLES = '"27 %", "1.63 trillion yuan", "more than five times", "25 to 55 %"'


def unread(phrase: str, part: str) -> RequestError:
    """Return the error that names the part of `phrase` that was not understood."""
    shown = phrase if len(phrase) <= _SHOWN else f"{phrase[:_SHOWN]}…"
    return RequestError(
        f"not understood: {part!r} in {shown!r}",
        why="a number phrase that is read only in part could be read wrongly",
        hint=f"write it as in {_EXAMPLES}",
    )


# The values that digits and words allow.


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
        # Towards zero on either side of it: "nearly −5" is −5 to −4.5.
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
    # "Fell threefold": 3 stays the number, and the other amount is the multiple.
    if moved == -1 and says.unit == "ratio":
        return replace(says, smaller=True)
    low = max(says.low, 0.0) if says.relation in ("less_than", "at_most") else says.low
    if moved == 1:
        return replace(says, low=low)
    return replace(says, value=-says.value, low=-says.high, high=-low)
