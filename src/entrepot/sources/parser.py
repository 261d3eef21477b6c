"""The two functions that a source's `parse.py` offers, and what passes between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date
    from pathlib import Path

    import duckdb

    from entrepot.model.findings import Finding

    Cell = tuple[date, str, str, str]

__all__ = ["Parser", "RawFile", "Rows", "TextTable"]


@dataclass(frozen=True, slots=True)
class RawFile:
    """A file to read: where its bytes are, and the name by which the user knows it."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class TextTable:
    """One table of delimited text, unpacked, with what its name says.

    Attributes
    ----------
    path
        Plain text file.
    name
        For messages: the user's file, and the member if it was an archive.
    nomenclature, vintage
        Edition of the product codes, e.g. ``"HS2017"``; release, e.g. ``"V202501"`` or
        ``"unknown"``.
    year
        Year the name promises, if it does.
    findings
        What was noticed on the way.
    """

    path: Path
    name: str
    nomenclature: str
    vintage: str
    year: int | None = None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Rows:
    """Checked rows in canonical columns, unread.

    Attributes
    ----------
    relation
        Columns that differ from row to row.
    same
        Columns with one text in all rows. A column in neither is null.
    locate
        Where the rows of a cell (period, exporter, importer, product) stand in the file, in words.
    """

    relation: duckdb.DuckDBPyRelation
    same: dict[str, str]
    locate: Callable[[Cell], str]


class Parser(Protocol):
    """What the lake calls."""

    def tables(
        self, file: RawFile, scratch: Path, *, nomenclature: str | None, vintage: str | None
    ) -> Iterator[TextTable]:
        """Unpack a file into `scratch`; the text of a table may go when the next one is asked for.

        `nomenclature` and `vintage` are what the user said.
        """
        ...

    def rows(self, connection: duckdb.DuckDBPyConnection, table: TextTable) -> Rows:
        """Check every row of a table and return them; the lake adds source and snapshot."""
        ...
