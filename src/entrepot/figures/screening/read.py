"""A list of shipments as the user has it: CSV, Excel or Parquet, whatever its columns are called.

Every cell stays as it is. A row that cannot be read is kept apart with its number, and never stops
the rest.
"""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from entrepot.errors import BadFileError, MissingExtraError, RequestError, UnknownNameError
from entrepot.figures.screening.cells import country_of
from entrepot.figures.screening.heads import ROLES, head_of
from entrepot.files import read_bytes, require_file
from entrepot.model.display import first_of
from entrepot.sources.table.cells import column_names
from entrepot.sources.text import filling, unfinished

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    import pyarrow as pa
    from python_calamine import CalamineWorkbook

    from entrepot.sources.workbook import SheetRows

LARGEST = 4 * 2**30
"""Bytes of a file of shipments."""
_HEAD_IN = 30  # rows among which the one with the names of columns is looked for
_MOST_COLUMNS = 1_000
_JOINED = 20  # lines that a quoted cell may span; more is a quotation mark that was never closed
_DELIMITERS = ",;\t|"
_START = 2**16  # bytes by which a file is known for what it is
_AT_ONCE = 2**22  # bytes whose quotation marks are counted at once
_PAGE = (b"<!doctype", b"<html", b"<table")
# Office encrypts into an OLE container with a stream of this name; its directory is in UTF-16.
_LOCKED = "EncryptedPackage".encode("utf-16-le")
# In the order in which they are tried. The single-byte ones decode nearly anything, so that not the
# decoding decides but whether a known name of a column comes out of it.
_WRITINGS = {
    "cp1252": "Windows-1252",
    "cp1251": "Windows-1251",
    "gb18030": "GB 18030",
    "cp1250": "Windows-1250",
}

