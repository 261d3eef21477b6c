"""Who reported when: a row a reporter, a cell a year, imports above and exports below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.report.charts.drawing import labels, lines, rects, render
from entrepot.report.charts.place import cut, text_width

if TYPE_CHECKING:
    from entrepot.report.chart_data import Calendar, Told
    from entrepot.report.charts.drawing import Marks

__all__ = ["draw"]

HALF = 8.0
"""Height of the half of a cell that is imports, or exports."""
TOP = 50.0
GAP = 3.0


@dataclass(frozen=True, slots=True)
class _Plan:
    """Sizes: width, room for names, height of a row; notes and names above the cells if narrow."""

    width: int
    names: int
    row: int
    above: bool


PLANS = {"wide": _Plan(852, 250, 26, above=False), "narrow": _Plan(360, 0, 44, above=True)}
WIDEST = 56.0


def draw(data: Calendar, *, name: str, spoken: str) -> str:
    """Return the drawing, ``wide`` or ``narrow``."""
    plan = PLANS[name]
    height = round(TOP + plan.row * len(data.rows) + 8)
    layers = [*_key(plan), *_years(data, plan)]
    for place, row in enumerate(data.rows):
        top = TOP + plan.row * place + (plan.row - 2 * HALF - 1) / (1 if plan.above else 2)
        layers += _row(row, data, plan, top)
    return render(layers, width=plan.width, height=height, name=name, spoken=spoken)


def _notes(data: Calendar, plan: _Plan) -> float:
    """Return the room that notes at the right take."""
    if plan.above:
        return 0.0
    return min(190.0, max((text_width(row.note) for row in data.rows), default=0.0) + 12)


def _cell(data: Calendar, plan: _Plan) -> float:
    left = plan.names + 12 if not plan.above else 0
    return min(WIDEST, (plan.width - left - _notes(data, plan)) / len(data.years))


def _x(data: Calendar, plan: _Plan, place: int) -> float:
    return (0 if plan.above else plan.names + 12) + place * _cell(data, plan)


def _key(plan: _Plan) -> list[Marks]:
    """Show what the halves of a cell are, above the years."""
    x = 0.0 if plan.above else plan.names + 12.0
    second = x + 34 + text_width("imports reported") + 18
    imports = {"x": x, "x2": x + 26, "y": 1, "y2": 1 + HALF}
    exports = {"x": second, "x2": second + 26, "y": 2 + HALF, "y2": 2 + 2 * HALF}
    grounds = [
        {"x": place, "x2": place + 26, "y": y, "y2": y + HALF}
        for place in (x, second)
        for y in (1, 2 + HALF)
    ]
    texts = [
        {"x": x + 32, "y": 14, "text": "imports reported"},
        {"x": second + 32, "y": 14, "text": "exports reported"},
    ]
    return [
        *rects(grounds, style="ground"),
        *rects([imports, exports], style="context"),
        *labels(texts, style="note"),
    ]


def _years(data: Calendar, plan: _Plan) -> list[Marks]:
    cell = _cell(data, plan)
    short = cell < text_width("2024") + 6
    step = 1
    while cell * step < text_width("\u201924" if short else "2024") + 6:
        step += 1
    rows = []
    for place in range(len(data.years) - 1, -1, -step):
        year = data.years[place]
        text = f"\u2019{year % 100:02d}" if short else str(year)
        middle = _x(data, plan, place) + (cell - GAP) / 2
        x = min(middle, plan.width - text_width(text) / 2)
        rows.append({"x": x, "y": TOP - 8, "text": text, "align": "center"})
    return labels(rows, style="note")


def _row(row: Told, data: Calendar, plan: _Plan, top: float) -> list[Marks]:
    cell = _cell(data, plan) - GAP
    filled, grounds, absent = [], [], []
    for place, year in enumerate(data.years):
        x = _x(data, plan, place)
        told = (
            ("imports", row.imports[place], top),
            ("exports", row.exports[place], top + HALF + 1),
        )
        if not any(part for _, part, _ in told):
            y = top + HALF + 0.5
            absent.append({"x": x + cell / 2 - 3, "x2": x + cell / 2 + 3, "y": y, "y2": y})
            continue
        for side, part, y in told:
            grounds.append({"x": x, "x2": x + cell, "y": y, "y2": y + HALF})
            if part:
                bar = {"x": x, "x2": x + cell * part, "y": y, "y2": y + HALF}
                said = {"title": _title(row, year, side, part), "of": (row.name,)}
                filled.append(bar | said)
    return [
        *rects(grounds, style="ground"),
        *lines(absent, style="leader"),
        *rects(filled, style="context"),
        *_words(row, data, plan, top),
    ]


def _title(row: Told, year: int, side: str, part: float) -> str:
    months = "" if part == 1 else f", {round(part * 12)} months"
    return f"{row.name}, {year}: {side}{months}"


def _words(row: Told, data: Calendar, plan: _Plan, top: float) -> list[Marks]:
    if plan.above:
        note = f" ({cut(row.note, plan.width / 2)})" if row.note else ""
        text = cut(row.name, plan.width - text_width(note) - 2) + note
        return labels([{"x": 0, "y": top - 6, "text": text}], style="label")
    middle = top + HALF + 5
    name = {"x": plan.names, "y": middle, "text": cut(row.name, plan.names), "align": "right"}
    layers = labels([name], style="label")
    if row.note:
        x = _x(data, plan, len(data.years)) + 8
        text = cut(row.note, plan.width - x)
        layers += labels([{"x": x, "y": middle, "text": text}], style="note")
    return layers
