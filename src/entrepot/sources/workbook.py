"""Excel workbooks (.xls, .xlsx, .xlsb) as plain rows of cells, read at arm's length.

A workbook of two cells can ask for half a terabyte of memory, and the library that reads it then
ends the whole program. So it runs in a process of its own, with a limit on memory and time.
"""

from __future__ import annotations

import os
import pickle
import posixpath
import re
import subprocess
import sys
import zipfile
import zlib
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from html import unescape
from importlib.util import find_spec
from io import BytesIO
from typing import IO, TYPE_CHECKING, Any

from entrepot.errors import BadFileError, MissingExtraError
from entrepot.files import member_bytes, open_zip
from entrepot.sources import workbook_child

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

ERRORS = frozenset({"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"})
"""What a formula of a spreadsheet gives that cannot be worked out."""

Cell = str | int | float | bool | datetime | date | time | timedelta

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WORKBOOKS = {"xl/workbook.xml", "xl/workbook.bin"}
_MOST_BYTES = 2**30  # unpacked: a million rows of twelve columns take half of it
_MOST_NAMES = 2**24  # bytes of the list of sheets
_SECONDS = 120
_FEW_BYTES = 2**25  # a sheet that is smaller is read at once, whatever is in it
_MOST_ROWS = 2**20  # of a sheet, as Excel has them
_LONGEST_TAG = 64  # letters of the name of one
_LONGEST_CELL = 2**20


class SheetRows(list[list[Cell]]):
    """The rows of a sheet, all of one length.

    Attributes
    ----------
    places
        Number of each of their columns in the sheet, from 1 on. Most are missing where a cell
        stands far to the right: columns without a cell between it and the table.
    """

    def __init__(self, rows: Iterable[list[Cell]], places: Sequence[int]) -> None:
        super().__init__(rows)
        self.places = places

    def named(self, names: Sequence[str]) -> tuple[str, ...]:
        """Return names of columns, those without one called by their place in the sheet."""
        return tuple(
            name or f"column {place}" for name, place in zip(names, self.places, strict=False)
        )


def is_workbook(path: Path) -> bool:
    """Whether a file is an Excel workbook, judged by its content."""
    with path.open("rb") as opened:
        start = opened.read(8)
    if start == _OLE:
        return True
    if not start.startswith(_ZIP):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return not _WORKBOOKS.isdisjoint(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError):
        return False


def sheets(path: Path, where: str) -> tuple[str, ...]:
    """Return the names of the sheets with cells, hidden ones too, in the order of the workbook.

    Parameters
    ----------
    path, where
        The workbook, and its name for messages.

    Raises
    ------
    BadFileError
        If it is no workbook, damaged, locked, or unpacks to more than a gigabyte.
    MissingExtraError
        If the extra ``excel`` is not installed.
    """
    return tuple(_ask(path, where))


def sheet_rows(path: Path, sheet: str, where: str) -> SheetRows:
    """Return the rows of a sheet from cell A1 on.

    An empty cell is an empty text; numbers are floats; a formula gives the value stored with it.
    A cell of an .xlsx file with an error gives its text (``#N/A``); those of .xls and .xlsb come
    out empty.

    Parameters
    ----------
    path, sheet, where
        The workbook, the name of the sheet, and the name of the workbook for messages.

    Raises
    ------
    BadFileError
        As `sheets` does; if there is no such sheet; if it spans more than twelve million cells;
        if a formula of an .xlsx file has no value stored.
    MissingExtraError
        If the extra ``excel`` is not installed.
    """
    _require_few(path, sheet, where)
    places, *cells = _ask(path, where, sheet)
    rows = SheetRows(cells, places)
    # calamine gives "" for an error and for a formula without a value; the XML tells them apart.
    return without_holes(rows, path, sheet, where) if _is_zip(path) else rows


