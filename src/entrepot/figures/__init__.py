"""Figures: a definition evaluated to a value, a range, evidence and caveats."""

from entrepot.figures.definition import Definition
from entrepot.figures.evaluate import ask, evaluate
from entrepot.figures.figure import Caveat, Evidence, Figure, Specification, Specifications

__all__ = [
    "Caveat",
    "Definition",
    "Evidence",
    "Figure",
    "Specification",
    "Specifications",
    "ask",
    "evaluate",
]
