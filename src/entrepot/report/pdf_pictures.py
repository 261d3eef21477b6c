"""Charts, marks and icons for paper: vector drawings in the colours of print, one typeface."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.report.look import PRINT, colour_rules
from entrepot.report.render_html import ICONS, SWATCHES

if TYPE_CHECKING:
    from entrepot.report.pictures import Picture

__all__ = ["FONT", "chart", "icon", "swatch"]

FONT = "Libertinus Serif"
_SPACE = 'xmlns="http://www.w3.org/2000/svg"'
_SIZE, _SMALL = 15, 14


def chart(picture: Picture) -> str:
    """Return the wide drawing of a chart as an SVG that stands by itself."""
    from entrepot.report.charts import draw

    drawn = draw(picture)[0].replace('class="s-', 'fill="none" class="s-')
    start, _, body = drawn.partition(">")
    size = start.split('viewBox="0 0 ', 1)[1].split('"', 1)[0].split()
    start = start.replace("<svg", f'<svg {_SPACE} width="{size[0]}" height="{size[1]}"', 1)
    return f"{start}><style>{_style()}</style>{body}"


def swatch(name: str) -> str:
    """Return the mark of a key."""
    return _small(26, 14, SWATCHES[name].replace('class="s-', 'fill="none" class="s-'))


def icon(verdict: str) -> str:
    """Return the sign of a verdict in its colour."""
    colour = PRINT["cannot" if verdict == "cannot_hold" else verdict.replace("untestable", "open")]
    path = (
        f'<path d="{ICONS[verdict]}" fill="none" stroke="{colour}" stroke-width="2.2" '
        'stroke-linecap="round" stroke-linejoin="round"/>'
    )
    return _small(16, 16, path)


def _small(width: int, height: int, body: str) -> str:
    return (
        f'<svg {_SPACE} width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f"<style>{_style()}</style>{body}</svg>"
    )


def _style() -> str:
    """Return the rules of a drawing with colours as values."""
    rules = colour_rules()
    for name in sorted(PRINT, key=len, reverse=True):
        rules = rules.replace(f"var(--{name})", PRINT[name])
    return (
        f"{rules}text{{font-family:'{FONT}';font-size:{_SIZE}px}}.s{{font-size:{_SMALL}px}}"
        ".b{font-weight:700}"
        f".halo{{paint-order:stroke;stroke:{PRINT['paper']};stroke-width:4px;"
        "stroke-linejoin:round}"
    )
