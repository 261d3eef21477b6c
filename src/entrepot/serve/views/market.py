"""What pages of countries and of goods share: one year, one source, all trade."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from entrepot.errors import NoEvidenceError
from entrepot.figures import bundled_for
from entrepot.figures.breakdown import VALUED_ONCE, BreakdownPart, breakdown
from entrepot.lake.bundled import bundled
from entrepot.model.areas import area_phrase, possessive
from entrepot.model.period import Period
from entrepot.report.brief_context import BriefContext
from entrepot.report.cards import single_figure
from entrepot.report.overview import is_place

if TYPE_CHECKING:
    from entrepot.figures.breakdown import Breakdown, Over
    from entrepot.lake import Lake

__all__ = ["broken_down", "share_of_group", "single_share", "years_of"]

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


def share_of_group(found: Breakdown, importer: str, lake: Lake) -> BreakdownPart | None:
    """Return the share of a group, which a breakdown by country does not have; None for no trade.

    Parameters
    ----------
    found
        Import shares of a supplier by importer.
    """
    asked, context = found.definition_of(importer), BriefContext(lake)
    if len(asked.members("importer")) < 2:
        return None
    keys = {name: getattr(asked, name) for name in ("importer", "exporter", "goods", "period")}
    share, sold = (context.value(m, source=asked.source, **keys) for m in ("import_share", "value"))
    if not share.value or not sold.value:
        return None
    return BreakdownPart(importer, share.value, sold.value / share.value, {})


def single_share(found: Breakdown, lake: Lake, what: str) -> str:
    """Say what `ask` gives for the largest pair of a breakdown, where another source answers it.

    Parameters
    ----------
    found
        Import shares by importer or exporter.
    what
        What has one source for all countries.
    """
    # Nobody is asked about trade with itself, nor about areas that are no place.
    fixed = found.definition.members("exporter" if found.over == "importer" else "importer")
    named = [one for one in found.parts if is_place(one.code) and one.code not in fixed]
    if not named:
        return ""
    part = max(named, key=lambda one: one.traded)
    asked = found.definition_of(part.code)
    keys = {name: getattr(asked, name) for name in ("importer", "exporter", "goods", "period")}
    share = BriefContext(lake).value("import_share", **keys)
    seller, buyer = (possessive(area_phrase(keys[side])) for side in ("exporter", "importer"))
    subject = f"{seller} share of {buyer} imports in {asked.period}"
    return single_figure(subject, share, part.value, f"{what} has one source for all countries")
