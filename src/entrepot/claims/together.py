"""Whether claims of all kinds can be true together, and what they leave for one of them.

Levels, sums, growth, shares and ratios are one linear system; changes of shares are branched on;
prices, quantities and values are linear in logarithms, a system of their own. Claims that share no
level are looked at apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from entrepot.claims.bent import Bent, bent, can_hold, relaxed
from entrepot.claims.consistency import Feasible, minimal_conflicts, telling_conflicts
from entrepot.claims.levels import Linear, linear
from entrepot.claims.prices import PriceSystem, price_system
from entrepot.claims.solver import Solver

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from entrepot.claims.document import Claim
    from entrepot.claims.known import Facts
    from entrepot.claims.quantity import Level, Quantity, Terms
    from entrepot.claims.solver import Constraint, System
    from entrepot.model.interval import Interval

__all__ = ["Together", "data_conflicts", "text_conflicts"]


@dataclass(frozen=True)
class _Counts:
    """What counts: levels the text takes as given, those it talks about, and rates."""

    with_known: bool = True
    with_rates: bool = True
    with_printed: bool = True


COUNTED = _Counts()
SHORT = 14
"""Of this many claims all minimal conflicts are listed, of more those that tell who is wrong."""
OTHER_MONEY = 0.002
"""How far the change of a share in one currency may lie from that in another."""


class _Group:
    """Claims that share levels, loaded once and asked often."""

    def __init__(self, claims: Mapping[str, Claim], found: Linear, counts: _Counts) -> None:
        self.claims = dict(claims)
        self.names = frozenset(claims)
        self.linear = found
        self.counts = counts
        self.levels = frozenset(found.levels())
        self._asked: dict[frozenset[str], bool] = {}
        self._relaxed: dict[frozenset[str], Solver] = {}

    def counting(self, counts: _Counts) -> _Group:
        """Return the same claims with or without known levels and rates."""
        return self if counts == self.counts else _Group(self.claims, self.linear, counts)

    def replaced(self, changed: Mapping[str, Claim]) -> _Group:
        """Return the same claims with other numbers for some of them."""
        mine = {name: claim for name, claim in changed.items() if name in self.claims}
        if not mine:
            return self
        return _Group(self.claims | mine, self.linear.replaced(mine.values()), self.counts)

    def feasible(self, names: frozenset[str]) -> bool:
        """Whether the claims named can hold together."""
        if names not in self._asked:
            self._asked[names] = self._feasible(names)
        return self._asked[names]

    def _feasible(self, names: frozenset[str]) -> bool:
        if not self.solver.feasible(names):
            return False
        if self.prices is not None and not self.prices.feasible(names, self.solver):
            return False
        return all(
            can_hold(changes, names - changes.keys(), self._system)
            for changes in self._changes(names)
        )

    def _changes(self, names: frozenset[str]) -> Iterator[dict[str, Bent]]:
        """Yield the changes of shares among the claims named, in each currency that is counted."""
        for held in self._bent:
            changes = {name: held[name] for name in sorted(names & held.keys())}
            if changes:
                yield changes

    def bounds(self, of: Terms, to: Terms, names: frozenset[str]) -> Interval | None:
        """Return what the claims named leave for a quotient, or for a sum."""
        if not any(self._changes(names)):
            return self.solver.bounds(of, to, names)
        if names not in self._relaxed:
            more: dict[str, tuple[Constraint, ...]] = {}
            for changes in self._changes(names):
                found = relaxed(changes, names - changes.keys(), self.solver)
                more |= {name: (*more.get(name, ()), *rows) for name, rows in found.items()}
            self._relaxed[names] = Solver(self._system(more))
        return self._relaxed[names].bounds(of, to, names)

    def _system(self, more: dict[str, tuple[Constraint, ...]]) -> System:
        return self.linear.system(
            with_known=self.counts.with_known,
            with_rates=self.counts.with_rates,
            with_printed=self.counts.with_printed,
            more=more,
        )

    @cached_property
    def solver(self) -> Solver:
        """The linear claims."""
        return Solver(self._system({}))

    @cached_property
    def prices(self) -> PriceSystem | None:
        """The claims about prices and quantities."""
        return price_system(self.claims.values())

    @cached_property
    def costly(self) -> frozenset[str]:
        """Claims that take more than one linear system to decide."""
        return frozenset(name for held in self._bent for name in held)

    @cached_property
    def _bent(self) -> list[dict[str, Bent]]:
        found = []
        for currency in self.linear.currencies:
            slack = 0.0 if currency == self.linear.currencies[0] else OTHER_MONEY
            held = {name: bent(claim, currency, slack) for name, claim in self.claims.items()}
            found.append({name: change for name, change in held.items() if change is not None})
        return found


class Together:
    """Claims as systems that are loaded once and asked often.

    Parameters
    ----------
    claims
        The claims.
    facts
        What is known of levels that the claims take as given, and of rates of exchange.
    """

    def __init__(self, claims: Iterable[Claim], facts: Facts) -> None:
        held = {claim.id: claim for claim in claims}
        self.linear: Linear = linear(held.values(), facts)
        self.groups = tuple(
            _Group(
                {n: held[n] for n in held if n in names}, self.linear.part(names, levels), COUNTED
            )
            for names, levels in _components(held, self.linear)
        )

    def text_alone(self, *, with_known: bool) -> Together:
        """Return the claims without rates and without what is printed of what they talk about.

        With or without the levels that they take as given.
        """
        counts = _Counts(with_known=with_known, with_rates=False, with_printed=False)
        return self._with(tuple(group.counting(counts) for group in self.groups))

    def replaced(self, changed: Mapping[str, Claim]) -> Together:
        """Return the same claims with other numbers for some of them."""
        groups = tuple(group.replaced(changed) for group in self.groups)
        return self._with(groups, self.linear.replaced(changed.values()))

    def _with(self, groups: tuple[_Group, ...], found: Linear | None = None) -> Together:
        other = Together.__new__(Together)
        other.linear, other.groups = found or self.linear, groups
        return other

    def feasible(self, names: Collection[str]) -> bool:
        """Whether the claims named can hold together with what is known."""
        chosen = frozenset(names)
        return all(group.feasible(chosen & group.names) for group in self.groups)

    def bounds(self, quantity: Quantity, names: Collection[str]) -> Interval | None:
        """Return what the claims named leave for a quantity, in data units.

        Returns
        -------
        Interval or None
            None if they cannot hold together, or say nothing of its levels.
        """
        if not quantity.of or quantity.measure == "rank":
            return None
        chosen = frozenset(names)
        if quantity.measure in ("price_growth", "quantity_growth"):
            return self._price(quantity, chosen)
        for same in self._in_currencies(quantity):
            found = self._plain(same, chosen)
            if found is not None:
                return found
        return None

    def _price(self, quantity: Quantity, names: frozenset[str]) -> Interval | None:
        for group in self.groups:
            if group.prices is not None:
                found = group.prices.bounds(quantity, names & group.names, group.solver)
                if found is not None:
                    return found
        return None

    def _plain(self, quantity: Quantity, names: frozenset[str]) -> Interval | None:
        raw = self._quotient(quantity.of, quantity.to, names)
        if raw is None:
            return None
        if quantity.less is None:
            return quantity.stated(raw)
        first = self._quotient(quantity.less.of, quantity.less.to, names)
        if first is None:
            return None
        if quantity.measure == "share_growth":
            return quantity.stated(raw / first) if first.low > 0 else None
        return (raw - first).scaled(100)

    def _quotient(self, of: Terms, to: Terms, names: frozenset[str]) -> Interval | None:
        group = self._group({level for level, _ in (*of, *to)})
        if group is not None:
            return group.bounds(of, to, names & group.names)
        above, below = self._sum(of, names), self._sum(to, names)
        if above is None or below is None or below.low <= 0:
            return None
        return above / below

    def _sum(self, terms: Terms, names: frozenset[str]) -> Interval | None:
        group = self._group({level for level, _ in terms})
        if group is None or not terms:
            return None
        return group.bounds(terms, (), names & group.names)

    def _group(self, levels: set[Level]) -> _Group | None:
        return next((group for group in self.groups if levels <= group.levels), None)

    def _in_currencies(self, quantity: Quantity) -> list[Quantity]:
        """Return a quantity as it is, and where the currency cancels in every one of the text."""
        if not quantity.cancels:
            return [quantity]
        money = dict.fromkeys(level.currency for level in self.linear.levels())
        return [quantity.mapped(currency=currency) for currency in money]


def text_conflicts(system: Together) -> tuple[frozenset[str], ...]:
    """Return all minimal sets of at least two claims that cannot hold together.

    Both with what is known and without: a claim that contradicts what is known all by itself is
    no conflict of the text, and must not hide one. Rates of exchange and what is printed of the
    very levels a text talks about are data, so what only they rule out is no conflict of the text
    either (`data_conflicts`).
    """
    alone = [system.text_alone(with_known=known) for known in (True, False)]
    several = [one for one in _conflicts(system, alone) if len(one) > 1]
    return _minimal(several)


def data_conflicts(
    system: Together, known: Collection[frozenset[str]]
) -> tuple[frozenset[str], ...]:
    """Return the further minimal sets that rates of exchange or levels in print rule out.

    `known` are those that are wrong already.
    """
    found = _minimal(_conflicts(system, [system]))
    return tuple(one for one in found if not any(other <= one for other in known))


def _conflicts(system: Together, asked: Iterable[Together]) -> set[frozenset[str]]:
    conflicts: set[frozenset[str]] = set()
    for one in asked:
        for group, other in zip(system.groups, one.groups, strict=True):
            if not group.feasible(group.names):
                conflicts |= set(_of_group(other))
    return conflicts


def _minimal(found: Collection[frozenset[str]]) -> tuple[frozenset[str], ...]:
    minimal = [one for one in found if not any(other < one for other in found)]
    return tuple(sorted(minimal, key=lambda one: (len(one), sorted(one))))


def _of_group(group: _Group) -> tuple[frozenset[str], ...]:
    if group.feasible(group.names):
        return ()
    if len(group.names) <= SHORT:
        return minimal_conflicts(group.names, _oracle(group))
    return telling_conflicts(group.names, _oracle(group), costly=group.costly)


def _oracle(group: _Group) -> Feasible:
    return lambda names: group.feasible(frozenset(names))


def _components(
    claims: Mapping[str, Claim], found: Linear
) -> list[tuple[frozenset[str], frozenset[Level]]]:
    """Return claims in groups that share no level, so that no conflict spans two of them."""
    groups = [(frozenset({name}), _touched(claim, found)) for name, claim in claims.items()]
    links = [frozenset(level for level, _ in row.terms) for row in (*found.facts(), *found.rates)]
    merged: list[tuple[frozenset[str], frozenset[Level]]] = []
    for names, levels in (*groups, *((frozenset[str](), _values(link)) for link in links)):
        near = [held for held in merged if held[1] & levels]
        merged = [held for held in merged if not held[1] & levels]
        together = names.union(*(held[0] for held in near))
        merged.append((together, levels.union(*(held[1] for held in near))))
    return [(names, levels) for names, levels in merged if names]


def _touched(claim: Claim, found: Linear) -> frozenset[Level]:
    quotients = found.quotients.get(claim.id, ())
    levels = {level for one in quotients for level, _ in (*one.of, *one.to)}
    if not quotients:
        quantities = [claim.quantity, *([claim.quantity.less] if claim.quantity.less else [])]
        own = {level for quantity in quantities for level in quantity.levels()}
        money = found.currencies if claim.quantity.less else ()
        levels = own | {level.but(currency=unit) for level in own for unit in money}
        rows = found.places.get(claim.id, ())
        levels |= {level for row in rows for level, _ in row.terms}  # type: ignore[misc]
    return _values(levels)


def _values(levels: Iterable[object]) -> frozenset[Level]:
    """Return levels with prices and quantities beside the value that they are factors of."""
    return frozenset(level.but(kind="value") for level in levels)  # type: ignore[attr-defined]
