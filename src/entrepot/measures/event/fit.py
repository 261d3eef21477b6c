"""The door to pyfixest: Poisson pseudo maximum likelihood with fixed effects."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from entrepot.errors import MissingExtraError, NoEvidenceError
from entrepot.limits import step
from entrepot.measures.event.jackknife import LeavingOut, jackknife
from entrepot.measures.event.result import Joint
from entrepot.measures.student import half_width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LEVEL = 0.95
"""Of every interval."""

_FIXED_TOLERANCE = 1e-8
_TOLERANCE = 1e-10
_VANISHED = 1e-3
"""Fitted value, relative to the mean of all, below which a cell without trade may be separated."""


class CoefficientInterval(NamedTuple):
    """Standard error of an estimate, ends of its interval, and two-sided p-value.

    `usual` is the standard error of clusters without jackknife.
    """

    error: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    usual: float | None = None


@dataclass(frozen=True)
class Fit:
    """Estimates; `columns` says which columns of x have one.

    Cells that are separated were left out first, and columns that cannot be told from the fixed
    effects then are without an estimate.

    `covariance` is None without clusters, `usual` is that of clusters without jackknife (CR1), as
    most tables print it, `degrees` of freedom are those of each estimate,
    `repaired` says that negative variances of two-way clusters were set to zero, and `no_jackknife`
    why the covariance is the usual one (CR1) and not that of a jackknife (CV3), empty if it is. The
    usual one leaves the smaller number of clusters less one.
    """

    estimates: NDArray[np.float64]
    columns: NDArray[np.bool_]
    covariance: NDArray[np.float64] | None
    usual: NDArray[np.float64] | None
    degrees: NDArray[np.float64]
    deviance: float
    rows: NDArray[np.bool_]
    separated: int
    singletons: int
    repaired: bool
    no_jackknife: str

    def places(self) -> dict[int, int]:
        """Return the place among the estimates of each column that has one."""
        return {int(column): place for place, column in enumerate(np.flatnonzero(self.columns))}

    def single(self) -> float:
        """Return the only estimate.

        Raises
        ------
        NoEvidenceError
            If it is not identified.
        """
        if not len(self.estimates):
            raise _nothing()
        return float(self.estimates[0])

    def interval(self, place: int) -> CoefficientInterval:
        """Return the standard error of an estimate, and what follows from it."""
        estimate, error = float(self.estimates[place]), _error(self.covariance, place)
        usual = _error(self.usual, place)
        if error is None:
            return CoefficientInterval(usual=usual)
        degrees = float(self.degrees[place])
        half = half_width(error, degrees, LEVEL)
        return CoefficientInterval(
            error,
            low=None if half is None else estimate - half,
            high=None if half is None else estimate + half,
            p_value=two_sided(estimate, error, degrees),
            usual=usual,
        )


def _error(covariance: NDArray[np.float64] | None, place: int) -> float | None:
    """Return a standard error, None where the covariance gives none."""
    variance = 0.0 if covariance is None else float(covariance[place, place])
    return math.sqrt(variance) if variance > 0 else None


def ppml(
    y: NDArray[np.float64],
    x: NDArray[np.float64],
    fixed: Sequence[NDArray[np.int64]],
    clusters: Sequence[NDArray[np.int64]] = (),
) -> Fit:
    """Regress `y` on the columns of `x`, each fixed effect given by a code per cell.

    Errors of one set of clusters are those of the jackknife, where `jackknife` can be computed;
    those of two-way clusters are the usual ones.

    Raises
    ------
    MissingExtraError
        If pyfixest is not installed.
    NoEvidenceError
        If nothing is left to estimate, a column cannot be told from the fixed effects, or the
        iterations do not converge.
    """
    # The quick test first; the linear program in `estimable` runs only where a fit needs it.
    kept = informative(y, x, fixed)
    model, problem = _tried(y, x, fixed, clusters, kept)
    if model is None or _vanishes(model, y[kept.rows]):
        found = estimable(y, x, fixed, kept)
        if found is not None:
            kept = found
            model, problem = _tried(y, x, fixed, clusters, kept)
    if model is None:
        raise problem or _nothing()
    used, there = kept.rows, np.flatnonzero(kept.columns)
    # Columns without an estimate of their own were in the regression for the others' sake.
    own = kept.identified[there]
    usual, repaired = (None, False) if not clusters else _sound(model._vcov)
    left = _leaving_out(model, y, x, fixed, clusters, kept)
    covariance = usual if left.covariance is None else left.covariance
    # pyfixest's, the smaller number of clusters less one; zero (no interval) without clusters.
    degrees = np.full(len(there), float(model._df_t) if clusters else 0.0)
    return Fit(
        estimates=np.asarray(model._beta_hat, dtype=float)[own],
        columns=kept.columns & kept.identified,
        covariance=None if covariance is None else covariance[np.ix_(own, own)],
        usual=None if usual is None else usual[np.ix_(own, own)],
        degrees=(degrees if left.degrees is None else left.degrees)[own],
        deviance=float(model.deviance),
        rows=used,
        separated=kept.separated,
        singletons=kept.singletons,
        repaired=repaired,
        no_jackknife=left.why,
    )


def _tried(
    y: NDArray[np.float64],
    x: NDArray[np.float64],
    fixed: Sequence[NDArray[np.int64]],
    clusters: Sequence[NDArray[np.int64]],
    kept: KeptRows,
) -> tuple[Any, NoEvidenceError | None]:
    """Return a regression on what is kept, or why there is none."""
    if not kept.columns.any() or not kept.rows.any():
        return None, _nothing()
    used = kept.rows
    columns = [x[used][:, place] for place in np.flatnonzero(kept.columns)]
    try:
        model = _fitted(y[used], columns, [codes[used] for codes in fixed], clusters, used)
    except NoEvidenceError as error:
        return None, error
    # pyfixest drops collinear columns by itself: the others would be compared with something else.
    if (lost := len(columns) - len(model._coefnames)) > 0:
        return None, _absorbed(f"{lost} coefficients")
    return model, None


def _vanishes(model: Any, y: NDArray[np.float64]) -> bool:
    """Whether a cell without trade is fitted by next to nothing, as separated ones are.

    The iterations end when the deviance moves by less than a part of `_TOLERANCE`. Of a separated
    cell the fitted value shrinks by a factor of e in each, so that it is far below by then.
    """
    mean = np.asarray(model._Y_hat_response, dtype=float).ravel()
    # Fewer fitted values than cells: pyfixest left some out by itself, so that they are looked for.
    return len(mean) != len(y) or bool((mean[y == 0] < _VANISHED).any())


def _nothing() -> NoEvidenceError:
    return NoEvidenceError(
        "no coefficient can be estimated",
        why="all treated cells are zero, or fixed effects alone explain them",
        hint="give more products, partners or time, or fewer fixed effects",
    )


def _leaving_out(
    model: Any,
    y: NDArray[np.float64],
    x: NDArray[np.float64],
    fixed: Sequence[NDArray[np.int64]],
    clusters: Sequence[NDArray[np.int64]],
    kept: KeptRows,
) -> LeavingOut:
    """Return what a jackknife says; without a covariance where it is not that of the design."""
    if len(clusters) != 1:
        return LeavingOut(None, why="clusters of two kinds")
    mean = np.asarray(model._Y_hat_response, dtype=float).ravel()
    used = kept.rows
    # (y - μ) / μ; the fit is of y over its mean.
    errors = y[used] / y[used].mean() / mean - 1
    effects = [codes[used] for codes in fixed]
    return jackknife(errors, mean, x[used][:, kept.columns], effects, clusters[0][used])


def _fitted(
    y: NDArray[np.float64],
    columns: Sequence[NDArray[np.float64]],
    fixed: Sequence[NDArray[np.int64]],
    clusters: Sequence[NDArray[np.int64]],
    used: NDArray[np.bool_],
) -> Any:
    """Call pyfixest."""
    try:
        import pandas as pd
        from pyfixest.demeaners import MapDemeaner
        from pyfixest.estimation import fepois
    except ImportError as error:
        raise MissingExtraError("pyfixest", "stats") from error

    # The scale goes into the fixed effects; at a mean of one, tolerances and `_VANISHED` mean the
    # same for kilograms and for dollars.
    data = {"y": y / y.mean()}
    data |= {f"x{n}": column for n, column in enumerate(columns)}
    data |= {f"f{n}": codes for n, codes in enumerate(fixed)}
    data |= {f"c{n}": codes[used] for n, codes in enumerate(clusters)}
    right = " + ".join(f"x{n}" for n in range(len(columns)))
    absorbed = " + ".join(f"f{n}" for n in range(len(fixed)))
    names = " + ".join(f"c{n}" for n in range(len(clusters)))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of pandas, on what pyfixest calls
            model: Any = fepois(
                f"y ~ {right} | {absorbed}",
                pd.DataFrame(data),
                # Permutations give no clusters: they want the estimate alone.
                vcov={"CRV1": names} if clusters else "iid",
                # Singletons and separated cells are out already; here they would go uncounted.
                fixef_rm="none",
                iwls_tol=_TOLERANCE,
                iwls_maxiter=200,
                demeaner=MapDemeaner(fixef_tol=_FIXED_TOLERANCE, fixef_maxiter=100_000),
                separation_check=[],
            )
    except (ValueError, RuntimeError, np.linalg.LinAlgError) as error:
        if "collinear" in str(error):
            raise _absorbed("the coefficients") from error
        raise _no_answer(str(error)) from error
    if not model.convergence or not np.isfinite(model._beta_hat).all():
        raise _no_answer("the iterations do not converge")
    return model


def _absorbed(what: str) -> NoEvidenceError:
    return NoEvidenceError(
        f"{what} cannot be separated from fixed effects",
        why="leaving them out would change what the others are compared with",
        hint="give products without event, partners that are not exposed, or a shorter window",
    )


def _no_answer(reason: str) -> NoEvidenceError:
    return NoEvidenceError(
        "the regression has no answer",
        why=reason,
        hint="leave out products that hardly trade, shorten the window, or use fewer fixed effects",
    )


def _sound(covariance: Any) -> tuple[NDArray[np.float64] | None, bool]:
    """Set negative eigenvalues to zero, as Cameron, Gelbach and Miller (2011) do."""
    matrix = np.asarray(covariance, dtype=float)
    if not np.isfinite(matrix).all():
        return None, False
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    # A singular matrix has eigenvalues a rounding below zero: those are no repair to report.
    if values.min() >= -1e-12 * max(values.max(), 0.0):
        return matrix, False
    return (vectors * np.clip(values, 0.0, None)) @ vectors.T, True


# Which cells carry information: no singletons, none that is fitted perfectly.


_LOADED = 1e-6
"""Weight, relative to the largest, from which a column is part of a combination."""


@dataclass(frozen=True)
class KeptRows:
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
    before: KeptRows | None = None,
) -> KeptRows:
    """Leave out cells whose fixed effect has no other, or has zeros only, until none is left.

    A fixed effect with zeros only goes to minus infinity, and so does the coefficient of a dummy
    all of whose cells are zero: its cells are fitted perfectly and say nothing of the others
    (Correia, Guimarães and Zylkin, 2019). Such a column has no estimate. `before` has what was left
    out already.
    """
    every = np.ones(x.shape[1], dtype=bool)
    first = before or KeptRows(np.ones(len(y), dtype=bool), every, every, 0, 0)
    rows, columns = first.rows.copy(), first.columns.copy()
    separated, singletons = first.separated, first.singletons
    # Each cell left out may leave another one alone in its fixed effect.
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
        # A cell that is both counts as alone, so that the two counts add up to what is gone.
        flat &= ~alone
        if not (alone.any() or flat.any()):
            return KeptRows(rows, columns, first.identified, separated, singletons)
        separated += int(flat.sum())
        singletons += int(alone.sum())
        rows &= ~(alone | flat)


def estimable(
    y: Floats, x: Floats, fixed: Sequence[NDArray[np.int64]], kept: KeptRows
) -> KeptRows | None:
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
    # A solution has 0 or 1 there; the middle is as far as can be from the solver's tolerance.
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
        # What fixed effects leave of a column; `lsqr` takes the dummies as a sparse matrix.
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
        return Joint(None, count, degrees, None, ("hardly more than one cluster identifies a step"))
    scale = np.sqrt(np.clip(np.diag(covariance), 0.0, None))
    if not (scale > 0).all():
        return Joint(None, count, degrees, None, "a step without a standard error")
    # On one scale, so that the rank does not depend on the size of the errors.
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
