"""Charts: facts in, inline SVG out, two drawings each."""

from __future__ import annotations

import re
from html import unescape
from importlib import import_module
from typing import TYPE_CHECKING

from entrepot.report.chart_data import (
    Butterfly,
    Calendar,
    Curve,
    EventSteps,
    Exposure,
    Lanes,
    ShareLines,
    Slope,
    Split,
    Stack,
    TierPanels,
    World,
)
from entrepot.report.charts.drawing import APART
from entrepot.report.comparison.drawn import Courses
from entrepot.report.scenario.drawn import Ladder, LossMap

if TYPE_CHECKING:
    from entrepot.report.chart_data import Picture
    from entrepot.report.parts import Table

__all__ = ["draw", "place_of"]


DRAWN_BY: dict[type, str] = {
    ShareLines: "share",
    TierPanels: "tiers",
    Butterfly: "butterfly",
    Curve: "curve",
    Exposure: "exposure",
    EventSteps: "event",
    Stack: "stack",
    Slope: "slope",
    Split: "split",
    Calendar: "calendar",
    World: "world",
    Courses: "paired_lines",
    Lanes: "hub_flows",
    Ladder: "range_plot",
    LossMap: "loss_map",
}
"""The module that draws each kind of picture."""


def draw(picture: Picture, table: Table | None = None) -> tuple[str, str]:
    """Return the wide and the narrow drawing of a chart as inline SVG.

    With the table that stands beside it each mark says which row is its own.
    """
    module = import_module(f"entrepot.report.charts.{DRAWN_BY[type(picture.drawn)]}")
    wide, narrow = (
        with_rows(module.draw(picture.drawn, name=name, spoken=picture.spoken), table)
        for name in ("wide", "narrow")
    )
    return wide, narrow


WORDS = re.compile(r' data-of="([^"]*)"')


def with_rows(drawing: str, table: Table | None) -> str:
    """Give each mark that names its row the number of that row, where there is such a row."""
    found: dict[str, str] = {}

    def numbered(mark: re.Match[str]) -> str:
        told = mark[1]
        if told not in found:
            words = tuple(unescape(told).split(APART))
            found[told] = _attributes(place_of(table, words) if table else None)
        return found[told]

    return WORDS.sub(numbered, drawing)


def _attributes(place: tuple[int, int | None] | None) -> str:
    if place is None:
        return ""
    row, column = place
    return f' data-row="{row}"' + ("" if column is None else f' data-column="{column}"')


def place_of(table: Table, words: tuple[str, ...]) -> tuple[int, int | None] | None:
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
    wanted = [first, *(word for word in others if word in known)]
    found: list[tuple[int, int | None]] = []
    for number, cells in enumerate(rows):
        missing = [word for word in wanted if word not in cells]
        if not missing:
            found.append((number, None))
        elif len(missing) == 1 < len(wanted) and missing[0] in heads:
            found.append((number, heads.index(missing[0])))
    return found[0] if len(found) == 1 else None
