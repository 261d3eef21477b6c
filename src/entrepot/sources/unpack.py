"""From a file as shipped (text, gzip, zip, 7z) to plain text: distrust it before it is read.

Sizes are counted while bytes are copied, never taken from what the archive says of itself, and a
name inside an archive is shown to people and never becomes a path.
"""

from __future__ import annotations

import errno
import gzip
import lzma
import struct
import zipfile
import zlib
from pathlib import Path
from typing import IO, TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.sources.sevenzip import SIGNATURE, unpack_sevenzip
from entrepot.sources.text import MAX_COLUMNS, MAX_LINE, header, separator, text_in_utf8

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.sources.parser import RawFile

__all__ = [
    "MAX_COLUMNS",
    "MAX_LINE",
    "MAX_MEMBERS",
    "MAX_RATIO",
    "MAX_UNPACKED",
    "header",
    "members",
    "separator",
    "text_in_utf8",
]

MAX_UNPACKED = 64 * 2**30
"""Bytes that one archive may hold: five times thirty years of BACI (12 GB)."""
MAX_RATIO = 250
"""How many times larger than the archive its contents may be; trade data reach 5 to 40."""
FREE = 64 * 2**20
"""Bytes that may be unpacked before the ratio counts: small tables of one word pack very well."""
MAX_MEMBERS = 20_000
"""Files in one archive."""

_AGAIN = "download it again and compare its size with the publisher's"
_ZIP, _GZIP = b"PK\x03\x04", b"\x1f\x8b"
_EMPTY_ZIP = b"PK\x05\x06"
_ZEROS = 16
"""More than any gzip file has at its end: the empty part that bgzip adds has nine."""
_STEP = 2**20
_DAMAGE = (
    EOFError,
    IndexError,  # from zipfile: a member without a name
    NotImplementedError,
    RuntimeError,
    ValueError,
    lzma.LZMAError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)


def members(file: RawFile, scratch: Path) -> Iterator[tuple[str, str, Path]]:
    """Unpack a file by what it contains, not by what it is called.

    Yields
    ------
    tuple
        Name of the member (of the file itself if it is not an archive), name for messages, and
        path of the plain file; what archives hold is written to `scratch`.

    Raises
    ------
    BadFileError
        If the file is empty, a truncated or damaged archive, not the archive that its name
        promises, or one that unpacks to more than `MAX_UNPACKED`, `MAX_RATIO` or `MAX_MEMBERS`.
    MissingExtraError
        If it is a 7z archive and the extra ``comext`` is not installed.
    """
    start = _start(file.path, 4)
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
        _refuse_filled(file)
        target = scratch / "unpacked.csv"
        with gzip.open(file.path) as source:
            _Meter(file).copy(source, target, file.name)
        yield name.removesuffix(".gz"), file.name, target
    elif name.lower().endswith(".gz"):
        raise BadFileError("not a gzip file, though its name says so", where=file.name, hint=_AGAIN)
    elif start == SIGNATURE[:4]:
        target = scratch / "unpacked.csv"
        meter = _Meter(file)
        unpack_sevenzip(file.path, target, file.name, lambda size: meter.count(size, file.name))
        _refuse_nested(target, file.name)
        yield name.removesuffix(".7z"), file.name, target
    else:
        yield name, file.name, file.path


def _zip_members(file: RawFile, scratch: Path) -> Iterator[tuple[str, str, Path]]:
    meter = _Meter(file)
    try:
        with zipfile.ZipFile(file.path) as archive:
            infos = archive.infolist()
            if len(infos) > MAX_MEMBERS:
                raise _bomb(f"{len(infos):,} files in one archive", file.name)
            for place, info in enumerate(infos):
                if info.is_dir() or info.filename.startswith("__MACOSX/"):
                    continue
                label = f"{file.name}: {_shown(info.filename)}"
                if _leads_out(info.filename):
                    raise _trap(label)
                if info.flag_bits & 1:
                    raise BadFileError(
                        "locked with a password", where=label, hint="unlock it first"
                    )
                target = scratch / f"member-{place}.txt"  # never a name from inside the archive
                with archive.open(info) as source:
                    meter.copy(source, target, label)
                yield Path(_shown(info.filename)).name, label, target
    except BadFileError:  # it is a ValueError too
        raise
    except (*_DAMAGE, OSError) as error:
        raise _blamed("zip archive", file.name, error) from error


