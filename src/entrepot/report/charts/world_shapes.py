"""A map of countries by their outlines: the share in each one's imports of a supplier.

That is one supplier everywhere, or whichever is the largest in each country.

The outlines are those of Natural Earth, 1:110 million (public domain), projected once by
``tools/world_shapes.py``. Countries that are too small to be seen stand in a list below the map.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from entrepot.model.areas import area_name
from entrepot.model.display import NBSP
from entrepot.report.charts.drawing import labels, lines, rects, render, shapes
from entrepot.report.charts.place import Box, cut, text_width
from entrepot.report.charts.world import OWN, World, step_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from entrepot.report.charts.drawing import MarkLayer
    from entrepot.report.charts.world import Partner

BOUNDARIES = (
    "Boundaries: Natural Earth, simplified; Crimea with Ukraine, as in UN trade statistics. "
    "A boundary is not a statement on status."
)
"""What belongs to the source of every such map."""


class Sea(NamedTuple):
    """A place for a label: its middle, width and lines, and where the leader from there ends."""

    x: float
    y: float
    room: float
    rows: int
    end: tuple[float, float]

    def parts_of(self, name: str, value: str) -> list[str]:
        """Return the lines of a label here; none where it does not fit."""
        parts = [f"{name}{NBSP}{value}"] if self.rows == 1 else [name.rstrip(":"), value]
        fits = all(text_width(part, bold=True) <= self.room for part in parts)
        return parts if fits else []

    def box_of(self, parts: list[str]) -> Box | None:
        """Return the room that the lines of a label take here; None for no lines."""
        if not parts:
            return None
        half, high = max(text_width(part, bold=True) for part in parts) / 2, 8 * self.rows
        return Box(self.x - half, self.y - high, self.x + half, self.y + high)


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
        Places nearby for its label, the narrowest first.
    """

    code: str
    name: str
    wide: str
    narrow: str
    middle: tuple[float, float]
    seas: tuple[Sea, ...]


@dataclass(frozen=True, slots=True)
class WorldShapes(World):
    """Shares by place, on a map of outlines.

    Attributes
    ----------
    named
        The supplier whose shares are blue, where those of each country's largest are shown, and
        those of any other grey; empty where all are of one supplier.
    """

    named: str = ""

    def style_of(self, one: Partner) -> str:
        """Return the style of an area."""
        if not self.named:
            return f"land-{step_of(one.share, self.steps)}"
        step = step_of(one.share, self.steps)
        return f"other-{step}" if one.of_other else f"land-{step + 1}"

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


def _place(text: str) -> Sea:
    x, y, room, rows, *end = map(float, text.split())
    return Sea(x, y, room, int(rows), (end[0], end[1]))


def _draw(data: WorldShapes, name: str, alt_text: str) -> str:
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


def _areas(data: WorldShapes, name: str, top: float) -> Iterator[MarkLayer]:
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
            style = data.style_of(share)
            title, of = f"{share.name}: {share.text}", (share.name,)
        place |= {"title": title} | ({"of": of} if of else {})
        rows.setdefault(style, []).append(place)
        if share is not None and share.marked:
            edge = {"x": 0.0, "y": top, "path": place["path"]}
            rows.setdefault("edge-under", []).append(edge)
            rows.setdefault("edge", []).append(edge)
    for style in sorted(rows, key=["tile-buyer", "edge-under", "edge"].__contains__):
        yield from shapes(rows[style], style=style)


def _labels(data: WorldShapes, top: float) -> list[MarkLayer]:
    """Name whom the map is about and the largest, where there is sea for it."""
    by_code = {one.code: one for one in outlines() if one.code}
    wanted = sorted(data.partners, key=lambda one: not one.marked)[: 2 * LABELS]
    taken: list[Box] = []
    names: dict[bool, list[dict[str, Any]]] = {}
    leaders = []
    for one in wanted:
        outline = by_code.get(one.code)
        if outline is None or len(taken) == LABELS:
            continue
        name = f"{one.name}:" if data.named else one.name
        # Those with a leader across other countries come last.
        seas = sorted(outline.seas, key=lambda sea: sea.end == outline.middle)
        boxes = ((sea, sea.box_of(sea.parts_of(name, one.text))) for sea in seas)
        free = (
            (sea, box) for sea, box in boxes if box and not any(box.meets(at, 4) for at in taken)
        )
        sea, box = next(free, (None, None))
        if sea is None or box is None:
            continue
        parts = sea.parts_of(name, one.text)
        taken.append(box)
        # From the end of the text that is nearer to the country.
        (to_x, to_y), y = sea.end, sea.y
        end = min(max(to_x, box.left - 3), box.right + 3)
        if box.left < end < box.right:
            y = box.bottom if to_y > y else box.top
        leaders.append({"x": end, "y": top + y, "x2": to_x, "y2": top + to_y})
        names.setdefault(one.marked, []).extend(
            {
                "x": sea.x,
                "y": top + box.top + 12.6 + 16 * place,
                "text": part,
                "align": "center",
            }
            for place, part in enumerate(parts)
        )
    found = [*lines(leaders, style="leader-under"), *lines(leaders, style="leader-ink")]
    for is_marked, rows in names.items():
        found += labels(rows, style="label-supplier" if is_marked else "label", bold=True)
    return found


