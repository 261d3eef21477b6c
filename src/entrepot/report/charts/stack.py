"""Who supplied, year by year: a bar of the whole a year, the supplier at the base."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from entrepot.model.display import number
from entrepot.report.charts import column
from entrepot.report.charts.drawing import Frame, framed, labels, lines, rects
from entrepot.report.charts.place import text_width

if TYPE_CHECKING:
    from entrepot.report.chart_data import Layer, Stack
    from entrepot.report.charts.drawing import Marks

__all__ = ["draw"]

GAP = 0.26
"""Part of a year's room that stays free between two bars."""
WIDEST = 64.0
LEAST = 0.001
TEXT = 17.0
"""Least height of a part that carries its value."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """Sizes: width, height, and the room for names on the right."""

    width: int
    height: int
    names: int
    two_digits: bool


PLANS = {
    "wide": _Plan(852, 430, 210, two_digits=False),
    "narrow": _Plan(360, 430, 122, two_digits=True),
}


def draw(data: Stack, *, name: str, spoken: str) -> str:
    """Return the drawing, ``wide`` or ``narrow``."""
    plan = PLANS[name]
    first, last = data.years[0] - 0.5, data.years[-1] + 0.5
    head = 44 if data.broken else 12
    head += 15 if data.broken and plan.two_digits else 0
    frame = Frame(plan.width, plan.height, 54, plan.names, head, 28, first, last, 100)
    layers = [
        *_grid(frame),
        *_years(data, frame, plan),
        *_bars(data, frame),
        *_values(data, frame),
        *_break(data, frame),
        *_names(data, frame),
    ]
    return framed(layers, frame, name=name, spoken=spoken)


def _grid(frame: Frame) -> list[Marks]:
    values = (0, 25, 50, 75, 100)
    rows = [{"x": 0, "x2": frame.inner_width, "y": frame.y(v), "y2": frame.y(v)} for v in values]
    texts = [
        {
            "x": -8,
            "y": frame.y(v) + 4,
            "text": f"{v}\u00a0%" if v == 100 else str(v),
            "align": "right",
        }
        for v in values
    ]
    return [
        *lines(rows[1:], style="grid"),
        *lines(rows[:1], style="base"),
        *labels(texts, style="note"),
    ]


def _years(data: Stack, frame: Frame, plan: _Plan) -> list[Marks]:
    """Name the years, all of them or every second, third ... counted from the last."""
    count = data.years[-1] - data.years[0] + 1
    room = frame.inner_width / count
    wide = text_width("2024") + 10
    narrow = plan.two_digits and count > 2
    step = 1
    while room * step < (text_width("\u201924") + 6 if narrow else wide):
        step += 1
    rows = []
    for year in range(data.years[-1], data.years[0] - 1, -step):
        text = f"\u2019{year % 100:02d}" if narrow else str(year)
        row = {"x": frame.x(year), "y": frame.inner_height + 18, "text": text, "align": "center"}
        rows.append(row)
    return labels(rows, style="note")


def _half(frame: Frame) -> float:
    return min(frame.inner_width / (frame.x1 - frame.x0) * (1 - GAP), WIDEST) / 2


def _spans(data: Stack, place: int) -> list[tuple[Layer, float, float]]:
    """Return the layers of a year with their ends, from the base up."""
    found, base = [], 0.0
    for layer in data.layers:
        share = layer.shares[place]
        if share is not None:
            found.append((layer, base, base + share))
            base += share
    return found


def _bars(data: Stack, frame: Frame) -> list[Marks]:
    half = _half(frame)
    rows: dict[str, list[dict[str, Any]]] = {}
    for place, year in enumerate(data.years):
        for order, (layer, low, high) in enumerate(_spans(data, place)):
            if high <= low:
                continue
            row = {
                "x": frame.x(year) - half,
                "x2": frame.x(year) + half,
                "y": frame.y(high),
                "y2": frame.y(low),
                "title": f"{layer.name}, {year}: {number(high - low)}\u00a0%",
                "of": (layer.name, str(year)),
            }
            rows.setdefault(_style(layer, order), []).append(row)
    return [part for style, found in rows.items() for part in rects(found, style=style)]


def _style(layer: Layer, order: int) -> str:
    """Tell neighbours apart by tone and outline; blue is the one that the chart is about."""
    if layer.marked:
        return "supplier"
    if layer.rest:
        return "context-printed"
    return "blended" if order % 2 else "context-edged"


def _values(data: Stack, frame: Frame) -> list[Marks]:
    """Print the share inside the blue part where it has room."""
    rows = []
    for place, year in enumerate(data.years):
        for layer, low, high in _spans(data, place):
            text = number(high - low)
            fits = frame.y(low) - frame.y(high) >= TEXT
            if layer.marked and fits and text_width(f"**{text}**", 13) <= 2 * _half(frame) - 2:
                y = frame.y(high) + 14
                rows.append({"x": frame.x(year), "y": y, "text": text, "align": "center"})
    return labels(rows, style="label-inverse", bold=True)


def _break(data: Stack, frame: Frame) -> list[Marks]:
    if not data.broken:
        return []
    x = frame.x(data.broken.year + 0.5)
    row = {"x": x, "x2": x, "y": -14, "y2": frame.inner_height}
    rooms = (frame.left + x - 9, frame.width - frame.left - x - 9)
    sides = ((data.broken.before, "right", -7), (data.broken.after, "left", 7))
    texts = []
    for (text, align, shift), room in zip(sides, rooms, strict=True):
        parts = column.wrapped(text, room)
        first = -10 - 15 * (len(parts) - 1)
        texts += [
            {"x": x + shift, "y": first + 15 * n, "text": part, "align": align}
            for n, part in enumerate(parts)
        ]
    return [*lines([row], style="break"), *labels(texts, style="note")]


def _share(value: float) -> str:
    """Return a share; one that is next to nothing needs no row of zeros."""
    return number(value) if value == 0 or value >= LEAST else f"under {LEAST:g}"


def _names(data: Stack, frame: Frame) -> list[Marks]:
    """Name each layer beside the last bar, with its share in that year."""
    right = frame.x(data.years[-1]) + _half(frame)
    entries = [
        column.Entry(
            f"**{_share(high - low)}** {layer.name}",
            right,
            frame.y((low + high) / 2),
            "label-supplier" if layer.marked else "label",
        )
        for layer, low, high in _spans(data, len(data.years) - 1)
    ]
    return column.draw(
        entries,
        head=f"In {data.years[-1]}",
        x=frame.inner_width,
        room=frame.right,
        height=frame.inner_height,
    )
