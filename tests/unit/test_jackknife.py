"""Errors from leaving out clusters, against least squares done anew without each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from entrepot.measures.event import jackknife as module
from entrepot.measures.event.jackknife import jackknife

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def made(seed: int) -> tuple[Floats, Floats, Floats, list[NDArray[np.int64]]]:
    """Rows of 9 products in 3 places and 4 times: y, weights, regressors, and the three codes."""
    rng = np.random.default_rng(seed)
    product, place, time = (axis.ravel() for axis in np.indices((9, 3, 4)))
    kept = rng.random(len(product)) < 0.9
    codes = [one[kept].astype(np.int64) for one in (product, place, time)]
    treated = (codes[0] < 4) & (codes[2] >= 2)
    x = np.stack([treated.astype(float), rng.normal(size=len(treated))], axis=1)
    y = x @ np.array([0.5, 1.0]) + rng.normal(size=len(treated)) + rng.normal(size=9)[codes[0]]
    return y, rng.gamma(1.0, 1.0, len(treated)) + 0.05, x, codes


def full(x: Floats, fixed: list[NDArray[np.int64]]) -> Floats:
    columns = [np.eye(int(codes.max()) + 1)[codes] for codes in fixed]
    return np.hstack([x, *columns])


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("by", [0, 1])
def test_leaving_out_each_cluster(seed: int, by: int) -> None:
    """By product one effect lies in clusters and one crosses them; by place both lie otherwise."""
    y, weights, x, (product, place, time) = made(seed)
    fixed = [product * 3 + place, place * 4 + time]
    cluster = (product, place)[by]
    design, root = full(x, fixed), np.sqrt(weights)
    beta = np.linalg.lstsq(design * root[:, None], y * root, rcond=None)[0]
    moves = []
    for one in np.unique(cluster):
        rest = cluster != one
        alone = np.linalg.pinv(design[rest] * root[rest, None], rcond=1e-9) @ (root * y)[rest]
        moves.append(alone[:2] - beta[:2])
    expected = (1 - 1 / len(moves)) * np.array(moves).T @ np.array(moves)
    found = jackknife(y - design @ beta, weights, x, fixed, cluster)
    assert found.covariance == pytest.approx(expected, rel=1e-7)


def test_nothing_of_one_cluster_or_of_too_many_effects(monkeypatch: pytest.MonkeyPatch) -> None:
    y, weights, x, (product, place, _) = made(4)
    one = np.zeros_like(product)
    assert jackknife(y, weights, x, [product], one).covariance is None
    assert jackknife(y, weights, x, [place], product).covariance is not None
    monkeypatch.setattr(module, "MOST", 4)
    found = jackknife(y, weights, x, [place], product)  # 2 columns and 3 places
    assert found.covariance is None
    assert "cross" in found.why
    assert jackknife(y, weights, x, [product], product).covariance is not None, "none crosses"
    monkeypatch.setattr(module, "WORK", 10)
    assert "large" in jackknife(y, weights, x, [product], product).why


def test_a_coefficient_that_one_cluster_tells_has_no_error() -> None:
    y, weights, x, (product, _, time) = made(5)
    x[:, 0] = (product == 3) & (time >= 2)  # one treated product
    found = jackknife(y, weights, x, [product, time], product)
    assert found.covariance is not None
    assert np.isnan(found.covariance[0, 0])
    assert found.covariance[1, 1] > 0
    assert found.degrees is not None
    assert found.degrees[0] < 0.5 < found.degrees[1]


def test_more_rows_than_columns_make_no_difference() -> None:
    """Every row twice, with half the weight, is the same regression."""
    y, weights, x, (product, place, time) = made(6)
    fixed = [product * 3 + place, place * 4 + time]
    once = jackknife(y, weights, x, fixed, product)
    twice = jackknife(
        np.tile(y, 12), np.tile(weights / 12, 12), np.tile(x, (12, 1)),
        [np.tile(codes, 12) for codes in fixed], np.tile(product, 12),
    )  # fmt: skip
    assert once.covariance is not None
    assert twice.covariance == pytest.approx(once.covariance, rel=1e-8)
    assert twice.degrees == pytest.approx(once.degrees, rel=1e-8)
