"""Which claims cannot all be true: every minimal conflicting set, exactly.

A *minimal conflicting set* cannot hold together, but can as soon as any one of its members is
left out. The enumeration is that of MARCO: take a largest set of claims that nothing found so far
rules on; if it can hold, every smaller set can too; if not, shrink it to a minimal conflict.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import cache
from itertools import combinations

__all__ = ["minimal_conflicts", "shrink", "telling_conflicts"]

Feasible = Callable[[Collection[str]], bool]


def minimal_conflicts(
    names: Collection[str], feasible: Feasible, *, limit: int = 100
) -> tuple[frozenset[str], ...]:
    """Return all minimal sets of names that are not feasible, smallest first.

    Parameters
    ----------
    names
        What to choose from: some fifteen at most, since all subsets may be looked at.
    feasible
        Whether a subset can hold; every part of a feasible set must be feasible.
    limit
        Stop after this many conflicts (a text with more has other troubles).

    Examples
    --------
    >>> found = minimal_conflicts("abc", lambda chosen: not {"a", "b"} <= set(chosen))
    >>> [sorted(conflict) for conflict in found]
    [['a', 'b']]
    """
    order = sorted(names)
    unexplored = _Map(order)
    found: list[frozenset[str]] = []
    while len(found) < limit and (seed := unexplored.largest()) is not None:
        if feasible(seed):
            unexplored.rule_out_parts_of(seed)
        else:
            conflict = shrink(seed, feasible)
            found.append(conflict)
            unexplored.rule_out_wholes_of(conflict)
    return tuple(sorted(found, key=lambda conflict: (len(conflict), sorted(conflict))))


def telling_conflicts(
    names: Collection[str], feasible: Feasible, *, costly: Collection[str] = (), limit: int = 40
) -> tuple[frozenset[str], ...]:
    """Return minimal conflicts, as many as it takes to tell which one or two names may be wrong.

    For long texts, which have thousands of minimal conflicts around one wrong number. Whenever
    leaving out one or two names ends all conflicts found, but not all there are, another is found
    among the rest (Reiter's hitting sets). Where more than two are wrong, conflicts are found that
    share no name with those before, so that all of the text is looked at.

    Parameters
    ----------
    names, feasible
        As for `minimal_conflicts`.
    costly
        Names that make it slow to decide: as few of them are kept as can be.
    limit
        Stop after this many.
    """
    everything = frozenset(names)
    found: list[frozenset[str]] = []
    rest: frozenset[str] | None = everything
    while rest is not None and len(found) < limit:
        found.append(shrink(rest, feasible, costly=costly))
        ends = list(_hitting(found)) or [frozenset[str]().union(*found)]
        rest = next((everything - one for one in ends if not feasible(everything - one)), None)
    return tuple(sorted(found, key=lambda conflict: (len(conflict), sorted(conflict))))


def _hitting(found: list[frozenset[str]]) -> Iterator[frozenset[str]]:
    """Yield the minimal sets of one or two names that share one with each conflict."""
    names = sorted(frozenset().union(*found))
    single = [name for name in names if all(name in one for one in found)]
    yield from (frozenset({name}) for name in single)
    others = [name for name in names if name not in single]
    for pair in combinations(others, 2):
        if all(not one.isdisjoint(pair) for one in found):
            yield frozenset(pair)


def shrink(
    names: Collection[str], feasible: Feasible, *, costly: Collection[str] = ()
) -> frozenset[str]:
    """Return a minimal conflict inside an infeasible set: leave out whatever is not needed."""
    kept = sorted(names)
    cheap = [name for name in kept if name not in costly]
    dear = [name for name in kept if name in costly]
    for few in ([], *([one] for one in dear)) if dear else ():
        if not feasible([*cheap, *few]):
            kept = sorted([*cheap, *few])
            break
    for name in tuple(kept):
        rest = [other for other in kept if other != name]
        if not feasible(rest):
            kept = rest
    return frozenset(kept)


class _Map:
    """The sets that nothing rules on yet, the largest first; each is looked at once."""

    def __init__(self, names: list[str]) -> None:
        self._bit = {name: 1 << place for place, name in enumerate(names)}
        self._sets = iter(_largest_first(len(names)))
        self._can_hold: list[int] = []
        self._conflicts: list[int] = []

    def largest(self) -> frozenset[str] | None:
        """Return a largest such set, or None when all are ruled on."""
        for chosen in self._sets:  # what is ruled on stays so
            within = any(chosen | whole == whole for whole in self._can_hold)
            if not within and not any(chosen & part == part for part in self._conflicts):
                return frozenset(name for name, bit in self._bit.items() if chosen & bit)
        return None

    def rule_out_parts_of(self, chosen: frozenset[str]) -> None:
        """Want at least one name from outside `chosen`."""
        self._can_hold.append(self._bits(chosen))

    def rule_out_wholes_of(self, conflict: frozenset[str]) -> None:
        """Want at least one name of `conflict` left out."""
        self._conflicts.append(self._bits(conflict))

    def _bits(self, chosen: frozenset[str]) -> int:
        return sum(self._bit[name] for name in chosen)


@cache
def _largest_first(count: int) -> tuple[int, ...]:
    return tuple(sorted(range(1 << count), key=lambda chosen: (-chosen.bit_count(), chosen)))
