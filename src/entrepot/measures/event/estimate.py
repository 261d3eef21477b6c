"""From a panel to an event study."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from entrepot.errors import NoEvidenceError
from entrepot.measures.event.describe import coefficients, counted, is_few, percent, remarked
from entrepot.measures.event.fit import Fit, ppml
from entrepot.measures.event.panel import Panel, panel_of
from entrepot.measures.event.permute import permuted
from entrepot.measures.event.result import Effect, EventStudy, Joint
from entrepot.measures.event.wald import joint

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from entrepot.measures.event.design import Design

__all__ = ["clusters_of", "fixed_of", "pooled", "studied"]


def studied(
    frame: Any, design: Design, inference: str, draws: int, each_step: bool, seed: int
) -> EventStudy:
    """Estimate, test and count."""
    panel = panel_of(frame, design)
    steps = _steps(panel, design)
    work = _Work(panel, design, steps, fixed_of(panel, design), each_step)
    clusters = clusters_of(panel, design)
    fit = ppml(panel.y, work.dummies(panel.events), work.fixed, clusters)
    pool = ppml(panel.y, work.after(panel.events), work.fixed, clusters)
    effect, trend = pooled(pool), _pre_trend(fit, work)
    counts = counted(panel, fit, clusters)
    few = is_few(panel, counts)
    by_step: list[float | None] = [None] * len(steps)
    dealt = inference == "randomisation" or (inference == "auto" and few)
    remarks = remarked(panel, fit, counts, few)
    if dealt and len(np.unique(panel.events)) == 1:
        remarks.append("every product has the same event: there is nothing to permute")
        dealt = False
    if dealt:
        found = permuted(panel.events, work.path(pool, fit), work.statistics, draws, seed)
        effect = replace(
            effect,
            p_randomisation=found.p_values[0],
            draws=found.draws,
            failed=found.failed,
            exact=found.exact,
        )
        if each_step:
            by_step = found.p_values[2:]
            trend = replace(trend, p_randomisation=found.p_values[1])
    return EventStudy(
        coefficients=coefficients(panel, design, fit, steps, by_step),
        effect=effect,
        pre_trend=trend,
        trusted="randomisation" if effect.p_randomisation is not None else "cluster",
        counts=counts,
        remarks=tuple(remarks),
    )


@dataclass(frozen=True)
class _Work:
    """What stays the same while events are dealt to other products."""

    panel: Panel
    design: Design
    steps: list[int]
    fixed: list[NDArray[np.int64]]
    each_step: bool

    @property
    def leads(self) -> list[int]:
        """Places of the steps before the reference."""
        return [n for n, step in enumerate(self.steps) if step < self.design.reference]

    def after(self, events: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return one dummy for all steps from the event on."""
        on = self.panel.treated(events) & (self.panel.since(events) >= 0)
        return on[:, None].astype(np.float64)

    def dummies(self, events: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return one dummy a step."""
        treated = self.panel.treated(events)
        since = np.clip(self.panel.since(events), *self.design.window)
        columns = [treated & (since == step) for step in self.steps]
        return np.stack(columns, axis=1).astype(np.float64)

    def statistics(self, events: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return what is compared, for other events."""
        pool = ppml(self.panel.y, self.after(events), self.fixed)
        if not self.each_step:
            return self.path(pool, None)
        return self.path(pool, ppml(self.panel.y, self.dummies(events), self.fixed))

    def path(self, pool: Fit, fit: Fit | None) -> NDArray[np.float64]:
        """Return pooled effect and, if asked for, squared leads and every step."""
        if fit is None or not self.each_step:
            return np.array([pool.single()])
        path = np.full(len(self.steps), np.nan)
        path[fit.columns] = fit.estimates
        known = path[self.leads][np.isfinite(path[self.leads])]
        squares = float(known @ known) if len(known) else np.nan
        return np.array([pool.single(), squares, *path])


def fixed_of(panel: Panel, design: Design) -> list[NDArray[np.int64]]:
    """Return the code of each fixed effect by cell."""
    return [panel.codes(effect) for effect in design.fixed]


def clusters_of(panel: Panel, design: Design) -> list[NDArray[np.int64]]:
    """Return the code of each cluster by cell, without a dimension that has one only."""
    found = [panel.codes((role,)) for role in design.cluster]
    return [codes for codes in found if codes.max(initial=0) > 0]


def pooled(fit: Fit) -> Effect:
    """Return the only coefficient of a regression."""
    estimate, told = fit.single(), fit.interval(0)
    return Effect(
        estimate=estimate,
        std_error=told.error,
        std_error_usual=told.usual,
        low=told.low,
        high=told.high,
        change_pct=percent(estimate),
        p_cluster=told.p_value,
    )


def _steps(panel: Panel, design: Design) -> list[int]:
    """Return the steps that treated cells lie in, without the reference."""
    treated = panel.treated()
    if not treated.any():
        raise NoEvidenceError(
            "no product has an event, or none that an exposed partner trades",
            hint=f"fill column {design.event} with the day of listing",
        )
    there = set(np.clip(panel.since()[treated], *design.window).tolist())
    if design.reference not in there:
        raise NoEvidenceError(
            f"no treated cell lies in step {design.reference}",
            why="it is what all other steps are compared with",
            hint="give rows of before the event, or another reference",
        )
    if max(there) < 0:
        raise NoEvidenceError(
            "no treated cell lies after its event", hint="give rows of after the event"
        )
    return [step for step in design.steps if step in there]


def _pre_trend(fit: Fit, work: _Work) -> Joint:
    places = fit.places()
    used = [places[lead] for lead in work.leads if lead in places]
    block = None if fit.covariance is None else fit.covariance[np.ix_(used, used)]
    degrees = float(fit.degrees[used].min()) if used else 0.0
    return joint(fit.estimates[used], block, degrees)
