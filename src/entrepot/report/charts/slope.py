"""Suppliers before and after: a line each, named and numbered at both ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.report.charts.drawing import Frame, framed, labels, lines, points, ticks
from entrepot.report.charts.place import cut, spread, text_width

if TYPE_CHECKING:
    from entrepot.report.chart_data import Line, Slope
    from entrepot.report.charts.drawing import Marks

__all__ = ["draw"]

ROW = 18.0
LEADER = 18.0


@dataclass(frozen=True, slots=True)
class _Plan:
    """Sizes: width, least height, and room at either side; whether names stand on the left too."""

    width: int
    height: int
    left: int
    right: int
    twice: bool


PLANS = {
    "wide": _Plan(852, 440, 250, 250, twice=True),
    "narrow": _Plan(360, 440, 84, 164, twice=False),
}


def draw(data: Slope, *, name: str, spoken: str) -> str:
    """Return the drawing, ``wide`` or ``narrow``."""
    plan = PLANS[name]
    height = max(plan.height, round(ROW * len(data.lines)) + 90)
    most = max((max(line.before, line.after) for line in data.lines), default=1.0)
    top = ticks(most or 1.0)[-1]
    frame = Frame(plan.width, height, plan.left, plan.right, 40, 16, 0, 1, top)
    layers = [
        *_poles(data, frame),
        *_strokes(data, frame),
        *_ends(data, frame, plan, after=False),
        *_ends(data, frame, plan, after=True),
    ]
    return framed(layers, frame, name=name, spoken=spoken)


def _poles(data: Slope, frame: Frame) -> list[Marks]:
    rows = [{"x": x, "x2": x, "y": 0, "y2": frame.inner_height} for x in (0, frame.inner_width)]
    base = {"x": 0, "x2": frame.inner_width, "y": frame.inner_height, "y2": frame.inner_height}
    wide = text_width(f"**{data.times[0]}**") > frame.left
    first = {"x": -frame.left} if wide else {"x": 0, "align": "right"}
    heads = [
        {"y": -20, "text": data.times[0]} | first,
        {"x": frame.inner_width, "y": -20, "text": data.times[1]},
    ]
    return [
        *lines(rows, style="divider"),
        *lines([base], style="base"),
        *labels(heads, style="label", bold=True),
    ]


def _strokes(data: Slope, frame: Frame) -> list[Marks]:
    layers: list[Marks] = []
    for marked in (False, True):
        found = [line for line in data.lines if line.marked is marked]
        rows = [
            {"x": 0, "x2": frame.inner_width, "y": frame.y(one.before), "y2": frame.y(one.after)}
            for one in found
        ]
        ends = [one.texts for one in found]
        for known in (False, True):
            part = [row for row, told in zip(rows, ends, strict=True) if all(told) is known]
            layers += lines(part, style=_style(marked=marked, known=known))
        dots = [
            {
                "x": x,
                "y": frame.y(value),
                "title": _title(line, text, when, data),
                "of": (line.name, when),
            }
            for line in found
            for x, value, text, when in (
                (0, line.before, line.texts[0], data.times[0]),
                (frame.inner_width, line.after, line.texts[1], data.times[1]),
            )
        ]
        layers += points(dots, style="supplier" if marked else "context", size=46)
    return layers


def _title(line: Line, text: str, when: str, data: Slope) -> str:
    return f"{line.name}, {when}: {f'{text} {data.unit}' if text else 'none'}"


def _style(*, marked: bool, known: bool) -> str:
    """Dot a line that goes to where nothing is recorded."""
    if not known:
        return "across" if marked else "leader-dotted"
    return "supplier-line" if marked else "other-line"


def _ends(data: Slope, frame: Frame, plan: _Plan, *, after: bool) -> list[Marks]:
    """Put value and name beside each end, moved apart, with a leader to its dot."""
    side = 1 if after else 0
    x, way, align = (frame.inner_width, 1, "left") if after else (0, -1, "right")
    room = (plan.right if after else plan.left) - LEADER - 8
    ordered = sorted(data.lines, key=lambda line: (-_value(line, side), line.name))
    wanted = [frame.y(_value(line, side)) for line in ordered]
    centres = spread(wanted, [ROW] * len(ordered), 0, frame.inner_height)
    layers: list[Marks] = []
    leaders = []
    for line, mark, centre in zip(ordered, wanted, centres, strict=True):
        bare = not after and not plan.twice
        text = _text(line, side, room, bare=bare)
        row = {"x": x + way * (LEADER + 4), "y": centre + 4.5, "text": text, "align": align}
        style = "label-supplier" if line.marked else "label"
        layers += labels([row], style=style, bold=line.marked)
        leaders.append({"x": x + way * 5, "y": mark, "x2": x + way * (LEADER + 1), "y2": centre})
    return [*lines(leaders, style="leader"), *layers]


def _value(line: Line, side: int) -> float:
    return line.after if side else line.before


def _text(line: Line, side: int, room: float, *, bare: bool) -> str:
    """Return value and name, the value nearer to the line; of a long name a part has to do."""
    value = line.texts[side] or "none"
    if bare:
        return value
    rest = room - text_width(f"{value} ", bold=line.marked)
    name = cut(line.name, rest, bold=line.marked)
    return f"{value} {name}" if side else f"{name} {value}"
