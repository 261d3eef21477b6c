"""Keys of a definition that a few measures read, and what to say where one is missing."""

from __future__ import annotations

__all__ = ["INSTEAD", "NEEDS", "SPECIAL"]

SPECIAL = (
    "by",
    "controls",
    "hubs",
    "least",
    "listed",
    "margin",
    "production",
    "sigma",
    "spot",
    "trim",
    "fixed_supply",
)
"""Keys that a few measures read; a definition of another measure does not show them."""

NEEDS = {
    "controls": ("hubs are set against importers that were not reached", "--controls GEO+UZB"),
    "hubs": ("goods go by way of somebody", "--hubs ARM+KAZ+KGZ"),
    "listed": ("the events are the days on which goods came onto a list", "--listed eu-xxiii"),
    "production": (
        "what a country makes is in no trade data",
        "--production 5e6, what it made in the period, in the unit of the values",
    ),
    "sigma": (
        "the loss hangs on how well suppliers replace each other, and no value fits all goods",
        "--sigma 3, above one: near 2 in a first year, 5 or 6 over several years",
    ),
    "spot": (
        "the rate of a day is one of the three that are set against each other",
        "--spot 7.1, units of the currency a dollar, or the day, if its rate was published",
    ),
}
"""Why a key has to be given, and what to write."""

INSTEAD = {
    "churn_rate": "churn",
    "substitution_summary": "substitution_ratio",
    "supplier_changes": "reorientation",
    "allocated_flows": "reorientation",
    "unit_value_change": "value_change",
    "unit_values": "price_index",
    "price_series": "price_index",
    "hhi_bounds": "hhi",
    "chain_prices": "rerouted",
}
"""What to ask in the place of a function that is a part of an answer."""
