"""A map of countries by their outlines: shares in the imports of each, of one supplier.

The outlines are those of Natural Earth, 1:110 million (public domain), projected once by
``tools/world_shapes.py``. Countries that are too small to be seen stand in a list below the map.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, NamedTuple

from entrepot.model.areas import area_name
from entrepot.model.display import NBSP
from entrepot.report.charts.drawing import labels, lines, rects, render, shapes
from entrepot.report.charts.place import cut, text_width
from entrepot.report.charts.world import OWN, World, step_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.report.charts.drawing import MarkLayer
    from entrepot.report.charts.world import Partner

__all__ = ["BOUNDARIES", "Outline", "WorldShapes", "outlines"]

BOUNDARIES = (
    "Boundaries: Natural Earth, simplified; Crimea with Ukraine, as in UN trade statistics. "
    "A boundary is not a statement on status."
)
"""What belongs to the source of every such map."""


class Outline(NamedTuple):
    """The outline of one area in both drawings, as paths of SVG, and where its label may be.

    Attributes
    ----------
    code
        Of the area; empty where trade statistics have none.
    name
        As the source of the outlines has it.
    wide, narrow
        Paths in units of the drawing.
    middle
        Of its largest part, in the wide drawing.
    seas
        The middle and the width of places nearby for its label, the narrowest first.
    """

    code: str
    name: str
    wide: str
    narrow: str
    middle: tuple[float, float]
    seas: tuple[tuple[float, float, float], ...]


@dataclass(frozen=True, slots=True)
class WorldShapes(World):
    """Shares by place, on a map of outlines."""

    def draw(self, *, name: str, alt_text: str) -> str:
        """Return the drawing, ``wide`` or ``narrow``."""
        return _draw(self, name, alt_text)


class _Plan(NamedTuple):
    """Sizes: of the drawing, of the map, of a step in the key, and of a name in the list."""

    width: int
    height: int
    swatch: int
    names: int
    labelled: bool


PLANS = {
    "wide": _Plan(852, 401, 76, 4, labelled=True),
    "narrow": _Plan(360, 170, 58, 2, labelled=False),
}
LINE = 19.0
LABELS = 4
SMALL = 8
"""Countries in the list of those that are too small to be seen."""


@cache
def outlines() -> tuple[Outline, ...]:
    """Return the outline of every area."""
    text = files("entrepot.report").joinpath("world_shapes.csv").read_text(encoding="utf-8")
    return tuple(
        Outline(
            row["code"],
            row["label"],
            row["wide"],
            row["narrow"],
            (float(row["x"]), float(row["y"])),
            tuple(_place(one) for one in row["sea"].split(";") if one),
        )
        for row in csv.DictReader(text.splitlines())
    )


def _place(text: str) -> tuple[float, float, float]:
    x, y, room = map(float, text.split())
    return x, y, room


def _draw(data: World, name: str, alt_text: str) -> str:
    plan = PLANS[name]
    key, top = _key(data, plan)
    layers = [*_areas(data, name, top)]
    if plan.labelled:
        layers += _labels(data, top)
    small, height = _too_small(data, plan, top + plan.height + 24)
    return render(
        [*key, *layers, *small],
        width=plan.width,
        height=round(height),
        name=name,
        alt_text=alt_text,
    )


def _areas(data: World, name: str, top: float) -> Iterator[MarkLayer]:
    """Yield all outlines, those that the map is about last: nothing lies over their edge."""
    shares = {one.code: one for one in data.partners}
    own = dict(data.own)
    rows: dict[str, list[dict[str, Any]]] = {}
    for one in outlines():
        place = {"x": 0.0, "y": top, "path": getattr(one, name)}
        of: tuple[str, ...] = ()
        share = shares.get(one.code)
        if one.code in own:
            style, title = "tile-buyer", f"{own[one.code]}: {OWN[data.are]}"
        elif share is None:
            said = area_name(one.code) if one.code else one.name
            style, title = "no-data", f"{said}: {data.nothing}"
        else:
            style = f"land-{step_of(share.share, data.steps)}"
            title, of = f"{share.name}: {share.text}", (share.name,)
        place |= {"title": title} | ({"of": of} if of else {})
        rows.setdefault(style, []).append(place)
        if share is not None and share.marked:
            edge = {"x": 0.0, "y": top, "path": place["path"]}
            rows.setdefault("edge-under", []).append(edge)
            rows.setdefault("edge", []).append(edge)
    for style in sorted(rows, key=["tile-buyer", "edge-under", "edge"].__contains__):
        yield from shapes(rows[style], style=style)


def _labels(data: World, top: float) -> list[MarkLayer]:
    """Name whom the map is about and the largest, where there is sea for it."""
    by_code = {one.code: one for one in outlines() if one.code}
    wanted = sorted(data.partners, key=lambda one: not one.marked)[: 2 * LABELS]
    boxes: list[tuple[float, float, float]] = []
    names: dict[bool, list[dict[str, Any]]] = {}
    leaders = []
    for one in wanted:
        text = f"{one.name}{NBSP}{one.text}"
        size = text_width(f"**{text}**")
        outline = by_code.get(one.code)
        if outline is None or len(boxes) == LABELS:
            continue
        x, y, room = next((sea for sea in outline.seas if sea[2] >= size), (0.0, 0.0, 0.0))
        if not room or any(_near((x, y, size), other) for other in boxes):
            continue
        boxes.append((x, y, size))
        # From the end of the text that is nearer to the country.
        end = min(max(outline.middle[0], x - size / 2 - 3), x + size / 2 + 3)
        under = y + (8 if outline.middle[1] > y else -8) if abs(end - x) < size / 2 else y
        leaders.append(
            {"x": end, "y": top + under, "x2": outline.middle[0], "y2": top + outline.middle[1]}
        )
        place = {"x": x, "y": top + y + 4.6, "text": text, "align": "center"}
        names.setdefault(one.marked, []).append(place)
    found = [*lines(leaders, style="leader-under"), *lines(leaders, style="leader-ink")]
    for is_marked, rows in names.items():
        found += labels(rows, style="label-supplier" if is_marked else "label", bold=True)
    return found


def _near(one: tuple[float, float, float], other: tuple[float, float, float]) -> bool:
    return abs(one[0] - other[0]) < (one[2] + other[2]) / 2 + 8 and abs(one[1] - other[1]) < LINE


def _key(data: World, plan: _Plan) -> tuple[list[MarkLayer], float]:
    """Explain the steps as one bar, and the two other marks; return where the map begins."""
    ends = [0.0, *data.steps]
    words = [f"{low:g} to {high:g}" for low, high in zip(ends, data.steps, strict=False)]
    words.append(f"over {data.steps[-1]:g}{NBSP}%")
    layers: list[MarkLayer] = []
    for place, text in enumerate(words):
        x = 1 + place * plan.swatch
        box = {"x": x, "x2": x + plan.swatch, "y": 1.0, "y2": 12.0}
        layers += rects([box], style=f"land-{place + 1}")
        layers += labels([{"x": x, "y": 26, "text": text}], style="note")
    at, y = (5 * plan.swatch + 24.0, 12.0) if plan.labelled else (1.0, 47.0)
    for style, text in (("tile-buyer", OWN[data.are]), ("no-data", data.nothing)):
        box = {"x": at, "x2": at + 20, "y": y - 10, "y2": y + 1}
        layers += rects([box], style=style)
        layers += labels([{"x": at + 26, "y": y, "text": text}], style="note")
        at += 26 + text_width(text, 12.5) + 18
    return layers, 38.0 if plan.labelled else 58.0


def _too_small(data: World, plan: _Plan, y: float) -> tuple[list[MarkLayer], float]:
    """List the largest importers without an outline; return the layers and where they end."""
    drawn = {one.code for one in outlines()}
    without = [one for one in data.partners if one.code not in drawn]
    if not without:
        return [], y - 14
    heading = "Too small to see"
    if len(without) > SMALL:
        heading += f": the largest {SMALL} of {len(without)}"
    layers = labels([{"x": 0, "y": y, "text": heading}], style="note", bold=True)
    room = plan.width / plan.names
    for place, one in enumerate(without[:SMALL]):
        line, column = divmod(place, plan.names)
        layers += _name(one, data, column * room, y + LINE * (line + 1), room)
    lines_used = -(-min(len(without), SMALL) // plan.names)
    return layers, y + LINE * lines_used + 10


def _name(one: Partner, data: World, x: float, y: float, room: float) -> list[MarkLayer]:
    box = {"x": x + 1, "x2": x + 14, "y": y - 11, "y2": y + 1}
    said = {"title": f"{one.name}: {one.text}", "of": (one.name,)}
    size = text_width(f"**{one.text}**")
    name = cut(one.name, room - 20 - size - 16)
    words = {"x": x + 20, "y": y, "text": f"{name} **{one.text}**"}
    style = f"land-{step_of(one.share, data.steps)}"
    return [*rects([box | said], style=style), *labels([words], style="label")]
