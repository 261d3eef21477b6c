"""All findings of a collection of printed statements, what cannot both be true first."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from entrepot.claims.document import Claim, Document, Source
from entrepot.claims.numbers import read_says
from entrepot.claims.published_checks.derived_values import parts, series, shares, sums
from entrepot.claims.published_checks.discrepancy import (
    KINDS,
    Discrepancy,
    PublishedInterval,
    as_printed,
)
from entrepot.claims.published_checks.same_quantity import growth_in_two_currencies, pairs
from entrepot.claims.quantity import HOME
from entrepot.claims.result import LikelyError
from entrepot.claims.statements import OURS, ReferenceLevels, Statements
from entrepot.claims.verdict import check
from entrepot.errors import EntrepotError
from entrepot.model.display import figure_value
from entrepot.model.interval import Interval
from entrepot.sources.published.row import CONFIDENCES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from entrepot.sources.published.row import Published

__all__ = ["findings", "printed_numbers"]


def findings(rows: Iterable[Published]) -> tuple[Discrepancy, ...]:
    """Return the printed numbers of one thing that do not meet.

    Compared are numbers of one thing with each other; a two-way total with its two directions; a
    growth rate or share with the levels it is of; a span of months with its parts; a part with its
    whole; shares of different partners with all of it; growth in one currency with that in another.
    Our own results are left out.

    Parameters
    ----------
    rows
        Printed statements.

    Returns
    -------
    tuple of Finding
        Conflicts first, then pairs of which a definition is unsaid, then pairs that say that they
        count different things. Each conflict with its likely slips.
    """
    kept = tuple(rows)
    statements = Statements(kept)
    facts = ReferenceLevels(statements)
    numbers = printed_numbers(kept, statements)
    held = {number.row.id: number for number in numbers}
    found = [
        *(*pairs(numbers), *series(numbers), *sums(numbers, facts), *parts(numbers)),
        *(*shares(numbers), *growth_in_two_currencies(numbers, facts)),
    ]
    explained = [_explained(item, held, facts) for item in found]
    once = _once(sorted(explained, key=lambda item: (KINDS.index(item.kind), _weakness(item))))
    return tuple(sorted(once, key=lambda item: (KINDS.index(item.kind), item.what, item.id)))


def _weakness(item: Discrepancy) -> int:
    """Return how uncertain the least certain of the rows is that a number is held against."""
    return max(CONFIDENCES.index(row.confidence) for row in item.other.rows)


def printed_numbers(
    rows: Iterable[Published], statements: Statements
) -> tuple[PublishedInterval, ...]:
    """Return the rows that can be compared, our own results left out."""
    by_id = {statement.row.id: statement for statement in statements.all}
    found = (as_printed(row, by_id.get(row.id)) for row in rows if row.publisher != OURS)
    return tuple(number for number in found if number is not None)


def _explained(
    item: Discrepancy, held: dict[str, PublishedInterval], facts: ReferenceLevels
) -> Discrepancy:
    """Return a finding with its slips; a conversion is no later release of what it converts."""
    released = item.definition.startswith("release:") and len(item.other.rows) == 1
    if item.likely_errors or not (item.kind == "conflict" or released):
        return item
    likely_errors = likely_slips(held[item.id], facts)
    if item.kind == "conflict":
        return replace(item, likely_errors=likely_errors)
    if any(slip.kind == "spot_rate" for slip in likely_errors):
        return replace(item, kind="conflict", definition="", likely_errors=likely_errors)
    return item


def _once(order: Iterable[Discrepancy]) -> Iterable[Discrepancy]:
    """Yield each number's conflict once, and of two that rest on the same rows the first."""
    conflicting: set[str] = set()
    seen: set[frozenset[str]] = set()
    for item in order:
        if item.rows in seen or item.id in conflicting:
            continue
        seen.add(item.rows)
        if item.kind == "conflict":
            conflicting.add(item.id)
        yield item


# The likely slip behind a printed number that others do not bear out.


def likely_slips(number: PublishedInterval, facts: ReferenceLevels) -> tuple[LikelyError, ...]:
    """Return the slips that would explain a number, the likeliest first.

    The number is checked as a text of one claim would be. A conversion at a rate between those
    held is found beside it.
    """
    claim = as_claim(number)
    if claim is None:
        return ()
    row = number.row
    text = Document(Source(row.title, row.publisher, row.published_on), (claim,))
    found = check(text, facts=facts).claims[0].likely_errors
    if any(slip.kind == "stale" for slip in found):  # a number is no earlier release of itself
        found = check(text, facts=_without(row, facts)).claims[0].likely_errors
    if any(slip.kind == "spot_rate" for slip in found):
        return found
    converted = _between_rates(number, facts)
    if not converted:
        return found
    # A digit can be dropped, doubled or exchanged in most numbers: no match for a rate that fits.
    return (*converted, *(slip for slip in found if slip.kind != "digits"))


def _without(row: Published, facts: ReferenceLevels) -> ReferenceLevels:
    held = facts.statements
    rates = [rate for group in held.rates.values() for rate in group]
    return ReferenceLevels(
        Statements([*(one.row for one in held.all if one.row.id != row.id), *rates])
    )


def as_claim(number: PublishedInterval) -> Claim | None:
    """Return a printed number as a claim; None where it is not one that can be checked."""
    if number.statement is None or not number.books:
        return None
    try:
        says = read_says(number.row.printed)
    except EntrepotError:
        return None
    row, quantity = number.row, number.statement.quantity
    interval = number.statement.exact or number.interval
    return Claim(row.id, row.printed, says, quantity, interval, books_said=bool(number.books))


def _between_rates(number: PublishedInterval, facts: ReferenceLevels) -> list[LikelyError]:
    """Return a conversion at a rate that lies between market rates held."""
    statement = number.statement
    if statement is None or statement.quantity.unit != "USD" or statement.exact is None:
        return []
    period = statement.quantity.of[0][0].period
    for currency in HOME:
        known = facts.totals(statement.quantity.mapped(currency=currency).of)
        own = facts.rate(currency, period)
        if not known or own is None or known[0].how or statement.exact.low <= 0:
            continue
        implied = known[0].interval / statement.exact
        market = _market(currency, number, facts)
        if market is None or implied.meets(own) or not implied.meets(market):
            continue
        right = known[0].interval.middle / own.middle
        low, high, worth = f"{own.low:.2f}", f"{own.high:.2f}", figure_value(right, "USD")
        text = (
            f"{known[0].statements[0].row.printed} over {number.row.printed} is "
            f"{implied.middle:.3f} to the dollar, within the market rates from the average of "
            f"{period} to the publication, {market.low:.3f} to {market.high:.3f}; at the rate "
            f"customs used for {period}, {low} to {high}, it is {worth}."
        )
        return [LikelyError("spot_rate", known[0].statements[0].row.id, worth, text)]
    return []


def _market(currency: str, number: PublishedInterval, facts: ReferenceLevels) -> Interval | None:
    """Return the span of market rates from the year's average to the publication."""
    period, latest = number.row.period, number.row.published_on
    rates = [
        row.value
        for row in facts.statements.rates[currency]
        if row.value
        and row.period.end >= period.end
        and (row.period == period or row.period.freq in ("M", "D"))
        and (row.period == period or str(row.period.start) <= f"{latest}-99")
    ]
    return Interval(min(rates), max(rates)) if rates else None
