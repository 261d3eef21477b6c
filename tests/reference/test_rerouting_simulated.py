"""Bounds hold what was planted, and hubs that only grow raise no alarm.

A few networks of each kind; `benchmarks/rerouting.py` draws a thousand.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import entrepot as ep
from made_rerouting import ASKED, HUBS, network

RUNS = 20


def asked(made: Any, *, others: bool = True, **keys: Any) -> Any:
    beside = made.others if others else None
    return ep.measures.rerouted(made.goods, **(ASKED | keys), other_goods=beside)


def test_bounds_hold_the_truth_and_the_matched_amount_is_near() -> None:
    held, alarms, parts = 0, 0, []
    for seed in range(RUNS):
        made = network(10_000 + seed)
        found = asked(made)
        held += found.low <= made.truth <= found.high
        alarms += bool(found.alarm)
        assert 0 < found.low <= found.value <= found.chains[1]
        assert found.high >= found.value
        parts.append(found.value / made.truth)
        assert sum(one.matched for one in found.hubs) == pytest.approx(found.value)
    assert held >= 0.95 * RUNS
    assert alarms == RUNS
    assert 0.7 < np.median(parts) < 1


def test_hubs_that_only_grow_raise_no_alarm() -> None:
    alarms = sum(
        bool(asked(network(20_000 + seed, rerouted=False, growth=2.0)).alarm)
        for seed in range(RUNS)
    )
    assert alarms <= 0.05 * RUNS


def test_growth_raises_an_alarm_where_nothing_is_compared_with() -> None:
    """So that the test above can fail: without controls and other goods growth is an excess."""
    alarms = sum(
        bool(
            asked(
                network(20_000 + seed, rerouted=False, growth=2.0),
                others=False,
                controls=None,
                margin=0.05,
            ).alarm
        )
        for seed in range(RUNS)
    )
    assert alarms > 0.5 * RUNS


def test_the_benchmark_asks_what_the_measure_does() -> None:
    from entrepot.measures.rerouting.bounds import bounds_of
    from entrepot.measures.rerouting.cells import Flows, chain_of

    made = network(1)
    steps = 16
    flows, others = (Flows(steps, made.cells_of(goods=goods)) for goods in (True, False))
    found, direct = asked(made), bounds_of(flows, others, chain_of(**ASKED), None)
    assert found.low == pytest.approx(direct.low)
    assert found.value == pytest.approx(direct.value)
    assert found.high == pytest.approx(direct.high)


def test_the_hub_that_passed_most_is_named_first() -> None:
    right = 0
    for seed in range(RUNS):
        made = network(30_000 + seed, chains=False)
        right += asked(made).hubs[0].hub == max(HUBS, key=made.by_hub.__getitem__)
    assert right >= 0.8 * RUNS


def test_a_synthetic_control_is_one_more_path() -> None:
    made = network(2)
    without, more = asked(made), asked(made, synthetic=True)
    assert more.low <= without.low * (1 + 1e-9)
    assert more.high >= without.high * (1 - 1e-9)
    assert more.value == pytest.approx(without.value)  # the first set stays the best
