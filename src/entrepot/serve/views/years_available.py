"""In which years something is held of an area at all, so that the others need not be asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw

from entrepot.figures import statements
from entrepot.lake import fetch

if TYPE_CHECKING:
    from collections.abc import Set

    from entrepot.figures.definition import Side
    from entrepot.lake import Lake

__all__ = ["years_told"]


def years_told(lake: Lake, side: Side, area: str) -> Set[int]:
    """Return the years of which rows or numbers in print have an area on a side of the trade.

    Parameters
    ----------
    area
        A single area.
    """
    return lake.remembered.get(("years told", side, area), lambda: _found(lake, side, area))


def _found(lake: Lake, side: Side, area: str) -> Set[int]:
    flows = dict.fromkeys(one.source for one in lake.holdings() if one.table == "flows")
    found = {row.period.year for row in statements("all", lake) if getattr(row, side) == area}
    for source in flows:
        rows = lake.flows(source, by=side).filter(nw.col(side) == area)
        found |= {day.year for day, _ in fetch(rows.group_by("period").agg(nw.len()))}
    return found