def _require_few(path: Path, sheet: str, where: str) -> None:
    """Refuse a sheet with more cells or rows than are read, blank ones too, before it is read.

    They need no space: two megabytes hold 25 million of them, and reading them took a minute.
    """
    _distrust(path, where)
    if not _is_zip(path):
        return
    try:
        with open_zip(path) as archive:
            member = _member(archive, sheet)
            if member is None or archive.getinfo(member).file_size < _FEW_BYTES:
                return
            with archive.open(member) as opened:
                cells = rows = 0
                rest = b""
                while piece := opened.read(_AT_ONCE):
                    # The last tag may go on in the next piece, and counts there.
                    text, sign, rest = (rest + piece).rpartition(b"<")
                    rest = (sign + rest)[:_LONGEST_TAG]
                    cells += text.count(b"<c ") + text.count(b":c ")
                    rows += text.count(b"<row ") + text.count(b":row ")
                    if cells > workbook_child.MOST_CELLS or rows > _MOST_ROWS:
                        break
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError) as error:
        raise _unreadable(str(error), where) from error
    if cells > workbook_child.MOST_CELLS or rows > _MOST_ROWS:
        raise BadFileError(
            f"a sheet of more than {workbook_child.MOST_CELLS:,} cells or {_MOST_ROWS:,} rows",
            where=f"{where}, sheet {sheet!r}",
            why="blank ones count, which a format that was given to whole columns leaves behind",
            hint="delete the blank rows and columns in a spreadsheet program, or save the sheet "
            "as CSV",
        )


def without_holes(rows: SheetRows, path: Path | IO[bytes], sheet: str, where: str) -> SheetRows:
    """Return the rows of a sheet of an .xlsx file with the texts of its errors, as `sheet_rows`.

    Raises
    ------
    BadFileError
        As `sheet_rows` does; also if two rows have one number, or two cells one address.
    """
    found = []
    last = rows.places[-1] if rows.places else 0
    try:
        for hole in holes(path, sheet, where):
            if hole.text is None or hole.row > len(rows) or hole.column > last:
                raise _no_value(hole, sheet, where)
            found.append((hole.row - 1, hole.column, hole.text))
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError) as error:
        raise _unreadable(str(error), where) from error
    rows = _with_columns(rows, {column for _, column, _ in found})
    index = {place: n for n, place in enumerate(rows.places)}
    for row, column, text in found:
        rows[row][index[column]] = text
    return rows


def _with_columns(rows: SheetRows, wanted: set[int]) -> SheetRows:
    """Return rows in which these columns are not left out as empty: their cells are errors."""
    if wanted <= set(rows.places):
        return rows
    places = sorted(wanted | set(rows.places))
    index = {place: n for n, place in enumerate(rows.places)}
    cells = [[row[index[one]] if one in index else "" for one in places] for row in rows]
    return SheetRows(cells, places)


def merged_cells(path: Path, sheet: str) -> list[tuple[str, int, int]]:
    """Return the merged cells of a sheet of an .xlsx file: the first of each, first and last row.

    All but the first come out of `sheet_rows` as empty. Other kinds of workbooks do not say.
    """
    if not _is_zip(path):
        return []
    try:
        return list(merged(path, sheet))
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError):
        return []  # whoever reads the rows says what is wrong


@dataclass(frozen=True, slots=True)
class HiddenParts:
    """What of a sheet is not shown: a filter or a hand hid it, and its cells are data all the same.

    Attributes
    ----------
    rows, columns
        Their numbers in the sheet, from 1 on.
    is_sheet
        Whether the sheet as a whole is hidden.
    """

    rows: frozenset[int] = frozenset()
    columns: tuple[range, ...] = ()
    is_sheet: bool = False


def hidden_parts(path: Path, sheet: str) -> HiddenParts:
    """Return what of a sheet of an .xlsx file is hidden; other kinds of workbooks do not say."""
    if not _is_zip(path):
        return HiddenParts()
    try:
        with open_zip(path) as archive:
            return _hidden_parts(archive, sheet)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError):
        return HiddenParts()  # whoever reads the rows says what is wrong


def _hidden_parts(archive: zipfile.ZipFile, sheet: str) -> HiddenParts:
    member = _member(archive, sheet)
    if member is None:
        return HiddenParts()
    workbook = member_bytes(archive, "xl/workbook.xml", _MOST_NAMES).decode("utf-8", "replace")
    states = {one.get("name"): one.get("state", "visible") for one in _tags(_SHEET, workbook)}
    rows: set[int] = set()
    columns: list[range] = []
    row, rest = 0, b""
    with archive.open(member) as opened:
        while piece := opened.read(_AT_ONCE):
            # The last tag may go on in the next piece.
            text, sign, rest = (rest + piece).rpartition(b"<")
            rest = (sign + rest)[-_LONGEST_CELL:]
            for found in _ROW_OR_COLUMN.finditer(text):
                names = _attributes(found[2].decode("utf-8", "replace"))
                is_hidden = names.get("hidden") in ("1", "true")
                if found[1] == b"row":
                    said = names.get("r", "")
                    row = int(said) if said.isdecimal() and len(said) < 8 else row + 1
                    rows |= {row} if is_hidden else set()
                elif is_hidden and names.get("min", "").isdecimal():
                    first, last = int(names["min"][:5]), names.get("max", "")
                    until = int(last[:5]) if last.isdecimal() else first
                    columns.append(range(first, until + 1))
    return HiddenParts(frozenset(rows), tuple(columns), states.get(sheet) not in (None, "visible"))


