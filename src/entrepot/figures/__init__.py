"""Figures: a definition evaluated to a value, a range, evidence and caveats.

The names are imported when first used: a text is checked, and a list shown, without a measure.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from entrepot.figures.asking import Panel, ask, ask_many
    from entrepot.figures.availability import bundled_for, flow_sources, latest_periods
    from entrepot.figures.definition import Definition
    from entrepot.figures.editions import links_loaded, traded, weights_between
    from entrepot.figures.evaluate import evaluate_each
    from entrepot.figures.evidence import Caveat, Evidence, Specification, Specifications
    from entrepot.figures.figure import Figure

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
    "evaluate_each",
    "flow_sources",
    "latest_periods",
    "links_loaded",
    "traded",
    "weights_between",
]

_HOMES = {
    **dict.fromkeys(("Panel", "ask", "ask_many"), "asking"),
    **dict.fromkeys(("bundled_for", "flow_sources", "latest_periods"), "availability"),
    "Definition": "definition",
    **dict.fromkeys(("links_loaded", "traded", "weights_between"), "editions"),
    "evaluate_each": "evaluate",
    **dict.fromkeys(("Caveat", "Evidence", "Specification", "Specifications"), "evidence"),
    "Figure": "figure",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
