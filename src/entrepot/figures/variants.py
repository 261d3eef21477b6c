"""Other defensible ways to ask the same question."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from entrepot.figures.definition import Definition

__all__ = ["AS_ASKED", "CHINA", "territories", "territory"]

CHINA = (("CHN",), ("CHN", "HKG"), ("CHN", "HKG", "MAC"))
"""Customs territories that count as China: one, two or three of them."""
AS_ASKED = "as asked"


def territory(definition: Definition) -> str:
    """Return how much of China counts, as a choice of a specification."""
    for side in ("exporter", "importer"):
        members = tuple(sorted(getattr(definition, side).split("+")))
        if members in CHINA:
            return "+".join(members)
    return AS_ASKED


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
