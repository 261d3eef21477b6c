"""What a cut-off would do: to one buyer's goods, and to every sector of the world.

>>> import numpy as np
>>> from entrepot.measures.cutoff import Cut, network, rebuilt, shortage, stopped
>>> from entrepot.measures.origin import economy, solved
>>> inputs = np.array([[40.0, 20.0], [10.0, 10.0]])
>>> world = economy(inputs, np.array([100.0, 100.0]), [("A", "all"), ("B", "all")])
>>> held = network(solved(world))
>>> cut = stopped(held, [Cut(frozenset({"B"}), frozenset({"A"}))])
>>> found = shortage(rebuilt(cut, friction=1.0), inputs=0.5, outer=0.5)
>>> [round(float(part), 3) for part in found.lost / held.output]
[0.395, 0.175]
"""

from entrepot.measures.cutoff.extraction import OTHERS, Extraction, extraction
from entrepot.measures.cutoff.goods import CUTOFF, cutoff
from entrepot.measures.cutoff.network import Cut, Network, StoppedTrade, network, stopped
from entrepot.measures.cutoff.rebuilt import RebuiltTrade, rebuilt
from entrepot.measures.cutoff.shortage import Shortage, mean_of, power_of, shortage, shortages

__all__ = [
    "CUTOFF",
    "OTHERS",
    "Cut",
    "Extraction",
    "Network",
    "RebuiltTrade",
    "Shortage",
    "StoppedTrade",
    "cutoff",
    "extraction",
    "mean_of",
    "network",
    "power_of",
    "rebuilt",
    "shortage",
    "shortages",
    "stopped",
]
