"""Two reports of one flow: paired, weighted by how reliable reporters are, with an interval.

This is the only place that judges between two reports. It receives relations and knows no source
and no lake.
"""

from entrepot.reconciliation.combine import By, Reconciled, reconcile
from entrepot.reconciliation.mirror_gaps import Coverage, MirrorGaps, coverage, hidden
from entrepot.reconciliation.pairing import Freight, estimate_freight, pair
from entrepot.reconciliation.panel import PANELS, Panel, panel, reporters_of, withheld
from entrepot.reconciliation.reporter_weights import (
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
