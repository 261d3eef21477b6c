"""Two reports of one flow: paired, weighted by how reliable reporters are, with an interval.

This is the only place that judges between two reports. It receives relations and knows no source
and no lake.
"""

from entrepot.reconcile.combine import By, Reconciled, reconcile
from entrepot.reconcile.coverage import Coverage, coverage
from entrepot.reconcile.freight import Freight, estimate_freight
from entrepot.reconcile.mirror_gaps import MirrorGaps, hidden
from entrepot.reconcile.pairing import pair
from entrepot.reconcile.panel import PANELS, Panel, panel, reporters_of, withheld
from entrepot.reconcile.reporter_weights import (
    PairGap,
    ReporterWeights,
    Variances,
    bundled_odds,
    fixed_point,
    gaps,
    implied,
    variances,
)

__all__ = [
    "PANELS",
    "By",
    "Coverage",
    "Freight",
    "MirrorGaps",
    "PairGap",
    "Panel",
    "Reconciled",
    "ReporterWeights",
    "Variances",
    "bundled_odds",
    "coverage",
    "estimate_freight",
    "fixed_point",
    "gaps",
    "hidden",
    "implied",
    "pair",
    "panel",
    "reconcile",
    "reporters_of",
    "variances",
    "withheld",
]
