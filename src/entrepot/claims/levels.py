"""A text's claims as one linear system over levels, with what is known of levels beside it.

What the text itself talks about at a period is left open: whether its numbers fit each other is
one question, whether they are true another. Known are the levels that changes start from, and
totals that shares are taken of.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.claims.consistency import minimal_conflicts
from entrepot.claims.identities import identities
from entrepot.claims.known import CUSTOMS_SLACK
from entrepot.claims.quantity import DIMENSIONLESS, Level, Terms
from entrepot.claims.solver import Constraint, Solver, System
from entrepot.model.interval import Interval

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from entrepot.claims.document import Claim
    from entrepot.claims.known import Facts, Known

__all__ = ["Linear", "Quotient", "linear", "text_conflicts"]

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
                against = tuple((level, -end * weight) for level, weight in self.to)
                yield Constraint((*self.of, *against), low, high)


@dataclass(frozen=True)
class Linear:
    """Claims as quotients, by claim, and the bounds that are known."""

    quotients: dict[str, tuple[Quotient, ...]]
    known: dict[Level, Interval]
    sources: dict[Level, tuple[Known, ...]]

    def system(self, *, with_known: bool = True) -> System:
        """Return the linear system, with identities between its levels."""
        levels = dict.fromkeys(self._levels())
        facts = [*identities(list(levels))]
        if with_known:
            facts += [
                Constraint(((level, 1.0),), bounds.low, bounds.high)
                for level, bounds in self.known.items()
            ]
        return System(
            claims={
                name: tuple(c for quotient in quotients for c in quotient.constraints())
                for name, quotients in self.quotients.items()
            },
            known=tuple(facts),
            divisors=frozenset(
                level
                for quotients in self.quotients.values()
                for quotient in quotients
                for level, _ in quotient.to
            ),
        )

    def _levels(self) -> Iterator[Level]:
        for quotients in self.quotients.values():
            for quotient in quotients:
                for level, _ in (*quotient.of, *quotient.to):
                    yield level


def linear(claims: Iterable[Claim], facts: Facts) -> Linear:
    """Return the linear claims as one system."""
    chosen = [claim for claim in claims if claim.quantity.is_linear]
    currencies = _currencies(chosen)
    quotients = {claim.id: tuple(_quotients(claim, currencies)) for claim in chosen}
    open_ = _open(chosen, currencies)
    latest = max((level.period.end for c in chosen for level in c.quantity.levels()), default=None)
    known: dict[Level, Interval] = {}
    sources: dict[Level, tuple[Known, ...]] = {}
    for level in dict.fromkeys(Linear(quotients, {}, {})._levels()):
        found = () if level in open_ else _best_known(level, facts)
        if found:
            # What is compared with was printed before, and may have been revised since.
            spans = [
                item.interval.widened(item.revision if level.period.end != latest else ROUNDED)
                for item in found
            ]
            known[level] = functools.reduce(Interval.hull, spans)
            sources[level] = found
    return Linear(quotients, known, sources)


def text_conflicts(found: Linear) -> tuple[frozenset[str], ...]:
    """Return all minimal sets of at least two claims that cannot hold together.

    Both with what is known and without: a claim that contradicts what is known all by itself is
    no conflict of the text, and must not hide one.
    """
    conflicts: set[frozenset[str]] = set()
    for with_known in (True, False):
        solver = Solver(found.system(with_known=with_known))
        conflicts |= set(minimal_conflicts(list(found.quotients), solver.feasible))
    several = [conflict for conflict in conflicts if len(conflict) > 1]
    minimal = [one for one in several if not any(other < one for other in several)]
    return tuple(sorted(minimal, key=lambda one: (len(one), sorted(one))))


def _currencies(claims: list[Claim]) -> tuple[str, ...]:
    """Return the currencies that the text counts in; dollars if it gives only shares."""
    found = {
        level.currency
        for claim in claims
        if claim.quantity.measure not in DIMENSIONLESS
        for level in claim.quantity.levels()
    }
    return tuple(sorted(found)) or ("USD",)


def _quotients(claim: Claim, currencies: tuple[str, ...]) -> Iterator[Quotient]:
    """Yield the claim in its currency, or a share or ratio in each that the text counts in."""
    quantity = claim.quantity
    bounds = quantity.quotient(claim.interval)
    if not quantity.to:
        bounds = bounds.widened(ROUNDED)
    if quantity.measure not in DIMENSIONLESS:
        yield Quotient(quantity.of, quantity.to, bounds)
        return
    # A share in yuan and the same in dollars differ by how the months weigh.
    slack = CUSTOMS_SLACK if len(currencies) > 1 else 0.0
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
        cancels = quantity.measure in DIMENSIONLESS
        for currency in currencies if cancels else (next(quantity.levels()).currency,):
            same = quantity.mapped(currency=currency)
            subjects |= {level for level, _ in same.of}
            if quantity.measure == "ratio":
                subjects |= {level for level, _ in same.to}
            if quantity.measure == "growth":
                bases |= {level for level, _ in same.to}
    return subjects - bases


def _best_known(level: Level, facts: Facts) -> tuple[Known, ...]:
    """Return what the same books say of a level: printed if anything is, else derived."""
    same = [known for known in facts.in_currency(level) if known.books == level.books]
    printed = [known for known in same if not known.how]
    return tuple(printed or same)
