"""Changes of a share: not linear in levels, so decided by branching on the share before.

With the first share held between two bounds, the change bounds the second share, and both are
linear again. The bounds are halved until the levels found satisfy the change itself or nothing is
left (a branch and bound). How far the whole may have grown bounds the change as well, closely where
the wholes are known.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.claims.levels import Quotient
from entrepot.claims.solver import Constraint, Solver
from entrepot.model.interval import Interval

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Iterator, Mapping

    from entrepot.claims.document import Claim
    from entrepot.claims.quantity import Terms
    from entrepot.claims.solver import System

__all__ = ["Bent", "Start", "bent", "can_hold", "first_share", "relaxed"]

MOST_BRANCHES = 24
"""A set that takes more is taken to be possible: no alarm without proof."""
FINEST = 0.02
"""Branches narrower than this part of what the digits leave are taken to be possible."""


@dataclass(frozen=True, slots=True)
class Start:
    """What the share before lies in, and by how much its whole may have grown."""

    share: Interval
    growth: Interval

    def sharing(self, share: Interval) -> Start:
        """Return the same with the share in a branch."""
        return Start(share, self.growth)


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

    def constraints(self, start: Start) -> Iterator[Constraint]:
        """Yield both shares as linear constraints, the first in a branch."""
        yield from Quotient(*self.before, start.share).constraints()
        yield from Quotient(*self.after, self.ends(start.share)).constraints()
        for end, growth, low, high in (
            (self.bounds.low, start.growth.low, 0.0, math.inf),
            (self.bounds.high, start.growth.high, -math.inf, 0.0),
        ):
            if math.isfinite(end) and math.isfinite(growth):
                yield Constraint(self._beside(end, growth), low, high)

    def _beside(self, end: float, growth: float) -> Terms:
        """Return the part after less what it would be by an end of the change, as terms.

        With parts p, P and wholes w, W before and after, P / W - p / w = d is P = (W / w) p + d W.
        """
        factor = growth * end if self.by_factor else growth
        before = tuple((level, -factor * weight) for level, weight in self.before[0])
        moved = tuple((level, -end * weight) for level, weight in self.after[1])
        return (*self.after[0], *before, *(() if self.by_factor else moved))


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
    starts: Mapping[str, Start | None],
    system: Callable[[dict[str, tuple[Constraint, ...]]], System],
) -> bool:
    """Whether changes of shares can hold together with linear claims.

    Parameters
    ----------
    changes
        The changes of shares.
    names
        The linear claims.
    starts
        What they leave for each share before its change (`Start`).
    system
        Gives the linear system with more claims.
    """
    held = {name: start for name, start in starts.items() if start is not None}
    if len(held) < len(changes):
        return False
    asked = _Asked(changes, held, names, system)
    branches = [asked.widest]
    tried = 0
    while branches:
        tried += 1
        if tried > MOST_BRANCHES:
            return True
        branch = branches.pop()
        shares = asked.within(branch)
        if shares is None:
            continue
        broken = [name for name in changes if not changes[name].holds(*shares[name])]
        widest = max(broken, key=lambda name: branch[name].width, default=None)
        if widest is None or branch[widest].width < FINEST * _room(changes[widest]):
            return True
        if asked.within({name: Interval.point(held.middle) for name, held in branch.items()}):
            return True  # with the shares before fixed, the bounds are exact
        low, high, cut = branch[widest].low, branch[widest].high, branch[widest].middle
        halves = [branch | {widest: Interval(low, cut)}, branch | {widest: Interval(cut, high)}]
        branches += halves if shares[widest][0] > cut else reversed(halves)
    return False


class _Asked:
    """Changes of shares beside linear claims, loaded once and asked within many bounds."""

    def __init__(
        self,
        changes: dict[str, Bent],
        starts: dict[str, Start],
        names: Collection[str],
        system: Callable[[dict[str, tuple[Constraint, ...]]], System],
    ) -> None:
        self._changes = changes
        self._starts = starts
        self._names = [*names, *changes]
        self.widest = {name: start.share for name, start in starts.items()}
        self._held = self.widest
        self._solver = Solver(
            system({n: tuple(change.constraints(starts[n])) for n, change in changes.items()})
        )

    def within(self, first: dict[str, Interval]) -> dict[str, tuple[float, float]] | None:
        """Return shares before and after that can be, with those before so bound."""
        for name, change in self._changes.items():
            if self._held[name] != first[name]:
                start = self._starts[name].sharing(first[name])
                self._solver.restate(name, tuple(change.constraints(start)))
        self._held = first
        if not self._solver.feasible(self._names):
            return None
        values = self._solver.values()
        return {name: _shares(change, values) for name, change in self._changes.items()}


def relaxed(
    changes: dict[str, Bent], starts: Mapping[str, Start | None]
) -> dict[str, tuple[Constraint, ...]]:
    """Return linear constraints that changes of shares imply, beside linear claims."""
    return {
        name: tuple(changes[name].constraints(held))
        for name, held in starts.items()
        if held is not None
    }


def first_share(change: Bent, plain: Solver, names: Collection[str]) -> Interval | None:
    """Return what the share before a change lies in, by linear claims; None if in nothing.

    Parameters
    ----------
    change
        The change of a share.
    plain, names
        The linear claims, loaded, and those of them that count.
    """
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
