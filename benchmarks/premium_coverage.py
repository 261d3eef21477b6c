"""How often intervals of a buyer's premium hold what was planted, and how far estimates are off.

    python benchmarks/premium_coverage.py [runs]

Not about speed: products are made up in headings that move together, one error in ten three times
as large, value weights spread over four orders of magnitude, and a premium of 71.6 % on controlled
goods. Each line says, for a number of headings, the share of 95 % intervals that hold the truth,
the bias in standard errors, and the mean standard error over the real spread of the estimates.
"""

from __future__ import annotations

import math
import random
import statistics
from typing import TYPE_CHECKING

from entrepot.measures.prices.contrasts import (
    Contrast,
    PremiumEstimate,
    difference_in_differences,
    median_gap,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

TRUE = math.log(1.716)
GENERAL = 0.1  # log premium on everything, where some goods are not controlled
HEADINGS = (10, 20, 40, 80)
LISTS = ((2, 40), (4, 40), (12, 40), (3, 12), (3, 200))
"""Headings that are controlled as a whole, of all: a short list against everything else."""
REPLICATES = 499


def made_up(
    draw: random.Random, headings: int, *, split: bool, listed: int = 0
) -> tuple[list[Contrast], set[str]]:
    """Return products with their prices' moves, and which of them are controlled.

    With `listed` it is the goods of so many headings, else all or, if `split`, half of the goods.
    """
    found, controlled = [], set()
    for heading in range(headings):
        together = draw.gauss(0, 0.15)
        for line in range(draw.randint(1, 4)):
            code = f"{heading}-{line}"
            inside = heading < listed if listed else not split or draw.random() < 0.5
            if inside:
                controlled.add(code)
            error = draw.gauss(0, 0.35) * (3 if draw.random() < 0.1 else 1)
            gap = TRUE * inside + GENERAL * split + together + error
            others = draw.gauss(0.05, 0.1)
            weight = math.exp(draw.gauss(0, 1.5))
            found.append(Contrast(code, heading, gap + others, others, weight, 1.0))
    return found, controlled


def estimates(
    found: list[Contrast], controlled: set[str] | None, run: int
) -> Iterator[tuple[str, PremiumEstimate]]:
    """Estimate in each of the three ways."""
    yield (
        "median",
        median_gap(
            found,
            controlled,
            confidence=0.95,
            interval="percentile",
            replicates=REPLICATES,
            seed=run,
        ),
    )
    for name, weighted in (("did", False), ("did, weighted", True)):
        yield (
            name,
            difference_in_differences(found, controlled, weighted=weighted, confidence=0.95),
        )


def measured(
    headings: int, *, split: bool, runs: int, listed: int = 0
) -> dict[str, tuple[float, float, float]]:
    """Return coverage, bias over error, and error over spread of each estimator."""
    draw = random.Random(headings + split + 1000 * listed)
    kept: dict[str, list[PremiumEstimate]] = {}
    run = 0
    while run < runs:
        found, controlled = made_up(draw, headings, split=split, listed=listed)
        if split and not 0 < len(controlled) < len(found):
            continue
        run += 1
        for name, estimate in estimates(found, controlled if split else None, run):
            kept.setdefault(name, []).append(estimate)
    return {
        name: _summary(some)
        for name, some in kept.items()
        if 2 * sum(one.low is not None for one in some) > runs
    }


def _summary(some: list[PremiumEstimate]) -> tuple[float, float, float]:
    known = [one for one in some if one.low is not None and one.high is not None and one.error]
    inside = sum((one.low or 0) <= TRUE <= (one.high or 0) for one in known)
    error = statistics.fmean(one.error or 0 for one in known)
    bias = statistics.fmean(one.beta for one in known) - TRUE
    spread = statistics.stdev(one.beta for one in known)
    return inside / len(known), bias / error, error / spread


def main(runs: int) -> None:
    """Print a table for each number of headings."""
    print(f"{runs} runs, {REPLICATES} replicates each")
    print("| headings | goods | estimator | coverage | bias / error | error / spread |")
    print("|---|---|---|---|---|---|")
    cases = [(headings, split, 0) for split in (False, True) for headings in HEADINGS]
    cases += [(headings, True, listed) for listed, headings in LISTS]
    for headings, split, listed in cases:
        goods = f"{listed} headings controlled" if listed else "half" if split else "all"
        found = measured(headings, split=split, runs=runs, listed=listed)
        for name, (cover, bias, error) in found.items():
            print(f"| {headings} | {goods} | {name} | {cover:.3f} | {bias:+.3f} | {error:.2f} |")


if __name__ == "__main__":
    import harness

    main(harness.arguments(runs=200).runs)
