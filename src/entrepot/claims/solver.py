"""Linear systems over non-negative levels: whether they can hold, and what they imply.

Variables are any hashable names; units are the caller's.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from entrepot.model.interval import Interval

if TYPE_CHECKING:
    from collections.abc import Collection, Hashable, Iterator, Mapping

    Terms = tuple[tuple[Hashable, float], ...]

__all__ = ["Constraint", "Solver", "System", "quiet_model"]

TOLERANCE = 1e-9
SMALLEST = 1e-6
"""Least value of a divisor, as a part of the size that its neighbours suggest."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """``low <= sum of coefficient x variable <= high``; either side may be infinite."""

    terms: Terms
    low: float = -math.inf
    high: float = math.inf


@dataclass(frozen=True, slots=True)
class System:
    """Constraints of claims, by claim, over what is known whether they hold or not.

    Attributes
    ----------
    claims
        Constraints by the id of the claim that makes them.
    known
        Constraints that always hold.
    divisors
        Variables that something is divided by, hence above zero.
    """

    claims: Mapping[str, tuple[Constraint, ...]]
    known: tuple[Constraint, ...] = ()
    divisors: frozenset[Hashable] = field(default_factory=frozenset)

    def rows(self) -> Iterator[tuple[str, Constraint]]:
        """Yield each constraint with its claim, or an empty text for what is known."""
        for name, constraints in self.claims.items():
            for constraint in constraints:
                yield name, constraint
        for constraint in self.known:
            yield "", constraint


class Solver:
    """A system loaded into HiGHS; claims are switched on and off without loading again.

    Every variable and row is scaled by the size of its bounds, so that yuan in trillions and
    dollars in thousands are told apart from zero equally well.
    """

    def __init__(self, system: System) -> None:
        self._rows = list(system.rows())
        self._scale = _scales(system)
        self._place = {name: place for place, name in enumerate(self._scale)}
        self._least = {name: SMALLEST for name in system.divisors if name in self._scale}
        self._model = quiet_model()
        for name in self._scale:
            self._model.addVar(self._least.get(name, 0.0), math.inf)
        for _, constraint in self._rows:
            places = self._places(constraint.terms, self._size(constraint.terms))
            _add_row(self._model, places, -math.inf, math.inf)

    def feasible(self, claims: Collection[str]) -> bool:
        """Whether the claims named can hold together with what is known."""
        for row, (name, constraint) in enumerate(self._rows):
            unit = self._size(constraint.terms)
            on = not name or name in claims
            low, high = (constraint.low, constraint.high) if on else (-math.inf, math.inf)
            self._model.changeRowBounds(row, low / unit, high / unit)
        self._model.run()
        return not _is(self._model, "kInfeasible")

    def bounds(self, of: Terms, to: Terms, claims: Collection[str]) -> Interval | None:
        """Return the values that ``of``, or ``of / to``, can take under the claims named.

        Returns
        -------
        Interval or None
            None if the claims cannot hold together, or if a variable is not in the system. An end
            is infinite where nothing bounds it.
        """
        if any(name not in self._place for name, _ in (*of, *to)):
            return None
        model = self._homogeneous(claims)
        size = self._size(to)
        if to:
            _add_row(model, self._places(to, size), 1.0, 1.0)
        else:
            model.changeColBounds(len(self._scale), 1.0, 1.0)
        unit = self._size(of)
        for place, weight in self._places(of, unit):
            model.changeColCost(place, weight)
        low, high = _extreme(model, least=True), _extreme(model, least=False)
        if low is None or high is None:
            return None
        return Interval(min(low, high) * unit / size, max(low, high) * unit / size)

    def _homogeneous(self, claims: Collection[str]) -> Any:
        """Load the system in y = x t with t a further variable: then quotients are linear in y.

        (Charnes and Cooper's form: fix the divisor at one, or t itself for a plain sum.)
        """
        model, last = quiet_model(), len(self._scale)
        for _ in range(last + 1):
            model.addVar(0.0, math.inf)
        for name, least in self._least.items():
            _add_row(model, [(self._place[name], 1.0), (last, -least)], 0.0, math.inf)
        for name, constraint in self._rows:
            if name and name not in claims:
                continue
            unit = self._size(constraint.terms)
            places = self._places(constraint.terms, unit)
            if not math.isinf(constraint.low):
                _add_row(model, [*places, (last, -constraint.low / unit)], 0.0, math.inf)
            if not math.isinf(constraint.high):
                _add_row(model, [*places, (last, -constraint.high / unit)], -math.inf, 0.0)
        return model

    def _size(self, terms: Terms) -> float:
        return max((abs(weight) * self._scale[name] for name, weight in terms), default=1.0)

    def _places(self, terms: Terms, unit: float) -> list[tuple[int, float]]:
        return [(self._place[name], weight * self._scale[name] / unit) for name, weight in terms]


def quiet_model() -> Any:
    """Return an empty HiGHS model that prints nothing.

    The public class prints a banner to standard output before it can be told not to, which would
    spoil JSON; its base class does not.
    """
    import highspy

    model: Any = highspy._Highs()  # type: ignore[attr-defined]
    for option, value in (
        ("output_flag", False),
        ("threads", 1),
        ("primal_feasibility_tolerance", TOLERANCE),
        ("dual_feasibility_tolerance", TOLERANCE),
    ):
        model.setOptionValue(option, value)
    return model


def _add_row(model: Any, places: list[tuple[int, float]], low: float, high: float) -> None:
    weights: dict[int, float] = {}
    for place, weight in places:
        weights[place] = weights.get(place, 0.0) + weight
    model.addRow(low, high, len(weights), list(weights), list(weights.values()))


def _extreme(model: Any, *, least: bool) -> float | None:
    """Return the least or greatest value of the objective, infinite if nothing bounds it."""
    import highspy

    sense = highspy.ObjSense
    model.changeObjectiveSense(sense.kMinimize if least else sense.kMaximize)
    model.run()
    if _is(model, "kOptimal"):
        return float(model.getObjectiveValue())
    if _is(model, "kUnbounded"):
        return -math.inf if least else math.inf
    return None


def _is(model: Any, status: str) -> bool:
    import highspy

    return bool(model.getModelStatus() == getattr(highspy.HighsModelStatus, status))


def _scales(system: System) -> dict[Hashable, float]:
    """Guess the size of every variable, from its bounds or from those it is compared with."""
    rows = [constraint for _, constraint in system.rows()]
    found: dict[Hashable, float] = {}
    for constraint in rows:
        finite = [abs(end) for end in (constraint.low, constraint.high) if math.isfinite(end)]
        size = max(finite, default=0.0)
        for name, weight in constraint.terms if size else ():
            if weight:
                found.setdefault(name, size / abs(weight))
    names = dict.fromkeys(name for constraint in rows for name, _ in constraint.terms)
    while len(found) < len(names):
        before = len(found)
        for constraint in rows:
            sizes = [abs(w) * found[name] for name, w in constraint.terms if name in found]
            for name, weight in constraint.terms if sizes else ():
                if weight:
                    found.setdefault(name, max(sizes) / abs(weight))
        if len(found) == before:
            found[next(name for name in names if name not in found)] = 1.0
    return {name: found[name] for name in names}
