"""The workbooks of the UN Statistics Division: one for each pair of neighbouring editions."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from entrepot.sources.get.plan import Piece

if TYPE_CHECKING:
    from entrepot.sources.get.plan import Wanted
    from entrepot.sources.info import Download

__all__ = ["TAKES", "pieces"]

TAKES: tuple[str, ...] = ()


def pieces(wanted: Wanted, download: Download) -> tuple[Piece, ...]:
    """Return every workbook; they are small."""
    way = download.way("workbooks")
    return tuple(
        Piece(name.replace(" ", "_"), way.address.format(file=quote(name)), way)
        for name in way.files
    )
