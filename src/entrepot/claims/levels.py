"""A text's claims as one linear system over levels, with what is known of levels beside it.

What the text itself talks about at a period is left open: whether its numbers fit each other is
one question, whether they are true another. Known are the levels that changes start from, and
totals that shares are taken of.
"""

from __future__ import annotations

import functools
import math
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import lru_cache
from itertools import combinations, permutations
from typing import TYPE_CHECKING

from entrepot.claims.evidence import rank_constraints
from entrepot.claims.quantity import COUNTED_IN, DIMENSIONLESS, Level, Terms
from entrepot.claims.solver import Constraint, System
from entrepot.claims.statements import FLOW_SLACK, REVISED
from entrepot.errors import NoEvidenceError, RequestError
from entrepot.goods import goods_selection
from entrepot.goods.parse import NAMED
from entrepot.model.areas import WORLD, area_set
from entrepot.model.interval import Interval

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import date

    from entrepot.claims.document import Claim
    from entrepot.claims.statements import ReferenceLevel, ReferenceLevels
    from entrepot.goods import Selection

ROUNDED = 0.001
"""How far a total and its parts lie apart in one release, where a number was cut, not rounded."""


@dataclass(frozen=True, slots=True)
class Quotient:
    """A claim in one currency: bounds on ``of``, or on ``of / to``."""

    of: Terms
    to: Terms
    bounds: Interval

    def constraints(self) -> Iterator[Constraint]:
        """Yield it as linear constraints."""
        if not self.to:
            yield Constraint(self.of, self.bounds.low, self.bounds.high)
            return
        for end, low, high in (
            (self.bounds.low, 0.0, math.inf),
            (self.bounds.high, -math.inf, 0.0),
        ):
            if math.isfinite(end):
                # of / to >= end is of - end × to >= 0, as a denominator is above zero.
                against = tuple((level, -end * weight) for level, weight in self.to)
                yield Constraint((*self.of, *against), low, high)


@dataclass(frozen=True)
class Linear:
    """Claims as quotients, by claim, and the bounds that are known.

    Attributes
    ----------
    quotients
        By claim; one for each currency the text counts in where the currency cancels.
    known
        Bounds on levels that the text takes as given.
    sources
        What they rest on.
    also
        Levels of claims that are not linear: identities hold for them too.
    currencies
        What the text counts in.
    denominators
        Levels that changes of shares divide by, hence above zero.
    places
        What places in an order say, by claim.
    printed
        Bounds on levels that the text talks about, where no two series in print differ.
    rates
        That a flow in one currency is the flow in another at a rate customs may have used.
    """

    quotients: dict[str, tuple[Quotient, ...]]
    known: dict[Level, Interval]
    sources: dict[Level, tuple[ReferenceLevel, ...]]
    also: tuple[Level, ...] = ()
    rates: tuple[Constraint, ...] = ()
    currencies: tuple[str, ...] = ("USD",)
    denominators: frozenset[Level] = frozenset()
    printed: dict[Level, Interval] = field(default_factory=dict)
    places: dict[str, tuple[Constraint, ...]] = field(default_factory=dict)
    _identities: dict[tuple[Level, ...], tuple[Constraint, ...]] = field(default_factory=dict)

    def part(self, names: Collection[str], levels: Collection[Level]) -> Linear:
        """Return some claims, and what is known of their levels.

        `levels` are those of the claims, each as a value.
        """
        kept = set(levels)

        def inside(level: object) -> bool:
            return level.but(kind="value") in kept  # type: ignore[attr-defined]

        def about(rows: Iterable[Constraint]) -> tuple[Constraint, ...]:
            # One term decides: the levels of a row are never split between two parts.
            return tuple(row for row in rows if inside(row.terms[0][0]))

        also = tuple(level for level in self.also if inside(level))
        part = replace(
            self,
            quotients={
                name: claim_list for name, claim_list in self.quotients.items() if name in names
            },
            known={level: claim_list for level, claim_list in self.known.items() if inside(level)},
            places={name: claim_list for name, claim_list in self.places.items() if name in names},
            printed={
                level: claim_list for level, claim_list in self.printed.items() if inside(level)
            },
            also=also,
            rates=about(self.rates),
            _identities={},
        )
        # Selected, not derived again: `identities` compares every pair of levels.
        part._identities[tuple(part.levels())] = about(self.facts())
        return part

    def replaced(self, changed: Iterable[Claim]) -> Linear:
        """Return the system with other numbers for some claims."""
        quotients = {
            claim.id: tuple(_quotients(claim, self.currencies))
            for claim in changed
            if claim.id in self.quotients
        }
        return replace(self, quotients=self.quotients | quotients)

    def system(
        self,
        *,
        with_known: bool = True,
        with_rates: bool = True,
        with_printed: bool = True,
        more: dict[str, tuple[Constraint, ...]] | None = None,
    ) -> System:
        """Return the linear system, with identities between its levels, and more claims."""
        facts = [*self.facts(), *(self.rates if with_rates else ())]
        claim_list = (self.known if with_known else {}) | (self.printed if with_printed else {})
        facts += [
            Constraint(((level, 1.0),), bounds.low, bounds.high)
            for level, bounds in claim_list.items()
        ]
        claims = {
            name: tuple(c for quotient in quotients for c in quotient.constraints())
            for name, quotients in self.quotients.items()
        }
        return System(
            claims=claims | self.places | (more or {}),
            known=tuple(facts),
            divisors=frozenset(
                level
                for quotients in self.quotients.values()
                for quotient in quotients
                for level, _ in quotient.to
            ).union(self.denominators),
        )

    def facts(self) -> tuple[Constraint, ...]:
        """Return what holds of its levels whoever counts them."""
        levels = tuple(self.levels())
        if levels not in self._identities:
            self._identities[levels] = tuple(identities(list(levels)))
        return self._identities[levels]

    def levels(self) -> dict[Level, None]:
        """Return its levels, each once, in order."""
        found = dict.fromkeys(
            level
            for quotients in self.quotients.values()
            for quotient in quotients
            for level, _ in (*quotient.of, *quotient.to)
        )
        return found | dict.fromkeys(self.also)


