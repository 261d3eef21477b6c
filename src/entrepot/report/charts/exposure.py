"""Sectors by the share that one country has in what they buy: a bar each, names on the left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from entrepot.figures.input_rows import inputs_title
from entrepot.model.areas import area_name, area_phrase
from entrepot.model.display import NBSP, figure_value, per_cent
from entrepot.report import phrasing
from entrepot.report.charts import Chart
from entrepot.report.charts.alone import StandaloneChart, foot
from entrepot.report.charts.drawing import labels, lines, rects, render
from entrepot.report.charts.place import cut, text_width

if TYPE_CHECKING:
    from entrepot.figures import Figure
    from entrepot.report.charts.drawing import MarkLayer

NAMED = 10


def origin_chart(figure: Figure) -> StandaloneChart:
    """Return where the value added in a flow of inputs was added, home first."""
    asked = figure.definition
    home = [row for row in figure.table if not row["foreign"]]
    abroad = [row for row in figure.table if row["foreign"]]
    named = sorted(abroad, key=lambda row: (-float(row["share"]), str(row["origin"])))
    groups = (
        (f"Added in {area_phrase(asked.exporter)}", tuple(map(_origin_bar, home))),
        ("Added elsewhere", (*map(_origin_bar, named[:NAMED]), *_rest(named[NAMED:]))),
    )
    drawn = Exposure(tuple((name, bars) for name, bars in groups if bars))
    title = _origin_title(figure, named)
    deck = (
        f"{phrasing.capital(inputs_title(asked.goods, asked.sector))}, {asked.period}: per cent of "
    )
    deck += "the value of the flow, and value; added once, at the border of the flow."
    return StandaloneChart(
        title,
        deck,
        Chart(drawn, _alt_text(title, home + named)),
        foot(figure),
        tuple(figure.table),
        (figure,),
    )


def _origin_bar(row: dict[str, Any]) -> ExposedSector:
    share = float(row["share"]) * 100
    money = figure_value(float(row["value_added_usd"]), "USD")
    return ExposedSector(str(row["name"]), share, per_cent(share), money)


def _rest(rows: list[dict[str, Any]]) -> tuple[ExposedSector, ...]:
    """Return all whom no bar names as one."""
    if not rows:
        return ()
    share, money = (sum(float(row[key]) for row in rows) for key in ("share", "value_added_usd"))
    name = phrasing.count_word(len(rows), "other")
    bar = ExposedSector(name, share * 100, per_cent(share * 100), figure_value(money, "USD"))
    return (bar,)


def _origin_title(figure: Figure, named: list[dict[str, Any]]) -> str:
    """Say how much was added elsewhere, in its range, and where most of all."""
    asked = figure.definition
    buyer = "abroad" if asked.importer == "WLD" else f"to {area_phrase(asked.importer)}"
    value = figure_value(figure.value, "share")
    text = f"{value} of the value of {inputs_title(asked.goods, asked.sector)} that "
    text += f"{area_phrase(asked.exporter)} sold {buyer} was added elsewhere"
    if named and named[0]["share"]:
        share = per_cent(float(named[0]["share"]) * 100)
        text += f", {share}{NBSP}% in {area_phrase(str(named[0]['origin']))}"
    return phrasing.capital(text)


def _alt_text(title: str, rows: list[dict[str, Any]]) -> str:
    listed = ", ".join(
        f"{area_name(str(row['origin']))} {per_cent(float(row['share']) * 100)}{NBSP}%"
        for row in rows[: NAMED + 1]
    )
    return f"{title}. Value added by where it was added: {listed}."


@dataclass(frozen=True, slots=True)
class ExposedSector:
    """A sector and the share of its purchases, in per cent, from one country; money as a note."""

    name: str
    value: float
    text: str
    note: str


@dataclass(frozen=True, slots=True)
class Exposure:
    """Sectors by share, one group a direction, the supplier's first; all on one scale."""

    groups: tuple[tuple[str, tuple[ExposedSector, ...]], ...]

    def draw(self, *, name: str, alt_text: str) -> str:
        """Return the drawing, ``wide`` or ``narrow``."""
        return _draw(self, name, alt_text)


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


def _draw(data: Exposure, name: str, alt_text: str) -> str:
    plan = PLANS[name]
    rows = [row for _, rows in data.groups for row in rows]
    # The row whose bar and words need most room decides the scale of all.
    scale = min(
        ((plan.width - plan.names - _beyond(row)) / row.value for row in rows if row.value > 0),
        default=0.0,
    )
    layers: list[MarkLayer] = []
    # Rows are numbered through all groups, as in the table under the chart.
    top, number = 0.0, 0
    # Not strict: there may be one direction only.
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
    return render(layers, width=plan.width, height=height, name=name, alt_text=alt_text)


def _beyond(row: ExposedSector) -> float:
    """Return the width of the words past the end of a bar."""
    return text_width(f"**{row.text}**") + text_width(row.note, 12.5) + 22


def _row(
    row: ExposedSector, plan: _Plan, scale: float, top: float, style: str, number: int
) -> list[MarkLayer]:
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
