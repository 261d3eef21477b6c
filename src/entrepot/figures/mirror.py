"""Trade of a country that fell silent: how much of it those tell who still report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw

from entrepot.figures.caveats import caveat
from entrepot.figures.estimate import Missing
from entrepot.figures.sides import SIDES, members_of, other_side
from entrepot.lake import relation
from entrepot.model.areas import area_name, possessive
from entrepot.model.display import joined
from entrepot.model.period import Period
from entrepot.model.reporting import stopped_in
from entrepot.reconcile import coverage

if TYPE_CHECKING:
    from entrepot.figures.cells import Cells, Frame
    from entrepot.figures.definition import Definition
    from entrepot.figures.figure import Caveat
    from entrepot.figures.sides import Side
    from entrepot.reconcile import Coverage

__all__ = ["FLOOR", "mirror_caveat", "mirror_coverage", "too_little"]

FLOOR = 0.5
"""Share of a silent country's trade below which no total of it is added up from its partners: what
is not told then outweighs what is. The 43 partners whose data CEIC takes together in 2024 had 71 %
of Russia's imports of 2021."""


def mirror_coverage(cells: Cells, asked: Definition) -> Coverage | None:
    """Return the least coverage over the period and base asked for; None where it does not matter.

    It matters where a country that stopped publishing stands on a side, and its partners' reports
    count. It needs reports of the last full year in which the country published.
    """
    side = _silent_side(cells, asked)
    if side is None:
        return None
    return cells.once("mirror", asked, lambda: _covered(cells, asked, side))


def _covered(cells: Cells, asked: Definition, side: Side) -> Coverage | None:
    """Return the least coverage of a country that fell silent on a side."""
    gone = stopped_in(members_of(asked, side), asked.period)
    year = Period.parse(gone[0].last.start.year - 1)
    starts = cells.held.starts(year)
    if not starts:  # fiscal years do not make up the calendar year before
        return None
    spans = (asked.period, asked.base) if asked.base else (asked.period,)
    wanted = [day for span in spans for day in cells.held.starts(span) if day > starts[-1]]
    rows = cells.reports(side).filter(
        nw.col("freq") == cells.held.freq,
        nw.col("period").is_in([*starts, *wanted]),
    )
    found = coverage(
        relation(_of_pairs(rows), cells.lake),
        gone[0].area,
        side,
        (starts[0], starts[-1]),
        periods=wanted,
    )
    # What partners told of the base leaves out whoever told nothing then either.
    return min((one for one in found if one.is_own), key=lambda one: one.share, default=None)


def _of_pairs(rows: Frame) -> Frame:
    """Add up the reports of two areas, so that little has to leave another engine than DuckDB."""
    keys = ("period", "exporter", "importer", "reported_by")
    value = nw.col("value_usd")
    sums = rows.group_by(*keys).agg(value.sum(), value.count().alias("__known"))
    return sums.select(*keys, nw.when(nw.col("__known") > 0).then(value).alias("value_usd"))


def too_little(found: Coverage, cells: Cells) -> Missing:
    """Refuse a total of a silent country that its partners tell too little of."""
    return Missing(
        f"partners with {100 * found.share:.0f} % of this trade in the last year that was "
        f"published report to {cells.held.source} in {_when(found, cells)}, too little for a total"
    )


def mirror_caveat(found: Coverage, cells: Cells, asked: Definition) -> Caveat:
    """Say how much of a silent country's trade its partners tell, and who is missing."""
    side = _silent_side(cells, asked)
    assert side is not None, "coverage was found for somebody"
    [area] = members_of(asked, side)
    year = stopped_in([area], asked.period)[0].last.start.year - 1
    trade = "imports" if side == "importer" else "exports"
    text = (
        f"Partners with {100 * found.share:.0f} % of {possessive(area_name(area))} {trade} of "
        f"{year} report to {cells.held.source} in {_when(found, cells)}"
    )
    if found.silent:
        largest = [f"{area_name(name)} ({100 * share:.1f} %)" for name, share in found.silent[:3]]
        text += f"; the largest that do not: {joined(largest)}"
    return caveat("coverage", f"{text}.")


def _silent_side(cells: Cells, asked: Definition) -> Side | None:
    """Return the side on which one country stands that stopped, and whose partners count."""
    for side in SIDES:
        members = members_of(asked, side)
        if other_side(side) in cells.mirrors and len(members) == 1:
            return side if stopped_in(members, asked.period) else None
    return None


def _when(found: Coverage, cells: Cells) -> str:
    """Return the period that is covered least: a year's first day stands for the year."""
    day = found.period
    return f"{day:%Y-%m}" if cells.held.freq != "A" else f"{day:%Y}"
