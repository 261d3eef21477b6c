"""A synthetic control: the mixture of controls that moved as a hub did before the event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from entrepot.errors import RequestError
from entrepot.limits import step

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["synthetic_weights"]

ROUNDS = 10
"""Faces that are tried at most, for each control."""
CLOSE = 1e-12


def synthetic_weights(
    target: Sequence[float], controls: Mapping[str, Sequence[float]]
) -> dict[str, float]:
    """Return weights of controls, 0 to 1 and 1 in sum, whose mixture is nearest to a target.

    Every series is divided by its mean first, so that growth and season count and not size. The
    squared distance is made least by an active set: exact on each face of the simplex, from face
    to face as long as it falls (Lawson and Hanson 1974, Solving Least Squares Problems); the method
    is that of Abadie, Diamond and Hainmueller (2010), Journal of the American Statistical
    Association 105, without covariates.

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
    """Return the point of the simplex that makes |rows w - y| least, face by face."""
    import numpy as np

    gram, pull = rows.T @ rows, rows.T @ y
    count = len(pull)
    weights = np.zeros(count)
    face = [int(np.argmin(np.diag(gram) / 2 - pull))]
    weights[face] = 1.0
    for _ in range(ROUNDS * count):
        step()
        point = np.zeros(count)
        point[face] = _on_face(gram[np.ix_(face, face)], pull[face])
        if (point[face] > 0).all():
            weights = point
            slope = gram @ weights - pull
            gain = slope[face].mean() - slope
            gain[face] = 0.0
            if gain.max() <= CLOSE * max(1.0, float(np.abs(pull).max())):
                break
            face = [*face, int(gain.argmax())]
            continue
        out = [place for place in face if point[place] <= 0]
        way = min(weights[one] / max(weights[one] - point[one], CLOSE) for one in out)
        weights = np.maximum(weights + way * (point - weights), 0.0)
        face = [one for one in face if one not in out or weights[one] > CLOSE]
        weights[[one for one in range(count) if one not in face]] = 0.0
    return weights / weights.sum()


def _on_face(gram: Any, pull: Any) -> Any:
    """Return the point that makes the distance least with a sum of one and no other limit."""
    import numpy as np

    count = len(pull)
    system = np.ones((count + 1, count + 1))
    system[:count, :count], system[count, count] = gram, 0.0
    return np.linalg.lstsq(system, np.append(pull, 1.0), rcond=None)[0][:count]
