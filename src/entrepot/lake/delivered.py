"""Delivered files, byte for byte, for what their rows do not hold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.lake.unchanged import require_delivered

if TYPE_CHECKING:
    from pathlib import Path

    from entrepot.lake.inventory import InventoryItem
    from entrepot.lake.lake import Lake

__all__ = ["delivered"]


def delivered(lake: Lake, holding: InventoryItem) -> list[Path]:
    """Return where the bytes behind a holding lie, which nobody may change.

    Empty where they are not to be had: of a lake at an address, only rows are read.

    Raises
    ------
    OutsideError
        If they are no longer those that were delivered.
    """
    path = lake.path / "raw" / holding.delivered
    found = [path] if holding.delivered and path.is_file() else []
    for path in found:
        require_delivered(path, path.name)
    return found
