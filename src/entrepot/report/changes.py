"""By how much each supplier's sales changed, in the rows of a reorientation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from entrepot.figures import Figure

__all__ = ["change_of", "changes"]


def change_of(row: Mapping[str, Any]) -> float:
    """Return what one supplier sold more, in the unit of the Figure; below zero if it sold less."""
    return float(row["value_after"]) - float(row["value_before"])


def changes(figure: Figure) -> dict[str, float]:
    """Return the same by supplier."""
    return {str(row["exporter"]): change_of(row) for row in figure.table}