def cell_text(cell: Cell) -> str:
    """Return a cell as text: whole numbers without a point, dates as ISO 8601 has them.

    Examples
    --------
    >>> cell_text(10110.0), cell_text(0.5), cell_text(" 01 "), cell_text(True)
    ('10110', '0.5', ' 01 ', 'TRUE')
    """
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)


def _is_zip(path: Path) -> bool:
    with path.open("rb") as opened:
        return opened.read(4) == _ZIP


def _ask(path: Path, where: str, sheet: str | None = None) -> list[Any]:
    """Let the other process read names of sheets, or the rows of one."""
    _distrust(path, where)
    if find_spec("python_calamine") is None:
        raise MissingExtraError("python-calamine", "excel")
    # -P keeps the folder of the script off sys.path: a module there could hide one of the
    # standard's.
    command = [sys.executable, "-P", workbook_child.__file__, str(path.resolve())]
    # The child finds calamine where this process does; an empty entry would be the current folder.
    paths = os.pathsep.join(entry for entry in sys.path if entry)
    try:
        done = subprocess.run(
            command + ([sheet] if sheet is not None else []),
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            env={**os.environ, "PYTHONPATH": paths},
        )
    except subprocess.TimeoutExpired as error:
        raise _unreadable(f"not read within {_SECONDS} seconds", where) from error
    # Killed by its memory limit, the child writes nothing, or a part and a signal as return code.
    if done.returncode or not done.stdout:
        raise _unreadable("reading it takes too much memory, or fails", where)
    # Pickles of our own child, written one after the other. A workbook cannot put one there: cells
    # come as plain values, and what runs in the child runs as this user anyway.
    parts = BytesIO(done.stdout)
    found: list[Any] = []
    while parts.tell() < len(done.stdout):
        word, content = pickle.load(parts)
        if word == "error":
            if sheet is None:
                raise _unreadable(content, where)
            raise _cut_off(path, sheet, where) or _unreadable(content, f"{where}, sheet {sheet!r}")
        found += content
    return found


def _distrust(path: Path, where: str) -> None:
    if not is_workbook(path):
        raise BadFileError(
            "not an Excel workbook",
            where=where,
            why="a failed download often leaves a web page under the name of the file",
            hint="give an .xls, .xlsx or .xlsb file; save other kinds as one of them, or as CSV",
        )
    if not _is_zip(path):
        return
    try:
        with open_zip(path) as archive:
            # Sizes as the archive states them, to refuse early; the child's memory limit is what
            # holds.
            size = sum(member.file_size for member in archive.infolist())
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise _unreadable(str(error), where) from error
    if size > _MOST_BYTES:
        raise BadFileError(
            f"a workbook that unpacks to {size:,} bytes",
            where=where,
            why="no workbook of this kind is larger than a gigabyte",
            hint="save the sheet that is wanted as CSV",
        )


def _unreadable(what: str, where: str) -> BadFileError:
    return BadFileError(
        f"the workbook cannot be read: {what}",
        where=where,
        hint="open it in a spreadsheet program and save it again, or save the sheet as CSV",
    )


def _cut_off(path: Path, sheet: str, where: str) -> BadFileError | None:
    """Return what is said of a sheet whose text ends in the middle; None if it does not."""
    if not _is_zip(path):
        return None
    end = b""
    try:
        with open_zip(path) as archive:
            if (member := _member(archive, sheet)) is None:
                return None
            with archive.open(member) as opened:
                while piece := opened.read(_AT_ONCE):
                    end = (end + piece)[-_LONGEST_TAG:]
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError):
        return None
    if end.rstrip().endswith(b"worksheet>"):
        return None
    return BadFileError(
        "the sheet ends in the middle",
        where=f"{where}, sheet {sheet!r}",
        why="the workbook was cut off when it was written or sent, and rows of it are missing",
        hint="get the workbook again from where it comes",
    )


