"""Simulate trade with a known effect of listing, and see what event studies make of it.

    python tools/simulate_event_study.py [RUNS [SETTING]]

Prints what docs/explanation/event-study.md says; a setting is a row, and the last one is that of
events dealt at random. Amounts are gamma distributed around their mean, one cell in five is zero,
and all partners of a product share a shock that lasts (AR 0.5), so cells are correlated within a
product. The effect is 0.5 from the event on.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from entrepot.measures import event_study
from entrepot.measures.event import Design

if TYPE_CHECKING:
    from entrepot.measures.event import EventStudy

EFFECT = 0.5
FIRST = 2016


@dataclass(frozen=True)
class Setting:
    """How much there is to learn from, and what is estimated."""

    name: str
    products: int
    treated: int
    partners: int
    years: int
    cluster: tuple[str, ...] = ("product",)
    exposed: int = 0
    effect: float = EFFECT
    inference: str = "cluster"


SETTINGS = (
    Setting("150 products, 60 treated, clusters by product", 150, 60, 2, 6),
    Setting("60 products, 30 treated, 30 partners, two-way", 60, 30, 30, 4, ("product", "partner")),
    Setting("60 products, 30 treated, 15 of 30 partners", 60, 30, 30, 4, exposed=15),
    Setting("40 products, 4 treated, clusters by product", 40, 4, 2, 6),
)
NULL = Setting("40 products, 4 treated, no effect", 40, 4, 2, 6, effect=0.0, inference="auto")


def draw(setting: Setting, seed: int) -> pl.LazyFrame:
    """Return a frame of yearly trade, with the event of treated products in the middle."""
    rng = np.random.default_rng(seed)
    size = (setting.products, setting.partners, setting.years)
    product, partner, year = (axis.ravel() for axis in np.indices(size))
    event = setting.years // 2
    hub = np.arange(setting.partners) < (setting.exposed or setting.partners)
    on = (product < setting.treated) & hub[partner] & (year >= event)
    shock = np.zeros((setting.products, setting.years))
    shock[:, 0] = rng.normal(0, 0.3, setting.products)
    for step in range(1, setting.years):
        news = rng.normal(0, 0.3 * np.sqrt(0.75), setting.products)
        shock[:, step] = 0.5 * shock[:, step - 1] + news
    mean = np.exp(
        10
        + rng.normal(0, 1, size[:2])[product, partner]
        + rng.normal(0, 0.2, size[1:])[partner, year]
        + shock[product, year]
        - 0.3**2 / 2
        + setting.effect * on
    )
    trades = rng.random(len(mean)) < 0.8
    return pl.LazyFrame(
        {
            "product": product,
            "importer": partner,
            "period": year + FIRST,
            "event": [FIRST + event if one < setting.treated else None for one in product],
            "hub": hub[partner],
            "value_usd": mean * rng.gamma(1.0, 1.0, len(mean)) * trades / 0.8,
        }
    )


def study(setting: Setting, seed: int) -> EventStudy:
    """Estimate one replication."""
    design = Design(
        exposed="hub" if setting.exposed else None,
        frequency="A",
        window=(-2, 3),
        cluster=setting.cluster,  # type: ignore[arg-type]
    )
    inference = setting.inference
    return event_study(
        draw(setting, seed),
        design,
        inference=inference,  # type: ignore[arg-type]
        draws=19,
        seed=seed,
    )


def summed(setting: Setting, found: list[EventStudy]) -> dict[str, float]:
    """Return bias in standard errors, coverage, and how often true hypotheses are rejected."""
    effects = [one.effect for one in found]
    errors = np.array([one.std_error for one in effects], float)
    estimates = np.array([one.estimate for one in effects])
    inside = [one.low <= setting.effect <= one.high for one in effects]  # type: ignore[operator]
    last = setting.years - setting.years // 2 - 1
    steps = [c for one in found for c in one.coefficients if c.step == last]
    trends = [one.pre_trend.p_value for one in found if one.pre_trend.p_value is not None]
    dealt = [p for one in effects if (p := one.p_randomisation) is not None]
    return {
        "bias": float((estimates.mean() - setting.effect) / errors.mean()),
        "spread": float(estimates.std(ddof=1)),
        "error": float(errors.mean()),
        "coverage": float(np.mean(inside)),
        "path": float(np.mean([c.low <= setting.effect <= c.high for c in steps])),  # type: ignore[operator]
        "trend": float(np.mean(np.array(trends) < 0.05)) if trends else float("nan"),
        "cluster": float(np.mean([one.p_cluster < 0.05 for one in effects])),  # type: ignore[operator]
        "dealt": float(np.mean(np.array(dealt) <= 0.05)) if dealt else float("nan"),
    }


def row_of(setting: Setting, count: int) -> str:
    """Return a line of the table."""
    row = summed(setting, [study(setting, seed) for seed in range(count)])
    return (
        f"| {setting.name} | {count} | {row['bias']:.3f} | {row['spread']:.4f} | "
        f"{row['error']:.4f} | {row['coverage']:.1%} | {row['path']:.1%} | {row['trend']:.1%} |"
    )


def main() -> None:
    """Print one row a setting."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_500
    names = ("setting", "runs", "bias, in errors", "spread", "mean error", "covered")
    names += ("covered, last step", "pre-trend rejected")
    print(f"| {' | '.join(names)} |\n{'|---' * len(names)}|", flush=True)
    wanted = [int(sys.argv[2]) - 1] if len(sys.argv) > 2 else range(len(SETTINGS) + 1)
    for number in wanted:
        if number < len(SETTINGS):
            print(row_of(SETTINGS[number], count), flush=True)
            continue
        runs = max(count // 5, 20)
        row = summed(NULL, [study(NULL, seed) for seed in range(runs)])
        print(
            f"\n{NULL.name}, {runs} runs: rejected at 5 % by clusters {row['cluster']:.1%}, "
            f"by dealt events {row['dealt']:.1%}"
        )


if __name__ == "__main__":
    main()
