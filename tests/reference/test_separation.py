"""Separated cells of Poisson regressions: published examples, brute force, and an event study.

The examples are 02, 05, 07, 10, 12 and 14 of the data sets that come with Stata's `ppmlhdfe` for
developers to test their programs (github.com/sergiocorreia/ppmlhdfe, test/separation_datasets; MIT
licence), each with the cells that are separated.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest

from entrepot.errors import NoEvidenceError
from entrepot.measures import event_study
from entrepot.measures.event import Design
from entrepot.measures.event.fit import separated, unidentified
from made_trade import change, panel, table

EXAMPLES = {
    "02": """
y id1 id2 separated
0 1 1 0
1 1 1 0
0 2 1 1
0 2 2 0
1 2 2 0
""",
    "05": """
y x1 x2 x3 x4 separated
0 5 11 2 2 0
0 5 2 11 2 0
0 5 2 2 11 0
0 0 -1 -1 -1 1
1 5 5 5 5 0
2 4 4 4 4 0
3 3 3 3 3 0
4 2 2 2 2 0
5 1 1 1 1 0
""",
    "07": """
y x1 x2 id1 id2 separated
0 0 0 1 1 0
0 0 0 1 1 0
0 0 0 1 2 0
0 0 0 1 3 0
0 2 0 1 3 0
0 0 1 2 2 1
0 0 0 2 2 0
0 0 0 2 2 0
0 1 0 2 2 0
0 1 2 2 3 1
0 0 1 2 4 1
0 0 0 4 2 0
0 0 1 5 2 1
1 0 0 1 1 0
1 1 0 4 3 0
1 0 0 5 4 0
2 0 0 1 2 0
2 0 0 2 1 0
""",
    "10": """
y x1 x2 x3 separated
0 -5 0 1 1
0 -2 0 1 1
0 0 2 1 1
0 0 0 2 0
0 0 0 3 1
0 2 3 4 1
0.5 2 2 2 0
1.1 1 1 2 0
2.1 4 2 4 0
3.3 3 3 2 0
""",
    "12": """
y id1 id2 separated
0 3 3 0
0 4 3 1
0 4 4 0
0 6 6 0
0 7 7 0
0 8 8 0
0 9 9 0
1 1 1 0
1 2 2 0
1 2 2 0
1 3 3 0
1 4 4 0
1 5 5 0
1 6 6 0
1 7 7 0
1 8 8 0
1 9 9 0
1 10 10 0
""",
    "14": """
