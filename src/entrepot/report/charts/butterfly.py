"""Both directions of dependence: two bars a row on one scale, the year in the middle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from entrepot.report.charts.column import wrapped
from entrepot.report.charts.drawing import labels, lines, rects, render
from entrepot.report.charts.place import text_width

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.report.chart_data import Butterfly, Flow, Side, Weights
    from entrepot.report.charts.drawing import Marks

__all__ = ["draw"]

BAR = 20
LINE = 17
GAP = 22
"""Height of the mark for years that are left out."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """Sizes: width, half the gap for the year, height of a row, whether ranges are printed."""

    width: int
    gap: int
    row: int
    ranges: bool

    @property
    def centre(self) -> float:
        """Where the years stand."""
        return self.width / 2

    @property
    def room(self) -> float:
        """Length that a bar and the words beyond it may take."""
        return self.width / 2 - self.gap - 2


PLANS = {
    "wide": _Plan(852, 34, 30, ranges=True),
    "narrow": _Plan(360, 27, 34, ranges=False),
}


def draw(data: Butterfly, *, name: str, spoken: str) -> str:
    """Return the drawing, ``wide`` or ``narrow``."""
    plan = PLANS[name]
    scale = _scale(list(_sides(data)), plan)
    layers: list[Marks] = []
    top = 0.0
    for flow in data.flows:
        drawn, top = _flow(flow, plan, scale, top)
        layers += drawn
    height = round(top - 16)
    return render(layers, width=plan.width, height=height, name=name, spoken=spoken)


def _sides(data: Butterfly) -> Iterator[Side]:
    for flow in data.flows:
        for row in flow.rows:
            yield from (side for side in (row.left, row.right) if side)


def _end(side: Side) -> float:
    return max(side.value, side.high or 0.0)


def _scale(sides: list[Side], plan: _Plan) -> float:
    """Return drawing units per point, so that the longest bar and its words have room."""
    scale = plan.room / max((_end(side) for side in sides), default=1.0)
    for _ in range(4):  # a shorter bar may push its value outside, which takes room again
        needed = [(plan.room - _beyond(side, scale, plan), _end(side)) for side in sides]
        scale = min((scale, *(room / end for room, end in needed if end > 0)))
    return scale


def _fits(side: Side, scale: float) -> bool:
    """Whether the value has room inside its bar, clear of the whisker."""
    free = side.value if side.low is None else min(side.value, side.low)
    return free * scale > text_width(f"**{side.text}**") + 14


def _beyond(side: Side, scale: float, plan: _Plan) -> float:
    """Return the width of the words past the end of a bar and its whisker."""
    first, more = _far(side, _fits(side, scale), plan)
    value = text_width(f"**{first}**") + 8 if first else 0.0
    return value + (text_width(more, 12.5) + 8 if more else 0.0)


def _far(side: Side, fits: bool, plan: _Plan) -> tuple[str, str]:
    """Return what stands past the end of a bar: the number there, and words on the rest.

    What stands at the end of a whisker is read as its end, whatever it is.
    """
    low, _, high = side.range.partition(" to ")
    if not high:
        return ("" if fits else side.text), ""
    more = [*([] if fits else [f"value {side.text}"]), *([f"from {low}"] if plan.ranges else [])]
    return high, f"({', '.join(more)})" if more else ""


def _flow(flow: Flow, plan: _Plan, scale: float, top: float) -> tuple[list[Marks], float]:
    """Return the layers of one flow and where the next may start."""
    room = plan.centre - plan.gap
    heads = [wrapped(text, room - 6, most=3) for text in (flow.left, flow.right)]
    depth = max(len(parts) for parts in heads)
    layers = lines([{"x": 0, "x2": plan.width, "y": top + 1, "y2": top + 1}], style="divider")
    title = {"x": 0, "y": top + 21, "text": flow.title}
    layers += labels([title], style="label", bold=True)
    first = top + 21 + LINE + 5
    left = [
        {"x": room - 4, "y": first + LINE * n, "text": text, "align": "right"}
        for n, text in enumerate(heads[0])
    ]
    right = [
        {"x": plan.centre + plan.gap + 4, "y": first + LINE * n, "text": text}
        for n, text in enumerate(heads[1])
    ]
    layers += labels(left, style="label-supplier") + labels(right, style="label")
    start = first + LINE * (depth - 1) + 12
    for row in flow.rows:
        if words := flow.gaps.get(row.year):
            layers += _gap(words, plan, start)
            start += GAP
        layers += _row(flow, row, plan, scale, start)
        start += plan.row
    return layers, start + 24


def _gap(words: str, plan: _Plan, top: float) -> list[Marks]:
    """Mark years that are left out: rows above and below are not of neighbouring years."""
    y, half = top + 4, text_width(words, 12.5) / 2 + 10
    rows = [
        {"x": x, "x2": x2, "y": y, "y2": y}
        for x, x2 in ((0, plan.centre - half), (plan.centre + half, plan.width))
    ]
    text = {"x": plan.centre, "y": y + 4.5, "text": words, "align": "center"}
    return [*lines(rows, style="grid"), *labels([text], style="note")]


def _row(flow: Flow, row: Weights, plan: _Plan, scale: float, top: float) -> list[Marks]:
    baseline = top + BAR / 2 + 4.5
    year = {"x": plan.centre, "y": baseline, "text": row.year, "align": "center"}
    layers = labels([year], style="label", bold=True)
    for side, sign, whose in ((row.left, -1, flow.left), (row.right, 1, flow.right)):
        start = plan.centre + sign * plan.gap
        if side is None:
            align = "right" if sign < 0 else "left"
            layers += labels([_at(start + sign * 4, baseline, "not known", align)], style="note")
        else:
            layers += _side(side, start, sign, scale, top, plan, (whose, row.year))
    return layers + _note(row, plan, scale, baseline)


def _note(row: Weights, plan: _Plan, scale: float, y: float) -> list[Marks]:
    """Put a note at the right end, the short one where the long one has no room."""
    taken = plan.centre + plan.gap
    if row.right:
        taken += _end(row.right) * scale + _beyond(row.right, scale, plan)
    for note in (row.note, row.short) if plan.ranges else (row.short,):
        if note and taken + text_width(note) + 12 < plan.width:
            return [*labels([_at(plan.width, y, note, "right")], style="label")]
    return []


def _at(x: float, y: float, text: str, align: str) -> dict[str, Any]:
    return {"x": x, "y": y, "text": text, "align": align}


def _side(
    side: Side,
    start: float,
    sign: int,
    scale: float,
    top: float,
    plan: _Plan,
    words: tuple[str, str],
) -> list[Marks]:
    """Draw one bar; its words are whose weight it is where, and the year."""
    length, far = side.value * scale, _end(side) * scale
    ends = sorted((start, start + sign * length))
    title = f"{', '.join(words)}: {side.text}\u00a0%"
    title += f", range {side.range}\u00a0%" if side.range else ""
    bar = {"x": ends[0], "x2": ends[1], "y": top, "y2": top + BAR} | {"title": title, "of": words}
    layers = rects([bar], style=_style(side, sign))
    if side.low is not None and side.high is not None:
        layers += _whisker(start, sign, side.low * scale, side.high * scale, top + BAR / 2)
    return layers + _texts(side, start, sign, far, top + BAR / 2 + 4.5, _fits(side, scale), plan)


def _style(side: Side, sign: int) -> str:
    if sign < 0:
        return "supplier-blended" if side.printed else "supplier"
    return "context-printed" if side.printed else "context"


def _whisker(start: float, sign: int, low: float, high: float, y: float) -> list[Marks]:
    near, far = start + sign * low, start + sign * high
    rows = [{"x": near, "x2": far, "y": y, "y2": y}]
    rows += [{"x": x, "x2": x, "y": y - 4, "y2": y + 4} for x in (near, far)]
    return [*lines(rows, style="whisker-under"), *lines(rows, style="whisker")]


def _texts(
    side: Side, start: float, sign: int, far: float, y: float, fits: bool, plan: _Plan
) -> list[Marks]:
    """Put the value inside its bar near the year if it fits, the end of the range at the far end.

    Where it does not fit, it stands beside that.
    """
    align = "right" if sign < 0 else "left"
    layers: list[Marks] = []
    if fits:
        style = "label-inside" if side.printed else "label-inverse"
        layers += labels([_at(start + sign * 7, y, side.text, align)], style=style, bold=True)
    first, more = _far(side, fits, plan)
    if first:
        place = _at(start + sign * (far + 7), y, first, align)
        layers += labels([place], style="label", bold=not side.range)
    if more:
        beyond = far + 8 + text_width(f"**{first}**") + 8
        layers += labels([_at(start + sign * beyond, y, more, align)], style="note")
    return layers
