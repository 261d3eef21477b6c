"""Trade with a known effect of listing, in plain NumPy, for event studies to be held against."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa


def panel(
    seed: int,
    *,
    products: int = 12,
    treated: int = 4,
    partners: int = 4,
    steps: int = 8,
    hubs: int = 0,
    effect: float = 0.5,
    noise: float = 0.5,
) -> dict[str, list[Any]]:
    """Yearly trade from 2016; treated products come first, hubs too, the event is in the middle."""
    rng = np.random.default_rng(seed)
    size = (products, partners, steps)
    product, partner, step = (axis.ravel() for axis in np.indices(size))
    middle = steps // 2
    hub = partner < (hubs or partners)
    mean = np.exp(
        6
        + rng.normal(0, 1, size[:2])[product, partner]
        + rng.normal(0, 0.2, size[1:])[partner, step]
        + effect * ((product < treated) & hub & (step >= middle))
    )
    value = mean * rng.gamma(1 / noise**2, noise**2, len(mean)) if noise else mean
    return {
        "product": [f"{one:06d}" for one in product],
        "importer": [f"D{one:02d}" for one in partner],
        "period": [2016 + int(one) for one in step],
        "event": [2016 + middle if one < treated else None for one in product],
        "hub": [bool(one) for one in hub],
        "value_usd": [float(one) for one in value],
    }


def table(columns: dict[str, list[Any]]) -> pa.Table:
    return pa.table(
        {
            name: pa.array(column, pa.int64() if name == "event" else None)
            for name, column in columns.items()
        }
    )


def change(columns: dict[str, list[Any]], value: float | None, **where: Any) -> None:
    """Set the value of the rows that have all these entries."""
    hits = [
        row
        for row in range(len(columns["value_usd"]))
        if all(columns[name][row] == entry for name, entry in where.items())
    ]
    assert hits
    for row in hits:
        columns["value_usd"][row] = value
