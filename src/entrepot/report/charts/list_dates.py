"""On which lists goods are and since when: a row a list, a bar a stretch of time.

A bar begins on the day from which the act applies. Where no act is known it begins with a ring, on
the day of the first text that has the goods, and a dotted line says that they may have been listed
before. A list without the goods is a row too, because it answers a question.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from entrepot.report.charts.drawing import labels, lines, points, rects, render
from entrepot.report.charts.place import cut, text_width

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.report.charts.drawing import MarkLayer


class ListSpan(NamedTuple):
    """A stretch of time on a list.

    Attributes
    ----------
    start, end
        First and last day that is known; the last of one that goes on is that of the last reading.
    goes_on
        Whether it was on the list when the list was last read.
    is_exact
        Whether an act of that day put it there, and it is not only first seen then.
    in_part
        Whether the entry covers a part of the goods.
    text
        What is written beside it.
    """

    start: date
    end: date
    goes_on: bool
    is_exact: bool
    in_part: bool
    text: str


class ListRow(NamedTuple):
    """A list: its name, what else to know of it, the times, and what is said without any."""

    name: str
    note: str
    spans: tuple[ListSpan, ...]
    absent: str = "not listed"


@dataclass(frozen=True, slots=True)
class ListDates:
    """Rows from the top."""

    rows: tuple[ListRow, ...]

    def draw(self, *, name: str, alt_text: str) -> str:
        """Return the drawing, ``wide`` or ``narrow``."""
        return _draw(self, name, alt_text)


class _Plan(NamedTuple):
    """Sizes: width, room for names (none: they stand above), height of a row, place of the bar."""

    width: int
    names: int
    row: int
    bar: float


PLANS = {"wide": _Plan(852, 290, 42, 14.0), "narrow": _Plan(360, 0, 62, 34.0)}
AXIS = 28
THICK = 10
LEAD = 36.0
"""Length of a dotted line before a first day that may be late."""


class _Scale(NamedTuple):
    first: int
    last: int
    left: float
    width: float

    def x(self, day: date) -> float:
        """Return the place of a day."""
        year = day.year + (day.timetuple().tm_yday - 1) / 366
        return self.left + (year - self.first) / (self.last - self.first) * self.width


def _draw(data: ListDates, name: str, alt_text: str) -> str:
    plan = PLANS[name]
    spans = [span for row in data.rows for span in row.spans]
    first = min(span.start for span in spans).year
    last = max(max(span.end for span in spans).year + 1, first + 2)
    left = plan.names + 14 if plan.names else 2.0
    scale = _Scale(first, last, left, plan.width - left - 2)
    height = AXIS + plan.row * len(data.rows) + 4
    layers = [*_years(scale, height)]
    for place, row in enumerate(data.rows):
        layers += _row(row, plan, scale, AXIS + plan.row * place)
    return render(layers, width=plan.width, height=height, name=name, alt_text=alt_text)


def _years(scale: _Scale, height: float) -> Iterator[MarkLayer]:
    every = range(scale.first, scale.last + 1)
    room = scale.width / (scale.last - scale.first)
    step = 1
    while room * step < text_width("2024") + 10:
        step += 1
    xs = {year: scale.x(date(year, 1, 1)) for year in every}
    grid = [{"x": x, "x2": x, "y": AXIS - 8, "y2": height} for x in xs.values()]
    yield from lines(grid, style="grid")
    texts = [
        {"x": x, "y": 14, "text": str(year), "align": "center"}
        for year, x in xs.items()
        if (year - scale.first) % step == 0
    ]
    texts[0]["align"] = "left"
    if texts[-1]["text"] == str(scale.last):
        texts[-1]["align"] = "right"
    yield from labels(texts, style="note")


def _row(row: ListRow, plan: _Plan, scale: _Scale, top: float) -> Iterator[MarkLayer]:
    room = plan.names or plan.width
    is_on = bool(row.spans)
    yield from labels(
        [{"x": 0, "y": top + 15, "text": cut(row.name, room, bold=is_on)}],
        style="label",
        bold=is_on,
    )
    if plan.names:
        yield from labels(
            [{"x": 0, "y": top + 31, "text": cut(row.note, room, 12.5)}], style="note"
        )
    y = top + plan.bar
    if not is_on:
        x = scale.left + (6 if plan.names else 0)
        yield from labels([{"x": x, "y": y + 5, "text": row.absent}], style="note")
    end = 0.0
    for span in row.spans:
        yield from _bar(span, row, scale, y)
        # Two stretches of one list: a second text that would lie over the first is in the table.
        size = text_width(span.text, 12.5)
        x = min(scale.x(span.start), scale.left + scale.width - size)
        if x >= end:
            yield from labels([{"x": x, "y": y + 22, "text": span.text}], style="note")
            end = x + size + 10


def _bar(span: ListSpan, row: ListRow, scale: _Scale, y: float) -> Iterator[MarkLayer]:
    x, x2 = scale.x(span.start), scale.x(span.end)
    said = {"title": f"{row.name}: {span.text}", "of": (row.name,)}
    box = {"x": x, "x2": max(x2, x + 3), "y": y - THICK / 2, "y2": y + THICK / 2}
    yield from rects([box | said], style="supplier-blended" if span.in_part else "supplier")
    if span.goes_on:
        tip = {"x": max(x2, x + 3) + 4, "y": y}
        yield from points([tip], style="supplier", size=110, shape="triangle-right")
    if not span.is_exact:
        before = max(scale.left, x - LEAD)
        yield from lines([{"x": before, "x2": x, "y": y, "y2": y}], style="across")
        yield from points([{"x": x, "y": y}], style="supplier-ring", size=110)
