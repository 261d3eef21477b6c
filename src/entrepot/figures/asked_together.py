"""Questions that are asked in one go, so that what all of them need is read once."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from entrepot.figures.definition import SIDES
from entrepot.figures.sides import members_of
from entrepot.model.areas import WORLD
from entrepot.model.period import Period

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Sequence

    import narwhals as nw

    from entrepot.figures.definition import Definition, Side

__all__ = [
    "ANY_TIME",
    "Together",
    "areas_beside",
    "asked_beside",
    "asked_together",
    "several_times",
    "steps_together",
    "times_together",
    "together",
    "whosever",
]


ANY_TIME = Period.parse(2000)
"""Period of what questions of several times have in common."""


@dataclass(slots=True)
class Together:
    """Times that are asked in one go, with the steps of these and of what they are compared with.

    And rows that were read of all of them, with the tables to be dropped.
    """

    times: tuple[Period, ...]
    steps: frozenset[Period]
    rows: dict[Hashable, nw.LazyFrame[Any]] = field(default_factory=dict)
    tables: ExitStack = field(default_factory=ExitStack)


_TOGETHER: ContextVar[Together | None] = ContextVar("together", default=None)


@contextmanager
def several_times(times: Sequence[Period], before: Sequence[Period] = ()) -> Iterator[None]:
    """Have questions that differ in time only read and add up rows in one go, in the block.

    To bind a query takes longer than to run it on the rows of one year. What is found stays for as
    long as the state of the lake is read. `before` are times that are read as well, of which
    nothing is asked.
    """
    steps = frozenset((*times, *before)) | steps_together()
    these = Together(tuple(sorted(set(times))), steps)
    token = _TOGETHER.set(these)
    try:
        with these.tables:
            yield
    finally:
        _TOGETHER.reset(token)


def together() -> Together | None:
    """Return the times that are asked in one go, with what was read of them; None outside."""
    return _TOGETHER.get()


def times_together() -> tuple[Period, ...]:
    """Return the times that are asked in one go, oldest first."""
    these = together()
    return these.times if these else ()


def steps_together() -> frozenset[Period]:
    """Return the steps of these times and of what they are compared with."""
    these = together()
    return these.steps if these else frozenset()


@dataclass(slots=True)
class _Beside:
    """Questions that are alike but for time and areas, and the areas that stand alone on a side."""

    questions: list[Definition] = field(default_factory=list)
    areas: dict[Side, frozenset[str]] = field(default_factory=dict)


_ASKED: ContextVar[dict[Definition, _Beside]] = ContextVar("asked together")


@contextmanager
def asked_together(definitions: Iterable[Definition]) -> Iterator[None]:
    """Say that all of some questions will be asked in the block, as they will be carried.

    What the first of them needs of the lake may then be read for the others in the same go.
    """
    found: dict[Definition, _Beside] = {}
    for one in dict.fromkeys(definitions):
        found.setdefault(whosever(one), _Beside()).questions.append(one)
    for some in found.values():
        for side in SIDES:
            named = {members_of(one, side) for one in some.questions}
            some.areas[side] = frozenset().union(*(areas for areas in named if len(areas) == 1))
    token = _ASKED.set(found)
    try:
        yield
    finally:
        _ASKED.reset(token)


def asked_beside(asked: Definition) -> list[Definition]:
    """Return the questions asked together that are alike but for time and areas."""
    found = _ASKED.get({}).get(whosever(asked))
    return found.questions if found else []


def areas_beside(asked: Definition, side: Side) -> frozenset[str]:
    """Return the areas of which one alone stands on a side of such questions.

    Empty where the question itself is about another area there, or about several.
    """
    found = _ASKED.get({}).get(whosever(asked))
    mine = members_of(asked, side)
    return (
        found.areas[side] if found and len(mine) == 1 and mine <= found.areas[side] else frozenset()
    )


def whosever(asked: Definition) -> Definition:
    """Return what a question has in common with the same of other times and areas."""
    return asked.but(period=ANY_TIME, importer=WORLD, exporter=WORLD)
