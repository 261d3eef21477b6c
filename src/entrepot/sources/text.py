"""The first line and the encoding of delimited text, distrusted before the rest is read."""

from __future__ import annotations

import codecs
import csv
import re
from contextlib import nullcontext
from functools import cache
from html import unescape
from typing import TYPE_CHECKING

from entrepot.engine import connect
from entrepot.errors import BadFileError, RequestError
from entrepot.model.columns import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import duckdb

    from entrepot.sources.workbook import HiddenParts

MAX_LINE = 2**20
"""Bytes in the header line: the widest known table, of input-output flows, has 60 thousand."""
MAX_COLUMNS = 20_000
"""Columns in a table."""
MAX_RECORD = 2_000_000
"""Bytes in a line below the header, and in a row of DuckDB's reader: its own default, said here.

Of a longer line without an end the reader says nothing: see `count_lines`.
"""

# Lazy, and closed by the tag that opened it (\1), so that text between two scripts stays.
_NOT_SHOWN = re.compile(r"<(script|style|head)\b.*?</\1>|<!--.*?-->", re.DOTALL | re.IGNORECASE)
_TAGS = re.compile(r"<[^>]*>|\s")
_FILLED = 200
"""Bytes of one kind at the end of a text from which on it was filled to a size: no cell, no line
drawn below a table and no blank lines after it are as many."""
_BLANK = b" \t\r\n"
_AGAIN = "download it again and compare its size with the publisher's"
_CLOSED = {b"{": b"}", b"[": b"]", b"<": b">"}
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_STEP = 2**20
_SAMPLE = 4096
_SIGNS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}


def header(path: Path, where: str, delim: str = ",") -> list[str]:
    """Return the names in the first line of a delimited text in UTF-8.

    Parameters
    ----------
    path, where
        The text, and its name for messages.
    delim
        What separates columns; see `separator`.

    Raises
    ------
    BadFileError
        If it is empty, in UTF-16, not text, too wide, or separated by something else.
    """
    line = _first_line(path, where)
    usual = _SIGNS.get(delim, repr(delim))
    for sign, word in _SIGNS.items():
        if line.count(sign) > line.count(delim):
            raise BadFileError(
                f"columns are separated by {word}",
                where=f"{where}, row 1",
                why="another program may have saved the file again, and changed numbers in it",
                hint=f"use the file as the publisher ships it, separated by {usual}",
            )
    if line.count(delim) >= MAX_COLUMNS:
        raise BadFileError(
            f"more than {MAX_COLUMNS:,} columns",
            where=f"{where}, row 1",
            hint="is this one table, with the names of its columns in the first line?",
        )
    # DuckDB and Python disagree on CR alone as a line end.
    if "\r" in line:
        raise BadFileError(
            "lines end in CR, or in several ways",
            where=f"{where}, row 1",
            why="the whole file would be read as its first line",
            hint="make all ends alike: tr '\\r' '\\n' < FILE > NEW",
        )
    try:
        names = next(csv.reader([line], delimiter=delim, strict=True))
    except (csv.Error, StopIteration) as error:
        raise BadFileError(
            f"the first line cannot be read ({error})", where=f"{where}, row 1", hint=_AGAIN
        ) from error
    return [name.strip() for name in names]


def separator(path: Path, where: str) -> str:
    """Return the sign, comma or tab, that is most frequent in the first line of a text.

    Raises
    ------
    BadFileError
        If it is empty, in UTF-16, not text or too wide.
    """
    line = _first_line(path, where)
    return max(",\t", key=line.count)


