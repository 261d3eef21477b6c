"""Laws of who took whose place, on any two periods."""

from __future__ import annotations

import math
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from entrepot.measures import allocated_flows, reorientation, supplier_changes

suppliers = st.sampled_from(["CHN", "HKG", "DEU", "TUR", "KGZ", "USA"])
money = st.integers(min_value=0, max_value=10**12)
rows = st.lists(st.tuples(suppliers, st.sampled_from([2021, 2023]), money), min_size=1, max_size=14)
quick = settings(max_examples=25, deadline=None)
Rows = list[tuple[str, int, int]]


def frame(some: Rows, scale: float = 1.0) -> pl.LazyFrame:
    return pl.LazyFrame(
        {
            "exporter": [row[0] for row in some],
            "period": [row[1] for row in some],
            "value_usd": [scale * row[2] for row in some],
        }
    )


def sums(some: Rows, scale: float = 1.0, then: int = 2021, now: int = 2023) -> dict[str, Any]:
    asked = {"before": then, "after": now, "by": [], "complete": True}
    (found,) = reorientation(frame(some, scale), **asked).collect().to_dicts()
    return found


def close(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-6)


@quick
@given(rows)
def test_it_adds_up(some: Rows) -> None:
    found = sums(some)
    assert close(found["replaced"] + found["not_replaced"], found["lost"])
    assert close(found["gained"] - found["lost"], found["net"])
    assert 0 <= found["gained_by_entrants"] <= found["gained"] + 1e-6
    assert 0 <= found["lost_by_leavers"] <= found["lost"] + 1e-6
    moved = found["share_moved"]
    assert moved is None or -1e-12 <= moved <= 1 + 1e-12


@quick
@given(rows)
def test_flows_add_up_to_what_was_replaced_and_to_nobodys_more_than_he_lost(some: Rows) -> None:
    asked: dict[str, Any] = {"before": 2021, "after": 2023, "by": [], "complete": True}
    flows = allocated_flows(frame(some), **asked).collect()
    found = sums(some)
    assert close(flows["allocated"].sum(), found["replaced"])
    changes = supplier_changes(frame(some), **asked).collect()
    for row in changes.to_dicts():
        given_up = flows.filter(pl.col("loser") == row["exporter"])["allocated"].sum()
        taken = flows.filter(pl.col("gainer") == row["exporter"])["allocated"].sum()
        assert given_up <= row["value_lost"] * (1 + 1e-9) + 1e-6
        assert taken <= row["value_gained"] * (1 + 1e-9) + 1e-6
    shares = allocated_flows(frame(some), of="share", **asked).collect()
    assert close(shares["allocated"].sum(), found["share_moved"] or 0.0)


@quick
@given(rows, st.randoms(use_true_random=False), st.floats(min_value=1e-3, max_value=1e3))
def test_order_and_scale_do_not_matter(some: Rows, draw: Any, scale: float) -> None:
    turned = list(some)
    draw.shuffle(turned)
    plain, scaled = sums(some), sums(turned, scale)
    assert close(plain["replaced"] * scale, scaled["replaced"])
    assert close(plain["share_moved"], scaled["share_moved"])


@quick
@given(rows)
def test_backwards_gains_are_losses(some: Rows) -> None:
    there, back = sums(some), sums(some, then=2023, now=2021)
    assert close(there["lost"], back["gained"])
    assert close(there["replaced"], back["replaced"])
    assert close(there["gained_by_entrants"], back["lost_by_leavers"])
    assert close(there["share_moved"], back["share_moved"])
