"""What each chart shows, before anybody draws it: plain facts, no pixels, no colours.

Shares are in per cent here, since that is what a reader sees on the axis.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Literal

from entrepot.report.comparison.drawn import Courses
from entrepot.report.scenario.drawn import Ladder, LossMap

__all__ = [
    "Bar",
    "Break",
    "Butterfly",
    "Calendar",
    "Choice",
    "Column",
    "Curve",
    "Dimension",
    "Drawn",
    "EventSteps",
    "Exposed",
    "Exposure",
    "Flow",
    "Lane",
    "Lanes",
    "Layer",
    "Line",
    "Panel",
    "Part",
    "Partner",
    "Picture",
    "Point",
    "Printed",
    "ShareLines",
    "Side",
    "Slope",
    "Split",
    "Stack",
    "Step",
    "TierPanels",
    "Told",
    "Weights",
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


@dataclass(frozen=True, slots=True)
class Side:
    """One bar of a butterfly, in per cent, with its range and whether it was printed."""

    value: float
    text: str
    low: float | None = None
    high: float | None = None
    range: str = ""
    printed: bool = False


@dataclass(frozen=True, slots=True)
class Weights:
    """Both sides of one flow in a year; a note in words, and the same for a narrow drawing."""

    year: str
    left: Side | None
    right: Side | None
    note: str = ""
    short: str = ""


@dataclass(frozen=True, slots=True)
class Flow:
    """Goods going one way, seen from both ends."""

    title: str
    left: str
    right: str
    rows: tuple[Weights, ...]

    @property
    def gaps(self) -> dict[str, str]:
        """Years that are left out before a row, in words, by the year of the row."""
        found = {}
        for one, other in itertools.pairwise(self.rows):
            if one.year.isdigit() and other.year.isdigit():
                first, last = int(one.year) + 1, int(other.year) - 1
                if first <= last:
                    words = str(first) if first == last else f"{first} to {last}"
                    found[other.year] = f"{words} not shown"
        return found


@dataclass(frozen=True, slots=True)
class Butterfly:
    """Both directions of dependence on one scale."""

    flows: tuple[Flow, ...]


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


@dataclass(frozen=True, slots=True)
class Bar:
    """A value of a year in million USD; blended when both reporters may stand behind it."""

    year: int
    value: float
    blended: bool
    text: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One tier: its code and name, its change in words, and a bar a year."""

    code: str
    name: str
    change: str
    bars: tuple[Bar, ...]
    hot: bool = False


@dataclass(frozen=True, slots=True)
class TierPanels:
    """Small multiples on one scale."""

    panels: tuple[Panel, ...]
    unit: str
    broken: Break | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """One definition: its value in the unit of the curve, and the option of each choice."""

    value: float
    text: str
    picks: tuple[int, ...]
    printed: bool
    headline: bool = False
    title: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a dimension, with the median value of the definitions that take it."""

    name: str
    median: float


@dataclass(frozen=True, slots=True)
class Dimension:
    """A choice that definitions differ in."""

    name: str
    options: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Curve:
    """A specification curve: columns sorted by value, one row of dots an option.

    `unit` stands at the axis; values are in it.
    """

    columns: tuple[Column, ...]
    dimensions: tuple[Dimension, ...]
    unit: str = "%"


@dataclass(frozen=True, slots=True)
class Exposed:
    """A sector and the share of its purchases, in per cent, from one country; money as a note."""

    name: str
    value: float
    text: str
    note: str


@dataclass(frozen=True, slots=True)
class Exposure:
    """Sectors by share, one group a direction, the supplier's first; all on one scale."""

    groups: tuple[tuple[str, tuple[Exposed, ...]], ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One step from an event: the change in per cent with its interval; None where not known.

    `binned` marks an end that holds all that lies beyond it.
    """

    step: int
    value: float | None
    low: float | None = None
    high: float | None = None
    binned: bool = False


@dataclass(frozen=True, slots=True)
class EventSteps:
    """Change from the step before an event, step by step.

    Attributes
    ----------
    unit
        What a step is: ``month``, ``quarter`` or ``year``.
    event
        What happened, in a word or two.
    reference
        The step that the others are compared with.
    mean
        The mean over all steps from the event on, in per cent.
    """

    steps: tuple[Step, ...]
    unit: str
    event: str
    reference: int
    mean: float | None = None


Drawn = (
    ShareLines
    | TierPanels
    | Butterfly
    | Curve
    | Exposure
    | EventSteps
    | Stack
    | Slope
    | Split
    | Calendar
    | World
    | Courses
    | Lanes
    | Ladder
    | LossMap
)


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart to be drawn and what to say to somebody who cannot see it.

    Attributes
    ----------
    spoken
        The finding and the main values in one or two sentences.
    key
        Mark types that occur: pairs of a mark's name and its meaning.
    """

    drawn: Drawn
    spoken: str
    key: tuple[tuple[str, str], ...] = ()
