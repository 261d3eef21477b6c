from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from entrepot.model.interval import Interval

numbers = st.floats(-1e6, 1e6)


@st.composite
def intervals(draw: st.DrawFn, low: float = -1e6) -> tuple[Interval, float]:
    """An interval and a value inside it."""
    ends = sorted((draw(st.floats(low, 1e6)), draw(st.floats(low, 1e6))))
    weight = draw(st.floats(0, 1))
    inside = min(max(ends[0] + weight * (ends[1] - ends[0]), ends[0]), ends[1])
    return Interval(*ends), inside


@given(intervals(), intervals())
def test_results_hold_the_results_of_members(
    one: tuple[Interval, float], other: tuple[Interval, float]
) -> None:
    (a, x), (b, y) = one, other
    assert (a + b).holds(x + y)
    assert (a - b).holds(x - y)
    assert (a * b).holds(x * y)
    assert a.hull(b).holds(x)


@given(intervals(), intervals(low=0.01))
def test_division(one: tuple[Interval, float], other: tuple[Interval, float]) -> None:
    (a, x), (b, y) = one, other
    assert (a / b).holds(x / y)


@given(intervals(), intervals())
def test_meeting_is_mutual(one: tuple[Interval, float], other: tuple[Interval, float]) -> None:
    a, b = one[0], other[0]
    assert a.meets(b) == b.meets(a) == (max(a.low, b.low) <= min(a.high, b.high))


def test_refuses_ends_the_wrong_way_round_and_division_by_zero() -> None:
    with pytest.raises(ValueError, match="not an interval"):
        Interval(2.0, 1.0)
    with pytest.raises(ZeroDivisionError):
        Interval(1.0, 2.0) / Interval(-1.0, 1.0)