def count_lines(path: Path, where: str, *, first: int = 1) -> int:
    """Return how many lines a text in UTF-8 has, the last one counted whether it has an end or not.

    DuckDB drops a last line without an end that fills its buffer, and says nothing: a download of
    which the second half is zeros, as a power cut leaves it, would load as a whole one. So every
    text is counted before it is read, and the rows that were read are held against the count.

    Parameters
    ----------
    path, where
        The text, and its name for messages.
    first
        Number of its first line in the file that the user knows.

    Raises
    ------
    BadFileError
        For a zero byte, a line of more than `MAX_RECORD` bytes, or an end that is filled with
        blanks, blank lines or any one sign, with its row.
    """
    ends = run = 0  # line ends so far, and bytes since the last one
    with path.open("rb") as opened:
        while piece := opened.read(_STEP):
            if (zero := piece.find(b"\0")) >= 0:
                raise _filled(_ZERO, where, first + ends + piece.count(b"\n", 0, zero))
            until = piece.find(b"\n")
            if until < 0:
                run += len(piece)
            # Only a line that began in an earlier piece can be too long: a piece is shorter than
            # MAX_RECORD.
            if run + max(until, 0) > MAX_RECORD:
                raise _endless(where, first + ends)
            if until >= 0:
                ends += piece.count(b"\n", until)
                run = len(piece) - 1 - piece.rfind(b"\n")
        size = opened.seek(0, 2)
        # Twice, because blanks at the end of the last line with text do not count.
        opened.seek(max(0, size - 2 * _FILLED))
        if sign := filling(opened.read()):
            raise _filled(f"the end is filled with {sign}", where, first + ends - (not run))
    return ends + bool(run)


