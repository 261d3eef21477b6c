"""Values month by month: up to four lines in one plot, or a small plot for each of more."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.model.display import number, with_unit
from entrepot.report.charts.drawing import (
    Frame,
    NameEntry,
    draw_names,
    framed,
    labels,
    lines,
    moved,
    path,
    points,
    rects,
    render,
    ticks,
)
from entrepot.report.charts.place import cut, text_width

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from entrepot.report.charts.drawing import MarkLayer

TOGETHER = 4
"""Lines of one plot: one in colour, and as many as differ in how they are drawn."""
_LOOKS = ("supplier-line", "other-line", "other-dashed", "other-dotted")
_SIZES = {"wide": (852, 380, 170), "medium": (600, 340, 150), "narrow": (360, 360, 112)}
"""Width, height, and room for names at the right."""
_YEAR = 12
_GAP = 28
_NAME = 22
_PLOT = 92
_FOOT = 22


@dataclass(frozen=True, slots=True)
class MonthLine:
    """Values of one side, a value a month; None where none is known.

    `change` is what stands right of its name where each side has a plot of its own.
    """

    name: str
    values: tuple[float | None, ...]
    change: str = ""


@dataclass(frozen=True, slots=True)
class MonthLines:
    """Sides on one scale, the one in colour first.

    Attributes
    ----------
    first
        Year and month of the first value.
    months
        The months in words, which are the rows of the table.
    unit
        Of the values, as it stands on an axis: ``USD m``, ``tonnes``, or empty for an index.
    """

    first: tuple[int, int]
    months: tuple[str, ...]
    lines: tuple[MonthLine, ...]
    unit: str

    def draw(self, *, name: str, alt_text: str) -> str:
        """Return the drawing, ``wide`` or ``narrow``."""
        return (_together if len(self.lines) <= TOGETHER else _apart)(self, name, alt_text)


def _top(data: MonthLines, at_most: int) -> list[float]:
    values = [one for line in data.lines for one in line.values if one is not None]
    return ticks(max(values, default=1.0), at_most=at_most)


def _usual_top(data: MonthLines) -> list[float]:
    """Return the scale of panels: a month far above all others is cut, or no line would be read."""
    values = sorted(one for line in data.lines for one in line.values if one is not None)
    usual = values[int(0.98 * (len(values) - 1))] if values else 1.0
    return ticks(min(1.1 * usual, values[-1]) if values else usual, at_most=3)


def _together(data: MonthLines, name: str, alt_text: str) -> str:
    marks = _top(data, 5)
    last = len(data.months) - 1
    width, height, right = _SIZES[name]
    frame = Frame(width, height, 0, right, 34, 28, 0, max(last, 1), marks[-1])
    layers = [*_ground(data, frame, marks, f"{data.unit} a month" if data.unit else "")]
    entries = []
    for place in reversed(range(len(data.lines))):  # the marked one on top
        line = data.lines[place]
        for run in _runs(line.values):
            layers += _stretch(run, frame, _LOOKS[place])
        known = [at for at, value in enumerate(line.values) if value is not None]
        if known:
            y = frame.y(line.values[known[-1]] or 0.0)
            style = "label" if place else "label-supplier"
            text = line.name if place else f"**{line.name}**"
            entries.append(NameEntry(text, frame.x(known[-1]), y, style))
    layers += _peak(data, frame)
    layers += draw_names(entries, head="", x=frame.inner_width, room=right, height=height - 62)
    return framed([*layers, *_months(data, frame)], frame, name=name, alt_text=alt_text)


def _apart(data: MonthLines, name: str, alt_text: str) -> str:
    """Draw a plot for each side, all on one scale; the first side's line is in colour."""
    width = _SIZES[name][0]
    across = 1 if name == "narrow" else 3
    room = (width - _GAP * (across - 1)) // across
    marks = _usual_top(data)
    high = _NAME + 14 + _PLOT + _FOOT
    frame = Frame(room, _PLOT, 0, 0, 0, 0, 0, max(len(data.months) - 1, 1), marks[-1])
    layers: list[MarkLayer] = []
    for place, line in enumerate(data.lines):
        part = [*_panel(data, line, frame, marks, hot=place == 0)]
        layers += moved(part, (place % across) * (room + _GAP), (place // across) * (high + 14))
    rows = math.ceil(len(data.lines) / across)
    size = {"width": width, "height": rows * (high + 14)}
    return render(layers, **size, left=0, top=0, name=name, alt_text=alt_text)


def _panel(
    data: MonthLines, line: MonthLine, frame: Frame, marks: list[float], *, hot: bool
) -> Iterator[MarkLayer]:
    style = "label-supplier" if hot else "label"
    free = frame.inner_width - text_width(line.change) - 12
    yield from labels([{"x": 0, "y": 14, "text": cut(line.name, free)}], style=style, bold=True)
    change = {"x": frame.inner_width, "y": 14, "text": line.change, "align": "right"}
    yield from labels([change], style="note")
    inner = [*_ground(data, frame, marks, data.unit)]
    top = marks[-1]
    for run in _runs(line.values):
        cut_off = [(at, min(value, top)) for at, value in run]
        inner += _stretch(cut_off, frame, "supplier-line" if hot else "other-line")
    inner += _above(line, frame, top)
    inner += _months(data, frame, line)
    yield from moved(inner, 0, _NAME + 14)


def _ground(data: MonthLines, frame: Frame, marks: list[float], unit: str) -> Iterator[MarkLayer]:
    """Draw the grid with its numbers, the unit at the top alone, and the years below."""
    across = {"x": 0, "x2": frame.inner_width}
    heights = [across | {"y": frame.y(value), "y2": frame.y(value)} for value in marks]
    yield from lines(heights[1:], style="grid")
    yield from lines(heights[:1], style="base")
    numbers = [
        {"x": 0, "y": frame.y(value) - 5}
        | {"text": with_unit(f"{value:,g}", unit if value == marks[-1] else "")}
        for value in marks[1:]
    ]
    yield from labels(numbers, style="note")
    year, month = data.first
    starts = [at for at in range(len(data.months)) if (month - 1 + at) % _YEAR == 0]
    # A series that has no January is named by the year it is in.
    places = [(at, year + (month - 1 + at) // _YEAR) for at in starts or [0]]
    step = math.ceil(len(places) * 38 / frame.inner_width)
    below = frame.inner_height
    shown = places[::step]
    yield from lines([{"x": frame.x(at), "x2": frame.x(at), "y": below, "y2": below + 5}
                      for at, _ in shown], style="base")  # fmt: skip
    words = [
        {"x": x, "y": below + 19, "text": str(name)}
        for at, name in shown
        if (x := frame.x(at)) + 34 <= frame.width
    ]
    yield from labels(words, style="note")


def _runs(values: Sequence[float | None]) -> Iterator[list[tuple[int, float]]]:
    """Yield stretches of months that follow each other."""
    run: list[tuple[int, float]] = []
    for at, value in enumerate(values):
        if value is not None:
            run.append((at, value))
        elif run:
            yield run
            run = []
    if run:
        yield run


def _stretch(run: list[tuple[int, float]], frame: Frame, style: str) -> list[MarkLayer]:
    rows = [{"x": frame.x(at), "y": frame.y(value)} for at, value in run]
    if len(rows) > 1:
        return path(rows, style=style)
    return points(rows, style="supplier" if style == "supplier-line" else "context", size=20)


def _above(line: MonthLine, frame: Frame, top: float) -> list[MarkLayer]:
    """Write the largest value that is above the scale where its line is cut."""
    above = [(value, at) for at, value in enumerate(line.values) if value and value > top]
    if not above:
        return []
    value, at = max(above)
    align = "right" if frame.x(at) > frame.inner_width / 2 else "left"
    row = {"x": frame.x(at), "y": -4, "text": _number(value, ""), "align": align}
    return labels([row], style="note", bold=True)


def _peak(data: MonthLines, frame: Frame) -> list[MarkLayer]:
    """Name the highest month of the line in colour."""
    known = [(value, at) for at, value in enumerate(data.lines[0].values) if value is not None]
    if not known:
        return []
    value, at = max(known)
    x, text = frame.x(at), f"{data.months[at]}: {number(value)}"
    # On the side with more room, so that the words stay in the plot.
    side = {"x": x - 6, "align": "right"} if x > frame.inner_width / 2 else {"x": x + 6}
    row = {"y": frame.y(value) + 4, "text": text} | side
    return labels([row], style="label-supplier", bold=True)


def _months(data: MonthLines, frame: Frame, line: MonthLine | None = None) -> list[MarkLayer]:
    """Return a strip for each month, seen only when pointed at, which says what its row says."""
    half = frame.inner_width / max(len(data.months) - 1, 1) / 2
    rows = []
    for at, month in enumerate(data.months):
        shown = [line] if line else data.lines
        values = ", ".join(f"{one.name} {_number(one.values[at], data.unit)}" for one in shown)
        rows.append(
            {
                "x": max(0.0, frame.x(at) - half),
                "x2": min(float(frame.inner_width), frame.x(at) + half),
                "y": 0.0,
                "y2": float(frame.inner_height),
                "title": f"{month}: {values}",
                "of": (month, line.name) if line else (month,),
            }
        )
    return rects(rows, style="strip")


def _number(value: float | None, unit: str) -> str:
    if value is None:
        return "not available"
    return with_unit(number(value), unit)
