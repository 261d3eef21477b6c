"""What each chart shows, before anybody draws it: plain facts, no pixels, no colours.

Shares are in per cent here, since that is what a reader sees on the axis.
"""

from __future__ import annotations

from dataclasses import dataclass

from entrepot.report.pair.drawn import Courses
from entrepot.report.scenario.drawn import Ladder, LossMap
from entrepot.report.share_pictures import Break, Point, Printed, ShareLines
from entrepot.report.single_pictures import Calendar, Lanes, Slope, Split, Stack, World
from entrepot.report.weight_pictures import Butterfly, Flow, Side, Weights

__all__ = [
    "Bar",
    "Break",
    "Butterfly",
    "Choice",
    "Column",
    "Curve",
    "Dimension",
    "Drawn",
    "EventSteps",
    "Exposed",
    "Exposure",
    "Flow",
    "Panel",
    "Picture",
    "Point",
    "Printed",
    "ShareLines",
    "Side",
    "Step",
    "TierPanels",
    "Weights",
]


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
