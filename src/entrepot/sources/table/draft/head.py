"""How a file is written: its encoding, the sign between columns, the row with their names."""

from __future__ import annotations

import codecs
import csv
import re
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.sources.parquet import is_parquet
from entrepot.sources.table.draft.stacked import SheetPart, parts_below
from entrepot.sources.table.mapping import Mapping
from entrepot.sources.table.plain import has_sheets, rows_of_sheet, sheet_names
from entrepot.sources.text import (
    count_lines,
    first_words,
    refuse_filled,
    refuse_mixed,
    utf16_order,
)
from entrepot.sources.workbook import cell_text, is_workbook

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from collections.abc import Mapping as Mapped
    from pathlib import Path

_LINES = 60
_MOST_LINES = 5_000  # in which another table is looked for
_SAMPLE = 2**20
_SIGNS = (",", ";", "\t", "|")
_GROUPS = 2  # names over groups of columns; one alone is a title
_MOST_ROWS = 4  # above the last that belong to the names of columns, at most
_ENOUGH = 0.6  # of the cells of the fullest row: titles and footnotes have few


@dataclass(frozen=True, slots=True)
class Head:
    """What the beginning of a file shows.

    Attributes
    ----------
    kind
        ``text``, ``workbook``, ``document`` (a web page, JSON) or ``parquet``.
    says
        Keys of the mapping that say how it is written, where that differs from the usual.
    above
        What stands above the names of the columns: titles and units.
    doubt
        Encodings that all fit, if more than one does, each with a word as it reads in it.
    sheets
        Names of the tables in the file, if it has more than one.
    parts
        Tables that stand under one another in one sheet, if there are several.
    """

    kind: str
    says: dict[str, str | int]
    above: str = ""
    doubt: Mapped[str, str] = field(default_factory=dict, hash=False)
    sheets: tuple[str, ...] = ()
    parts: tuple[SheetPart, ...] = ()

    def reading(self) -> Mapping:
        """Return a mapping that opens the file and says nothing about its columns."""
        return Mapping.model_validate({"format": 1, "columns": {}} | self.says)


def look_at_head(path: Path, label: str, sheet: str | None = None, part: int = 1) -> Head:
    """Return how a file is written.

    Parameters
    ----------
    path, label
        The file, and its name for messages.
    sheet
        The one that is meant, of a workbook, web page or JSON with several.
    part
        The table that is meant, of several under one another; the first is 1.

    Raises
    ------
    BadFileError
        If it is empty, or no text, workbook or Parquet file.
    """
    if is_parquet(path):
        return Head("parquet", {})
    if has_sheets(path):
        return _sheets(path, label, sheet, part)
    if sheet is not None:
        raise BadFileError("a text has no sheets", where=label, hint="leave --sheet out")
    return _text(path, label, part)


def _sheets(path: Path, label: str, wanted: str | None, part: int) -> Head:
    """Return how the sheet is written that is wanted, or the first that is a table."""
    names = sheet_names(path, label)
    tables: dict[str, list[list[str]]] = {}
    for name in names if wanted is None else (wanted,):
        cells = rows_of_sheet(path, name, label)
        rows = [[cell_text(cell).strip() for cell in row] for row in cells]
        if any(any(row) for row in rows):
            tables[name] = rows
    if not tables:
        raise BadFileError("a workbook without a cell", where=label)
    # A sheet of notes has one column; where all have, the first is shown as it is.
    wide = [name for name, rows in tables.items() if _is_table(rows)] or list(tables)[:1]
    name, rows = wide[0], tables[wide[0]]
    says: dict[str, str | int] = {"sheet": name} if len(names) > 1 else {}
    more, above, parts = _names_say(list(enumerate(rows, 1)), part)
    kind = "workbook" if is_workbook(path) else "document"
    return Head(kind, says | more, above, sheets=tuple(wide) if len(wide) > 1 else (), parts=parts)


def _is_table(rows: Sequence[Sequence[str]]) -> bool:
    return sum(sum(bool(cell) for cell in row) > 1 for row in rows) > 1


