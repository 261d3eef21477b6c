"""Feasibility and minimal conflicts against exact elimination and brute force over all subsets."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import combinations
from typing import TYPE_CHECKING

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from entrepot.claims.joint_consistency import minimal_conflicts, shrink, telling_conflicts
from entrepot.claims.solver import Constraint, Solver, System

if TYPE_CHECKING:
    from collections.abc import Collection

QUICK = settings(deadline=None, max_examples=40)
Row = tuple[tuple[Fraction, ...], Fraction]  # coefficients . x <= bound
NAMES = "xyz"


def inequalities(constraints: list[Constraint], divisors: frozenset[str]) -> list[Row]:
    """Write the constraints as exact inequalities, levels not negative."""
    rows: list[Row] = []
    for constraint in constraints:
        weights = dict.fromkeys(NAMES, Fraction(0))
        for name, weight in constraint.terms:
            weights[str(name)] += Fraction(weight)
        coefficients = tuple(weights.values())
        if not math.isinf(constraint.high):
            rows.append((coefficients, Fraction(constraint.high)))
        if not math.isinf(constraint.low):
            rows.append((tuple(-c for c in coefficients), -Fraction(constraint.low)))
    for place, name in enumerate(NAMES):
        least = Fraction(-1, 10**4) if name in divisors else Fraction(0)
        rows.append((tuple(Fraction(-(place == other)) for other in range(len(NAMES))), least))
    return rows


def possible(rows: list[Row]) -> bool:
    """Fourier-Motzkin elimination in exact fractions: slow, simple, and nobody's library."""
    for place in range(len(NAMES)):
        above = [row for row in rows if row[0][place] > 0]
        below = [row for row in rows if row[0][place] < 0]
        rows = [row for row in rows if row[0][place] == 0]
        for up, bound in above:
            for down, other in below:
                a, b = -down[place], up[place]
                rows.append(
                    (
                        tuple(a * p + b * q for p, q in zip(up, down, strict=True)),
                        a * bound + b * other,
                    )
                )
        rows = list(set(rows))
    return all(bound >= 0 for _, bound in rows)


# Bounds lie on a grid that is coarse against the tolerance of the solver, so both must agree.
NUMBER = st.integers(1, 12).map(float)
LEVEL = st.builds(
    lambda name, low, width: Constraint(((name, 1.0),), low, low + width),
    st.sampled_from(NAMES),
    NUMBER,
    st.integers(0, 3).map(float),
)


def quotient(of: str, to: str, low: float, width: float) -> tuple[Constraint, ...]:
    return (
        Constraint(((of, 1.0), (to, -low)), low=0.0),
        Constraint(((of, 1.0), (to, -(low + width))), high=0.0),
    )


QUOTIENT = st.builds(
    quotient,
    st.sampled_from(NAMES),
    st.sampled_from(NAMES),
    st.sampled_from([0.25, 0.5, 1.5, 3]),
    st.sampled_from([0.0, 0.25, 0.5]),
).filter(lambda rows: rows[0].terms[0][0] != rows[0].terms[1][0])
SUM = st.builds(
    lambda low, width: Constraint(tuple((name, 1.0) for name in NAMES), low, low + width),
    NUMBER,
    st.integers(0, 3).map(float),
)
CLAIM = st.one_of(LEVEL.map(lambda row: (row,)), SUM.map(lambda row: (row,)), QUOTIENT)


@st.composite
def systems(draw: st.DrawFn) -> System:
    claims = draw(st.lists(CLAIM, min_size=1, max_size=6))
    known = draw(st.lists(LEVEL, max_size=1))
    return System({f"c{n}": rows for n, rows in enumerate(claims)}, tuple(known), frozenset("xy"))


def brute(system: System, chosen: frozenset[str]) -> bool:
    rows = [row for name in chosen for row in system.claims[name]] + list(system.known)
    present = {str(name) for row in rows for name, _ in row.terms}
    return possible(inequalities(rows, frozenset("xy") & present))


@QUICK
@given(systems())
def test_solver_agrees_with_exact_elimination(system: System) -> None:
    solver = Solver(system)
    for size in range(len(system.claims) + 1):
        for chosen in combinations(system.claims, size):
            assert solver.feasible(chosen) == brute(system, frozenset(chosen))


@QUICK
@given(systems())
def test_conflicts_are_those_of_brute_force(system: System) -> None:
    solver = Solver(system)
    assume(solver.feasible(()))
    subsets = [
        frozenset(c) for n in range(len(system.claims) + 1) for c in combinations(system.claims, n)
    ]
    impossible = [chosen for chosen in subsets if not brute(system, chosen)]
    minimal = {chosen for chosen in impossible if not any(other < chosen for other in impossible)}
    assert set(minimal_conflicts(system.claims, solver.feasible)) == minimal


def possible_part(system: System) -> System:
    """Leave out the claims that cannot stand beside those before them, so that none is wasted."""
    solver, kept = Solver(system), list[str]()
    for name in system.claims:
        if solver.feasible([*kept, name]):
            kept.append(name)
    return System({name: system.claims[name] for name in kept}, system.known, system.divisors)


