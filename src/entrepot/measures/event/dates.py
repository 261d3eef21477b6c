"""Events moved to other dates: placebos before the event, and candidates for a break."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from entrepot.errors import NoEvidenceError
from entrepot.measures.event.estimate import clusters_of, fixed_of, pooled
from entrepot.measures.event.fit import ppml
from entrepot.measures.event.panel import NEVER, EventPanel, panel_of, step_of
from entrepot.measures.event.result import PlaceboDate

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from entrepot.measures.event.result import Design

__all__ = ["breaks", "shifted"]


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
