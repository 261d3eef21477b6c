"""Rows made of two reports: what cannot be asked of them, and what one side alone told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw

from entrepot.figures.caveats import caveat
from entrepot.figures.estimate import Missing
from entrepot.figures.questions import of as question
from entrepot.figures.run_measure import measure
from entrepot.figures.sides import SIDES, members_of, other_side, totals
from entrepot.lake import fetch
from entrepot.model.areas import area_name
from entrepot.model.display import joined
from entrepot.model.reporting import stopped_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.figures.cells import Cells, Goods
    from entrepot.figures.definition import Definition
    from entrepot.figures.figure import Caveat

__all__ = ["mixed", "one_sided_share"]


_TOLD = {
    "both": "by both",
    "exporter": "by the exporter alone",
    "importer": "by the importer alone",
}


def mixed(definition: Definition) -> str:
    """Name what a question asks for that such rows mix; empty text for none.

    A value is a mean of one with and one without freight, and the mass one of both sides' masses.
    """
    if definition.valuation:
        return f"values {definition.valuation}"
    by_mass = definition.quantity == "mass" or "mass_kg" in question(definition.measure).columns
    return "mass by side" if definition.reported_by and by_mass else ""


def one_sided_share(cells: Cells, asked: Definition, goods: Goods) -> Iterator[Caveat]:
    """Yield how much of the trade, and of its total, one side alone tells."""
    now = asked.but(base=None)
    text = f"Reconciled from both sides' reports, where there are two: {_told(cells, now, goods)}"
    if asked.base and question(asked.measure).trade == "flow":
        then = asked.but(period=asked.base, base=None)
        text += f" in {asked.period}, and {_told(cells, then, goods)} in {asked.base}"
    wholes = [whole for whole, _ in totals(asked) if whole != asked]
    if len(wholes) == 1 and asked.measure not in ("hhi", "cr"):
        text += f"; of the total, {_told(cells, wholes[0].but(base=None), goods)}"
    quiet = sorted(frozenset().union(*cells.quiet))
    if quiet:
        text += f". {joined([area_name(name) for name in quiet])} tells nothing, at least at times"
    yield caveat("reconciled", f"{text}.")
    yield from _at_the_break(cells, asked, goods)


def _at_the_break(cells: Cells, asked: Definition, goods: Goods) -> Iterator[Caveat]:
    """Yield what a change owes to who counts, where one side spoke in the base and not since.

    In the base both told, so that it is known how far one voice alone would have been from what
    was made of the two. That distance is in the change, whatever trade did.
    """
    if asked.base is None or question(asked.measure).trade != "flow" or asked.flow == "both":
        return
    for side in SIDES:
        area = members_of(asked, side)
        fell_silent = len(area) == 1 and stopped_in(area, asked.period)
        voice = other_side(side)
        if not fell_silent or stopped_in(area, asked.base) or voice not in cells.mirrors:
            continue
        then = asked.but(measure="value", period=asked.base, base=None)
        made, alone = (measure(one, then, goods) for one in (cells, cells.told(voice)))
        if isinstance(made, Missing) or isinstance(alone, Missing) or not made.value:
            return
        gap = 100 * (alone.value / made.value - 1)
        yield caveat(
            "break-size",
            f"In {asked.base}, when {area_name(next(iter(area)))} still reported, the {voice}'s "
            f"report alone was {abs(gap):.1f} % {'above' if gap > 0 else 'below'} what was made of "
            f"both. So much of the change may come from who counts; --reported-by {voice} has one "
            "voice behind both times.",
        )


def _told(cells: Cells, asked: Definition, goods: Goods) -> str:
    """Say which parts of a flow both sides tell, and each side alone."""
    column = nw.col(cells.column(asked))
    rows = cells.flow(asked, goods).group_by("reported_by").agg(column.sum().alias("value"))
    told = {name: float(value or 0.0) for name, value in fetch(rows)}
    total = sum(told.values())
    if not total:
        return "nothing was traded"
    parts = [
        f"{_percent(told[name] / total)} is told {words}"
        for name, words in _TOLD.items()
        if told.get(name)
    ]
    return joined(parts)


def _percent(part: float) -> str:
    """Return a part in whole per cent that neither hides a rest nor makes it nothing."""
    if 0 < part < 0.005:
        return "less than 1 %"
    return f"{100 * part:.0f} %" if part <= 0.995 or part == 1 else "more than 99 %"
