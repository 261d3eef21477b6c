"""Intervals in plain Python: a bootstrap of clusters, and Student's quantiles."""

from __future__ import annotations

import math
import random
from collections import defaultdict
from statistics import NormalDist
from typing import TYPE_CHECKING, Literal, TypeVar

from entrepot.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

__all__ = ["Interval", "bootstrapped", "interval_of", "student_quantile"]

Interval = Literal["percentile", "basic"]
Item = TypeVar("Item")
TRIES = 100
NEARLY_NORMAL = 5000


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
) -> tuple[float, float]:
    """Return the interval that sorted replicates give.

    ``percentile`` takes their quantiles; ``basic`` reflects these at the estimate. Both are widened
    for few clusters as Student's t is against the normal distribution, and by √(n / (n - 1)), since
    samples drawn from n clusters spread less than the clusters (Hesterberg 2015, The American
    Statistician 69, expanded percentile interval).
    """
    wide = math.sqrt(clusters / (clusters - 1)) * student_quantile(confidence, clusters - 1)
    tail = NormalDist().cdf(-wide)
    low, high = _quantile(replicates, tail), _quantile(replicates, 1 - tail)
    return (low, high) if kind == "percentile" else (2 * estimate - high, 2 * estimate - low)


def _quantile(values: Sequence[float], part: float) -> float:
    place = part * (len(values) + 1) - 1
    below = min(max(math.floor(place), 0), len(values) - 1)
    above = min(below + 1, len(values) - 1)
    rest = min(max(place - below, 0.0), 1.0)
    return values[below] + rest * (values[above] - values[below])


def student_quantile(confidence: float, freedom: int) -> float:
    """Return t with P(-t < T < t) = `confidence` for Student's T, by bisection.

    Above `NEARLY_NORMAL` degrees of freedom, the normal quantile with its first correction, which
    is off by less than 1e-7.

    Raises
    ------
    RequestError
        If `confidence` is not between 0 and 1, or there is no degree of freedom.
    """
    if not 0 < confidence < 1 or freedom < 1:
        raise RequestError(
            f"no quantile of Student's t for {confidence} with {freedom} degrees of freedom",
            hint="confidence lies between 0 and 1; two clusters or more leave a degree of freedom",
        )
    if freedom > NEARLY_NORMAL:
        z = NormalDist().inv_cdf((1 + confidence) / 2)
        return z + (z**3 + z) / (4 * freedom)
    low, high = 0.0, 1.0
    while _between(high, freedom) < confidence:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        if _between(middle, freedom) < confidence:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _between(t: float, freedom: int) -> float:
    """Return P(-t < T < t), Abramowitz and Stegun (1964), 26.7.3 and 26.7.4."""
    angle = math.atan(t / math.sqrt(freedom))
    sine, cosine = math.sin(angle), math.cos(angle)
    odd = freedom % 2 == 1
    term = cosine if odd else 1.0
    total = term if freedom > 1 else 0.0
    for step in range(3 if odd else 2, freedom - 1, 2):
        term *= cosine * cosine * (step - 1) / step
        total += term
    return 2 / math.pi * (angle + sine * total) if odd else sine * total