def linear(claims: Iterable[Claim], facts: ReferenceLevels) -> Linear:
    """Return the linear claims as one system."""
    claim_list = list(claims)
    chosen = [claim for claim in claim_list if claim.quantity.is_linear]
    currencies = _currencies(chosen)
    quotients = {claim.id: tuple(_quotients(claim, currencies)) for claim in chosen}
    shifted = [claim for claim in claim_list if claim.quantity.less is not None]
    also = tuple(
        dict.fromkeys(
            level.but(currency=currency)
            for claim in shifted
            for quantity in (claim.quantity, claim.quantity.less)
            if quantity is not None
            for level in quantity.levels()
            for currency in currencies
        )
    )
    ranked = [claim for claim in claim_list if claim.quantity.measure == "rank"]
    also = tuple(dict.fromkeys((*also, *(one for c in ranked for one in c.quantity.levels()))))
    found = Linear(quotients, {}, {}, also)
    places = {
        claim.id: tuple(
            rank_constraints(claim.quantity, claim.interval.middle, tuple(found.levels()))
        )
        for claim in ranked
    }
    open_ = _open([*chosen, *shifted, *ranked], currencies)
    periods = [level.period.end for claim in claim_list for level in claim.quantity.levels()]
    # The last year has had no time to be revised, if it was printed as such.
    latest = max(periods, default=None)
    for level in found.levels():
        known = _best_known(level, facts)
        if not known:
            continue
        # What is compared with was printed before, and may have been revised since.
        spans = [
            item.interval.widened(
                ROUNDED if level.period.end == latest and item.is_sure else item.revision
            )
            for item in known
        ]
        # The hull and not the overlap: sources that disagree leave all between them possible.
        bounds = functools.reduce(Interval.hull, spans)
        if level not in open_:
            found.known[level] = bounds
            found.sources[level] = known
        elif all(bounds.meets(item.interval) for item in facts.in_currency(_anybodys(level))):
            # Sources that disagree cannot refute, nor a gap that a later release may have opened.
            found.printed[level] = bounds.widened(REVISED)
    rates = tuple(same_flows(list(found.levels()), facts))
    denominators = frozenset(
        level.but(currency=currency)
        for claim in shifted
        for quantity in (claim.quantity, claim.quantity.less)
        if quantity is not None
        for level, _ in quantity.to
        for currency in currencies
    )
    return replace(
        found, rates=rates, currencies=currencies, denominators=denominators, places=places
    )


