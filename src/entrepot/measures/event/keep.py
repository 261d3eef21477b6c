"""Which cells carry information: no singletons, none that is fitted perfectly.

A Poisson regression has no finite estimate where some combination of its regressors and fixed
effects is zero in every cell with trade and of one sign in the others: it fits cells without trade
ever better the larger it gets. Iterations then stop somewhere on the way, at an estimate and a
standard error that mean nothing. These cells say nothing of what is identified, and are left out
(Correia, Guimarães and Zylkin 2019, "Verifying the existence of maximum likelihood estimates for
generalized linear models", arXiv 1903.01633).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from entrepot.limits import step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["Kept", "estimable", "informative", "separated", "unidentified"]

_LOADED = 1e-6
"""Weight, relative to the largest, from which a column is part of a combination."""


@dataclass(frozen=True)
class Kept:
    """Cells and columns to keep, and how many cells were left out and why.

    `identified` says which columns have an estimate of their own; others may be kept for them.
    """

    rows: NDArray[np.bool_]
    columns: NDArray[np.bool_]
    identified: NDArray[np.bool_]
    separated: int
    singletons: int


def informative(
    y: NDArray[np.float64],
    x: NDArray[np.float64],
    fixed: Sequence[NDArray[np.int64]],
    before: Kept | None = None,
) -> Kept:
    """Leave out cells whose fixed effect has no other, or has zeros only, until none is left.

    A fixed effect with zeros only goes to minus infinity, and so does the coefficient of a dummy
    all of whose cells are zero: its cells are fitted perfectly and say nothing of the others
    (Correia, Guimarães and Zylkin, 2019). Such a column has no estimate. `before` has what was left
    out already.
    """
    every = np.ones(x.shape[1], dtype=bool)
    first = before or Kept(np.ones(len(y), dtype=bool), every, every, 0, 0)
    rows, columns = first.rows.copy(), first.columns.copy()
    separated, singletons = first.separated, first.singletons
    while True:
        step()
        alone, flat = np.zeros_like(rows), np.zeros_like(rows)
        for codes in fixed:
            size = np.bincount(codes, weights=rows)
            total = np.bincount(codes, weights=np.where(rows, y, 0.0))
            alone |= rows & (size == 1)[codes]
            flat |= rows & (total == 0)[codes]
        for column in np.flatnonzero(columns):
            on = rows & (x[:, column] != 0)
            if not y[on].any():
                columns[column] = False
                flat |= on
        flat &= ~alone
        if not (alone.any() or flat.any()):
            return Kept(rows, columns, first.identified, separated, singletons)
        separated += int(flat.sum())
        singletons += int(alone.sum())
        rows &= ~(alone | flat)


def estimable(y: Floats, x: Floats, fixed: Sequence[NDArray[np.int64]], kept: Kept) -> Kept | None:
    """Leave out of what is kept the cells that are separated, and columns that are gone with them.

    None if there are no such cells and columns.
    """
    used = kept.rows
    lost = separated(y[used], x[used][:, kept.columns], [codes[used] for codes in fixed])
    if not lost.any() and not kept.separated:
        return None
    rows = used.copy()
    rows[used] = ~lost
    before = replace(kept, rows=rows, separated=kept.separated + int(lost.sum()))
    found = informative(y, x, fixed, before)
    there = np.flatnonzero(found.columns)
    if not len(there) or not found.rows.any():
        return found
    effects = [codes[found.rows] for codes in fixed]
    without, out = unidentified(x[found.rows][:, there], effects)
    if not lost.any() and not out.any():
        return None
    columns, identified = found.columns.copy(), found.identified.copy()
    columns[there[out]] = False
    identified[there[without]] = False
    return replace(found, columns=columns, identified=identified)


def separated(y: Floats, x: Floats, fixed: Sequence[NDArray[np.int64]]) -> NDArray[np.bool_]:
    """Return which cells some combination of regressors and fixed effects separates.

    With z = Xγ + Dδ, the linear program is: the largest Σ s over the cells without trade, such that
    z = 0 where there is trade, z >= s and 0 <= s <= 1 where there is none. Combinations add up and
    can be made larger, so that s is 1 in every cell that any of them separates, and 0 in the
    others: one program finds them all, solved with HiGHS.

    Parameters
    ----------
    y
        Trade, none negative.
    x
        Regressors, a column each.
    fixed
        Code of each fixed effect by cell.
    """
    none: NDArray[np.bool_] = y == 0
    if not none.any():
        return none
    from scipy import sparse
    from scipy.optimize import linprog

    design = _design(x, fixed)
    # A scale of their own would make of a small column one that is zero to the solver.
    largest = np.maximum(abs(design).max(axis=0).toarray().ravel(), np.finfo(float).tiny)
    design = (design @ sparse.diags(1 / largest)).tocsr()
    width, zeros = design.shape[1], int(none.sum())
    found: Any = linprog(
        np.concatenate([np.zeros(width), -np.ones(zeros)]),
        A_ub=sparse.hstack([-design[none], sparse.eye(zeros)], format="csc"),
        b_ub=np.zeros(zeros),
        A_eq=sparse.hstack(
            [design[~none], sparse.csr_matrix((len(y) - zeros, zeros))], format="csc"
        ),
        b_eq=np.zeros(len(y) - zeros),
        bounds=[*([(None, None)] * width), *([(0, 1)] * zeros)],
        method="highs",
    )
    if found.x is None:  # all zeros are a solution, so that only a limit of the solver ends here
        raise ArithmeticError(f"separation is not known: {found.message}")
    lost = np.zeros_like(none)
    lost[none] = found.x[width:] > 0.5
    return lost


def unidentified(x: Floats, fixed: Sequence[NDArray[np.int64]]) -> tuple[Any, Any]:
    """Return which columns have no estimate of their own, and which to leave out for the others.

    A column has none if some combination of it with other columns is one of fixed effects. Columns
    that are in no such combination keep theirs, whichever of the others is left out.

    Returns
    -------
    array of bool, array of bool
        Columns without an estimate; those of them to leave out so that the rest have one.
    """
    from scipy import sparse
    from scipy.sparse.linalg import lsqr

    effects = _design(np.empty((len(x), 0)), fixed)
    rest = np.empty_like(x)
    for place, column in enumerate(x.T):
        size = float(np.linalg.norm(column)) or 1.0
        near = lsqr(sparse.csr_matrix(effects), column / size, atol=1e-13, btol=1e-13)[0]
        rest[:, place] = column / size - effects @ near
    without, out = np.zeros((2, x.shape[1]), dtype=bool)
    kept: list[int] = []
    for place in range(x.shape[1]):
        # What the columns before it span has no estimate, nor have those that span it.
        basis = rest[:, kept]
        weights = np.linalg.lstsq(basis, rest[:, place], rcond=None)[0] if kept else np.empty(0)
        if np.linalg.norm(rest[:, place] - basis @ weights) > _LOADED:
            kept.append(place)
            continue
        out[place] = without[place] = True
        loaded = np.abs(weights) > _LOADED
        without[np.array(kept, dtype=int)[loaded]] = True
    return without, out


def _design(x: Floats, fixed: Sequence[NDArray[np.int64]]) -> Any:
    """Return the regressors and a dummy for each fixed effect, as a sparse matrix."""
    from scipy import sparse

    rows = np.arange(len(x))
    blocks = [sparse.csr_matrix(x)]
    for codes in fixed:
        there, place = np.unique(codes, return_inverse=True)
        ones = np.ones(len(x))
        blocks.append(sparse.csr_matrix((ones, (rows, place)), shape=(len(x), len(there))))
    return sparse.hstack(blocks, format="csr")
