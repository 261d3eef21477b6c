"""Trade of a country that stopped reporting: how much of it partners still report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw

from entrepot.figures.caveats import caveat
from entrepot.figures.definition import SIDES, other_side
from entrepot.figures.evidence import NoAnswer
from entrepot.figures.sides import members_of
from entrepot.lake import relation
from entrepot.model.areas import area_name, possessive, stopped_in
from entrepot.model.columns import Finding
from entrepot.model.display import figure_value, joined
from entrepot.model.period import Period
from entrepot.reconciliation import coverage, hidden
from entrepot.reconciliation.mirror_gaps import CONTINUES, FACTOR, FAR, LEAST, LEAST_FLOW, STEADY

if TYPE_CHECKING:
    from entrepot.figures.definition import Definition, Side
    from entrepot.figures.evidence import Caveat
    from entrepot.figures.rows import Frame, SourceRows
    from entrepot.lake import Lake
    from entrepot.reconciliation import Coverage, MirrorGaps

FLOOR = 0.5
"""Share of a silent country's trade below which no total of it is added up from its partners: what
is not told then outweighs what is. The 43 partners whose data CEIC takes together in 2024 had 71 %
of Russia's imports of 2021."""


def mirror_coverage(cells: SourceRows, asked: Definition) -> Coverage | None:
    """Return the least coverage over the period and base asked for; None where it does not matter.

    It matters where a country that stopped publishing stands on a side, and its partners' reports
    count. It needs reports of the last full year in which the country published.
    """
    side = _non_reporting_side(cells, asked)
    if side is None:
        return None
    return cells.once("mirror", asked, lambda: _covered(cells, asked, side))


def _covered(cells: SourceRows, asked: Definition, side: Side) -> Coverage | None:
    """Return the least coverage of a country that fell silent on a side."""
    gone = stopped_in(members_of(asked, side), asked.period)
    # The last full year: Russia's last month is January 2022, so its year is 2021.
    year = Period.parse(gone[0].last.start.year - 1)
    starts = cells.available.starts(year)
    if not starts:  # fiscal years do not make up the calendar year before
        return None
    spans = (asked.period, asked.base) if asked.base else (asked.period,)
    # Times in which the country still reported need no mirror.
    wanted = [day for span in spans for day in cells.available.starts(span) if day > starts[-1]]
    rows = cells.reports(side).filter(
        nw.col("freq") == cells.available.freq,
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
    # A sum over missing values alone is zero on some engines, and would be no trade.
    return sums.select(*keys, nw.when(nw.col("__known") > 0).then(value).alias("value_usd"))


def too_little(found: Coverage, cells: SourceRows) -> NoAnswer:
    """Refuse a total of a silent country that its partners tell too little of."""
    return NoAnswer(
        f"{100 * found.share:.0f} % of this trade in the last published year was with "
        f"partners that report to {cells.available.source} in {_when(found, cells)}, too "
        "little for a total"
    )


def mirror_caveat(found: Coverage, cells: SourceRows, asked: Definition) -> Caveat:
    """Say how much of a non-reporting country's trade its partners report, and who is missing."""
    side = _non_reporting_side(cells, asked)
    assert side is not None, "coverage was found for one country"
    [area] = members_of(asked, side)
    year = stopped_in([area], asked.period)[0].last.start.year - 1
    trade = "imports" if side == "importer" else "exports"
    text = (
        f"{100 * found.share:.0f} % of {possessive(area_name(area))} {trade} of {year} "
        f"was with partners that report to {cells.available.source} in {_when(found, cells)}"
    )
    if found.non_reporting:
        largest = [
            f"{area_name(name)} ({100 * share:.1f} %)" for name, share in found.non_reporting[:3]
        ]
        text += f"; largest non-reporting partners: {joined(largest)}"
    return caveat("coverage", f"{text}.")


def _non_reporting_side(cells: SourceRows, asked: Definition) -> Side | None:
    """Return the side on which one country stands that stopped, and whose partners count."""
    for side in SIDES:
        members = members_of(asked, side)
        # Of a group some members still report: coverage is defined for one country.
        if other_side(side) in cells.mirrors and len(members) == 1:
            return side if stopped_in(members, asked.period) else None
    return None


def _when(found: Coverage, cells: SourceRows) -> str:
    """Return the period that is covered least: a year's first day stands for the year."""
    day = found.period
    return f"{day:%Y-%m}" if cells.available.freq != "A" else f"{day:%Y}"


# Mirror gaps in a lake, as findings: what one side reports and the other does not.


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
        "{cells:,} of {compared:,} flows of a year ({large_flow} or more) differ by a "
        f"factor of {FACTOR:g} or more between exporter and importer, by {{value}} in "
        "all, for goods that both report. Any figure for such a flow depends on the "
        "reporter."
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
        rows = relation(nw.concat(frames), lake)
        return tuple(_finding(one) for one in hidden(rows))


def _finding(one: MirrorGaps) -> Finding:
    first, last = one.years
    years = f"{first}" if first == last else f"{first} to {last}"
    place = f"{joined(one.sources)}, {years}{'' if one.freq == 'A' else ' by months'}"
    amounts = (figure_value(value, "USD") for value in (one.exporter_low_usd, one.importer_low_usd))
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
