"""Opening a file of Comtrade, text with commas or tabs or Parquet, and finding rows in it."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.sources.comtrade.layouts import CODES, END, NAMELESS, layout_of
from entrepot.sources.parquet import cell_text, find_parquet_rows, is_parquet, parquet_types
from entrepot.sources.strict import find_rows, literal
from entrepot.sources.temp_tables import is_small
from entrepot.sources.unpack import header, separator

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from entrepot.sources.parser import Delivery

__all__ = ["File", "opened", "places"]


@dataclass(frozen=True, slots=True)
class File:
    """One table of Comtrade.

    Attributes
    ----------
    path, name
        Plain file, and its name for messages.
    layout
        ``v1``, ``legacy`` or ``narrow``.
    columns
        Column of each role.
    types
        DuckDB type of every column, in their order.
    delim
        What separates columns; empty for Parquet.
    edition
        Edition of the product codes where the file does not say it, e.g. ``HS2022``.
    """

    path: Path
    name: str
    layout: str
    columns: dict[str, str]
    types: dict[str, str]
    delim: str
    edition: str

    @property
    def is_kept(self) -> bool:
        """Whether its checked rows are kept: text, and what is small; Parquet answers quickly."""
        return bool(self.delim) or is_small(self.path)

    @property
    def rows(self) -> str:
        """Name of its checked rows in the connection, from `entrepot.sources.comtrade.stage`."""
        return "comtrade_kept" if self.is_kept else "comtrade_row"

    @property
    def lacks(self) -> tuple[str, ...]:
        """Which of the codes that tell a total from its parts are not in the file."""
        return tuple(role for role in CODES if role not in self.columns)


def opened(connection: duckdb.DuckDBPyConnection, table: Delivery) -> File:
    """Return the table with what its header says.

    Raises
    ------
    BadFileError
        If it is damaged, or has not the columns of Comtrade.
    """
    if is_parquet(table.path):
        types, delim = parquet_types(connection, table.path, table.name), ""
    else:
        delim = separator(table.path, table.name)
        names = [name or NAMELESS for name in header(table.path, table.name, delim)]
        if _has_end(table.path, len(names), delim):
            names.append(END)
        layout_of(names, table.name)  # before a name that is there twice becomes one
        types = dict.fromkeys(names, "VARCHAR")
    layout, columns = layout_of(list(types), table.name)
    return File(table.path, table.name, layout.id, columns, types, delim, table.nomenclature)


def _has_end(path: Path, width: int, delim: str) -> bool:
    """Whether rows end with a comma that the header has not."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as text:
        lines = [text.readline(2**20), text.readline(2**20)]
    cells = next(csv.reader([lines[1]], delimiter=delim), [])
    return len(cells) == width + 1 and not cells[-1].strip()


def places(connection: duckdb.DuckDBPyConnection, file: File, wanted: dict[str, set[str]]) -> str:
    """Return in words where rows stand whose cells are among those wanted, by role."""
    asked = {file.columns[role]: cells for role, cells in wanted.items() if role in file.columns}
    if file.delim:
        names = list(file.types)
        tests = [(names.index(column), cells) for column, cells in asked.items()]
        found = find_rows(
            file.path,
            file.name,
            lambda row: all(_bare(row[at]) in cells for at, cells in tests),
            file.delim,
        )
    else:
        condition = " AND ".join(
            f"ltrim(replace({cell_text(column, file.types[column])}, '.0', ''), '0') IN "
            f"({', '.join(map(literal, sorted(cells)))})"
            for column, cells in asked.items()
        )
        found = find_parquet_rows(connection, file.path, file.name, condition)
    shown = ", ".join(map(str, found[:6])) + (" ..." if len(found) > 6 else "")
    return f"{file.name}, row{'s' if len(found) > 1 else ''} {shown}" if found else file.name


def _bare(cell: str) -> str:
    return cell.strip().removesuffix(".0").lstrip("0")
