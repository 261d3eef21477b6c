"""The constrained least squares behind weights: one family of codes at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.errors import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np

    Imports = Mapping[str, Mapping[str, float]]

__all__ = ["solved"]

_FIRM = 1e4
"""How much heavier the sum of a row of weights counts than the fit; rows are normalised after."""
_EQUAL = 1e-6
"""How lightly equal weights count: only where the data say nothing they decide."""

_DUST = 1e-9
"""Weights below are what equal weights leave behind in the solution, and no trade."""


def solved(
    codes: tuple[str, ...],
    targets: tuple[str, ...],
    onward: Mapping[str, list[str]],
    data: tuple[Imports, Imports],
    switchers: list[str],
) -> list[tuple[str, str, float, int, bool]]:
    """Return code, target, weight, switchers and whether it is guessed of every link in a family.

    Parameters
    ----------
    codes, targets
        The family's codes in the edition that is left and in the one that is wanted.
    onward
        The targets that each code is linked to.
    data
        Imports in either edition, by reporter and code.
    switchers
        Reporters in both.

    Raises
    ------
    MissingExtraError
        Without SciPy, where anything has to be estimated.
    """
    if all(len(onward[code]) == 1 for code in codes if code in onward):
        return [(code, onward[code][0], 1.0, 0, False) for code in codes if code in onward]
    x, y = _shares(codes, data[0], switchers), _shares(targets, data[1], switchers)
    there = (x.sum(axis=1) > 0) & (y.sum(axis=1) > 0)
    x, y = x[there], y[there]
    pairs = [(k, targets.index(one)) for k, code in enumerate(codes) for one in onward[code]]
    weights = _least_squares(x, y, pairs, len(codes))
    traded = (x > 0).sum(axis=0)
    found = []
    for (k, m), weight in zip(pairs, weights, strict=True):
        split = len(onward[codes[k]]) > 1
        behind = int(traded[k]) if split else 0
        if weight > 0:
            found.append((codes[k], targets[m], float(weight), behind, split and not behind))
    return found


def _shares(codes: tuple[str, ...], data: Imports, reporters: list[str]) -> np.ndarray:
    import numpy as np

    values = np.array([[data[who].get(code, 0.0) for code in codes] for who in reporters])
    totals = values.sum(axis=1, keepdims=True)
    shares: np.ndarray = np.divide(values, totals, out=np.zeros_like(values), where=totals > 0)
    return shares


def _least_squares(
    x: np.ndarray, y: np.ndarray, pairs: list[tuple[int, int]], size: int
) -> np.ndarray:
    """Return the weight of each pair; rows of equations: fit, sums, and a breath of equality."""
    import numpy as np

    try:
        from scipy.optimize import nnls
    except ImportError as error:
        raise MissingExtraError("SciPy", "stats") from error

    n, width = len(x), y.shape[1]
    rows = np.zeros((n * width + size + len(pairs), len(pairs)))
    right = np.concatenate([y.T.ravel(), np.full(size, _FIRM), np.zeros(len(pairs))])
    links = np.bincount([k for k, _ in pairs], minlength=size)
    for column, (k, m) in enumerate(pairs):
        rows[m * n : (m + 1) * n, column] = x[:, k]
        rows[n * width + k, column] = _FIRM
        rows[n * width + size + column, column] = _EQUAL
        right[n * width + size + column] = _EQUAL / links[k]
    right[n * width : n * width + size][links == 0] = 0.0
    found, _ = nnls(rows, right, maxiter=max(300, 30 * len(pairs)))
    found[found < _DUST] = 0.0
    sums = np.bincount([k for k, _ in pairs], weights=found, minlength=size)
    spread: np.ndarray = found / sums[[k for k, _ in pairs]]
    return spread
