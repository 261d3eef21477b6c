"""The page of charts: each with its picture, what it shows and answers, and its command."""

from __future__ import annotations

from html import escape, unescape
from typing import TYPE_CHECKING

from chart_pictures import PRINTED, TABLE, pictures

from entrepot.report.charts.catalogue import CHARTS, ELSEWHERE

if TYPE_CHECKING:
    from entrepot.report.charts.catalogue import ChartKind

HEAD = """\
# Charts

`entrepot chart` writes one chart with its title, its source, its table and a text for screen
readers. Without arguments it lists the charts on this page.
[How to draw them](../how-to/draw-charts.md): years, files, and what to know before you share one.

All of them use one visual language. Blue is the supplier, grey are all others. Computed values
are filled, published figures are hollow. Ranges are drawn: a band behind a line, a whisker on a
bar, a box as tall as its rounding interval. A dotted line with a name on each side marks where a
country stopped reporting. Each chart has a second drawing for phones (`--narrow`).

At a mark stands its value, and after it, in grey, its range. A bound ("more than a third") is a
box without an edge on its open side. In stacked bars a country has the same tone on every chart.
Where one supplier dwarfs the others, lines between two years are on a logarithmic scale, which the
chart says. `python docs/chart_review.py review.html` writes all charts on one page, in both widths,
light, dark, for print, in grey and as readers with colour-blindness see them.
"""
MADE = "Drawn from **made-up numbers**: no country trades like this."
DRAWN_OF = "Drawn from published figures that are bundled with Entrepôt."
OF_TABLE = "Drawn from the OECD's input-output table of 2022."


def charts() -> str:
    """Return the page; the pictures stand beside it in a folder."""
    parts = [HEAD]
    parts += [_part(one) for one in CHARTS]
    parts.append("# Charts of other commands\n")
    parts += [_part(one) for one in ELSEWHERE]
    return "\n".join(parts)


def _part(one: ChartKind) -> str:
    asked = f"Measures: {', '.join(f'`{name}`' for name in one.asked)}. " if one.asked else ""
    source = DRAWN_OF if one.id in PRINTED else OF_TABLE if one.id in TABLE else MADE
    return "\n".join(
        [
            f"## {one.title}\n",
            f'<img src="charts/{one.id}.svg" alt="{escape(_said(one.id))}">\n',
            f"{one.shows} It answers {one.answers}\n",
            f"    {one.example}\n",
            f"{asked}{source}\n",
        ]
    )


def _said(name: str) -> str:
    """Return the title of a picture."""
    picture = pictures()[name]
    return unescape(picture.split("<title>", 1)[1].split("</title>", 1)[0])
