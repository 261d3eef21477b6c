"""Likely errors of money: another currency, or the rate of another day."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from entrepot.claims.error_patterns.context import (
    Correction,
    KnownInterval,
    Proposal,
    at_least_once,
    covers,
    luck,
)
from entrepot.claims.quantity import HOME
from entrepot.claims.quantity_text import claimed, like, span, stated
from entrepot.claims.statements import CUSTOMS_SLACK
from entrepot.model.interval import Interval

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from entrepot.claims.document import Claim
    from entrepot.claims.error_patterns.context import KnownValues
    from entrepot.model.period import Period

MONEY = ("USD", *HOME)
LATEST = timedelta(days=366)
"""How long after its period an amount may have been converted, where a text has no date."""


@dataclass(frozen=True, slots=True)
class _Rate:
    """Units of the other currency per dollar, and when."""

    value: float
    period: Period


def currency(claim: Claim, view: KnownValues) -> Iterator[Proposal]:
    """Propose that the number is right in another currency."""
    own = claim.quantity.of[0][0].currency if claim.quantity.of else ""
    # In a share or ratio the currency cancels, so that a mistaken one changes nothing.
    if own not in MONEY or claim.quantity.cancels:
        return
    for other in MONEY:
        if other == own:
            continue
        quantity = claim.quantity.mapped(currency=other, reporter=_reporter(claim, other))
        pins = [*view.pins(claim, quantity), *_converted(claim, other, view)]
        if quantity.to:
            text = f"{claimed(claim)} is the change in {other}, not in {own}"
        else:
            there = _shown(replace(claim, quantity=quantity))
            text = f"the number is right in {other}, as {there}, not in {own}"
        source = _source_of(claim, other, view)
        # A currency that nothing in the text suggests needs a closer hit to be believed.
        tries = 2 if _is_at_hand(claim, other, view) else 12
        yield from view.other("currency", claim, pins, text, tries=tries, source=source)


def _shown(claim: Claim) -> str:
    """Return a number in its own digits with its currency, or as a bound."""
    if math.isfinite(claim.interval.width):
        return like(claim, claim.interval.middle)
    return span(claim.interval, claim.quantity.unit)


def _is_at_hand(claim: Claim, money: str, view: KnownValues) -> bool:
    """Whether a currency is that of a side, or one that the text counts in elsewhere."""
    level = claim.quantity.of[0][0]
    used = {one.currency for c in view.case.document.claims for one in c.quantity.levels()}
    return money == "USD" or HOME[money] in (level.exporter, level.importer) or money in used


def _reporter(claim: Claim, money: str) -> str:
    """Return whose statistics an amount in another currency would be of."""
    home, level = HOME.get(money, ""), claim.quantity.of[0][0]
    return home if home in (level.exporter, level.importer) else level.reporter


def _converted(claim: Claim, other: str, view: KnownValues) -> Iterator[KnownInterval]:
    """Yield the amount meant in another currency, at the rates of its period."""
    level = claim.quantity.of[0][0]
    rate = view.case.facts.flow_rate(other, level.currency, level.period)
    if rate is None or claim.quantity.to:
        return
    # Whoever reads one currency for another prints the amount as it was converted: all that a
    # flow's own months may do to its rate would let any number fit.
    rate = Interval.point(rate.middle).widened(CUSTOMS_SLACK)
    for known in view.meant(claim):
        # What is open by its own size would fit at any rate.
        if known.width < abs(known.middle):
            yield KnownInterval(known * rate, f"at the rate of {level.period}")


def spot_rate(claim: Claim, view: KnownValues) -> Iterator[Proposal]:
    """Propose that an amount was converted at a rate from the end of its period or later."""
    own = claim.quantity.of[0][0].currency if claim.quantity.of else ""
    if claim.quantity.measure not in ("value", "balance") or own not in MONEY:
        return
    for other in MONEY if own == "USD" else ("USD",):
        for amount in _amounts(claim, other, view) if other != own else ():
            rates = list(_rates(other if own == "USD" else own, claim, view))
            yield from _at_one(claim, view, amount, other, rates)


def _at_one(
    claim: Claim, view: KnownValues, amount: Interval, other: str, rates: list[_Rate]
) -> Iterator[Proposal]:
    """Yield the nearest of the rates that fit: all that do are one explanation."""
    to_dollars = other != "USD"
    values = [(amount.scaled(1 / r.value if to_dollars else r.value), r) for r in rates]
    fitting = [(value, rate) for value, rate in values if value.meets(claim.interval)]
    right, corrected = view.right(claim)
    if not fitting or right is None:
        return
    middle = claim.interval.middle
    value, nearest = min(fitting, key=lambda pair: abs(pair[0].middle - middle))
    source = _source_of(claim, other, view)
    text = _text(claim, amount, other, nearest, value, view)
    change = Correction(right, corrected, text, source)
    # Over all rates tried, so that one lucky day of a hundred weighs little.
    hits = sum(covers(claim, one) for one, _ in fitting)
    hull = values[0][0]
    for one, _ in values:
        hull = hull.hull(one)
    # Rates of neighbouring days are no independent tries: their common span bounds the chance too.
    chance = min(at_least_once(luck(claim, value), len(rates)), luck(claim, hull))
    yield Proposal("spot_rate", (change,), chance, hits / len(rates) / view.open(claim))


def _amounts(claim: Claim, money: str, view: KnownValues) -> Iterator[Interval]:
    """Yield the amount in the other currency, as the text or its series has it."""
    same = claim.quantity.mapped(currency=money)
    for other in view.case.document.claims:
        alike = other.quantity.key() == same.key() and view.trusts(other.id)
        if alike and math.isfinite(other.interval.width):
            yield other.interval
    reporter = claim.quantity.mapped(currency=money, reporter=_reporter(claim, money))
    left = view.left(reporter)
    if left is not None and left.low > 0 and left.width < 0.02 * left.middle:
        yield left
    for known in view.case.facts.totals(same.of)[:1]:
        yield known.interval


def _source_of(claim: Claim, money: str, view: KnownValues) -> str:
    same = claim.quantity.mapped(currency=money).key()
    claims = view.case.document.claims
    return next((other.id for other in claims if other.quantity.key() == same), "")


def _rates(money: str, claim: Claim, view: KnownValues) -> Iterator[_Rate]:
    """Yield the rates of months and days from the period's last month to the publication."""
    period = claim.quantity.of[0][0].period
    published = view.case.document.source.published
    latest: date = published.end if published else period.end + LATEST
    # From the last month on: earlier rates are part of the period's own average.
    first = period.end.replace(day=1)
    for row in view.case.facts.statements.rates[money]:
        short = row.period.freq in ("M", "D")
        if short and row.value and first <= row.period.start and row.period.start <= latest:
            yield _Rate(row.value, row.period)


def _text(
    claim: Claim, amount: Interval, other: str, rate: _Rate, value: Interval, view: KnownValues
) -> str:
    when = f"of {rate.period}" if rate.period.freq == "D" else f"of {rate.period.start:%B %Y}"
    own = claim.quantity.of[0][0].currency
    period = claim.quantity.of[0][0].period
    text = (
        f"{stated(amount.middle, other)} at {rate.value:.3f} to the dollar, the rate {when}, "
        f"is {stated(value.middle, own)}"
    )
    unit = other if other != "USD" else own
    used = view.case.facts.rate(unit, period)
    if used is None:
        return f"{text}."
    right = amount.middle / used.middle if other != "USD" else amount.middle * used.middle
    return (
        f"{text}; at the rate customs used for {period}, {used.low:.2f} to {used.high:.2f}, "
        f"it is {stated(right, own)}."
    )
