"""The door to pyfixest: Poisson pseudo maximum likelihood with fixed effects."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from entrepot.errors import MissingExtraError, NoEvidenceError
from entrepot.measures.event.jackknife import LeavingOut, jackknife
from entrepot.measures.event.keep import informative
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


class Interval(NamedTuple):
    """Standard error of an estimate, ends of its interval, and two-sided p-value."""

    error: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None


@dataclass(frozen=True)
class Fit:
    """Estimates; `columns` says which columns of x have one, the others being zeros only.

    `covariance` is None without clusters, `degrees` of freedom are those of each estimate,
    `repaired` says that negative variances of two-way clusters were set to zero, and `no_jackknife`
    why the covariance is the usual one (CR1) and not that of a jackknife (CV3), empty if it is. The
    usual one leaves the smaller number of clusters less one.
    """

    estimates: NDArray[np.float64]
    columns: NDArray[np.bool_]
    covariance: NDArray[np.float64] | None
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

    def interval(self, place: int) -> Interval:
        """Return the standard error of an estimate, and what follows from it."""
        estimate, error = float(self.estimates[place]), self._error(place)
        if error is None:
            return Interval()
        degrees = float(self.degrees[place])
        half = half_width(error, degrees, LEVEL)
        return Interval(
            error,
            low=None if half is None else estimate - half,
            high=None if half is None else estimate + half,
            p_value=two_sided(estimate, error, degrees),
        )

    def _error(self, place: int) -> float | None:
        """Return a standard error, None where the covariance gives none."""
        variance = 0.0 if self.covariance is None else float(self.covariance[place, place])
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
    if not kept.columns.any() or not kept.rows.any():
        raise NoEvidenceError(
            "no coefficient can be estimated",
            why="all treated cells are zero, or no other shares their fixed effects",
            hint="give more products, partners or time, or fewer fixed effects",
        )
    used = kept.rows
    columns = [x[used][:, place] for place in np.flatnonzero(kept.columns)]
    try:
        model = _fitted(y[used], columns, [codes[used] for codes in fixed], clusters, used, False)
    except ValueError:  # what pyfixest raises where demeaning ends without an answer
        model = _fitted(y[used], columns, [codes[used] for codes in fixed], clusters, used, True)
    if (lost := len(columns) - len(model._coefnames)) > 0:
        raise _absorbed(f"{lost} coefficients")
    covariance, repaired = (None, False) if not clusters else _sound(model._vcov)
    left = _leaving_out(model, y[used], columns, [codes[used] for codes in fixed], clusters, used)
    usual = np.full(len(columns), float(model._df_t) if clusters else 0.0)
    return Fit(
        estimates=np.asarray(model._beta_hat, dtype=float),
        columns=kept.columns,
        covariance=covariance if left.covariance is None else left.covariance,
        degrees=usual if left.degrees is None else left.degrees,
        deviance=float(model.deviance),
        rows=used,
        separated=kept.separated + int(getattr(model, "n_separation_na", 0) or 0),
        singletons=kept.singletons,
        repaired=repaired,
        no_jackknife=left.why,
    )


def _leaving_out(
    model: Any,
    y: NDArray[np.float64],
    columns: Sequence[NDArray[np.float64]],
    fixed: Sequence[NDArray[np.int64]],
    clusters: Sequence[NDArray[np.int64]],
    used: NDArray[np.bool_],
) -> LeavingOut:
    """Return what a jackknife says; without a covariance where it is not that of the design."""
    mean = np.asarray(model._Y_hat_response, dtype=float).ravel()
    if len(clusters) != 1:
        return LeavingOut(None, why="clusters of two kinds")
    if len(mean) != len(y):
        return LeavingOut(None, why="the regression left out rows that it does not name")
    errors = y / y.mean() / mean - 1
    return jackknife(errors, mean, np.stack(columns, axis=1), fixed, clusters[0][used])


def _fitted(
    y: NDArray[np.float64],
    columns: Sequence[NDArray[np.float64]],
    fixed: Sequence[NDArray[np.int64]],
    clusters: Sequence[NDArray[np.int64]],
    used: NDArray[np.bool_],
    rectify: bool,
) -> Any:
    """Call pyfixest; `rectify` looks for cells that a combination of regressors separates."""
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
                separation_check=["ir"] if rectify else [],
            )
    except (ValueError, RuntimeError, np.linalg.LinAlgError) as error:
        if "collinear" in str(error):
            raise _absorbed("the coefficients") from error
        if not rectify and isinstance(error, ValueError):
            raise
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
