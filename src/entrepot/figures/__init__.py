"""Figures: a definition evaluated to a value, a range, evidence and caveats."""

from entrepot.figures.asking import Panel, ask, ask_many
from entrepot.figures.availability import bundled_for, flow_sources, latest_periods
from entrepot.figures.definition import Definition
from entrepot.figures.editions import links_loaded, traded, weights_between
from entrepot.figures.evaluate import evaluate, evaluate_each
from entrepot.figures.evidence import Caveat, Evidence, Specification, Specifications
from entrepot.figures.figure import Figure
from entrepot.figures.statements import statements

__all__ = [
    "Caveat",
    "Definition",
    "Evidence",
    "Figure",
    "Panel",
    "Specification",
    "Specifications",
    "ask",
    "ask_many",
    "bundled_for",
    "evaluate",
    "evaluate_each",
    "flow_sources",
    "latest_periods",
    "links_loaded",
    "statements",
    "traded",
    "weights_between",
]
