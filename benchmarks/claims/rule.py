"""Which slips can be seen at all: decided before a slip is put in, by arithmetic of its own.

Bounds are carried from number to number until nothing moves any more (interval propagation), with
the claims as they are printed before the slip, less those that it changes, and what is published. A
slip that stays inside these bounds cannot be seen in principle. What the checker itself computes
plays no part here.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from entrepot.model.interval import Interval

if TYPE_CHECKING:
    from collections.abc import Iterable

    from entrepot.claims.document import Claim
    from entrepot.claims.known import Facts
    from entrepot.claims.quantity import Level, Quantity, Terms

__all__ = ["left_for", "pinned"]

ROUNDS = 12
ZERO_UP = Interval(0.0, math.inf)
REVISED = 0.02
"""How far later releases move a level: no checker can call a growth wrong that this explains."""
SLACK = 0.012
"""How far an amount in one currency may lie from that in another at the year's rate."""


def left_for(claim: Claim, others: Iterable[Claim], facts: Facts) -> Interval:
    """Return what other claims and published levels leave for the number of a claim."""
    if claim.quantity.measure == "price_growth":
        return _printed(claim, facts)
    held = list(others)
    bounds: dict[Level, Interval] = {}
    levels = {
        level
        for one in (claim, *held)
        for quantity in (one.quantity, one.quantity.less)
        if quantity is not None
        for level in quantity.levels()
    }
    latest = max(level.period.end for level in levels)
    for level in levels | {level.but(currency="USD") for level in levels}:
        known = [k.interval for k in facts.printed(level) if k.books == level.books]
        # A number printed a year before may have been revised when the next was compared with it.
        slack = 0.001 if level.period.end == latest else REVISED
        bounds[level] = _meet(ZERO_UP, known[0].widened(slack)) if known else ZERO_UP
    for _ in range(ROUNDS):
        before = dict(bounds)
        for one in held:
            _narrow(one, bounds)
        _rates(bounds, facts)
        if before == bounds:
            break
    return _value(claim.quantity, bounds)


def _printed(claim: Claim, facts: Facts) -> Interval:
    """Return what is printed of a price: it adds up with nothing, so no other claim bounds it."""
    books = next(claim.quantity.levels()).books
    ends = [
        held.exact
        for held in facts.statements.about(claim.quantity)
        if held.exact is not None and held.books == books
    ]
    return ends[0] if ends else Interval(-100.0, math.inf)


def pinned(claim: Claim, left: Interval) -> bool:
    """Whether bounds leave little more than the digits of a number."""
    said, open_ = claim.quantity.quotient(claim.interval), claim.quantity.quotient(left)
    size = abs(said.middle) if claim.quantity.unit != "points" else 0.0
    return open_.width <= max(3 * said.width, 0.02 * size)


def _meet(one: Interval, other: Interval) -> Interval:
    low, high = max(one.low, other.low), min(one.high, other.high)
    return Interval(low, high) if low <= high else one


def _sum(terms: Terms, bounds: dict[Level, Interval]) -> Interval:
    low = sum((bounds[level].low if w > 0 else bounds[level].high) * w for level, w in terms)
    high = sum((bounds[level].high if w > 0 else bounds[level].low) * w for level, w in terms)
    return Interval(low, high) if low <= high else Interval(-math.inf, math.inf)


def _narrow(claim: Claim, bounds: dict[Level, Interval]) -> None:
    quantity = claim.quantity
    if quantity.less is not None:
        return
    ends = quantity.quotient(claim.interval)
    if not quantity.to:
        _solve(quantity.of, ends, bounds)
        return
    below, above = _sum(quantity.to, bounds), _sum(quantity.of, bounds)
    if ends.low >= 0:
        _solve(
            quantity.of,
            Interval(ends.low * max(below.low, 0), _times(ends.high, below.high)),
            bounds,
        )
        low = max(above.low, 0) / ends.high if 0 < ends.high < math.inf else 0.0
        high = above.high / ends.low if ends.low > 0 else math.inf
        _solve(quantity.to, Interval(low, max(low, high)), bounds)


def _times(one: float, other: float) -> float:
    return 0.0 if one == 0 or other == 0 else one * other


def _solve(terms: Terms, ends: Interval, bounds: dict[Level, Interval]) -> None:
    """Narrow each level of a sum by what the others leave."""
    for place, (level, weight) in enumerate(terms):
        rest = _sum(tuple(term for n, term in enumerate(terms) if n != place), bounds)
        low, high = ends.low - rest.high, ends.high - rest.low
        if math.isnan(low) or math.isnan(high) or low > high:
            continue
        scaled = Interval(low, high).scaled(1 / weight)
        bounds[level] = _meet(bounds[level], scaled)


def _rates(bounds: dict[Level, Interval], facts: Facts) -> None:
    for level in bounds:
        if level.currency == "USD":
            continue
        dollars = level.but(currency="USD")
        rate = facts.rate(level.currency, level.period)
        if rate is None or dollars not in bounds:
            continue
        wide = rate.widened(SLACK)
        own, other = bounds[level], bounds[dollars]
        if math.isfinite(other.high):
            bounds[level] = _meet(own, other * wide)
        if math.isfinite(own.high):
            bounds[dollars] = _meet(other, own / wide)


def _value(quantity: Quantity, bounds: dict[Level, Interval]) -> Interval:
    def quotient(of: Terms, to: Terms) -> Interval:
        above = _sum(of, bounds)
        if not to:
            return above
        below = _sum(to, bounds)
        low = above.low / below.high if math.isfinite(below.high) and below.high > 0 else 0.0
        high = above.high / below.low if below.low > 0 else math.inf
        return Interval(low, max(low, high))

    now = quotient(quantity.of, quantity.to)
    if quantity.less is None:
        return quantity.stated(now)
    then = quotient(quantity.less.of, quantity.less.to)
    low, high = (now.low - then.high) * 100, (now.high - then.low) * 100
    return Interval(low, high) if not math.isnan(low + high) else Interval(-math.inf, math.inf)
