"""All findings in a collection of published statements, conflicts first."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING

from entrepot.claims.document import Claim, Document, Source
from entrepot.claims.numbers import read_says
from entrepot.claims.published_checks.derived_values import parts, series, shares, sums
from entrepot.claims.published_checks.discrepancy import (
    KINDS,
    MOST_DIGITS,
    Discrepancy,
    Kind,
    PublishedInterval,
    Side,
    as_printed,
    difference,
)
from entrepot.claims.quantity import HOME
from entrepot.claims.quantity_text import span
from entrepot.claims.result import LikelyError
from entrepot.claims.statements import OWN_PUBLISHER, ReferenceLevels, Statements
from entrepot.claims.verdict import check
from entrepot.errors import EntrepotError
from entrepot.model.display import figure_value, joined, range_text
from entrepot.model.interval import Interval
from entrepot.sources.published.parse import ranked, significant_digits
from entrepot.sources.published.row import CONFIDENCES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from entrepot.sources.published.row import Published


def findings(rows: Iterable[Published]) -> tuple[Discrepancy, ...]:
    """Return the published figures of one quantity that conflict, or seem to.

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
    tuple of Discrepancy
        Conflicts first, then pairs of which a definition is unsaid, then pairs that say that they
        count different things. Each conflict with its likely errors.
    """
    kept = tuple(rows)
    statements = Statements(kept)
    facts = ReferenceLevels(statements)
    numbers = printed_numbers(kept, statements)
    by_id = {number.row.id: number for number in numbers}
    found = [
        *(*pairs(numbers), *series(numbers), *sums(numbers, facts), *parts(numbers)),
        *(*shares(numbers), *growth_in_two_currencies(numbers, facts)),
    ]
    explained = [_explained(item, by_id, facts) for item in found]
    # Sorted before `_once`, which keeps the first: a conflict with a sure number beats others.
    once = _once(sorted(explained, key=lambda item: (KINDS.index(item.kind), _weakness(item))))
    return tuple(sorted(once, key=lambda item: (KINDS.index(item.kind), item.what, item.id)))


def _weakness(item: Discrepancy) -> int:
    """Return how uncertain the least certain of the rows is that a number is compared with."""
    return max(CONFIDENCES.index(row.confidence) for row in item.other.rows)


def printed_numbers(
    rows: Iterable[Published], statements: Statements
) -> tuple[PublishedInterval, ...]:
    """Return the rows that can be compared, our own results left out."""
    by_id = {statement.row.id: statement for statement in statements.all}
    found = (as_printed(row, by_id.get(row.id)) for row in rows if row.publisher != OWN_PUBLISHER)
    return tuple(number for number in found if number is not None)


def _explained(
    item: Discrepancy, by_id: dict[str, PublishedInterval], facts: ReferenceLevels
) -> Discrepancy:
    """Return it with its likely errors; a conversion is no later release of what it converts."""
    released = item.definition.startswith("release:") and len(item.other.rows) == 1
    if item.likely_errors or not (item.kind == "conflict" or released):
        return item
    likely_errors = likely_errors_of(by_id[item.id], facts)
    if item.kind == "conflict":
        return replace(item, likely_errors=likely_errors)
    if any(error.kind == "spot_rate" for error in likely_errors):
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


# The likely error behind a published figure that others contradict.


def likely_errors_of(number: PublishedInterval, facts: ReferenceLevels) -> tuple[LikelyError, ...]:
    """Return the errors that would explain a number, the likeliest first.

    The number is checked as a text of one claim would be. A conversion at a rate between those
    known is found in addition.
    """
    claim = as_claim(number)
    if claim is None:
        return ()
    row = number.row
    text = Document(Source(row.title, row.publisher, row.published_on), (claim,))
    found = check(text, facts=facts).claims[0].likely_errors
    if any(error.kind == "stale" for error in found):  # a number is no earlier release of itself
        found = check(text, facts=_without(row, facts)).claims[0].likely_errors
    if any(error.kind == "spot_rate" for error in found):
        return found
    converted = _between_rates(number, facts)
    if not converted:
        return found
    # A digit can be dropped, doubled or exchanged in most numbers: no match for a rate that fits.
    return (*converted, *(error for error in found if error.kind != "digits"))


def _without(row: Published, facts: ReferenceLevels) -> ReferenceLevels:
    statements = facts.statements
    rates = [rate for group in statements.rates.values() for rate in group]
    return ReferenceLevels(
        Statements([*(one.row for one in statements.all if one.row.id != row.id), *rates])
    )


def as_claim(number: PublishedInterval) -> Claim | None:
    """Return a printed number as a claim; None where it is not one that can be checked."""
    if number.statement is None or not number.reporter:
        return None
    try:
        says = read_says(number.row.printed)
    except EntrepotError:
        return None
    row, quantity = number.row, number.statement.quantity
    interval = number.statement.exact or number.interval
    return Claim(
        row.id, row.printed, says, quantity, interval, reporter_stated=bool(number.reporter)
    )


def _between_rates(number: PublishedInterval, facts: ReferenceLevels) -> list[LikelyError]:
    """Return a conversion at a rate that lies between known market rates."""
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
        # As text: "2026-01-99" is after every day of January, for a print dated by its month only.
        and (row.period == period or str(row.period.start) <= f"{latest}-99")
    ]
    return Interval(min(rates), max(rates)) if rates else None


# Pairs of printed numbers of one thing that do not meet.


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
    by_id = {number.row.id: number for number in group}
    order = [by_id[row.id] for row in ranked(number.row for number in group)]
    left = list(order)
    while left:
        apart = {
            number.row.id: [other for other in left if not other.interval.meets(number.interval)]
            for number in left
        }
        odd = max(
            # Reversed: of equally odd ones the last in rank, since `max` keeps the first.
            reversed(left),
            key=lambda number: (number.row.confidence == "low", len(apart[number.row.id])),
        )
        left.remove(odd)
        if apart[odd.row.id]:
            yield from _of_one_number(odd, apart[odd.row.id])


def _of_one_number(
    number: PublishedInterval, better_ones: list[PublishedInterval]
) -> Iterator[Discrepancy]:
    """Yield one finding a kind: copies and further reports are named in it."""
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

    Both are of one country's statistics. One plus a rate in dollars, over one plus that in yuan, is
    how far the dollar's price of a yuan moved from base to period; a single flow may be counted at
    rates a little off the year's (`ReferenceLevels.flow_rate`). Without the rates of both periods
    nothing is said.
    """
    flows: defaultdict[object, list[PublishedInterval]] = defaultdict(list)
    for number in numbers:
        row = number.row
        if row.measure == "growth" and row.currency and row.base and number.reporter:
            key = number.key()
            flows[(*key[:-1], number.reporter)].append(number)
    for group in flows.values():
        by_id = {number.row.id: number for number in group}
        order = [by_id[row.id] for row in ranked(number.row for number in group)]
        for better, weaker in combinations(order, 2):
            if better.row.currency != weaker.row.currency:
                yield from _compared_growth(weaker, better, facts)


def _compared_growth(
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
    rates = [range_text(rate.low, rate.high, "", 3) for rate in (then, now)]
    own = range_text(implied.low, implied.high, "percent", 3)
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