class _Meter:
    """Copies out of one archive and counts."""

    def __init__(self, file: RawFile) -> None:
        self.packed = file.path.stat().st_size
        self.unpacked = 0

    def copy(self, source: IO[bytes] | gzip.GzipFile, target: Path, where: str) -> None:
        """Copy to the end, where checksums are compared."""
        try:
            with target.open("wb") as opened:
                while piece := source.read(_STEP):
                    self.count(len(piece), where)
                    opened.write(piece)
        except BadFileError:
            raise
        except (*_DAMAGE, OSError) as error:
            raise _blamed("compressed file", where, error) from error
        _refuse_nested(target, where)

    def count(self, size: int, where: str) -> None:
        """Add what comes next, before it is written."""
        self.unpacked += size
        if self.unpacked > MAX_UNPACKED:
            raise _bomb(f"it unpacks to more than {MAX_UNPACKED / 2**30:.0f} GiB", where)
        if self.unpacked > FREE and self.unpacked > MAX_RATIO * self.packed:
            raise _bomb(f"it unpacks to more than {MAX_RATIO} times its size", where)


def _refuse_filled(file: RawFile) -> None:
    """Refuse zeros after the end: gzip skips them, and what they stand in place of was lost."""
    with file.path.open("rb") as opened:
        opened.seek(max(0, file.path.stat().st_size - _ZEROS))
        if not opened.read().strip(b"\0"):
            raise BadFileError(
                "the end of the gzip file is filled with zeros",
                where=file.name,
                why="a second part of it may be missing without a word",
                hint=_AGAIN,
            )


def _refuse_nested(target: Path, where: str) -> None:
    if _start(target, 4) in (_ZIP, SIGNATURE[:4]) or _start(target, 2) == _GZIP:
        raise BadFileError(
            "an archive inside an archive", where=where, hint="unpack the outer one first"
        )


def _bomb(what: str, where: str) -> BadFileError:
    return BadFileError(
        f"not unpacked: {what}",
        where=where,
        why="an archive can be made to fill a disk; trade data do not pack that well",
        hint="if it is genuine, unpack it yourself and add the files inside",
    )


def _blamed(kind: str, where: str, error: Exception) -> Exception:
    """Return what to raise: the archive is damaged, or the disk is to blame."""
    # bzip2 and gzip name damage without a number; a place before the start of the file has one.
    if isinstance(error, OSError) and error.errno not in (None, errno.EINVAL):
        return error
    return BadFileError(
        f"truncated or damaged {kind} ({error})",
        where=where,
        why="rows at its end would be missing without a word",
        hint=_AGAIN,
    )


def _leads_out(name: str) -> bool:
    """Whether a name in an archive points out of the folder that it would be unpacked to."""
    plain = name.replace("\\", "/")
    return plain.startswith(("/", "~")) or ".." in plain.split("/") or plain[1:2] == ":"


def _trap(where: str) -> BadFileError:
    return BadFileError(
        "a name that points out of the archive",
        where=where,
        why="no publisher packs so: it is made to overwrite files of whoever unpacks it",
        hint="do not unpack it; download it again from its publisher",
    )


def _shown(name: str) -> str:
    """Return a name from inside an archive, harmless on a terminal."""
    return "".join(sign if sign.isprintable() else "?" for sign in name[:200])


def _start(path: Path, size: int) -> bytes:
    with path.open("rb") as opened:
        return opened.read(size)
