"""Rows that may be right and look odd: trade with oneself, weights without value, shared prices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.lake.checks.batches import batches
from entrepot.lake.checks.totals import CURRENCY, REPORTER, VALUE, when
from entrepot.lake.inventory import spans
from entrepot.model.columns import Finding
from entrepot.model.display import figure_value

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from entrepot.lake.checks.totals import Totals

__all__ = ["PARTNERS", "check"]

PARTNERS = 5
"""So many partners with one unit value, to a part in 20,000, are no accident."""
_FREE = ("98", "99")  # chapters that the convention leaves to countries' own use
_MOST = 0.95  # of the codes of an edition: a source that uses so many is no extract
_AMOUNT = f"printf('%.0f', {VALUE}), {CURRENCY}"
_ROW = f"concat_ws(' ', {when()}, exporter, importer, product, {_AMOUNT})"
_PRICE = f"({VALUE}) / mass_kg"
_PARTNER = "CASE reported_by WHEN 'importer' THEN exporter ELSE importer END"


def check(counted: Totals, source: str, codes: Mapping[str, frozenset[str]]) -> Iterator[Finding]:
    """Warn of odd rows of a source."""
    place = f"{source} {spans(counted.periods(source))}"
    yield from _single(counted, source, place)
    yield from _shared_prices(counted, source, place)
    yield from _codes(counted, source, place, codes)


def _single(counted: Totals, source: str, place: str) -> Iterator[Finding]:
    """Warn of rows that are odd by themselves."""
    rules = (
        (
            "own-trade",
            "exporter = importer",
            (
                "An area trades with itself: goods that come back, or two areas under one code. "
                "A sum over its partners includes it."
            ),
        ),
        (
            "mass-without-value",
            f"{VALUE} = 0 AND (mass_kg > 0 OR quantity > 0)",
            "Goods without a value: small values may be rounded to zero, and no price follows.",
        ),
    )
    rows = counted.rows(source)
    counts = ", ".join(f"count(*) FILTER ({test})" for _, test, _ in rules)
    [found] = rows.aggregate(counts).fetchall()
    for (rule, test, text), count in zip(rules, found, strict=True):
        if count:
            [(example,)] = rows.filter(test).aggregate(f"max_by({_ROW}, {VALUE})").fetchall()
            yield Finding(rule, "warning", place, count, str(example), text)


def _shared_prices(counted: Totals, source: str, place: str) -> Iterator[Finding]:
    """Warn of weights that were made from values: many partners with one price."""
    group = (
        f"freq, period, reported_by, {REPORTER}, nomenclature, product, {CURRENCY}, "
        f"round(ln({_PRICE}) * 20000)"
    )
    prices = rows = 0
    worst: tuple[int, str] = (0, "")
    periods = counted.periods(source)
    for batch in batches(periods, [counted.count(source, period) for period in periods]):
        priced = counted.rows(source, batch).filter(
            f"{VALUE} >= 1000 AND mass_kg >= 100 AND is_estimated IS NOT TRUE "
            "AND product <> 'TOTAL'"
        )
        shared = priced.aggregate(
            f"count(*) AS n, min({_PARTNER}) AS first, max({_PARTNER}) AS last, freq, period, "
            f"{REPORTER} AS reporter, product, min({_PRICE}) AS price, {CURRENCY} AS currency",
            group,
        ).filter(f"n >= {PARTNERS} AND first <> last")
        words = (
            f"concat({when()}, ' ', reporter, ' ', product, ': ', n, "
            "' partners at ', printf('%.6g', price), ' ', currency, ' a kg')"
        )
        [(some, count, most, example)] = shared.aggregate(
            f"count(*), sum(n), max(n), max_by({words}, n)"
        ).fetchall()
        if some:
            prices, rows = prices + some, rows + int(count)
            worst = max(worst, (most, example))
    if prices:
        text = (
            f"Rows of at least {PARTNERS} partners share one unit value ({prices:,} such values): "
            "their weights were estimated from their values. Prices and weights of these rows say "
            "nothing."
        )
        yield Finding("shared-price", "warning", place, rows, worst[1], text)


def _codes(
    counted: Totals, source: str, place: str, codes: Mapping[str, frozenset[str]]
) -> Iterator[Finding]:
    """Warn of codes that their edition does not have, and note those that nobody uses."""
    rows = counted.rows(source).filter("regexp_full_match(product, '[0-9]{6}')")
    groups = rows.aggregate(f"nomenclature, product, count(*), sum({VALUE}), min({CURRENCY})")
    used: dict[str, set[str]] = {}
    strange: list[tuple[float, int, str, str]] = []
    for edition, product, count, value, currency in groups.fetchall():
        used.setdefault(edition, set()).add(product)
        if edition in codes and product not in codes[edition] and product[:2] not in _FREE:
            strange.append((value or 0.0, count, f"{product} of {edition}", currency))
    if strange:
        value, _, name, currency = max(strange)
        text = (
            f"{len(strange)} product codes do not exist in the edition that the rows are said to "
            "be in: the edition may be another, or a country may use a code of its own."
        )
        example = f"{name}, {figure_value(value, currency)}"
        total = sum(count for _, count, _, _ in strange)
        yield Finding("unknown-code", "warning", place, total, example, text)
    for edition, there in used.items():
        unused = sorted(codes.get(edition, frozenset()) - there)
        if unused and len(there) >= _MOST * len(codes[edition]):
            text = f"Codes of {edition} that no row has; all others are there."
            yield Finding("unused-code", "note", place, len(unused), unused[0], text)
