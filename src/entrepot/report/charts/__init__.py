"""Charts: facts in, inline SVG out, two drawings each; one module a chart."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import Protocol

from entrepot.report.charts.drawing import APART

__all__ = ["BriefTable", "Chart", "ChartFacts", "draw", "drawn_at", "place_of"]


class ChartFacts(Protocol):
    """What a chart shows: plain facts, no colours; shares in per cent, as on its axis."""

    def draw(self, *, name: str, alt_text: str) -> str:
        """Return the drawing, ``wide`` or ``narrow``, as inline SVG."""


@dataclass(frozen=True, slots=True)
class BriefTable:
    """Cells as text; the first column heads its row; `numeric` columns stand right.

    One with a `name` stands folded under a chart, one without is shown as it is. `units` says in
    words what the numbers of each column are counted in; empty for words, years and ids.
    """

    caption: str
    head: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[str, ...], ...]
    units: tuple[str, ...]
    name: str = "Table of this chart"


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart to be drawn, with its text for readers who cannot see it.

    Attributes
    ----------
    alt_text
        The finding and the main values in one or two sentences.
    key
        Mark types that occur: pairs of a mark's name and its meaning.
    """

    drawn: ChartFacts
    alt_text: str
    key: tuple[tuple[str, str], ...] = ()


def draw(picture: Chart, table: BriefTable | None = None) -> tuple[str, str]:
    """Return the wide and the narrow drawing of a chart as inline SVG.

    With the table alongside it each mark says which row is its own.
    """
    wide, narrow = (drawn_at(name, picture, table) for name in ("wide", "narrow"))
    return wide, narrow


def drawn_at(name: str, picture: Chart, table: BriefTable | None = None) -> str:
    """Return one drawing of a chart, of the size with that name, as inline SVG."""
    return with_rows(picture.drawn.draw(name=name, alt_text=picture.alt_text), table)


WORDS = re.compile(r' data-of="([^"]*)"')


def with_rows(drawing: str, table: BriefTable | None) -> str:
    """Give each mark that names its row the number of that row, where there is such a row."""
    found: dict[str, str] = {}

    def numbered(mark: re.Match[str]) -> str:
        text = mark[1]
        if text not in found:
            words = tuple(unescape(text).split(APART))
            found[text] = _attributes(place_of(table, words) if table else None)
        return found[text]

    return WORDS.sub(numbered, drawing)


def _attributes(place: tuple[int, int | None] | None) -> str:
    if place is None:
        return ""
    row, column = place
    return f' data-row="{row}"' + ("" if column is None else f' data-column="{column}"')


def place_of(table: BriefTable, words: tuple[str, ...]) -> tuple[int, int | None] | None:
    """Return the row of a mark, and its column where the head of one is among its words.

    Parameters
    ----------
    table
        Any table with the mark's words in its cells or heads, in whatever order.
    words
        What the mark is of, such as a name and a year. A word after the first that the table does
        not have at all is left out.

    Returns
    -------
    tuple or None
        Numbers from 0 on; None if no row or more than one has the words.
    """
    heads = [head.casefold() for head in table.head]
    rows = [[cell.casefold() for cell in cells] for cells in table.rows]
    known = {cell for cells in rows for cell in cells}.union(heads)
    first, *others = (word.casefold() for word in words)
    # Words that the table has nowhere are of the drawing alone; those that it has must all fit.
    wanted = [first, *(word for word in others if word in known)]
    found: list[tuple[int, int | None]] = []
    for number, cells in enumerate(rows):
        missing = [word for word in wanted if word not in cells]
        if not missing:
            found.append((number, None))
        # One word may be that of a column: "China" in the row and "2021" in the head.
        elif len(missing) == 1 < len(wanted) and missing[0] in heads:
            found.append((number, heads.index(missing[0])))
    # Two rows with the same words: no mark is better than one on the wrong row.
    return found[0] if len(found) == 1 else None
