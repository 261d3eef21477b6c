"""Ways from an origin over hubs to an importer: as wide as what can pass, solid what must."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.report.charts.drawing import labels, lines, points, rects, render
from entrepot.report.charts.place import cut, text_width

if TYPE_CHECKING:
    from entrepot.report.chart_data import Lane, Lanes
    from entrepot.report.charts.drawing import Marks

__all__ = ["draw"]

TOP, LINE, GAP = 30.0, 17.0, 20.0
ARROW = 12.0
LEAST = 1.5
"""Least width of what is not nothing."""
LEAST_LANE = 16.0
SEEN = 5.0
"""Least width of what was matched that has edges of its own."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """Sizes: width; where the ways end; width of the widest; whether words stand beside them."""

    width: int
    end: float
    thick: float
    beside: bool

    @property
    def middle(self) -> float:
        """Where hubs stand."""
        return (START + self.end) / 2


START = 2.0
PLANS = {"wide": _Plan(852, 622, 66, beside=True), "narrow": _Plan(360, 358, 54, beside=False)}


def draw(data: Lanes, *, name: str, spoken: str) -> str:
    """Return the drawing, ``wide`` or ``narrow``."""
    plan = PLANS[name]
    most = max(lane.high for lane in data.lanes)
    scale = plan.thick / most if most else 0.0
    layers: list[Marks] = []
    top, last = TOP + 8, TOP
    for lane in data.lanes:
        if lane.together:
            layers += lines([{"x": 0, "x2": plan.width, "y": top, "y2": top}], style="divider")
            top += 12
        words = (1 if plan.beside else 2) * LINE + 5
        height = max(LEAST_LANE, lane.high * scale)
        centre = top + words + height / 2
        layers += _lane(lane, plan, scale, top, centre)
        last = centre + height / 2
        top = last + GAP
    height = round(last + 14)
    return render(
        [*_poles(data, plan, last), *layers],
        width=plan.width,
        height=height,
        name=name,
        spoken=spoken,
    )


def _poles(data: Lanes, plan: _Plan, last: float) -> list[Marks]:
    """Draw both ends as lines with their names above."""
    rows = [{"x": x, "x2": x, "y": TOP, "y2": last + 8} for x in (START, plan.end)]
    buyer = cut(data.ends[1], (plan.end - START) / 2, bold=True)
    room = plan.end - START - text_width(f"**{buyer}**") - 16
    heads = [
        {"x": START - 1, "y": 16, "text": cut(data.ends[0], room, bold=True)},
        {"x": plan.end + 1, "y": 16, "text": buyer, "align": "right"},
    ]
    return [*lines(rows, style="base"), *labels(heads, style="label", bold=True)]


def _lane(lane: Lane, plan: _Plan, scale: float, top: float, centre: float) -> list[Marks]:
    start, end = START + 1, plan.end - ARROW
    across = {"x": start, "x2": end}
    layers: list[Marks] = []
    if lane.high:
        said = {"title": f"{lane.name}: {lane.said}", "of": (lane.name,)}
        widest = across | _around(centre, lane.high * scale) | said
        layers += rects([widest], style="supplier-blended")
    else:
        layers += lines([across | {"y": centre, "y2": centre}], style="leader-dotted")
    if lane.low:
        layers += rects([across | _around(centre, lane.low * scale)], style="supplier")
    if lane.value * scale >= SEEN:
        edges = _around(centre, lane.value * scale)
        rows = [across | {"y": y, "y2": y} for y in edges.values()]
        layers += lines(rows, style="break")
    if not lane.together:
        gate = _around(centre, lane.high * scale + 8) | {"x": plan.middle - 4}
        layers += rects([gate | {"x2": plan.middle + 4}], style="published")
    head = {"x": plan.end - ARROW / 2 - 1, "y": centre}
    layers += points([head], style="tip", shape="triangle-right", size=90)
    return [*layers, *_words(lane, plan, top, centre)]


def _around(centre: float, width: float) -> dict[str, float]:
    """Return the edges of a way; of what is not nothing something is to be seen."""
    half = max(LEAST, width) / 2
    return {"y": centre - half, "y2": centre + half}


def _words(lane: Lane, plan: _Plan, top: float, centre: float) -> list[Marks]:
    style = "label-supplier" if lane.together else "label"
    name = {"y": top + 12, "text": cut(lane.name, plan.end - 20, bold=True)}
    if not plan.beside:
        name |= {"x": START + 8}
        text = cut(lane.said, plan.end - 20)
        below = {"x": START + 8, "y": top + 12 + LINE, "text": text}
        return labels([name], style=style, bold=True) + labels([below], style="note")
    name |= {"x": plan.middle, "align": "center"}
    x, room = plan.end + 14, plan.width - plan.end - 14
    bounds = {"x": x, "y": centre - 3, "text": cut(lane.text, room, bold=True)}
    matched = {"x": x, "y": centre + 13, "text": cut(lane.matched, room)}
    return [
        *labels([name, bounds], style=style, bold=True),
        *labels([matched] if lane.matched else [], style="note"),
    ]