def _names_say(
    numbered: Sequence[tuple[int, Sequence[str]]], part: int
) -> tuple[dict[str, str | int], str, tuple[SheetPart, ...]]:
    """Return in which rows the names of columns stand, what stands above them, and other tables.

    Parameters
    ----------
    numbered
        Rows with their number; a text has lines, of which a row may take several.
    part
        The table that is meant, of several under one another.
    """
    rows = [cells for _, cells in numbered]
    # Lines and rows differ where a cell has line ends: keys of the mapping count lines.
    number = [one for one, _ in numbered]
    row = _names_row(rows[:_LINES])
    first, last = _names_rows(rows, row)
    above = " ".join(cell for line in rows[: first - 1] for cell in line if cell)

    def rows_of_names(one: int) -> tuple[int, int]:
        above_, below = _names_rows(rows, number.index(one) + 1)
        return number[above_ - 1], number[below - 1]

    names = number[first - 1], number[last - 1]
    parts = parts_below(numbered, names, above, rows_of_names)
    if parts:
        wanted = parts[min(part, len(parts)) - 1]
        return wanted.says(), wanted.title, parts
    return SheetPart(names[1], last - first + 1, names[1] + 1, None, "").says(), above, ()


def _names_rows(rows: Sequence[Sequence[str]], row: int) -> tuple[int, int]:
    """Return the first and last row of the names, of which one is known.

    A second row belongs to them if it says what groups of columns are: the lower has names that
    come again, or that stand where the upper has none.
    """

    def grouped(upper: Sequence[str], lower: Sequence[str]) -> bool:
        groups = [cell for cell in upper if cell]
        named = [cell for cell in lower if cell]
        # A row with an amount is data, and one group alone is a title.
        if len(groups) < _GROUPS or not named or any(map(_is_amount, named)):
            return False
        below = [not up and low for up, low in zip(upper, lower, strict=False)]
        return len(set(named)) < len(named) or (any(below) and len(named) < len(lower))

    last = row
    # A first row that is filled throughout needs no second one to name its columns.
    if row < len(rows) and grouped(rows[row - 1], rows[row]) and not all(rows[row - 1]):
        last = row + 1
    first = last
    if first > 1 and grouped(rows[first - 2], rows[first - 1]):
        first -= 1
        # Exports and imports over years over months; a title above has one cell.
        while (
            first > 1 and last - first < _MOST_ROWS and _is_above(rows[first - 2], rows[first - 1])
        ):
            first -= 1
    return first, last


def _is_above(upper: Sequence[str], lower: Sequence[str]) -> bool:
    """Whether a row groups the groups below it: each of its cells stands over one of theirs."""
    groups = [place for place, cell in enumerate(upper) if cell]
    below = {place for place, cell in enumerate(lower) if cell}
    named = [cell for cell in lower if cell]
    return len(groups) >= _GROUPS and set(groups) <= below and len(set(named)) < len(named)


def _is_amount(cell: str) -> bool:
    """Whether a cell is a number, and no year."""
    return bool(re.fullmatch(r"[-+]?[0-9][0-9.,' ]*", cell)) and not re.fullmatch(
        r"(?:19|20)[0-9]{2}", cell
    )


