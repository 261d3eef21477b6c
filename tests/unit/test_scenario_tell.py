"""Losses in words: what is below the tolerance of the solution is none."""

from __future__ import annotations

import numpy as np
import pytest

from entrepot.figures.scenario.result import LossSummary
from entrepot.measures.cutoff import network
from entrepot.measures.origin import economy, solved
from entrepot.model.areas import areas as every_area


def test_what_a_solution_misses_by_is_no_loss() -> None:
    inputs = np.array([[40.0, 20.0, 0.0], [10.0, 10.0, 0.0], [0.0, 0.0, 5.0]])
    made = np.array([100.0, 100.0, 10.0])
    world = economy(inputs, made, [("DEU", "C26"), ("RUS", "C26"), ("USA", "C26")])
    held = network(solved(world))
    sides = {"target": frozenset({"RUS"}), "imposes": frozenset({"DEU"})}
    solutions = [np.array([5.0, 1e-12, -1e-13]), np.array([8.0, -1e-12, 2e-6])]
    teller = LossSummary(held, sides, {"target": "RUS", "imposes": "DEU"}, solutions)
    losses = {one.code: one for one in teller.of_areas()}
    assert (losses["RUS"].lost_usd.value, losses["RUS"].lost_share.value) == (0, 0)
    assert losses["RUS"].value_added_usd.value == 0
    assert losses["RUS"].lost_usd.low is None  # no range of nothing
    assert losses["USA"].lost_usd.high == pytest.approx(2)  # two dollars, which it can tell
    assert (losses["USA"].lost_usd.value, losses["USA"].lost_usd.low) == (0, 0)
    assert losses["DEU"].lost_share.high == pytest.approx(0.08)
    assert teller.shares("target") == [0, 0]


def test_a_large_group_is_told_no_finer_than_its_size() -> None:
    """What each of many may be off by adds up."""
    count = 50
    areas = sorted(one.code for one in every_area() if one.kind == "country")[:count]
    world = economy(np.zeros((count, count)), np.full(count, 10.0), [(x, "C26") for x in areas])
    sides = {"target": frozenset(areas[:1]), "imposes": frozenset(areas[1:2])}
    titles = {"target": areas[0], "imposes": areas[1]}
    one = np.zeros(count)
    one[0] = 1.1e-8  # more than a sector is off by, less than 50 are
    losses = {
        loss.who: loss
        for loss in LossSummary(network(solved(world)), sides, titles, [one]).of_sides()
    }
    assert losses["target"].lost_usd.value == pytest.approx(0.011)
    assert losses["world"].lost_usd.value == 0
