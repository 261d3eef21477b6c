"""Which claims cannot all be true: every minimal conflicting set, exactly.

A *minimal conflicting set* cannot hold together, but can as soon as any one of its members is
left out. The enumeration is that of MARCO: take a largest set of claims that nothing found so far
rules on; if it can hold, every smaller set can too; if not, shrink it to a minimal conflict.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from typing import Any

from entrepot.claims.solver import quiet_model

__all__ = ["minimal_conflicts", "shrink"]

Feasible = Callable[[Collection[str]], bool]


def minimal_conflicts(
    names: Collection[str], feasible: Feasible, *, limit: int = 100
) -> tuple[frozenset[str], ...]:
    """Return all minimal sets of names that are not feasible, smallest first.

    Parameters
    ----------
    names
        What to choose from: some tens at most.
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


def shrink(names: Collection[str], feasible: Feasible) -> frozenset[str]:
    """Return a minimal conflict inside an infeasible set: leave out whatever is not needed."""
    kept = sorted(names)
    for name in tuple(kept):
        rest = [other for other in kept if other != name]
        if not feasible(rest):
            kept = rest
    return frozenset(kept)


class _Map:
    """The sets that nothing rules on yet, as a small integer programme."""

    def __init__(self, names: list[str]) -> None:
        self._names = names
        self._all_ruled_on = not names
        self._model = quiet_model()
        for place in range(len(names)):
            self._model.addVar(0.0, 1.0)
            self._model.changeColIntegrality(place, _integer())
            self._model.changeColCost(place, -1.0)

    def largest(self) -> frozenset[str] | None:
        """Return a largest such set, or None when all are ruled on."""
        import highspy

        if self._all_ruled_on:
            return None
        self._model.run()
        if self._model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        chosen = self._model.getSolution().col_value
        return frozenset(
            name for name, value in zip(self._names, chosen, strict=True) if value > 0.5
        )

    def rule_out_parts_of(self, chosen: frozenset[str]) -> None:
        """Want at least one name from outside `chosen`."""
        self._row([place for place, name in enumerate(self._names) if name not in chosen], low=1.0)

    def rule_out_wholes_of(self, conflict: frozenset[str]) -> None:
        """Want at least one name of `conflict` left out."""
        places = [place for place, name in enumerate(self._names) if name in conflict]
        self._row(places, high=len(places) - 1.0)

    def _row(self, places: list[int], low: float = -math.inf, high: float = math.inf) -> None:
        if not places:  # every set is a part of all names, or holds the empty conflict
            self._all_ruled_on = True
            return
        self._model.addRow(low, high, len(places), places, [1.0] * len(places))


def _integer() -> Any:
    import highspy

    return highspy.HighsVarType.kInteger