def _text(path: Path, label: str, part: int) -> Head:
    with path.open("rb") as opened:
        start = opened.read(_SAMPLE)
    if not start:
        raise BadFileError("the file is empty", where=label)
    encodings = _encodings(path, start)
    if not encodings:
        refuse_filled(start, label)
        raise BadFileError(
            "neither a text nor an Excel or Parquet file", where=label, hint="save it as CSV"
        )
    encoding = next(iter(encodings))
    if not encoding.startswith("utf-16"):
        count_lines(path, label)  # refuses what no text has
    text = start.decode(encoding, errors="ignore")
    lines = text.removeprefix("\ufeff").splitlines()
    if len(start) == _SAMPLE:  # the last may be cut off
        lines.pop()
    try:
        sign = _sign(lines[:_LINES])
        numbered = list(_numbered(lines[:_LINES], sign))
    except csv.Error as error:  # a cell of more than 131,072 characters
        raise BadFileError(
            f"cannot be read as delimited text ({error})",
            where=f"{label}, first {_LINES} rows",
            hint="look for a quotation mark that is not closed; no cell is that long",
        ) from error
    rows = [cells for _, cells in numbered]
    if sum(any(row) for row in rows) == 1 and max(map(len, rows)) > 2:
        raise BadFileError(
            f"one row only, and no data below it: “{first_words(text)}”",
            where=label,
            hint="look at the request or filter that the file was made with, and download it again",
        )
    if not any(len(row) > 1 for row in rows) or sum(any(row) for row in rows) < 2:
        raise BadFileError(
            f"no table: “{first_words(text)}”",
            where=label,
            why="a failed download often leaves an error under the name of the file",
            hint="open it in an editor, and download the data again",
        )
    with suppress(csv.Error):  # said with its row when the whole is read
        numbered = list(_numbered(lines[:_MOST_LINES], sign))
    names, above, parts = _names_say(numbered, part)
    says: dict[str, str | int] = {}
    if encoding not in ("utf-8", "utf-16"):
        says["encoding"] = encoding
    if sign != ",":
        says["delimiter"] = "tab" if sign == "\t" else sign
    doubt = encodings if len(encodings) > 1 else {}
    return Head("text", says | names, above, doubt, parts=parts)


def _numbered(lines: Sequence[str], sign: str) -> Iterator[tuple[int, list[str]]]:
    """Yield rows of a text with the number of their first line."""
    reader = csv.reader((f"{line}\n" for line in lines), delimiter=sign)
    start = 1
    for row in reader:
        yield start, [cell.strip() for cell in row]
        start = reader.line_num + 1


def _encodings(path: Path, start: bytes) -> dict[str, str]:
    """Return the encodings that fit, the likeliest first, with a word that tells them apart."""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return {"utf-16": ""}
    if order := utf16_order(start):
        return {order: ""}
    if b"\0" in start[:4096]:
        return {}
    if _fits(path, "utf-8"):
        return {"utf-8": ""}
    fitting = tuple(name for name in _GUESSED if _fits(path, name))
    words = _high(path)
    if sum(any(_reads(word, name) for name in fitting) for word in words) < _READ * len(words):
        fitting += tuple(name for name in _OLD if _fits(path, name))
    found = _plausible(words, fitting)
    for name in found:
        refuse_mixed(path, path.name, name)
    return found


_GUESSED = ("cp1252", "cp1251", "gb18030")
_OLD = ("cp866", "koi8-r")
"""Russian encodings that take any bytes: tried only where no other makes words of them."""
_READ = 0.5  # of the words
_HIGH = re.compile(rb"[A-Za-z\x80-\xff]*[\x80-\xff][A-Za-z\x80-\xff]*")
_MOST_WORDS = 2_000
_SURER_BY = 0.25  # of the words: less is no difference between two encodings
_USUAL_SIGNS = frozenset("€£§©®°±²³µ·»«–—‘’‚“”„…½×÷№™\u00a0、。（），：；％／《》“”‘’·～")
_LETTERS = {
    "cp1251": re.compile("[А-Яа-яЁёІіЇїЄєҐґЎў]|[ЂЃЅЈЉЊЋЌЏђѓѕјљњћќџ](?=.)|(?<=.)[ђѓѕјљњћќџ]"),
    "cp1252": re.compile("[A-Za-zÀ-ÖØ-öø-ÿŒœŠšŽžŸƒªºµ]"),
    **dict.fromkeys(_OLD, re.compile("[А-Яа-яЁё]")),
}


