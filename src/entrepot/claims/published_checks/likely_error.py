"""The likely slip behind a printed number that others do not bear out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.claims.build import HOME
from entrepot.claims.document import Claim, Document, Source
from entrepot.claims.numbers import read_says
from entrepot.claims.reference_levels import ReferenceLevels
from entrepot.claims.result import LikelyError
from entrepot.claims.statements import Statements
from entrepot.claims.verdict import check
from entrepot.errors import EntrepotError
from entrepot.model.display import figure_value
from entrepot.model.interval import Interval

if TYPE_CHECKING:
    from entrepot.claims.published_checks.intervals import PublishedInterval
    from entrepot.sources.published.row import Published

__all__ = ["as_claim", "likely_slips"]


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
