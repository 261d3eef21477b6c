"""Changes of a share: not linear in levels, so decided by branching on the share before.

With the first share held between two bounds, the change bounds the second share, and both are
linear again. The bounds are halved until the levels found satisfy the change itself or nothing is
left (a branch and bound).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.claims.levels import Quotient
from entrepot.claims.solver import Solver
from entrepot.model.interval import Interval

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Iterator

    from entrepot.claims.document import Claim
    from entrepot.claims.quantity import Terms
    from entrepot.claims.solver import Constraint, System

__all__ = ["Bent", "bent", "can_hold", "relaxed"]

MOST_BRANCHES = 60
"""A set that takes more is taken to be possible: no alarm without proof."""
FINEST = 0.02
"""Branches narrower than this part of what the digits leave are taken to be possible."""


@dataclass(frozen=True, slots=True)
class Bent:
    """A change of a share: from ``before`` to ``after``, by a difference or by a factor."""

    after: tuple[Terms, Terms]
    before: tuple[Terms, Terms]
    bounds: Interval
    by_factor: bool

    def ends(self, first: Interval) -> Interval:
        """Return the bounds of the share after, if that before lies in `first`."""
        moved = first * self.bounds if self.by_factor else first + self.bounds
        return Interval(max(moved.low, 0.0), max(moved.high, 0.0))

    def holds(self, first: float, last: float) -> bool:
        """Whether two shares satisfy it."""
        low = first * self.bounds.low if self.by_factor else first + self.bounds.low
        high = first * self.bounds.high if self.by_factor else first + self.bounds.high
        room = 1e-7 + 1e-6 * abs(last)
        return low - room <= last <= high + room

    def constraints(self, first: Interval) -> Iterator[Constraint]:
        """Yield both shares as linear constraints, the first in a branch."""
        yield from Quotient(*self.before, first).constraints()
        yield from Quotient(*self.after, self.ends(first)).constraints()


def bent(claim: Claim, currency: str, slack: float = 0.0) -> Bent | None:
    """Return a change of a share in one currency; None for a claim of another kind.

    `slack` is how far it may lie off, as a part of one, where the currency is not that meant.
    """
    quantity = claim.quantity.mapped(currency=currency)
    then = quantity.less
    if then is None or not quantity.of:
        return None
    by_factor = quantity.measure == "share_growth"
    bounds = quantity.quotient(claim.interval) if by_factor else claim.interval.scaled(0.01)
    wide = Interval(bounds.low - slack, bounds.high + slack)
    return Bent((quantity.of, quantity.to), (then.of, then.to), wide, by_factor)


def can_hold(
    changes: dict[str, Bent],
    names: Collection[str],
    system: Callable[[dict[str, tuple[Constraint, ...]]], System],
) -> bool:
    """Whether changes of shares can hold together with linear claims.

    Parameters
    ----------
    changes
        The changes of shares.
    names
        The linear claims.
    system
        Gives the linear system with more claims.
    """
    plain = Solver(system({}))
    first = {name: _first(change, plain, names) for name, change in changes.items()}
    if any(interval is None for interval in first.values()):
        return False
    branches = [{name: held for name, held in first.items() if held is not None}]
    tried = 0
    while branches:
        tried += 1
        if tried > MOST_BRANCHES:
            return True
        branch = branches.pop()
        more = {name: tuple(changes[name].constraints(branch[name])) for name in changes}
        solver = Solver(system(more))
        if not solver.feasible([*names, *changes]):
            continue
        values = solver.values()
        shares = {name: _shares(changes[name], values) for name in changes}
        broken = [name for name in changes if not changes[name].holds(*shares[name])]
        widest = max(broken, key=lambda name: branch[name].width, default=None)
        if widest is None or branch[widest].width < FINEST * _room(changes[widest]):
            return True
        low, high, cut = branch[widest].low, branch[widest].high, branch[widest].middle
        halves = [branch | {widest: Interval(low, cut)}, branch | {widest: Interval(cut, high)}]
        branches += halves if shares[widest][0] > cut else reversed(halves)
    return False


def relaxed(
    changes: dict[str, Bent], names: Collection[str], plain: Solver
) -> dict[str, tuple[Constraint, ...]]:
    """Return linear constraints that changes of shares imply, beside linear claims."""
    first = {name: _first(change, plain, names) for name, change in changes.items()}
    return {
        name: tuple(changes[name].constraints(held))
        for name, held in first.items()
        if held is not None
    }


def _first(change: Bent, plain: Solver, names: Collection[str]) -> Interval | None:
    """Return what the share before lies in, by the linear claims on both; None if in nothing."""
    before = plain.bounds(*change.before, names) or Interval(0.0, 1.0)
    after = plain.bounds(*change.after, names) or Interval(0.0, 1.0)
    low, high = max(before.low, 0.0), min(before.high, 1.0)
    if change.by_factor:
        if change.bounds.low > 0:
            high = min(high, after.high / change.bounds.low)
        if change.bounds.high > 0:
            low = max(low, after.low / change.bounds.high)
    else:
        low, high = (
            max(low, after.low - change.bounds.high),
            min(high, after.high - change.bounds.low),
        )
    return Interval(low, high) if low <= high else None


def _room(change: Bent) -> float:
    width = change.bounds.width
    return max(min(width, 1.0), 1e-6)


def _shares(change: Bent, values: dict[Hashable, float]) -> tuple[float, float]:
    return _share(*change.before, values), _share(*change.after, values)


def _share(of: Terms, to: Terms, values: dict[Hashable, float]) -> float:
    whole = sum(values[level] * weight for level, weight in to)
    return sum(values[level] * weight for level, weight in of) / whole if whole else 0.0
