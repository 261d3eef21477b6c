"""From a file as shipped (text, gzip, zip) to plain text: distrust it before it is read."""

from __future__ import annotations

import csv
import gzip
import shutil
import zipfile
import zlib
from pathlib import Path
from typing import IO, TYPE_CHECKING

from entrepot.errors import BadFileError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.sources.parser import RawFile

__all__ = ["header", "members"]

_AGAIN = "download it again and compare its size with the publisher's"
_ZIP, _GZIP = b"PK\x03\x04", b"\x1f\x8b"
_EMPTY_ZIP = b"PK\x05\x06"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def members(file: RawFile, scratch: Path) -> Iterator[tuple[str, str, Path]]:
    """Unpack a file by what it contains, not by what it is called.

    Yields
    ------
    tuple
        Name of the member (of the file itself if it is not an archive), name for messages, and
        path of the plain text; texts of archives are written to `scratch`.

    Raises
    ------
    BadFileError
        If the file is empty, a truncated or damaged archive, or not the archive that its name
        promises.
    """
    with file.path.open("rb") as opened:
        start = opened.read(4)
    name = Path(file.name).name
    if not start:
        raise BadFileError("the file is empty", where=file.name, hint=_AGAIN)
    if start in (_ZIP, _EMPTY_ZIP):
        yield from _zip_members(file, scratch)
    elif name.lower().endswith(".zip"):
        raise BadFileError(
            "not a zip archive, though its name says so",
            where=file.name,
            why="a failed download often leaves a web page under the name of the file",
            hint=_AGAIN,
        )
    elif start[:2] == _GZIP:
        target = scratch / "unpacked.csv"
        with gzip.open(file.path) as source:
            _copy(source, target, file.name)
        yield name.removesuffix(".gz"), file.name, target
    elif name.lower().endswith(".gz"):
        raise BadFileError("not a gzip file, though its name says so", where=file.name, hint=_AGAIN)
    else:
        yield name, file.name, file.path


def _zip_members(file: RawFile, scratch: Path) -> Iterator[tuple[str, str, Path]]:
    try:
        with zipfile.ZipFile(file.path) as archive:
            for place, info in enumerate(archive.infolist()):
                if info.is_dir() or info.filename.startswith("__MACOSX/"):
                    continue
                label = f"{file.name}: {info.filename}"
                if info.flag_bits & 1:
                    raise BadFileError(
                        "locked with a password", where=label, hint="unlock it first"
                    )
                target = scratch / f"member-{place}.txt"  # never a name from inside the archive
                with archive.open(info) as source:
                    _copy(source, target, label)
                yield Path(info.filename).name, label, target
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise _damaged("zip archive", file.name, error) from error


def _copy(source: IO[bytes] | gzip.GzipFile, target: Path, where: str) -> None:
    """Copy to the end, which is where both formats keep their checksum."""
    try:
        with target.open("wb") as opened:
            shutil.copyfileobj(source, opened, 2**20)
    except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile) as error:
        raise _damaged("compressed file", where, error) from error


def _damaged(kind: str, where: str, error: Exception) -> BadFileError:
    return BadFileError(
        f"truncated or damaged {kind} ({error})",
        where=where,
        why="rows at its end would be missing without a word",
        hint=_AGAIN,
    )


def header(path: Path, where: str) -> list[str]:
    """Return the names in the first line of a comma-separated text in UTF-8.

    Raises
    ------
    BadFileError
        If it is empty, in UTF-16, not text, or separated by something else.
    """
    with path.open("rb") as opened:
        start = opened.read(65536)
    if start.startswith(_UTF16):
        raise BadFileError("text in UTF-16", where=where, hint="save it as CSV in UTF-8")
    if b"\0" in start:
        raise BadFileError("not a text file", where=where, hint="give the CSV, gzip or zip file")
    first = start.split(b"\n", 1)[0].rstrip(b"\r")
    try:
        line = first.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadFileError(
            "not a text in UTF-8", where=f"{where}, row 1", hint="save it as CSV in UTF-8"
        ) from error
    if not line.strip():
        raise BadFileError("the first line is empty", where=f"{where}, row 1", hint=_AGAIN)
    for sign, word in ((";", "semicolons"), ("\t", "tabs")):
        if line.count(sign) > line.count(","):
            raise BadFileError(
                f"columns are separated by {word}",
                where=f"{where}, row 1",
                why="a program in between has rewritten the file, and perhaps its numbers too",
                hint="use the file as the publisher ships it, separated by commas",
            )
    return [name.strip() for name in next(csv.reader([line]))]
