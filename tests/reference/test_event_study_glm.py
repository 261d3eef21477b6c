"""Event studies against statsmodels' Poisson regression with dummies, and errors by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy import stats

from entrepot.measures import event_study
from entrepot.measures.event import Design
from made_trade import change, panel, table

if TYPE_CHECKING:
    from numpy.typing import NDArray

STEPS = (-3, -2, 0, 1, 2, 3)


def dummies(*keys: list[Any]) -> NDArray[np.float64]:
    """One column for each combination of keys."""
    labels = list(zip(*keys, strict=True))
    order = {label: place for place, label in enumerate(dict.fromkeys(labels))}
    found = np.zeros((len(labels), len(order)))
    found[np.arange(len(labels)), [order[label] for label in labels]] = 1
    return found


def full_rank(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    """Leave out columns that those before them span."""
    kept: list[NDArray[np.float64]] = []
    basis: list[NDArray[np.float64]] = []
    for column in matrix.T:
        rest = column.copy()
        for _ in range(2):
            for direction in basis:
                rest -= (direction @ rest) * direction
        if np.linalg.norm(rest) > 1e-8 * np.linalg.norm(column):
            kept.append(column)
            basis.append(rest / np.linalg.norm(rest))
    return np.array(kept).T


def regressors(columns: dict[str, list[Any]], exposed: bool) -> NDArray[np.float64]:
    found = np.zeros((len(columns["period"]), len(STEPS)))
    for row, (year, event, hub) in enumerate(
        zip(columns["period"], columns["event"], columns["hub"], strict=True)
    ):
        if event is not None and (hub or not exposed):
            since = min(max(year - event, STEPS[0]), STEPS[-1])
            if since in STEPS:
                found[row, STEPS.index(since)] = 1
    return found


def poisson(y: NDArray[np.float64], x: NDArray[np.float64]) -> tuple[Any, Any]:
    statsmodels = pytest.importorskip("statsmodels.api")
    model = statsmodels.GLM(y, x, family=statsmodels.families.Poisson())
    fit = model.fit(tol=1e-13, maxiter=300)
    return fit.params, fit.mu


def sandwich(
    x: NDArray[np.float64], residual: Any, mu: Any, clusters: NDArray[np.float64]
) -> NDArray[np.float64]:
    bread = np.linalg.inv(x.T @ (x * mu[:, None]))
    scores = clusters.T @ (x * residual[:, None])
    return bread @ (scores.T @ scores) @ bread


@pytest.mark.parametrize("exposed", [False, True])
def test_coefficients_and_errors(exposed: bool) -> None:
    columns = panel(21, products=10, treated=4, partners=5, hubs=2)
    for year in (2017, 2020, 2021):
        change(columns, 0.0, product="000003", importer="D03", period=year)
        change(columns, 0.0, product="000008", importer="D01", period=year)
    design = Design(frequency="A", window=(-3, 3), exposed="hub" if exposed else None)
    found = event_study(table(columns), design, inference="cluster")

    y = np.array(columns["value_usd"])
    fixed = [
        dummies(columns["product"], columns["importer"]),
        dummies(columns["importer"], columns["period"]),
    ]
    if exposed:
        fixed.append(dummies(columns["product"], columns["period"]))
    x = full_rank(np.hstack([regressors(columns, exposed), *fixed]))
    beta, mu = poisson(y / y.mean(), x)
    estimates = [one.estimate for one in found.coefficients if not one.is_reference]
    assert estimates == pytest.approx(beta[: len(STEPS)].tolist(), abs=1e-6)

    residual = y / y.mean() - mu
    by_product = dummies(columns["product"])
    by_partner = dummies(columns["importer"])
    by_both = dummies(columns["product"], columns["importer"])
    two_way = (
        sandwich(x, residual, mu, by_product)
        + sandwich(x, residual, mu, by_partner)
        - sandwich(x, residual, mu, by_both)
    )
    if np.linalg.eigvalsh(two_way[: len(STEPS), : len(STEPS)]).min() < 0:
        assert any("negative variance" in remark for remark in found.remarks)
        return
    by_hand = np.sqrt(np.diag(two_way)[: len(STEPS)])
    errors = [one.std_error for one in found.coefficients if not one.is_reference]
    ratio = np.array(errors, dtype=float) / by_hand
    smallest = found.counts["clusters_2"]
    assert smallest == 5
    least = np.sqrt(smallest / (smallest - 1))
    assert ratio.std() < 1e-5
    assert least <= ratio.mean() <= least * np.sqrt((len(y) - 1) / (len(y) - x.shape[1]))


def test_errors_of_clusters_by_product() -> None:
    columns = panel(22, products=14, treated=6, partners=3)
    design = Design(frequency="A", window=(-3, 3), cluster=("product",))
    found = event_study(table(columns), design, inference="cluster")
    y = np.array(columns["value_usd"])
    fixed = [
        dummies(columns["product"], columns["importer"]),
        dummies(columns["importer"], columns["period"]),
    ]
    x = full_rank(np.hstack([regressors(columns, False), *fixed]))
    beta, mu = poisson(y / y.mean(), x)
    root, work = np.sqrt(mu), (y / y.mean() - mu) / mu
    moves = []
    for product in dict.fromkeys(columns["product"]):
        rest = np.array([one != product for one in columns["product"]])
        step = np.linalg.pinv(x[rest] * root[rest, None], rcond=1e-9) @ (root * work)[rest]
        moves.append(step[: len(STEPS)])
    covariance = 13 / 14 * np.array(moves).T @ np.array(moves)
    errors = [one.std_error for one in found.coefficients if not one.is_reference]
    assert errors == pytest.approx(np.sqrt(np.diag(covariance)).tolist(), rel=1e-5)
    usual = np.sqrt(np.diag(sandwich(x, y / y.mean() - mu, mu, dummies(columns["product"]))))
    assert all(one > other for one, other in zip(errors, usual[: len(STEPS)], strict=True))

    leads = beta[:2]
    block = covariance[:2, :2]
    wald = float(leads @ np.linalg.solve(block, leads)) / 2
    assert found.pre_trend.statistic == pytest.approx(wald, rel=1e-4)

    line = np.linalg.pinv(x * root[:, None], rcond=1e-9)[: len(STEPS)]
    adds = (line**2) @ dummies(columns["product"])
    degrees = adds.sum(axis=1) ** 2 / (adds**2).sum(axis=1) - 1
    assert degrees.max() < 12, "6 of 14 products are treated"
    assert found.pre_trend.restrictions == 2
    assert found.pre_trend.degrees == pytest.approx(degrees[:2].min(), rel=1e-4)
    asked = [one for one in found.coefficients if not one.is_reference]
    halves = [(one.high - one.low) / 2 for one in asked]
    assert halves == pytest.approx(stats.t.ppf(0.975, degrees) * np.array(errors), rel=1e-4)
    for one, freedom in zip(asked, degrees, strict=True):
        p = 2 * stats.t.sf(abs(one.estimate) / one.std_error, freedom)
        assert one.p_value == pytest.approx(p, rel=1e-4)


def test_one_step_stands_for_estimates_without_a_product() -> None:
    """Each product left out in truth, and the regression of the others done anew."""
    columns = panel(23, products=20, treated=8, partners=3)
    design = Design(frequency="A", window=(-3, 3), cluster=("product",))
    found = event_study(table(columns), design, inference="cluster").effect
    effects = []
    for product in dict.fromkeys(columns["product"]):
        rest = {
            name: [x for x, one in zip(cells, columns["product"], strict=True) if one != product]
            for name, cells in columns.items()
        }
        effects.append(event_study(table(rest), design, inference="cluster").effect.estimate)
    moves = np.array(effects) - found.estimate
    assert found.std_error == pytest.approx(np.sqrt(19 / 20 * moves @ moves), rel=0.05)


def test_separated_cells_do_not_matter_to_the_others() -> None:
    """With an effect of zeros left in, statsmodels goes towards minus infinity; the rest agrees."""
    columns = panel(23, products=8, treated=3, partners=3)
    change(columns, 0.0, product="000006", importer="D02")
    found = event_study(table(columns), Design(frequency="A", window=(-3, 3)), inference="cluster")
    assert found.counts["separated"] == 8
    y = np.array(columns["value_usd"])
    fixed = [
        dummies(columns["product"], columns["importer"]),
        dummies(columns["importer"], columns["period"]),
    ]
    x = full_rank(np.hstack([regressors(columns, False), *fixed]))
    with np.errstate(all="ignore"):
        beta, _ = poisson(y / y.mean(), x)
    estimates = [one.estimate for one in found.coefficients if not one.is_reference]
    assert estimates == pytest.approx(beta[: len(STEPS)].tolist(), abs=1e-6)
