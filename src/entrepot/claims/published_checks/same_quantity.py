"""Pairs of printed numbers of one thing that do not meet."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from typing import TYPE_CHECKING

from entrepot.claims.published_checks.comparability import difference
from entrepot.claims.published_checks.discrepancy import Discrepancy, Kind, Side
from entrepot.claims.published_checks.intervals import MOST_DIGITS
from entrepot.claims.quantity_text import span
from entrepot.model.display import figure_value, joined, range_text
from entrepot.sources.published.read import ranked, significant_digits

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from entrepot.claims.published_checks.intervals import PublishedInterval

__all__ = ["pairs"]


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
