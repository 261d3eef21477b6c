"""Rows that were made of two reports, and what cannot be asked of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.sources import split_address

if TYPE_CHECKING:
    from entrepot.figures.definition import Definition

__all__ = ["is_reconciled", "mixed"]


def is_reconciled(source: str) -> bool:
    """Whether a source holds what `entrepot reconcile` made."""
    return split_address(source)[0] == "reconciled"


def mixed(definition: Definition) -> str:
    """Name what a question asks for that such rows mix; empty text for none.

    A value is a mean of one with and one without freight, and the mass is the importer's where it
    gives one.
    """
    if definition.valuation:
        return f"values {definition.valuation}"
    return "mass by side" if definition.told_by and definition.quantity == "mass" else ""
