"""Is what came the data that was asked for? By its content, before it gets its name."""

from __future__ import annotations

import json
import re
import zipfile
from typing import TYPE_CHECKING

from entrepot.errors import OutsideError
from entrepot.sources.text import first_words
from entrepot.sources.unpack import SIGNATURE

if TYPE_CHECKING:
    from pathlib import Path

    from entrepot.sources.info import DownloadAddress

_HEAD = 65536
_MARKUP = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<", re.DOTALL)
# Eurostat answers a request for much data with a ticket: the data are prepared for later.
_LATER = re.compile(rb"SUBMITTED|<queued|EXTRACTION_TOO_BIG|asyncResponse", re.IGNORECASE)
_STATA = (
    b"<stata_dta>",
    *(bytes((version, order)) for version in (0x71, 0x72, 0x73) for order in (1, 2)),
)
_OLD_OFFICE, _ZIP = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04"


class TooMuch(Exception):  # noqa: N818  the caller asks in smaller pieces
    """The answer is cut off at the publisher's limit, or refused as too large."""


def look(path: Path, way: DownloadAddress, where: str) -> int | None:
    """Return the number of rows of an answer, where its format shows it.

    Parameters
    ----------
    path
        File that has come.
    way
        What was asked for.
    where
        Address, for messages.

    Raises
    ------
    OutsideError
        If it is empty, a web page, damaged, cut off, or something else.
    TooMuch
        If it holds as many rows as the publisher sends at most, or a ticket in place of data.
    """
    with path.open("rb") as opened:
        head = opened.read(_HEAD)
    if not head.strip():
        raise _not_data("nothing", "", where)
    # Before the test for markup: Stata's own format begins with a tag.
    if way.format == "stata" and head.startswith(_STATA):
        return None
    if _MARKUP.match(head):
        # Eurostat's tickets are XML; what is marked up and no XML is a page, whatever it is about.
        is_page = b"<html" in head.lower() or b"<?xml" not in head[:200]
        if not is_page and _LATER.search(head):
            raise TooMuch
        kind = "a web page" if is_page else "a message in XML"
        raise _not_data(kind, first_words(head), where)
    if way.format == "stata":
        raise _not_data("no file of Stata", first_words(head[:200]), where)
    if way.format == "json":
        return _json_rows(path, way, where)
    if way.format == "csv":
        return _csv_rows(head, where)
    _archive(path, head, way.format, where)
    return None


def _json_rows(path: Path, way: DownloadAddress, where: str) -> int:
    try:
        answer = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise _not_data("no readable JSON", str(error)[:160], where) from error
    rows = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(rows, list):
        said = str(answer.get("error") or answer)[:160] if isinstance(answer, dict) else ""
        raise _not_data("JSON without rows", said, where)
    if answer.get("error"):
        raise _not_data("an error", str(answer["error"])[:160], where)
    # More than came: cut off. As many as the limit: may be cut off or complete, nothing says which.
    count = answer.get("count")
    if isinstance(count, int) and count > len(rows):
        raise TooMuch
    if way.rows is not None and len(rows) >= way.rows:
        raise TooMuch
    return len(rows)


def _csv_rows(head: bytes, where: str) -> int | None:
    """Return 0 for a table that is a head and nothing more."""
    first, _, rest = head.partition(b"\n")
    if b"\0" in head or not re.search(rb"[,;\t]", first):
        raise _not_data("no table", first_words(first), where)
    # The first 64 kB suffice: a table with a row has it there.
    return None if rest.strip() else 0


def _archive(path: Path, head: bytes, kind: str, where: str) -> None:
    if kind == "7z":
        is_complete = (
            head.startswith(SIGNATURE) and len(head) >= 32 and _seven_size(head) == _size(path)
        )
    elif kind == "workbook" and head.startswith(_OLD_OFFICE):
        # Files of the old Office format are made of sectors of 512 bytes.
        is_complete = _size(path) % 512 == 0
    else:
        is_complete = head.startswith(_ZIP) and _zip_is_complete(path)
    if not is_complete:
        named = {"7z": "7z archive", "workbook": "Excel workbook"}.get(kind, "zip archive")
        # The bytes of an archive that ends too early are no words.
        is_cut = head.startswith((SIGNATURE, _ZIP, _OLD_OFFICE))
        said = "" if is_cut else first_words(head[:200])
        cut = f" ({_size(path):,} bytes of one came)" if is_cut else ""
        raise _not_data(f"no whole {named}{cut}", said, where)


def _zip_is_complete(path: Path) -> bool:
    """Whether the list of members at the end is there and fits; contents are tested at reading."""
    try:
        with zipfile.ZipFile(path) as archive:
            return bool(archive.infolist())
    except (zipfile.BadZipFile, OSError, NotImplementedError):
        return False


def _seven_size(head: bytes) -> int:
    """Bytes of a 7z archive by its first 32: where the list of members stands and how long."""
    return 32 + int.from_bytes(head[12:20], "little") + int.from_bytes(head[20:28], "little")


def _size(path: Path) -> int:
    return path.stat().st_size


def _not_data(what: str, said: str, where: str) -> OutsideError:
    return OutsideError(
        f"the publisher sent {what} in place of the data" + (f": “{said}”" if said else ""),
        where=where,
        why="kept under the name of the file it would look like data",
        hint="open the address in a browser; run the command again later",
    )
