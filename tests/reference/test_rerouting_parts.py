"""When it began, synthetic controls, triple differences and prices, each against something else."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from scipy.optimize import minimize

import entrepot as ep
from entrepot.errors import RequestError

m = ep.measures


def plain_break(values: list[float], reference: list[float]) -> int:
    """The split with the least deviance of two Poisson means, written down cell by cell."""

    def deviance(place: int) -> float:
        found = 0.0
        for part in (slice(None, place), slice(place, None)):
            y, z = values[part], reference[part]
            rate = sum(y) / sum(z)
            for one, size in zip(y, z, strict=True):
                mean = rate * size
                found += 2 * ((one * math.log(one / mean) if one else 0.0) - one + mean)
        return found

    return min(range(3, len(values) - 2), key=deviance)


@pytest.mark.parametrize("seed", range(20))
def test_a_break_is_where_two_means_fit_best(seed: int) -> None:
    draw = np.random.default_rng(seed)
    values = draw.gamma(2, 5, 24)
    values[draw.random(24) < 0.2] = 0
    values[12:] *= draw.uniform(0.5, 3)
    reference = draw.uniform(1, 3, 24)
    found = m.began(list(values), list(reference), draws=9)
    assert found.step == plain_break(list(values), list(reference))
    before, after = (values[part].sum() / reference[part].sum()
                     for part in (slice(found.step), slice(found.step, None)))  # fmt: skip
    assert found.factor == (pytest.approx(after / before) if before else math.inf)


def test_intervals_of_breaks_hold_the_truth_and_noise_has_none() -> None:
    inside = small = 0
    runs, place = 60, 21
    for seed in range(runs):
        draw = np.random.default_rng(seed)
        level = np.where(np.arange(36) < place, 1.0, 1.8)
        found = m.began(list(draw.gamma(9, 1 / 9, 36) * level), draws=199)
        inside += found.low <= place <= found.high
        still = m.began(list(draw.gamma(9, 1 / 9, 36)), draws=199)
        small += still.p_value <= 0.05
    assert inside >= 0.9 * runs
    assert small <= 0.12 * runs  # 5 % are expected; 8 or more of 60 come about once in 60


def test_a_clear_break_is_dated_and_sure() -> None:
    found = m.began([1.0, 1.1, 0.9] * 4 + [9.0, 9.5, 8.5] * 3)
    assert (found.step, found.low, found.high) == (12, 12, 12)
    assert found.p_value == pytest.approx(1 / 500)
    with pytest.raises(RequestError, match="8 steps"):
        m.began([1.0] * 8)
    with pytest.raises(RequestError, match="all are zero"):
        m.began([0.0] * 12)
    with pytest.raises(RequestError, match="reference"):
        m.began([1.0] * 12, [0.0] * 12)


@pytest.mark.parametrize("seed", range(12))
def test_a_synthetic_control_is_that_of_scipy(seed: int) -> None:
    draw = np.random.default_rng(seed)
    controls = {f"C{n}": list(draw.gamma(4, 5 * (n + 1), 12)) for n in range(4)}
    target = list(draw.gamma(4, 2, 12) + 0.2 * np.array(controls["C1"]))
    found = m.synthetic_weights(target, controls)
    rows = np.array([np.array(row) / np.mean(row) for row in controls.values()]).T
    y = np.array(target) / np.mean(target)
    ours = np.array([found.get(name, 0.0) * np.mean(row) for name, row in controls.items()])
    assert ours.sum() == pytest.approx(1)
    assert (ours >= 0).all()
    theirs = minimize(
        lambda w: ((rows @ w - y) ** 2).sum(),
        np.full(4, 0.25),
        bounds=[(0, 1)] * 4,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1},
        options={"ftol": 1e-14},
    )
    assert ((rows @ ours - y) ** 2).sum() <= theirs.fun + 1e-9


def test_a_mixture_is_found_again() -> None:
    one, other = [1.0, 2.0, 4.0, 3.0], [5.0, 1.0, 2.0, 8.0]
    target = [0.3 * a / 2.5 + 0.7 * b / 4.0 for a, b in zip(one, other, strict=True)]
    found = m.synthetic_weights(target, {"A": one, "B": other, "C": [0.0] * 4})
    assert found == {"A": pytest.approx(0.3 / 2.5), "B": pytest.approx(0.7 / 4.0)}
    with pytest.raises(RequestError, match="no synthetic control"):
        m.synthetic_weights(target, {"C": [0.0] * 4})


def test_prices_along_a_chain_by_hand() -> None:
    names = ("exporter", "importer", "product", "period", "value_usd", "mass_kg")
    rows = [
        ("DEU", "KGZ", "A", 2022, 100.0, 10.0),
        ("FRA", "KGZ", "A", 2022, 50.0, 5.0),
        ("FRA", "KGZ", "A", 2022, 50.0, None),  # without a mass it has no price
        ("CHN", "KGZ", "A", 2022, 10.0, 10.0),  # no origin
        ("KGZ", "RUS", "A", 2022, 120.0, 8.0),
        ("KGZ", "RUS", "A", 2021, 120.0, 1.0),  # not the time
        ("DEU", "KGZ", "B", 2022, 100.0, 10.0),  # does not go out
        ("KGZ", "RUS", "C", 2022, 7.0, 0.0),
    ]
    frame = pa.Table.from_pylist([dict(zip(names, row, strict=True)) for row in rows])
    asked: dict[str, Any] = {"origin": "DEU+FRA", "hubs": "KGZ", "importer": "RUS"}
    first, second = m.chain_prices(frame, **asked, period=2022).to_pylist()
    assert first == {
        "hub": "KGZ", "product": "A", "margin": pytest.approx(15 / 10 - 1),
        "unit_value_in": pytest.approx(10), "unit_value_out": pytest.approx(15),
        "value_in": 150, "value_out": 120,
    }  # fmt: skip
    assert (second["product"], second["margin"], second["unit_value_out"]) == ("B", None, None)


def panel(seed: int, effect: float) -> pa.Table:
    """Eight goods, four of them listed in 2021; two hubs among six buyers."""
    draw = np.random.default_rng(seed)
    buyers = ("KGZ", "ARM", "GEO", "UZB", "MNG", "TUR")
    level = np.exp(draw.normal(3, 1, (8, 6)))
    of_buyer, of_good = np.exp(draw.normal(0, 0.2, (6, 6))), np.exp(draw.normal(0, 0.2, (8, 6)))
    rows = []
    for k, d, t in itertools.product(range(8), range(6), range(6)):
        mean = level[k, d] * of_buyer[d, t] * of_good[k, t]
        mean *= math.exp(effect * (k < 4 and d < 2 and t >= 3))
        value = mean * draw.gamma(25, 1 / 25)
        rows.append({"exporter": "DEU", "importer": buyers[d], "product": f"{k}",
                     "period": 2018 + t, "value_usd": value})  # fmt: skip
    return pa.Table.from_pylist(rows)


ASKED: dict[str, Any] = {
    "origin": "DEU",
    "hubs": "KGZ+ARM",
    "controls": "GEO+UZB+MNG+TUR",
    "listed": {"0", "1", "2", "3"},
    "event": 2021,
    "frequency": "A",
    "window": (-3, 2),
    "draws": 69,
}


def test_a_triple_difference_finds_what_was_planted() -> None:
    pytest.importorskip("pyfixest")
    found = m.triple_difference(panel(1, 1.0), **ASKED)
    assert found.effect.estimate == pytest.approx(1.0, abs=0.2)
    assert found.trusted == "randomisation"
    assert len(found.placebo_hubs) == 4
    assert found.p_hubs == pytest.approx(1 / 5)
    assert all(one.estimate < 0.6 for one in found.placebo_hubs)


def test_without_an_effect_hubs_are_like_controls() -> None:
    pytest.importorskip("pyfixest")
    found = [m.triple_difference(panel(seed, 0.0), **ASKED) for seed in range(3)]
    assert sum(one.p_hubs == pytest.approx(1 / 5) for one in found) < 3
    assert all(abs(one.effect.estimate) < 0.3 for one in found)
    with pytest.raises(RequestError, match="GEO is a hub and a control"):
        m.triple_difference(panel(1, 0.0), **(ASKED | {"hubs": "GEO"}))
