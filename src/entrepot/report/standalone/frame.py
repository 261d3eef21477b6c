"""A drawing with what it shows above it and where it comes from below, as one SVG."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from entrepot.report.charts import draw
from entrepot.report.charts.column import wrapped
from entrepot.report.charts.place import cut
from entrepot.report.palette import DARK, LIGHT, colour_rules, variables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.report.chart_data import Picture
    from entrepot.report.standalone.parts import Alone

__all__ = ["drawn", "framed"]

HEAD, FOOT, TITLE, MOST = 24, 16, 18, 12
BOLD = 1.1
"""How much wider bold letters are."""
FONT = "system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,'DejaVu Sans',sans-serif"


@dataclass(frozen=True, slots=True)
class _Page:
    """Width of the drawing, and what stays free around it."""

    width: int
    edge: int


WIDE, NARROW = _Page(852, 24), _Page(360, 16)


def drawn(chart: Alone, *, plain: bool = False, narrow: bool = False) -> str:
    """Return a chart as one SVG; parameters as in `framed`."""
    return framed(chart.picture, chart.title, chart.deck, chart.foot, plain=plain, narrow=narrow)


def framed(
    picture: Picture,
    title: str,
    deck: str,
    foot: Sequence[str],
    *,
    plain: bool = False,
    narrow: bool = False,
) -> str:
    """Return a chart that stands by itself: what it shows above it, where it comes from below.

    Parameters
    ----------
    plain
        Light colours as values, for programs that know no variables; else the colours follow the
        reader's light or dark mode.
    narrow
        Drawn for a phone or a column of text, 392 units wide instead of 900.
    """
    page = NARROW if narrow else WIDE
    inner = draw(picture)[1 if narrow else 0]
    size = inner.split('viewBox="0 0 ', 1)[1].split('"', 1)[0].split()
    tall = int(size[1])
    head = _lines(title, page, TITLE, bold=True)
    told = _lines(deck, page, 12.5)
    ends = [line for text in foot for line in _lines(text, page, 12.5)]
    top = page.edge + HEAD * len(head) + FOOT * len(told) + 14
    height = top + tall + 12 + FOOT * len(ends) + page.edge
    heads = _texts(head, page, page.edge + 14, HEAD, "t-head")
    heads += _texts(told, page, page.edge + HEAD * len(head) + 12, FOOT, "t-foot")
    feet = _texts(ends, page, top + tall + 24, FOOT, "t-foot")
    inner = inner.replace('class="s-', 'fill="none" class="s-')
    placed = inner.replace(
        "<svg ", f'<svg x="{page.edge}" y="{top}" width="{page.width}" height="{tall}" ', 1
    )
    whole = page.width + 2 * page.edge
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {height}" '
        f'width="{whole}" height="{height}" role="img" aria-label="{escape(picture.spoken)}">'
        f"<title>{escape(title)}</title><desc>{escape(picture.spoken)}</desc>"
        f"<style>{_style(plain=plain)}</style>"
        f'<rect class="f-paper" width="{whole}" height="{height}"/>{heads}{placed}{feet}</svg>\n'
    )


def _lines(text: str, page: _Page, size: float, *, bold: bool = False) -> list[str]:
    """Break a text into lines that fit; a word that is too long for one is cut."""
    room = page.width * 13 / size / (BOLD if bold else 1)
    return [cut(line, page.width, size, bold=bold) for line in wrapped(text, room, most=MOST)]


def _texts(rows: list[str], page: _Page, top: float, step: int, style: str) -> str:
    return "".join(
        f'<text class="{style}" x="{page.edge}" y="{top + step * place:g}">'
        f"{escape(row, quote=False)}</text>"
        for place, row in enumerate(rows)
    )


def _style(*, plain: bool) -> str:
    rules = colour_rules()
    rules += (
        f".chart text,.t-head,.t-foot{{font:400 13px {FONT}}}"
        f".t-head{{font-size:{TITLE}px}}"
        ".t-head{font-weight:700;fill:var(--ink)}"
        ".t-foot{font-size:12.5px;fill:var(--muted)}"
        ".chart .b{font-weight:700}.chart .s{font-size:12.5px}"
        ".chart .halo{paint-order:stroke;stroke:var(--paper);stroke-width:4px;"
        "stroke-linejoin:round}"
    )
    if plain:
        for name in sorted(LIGHT, key=len, reverse=True):
            rules = rules.replace(f"var(--{name})", LIGHT[name])
        return rules
    dark = f"@media (prefers-color-scheme:dark){{:root{{{variables(DARK)}}}}}"
    return f":root{{{variables(LIGHT)}}}{dark}{rules}"
