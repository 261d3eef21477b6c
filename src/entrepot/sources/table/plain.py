"""Texts and sheets as delimited text in UTF-8 that begins with the names of its columns."""

from __future__ import annotations

import codecs
import csv
import math
import re
from itertools import accumulate, islice
from typing import IO, TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.model.columns import Finding
from entrepot.sources.parquet import is_parquet
from entrepot.sources.table.documents import document_sheets, is_document
from entrepot.sources.table.mapping import BLANKS
from entrepot.sources.text import (
    MAX_COLUMNS,
    MAX_LINE,
    about_hidden,
    count_lines,
    encoding_of,
    refuse_filled,
    refuse_mixed,
    utf16_order,
)
from entrepot.sources.workbook import (
    HiddenParts,
    SheetRows,
    cell_text,
    hidden_parts,
    is_workbook,
    merged_cells,
    sheet_rows,
    sheets,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from entrepot.sources.table.mapping import Mapping
    from entrepot.sources.workbook import Cell

# utf-16 reads its own mark for the order of bytes, so both orders have one name.
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (b"\xfe\xff", "utf-16"))
_LONGEST = 2**24  # characters in a line


def plain_text(
    path: Path, label: str, mapping: Mapping, scratch: Path
) -> tuple[Path, tuple[str, ...], tuple[Finding, ...]]:
    """Return a text as DuckDB reads it, its first row, and what is said of the rows above it.

    Raises
    ------
    BadFileError
        If it is not text in the encoding that the mapping says, or in two, or has no such row.
    """
    encoding = _encoding(path, label, mapping)
    target = path
    cuts = mapping.first_row or mapping.last_row
    # A file that DuckDB can read as it is is not copied.
    if encoding not in ("utf-8", "utf-8-sig") or mapping.head > 1 or cuts:
        target = scratch / f"{path.stem}.table.txt"
        # These have zero bytes, which would count as damage.
        if not encoding.startswith(("utf-16", "utf-32")):
            count_lines(path, label)  # rows that are not copied may be damage as well
        with path.open(encoding=encoding, newline="") as source:
            _copy(source, target, label, mapping, encoding)
        refuse_mixed(path, label, encoding)
    with target.open(encoding="utf-8-sig", newline="") as opened:
        names = _first(opened, label, mapping)
    # After the copy, which is in UTF-8.
    if has_labels(names):
        target, names = _unlabelled(target, label, names, mapping, scratch)
    if mapping.header_rows > 1:
        with path.open(encoding=encoding, newline="") as source:
            lines = [line.lstrip("\ufeff") for line in islice(source, mapping.head - 1)]
        above = lines[-(mapping.header_rows - 1) :]
        names = joined_names([*csv.reader(above, delimiter=mapping.delimiter), names])
    if mapping.head == 1:
        return target, names, ()
    with path.open(encoding=encoding, newline="") as source:
        # readline with a bound, as iterating a file would read a line of any length.
        text = iter(lambda: source.readline(_LONGEST), "")
        return target, names, tuple(_about_above(_cells_of(text, mapping), label, mapping))


def has_labels(names: Sequence[str]) -> bool:
    """Whether names of columns are those of SDMX-CSV with ``labels=both``: FREQ: Frequency.

    Examples
    --------
    >>> has_labels(("DATAFLOW", "FREQ: Frequency", "GEO: Area", "OBS_VALUE"))
    True
    >>> has_labels(("Year", "Value: USD"))
    False
    """
    dimensions = [name for name in names[1:] if _LABELLED.fullmatch(name)]
    return bool(names) and _LABELLED_FIRST.match(names[0]) is not None and len(dimensions) > 1


_LABELLED_FIRST = re.compile(r"(?:DATAFLOW|STRUCTURE)\b", re.IGNORECASE)
_LABELLED = re.compile(r"([A-Za-z][A-Za-z0-9_]*): ?(\S.*)", re.DOTALL)
_LABELLED_CELL = re.compile(r"([^:\s]+): ?(\S.*)", re.DOTALL)


