"""Claims that share levels, loaded once and asked often: what can hold, and what they leave."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from entrepot.claims.prices import PriceSystem, price_system
from entrepot.claims.share_changes import Bent, Start, bent, can_hold, first_share, relaxed
from entrepot.claims.solver import Solver
from entrepot.model.interval import Interval

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from entrepot.claims.document import Claim
    from entrepot.claims.levels import Linear
    from entrepot.claims.quantity import Level, Terms
    from entrepot.claims.solver import Constraint, System

__all__ = ["COUNTED", "Counts", "Group"]


@dataclass(frozen=True)
class Counts:
    """What counts: levels the text takes as given, those it talks about, and rates."""

    with_known: bool = True
    with_rates: bool = True
    with_printed: bool = True


COUNTED = Counts()
OPEN = 1e4
"""A whole that may grow so many times is open: such a factor spoils the digits of a system."""
OTHER_MONEY = 0.002
"""How far the change of a share in one currency may lie from that in another."""


class Group:
    """Claims that share levels, loaded once and asked often."""

    def __init__(self, claims: Mapping[str, Claim], found: Linear, counts: Counts) -> None:
        self.claims = dict(claims)
        self.names = frozenset(claims)
        self.linear = found
        self.counts = counts
        self.levels = frozenset(found.levels())
        self._asked: dict[frozenset[str], bool] = {}
        self._relaxed: dict[frozenset[str], Solver] = {}
        self._shares: dict[tuple[Bent, frozenset[str]], Interval | None] = {}
        self._wholes: dict[tuple[Terms, Terms, frozenset[str]], Interval | None] = {}
        self._near: dict[Bent, frozenset[str]] = {}
        self._left: dict[tuple[Terms, Terms, frozenset[str]], Interval | None] = {}

    def counting(self, counts: Counts) -> Group:
        """Return the same claims with or without known levels and rates."""
        return self if counts == self.counts else Group(self.claims, self.linear, counts)

    def replaced(self, changed: Mapping[str, Claim]) -> Group:
        """Return the same claims with other numbers for some of them."""
        mine = {name: claim for name, claim in changed.items() if name in self.claims}
        if not mine:
            return self
        return Group(self.claims | mine, self.linear.replaced(mine.values()), self.counts)

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
            can_hold(changes, names - changes.keys(), self._started(changes, names), self._system)
            for changes in self._changes(names)
        )

    def _started(
        self, changes: Mapping[str, Bent], names: frozenset[str]
    ) -> dict[str, Start | None]:
        """Return what the linear claims among those named leave for shares before their changes.

        What is left for the share itself is asked of the claims about its own flow and whole: the
        others bound it little, and so it is known for most sets of claims already.
        """
        linear = names - self.costly
        found: dict[str, Start | None] = {}
        for name, change in changes.items():
            near = linear & self._about(change)
            if (change, near) not in self._shares:
                self._shares[change, near] = first_share(change, self.solver, near)
            share = self._shares[change, near]
            wholes = (change.after[1], change.before[1], linear)
            if wholes not in self._wholes:
                self._wholes[wholes] = self.solver.bounds(*wholes)
            growth = _believed(self._wholes[wholes])
            found[name] = None if share is None else Start(share, growth)
        return found

    def _about(self, change: Bent) -> frozenset[str]:
        """Return the linear claims that are about nothing but the flow and the whole of a share."""
        if change not in self._near:
            of = {level for side in (*change.after, *change.before) for level, _ in side}
            self._near[change] = frozenset(
                name
                for name, held in self.linear.quotients.items()
                if any({level for level, _ in (*one.of, *one.to)} <= of for one in held)
            )
        return self._near[change]

    def _changes(self, names: frozenset[str]) -> Iterator[dict[str, Bent]]:
        """Yield the changes of shares among the claims named, in each currency that is counted."""
        for held in self._bent:
            changes = {name: held[name] for name in sorted(names & held.keys())}
            if changes:
                yield changes

    def bounds(self, of: Terms, to: Terms, names: frozenset[str]) -> Interval | None:
        """Return what the claims named leave for a quotient, or for a sum."""
        asked = (of, to, names)
        if asked not in self._left:
            self._left[asked] = self._bounds(of, to, names)
        return self._left[asked]

    def _bounds(self, of: Terms, to: Terms, names: frozenset[str]) -> Interval | None:
        if not any(self._changes(names)):
            return self.solver.bounds(of, to, names)
        if names not in self._relaxed:
            more: dict[str, tuple[Constraint, ...]] = {}
            for changes in self._changes(names):
                found = relaxed(changes, self._started(changes, names))
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
    def flows(self) -> frozenset[Level]:
        """Its levels, whatever is counted of them and in what money."""
        own = (level for claim in self.claims.values() for level in claim.quantity.levels())
        return frozenset(one.but(currency="", kind="value") for one in (*self.levels, *own))

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


def _believed(growth: Interval | None) -> Interval:
    """Return what is known of the growth of a whole, open at the ends that say nothing."""
    if growth is None:
        return Interval(0.0, math.inf)
    low = growth.low if growth.low > 1 / OPEN else 0.0
    return Interval(low, growth.high if growth.high < OPEN else math.inf)