y x1 x2 separated
0 1 0 0
0 1 0 0
0 -1 0 0
0 0 1 0
0 0 1 0
0 0 1 0
0 0 -1 0
0 0 -1 0
1 0 0 0
2 0 0 0
3 0 0 0
4 0 0 0
5 0 0 0
6 0 0 0
""",
}


def _read(text: str) -> dict[str, np.ndarray]:
    head, *lines = [line.split() for line in text.strip().splitlines()]
    return {
        name: np.array(column, float)
        for name, column in zip(head, zip(*lines, strict=True), strict=True)
    }


def _sides(data: dict[str, np.ndarray]) -> tuple[np.ndarray, list[np.ndarray]]:
    size = len(data["y"])
    x = [column for name, column in data.items() if name.startswith("x")]
    fixed = [column.astype(int) for name, column in data.items() if name.startswith("id")]
    return np.array(x).T.reshape(size, len(x)), fixed or [np.zeros(size, dtype=int)]


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_of_ppmlhdfe(name: str) -> None:
    data = _read(EXAMPLES[name])
    x, fixed = _sides(data)
    assert separated(data["y"], x, fixed).tolist() == (data["separated"] == 1).tolist()


def _by_hand(y: np.ndarray, x: np.ndarray, fixed: list[np.ndarray]) -> list[bool]:
    """Return what is separated, from every combination of -1, 0 and 1 of regressors and effects."""
    dummies = [(codes == code).astype(float) for codes in fixed for code in np.unique(codes)]
    columns = np.array([*x.T, *dummies])
    lost = np.zeros(len(y), dtype=bool)
    for weights in itertools.product((-1, 0, 1), repeat=len(columns)):
        z = np.array(weights) @ columns
        if not z[y > 0].any() and (z >= 0).all():
            lost |= z > 0
    return lost.tolist()


def test_what_is_separated_by_brute_force() -> None:
    """Of dummies in a small panel, weights of -1, 0 and 1 are enough."""
    draw = np.random.default_rng(4)
    unit, time = (codes.ravel() for codes in np.indices((3, 3)))
    found = 0
    for _ in range(40):
        y = draw.integers(0, 3, 9) * draw.integers(0, 2, 9).astype(float)
        x = ((unit == 0) & (time >= draw.integers(1, 3))).astype(float)[:, None]
        expected = _by_hand(y, x, [unit, time])
        assert separated(y, x, [unit, time]).tolist() == expected
        found += any(expected)
    assert found > 10


def test_columns_that_fixed_effects_tell_are_named() -> None:
    unit, time = (codes.ravel() for codes in np.indices((3, 4)))
    own = (unit == 0) & (time == 1)
    x = np.array([time == 2, own, (unit == 1) & (time == 3), own & (time == 1)], float).T
    without, out = unidentified(x, [unit, time])
    assert without.tolist() == [True, True, False, True]
    assert out.tolist() == [True, False, False, True]


def _poisson(y: np.ndarray, design: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return weights of least norm and fitted values, by Newton's steps from the mean."""
    mean = (y + y.mean()) / 2
    for _ in range(60):
        root = np.sqrt(mean)
        line = (np.log(mean) + (y - mean) / mean) * root
        weights = np.linalg.lstsq(design * root[:, None], line, rcond=1e-10)[0]
        mean = np.exp(design @ weights)
    return weights, mean


STEPS = Design(frequency="A", window=(-3, 3), cluster=("product",))


def test_a_step_that_separation_leaves_without_estimate_has_none() -> None:
    """Listed goods trade nothing in the reference year: every step would go to infinity."""
    columns = panel(11, products=10, treated=4, partners=3, noise=0.4)
    for product in ("000000", "000001", "000002", "000003"):
        change(columns, 0.0, product=product, period=2019)
    found = event_study(table(columns), STEPS, inference="cluster")
    known = {one.step: one for one in found.coefficients if not one.is_reference}
    assert {step for step, one in known.items() if one.estimate is not None} == set()
    assert all("not identified" in one.why for one in known.values())
    assert found.counts["separated"] > 0


def _sparse(seed: int) -> dict[str, list[Any]]:
    columns = panel(seed, products=6, treated=3, partners=2, noise=0.4)
    draw = np.random.default_rng(seed)
    columns["value_usd"] = [value * (draw.random() < 0.35) for value in columns["value_usd"]]
    return columns


@pytest.mark.parametrize("seed", [9, 37, 46, 53])
def test_estimates_are_those_of_the_regression_without_separated_cells(seed: int) -> None:
    """What is known is what a regression with dummies knows; the rest has no number."""
    columns = _sparse(seed)
    found = event_study(table(columns), STEPS, inference="cluster")
    told = {one.step: one.estimate for one in found.coefficients if not one.is_reference}
    y = np.array(columns["value_usd"])
    event = np.array([one or 0 for one in columns["event"]])
    since = np.clip(np.array(columns["period"]) - event, -3, 3)
    x = np.array([(event > 0) & (since == step) for step in told], float).T
    fixed = _effects(columns)
    kept = ~separated(y, x, fixed)
    assert 0 < kept.sum() < len(y)
    design = np.column_stack([x, _dummies(fixed)])[kept]
    weights, mean = _poisson(y[kept], design)
    assert (mean[y[kept] == 0] > 1e-4).all(), "what is left is not separated"
    # A step is identified if no combination that changes nothing has it.
    free = np.linalg.svd(design)[2][np.linalg.matrix_rank(design) :]
    for place, (step, estimate) in enumerate(told.items()):
        if np.abs(free[:, place]).max(initial=0.0) > 1e-8:
            assert estimate is None, step
        else:
            assert estimate == pytest.approx(weights[place], abs=1e-5), step
    assert any(estimate is not None for estimate in told.values())


