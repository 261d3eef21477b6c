"""Losses below each other: a dot at the value, a line from end to end, names on the left.

Beside the line stand the value and, in grey, its range: as on every chart with whiskers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.model.display import NBSP, range_text
from entrepot.report.charts.drawing import labels, lines, points, render, ticks_between
from entrepot.report.charts.place import cut, text_width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.report.charts.drawing import MarkLayer


@dataclass(frozen=True, slots=True)
class RangeRow:
    """One loss: value and ends in per cent of output, the value as text, and whose it is.

    `marked` stands out: the sides of the scenario, and not single areas.
    """

    name: str
    value: float
    low: float
    high: float
    text: str
    marked: bool = False


RangeGroup = tuple[str, tuple[RangeRow, ...]]


@dataclass(frozen=True, slots=True)
class RangePlot:
    """Losses below each other in groups, each with a title.

    `apart` gives each group a scale of its own, where they are parts of different things.
    """

    groups: tuple[RangeGroup, ...]
    apart: bool = False

    def draw(self, *, name: str, alt_text: str) -> str:
        """Return the drawing, ``wide`` or ``narrow``."""
        return _draw(self, name, alt_text)


AXIS, HEAD = 30, 30
CAP = 5
BETWEEN = 14
"""Room between two scales."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """Sizes: width, room for names left of the scale (none: names stand above), row, ticks."""

    width: int
    names: int
    row: int
    ticks: int


PLANS = {"wide": _Plan(852, 260, 27, 7), "narrow": _Plan(360, 0, 46, 4)}


@dataclass(frozen=True, slots=True)
class _Scale:
    start: float
    factor: float
    first: float

    def x(self, value: float) -> float:
        """Return the place of a value."""
        return self.start + (value - self.first) * self.factor


def _draw(data: RangePlot, name: str, alt_text: str) -> str:
    plan = PLANS[name]
    parts = [(one,) for one in data.groups] if data.apart else [data.groups]
    layers: list[MarkLayer] = []
    top = 0.0
    for groups in parts:
        added, top = _part(groups, plan, top + BETWEEN * (top > 0))
        layers += added
    height = round(top)
    return render(layers, width=plan.width, height=height, name=name, alt_text=alt_text)


def _part(groups: Sequence[RangeGroup], plan: _Plan, start: float) -> tuple[list[MarkLayer], float]:
    """Draw groups on one scale below `start`; return the layers and where they end."""
    scale, places = _scale(groups, plan)
    layers: list[MarkLayer] = []
    top = start + AXIS
    for title, rows in groups:
        head = {"x": 0, "y": top + 17, "text": cut(title, plan.width, bold=True)}
        layers += labels([head], style="label", bold=True)
        top += HEAD
        for rung in rows:
            layers += _rung(rung, plan, scale, top)
            top += plan.row
        top += 8
    return [*_axis(places, scale, start, top), *layers], top


def _scale(groups: Sequence[RangeGroup], plan: _Plan) -> tuple[_Scale, list[float]]:
    rungs = [rung for _, rows in groups for rung in rows]
    ends = [end for rung in rungs for end in (rung.low, rung.high)]
    places = ticks_between(min(ends), max(ends), at_most=plan.ticks)
    words = max(text_width(f"**{rung.text}**") + _beyond(rung) for rung in rungs) + 14
    left = plan.names + 12 if plan.names else 6
    factor = (plan.width - left - words) / (places[-1] - places[0])
    return _Scale(left, factor, places[0]), places


def _axis(places: list[float], scale: _Scale, start: float, end: float) -> list[MarkLayer]:
    top = start + AXIS - 8
    rows = [{"x": x, "x2": x, "y": top, "y2": end} for x in map(scale.x, places)]
    zero = scale.x(0.0)
    names = [f"{place:g}".replace("-", "−") for place in places]
    names[-1] += "\u00a0%"
    texts = [
        {
            # The first name, centred on its tick, must not leave the drawing on the left.
            "x": max(scale.x(place), text_width(name) / 2),
            "y": start + 14,
            "text": name,
            "align": "center",
        }
        for place, name in zip(places, names, strict=True)
    ]
    base = [{"x": zero, "x2": zero, "y": top, "y2": end}]
    return [*lines(rows, style="grid"), *lines(base, style="base"), *labels(texts, style="note")]


def _rung(rung: RangeRow, plan: _Plan, scale: _Scale, top: float) -> list[MarkLayer]:
    y = top + (32 if not plan.names else plan.row / 2)
    style = "label-supplier" if rung.marked else "label"
    low, high, x = scale.x(rung.low), scale.x(rung.high), scale.x(rung.value)
    reach = [{"x": low, "x2": high, "y": y, "y2": y}]
    reach += [{"x": end, "x2": end, "y": y - CAP, "y2": y + CAP} for end in (low, high)]
    dot = {"x": x, "y": y, "title": f"{rung.name}: {_said(rung)}", "of": (rung.name,)}
    words = cut(rung.name, plan.names or plan.width, bold=rung.marked)
    name = {"x": plan.names, "y": y + 4.5, "text": words, "align": "right"}
    if not plan.names:
        name = {"x": 0, "y": top + 14, "text": words, "align": "left"}
    end = max(high, x) + 9
    value = {"x": end, "y": y + 4.5, "text": rung.text}
    range_label = {
        "x": end + text_width(f"**{rung.text}**") + 8,
        "y": y + 4.5,
        "text": _range(rung),
    }
    return [
        *(lines(reach, style="whisker") if rung.low < rung.high else []),
        *points([dot], style="supplier" if rung.marked else "context", size=70),
        *labels([name], style=style, bold=rung.marked),
        *labels([value], style=style, bold=True),
        *labels([range_label], style="note"),
    ]


def _range(rung: RangeRow) -> str:
    if rung.low >= rung.high:
        return ""
    ends = range_text(rung.low, rung.high, "percent", value=rung.value)
    return ends.removesuffix(f"{NBSP}%")


def _said(rung: RangeRow) -> str:
    return f"{rung.text} ({_range(rung)}{NBSP}%)" if _range(rung) else rung.text


def _beyond(rung: RangeRow) -> float:
    """Return the room that the range takes after the value."""
    return text_width(_range(rung), 12.5) + 8 if _range(rung) else 0.0
