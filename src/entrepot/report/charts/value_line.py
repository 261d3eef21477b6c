"""One value year by year: a line, its ranges, and its values where a reader looks for them.

For a level that is no share: a unit value, a concentration. Values stand at both ends, at the
highest point and on both sides of a break of the reporter, across which no line is drawn.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.report.charts.drawing import (
    Frame,
    area,
    framed,
    labels,
    lines,
    path,
    points,
    rects,
    ticks,
    wrapped,
)
from entrepot.report.charts.place import Box, text_width

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from entrepot.report.breaks import Break
    from entrepot.report.charts.drawing import MarkLayer

WIDTHS = {"wide": 852, "narrow": 360, "small": 360}
LABEL = 13.0
"""Height of the text of a value."""


@dataclass(frozen=True, slots=True)
class LinePoint:
    """A year with its value, its text, and its range, if any, on the axis."""

    year: int
    value: float
    text: str
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class ValueLine:
    """Years in order, the unit at the top of the axis, and where the reporters change.

    Attributes
    ----------
    height
        Of the drawing, in its own units.
    """

    points: tuple[LinePoint, ...]
    unit: str
    broken: Break | None = None
    height: int = 280

    def draw(self, *, name: str, alt_text: str) -> str:
        """Return the drawing, ``wide``, ``narrow``, or ``small``, which is shown at any width."""
        frame = _frame(self, name)
        layers = [*_ground(self, frame), *_axes(self, frame, name), *_ranges(self, frame)]
        layers += [*_line(self, frame), *_values(self, frame), *_break_words(self, frame)]
        return framed(layers, frame, name=name, alt_text=alt_text)


def _frame(data: ValueLine, name: str) -> Frame:
    first, last = data.points[0], data.points[-1]
    # A little more, so that the value above the highest point has room.
    highest = max(one.high or one.value for one in data.points) * 1.08
    steps = ticks(highest, at_most=4)
    left = round(max(map(text_width, _axis_words(steps)))) + 14
    right = max(14, round(text_width(last.text, bold=True) / 2) + 4)
    top = 34 + (16 if data.broken else 0) + (32 if data.broken and name != "wide" else 0)
    years = (first.year - 0.3, last.year + 0.3)
    return Frame(WIDTHS[name], data.height, left, right, top, 28, *years, steps[-1])


def _axis_words(steps: Sequence[float]) -> list[str]:
    return [f"{step:,g}" for step in steps]


def _ground(data: ValueLine, frame: Frame) -> list[MarkLayer]:
    if data.broken is None:
        return []
    x = frame.x(data.broken.year + 0.5)
    ground = {"x": x, "x2": frame.inner_width, "y": 0, "y2": frame.inner_height}
    line = {"x": x, "x2": x, "y": -6, "y2": frame.inner_height}
    return [*rects([ground], style="after"), *lines([line], style="break")]


def _axes(data: ValueLine, frame: Frame, name: str) -> list[MarkLayer]:
    steps = ticks(frame.top_value, at_most=4)
    across = [
        {"x": 0, "x2": frame.inner_width, "y": frame.y(step), "y2": frame.y(step)}
        for step in steps[1:]
    ]
    base = {"x": 0, "x2": frame.inner_width, "y": frame.inner_height, "y2": frame.inner_height}
    texts = [
        {"x": -8, "y": frame.y(step) + 4, "text": text, "align": "right"}
        for step, text in zip(steps, _axis_words(steps), strict=True)
    ]
    texts.append({"x": -frame.left, "y": 14 - frame.top, "text": data.unit})
    years = list(range(data.points[0].year, data.points[-1].year + 1))
    step = math.ceil(len(years) * 44 / frame.inner_width)
    shown = years[::-1][::step][::-1]  # from the newest, which always has its name
    texts += [
        {"x": frame.x(year), "y": frame.inner_height + 18, "text": str(year), "align": "center"}
        if name == "wide" or year in (shown[0], shown[-1])
        else {
            "x": frame.x(year),
            "y": frame.inner_height + 18,
            "text": f"\u2019{year % 100:02d}",
            "align": "center",
        }
        for year in shown
    ]
    return [
        *lines(across, style="grid"),
        *lines([base], style="base"),
        *labels(texts, style="note"),
    ]


def _runs(data: ValueLine) -> Iterator[list[LinePoint]]:
    """Yield stretches of years that neither the break nor a missing year interrupts."""
    run: list[LinePoint] = []
    for one in data.points:
        broken = data.broken is not None and run and run[-1].year <= data.broken.year < one.year
        if run and (broken or one.year != run[-1].year + 1):
            yield run
            run = []
        run.append(one)
    yield run


def _ranges(data: ValueLine, frame: Frame) -> Iterator[MarkLayer]:
    for run in _runs(data):
        ends = [
            {"x": frame.x(one.year), "y": frame.y(one.low), "y2": frame.y(one.high)}
            for one in run
            if one.low is not None and one.high is not None
        ]
        if len(ends) > 1:
            yield from area(ends, style="interval")
        else:
            each = [one | {"x2": one["x"]} for one in ends]
            yield from (*lines(each, style="whisker-under"), *lines(each, style="whisker"))


def _line(data: ValueLine, frame: Frame) -> Iterator[MarkLayer]:
    runs = list(_runs(data))
    for before, after in itertools.pairwise(runs):
        if after[0].year == before[-1].year + 1:  # else not even a direction is known
            ends = {"x": frame.x(before[-1].year), "x2": frame.x(after[0].year)}
            ends |= {"y": frame.y(before[-1].value), "y2": frame.y(after[0].value)}
            yield from lines([ends], style="across")
    for run in runs:
        rows = [{"x": frame.x(one.year), "y": frame.y(one.value)} for one in run]
        yield from path(rows, style="supplier-line") if len(rows) > 1 else ()
        said = [
            row | {"title": f"{one.year}: {one.text}", "of": (str(one.year),)}
            for row, one in zip(rows, run, strict=True)
        ]
        yield from points(said, style="supplier", size=46)


def _values(data: ValueLine, frame: Frame) -> list[MarkLayer]:
    """Return values at the ends, at the break and at the highest point, as far as they fit."""
    every = data.points
    wanted = [every[-1], every[0], max(every, key=lambda one: one.value)]
    if data.broken is not None:
        wanted += [one for one in every if one.year in (data.broken.year, data.broken.year + 1)]
    placed: dict[int, Box] = {}
    for one in wanted:
        x, y, half = frame.x(one.year), frame.y(one.value), text_width(one.text, bold=True) / 2
        # Above: below, it would lie on the axis near zero.
        box = Box(x - half, y - 11 - LABEL, x + half, y - 9)
        if one.year not in placed and not any(box.meets(other, 3) for other in placed.values()):
            placed[one.year] = box
    rows = [
        {"x": frame.x(one.year), "y": placed[one.year].bottom, "text": one.text, "align": "center"}
        for one in every
        if one.year in placed
    ]
    return labels(rows, style="label-supplier", bold=True)


def _break_words(data: ValueLine, frame: Frame) -> list[MarkLayer]:
    if data.broken is None:
        return []
    x = frame.x(data.broken.year + 0.5)
    # Beside the unit, which stands in the same corner one line above.
    rooms = (frame.left + x - 7, frame.inner_width + frame.right - x - 7)
    sides = ((data.broken.before, "right", -7), (data.broken.after, "left", 7))
    words = []
    for (text, align, shift), room in zip(sides, rooms, strict=True):
        parts = wrapped(text, room)
        words += [
            {"x": x + shift, "y": -8 - 14 * (len(parts) - 1 - at), "text": part, "align": align}
            for at, part in enumerate(parts)
        ]
    return labels(words, style="note")