def _effects(columns: dict[str, list[Any]]) -> list[np.ndarray]:
    pairs = (("product", "importer"), ("importer", "period"))
    names = ([f"{x}|{y}" for x, y in zip(columns[a], columns[b], strict=True)] for a, b in pairs)
    return [np.unique(codes, return_inverse=True)[1] for codes in names]


def _dummies(fixed: list[np.ndarray]) -> np.ndarray:
    return np.array([codes == code for codes in fixed for code in np.unique(codes)], float).T


def test_the_usual_error_stands_beside_that_of_the_jackknife() -> None:
    """CR1 by hand from a regression with dummies, clusters by product."""
    columns = panel(3, products=10, treated=4, partners=3)
    found = event_study(table(columns), STEPS, inference="cluster")
    y = np.array(columns["value_usd"])
    event = np.array([one or 0 for one in columns["event"]])
    after = (event > 0) & (np.array(columns["period"]) >= event)
    design = np.column_stack([after.astype(float), _dummies(_effects(columns))])
    _, mean = _poisson(y, design)
    product = np.unique(columns["product"], return_inverse=True)[1]
    scores = design * (y - mean)[:, None]
    sums = np.array([scores[product == one].sum(axis=0) for one in range(10)])
    bread = np.linalg.pinv(design.T @ (design * mean[:, None]))
    plain = (bread @ sums.T @ sums @ bread)[0, 0]
    usual = found.effect.std_error_usual
    assert usual is not None
    assert usual**2 / plain == pytest.approx(10 / 9, rel=0.15)  # and a part for what is estimated
    assert usual < (found.effect.std_error or 0.0)
    assert found.coefficients[0].std_error_usual is not None


def test_a_pooled_effect_that_is_not_identified_is_refused() -> None:
    """Listed goods trade after their event only, so that the pair says all there is to say."""
    columns = panel(5, products=8, treated=3, partners=2)
    for product in ("000000", "000001", "000002"):
        for year in (2016, 2017, 2018, 2019):
            change(columns, 0.0, product=product, period=year)
    with pytest.raises(NoEvidenceError):
        event_study(table(columns), STEPS, inference="cluster")


