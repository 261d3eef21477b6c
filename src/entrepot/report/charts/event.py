"""An event study: change against the step before the event, with its band, step by step."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any

from entrepot.report.charts import event_labels
from entrepot.report.charts.drawing import area, framed, labels, lines, path, points, rects
from entrepot.report.charts.event_labels import Axis, log_of, signed, steps, title
from entrepot.report.charts.frame import Frame
from entrepot.report.charts.place import text_width

if TYPE_CHECKING:
    from collections.abc import Iterable

    from entrepot.report.charts.drawing import Marks
    from entrepot.report.pictures import EventSteps, Step

__all__ = ["draw", "percent_ticks"]

# Per cent that an axis may name: halves and doublings first, for it is logarithmic.
_NAMED = (
    0,
    -50,
    100,
    -75,
    300,
    -90,
    900,
    -97,
    3000,
    -99,
    9900,
    -99.7,
    -99.9,
    -25,
    33,
    -10,
    10,
    -5,
    5,
)
GAP = 26.0
"""Least room between two names on the axis."""
SPAN = 2.0
"""How far the axis reaches beyond the estimates, in their own range; wider intervals are cut."""
LEAST = 0.1
"""Least range of the axis, in logarithms: what is next to nothing must not fill the plot."""


def draw(data: EventSteps, *, name: str, spoken: str) -> str:
    """Return the drawing, ``wide`` or ``narrow``."""
    axis = _axis(data, name)
    layers = [
        *_ground(axis),
        *_grid(axis),
        *_band(data, axis),
        *_mean(data, axis),
        *_line(data, axis),
        *steps(data, axis, name),
        *event_labels.draw(data, axis),
    ]
    return framed(layers, axis.frame, name=name, spoken=spoken)


def percent_ticks(bottom: float, top: float, height: float) -> list[float]:
    """Return per cent that fit on a logarithmic axis, the roundest first, far enough apart.

    Examples
    --------
    >>> percent_ticks(math.log(0.2), math.log(2.5), 300)
    [-75, -50, -25, 0, 33, 100]
    """
    found: list[float] = []
    places: list[float] = []
    for percent in _NAMED:
        log = math.log1p(percent / 100)
        if not bottom <= log <= top:
            continue
        place = height * (top - log) / (top - bottom)
        if all(abs(place - other) >= GAP for other in places):
            found.append(percent)
            places.append(place)
    return sorted(found)


def _axis(data: EventSteps, name: str) -> Axis:
    """Take in every estimate, and of its interval what does not squeeze the others."""
    known = [one for one in data.steps if one.value is not None]
    values = [0.0, *(log_of(one.value) for one in known)]
    low, high = min(values), max(values)
    span = max(high - low, LEAST) * SPAN
    ends = [log_of(end) for one in known for end in (one.low, one.high) if end is not None]
    bottom = max(min([low, *ends]), low - span) - LEAST / 2
    top = min(max([high, *ends]), high + span) + LEAST / 2
    first, last = data.steps[0].step - 0.6, data.steps[-1].step + 0.6
    width, height, head, words = (852, 420, 40, 104) if name == "wide" else (360, 400, 58, 48)
    room = height - head - 52
    left = round(max(text_width(signed(one)) for one in percent_ticks(bottom, top, room))) + 14
    beside = [
        text_width(f"**{signed(float(end))}**")
        for end in (data.mean, data.steps[-1].value)
        if end is not None
    ]
    right = max(words, round(max(beside, default=0.0)) + 12)
    return Axis(Frame(width, height, left, right, head, 52, first, last, 1.0), bottom, top)


def _ground(axis: Axis) -> list[Marks]:
    row = {"x": axis.x(-0.5), "x2": axis.frame.inner_width, "y": 0, "y2": axis.frame.inner_height}
    return rects([row], style="after")


def _grid(axis: Axis) -> list[Marks]:
    named = percent_ticks(axis.bottom, axis.top, axis.frame.inner_height)
    rows = [
        {"x": 0, "x2": axis.frame.inner_width, "y": axis.y(log), "y2": axis.y(log), "log": log}
        for log in (math.log1p(percent / 100) for percent in named)
    ]
    plain = [{key: row[key] for key in ("x", "x2", "y", "y2")} for row in rows]
    zero = [row for row, percent in zip(plain, named, strict=True) if percent == 0]
    texts = [
        {"x": -8, "y": axis.y(math.log1p(p / 100)) + 4, "text": signed(p), "align": "right"}
        for p in named
    ]
    rest = [row for row in plain if row not in zero]
    return [
        *lines(rest, style="grid"),
        *lines(zero, style="base"),
        *labels(texts, style="note"),
    ]


def _runs(data: EventSteps) -> Iterable[list[Step]]:
    """Yield stretches of steps that have an estimate."""
    for known, run in itertools.groupby(data.steps, key=lambda one: one.value is not None):
        if known:
            yield list(run)


def _band(data: EventSteps, axis: Axis) -> list[Marks]:
    layers: list[Marks] = []
    for run in _runs(data):
        rows = [
            {
                "x": axis.x(one.step),
                "y": axis.y(_end(one.low, one)),
                "y2": axis.y(_end(one.high, one)),
            }
            for one in run
        ]
        if len(rows) > 1:
            layers += area(rows, style="interval")
    return layers


def _end(end: float | None, one: Step) -> float:
    """Return the end of an interval; of the step that others are compared with, its value."""
    return log_of(one.value if end is None else end)


def _mean(data: EventSteps, axis: Axis) -> list[Marks]:
    if data.mean is None:
        return []
    level = axis.y(log_of(data.mean))
    row = {"x": axis.x(-0.5), "x2": axis.frame.inner_width, "y": level, "y2": level}
    return lines([row], style="headline")


def _line(data: EventSteps, axis: Axis) -> list[Marks]:
    layers: list[Marks] = []
    for run in _runs(data):
        rows = [{"x": axis.x(one.step), "y": axis.y(log_of(one.value))} for one in run]
        if len(rows) > 1:
            layers += path(rows, style="supplier-line")
    dots: dict[bool, list[dict[str, Any]]] = {True: [], False: []}
    for place, one in enumerate(data.steps):
        if one.value is not None:
            dots[one.step == data.reference].append(
                {
                    "x": axis.x(one.step),
                    "y": axis.y(log_of(one.value)),
                    "title": title(one, data),
                    "row": place,
                }
            )
    layers += points(dots[False], style="supplier", size=46)
    return [*layers, *points(dots[True], style="supplier-ring", size=60)]