def _unlabelled(
    path: Path, label: str, names: Sequence[str], mapping: Mapping, scratch: Path
) -> tuple[Path, tuple[str, ...]]:
    """Return SDMX-CSV with labels as a text of codes, with columns of labels behind them."""
    target = scratch / f"{path.stem}.codes.txt"
    heads = [_LABELLED.fullmatch(name) for name in names]
    plain = [found[1] if found else name for found, name in zip(heads, names, strict=True)]
    labelled: set[int] = set()
    # Twice through the file: which columns have labels in their cells is known only at its end.
    for row in islice(_delimited(path, label, mapping), 1, None):
        labelled |= {
            n for n, cell in enumerate(row[: len(names)]) if _LABELLED_CELL.fullmatch(cell)
        }
    places = [place for place, found in enumerate(heads) if found and place in labelled]
    header = tuple(plain + [f"{plain[place]} name" for place in places])
    with target.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened, delimiter=mapping.delimiter, lineterminator="\n")
        writer.writerow(header)
        for row in islice(_delimited(path, label, mapping), 1, None):
            if len(row) != len(names):
                writer.writerow(row)  # refused below with its number
                continue
            found = {place: _LABELLED_CELL.fullmatch(row[place]) for place in places}
            codes = [one[1] if (one := found.get(n)) else cell for n, cell in enumerate(row)]
            writer.writerow([*codes, *(one[2] if one else "" for one in found.values())])
    return target, header


def _delimited(path: Path, label: str, mapping: Mapping) -> Iterator[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as source:
        reader = csv.reader(source, delimiter=mapping.delimiter)
        try:
            yield from reader
        except (csv.Error, UnicodeDecodeError) as error:
            raise BadFileError(
                f"cannot be read as delimited text in UTF-8 ({error})",
                where=f"{label}, row {reader.line_num + mapping.head}",
                hint="look for a quotation mark that is not closed, or download the file again",
            ) from error


def sheet_as_text(
    path: Path, label: str, mapping: Mapping, scratch: Path
) -> tuple[Path, tuple[str, ...], tuple[Finding, ...]]:
    """Return a sheet of a workbook, page or JSON as delimited text, with the names of its columns.

    Behind them is what is said of the rows above the names.

    Raises
    ------
    BadFileError
        If the workbook has several sheets and the mapping names none, or the sheet has no such
        row.
    """
    sheet = sheet_of(path, label, mapping)
    all_rows = rows_of_sheet(path, sheet, label)
    if mapping.last_row and len(all_rows) < mapping.last_row:
        raise _ends_before(len(all_rows), label, mapping)
    rows = all_rows[mapping.head - 1 : mapping.last_row]
    if not rows:
        raise BadFileError(
            "the sheet ends before the names of its columns",
            where=f"{label}, row {mapping.head}",
            hint="correct header_row or sheet in the mapping",
        )
    target = scratch / f"{path.stem}.table.txt"
    texts = [[_text(cell, mapping) for cell in row] for row in rows]
    while len(texts) > 1 and not any(texts[-1]):  # a sheet may have been formatted far below
        texts.pop()
    with target.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened, delimiter=mapping.delimiter, lineterminator="\n")
        for number, row in enumerate(texts, mapping.head):
            if any(row) and mapping.counts(number):
                writer.writerow(row)
            else:
                opened.write("\n")  # keeps the numbers of the rows below
    over = [[_text(cell, mapping) for cell in row] for row in all_rows[: mapping.head - 1]]
    names = joined_names([*over[mapping.head - mapping.header_rows :], texts[0]])
    if any(names):
        names = all_rows.named(names)
    above = _about_above([*over, *texts], label, mapping)
    hidden = _about_hidden(path, sheet, label, mapping, all_rows, names)
    return target, names, (*above, *hidden)


def _about_hidden(
    path: Path, sheet: str, label: str, mapping: Mapping, rows: SheetRows, names: Sequence[str]
) -> Iterator[Finding]:
    """Say what of a sheet is hidden and was read: a filter hides rows, and they are data."""
    hidden = hidden_parts(path, sheet) if is_workbook(path) else HiddenParts()
    numbers = [
        number
        for number in sorted(hidden.rows)
        if mapping.head < number <= len(rows) and mapping.counts(number) and any(rows[number - 1])
    ]
    sums = ", ".join(
        f"{name} {math.fsum(_number(rows[one - 1][n]) for one in numbers):,.0f}"
        for n, name in enumerate(names)
        if _is_value(name, mapping)
    )
    used = [
        name
        for number, name in zip(rows.places, names, strict=False)
        if name in mapping.columns and any(number in one for one in hidden.columns)
    ]
    yield from about_hidden(hidden, f"{label}, sheet {sheet!r}", sheet, numbers, used, sums)