NEEDED = ("code", "from", "to")
_MAY_BE_A_COUNTRY = ("from", "to", "origin")


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row that cannot be read: its number, why, and how it stands in the file."""

    row: int
    reason: str
    text: str


@dataclass(frozen=True)
class Shipments:
    """A list of shipments, unread.

    Attributes
    ----------
    name
        Of the file.
    columns
        Names of its columns; those without one are called by their place.
    cells
        One column each, ``c0``, ``c1`` ..., and ``row``: the number of the row as a spreadsheet
        shows it.
    broken
        Rows that do not fit the columns.
    notes
        What was decided in reading it.
    """

    name: str
    columns: tuple[str, ...]
    cells: pa.Table = field(repr=False)
    broken: tuple[BrokenRow, ...] = ()
    notes: tuple[str, ...] = ()


def read_file(path: Path, *, sheet: str = "", code: str = "") -> Shipments:
    """Return the shipments in a file.

    Parameters
    ----------
    sheet
        Which sheet of a workbook; needed if several have a column with codes.
    code
        Name of the column with codes, by which the row of names is found.

    Raises
    ------
    BadFileError
        If it cannot be read at all.
    RequestError
        If it has several such sheets.
    """
    require_file(path, most=LARGEST)
    suffix = path.suffix.lower()
    with path.open("rb") as opened:
        start = opened.read(_START)
        # The directory of an OLE container, which names the encrypted stream, may be at its end.
        opened.seek(max(0, path.stat().st_size - _START))
        _refuse_others(start + opened.read(_START), path.name)
    if start.startswith(b"PAR1") or suffix == ".parquet":
        return _parquet(path)
    # By content and not by name: ZIP (xlsx, ods) or OLE (xls), whatever the file is called.
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return read_workbook(path, sheet=sheet, code=code)
    if sheet:
        raise RequestError("--sheet is for a workbook", where=str(path), hint="leave it out")
    found = read_text(read_bytes(path, most=LARGEST), path.name, code=code)
    if unfinished(path) is None:
        return found
    said = "The last line has no line end: was the file cut off? Its last cell may lack signs."
    return replace(found, notes=(*found.notes, said))


def read_bytes_of(data: bytes, name: str) -> Shipments:
    """Return the shipments in what somebody sent: delimited text, or a workbook.

    The workbook is read in this process, for whoever calls this is one that may be ended.
    """
    _refuse_others(data, name)
    if not data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return read_text(data, name)
    try:
        from python_calamine import CalamineError, CalamineWorkbook
    except ImportError as error:
        raise MissingExtraError("python-calamine", "excel") from error
    try:
        workbook = CalamineWorkbook.from_object(io.BytesIO(data))
        sheets = {one: _rows_here(workbook, one, len(data)) for one in workbook.sheet_names}
    except (CalamineError, OSError, ValueError) as error:
        raise BadFileError(
            f"the workbook cannot be read: {error}", where=name, hint="save it as CSV"
        ) from error
    if not data.startswith(b"PK\x03\x04"):
        return _of_sheets(tuple(sheets), sheets.__getitem__, name, "", "")

    from entrepot.sources.workbook import without_holes

    def read(sheet: str) -> SheetRows:
        return without_holes(sheets[sheet], io.BytesIO(data), sheet, name)

    return _of_sheets(tuple(sheets), read, name, "", "")


def _rows_here(workbook: CalamineWorkbook, sheet: str, size: int) -> SheetRows:
    from entrepot.sources.workbook import SheetRows
    from entrepot.sources.workbook_child import cells_of

    places, rows = cells_of(workbook, sheet, size)
    return SheetRows(rows, places)


def _refuse_others(data: bytes, name: str) -> None:
    """Say what a file is that others call a table: a PDF, a web page, a locked workbook."""
    what, hint = "", "export the table itself as CSV or XLSX"
    if data.startswith(b"%PDF"):
        what = "a PDF, and no table of cells"
    elif data.removeprefix(b"\xef\xbb\xbf").lstrip()[:9].lower().startswith(_PAGE):
        what = "a web page, and no table of cells"
    elif data.startswith(b"\xd0\xcf\x11\xe0") and _LOCKED in data:
        what, hint = "a workbook with a password", "open it, save it without the password"
    if what:
        raise BadFileError(f"the file is {what}", where=name, hint=hint)


def read_text(data: bytes, name: str, *, code: str = "") -> Shipments:
    """Return the shipments in a delimited text; see `read_file`."""
    notes = []
    # Before the test for NUL bytes, which plain letters in UTF-16 are full of.
    if encoding := _utf_16(data):
        data = data.decode(encoding, "replace").encode()
    data = data.removeprefix(b"\xef\xbb\xbf")
    if b"\x00" in data:
        raise BadFileError("not a text", where=name, hint="save it as CSV, XLSX or Parquet")
    if sign := filling(data, blank_lines=False):
        raise BadFileError(
            f"the end is filled with {sign}",
            where=name,
            why="an interrupted download leaves files whose rest is filled: lines are missing",
            hint="get the file again",
        )
    try:
        data.decode()
    except UnicodeDecodeError:
        data, said = _other_writing(data, code)
        notes.append(said)
    # Line ends are made one before rows are numbered; lone \r is what old Excel for Mac writes.
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if not data.strip():
        raise BadFileError("the file is empty", where=name)
    # A slice of bytes may end within a letter, so errors are replaced; a head is far shorter.
    first = data[: 2**20].decode(errors="replace").split("\n")[:_HEAD_IN]
    delimiter = max(_DELIMITERS, key=lambda sign: max(line.count(sign) for line in first))
    try:
        heads = list(csv.reader(first, delimiter=delimiter))
    except csv.Error:  # a cell that is too long: its row is no head
        heads = [_split(line, delimiter) or [] for line in first]
    at = _head_row(heads, code, name)
    columns = _columns(heads[at], name)
    # Arrow takes each line for a row. Cells that go on in the next line, and quotation marks that
    # are never closed, need the slow way.
    if b'"' in data and _odd_quotes(data):
        cells, broken = _slowly(data, at + 1, len(columns), delimiter)
    else:
        cells, broken = _quick(data, at + 1, len(columns), delimiter)
    return Shipments(name, columns, cells, tuple(broken), tuple(notes))


def _utf_16(data: bytes) -> str:
    """Return which UTF-16 a text is in; Chinese and Russian without a mark too, by their commas."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    first = data[:4096]
    signs = first[: len(first) // 2 * 2]
    # Text without a byte order mark: ASCII signs (commas, digits) have a zero as their high byte.
    low, high = signs[::2].count(0), signs[1::2].count(0)
    if not (low or high) or len(signs) < 16:
        return ""
    encoding = "utf-16-le" if high > low else "utf-16-be"
    try:
        text = signs.decode(encoding)
    except UnicodeDecodeError:
        return ""
    return encoding if "\0" not in text and any(sign in text for sign in _DELIMITERS) else ""


def _other_writing(data: bytes, code: str) -> tuple[bytes, str]:
    """Return a text that is not UTF-8 as UTF-8, and what it was taken for.

    A byte here and there spoils a text in UTF-8, and the rest stays. Otherwise the names of the
    columns decide; where they have plain letters only, it is Windows-1252.
    """
    text = data.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    # More than half of the signs beyond ASCII decode
    # as UTF-8, which other encodings do not by chance.
    if bad * 2 < sum(ord(sign) > 127 for sign in text):
        count = f"{bad:,} signs" if bad > 1 else "one sign"
        return text.encode(), f"The text is UTF-8, and {count} in it cannot be read."
    first = b"\n".join(data[: 2**16].splitlines()[:_HEAD_IN])
    encoding = next((one for one in _WRITINGS if _names_codes(first, one, code)), "cp1252")
    return (
        data.decode(encoding, "replace").encode(),
        f"The text is not UTF-8 and was read as {_WRITINGS[encoding]}.",
    )


def _names_codes(first: bytes, encoding: str, code: str) -> bool:
    """Whether a column with codes is found in the head of a text, read in an encoding."""
    lines = first.decode(encoding, "replace").split("\n")
    delimiter = max(_DELIMITERS, key=lambda sign: max(line.count(sign) for line in lines))
    return _has_codes(list(csv.reader(lines, delimiter=delimiter)), code)


def _quick(data: bytes, skip: int, width: int, delimiter: str) -> tuple[pa.Table, list[BrokenRow]]:
    """Return the cells of a text whose rows are lines, which Arrow reads fast."""
    import numpy as np
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    names = [f"c{place}" for place in range(width)]
    # Rows of another width, which Arrow hands over one by one; they are fitted afterwards.
    odd: list[tuple[int, str]] = []

    def keep(row: Any) -> str:
        odd.append((row.number, row.text))
        return "skip"

    if data.count(b"\n", 0, len(data) - 1) < skip:
        return _table([], width), []
    try:
        # Without threads: only then does Arrow number the rows that it hands to `keep`. All as
        # text: numbers would lose leading zeros of codes.
        read = arrow_csv.read_csv(
            pa.BufferReader(data),
            read_options=arrow_csv.ReadOptions(
                column_names=names, skip_rows=skip, use_threads=False, block_size=2**24
            ),
            parse_options=arrow_csv.ParseOptions(
                delimiter=delimiter, invalid_row_handler=keep, ignore_empty_lines=False
            ),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid:  # a line that is longer than a block, or cannot be cut into cells
        return _slowly(data, skip, width, delimiter)
    count = read.num_rows + len(odd)
    numbers = np.arange(skip + 1, skip + 1 + count, dtype=np.int64)
    # Arrow counts rows from 1 at the start of the file, skipped ones included.
    numbers = np.delete(numbers, [number - skip - 1 for number, _ in odd])
    read = read.append_column("row", pa.array(numbers))
    rows, broken = _fitted(((n, _split(text, delimiter), text) for n, text in odd), 0, width)
    if rows:
        read = pa.concat_tables([read, _table(rows, width)])
    return read, broken


def _split(text: str, delimiter: str) -> list[str] | None:
    """Return the cells of a row; None if one is longer than a cell may be."""
    try:
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
    except csv.Error:
        return None


def _odd_quotes(data: bytes) -> bool:
    """Whether a quoted cell goes on in the next line, or a quotation mark is never closed."""
    import numpy as np

    # Quotation marks before each line end: an odd number means that the line ends inside a cell.
    before = 0
    for start in range(0, len(data), _AT_ONCE):
        signs = np.frombuffer(data, np.uint8, min(_AT_ONCE, len(data) - start), start)
        quotes = signs == ord('"')
        ends = np.flatnonzero((signs == ord("\n")) | quotes)
        is_quote = quotes[ends]
        upto = before + np.cumsum(is_quote)
        if (upto[~is_quote] % 2).any():
            return True
        before += int(is_quote.sum())
    return bool(before % 2)


def _slowly(data: bytes, skip: int, width: int, delimiter: str) -> tuple[pa.Table, list[BrokenRow]]:
    """Return the cells of a text in which quoted cells span lines, or are never closed."""
    rows, broken = _fitted(_lines(data, delimiter, width), skip, width)
    return _table(rows, width), broken


def _lines(data: bytes, delimiter: str, width: int) -> Iterator[tuple[int, list[str] | None, str]]:
    """Yield number, cells and text of each row; None for one whose quotation is never closed.

    Numbers are those of lines, and a row of several lines has that of its first. A line is taken
    alone if those below are rows of their own, or make no whole row with it: it would hide them.
    """
    lines = data.decode().split("\n")
    if lines and not lines[-1]:
        lines.pop()
    at = 0
    while at < len(lines):
        text, end = lines[at], at + 1
        while text.count('"') % 2 and end < len(lines) and end - at < _JOINED:
            text += "\n" + lines[end]
            end += 1
        row = _split(text, delimiter)
        joined = end > at + 1
        # A lower line with as many delimiters as a row has
        # is a row, swallowed by an open quotation mark.
        below = (line.count(delimiter) for line in lines[at + 1 : end])
        alone = row is None or len(row) != width or any(count >= width - 1 for count in below)
        if text.count('"') % 2 or (joined and alone):
            yield at + 1, None, lines[at]
            at += 1
            continue
        yield at + 1, row, text
        at = end


def _fitted(
    rows: Iterable[tuple[int, list[str] | None, str]], skip: int, width: int
) -> tuple[list[tuple[int, list[str]]], list[BrokenRow]]:
    """Return rows as wide as the head, and those that cannot be made so."""
    found: list[tuple[int, list[str]]] = []
    broken: list[BrokenRow] = []
    for number, cells, text in rows:
        if number <= skip:
            continue
        if cells is None:
            most = csv.field_size_limit()
            reason = f"a cell has over {most:,} characters"
            if len(text) <= most:
                reason = "a quotation mark is not closed"
            broken.append(BrokenRow(number, reason, text[:most]))
        # Empty cells beyond the head are trailing delimiters, and are cut off without a word.
        elif len(cells) > width and any(cells[width:]):
            reason = f"row has {len(cells)} cells, and the head {width}"
            broken.append(BrokenRow(number, reason, text))
        else:
            found.append((number, (cells + [""] * width)[:width]))
    return found, broken


def _columns(names: Sequence[str], file: str) -> tuple[str, ...]:
    """Return the names of columns, each once; refuse more than a list of shipments has."""
    if len(names) > _MOST_COLUMNS:
        raise BadFileError(
            f"{len(names):,} columns",
            where=file,
            why=f"a list of shipments has a few dozen, and over {_MOST_COLUMNS:,} take minutes",
            hint="look for a cell far to the right; save the columns of the shipments alone",
        )
    return column_names(names)


def _table(rows: Sequence[tuple[int, Sequence[str]]], width: int) -> pa.Table:
    import pyarrow as pa

    columns = [pa.array([cells[place] for _, cells in rows], pa.string()) for place in range(width)]
    numbers = pa.array([number for number, _ in rows], pa.int64())
    return pa.table([*columns, numbers], names=[*(f"c{place}" for place in range(width)), "row"])


def _parquet(path: Path) -> Shipments:
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    from entrepot.sources.parquet import require_modest

    require_modest(path, path.name)
    try:
        read = pq.read_table(path)
        names = read.column_names
    # The last for a name of a column that is no UTF-8.
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise BadFileError("not a Parquet file", where=str(path), hint="check the file") from error
    columns = _columns(names, path.name)
    # By place, as two columns may have one name.
    read = pa.table([_plain(one) for one in read.columns], names=names)
    read = read.rename_columns([f"c{place}" for place in range(len(columns))])
    numbers = pa.array(np.arange(1, read.num_rows + 1, dtype=np.int64))
    return Shipments(path.name, columns, read.append_column("row", numbers))


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column as it is, or as texts where a table of rows has no such cells."""
    import pyarrow as pa

    kind = column.type
    if pa.types.is_dictionary(kind):
        return _plain(column.cast(kind.value_type))
    tests = "null boolean integer floating decimal date time timestamp string large_string"
    if not any(getattr(pa.types, f"is_{test}")(kind) for test in tests.split()):
        return pa.chunked_array([[_cell_text(cell) for cell in column.to_pylist()]], pa.string())
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        try:
            column.validate(full=True)
        except pa.ArrowInvalid:  # bytes that are no UTF-8, in a column said to be of texts
            bytes_ = pa.large_binary() if pa.types.is_large_string(kind) else pa.binary()
            return _plain(column.cast(bytes_))
    return column


def _cell_text(cell: Any) -> str | None:
    """Return a cell of Parquet as text: lists and structures as JSON, other bytes in hex."""
    if cell is None or isinstance(cell, str):
        return cell
    if isinstance(cell, bytes):
        try:
            return cell.decode()
        except UnicodeDecodeError:
            return cell.hex()
    if isinstance(cell, (dict, list)):
        return json.dumps(cell, ensure_ascii=False, default=_cell_text)
    return str(cell)


def read_workbook(path: Path, *, sheet: str = "", code: str = "") -> Shipments:
    """Return the rows of a sheet of a workbook as texts; see `read_file`."""
    from entrepot.sources.workbook import sheet_rows, sheets

    names = sheets(path, path.name)
    if sheet and sheet not in names:
        raise UnknownNameError("sheet", sheet, names, where=path.name)
    return _of_sheets(names, lambda name: sheet_rows(path, name, path.name), path.name, sheet, code)


def _of_sheets(
    names: tuple[str, ...], read: Callable[[str], SheetRows], file: str, sheet: str, code: str
) -> Shipments:
    from entrepot.sources.workbook import cell_text

    fits = []
    for name in [sheet] if sheet else names:
        rows = read(name)
        heads = [[cell_text(cell) for cell in row] for row in rows[:_HEAD_IN]]
        if any(heads) and (sheet or len(names) == 1 or _has_codes(heads, code)):
            fits.append((name, rows, heads))
    if not fits:
        raise BadFileError(
            "no sheet has a column with codes",
            where=f"{file}: {', '.join(names)}",
            hint="name the column with --code, and the sheet with --sheet",
        )
    if len(fits) > 1:
        raise RequestError(
            f"{len(fits)} sheets have a column with codes",
            where=file,
            hint=f"say which: --sheet {fits[0][0]!r}; all: {first_of([one[0] for one in fits])}",
        )
    [(name, rows, heads)] = fits
    at = _head_row(heads, code, file)
    columns = _columns(rows.named(heads[at]), file)
    cells = [
        (number, [cell_text(cell) for cell in row[: len(columns)]])
        for number, row in enumerate(rows[at + 1 :], start=at + 2)
    ]
    notes = (f"Sheet {name!r} was read.",) if len(names) > 1 else ()
    return Shipments(file, columns, _table(cells, len(columns)), (), notes)


def _has_codes(heads: Sequence[Sequence[str]], code: str) -> bool:
    return any(_is_head(row, code) for row in heads)


def _is_head(row: Sequence[str], code: str) -> bool:
    return code in row if code else any(head_of(cell).role == "code" for cell in row)


def _head_row(heads: Sequence[Sequence[str]], code: str, name: str) -> int:
    """Return the row with the names of columns: the first with one for codes, or the first."""
    for at, row in enumerate(heads):
        if _is_head(row, code):
            return at
    known = [cell for cell in next((row for row in heads if any(row)), []) if cell]
    if code:
        raise UnknownNameError("column", code, known, where=name)
    return next((at for at, row in enumerate(heads) if any(row)), 0)


# Which column is what


def columns_for(
    shipments: Shipments, named: dict[str, str]
) -> tuple[dict[str, int], dict[str, str]]:
    """Return the place of each column that is needed, and countries that hold for all rows.

    Parameters
    ----------
    named
        Names of columns by role, or a country for ``from``, ``to`` and ``origin``; a day for
        ``date``.

    Raises
    ------
    UnknownNameError
        If one that is told is no column.
    RequestError
        If a column that is needed is not found, or two could be it.
    """
    names = shipments.columns
    heads = [head_of(name) for name in names]
    places, fixed = _named_columns(shipments, named)
    for role in ROLES:
        if role in places or role in fixed:
            continue
        fits = [
            at for at, head in enumerate(heads) if head.role == role and at not in places.values()
        ]
        first = min((heads[at].rank for at in fits), default=0)
        fits = [at for at in fits if heads[at].rank == first]
        # Two columns of value or mass are common (net and gross): the first is taken.
        if len(fits) > 1 and role in (*NEEDED, "date", "origin"):
            shown = " or ".join(repr(names[at]) for at in fits)
            raise RequestError(
                f"two columns could be the {ROLE_WORDS.get(role, role)}",
                where=f"{shipments.name}: {shown}",
                hint=f"say which: --{role} {names[fits[0]]!r}",
            )
        if fits:
            places[role] = fits[0]
    missing = [role for role in NEEDED if role not in places and role not in fixed]
    if missing:
        role = missing[0]
        more = " or a country, such as DEU" if role in _MAY_BE_A_COUNTRY else ""
        raise RequestError(
            f"no column for the {ROLE_WORDS[role]}",
            where=f"{shipments.name}: {', '.join(names[:20])}",
            why="which lists apply depends on it" if role != "code" else "",
            hint=f"name it: --{role} COLUMN{more}",
        )
    return places, fixed


def _named_columns(
    shipments: Shipments, named: dict[str, str]
) -> tuple[dict[str, int], dict[str, str]]:
    names = shipments.columns
    places: dict[str, int] = {}
    fixed: dict[str, str] = {}
    for role, text in named.items():
        if not text:
            continue
        if text in names:
            places[role] = names.index(text)
        elif role in _MAY_BE_A_COUNTRY and (code := country_of(text)):
            fixed[role] = code
        elif role == "date" and re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            fixed[role] = text
        else:
            raise UnknownNameError(f"column for --{role}", text, names, where=shipments.name)
    return places, fixed


ROLE_WORDS = {
    "code": "product code",
    "date": "date",
    "from": "country of dispatch",
    "to": "country of destination",
    "origin": "country of origin",
    "via": "route",
    "consignee": "consignee",
    "value": "value",
    "mass": "mass, kg",
    "description": "description",
    "currency": "currency",
}
"""What a column is, in words."""
_NAMED = 12  # columns of the file that a sentence names
_WITHOUT = {
    "origin": "No column with the country of origin: the country of dispatch alone decides. Goods "
    "from Russia sent by another country, and US goods sent on, are not recognised.",
    "via": "No column with the route: transit through Russia cannot be screened.",
}


def columns_said(
    shipments: Shipments, places: dict[str, int], fixed: dict[str, str]
) -> Iterator[str]:
    """Yield which columns are used as what, which are not, and what cannot be told without one."""
    names = shipments.columns
    used = [
        f"{ROLE_WORDS[role]}: {repr(names[places[role]]) if role in places else fixed[role]}"
        for role in ROLES
        if role in places or role in fixed
    ]
    yield f"Columns used as {'; '.join(used)}."
    if unused := [name for at, name in enumerate(names) if at not in places.values()]:
        yield f"Columns not used: {first_of([repr(name) for name in unused], _NAMED)}."
    if units := [repr(name) for name in unused if head_of(name).unit]:
        yield (
            f"Not used because of their unit: {first_of(units, _NAMED)}. Values are read in a "
            "currency, masses in kg: convert the column, and its name."
        )
    for role, said in _WITHOUT.items():
        if role not in places and role not in fixed:
            yield said
