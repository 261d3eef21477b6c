"""Made-up monthly flows with known truth, for nowcasts: see `nowcast.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["MadeFlows", "made_flows", "made_lists"]


@dataclass(frozen=True)
class MadeFlows:
    """Flows of which everything is known.

    Attributes
    ----------
    values
        As the reporter will have reported them, by flow and month.
    partner
        The same trade as the partner reports it: with a gap of its own, and noise.
    kind
        What was planted in each: ``calm``, ``break``, ``hub`` (grows fast) or ``seasonal``.
    break_at
        Month of the break; -1 where there is none.
    """

    values: Floats
    partner: Floats
    kind: list[str]
    break_at: NDArray[np.int64]


def made_flows(flows: int, months: int, seed: int = 1) -> MadeFlows:
    """Return flows with seasons, drifts, breaks and hubs, over four orders of magnitude.

    One in five loses or gains a half or more at some month; one in ten is a hub that grows by a
    twelfth to a third a year; the rest is calm or strongly seasonal. Small flows are noisier. All
    have a common cycle, so that errors of one month are not independent.
    """
    draw = np.random.default_rng(seed)
    size = 10 ** draw.uniform(3, 7, flows)
    noise = 0.08 + 0.25 * (7 - np.log10(size)) / 4
    kind = draw.choice(["calm", "seasonal", "break", "hub"], flows, p=[0.5, 0.2, 0.2, 0.1])
    season = draw.normal(0, 1, (flows, 12)) * np.where(kind == "seasonal", 0.4, 0.12)[:, None]
    month = np.arange(months)
    cycle = np.cumsum(draw.normal(0, 0.02, months))
    drift = np.cumsum(draw.normal(0, 0.03, (flows, months)), axis=1)
    trend = np.where(kind == "hub", draw.uniform(0.08, 0.3, flows), draw.normal(0.02, 0.03, flows))
    logs = np.log(size)[:, None] + trend[:, None] * month / 12 + drift + cycle
    logs += season[:, month % 12] + draw.normal(0, 1, (flows, months)) * noise[:, None]
    break_at = np.where(kind == "break", draw.integers(30, months - 6, flows), -1)
    step = np.where(draw.random(flows) < 0.7, -1, 1) * draw.uniform(0.5, 2.0, flows)
    after = (month[None] >= break_at[:, None]) & (break_at[:, None] >= 0)
    values = np.exp(logs + after * step[:, None])
    gap = np.exp(draw.normal(-0.06, 0.2, flows))
    partner = values * gap[:, None] * np.exp(draw.normal(0, 0.06, values.shape))
    return MadeFlows(values, partner, list(kind), break_at)


def made_lists(made: MadeFlows, lists: int, size: int, seed: int = 2) -> Floats:
    """Return sums of flows drawn at random, as a list of goods adds up: a row for each list."""
    draw = np.random.default_rng(seed)
    members = [draw.choice(len(made.values), size, replace=False) for _ in range(lists)]
    return np.stack([made.values[some].sum(axis=0) for some in members])
