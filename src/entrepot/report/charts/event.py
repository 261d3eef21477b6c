"""An event study: change against the step before the event, with its band, step by step."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from entrepot.figures.figure import headline
from entrepot.model.areas import area_phrase
from entrepot.model.display import MINUS, NBSP, figure_value, number, range_text
from entrepot.report.charts import Chart
from entrepot.report.charts.alone import StandaloneChart, foot
from entrepot.report.charts.drawing import Frame, area, framed, labels, lines, path, points, rects
from entrepot.report.charts.place import Box, first_free, spots, spread, text_box, text_width

if TYPE_CHECKING:
    from collections.abc import Iterable

    from entrepot.figures import Figure
    from entrepot.report.charts.drawing import MarkLayer

_CHANCE = 0.05
"""Below it, that goods moved apart before the listing is no chance."""
_SEEN = 0.05
"""Per cent: a smaller change is printed as none."""
COUNTED = (("listed_products", "goods listed"), ("other_products", "others"))


def event_chart(figure: Figure) -> StandaloneChart:
    """Return the steps of an event study, and the finding in a sentence."""
    unit = str(figure.details["steps_of"]).removesuffix("s")
    steps = tuple(_event_step(row) for row in figure.table)
    reference = next(int(row["step"]) for row in figure.table if row.get("is_reference"))
    drawn = EventSteps(steps, unit, "listing", reference, figure.value)
    spread_words = figure.range_text
    alt_text = f"{headline(figure)}: {figure_value(figure.value, figure.unit)} on average after it"
    alt_text += f", 95 % interval {spread_words}. " if spread_words else ". "
    values = ", ".join(
        f"{one.step:+d}: {figure_value(one.value, 'percent')}".replace("-", MINUS)
        for one in steps
        if one.value is not None
    )
    deck = (
        f"Listed goods against others: change from the {unit} before the listing, per "
        "cent, with 95 % intervals; the scale is logarithmic."
    )
    picture = Chart(drawn, f"{alt_text}By {unit} from the listing: {values}.")
    return StandaloneChart(
        _event_title(figure), deck, picture, _event_foot(figure), figure.table, (figure,)
    )


def _event_title(figure: Figure) -> str:
    """Say how listed goods moved against others, and whether they had moved apart before."""
    asked, value = figure.definition, figure.required()
    goods = f"Listed goods from {area_phrase(asked.exporter)} to {area_phrase(asked.importer)}"
    low, high = figure.low, figure.high
    went = "fell" if value < 0 else "rose"
    if low is None or high is None:  # without an interval nobody knows how clearly
        by = figure_value(abs(value), figure.unit).removeprefix("+")
        moved = f"{went} by {by} against others"
    elif low <= 0 <= high:
        moved = "did not clearly move against others"
    else:
        near, far = sorted((abs(low), abs(high)))
        moved = f"{went} by {range_text(near, far, figure.unit, value=abs(value))} against others"
    before = figure.details.get("pre_trend_p")
    changes = [one for one in map(_event_step, figure.table) if one.step < 0]
    # Of changes that round to nothing even chance says little: made-up rows have no other noise.
    is_seen = any(abs(one.value or 0.0) >= _SEEN for one in changes)
    apart = is_seen and isinstance(before, float) and before < _CHANCE
    return f"{goods} {moved} after the listing{', but had moved apart before it' * apart}"


def _event_step(row: dict[str, object]) -> EventStep:
    low, high = row.get("low_pct"), row.get("high_pct")
    value = row.get("change_pct")
    return EventStep(
        step=int(str(row["step"])),
        value=None if value is None else float(str(value)),
        low=None if low is None else float(str(low)),
        high=None if high is None else float(str(high)),
        binned=bool(row.get("is_binned")),
    )


def _event_foot(figure: Figure) -> tuple[str, ...]:
    """Return value with range, source, and how many goods stand behind it."""
    line, source, *rest = foot(figure)
    counted = [
        f"{figure.details[name]:,.0f} {words}"
        for name, words in COUNTED
        if isinstance(figure.details.get(name), (int, float))
    ]
    return (line, " ".join([source, *([f"{', '.join(counted)}."] if counted else [])]), *rest)


@dataclass(frozen=True, slots=True)
class EventStep:
    """One step from an event: the change in per cent with its interval; None where not known.

    `binned` marks an end that holds all that lies beyond it.
    """

    step: int
    value: float | None
    low: float | None = None
    high: float | None = None
    binned: bool = False


@dataclass(frozen=True, slots=True)
class EventSteps:
    """Change from the step before an event, step by step.

    Attributes
    ----------
    unit
        What a step is: ``month``, ``quarter`` or ``year``.
    event
        What happened, in a word or two.
    reference
        The step that the others are compared with.
    mean
        The mean over all steps from the event on, in per cent.
    """

    steps: tuple[EventStep, ...]
    unit: str
    event: str
    reference: int
    mean: float | None = None

    def draw(self, *, name: str, alt_text: str) -> str:
        """Return the drawing, ``wide`` or ``narrow``."""
        return _draw(self, name, alt_text)


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


def _draw(data: EventSteps, name: str, alt_text: str) -> str:
    axis = _axis(data, name)
    layers = [
        *_ground(axis),
        *_grid(axis),
        *_band(data, axis),
        *_mean(data, axis),
        *_line(data, axis),
        *steps(data, axis, name),
        *_label_layers(data, axis),
    ]
    return framed(layers, axis.frame, name=name, alt_text=alt_text)


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
    # Intervals are taken in, but at most `SPAN` times the range of the estimates beyond them.
    bottom = max(min([low, *ends]), low - span) - LEAST / 2
    top = min(max([high, *ends]), high + span) + LEAST / 2
    first, last = data.steps[0].step - 0.6, data.steps[-1].step + 0.6
    width, height, head, words = (852, 420, 40, 104) if name == "wide" else (360, 400, 58, 48)
    room = height - head - 52
    left = round(max(text_width(signed(one)) for one in percent_ticks(bottom, top, room))) + 14
    widths = [
        text_width(f"**{signed(float(end))}**")
        for end in (data.mean, data.steps[-1].value)
        if end is not None
    ]
    right = max(words, round(max(widths, default=0.0)) + 12)
    return Axis(Frame(width, height, left, right, head, 52, first, last, 1.0), bottom, top)


def _ground(axis: Axis) -> list[MarkLayer]:
    row = {"x": axis.x(-0.5), "x2": axis.frame.inner_width, "y": 0, "y2": axis.frame.inner_height}
    return rects([row], style="after")


def _grid(axis: Axis) -> list[MarkLayer]:
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


def _runs(data: EventSteps) -> Iterable[list[EventStep]]:
    """Yield stretches of steps that have an estimate."""
    for known, run in itertools.groupby(data.steps, key=lambda one: one.value is not None):
        if known:
            yield list(run)


def _band(data: EventSteps, axis: Axis) -> list[MarkLayer]:
    layers: list[MarkLayer] = []
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


def _end(end: float | None, one: EventStep) -> float:
    """Return the end of an interval; of the step that others are compared with, its value."""
    return log_of(one.value if end is None else end)


def _mean(data: EventSteps, axis: Axis) -> list[MarkLayer]:
    if data.mean is None:
        return []
    level = axis.y(log_of(data.mean))
    row = {"x": axis.x(-0.5), "x2": axis.frame.inner_width, "y": level, "y2": level}
    return lines([row], style="headline")


def _line(data: EventSteps, axis: Axis) -> list[MarkLayer]:
    layers: list[MarkLayer] = []
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


# Words of an event study: steps, what they are compared with, values that stand out.


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
    # `Axis.y` puts it at the lower edge.
    return math.log1p(percent / 100) if percent > -100 else -math.inf


def signed(percent: float) -> str:
    """Return per cent with a sign, in two digits, as intervals are wide; nothing has none.

    Of a fall by nearly all, what is left has a digit: 99.7 % is not all.
    """
    text = f"{abs(percent):,}" if isinstance(percent, int) else number(abs(percent), 2)
    if -100 < percent < -99:
        left = number(100 + percent, 1)
        text = f"{abs(percent):.{len(left.partition('.')[2])}f}"
    sign = MINUS if percent < 0 else "+" if percent > 0 else ""
    return f"{sign}{text}{NBSP}%"


def title(one: EventStep, data: EventSteps) -> str:
    """Return what a mark says to who points at it."""
    assert one.value is not None
    when = f"{data.unit} {_place(one, data)}"
    if one.step == data.reference:
        return f"{when}: all others are compared with it"
    text = f"{when}: {signed(float(one.value))}"
    if one.low is None or one.high is None:
        return text
    return f"{text}, 95{NBSP}%: {signed(float(one.low))} to {signed(float(one.high))}"


def _place(one: EventStep, data: EventSteps) -> str:
    """Return the step as the axis has it; the ends hold all that lies beyond."""
    text = f"{MINUS}{-one.step}" if one.step < 0 else f"{one.step}"
    if one.binned and one is data.steps[0]:
        return f"\u2264{text}"
    return f"\u2265{text}" if one.binned else text


def steps(data: EventSteps, axis: Axis, name: str) -> list[MarkLayer]:
    """Name steps below the plot, as many as there is room for, and what they are."""
    room = axis.frame.inner_width / len(data.steps)
    every = math.ceil((30 if name == "wide" else 28) / room)
    bottom = axis.frame.inner_height
    ends = (data.steps[0], data.steps[-1])
    shown = [
        one
        for one in data.steps
        if one in ends
        # Both ends are always named, and a neighbour that would touch them is not.
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


def _label_layers(data: EventSteps, axis: Axis) -> list[MarkLayer]:
    """Print the event, the step compared with, the mean and the values that stand out."""
    height, width = axis.frame.inner_height, axis.frame.inner_width
    event = axis.x(-0.5)
    layers: list[MarkLayer] = lines(
        [{"x": event, "x2": event, "y": -14, "y2": height}], style="break"
    )
    head = {"x": event + 5, "y": -18, "text": data.event, "align": "left"}
    layers += labels([head], style="label", bold=True)
    occupied = [
        Box(axis.x(one.step) - 5, y - 5, axis.x(one.step) + 5, y + 5)
        for one in data.steps
        if one.value is not None
        for y in [axis.y(log_of(one.value))]
    ]
    occupied += _along(data, axis)
    at_end, boxes = _end_labels(data, axis)
    layers += at_end
    occupied += boxes
    plot = Box(-2, -10, width + axis.frame.right, height)
    for one, text, style in _named(data):
        x, y = axis.x(one.step), axis.y(log_of(one.value))
        mark = Box(x - 6, y - 6, x + 6, y + 6)
        places = spots(text, mark)
        if one.step == data.reference:  # across neither line
            clear = (spot for spot in places if not spot.box.top < y < spot.box.bottom)
            places = (spot for spot in clear if spot.box.right < event)
        if spot := first_free(places, mark, occupied, plot):
            occupied.append(spot.box)
            place, base, _ = spot.rows[0]
            row = {"x": place, "y": base, "text": text, "align": spot.align}
            layers += labels([row], style=style)
    return layers


def _along(data: EventSteps, axis: Axis) -> list[Box]:
    """Return small boxes along the line, which labels must not cover."""
    found = []
    for run in _runs(data):
        places = [(axis.x(one.step), axis.y(log_of(one.value))) for one in run]
        for (x0, y0), (x1, y1) in itertools.pairwise(places):
            for part in range(1, 8):
                x, y = x0 + (x1 - x0) * part / 8, y0 + (y1 - y0) * part / 8
                found.append(Box(x - 2, y - 2, x + 2, y + 2))
    return found


def _end_labels(data: EventSteps, axis: Axis) -> tuple[list[MarkLayer], list[Box]]:
    """Print the last value and the mean right of the plot, apart from each other."""
    texts: list[tuple[float, list[str], str]] = []
    last = data.steps[-1]
    if last.value is not None:
        texts.append((axis.y(log_of(last.value)), [signed(float(last.value))], "label"))
    if data.mean is not None:
        words = ["mean after" if axis.frame.right > 80 else "mean", signed(float(data.mean))]
        texts.append((axis.y(log_of(data.mean)), words, "label-supplier"))
    # `spread` takes centres in ascending order.
    texts.sort(key=lambda one: one[0])
    sizes = [16.0 * len(rows) + 4 for _, rows, _ in texts]
    centres = spread([y for y, *_ in texts], sizes, -10, axis.frame.inner_height)
    left = axis.frame.inner_width + 6.0
    layers: list[MarkLayer] = []
    boxes = []
    for centre, (_, rows, style) in zip(centres, texts, strict=True):
        for place, text in enumerate(rows):
            base = centre + 4.5 + 16 * (place - (len(rows) - 1) / 2)
            row = {"x": left, "y": base, "text": text, "align": "left"}
            layers += labels([row], style=style, bold=style == "label-supplier")
            boxes.append(text_box(text, left, base))
    return layers, boxes


def _named(data: EventSteps) -> list[tuple[EventStep, str, str]]:
    """Return which steps are named, with words and style: reference, lowest, highest."""
    known = [one for one in data.steps if one.value is not None]
    found = [(one, "reference", "note") for one in known if one.step == data.reference]
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
