"""Growth of one flow in two currencies: the two differ by how far the rate of exchange moved."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations
from typing import TYPE_CHECKING

from entrepot.claims.published_checks.discrepancy import Discrepancy, Side
from entrepot.model.display import range_text
from entrepot.model.interval import Interval
from entrepot.sources.published.read import ranked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from entrepot.claims.published_checks.intervals import PublishedInterval
    from entrepot.claims.reference_levels import ReferenceLevels

__all__ = ["growth_in_two_currencies"]

_ALL = 100.0


def growth_in_two_currencies(
    numbers: Iterable[PublishedInterval], facts: ReferenceLevels
) -> Iterator[Discrepancy]:
    """Yield growth rates of one flow in two currencies that no movement of the rate explains.

    Both are of the same books. One plus a rate in dollars, over one plus that in yuan, is how far
    the dollar's price of a yuan moved from base to period; a single flow may be counted at rates
    a little off the year's (`Facts.flow_rate`). Without the rates of both periods nothing is said.
    """
    flows: defaultdict[object, list[PublishedInterval]] = defaultdict(list)
    for number in numbers:
        row = number.row
        if row.measure == "growth" and row.currency and row.base and number.books:
            key = number.key()
            flows[(*key[:-1], number.books)].append(number)
    for held in flows.values():
        by_id = {number.row.id: number for number in held}
        order = [by_id[row.id] for row in ranked(number.row for number in held)]
        for better, weaker in combinations(order, 2):
            if better.row.currency != weaker.row.currency:
                yield from _held_against(weaker, better, facts)


def _held_against(
    number: PublishedInterval, other: PublishedInterval, facts: ReferenceLevels
) -> Iterator[Discrepancy]:
    """Yield the finding if the rate of one currency, moved by the exchange, misses the other."""
    row, base = number.row, number.row.base
    if base is None:
        return
    now = facts.flow_rate(row.currency, other.row.currency, row.period)
    then = facts.flow_rate(row.currency, other.row.currency, base)
    if now is None or then is None or then.low <= 0:
        return
    moved = now / then
    factor = Interval(1 + other.interval.low / _ALL, 1 + other.interval.high / _ALL) * moved
    implied = Interval((factor.low - 1) * _ALL, (factor.high - 1) * _ALL)
    if implied.meets(number.interval):
        return
    money = f"{row.currency} for one {other.row.currency}"
    rates = [range_text(rate.low, rate.high, "") for rate in (then, now)]
    own = range_text(implied.low, implied.high, "percent")
    yield Discrepancy(
        kind="conflict",
        what=number.what,
        one=Side(row.printed, (row,)),
        other=Side(own, (other.row,)),
        because=(
            f"{other.row.printed} in {other.row.currency}, with {rates[0]} {money} in {base} and "
            f"{rates[1]} in {row.period}, is {own} in {row.currency}, not {row.printed}"
        ),
    )
