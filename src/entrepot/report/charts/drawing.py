"""What every chart is drawn with: marks in drawing units, and the SVG that they become.

Colours are classes and not values, so that one drawing serves light, dark and paper. Marks that
stand for a row of the table beside the chart carry its number, and a title that can be read aloud.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING, Any

from entrepot.report.charts.place import cut, spread, text_width

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from entrepot.report.breaks import Break

Row = dict[str, Any]
# Invisible times: no name or number contains it.
APART = "\u2062"
"""Between the words that a mark shares with its row, where its number is not known yet."""
STRONG = re.compile(r"\*\*(.+?)\*\*")
ANCHORS = {"center": "middle", "right": "end"}
POINTING = "triangle-right"
HATCHED = "hatched"
"""The fill of what has no data; a pattern, because no grey differs from pale steps in print."""
HATCHES = (
    f'<defs><pattern id="{HATCHED}-{{}}" width="4" height="4" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><path class="s-context" stroke-width=".7" d="M0 0V4"/>'
    "</pattern></defs>"
)


@dataclass(frozen=True, slots=True)
class MarkLayer:
    """Marks of one look, placed in drawing units.

    Attributes
    ----------
    kind
        ``rect``, ``dot``, ``line``, ``text``, ``shape``, ``path`` or ``area``; of the last two all
        rows make one mark.
    style
        A name in `STYLES`.
    rows
        Columns x, y and, as the kind needs them, x2, y2, text, align, path; `title` for what is
        read aloud, with `row`, the number of its row in the table beside the chart, or `of`, the
        words by which that row is found.
    bold, size, shape
        Of texts and of dots; the size of a dot is the area of the square around it.
    """

    kind: str
    style: str
    rows: tuple[Row, ...]
    bold: bool = False
    size: float = 0.0
    shape: str = "circle"


def rects(rows: Sequence[Row], *, style: str) -> list[MarkLayer]:
    """Return rectangles from (x, y) to (x2, y2); nothing for no rows."""
    return _marks("rect", rows, style)


def lines(rows: Sequence[Row], *, style: str) -> list[MarkLayer]:
    """Return straight lines from (x, y) to (x2, y2)."""
    return _marks("line", rows, style)


def points(
    rows: Sequence[Row], *, style: str, size: float = 46, shape: str = "circle"
) -> list[MarkLayer]:
    """Return dots around (x, y), or tips that point to the right."""
    return [MarkLayer("dot", style, tuple(rows), size=size, shape=shape)] if rows else []


def labels(rows: Sequence[Row], *, style: str, bold: bool = False) -> list[MarkLayer]:
    """Return texts with their baseline at y: columns x, y, text and align."""
    return [MarkLayer("text", style, tuple(rows), bold=bold)] if rows else []


def path(rows: Sequence[Row], *, style: str) -> list[MarkLayer]:
    """Return one line through all points (x, y)."""
    return _marks("path", rows, style)


def area(rows: Sequence[Row], *, style: str) -> list[MarkLayer]:
    """Return one area between y and y2."""
    return _marks("area", rows, style)


def shapes(rows: Sequence[Row], *, style: str) -> list[MarkLayer]:
    """Return outlines: the column `path` is one of SVG, whose places count from (x, y)."""
    return _marks("shape", rows, style)


def moved(parts: Iterable[MarkLayer], right: float, down: float) -> Iterator[MarkLayer]:
    """Yield marks further to the right and down."""
    ways = {"x": right, "x2": right, "y": down, "y2": down}
    for part in parts:
        rows = tuple(
            {key: value + ways[key] if key in ways else value for key, value in row.items()}
            for row in part.rows
        )
        yield replace(part, rows=rows)


def _marks(kind: str, rows: Sequence[Row], style: str) -> list[MarkLayer]:
    return [MarkLayer(kind, style, tuple(rows))] if rows else []


def framed(parts: Iterable[MarkLayer], frame: Frame, *, name: str, alt_text: str) -> str:
    """Return marks in the plot area of a frame as an inline SVG."""
    size = {"width": frame.width, "height": frame.height}
    return render(parts, **size, left=frame.left, top=frame.top, name=name, alt_text=alt_text)


def render(
    parts: Iterable[MarkLayer],
    *,
    width: int,
    height: int,
    left: float = 0.0,
    top: float = 0.0,
    name: str,
    alt_text: str,
) -> str:
    """Return marks as an inline SVG of exactly the given size, the first at the back.

    Parameters
    ----------
    width, height
        Size of the drawing in its own units.
    left, top
        Where the marks count from.
    name
        Extra class: ``wide`` or ``narrow``.
    alt_text
        What a screen reader says instead of the marks.

    Raises
    ------
    KeyError
        For marks of a style that there is not.
    """
    parts = list(parts)
    body = "".join(one for part in parts for one in _written(part, left, top))
    if any(STYLES[part.style].fill == HATCHED for part in parts):
        # Each drawing has its own: a pattern in a drawing that is not displayed paints nothing.
        body = HATCHES.format(name) + body.replace(f"#{HATCHED}", f"#{HATCHED}-{name}")
    return (
        f'<svg class="chart {name}" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{escape(alt_text)}" focusable="false">{body}</svg>'
    )


def _written(part: MarkLayer, left: float, top: float) -> Iterator[str]:
    style = STYLES[part.style]
    if part.kind in ("path", "area"):
        yield _outline(part, style, left, top)
        return
    for row in part.rows:
        x, y = left + row["x"], top + row["y"]
        if part.kind == "shape":
            way = f' transform="translate({_short(x)} {_short(y)})"' if x or y else ""
            yield _element("path", style, f' d="{row["path"]}"{way}', row)
        elif part.kind == "text":
            yield _text(row, part, style, x, y)
        elif part.kind == "dot":
            yield _dot(row, part, style, x, y)
        else:
            x2, y2 = left + row["x2"], top + row["y2"]
            draw = _rect if part.kind == "rect" else _line
            yield draw(row, style, x, y, x2, y2)


def _rect(row: Row, style: Style, x: float, y: float, x2: float, y2: float) -> str:
    sizes = f"{_at('width', abs(x2 - x))}{_at('height', abs(y2 - y))}"
    return _element("rect", style, f"{_at('x', min(x, x2))}{_at('y', min(y, y2))}{sizes}", row)


def _line(row: Row, style: Style, x: float, y: float, x2: float, y2: float) -> str:
    ends = f"{_at('x1', x)}{_at('y1', y)}{_at('x2', x2)}{_at('y2', y2)}"
    return _element("line", style.stroked(), ends, row)


def _dot(row: Row, part: MarkLayer, style: Style, x: float, y: float) -> str:
    # Size is an area: a mark of twice the size looks twice as large.
    half = math.sqrt(part.size) / 2
    if part.shape != POINTING:
        return _element("circle", style, f"{_at('cx', x)}{_at('cy', y)}{_at('r', half)}", row)
    deep = half * math.sqrt(3) / 2
    corners = ((x + deep, y), (x - deep, y - half), (x - deep, y + half))
    return _element("path", style, f' d="{_through(corners)}Z"', row)


def _outline(part: MarkLayer, style: Style, left: float, top: float) -> str:
    there = [(left + row["x"], top + row["y"]) for row in part.rows]
    if part.kind == "path":
        return _element("path", style.stroked(), f' d="{_through(there)}"', {})
    back = [(left + row["x"], top + row["y2"]) for row in reversed(part.rows)]
    return _element("path", style, f' d="{_through([*there, *back])}Z"', {})


def _through(points: Iterable[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{_short(x)},{_short(y)}" for x, y in points)


def _text(row: Row, part: MarkLayer, style: Style, x: float, y: float) -> str:
    words = str(row["text"])
    if not words.strip():
        return ""
    classes = [f"f-{style.fill}"]
    classes += ["halo"] if style.halo else []  # a light edge; the style sheet paints it first
    classes += ["b"] if part.bold else []
    classes += ["s"] if style.small else []
    anchor = ANCHORS.get(row.get("align", "left"))
    places = f"{_at('x', x)}{_at('y', y)}" + (f' text-anchor="{anchor}"' if anchor else "")
    # Escaped first, so that the only elements inside are these.
    strong = STRONG.sub(r'<tspan class="b">\1</tspan>', escape(words, quote=False))
    return f'<text class="{" ".join(classes)}"{places}>{strong}</text>'


def _element(tag: str, style: Style, places: str, row: Row) -> str:
    start = f'<{tag} class="{style.classes}"{places}{style.attributes}'
    if "title" not in row:
        return f"{start}/>"
    if row.get("row") is not None:
        start += f' data-row="{row["row"]}"'
    elif "of" in row:
        start += f' data-of="{escape(APART.join(row["of"]))}"'
    return f"{start}><title>{escape(row['title'], quote=False)}</title></{tag}>"


def _at(name: str, value: float) -> str:
    return f' {name}="{_short(value)}"'


def _short(value: float) -> str:
    """Write a position with one decimal, without a needless zero."""
    text = f"{value:.1f}".removesuffix(".0")
    # Rounding -0.04 leaves a minus, which would make drawings differ that look the same.
    return "0" if text == "-0" else text


# How marks look: each style by the names of its colours, whose values stand in `report.look`.


@dataclass(frozen=True, slots=True)
class Style:
    """Colours by name, and what else a mark is painted with.

    Attributes
    ----------
    fill
        What it is filled with; for a line, which has no inside, what it is drawn with.
    stroke
        Its edge.
    width, dash
        Of the edge, in drawing units.
    opacity
        Of the inside.
    halo
        Texts: with a light edge around the letters.
    small
        Texts: of notes.
    """

    fill: str
    stroke: str = ""
    width: float = 1.0
    dash: str = ""
    opacity: float = 1.0
    halo: bool = False
    small: bool = False

    def stroked(self) -> Style:
        """Return the style of a line."""
        return replace(self, fill="", stroke=self.fill)

    @property
    def classes(self) -> str:
        """Classes of the colours, separated by a blank."""
        return " ".join(
            f"{of}-{name}" for of, name in (("f", self.fill), ("s", self.stroke)) if name
        )

    @property
    def attributes(self) -> str:
        """What of it is no colour, as attributes of an element of SVG."""
        found = f' fill="url(#{HATCHED})"' if self.fill == HATCHED else ""
        found += f' stroke-width="{self.width:g}"' if self.stroke and self.width != 1 else ""
        found += f' stroke-dasharray="{self.dash}"' if self.stroke and self.dash else ""
        return found + (f' fill-opacity="{self.opacity:g}"' if self.opacity != 1 else "")


STYLES = {
    "supplier": Style("supplier"),
    "supplier-line": Style("supplier", width=2.75),
    "supplier-blended": Style("supplier-soft", "supplier", 1.25),
    "supplier-ring": Style("paper", "supplier", 2),
    "context": Style("context"),
    **{f"step-{number}": Style(f"step-{number}") for number in range(1, 6)},
    **{f"land-{number}": Style(f"step-{number}", "paper", 0.5) for number in range(1, 6)},
    **{f"other-{number}": Style(f"other-{number}", "paper", 0.5) for number in range(1, 5)},
    "no-data": Style(HATCHED, "rule", 0.5),
    "edge-under": Style("", "paper", 3.5),
    "edge": Style("", "ink", 1.5),
    "leader-under": Style("paper", width=3),
    "leader-ink": Style("ink", width=0.75),
    "tile": Style("paper", "rule"),
    "tile-buyer": Style("paper", "ink", 2),
    "context-edged": Style("context", "paper"),
    "other-line": Style("context", width=1.75),
    "other-dashed": Style("context", width=1.75, dash="7,4"),
    "other-dotted": Style("context", width=1.75, dash="2,3"),
    "strip": Style("ink", opacity=0),
    "ink-line": Style("ink", width=1.5),
    "ink-dashed": Style("ink", width=1.5, dash="7,4"),
    "mid-line": Style("supplier-mid", width=2.25, dash="2,3"),
    "mid": Style("supplier-mid"),
    "lost-line": Style("ink", width=2.25),
    "lost-across": Style("ink", width=1.5, dash="2,4"),
    **{f"tone-{number}": Style(f"tone-{number}", "paper") for number in range(1, 7)},
    **{f"tone-{n}-pale": Style(f"tone-{n}", "paper", opacity=0.45) for n in range(1, 7)},
    "rest": Style("panel", "context"),
    "ground": Style("grid"),
    "ground-open": Style("paper"),
    "blended": Style("context-soft", "context"),
    "context-printed": Style("paper", "context", 1.5),
    "interval": Style("supplier-mid", opacity=0.3),
    "published": Style("paper", "ink", 1.5),
    "tip": Style("ink"),
    "claim": Style("claim"),
    "nowcast-ring": Style("paper", "nowcast", 2),
    "nowcast-line": Style("nowcast", width=4.5, dash="3,2"),
    "nowcast-far": Style("nowcast", width=1.25, dash="2,3"),
    "after": Style("panel"),
    "across": Style("supplier", width=1.5, dash="2,4"),
    "break": Style("ink", width=1.25, dash="2,4"),
    "headline": Style("supplier", width=1.25, dash="1,3"),
    "grid": Style("grid"),
    "base": Style("ink", width=1.25),
    "divider": Style("rule"),
    "divider-hot": Style("supplier", width=3),
    "leader-dotted": Style("context", width=1.5, dash="2,4"),
    "leader": Style("context"),
    "whisker": Style("ink", width=1.5),
    "whisker-under": Style("paper", width=4),
    "label": Style("ink", halo=True),
    "label-supplier": Style("supplier", halo=True),
    "label-claim": Style("claim", halo=True),
    "label-nowcast": Style("nowcast", halo=True),
    "label-inside": Style("ink"),
    "label-inverse": Style("paper"),
    "note": Style("muted", halo=True, small=True),
}


# The plot area of a drawing and the scales that carry data into it.


@dataclass(frozen=True, slots=True)
class Frame:
    """A drawing with margins; `x0` to `x1` and `bottom_value` to `top_value` fill what is left.

    Positions that the methods return are relative to the plot area.
    """

    width: int
    height: int
    left: int
    right: int
    top: int
    bottom: int
    x0: float
    x1: float
    top_value: float
    bottom_value: float = 0.0

    @property
    def inner_width(self) -> int:
        """Width of the plot area."""
        return self.width - self.left - self.right

    @property
    def inner_height(self) -> int:
        """Height of the plot area."""
        return self.height - self.top - self.bottom

    def x(self, value: float) -> float:
        """Return the horizontal place of a value."""
        return (value - self.x0) / (self.x1 - self.x0) * self.inner_width

    def y(self, value: float) -> float:
        """Return the vertical place of a value."""
        span = self.top_value - self.bottom_value
        return self.inner_height * (1 - (value - self.bottom_value) / span)


def ticks(highest: float, *, at_most: int = 6, limit: float | None = None) -> list[float]:
    """Return round numbers from zero to just above `highest`; to one where all is zero.

    Examples
    --------
    >>> ticks(53.2)
    [0, 10, 20, 30, 40, 50, 60]
    >>> ticks(2448, at_most=3), ticks(9.1, at_most=4)
    ([0, 1000, 2000, 3000], [0, 5, 10])
    """
    highest = highest if highest > 0 else 1.0
    power = 10.0 ** math.floor(math.log10(highest / at_most))
    step = next(
        factor * power
        # Ten always suffices but for rounding of the logarithm, where 20 is the way out.
        for factor in (1, 2, 2.5, 5, 10, 20)
        # Quarters are read at sight from 25 on; steps of 2.5 or 0.25 are not.
        if (factor != 2.5 or power >= 10) and math.ceil(highest / (factor * power)) <= at_most
    )
    count = math.ceil(highest / step)
    found = [_plain(step * index) for index in range(count + 1)]
    return [value for value in found if limit is None or value <= limit]


def ticks_between(low: float, high: float, *, at_most: int = 6) -> list[float]:
    """Return round numbers from below `low` to above `high`, zero among them.

    Examples
    --------
    >>> ticks_between(-12, 31)
    [-20, -10, 0, 10, 20, 30, 40]
    """
    low, high = min(low, 0.0), max(high, 0.0)
    high = high if high > low else 1.0
    # Zero is always among the ticks, for bars and bases stand on it.
    step = ticks(high - low, at_most=at_most)[1]
    first, last = math.floor(low / step), math.ceil(high / step)
    return [_plain(step * index) for index in range(first, last + 1)]


def _plain(value: float) -> float:
    # 3 * 0.1 is 0.30000000000000004: ten digits drop what comes of the binary form.
    rounded = float(f"{value:.10g}")
    return int(rounded) if rounded == int(rounded) else rounded


# A column of names right of the plot, each with a leader to its mark.


LINE = 16.0
LEADER = 22.0


@dataclass(frozen=True, slots=True)
class NameEntry:
    """One name: its text, the place of its mark (right end and height), and its style."""

    text: str
    x: float
    y: float
    style: str = "label"


def draw_names(
    entries: Sequence[NameEntry], *, head: str, x: float, room: float, height: float
) -> list[MarkLayer]:
    """Return head, names and leaders, moved apart where they would overlap.

    Parameters
    ----------
    entries
        What to name, in any order.
    head
        A line above the column.
    x
        Right end of the plot.
    room, height
        Width right of the plot, and height that the column may use.
    """
    if not entries:
        return []
    ordered = sorted(entries, key=lambda entry: (entry.y, entry.text))
    texts = [wrapped(entry.text, room - LEADER) for entry in ordered]
    sizes = [LINE, *(LINE * len(parts) + 3 for parts in texts)]
    centres = spread([ordered[0].y - LINE, *(entry.y for entry in ordered)], sizes, 0, height)
    start = x + LEADER
    layers = labels([{"x": start, "y": centres[0] + 4.5, "text": head}], style="note")
    leaders = []
    for entry, parts, centre in zip(ordered, texts, centres[1:], strict=True):
        first = centre - LINE * (len(parts) - 1) / 2
        # Level to the end of the plot, so that it crosses nothing that is beside its own mark.
        leaders.append({"x": entry.x + 2, "y": entry.y, "x2": max(x, entry.x + 2), "y2": entry.y})
        leaders.append({"x": max(x, entry.x + 2), "y": entry.y, "x2": start - 4, "y2": first})
        rows = [
            {"x": start, "y": first + 4.5 + LINE * place, "text": part}
            for place, part in enumerate(parts)
        ]
        layers += labels(rows, style=entry.style)
    return [*lines(leaders, style="leader"), *layers]


def wrapped(text: str, room: float, most: int = 3) -> list[str]:
    """Break a text into lines that fit; what does not fit in `most` lines ends in an ellipsis.

    So does a word that is too long for a line.
    """
    parts = [""]
    for word in text.split(" "):
        longer = f"{parts[-1]} {word}".strip()
        if text_width(longer) <= room or not parts[-1]:
            parts[-1] = longer
        else:
            parts.append(word)
    if len(parts) > most:
        parts = [*parts[: most - 1], parts[most - 1].rstrip(",;") + "\u2026"]
    # A part with marks is left as it is: a cut inside of them would leave asterisks to be read.
    return [part if "**" in part else cut(part, room) for part in parts]


def break_marks(broken: Break, frame: Frame) -> list[MarkLayer]:
    """Return the line where reporters change, and above it who counts on each of its sides."""
    x = frame.x(broken.year + 0.5)
    row = {"x": x, "x2": x, "y": -14, "y2": frame.inner_height}
    rooms = (frame.left + x - 9, frame.width - frame.left - x - 9)
    texts = []
    for (text, align, shift), room in zip(
        ((broken.before, "right", -7), (broken.after, "left", 7)), rooms, strict=True
    ):
        parts = wrapped(text, room)
        first = -10 - 15 * (len(parts) - 1)
        texts += [
            {"x": x + shift, "y": first + 15 * n, "text": part, "align": align}
            for n, part in enumerate(parts)
        ]
    return [*lines([row], style="break"), *labels(texts, style="note")]
