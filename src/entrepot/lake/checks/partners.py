"""Trade with one partner that grows out of all proportion, and of which nobody else tells."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.lake.checks.continuity import LARGE
from entrepot.lake.checks.totals import REPORTER, SIDE
from entrepot.lake.inventory import spans
from entrepot.model.columns import Finding
from entrepot.model.display import figure_value
from entrepot.sources.strict import literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.lake.checks.totals import Totals

__all__ = ["PART", "SHARED", "TIMES", "check"]

TIMES = 20.0
"""Trade with a partner that is over so many times as much as in any year before is out of
proportion."""
PART = 0.01
"""Smaller parts of what the reporter trades in all are left alone."""
SHARED = 5.0
"""Times as much that another report or source must have for the same flow to bear it out."""


def check(counted: Totals, source: str) -> Iterator[Finding]:
    """Warn of partners who in one year became many times as large as ever before."""
    found = counted.fetch(f"""
        WITH flows AS (
            SELECT {REPORTER} AS reporter, {SIDE} AS side, exporter, importer, reported_by,
            currency,
                   year(period) AS year, sum(value) AS value
            FROM sums WHERE source = {literal(source)} AND freq = 'A' GROUP BY ALL
        ), series AS (
            SELECT *, sum(value) OVER (PARTITION BY reporter, side, currency, year) AS whole,
                   max(value) OVER earlier AS most, max(year) OVER earlier AS last
            FROM flows
            WINDOW earlier AS (
                PARTITION BY exporter, importer, reported_by, currency ORDER BY year
                ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            )
        ), others AS (
            SELECT source, reported_by, exporter, importer, currency, year(period) AS year,
                   sum(value) AS value
            FROM sums WHERE freq = 'A' GROUP BY ALL
        )
        SELECT reporter, side, if(reporter = importer, exporter, importer), year, last, most,
               value, currency
        FROM series
        WHERE last = year - 1 AND most > 0 AND value >= {LARGE} AND value > {TIMES} * most
          AND value > {PART} * whole
          AND NOT EXISTS (
              SELECT 1 FROM others AS now JOIN others AS before
              USING (source, reported_by, exporter, importer, currency)
              WHERE now.exporter = series.exporter AND now.importer = series.importer
                AND (now.source <> {literal(source)} OR now.reported_by <> series.reported_by)
                AND now.year = series.year AND before.year = series.last
                AND now.value > {SHARED} * before.value
          )
        ORDER BY value / most DESC, reporter, side, 3, year""")
    if found:
        reporter, side, partner, year, last, most, value, currency = found[0]
        place = f"{source} {spans(counted.periods(source))}"
        which = f" ({side})" if side else ""
        amounts = " to ".join(figure_value(float(one), currency) for one in (most, value))
        text = (
            f"Trade with one partner is over {TIMES:g} times as much as in any year before, at "
            f"least {PART:.0%} of all the reporter trades, and no other report held bears it out: "
            "it may be imputed, or stand under the wrong partner."
        )
        example = f"{reporter}{which} with {partner}, {last} to {year}: {amounts}"
        yield Finding("partner-jump", "warning", place, len(found), example, text)
