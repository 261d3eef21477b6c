"""The door to pyfixest: Poisson pseudo maximum likelihood with fixed effects."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from entrepot.errors import MissingExtraError, NoEvidenceError
from entrepot.measures.event.jackknife import LeavingOut, jackknife
from entrepot.measures.event.keep import Kept, estimable, informative
from entrepot.measures.event.wald import two_sided
from entrepot.measures.student import half_width

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["Fit", "Interval", "ppml"]

LEVEL = 0.95
"""Of every interval."""

_FIXED_TOLERANCE = 1e-8
_TOLERANCE = 1e-10
_VANISHED = 1e-3
"""Fitted value, relative to the mean of all, below which a cell without trade may be separated."""


class Interval(NamedTuple):
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

    def interval(self, place: int) -> Interval:
        """Return the standard error of an estimate, and what follows from it."""
        estimate, error = float(self.estimates[place]), _error(self.covariance, place)
        usual = _error(self.usual, place)
        if error is None:
            return Interval(usual=usual)
        degrees = float(self.degrees[place])
        half = half_width(error, degrees, LEVEL)
        return Interval(
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
    own = kept.identified[there]
    usual, repaired = (None, False) if not clusters else _sound(model._vcov)
    left = _leaving_out(model, y, x, fixed, clusters, kept)
    covariance = usual if left.covariance is None else left.covariance
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
    kept: Kept,
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
    if (lost := len(columns) - len(model._coefnames)) > 0:
        return None, _absorbed(f"{lost} coefficients")
    return model, None


def _vanishes(model: Any, y: NDArray[np.float64]) -> bool:
    """Whether a cell without trade is fitted by next to nothing, as separated ones are.

    The iterations end when the deviance moves by less than a part of `_TOLERANCE`. Of a separated
    cell the fitted value shrinks by a factor of e in each, so that it is far below by then.
    """
    mean = np.asarray(model._Y_hat_response, dtype=float).ravel()
    return len(mean) != len(y) or bool((mean[y == 0] < _VANISHED).any())


def _nothing() -> NoEvidenceError:
    return NoEvidenceError(
        "no coefficient can be estimated",
        why="all treated cells are zero, or fixed effects alone can tell them",
        hint="give more products, partners or time, or fewer fixed effects",
    )


def _leaving_out(
    model: Any,
    y: NDArray[np.float64],
    x: NDArray[np.float64],
    fixed: Sequence[NDArray[np.int64]],
    clusters: Sequence[NDArray[np.int64]],
    kept: Kept,
) -> LeavingOut:
    """Return what a jackknife says; without a covariance where it is not that of the design."""
    if len(clusters) != 1:
        return LeavingOut(None, why="clusters of two kinds")
    mean = np.asarray(model._Y_hat_response, dtype=float).ravel()
    used = kept.rows
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
                vcov={"CRV1": names} if clusters else "iid",
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
        f"{what} cannot be told from fixed effects",
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
    if values.min() >= -1e-12 * max(values.max(), 0.0):
        return matrix, False
    return (vectors * np.clip(values, 0.0, None)) @ vectors.T, True
