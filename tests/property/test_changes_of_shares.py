"""Whether a change of a share can be, against its exact ends at the corners of what is known."""

from __future__ import annotations

from itertools import product

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from entrepot.claims.group import ShareShift, ShareStart, can_hold, first_share
from entrepot.claims.solver import Constraint, Solver, System
from entrepot.model.interval import Interval

PART, WHOLE = ("p0", "p1"), ("w0", "w1")


def between(name: str, ends: Interval) -> tuple[Constraint, ...]:
    return (Constraint(((name, 1.0),), ends.low, ends.high),)


def spans(low: int, high: int) -> st.SearchStrategy[Interval]:
    return st.builds(
        lambda start, width: Interval(start, start + width),
        st.integers(low, high).map(float),
        st.sampled_from([0.5, 2.0, 10.0]),
    )


@settings(deadline=None, max_examples=60)
@given(
    st.tuples(spans(5, 40), spans(5, 40), spans(60, 100), spans(60, 100)),
    st.integers(-30, 30),
    st.booleans(),
)
def test_a_change_is_possible_where_the_corners_allow_it(
    held: tuple[Interval, ...], points: int, by_factor: bool
) -> None:
    names = (*PART, *WHOLE)
    claims = {name: between(name, ends) for name, ends in zip(names, held, strict=True)}
    bounds = Interval(points / 100 - 0.0005, points / 100 + 0.0005)
    if by_factor:
        bounds = Interval(1 + bounds.low, 1 + bounds.high)
    change = ShareShift(
        after=((("p1", 1.0),), (("w1", 1.0),)),
        before=((("p0", 1.0),), (("w0", 1.0),)),
        bounds=bounds,
        by_factor=by_factor,
    )

    def system(more: dict[str, tuple[Constraint, ...]]) -> System:
        return System(claims | more, (), frozenset(WHOLE))

    plain = Solver(system({}))
    share, growth = (
        first_share(change, plain, names),
        plain.bounds(change.after[1], change.before[1], names),
    )
    start = ShareStart(share, growth) if share is not None and growth is not None else None
    possible = can_hold({"change": change}, names, {"change": start}, system)
    # Each end of the change lies at corners of the box, so these are its exact ends.
    ends = [
        p1 / w1 / (p0 / w0) if by_factor else p1 / w1 - p0 / w0
        for p0, p1, w0, w1 in product(*((one.low, one.high) for one in held))
    ]
    truth = Interval(min(ends), max(ends))
    slack = 1e-5
    assume(abs(truth.low - bounds.high) > slack and abs(truth.high - bounds.low) > slack)
    assert possible == truth.meets(bounds)
