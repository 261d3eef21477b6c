"""The picture of a comparison: two shares over the years on one scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.model.display import NBSP
from entrepot.report import words
from entrepot.report.breaks import break_of, told_before_and_after
from entrepot.report.origins import is_computed
from entrepot.report.pair.drawn import Course, Courses, Spot
from entrepot.report.pictures import Picture

if TYPE_CHECKING:
    from entrepot.figures import Figure
    from entrepot.report.pair.found import Compared

__all__ = ["breaks", "picture"]


def picture(found: Compared) -> Picture | None:
    """Return the picture; None where no share is held, or both sides have the same course."""
    years = [figure.definition.period.year for course in found.courses for figure in course]
    if not years or found.sides[0].keys == found.sides[1].keys:
        return None
    first, second = (
        Course(name, tuple(map(_spot, course)), break_of(side, min(years), max(years)))
        for name, course, side in zip(found.names, found.courses, found.sides, strict=True)
    )
    return Picture(
        Courses(min(years), max(years), (first, second)), _spoken((first, second)), _key(found)
    )


def breaks(drawn: Picture) -> str:
    """Return where the reporters of a drawn side change; empty where nowhere."""
    assert isinstance(drawn.drawn, Courses)
    found = [one.broken for one in drawn.drawn.courses if one.broken and one.spots]
    return " ".join(dict.fromkeys(f"{told_before_and_after(one)}." for one in found))


def _spot(figure: Figure) -> Spot:
    value = figure.required() * 100
    ends: tuple[float | None, float | None] = (None, None)
    if words.span(figure) and figure.low is not None and figure.high is not None:
        ends = figure.low * 100, figure.high * 100
    year, whose = figure.definition.period.year, str(figure.definition.source)
    return Spot(year, value, words.bounded(figure), whose, *ends, printed=not is_computed(figure))


def _spoken(courses: tuple[Course, Course]) -> str:
    parts = []
    for one in courses:
        told = ", ".join(f"{spot.year}: {spot.text}{NBSP}%" for spot in one.spots)
        parts.append(
            f"{words.capital(one.name)}, {told}." if told else f"{one.name}: no share held."
        )
    return " ".join(parts)


def _key(found: Compared) -> tuple[tuple[str, str], ...]:
    drawn = [figure for course in found.courses for figure in course]
    key = []
    if any(is_computed(figure) for figure in drawn):
        key.append(("line", "computed"))
    if any(not is_computed(figure) for figure in drawn):
        key.append(("ring", "in print"))
    if any(words.span(figure) for figure in drawn):
        key.append(("whisker", "other definitions of the same source"))
    return tuple(key)
