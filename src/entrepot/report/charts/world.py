"""A map of partners without borders: one square an area, roughly where it lies.

The grid is our own (``world_grid.csv``): no geometry of anybody else stands behind it, and small
areas weigh as much to the eye as large ones.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from entrepot.model.areas import area_name
from entrepot.report.charts.drawing import labels, rects, render
from entrepot.report.charts.place import cut, text_width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.report.chart_data import Partner, World
    from entrepot.report.charts.drawing import Marks

__all__ = ["STEPS", "draw", "grid", "step_of"]

STEPS = (1.0, 5.0, 10.0, 25.0)
"""Shares in per cent at which a darker step begins; the same on every map, to be compared."""
KEY = ("under 1", "1 to 5", "5 to 10", "10 to 25", "25\u00a0% and more")
OWN = {"suppliers": "the buyer", "buyers": "the seller"}
"""Whose partners they are."""
GAP = 2.0
LINE = 19.0
SWATCH = 22.0


@dataclass(frozen=True, slots=True)
class _Plan:
    """Sizes: width, largest partners in the list, and whether it stands below the map."""

    width: int
    listed: int
    below: bool


PLANS = {"wide": _Plan(852, 6, below=False), "narrow": _Plan(360, 6, below=True)}


@cache
def grid() -> dict[str, tuple[int, int]]:
    """Return the row and the column of each area's tile, from the north-west corner."""
    text = files("entrepot.report").joinpath("world_grid.csv").read_text(encoding="utf-8")
    return {
        code: (row, column)
        for row, cells in enumerate(csv.reader(text.splitlines()))
        for column, code in enumerate(cells)
        if code
    }


def step_of(share: float) -> int:
    """Return the step of a share in per cent, 1 for the palest.

    Examples
    --------
    >>> [step_of(share) for share in (0.2, 1, 24.9, 25, 100)]
    [1, 2, 4, 5, 5]
    """
    return 1 + sum(share >= edge for edge in STEPS)


def draw(data: World, *, name: str, spoken: str) -> str:
    """Return the drawing, ``wide`` or ``narrow``."""
    plan = PLANS[name]
    pitch = plan.width / (1 + max(column for _, column in grid().values()))
    tall = pitch * (1 + max(row for row, _ in grid().values()))
    listed = data.partners[: plan.listed]
    layers = [*_tiles(data, pitch), *_codes(data, listed, plan, pitch)]
    if plan.below:
        key, end = _key(OWN[data.are], 0, tall + 24, plan.width)
        told, height = _listed(data, listed, 0, end + 30, plan.width, numbered=True)
    else:
        told, low = _listed(data, listed, 0, pitch * 16 + 22, pitch * 9.5, numbered=False)
        key, end = _key(OWN[data.are], pitch * 10.5, tall + 26, plan.width)
        height = max(low, end)
    height = round(height + 10)
    return render([*layers, *told, *key], width=plan.width, height=height, name=name, spoken=spoken)


def _tiles(data: World, pitch: float) -> list[Marks]:
    shares = {one.code: one for one in data.partners}
    own = dict(data.own)
    rows: dict[str, list[dict[str, Any]]] = {}
    said: dict[str, Any]
    for code, (row, column) in grid().items():
        x, y = column * pitch + GAP / 2, row * pitch + GAP / 2
        one = shares.get(code)
        if code in own:
            style, said = "tile-buyer", {"title": f"{own[code]}: {OWN[data.are]}"}
        elif one is None:
            style, said = "tile", {"title": f"{area_name(code)}: nothing recorded"}
        else:
            style = f"step-{step_of(one.share)}"
            said = {"title": f"{one.name}: {one.text}", "of": (one.name,)}
        place = {"x": x, "x2": x + pitch - GAP, "y": y, "y2": y + pitch - GAP}
        rows.setdefault(style, []).append(place | said)
    return [part for style in sorted(rows) for part in rects(rows[style], style=style)]


def _codes(data: World, listed: Sequence[Partner], plan: _Plan, pitch: float) -> list[Marks]:
    """Write a code on the tiles that matter; on a small map, the number in the list below it."""
    found: list[Marks] = []
    inks: dict[tuple[str, bool], list[dict[str, Any]]] = {}
    told = {one.code: str(place) for place, one in enumerate(listed, start=1)}
    for one in data.partners:
        text = told.get(one.code, "") if plan.below else one.short
        wanted = one.marked or one.code in told or one.share >= STEPS[0]
        if one.code not in grid() or not text or not wanted:
            continue
        style = "label-inverse" if step_of(one.share) > 3 else "label-inside"
        inks.setdefault((style, one.marked), []).append(_centred(one.code, text, pitch))
    for (style, marked), rows in inks.items():
        found += labels(rows, style=style, bold=marked)
    return found


def _centred(code: str, text: str, pitch: float) -> dict[str, Any]:
    row, column = grid()[code]
    x, y = (column + 0.5) * pitch, (row + 0.5) * pitch + 4.6
    return {"x": x, "y": y, "text": text, "align": "center"}


def _listed(
    data: World,
    listed: Sequence[Partner],
    x: float,
    y: float,
    room: float,
    *,
    numbered: bool,
) -> tuple[list[Marks], float]:
    """Name the largest partners with their shares; return the layers and where they end."""
    layers = labels([{"x": x, "y": y, "text": f"Largest {data.are}"}], style="note")
    wide = max((text_width(f"**{one.text}**") for one in listed), default=0.0)
    first = x + (20 if numbered else 0)
    for place, one in enumerate(listed, start=1):
        y += LINE
        style = "label-supplier" if one.marked else "label"
        if numbered:
            layers += labels([{"x": x, "y": y, "text": str(place)}], style="note")
        value = {"x": first + wide, "y": y, "text": one.text, "align": "right"}
        layers += labels([value], style=style, bold=True)
        code = "" if numbered or one.code not in grid() else f" ({one.short})"
        left = first + wide + 10
        text = cut(one.name, room - left - text_width(code), bold=one.marked) + code
        layers += labels([{"x": left, "y": y, "text": text}], style=style, bold=one.marked)
    return layers, y


def _key(own: str, x: float, y: float, width: float) -> tuple[list[Marks], float]:
    """Explain the steps; return the layers and where they end."""
    styles = [*(f"step-{n}" for n in range(1, 6)), "tile", "tile-buyer"]
    words = [*KEY, "nothing recorded", own]
    layers: list[Marks] = []
    at = x
    for style, text in zip(styles, words, strict=True):
        size = SWATCH + 6 + text_width(text, 12.5)
        if at > x and at + size > width:
            at, y = x, y + LINE
        box = {"x": at + 1, "x2": at + SWATCH, "y": y - 10, "y2": y + 2}
        layers += rects([box], style=style)
        layers += labels([{"x": at + SWATCH + 6, "y": y, "text": text}], style="note")
        at += size + 16
    return layers, y
