"""Randomisation inference: the same regression, with events dealt to other products."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from entrepot.errors import NoEvidenceError
from entrepot.limits import step
from entrepot.measures.event.panel import NEVER

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

__all__ = ["Permuted", "permuted"]


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
    reached = np.full(len(observed), 0 if exact else 1)
    failed = done = 0
    for other in dealt:
        try:
            found = np.abs(statistic(other))
            done += 1
        except NoEvidenceError:
            found = np.full(len(observed), np.nan)
            failed += 1
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
            for rest in deal(place + 1, free - set(chosen)):
                yield rest | dict.fromkeys(chosen, dates[place])

    for one in deal(0, frozenset(range(len(events)))):
        step()
        found = np.full(len(events), NEVER)
        for product, date in one.items():
            found[product] = date
        yield found


def _some(events: NDArray[np.int64], draws: int, seed: int) -> Iterator[NDArray[np.int64]]:
    draw = np.random.default_rng(seed)
    for _ in range(draws):
        step()
        yield draw.permutation(events)
