"""Merged cells of a workbook: the text stands in the first, and the others are empty."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.model.columns import Finding
from entrepot.sources.table.plain import sheet_of
from entrepot.sources.workbook import is_workbook, merged_cells

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from entrepot.sources.table.mapping import Mapping

__all__ = ["about_merged"]


def about_merged(path: Path, label: str, mapping: Mapping) -> Iterator[Finding]:
    """Yield a finding if cells of the table are merged over several rows.

    Titles above the names of the columns do not count; nor do cells merged within one row, which
    are names over several columns.
    """
    if not is_workbook(path):
        return
    last = mapping.last_row or 2**20
    places = [
        first
        for first, start, end in merged_cells(path, sheet_of(path, label, mapping))
        if start < end and end > mapping.head and start <= last
    ]
    if places:
        more = f" and {len(places) - 5} more" if len(places) > 5 else ""
        yield Finding(
            "merged-cells",
            "warning",
            label,
            len(places),
            f"{', '.join(places[:5])}{more}",
            "Cells are merged over several rows. Their text stands in the first of them; in the "
            "rows below the cell is empty: fill it in, if it is meant for them too.",
        )
