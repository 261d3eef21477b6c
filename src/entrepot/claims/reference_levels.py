"""Levels that are known: printed, or a sum or difference of printed ones in the same books."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from entrepot.claims.build import HOME, share_of
from entrepot.claims.quantity import SHARES, Level, Quantity, Terms
from entrepot.model.areas import WORLD
from entrepot.model.interval import Interval
from entrepot.model.period import Period
from entrepot.model.reporting import stopped_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from entrepot.claims.statements import Statement, Statements

__all__ = ["FLOW_SLACK", "MIXED_SLACK", "REVISION", "ReferenceLevel", "ReferenceLevels"]

CUSTOMS_SLACK = 0.003
"""How far the rate of one total may lie from the year's, since months weigh differently."""
AVERAGE_SLACK = 0.015
"""How far customs' rate of a year may lie from the average of market rates."""
FLOW_SLACK = 0.008
"""How far the rate of one flow may lie beyond that of the totals.

In a year when a currency moves by a tenth, flows that are sold in different months are counted at
rates up to a hundredth apart.
"""

REVISION = {"high": 0.02, "medium": 0.06, "low": 1.0}
"""How far later releases move a level, by how sure its first print is.

Chinese customs moved 2022 by 1.5 % before 2023 was compared with it, and 2015 by 6 %.
"""
MIXED_SLACK = 0.005
"""How far two origins lie apart that count the same trade for the same books."""
SPAN_SLACK = 0.01
"""How far two origins lie apart over a span of years that each revised at another time."""


@dataclass(frozen=True, slots=True)
class ReferenceLevel:
    """What is known of a level, or of a sum of levels.

    Attributes
    ----------
    terms
        The levels, with weights.
    interval
        What it lies in, in whole units of the currency.
    statements
        What it rests on.
    how
        Empty if printed as such, else how it follows, in words.
    """

    terms: Terms
    interval: Interval
    statements: tuple[Statement, ...]
    how: str = ""

    @property
    def origins(self) -> frozenset[str]:
        """Whose numbers it rests on."""
        return frozenset(statement.row.origin for statement in self.statements)

    @property
    def books(self) -> str:
        """Whose statistics it comes from; empty if not known."""
        return self.statements[0].books

    @property
    def is_sure(self) -> bool:
        """Whether it was printed as such, and nothing is unsure about the print."""
        return not self.how and all(s.row.confidence == "high" for s in self.statements)

    @property
    def revision(self) -> float:
        """How far later releases may have moved it, as a part of it."""
        return max(REVISION[statement.row.confidence] for statement in self.statements)