def _high(path: Path) -> tuple[bytes, ...]:
    """Return the different words of a text that have bytes above 127, as far as they are looked at.

    The first may stand far below, behind codes and numbers only.
    """
    found: dict[bytes, None] = {}
    with path.open("rb") as opened:
        while not found and (piece := opened.read(_SAMPLE)):
            found = dict.fromkeys(_HIGH.findall(piece))
    return tuple(found)[:_MOST_WORDS]


def _plausible(words: Sequence[bytes], fitting: Sequence[str]) -> dict[str, str]:
    """Return the encodings in which words look like words, the likeliest first.

    Several only where they show different letters, and none of them is plainly the best.
    """
    score = {name: sum(_reads(word, name) for word in words) for name in fitting}
    ranked = sorted(fitting, key=lambda name: -score[name])
    least = score[ranked[0]] - _SURER_BY * len(words) if ranked else 0
    alike = [name for name in ranked if score[name] > least]
    for word in words:
        shown = {name: word.decode(name, "replace") for name in alike}
        if len(set(shown.values())) > 1:
            return shown
    return dict.fromkeys(alike[:1], "")


def _reads(word: bytes, encoding: str) -> bool:
    """Whether a word looks like one in an encoding.

    One of another alphabet has letters of two in it, or small and capital letters by chance.

    Examples
    --------
    >>> [_reads("Größe".encode("cp1252"), one) for one in ("cp1251", "gb18030", "cp1252")]
    [False, False, True]
    >>> [_reads("Китай".encode("cp1251"), one) for one in ("cp1251", "gb18030", "cp1252")]
    [True, False, False]
    >>> [_reads("进口".encode("gb18030"), one) for one in ("cp1251", "gb18030", "cp1252")]
    [False, True, False]
    """
    text = word.decode(encoding, "replace")
    if encoding == "gb18030":
        return _is_chinese(text)
    letters = _LETTERS[encoding]
    signs = [sign for sign in text if not sign.isalpha()]
    named = "".join(sign if sign.isalpha() else " " for sign in text).split()
    if not _USUAL_SIGNS.issuperset(signs) or not all(map(_has_usual_case, named)):
        return False
    if not all(len(letters.findall(part)) == len(part) or part.isascii() for part in named):
        return False
    # Western words are mostly plain letters; those of other alphabets have none of them.
    return encoding != "cp1252" or all(
        sum(map(str.isascii, part)) >= len(part) // 2 for part in named
    )


def _has_usual_case(word: str) -> bool:
    return word[1:].islower() or word.isupper() or len(word) == 1


def _is_chinese(text: str) -> bool:
    """Whether characters are common ones, and no Latin word goes on behind them."""
    signs = [sign for sign in text if "\u4e00" <= sign <= "\u9fff"]
    rare = sum(_COMMON.fullmatch(sign.encode("gb18030")) is None for sign in signs)
    rest = [sign for sign in text if sign not in signs and not sign.isascii()]
    within = re.search(r"[A-Za-z][^\x00-\x7f]+[A-Za-z]", text)
    return _USUAL_SIGNS.issuperset(rest) and 4 * rare <= len(signs) and not within


_COMMON = re.compile(rb"[\xb0-\xd7][\xa1-\xfe]")  # the first level of GB 2312


def _fits(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as opened:
        try:
            while piece := opened.read(_SAMPLE):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _sign(lines: Sequence[str]) -> str:
    """Return the sign that parts most lines into the same number of columns, more than one."""

    def score(sign: str) -> tuple[int, int]:
        widths = [len(row) for row in csv.reader(lines, delimiter=sign) if row]
        usual = max(set(widths), key=widths.count, default=1)
        # Of two signs that part all lines, the one that makes more columns.
        return (widths.count(usual) if usual > 1 else 0, usual)

    return max(_SIGNS, key=score)


def _names_row(rows: Sequence[Sequence[str]]) -> int:
    """Return the number of the first row that is about as full as the fullest."""
    filled = [sum(bool(cell) for cell in row) for row in rows]
    most = max(filled, default=0)
    return next((n for n, count in enumerate(filled, 1) if count and count >= _ENOUGH * most), 1)
