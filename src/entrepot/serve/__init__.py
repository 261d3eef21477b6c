"""The page and the JSON API: the same Figures over HTTP, for reading only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from entrepot.serve.app import create_app
    from entrepot.serve.guard import Access

__all__ = ["Access", "create_app"]

_PLACES = {"Access": "guard", "create_app": "app"}


def __getattr__(name: str) -> Any:
    """Load a name when it is first asked for: the library for the web is an extra."""
    from importlib import import_module

    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
