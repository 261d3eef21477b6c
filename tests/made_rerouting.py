"""Networks with a known amount that is rerouted, hubs that grow, noise and late reporters."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

ORIGIN, OTHER, IMPORTER = "EUU", "CHN", "RUS"
HUBS = ("KGZ", "ARM", "TUR")
CONTROLS = ("GEO", "UZB", "MNG")
BEFORE, AFTER = (2019, 3), (2022, 1)
"""First year and number of years; steps are quarters."""


@dataclass
class Made:
    """Rows of goods that are rerouted and of others, and what truly passed."""

    goods: pa.Table
    others: pa.Table
    truth: float
    organic: float
    by_hub: dict[str, float] = field(default_factory=dict)


def network(
    seed: int,
    *,
    rerouted: bool = True,
    products: int = 10,
    noise: float = 0.25,
    growth: float = 0.8,
    chains: bool = True,
) -> Made:
    """Draw a network; without `rerouted` hubs only grow, up to `growth` above everybody else.

    Goods pass one hub, or with `chains` also a second one, add a margin of 5 to 50 % at each, and
    leave in the quarter in which they came or the next. Some hubs report a part of their exports
    a quarter late. What leaves after the last quarter is in nobody's truth.
    """
    rng = np.random.default_rng(seed)
    before, after = 4 * BEFORE[1], 4 * AFTER[1]
    steps = before + after
    cells: dict[tuple[str, str, str], np.ndarray] = {}
    names = [f"{code:06d}" for code in range(2 * products)]
    of_product = np.exp(rng.normal(0, 0.3, 2 * products))
    of_hub = {hub: 1 + growth * rng.random() for hub in HUBS}
    late = {hub: rng.choice([0.0, 0.4]) for hub in HUBS}

    def organic(seller: str, buyer: str, size: float) -> None:
        for place, product in enumerate(names):
            if rng.random() < 0.1:
                continue
            level = size * np.exp(rng.normal(0, 0.8))
            path = np.full(steps, level)
            path[before:] *= of_product[place]
            hub = buyer if buyer in HUBS else seller if seller in HUBS else ""
            path[before:] *= of_hub.get(hub, 1.0)
            shape = 1 / noise**2
            cells[seller, buyer, product] = path * rng.gamma(shape, 1 / shape, steps)

    for hub in HUBS:
        organic(ORIGIN, hub, 10)
        organic(OTHER, hub, 5)
        organic(hub, IMPORTER, 4)
        for other in HUBS:
            if other != hub:
                organic(hub, other, 1)
    for control in CONTROLS:
        organic(ORIGIN, control, 60)
        for hub in HUBS:
            organic(hub, control, 3)
    organic_in = sum(
        values[before:].sum()
        for (seller, buyer, product), values in cells.items()
        if seller == ORIGIN and buyer in HUBS and product in names[:products]
    )
    by_hub = dict.fromkeys(HUBS, 0.0)
    if rerouted:
        _pass_on(cells, names[:products], by_hub, rng, before, steps, chains)
    for hub in HUBS:
        for product in names:
            if (values := cells.get((hub, IMPORTER, product))) is not None and late[hub]:
                moved = late[hub] * values
                values -= moved
                values[1:] += moved[:-1]
                values[0] += moved[0]  # what is late from the time before
    return Made(
        _table(cells, names[:products]),
        _table(cells, names[products:]),
        sum(by_hub.values()),
        float(organic_in),
        by_hub,
    )


def _pass_on(
    cells: dict[tuple[str, str, str], np.ndarray],
    names: list[str],
    by_hub: dict[str, float],
    rng: np.random.Generator,
    before: int,
    steps: int,
    chains: bool,
) -> None:
    margins = {hub: rng.uniform(0.05, 0.5) for hub in HUBS}

    def add(seller: str, buyer: str, product: str, step: int, amount: float) -> None:
        cells.setdefault((seller, buyer, product), np.zeros(steps))[step] += amount

    for product in names:
        for hub in HUBS:
            if rng.random() < 0.4:
                continue
            size = 30 * np.exp(rng.normal(0, 0.8))
            second = rng.choice([one for one in HUBS if one != hub])
            through = [hub, str(second)] if chains and rng.random() < 0.2 else [hub]
            for step in range(before, steps):
                amount = size * rng.gamma(4, 0.25)
                add(ORIGIN, hub, product, step, amount)
                step += int(rng.random() < 0.3)
                if step >= steps:
                    continue
                by_hub[hub] += amount
                for place, one in enumerate(through):
                    amount *= 1 + margins[one]
                    buyer = through[place + 1] if place + 1 < len(through) else IMPORTER
                    add(one, buyer, product, step, amount)


def _table(cells: dict[tuple[str, str, str], np.ndarray], names: list[str]) -> pa.Table:
    times = [
        f"{year}Q{quarter}"
        for first, years in (BEFORE, AFTER)
        for year in range(first, first + years)
        for quarter in range(1, 5)
    ]
    columns: dict[str, list[Any]] = {
        name: [] for name in ("exporter", "importer", "product", "period", "value_usd")
    }
    for (seller, buyer, product), values in cells.items():
        if product in names:
            for time, value in zip(times, values, strict=True):
                for name, cell in zip(
                    columns, (seller, buyer, product, time, float(value)), strict=True
                ):
                    columns[name].append(cell)
    return pa.table(columns)


ASKED: dict[str, Any] = {
    "importer": IMPORTER,
    "origin": ORIGIN,
    "hubs": HUBS,
    "before": "2019..2021",
    "after": "2022",
    "frequency": "Q",
    "controls": {"neighbours": CONTROLS},
}
"""How a network is asked about."""
