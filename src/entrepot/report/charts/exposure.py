"""Sectors by the share that one country has in what they buy: a bar each, names on the left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.report.charts.drawing import labels, lines, rects, render
from entrepot.report.charts.place import cut, text_width

if TYPE_CHECKING:
    from entrepot.report.chart_data import Exposed, Exposure
    from entrepot.report.charts.drawing import Marks

__all__ = ["draw"]

BAR = 16
STYLES = ("supplier", "context")


@dataclass(frozen=True, slots=True)
class _Plan:
    """Sizes: width, room for names left of the bars (none: names stand above), height of a row."""

    width: int
    names: int
    row: int

    @property
    def above(self) -> int:
        """Height of a name that stands above its bar."""
        return 0 if self.names else 17


PLANS = {"wide": _Plan(852, 250, 25), "narrow": _Plan(360, 0, 42)}


def draw(data: Exposure, *, name: str, spoken: str) -> str:
    """Return the drawing, ``wide`` or ``narrow``."""
    plan = PLANS[name]
    rows = [row for _, rows in data.groups for row in rows]
    scale = min(
        ((plan.width - plan.names - _beyond(row)) / row.value for row in rows if row.value > 0),
        default=0.0,
    )
    layers: list[Marks] = []
    top, number = 0.0, 0
    for (title, members), style in zip(data.groups, STYLES, strict=False):
        layers += lines([{"x": 0, "x2": plan.width, "y": top + 1, "y2": top + 1}], style="divider")
        layers += labels([{"x": 0, "y": top + 21, "text": title}], style="label", bold=True)
        top += 34
        for row in members:
            layers += _row(row, plan, scale, top, style, number)
            number += 1
            top += plan.row
        top += 14
    height = round(top - 14)
    return render(layers, width=plan.width, height=height, name=name, spoken=spoken)


def _beyond(row: Exposed) -> float:
    """Return the width of the words past the end of a bar."""
    return text_width(f"**{row.text}**") + text_width(row.note, 12.5) + 22


def _row(
    row: Exposed, plan: _Plan, scale: float, top: float, style: str, number: int
) -> list[Marks]:
    """Draw a sector, which is a row of the table by its number."""
    start, length = plan.names, row.value * scale
    y = top + plan.above
    bar = {
        "x": start,
        "x2": start + length,
        "y": y,
        "y2": y + BAR,
        "title": f"{row.name}: {row.text}\u00a0%, {row.note}",
        "row": number,
    }
    baseline = y + BAR / 2 + 4.5
    end = start + length + 7
    name = {"x": start - 10, "y": baseline, "align": "right"}
    name["text"] = cut(row.name, (plan.names or plan.width) - 12)
    if plan.above:
        name |= {"x": 0, "y": top + 11, "align": "left"}
    money = {"x": end + text_width(f"**{row.text}**") + 8, "y": baseline, "text": row.note}
    return [
        *rects([bar], style=style),
        *labels([name], style="label"),
        *labels([{"x": end, "y": baseline, "text": row.text}], style="label", bold=True),
        *labels([money], style="note"),
    ]
