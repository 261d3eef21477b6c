"""A cut-off in plain Python and plain NumPy: bisection, alternate scaling, round after round."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Block = np.ndarray[Any, np.dtype[np.float64]]


def bought_after(before: Mapping[str, float], most: Mapping[str, float]) -> dict[str, float]:
    """Return what each sends: the same multiple of before up to its most, found by bisection."""
    bill = sum(before.values())
    if sum(most.values()) <= bill:
        return dict(most)
    low, high = 0.0, max(most[one] / before[one] for one in before)
    for _ in range(300):
        level = (low + high) / 2
        if sum(min(most[one], level * before[one]) for one in before) < bill:
            low = level
        else:
            high = level
    return {one: min(most[one], high * before[one]) for one in before}


def worth(before: Mapping[str, float], after: Mapping[str, float], sigma: float) -> float:
    """Return the worth of what is sent, of before, by the definition of the mean."""
    bill = sum(before.values())
    parts = [(value / bill, after[one] / value) for one, value in before.items()]
    if sigma == 0:
        return min(times for _, times in parts)
    if sigma == math.inf:
        return sum(part * times for part, times in parts)
    if sigma <= 1 and any(times == 0 for _, times in parts):
        return 0.0
    if sigma == 1:
        return math.exp(sum(part * math.log(times) for part, times in parts))
    power = (sigma - 1) / sigma
    return sum(part * times**power for part, times in parts if times) ** (1 / power)


def mean(weights: Block, amounts: Block, power: float) -> float:
    """Return a weighted power mean of one sector's inputs."""
    used = weights > 0
    if not used.any():
        return 1.0
    if power == 0:
        return math.exp(float((weights[used] * np.log(amounts[used])).sum()))
    if power == -math.inf:
        return float(amounts[used].min())
    return float((weights[used] * amounts[used] ** power).sum() ** (1 / power))


def cut_off(
    inputs: Block,
    output: Block,
    sector: Sequence[int],
    gone: Block,
    friction: float,
    powers: tuple[float, float],
    rounds: int = 4000,
) -> tuple[Block, Block]:
    """Return output after a cut, and trade in inputs, by rows and columns scaled in turn.

    `gone` is what stops of `inputs`, n x n; `powers` are those between inputs and the outer one.
    """
    kinds = sorted(set(sector))
    makers = [np.array([n for n, one in enumerate(sector) if one == kind]) for kind in kinds]
    left = inputs - gone
    rebuilt = left.copy()
    for rows in makers:
        block = left[rows].copy()
        to_sell = inputs[rows].sum(axis=1) - friction * gone[rows].sum(axis=1)
        to_buy = inputs[rows].sum(axis=0) - friction * gone[rows].sum(axis=0)
        for _ in range(rounds):
            total = block.sum(axis=0)
            block *= np.divide(to_buy, total, out=np.zeros(len(total)), where=total > 0)
            total = block.sum(axis=1)
            block *= np.divide(to_sell, total, out=np.zeros(len(total)), where=total > 0)[:, None]
        rebuilt[rows] = block
    bought = np.array([inputs[rows].sum(axis=0) for rows in makers])
    part = inputs.sum(axis=0) / output
    final = output - inputs.sum(axis=1)
    sold = inputs.sum(axis=1)
    share, running = np.ones(len(output)), output.copy()
    for _ in range(rounds):
        orders = rebuilt @ (running / output)
        limit = np.minimum(1, np.divide(sold, orders, out=np.ones(len(sold)), where=orders > 0))
        arrives = np.array([(share[rows, None] * rebuilt[rows]).sum(axis=0) for rows in makers])
        made = np.empty(len(output))
        for n in range(len(output)):
            weights = bought[:, n] / bought[:, n].sum() if bought[:, n].sum() else bought[:, n]
            kept = np.divide(
                arrives[:, n], bought[:, n], out=np.ones(len(kinds)), where=bought[:, n] > 0
            )
            bundle = mean(weights, np.minimum(kept, 1), powers[0])
            made[n] = mean(np.array([1 - part[n], part[n]]), np.array([1, bundle]), powers[1])
        share = made * limit
        running = made * final + share * orders
    return running, rebuilt
