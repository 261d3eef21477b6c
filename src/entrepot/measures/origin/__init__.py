"""Whose value added is in what is sold: decomposition of gross flows on input-output tables.

>>> import numpy as np
>>> from entrepot.measures.origin import economy, solved, value_added_origin
>>> inputs = np.array([[0.0, 20.0], [30.0, 0.0]])
>>> world = economy(inputs, np.array([100.0, 100.0]), [("A", "all"), ("B", "all")])
>>> found = value_added_origin(solved(world), ["A"], ["B"])
>>> [round(part, 2) for part in (found.dva, found.ddc, found.fva, found.fdc)]
[14.0, 0.89, 4.8, 0.31]
"""

from entrepot.measures.origin.economy import Economy, Solved, economy, factors, solved
from entrepot.measures.origin.origin import (
    ORIGIN,
    Origin,
    OriginMatrix,
    origin_matrix,
    value_added_origin,
)

__all__ = [
    "ORIGIN",
    "Economy",
    "Origin",
    "OriginMatrix",
    "Solved",
    "economy",
    "factors",
    "origin_matrix",
    "solved",
    "value_added_origin",
]
