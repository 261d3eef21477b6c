"""The cells of a file as text, whatever kind of file it is."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.sources.parquet import (
    cell_text,
    is_parquet,
    is_resource_failure,
    parquet_types,
    read_parquet,
    reading,
)
from entrepot.sources.strict import literal, quoted, read_text, refuse_uneven, require_all
from entrepot.sources.table.mapping import BLANKS, is_number
from entrepot.sources.table.plain import has_sheets, plain_text, sheet_as_text, text_lines
from entrepot.sources.text import count_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import duckdb

    from entrepot.model.columns import Finding
    from entrepot.sources.table.mapping import Mapping


@dataclass(frozen=True, slots=True)
class Cells:
    """A table of texts, unread.

    Attributes
    ----------
    path, label
        Plain file, and its name for messages.
    names
        Names of the columns; those without one are called by their place: ``column 3``.
    mapping
        How the file is written.
    types
        DuckDB type of each column of Parquet by its own name; none of delimited text in UTF-8 that
        begins with the names.
    line_count
        Lines of the text, that of the names counted.
    findings
        What is said of rows that are not in it.
    """

    path: Path
    label: str
    names: tuple[str, ...]
    mapping: Mapping
    types: dict[str, str] = field(default_factory=dict)
    line_count: int = 0
    findings: tuple[Finding, ...] = ()

    @property
    def is_parquet(self) -> bool:
        """Whether it is Parquet."""
        return bool(self.types)

    def require_all(
        self, connection: duckdb.DuckDBPyConnection, rows: int, numbers: Sequence[int]
    ) -> None:
        """Refuse a text of which not every row was read; see `entrepot.sources.strict`.

        Parameters
        ----------
        numbers
            Places of the columns of numbers.
        """

        def is_row(texts: Sequence[str]) -> bool:
            # Unlike in a list that somebody wrote into a cell, no blank parts comma and number.
            return bool(numbers) and all(
                place < len(texts) and is_number(texts[place], self.mapping) for place in numbers
            )

        if not self.is_parquet:
            given = partial(self.lines, connection)
            delim = self.mapping.delimiter
            require_all(self.label, rows, self.line_count, given, delim, is_row)

    def sql(self, places: Sequence[int] | None = None) -> str:
        """Return SQL for the cells: columns ``c0``, ``c1`` ..., blanks around them taken off.

        Parameters
        ----------
        places
            Columns that are wanted; all, if none are named.
        """
        texts = self._texts()
        wanted = texts if places is None else [texts[place] for place in places]
        return f"SELECT {', '.join(wanted)} FROM {self._source()}"

    def lines(self, connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[int, list[str]]]:
        """Yield number and texts of every row, in order; the number is that of the user's file."""
        if not self.is_parquet:
            yield from text_lines(self.path, self.label, self.mapping, len(self.names))
            return
        source = read_parquet(self.path, numbered=True)
        # In batches: the file may be larger than memory.
        query = f"SELECT file_row_number + 1, {', '.join(self._texts())} FROM {source}"
        with reading(self.label):
            found = connection.execute(query + " ORDER BY 1")
            while batch := found.fetchmany(10_000):
                yield from ((number, texts) for number, *texts in batch)

    def _texts(self) -> list[str]:
        if self.is_parquet:
            texts = [self._typed(name, kind) for name, kind in self.types.items()]
        else:
            # read_csv gives null for an empty cell.
            texts = [f"coalesce(c{place}, '')" for place in range(len(self.names))]
        return [f"trim({text}, {literal(BLANKS)}) AS c{place}" for place, text in enumerate(texts)]

    def _typed(self, name: str, kind: str) -> str:
        """Return SQL for a cell of Parquet as text, numbers written as the mapping has them."""
        text = cell_text(name, kind)
        if kind in ("FLOAT", "DOUBLE"):
            # pandas writes a missing number as NaN.
            text = f"CASE WHEN isnan({quoted(name)}) THEN '' ELSE {text} END"
        if kind.startswith("DECIMAL"):
            # DECIMAL prints all its decimals: a code 8542.00 is 8542.
            text = f"regexp_replace({text}, '[.]0+$', '')"
        if self.mapping.decimal != "." and kind.startswith(("FLOAT", "DOUBLE", "DECIMAL")):
            text = f"replace({text}, '.', {literal(self.mapping.decimal)})"
        return text

    def _source(self) -> str:
        if self.is_parquet:
            return read_parquet(self.path)
        # By place, since two columns may have one name.
        names = [f"c{place}" for place in range(len(self.names))]
        return read_text(self.path, names, self.mapping.delimiter)


def open_cells(
    path: Path, label: str, mapping: Mapping, scratch: Path, connection: duckdb.DuckDBPyConnection
) -> Cells:
    """Open a CSV, Excel, HTML, JSON or Parquet file; what has to be rewritten goes to `scratch`.

    Raises
    ------
    BadFileError
        If it is none of them, or not as the mapping says.
    """
    if is_parquet(path):
        types = parquet_types(connection, path, label)
        return Cells(path, label, column_names(tuple(types)), mapping, types=types)
    opened = sheet_as_text if has_sheets(path) else plain_text
    text, header, findings = opened(path, label, mapping, scratch)
    if not any(header):
        raise BadFileError(
            "no names of columns",
            where=f"{label}, row {mapping.head}",
            hint="say with header_row in which row they stand",
        )
    lines = count_lines(text, label, first=mapping.head)
    return Cells(text, label, column_names(header), mapping, line_count=lines, findings=findings)


def column_names(header: Sequence[str]) -> tuple[str, ...]:
    """Return names that differ: one without a name is called by its place, a second one by number.

    Examples
    --------
    >>> column_names(("", "value", "value"))
    ('column 1', 'value', 'value (2)')
    """
    found: dict[str, int] = {}  # the number to try next, so that a million columns take a second
    for place, name in enumerate(header, 1):
        plain = " ".join(name.split()) or f"column {place}"
        unique, number = plain, found.get(plain, 2)
        while unique in found:
            unique, number = f"{plain} ({number})", number + 1
        found[plain] = number
        found.setdefault(unique, 2)
    return tuple(found)


@contextmanager
def naming_the_row(connection: duckdb.DuckDBPyConnection, cells: Cells) -> Iterator[None]:
    """Turn what DuckDB says of a damaged file into our error, with the row.

    Raises
    ------
    BadFileError
        With file and row; without the row, if no line breaks on its own.
    """
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        if is_resource_failure(error):
            raise
        with reading(cells.label):
            # The slow reader raises the error with its row; if it finds none, the error of DuckDB
            # stands.
            for _ in cells.lines(connection):
                pass
            if not cells.is_parquet:
                refuse_uneven(cells.path, cells.label, cells.mapping.head)
            raise error
