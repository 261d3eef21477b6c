"""What pages of countries and of goods share: one year, one source, all trade."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from entrepot.errors import NoEvidenceError
from entrepot.figures import bundled_for
from entrepot.figures.breakdown import VALUED_ONCE, breakdown
from entrepot.lake.bundled import bundled
from entrepot.model.period import Period

if TYPE_CHECKING:
    from entrepot.figures.breakdown import Breakdown, Over
    from entrepot.lake import Lake

__all__ = ["broken_down", "years_of"]

# Each year without trade costs a query before the next one is tried.
_YEARS = 8
"""Years that are looked through for one with trade, newest first."""


def years_of(lake: Lake, goods: str) -> list[int]:
    """Return the years of which every country can be asked about goods, newest first."""
    found = {
        period.year
        for one in lake.holdings()
        # Only sources with one value for each flow: shares of all countries add up in no others.
        if one.table == "flows" and one.source in VALUED_ONCE and not one.is_partial
        for period in one.current
    }
    if bundled_for(lake, goods):
        found |= {one.period.year for one in bundled().partitions if one.period}
    return sorted(found, reverse=True)


def broken_down(
    measure: str, over: Over, lake: Lake, goods: str, period: str = "", **keys: Any
) -> Breakdown | None:
    """Return a breakdown of the newest year with trade, or of the one asked for; None for none."""
    wanted = [str(Period.parse(period))] if period else map(str, years_of(lake, goods)[:_YEARS])
    for year in wanted:
        try:
            return breakdown(measure, over, lake, goods=goods, period=year, **keys)
        except NoEvidenceError:
            continue
    return None
