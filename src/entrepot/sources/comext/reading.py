"""One checked file of Comext, text or Parquet, as cells of text that SQL can name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.sources.comext.forms import form_of
from entrepot.sources.comext.rules import rules
from entrepot.sources.parquet import (
    cell_text,
    find_parquet_rows,
    is_parquet,
    parquet_types,
    read_parquet,
    verify_parquet,
)
from entrepot.sources.strict import find_rows, literal, quoted, read_text, verify
from entrepot.sources.unpack import header

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import duckdb

    from entrepot.sources.comext.forms import Form
    from entrepot.sources.parser import FileTable

__all__ = ["Checked", "checked"]


@dataclass(frozen=True, slots=True)
class Checked:
    """A file whose every cell follows its rule.

    Attributes
    ----------
    form, name
        Its shape, and its name for messages.
    table
        SQL to select from.
    cells
        SQL for the text of a cell, by the name of its column in capitals.
    rows
        Returns the numbers of the rows whose cells are the given texts, by name of column.
    """

    form: Form
    name: str
    table: str
    cells: dict[str, str]
    rows: Callable[[Mapping[str, str]], list[int]]

    def cell(self, role: str) -> str:
        """Return SQL for the text of the cell with a role; an empty one if there is no column."""
        named = (column for column in self.cells if self.form.roles.get(column) == role)
        return self.cells.get(next(named, ""), "''")

    def column(self, role: str) -> str:
        """Return the name of the column with a role, in capitals."""
        return next(column for column in self.cells if self.form.roles.get(column) == role)


def checked(connection: duckdb.DuckDBPyConnection, table: FileTable) -> Checked:
    """Check every cell of a file.

    Raises
    ------
    BadFileError
        If it has not the columns of Comext, or naming the first row that breaks a rule.
    """
    if is_parquet(table.path):
        return _parquet(connection, table)
    columns = header(table.path, table.name)
    form = form_of(columns, table.name)
    verify(connection, table.path, table.name, columns, rules(form, columns))
    places = {column.upper(): place for place, column in enumerate(columns)}

    def rows(wanted: Mapping[str, str]) -> list[int]:
        return find_rows(
            table.path,
            table.name,
            lambda row: all(row[places[key]].strip() == text for key, text in wanted.items()),
        )

    cells = {name.upper(): f"trim(coalesce({quoted(name)}, ''))" for name in columns}
    return Checked(form, table.name, read_text(table.path, columns), cells, rows)


def _parquet(connection: duckdb.DuckDBPyConnection, table: FileTable) -> Checked:
    types = parquet_types(connection, table.path, table.name)
    form = form_of(list(types), table.name)
    verify_parquet(connection, table.path, table.name, types, rules(form, list(types)))
    cells = {name.upper(): cell_text(name, kind) for name, kind in types.items()}

    def rows(wanted: Mapping[str, str]) -> list[int]:
        condition = " AND ".join(f"{cells[key]} = {literal(text)}" for key, text in wanted.items())
        return find_parquet_rows(connection, table.path, table.name, condition)

    return Checked(form, table.name, read_parquet(table.path), cells, rows)
