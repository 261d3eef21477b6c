"""The plot area of a drawing and the scales that carry data into it."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["Frame", "ticks", "ticks_between"]


@dataclass(frozen=True, slots=True)
class Frame:
    """A drawing with margins; `x0` to `x1` and `bottom_value` to `top_value` fill what is left.

    Positions that the methods return are relative to the plot area.
    """

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    x0: float
    x1: float
    top_value: float
    bottom_value: float = 0.0

    @property
    def inner_width(self) -> int:
        """Width of the plot area."""
        return self.width - self.left - self.right

    @property
    def inner_height(self) -> int:
        """Height of the plot area."""
        return self.height - self.top - self.bottom

    def x(self, value: float) -> float:
        """Return the horizontal place of a value."""
        return (value - self.x0) / (self.x1 - self.x0) * self.inner_width

    def y(self, value: float) -> float:
        """Return the vertical place of a value."""
        span = self.top_value - self.bottom_value
        return self.inner_height * (1 - (value - self.bottom_value) / span)


def ticks(highest: float, *, at_most: int = 6, limit: float | None = None) -> list[float]:
    """Return round numbers from zero to just above `highest`; to one where all is zero.

    Examples
    --------
    >>> ticks(53.2)
    [0, 10, 20, 30, 40, 50, 60]
    >>> ticks(2448, at_most=3)
    [0, 1000, 2000, 3000]
    """
    highest = highest if highest > 0 else 1.0
    power = 10.0 ** math.floor(math.log10(highest / at_most))
    step = next(
        factor * power
        for factor in (1, 2, 2.5, 5, 10, 20)
        if math.ceil(highest / (factor * power)) <= at_most
    )
    count = math.ceil(highest / step)
    found = [_plain(step * index) for index in range(count + 1)]
    return [value for value in found if limit is None or value <= limit]


def ticks_between(low: float, high: float, *, at_most: int = 6) -> list[float]:
    """Return round numbers from below `low` to above `high`, zero among them.

    Examples
    --------
    >>> ticks_between(-12, 31)
    [-20, -10, 0, 10, 20, 30, 40]
    """
    low, high = min(low, 0.0), max(high, 0.0)
    high = high if high > low else 1.0
    step = ticks(high - low, at_most=at_most)[1]
    first, last = math.floor(low / step), math.ceil(high / step)
    return [_plain(step * index) for index in range(first, last + 1)]


def _plain(value: float) -> float:
    rounded = float(f"{value:.10g}")
    return int(rounded) if rounded == int(rounded) else rounded
