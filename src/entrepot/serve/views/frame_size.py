"""How high the frame of a chart on another site has to be."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from entrepot.report.charts.place import text_width

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# As in site.css and brief.css, in CSS pixels.
_EDGE = 16
_TURNS = {"narrow": 519, "medium": 760}
"""Widths of a frame up to which these drawings are shown."""
_TURN = 639
"""The same of the narrow drawing of a chart that has none in the middle."""
_WIDEST = {"wide": 968, "medium": 728, "narrow": 430}
_LINE = 66 * 0.64
"""Longest line of a paragraph in its own font sizes: 66 zeros of the widest usual font."""
_WIDTHS = (320, 360, 430 + 2 * _EDGE, 519, 520, 600, _TURN, _TURN + 1, 760, 761, 968 + 2 * _EDGE)
"""Between these the height changes in one direction, but for a line of text more or less."""
_LINKS = "  Definition and data    Entrepôt "
"""What stands behind the source, with the room of the mark of its name."""


def highest(texts: Sequence[str], key: Iterable[str], drawings: Sequence[str]) -> int:
    """Return the height in which the chart fits at every width from 320 pixels on.

    Parameters
    ----------
    texts
        Title, deck and source.
    key
        What the kinds of marks mean.
    drawings
        The wide and the narrow one, and where there is one, that between them.
    """
    words = tuple(key)
    return max(frame_height(width, texts, words, drawings) for width in _WIDTHS)


def frame_height(
    width: int, texts: Sequence[str], key: Iterable[str], drawings: Sequence[str]
) -> int:
    """Return the height of a chart in a frame of this width; the parameters as of `highest`."""
    room = width - 2 * _EDGE
    title, deck, source = texts
    size = min(24.0, max(18.0, 0.04 * width))
    name, drawing = _shown(width, drawings)
    measures = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', drawing)
    wide, tall = (float(one) for one in measures.groups()) if measures else (1.0, 1.0)
    rows = _rows([40 + text_width(one, 15) for one in key], room, gap=20)
    parts = (
        2 * _EDGE,
        _lines(title, size * 1.1, room) * size * 1.06,
        16 + _lines(deck, 15, min(room, _LINE * 15)) * 15 * 1.55,
        rows * (15 * 1.55 + 4) + 10 if rows else 0,
        min(room, _WIDEST[name]) * tall / wide,
        # The mark stands higher than the line that it is in.
        12 + _lines(source + _LINKS, 13, room) * 13 * 1.5 + 10,
    )
    return math.ceil(sum(parts))


def _shown(width: int, drawings: Sequence[str]) -> tuple[str, str]:
    """Return the drawing that a frame of this width shows, and its name."""
    wide, narrow, *medium = drawings
    if not medium:
        return ("narrow", narrow) if width <= _TURN else ("wide", wide)
    if width <= _TURNS["narrow"]:
        return "narrow", narrow
    return ("medium", medium[0]) if width <= _TURNS["medium"] else ("wide", wide)


def _lines(text: str, size: float, room: float) -> int:
    return _rows([text_width(one, size) for one in text.split()], room, gap=0.35 * size)


def _rows(widths: Sequence[float], room: float, gap: float) -> int:
    """Return how many rows things of these widths take, each in the first that has room."""
    rows, free = 0, 0.0
    for width in widths:
        if rows == 0 or width > free:
            rows, free = rows + 1, room
        free -= width + gap
    return rows
