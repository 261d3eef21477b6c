"""Sums beside their parts: trade that counts twice, and years that their months belie."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.lake.holding import spans
from entrepot.model.display import figure_value
from entrepot.model.findings import Finding
from entrepot.sources.strict import literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.lake.checks.counted import Counted

__all__ = ["APART", "check"]

APART = 1.1
"""A year and the sum of its months may differ by this factor: years are revised, months seldom."""
_SMALL = 1e6
_CELL = ("period", "freq", "exporter", "importer", "told_by", "partner_basis", "is_reexport")


def check(counted: Counted, source: str) -> Iterator[Finding]:
    """Say where a source counts trade twice or contradicts itself."""
    place = f"{source} {spans(counted.periods(source))}"
    yield from _total_beside_parts(counted, source, place)
    yield from _heading_beside_lines(counted, source, place)
    yield from _year_and_months(counted, source, place)


def _total_beside_parts(counted: Counted, source: str, place: str) -> Iterator[Finding]:
    rows = counted.rows(source)
    if not rows.filter("product = 'TOTAL'").limit(1).fetchall():
        return
    cell = ", ".join(_CELL)
    both = rows.aggregate(
        f"{cell}, bool_or(product = 'TOTAL') AS total, bool_or(product <> 'TOTAL') AS part", cell
    ).filter("total AND part")
    example = "min(concat_ws(' ', year(period), exporter, importer))"
    [(count, one)] = both.aggregate(f"count(*), {example}").fetchall()
    if count:
        text = "The total of all goods stands beside goods of the same flow: a sum counts it twice."
        yield Finding("total-beside-parts", "error", place, count, one, text)


def _heading_beside_lines(counted: Counted, source: str, place: str) -> Iterator[Finding]:
    rows = counted.rows(source)
    [(longest,)] = rows.filter("product <> 'TOTAL'").aggregate("max(length(product))").fetchall()
    short = rows.filter(f"product <> 'TOTAL' AND length(product) < {longest or 0}")
    if not short.limit(1).fetchall():
        return
    same = " AND ".join(f"line.{name} IS NOT DISTINCT FROM head.{name}" for name in _CELL)
    [(count, one)] = counted.fetch(f"""
        SELECT count(*), min(concat_ws(' ', year(period), exporter, importer, product))
        FROM ({short.sql_query()}) AS head
        SEMI JOIN ({rows.sql_query()}) AS line
        ON {same} AND line.nomenclature = head.nomenclature
           AND left(line.product, 2) = left(head.product, 2)
           AND length(line.product) > length(head.product)
           AND starts_with(line.product, head.product)""")
    if count:
        text = "A heading stands beside its own lines in one flow: a sum counts it twice."
        yield Finding("heading-beside-lines", "error", place, count, one, text)


def _year_and_months(counted: Counted, source: str, place: str) -> Iterator[Finding]:
    """Compare flows of a year with the same flow in its twelve months."""
    flow = "exporter, importer, told_by, partner_basis, currency, year(period) AS year"
    of = f"FROM sums WHERE source = {literal(source)} AND freq"
    same = ("exporter", "importer", "told_by", "partner_basis", "currency", "year")
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
