"""What a number phrase says: value, relation, unit, and the interval that its digits allow."""

from __future__ import annotations

import math
from dataclasses import dataclass

from entrepot.model.interval import Interval

__all__ = ["CURRENCIES", "ROUND_WORDS", "Says", "leading_step", "loosened"]

ROUND_WORDS = 0.1
"""How far a word such as "half", "nearly" or "about" may be off, as a part of the number."""

CURRENCIES = (
    *("USD", "CNY", "EUR", "RUB", "GBP", "JPY", "HKD", "MXN"),
    *("CAD", "AUD", "SGD", "TWD", "BRL", "CHF", "INR", "KRW"),
)


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

    @property
    def plausible(self) -> Interval:
        """The same with the open side closed: nobody says "more than five" of twelve."""
        far = leading_step(self.value)
        return Interval(
            self.value - far if math.isinf(self.low) else self.low,
            self.value + far if math.isinf(self.high) else self.high,
        )


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