def _currencies(claims: list[Claim]) -> tuple[str, ...]:
    """Return the currencies that the text counts in; dollars if it gives only shares."""
    found = {
        level.currency
        for claim in claims
        if claim.quantity.measure not in DIMENSIONLESS
        for level in claim.quantity.levels()
        if level.currency not in COUNTED_IN.values()
    }
    return tuple(sorted(found, key=lambda unit: (unit != "USD", unit))) or ("USD",)


def _quotients(claim: Claim, currencies: tuple[str, ...]) -> Iterator[Quotient]:
    """Yield the claim in its currency, or a share or ratio in each that the text counts in."""
    quantity = claim.quantity
    bounds = quantity.quotient(claim.interval)
    if not quantity.to:
        # A sum may lie a cut digit away from its parts (`ROUNDED`).
        bounds = bounds.widened(ROUNDED)
    money = next(quantity.levels()).currency not in COUNTED_IN.values()
    if quantity.measure not in DIMENSIONLESS or not money:
        yield Quotient(quantity.of, quantity.to, bounds)
        return
    # A share in yuan and the same in dollars differ by how the months weigh.
    slack = FLOW_SLACK if len(currencies) > 1 else 0.0
    wide = bounds.widened(slack)
    for currency in currencies:
        same = quantity.mapped(currency=currency)
        yield Quotient(same.of, same.to, wide)


def _open(claims: list[Claim], currencies: tuple[str, ...]) -> set[Level]:
    """Return the levels that the text talks about, less those that its changes start from."""
    subjects: set[Level] = set()
    bases: set[Level] = set()
    for claim in claims:
        quantity = claim.quantity
        cancels = quantity.measure in DIMENSIONLESS or quantity.less is not None
        for currency in currencies if cancels else (next(quantity.levels()).currency,):
            same = quantity.mapped(currency=currency)
            subjects |= {level for level, _ in same.of}
            if quantity.measure == "ratio":
                subjects |= {level for level, _ in same.to}
            if quantity.measure == "growth":
                bases |= {level for level, _ in same.to}
            if same.less is not None:
                bases |= {level for level, _ in same.less.of}
    # A level that one claim states and another grows from counts as given, so it stays known.
    return subjects - bases


def _anybodys(level: Level) -> Level:
    """Return a level in all series that may be meant: in its own, if somebody is quoted."""
    quoted = level.series is not None and level.series.name
    return level if quoted else level.but(series=None)


def _best_known(level: Level, facts: ReferenceLevels) -> tuple[ReferenceLevel, ...]:
    """Return what the same books say of a level: printed if anything is, else derived."""
    same = [known for known in facts.in_currency(level) if known.reporter == level.reporter]
    printed = [known for known in same if not known.how]
    return tuple(printed or same)


def same_flows(levels: list[Level], facts: ReferenceLevels) -> Iterator[Constraint]:
    """Yield the same flow in two currencies, at the rates that customs may have used."""
    same: dict[Level, list[Level]] = {}
    for level in levels:
        if level.kind == "value":
            same.setdefault(level.but(currency=""), []).append(level)
    for group in same.values():
        for one, other in combinations(group, 2):
            rate = facts.flow_rate(one.currency, other.currency, one.period)
            if rate is not None:
                yield Constraint(((one, 1.0), (other, -rate.low)), low=0.0)
                yield Constraint(((one, 1.0), (other, -rate.high)), high=0.0)


# What holds of levels whoever counts them: a part is at most its total.


def identities(levels: list[Level]) -> Iterator[Constraint]:
    """Yield that a part is at most its total, and that separate parts together are.

    Parts are partners of a group or of the world, goods of a wider kind, and months of a year;
    periods that fill their total without a gap add up to it.
    """
    alike: defaultdict[tuple[object, ...], list[Level]] = defaultdict(list)
    for level in levels:
        if level.kind != "price":
            alike[level.series, level.currency, level.reporter, level.basis, level.kind].append(
                level
            )
    for group in alike.values():
        if len(group) > 1:
            yield from _within(group)


