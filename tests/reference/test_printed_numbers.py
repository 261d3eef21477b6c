"""Texts made of real printed numbers: honest ones are left alone, an exchange is found.

Customs revise a base year before they compare with it, cut digits instead of rounding them, and
print parts that miss their total in the last digit. None of that may look like an error.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pytest

from entrepot.claims import Check, check, parse_document
from entrepot.sources.published.parse import published

if TYPE_CHECKING:
    from entrepot.sources.published.row import Published

MEASURES = ("value", "growth", "export_share", "import_share")


def usable(row: Published) -> bool:
    return (
        row.measure in MEASURES
        and row.confidence != "low"
        and row.goods == "all"
        and bool(row.exporter and row.importer and row.reporter)
        and row.flow in ("one_way", "both")
        and row.relation == "="
        and not row.per
        and (row.measure != "growth" or row.base is not None)
        and row.currency in ("USD", "CNY", "EUR", "")
    )


def quantity(row: Published) -> str:
    flow = f"exporter: {row.exporter}, importer: {row.importer}, flow: {row.flow}"
    keys = f"{flow}, period: {row.period}, reporter: {row.reporter}"
    if row.measure == "growth":
        keys += f", base: {row.base}, currency: {row.currency}"
    return f"{row.measure}: {{{keys}}}"


def text(rows: list[Published], says: dict[str, str] | None = None) -> Check:
    """Check a text with the numbers of some rows, each as printed or as told."""
    said = says or {}
    claims = {quantity(row): row for row in reversed(rows)}
    lines = [
        f'  - {{id: {row.id}, {words}, says: "{said.get(row.id, row.printed)}"}}'
        for words, row in claims.items()
    ]
    head = "format: 1\nsource: {title: As printed}\nclaims:\n"
    return check(parse_document(head + "\n".join(lines)))


def by_release() -> dict[tuple[str, str, int], list[Published]]:
    """The numbers of one origin about one year, as one report would have them."""
    groups: defaultdict[tuple[str, str, int], list[Published]] = defaultdict(list)
    for row in published():
        if usable(row):
            groups[row.origin, row.reporter, row.period.end.year].append(row)
    return {key: rows for key, rows in groups.items() if len(rows) > 1}


@pytest.mark.parametrize("key", sorted(by_release()), ids=str)
def test_what_was_printed_together_holds_together(key: tuple[str, str, int]) -> None:
    found = text(by_release()[key])
    assert not found.conflicts
    assert not found.found_something
    held = sum(item.verdict == "supported" for item in found.claims)
    assert held >= len(found.claims) - 1  # "562000 m" has more zeros than digits


def exchanges() -> list[tuple[Published, Published, Published]]:
    """Growth there, back and of both together, from one origin for one period."""
    rates: dict[tuple[object, ...], Published] = {}
    for row in published():
        if usable(row) and row.measure == "growth" and row.reporter == row.exporter != "WLD":
            rates[row.origin, row.period, row.currency, row.flow, row.importer] = row
        elif usable(row) and row.measure == "growth" and row.reporter == row.importer:
            rates[row.origin, row.period, row.currency, "back", row.exporter] = row
    return [
        (
            row,
            rates[origin, period, currency, "back", partner],
            rates[origin, period, currency, "both", partner],
        )
        for (origin, period, currency, flow, partner), row in rates.items()
        if flow == "one_way"
        and (origin, period, currency, "back", partner) in rates
        and (origin, period, currency, "both", partner) in rates
        and abs(row.value - rates[origin, period, currency, "back", partner].value) > 0.2
    ]


@pytest.mark.parametrize("rows", exchanges(), ids=lambda rows: rows[0].id)
def test_an_exchange_of_two_real_rates_is_found(
    rows: tuple[Published, Published, Published],
) -> None:
    there, back, both = rows
    found = text(list(rows), {there.id: back.printed, back.id: there.printed})
    items = {item.claim.id: item for item in found.claims}
    for one, other in ((there, back), (back, there)):
        assert items[one.id].verdict in ("inconsistent", "differs")
        assert (items[one.id].likely_errors[0].kind, items[one.id].likely_errors[0].other) == (
            "swapped",
            other.id,
        )
    assert items[both.id].verdict == "supported"
