"""Words of an event study: steps, what they are compared with, values that stand out."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.model.display import MINUS, NBSP, number
from entrepot.report.charts.drawing import labels, lines
from entrepot.report.charts.place import Box, first_free, spots, spread, text_box

if TYPE_CHECKING:
    from entrepot.report.charts.drawing import Marks
    from entrepot.report.charts.frame import Frame
    from entrepot.report.pictures import EventSteps, Step

__all__ = ["Axis", "draw", "log_of", "signed", "steps", "title"]


@dataclass(frozen=True, slots=True)
class Axis:
    """The plot area, with a logarithmic axis from `bottom` to `top`."""

    frame: Frame
    bottom: float
    top: float

    def x(self, step: float) -> float:
        """Return the horizontal place of a step."""
        return self.frame.x(step)

    def y(self, log: float) -> float:
        """Return the vertical place of a logarithm; what lies outside is at the edge."""
        inside = min(max(log, self.bottom), self.top)
        return self.frame.inner_height * (self.top - inside) / (self.top - self.bottom)


def log_of(percent: float | None) -> float:
    """Return per cent as a logarithm; all lost has none and lies below everything."""
    assert percent is not None, "only steps with a value are drawn"
    return math.log1p(percent / 100) if percent > -100 else -math.inf


def signed(percent: float) -> str:
    """Return per cent with a sign; nothing has none."""
    text = f"{abs(percent):,}" if isinstance(percent, int) else number(abs(percent))
    sign = MINUS if percent < 0 else "+" if percent > 0 else ""
    return f"{sign}{text}{NBSP}%"


def title(one: Step, data: EventSteps) -> str:
    """Return what a mark says to who points at it."""
    assert one.value is not None
    when = f"{data.unit} {_place(one, data)}"
    if one.step == data.reference:
        return f"{when}: all others are compared with it"
    text = f"{when}: {signed(float(one.value))}"
    if one.low is None or one.high is None:
        return text
    return f"{text}, 95{NBSP}%: {signed(float(one.low))} to {signed(float(one.high))}"


def _place(one: Step, data: EventSteps) -> str:
    """Return the step as the axis has it; the ends hold all that lies beyond."""
    text = f"{MINUS}{-one.step}" if one.step < 0 else f"{one.step}"
    if one.binned and one is data.steps[0]:
        return f"\u2264{text}"
    return f"\u2265{text}" if one.binned else text


def steps(data: EventSteps, axis: Axis, name: str) -> list[Marks]:
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


def draw(data: EventSteps, axis: Axis) -> list[Marks]:
    """Print the event, the step compared with, the mean and the values that stand out."""
    height, width = axis.frame.inner_height, axis.frame.inner_width
    event = axis.x(-0.5)
    layers: list[Marks] = lines([{"x": event, "x2": event, "y": -14, "y2": height}], style="break")
    head = {"x": event + 5, "y": -18, "text": data.event, "align": "left"}
    layers += labels([head], style="label", bold=True)
    taken = [
        Box(axis.x(one.step) - 5, y - 5, axis.x(one.step) + 5, y + 5)
        for one in data.steps
        if one.value is not None
        for y in [axis.y(log_of(one.value))]
    ]
    beside, boxes = _beside(data, axis)
    layers += beside
    taken += boxes
    plot = Box(-2, -10, width + axis.frame.right, height)
    for one, text, style in _named(data):
        x, y = axis.x(one.step), axis.y(log_of(one.value))
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


def _beside(data: EventSteps, axis: Axis) -> tuple[list[Marks], list[Box]]:
    """Print the last value and the mean right of the plot, apart from each other."""
    texts: list[tuple[float, list[str], str]] = []
    last = data.steps[-1]
    if last.value is not None:
        texts.append((axis.y(log_of(last.value)), [signed(float(last.value))], "label"))
    if data.mean is not None:
        words = ["mean after" if axis.frame.right > 80 else "mean", signed(float(data.mean))]
        texts.append((axis.y(log_of(data.mean)), words, "label-supplier"))
    texts.sort(key=lambda one: one[0])
    sizes = [16.0 * len(rows) + 4 for _, rows, _ in texts]
    centres = spread([y for y, *_ in texts], sizes, -10, axis.frame.inner_height)
    left = axis.frame.inner_width + 6.0
    layers: list[Marks] = []
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
        (one, signed(float(one.value or 0.0)), "label") for one in dict.fromkeys(chosen)
    ]
