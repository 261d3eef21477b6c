"""Tails of errors against scipy and against simulated reports of known truth."""

from __future__ import annotations

import math
import random

import pytest

from entrepot.engine import connect
from entrepot.reconciliation.combine import NORMAL, Tails

stats = pytest.importorskip("scipy.stats")


@pytest.mark.parametrize("freedom", [1.0, 1.4, 2.0, 3.5, 5.0, 7.0, 12.0, 24.0])
@pytest.mark.parametrize("scale", [0.3, 1.0, 2.0])
def test_a_distribution_is_found_again(freedom: float, scale: float) -> None:
    half, nine = (scale * stats.t.ppf(p, freedom) for p in (0.75, 0.95))
    found = Tails.fitted(half, nine)
    assert found.freedom == pytest.approx(freedom, rel=0.12)
    assert found.level == pytest.approx(nine, rel=1e-9)
    assert found.scale == pytest.approx(scale, rel=0.05)


def test_normal_errors_stay_normal() -> None:
    assert Tails.fitted(0.6745, NORMAL).level == pytest.approx(NORMAL, rel=1e-3)
    narrow = Tails.fitted(0.5, 1.0)  # narrower than normal: never below what nine in ten need
    assert (narrow.freedom, narrow.level) == (math.inf, NORMAL)
    assert Tails().level == NORMAL
    assert Tails().after("gap", "variance") == repr(NORMAL)


def test_beyond_cauchy_is_cauchy() -> None:
    found = Tails.fitted(0.1, 5.0)
    assert found.freedom == 1.0
    assert found.level == pytest.approx(5.0)
    assert Tails.fitted(0.0, 1.0).freedom == 1.0


@pytest.mark.parametrize("freedom", [2.0, 4.0])
def test_nine_in_ten_hold_whatever_the_gap(freedom: float) -> None:
    """Each cell draws its own variance; the truth is 0, and the value a mean of two reports."""
    draw = random.Random(7)
    connection = connect(threads=1)
    one, other, weight = 0.09, 0.25, 0.7
    tails = Tails(freedom, 1.0)
    sql = tails.after("$1", repr(one + other))
    deviation = math.sqrt(weight**2 * one + (1 - weight) ** 2 * other)
    rows = []
    for _ in range(30_000):
        size = math.sqrt(freedom / (2 * draw.gammavariate(freedom / 2, 1)))
        x, m = (draw.gauss(0, math.sqrt(v)) * size for v in (one, other))
        rows.append((m - x, weight * x + (1 - weight) * m))
    gaps = [gap for gap, _ in rows]
    query = f"SELECT unnest($1) AS gap, {sql.replace('$1', 'gap')} AS level"
    levels = [level for _, level in connection.execute(query, [gaps]).fetchall()]
    inside = [
        (abs(gap), abs(value) <= level * deviation)
        for (gap, value), level in zip(rows, levels, strict=True)
    ]
    assert sum(hit for _, hit in inside) / len(inside) == pytest.approx(0.9, abs=0.02)
    inside.sort()
    third = len(inside) // 3
    for some in (inside[:third], inside[third : 2 * third], inside[2 * third :]):
        assert sum(hit for _, hit in some) / third == pytest.approx(0.9, abs=0.035)
    # One width for all would hold nearly always where reports agree, too seldom where they do not.
    flat = [(abs(gap), abs(value) <= tails.level * deviation) for gap, value in rows]
    flat.sort()
    agree, differ = (sum(hit for _, hit in some) / third for some in (flat[:third], flat[-third:]))
    assert agree - differ > 0.05
