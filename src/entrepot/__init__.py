"""Entrepôt: how dependent one country is on another, with definition, range and evidence.

The public names are imported when first used, so that ``import entrepot`` costs little.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from entrepot.version import __version__ as __version__

if TYPE_CHECKING:
    from entrepot import goods, measures
    from entrepot.claims import check
    from entrepot.claims.draft.article import draft_file as draft
    from entrepot.claims.questions import read_on_lake as read_question
    from entrepot.errors import EntrepotError
    from entrepot.figures import Definition, Figure, Panel, ask, ask_many
    from entrepot.figures.reconcile import Reconciliation
    from entrepot.figures.reconcile import reconcile_lake as reconcile
    from entrepot.figures.scenario import ask_scenario as scenario
    from entrepot.figures.statements import published_figures as published
    from entrepot.lake import Lake
    from entrepot.report import brief
    from entrepot.report.note import note
    from entrepot.report.screening import ask_screening as screen
    from entrepot.report.standalone import ask_chart as chart
    from entrepot.watching import watch

__all__ = [
    "Definition",
    "EntrepotError",
    "Figure",
    "Lake",
    "Panel",
    "Reconciliation",
    "ask",
    "ask_many",
    "brief",
    "chart",
    "check",
    "draft",
    "goods",
    "measures",
    "note",
    "published",
    "read_question",
    "reconcile",
    "scenario",
    "screen",
    "watch",
]

_HOMES = {
    "Definition": "entrepot.figures",
    "EntrepotError": "entrepot.errors",
    "Figure": "entrepot.figures",
    "Lake": "entrepot.lake",
    "Panel": "entrepot.figures",
    "ask": "entrepot.figures",
    "ask_many": "entrepot.figures",
    "brief": "entrepot.report",
    "chart": "entrepot.report.standalone:ask_chart",
    "check": "entrepot.claims",
    "draft": "entrepot.claims.draft.article:draft_file",
    "note": "entrepot.report.note",
    "Reconciliation": "entrepot.figures.reconcile",
    "published": "entrepot.figures.statements:published_figures",
    "read_question": "entrepot.claims.questions:read_on_lake",
    "reconcile": "entrepot.figures.reconcile:reconcile_lake",
    "scenario": "entrepot.figures.scenario:ask_scenario",
    "screen": "entrepot.report.screening:ask_screening",
    "watch": "entrepot.watching",
}


def __getattr__(name: str) -> Any:
    if name in ("goods", "measures"):
        return importlib.import_module(f"entrepot.{name}")
    if name in _HOMES:
        module, _, own = _HOMES[name].partition(":")
        return getattr(importlib.import_module(module), own or name)
    raise AttributeError(f"module 'entrepot' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
