"""The two functions that a source's `parse.py` offers, and what passes between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import duckdb

    from entrepot.model.columns import Finding, Table

    Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class RawFile:
    """A file to read: where its bytes are, and the name by which the user knows it."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class FileOptions:
    """What the user said about a file because the file may not say it.

    Attributes
    ----------
    nomenclature, vintage
        Edition of the product codes, e.g. ``"HS2017"``; release, e.g. ``"V202501"``.
    mapping
        Text of a mapping file: which column is what.
    """

    nomenclature: str | None = None
    vintage: str | None = None
    mapping: str | None = None


@dataclass(frozen=True, slots=True)
class FileTable:
    """One table inside a file, unpacked and unread, with what its name and head say.

    Attributes
    ----------
    path
        Plain file (text, Parquet ...).
    name
        For messages: the user's file, and the member if it was an archive.
    nomenclature
        Edition of the product codes, e.g. ``"HS2017"``; empty if it differs from row to row, or
        if the table has no product codes.
    vintage
        Release, e.g. ``"V202501"``, or ``"unknown"``.
    year
        Year the name promises, if it does.
    findings
        What was noticed on the way.
    detail
        What the parser wants to remember between its two functions.
    """

    path: Path
    name: str
    nomenclature: str
    vintage: str
    year: int | None = None
    findings: tuple[Finding, ...] = ()
    detail: Any = None


@dataclass(frozen=True, slots=True)
class ParsedRows:
    """Checked rows in canonical columns, unread.

    Attributes
    ----------
    relation
        Columns that differ from row to row.
    same
        Columns with one text in all rows. A column in neither is null.
    locate
        Where the rows with one key (the key columns of the table in their order, a null where
        a column is in neither) stand in the file, in words; empty text if it cannot be said.
    table
        Canonical table that the rows belong to.
    findings
        What was noticed while reading: rows left out, totals beside their parts.
    totals
        What the reporter itself added up over partners or goods, in columns of the table
        ``totals``, unread; a column that is not there is null. Of two rows for one cell the
        larger counts, for a part of a total is never the whole.
    again
        Where `relation` is a quick way that stops at the first cell it cannot vouch for: reads the
        rows once more with every cell tested, and raises the error that names a bad one.
    count
        How many rows the quick way has to give; another number is a reason to read `again`.
    kept
        Temporary table of these rows, by period and within it as the lake sorts them, which the
        lake takes over instead of copying it.
    """

    relation: duckdb.DuckDBPyRelation
    same: dict[str, str]
    locate: Callable[[Key], str]
    table: Table = "flows"
    findings: tuple[Finding, ...] = ()
    totals: duckdb.DuckDBPyRelation | None = None
    again: Callable[[], duckdb.DuckDBPyRelation] | None = None
    count: int | None = None
    kept: str = ""


class Parser(Protocol):
    """What the lake calls."""

    def tables(self, file: RawFile, scratch: Path, options: FileOptions) -> Iterator[FileTable]:
        """Unpack a file into `scratch`; what was unpacked may go when the next one is asked for."""
        ...

    def rows(self, connection: duckdb.DuckDBPyConnection, table: FileTable) -> ParsedRows:
        """Check every row of a table and return them; the lake adds source and snapshot."""
        ...
