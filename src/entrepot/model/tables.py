"""Read the CSV tables that ship with the package; a table with other columns is refused."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from entrepot.errors import BadFileError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["parse_table", "read_table"]


def read_table(path: Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    """Return the rows of `path`, which must have exactly `columns`, each row complete.

    Raises
    ------
    BadFileError
        If the header or a row's length is another.
    """
    with path.open(encoding="utf-8", newline="") as file:
        return parse_table(file, columns, str(path))


def parse_table(lines: Iterable[str], columns: tuple[str, ...], where: str) -> list[dict[str, str]]:
    """Return the rows of a table that is text already; errors as `read_table`."""
    reader = csv.DictReader(lines)
    if tuple(reader.fieldnames or ()) != columns:
        raise BadFileError(
            f"columns are {', '.join(reader.fieldnames or ())}",
            where=where.rpartition("/")[2],
            hint=f"expected {', '.join(columns)}",
        )
    rows = []
    for number, row in enumerate(reader, start=2):
        if None in row or None in row.values():
            raise BadFileError("a row has too few or too many cells", where=f"{where}:{number}")
        rows.append(row)
    return rows
