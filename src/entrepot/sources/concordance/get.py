"""The workbooks of the UN Statistics Division: one for each pair of neighbouring editions."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from entrepot.sources.get.plan import PlannedFile

if TYPE_CHECKING:
    from entrepot.sources.get.plan import DataRequest
    from entrepot.sources.info import Download

TAKES: tuple[str, ...] = ()


def pieces(wanted: DataRequest, download: Download) -> tuple[PlannedFile, ...]:
    """Return every workbook; they are small."""
    way = download.way("workbooks")
    return tuple(
        PlannedFile(name.replace(" ", "_"), way.address.format(file=quote(name)), way)
        for name in way.files
    )
