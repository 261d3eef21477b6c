"""What pages of countries and of goods share: one year, one source, all trade."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from entrepot.errors import NoEvidenceError
from entrepot.figures import bundled_for
from entrepot.figures.availability import flow_sources
from entrepot.figures.breakdown import VALUED_ONCE, BreakdownPart, breakdown
from entrepot.lake.inventory import SOURCE as BUNDLED
from entrepot.lake.inventory import bundled
from entrepot.model.areas import area_phrase, possessive
from entrepot.model.display import figure_value
from entrepot.model.period import Period
from entrepot.report.attribution import single_figure, source_label, source_on_card
from entrepot.report.brief_context import BriefContext
from entrepot.report.overview import NAMED, is_place, spread_between

if TYPE_CHECKING:
    from collections.abc import Mapping

    from entrepot.figures import Figure
    from entrepot.figures.breakdown import Breakdown, Over
    from entrepot.figures.definition import Side
    from entrepot.lake import Lake
    from entrepot.report.overview import Spread

# Each year without trade costs a query before the next one is tried.
_YEARS = 8
"""Years that are looked through for one with trade, newest first."""


def years_of(lake: Lake, goods: str, source: str = "") -> list[int]:
    """Return the years of which every country can be asked about goods, newest first."""
    return sorted({year for _, year in _known(lake, goods, source)}, reverse=True)


def choices(lake: Lake, goods: str, found: Breakdown | None, period: str) -> dict[str, object]:
    """Return the years and sources among which a page is chosen, and those that it has.

    Parameters
    ----------
    period
        As it was asked for, where nothing was found.
    """
    source = found.definition.source or "" if found else ""
    here = dict.fromkeys([source] if source else [])
    here |= dict.fromkeys(name for name, _ in _known(lake, goods))
    return {
        "years": years_of(lake, goods, source),
        "year": str(found.definition.period) if found else period,
        "sources": [(name, source_label(name, lake)) for name in here],
        "source": source,
    }


def _known(lake: Lake, goods: str, source: str = "") -> list[tuple[str, int]]:
    """Return sources with one value for each flow, the preferred one first, and their years."""
    found = [
        (name, period.year)
        for name in VALUED_ONCE
        for one in lake.holdings()
        # Only such sources: shares of all countries add up in no others.
        if one.source == name and one.table == "flows" and not one.is_partial
        for period in one.current
    ]
    if bundled_for(lake, goods):
        found += [(BUNDLED, one.period.year) for one in bundled().partitions if one.period]
    return [one for one in found if source in ("", one[0])]


def broken_down(
    measure: str,
    over: Over,
    lake: Lake,
    goods: str,
    period: str = "",
    *,
    source: str = "",
    **keys: Any,
) -> Breakdown | None:
    """Return a breakdown of the newest year with trade, or of the one asked for; None for none."""
    wanted = (
        [str(Period.parse(period))] if period else map(str, years_of(lake, goods, source)[:_YEARS])
    )
    for year in wanted:
        try:
            return breakdown(
                measure, over, lake, goods=goods, period=year, source=source or None, **keys
            )
        except NoEvidenceError:
            continue
    return None


def sources_with_flows(lake: Lake, goods: str, *, valued_once: bool) -> list[tuple[str, str]]:
    """Return id and name of the sources that a chart may be drawn from, the preferred one first.

    Parameters
    ----------
    valued_once
        Whether only those in which each flow has one value.
    """
    names = [*flow_sources(lake), *([BUNDLED] if bundled_for(lake, goods) else [])]
    return [
        (name, source_label(name, lake))
        for name in dict.fromkeys(names)
        if not valued_once or name in VALUED_ONCE
    ]


def ranges_as_reported(
    found: Breakdown, reported: Mapping[Side, Mapping[str, float]]
) -> dict[str, Spread | None]:
    """Return the range of each of the largest shares, as either side reports it.

    Parameters
    ----------
    found
        Import shares by exporter.
    reported
        What `shares_as_reported` gives for them.
    """
    return {
        one.code: spread_between(
            one.value, [shares[one.code] for shares in reported.values() if one.code in shares]
        )
        for one in found.parts[:NAMED]
    }


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


def single_share(found: Breakdown, lake: Lake) -> str:
    """Say what `ask` gives for the largest pair of a breakdown, where another source answers it.

    Parameters
    ----------
    found
        Import shares by importer or exporter.
    """
    if (asked := _largest(found, lake)) is None:
        return ""
    subject, share, drawn = asked
    year = found.definition.period
    return single_figure(
        f"{subject} in {year}", share, drawn, "this chart has one source for all countries"
    )


def sources_differ(found: Breakdown, lake: Lake) -> str:
    """Say the same for the head of a page, as a sentence that others follow."""
    if (asked := _largest(found, lake)) is None:
        return ""
    subject, share, drawn = asked
    said = figure_value(share.value, "share")
    if share.status != "ok" or said == figure_value(drawn, "share"):
        return ""
    return f"Sources differ: by {source_on_card(share)}, {subject} was {said}."


def _largest(found: Breakdown, lake: Lake) -> tuple[str, Figure, float] | None:
    """Return in words what the largest pair's share is of, what `ask` gives, and the part's own."""
    # Nobody is asked about trade with itself, nor about areas that are no place.
    fixed = found.definition.members("exporter" if found.over == "importer" else "importer")
    named = [one for one in found.parts if is_place(one.code) and one.code not in fixed]
    if not named:
        return None
    part = max(named, key=lambda one: one.traded)
    asked = found.definition_of(part.code)
    keys = {name: getattr(asked, name) for name in ("importer", "exporter", "goods", "period")}
    share = BriefContext(lake).value("import_share", **keys)
    seller, buyer = (possessive(area_phrase(keys[side])) for side in ("exporter", "importer"))
    return f"{seller} share of {buyer} imports", share, part.value
