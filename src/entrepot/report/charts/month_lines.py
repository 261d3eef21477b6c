"""Values month by month: up to four lines in one plot, or a small plot for each of more.

With the chart of exports month by month that is made of them, its words and its table.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from entrepot.goods.parse import goods_words
from entrepot.model.areas import area_name, area_phrase, possessive
from entrepot.model.display import MINUS, NBSP, number, per_cent, with_unit
from entrepot.report.amounts import scale_of
from entrepot.report.attribution import source_line
from entrepot.report.charts import BriefTable, Chart
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
from entrepot.report.phrasing import capital

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from entrepot.figures.breakdown import MonthByMonth
    from entrepot.lake import Lake
    from entrepot.model.period import Period
    from entrepot.report.charts.drawing import MarkLayer
    from entrepot.report.parts import PageLink

TOGETHER = 4
"""Lines of one plot: one in colour, and as many as differ in how they are drawn."""
_LOOKS = ("supplier-line", "other-line", "other-dashed", "other-dotted")
_SIZES = {
    "wide": (852, 380, 170),
    "medium": (600, 340, 150),
    "flat": (600, 230, 150),
    "narrow": (360, 360, 112),
    "low": (340, 216, 112),
}
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


_UNLIKE = 10.0
"""Times by which the largest line is above the smallest from which on both are indexed."""


class MonthChart(NamedTuple):
    """Everything a page shows of it."""

    title: str
    deck: str
    picture: Chart
    source: tuple[str | PageLink, ...]
    table: BriefTable


def month_chart(found: MonthByMonth, lake: Lake) -> MonthChart:
    """Return the chart of months that were read; those without any are named in the deck.

    Importers keep the order in which they were asked for, the first is the one in colour.
    """
    asked, months = found.definition, found.months
    known = {code: row for code, row in found.values.items() if any(one is not None for one in row)}
    scaled, size, unit = _unit(known, asked.quantity, asked.currency or "")
    words = tuple(_month(one) for one in months)
    lines = [MonthLine(area_name(code), row, _change(row)) for code, row in scaled.items()]
    apart = len(lines) > TOGETHER
    is_index = apart and _are_unlike(lines)
    if is_index:
        lines = [_indexed(one) for one in lines]
    first = months[0].start
    drawn = MonthLines((first.year, first.month), words, tuple(lines), "" if is_index else unit)
    of = "" if asked.goods == "all" else f" of {goods_words(asked.goods)}"
    exports = f"{capital(possessive(area_phrase(asked.exporter)))} exports{of}"
    title = _finding(exports, lines, list(known), words[-1], asked.quantity)
    span = words[0] if len(words) == 1 else f"{words[0]} to {words[-1]}"
    counted = f"{unit} a month" if not is_index else "index, mean of each country’s months = 100"
    deck = f"{counted[:1].upper()}{counted[1:]}, {span}."
    if apart:
        deck += " All panels share one scale"
        deck += "; at the top right, the last twelve months against the twelve before."
    else:
        deck += f" Highlighted: {lines[0].name}." if len(lines) > 1 else ""
        deck += " The change is that against the twelve months before." if lines[0].change else ""
    if missing := [area_name(code) for code in found.values if code not in known]:
        deck += f" No data: {', '.join(missing)}."
    if any(value is None for line in lines for value in line.values):
        deck += " A gap in a line is a month that is not recorded, which does not mean zero."
    last = "; ".join(f"{one.name} {_last(one)}" for one in lines)
    words_of = {
        "importer": ("as the importers report", "CIF"),
        "exporter": (f"as reported by {area_phrase(asked.exporter)}", "FOB"),
    }
    basis, valuation = words_of.get(found.reported_by or "", ("", ""))
    if valuation and asked.quantity != "mass":
        basis += f", {valuation} as a rule"
    table = BriefTable(
        f"{title}, {unit}",
        ("Month", *(area_name(code) for code in known)),
        (False, *(True for _ in known)),
        tuple(
            (month, *(_text(row[at], size) for row in known.values()))
            for at, month in enumerate(words)
        ),
        ("", *(unit for _ in known)),
    )
    source = source_line(asked.source or "", span, lake, basis)
    return MonthChart(title, deck, Chart(drawn, f"{title}. {span}. Last: {last}."), source, table)


def _finding(
    exports: str, lines: Sequence[MonthLine], codes: Sequence[str], last: str, quantity: str | None
) -> str:
    """Return what the last twelve months say; without two years, what is shown."""
    changes = [one.change for one in lines]
    counted = " by weight" if quantity == "mass" else ""
    if len(lines) <= TOGETHER and changes[0][:1] in ("+", MINUS):
        verb = "rose" if changes[0][0] == "+" else "fell"
        to = area_phrase(codes[0])
        return f"{exports} to {to} {verb} by {changes[0][1:]}{counted} in the year to {last}"
    known = [one for one in changes if one]
    if len(lines) > TOGETHER and known:
        fell = sum(one.startswith(MINUS) for one in known)
        rose = sum(one.startswith("+") for one in known)
        of = f"{len(known)} countries" + (" with all months" if len(known) < len(lines) else "")
        # The count comes first: what "fell to 3" looks like a fall down to three.
        if fell > rose:
            return f"{exports} to {fell} of {of} fell{counted} in the year to {last}"
        if rose > fell:
            return f"{exports} to {rose} of {of} rose{counted} in the year to {last}"
    return f"{exports}, by month"


def _unit(
    known: dict[str, tuple[float | None, ...]], quantity: str | None, currency: str
) -> tuple[dict[str, tuple[float | None, ...]], float, str]:
    """Return values in the unit of the axis, its size, and its words."""
    highest = max((one or 0.0 for row in known.values() for one in row), default=0.0)
    if quantity == "mass":
        size, unit = 1000.0, "tonnes"
    else:
        scale = scale_of(currency, highest)
        size, unit = 1 / scale.factor, scale.word
    scaled = {
        code: tuple(None if one is None else one / size for one in row)
        for code, row in known.items()
    }
    return scaled, size, unit


def _month(month: Period) -> str:
    return f"{month.start:%b %Y}"


def _text(value: float | None, size: float) -> str:
    if value is None:
        return ""
    return number(value / size)


def _last(line: MonthLine) -> str:
    values = [one for one in line.values if one is not None]
    return number(values[-1])


def _change(row: Sequence[float | None]) -> str:
    """Return the last twelve months against the twelve before, where all of them are known."""
    last, before = row[-_YEAR:], row[-2 * _YEAR : -_YEAR]
    if len(before) < _YEAR or any(one is None for one in (*last, *before)):
        return ""
    now, then = (sum(one or 0.0 for one in some) for some in (last, before))
    if not then:
        return ""
    change = 100 * (now / then - 1)
    text = per_cent(abs(change))
    sign = "" if text == "0" else "+" if change > 0 else MINUS
    return f"{sign}{text}{NBSP}%"


def _mean(line: MonthLine) -> float:
    values = [one for one in line.values if one is not None]
    return sum(values) / len(values)


def _are_unlike(lines: Sequence[MonthLine]) -> bool:
    means = [mean for one in lines if (mean := _mean(one)) > 0]
    return bool(means) and max(means) > _UNLIKE * min(means)


def _indexed(line: MonthLine) -> MonthLine:
    mean = _mean(line) or 1.0
    values = tuple(None if one is None else 100 * one / mean for one in line.values)
    return MonthLine(line.name, values, line.change)
