"""The premium from contrasts of products: a median, or a difference in differences."""

from __future__ import annotations

import math
import operator
import random
from collections import defaultdict
from dataclasses import dataclass
from statistics import NormalDist, median, stdev
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from entrepot.limits import step
from entrepot.measures.student import degrees_of_freedom, half_width, student_quantile

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Sequence

    from entrepot.measures.prices.contrasts import Contrast

__all__ = [
    "FEWEST",
    "Estimate",
    "Interval",
    "bootstrapped",
    "difference_in_differences",
    "interval_of",
    "mean_gap",
    "median_gap",
]


@dataclass(frozen=True, slots=True)
class Estimate:
    """Log premium with its uncertainty; the interval is None with fewer than two clusters.

    Attributes
    ----------
    beta, error, low, high
        Log premium, its standard error, and its interval.
    buyer, others
        Log change of the buyer's prices and of the others', over the products in question.
    """

    beta: float
    error: float | None
    low: float | None
    high: float | None
    buyer: float
    others: float


def median_gap(
    found: Sequence[Contrast],
    controlled: Collection[Any] | None,
    *,
    confidence: float,
    interval: Interval,
    replicates: int,
    seed: int,
) -> Estimate:
    """Return the median over products, with a bootstrap of clusters.

    With `controlled` it is the median over these less the median over all others, without an
    interval where either has fewer than `FEWEST` clusters: samples of so few say too little.
    """
    pairs = [(item.gap, controlled is None or item.product in controlled) for item in found]

    def statistic(sample: Sequence[tuple[float, bool]]) -> float | None:
        inside = [gap for gap, chosen in sample if chosen]
        outside = [gap for gap, chosen in sample if not chosen]
        if not inside or (controlled is not None and not outside):
            return None
        return median(inside) - (median(outside) if controlled is not None else 0.0)

    chosen = [item for item in found if controlled is None or item.product in controlled]
    beta = statistic(pairs) or 0.0
    buyer = median(item.buyer for item in chosen)
    others = median(item.others for item in chosen)
    clusters = [item.cluster for item in found]
    count = len(set(clusters))
    if count < 2 or (controlled is not None and _smaller_side(found, controlled) < FEWEST):
        return Estimate(beta, None, None, None, buyer, others)
    draws = bootstrapped(pairs, clusters, statistic, replicates=replicates, seed=seed)
    low, high = interval_of(
        beta, draws, confidence, interval, clusters=count, is_difference=controlled is not None
    )
    return Estimate(beta, stdev(draws), low, high, buyer, others)


def _smaller_side(found: Sequence[Contrast], controlled: Collection[Any]) -> int:
    """Return the number of clusters of controlled goods or of others, whichever is less."""
    inside = {item.cluster for item in found if item.product in controlled}
    outside = {item.cluster for item in found if item.product not in controlled}
    return min(len(inside), len(outside))


def mean_gap(
    found: Sequence[Contrast], controlled: Collection[Any] | None, *, weighted: bool
) -> float:
    """Return the mean over products; with `controlled`, that of these less that of all others."""
    beta = _beta(_added(found, controlled, weighted=weighted), controlled)
    assert beta is not None, "whoever asks has products on each side"
    return beta


def difference_in_differences(
    found: Sequence[Contrast],
    controlled: Collection[Any] | None,
    *,
    weighted: bool,
    confidence: float,
) -> Estimate:
    """Return β of the saturated design in closed form, with jackknife errors of clusters (CV3).

    Two destinations and two periods leave one contrast a product once exporter-product-destination
    and exporter-product-time effects are out; least squares on all cells is least squares on the
    contrasts, weighted by 1 / Σ 1 / w of their four cells. Destination-time effects are the mean
    contrast of goods that are not controlled, which is 0 where all are. Each cluster is left out
    once; under weights these errors hold where the usual ones (CR1) come out a fifth too small.
    Student's t has as many degrees of freedom as `degrees_of_freedom` leaves.
    """
    beta = mean_gap(found, controlled, weighted=weighted)
    chosen = [item for item in found if controlled is None or item.product in controlled]
    weights = [item.precision if weighted else 1.0 for item in chosen]
    buyer = _mean([item.buyer for item in chosen], weights)
    others = _mean([item.others for item in chosen], weights)
    clusters: dict[Any, list[Contrast]] = defaultdict(list)
    for item in found:
        clusters[item.cluster].append(item)
    sums = [_added(some, controlled, weighted=weighted) for some in clusters.values()]
    error = _jackknife(sums, beta, controlled)
    if error is None:
        return Estimate(beta, None, None, None, buyer, others)
    half = half_width(error, degrees_of_freedom(_adds(sums)), confidence)
    if half is None:
        return Estimate(beta, error, None, None, buyer, others)
    return Estimate(beta, error, beta - half, beta + half, buyer, others)


def _added(
    found: Sequence[Contrast], controlled: Collection[Any] | None, *, weighted: bool
) -> list[float]:
    """Return the weights and weighted gaps of controlled goods, and those of other goods."""
    parts: list[float] = []
    for inside in (True, False):
        some = [x for x in found if (controlled is None or x.product in controlled) is inside]
        weights = [item.precision if weighted else 1.0 for item in some]
        parts.append(math.fsum(weights))
        parts.append(math.fsum(map(operator.mul, weights, (item.gap for item in some))))
    return parts


def _beta(sums: Sequence[float], controlled: Collection[Any] | None) -> float | None:
    inside, gaps, outside, other_gaps = sums
    if inside <= 0 or (controlled is not None and outside <= 0):
        return None
    return gaps / inside - (other_gaps / outside if controlled is not None else 0.0)


def _jackknife(
    clusters: Sequence[Sequence[float]],
    beta: float,
    controlled: Collection[Any] | None,
) -> float | None:
    """Return the standard error, None where leaving a cluster out leaves nothing to compare."""
    if len(clusters) < 2:
        return None
    squares = []
    for place in range(len(clusters)):
        rest = clusters[:place], clusters[place + 1 :]
        # Added up anew: what is left after a subtraction may be nothing but rounding.
        left = [
            math.fsum(column)
            for column in zip(*[row for part in rest for row in part], strict=True)
        ]
        without = _beta(left, controlled)
        if without is None:
            return None
        squares.append((without - beta) ** 2)
    return math.sqrt(math.fsum(squares) * (len(clusters) - 1) / len(clusters))


def _adds(clusters: Sequence[Sequence[float]]) -> list[float]:
    """Return what each cluster adds to the variance of independent goods."""
    inside, outside = (math.fsum(one[place] for one in clusters) for place in (0, 2))
    return [one[0] / inside**2 + (one[2] / outside**2 if outside else 0.0) for one in clusters]


def _mean(values: Sequence[float], weights: Sequence[float]) -> float:
    parts = map(operator.mul, values, weights)
    return math.fsum(parts) / math.fsum(weights)


# Intervals of a bootstrap of clusters, in plain Python.


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