def _within(levels: list[Level]) -> Iterator[Constraint]:
    # Quadratic, hence only among levels that share series, currency, reporter, basis and kind.
    for part, total in permutations(levels, 2):
        if is_part(part, total):
            yield Constraint(((part, 1.0), (total, -1.0)), high=0.0)
    for total in levels:
        for side in ("exporter", "importer"):
            if getattr(total, side).startswith(NAMED):
                continue
            apart = _apart(_members(total, levels, side), side)
            if len(apart) > 1:
                terms = (*((level, 1.0) for level in apart), (total, -1.0))
                yield Constraint(terms, high=0.0)
        yield from _in_time(total, levels)


def _members(total: Level, levels: list[Level], side: str) -> list[Level]:
    """Return the levels that differ from a total in one side only, which is a part of its own."""
    return [
        level
        for level in levels
        if getattr(level, side) != getattr(total, side)
        and level.but(**{side: getattr(total, side)}) == total
        and _area_in(getattr(level, side), getattr(total, side), level.period.start)
    ]


def _in_time(total: Level, levels: list[Level]) -> Iterator[Constraint]:
    inside = [
        level
        for level in levels
        if level.period != total.period
        and total.period.contains(level.period)
        and level.but(period=total.period) == total
    ]
    chosen: list[Level] = []
    # The shortest at each start, then whatever begins after it: no month counts twice.
    for level in sorted(inside, key=lambda one: (one.period.start, one.period.end)):
        if not chosen or level.period.start > chosen[-1].period.end:
            chosen.append(level)
    if len(chosen) > 1:
        terms = (*((level, 1.0) for level in chosen), (total, -1.0))
        yield Constraint(terms, 0.0 if _fills(chosen, total) else float("-inf"), 0.0)


def _fills(parts: list[Level], total: Level) -> bool:
    # Each part begins the day after the one before ends, and the last ends with the total.
    ends = [total.period.start - timedelta(days=1), *(part.period.end for part in parts)]
    starts = [*(part.period.start for part in parts), total.period.end + timedelta(days=1)]
    return all(start == end + timedelta(days=1) for start, end in zip(starts, ends, strict=True))


def is_part(part: Level, total: Level) -> bool:
    """Whether one flow lies in another, by time, areas and goods; whoever counts it in what."""
    return (
        part != total
        and total.period.contains(part.period)
        and _area_in(part.exporter, total.exporter, part.period.start)
        and _area_in(part.importer, total.importer, part.period.start)
        and _goods_in(part.goods, total.goods)
    )


@lru_cache(maxsize=4096)
def _area_in(part: str, total: str, day: date) -> bool:
    # Even what is only named in words lies in the world.
    if part == total or total == WORLD:
        return True
    # Words do not say which members they cover, so nothing follows from them.
    if part == WORLD or part.startswith(NAMED) or total.startswith(NAMED):
        return False
    # Nor from a group on a day before it had members.
    inner, outer = _members_of(part, day), _members_of(total, day)
    return bool(inner) and inner <= outer


def _members_of(text: str, day: date) -> frozenset[str]:
    try:
        return area_set(text, day)
    except RequestError:
        return frozenset()


@lru_cache(maxsize=4096)
def _goods_in(part: str, total: str) -> bool:
    if total in ("all", part):
        return True
    if part == "all" or part.startswith(NAMED) or total.startswith(NAMED):
        return False
    # Codes lie in their heading, also those of another edition, of which a selection is empty.
    if part.isdigit() and total.isdigit():
        return part.startswith(total)
    inner, outer = _selected(part), _selected(total)
    if inner is None or outer is None or outer.codes is None:
        return outer is not None and outer.codes is None
    if inner.codes is None or inner.missing:
        return False
    wide = tuple(outer.prefixes)
    return all(code in outer.codes or code.startswith(wide) for code in inner.codes) and all(
        prefix.startswith(wide) for prefix in inner.prefixes
    )


def _selected(goods: str) -> Selection | None:
    """Return the codes of goods; None where it cannot be said which they are."""
    try:
        return goods_selection(goods)
    except (NoEvidenceError, RequestError):
        return None


def _apart(partners: list[Level], side: str) -> list[Level]:
    """Return partners that share no area."""
    chosen: list[Level] = []
    included: set[str] = set()
    for level in partners:
        code = getattr(level, side)
        if code.startswith(NAMED):
            continue
        members = _members_of(code, level.period.start)
        # Greedy, first come: of EU27 and Germany, which overlap, only one may be added.
        if members and not members & included:
            chosen.append(level)
            included |= members
    return chosen
