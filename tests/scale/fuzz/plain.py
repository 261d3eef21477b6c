"""Read bytes in plain Python, by the rules that the documentation states: what the oracles use.

Nothing here is shared with the parsers. Where a file breaks a rule it is `Refused`; where no
reader can be sure what is meant, it `CannotSay`.
"""

from __future__ import annotations

import gzip
import io
import math
import re
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST = 70 * 2**20
"""Bytes that are unpacked here; what is larger is a bomb."""


class Refused(Exception):  # noqa: N818 - an answer, not an error
    """The file breaks a rule."""


class CannotSay(Exception):  # noqa: N818 - an answer, not an error
    """No reader can be sure of this file, so nothing is compared."""


def members(data: bytes, name: str, packed: bytes | None = None) -> list[tuple[str, bytes]]:
    """Return name and bytes of every file in a file.

    Parameters
    ----------
    packed
        What a 7z archive holds, which has a checksum: where it is read it must be this.
    """
    if not data:
        raise Refused("empty")
    if data[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return [(inside, _bare(text)) for inside, text in _zip(data)]
    if name.lower().endswith(".zip"):
        raise Refused("no zip")
    if data[:2] == b"\x1f\x8b":
        try:
            with gzip.open(io.BytesIO(data)) as opened:
                text = opened.read(MOST + 1)
        except Exception as error:
            raise Refused("damaged gzip") from error
        return [(name.removesuffix(".gz"), _bare(text))]
    if name.lower().endswith(".gz"):
        raise Refused("no gzip")
    if data[:4] == b"7z\xbc\xaf":
        if packed is None:
            raise Refused("a 7z that was none")
        return [(name.removesuffix(".7z"), _bare(packed))]
    return [(name, data)]


def _bare(data: bytes) -> bytes:
    if len(data) > MOST:
        raise Refused("bomb")
    if data[:4] == b"PK\x03\x04" or data[:2] == b"\x1f\x8b":
        raise Refused("an archive in an archive")
    return data


def _zip(data: bytes) -> list[tuple[str, bytes]]:
    found = []
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if len(archive.infolist()) > 20_000:
                raise Refused("too many members")
            for info in archive.infolist():
                name = info.filename
                if re.match(r"([/\\~]|[A-Za-z]:)", name) or ".." in re.split(r"[/\\]", name):
                    raise Refused("outside of its folder")
                if info.is_dir() or name.startswith("__MACOSX/"):
                    continue
                if info.flag_bits & 1:
                    raise Refused("locked")
                with archive.open(info) as opened:
                    found.append((re.split("[/]", name)[-1], opened.read(MOST + 1)))
    except Refused:
        raise
    except Exception as error:
        raise Refused(f"damaged zip: {error}") from error
    return found


def decoded(data: bytes, encodings: Sequence[str] = ("utf-8-sig",)) -> str:
    """Return text in the first encoding that fits."""
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Refused("no text")


def split(text: str, delim: str = ",", *, skip: bool = False) -> list[list[str]]:
    """Return the rows of delimited text (RFC 4180); lines without a sign are none.

    A quotation mark inside a cell that does not begin with one is a sign like any other. Spaces
    around the marks of a quoted cell are nothing; else only a separator may stand behind them.
    `skip`: spaces before other cells are nothing, too.
    """
    rows: list[list[str]] = []
    row: list[str] = []
    place, more = 0, False  # whether a separator came last, so that a cell follows
    while place < len(text) or more:
        sign = text[place : place + 1]
        if not row and sign in ("\n", "\r"):
            place += 1
            continue
        mark = _behind_spaces(text, place)
        if text[mark : mark + 1] == '"':
            cell, place = _quoted(text, mark)
            place = _behind_spaces(text, place)
            if text[place : place + 1] not in ("", delim, "\n", "\r"):
                raise Refused("text behind a quoted cell")
        else:
            cell, place = _unquoted(text, mark if skip else place, delim)
        row.append(cell)
        more = text[place : place + 1] == delim
        place += 1
        if not more:
            place += text[place - 1 : place + 1] == "\r\n"
            rows.append(row)
            row = []
    return rows


def _behind_spaces(text: str, place: int) -> int:
    while text[place : place + 1] == " ":
        place += 1
    return place


def _unquoted(text: str, place: int, delim: str) -> tuple[str, int]:
    found = re.compile(f"[{re.escape(delim)}\n\r]").search(text, place)
    end = found.start() if found else len(text)
    return text[place:end], end


def _quoted(text: str, place: int) -> tuple[str, int]:
    end = place + 1
    while True:
        end = text.find('"', end)
        if end < 0:
            raise Refused("an open quotation mark")
        if text[end + 1 : end + 2] != '"':
            break
        end += 2
    return text[place + 1 : end].replace('""', '"'), end + 1


def table(text: str, delim: str = ",") -> tuple[list[str], list[list[str]]]:
    """Return names and rows; every row has as many cells as there are names.

    Empty cells behind the last are no harm: the others are where they should be.
    """
    if not re.split("[\r\n]", text, maxsplit=1)[0].strip():
        raise Refused("no header")
    names, *rows = split(text, delim) or [[]]
    if any(len(row) < len(names) or any(row[len(names) :]) for row in rows):
        raise Refused("rows of different length")
    if not rows:
        raise Refused("no rows")
    return [name.strip() for name in names], [
        [cell.strip(" ") for cell in row[: len(names)]] for row in rows
    ]


_NUMBER = re.compile(r"(0*[0-9]{1,15}(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]{1,2})?")


def number(text: str) -> float:
    """Return a number of zero or more."""
    if not _NUMBER.fullmatch(text):
        raise Refused(f"no number: {text[:20]!r}")
    found = float(text)
    if not math.isfinite(found):
        raise Refused("no finite number")
    return found


def optional(text: str, *missing: str) -> float | None:
    """Return a number of zero or more, or None for a cell that says that there is none."""
    return None if text in ("", *missing) else number(text)


def rounded(value: float) -> float:
    """Return the nearest whole number, halves upward."""
    return float(math.floor(value + 0.5)) if value < 2**52 else value


def match(pattern: str, text: str, what: str) -> str:
    """Return the text, which must follow the pattern."""
    if not re.fullmatch(pattern, text, re.ASCII):
        raise Refused(f"{what}: {text[:20]!r}")
    return text


def choice(text: str, among: object, what: str) -> str:
    """Return the text, which must be one of some."""
    if text not in among:
        raise Refused(f"{what}: {text[:20]!r}")
    return text
