"""Rerouting: what hubs re-exported from an origin to an importer, with bounds.

Nothing is imported here that computes: the linear program is HiGHS, which is loaded when a
question is asked, and the regressions need the extra ``stats``.
"""

from entrepot.measures.rerouting.bounds import REROUTED, Placebo, Placebos, placebo_hubs, rerouted
from entrepot.measures.rerouting.chain_prices import (
    CHAIN_PRICES,
    REROUTING_RATIO,
    chain_prices,
    rerouting_ratio,
)
from entrepot.measures.rerouting.excess import Began, began, synthetic_weights
from entrepot.measures.rerouting.hub_reports import MISSING_ARRIVALS, missing_arrivals
from entrepot.measures.rerouting.program import Hub, Rerouted, Strait
from entrepot.measures.rerouting.triple_difference import (
    TRIPLE_DIFFERENCE,
    HubEffect,
    PlaceboHub,
    Triple,
    triple_difference,
)

__all__ = [
    "CHAIN_PRICES",
    "MISSING_ARRIVALS",
    "REROUTED",
    "REROUTING_RATIO",
    "TRIPLE_DIFFERENCE",
    "Began",
    "Hub",
    "HubEffect",
    "Placebo",
    "PlaceboHub",
    "Placebos",
    "Rerouted",
    "Strait",
    "Triple",
    "began",
    "chain_prices",
    "missing_arrivals",
    "placebo_hubs",
    "rerouted",
    "rerouting_ratio",
    "synthetic_weights",
    "triple_difference",
]