class ReferenceLevels:
    """What the statements say about levels and rates of exchange."""

    def __init__(self, statements: Statements) -> None:
        self.statements = statements
        self.known = lru_cache(maxsize=None)(self._known)
        self.printed = lru_cache(maxsize=None)(self._printed)
        self.rate = lru_cache(maxsize=None)(self._rate)

    def _printed(self, level: Level) -> tuple[ReferenceLevel, ...]:
        """Return what was printed of a level itself, the best of each origin and books."""
        return tuple(_one_a_voice(self._whole(((level, 1.0),))))

    def _known(self, level: Level) -> tuple[ReferenceLevel, ...]:
        """Return what is known of a level, whoever counted it; printed before derived.

        Derived is: two-way trade less the other way; a span of years less the other years; a
        printed share of a printed total. Only where the same books hold nothing printed.
        """
        printed = self.printed(level)
        held = {known.books for known in printed}
        derived = [*self._by_difference(level), *self._by_years(level), *self._by_share(level)]
        return (*printed, *_one_a_voice(known for known in derived if known.books not in held))

    def totals(self, terms: Terms) -> tuple[ReferenceLevel, ...]:
        """Return what is known of a sum of levels: printed as a whole, or part by part.

        Parts are added only within one set of books, and from as few origins as can be.
        """
        if len(terms) == 1:
            return self.known(terms[0][0])
        printed = list(self._whole(terms))
        held = {known.books for known in printed}
        parts = itertools.product(*(self.known(level) for level, _ in terms))
        summed = [
            _summed(terms, chosen)
            for chosen in parts
            if len({known.books for known in chosen}) == 1 and chosen[0].books not in held
        ]
        return (*_one_a_voice(printed), *_fewest_origins(summed))

    def _whole(self, terms: Terms) -> Iterator[ReferenceLevel]:
        for statement in self.statements.current(Quantity("value", terms)):
            if statement.exact is not None:
                yield ReferenceLevel(terms, statement.exact, (statement,))

    def in_currency(self, level: Level) -> tuple[ReferenceLevel, ...]:
        """Return what is known of a level, if need be converted at the customs' own rate."""
        return self.sum_in_currency(((level, 1.0),))

    def sum_in_currency(self, terms: Terms) -> tuple[ReferenceLevel, ...]:
        """Return what is known of a sum, if need be converted at the customs' own rate."""
        level = terms[0][0]
        found = self.totals(terms)
        held = {known.books for known in found}
        if level.currency == "USD":
            others = [unit for unit, home in HOME.items() if home == level.books]
        else:
            others = ["USD"]
        home = level.books if level.currency == "USD" else HOME.get(level.currency)
        for other in others:
            rate = self.flow_rate(level.currency, other, level.period)
            if rate is not None:
                there = tuple((one.but(currency=other), weight) for one, weight in terms)
                found += tuple(
                    ReferenceLevel(
                        known.terms, known.interval * rate, known.statements, "converted"
                    )
                    for known in self.totals(there)
                    if known.books == home and known.books not in held
                )
        return found

    def _rate(self, currency: str, period: Period) -> Interval | None:
        """Return units of currency per dollar that customs used over a period.

        From pairs of one quantity printed in both currencies; else from the average of market
        rates, which is less exact.
        """
        if currency == "USD":
            return Interval.point(1.0)
        implied = list(self._implied(currency, period))
        if implied:
            low, high = max(rate.low for rate in implied), min(rate.high for rate in implied)
            if low > high:
                low, high = min(r.low for r in implied), max(r.high for r in implied)
            return Interval(low, high).widened(CUSTOMS_SLACK)
        rates = [row.value for row in self.statements.rates[currency] if row.period == period]
        if not rates or rates[0] is None:
            return None
        return Interval.point(rates[0]).widened(AVERAGE_SLACK)

    def flow_rate(self, currency: str, other: str, period: Period) -> Interval | None:
        """Return units of one currency for one of another that a single flow may be counted at."""
        rates = [self.rate(unit, period) for unit in (currency, other)]
        if rates[0] is None or rates[1] is None:
            return None
        return (rates[0] / rates[1]).widened(FLOW_SLACK)

    def _implied(self, currency: str, period: Period) -> Iterator[Interval]:
        for statement in self.statements.all:
            quantity = statement.quantity
            first = next(quantity.levels())
            if first.currency != currency or first.period != period or not statement.counts:
                continue
            if quantity.measure != "value" or statement.exact is None:
                continue
            for other in self.statements.about(quantity.mapped(currency="USD")):
                if other.counts and other.exact and other.books == statement.books:
                    yield statement.exact / other.exact

    def _by_difference(self, level: Level) -> Iterator[ReferenceLevel]:
        """Yield two-way trade less the other way, from one origin if one has both."""
        there, back = ((level, 1.0),), ((level.turned(), 1.0),)
        pairs = [
            (whole, part)
            for whole in self._whole((*there, *back))
            for part in self.printed(level.turned())
            if whole.books == part.books and whole.interval.low > part.interval.high
        ]
        alone = [pair for pair in pairs if pair[0].origins == pair[1].origins]
        for whole, part in alone or pairs:
            rest = whole.interval - part.interval
            if not alone:  # two origins count a little differently
                reach = MIXED_SLACK * whole.interval.high
                rest = Interval(max(rest.low - reach, 0.0), rest.high + reach)
            rows = (*whole.statements, *part.statements)
            yield ReferenceLevel(there, rest, rows, "two-way trade less the other way")

    def _by_years(self, level: Level) -> Iterator[ReferenceLevel]:
        if not level.period.is_year:
            return
        for other in (level.period.before(), Period.parse(level.period.year + 1)):
            first, last = sorted((level.period, other))
            span = level.but(period=Period(first.start, last.end))
            then = level.but(period=other)
            for whole in self.printed(span):
                for part in (*self.printed(then), *self._by_share(then)):
                    rest = whole.interval - part.interval
                    if part.origins != whole.origins:  # two origins revise at other times
                        reach = SPAN_SLACK * whole.interval.high
                        rest = Interval(rest.low - reach, rest.high + reach)
                    if rest.low >= 0 and part.books == whole.books:
                        rows = (*whole.statements, *part.statements)
                        how = f"{span.period} less {other}"
                        yield ReferenceLevel(((level, 1.0),), rest, rows, how)

    def _by_share(self, level: Level) -> Iterator[ReferenceLevel]:
        for name in SHARES[:2]:
            side = "exporter" if name == "import_share" else "importer"
            home = level.importer if name == "import_share" else level.exporter
            if WORLD in (level.exporter, level.importer):
                continue
            # Whose total a share is of is plain only where there is one: once a country has
            # stopped reporting, those who count it have totals a third apart.
            one_total = not stopped_in(home.split("+"), level.period)
            for share in self.statements.of_series(share_of(name, level, ((level, 1.0),))):
                for whole in self.printed(level.but(**{side: WORLD})):
                    # Who reconciles two reports has totals of his own, which customs never counted.
                    same = share.row.origin in whole.origins or (
                        not share.is_reconciled
                        and (share.books == whole.books or (share.books == "" and one_total))
                    )
                    if share.counts and share.exact and same:
                        rows = (*whole.statements, share)
                        part = whole.interval * share.exact
                        yield ReferenceLevel(((level, 1.0),), part, rows, "its share of the total")


def _one_a_voice(found: Iterable[ReferenceLevel]) -> Iterator[ReferenceLevel]:
    """Yield the narrowest of each origin and books: copies of one number count once."""
    best: dict[tuple[object, str], ReferenceLevel] = {}
    for known in found:
        voice = (known.origins, known.books)
        held = best.get(voice)
        if held is None or known.interval.width < held.interval.width * (1 - 1e-9):
            best[voice] = known
    yield from sorted(best.values(), key=lambda known: (known.how, known.interval.width))


def _summed(terms: Terms, chosen: tuple[ReferenceLevel, ...]) -> ReferenceLevel:
    total = Interval.point(0.0)
    for (_, weight), known in zip(terms, chosen, strict=True):
        total = total + known.interval.scaled(weight)
    rows = {s.row.id: s for known in chosen for s in known.statements}
    return ReferenceLevel(terms, total, tuple(rows.values()), "added up")


def _fewest_origins(found: list[ReferenceLevel]) -> Iterator[ReferenceLevel]:
    """Yield those that mix no more origins than they must."""
    fewest = {
        books: min(len(known.origins) for known in found if known.books == books)
        for books in {known.books for known in found}
    }
    yield from (known for known in found if len(known.origins) == fewest[known.books])
