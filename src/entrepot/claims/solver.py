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

# HiGHS's default is 1e-7; rows are scaled to about one, so this is relative to a claim's size.
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


@dataclass(frozen=True, slots=True)
class _Row:
    """A constraint over places of variables, scaled by its size."""

    claim: str
    places: tuple[tuple[int, float], ...]
    low: float
    high: float


class Solver:
    """A system loaded into HiGHS; claims are switched on and off without loading again.

    Every variable and row is scaled by the size of its bounds, so that yuan in trillions and
    dollars in thousands are told apart from zero equally well.
    """

    def __init__(self, system: System) -> None:
        rows = [(name, _numbered(row)) for name, row in system.rows()]
        self._place: dict[Hashable, int] = {}
        for _, (terms, _, _) in rows:
            for name, _ in terms:
                self._place.setdefault(name, len(self._place))
        self._scale = _scales(rows, self._place)
        self._rows = [self._row(name, *row) for name, row in rows]
        self._of: dict[str, list[int]] = {}
        for number, row in enumerate(self._rows):
            self._of.setdefault(row.claim, []).append(number)
        self._least = {
            self._place[name]: SMALLEST for name in system.divisors if name in self._place
        }
        self._on: set[str] = set()
        self._model: Any = None
        self._quotients: _Quotients | None = None

    def feasible(self, claims: Collection[str]) -> bool:
        """Whether the claims named can hold together with what is known."""
        if self._model is None:
            self._load()
        # Claims that are not linear have no rows here, so they cannot fail here either.
        wanted = set(claims) & self._of.keys()
        for name in self._on ^ wanted:
            for number in self._of[name]:
                row = self._rows[number]
                ends = (row.low, row.high) if name in wanted else (-math.inf, math.inf)
                self._model.changeRowBounds(number, *ends)
        self._on = wanted
        _run(self._model)
        # "Unknown" counts as feasible: a conflict is only what the solver has proved.
        return not _is(self._model, "kInfeasible")

    def restate(self, claim: str, constraints: Collection[Constraint]) -> None:
        """Give a claim other constraints: as many as before, over the same variables."""
        if self._model is None:
            self._load()
        for number, constraint in zip(self._of[claim], constraints, strict=True):
            row = self._row(claim, constraint.terms, constraint.low, constraint.high)
            self._rows[number] = row
            # Coefficients are overwritten in place, so HiGHS goes on from its last basis.
            for place, weight in _collected(row.places).items():
                self._model.changeCoeff(number, place, weight)
            if claim in self._on:
                self._model.changeRowBounds(number, row.low, row.high)
        self._quotients = None

    def values(self) -> dict[Hashable, float]:
        """Return the variables' values in the last set that was found feasible."""
        found = self._model.getSolution().col_value
        return {name: found[place] * self._scale[place] for name, place in self._place.items()}

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
        chosen = frozenset(claims) & self._of.keys()
        if self._quotients is None:
            self._quotients = _Quotients(self._rows, len(self._scale), self._least)
        self._quotients.count(chosen)
        above, below = self._scaled(of), self._scaled(to)
        # Only the pattern of terms is scaled: the units come back as a factor on the result.
        found = self._quotients.bounds(above[0], below[0] if to else ())
        return None if found is None else found.scaled(above[1] / (below[1] if to else 1.0))

    def _load(self) -> None:
        self._model = quiet_model()
        for place in range(len(self._scale)):
            self._model.addVar(self._least.get(place, 0.0), math.inf)
        for row in self._rows:
            # A claim starts switched off, as a row without bounds.
            ends = (-math.inf, math.inf) if row.claim else (row.low, row.high)
            _add_row(self._model, row.places, *ends)

    def _scaled(self, terms: Terms) -> tuple[tuple[tuple[int, float], ...], float]:
        """Return terms by place, scaled by their size, and that size."""
        found = [(self._place[name], weight) for name, weight in terms]
        unit = max((abs(w) * self._scale[place] for place, w in found), default=1.0)
        return tuple((place, w * self._scale[place] / unit) for place, w in found), unit

    def _row(self, name: str, terms: Terms, low: float, high: float) -> _Row:
        places, unit = self._scaled(terms)
        return _Row(name, places, low / unit, high / unit)