@st.composite
def asked(draw: st.DrawFn) -> tuple[System, str, str | None]:
    """Return a system that holds, and a level of it or one level over another."""
    system = draw(systems().map(possible_part))
    present = sorted({str(name) for _, row in system.rows() for name, _ in row.terms})
    assume(present)
    of = draw(st.sampled_from(present))
    to = draw(st.sampled_from([None, *sorted({"x", "y"} & set(present) - {of})]))
    return system, of, to


UNENDING = System({"c": quotient("z", "x", 0.5, 0.25)}, (), frozenset("xy"))


@QUICK
@example((UNENDING, "z", None))  # HiGHS went from the least value to "unknown", read as impossible
@given(asked())
def test_bounds_are_tight(question: tuple[System, str, str | None]) -> None:
    """A claim at the end of the bounds still fits; one beyond it does not."""
    system, of, to = question
    weights = ((of, 1.0),)
    bounds = Solver(system).bounds(weights, ((to, 1.0),) if to else (), list(system.claims))
    assert bounds is not None
    for end, outward in ((bounds.low, -1.0), (bounds.high, 1.0)):
        if math.isinf(end) or abs(end) > 1e3:
            continue
        beyond = end + outward * 0.01
        low, high = (-math.inf, beyond) if outward < 0 else (beyond, math.inf)
        assert fits(system, of, to, Constraint((), end - 1e-6, end + 1e-6))
        assert beyond < 0 or not fits(system, of, to, Constraint((), low, high))


def fits(system: System, of: str, to: str | None, end: Constraint) -> bool:
    if to is None:
        extra: tuple[Constraint, ...] = (Constraint(((of, 1.0),), end.low, end.high),)
    else:
        extra = tuple(
            Constraint(((of, 1.0), (to, -value)), low, high)
            for value, low, high in ((end.low, 0.0, math.inf), (end.high, -math.inf, 0.0))
            if not math.isinf(value)
        )
    wider = System({**system.claims, "end": extra}, system.known, system.divisors)
    return Solver(wider).feasible(wider.claims)


def test_swapped_growth_is_found_whatever_the_unit() -> None:
    """The same texts in dollars and in trillions of yuan conflict alike."""
    for unit in (1.0, 1e3, 1e9, 1e13):
        part = {"a": 4.7 * unit, "b": 5.3 * unit}
        claims = {
            "a": growth(("a",), -3.4),
            "b": growth(("b",), -9.9),
            "all": growth(("a", "b"), -6.5),
        }
        known = tuple(
            Constraint(((f"{name}0", 1.0),), 0.999 * v, 1.001 * v) for name, v in part.items()
        )
        system = System(claims, known, frozenset({"a0", "b0"}))
        assert minimal_conflicts(claims, Solver(system).feasible) == (frozenset({"a", "b", "all"}),)


def growth(parts: tuple[str, ...], percent: float) -> tuple[Constraint, ...]:
    def row(factor: float) -> tuple[tuple[str, float], ...]:
        return tuple((f"{p}1", 1.0) for p in parts) + tuple((f"{p}0", -factor) for p in parts)

    return (
        Constraint(row(1 + (percent - 0.05) / 100), low=0.0),
        Constraint(row(1 + (percent + 0.05) / 100), high=0.0),
    )


@QUICK
@given(systems())
def test_telling_conflicts_are_minimal_and_leave_nobody_out(system: System) -> None:
    """Whoever alone hits all of those found also ends the conflict of the whole."""
    solver = Solver(system)
    assume(solver.feasible(()) and not solver.feasible(system.claims))
    found = telling_conflicts(system.claims, solver.feasible)
    for conflict in found:
        assert not brute(system, conflict)
        assert all(brute(system, conflict - {name}) for name in conflict)
    for name in system.claims:
        if all(name in conflict for conflict in found):
            assert brute(system, frozenset(system.claims) - {name})


@QUICK
@given(st.lists(st.frozensets(st.integers(0, 11), min_size=1, max_size=3), min_size=1, max_size=5))
def test_leaving_out_many_at_once_leaves_what_one_by_one_leaves(
    parts: list[frozenset[int]],
) -> None:
    names = [chr(ord("a") + one) for one in range(12)]
    conflicts = [{names[one] for one in part} for part in parts]

    def feasible(chosen: Collection[str]) -> bool:
        return not any(conflict <= set(chosen) for conflict in conflicts)

    kept = names
    for name in names:
        rest = [other for other in kept if other != name]
        if not feasible(rest):
            kept = rest
    assert shrink(names, feasible) == frozenset(kept)


def test_a_small_conflict_among_many_names_is_found_with_few_questions() -> None:
    names = [f"{place:03}" for place in range(200)]
    asked = 0

    def feasible(chosen: Collection[str]) -> bool:
        nonlocal asked
        asked += 1
        return not {"017", "151"} <= set(chosen)

    assert shrink(names, feasible) == {"017", "151"}
    assert asked < 60
