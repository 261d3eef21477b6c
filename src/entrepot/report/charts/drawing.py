"""Helpers that every chart uses: layers of marks in data or drawing units, and the last step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from entrepot.report.charts.svg import compact
from entrepot.report.charts.theme import configuration

if TYPE_CHECKING:
    from collections.abc import Sequence

    import altair as alt

    Layer = alt.Chart | alt.LayerChart

__all__ = ["labels", "lines", "marks", "render", "table"]

Row = dict[str, Any]


def table(rows: Sequence[Row]) -> alt.Chart:
    """Return a chart without marks on these rows."""
    import altair as alt

    return alt.Chart(alt.InlineData(values=list(rows)))


def marks(kind: str, rows: Sequence[Row], *, style: str, **how: Any) -> list[Layer]:
    """Return a layer of marks placed in drawing units (columns x, y, x2, y2, title).

    An empty list for no rows: a layer without data would still widen the scales.
    """
    import altair as alt

    if not rows:
        return []
    chart = table(rows)
    drawn = getattr(chart, f"mark_{kind}")(style=style, aria="title" in rows[0], **how)
    channels: dict[str, Any] = {
        "x": alt.X("x:Q", scale=None, axis=None),
        "y": alt.Y("y:Q", scale=None, axis=None),
    }
    channels |= {name: name for name in ("x2", "y2") if name in rows[0]}
    if "title" in rows[0]:
        channels["description"] = alt.Description("title:N")
    return [drawn.encode(**channels)]


def lines(rows: Sequence[Row], *, style: str) -> list[Layer]:
    """Return straight lines from (x, y) to (x2, y2) in drawing units."""
    return marks("rule", rows, style=style)


def labels(rows: Sequence[Row], *, style: str, bold: bool = False) -> list[Layer]:
    """Return texts in drawing units: columns x, y (baseline), text and align."""
    import altair as alt

    found: list[Layer] = []
    for align in ("left", "center", "right"):
        part = [row for row in rows if row.get("align", "left") == align]
        if not part:
            continue
        look: dict[str, Any] = {"style": style, "align": align, "baseline": "alphabetic"}
        if bold:
            look["fontWeight"] = 700
        found.append(
            table(part)
            .mark_text(**look)
            .encode(
                x=alt.X("x:Q", scale=None, axis=None),
                y=alt.Y("y:Q", scale=None, axis=None),
                text="text:N",
            )
        )
    return found


def render(
    chart: Any, *, width: int, height: int, padding: dict[str, int], name: str, spoken: str
) -> str:
    """Return the chart as a compact inline SVG of exactly the given size."""
    import vl_convert

    spec = chart.properties(autosize={"type": "none"}, padding=padding).to_dict(validate=False)
    spec["config"] = configuration()
    drawn = vl_convert.vegalite_to_svg(spec)
    return compact(drawn, width=width, height=height, name=name, spoken=spoken)
