"""The report: one page about one country's dependence, as HTML, PDF, workbook or text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from entrepot.report.compose import brief
    from entrepot.report.parts import Brief, write

__all__ = ["Brief", "brief", "write"]

_PLACES = {"Brief": "parts", "brief": "compose", "write": "parts"}


def __getattr__(name: str) -> Any:
    """Load a name when it is first asked for: reading lists and tables takes time."""
    from importlib import import_module

    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
