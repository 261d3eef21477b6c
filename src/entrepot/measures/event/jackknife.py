"""Errors from leaving out one cluster at a time, without estimating anew each time.

Few or uneven clusters pull the regression towards themselves, so that its residuals are smaller
than its errors, and the usual covariance of clusters (CR1) is too small. Estimates without a
cluster show how much it pulls.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from entrepot.measures.student import degrees_of_freedom

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Codes = NDArray[np.int64]

MOST = 3_000
"""Columns beyond which the matrix of fixed effects that cross clusters is not solved."""
WORK = 2e10
"""Sum of the cubes of what each cluster is reduced to; some twenty seconds."""

_NOTHING = 1e-9
_TOUCHED = 1e-6


class LeavingOut(NamedTuple):
    """What leaving out clusters says.

    Attributes
    ----------
    covariance
        Of the columns of x; not a number for a column that only one cluster identifies, with no
        estimate without it. None where there is none.
    degrees
        Degrees of freedom by column, see `degrees_of_freedom`: few treated clusters among many
        are few.
    why
        Why there is no covariance, else empty.
    """

    covariance: Floats | None
    degrees: Floats | None = None
    why: str = ""


def jackknife(
    errors: Floats, weights: Floats, x: Floats, fixed: Sequence[Codes], cluster: Codes
) -> LeavingOut:
    """Return the jackknife covariance (CV3) of the coefficients of weighted least squares.

    Without a cluster g the estimates are
    β_(-g) = β - A⁻¹ Z_g' (I - H_gg)⁻¹ r_g with Z = √w [x, fixed effects], r = √w e,
    A = Z'Z, H_gg = Z_g A⁻¹ Z_g'. The covariance is (G - 1) / G Σ_g (β_(-g) - β) (β_(-g) - β)'.
    Effects that lie in one cluster each are taken out of Z cluster by cluster, which is exact. Of
    a Poisson regression, with e = (y - μ) / μ and w = μ, this is one Newton step from β.

    Parameters
    ----------
    errors, weights
        Residuals and weights by row, as estimated.
    x
        Regressors, a column each.
    fixed
        Code of each fixed effect by row.
    cluster
        Code of the cluster by row.

    Returns
    -------
    LeavingOut
        Without a covariance where there is one cluster, or more effects cross clusters, or more of
        them in large clusters, than can be solved.

    Notes
    -----
    MacKinnon, Nielsen and Webb (2023), Journal of Applied Econometrics 38, for CV3, and (2024),
    arXiv 2406.00650, for the step that stands for an estimate in models that are not linear.
    """
    # Counted from zero without gaps: codes become places of columns.
    fixed = [np.unique(codes, return_inverse=True)[1] for codes in fixed]
    crossing = [codes for codes in fixed if not _lies_in_one(codes, cluster)]
    width = x.shape[1] + sum(int(codes.max(initial=-1)) + 1 for codes in crossing)
    if len(np.unique(cluster)) < 2:
        return LeavingOut(None, why="one cluster only")
    if width > MOST:
        return LeavingOut(None, why="too many effects cross clusters for a jackknife")
    rows = np.unique(cluster, return_counts=True)[1]
    # A cluster with more rows than columns is reduced to the latter in `_move`.
    if float((np.minimum(rows, width).astype(float) ** 3).sum()) > WORK:
        return LeavingOut(None, why="clusters are too large for a jackknife")
    inside = [codes for codes in fixed if _lies_in_one(codes, cluster)]
    parts = list(_parts(errors, weights, x, (crossing, inside), cluster))
    gram = np.zeros((width, width))
    for columns, design, _ in parts:
        gram[np.ix_(columns, columns)] += design.T @ design
    # Fixed effects are collinear (each set adds up to one), so there is no plain inverse.
    inverse = np.linalg.pinv(gram, rcond=_NOTHING, hermitian=True)
    moves, adds = (
        np.stack(some)
        for some in zip(*(_move(*part, inverse, x.shape[1]) for part in parts), strict=True)
    )
    covariance: Floats = (len(parts) - 1) / len(parts) * moves.T @ moves
    return LeavingOut(covariance, np.array([degrees_of_freedom(one) for one in adds.T]))


def _lies_in_one(codes: Codes, cluster: Codes) -> bool:
    """Say whether each effect has rows of one cluster only."""
    pairs = np.unique(np.stack([codes, cluster]), axis=1)
    return bool(pairs.shape[1] == len(np.unique(codes)))


def _parts(
    errors: Floats,
    weights: Floats,
    x: Floats,
    effects: tuple[Sequence[Codes], Sequence[Codes]],
    cluster: Codes,
) -> Iterator[tuple[Codes, Floats, Floats]]:
    """Yield of each cluster the columns it has, their weighted values, and weighted residuals."""
    crossing, inside = effects
    order = np.argsort(cluster, kind="stable")
    borders = np.flatnonzero(np.diff(cluster[order])) + 1
    for rows in np.split(order, borders):
        root = np.sqrt(weights[rows])
        dummies = [_dummies(codes[rows]) for codes in crossing]
        start = x.shape[1]
        columns = [np.arange(start)]
        for (there, _), codes in zip(dummies, crossing, strict=True):
            columns.append(start + there)
            start += int(codes.max()) + 1
        design = np.hstack([x[rows], *(made for _, made in dummies)]) * root[:, None]
        if inside:
            own = np.hstack([_dummies(codes[rows])[1] for codes in inside]) * root[:, None]
            # Effects of this cluster alone fall out of A block by block, which keeps A small.
            design -= own @ np.linalg.lstsq(own, design, rcond=None)[0]
        yield np.concatenate(columns), design, root * errors[rows]


def _dummies(codes: Codes) -> tuple[Codes, Floats]:
    """Return the effects that are there, and a column for each."""
    there, place = np.unique(codes, return_inverse=True)
    return there, np.eye(len(there))[place]


def _move(
    columns: Codes, design: Floats, residuals: Floats, inverse: Floats, wanted: int
) -> tuple[Floats, Floats]:
    """Return how the first coefficients move when a cluster is left out, and what it adds.

    Residuals at a right angle to the design move nothing, so that a cluster with more rows than
    columns is reduced to these.
    """
    if len(residuals) > len(columns):
        turned, design = np.linalg.qr(design)
        residuals = turned.T @ residuals
    back = inverse[:, columns] @ design.T
    pull = design @ back[columns]
    # Symmetric but for rounding; an eigenvalue of zero is a direction that only this cluster fills.
    values, vectors = np.linalg.eigh(np.eye(len(residuals)) - (pull + pull.T) / 2)
    is_positive = values > _NOTHING
    inverted = np.where(is_positive, 1 / np.where(is_positive, values, 1.0), 0.0)
    move: Floats = -back[:wanted] @ (vectors @ (inverted * (vectors.T @ residuals)))
    # What only this cluster tells has no estimate without it.
    alone = np.abs(back[:wanted] @ vectors[:, ~is_positive]).max(axis=1, initial=0.0)
    size = np.abs(back[:wanted]).max(axis=1, initial=0.0)
    return np.where(alone > _TOUCHED * size, np.nan, move), (back[:wanted] ** 2).sum(axis=1)
