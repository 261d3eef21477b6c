"""What every chart is drawn with: marks in drawing units, layers of them, and the last step."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from entrepot.report.charts.svg import compact
from entrepot.report.charts.theme import configuration

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import altair as alt

    from entrepot.report.charts.frame import Frame

__all__ = ["Marks", "framed", "labels", "layered", "lines", "marks", "render", "table"]

Row = dict[str, Any]
WHOLE = ("area", "line")
"""Kinds of which all rows make one mark: two of them never share a layer."""


@dataclass(frozen=True, slots=True)
class Marks:
    """Marks of one look, placed in drawing units.

    Attributes
    ----------
    kind, style
        Vega-Lite's mark and the style of the theme.
    rows
        Columns x, y and, as the kind needs them, x2, y2, text, title.
    look
        Further properties of the mark.
    """

    kind: str
    style: str
    rows: tuple[Row, ...]
    look: tuple[tuple[str, Any], ...] = ()

    @property
    def key(self) -> tuple[Any, ...]:
        """Equal for marks that can share one layer."""
        return (self.kind, self.style, self.look, tuple(sorted(self.rows[0])))


def marks(kind: str, rows: Sequence[Row], *, style: str, **look: Any) -> list[Marks]:
    """Return marks in drawing units; nothing for no rows."""
    return [Marks(kind, style, tuple(rows), tuple(sorted(look.items())))] if rows else []


def lines(rows: Sequence[Row], *, style: str) -> list[Marks]:
    """Return straight lines from (x, y) to (x2, y2)."""
    return marks("rule", rows, style=style)


def labels(rows: Sequence[Row], *, style: str, bold: bool = False) -> list[Marks]:
    """Return texts with their baseline at y: columns x, y, text and align."""
    look: dict[str, Any] = {"baseline": "alphabetic"} | ({"fontWeight": 700} if bold else {})
    found: list[Marks] = []
    for align in ("left", "center", "right"):
        part = [
            {key: row[key] for key in ("x", "y", "text")}
            for row in rows
            if row.get("align", "left") == align
        ]
        found += marks("text", part, style=style, align=align, **look)
    return found


def table(rows: Sequence[Row]) -> alt.Chart:
    """Return a chart without marks on these rows."""
    import altair as alt

    return alt.Chart(alt.InlineData(values=list(rows)))


def layered(parts: Iterable[Any], *, width: float, height: float) -> Row:
    """Return the parts as layers of a view, first at the back; marks of one look share a layer.

    Altair copies every chart, rows and all, whenever it puts one into another, which took most of
    a page's time. So each layer is written out once and the written layers are put together here.
    """
    merged: dict[Any, Any] = {}
    for place, part in enumerate(parts):
        joins = isinstance(part, Marks) and part.kind not in WHOLE
        key = part.key if joins else place
        if key in merged:
            merged[key] = replace(merged[key], rows=merged[key].rows + part.rows)
        else:
            merged[key] = part
    return {
        "layer": [
            _written(_layer(part) if isinstance(part, Marks) else part) for part in merged.values()
        ],
        "width": width,
        "height": height,
    }


def _written(chart: alt.Chart) -> Row:
    """Return a chart as a part of a view, with its rows in it."""
    spec = chart.to_dict(validate=False)
    rows = spec.pop("datasets")[spec["data"]["name"]]
    del spec["$schema"], spec["config"]
    return spec | {"data": {"values": rows}}


def _layer(part: Marks) -> alt.Chart:
    import altair as alt

    columns = part.rows[0]
    channels: dict[str, Any] = {
        "x": alt.X(field="x", type="quantitative", scale=None, axis=None),
        "y": alt.Y(field="y", type="quantitative", scale=None, axis=None),
    }
    more = {
        "x2": alt.X2(field="x2"),
        "y2": alt.Y2(field="y2"),
        "text": alt.Text(field="text", type="nominal"),
    }
    channels |= {name: channel for name, channel in more.items() if name in columns}
    if "title" in columns:
        channels["description"] = alt.Description(field="title", type="nominal")
    return alt.Chart(
        data=alt.InlineData(values=list(part.rows)),
        mark=alt.MarkDef(
            type=part.kind,  # type: ignore[arg-type]  # one of a few words of our own
            style=part.style,
            aria="title" in columns,
            **dict(part.look),
        ),
        encoding=alt.FacetedEncoding(**channels),
    )


def framed(parts: Iterable[Any], frame: Frame, *, name: str, spoken: str) -> str:
    """Return layers in the plot area of a frame as a compact inline SVG."""
    return render(
        layered(parts, width=frame.inner_width, height=frame.inner_height),
        width=frame.width,
        height=frame.height,
        padding=frame.padding,
        name=name,
        spoken=spoken,
    )


def render(
    view: Row, *, width: int, height: int, padding: dict[str, int], name: str, spoken: str
) -> str:
    """Return a view as a compact inline SVG of exactly the given size."""
    import vl_convert

    whole = {"autosize": {"type": "none"}, "padding": padding, "config": configuration()}
    drawn = vl_convert.vegalite_to_svg(view | whole)
    return compact(drawn, width=width, height=height, name=name, spoken=spoken)
