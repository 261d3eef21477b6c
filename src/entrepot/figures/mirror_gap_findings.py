"""Hidden trade in a lake, as findings: what one side reports and the other does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw

from entrepot.model.columns import Finding
from entrepot.model.display import figure_value, joined
from entrepot.reconcile import hidden
from entrepot.reconcile.mirror_gaps import CONTINUES, FACTOR, FAR, LEAST, LEAST_FLOW, STEADY

if TYPE_CHECKING:
    from entrepot.lake import Lake
    from entrepot.reconcile import Hidden

__all__ = ["mirror_gap_findings"]

_LARGE, _LARGE_FLOW = (figure_value(value, "USD") for value in (LEAST, LEAST_FLOW))
_TEXTS = {
    "lost-in-transit": (
        "{cells:,} of {compared:,} goods of a flow and year ({large} or more) have a destination "
        f"that reports less than a {FAR:g}th of them, {{value}} in all: they went elsewhere, or "
        "are recorded by origin or under another code. Exports to such a destination say little "
        "of what arrives there."
    ),
    "missing-export": (
        "{cells:,} of {compared:,} goods of a flow and year ({large} or more) have an exporter that"
        f" reports less than a {FAR:g}th of them, {{value}} in all: they came over another "
        "country or under another code, or the exporter does not show them. What it reports is a "
        "lower bound."
    ),
    "hidden-line": (
        f"Goods that one side reported for {STEADY} years, {{large}} or more in each, and then no "
        f"longer, while the other side still reports {CONTINUES:.0%} of them or more, {{value}} in "
        "all: the line is suppressed, the trade goes on. Ask the other side."
    ),
    "mirror-gap": (
        "{cells:,} of {compared:,} flows of a year ({large_flow} or more) differ by a factor of "
        f"{FACTOR:g} or more between exporter and importer, by {{value}} in all, over the goods "
        "that both tell of. A figure of such a flow depends on whose report it is."
    ),
}


def mirror_gap_findings(lake: Lake) -> tuple[Finding, ...]:
    """Return what the reports in a lake do not show of each other.

    Reports of all sources are paired, a reporter speaking by the source that has most rows of it in
    the year. What reconciles two reports already is no report and is left out.

    Parameters
    ----------
    lake
        A lake.
    """
    with lake.reading():
        names = dict.fromkeys(
            one.source for one in lake.holdings() if one.table == "flows" and one.counts
        )
        frames = [lake.flows(name) for name in names]
        if not frames:
            return ()
        rows = nw.concat(frames).to_native()
        return tuple(_finding(one) for one in hidden(rows))


def _finding(one: Hidden) -> Finding:
    first, last = one.years
    years = f"{first}" if first == last else f"{first}..{last}"
    place = f"{joined(one.sources)}, {years}{'' if one.freq == 'A' else ' by months'}"
    amounts = (figure_value(value, "USD") for value in (one.told_out_usd, one.told_in_usd))
    words = "{} exported, {} imported".format(*amounts)
    goods = "" if one.product == "TOTAL" else f" {one.product}"
    example = f"{one.year} {one.exporter} {one.importer}{goods}: {words}"
    text = _TEXTS[one.rule].format(
        cells=one.cells,
        compared=one.compared,
        value=figure_value(one.value_usd, "USD"),
        large=_LARGE,
        large_flow=_LARGE_FLOW,
    )
    return Finding(one.rule, "warning", place, one.cells, example, text)
