"""The rows that count, added up once for the checks that compare sums."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from entrepot.lake import store
from entrepot.lake.inventory import codes_of_all_goods, spans
from entrepot.lake.merge import current_partitions
from entrepot.model.columns import Finding
from entrepot.model.display import figure_value
from entrepot.model.period import Period
from entrepot.sources import source_info
from entrepot.sources.strict import literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import duckdb

    from entrepot.lake.catalog import Catalog
    from entrepot.lake.merge import CurrentPart

VALUE = "coalesce(value_usd, value_reported)"
CURRENCY = "CASE WHEN value_usd IS NULL THEN currency ELSE 'USD' END"
REPORTER = "CASE reported_by WHEN 'importer' THEN importer ELSE exporter END"
SIDE = "CASE reported_by WHEN 'importer' THEN 'imports' WHEN 'exporter' THEN 'exports' ELSE '' END"
"""Whose row it is, and of which flow it tells; where both tell, the seller stands for it."""


def when(day: str = "period") -> str:
    """Return SQL for a row's period in words by its frequency: 2022, 2022Q1, 2022-01.

    A fiscal year is 2022-04 to 2023-03.
    """
    return (
        f"CASE freq WHEN 'A' THEN strftime({day}, '%Y') "
        f"WHEN 'Q' THEN concat(year({day}), 'Q', quarter({day})) "
        f"WHEN 'F' THEN concat(strftime({day}, '%Y-%m'), ' to ', "
        f"strftime({day} + INTERVAL 1 YEAR - INTERVAL 1 DAY, '%Y-%m')) "
        f"ELSE strftime({day}, '%Y-%m') END"
    )


_CELL = "freq, period, exporter, importer, reported_by, partner_basis"


@dataclass(frozen=True, slots=True)
class Totals:
    """Rows that count of every source of flows.

    Their sums by source, period, exporter, importer, teller, basis and currency are the temporary
    table ``sums``, with the columns ``n`` (rows) and ``value``.
    """

    folder: Path
    connection: duckdb.DuckDBPyConnection
    parts: dict[str, list[CurrentPart]]

    @classmethod
    def of(cls, folder: Path, catalog: Catalog, connection: duckdb.DuckDBPyConnection) -> Totals:
        """Add up the flows of a lake."""
        names = dict.fromkeys(item.source for item in catalog.snapshots if item.table == "flows")
        loaded = {
            name: [part for part in current_partitions(catalog.of(name)) if part.counts]
            for name in names
        }
        counted = cls(folder, connection, {name: parts for name, parts in loaded.items() if parts})
        queries = [counted._sums(name) for name in counted.sources]
        if queries:
            store.keep(connection, "sums", " UNION ALL ".join(queries))
        return counted

    def _sums(self, source: str) -> str:
        """Return SQL that adds up the rows of a source; a flow's total goes before its parts."""
        query = (
            f"SELECT {literal(source)} AS source, {_CELL}, {CURRENCY} AS currency, count(*) AS n, "
            f"sum({VALUE})"
        )
        rows = self.rows(source).sql_query()
        if not any(part.partition.totals for part in self.parts[source]):
            return f"{query} AS value FROM ({rows}) GROUP BY ALL"
        flow = "freq, period, exporter, importer, reported_by"
        return f"""
            {query} FILTER (product = 'TOTAL' OR has_total IS NULL) AS value
            FROM ({rows}) LEFT JOIN
                 (SELECT DISTINCT {flow}, true AS has_total FROM ({rows}) WHERE product = 'TOTAL')
            USING ({flow}) GROUP BY ALL"""

    @property
    def sources(self) -> tuple[str, ...]:
        """Sources of flows, in order of their first load."""
        return tuple(self.parts)

    def periods(self, source: str) -> list[Period]:
        """Return the periods that a source has rows of, oldest first."""
        found = {part.partition.period for part in self.parts[source]}
        return sorted(period for period in found if period)

    def count(self, source: str, period: Period) -> int:
        """Return about how many rows a source has in a period."""
        there = (part.partition for part in self.parts[source])
        return sum(part.rows for part in there if part.period == period)

    def rows(self, source: str, periods: Iterable[Period] | None = None) -> duckdb.DuckDBPyRelation:
        """Return the rows that count of a source, or of some periods of it, unread."""
        wanted = None if periods is None else set(periods)
        files = [
            (self.folder / next(iter(part.partition.files.values())).path, part.hidden)
            for part in self.parts[source]
            if wanted is None or part.partition.period in wanted
        ]
        return store.scan(self.connection, "flows", files)

    def fetch(self, query: str) -> list[tuple[Any, ...]]:
        """Run a query over `sums`."""
        return self.connection.execute(query).fetchall()


# Sums against their parts: totals and goods, headings and lines, years and months.


APART = 1.1
"""A year and the sum of its months may differ by this factor: years are revised, months seldom."""
_ABOVE = 1.01
_SMALL = 1e6
_PARTS_CELL = (
    "period",
    "freq",
    "exporter",
    "importer",
    "reported_by",
    "partner_basis",
    "is_reexport",
)


def check_totals(counted: Totals, source: str) -> Iterator[Finding]:
    """Say where a source counts trade twice or contradicts itself."""
    place = f"{source} {spans(counted.periods(source))}"
    yield from _parts_above_total(counted, source, place)
    yield from _headings_with_lines(counted, source, place)
    yield from _year_and_months(counted, source, place)


