"""Notes below a table: lines that have not its columns, and no line of it after them."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from entrepot.sources.text import unfinished

if TYPE_CHECKING:
    from entrepot.sources.table.cells import Cells

__all__ = ["last_row"]

_NOTES = 50  # lines; more are no footnotes


def last_row(cells: Cells) -> int | None:
    """Return the last row of a text that has its columns, if only notes follow; else None.

    A last line of several cells that has no end is a row cut off, and no note.
    """
    if cells.is_parquet:
        return None
    last = start = 1
    notes = 0
    with cells.path.open(encoding="utf-8-sig", errors="replace", newline="") as opened:
        reader = csv.reader(opened, delimiter=cells.mapping.delimiter)
        try:
            for row in reader:
                fits = len(row) == len(cells.names)
                if fits and notes:
                    return None  # a broken row inside the table
                last, notes = (start, 0) if fits else (last, notes + bool(row))
                start = reader.line_num + 1
        except csv.Error:
            return None
    cut = unfinished(cells.path) or b""
    if notes == 1 and cells.mapping.delimiter.encode() in cut:
        return None
    return last + cells.mapping.head - 1 if last > 1 and 0 < notes <= _NOTES else None
