"""The premium from contrasts of products: a median, or a difference in differences."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from statistics import median, stdev
from typing import TYPE_CHECKING, Any

from entrepot.measures.prices.intervals import (
    Interval,
    bootstrapped,
    interval_of,
    student_quantile,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from entrepot.measures.prices.contrasts import Contrast

__all__ = ["Estimate", "difference_in_differences", "median_gap"]


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

    With `controlled` it is the median over these less the median over all others.
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
    if len(set(clusters)) < 2:
        return Estimate(beta, None, None, None, buyer, others)
    draws = bootstrapped(pairs, clusters, statistic, replicates=replicates, seed=seed)
    low, high = interval_of(beta, draws, confidence, interval)
    return Estimate(beta, stdev(draws), low, high, buyer, others)


def difference_in_differences(
    found: Sequence[Contrast],
    controlled: Collection[Any] | None,
    *,
    weighted: bool,
    confidence: float,
) -> Estimate:
    """Return β of the saturated design in closed form, with errors clustered as in CR1.

    Two destinations and two periods leave one contrast a product once exporter-product-destination
    and exporter-product-time effects are out; least squares on all cells is least squares on the
    contrasts, weighted by 1 / Σ 1 / w of their four cells. Destination-time effects are the mean
    contrast of goods that are not controlled, which is 0 where all are.
    """
    weights = [item.precision if weighted else 1.0 for item in found]
    inside = [controlled is None or item.product in controlled for item in found]
    means = {
        side: _mean([item.gap for item in found], weights, inside, side) for side in (True, False)
    }
    beta = means[True] - (means[False] if controlled is not None else 0.0)
    sums = {side: _total(weights, inside, side) for side in (True, False)}
    scores: dict[Any, float] = defaultdict(float)
    for item, weight, side in zip(found, weights, inside, strict=True):
        sign = 1 if side else -1
        scores[item.cluster] += sign * weight / sums[side] * (item.gap - means[side])
    buyer = _mean([item.buyer for item in found], weights, inside, True)
    others = _mean([item.others for item in found], weights, inside, True)
    groups, columns = len(scores), 1 if controlled is None else 2
    if groups < 2 or len(found) <= columns:
        return Estimate(beta, None, None, None, buyer, others)
    small = groups / (groups - 1) * (len(found) - 1) / (len(found) - columns)
    error = math.sqrt(small * math.fsum(score * score for score in scores.values()))
    half = error * student_quantile(confidence, groups - 1)
    return Estimate(beta, error, beta - half, beta + half, buyer, others)


def _total(weights: Sequence[float], inside: Sequence[bool], side: bool) -> float:
    return math.fsum(weight for weight, here in zip(weights, inside, strict=True) if here == side)


def _mean(
    values: Sequence[float], weights: Sequence[float], inside: Sequence[bool], side: bool
) -> float:
    total = _total(weights, inside, side)
    if total == 0:
        return 0.0
    parts = zip(values, weights, inside, strict=True)
    return math.fsum(value * weight for value, weight, here in parts if here == side) / total
