"""Closed intervals and the arithmetic that carries rounding through a formula."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Interval:
    """The values from `low` to `high`; either end may be infinite.

    Examples
    --------
    >>> Interval(1.0, 2.0) + Interval(0.5, 0.5)
    Interval(low=1.5, high=2.5)
    >>> Interval(1.0, 2.0).meets(Interval(2.0, 3.0))
    True
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        if math.isnan(self.low) or math.isnan(self.high) or self.low > self.high:
            raise ValueError(f"not an interval: {self.low} to {self.high}")

    @classmethod
    def point(cls, value: float) -> Interval:
        """Return the interval that holds one value."""
        return cls(value, value)

    @property
    def middle(self) -> float:
        """Midpoint; infinite if an end is."""
        return (self.low + self.high) / 2

    @property
    def width(self) -> float:
        """Distance from end to end."""
        return self.high - self.low

    def holds(self, value: float) -> bool:
        """Whether `value` lies inside, ends included."""
        return self.low <= value <= self.high

    def meets(self, other: Interval) -> bool:
        """Whether the two share at least one value."""
        return self.low <= other.high and other.low <= self.high

    def hull(self, other: Interval) -> Interval:
        """Return the smallest interval that holds both."""
        return Interval(min(self.low, other.low), max(self.high, other.high))

    def __add__(self, other: Interval) -> Interval:
        return Interval(self.low + other.low, self.high + other.high)

    def __sub__(self, other: Interval) -> Interval:
        return Interval(self.low - other.high, self.high - other.low)

    def scaled(self, factor: float) -> Interval:
        """Return the interval with both ends multiplied by `factor`."""
        ends = (self.low * factor, self.high * factor)
        return Interval(min(ends), max(ends))

    def widened(self, part: float) -> Interval:
        """Return the interval with each end moved out by a part of itself.

        Examples
        --------
        >>> Interval(100.0, 200.0).widened(0.5)
        Interval(low=50.0, high=300.0)
        """
        if part == 0:
            return self
        return Interval(self.low - part * abs(self.low), self.high + part * abs(self.high))

    def __mul__(self, other: Interval) -> Interval:
        ends = [a * b for a in (self.low, self.high) for b in (other.low, other.high)]
        return Interval(min(ends), max(ends))

    def __truediv__(self, other: Interval) -> Interval:
        """Divide; the divisor must not hold zero.

        Raises
        ------
        ZeroDivisionError
            If the divisor holds zero.
        """
        if other.low <= 0 <= other.high:
            raise ZeroDivisionError("the divisor includes zero")
        ends = [a / b for a in (self.low, self.high) for b in (other.low, other.high)]
        return Interval(min(ends), max(ends))