class _Quotients:
    """Claims in y = x t with t a further variable: then quotients are linear in y.

    (Charnes and Cooper's form: fix the divisor at one, or t itself for a plain sum.) Claims are
    switched on and off, as in a solver, so that each question starts from the last one's answer.
    """

    def __init__(self, rows: list[_Row], count: int, least: Mapping[int, float]) -> None:
        self._last = count
        self._model = quiet_model()
        for _ in range(count + 1):
            self._model.addVar(0.0, math.inf)
        self._rows = 0
        self._of: dict[str, list[tuple[int, float, float]]] = {}
        self._on: frozenset[str] = frozenset()
        for place, end in least.items():
            # x >= end becomes y - end t >= 0.
            self._add([(place, 1.0), (count, -end)], 0.0, math.inf)
        for row in rows:
            # low <= a x <= high, times t, is two rows: a y - low t >= 0 and a y - high t <= 0.
            for end, low, high in ((row.low, 0.0, math.inf), (row.high, -math.inf, 0.0)):
                if math.isinf(end):
                    continue
                if row.claim:
                    self._of.setdefault(row.claim, []).append((self._rows, low, high))
                ends = (-math.inf, math.inf) if row.claim else (low, high)
                self._add([*row.places, (count, -end)], *ends)
        self._add([], -math.inf, math.inf)  # the divisor's row, filled in for each question

    def count(self, claims: frozenset[str]) -> None:
        """Count these claims and no others."""
        for name in self._on ^ claims:
            for number, low, high in self._of.get(name, ()):
                ends = (low, high) if name in claims else (-math.inf, math.inf)
                self._model.changeRowBounds(number, *ends)
        self._on = claims

    def bounds(
        self, of: tuple[tuple[int, float], ...], to: tuple[tuple[int, float], ...]
    ) -> Interval | None:
        """Return the least and greatest value of a sum, or of one sum over another."""
        model, divisor = self._model, self._rows - 1
        # A sum fixes t at one, so that y is x; a ratio leaves t free and fixes the divisor instead.
        fixed = 0.0 if to else 1.0
        model.changeColBounds(self._last, fixed, math.inf if to else 1.0)
        weights = _collected(to)
        for place, weight in weights.items():
            model.changeCoeff(divisor, place, weight)
        model.changeRowBounds(divisor, *((1.0, 1.0) if to else (-math.inf, math.inf)))
        costs = _collected(of)
        for place, weight in costs.items():
            model.changeColCost(place, weight)
        # Two solves: their ends can cross by the tolerance, hence min and max below.
        low, high = _extreme(model, least=True), _extreme(model, least=False)
        # The model is shared: what this question wrote must be gone before the next.
        for place in costs:
            model.changeColCost(place, 0.0)
        for place in weights:
            model.changeCoeff(divisor, place, 0.0)
        if low is None or high is None:
            return None
        return Interval(min(low, high), max(low, high))

    def _add(self, places: list[tuple[int, float]], low: float, high: float) -> None:
        _add_row(self._model, places, low, high)
        self._rows += 1


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


def _collected(places: Collection[tuple[int, float]]) -> dict[int, float]:
    # A part may be in its own total: HiGHS accepts each column once in a row.
    weights: dict[int, float] = {}
    for place, weight in places:
        weights[place] = weights.get(place, 0.0) + weight
    return weights


def _add_row(model: Any, places: Collection[tuple[int, float]], low: float, high: float) -> None:
    weights = _collected(places)
    model.addRow(low, high, len(weights), list(weights), list(weights.values()))


def _extreme(model: Any, *, least: bool) -> float | None:
    """Return the least or greatest value of the objective, infinite if nothing bounds it.

    None only of rows that are shown to contradict each other.
    """
    import highspy

    sense = highspy.ObjSense
    model.changeObjectiveSense(sense.kMinimize if least else sense.kMaximize)
    _run(model)
    if _is(model, "kOptimal"):
        return float(model.getObjectiveValue())
    if _is(model, "kInfeasible"):
        return None
    return -math.inf if least else math.inf


def _run(model: Any) -> None:
    """Solve, and solve from nothing where the basis of the last question leads nowhere.

    HiGHS can end as "unknown" on its way from the least value to a greatest one that has no end.
    """
    model.run()
    if not any(_is(model, status) for status in ("kOptimal", "kInfeasible", "kUnbounded")):
        model.clearSolver()
        model.run()


def _is(model: Any, status: str) -> bool:
    import highspy

    return bool(model.getModelStatus() == getattr(highspy.HighsModelStatus, status))


def _numbered(row: Constraint) -> tuple[Terms, float, float]:
    return row.terms, row.low, row.high


def _scales(
    rows: list[tuple[str, tuple[Terms, float, float]]], place: Mapping[Hashable, int]
) -> list[float]:
    """Guess the size of every variable, from its bounds or from those it is compared with."""
    weights = [
        ([(place[name], abs(weight)) for name, weight in terms if weight], low, high)
        for _, (terms, low, high) in rows
    ]
    # First wherever a bound is not zero, the first row winning; then outwards along comparisons.
    found: dict[int, float] = {}
    for terms, low, high in weights:
        size = max((abs(end) for end in (low, high) if math.isfinite(end)), default=0.0)
        for name, weight in terms if size else ():
            found.setdefault(name, size / weight)
    while len(found) < len(place):
        before = len(found)
        for terms, _, _ in weights:
            sizes = [weight * found[name] for name, weight in terms if name in found]
            for name, weight in terms if sizes else ():
                found.setdefault(name, max(sizes) / weight)
        if len(found) == before:
            # Nothing bounds this island of variables: any size will do, and the loop must end.
            found[next(name for name in range(len(place)) if name not in found)] = 1.0
    return [found[name] for name in range(len(place))]
