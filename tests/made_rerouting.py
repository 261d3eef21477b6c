"""Networks with a known amount that is rerouted, hubs that grow, noise and late reporters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

ORIGIN, OTHER, IMPORTER = "EUU", "CHN", "RUS"
HUBS = ("KGZ", "ARM", "TUR")
CONTROLS = ("GEO", "UZB", "MNG")
BEFORE, AFTER = (2019, 3), (2022, 1)
"""First year and number of years; steps are quarters."""
FIRST, STEPS = 4 * BEFORE[1], 4 * (BEFORE[1] + AFTER[1])
"""First step after the event, and how many there are."""


@dataclass
class Made:
    """Rows of goods that are rerouted and of others, and what truly passed."""

    cells: dict[tuple[str, str, str], np.ndarray]
    listed: list[str]
    truth: float
    by_hub: dict[str, float]

    @property
    def goods(self) -> pa.Table:
        """Rows of the goods that are rerouted."""
        return _table(self.cells, self.listed)

    @property
    def others(self) -> pa.Table:
        """Rows of the goods that are not."""
        return _table(self.cells, sorted({key[2] for key in self.cells} - set(self.listed)))

    def cells_of(self, *, goods: bool) -> dict[tuple[str, str], dict[str, list[float]]]:
        """Return the same by seller and buyer, as the measure names them, then by product."""
        names = {ORIGIN: "@origin", OTHER: "@others", IMPORTER: "@importer"}
        found: dict[tuple[str, str], dict[str, list[float]]] = {}
        for (seller, buyer, product), values in self.cells.items():
            if (product in self.listed) is goods:
                edge = names.get(seller, seller), names.get(buyer, buyer)
                found.setdefault(edge, {})[product] = values.tolist()
        return found


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
    names = [f"{code:06d}" for code in range(2 * products)]
    of_product = dict(zip(names, np.exp(rng.normal(0, 0.3, len(names))), strict=True))
    of_hub = {hub: 1 + growth * rng.random() for hub in HUBS}
    cells = {
        (seller, buyer, product): _organic(
            size, of_product[product] * of_hub.get(buyer, of_hub.get(seller, 1.0)), noise, rng
        )
        for (seller, buyer), size in _sizes().items()
        for product in names
        if rng.random() < 0.9
    }
    late = {hub: rng.choice([0.0, 0.4]) for hub in HUBS}
    by_hub = dict.fromkeys(HUBS, 0.0)
    if rerouted:
        _pass_on(cells, names[:products], by_hub, rng, chains)
    for (seller, buyer, _), values in cells.items():
        if buyer == IMPORTER:
            moved = late[seller] * values
            values += np.append(moved[0], moved[:-1]) - moved
    return Made(cells, names[:products], float(sum(by_hub.values())), by_hub)


def _sizes() -> dict[tuple[str, str], float]:
    """Return how much of a product each sells to each in a step, about."""
    found = {}
    for hub in HUBS:
        found |= {(ORIGIN, hub): 10.0, (OTHER, hub): 5.0, (hub, IMPORTER): 4.0}
        found |= {(hub, other): 1.0 for other in HUBS if other != hub}
        found |= {(hub, control): 3.0 for control in CONTROLS}
    return found | {(ORIGIN, control): 60.0 for control in CONTROLS}


def _organic(size: float, growth: float, noise: float, rng: np.random.Generator) -> np.ndarray:
    path = np.full(STEPS, size * np.exp(rng.normal(0, 0.8)))
    path[FIRST:] *= growth
    return path * rng.gamma(1 / noise**2, noise**2, STEPS)


def _pass_on(
    cells: dict[tuple[str, str, str], np.ndarray],
    names: list[str],
    by_hub: dict[str, float],
    rng: np.random.Generator,
    chains: bool,
) -> None:
    margins = {hub: rng.uniform(0.05, 0.5) for hub in HUBS}

    def add(seller: str, buyer: str, product: str, step: int, amount: float) -> None:
        cells.setdefault((seller, buyer, product), np.zeros(STEPS))[step] += amount

    for product in names:
        for hub in HUBS:
            if rng.random() < 0.4:
                continue
            size = 30 * np.exp(rng.normal(0, 0.8))
            second = rng.choice([one for one in HUBS if one != hub])
            through = [hub, str(second)] if chains and rng.random() < 0.2 else [hub]
            for step in range(FIRST, STEPS):
                amount = size * rng.gamma(4, 0.25)
                add(ORIGIN, hub, product, step, amount)
                step += int(rng.random() < 0.3)
                if step >= STEPS:
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
