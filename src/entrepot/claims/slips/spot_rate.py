"""An amount converted at a later day's or month's rate instead of the rate of its own period."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from entrepot.claims.build import HOME
from entrepot.claims.describe import stated
from entrepot.claims.slips.case import Case, Change, Proposal, corrected, luck

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from entrepot.claims.document import Claim
    from entrepot.model.interval import Interval
    from entrepot.model.period import Period

__all__ = ["spot_rate"]

LATEST = timedelta(days=366)
"""How long after its period an amount may have been converted, where a text has no date."""


@dataclass(frozen=True, slots=True)
class _Rate:
    """Units of the other currency per dollar, when and by whom."""

    value: float
    period: Period
    origin: str


def spot_rate(case: Case) -> Iterator[Proposal]:
    """Propose that an amount was converted at a rate from the end of its period or later."""
    for claim in case.suspects():
        best = case.standings[claim.id].best
        if claim.quantity.measure != "value" or best is None:
            continue
        for currency in HOME:
            amount = _amount(claim, currency, case)
            if amount is None:
                continue
            rates = list(_rates(currency, claim, case))
            # All rates that would fit are one explanation; the nearest is named.
            fitting = [
                rate for rate in rates if amount.scaled(1 / rate.value).meets(claim.interval)
            ]
            if fitting:
                middle = claim.interval.middle
                nearest = min(fitting, key=lambda rate: abs(amount.middle / rate.value - middle))
                right = corrected(claim, best.value)
                text = _text(claim, amount, currency, nearest, case)
                change = Change(right, right.says.text, text, _source_of(claim, currency, case))
                room = 1 + amount.width / amount.middle * middle / claim.interval.width
                yield Proposal("spot_rate", (change,), len(rates) * luck(claim) * room)


def _amount(claim: Claim, currency: str, case: Case) -> Interval | None:
    """Return the amount in the other currency: as the text has it, else as printed."""
    if claim.quantity.unit != "USD":
        return None
    same = claim.quantity.mapped(currency=currency)
    for other in case.document.claims:
        if other.quantity.key() == same.key() and case.standings[other.id].verdict != "differs":
            return other.interval
    known = case.facts.totals(same.of)
    return known[0].interval if known else None


def _source_of(claim: Claim, currency: str, case: Case) -> str:
    same = claim.quantity.mapped(currency=currency)
    return next(
        (other.id for other in case.document.claims if other.quantity.key() == same.key()), ""
    )


def _rates(currency: str, claim: Claim, case: Case) -> Iterator[_Rate]:
    """Yield the rates of months and days from the period's last month to the publication."""
    period = claim.quantity.of[0][0].period
    published = case.document.source.published
    latest: date = published.end if published else period.end + LATEST
    first = period.end.replace(day=1)
    for row in case.facts.statements.rates[currency]:
        short = row.period.freq in ("M", "D")
        if short and row.value and first <= row.period.start and row.period.start <= latest:
            yield _Rate(row.value, row.period, row.origin_words)


def _text(claim: Claim, amount: Interval, currency: str, rate: _Rate, case: Case) -> str:
    when = f"of {rate.period}" if rate.period.freq == "D" else f"of {_month(rate.period)}"
    year = claim.quantity.of[0][0].period
    text = (
        f"{stated(amount.middle, currency)} at {rate.value:.3f} to the dollar, the rate {when}, "
        f"is {stated(amount.middle / rate.value, 'USD')}"
    )
    own = case.facts.rate(currency, year)
    if own is None:
        return f"{text}."
    return (
        f"{text}; at the rate customs used for {year}, {own.low:.2f} to {own.high:.2f}, "
        f"it is {stated(amount.middle / own.middle, 'USD')}."
    )


def _month(period: Period) -> str:
    return f"{period.start:%B %Y}"
