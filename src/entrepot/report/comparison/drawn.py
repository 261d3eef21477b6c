"""What the chart of two shares over time shows: plain facts, no pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from entrepot.report.chart_data import Break

__all__ = ["Course", "Courses", "Spot"]


@dataclass(frozen=True, slots=True)
class Spot:
    """A share in a year with its range, all in per cent.

    Attributes
    ----------
    text
        The share as a reader sees it, without its unit.
    whose
        Source of it; years of one source are joined.
    printed
        Whether somebody else printed it.
    """

    year: int
    value: float
    text: str
    whose: str
    low: float | None = None
    high: float | None = None
    printed: bool = False


@dataclass(frozen=True, slots=True)
class Course:
    """One side over the years, oldest first; empty where nothing is held.

    `broken` says where its reporters change; only dots lead across.
    """

    name: str
    spots: tuple[Spot, ...]
    broken: Break | None = None


@dataclass(frozen=True, slots=True)
class Courses:
    """Both sides on one scale; the first is the one that is marked."""

    first: int
    last: int
    courses: tuple[Course, Course]
