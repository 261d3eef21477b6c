"""Sums against their parts: totals and goods, headings and lines, years and months."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.lake.checks.totals import CURRENCY, VALUE
from entrepot.lake.inventory import spans
from entrepot.model.columns import Finding
from entrepot.model.display import figure_value
from entrepot.sources.strict import literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.lake.checks.totals import Totals

__all__ = ["APART", "check"]

APART = 1.1
"""A year and the sum of its months may differ by this factor: years are revised, months seldom."""
_ABOVE = 1.01
_SMALL = 1e6
_CELL = ("period", "freq", "exporter", "importer", "reported_by", "partner_basis", "is_reexport")


def check(counted: Totals, source: str) -> Iterator[Finding]:
    """Say where a source counts trade twice or contradicts itself."""
    place = f"{source} {spans(counted.periods(source))}"
    yield from _parts_above_total(counted, source, place)
    yield from _heading_beside_lines(counted, source, place)
    yield from _year_and_months(counted, source, place)


def _parts_above_total(counted: Totals, source: str, place: str) -> Iterator[Finding]:
    """Hold the goods of a flow against its total over all goods, where both are there."""
    if not any(part.partition.totals for part in counted.parts[source]):
        return
    cell = ", ".join(_CELL)
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


def _heading_beside_lines(counted: Totals, source: str, place: str) -> Iterator[Finding]:
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
