"""Ranked bars: who supplies, who buys, which goods; the value, its range, and columns of numbers.

The bar ends at the value and the line is the range, as on every chart. What is not shown by name
is one more bar, pale and last, so that nothing is left out of the sight of the reader.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from entrepot.report.charts.drawing import labels, lines, rects, render, ticks
from entrepot.report.charts.place import cut, text_width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.report.charts.drawing import MarkLayer

RANGE = "Range"
"""Head of the column with the ranges."""


@dataclass(frozen=True, slots=True)
class RankedBar:
    """One bar.

    Attributes
    ----------
    value, low, high
        In the unit of the axis; the ends are None where there is no range.
    cells
        Texts of the columns; the first is the value, which a phone shows above the bar, with the
        range.
    marked
        Whether it is the one that the chart is about.
    is_rest
        Whether it stands for all that are not named.
    """

    name: str
    value: float
    low: float | None
    high: float | None
    cells: tuple[str, ...]
    marked: bool = False
    is_rest: bool = False


@dataclass(frozen=True, slots=True)
class RankedBars:
    """Bars, the largest first; `heads` are those of the names and of the columns.

    Attributes
    ----------
    beside
        Head of a column of words that a phone shows before the value, in place of the range.
    """

    bars: tuple[RankedBar, ...]
    heads: tuple[str, ...]
    unit: str = "\u00a0%"
    beside: str = ""

    def draw(self, *, name: str, alt_text: str) -> str:
        """Return the drawing of the size with this name; the ``low`` one has one column."""
        only = replace(self, heads=self.heads[:2], bars=tuple(map(_value_alone, self.bars)))
        return _draw(only if name == "low" else self, name, alt_text)


def _value_alone(bar: RankedBar) -> RankedBar:
    return replace(bar, cells=bar.cells[:1])


AXIS = 30
THICK = 18
CAP = 4
BETWEEN = 18
NAMES, LEAST = 180, 260
"""Room that names keep, and that bars should have, where there are many columns."""
STEP = 44
"""Least distance of two numbers on the axis."""
LINE = 14
"""Height of a line of a name in two."""
CELL = 132
"""Most room of a column; words that need more go on in a second line."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """Sizes: width, most room for names (none: they stand above the bars), row, ticks."""

    width: int
    names: int
    row: int
    ticks: int


PLANS = {
    "wide": _Plan(852, 300, 30, 6),
    "medium": _Plan(600, 190, 30, 4),
    "narrow": _Plan(360, 0, 46, 4),
    "low": _Plan(340, 122, 22, 3),
}


@dataclass(frozen=True, slots=True)
class _Scale:
    start: float
    factor: float

    def x(self, value: float) -> float:
        """Return the place of a value."""
        return self.start + value * self.factor


def _draw(data: RankedBars, name: str, alt_text: str) -> str:
    plan = PLANS[name]
    widths = _widths(data) if plan.names else []
    # Short names leave their room to the bars.
    names = min(plan.names, max(text_width(one.name, bold=True) for one in data.bars) + 2)
    # Many columns take their room from the names, which go on in a second line, not from the bars.
    spare = plan.width - names - sum(widths) - LEAST
    names = max(min(names, NAMES), names + spare) if plan.names and spare < 0 else names
    left = names + 12 if plan.names else 2.0
    room = plan.width - left - sum(widths) - (24 if plan.names else 12)
    if plan.names:  # and longer bars give theirs to words that would go on in a second line
        widths = _widened(data, widths, room - LEAST)
        room = plan.width - left - sum(widths) - 24
        plan = replace(plan, row=plan.row + _taller(data, widths, names))
    most = max((one.high or one.value) for one in data.bars)
    places = ticks(most, at_most=max(1, min(plan.ticks, int(room // STEP))))
    scale = _Scale(left, room / places[-1])
    more = [0 if plan.names else LINE * (len(_over(one, data, plan)[0]) - 1) for one in data.bars]
    height = AXIS + plan.row * len(data.bars) + sum(more) + 4
    layers = _axis(places, scale, height, data.unit, inside=None if plan.names else plan.width)
    layers += _heads(data, plan, widths)
    top = AXIS
    for bar, lower in zip(data.bars, more, strict=True):
        layers += _bar(bar, plan, scale, top + lower, widths, names)
        if not plan.names:
            layers += _above(bar, data, plan, top + 18)
        top += plan.row + lower
    zero = [{"x": left, "x2": left, "y": AXIS - 6, "y2": height}]
    layers += lines(zero, style="base")
    return render(layers, width=plan.width, height=height, name=name, alt_text=alt_text)


def _widths(data: RankedBars) -> list[float]:
    """Return the room of each column with the gap before it."""
    return [
        min(CELL, max(text_width(text, bold=True) for text in texts)) + BETWEEN
        for texts in zip(data.heads[1:], *(one.cells for one in data.bars), strict=True)
    ]


def _widened(data: RankedBars, widths: Sequence[float], spare: float) -> list[float]:
    """Return the room of the columns with what their texts need, as far as there is some."""
    found = []
    for place, width in enumerate(widths):
        needed = max(text_width(one.cells[place], bold=True) for one in data.bars) + BETWEEN
        more = max(0.0, min(needed - width, spare))
        spare -= more
        found.append(width + more)
    return found


def _taller(data: RankedBars, widths: Sequence[float], names: float) -> int:
    """Return what rows need more where one has two lines, or they would touch the next ones."""
    rooms = (names, *(width - BETWEEN + 1 for width in widths))
    told = ((one.name, *one.cells) for one in data.bars)
    texts = [pair for row in told for pair in zip(row, rooms, strict=True)]
    is_long = any(len(_two_lines(text, room, bold=True)) > 1 for text, room in texts)
    return 8 if is_long else 0


def _axis(
    places: Sequence[float], scale: _Scale, height: float, unit: str, *, inside: float | None
) -> list[MarkLayer]:
    rows = [{"x": x, "x2": x, "y": AXIS - 6, "y2": height} for x in map(scale.x, places[1:])]
    texts = [
        {"x": scale.x(place), "y": 16, "text": f"{place:,g}", "align": "center"} for place in places
    ]
    # Centred, the zero would stick out to the left of a narrow drawing.
    texts[0]["align"] = "left"
    texts[-1]["text"] = f"{places[-1]:,g}{unit}"
    if inside is not None:  # and the last to the right, where no columns follow
        texts[-1] |= {"x": inside, "align": "right"}
    return [*lines(rows, style="grid"), *labels(texts, style="note")]


def _heads(data: RankedBars, plan: _Plan, widths: Sequence[float]) -> list[MarkLayer]:
    if not plan.names:
        return []
    rows = [{"x": 0, "y": 16, "text": data.heads[0]}]
    for text, right in zip(data.heads[1:], _rights(plan, widths), strict=True):
        rows.append({"x": right, "y": 16, "text": text, "align": "right"})
    return labels(rows, style="note")


def _two_lines(name: str, room: float, *, bold: bool) -> list[str]:
    """Return a name in as many lines as it needs, two at most."""
    words, first = name.split(" "), ""
    while words and text_width(f"{first} {words[0]}".strip(), bold=bold) <= room:
        first = f"{first} {words.pop(0)}".strip()
    if not first:  # one word that is wider than the room
        return [cut(name, room, bold=bold)]
    return [first, *([cut(" ".join(words), room, bold=bold)] if words else [])]


def _lines(
    text: str, x: float, middle: float, room: float, *, bold: bool
) -> list[dict[str, object]]:
    """Return a text in as many lines as it needs, around the middle of its row."""
    parts = _two_lines(text, room, bold=bold)
    first = middle + 4.5 - (len(parts) - 1) * LINE / 2
    return [{"x": x, "y": first + LINE * at, "text": part} for at, part in enumerate(parts)]


def _rights(plan: _Plan, widths: Sequence[float]) -> list[float]:
    """Return the right ends of the columns."""
    return [plan.width - sum(widths[place + 1 :]) for place in range(len(widths))]


def _bar(
    bar: RankedBar, plan: _Plan, scale: _Scale, top: float, widths: Sequence[float], names: float
) -> list[MarkLayer]:
    middle = top + (plan.row / 2 if plan.names else 32)
    thick = min(THICK, 0.6 * plan.row) if plan.names else 14
    style = "blended" if bar.is_rest else "supplier" if bar.marked else "context"
    words = "label-supplier" if bar.marked else "label"
    described = f"{bar.name}: {', '.join(filter(None, bar.cells))}"
    box = {"x": scale.start, "x2": scale.x(bar.value), "y": middle - thick / 2}
    box |= {"y2": middle + thick / 2}
    layers = rects([{**box, "title": described, "of": (bar.name,)}], style=style)
    if bar.low is not None and bar.high is not None and bar.low < bar.high:
        low, high = scale.x(bar.low), scale.x(bar.high)
        reach = [{"x": low, "x2": high, "y": middle, "y2": middle}]
        reach += [{"x": x, "x2": x, "y": middle - CAP, "y2": middle + CAP} for x in (low, high)]
        layers += [*lines(reach, style="whisker-under"), *lines(reach, style="whisker")]
    if plan.names:
        rows = _lines(bar.name, 0, middle, names, bold=bar.marked)
        layers += labels(rows, style=words, bold=bar.marked)
        for place, right in enumerate(_rights(plan, widths)):
            is_first = place == 0
            room = widths[place] - BETWEEN + 1  # what sums in floating point lose
            cell = _lines(bar.cells[place], right, middle, room, bold=is_first)
            cell = [{**one, "align": "right"} for one in cell]
            layers += labels(cell, style=words if is_first else "label", bold=is_first)
        return layers
    return layers


def _over(bar: RankedBar, data: RankedBars, plan: _Plan) -> tuple[list[str], str, float, list[str]]:
    """Return the lines of a name above its bar, the value, where that ends, and the range."""
    value = bar.cells[0]
    if data.beside:
        value = f"{bar.cells[data.heads.index(data.beside) - 1]} {value}"
    at = 0 if data.beside or RANGE not in data.heads else data.heads.index(RANGE) - 1
    ranges = [bar.cells[at]] if at else []
    every = [one.cells[at] for one in data.bars] if at else []
    # All values end where the widest range begins, so that they stand below each other.
    right = plan.width - (max(map(text_width, every)) + 12 if every else 0)
    room = right - text_width(value, bold=True) - 20
    return _two_lines(bar.name, room, bold=bar.marked), value, right, ranges


def _above(bar: RankedBar, data: RankedBars, plan: _Plan, y: float) -> list[MarkLayer]:
    """Return name, value and range above a bar, which has no columns beside it."""
    names, value, right, ranges = _over(bar, data, plan)
    words = "label-supplier" if bar.marked else "label"
    name = [{"x": 8, "y": y + LINE * place, "text": text} for place, text in enumerate(names)]
    layers = labels(name, style=words, bold=bar.marked)
    end = {"x": right, "y": y, "text": value, "align": "right"}
    layers += labels([end], style=words, bold=True)
    said = [{"x": plan.width, "y": y, "text": text, "align": "right"} for text in ranges]
    return [*layers, *labels(said, style="note")]