# Examples of the guides of `ppmlhdfe` (guides/nonexistence_benchmarks.md, separation_primer.md and
# guides/csv in its repository; MIT licence), with what the guides say of them: which cells are
# separated, or how many, and what the regression without them gives.
GUIDES: dict[str, tuple[str, set[int] | int]] = {
    "one regressor": ("y x1; 0 1; 0 1; 0 0; 1 0; 2 0; 3 0", {1, 2}),
    "two regressors": ("y x1 x2; 0 2 -1; 0 -1 2; 0 0 0; 1 0 0; 2 5 -10; 3 6 -12", {1}),
    "an effect of zeros": ("y id1; 0 1; 0 1; 0 2; 1 2; 2 3; 3 3", {1, 2}),
    "tiny values are no zeros": (
        """y id1 id2; 0 1 1; 1 1 1; 0 2 1; 0 2 2; 1 2 2; 1e-6 2 1; 1e-6 2 1; 1e-6 2 1""",
        set(),
    ),
    "lack of convergence": (
        """y x1 x2 x3; 0 0 1 0; 0 0 0 0; 0 0 0 0; 0 0 0 0; 0 1 9 0; 2 21 21 21; 3 0 0 0; 5 0 0 0;
        7 0 0 0; 10 -18 -18 0""",
        {1, 5},
    ),
    "example1.csv": (
        """y x1 x2 x3 x4; 0 0 0 2 10; 0 0 0 0 -2; 0 0 0 0 6; 0 0 0 4 5; 0 1 0 0 3; 2 0 0 0 3;
        2 0 0 0 4; 2 0 0 -2 15; 2 0 0 0 -7; 4 0 0 -3 15; 6 -3 -3 0 4; 6 0 0 0 4""",
        {5},
    ),
    "fe1.csv": (
        """y x1 x2 id1 id2; 2 0 0 2 1; 0 0 0 4 2; 0 0 0 1 1; 1 1 0 4 3; 0 0 1 2 2; 0 0 0 2 2;
        1 0 0 5 4; 0 1 2 2 3; 1 0 0 1 1; 0 0 0 2 2; 0 2 0 1 3; 0 0 0 1 3; 0 1 0 2 2; 0 0 1 5 2;
        0 0 1 2 4; 0 0 0 1 2; 0 0 0 1 1; 2 0 0 1 2""",
        4,
    ),
    # The text beside this one says eight; the certificate that it gives separates seven.
    "fe3.csv": (
        """y x1 id1 id2; 0 0 1 1; 0 3 1 1; 0 -2 1 1; 0 2 1 3; 0 2 1 5; 0 0 1 6; 0 7 4 1; 0 1 4 4;
        0 2 4 5; 0 1 6 1; 0 -2 8 4; 0 3 8 6; 1 -5 1 1; 1 1 1 3; 5 -2 6 3; 7 2 1 3""",
        7,
    ),
}


def _guide(name: str) -> dict[str, np.ndarray]:
    return _read("\n".join(" ".join(one.split()) for one in GUIDES[name][0].split(";")))


@pytest.mark.parametrize("name", GUIDES)
def test_the_guides_of_ppmlhdfe(name: str) -> None:
    _, expected = GUIDES[name]
    data = _guide(name)
    x, fixed = _sides(data)
    found = separated(data["y"], x, fixed)
    if isinstance(expected, int):
        assert found.sum() == expected
    else:
        assert set((np.flatnonzero(found) + 1).tolist()) == expected


def test_the_certificate_of_the_guide() -> None:
    """The guide gives a combination of effects that separates these cells, and no other."""
    data = _guide("fe3.csv")
    i, j = data["id1"], data["id2"]
    z = 2.0 * (i == 4) - 2 * (i == 1) - 2 * (i == 6) - 6 * (j == 1) - 6 * (j == 3)
    z += 8 - 2 * (j == 4) - (j == 5)
    assert not z[data["y"] > 0].any()
    assert (z >= 0).all()
    x, fixed = _sides(data)
    assert separated(data["y"], x, fixed).tolist() == (z > 0).tolist()


@pytest.mark.parametrize(
    ("name", "place", "estimate"),
    [("lack of convergence", 2, 0.066), ("example1.csv", -1, 0.59095)],
)
def test_estimates_that_the_guides_print(name: str, place: int, estimate: float) -> None:
    """``b[x3] = 0.066`` and ``_cons = 0.59095`` come of the cells that are not separated only."""
    data = _guide(name)
    x, fixed = _sides(data)
    kept = ~separated(data["y"], x, fixed)
    design = np.column_stack([x, np.ones(len(x))])[kept]
    weights, mean = _poisson(data["y"][kept], design)
    assert weights[place] == pytest.approx(estimate, abs=6e-4 if estimate < 0.1 else 6e-6)
    assert (mean > 1e-4).all()


def test_the_example_of_fixest() -> None:
    """Its manual sets all 50 flowers of one species of three to zero: these are removed."""
    draw = np.random.default_rng(6)
    y = np.repeat([0.0, 4.26, 5.552], 50) + np.repeat([0, 1, 1], 50) * draw.uniform(-1, 1, 150)
    species = np.repeat([1, 2, 3], 50)
    found = separated(y, draw.uniform(0.1, 2.5, (150, 1)), [species])
    assert found.tolist() == (species == 1).tolist()
