"""Intervals of a bootstrap of clusters, in plain Python."""

from __future__ import annotations

import math
import random
from collections import defaultdict
from statistics import NormalDist
from typing import TYPE_CHECKING, Literal, TypeVar

from entrepot.limits import step
from entrepot.measures.student import student_quantile

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

__all__ = ["FEWEST", "Interval", "bootstrapped", "interval_of"]

Interval = Literal["percentile", "basic"]
Item = TypeVar("Item")
TRIES = 100
FEWEST = 10
"""Clusters below which a bootstrap of them is no interval, of a difference those of each side."""


def bootstrapped(
    items: Sequence[Item],
    clusters: Sequence[Hashable],
    statistic: Callable[[Sequence[Item]], float | None],
    *,
    replicates: int,
    seed: int,
) -> list[float]:
    """Return the statistic of `replicates` samples of whole clusters, sorted.

    Parameters
    ----------
    items, clusters
        What is drawn, and the cluster of each; clusters are drawn with replacement, as many as
        there are, in the order they first appear.
    statistic
        What is computed of a sample; where it is None the sample is drawn again.
    replicates, seed
        Number of samples, and the seed: the same one gives the same samples.
    """
    groups: dict[Hashable, list[Item]] = defaultdict(list)
    for item, cluster in zip(items, clusters, strict=True):
        groups[cluster].append(item)
    members, draw = list(groups.values()), random.Random(seed)
    found = []
    for _ in range(replicates):
        step()
        for _ in range(TRIES):
            chosen = draw.choices(members, k=len(members))
            result = statistic([item for group in chosen for item in group])
            if result is not None:
                found.append(result)
                break
    return sorted(found)


def interval_of(
    estimate: float,
    replicates: Sequence[float],
    confidence: float,
    kind: Interval,
    *,
    clusters: int,
    is_difference: bool = False,
) -> tuple[float, float]:
    """Return the interval that sorted replicates give.

    ``percentile`` takes their quantiles; ``basic`` reflects these at the estimate. Both are widened
    by √(n / (n - 1)), since samples drawn from n clusters spread less than the clusters, and for
    few clusters as Student's t is against the normal distribution (Hesterberg 2015, The American
    Statistician 69, expanded percentile interval). A difference of two medians is not widened as
    Student's t is: of half the products each, their bootstrap spreads too much already.
    """
    usual = NormalDist().inv_cdf((1 + confidence) / 2)
    wide = math.sqrt(clusters / (clusters - 1))
    wide *= usual if is_difference else student_quantile(confidence, clusters - 1)
    tail = NormalDist().cdf(-wide)
    low, high = _quantile(replicates, tail), _quantile(replicates, 1 - tail)
    return (low, high) if kind == "percentile" else (2 * estimate - high, 2 * estimate - low)


def _quantile(values: Sequence[float], part: float) -> float:
    place = part * (len(values) + 1) - 1
    below = min(max(math.floor(place), 0), len(values) - 1)
    above = min(below + 1, len(values) - 1)
    rest = min(max(place - below, 0.0), 1.0)
    return values[below] + rest * (values[above] - values[below])
