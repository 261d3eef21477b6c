"""A synthetic control: the mixture of controls that moved as a hub did before the event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from entrepot.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["synthetic_weights"]

ROUNDS = 20_000
CLOSE = 1e-12


def synthetic_weights(
    target: Sequence[float], controls: Mapping[str, Sequence[float]]
) -> dict[str, float]:
    """Return weights of controls, 0 to 1 and 1 in sum, whose mixture is nearest to a target.

    Every series is divided by its mean first, so that growth and season count and not size. The
    squared distance is made least by accelerated gradient steps, projected onto the simplex
    (Beck and Teboulle 2009); the method is that of Abadie, Diamond and Hainmueller (2010), Journal
    of the American Statistical Association 105, without covariates.

    Parameters
    ----------
    target
        Steps before the event.
    controls
        The same steps of each control. Those that bought nothing then are left out.

    Returns
    -------
    dict
        Weights of the series as they were given: a mixture of amounts, for which each weight is
        divided by the mean of its control.

    Raises
    ------
    RequestError
        If the target was nothing, or no control was something.
    """
    import numpy as np

    known = {name: row for name, row in controls.items() if sum(row) > 0}
    if not known or not sum(target) > 0:
        raise RequestError(
            "no synthetic control of what was not traded before the event",
            hint="give controls that bought before, or leave it out",
        )
    rows = np.array([np.asarray(row, float) / np.mean(row) for row in known.values()]).T
    y = np.asarray(target, float) / np.mean(target)
    weights = _nearest(rows, y)
    return {
        name: float(weight / np.mean(row))
        for (name, row), weight in zip(known.items(), weights, strict=True)
        if weight > 0
    }


def _nearest(rows: Any, y: Any) -> Any:
    """Return the point of the simplex that makes |rows w - y| least."""
    import numpy as np

    count = rows.shape[1]
    rate = 1 / max(float(np.linalg.norm(rows, 2)) ** 2, CLOSE)
    weights = ahead = np.full(count, 1 / count)
    pace = 1.0
    for _ in range(ROUNDS):
        new = _onto_simplex(ahead - rate * rows.T @ (rows @ ahead - y))
        faster = (1 + np.sqrt(1 + 4 * pace * pace)) / 2
        ahead = new + (pace - 1) / faster * (new - weights)
        moved, weights, pace = np.abs(new - weights).max(), new, faster
        if moved < CLOSE:
            break
    return weights


def _onto_simplex(point: Any) -> Any:
    """Return the nearest point with entries of zero or more that add up to one."""
    import numpy as np

    ordered = np.sort(point)[::-1]
    sums = (np.cumsum(ordered) - 1) / np.arange(1, len(point) + 1)
    return np.maximum(point - sums[(ordered > sums).sum() - 1], 0.0)