def _number(cell: Cell) -> float:
    return float(cell) if isinstance(cell, int | float) else 0.0


def _is_value(name: str, mapping: Mapping) -> bool:
    said = mapping.columns.get(name)
    return said is not None and getattr(said, "role", "") == "value"


def has_sheets(path: Path) -> bool:
    """Whether a file is a workbook, a web page or JSON, whose tables have names."""
    return is_workbook(path) or is_document(path)


def sheet_names(path: Path, label: str) -> tuple[str, ...]:
    """Return the names of the tables in such a file."""
    return sheets(path, label) if is_workbook(path) else tuple(document_sheets(path, label))


def rows_of_sheet(path: Path, sheet: str, label: str) -> SheetRows:
    """Return the rows of one of them, from the first on.

    Raises
    ------
    BadFileError
        If there is none of that name.
    """
    if is_workbook(path):
        return sheet_rows(path, sheet, label)
    found = document_sheets(path, label)
    if sheet not in found:
        raise BadFileError(
            f"no table {sheet!r}", where=label, hint=f"it has {', '.join(map(repr, found))}"
        )
    rows: list[list[Cell]] = [[*row] for row in found[sheet]]
    return SheetRows(rows, range(1, max(map(len, rows), default=0) + 1))


def joined_names(rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Return the names of columns that stand in several rows.

    In all rows but the last an empty cell belongs to the one before it, as under a merged cell.

    Examples
    --------
    >>> joined_names([["Country", "2021", ""], ["", "Quantity", "Value"]])
    ('Country', '2021 Quantity', '2021 Value')
    """
    *above, last = [[" ".join(cell.split()) for cell in row] for row in rows]
    width = max(map(len, (*above, last)))
    names = []
    # An empty cell is that before it: each row is gone through once.
    groups = [list(accumulate(row, _or_before)) for row in above]
    for place in range(width):
        parts = [row[min(place, len(row) - 1)] if row else "" for row in groups]
        parts.append(last[place] if place < len(last) else "")
        if not parts[-1]:  # nothing below: the cell above is the whole name, not that of a group
            parts = [row[place] if place < len(row) else "" for row in above]
        names.append(" ".join(dict.fromkeys(part for part in parts if part)))
    return tuple(names)


def _or_before(before: str, cell: str) -> str:
    return cell or before


def text_lines(
    path: Path, label: str, mapping: Mapping, width: int
) -> Iterator[tuple[int, list[str]]]:
    """Yield number (as in the user's file) and texts of every row below the names.

    Raises
    ------
    BadFileError
        For a row with another number of cells, or one that cannot be read.
    """
    start = 1
    with path.open(encoding="utf-8-sig", newline="") as opened:
        reader = csv.reader(opened, delimiter=mapping.delimiter, strict=True)
        try:
            for row in reader:
                if row and start > 1:
                    # Rows above the names were cut off in the copy, so head is added again.
                    yield start + mapping.head - 1, _of_width(row, width, start, label, mapping)
                start = reader.line_num + 1
        except (csv.Error, UnicodeDecodeError) as error:
            raise _unreadable(error, label, start + mapping.head - 1) from error


def _encoding(path: Path, label: str, mapping: Mapping) -> str:
    with path.open("rb") as opened:
        start = opened.read(4096)
    if not start:
        raise BadFileError("the file is empty", where=label, hint="download it again")
    marked = next((name for mark, name in _MARKS if start.startswith(mark)), None)
    said = mapping.encoding
    order = utf16_order(start)
    if marked is None and b"\0" in start and not (said or "").lower().startswith("utf"):
        refuse_filled(start, label)
        raise BadFileError(
            "a text in UTF-16" if order else "neither a text nor an Excel or Parquet file",
            where=label,
            why="it has no byte order mark, which says so" if order else "",
            hint=f"add to the mapping: encoding: {order}" if order else "save it as CSV",
        )
    try:
        own = encoding_of(said or "utf-8")
    except (LookupError, ValueError) as error:
        raise BadFileError(
            f"unknown encoding: {said!r}",
            where="mapping, encoding",
            hint="for example utf-8, gb18030, cp1251, cp1252, utf-16",
        ) from error
    # A mark in the file is surer than the mapping.
    return marked or own


def _copy(source: IO[str], target: Path, label: str, mapping: Mapping, encoding: str) -> None:
    number = 0
    try:
        with target.open("w", encoding="utf-8", newline="") as opened:
            while line := source.readline(_LONGEST):
                number += 1
                if len(line) == _LONGEST:
                    raise BadFileError("a line without an end", where=f"{label}, row {number}")
                if mapping.last_row and number > mapping.last_row:
                    return
                if mapping.counts(number):
                    opened.write(line)
                elif number > mapping.head:
                    opened.write("\n")  # keeps the numbers of the rows below
        if mapping.last_row and number < mapping.last_row:
            raise _ends_before(number, label, mapping)
    except UnicodeError as error:
        raise BadFileError(
            f"not a text in {encoding}",
            where=f"{label}, row {number + 1}",
            hint="correct encoding in the mapping",
        ) from error


def _ends_before(rows: int, label: str, mapping: Mapping) -> BadFileError:
    return BadFileError(
        f"the file ends at row {rows}, before its last_row, {mapping.last_row}",
        where=label,
        why="it may be cut off: rows would be missing without a word",
        hint="download it again; or correct last_row in the mapping, or leave it out",
    )


def _rows_below_names(path: Path, label: str, mapping: Mapping) -> Iterator[tuple[int, list[str]]]:
    """Yield number and cells of every row below the names, also those that the mapping cuts off.

    Rows without any text are left out. A row of a text is a line: one that a cell with line ends
    continues is a row of its own.
    """
    if has_sheets(path):
        all_rows = rows_of_sheet(path, sheet_of(path, label, mapping), label)
        rows = ([_text(cell, mapping) for cell in row] for row in all_rows[mapping.head :])
        yield from ((n, row) for n, row in enumerate(rows, mapping.head + 1) if any(row))
        return
    with path.open(encoding=_encoding(path, label, mapping), newline="", errors="replace") as text:
        for number, row in enumerate(_cells_of(text, mapping), 1):
            if number > mapping.head and any(row):
                yield number, row


def _cells_of(lines: Iterable[str], mapping: Mapping) -> Iterator[list[str]]:
    """Yield lines cut at the delimiter, without the marks of quotation around a cell."""
    for line in lines:
        yield [cell.strip(f'{BLANKS}\r\n\ufeff"') for cell in line.split(mapping.delimiter)]


def _first(opened: IO[str], label: str, mapping: Mapping) -> tuple[str, ...]:
    where = f"{label}, row {mapping.head}"
    try:
        line = opened.readline(MAX_LINE)
    except UnicodeError as error:
        raise _unreadable(error, label, mapping.head) from error
    # Counted in the raw line: parsing it first would already take the memory.
    if len(line) == MAX_LINE or line.count(mapping.delimiter) >= MAX_COLUMNS:
        raise BadFileError("too many columns", where=where, hint="is this one table?")
    opened.seek(0)
    try:
        # A name may have line ends in it; a quote that is not closed is not followed for ever.
        names = next(csv.reader(islice(opened, 100), delimiter=mapping.delimiter, strict=True), [])
    except (csv.Error, UnicodeError) as error:
        raise _unreadable(error, label, mapping.head) from error
    for sign, word in ((",", "','"), (";", "';'"), ("\t", "tab"), ("|", "'|'")):
        if len(names) < 2 and sign in line and sign != mapping.delimiter:
            raise BadFileError(
                "one column only", where=where, hint=f"add delimiter: {word} to the mapping"
            )
    return tuple(name.strip(BLANKS) for name in names)


def sheet_of(path: Path, label: str, mapping: Mapping) -> str:
    """Return the table that is read: the only one, or the one that the mapping names.

    Raises
    ------
    BadFileError
        If the file has several sheets and the mapping names none.
    """
    names = sheet_names(path, label)
    if mapping.sheet is not None:
        return mapping.sheet
    if len(names) != 1:
        raise BadFileError(
            f"{len(names)} {'sheets' if is_workbook(path) else 'tables'}",
            where=label,
            hint="say with sheet which is meant: " + ", ".join(map(repr, names)),
        )
    return names[0]


def _text(cell: Cell, mapping: Mapping) -> str:
    text = cell_text(cell)
    if isinstance(cell, float):
        # So that one rule for numbers holds for typed cells and for texts of the same column.
        text = text.replace(".", mapping.decimal)
    return " ".join(text.split())


def _of_width(row: list[str], width: int, start: int, label: str, mapping: Mapping) -> list[str]:
    # Empty cells too many come from commas at the end of a line.
    if len(row) < width or any(row[width:]):
        raise BadFileError(
            f"{len(row)} cells in a row instead of {width}",
            where=f"{label}, row {start + mapping.head - 1}",
            why="a cell may hold the sign that separates columns, or the file may be cut off",
            hint="compare the row with its neighbours; footnotes end the table with last_row",
        )
    return [cell.strip(BLANKS) for cell in row[:width]]


def _unreadable(error: Exception, label: str, row: int) -> BadFileError:
    utf8 = isinstance(error, UnicodeError)
    return BadFileError(
        "not a text in UTF-8" if utf8 else f"cannot be read as delimited text ({error})",
        where=f"{label}, row {row}",
        hint="add its encoding to the mapping, such as encoding: cp1251, gb18030 or cp1252"
        if utf8
        else "look for a quotation mark that is not closed",
    )


def about_cuts(path: Path, label: str, mapping: Mapping) -> Iterator[Finding]:
    """Yield a finding if rows outside ``first_row`` and ``last_row`` have a text.

    It is a warning where the row next to a cut is like the one inside it, with numbers and texts
    in the same columns: a mapping that fitted a shorter file cuts rows off.
    """
    if is_parquet(path) or not (mapping.first_row or mapping.last_row):
        return
    outside = 0
    example, cut = "", ""
    before: tuple[int, list[str]] | None = None
    for number, row in _rows_below_names(path, label, mapping):
        is_in = mapping.counts(number)
        if not is_in:
            outside += 1
            example = example or f"row {number}"
        if before and is_in != mapping.counts(before[0]) and _alike(row, before[1]):
            cut = f"row {before[0] if is_in else number}"
        before = number, row
    if not outside:
        return
    keys = " and ".join(
        f"{name}: {value}"
        for name, value in (("first_row", mapping.first_row), ("last_row", mapping.last_row))
        if value
    )
    text = f"Rows outside {keys} were not read: the mapping says so."
    if cut:
        text += (
            " One of them is next to the rows that were read, and like them: is the table longer "
            "than the mapping?"
        )
    yield Finding(
        "outside-rows", "warning" if cut else "note", label, outside, cut or example, text
    )


def _about_above(rows: Iterable[Sequence[str]], label: str, mapping: Mapping) -> Iterator[Finding]:
    """Yield a finding if rows above the names of the columns are like the first row below them.

    One mapping reads several files, or parts of one: what is a title in the first can be data in
    another, whose names come again further down.
    """
    last = mapping.head - mapping.header_rows  # below it are the rows of names
    over: list[Sequence[str]] = []
    for number, row in enumerate(rows, 1):
        if number <= last:
            over.append(row)
        elif number > mapping.head and any(row):
            like = [at for at, one in enumerate(over, 1) if _alike(one, row)]
            if like:
                text = (
                    f"Rows above the names of the columns, in row {mapping.head}, were not read, "
                    "and are like the rows below: is header_row that of this file?"
                )
                yield Finding("rows-above", "warning", label, len(like), f"row {like[0]}", text)
            return


def _alike(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether two rows have numbers and other texts in the same columns, and a number at all."""
    kinds = [[_kind(cell) for cell in row] for row in (one, other)]
    return kinds[0] == kinds[1] and "number" in kinds[0]


def _kind(cell: str) -> str:
    if not cell:
        return ""
    # Roughly: 1,234.5, -, (12) and 12 % are numbers, whatever the file's signs are.
    return "number" if any(map(str.isdigit, cell)) and not any(map(str.isalpha, cell)) else "text"


def about_merged(path: Path, label: str, mapping: Mapping) -> Iterator[Finding]:
    """Yield a finding if cells of the table are merged over several rows.

    Titles above the names of the columns do not count; nor do cells merged within one row, which
    are names over several columns.
    """
    if not is_workbook(path):
        return
    # 2**20 is the number of rows that a sheet of Excel can have.
    last = mapping.last_row or 2**20
    places = [
        first
        for first, start, end in merged_cells(path, sheet_of(path, label, mapping))
        if start < end and end > mapping.head and start <= last
    ]
    if places:
        more = f" and {len(places) - 5} more" if len(places) > 5 else ""
        yield Finding(
            "merged-cells",
            "warning",
            label,
            len(places),
            f"{', '.join(places[:5])}{more}",
            "Cells are merged over several rows. Their text stands in the first of them; in the "
            "rows below the cell is empty: fill it in, if it is meant for them too.",
        )
