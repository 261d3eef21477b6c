"""From Vega's SVG to the small, colour-free SVG that a page carries inline.

Vega writes every colour as a hex value and every mark with its role. Here each colour becomes
a class, so that one drawing serves light, dark and paper; groups are flattened, positions
rounded, roles dropped; a mark's description becomes its title, and the number of its row in the
table of the chart an attribute.
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from html import escape
from typing import TYPE_CHECKING

from entrepot.report.look import DRAWN, LIGHT

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["APART", "ROW", "compact", "of_row", "of_words"]

COLOURS = {LIGHT[name]: name for name in DRAWN} | {"white": "paper"}
TRANSLATE = re.compile(r"translate\((-?[\d.e-]+),\s*(-?[\d.e-]+)\)")
NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
STRONG = re.compile(r"\*\*(.+?)\*\*")
ROW = "\u2063"
"""In a description, between what becomes the title and the number of the mark's row."""
APART = "\u2062"
"""Between the words that a mark shares with its row, where its number is not known yet."""
STROKES = ("stroke-width", "stroke-dasharray")


def compact(source: str, *, width: int, height: int, name: str, spoken: str) -> str:
    """Return an inline SVG of the given size.

    Parameters
    ----------
    source
        SVG as Vega writes it.
    width, height
        Size of the drawing in its own units.
    name
        Extra class: ``wide`` or ``narrow``.
    spoken
        What a screen reader says instead of the marks.

    Raises
    ------
    ValueError
        If a mark has a colour that is not a token, since it could not follow the palette.
    """
    root = ET.fromstring(source)  # written by vl-convert a moment ago, not by a stranger
    body = "".join(_marks(root, 0.0, 0.0))
    return (
        f'<svg class="chart {name}" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{escape(spoken)}" focusable="false">{body}</svg>'
    )


def of_row(title: str, row: int | None) -> str:
    """Return the description of a mark whose row in the table of the chart is known, from 0 on."""
    return title if row is None else f"{title}{ROW}{row}"


def of_words(title: str, *words: str) -> str:
    """Return the description of a mark with what it is of, by which its row can be found."""
    return f"{title}{ROW}{APART}{APART.join(words)}"


def _marks(node: ET.Element, x: float, y: float) -> Iterator[str]:
    tag = node.tag.rpartition("}")[2]
    if tag in ("svg", "g"):
        dx, dy = _offset(node)
        for child in node:
            yield from _marks(child, x + dx, y + dy)
        return
    if tag == "text":
        yield _text(node, x, y)
    elif tag == "line":
        yield _line(node, x, y)
    elif tag == "path":
        yield _path(node, x, y)


def _offset(node: ET.Element) -> tuple[float, float]:
    found = TRANSLATE.match(node.get("transform", ""))
    return (float(found[1]), float(found[2])) if found else (0.0, 0.0)


def _line(node: ET.Element, x: float, y: float) -> str:
    dx, dy = _offset(node)
    left, top = x + dx, y + dy
    ends = {
        "x1": left + float(node.get("x1", 0)),
        "y1": top + float(node.get("y1", 0)),
        "x2": left + float(node.get("x2", 0)),
        "y2": top + float(node.get("y2", 0)),
    }
    places = "".join(f' {key}="{_short(value)}"' for key, value in ends.items())
    return _element("line", node, _classes(node), places)


def _path(node: ET.Element, x: float, y: float) -> str:
    classes = _classes(node)
    shape = node.get("d", "")
    if not classes or not shape:
        return ""
    dx, dy = _offset(node)
    moved = x + dx, y + dy
    places = f' d="{NUMBER.sub(lambda found: _short(float(found[0])), shape)}"'
    if moved != (0.0, 0.0):
        places += f' transform="translate({_short(moved[0])},{_short(moved[1])})"'
    return _element("path", node, classes, places)


def _text(node: ET.Element, x: float, y: float) -> str:
    words = "".join(node.itertext())
    if not words.strip() or node.get("display") == "none":
        return ""
    dx, dy = _offset(node)
    classes = _classes(node)
    if "s-paper" in classes:  # a light edge behind the letters; the style sheet paints it first
        classes[classes.index("s-paper")] = "halo"
    if int(node.get("font-weight", "400").replace("bold", "700")) >= 600:
        classes.append("b")
    if node.get("font-size") not in (None, "13px"):
        classes.append("s")
    anchor = node.get("text-anchor", "start")
    places = f' x="{_short(x + dx)}" y="{_short(y + dy)}"'
    if anchor != "start":
        places += f' text-anchor="{anchor}"'
    strong = STRONG.sub(r'<tspan class="b">\1</tspan>', escape(words, quote=False))
    kind = f' class="{" ".join(classes)}"' if classes else ""
    return f"<text{kind}{places}>{strong}</text>"


def _classes(node: ET.Element) -> list[str]:
    found = []
    for paint in ("fill", "stroke"):
        colour = node.get(paint, "none")
        if colour in ("none", "transparent") or node.get("opacity") == "0":
            continue
        if colour not in COLOURS:
            raise ValueError(f"not a colour of the look: {paint} {colour}")
        found.append(f"{paint[0]}-{COLOURS[colour]}")
    return found


def _element(tag: str, node: ET.Element, classes: list[str], places: str) -> str:
    stroked = any(name.startswith("s-") for name in classes)
    kept = "".join(
        f' {key}="{value}"'
        for key in (*(STROKES if stroked else ()), "fill-opacity")
        if (value := node.get(key)) not in (None, "1")
    )
    start = f'<{tag} class="{" ".join(classes)}"{places}{kept}'
    title, _, row = (node.get("aria-label") or "").partition(ROW)
    if title and node.get("role") == "graphics-symbol":
        if row:
            name = "of" if row.startswith(APART) else "row"
            start += f' data-{name}="{escape(row.removeprefix(APART))}"'
        return f"{start}><title>{escape(title, quote=False)}</title></{tag}>"
    return f"{start}/>"


def _short(value: float) -> str:
    """Write a position with one decimal, without a needless zero."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text
