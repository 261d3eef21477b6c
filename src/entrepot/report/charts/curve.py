"""A specification curve: values sorted above, one row of dots an option below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from entrepot.model.display import MINUS, number
from entrepot.report.charts.column import wrapped
from entrepot.report.charts.drawing import Frame, framed, labels, lines, points, ticks_between
from entrepot.report.charts.place import Box, first_free, spots, text_width

if TYPE_CHECKING:
    from entrepot.report.chart_data import Choice, Column, Curve
    from entrepot.report.charts.drawing import Marks

__all__ = ["draw"]

ROW, HEAD, LINE = 20, 30, 15


@dataclass(frozen=True, slots=True)
class _Plan:
    """Sizes: width, height of the plot, widest label column; the word before a median."""

    width: int
    plot: int
    names: int
    median_word: str


PLANS = {"wide": _Plan(852, 250, 230, "median "), "narrow": _Plan(360, 220, 128, "")}


def draw(data: Curve, *, name: str, spoken: str) -> str:
    """Return the drawing, ``wide`` or ``narrow``."""
    plan = PLANS[name]
    rows, depth = _rows(data, plan)
    names = [part for *_, parts in rows for part in parts]
    frame = _frame(data, plan, names, depth)
    layers = [
        *_grid(data, frame),
        *_drop(data, frame, depth),
        *_dots(data, frame),
        *_values(data, frame),
        *_choices(data, rows, frame, plan),
    ]
    return framed(layers, frame, name=name, spoken=spoken)


def _rows(data: Curve, plan: _Plan) -> tuple[list[tuple[int, int, float, list[str]]], float]:
    """Return (dimension, option, height of its first line, name in lines) and the depth used."""
    found = []
    top = float(plan.plot) + 16
    for place, dimension in enumerate(data.dimensions):
        top += HEAD
        for index, option in enumerate(dimension.options):
            parts = wrapped(option.name, plan.names, most=2)
            found.append((place, index, top, parts))
            top += ROW + LINE * (len(parts) - 1)
    return found, top


def _median(plan: _Plan, option: Choice) -> str:
    return f"{plan.median_word}{number(option.median)}"


def _frame(data: Curve, plan: _Plan, names: list[str], depth: float) -> Frame:
    """Leave room for the widest name on the left and the widest median on the right."""
    left = max(48, round(max(text_width(name) for name in names)) + 12)
    values = _ticks(data)
    medians = [_median(plan, option) for one in data.dimensions for option in one.options]
    right = round(max(text_width(text) for text in medians)) + 14
    height = round(depth) + 24
    return Frame(
        plan.width,
        height,
        left,
        right,
        24,
        height - 24 - plan.plot,
        0,
        len(data.columns),
        values[-1],
        values[0],
    )


def _ticks(data: Curve) -> list[float]:
    """Return what the axis names; a share never goes beyond the whole."""
    values = [column.value for column in data.columns]
    found = ticks_between(min(values), max(values), at_most=5)
    whole = data.unit == "%" and max(values) <= 100
    return [value for value in found if not whole or value <= 100]


def _grid(data: Curve, frame: Frame) -> list[Marks]:
    values = _ticks(data)
    rows = [
        {"x": 0, "x2": frame.inner_width, "y": frame.y(value), "y2": frame.y(value)}
        for value in values
    ]
    zero = values.index(0)
    places = max(len(f"{value:g}".partition(".")[2]) for value in values)
    texts = [
        {
            "x": -8,
            "y": frame.y(value) + 4,
            "text": f"{value:,.{places}f}".replace("-", MINUS),
            "align": "right",
        }
        for value in values
    ]
    layers = [
        *lines([row for row in rows if row is not rows[zero]], style="grid"),
        *lines(rows[zero : zero + 1], style="base"),
    ]
    if data.unit != "%":
        unit = {"x": -frame.left, "y": -12, "text": data.unit}
        return [*layers, *labels([unit, *texts], style="note")]
    texts[-1] |= {"text": f"{texts[-1]['text']}\u00a0%"}
    return [*layers, *labels(texts, style="note")]


def _x(frame: Frame, place: int) -> float:
    return frame.x(place + 0.5)


def _drop(data: Curve, frame: Frame, depth: float) -> list[Marks]:
    """Drop the headline through all rows, so that its choices can be read off."""
    rows = [
        {
            "x": _x(frame, place),
            "x2": _x(frame, place),
            "y": frame.y(column.value),
            "y2": depth - 14,
        }
        for place, column in enumerate(data.columns)
        if column.headline
    ]
    return lines(rows, style="headline")


def _size(data: Curve, frame: Frame, most: int) -> float:
    """Return the area of a dot that leaves its neighbours to be seen, where there are many."""
    return max(10.0, min(most, (1.2 * frame.inner_width / len(data.columns)) ** 2))


def _dots(data: Curve, frame: Frame) -> list[Marks]:
    layers: list[Marks] = []
    size = _size(data, frame, 60)
    for kind in ((False, False), (True, False), (False, True), (True, True)):
        rows = [
            {
                "x": _x(frame, place),
                "y": frame.y(column.value),
                "title": column.title,
                "row": place,
            }
            for place, column in enumerate(data.columns)
            if (column.printed, column.headline) == kind
        ]
        printed, headline = kind
        style = ("supplier-ring" if headline else "published") if printed else "supplier"
        layers += points(rows, style=style, size=110 if headline else size)
    return layers


def _values(data: Curve, frame: Frame) -> list[Marks]:
    """Print the headline, the lowest and the highest value."""
    last = len(data.columns) - 1
    chosen = [place for place, column in enumerate(data.columns) if column.headline]
    chosen += [place for place in (0, last) if place not in chosen]
    dots = [
        Box(_x(frame, n) - 6, frame.y(c.value) - 6, _x(frame, n) + 6, frame.y(c.value) + 6)
        for n, c in enumerate(data.columns)
    ]
    taken = list(dots)
    plot = Box(-2, -18, frame.inner_width + frame.right, frame.inner_height)
    layers: list[Marks] = []
    for place in chosen:
        column = data.columns[place]
        text = _value(column)
        spot = first_free(spots(text, dots[place], bold=True), dots[place], taken, plot)
        if spot:
            taken.append(spot.box)
            x, y, _ = spot.rows[0]
            style = "label-supplier" if column.headline else "label"
            row = {"x": x, "y": y, "text": text, "align": spot.align}
            layers += labels([row], style=style, bold=True)
    return layers


def _value(column: Column) -> str:
    return f"headline {column.text}" if column.headline else column.text


def _choices(
    data: Curve, rows: list[tuple[int, int, float, list[str]]], frame: Frame, plan: _Plan
) -> list[Marks]:
    layers: list[Marks] = []
    heads, names, medians, tracks = [], [], [], []
    dots: dict[bool, list[dict[str, Any]]] = {False: [], True: []}
    for place, index, top, parts in rows:
        dimension = data.dimensions[place]
        if index == 0:
            heads.append({"x": -frame.left, "y": top - 16, "text": dimension.name})
        for line, part in enumerate(parts):
            y = top + LINE * line + 4
            names.append({"x": -10, "y": y, "text": part, "align": "right"})
        tracks.append({"x": 0, "x2": frame.inner_width, "y": top, "y2": top})
        words = _median(plan, dimension.options[index])
        medians.append({"x": frame.inner_width + 8, "y": top + 4, "text": words})
        for column, spec in enumerate(data.columns):
            if spec.picks[place] == index:
                dots[spec.headline].append({"x": _x(frame, column), "y": top})
    layers += lines(tracks, style="grid")
    layers += points(dots[False], style="context", size=_size(data, frame, 44))
    layers += points(dots[True], style="supplier", size=60)
    layers += labels(heads, style="label", bold=True)
    return [*layers, *labels(names, style="note"), *labels(medians, style="note")]
