"""Read the UN's tables between editions of the Harmonized System: which codes share goods."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.model.columns import Finding
from entrepot.model.product import EDITIONS
from entrepot.sources.parser import FileTable, ParsedRows
from entrepot.sources.strict import Rule, find_rows, quoted, read_text, verify
from entrepot.sources.text import header
from entrepot.sources.unpack import members
from entrepot.sources.workbook import cell_text, is_workbook, sheet_rows, sheets

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import duckdb

    from entrepot.sources.parser import FileOptions, Key, RawFile
    from entrepot.sources.workbook import Cell


def tables(file: RawFile, scratch: Path, options: FileOptions) -> Iterator[FileTable]:
    """Yield the sheets of a workbook, or the consolidated text; several may come in one zip."""
    if is_workbook(file.path):  # a workbook of today is a zip too
        yield from _sheets(file.path, file.name, options)
        return
    for _, label, path in members(file, scratch):
        if is_workbook(path):
            yield from _sheets(path, label, options)
        else:
            columns = header(path, label)
            if set(columns) != COLUMNS or len(columns) != len(COLUMNS):
                raise BadFileError(
                    "neither a workbook of the UN nor the consolidated text",
                    where=f"{label}, row 1",
                    why=f"the text has the columns {', '.join(sorted(COLUMNS))}",
                    hint="give the .xls or .xlsx files as unstats.un.org ships them",
                )
            yield FileTable(path, label, "", options.vintage or "unknown", detail=columns)
        if path != file.path:
            path.unlink()


def rows(connection: duckdb.DuckDBPyConnection, table: FileTable) -> ParsedRows:
    """Check every row and return the links between codes, which have six digits each."""
    if not isinstance(table.detail, Sheet):
        return consolidated_rows(connection, table)
    import pyarrow as pa

    sheet = table.detail
    found = list(links(sheet, table.name))
    columns = ("from_code", "to_code", "relation")
    arrays = {
        name: pa.array([getattr(one, name) for one in found], pa.string()) for name in columns
    }
    same = {"from_nomenclature": sheet.newer, "to_nomenclature": sheet.older, "kind": sheet.kind}

    def locate(key: Key) -> str:
        _, from_code, _, to_code, _ = key
        where = [o.row for o in found if (o.from_code, o.to_code) == (from_code, to_code)]
        return f"{table.name}, rows {' and '.join(map(str, where))}"

    relation = connection.from_arrow(pa.table(arrays))
    return ParsedRows(relation, same, locate, "correlations")


def _sheets(path: Path, name: str, options: FileOptions) -> Iterator[FileTable]:
    for sheet in sheets(path, name):
        where = f"{name}, sheet {sheet!r}"
        cells = sheet_rows(path, sheet, name)
        # A workbook may have sheets without a cell, which are no tables and no error.
        if any(cell != "" for row in cells for cell in row):
            parsed = read_sheet(cells, where)
            yield FileTable(path, where, "", options.vintage or "unknown", detail=parsed)


# One sheet of a UNSD workbook: two columns for a conversion, three for correlations.


_EDITION = re.compile(r"(?:From |To )?HS ?(\d{2}|\d{4})", re.IGNORECASE)
# SITC, BEC and CPC, also as S3 or SITC Rev. 3.
_OTHER = re.compile(r"(?:From |To )?(?:S|SITC|BEC|CPC)[ .,]*(?:Rev[ .]*)?\d+", re.IGNORECASE)
_RELATION = re.compile(r"'?([1n]:[1n])")  # the table of 2002 wrote an apostrophe before each
_CODE = re.compile(r"[0-9]{5,6}")  # five: a number cell, or a leading zero lost on the way
_TITLES = 30
"""Rows that may stand above the names of the columns."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as it stands in the workbook.

    Attributes
    ----------
    older, newer
        Editions that its two columns of codes are in: `newer` is the first column.
    kind
        ``correlation`` or ``conversion``.
    places
        Where its columns are, from 0 on: two of codes, and the relation's.
    first
        Number of the row after the names of the columns.
    cells
        All rows as text, titles included.
    """

    newer: str
    older: str
    kind: str
    places: tuple[int, ...]
    first: int
    cells: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class SheetLink:
    """Two codes that have goods in common, and the row that says so."""

    row: int
    from_code: str
    to_code: str
    relation: str | None


def read_sheet(rows: Sequence[Sequence[Cell]], where: str) -> Sheet:
    """Return a sheet with what the names of its columns say.

    Raises
    ------
    BadFileError
        If it is about another classification than the Harmonized System, or no such table. It is
        not passed over: a load is all of the files that were named, or none of them.
    """
    cells = tuple(tuple(cell_text(cell).strip() for cell in row) for row in rows)
    for number, row in enumerate(cells[:_TITLES], 1):
        places = tuple(place for place, name in enumerate(row) if name)
        names = [row[place] for place in places]
        found = [_EDITION.fullmatch(name) for name in names]
        if any(found) and any(_OTHER.fullmatch(name) for name in names):
            raise BadFileError(
                f"a table to another classification: {', '.join(names)}",
                where=f"{where}, row {number}",
                why="only tables between editions of the Harmonized System are read",
                hint="leave this file out and add the others again: nothing was added",
            )
        # The first two columns with a name: others without one may stand between them, hence
        # `places`.
        if len(found) >= 2 and found[0] and found[1]:
            kind = "correlation" if names[2:] == ["Relationship"] else "conversion"
            # A third column that nobody knows may say what the links mean: not this kind of table.
            if names[2:] not in ([], ["Relationship"]):
                break
            newer, older = (_edition(one[1], where, number) for one in found[:2] if one)
            return Sheet(newer, older, kind, places, number + 1, cells)
    raise BadFileError(
        "not a correlation or conversion table of the UN",
        where=where,
        why="no row names two editions: HS 2022, HS 2017, and Relationship in correlation tables",
        hint="give the workbook as unstats.un.org ships it",
    )


def links(sheet: Sheet, where: str) -> Iterator[SheetLink]:
    """Yield every link of a sheet, codes with six digits; rows without any cell hold nothing.

    Raises
    ------
    BadFileError
        Naming the row and cell that is neither a code nor a relation.
    """
    for number, row in enumerate(sheet.cells[sheet.first - 1 :], sheet.first):
        if not any(row):
            continue
        first, second, *more = (row[place] for place in sheet.places)
        relation = _RELATION.fullmatch(more[0]) if more else None
        wrong = [text for text in (first, second) if not _CODE.fullmatch(text)]
        wrong += more if relation is None else []
        # Remarks next to the table would be passed over otherwise.
        wrong += [text for place, text in enumerate(row) if text and place not in sheet.places]
        if wrong:
            raise BadFileError(
                f"neither a code nor a relation: {wrong[0]!r}",
                where=f"{where}, row {number}",
                why="a code that is lost takes its trade with it when data are converted",
                hint="codes have six digits; give the workbook as unstats.un.org ships it",
            )
        yield SheetLink(number, first.zfill(6), second.zfill(6), relation[1] if relation else None)


def _edition(year: str, where: str, row: int) -> str:
    # HS 2017 and HS17 are both read.
    known = {str(one.year): one.id for one in EDITIONS} | {one.baci[2:]: one.id for one in EDITIONS}
    if year not in known:
        raise BadFileError(
            f"no edition of the Harmonized System: HS {year}", where=f"{where}, row {row}"
        )
    return known[year]


# All correlation tables in one text: columns `code.after, code.before, Relationship, adjustment`.


COLUMNS = frozenset({"code.after", "code.before", "Relationship", "adjustment"})

_YEARS = [str(one.year) for one in EDITIONS]
_STEPS = {f"{new} to {old}" for new in _YEARS for old in _YEARS if new != old}
# The text has them in the same column; their years are revisions of SITC, not editions.
_SITC = {"1992 to 1988", "1988 to 1976", "1976 to 1962"}  # revisions 3, 2 and 1
_CONSOLIDATED_CODE = "[0-9]{5,6}"
_SIDES = ("after", "before")


def consolidated_rows(connection: duckdb.DuckDBPyConnection, table: FileTable) -> ParsedRows:
    """Check every row and return the links between editions of the Harmonized System.

    Raises
    ------
    BadFileError
        Naming the row and column of a cell that is not what it should be.
    """
    columns: list[str] = table.detail
    step = "correlation of another kind, or of an edition that does not exist"
    verify(
        connection,
        table.path,
        table.name,
        columns,
        (
            Rule("adjustment", step, allowed=frozenset(_STEPS | _SITC)),
            Rule("Relationship", "not a relation", "'?[1n]:[1n]"),
            # Wide enough for codes of SITC, whose rows are left out; those that stay are tested
            # below.
            *(Rule(f"code.{side}", "not a code", "[0-9A-Za-z.]{1,8}") for side in _SIDES),
        ),
    )
    after, before = quoted("code.after"), quoted("code.before")
    steps = ", ".join(f"'{one}'" for one in sorted(_STEPS))
    links = f"""
        SELECT 'HS' || trim(adjustment)[:4] AS from_nomenclature, trim({after}) AS after,
               'HS' || trim(adjustment)[-4:] AS to_nomenclature, trim({before}) AS before,
               ltrim(trim(Relationship), '''') AS relation
        FROM {read_text(table.path, columns)} WHERE trim(adjustment) IN ({steps})"""
    [(count, good)] = connection.execute(f"""
        SELECT count(*), count(*) FILTER (WHERE regexp_full_match(after, '{_CONSOLIDATED_CODE}')
                                            AND regexp_full_match(before, '{_CONSOLIDATED_CODE}'))
        FROM ({links})""").fetchall()
    if good < count:
        raise _bad_code(table, columns)
    relation = connection.sql(
        "SELECT from_nomenclature, lpad(after, 6, '0') AS from_code, to_nomenclature, "
        f"lpad(before, 6, '0') AS to_code, relation FROM ({links})"
    )
    return ParsedRows(
        relation,
        {"kind": "correlation"},
        lambda key: _locate(table, columns, key),
        "correlations",
        _left_out(connection, table, columns),
    )


def _left_out(
    connection: duckdb.DuckDBPyConnection, table: FileTable, columns: list[str]
) -> tuple[Finding, ...]:
    sitc = ", ".join(f"'{one}'" for one in sorted(_SITC))
    [(count, example)] = connection.execute(
        f"SELECT count(*), min(trim(adjustment)) FROM {read_text(table.path, columns)} "
        f"WHERE trim(adjustment) IN ({sitc})"
    ).fetchall()
    text = "Links to revisions of SITC were left out: nothing here is classified by it."
    return (Finding("sitc", "note", table.name, count, example, text),) if count else ()


def _bad_code(table: FileTable, columns: list[str]) -> BadFileError:
    step, codes = columns.index("adjustment"), [columns.index(f"code.{c}") for c in _SIDES]
    row = find_rows(
        table.path,
        table.name,
        lambda row: (
            row[step].strip() in _STEPS
            and not all(re.fullmatch(_CONSOLIDATED_CODE, row[place].strip()) for place in codes)
        ),
    )
    return BadFileError(
        "not a code of the Harmonized System: five digits (a zero was lost) or six",
        where=f"{table.name}, row {row[0]}, column code.after or code.before",
        why="a code that is lost takes its trade with it when data are converted",
    )


def _locate(table: FileTable, columns: list[str], key: Key) -> str:
    newer, from_code, older, to_code, _ = key
    step = columns.index("adjustment")
    after, before = (columns.index(f"code.{side}") for side in _SIDES)
    found = find_rows(
        table.path,
        table.name,
        lambda row: (
            row[step].strip() == f"{newer[2:]} to {older[2:]}"
            and row[after].strip().zfill(6) == from_code
            and row[before].strip().zfill(6) == to_code
        ),
    )
    return f"{table.name}, rows {' and '.join(map(str, found))}"
