"""One flow in two sources: what differs by more than reports of one thing do."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from entrepot.lake.checks.totals import CURRENCY, VALUE
from entrepot.lake.inventory import spans
from entrepot.lake.partial_coverage import whole_trade
from entrepot.model.columns import Finding
from entrepot.model.display import figure_value
from entrepot.model.period import Period
from entrepot.sources import source_info
from entrepot.sources.strict import literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.lake.checks.totals import Totals

__all__ = ["FACTOR", "LEAST", "check"]

FACTOR = 2.0
"""Two sources may differ by this factor in one flow: by freight, timing, partner and revision."""
LEAST = 10e6
"""Flows below this, in whole units of their currency, are not compared."""


def check(counted: Totals) -> Iterator[Finding]:
    """Compare every two sources by exporter, importer and year, in the same currency.

    Reports are compared with those of the same side; what reconciles two reports with either. What
    was computed here from other rows lies between them and is left out. Where one source has some
    goods only, the codes that both have in one edition are compared.
    """
    given = [name for name in counted.sources if not source_info(name).computed]
    for first, second in combinations(given, 2):
        years = sorted(set(_years(counted, first)) & set(_years(counted, second)))
        if not years:
            continue
        totals = [
            year
            for year in years
            if all(_is_whole(counted, source, year) for source in (first, second))
        ]
        codes = [
            year
            for year in years
            if year not in totals
            and not any(_has_no_codes(counted, source, year) for source in (first, second))
        ]
        yield from _compared(counted, first, second, totals, by_codes=False)
        yield from _compared(counted, first, second, codes, by_codes=True)


def _years(counted: Totals, source: str) -> dict[Period, list[Period]]:
    """Return the periods that each year is made of: itself, else its quarters or months."""
    held = set(counted.periods(source))
    found: dict[Period, list[Period]] = {}
    for year in sorted({Period.parse(period.year) for period in held}):
        for months in (12, 3, 1):
            parts = year.split(months)
            if set(parts) <= held:
                found[year] = parts
                break
    return found


def _is_whole(counted: Totals, source: str, year: Period) -> bool:
    """Whether a source has all goods, so that its totals can be compared."""
    parts = _parts(counted, source, year)
    return all(products >= whole_trade(digits) for products, digits in parts)


def _has_no_codes(counted: Totals, source: str, year: Period) -> bool:
    return any(digits == 0 for _, digits in _parts(counted, source, year))


def _parts(counted: Totals, source: str, year: Period) -> list[tuple[int, int]]:
    periods = set(_years(counted, source)[year])
    there = (part.partition for part in counted.parts[source])
    return [(part.products, part.digits) for part in there if part.period in periods]


def _compared(
    counted: Totals, first: str, second: str, years: list[Period], *, by_codes: bool
) -> Iterator[Finding]:
    if not years:
        return
    read = _codes if by_codes else _totals
    one, other = (read(counted, source, years) for source in (first, second))
    goods = "nomenclature, product, " if by_codes else ""
    flow = "year, exporter, importer, currency, a.reported_by, b.reported_by, a.basis, b.basis"
    found = counted.fetch(f"""
        WITH flows AS (
            SELECT year, exporter, importer, currency, sum(a.value) AS one, sum(b.value) AS two
            FROM ({one}) AS a JOIN ({other}) AS b USING ({goods}year, exporter, importer, currency)
            WHERE a.reported_by = b.reported_by OR 'both' IN (a.reported_by, b.reported_by)
            GROUP BY {flow}),
        compared AS (
            SELECT *, greatest(one / two, two / one) AS ratio FROM flows
            WHERE greatest(one, two) >= {LEAST} AND least(one, two) > 0)
        SELECT count(*) OVER (), count(*) FILTER (ratio > {FACTOR}) OVER (), * FROM compared
        ORDER BY ratio DESC, year, exporter, importer LIMIT 1""")
    for count, far, year, exporter, importer, currency, *amounts, _ in found:
        if not far:
            return
        text = (
            f"{far:,} of {count:,} flows of at least {figure_value(LEAST, currency)} differ by more"
            f" than a factor of {FACTOR:g} between {first} and {second} "
            f"({'codes that both have' if by_codes else 'all goods'}, by exporter, importer and "
            "year). One may hold an extract, count totals twice, or be in other units."
        )
        words = " and ".join(figure_value(amount, currency) for amount in amounts)
        place = f"{first} and {second}, {spans(years)}"
        example = f"{year} {exporter} {importer}: {words}"
        yield Finding("sources-differ", "warning", place, far, example, text)


def _totals(counted: Totals, source: str, years: list[Period]) -> str:
    held = _years(counted, source)
    periods = [period for year in years for period in held[year]]
    times = ", ".join(f"({literal(p.freq)}, {literal(p.start)}::DATE)" for p in periods)
    return f"""
        SELECT year(period) AS year, exporter, importer, reported_by, partner_basis AS basis,
        currency,
               sum(value) AS value
        FROM sums WHERE source = {literal(source)} AND (freq, period) IN ({times}) GROUP BY ALL"""


def _codes(counted: Totals, source: str, years: list[Period]) -> str:
    held = _years(counted, source)
    rows = counted.rows(source, [period for year in years for period in held[year]])
    return f"""
        SELECT year(period) AS year, exporter, importer, reported_by, partner_basis AS basis,
               {CURRENCY} AS currency, nomenclature, product, sum({VALUE}) AS value
        FROM ({rows.sql_query()}) WHERE product <> 'TOTAL' GROUP BY ALL"""
