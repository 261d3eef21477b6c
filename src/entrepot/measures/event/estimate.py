"""From a panel to an event study."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from entrepot import limits
from entrepot.errors import NoEvidenceError
from entrepot.measures.event.fit import Fit, joint, ppml
from entrepot.measures.event.panel import NEVER, EventPanel, panel_of, step_of
from entrepot.measures.event.result import Coefficient, Effect, EventStudy, Joint, PlaceboDate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date

    from numpy.typing import NDArray

    from entrepot.measures.event.result import Design


def studied(
    frame: Any, design: Design, inference: str, draws: int, each_step: bool, seed: int
) -> EventStudy:
    """Estimate, test and count."""
    panel = panel_of(frame, design)
    steps = _steps(panel, design)
    work = _Work(panel, design, steps, fixed_of(panel, design), each_step)
    clusters = clusters_of(panel, design)
    fit = ppml(panel.y, work.dummies(panel.events), work.fixed, clusters)
    # A regression of its own: a mean of the steps' coefficients would weigh small steps like large.
    pool = ppml(panel.y, work.after(panel.events), work.fixed, clusters)
    effect, trend = pooled(pool), _pre_trend(fit, work)
    counts = counted(panel, fit, clusters)
    few = is_few(panel, counts)
    by_step: list[float | None] = [None] * len(steps)
    dealt = inference == "randomisation" or (inference == "auto" and few)
    remarks = remarked(panel, fit, counts, few)
    # Every permutation would be the true assignment, and p equal to one.
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
            # In the order of `path`: the pooled effect, the squared leads, then every step.
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

    panel: EventPanel
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
        # Other events may leave a step unidentified; that counts against the effect.
        path = np.full(len(self.steps), np.nan)
        path[fit.columns] = fit.estimates
        known = path[self.leads][np.isfinite(path[self.leads])]
        squares = float(known @ known) if len(known) else np.nan
        return np.array([pool.single(), squares, *path])


def fixed_of(panel: EventPanel, design: Design) -> list[NDArray[np.int64]]:
    """Return the code of each fixed effect by cell."""
    return [panel.codes(effect) for effect in design.fixed]


def clusters_of(panel: EventPanel, design: Design) -> list[NDArray[np.int64]]:
    """Return the code of each cluster by cell, without a dimension that has one only."""
    found = [panel.codes((role,)) for role in design.cluster]
    # One cluster has no covariance: with a single partner, products are the only clusters.
    return [codes for codes in found if codes.max(initial=0) > 0]


def pooled(fit: Fit) -> Effect:
    """Return the only coefficient of a regression."""
    estimate, interval = fit.single(), fit.interval(0)
    return Effect(
        estimate=estimate,
        std_error=interval.error,
        std_error_usual=interval.usual,
        low=interval.low,
        high=interval.high,
        change_pct=percent(estimate),
        p_cluster=interval.p_value,
    )


def _steps(panel: EventPanel, design: Design) -> list[int]:
    """Return the steps that treated cells lie in, without the reference."""
    treated = panel.treated()
    if not treated.any():
        raise NoEvidenceError(
            "no product has an event, or none that an exposed partner trades",
            hint=f"fill column {design.event} with the day of listing",
        )
    # Clipped, because what lies beyond the window is binned with its ends.
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


# What the regressions found, in rows, counts and remarks.


_FEW = 20


def percent(log: float) -> float:
    """Return a logarithmic difference in per cent."""
    return 100 * math.expm1(log)


def coefficients(
    panel: EventPanel, design: Design, fit: Fit, steps: list[int], by_step: list[float | None]
) -> tuple[Coefficient, ...]:
    """Return one row a step of the window; `steps` are those that were asked of the regression."""
    first, last = design.window
    # Cells that are not treated get a step outside the window, so that no count has them.
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
        return "not identified: fixed effects alone explain the cells with trade in this step"
    return "all treated cells in this step are zero or left out"


def _filled(blank: Coefficient, fit: Fit, place: int, p: float | None) -> Coefficient:
    estimate, interval = float(fit.estimates[place]), fit.interval(place)
    return replace(
        blank,
        estimate=estimate,
        std_error=interval.error,
        std_error_usual=interval.usual,
        low=interval.low,
        high=interval.high,
        p_value=interval.p_value,
        p_randomisation=p,
        change_pct=percent(estimate),
    )


def is_few(panel: EventPanel, counts: dict[str, int]) -> bool:
    """Say whether treated clusters are too few for their errors to be trusted.

    Partners count where not all of them are exposed.
    """
    roles = ["product"] if panel.exposed.all() else ["product", "partner"]
    return min(counts[f"treated_{role}s"] for role in roles) < _FEW


def counted(panel: EventPanel, fit: Fit, clusters: list[NDArray[np.int64]]) -> dict[str, int]:
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


def remarked(panel: EventPanel, fit: Fit, counts: dict[str, int], few: bool) -> list[str]:
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


# Randomisation inference: the same regression, with events dealt to other products.


@dataclass(frozen=True)
class Permuted:
    """p-values of each statistic, permutations that gave one and that did not, whether all."""

    p_values: list[float | None]
    draws: int
    failed: int
    exact: bool


def permuted(
    events: NDArray[np.int64],
    observed: NDArray[np.float64],
    statistic: Callable[[NDArray[np.int64]], NDArray[np.float64]],
    draws: int,
    seed: int,
) -> Permuted:
    """Compare a statistic with those of events dealt at random among the products.

    How many products have an event, and when, stays as it is. Under the hypothesis that listing
    changed nothing and might as well have hit other products, the p-value is exact. If there are
    no more assignments than `draws`, each is taken once; p cannot be below one over their number.

    Parameters
    ----------
    events
        Step of each product's event.
    observed
        Statistics with the true events; NaN where there is none.
    statistic
        Statistics for other events; NaN where there is none, as where all that would be treated
        is zero. That counts as being as large as the observed one, so p is rather too large.
    """
    exact = _assignments(events) <= draws
    dealt = _every(events) if exact else _some(events, draws, seed)
    size = np.abs(observed)
    # Among random draws the true assignment counts as one, so that p is never zero; where all are
    # tried it is one of them already.
    reached = np.full(len(observed), 0 if exact else 1)
    failed = done = 0
    for other in dealt:
        try:
            found = np.abs(statistic(other))
            done += 1
        except NoEvidenceError:
            found = np.full(len(observed), np.nan)
            failed += 1
        # NaN is not smaller, and so counts; equal statistics may differ in the last digits.
        reached += ~(found < size * (1 - 1e-9))
    tries = done + failed + (0 if exact else 1)
    p_values = [
        float(hits / tries) if math.isfinite(true) else None
        for hits, true in zip(reached, size, strict=True)
    ]
    return Permuted(p_values, done, failed, exact)


def _assignments(events: NDArray[np.int64]) -> int:
    """Return how many ways there are to deal the events to the products."""
    counts = np.unique(events, return_counts=True)[1]
    ways, left = 1, len(events)
    for count in counts:
        ways *= math.comb(left, int(count))
        left -= int(count)
    return ways


def _every(events: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    dates = [int(date) for date in np.unique(events) if date != NEVER]
    sizes = [int((events == date).sum()) for date in dates]

    def deal(place: int, free: frozenset[int]) -> Iterator[dict[int, int]]:
        if place == len(dates):
            yield {}
            return
        for chosen in itertools.combinations(sorted(free), sizes[place]):
            # Date by date among products still free, or one assignment would come up repeatedly.
            for rest in deal(place + 1, free - set(chosen)):
                yield rest | dict.fromkeys(chosen, dates[place])

    for one in deal(0, frozenset(range(len(events)))):
        limits.step()
        found = np.full(len(events), NEVER)
        for product, date in one.items():
            found[product] = date
        yield found


def _some(events: NDArray[np.int64], draws: int, seed: int) -> Iterator[NDArray[np.int64]]:
    draw = np.random.default_rng(seed)
    for _ in range(draws):
        limits.step()
        yield draw.permutation(events)


# Events moved to other dates: placebos before the event, and candidates for a break.


def shifted(frame: Any, design: Design, shifts: Sequence[int]) -> tuple[PlaceboDate, ...]:
    """Return the effect of each shift, on what lies before the true events."""
    panel = panel_of(frame, design)
    dated = panel.events[panel.events != NEVER]
    if not len(dated):
        raise NoEvidenceError("no product has an event", where=f"column {design.event}")
    quiet = np.where(panel.treated(), panel.since() < 0, panel.time < dated.max())
    before = panel.keep(quiet)
    found = []
    for shift in shifts:
        # `NEVER` is a number as well: shifted, it would be the step of an event.
        moved = np.where(panel.events == NEVER, NEVER, panel.events - (-shift))
        label = f"{-shift} before the event"
        one = _effect(replace(before, events=moved), design, label, shift)
        if one is not None:
            found.append(one)
    if not found:
        raise NoEvidenceError(
            "no shift leaves treated cells on both sides",
            hint="give more rows of before the event, or smaller shifts",
        )
    return tuple(found)


def breaks(
    frame: Any, design: Design, candidates: Sequence[str | int | date]
) -> tuple[PlaceboDate, ...]:
    """Return the effect of a common event at each candidate, the best fit first."""
    panel = panel_of(frame, design)
    found = []
    for candidate in candidates:
        step = step_of(candidate, design)
        common = np.where(panel.events == NEVER, NEVER, step)
        one = _effect(replace(panel, events=common), design, str(candidate), None)
        if one is not None:
            found.append(one)
    if not found:
        raise NoEvidenceError(
            "no candidate leaves treated cells on both sides",
            hint="choose dates inside the time that the frame covers",
        )
    return tuple(sorted(found, key=lambda one: one.deviance))


def _effect(panel: EventPanel, design: Design, label: str, shift: int | None) -> PlaceboDate | None:
    treated = panel.treated()
    after = treated & (panel.since() >= 0)
    # Without treated cells on one side there is no difference, and fixed effects take all.
    if not after.any() or not (treated & ~after).any():
        return None
    fit = ppml(
        panel.y,
        after[:, None].astype(np.float64),
        fixed_of(panel, design),
        clusters_of(panel, design),
    )
    effect = pooled(fit)
    return PlaceboDate(
        event=label,
        shift=shift,
        estimate=effect.estimate,
        std_error=effect.std_error,
        p_value=effect.p_cluster,
        deviance=fit.deviance,
        cells=int((after & fit.rows).sum()),
    )
