"""Tests and intervals from a covariance of clusters."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from entrepot.errors import MissingExtraError
from entrepot.measures.event.result import Joint

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["joint", "two_sided"]


def two_sided(estimate: float, std_error: float, degrees: float) -> float | None:
    """Return the two-sided p-value of a t statistic; None where there is no interval."""
    if not std_error > 0 or not degrees >= 1:
        return None
    return float(2 * _stats().t.sf(abs(estimate) / std_error, degrees))


def joint(
    estimates: NDArray[np.float64], covariance: NDArray[np.float64] | None, degrees: float
) -> Joint:
    """Test that all estimates are zero."""
    count = len(estimates)
    if count == 0:
        return Joint(None, 0, degrees, None, "no step before the reference")
    if covariance is None:
        return Joint(None, count, degrees, None, "no covariance")
    if not degrees >= 1:
        return Joint(None, count, degrees, None, "hardly more than one cluster tells a step")
    scale = np.sqrt(np.clip(np.diag(covariance), 0.0, None))
    if not (scale > 0).all():
        return Joint(None, count, degrees, None, "a step without a standard error")
    correlation = covariance / np.outer(scale, scale)
    if np.linalg.matrix_rank(correlation, tol=1e-8, hermitian=True) < count:
        why = f"too few clusters for {count} steps: the covariance has no inverse"
        return Joint(None, count, degrees, None, why)
    standard = estimates / scale
    statistic = float(standard @ np.linalg.solve(correlation, standard)) / count
    if not math.isfinite(statistic) or statistic < 0:
        return Joint(None, count, degrees, None, "the covariance has no inverse")
    return Joint(statistic, count, degrees, float(_stats().f.sf(statistic, count, degrees)))


def _stats() -> Any:
    try:
        from scipy import stats
    except ImportError as error:
        raise MissingExtraError("SciPy", "stats") from error
    return stats
