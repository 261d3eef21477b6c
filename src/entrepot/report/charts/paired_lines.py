"""Shares of several sides over time on one scale: a line each, and names at the right."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from entrepot.report.charts.drawing import (
    Frame,
    NameEntry,
    break_marks,
    draw_names,
    framed,
    labels,
    lines,
    points,
    ticks,
)
from entrepot.report.charts.place import text_width
from entrepot.report.phrasing import capital

if TYPE_CHECKING:
    from entrepot.report.breaks import Break
    from entrepot.report.charts.drawing import MarkLayer

APART = 3.0
"""How far the marks of both sides stand off the middle of a year."""
CAP = 4.0
YEAR_WIDTH = {"wide": 46.0, "narrow": 34.0}


@dataclass(frozen=True, slots=True)
class _Look:
    """Styles of one side: line, computed dot, printed ring, name; and where its marks stand."""

    line: str
    dot: str
    ring: str
    name: str
    shift: float


LOOKS = (
    _Look("supplier-line", "supplier", "supplier-ring", "label-supplier", -APART),
    _Look("other-line", "context", "context-printed", "label", APART),
    _Look("ink-line", "tip", "published", "label", 0),
    _Look("mid-line", "mid", "supplier-ring", "label", 0),
    _Look("other-dashed", "context", "context-printed", "label", 0),
    _Look("ink-dashed", "tip", "published", "label", 0),
)
MOST = len(LOOKS)
"""Lines of one chart: more cannot be told apart."""


def _draw(data: Courses, name: str, alt_text: str) -> str:
    frame = _frame(data, name)
    layers = [*_axes(data, frame, name), *_break_lines(data, frame)]
    # The table under the chart has the first side's rows, then those of the second.
    rows = itertools.accumulate((len(one.spots) for one in data.courses), initial=0)
    pairs = list(zip(data.courses, _looks(data), rows, strict=False))[::-1]  # the marked on top
    for course, look, _ in pairs:
        layers += _line(course, look, frame)
    for course, look, first in pairs:
        layers += _spots(course, look, frame, first, ranged=len(data.courses) == 2)
    layers += _names(data, frame)
    return framed(layers, frame, name=name, alt_text=alt_text)


def _looks(data: Courses) -> tuple[_Look, ...]:
    """Return how each side looks; marks of two stand apart, for their whiskers."""
    looks = LOOKS[: len(data.courses)]
    return looks if len(looks) == 2 else tuple(replace(one, shift=0.0) for one in looks)


def _frame(data: Courses, name: str) -> Frame:
    spots = [spot for course in data.courses for spot in course.spots]
    ranged = len(data.courses) == 2
    tops = [spot.high if ranged and spot.high else spot.value for spot in spots]
    highest = ticks(max(tops) * 1.04, limit=100)[-1]
    x0, x1 = data.first - 0.5, data.last + 0.5
    marks_of = ticks(highest, limit=100)
    left = round(max(text_width(_tick(value, marks_of)) for value in marks_of)) + 12
    # Above the plot stands who counts on both sides of a break, on a phone in two lines.
    head = 16 if len(_breaks(data)) == 1 else 0
    if name == "wide":
        return Frame(852, 400, left, 210, 24 + head, 28, x0, x1, highest)
    return Frame(360, 400, left, 124, 24 + 2 * head, 28, x0, x1, highest)


def _tick(value: float, values: list[float]) -> str:
    return f"{value:g}" + ("\u00a0%" if value == values[-1] else "")


def _axes(data: Courses, frame: Frame, name: str) -> list[MarkLayer]:
    values = ticks(frame.top_value, limit=100)
    across = {"x": 0, "x2": frame.inner_width}
    grid = [across | {"y": frame.y(value), "y2": frame.y(value)} for value in values[1:]]
    base = across | {"y": frame.inner_height, "y2": frame.inner_height}
    years = list(range(data.first, data.last + 1))
    step = math.ceil(len(years) * YEAR_WIDTH[name] / frame.inner_width)
    shown = years[::-1][::step][::-1]
    below = [
        {"x": frame.x(year), "y": frame.inner_height + 20, "align": "center"}
        | {"text": _year(year, shown, short=name == "narrow")}
        for year in shown
    ]
    at_left = [
        {"x": -8, "y": frame.y(value) + 4.5, "align": "right"} | {"text": _tick(value, values)}
        for value in values
    ]
    return [
        *lines(grid, style="grid"),
        *lines([base], style="base"),
        *labels(below + at_left, style="note"),
    ]


def _year(year: int, shown: list[int], *, short: bool) -> str:
    if short and year not in (shown[0], shown[-1]):
        return f"\u2019{year % 100:02d}"
    return str(year)


def _line(course: Course, look: _Look, frame: Frame) -> list[MarkLayer]:
    """Join years that follow each other in one source; what others print stands alone.

    Where the reporters change dots lead across.
    """
    layers: list[MarkLayer] = []
    for one, other in itertools.pairwise(course.spots):
        if other.year != one.year + 1 or one.whose != other.whose or other.published:
            continue
        row = {
            "x": frame.x(one.year) + look.shift,
            "y": frame.y(one.value),
            "x2": frame.x(other.year) + look.shift,
            "y2": frame.y(other.value),
        }
        crosses = course.broken is not None and one.year == course.broken.year
        layers += lines([row], style="across" if crosses else look.line)
    return layers


def _break_lines(data: Courses, frame: Frame) -> list[MarkLayer]:
    broken = _breaks(data)
    if len(broken) == 1:
        return break_marks(broken.pop(), frame)
    years = {one.year for one in broken}
    rows = [
        {"x": x, "x2": x, "y": -8, "y2": frame.inner_height}
        for x in (frame.x(year + 0.5) for year in sorted(years))
    ]
    return lines(rows, style="break") if rows else []


def _breaks(data: Courses) -> set[Break]:
    """Return where reporters change; who counts is said where there is one such place."""
    return {one.broken for one in data.courses if one.broken and one.spots}


def _spots(
    course: Course, look: _Look, frame: Frame, first: int, *, ranged: bool
) -> list[MarkLayer]:
    """Draw the marks of a side; the row of the first in the table of all is `first`."""
    layers: list[MarkLayer] = []
    for spot in course.spots if ranged else ():
        layers += _whisker(spot, look, frame)
    for printed in (False, True):
        rows = [
            {
                "x": frame.x(spot.year) + look.shift,
                "y": frame.y(spot.value),
                "title": f"{spot.year}: {capital(course.name)}: {spot.text}\u00a0%",
                "row": first + place,
            }
            for place, spot in enumerate(course.spots)
            if spot.published is printed
        ]
        layers += points(rows, style=look.ring if printed else look.dot)
    return layers


def _whisker(spot: CoursePoint, look: _Look, frame: Frame) -> list[MarkLayer]:
    if spot.low is None or spot.high is None:
        return []
    x, top, bottom = frame.x(spot.year) + look.shift, frame.y(spot.high), frame.y(spot.low)
    rows = [{"x": x, "x2": x, "y": top, "y2": bottom}]
    rows += [{"x": x - CAP, "x2": x + CAP, "y": end, "y2": end} for end in (top, bottom)]
    return lines(rows, style="leader")


def _names(data: Courses, frame: Frame) -> list[MarkLayer]:
    """Name each side at its last spot, with the share there; a side without one is named too."""
    entries = []
    for course, look in zip(data.courses, _looks(data), strict=True):
        if course.spots:
            last = course.spots[-1]
            when = "" if last.year == data.last else f", {last.year}"
            text = f"**{last.text}\u00a0%** {capital(course.name)}{when}"
            x = frame.x(last.year) + look.shift + CAP
            entries.append(NameEntry(text, x, frame.y(last.value), look.name))
    return draw_names(
        entries,
        head=f"For {data.last}",
        x=frame.inner_width,
        room=frame.right,
        height=frame.inner_height,
    )


@dataclass(frozen=True, slots=True)
class CoursePoint:
    """A share in a year with its range, all in per cent.

    Attributes
    ----------
    text
        The share as a reader sees it, without its unit.
    whose
        Source of it; years of one source are joined.
    published
        Whether somebody else printed it.
    """

    year: int
    value: float
    text: str
    whose: str
    low: float | None = None
    high: float | None = None
    published: bool = False


@dataclass(frozen=True, slots=True)
class Course:
    """One side over the years, oldest first; empty where nothing is held.

    `broken` says where its reporters change; only dots lead across.
    """

    name: str
    spots: tuple[CoursePoint, ...]
    broken: Break | None = None


@dataclass(frozen=True, slots=True)
class Courses:
    """Two to six sides on one scale; the first is the one that is marked.

    Ranges are drawn of two; those of more would hide each other.
    """

    first: int
    last: int
    courses: tuple[Course, ...]

    def draw(self, *, name: str, alt_text: str) -> str:
        """Return the drawing, ``wide`` or ``narrow``."""
        return _draw(self, name, alt_text)
