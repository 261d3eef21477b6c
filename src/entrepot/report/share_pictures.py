"""What a chart of a share over the years shows; shares are in per cent."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Break", "Point", "Printed", "ShareLines"]


@dataclass(frozen=True, slots=True)
class Break:
    """The reporters behind the numbers change after `year`; who counts on each side, in words."""

    year: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Point:
    """A computed value of a year with its range in per cent, and its `row` as in `Printed`."""

    year: int
    value: float
    low: float | None = None
    high: float | None = None
    row: int | None = None


@dataclass(frozen=True, slots=True)
class Printed:
    """A published number as the interval that its digits leave open.

    Attributes
    ----------
    at
        Middle of its period, as a year with decimals: 2025.0 is the whole of 2025.
    low, high
        Interval in per cent.
    text, digits
        The number as printed, e.g. ``"52.8"`` or ``"over 33"``; and its digits alone, ``"33"``.
    who
        Short name of whose number it is, with the months if it is not a whole year.
    claim, row
        Whether this is the claim under check; its row in the table beside, if any, from 0 on.
    """

    at: float
    low: float
    high: float
    text: str
    digits: str
    who: str
    claim: bool = False
    row: int | None = None


@dataclass(frozen=True, slots=True)
class ShareLines:
    """A share over time: one computed series, printed points around it, a reporter break."""

    first: int
    last: int
    series: tuple[Point, ...]
    series_name: str
    printed: tuple[Printed, ...]
    broken: Break | None = None