def _parts_above_total(counted: Totals, source: str, place: str) -> Iterator[Finding]:
    """Hold the goods of a flow against its total over all goods, where both are there."""
    if not any(part.partition.totals for part in counted.parts[source]):
        return
    cell = ", ".join(_PARTS_CELL)
    flows = counted.rows(source).aggregate(
        f"{cell}, {CURRENCY} AS currency, "
        f"sum({VALUE}) FILTER (product = 'TOTAL') AS total, "
        f"sum({VALUE}) FILTER (product <> 'TOTAL') AS parts",
        f"{cell}, {CURRENCY}",
    )
    above = flows.filter(f"parts >= {_SMALL} AND parts > {_ABOVE} * total")
    found = above.project(
        "year(period), exporter, importer, currency, total, parts, count(*) OVER ()"
    ).order("parts / total DESC, 1, 2, 3")
    if top := found.limit(1).fetchall():
        [(year, seller, buyer, currency, total, parts, count)] = top
        text = (
            f"The goods of a flow come to more than its total over all goods, by more than "
            f"{_ABOVE - 1:.0%}: one is wrong, or something stands there twice."
        )
        example = (
            f"{year} {seller} {buyer}: {figure_value(parts, currency)}, total "
            f"{figure_value(total, currency)}"
        )
        yield Finding("parts-above-total", "warning", place, count, example, text)


def _headings_with_lines(counted: Totals, source: str, place: str) -> Iterator[Finding]:
    rows = counted.rows(source)
    [(longest,)] = rows.filter("product <> 'TOTAL'").aggregate("max(length(product))").fetchall()
    short = rows.filter(f"product <> 'TOTAL' AND length(product) < {longest or 0}")
    if not short.limit(1).fetchall():
        return
    same = " AND ".join(f"line.{name} IS NOT DISTINCT FROM head.{name}" for name in _PARTS_CELL)
    [(count, one)] = counted.fetch(f"""
        SELECT count(*), min(concat_ws(' ', year(period), exporter, importer, product))
        FROM ({short.sql_query()}) AS head
        SEMI JOIN ({rows.sql_query()}) AS line
        ON {same} AND line.nomenclature = head.nomenclature
           AND left(line.product, 2) = left(head.product, 2)
           AND length(line.product) > length(head.product)
           AND starts_with(line.product, head.product)""")
    if count:
        text = "One flow has a heading and the lines under it: a sum counts them twice."
        yield Finding("heading-with-lines", "error", place, count, one, text)


def _year_and_months(counted: Totals, source: str, place: str) -> Iterator[Finding]:
    """Compare flows of a year with the same flow in its twelve months."""
    flow = "exporter, importer, reported_by, partner_basis, currency, year(period) AS year"
    of = f"FROM sums WHERE source = {literal(source)} AND freq"
    same = ("exporter", "importer", "reported_by", "partner_basis", "currency", "year")
    on = " AND ".join(f"y.{name} IS NOT DISTINCT FROM m.{name}" for name in same)
    found = counted.fetch(f"""
        SELECT y.year, y.exporter, y.importer, y.currency, y.value, m.value
        FROM (SELECT {flow}, value {of} = 'A') AS y
        JOIN (SELECT {flow}, sum(value) AS value {of} = 'M' GROUP BY ALL
              HAVING count(DISTINCT period) = 12) AS m ON {on}
        WHERE y.value >= {_SMALL} AND m.value > 0
          AND greatest(y.value / m.value, m.value / y.value) > {APART}
        ORDER BY abs(ln(y.value / m.value)) DESC, 1, 2, 3""")
    if found:
        year, seller, buyer, currency, value, months = found[0]
        text = (
            f"A year differs from the sum of its twelve months by more than a factor of {APART:g}: "
            "one of them was revised, or one is an extract."
        )
        example = (
            f"{year} {seller} {buyer}: {figure_value(value, currency)}, "
            f"months {figure_value(months, currency)}"
        )
        yield Finding("year-and-months", "warning", place, len(found), example, text)


# One flow in two sources: what differs by more than reports of one thing do.


FACTOR = 2.0
"""Two sources may differ by this factor in one flow: by freight, timing, partner and revision."""
LEAST = 10e6
"""Flows below this, in whole units of their currency, are not compared."""


def compare_sources(counted: Totals) -> Iterator[Finding]:
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
            if all(_has_all_goods(counted, source, year) for source in (first, second))
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
    loaded = set(counted.periods(source))
    found: dict[Period, list[Period]] = {}
    for year in sorted({Period.parse(period.year) for period in loaded}):
        for months in (12, 3, 1):
            parts = year.split(months)
            if set(parts) <= loaded:
                found[year] = parts
                break
    return found


def _has_all_goods(counted: Totals, source: str, year: Period) -> bool:
    """Whether a source has all goods, so that its totals can be compared."""
    parts = _parts(counted, source, year)
    return all(products >= codes_of_all_goods(digits) for products, digits in parts)


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
    loaded = _years(counted, source)
    periods = [period for year in years for period in loaded[year]]
    times = ", ".join(f"({literal(p.freq)}, {literal(p.start)}::DATE)" for p in periods)
    return f"""
        SELECT year(period) AS year, exporter, importer, reported_by, partner_basis AS basis,
        currency,
               sum(value) AS value
        FROM sums WHERE source = {literal(source)} AND (freq, period) IN ({times}) GROUP BY ALL"""


def _codes(counted: Totals, source: str, years: list[Period]) -> str:
    loaded = _years(counted, source)
    rows = counted.rows(source, [period for year in years for period in loaded[year]])
    return f"""
        SELECT year(period) AS year, exporter, importer, reported_by, partner_basis AS basis,
               {CURRENCY} AS currency, nomenclature, product, sum({VALUE}) AS value
        FROM ({rows.sql_query()}) WHERE product <> 'TOTAL' GROUP BY ALL"""
