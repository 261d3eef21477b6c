"""Through whom goods come: what hubs passed on from an origin to an importer, with bounds.

Nothing is imported here that computes: the linear program is HiGHS, which is loaded when a
question is asked, and the regressions need the extra ``stats``.
"""

from entrepot.measures.rerouting.bounds import REROUTED, rerouted
from entrepot.measures.rerouting.ratio import REROUTING_RATIO, rerouting_ratio
from entrepot.measures.rerouting.result import Hub, Rerouted, Strait

__all__ = [
    "REROUTED",
    "REROUTING_RATIO",
    "Hub",
    "Rerouted",
    "Strait",
    "rerouted",
    "rerouting_ratio",
]
