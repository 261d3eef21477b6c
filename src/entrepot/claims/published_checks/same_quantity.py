"""Pairs of printed numbers of one thing that do not meet."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from itertools import combinations
from typing import TYPE_CHECKING

from entrepot.claims.published_checks.discrepancy import (
    MOST_DIGITS,
    Discrepancy,
    Kind,
    Side,
    difference,
)
from entrepot.claims.quantity_text import span
from entrepot.model.display import figure_value, joined, range_text
from entrepot.model.interval import Interval
from entrepot.sources.published.read import ranked, significant_digits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from entrepot.claims.published_checks.discrepancy import PublishedInterval
    from entrepot.claims.statements import ReferenceLevels

__all__ = ["growth_in_two_currencies", "pairs"]


def pairs(numbers: Iterable[PublishedInterval]) -> Iterator[Discrepancy]:
    """Yield, for each odd one out, the best other of the same thing that it cannot be true with.

    Further numbers that it does not meet are named in the same finding.
    """
    by_key: defaultdict[object, list[PublishedInterval]] = defaultdict(list)
    for number in numbers:
        by_key[number.key()].append(number)
    for group in by_key.values():
        yield from _of_one_thing(group)


def _of_one_thing(group: list[PublishedInterval]) -> Iterator[Discrepancy]:
    """Yield findings of the odd ones out, until what is left meets.

    The odd one out is of low certainty, else in conflict with most others, else weaker.
    """
    held = {number.row.id: number for number in group}
    order = [held[row.id] for row in ranked(number.row for number in group)]
    left = list(order)
    while left:
        apart = {
            number.row.id: [other for other in left if not other.interval.meets(number.interval)]
            for number in left
        }
        odd = max(
            reversed(left),
            key=lambda number: (number.row.confidence == "low", len(apart[number.row.id])),
        )
        left.remove(odd)
        if apart[odd.row.id]:
            yield from _of_one_number(odd, apart[odd.row.id])


def _of_one_number(
    number: PublishedInterval, better_ones: list[PublishedInterval]
) -> Iterator[Discrepancy]:
    """Yield one finding a kind: copies and further voices are named in it."""
    sorted_out: defaultdict[Kind, list[tuple[PublishedInterval, str]]] = defaultdict(list)
    for better in better_ones:
        kind, words = _kind(number, better)
        sorted_out[kind].append((better, words))
    for kind, found in sorted_out.items():
        best, words = found[0]
        yield Discrepancy(
            kind=kind,
            what=number.what,
            one=Side(_said(number), (number.row,)),
            other=Side(_said(best), (best.row,)),
            because=f"{_leaves(number)}; {_leaves(best)}; the two do not meet",
            definition=words,
            also=tuple(other.row.id for other, _ in found[1:]),
        )


def _kind(one: PublishedInterval, other: PublishedInterval) -> tuple[Kind, str]:
    apart = difference(one, other)
    if apart.stated:
        return "other_definition", "; ".join(apart.stated)
    if apart.unsaid:
        return "unstated", f"not said by both: {joined(list(apart.unsaid))}"
    return "conflict", ""


_OFTEN = {"month": "a month", "3 months": "every 3 months"}


def _said(number: PublishedInterval) -> str:
    """Return a number as printed; one printed to the last unit in a form that can be read."""
    row = number.row
    bare = re.search(r"\d{7}", row.printed) and row.value is not None
    text = figure_value(row.value, row.unit, MOST_DIGITS) if bare else row.printed
    return f"{text} {_OFTEN[row.per]}" if row.per else text


def _leaves(number: PublishedInterval) -> str:
    row, ends = number.row, number.interval
    over = f" over {row.period.months} months" if row.per else ""
    if math.isinf(ends.width):
        return f"{_said(number)}{over} is {span(ends, row.unit)}"
    digits = min(significant_digits(row.printed), MOST_DIGITS) + 1
    low, high = (figure_value(end, row.unit, digits) for end in (ends.low, ends.high))
    if low == high:
        return f"{_said(number)}{over} is exact"
    return f"{_said(number)}{over} is {range_text(ends.low, ends.high, row.unit, digits)}"


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
