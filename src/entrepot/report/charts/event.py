"""An event study: change against the step before the event, with its band, step by step."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from entrepot.model.display import MINUS, NBSP, number
from entrepot.report.charts.drawing import framed, labels, lines, marks
from entrepot.report.charts.frame import Frame
from entrepot.report.charts.place import Box, first_free, spots, spread, text_box

if TYPE_CHECKING:
    from collections.abc import Iterable

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


@dataclass(frozen=True, slots=True)
class _Axis:
    """The plot area, with a logarithmic axis from `bottom` to `top`."""

    frame: Frame
    bottom: float
    top: float

    def x(self, step: float) -> float:
        return self.frame.x(step)

    def y(self, log: float) -> float:
        inside = min(max(log, self.bottom), self.top)
        return self.frame.inner_height * (self.top - inside) / (self.top - self.bottom)


def draw(data: EventSteps, *, name: str, spoken: str) -> str:
    """Return the drawing, ``wide`` or ``narrow``."""
    axis = _axis(data, name)
    layers = [
        *_ground(axis),
        *_grid(axis),
        *_band(data, axis),
        *_mean(data, axis),
        *_line(data, axis),
        *_steps(data, axis, name),
        *_labels(data, axis),
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


def _axis(data: EventSteps, name: str) -> _Axis:
    """Take in every estimate, and of its interval what does not squeeze the others."""
    known = [one for one in data.steps if one.value is not None]
    values = [0.0, *(_log(one.value) for one in known)]
    low, high = min(values), max(values)
    room = max(high - low, LEAST) * SPAN
    ends = [_log(end) for one in known for end in (one.low, one.high) if end is not None]
    bottom = max(min([low, *ends]), low - room) - LEAST / 2
    top = min(max([high, *ends]), high + room) + LEAST / 2
    first, last = data.steps[0].step - 0.6, data.steps[-1].step + 0.6
    if name == "wide":
        return _Axis(Frame(852, 420, 64, 104, 40, 52, first, last, 1.0), bottom, top)
    return _Axis(Frame(360, 400, 56, 60, 58, 52, first, last, 1.0), bottom, top)


def _log(percent: float | None) -> float:
    """Return per cent as a logarithm; all lost has none and lies below everything."""
    assert percent is not None, "only steps with a value are drawn"
    return math.log1p(percent / 100) if percent > -100 else -math.inf


def _ground(axis: _Axis) -> list[Any]:
    row = {"x": axis.x(-0.5), "x2": axis.frame.inner_width, "y": 0, "y2": axis.frame.inner_height}
    return marks("rect", [row], style="after")


def _grid(axis: _Axis) -> list[Any]:
    named = percent_ticks(axis.bottom, axis.top, axis.frame.inner_height)
    rows = [
        {"x": 0, "x2": axis.frame.inner_width, "y": axis.y(log), "y2": axis.y(log), "log": log}
        for log in (math.log1p(percent / 100) for percent in named)
    ]
    plain = [{key: row[key] for key in ("x", "x2", "y", "y2")} for row in rows]
    zero = [row for row, percent in zip(plain, named, strict=True) if percent == 0]
    texts = [
        {"x": -8, "y": axis.y(math.log1p(p / 100)) + 4, "text": _signed(p), "align": "right"}
        for p in named
    ]
    rest = [row for row in plain if row not in zero]
    return [
        *lines(rest, style="grid"),
        *lines(zero, style="base"),
        *labels(texts, style="note"),
    ]


def _signed(percent: float) -> str:
    text = f"{abs(percent):,}" if isinstance(percent, int) else number(abs(percent))
    sign = MINUS if percent < 0 else "+" if percent > 0 else ""
    return f"{sign}{text}{NBSP}%"


def _runs(data: EventSteps) -> Iterable[list[Step]]:
    """Yield stretches of steps that have an estimate."""
    for known, run in itertools.groupby(data.steps, key=lambda one: one.value is not None):
        if known:
            yield list(run)


def _band(data: EventSteps, axis: _Axis) -> list[Any]:
    layers: list[Any] = []
    for run in _runs(data):
        rows = [
            {
                "x": axis.x(one.step),
                "y": axis.y(_log(one.low)) if one.low is not None else axis.y(_log(one.value)),
                "y2": axis.y(_log(one.high)) if one.high is not None else axis.y(_log(one.value)),
            }
            for one in run
        ]
        if len(rows) > 1:
            layers += [marks("area", rows, style="interval")[0]]
    return layers


def _mean(data: EventSteps, axis: _Axis) -> list[Any]:
    if data.mean is None:
        return []
    level = axis.y(_log(data.mean))
    row = {"x": axis.x(-0.5), "x2": axis.frame.inner_width, "y": level, "y2": level}
    return lines([row], style="headline")


def _line(data: EventSteps, axis: _Axis) -> list[Any]:
    layers: list[Any] = []
    for run in _runs(data):
        rows = [{"x": axis.x(one.step), "y": axis.y(_log(one.value))} for one in run]
        if len(rows) > 1:
            layers += [marks("line", rows, style="supplier-line")[0]]
    dots = {True: [], False: []}  # type: dict[bool, list[dict[str, Any]]]
    for one in data.steps:
        if one.value is not None:
            dots[one.step == data.reference].append(
                {
                    "x": axis.x(one.step),
                    "y": axis.y(_log(one.value)),
                    "title": _title(one, data),
                }
            )
    layers += marks("point", dots[False], style="supplier", size=46)
    return [*layers, *marks("point", dots[True], style="supplier-ring", size=60)]


def _title(one: Step, data: EventSteps) -> str:
    assert one.value is not None
    when = f"{data.unit} {_place(one, data)}"
    if one.step == data.reference:
        return f"{when}: all others are compared with it"
    text = f"{when}: {_signed(float(one.value))}"
    if one.low is None or one.high is None:
        return text
    return f"{text}, 95{NBSP}%: {_signed(float(one.low))} to {_signed(float(one.high))}"


def _place(one: Step, data: EventSteps) -> str:
    """Return the step as the axis has it; the ends hold all that lies beyond."""
    text = f"{MINUS}{-one.step}" if one.step < 0 else f"{one.step}"
    if one.binned and one is data.steps[0]:
        return f"\u2264{text}"
    return f"\u2265{text}" if one.binned else text


def _steps(data: EventSteps, axis: _Axis, name: str) -> list[Any]:
    """Name steps below the plot, as many as there is room for, and what they are."""
    room = axis.frame.inner_width / len(data.steps)
    every = math.ceil((30 if name == "wide" else 28) / room)
    bottom = axis.frame.inner_height
    ends = (data.steps[0], data.steps[-1])
    shown = [
        one
        for one in data.steps
        if one in ends
        or (one.step % every == 0 and all(room * abs(one.step - end.step) > 36 for end in ends))
    ]
    texts = [
        {"x": axis.x(one.step), "y": bottom + 20, "text": _place(one, data), "align": "center"}
        for one in shown
    ]
    words = {
        "x": axis.frame.inner_width / 2,
        "y": bottom + 42,
        "text": f"{data.unit}s from the {data.event}",
        "align": "center",
    }
    return labels([*texts, words], style="note")


def _labels(data: EventSteps, axis: _Axis) -> list[Any]:
    """Print the event, the step compared with, the mean and the values that stand out."""
    height, width = axis.frame.inner_height, axis.frame.inner_width
    event = axis.x(-0.5)
    layers: list[Any] = lines([{"x": event, "x2": event, "y": -14, "y2": height}], style="break")
    head = {"x": event + 5, "y": -18, "text": data.event, "align": "left"}
    layers += labels([head], style="label", bold=True)
    taken = [
        Box(axis.x(one.step) - 5, y - 5, axis.x(one.step) + 5, y + 5)
        for one in data.steps
        if one.value is not None
        for y in [axis.y(_log(one.value))]
    ]
    beside, boxes = _beside(data, axis)
    layers += beside
    taken += boxes
    plot = Box(-2, -10, width + axis.frame.right, height)
    for one, text, style in _named(data):
        x, y = axis.x(one.step), axis.y(_log(one.value))
        mark = Box(x - 6, y - 6, x + 6, y + 6)
        places = spots(text, mark)
        if one.step == data.reference:  # across neither line
            clear = (spot for spot in places if not spot.box.top < y < spot.box.bottom)
            places = (spot for spot in clear if spot.box.right < event)
        if spot := first_free(places, mark, taken, plot):
            taken.append(spot.box)
            place, base, _ = spot.rows[0]
            row = {"x": place, "y": base, "text": text, "align": spot.align}
            layers += labels([row], style=style)
    return layers


def _beside(data: EventSteps, axis: _Axis) -> tuple[list[Any], list[Box]]:
    """Print the last value and the mean right of the plot, apart from each other."""
    texts: list[tuple[float, list[str], str]] = []
    last = data.steps[-1]
    if last.value is not None:
        texts.append((axis.y(_log(last.value)), [_signed(float(last.value))], "label"))
    if data.mean is not None:
        words = ["mean after" if axis.frame.right > 80 else "mean", _signed(float(data.mean))]
        texts.append((axis.y(_log(data.mean)), words, "label-supplier"))
    texts.sort(key=lambda one: one[0])
    sizes = [16.0 * len(rows) + 4 for _, rows, _ in texts]
    centres = spread([y for y, *_ in texts], sizes, -10, axis.frame.inner_height)
    left = axis.frame.inner_width + 6.0
    layers: list[Any] = []
    boxes = []
    for centre, (_, rows, style) in zip(centres, texts, strict=True):
        for place, text in enumerate(rows):
            base = centre + 4.5 + 16 * (place - (len(rows) - 1) / 2)
            row = {"x": left, "y": base, "text": text, "align": "left"}
            layers += labels([row], style=style, bold=style == "label-supplier")
            boxes.append(text_box(text, left, base))
    return layers, boxes


def _named(data: EventSteps) -> list[tuple[Step, str, str]]:
    """Return which steps are named, with words and style: reference, lowest, highest."""
    known = [one for one in data.steps if one.value is not None]
    found = [(one, "compared with", "note") for one in known if one.step == data.reference]
    others = [one for one in known if one.step != data.reference and one is not data.steps[-1]]
    if not others:
        return found
    chosen = [
        min(others, key=lambda one: one.value or 0.0),
        max(others, key=lambda one: one.value or 0.0),
    ]
    return found + [
        (one, _signed(float(one.value or 0.0)), "label") for one in dict.fromkeys(chosen)
    ]
