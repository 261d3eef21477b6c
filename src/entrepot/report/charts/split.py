"""A change taken apart: from the value before, step by step, to the value after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.report.charts.column import wrapped
from entrepot.report.charts.drawing import labels, lines, rects, render
from entrepot.report.charts.place import cut, text_width

if TYPE_CHECKING:
    from entrepot.report.chart_data import Part, Split
    from entrepot.report.charts.drawing import Marks

__all__ = ["draw"]

BAR, LINE, TOP = 24, 16, 26


@dataclass(frozen=True, slots=True)
class _Plan:
    """Sizes: width, room for names, height of a row; names above their bar where it is narrow."""

    width: int
    names: int
    row: int
    above: bool


PLANS = {"wide": _Plan(852, 230, 44, above=False), "narrow": _Plan(360, 0, 56, above=True)}


@dataclass(frozen=True, slots=True)
class _Scale:
    """From values to places: where zero lies, and units of drawing per unit of value."""

    zero: float
    factor: float

    def x(self, value: float) -> float:
        """Return the place of a value."""
        return self.zero + value * self.factor


def draw(data: Split, *, name: str, spoken: str) -> str:
    """Return the drawing, ``wide`` or ``narrow``."""
    plan = PLANS[name]
    starts = _starts(data.parts)
    scale = _scale(data, starts, plan)
    height = TOP + plan.row * len(data.parts) + 4
    unit = {"x": 0 if plan.above else plan.names + 12, "y": 14, "text": data.unit}
    layers = labels([unit], style="note")
    bases, ties = [], []
    for place, (part, start) in enumerate(zip(data.parts, starts, strict=True)):
        top = TOP + plan.row * place + (plan.row - BAR if plan.above else (plan.row - BAR) / 2)
        layers += _row(part, start, top, plan, scale)
        around = 3 if plan.above else (plan.row - BAR) / 2
        ends = {"y": top - around, "y2": top + BAR + around}
        bases.append({"x": scale.zero, "x2": scale.zero} | ends)
        if place + 1 < len(data.parts):
            x = scale.x(start + part.value)
            ties.append({"x": x, "x2": x, "y": top + BAR, "y2": top + plan.row})
    layers = [*lines(bases, style="base"), *lines(ties, style="leader"), *layers]
    return render(layers, width=plan.width, height=height, name=name, spoken=spoken)


def _starts(parts: tuple[Part, ...]) -> list[float]:
    found, level = [], 0.0
    for part in parts:
        level = 0.0 if part.total else level
        found.append(level)
        level += part.value
    return found


def _ends(part: Part, start: float) -> tuple[float, float]:
    """Return how far a part reaches on both sides, its range included."""
    places = [start, start + part.value]
    places += [start + end for end in (part.low, part.high) if end is not None]
    return min(places), max(places)


def _scale(data: Split, starts: list[float], plan: _Plan) -> _Scale:
    """Leave room for the value of each part beyond its farthest end."""
    ends = [_ends(part, start) for part, start in zip(data.parts, starts, strict=True)]
    low, high = min(0.0, *(end[0] for end in ends)), max(0.0, *(end[1] for end in ends))
    words = max(text_width(f"**{_at_end(part)}**") for part in data.parts) + 12
    left = 2 if plan.above else plan.names + 12
    factor = (plan.width - left - words) / ((high - low) or 1.0)
    return _Scale(left - low * factor, factor)


def _row(part: Part, start: float, top: float, plan: _Plan, scale: _Scale) -> list[Marks]:
    x, x2 = sorted((scale.x(start), scale.x(start + part.value)))
    bar = {"x": x, "x2": max(x2, x + 1), "y": top, "y2": top + BAR}
    said = {"title": f"{part.name}: {part.text}", "of": (part.name,)}
    layers = rects([bar | said], style=_style(part))
    if part.low is not None and part.high is not None:
        layers += _whisker(start + part.low, start + part.high, top + BAR / 2, scale)
    far = scale.x(_ends(part, start)[1])
    value = {"x": far + 8, "y": top + BAR / 2 + 4.5, "text": _at_end(part)}
    style = "label-supplier" if part.total else "label"
    return [*layers, *labels([value], style=style, bold=True), *_name(part, top, plan)]


def _at_end(part: Part) -> str:
    """Return what stands at the end: of the whisker where there is one, else of the bar."""
    return part.far or part.text


def _style(part: Part) -> str:
    """Fill the ends in blue and what was added in grey; what was taken away is hollow."""
    if part.total:
        return "supplier"
    return "context" if part.value >= 0 else "context-printed"


def _whisker(low: float, high: float, y: float, scale: _Scale) -> list[Marks]:
    near, far = scale.x(low), scale.x(high)
    rows = [{"x": near, "x2": far, "y": y, "y2": y}]
    rows += [{"x": x, "x2": x, "y": y - 4, "y2": y + 4} for x in (near, far)]
    return [*lines(rows, style="whisker-under"), *lines(rows, style="whisker")]


def _named(part: Part) -> str:
    """Return the name, with the value where the end of a whisker stands in its place."""
    return f"{part.name}: {part.text}" if part.far else part.name


def _name(part: Part, top: float, plan: _Plan) -> list[Marks]:
    style = "label-supplier" if part.total else "label"
    if plan.above:
        row = {"x": 0, "y": top - 7, "text": cut(_named(part), plan.width)}
        return labels([row], style=style)
    texts = [cut(text, plan.names) for text in wrapped(_named(part), plan.names, most=2)]
    first = top + BAR / 2 + 4.5 - LINE * (len(texts) - 1) / 2
    rows = [
        {"x": plan.names, "y": first + LINE * n, "text": text, "align": "right"}
        for n, text in enumerate(texts)
    ]
    return labels(rows, style=style)
