"""Values below each other, a dot a row on a line from zero: what a kilogram was worth, by seller.

A dot and no bar: a unit value is no part of a whole, and its distance from zero says little.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from entrepot.report.charts.drawing import labels, lines, points, render, ticks
from entrepot.report.charts.place import cut, text_width

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.report.charts.drawing import MarkLayer


class Dot(NamedTuple):
    """One row: name, value on the axis, value as text, and whether the chart is about it."""

    name: str
    value: float
    text: str
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Dots:
    """Rows from the top, and the unit of the axis."""

    rows: tuple[Dot, ...]
    unit: str

    def draw(self, *, name: str, alt_text: str) -> str:
        """Return the drawing, ``wide`` or ``narrow``."""
        return _draw(self, name, alt_text)


AXIS = 30
ROW = 27
NAMES = {"wide": 300.0, "narrow": 132.0}
WIDTHS = {"wide": 852, "narrow": 360}


def _draw(data: Dots, name: str, alt_text: str) -> str:
    width = WIDTHS[name]
    names = min(NAMES[name], max(text_width(one.name, bold=True) for one in data.rows))
    left = names + 12
    right = max(text_width(one.text, bold=True) for one in data.rows) + 14
    room, places = width - left - right, [0.0]
    for most in range(6, 0, -1):  # as many as have room for their numbers
        places = ticks(max(one.value for one in data.rows), at_most=most)
        if max(text_width(f"{place:,g}") for place in places) + 12 < room / (len(places) - 1):
            break
    factor = room / places[-1]
    height = AXIS + ROW * len(data.rows) + 4
    xs = [left + place * factor for place in places]
    grid = [{"x": x, "x2": x, "y": AXIS - 6, "y2": height} for x in xs[1:]]
    texts = [
        {"x": x, "y": 16, "text": f"{place:,g}", "align": "center" if x > left else "left"}
        for x, place in zip(xs, places, strict=True)
    ]
    head = {"x": 0, "y": 16, "text": data.unit}
    layers = [*lines(grid, style="grid"), *labels([*texts, head], style="note")]
    layers += lines([{"x": left, "x2": left, "y": AXIS - 6, "y2": height}], style="base")
    for place, one in enumerate(data.rows):
        layers += _row(one, left, factor, AXIS + ROW * place + ROW / 2, names)
    return render(layers, width=width, height=height, name=name, alt_text=alt_text)


def _row(one: Dot, left: float, factor: float, y: float, names: float) -> Iterator[MarkLayer]:
    x = left + one.value * factor
    words = "label-supplier" if one.marked else "label"
    yield from lines([{"x": left, "x2": x, "y": y, "y2": y}], style="divider")
    said = {"title": f"{one.name}: {one.text}", "of": (one.name,)}
    yield from points(
        [{"x": x, "y": y} | said], style="supplier" if one.marked else "context", size=120
    )
    name = {"x": 0, "y": y + 4.5, "text": cut(one.name, names, bold=one.marked)}
    yield from labels([name], style=words, bold=one.marked)
    value = {"x": x + 11, "y": y + 4.5, "text": one.text}
    yield from labels([value], style=words, bold=one.marked)