def filling(end: bytes, *, blank_lines: bool = True) -> str:
    """Return in words what the end of a text is filled with; nothing if it is not.

    Parameters
    ----------
    end
        The text, or its last 400 bytes.
    blank_lines
        Whether blank lines are a filling, too.
    """
    end = end[-2 * _FILLED :]
    blanks = end[len(end.rstrip(_BLANK)) :]
    after = blanks.partition(b"\n")[2] if b"\n" in blanks else blanks  # a line may end in blanks
    if not blank_lines:
        after = after.replace(b"\n", b"").replace(b"\r", b"")
    if len(after) >= _FILLED:
        return "blanks or blank lines"
    tail = end[-_FILLED:]
    same = len(tail) == _FILLED and len(set(tail)) == 1 and tail[:1] not in _BLANK
    if same:
        return f"one sign ({chr(tail[0])!a})"
    # 0xFF of a file in cp1252 is two bytes in UTF-8, of other encodings up to four.
    sign = end.decode("utf-8", "ignore")[-1:]
    size = len(sign.encode())
    wide = size > 1 and end.endswith(sign.encode() * (2 * _FILLED // size))
    return f"one sign ({sign!a})" if wide else ""


_ZERO = "a zero byte, which no text has"


def refuse_filled(start: bytes, where: str) -> None:
    """Refuse the beginning of a text that zero bytes follow; other binary files pass.

    Raises
    ------
    BadFileError
        With the row of the first zero byte.
    """
    text = start.partition(b"\0")[0]
    is_text = all(sign.isprintable() or sign.isspace() for sign in text.decode("latin-1"))
    if b"\0" * 4 in start and len(text) >= 4 and is_text:
        raise _filled(_ZERO, where, 1 + text.count(b"\n"))


def _filled(what: str, where: str, row: int) -> BadFileError:
    return BadFileError(
        what,
        where=f"{where}, row {row}",
        why="an interrupted download or a power cut leaves files whose rest is filled",
        hint=_AGAIN,
    )


def _endless(where: str, row: int) -> BadFileError:
    return BadFileError(
        f"a line of more than {MAX_RECORD:,} bytes",
        where=f"{where}, row {row}",
        why="no table has one: the file is damaged here, or filled to a size",
        hint=_AGAIN,
    )


def utf16_order(start: bytes) -> str:
    """Return which UTF-16 a text without a byte order mark is in, by its beginning; or nothing."""
    # No text has U+0000: so many zeros in a row are an end that was filled.
    if b"\0" * 4 in start:
        return ""
    for name in ("utf-16-le", "utf-16-be"):
        # In UTF-16 every second byte of a Latin letter, digit or separator is zero; 0.4, since
        # texts in other scripts have zeros only at the last two.
        zeros = start[1::2] if name.endswith("le") else start[::2]
        if len(zeros) > 8 and zeros.count(0) > 0.4 * len(zeros):
            return name
    return ""


def unfinished(path: Path) -> bytes | None:
    """Return the last line of a text if it has no end, at most its last 64 bytes; else None.

    JSON and pages end with the sign that closes what their first sign opened, and say by it that
    they are whole. What has zero bytes near its end and is not in UTF-16 (a workbook, Parquet,
    Stata) is no text, and is not looked at.
    """
    with path.open("rb") as opened:
        start = opened.read(64)
        size = opened.seek(0, 2)
        opened.seek(max(0, size - 4096))
        end = opened.read()
    if start.startswith(_UTF16):
        little = start.startswith(codecs.BOM_UTF16_LE)
        # From an even number of bytes on, since 4096 is one and files of UTF-16 have an even size.
        end = end.decode("utf-16-le" if little else "utf-16-be", "replace").encode()
    if not end or end.endswith((b"\n", b"\r")) or b"\0" in end:
        return None
    closing = _CLOSED.get(start.removeprefix(codecs.BOM_UTF8).lstrip()[:1])
    if closing and end.rstrip(_BLANK).endswith(closing):
        return None
    return end.rpartition(b"\n")[2][-64:]


def about_end(path: Path, name: str) -> tuple[Finding, ...]:
    """Say that the last line of a text has no end: whether it is whole cannot be seen."""
    line = unfinished(path)
    if line is None:
        return ()
    return (unfinished_line(name, line.decode("utf-8", errors="replace")),)


def about_hidden(
    hidden: HiddenParts,
    place: str,
    sheet: str,
    rows: Sequence[int],
    columns: Sequence[str],
    sums: str,
) -> Iterator[Finding]:
    """Say which rows and columns were read although they are hidden."""
    if hidden.is_sheet:
        text = "The sheet is hidden in the workbook, and its rows are loaded."
        yield Finding("hidden-sheet", "note", place, 1, sheet, text)
    if rows:
        text = (
            "Rows that are hidden in the workbook, as a filter leaves them, are data and are "
            f"loaded{f' (sum of {sums})' if sums else ''}. Delete them there if they do not count."
        )
        example = f"row {rows[0]}" + (f" to {rows[-1]}" if rows[1:] else "")
        yield Finding("hidden-rows", "warning", place, len(rows), example, text)
    if columns:
        text = "Columns that are hidden in the workbook are read, because the mapping names them."
        yield Finding("hidden-columns", "note", place, len(columns), ", ".join(columns), text)


def unfinished_line(name: str, shown: str) -> Finding:
    """Return what is said of a text whose last line has no end."""
    text = (
        "The last line has no line end. A file that was cut off looks the same, and its last "
        "number may lack digits: compare its size with the publisher's."
    )
    return Finding("unfinished-line", "warning", name, 1, shown, text)


def column_faults(
    *, missing: Sequence[str] = (), extra: Sequence[str] = (), twice: Sequence[str] = ()
) -> str:
    """Return what is wrong with the names of columns; empty where nothing is.

    Examples
    --------
    >>> column_faults(missing=["t"], extra=["x", "y"])
    'missing t; not known x, y'
    """
    return "; ".join(
        f"{word} {', '.join(which[:6])}{' ...' if len(which) > 6 else ''}"
        for word, which in (("missing", missing), ("not known", extra), ("twice", twice))
        if which
    )


_SHOWN = 160


def first_words(page: bytes | str) -> str:
    """Return the first words that a reader of a page would see; of plain text, the first words."""
    text = page if isinstance(page, str) else page.decode("utf-8", "replace")
    seen = " ".join(unescape(_TAGS.sub(" ", _NOT_SHOWN.sub(" ", text))).split())
    plain = "".join(letter for letter in seen if letter.isprintable())
    return plain[:_SHOWN].rstrip() + ("…" if len(plain) > _SHOWN else "")


def _first_line(path: Path, where: str) -> str:
    start = first_bytes(path, MAX_LINE + 1)
    if start.startswith(_UTF16) or utf16_order(start[:_SAMPLE]):
        raise BadFileError("text in UTF-16", where=where, hint="save it as CSV in UTF-8")
    first, end, _ = start.partition(b"\n")
    # A text has no zero byte; a binary file has one early.
    if b"\0" in start[:65536] or b"\0" in first:
        raise BadFileError("not a text file", where=where, hint="give the CSV, gzip or zip file")
    if not end and len(first) > MAX_LINE:
        raise BadFileError(
            f"the first line is longer than {MAX_LINE:,} bytes",
            where=f"{where}, row 1",
            hint="is this a table, with the names of its columns in the first line?",
        )
    try:
        line = first.rstrip(b"\r").decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadFileError(
            "not a text in UTF-8", where=f"{where}, row 1", hint="save it as CSV in UTF-8"
        ) from error
    if line.lstrip().startswith(("<", "{")):
        kind = "JSON or an error" if line.lstrip().startswith("{") else "a web page or XML"
        raise BadFileError(
            f"{kind}, not a table: “{first_words(start)}”",
            where=where,
            why="a failed download often leaves an error under the name of the file",
            hint=_AGAIN,
        )
    if not line.strip():
        raise BadFileError("the first line is empty", where=f"{where}, row 1", hint=_AGAIN)
    return line


def text_in_utf8(
    path: Path, scratch: Path, where: str, encodings: Sequence[str] = ("utf-8-sig", "gb18030")
) -> Path:
    """Return a text in UTF-8: the file itself, or a copy made from another encoding.

    The first encoding that the whole file follows is taken; a file that begins with the mark of
    UTF-16 is UTF-16. Nothing is replaced or dropped.

    Parameters
    ----------
    path, where
        The text, and its name for messages.
    scratch
        Folder for the copy.
    encodings
        What is tried, in this order, as Python calls it. ``cp1252`` and ``cp1251`` accept nearly
        everything: name at most one of them, last, where the publisher uses it.

    Raises
    ------
    BadFileError
        If none fits, with the first row that the first of them cannot read; if the one that fits
        makes nonsense of some lines, see `refuse_mixed`.
    """
    tried = ("utf-16",) if first_bytes(path, 2) in _UTF16 else tuple(encodings)
    rows: list[int] = []
    for encoding in tried:
        plain = encoding.replace("_", "-").lower() in ("utf-8", "utf-8-sig")
        target = None if plain else scratch / f"{path.stem}.utf8.txt"
        row = _transcode(path, encoding, target)
        if row is None:
            refuse_mixed(path, where, encoding)
            return target or path
        rows.append(row)
    raise BadFileError(
        f"not a text in {' or '.join(name.removesuffix('-sig').upper() for name in tried)}",
        where=f"{where}, row {rows[0]}",
        hint="save it as CSV in UTF-8",
    )


def _transcode(path: Path, encoding: str, target: Path | None) -> int | None:
    """Copy into UTF-8 (or only read, without target); return the row that cannot be read."""
    # Incremental, because a piece may end inside a character.
    decoder = codecs.getincrementaldecoder(encoding)()
    row = 1
    with path.open("rb") as source, target.open("wb") if target else nullcontext() as copy:
        while True:
            piece = source.read(_STEP)
            try:
                text = decoder.decode(piece, final=not piece)
            except UnicodeDecodeError as error:
                # `object` is the piece with what was left of the one before: its line ends were not
                # counted yet.
                return row + error.object[: error.start].count(b"\n")
            except UnicodeError:  # UTF-16 without its mark, and others that do not say where
                return row
            row += text.count("\n")
            if copy:
                copy.write(text.encode())
            if not piece:
                return None


def encoding_of(name: str) -> str:
    """Return Python's own name of an encoding in which files are written.

    Raises
    ------
    LookupError
        If there is none of that name: of Python's codecs some turn bytes into bytes, others read
        source code or names of hosts, or are what one machine happens to use.
    """
    "".encode(name)  # refuses what is a codec and no encoding of text
    found = codecs.lookup(name).name
    if found.replace("-", "_") in _NO_FILES:
        raise LookupError(name)
    return found


_NO_FILES = {
    *("idna", "mbcs", "oem", "punycode"),
    *("raw_unicode_escape", "undefined", "unicode_escape", "utf_7"),
}


def refuse_mixed(path: Path, where: str, encoding: str) -> None:
    """Refuse a text in an encoding that takes nearly all bytes, if it has lines in UTF-8 as well.

    Files that were put together from several have both. In ``cp1251`` such a line is read without
    an error, and each of its letters becomes two wrong ones.

    Parameters
    ----------
    path, where
        The text, and its name for messages.
    encoding
        What it is read in.

    Raises
    ------
    BadFileError
        With the first line of each kind.
    """
    name = codecs.lookup(encoding).name
    if name.startswith("utf"):
        return
    own = mixed = 0
    with path.open("rb") as opened:
        for row, line in enumerate(opened, 1):
            if line.isascii():
                continue
            if _is_utf8(line, pairs=name.startswith("gb")):
                mixed = mixed or row
            else:
                own = own or row
            if own and mixed:
                raise BadFileError(
                    f"lines in two encodings: row {mixed} is in UTF-8, row {own} in {name}",
                    where=f"{where}, row {mixed}",
                    why=f"read in {name}, the letters of row {mixed} come out as others",
                    hint="save all of it in UTF-8, the parts that it was put together from first",
                )


def _is_utf8(line: bytes, *, pairs: bool) -> bool:
    """Whether a line with bytes above 127 can only be meant as UTF-8.

    Two signs in a single-byte encoding can look like one letter in UTF-8 (``Р№``), and a few pairs
    of bytes of a Chinese one, too: so two letters are wanted, three bytes each where there are
    ``pairs``. One is enough where it begins with 0xC3, as é and ü do.
    """
    try:
        text = line.decode()
    except UnicodeDecodeError:
        return False
    least = 0x3040 if pairs else 0xC0  # the first of Japanese and Chinese, and of Latin letters
    letters = [sign for sign in text if ord(sign) >= least and sign.isalpha()]
    return len(letters) > 1 or (not pairs and any("À" <= sign <= "ÿ" for sign in letters))


def first_bytes(path: Path, size: int) -> bytes:
    """Return what a file begins with."""
    with path.open("rb") as opened:
        return opened.read(size)


def group_of(pattern: str, text: str) -> str | None:
    """Return what the first group of a pattern finds in a text; None where it finds nothing.

    Patterns of a user run on RE2, in DuckDB: its time grows with the text alone, where Python's
    engine tries ``^(a+)+$`` on thirty letters for minutes.

    Raises
    ------
    RequestError
        If RE2 does not take the pattern: it has no look-ahead and no references back.
    """
    import duckdb

    query = "SELECT CASE WHEN regexp_matches($1, $2) THEN regexp_extract($1, $2, 1) END"
    try:
        [(found,)] = _regular().execute(query, [text, pattern]).fetchall()
    except duckdb.Error as error:
        raise RequestError(
            f"not a pattern that can be searched for: {pattern!r}",
            why=str(error).partition("\n")[0].removeprefix("Invalid Input Error: "),
            hint=r"use a plain regular expression, such as '\[([0-9]+)\]'",
        ) from error
    return None if found is None else str(found)


@cache
def _regular() -> duckdb.DuckDBPyConnection:
    # A connection of its own: patterns are tested where no lake is open.
    return connect(threads=1, memory="200MB")
