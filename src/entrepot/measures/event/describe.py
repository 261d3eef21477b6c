"""What the regressions found, in rows, counts and remarks."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from entrepot.measures.event.panel import NEVER
from entrepot.measures.event.result import Coefficient

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from entrepot.measures.event.design import Design
    from entrepot.measures.event.fit import Fit
    from entrepot.measures.event.panel import Panel

__all__ = ["coefficients", "counted", "is_few", "percent", "remarked"]

_FEW = 20


def percent(log: float) -> float:
    """Return a logarithmic difference in per cent."""
    return 100 * math.expm1(log)


def coefficients(
    panel: Panel, design: Design, fit: Fit, steps: list[int], by_step: list[float | None]
) -> tuple[Coefficient, ...]:
    """Return one row a step of the window; `steps` are those that were asked of the regression."""
    first, last = design.window
    since = np.where(panel.treated(), np.clip(panel.since(), first, last), last + 1)[fit.rows]
    places = fit.places()
    found = []
    for step in range(first, last + 1):
        cells = int((since == step).sum())
        blank = Coefficient(step, None, None, None, None, None, None, None, cells)
        blank = replace(blank, is_binned=step in design.window)
        if step == design.reference:
            one = replace(blank, estimate=0.0, change_pct=0.0, is_reference=True)
        elif step not in steps:
            one = replace(blank, why="no treated cell lies in this step")
        elif steps.index(step) not in places:
            one = replace(blank, why=_why(cells))
        else:
            place = places[steps.index(step)]
            one = _filled(blank, fit, place, by_step[steps.index(step)])
        found.append(one)
    return tuple(found)


def _why(cells: int) -> str:
    """Say why a step in which treated cells lie has no estimate."""
    if cells:
        return "not identified: fixed effects alone can tell the cells with trade in this step"
    return "all treated cells in this step are zero or left out"


def _filled(blank: Coefficient, fit: Fit, place: int, p: float | None) -> Coefficient:
    estimate, told = float(fit.estimates[place]), fit.interval(place)
    return replace(
        blank,
        estimate=estimate,
        std_error=told.error,
        std_error_usual=told.usual,
        low=told.low,
        high=told.high,
        p_value=told.p_value,
        p_randomisation=p,
        change_pct=percent(estimate),
    )


def is_few(panel: Panel, counts: dict[str, int]) -> bool:
    """Say whether treated clusters are too few for their errors to be trusted.

    Partners count where not all of them are exposed.
    """
    roles = ["product"] if panel.exposed.all() else ["product", "partner"]
    return min(counts[f"treated_{role}s"] for role in roles) < _FEW


def counted(panel: Panel, fit: Fit, clusters: list[NDArray[np.int64]]) -> dict[str, int]:
    """Return how much was used, left out and treated."""
    used, treated = fit.rows, panel.treated() & fit.rows
    counts = {
        "rows": int(used.sum()),
        "treated_rows": int(treated.sum()),
        "zeros": int((panel.y[used] == 0).sum()),
        "unknown": panel.unknown,
        "singletons": fit.singletons,
        "separated": fit.separated,
        "products": len(np.unique(panel.product[used])),
        "treated_products": len(np.unique(panel.product[treated])),
        "partners": len(np.unique(panel.partner[used])),
        "treated_partners": len(np.unique(panel.partner[treated])),
    }
    for number, codes in enumerate(clusters, 1):
        counts[f"clusters_{number}"] = len(np.unique(codes[used]))
    return counts


def remarked(panel: Panel, fit: Fit, counts: dict[str, int], few: bool) -> list[str]:
    """Return what a reader has to know."""
    found = []
    if few:
        found.append(
            f"{counts['treated_products']} products and {counts['treated_partners']} partners are "
            "treated: with few, standard errors from clusters are too small"
        )
    smallest = min((counts[name] for name in counts if name.startswith("clusters_")), default=0)
    if smallest < _FEW:
        found.append(f"the smaller number of clusters is {smallest}: standard errors are rough")
    one_way = "clusters_1" in counts and "clusters_2" not in counts
    if one_way and fit.covariance is not None and fit.no_jackknife:
        found.append(f"{fit.no_jackknife}: errors are the usual ones, which may be too small")
    if fit.covariance is not None and np.isnan(np.diag(fit.covariance)).any():
        found.append("some effects rest on one cluster: they have no error")
    if fit.repaired:
        found.append("two-way clusters gave a negative variance, which was set to zero")
    if fit.covariance is None:
        found.append("no covariance: one cluster only, or it is not finite")
    if len({int(event) for event in panel.events if event != NEVER}) > 1:
        found.append("products were listed at several dates: where effects differ, they are mixed")
    return found
