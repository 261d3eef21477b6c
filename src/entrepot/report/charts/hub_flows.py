"""Ways from an origin over hubs to an importer: as wide as what can pass, solid what must."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from entrepot.goods import goods_title
from entrepot.model.areas import area_name, area_phrase
from entrepot.model.display import figure_value, range_text
from entrepot.report import phrasing
from entrepot.report.charts import Chart
from entrepot.report.charts.alone import StandaloneChart, foot
from entrepot.report.charts.drawing import labels, lines, points, rects, render
from entrepot.report.charts.place import cut, text_width

if TYPE_CHECKING:
    from entrepot.figures import Figure
    from entrepot.report.charts.drawing import MarkLayer

MOST_HUBS = 8
"""Hubs with a way of their own."""
TOGETHER = "All hubs together, chains included"


def rerouted_chart(figure: Figure) -> StandaloneChart:
    """Return what may have come through each hub alone, and through all of them together."""
    asked, unit = figure.definition, figure.unit
    ordered = sorted(figure.table, key=lambda row: (-float(row["high"]), str(row["hub"])))
    lanes = [
        _hub_lane(area_name(str(row["hub"])), _bounds(row), unit) for row in ordered[:MOST_HUBS]
    ]
    if len(ordered) > 1:
        lanes.append(_hub_lane(TOGETHER, _ends(figure), unit, together=True))
    names = tuple(area_name(str(end)) for end in (asked.exporter, asked.importer))
    title = _rerouted_title(figure)
    said = "; ".join(f"{lane.name} {lane.said}" for lane in lanes)
    return StandaloneChart(
        title,
        _rerouted_deck(figure, len(ordered)),
        Chart(HubLanes((names[0], names[1]), tuple(lanes)), f"{title}. {said}."),
        tuple(_rerouted_foot(figure)),
        tuple(_hub_rows(figure)),
        (figure,),
    )


def _bounds(row: dict[str, Any]) -> tuple[float, float, float]:
    low, value, high = (float(row[name]) for name in ("low", "matched", "high"))
    return low, value, high


def _ends(figure: Figure) -> tuple[float, float, float]:
    value = figure.required()
    low, high = (value if end is None else end for end in (figure.low, figure.high))
    return low, value, high


def _hub_lane(
    name: str, bounds: tuple[float, float, float], unit: str, *, together: bool = False
) -> HubLane:
    low, value, high = bounds
    matched = f"matched {figure_value(value, unit)}" if high else ""
    return HubLane(name, low, value, high, _between(bounds, unit), matched, together)


def _between(bounds: tuple[float, float, float], unit: str) -> str:
    """Return both bounds in words; a lower one of nothing bounds nothing."""
    low, value, high = bounds
    if not high:
        return "no excess trade"
    if not low:
        return f"at most {figure_value(high, unit)}"
    if low == high:
        return figure_value(high, unit)
    return range_text(low, high, unit, value=value)


def _rerouted_title(figure: Figure) -> str:
    """Say how much can have come through whom, as bounds."""
    asked = figure.definition
    bounds = _ends(figure)
    hubs = area_phrase(asked.hubs or "")
    way = f"have been rerouted to {area_phrase(asked.importer)} via {hubs}"
    goods = f"goods of {area_phrase(asked.exporter)}"
    when = f"{asked.period}"
    if not bounds[2]:
        return phrasing.capital(f"no excess trade suggests that {goods} {way} in {when}")
    size = _between(bounds, figure.unit)
    return phrasing.capital(f"{size} of {goods} may {way} in {when}")


def _rerouted_deck(figure: Figure, count: int) -> str:
    asked = figure.definition
    base = f"{asked.base or asked.period.before()}"
    deck = (
        f"{phrasing.capital(goods_title(asked.goods))}, in excess of the counterfactual "
        f"from {base}. Width: what can "
    )
    deck += "have passed at most; solid: what must have; dotted: matched imports and exports."
    if count > 1:
        deck += " Each hub is computed alone, so they do not add up."
    if count > MOST_HUBS:
        deck += (
            f" {phrasing.capital(phrasing.count_word(count - MOST_HUBS, 'other hub'))} not drawn."
        )
    return deck


def _rerouted_foot(figure: Figure) -> list[str]:
    """Return value, range and source, what limits the flow, and what no record says."""
    line, *rest = foot(figure)
    found = [line, *rest]
    if points := str(figure.details.get("choke_points", "")):
        found.append(f"Limiting flows: {points}.")
    return found + [note.text for note in figure.caveats if note.id == "rerouting"]


def _hub_rows(figure: Figure) -> list[dict[str, Any]]:
    rows = [
        {"hub": row["hub"], "name": area_name(str(row["hub"])), "unit": figure.unit} | row
        for row in figure.table
    ]
    if len(rows) > 1:
        low, value, high = _ends(figure)
        bounds = {"low": low, "matched": value, "high": high}
        rows.append({"hub": "", "name": TOGETHER, "unit": figure.unit} | bounds)
    return rows


@dataclass(frozen=True, slots=True)
class HubLane:
    """What may have come one way: at least, matched and at most, in the unit of the lanes.

    Attributes
    ----------
    text, matched
        The bounds and what was matched, as printed; the latter may be empty.
    together
        Whether it is all ways at once rather than one of them.
    """

    name: str
    low: float
    value: float
    high: float
    text: str
    matched: str
    together: bool = False

    @property
    def said(self) -> str:
        """Bounds and what was matched in one line."""
        return ", ".join(part for part in (self.text, self.matched) if part)


@dataclass(frozen=True, slots=True)
class HubLanes:
    """Ways from one end to the other, named as at the two ends, the widest first."""

    ends: tuple[str, str]
    lanes: tuple[HubLane, ...]

    def draw(self, *, name: str, alt_text: str) -> str:
        """Return the drawing, ``wide`` or ``narrow``."""
        return _draw(self, name, alt_text)


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
    adjacent: bool

    @property
    def middle(self) -> float:
        """Where hubs stand."""
        return (START + self.end) / 2


START = 2.0
PLANS = {"wide": _Plan(852, 622, 66, adjacent=True), "narrow": _Plan(360, 358, 54, adjacent=False)}


def _draw(data: HubLanes, name: str, alt_text: str) -> str:
    plan = PLANS[name]
    most = max(lane.high for lane in data.lanes)
    # One scale for all lanes, "together" included, so that widths compare.
    scale = plan.thick / most if most else 0.0
    layers: list[MarkLayer] = []
    top, last = TOP + 8, TOP
    for lane in data.lanes:
        if lane.together:
            layers += lines([{"x": 0, "x2": plan.width, "y": top, "y2": top}], style="divider")
            top += 12
        words = (1 if plan.adjacent else 2) * LINE + 5
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
        alt_text=alt_text,
    )


def _poles(data: HubLanes, plan: _Plan, last: float) -> list[MarkLayer]:
    """Draw both ends as lines with their names above."""
    rows = [{"x": x, "x2": x, "y": TOP, "y2": last + 8} for x in (START, plan.end)]
    buyer = cut(data.ends[1], (plan.end - START) / 2, bold=True)
    room = plan.end - START - text_width(f"**{buyer}**") - 16
    heads = [
        {"x": START - 1, "y": 16, "text": cut(data.ends[0], room, bold=True)},
        {"x": plan.end + 1, "y": 16, "text": buyer, "align": "right"},
    ]
    return [*lines(rows, style="base"), *labels(heads, style="label", bold=True)]


def _lane(lane: HubLane, plan: _Plan, scale: float, top: float, centre: float) -> list[MarkLayer]:
    start, end = START + 1, plan.end - ARROW
    across = {"x": start, "x2": end}
    layers: list[MarkLayer] = []
    if lane.high:
        said = {"title": f"{lane.name}: {lane.said}", "of": (lane.name,)}
        widest = across | _around(centre, lane.high * scale) | said
        layers += rects([widest], style="supplier-blended")
    else:
        layers += lines([across | {"y": centre, "y2": centre}], style="leader-dotted")
    if lane.low:
        layers += rects([across | _around(centre, lane.low * scale)], style="supplier")
    # Two dotted edges that are closer would run into one line.
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


def _words(lane: HubLane, plan: _Plan, top: float, centre: float) -> list[MarkLayer]:
    style = "label-supplier" if lane.together else "label"
    name = {"y": top + 12, "text": cut(lane.name, plan.end - 20, bold=True)}
    if not plan.adjacent:
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