def _no_value(hole: Hole, sheet: str, where: str) -> BadFileError:
    return BadFileError(
        "a formula without a value",
        where=f"{where}, sheet {sheet!r}, cell {hole.cell}",
        why="formulas are not evaluated here, so its number would be missing without notice",
        hint="open the file in a spreadsheet program and save it, which stores the values",
    )


# Regular expressions and no XML parser: entities of a hostile document cannot expand, and a sheet
# of half a gigabyte is read in pieces.
_SHEET = re.compile(r"<(?:\w+:)?sheet\b[^>]*>")
_LINK = re.compile(r"<(?:\w+:)?Relationship\b[^>]*>")
_ATTRIBUTE = re.compile(r"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_START = re.compile(rb"<(?:\w+:)?c\b([^<>]*)>")  # no sign twice, so no text takes long
_END = re.compile(rb"</(?:\w+:)?c>")
_VALUE = re.compile(rb"<(?:\w+:)?v\b[^>]*>([^<]+)<")
# A formula that gives "" has <v></v>, which _VALUE does not match.
_EMPTY_TEXT = re.compile(rb"<(?:\w+:)?v\b")
_FORMULA = re.compile(rb"<(?:\w+:)?f\b")
# What a cell with an error or a formula has: most have neither, and are passed over at once.
_EITHER = re.compile(rb"""<(?:\w+:)?f\b|=\s*["']e["']""")
_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_ROW = re.compile(rb"<(?:\w+:)?row\b([^<>]*)>")
_ROW_OR_COLUMN = re.compile(rb"<(?:\w+:)?(row|col)\b([^<>]*)>")
_NUMBER = re.compile(rb"""\br\s*=\s*["']([0-9]{1,7})["']""")
_ADDRESS = re.compile(rb"""<(?:\w+:)?c\b[^<>]*?\sr\s*=\s*["']([A-Z]{1,3}[0-9]{1,7})["']""")
_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MERGED = re.compile(
    rb"""<(?:\w+:)?mergeCell\b[^<>]*?\bref\s*=\s*["']([A-Z]+)([0-9]+):[A-Z]+([0-9]+)"""
)
_AT_ONCE = 2**20


@dataclass(frozen=True, slots=True)
class Hole:
    """A cell that would come out empty.

    Attributes
    ----------
    cell
        As a spreadsheet calls it: ``B7``.
    row, column
        The same as numbers from 1 on.
    text
        Text of the error in it (``#N/A``); None for a formula without a value.
    """

    cell: str
    row: int
    column: int
    text: str | None


def holes(path: Path | IO[bytes], sheet: str, where: str) -> Iterator[Hole]:
    """Yield the cells of a sheet with an error, or with a formula and no value stored.

    Nothing is yielded for a workbook in binary (.xlsb), whose sheets are no text.

    Raises
    ------
    BadFileError
        If two rows have one number, or two cells one address.
    """
    with open_zip(path) as archive:
        member = _member(archive, sheet)
        if member is None:
            return
        with archive.open(member) as opened:
            for attributes, inside in _cells(_each_once(opened, f"{where}, sheet {sheet!r}")):
                names = _attributes(attributes.decode("utf-8", "replace"))
                if names.get("t") == "e":
                    value = _VALUE.search(inside)
                    text = unescape(value[1].decode("utf-8", "replace")) if value else "#ERROR!"
                    yield _hole(names, text)
                elif _FORMULA.search(inside) and not _has_value(inside, names):
                    yield _hole(names, None)


def merged(path: Path, sheet: str) -> Iterator[tuple[str, int, int]]:
    """Yield the merged cells of a sheet: their place, first and last row.

    The text stands in the first cell; the others come out empty. Nothing is yielded for .xlsb.
    """
    with open_zip(path) as archive:
        member = _member(archive, sheet)
        if member is None:
            return
        rest = b""
        with archive.open(member) as opened:
            while piece := opened.read(_AT_ONCE):
                text = rest + piece
                end = 0
                for found in _MERGED.finditer(text):
                    end = found.end()
                    column, first, last = (part.decode() for part in found.groups())
                    yield f"{column}{first}", int(first), int(last)
                rest = text[max(end, len(text) - 200) :]  # one may be cut in two


def _has_value(inside: bytes, names: dict[str, str]) -> bool:
    """Whether a value is stored; the empty text is one, and so is a list of text as it stands."""
    if names.get("t") in ("str", "inlineStr"):
        return _EMPTY_TEXT.search(inside) is not None or names["t"] == "inlineStr"
    return _VALUE.search(inside) is not None


def _hole(names: dict[str, str], text: str | None) -> Hole:
    cell = names.get("r", "")
    found = _PLACE.fullmatch(cell)
    if found is None:  # a cell that does not say where it is: as bad as one without a value
        return Hole("not said", 0, 0, None)
    column = 0
    # Columns count in base 26 without a zero: Z is 26, AA is 27.
    for letter in found[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return Hole(cell, int(found[2]), column, text)


def _each_once(opened: IO[bytes], where: str) -> Iterator[bytes]:
    """Yield a sheet in pieces, and refuse it if two rows have one number, or two cells one address.

    Of two, the library that reads the cells gives the last, and says nothing of the other.
    """
    rows: set[int] = set()
    row, cells = 0, set[bytes]()  # number and addresses of the row that is read
    rest = b""
    while piece := opened.read(_AT_ONCE):
        yield piece
        # The last tag may go on in the next piece.
        text, sign, rest = (rest + piece).rpartition(b"<")
        rest = (sign + rest)[-_LONGEST_CELL:]
        before, *begun = _ROW.split(text)
        parts = [(None, before), *zip(begun[::2], begun[1::2], strict=True)]
        for attributes, inside in parts:
            if attributes is not None:
                said = _NUMBER.search(attributes)
                row, cells = int(said[1]) if said else row + 1, set()
                if row in rows:
                    raise _twice(f"two rows have the number {row}", where, row)
                rows.add(row)
            found = Counter(_ADDRESS.findall(inside))
            again = cells & found.keys() or {one for one, count in found.items() if count > 1}
            if again:
                raise _twice(f"two cells have the address {min(again).decode()}", where, row)
            cells |= found.keys()
            # One that says another row than that in which it stands is read as a cell of that row.
            if row and {one.lstrip(_LETTERS) for one in found} - {b"%d" % row}:
                raise _twice(f"a cell of row {row} says that it is of another", where, row)


def _twice(what: str, where: str, row: int) -> BadFileError:
    return BadFileError(
        what,
        where=f"{where}, row {row}",
        why="the sheet is damaged, and cells of it would be dropped without a word",
        hint="open it in a spreadsheet program, compare it with its source and save it again",
    )


def _cells(pieces: Iterator[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Yield attributes and content of cells with formulas or errors, a piece of text at a time."""
    rest = b""
    for piece in pieces:
        # What follows the last end tag may go on in the next piece.
        *cells, rest = _END.split(rest + piece)
        for text in filter(_EITHER.search, cells):
            starts = list(_START.finditer(text))
            if starts:  # cells without content stand before the one that ends here
                yield starts[-1][1], text[starts[-1].end() :]
        rest = rest[-_AT_ONCE:]  # no cell is as long as that


def _member(archive: zipfile.ZipFile, sheet: str) -> str | None:
    """Return the name of the member with the text of a sheet."""
    names = set(archive.namelist())
    if "xl/workbook.xml" not in names or "xl/_rels/workbook.xml.rels" not in names:
        return None
    workbook = member_bytes(archive, "xl/workbook.xml", _MOST_NAMES).decode("utf-8", "replace")
    links = member_bytes(archive, "xl/_rels/workbook.xml.rels", _MOST_NAMES).decode(
        "utf-8", "replace"
    )
    target = {one.get("Id"): one.get("Target", "") for one in _tags(_LINK, links)}
    for one in _tags(_SHEET, workbook):
        link = next((text for name, text in one.items() if name.endswith(":id")), None)
        if one.get("name") == sheet and link in target:
            # Targets may be relative to xl/, absolute, or have .. in them.
            member = posixpath.normpath(posixpath.join("xl", target[link])).lstrip("/")
            return member if member in names else None
    return None


def _tags(pattern: re.Pattern[str], text: str) -> Iterator[dict[str, str]]:
    for found in pattern.finditer(text):
        yield _attributes(found[0])


def _attributes(text: str) -> dict[str, str]:
    return {name: unescape(one or other) for name, one, other in _ATTRIBUTE.findall(text)}
