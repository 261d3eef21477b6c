"""The table comes in an installed package: nothing is fetched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.errors import MissingExtraError
from entrepot.sources.icio.wheel import installed_file

if TYPE_CHECKING:
    from pathlib import Path


def installed() -> Path:
    """Return where the table lies.

    Raises
    ------
    MissingExtraError
        If the package is not installed.
    """
    found = installed_file()
    if found is None:
        raise MissingExtraError("sanction-simulator", "icio")
    return found