def _key(data: WorldShapes, plan: _Plan) -> tuple[list[MarkLayer], float]:
    """Explain the steps as one bar, or two, and the other marks; return where the map begins."""
    if data.named:
        return _key_of_two(data, plan)
    ends = [0.0, *data.steps]
    words = [f"{low:g} to {high:g}" for low, high in zip(ends, data.steps, strict=False)]
    words.append(f"over {data.steps[-1]:g}{NBSP}%")
    layers = _steps("land", range(1, 6), words, 1, 1, plan.swatch)
    at, y = (5 * plan.swatch + 24.0, 12.0) if plan.labelled else (1.0, 47.0)
    for style, text in (("tile-buyer", OWN[data.are]), ("no-data", data.nothing)):
        layers += _swatch(style, text, at, y)
        at += 26 + text_width(text, 12.5) + 18
    return layers, 38.0 if plan.labelled else 58.0


def _key_of_two(data: WorldShapes, plan: _Plan) -> tuple[list[MarkLayer], float]:
    """Explain the steps of the named supplier and of any other."""
    words = [f"under {data.steps[0]:g}"]
    words += [f"{low:g} to {high:g}" for low, high in pairwise(data.steps)]
    words.append(f"over {data.steps[-1]:g}{NBSP}%")
    heads = (f"{data.named} is the largest; its share", "Another country is; its share")
    layers: list[MarkLayer] = []
    x = y = 0.0
    for style, steps, head in zip(
        ("land", "other"), (range(2, 6), range(1, 5)), heads, strict=True
    ):
        layers += labels([{"x": x, "y": y + 12, "text": head}], style="note", bold=True)
        # Four steps and not five: as wide together.
        swatch = plan.swatch if plan.labelled else plan.swatch * 5 / 4
        layers += _steps(style, steps, words, x + 1, y + 19, swatch)
        if plan.labelled:
            x += max(4 * plan.swatch, text_width(head, 12.5, bold=True)) + 24
        else:
            y += 54
    at, y = (x, 30.0) if plan.labelled else (1.0, y + 12)
    # Where the two bars leave no room beside them, below.
    if plan.labelled and at + 26 + text_width(data.nothing, 12.5) > plan.width:
        at, y = 1.0, 66.0
    layers += _swatch("no-data", data.nothing, at, y)
    return layers, y + (26 if y == 30.0 else 12)


def _steps(
    style: str, steps: Iterable[int], words: Iterable[str], x: float, y: float, wide: float
) -> list[MarkLayer]:
    layers: list[MarkLayer] = []
    for step, text in zip(steps, words, strict=True):
        box = {"x": x, "x2": x + wide, "y": y, "y2": y + 11}
        layers += rects([box], style=f"{style}-{step}")
        layers += labels([{"x": x, "y": y + 25, "text": text}], style="note")
        x += wide
    return layers


def _swatch(style: str, text: str, x: float, y: float) -> list[MarkLayer]:
    box = {"x": x, "x2": x + 20, "y": y - 10, "y2": y + 1}
    return [
        *rects([box], style=style),
        *labels([{"x": x + 26, "y": y, "text": text}], style="note"),
    ]


def _too_small(data: WorldShapes, plan: _Plan, y: float) -> tuple[list[MarkLayer], float]:
    """List the largest importers without an outline; return the layers and where they end."""
    drawn = {one.code for one in outlines()}
    without = [one for one in data.partners if one.code not in drawn]
    if not without:
        return [], y - 14
    heading = "Too small to see"
    if len(without) > SMALL:
        heading += f": the largest {SMALL} of {len(without)}"
    layers = labels([{"x": 0, "y": y, "text": heading}], style="note", bold=True)
    # With the name of a supplier each takes more room.
    columns = max(1, plan.names - 1) if data.named else plan.names
    room = plan.width / columns
    for place, one in enumerate(without[:SMALL]):
        line, column = divmod(place, columns)
        layers += _name(one, data, column * room, y + LINE * (line + 1), room)
    lines_used = -(-min(len(without), SMALL) // columns)
    return layers, y + LINE * lines_used + 10


def _name(one: Partner, data: WorldShapes, x: float, y: float, room: float) -> list[MarkLayer]:
    box = {"x": x + 1, "x2": x + 14, "y": y - 11, "y2": y + 1}
    said = {"title": f"{one.name}: {one.text}", "of": (one.name,)}
    size = text_width(f"**{one.text}**")
    name = cut(one.name, room - 20 - size - 20) + (":" if data.named else "")
    words = {"x": x + 20, "y": y, "text": f"{name} **{one.text}**"}
    return [*rects([box | said], style=data.style_of(one)), *labels([words], style="label")]
