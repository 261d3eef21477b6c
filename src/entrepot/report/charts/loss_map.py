"""A map of losses without borders: one square an area, the darker the larger the loss."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from entrepot.model.areas import area_name
from entrepot.report.charts.drawing import labels, rects, render
from entrepot.report.charts.world import grid

if TYPE_CHECKING:
    from entrepot.report.charts.drawing import MarkLayer


@dataclass(frozen=True, slots=True)
class LossTile:
    """The loss of one area in per cent of output, as text; `target` is the one that is cut off."""

    code: str
    short: str
    name: str
    value: float
    text: str
    target: bool = False


@dataclass(frozen=True, slots=True)
class LossMap:
    """Losses by place."""

    tiles: tuple[LossTile, ...]

    def draw(self, *, name: str, alt_text: str) -> str:
        """Return the drawing, ``wide`` or ``narrow``."""
        return _draw(self, name, alt_text)


STEPS = (0.01, 0.1, 0.5, 2.0)
"""Losses in per cent of output at which a darker step begins; the same on every map."""
KEY = {
    "step-1": "under 0.01",
    "step-2": "0.01 to 0.1",
    "step-3": "0.1 to 0.5",
    "step-4": "0.5 to 2",
    "step-5": "2\u00a0% and more",
    "tile": "not in the table",
}
GAP, SWATCH = 2.0, 22.0


@dataclass(frozen=True, slots=True)
class _Plan:
    """Sizes: width, and how many words of the key stand in a line."""

    width: int
    in_line: int


PLANS = {"wide": _Plan(852, 6), "narrow": _Plan(360, 2)}


def step_of(loss: float) -> int:
    """Return the step of a loss in per cent, 1 for the palest, which gains have too.

    Examples
    --------
    >>> step_of(0.0), step_of(0.3), step_of(7)
    (1, 3, 5)
    """
    return 1 + sum(loss >= step for step in STEPS)


def _draw(data: LossMap, name: str, alt_text: str) -> str:
    plan = PLANS[name]
    columns = 1 + max(column for _, column in grid().values())
    lines = 1 + max(row for row, _ in grid().values())
    pitch = plan.width / columns
    # Tiles of the narrow drawing are too small for two letters.
    layers = [*_tiles(data, pitch), *(_codes(data, pitch) if plan.in_line > 2 else [])]
    key, height = _key(plan, lines * pitch + 14)
    return render([*layers, *key], width=plan.width, height=height, name=name, alt_text=alt_text)


def _tiles(data: LossMap, pitch: float) -> list[MarkLayer]:
    by_code = {one.code: one for one in data.tiles}
    rows: dict[str, list[dict[str, Any]]] = {}
    for code, (row, column) in grid().items():
        x, y = column * pitch + GAP / 2, row * pitch + GAP / 2
        one = by_code.get(code)
        style = "tile" if one is None else f"step-{step_of(one.value)}"
        if one is None:
            said: dict[str, Any] = {"title": f"{area_name(code)}: not in the table"}
        else:
            said = {"title": f"{one.name}: {one.text}", "of": (one.name,)}
        place = {"x": x, "x2": x + pitch - GAP, "y": y, "y2": y + pitch - GAP}
        rows.setdefault(style, []).append(place | said)
    return [part for style in sorted(rows) for part in rects(rows[style], style=style)]


def _codes(data: LossMap, pitch: float) -> list[MarkLayer]:
    inks: dict[tuple[str, bool], list[dict[str, Any]]] = {}
    for one in data.tiles:
        if one.code in grid():
            row, column = grid()[one.code]
            x, y = (column + 0.5) * pitch, (row + 0.5) * pitch + 4.6
            style = "label-inverse" if step_of(one.value) > 3 else "label-inside"
            place = {"x": x, "y": y, "text": one.short, "align": "center"}
            inks.setdefault((style, one.target), []).append(place)
    return [
        part
        for (style, bold), rows in inks.items()
        for part in labels(rows, style=style, bold=bold)
    ]


def _key(plan: _Plan, top: float) -> tuple[list[MarkLayer], int]:
    room = plan.width / plan.in_line
    found: list[MarkLayer] = []
    y = top
    for place, (style, text) in enumerate(KEY.items()):
        x, y = place % plan.in_line * room, top + place // plan.in_line * 24
        box = [{"x": x, "x2": x + SWATCH, "y": y, "y2": y + 13}]
        found += rects(box, style=style)
        found += labels([{"x": x + SWATCH + 8, "y": y + 11, "text": text}], style="note")
    return found, round(y + 24)
