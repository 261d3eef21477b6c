"""Other defensible ways to ask the same question."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from entrepot.figures.definition import Definition

__all__ = ["territories", "territory"]


def territory(definition: Definition) -> str:
    """Return who trades with whom, as a choice of a specification."""
    return f"{definition.exporter} to {definition.importer}"


def territories(definition: Definition) -> list[Definition]:
    """Return the definition with Hong Kong put in or taken out, on either side."""
    found = []
    for side in ("exporter", "importer"):
        members = sorted(getattr(definition, side).split("+"))
        if members == ["CHN"]:
            found.append(definition.but(**{side: "CHN+HKG"}))
        elif members == ["CHN", "HKG"]:
            found.append(definition.but(**{side: "CHN"}))
    return found
