"""What charts of partners and reporters show, before anybody draws them: plain facts, no pixels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from entrepot.report.pictures import Break

__all__ = [
    "Calendar",
    "Lane",
    "Lanes",
    "Layer",
    "Line",
    "Part",
    "Partner",
    "Slope",
    "Split",
    "Stack",
    "Told",
    "World",
]


@dataclass(frozen=True, slots=True)
class Layer:
    """One supplier: its share in per cent in each year of a stack, None where nothing is held.

    `marked` is the one that the chart is about; `rest` everybody without a layer of their own.
    """

    name: str
    shares: tuple[float | None, ...]
    marked: bool = False
    rest: bool = False


@dataclass(frozen=True, slots=True)
class Stack:
    """Who supplied, year by year; layers from the base up, each year 100 per cent."""

    years: tuple[int, ...]
    layers: tuple[Layer, ...]
    broken: Break | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One supplier before and after, in the unit of the slope, with both values as printed.

    A text is empty where nothing is recorded, which is not the same as zero.
    """

    name: str
    before: float
    after: float
    texts: tuple[str, str]
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Slope:
    """Suppliers at two times on one scale.

    Attributes
    ----------
    times
        What stands over both ends.
    unit
        What the axis counts.
    """

    times: tuple[str, str]
    lines: tuple[Line, ...]
    unit: str


@dataclass(frozen=True, slots=True)
class Part:
    """One step from one value to another: how much, as printed, and its range where there is one.

    A `total` starts at zero; other parts start where the one before ended. `far` is the upper end
    of its range, as printed.
    """

    name: str
    value: float
    text: str
    low: float | None = None
    high: float | None = None
    total: bool = False
    far: str = ""


@dataclass(frozen=True, slots=True)
class Split:
    """A change taken apart, the values before and after at both ends, on one scale."""

    parts: tuple[Part, ...]
    unit: str


@dataclass(frozen=True, slots=True)
class Told:
    """Who told what in each year: parts of the year, 0 to 1, for imports and for exports.

    `note` says what a reader should know of this reporter, such as when it fell silent.
    """

    name: str
    imports: tuple[float, ...]
    exports: tuple[float, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which reporters told which years."""

    years: tuple[int, ...]
    rows: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class Partner:
    """One partner on a map: its share in per cent and as printed, and its code for a tile.

    `short` is a code of two letters; `marked` is the one that the chart is about.
    """

    code: str
    short: str
    name: str
    share: float
    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class World:
    """Who supplied, or who bought, by place.

    Attributes
    ----------
    partners
        Everybody of whom something is recorded, the largest first.
    own
        Codes and names of those whose partners they are.
    are
        What the partners are.
    """

    partners: tuple[Partner, ...]
    own: tuple[tuple[str, str], ...]
    are: Literal["suppliers", "buyers"] = "suppliers"


@dataclass(frozen=True, slots=True)
class Lane:
    """What may have come one way: at least, matched and at most, in the unit of the lanes.

    Attributes
    ----------
    text, matched
        The bounds and what was matched, as printed; the latter may be empty.
    together
        Whether it is all ways at once rather than one of them.
    """

    name: str
    low: float
    value: float
    high: float
    text: str
    matched: str
    together: bool = False

    @property
    def said(self) -> str:
        """Bounds and what was matched in one line."""
        return ", ".join(part for part in (self.text, self.matched) if part)


@dataclass(frozen=True, slots=True)
class Lanes:
    """Ways from one end to the other, named as at the two ends, the widest first."""

    ends: tuple[str, str]
    lanes: tuple[Lane, ...]
