"""From a file as shipped (text, gzip, zip, 7z) to plain text: distrust it before it is read.

Sizes are counted while bytes are copied, never taken from what the archive says of itself, and a
name inside an archive is shown to people and never becomes a path.
"""

from __future__ import annotations

import errno
import gzip
import hashlib
import lzma
import struct
import zipfile
import zlib
from io import BufferedWriter, BytesIO, FileIO
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from entrepot.errors import BadFileError, EntrepotError, MissingExtraError
from entrepot.files import open_zip
from entrepot.sources.text import (
    first_bytes,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from entrepot.sources.parser import RawFile

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
# What the standard library raises on damaged archives, beyond what it documents.
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
    # By content first: a CSV named .zip is refused below, an archive named .csv is unpacked.
    start = first_bytes(file.path, 4)
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
        with open_zip(file.path) as archive:
            infos = archive.infolist()
            if len(infos) > MAX_MEMBERS:
                raise _bomb(f"{len(infos):,} files in one archive", file.name)
            # Archives made on a Mac carry a second member of metadata for each file.
            for place, info in enumerate(infos):
                if info.is_dir() or info.filename.startswith("__MACOSX/"):
                    continue
                label = f"{file.name}: {_shown(info.filename)}"
                if _leads_out(info.filename):
                    raise _trap(label)
                # Bit 0 of the flags: encrypted. zipfile would only say so as a RuntimeError at
                # reading.
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
        # Counted over all members: a bomb may be spread over thousands of small ones.
        if self.unpacked > FREE and self.unpacked > MAX_RATIO * self.packed:
            raise _bomb(f"it unpacks to more than {MAX_RATIO} times its size", where)


def _refuse_filled(file: RawFile) -> None:
    """Refuse zeros after the end: gzip skips them, and what they stand in place of was lost."""
    with file.path.open("rb") as opened:
        # A gzip file ends with its length, so a few zeros are usual and sixteen are not.
        opened.seek(max(0, file.path.stat().st_size - _ZEROS))
        if not opened.read().strip(b"\0"):
            raise BadFileError(
                "the end of the gzip file is filled with zeros",
                where=file.name,
                why="a second part of it may be missing without a word",
                hint=_AGAIN,
            )


def _refuse_nested(target: Path, where: str) -> None:
    if first_bytes(target, 4) in (_ZIP, SIGNATURE[:4]) or first_bytes(target, 2) == _GZIP:
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
    # Windows reads backslashes as separators and C: as a drive, so both count on every system.
    plain = name.replace("\\", "/")
    return plain.startswith(("/", "~")) or ".." in plain.split("/") or plain[1:2] == ":"


def _trap(where: str) -> BadFileError:
    return BadFileError(
        "a name that points out of the archive",
        where=where,
        why="no publisher packs so: it is made to overwrite files where it is unpacked",
        hint="do not unpack it; download it again from its publisher",
    )


def _shown(name: str) -> str:
    """Return a name from inside an archive, harmless on a terminal."""
    # Control sequences in a name could rewrite what the terminal shows.
    return "".join(sign if sign.isprintable() else "?" for sign in name[:200])


# A 7z archive of one file, as Eurostat packs its bulk data, unpacked by py7zr.


SIGNATURE = b"7z\xbc\xaf\x27\x1c"
# The decoder takes a dictionary of this size from memory before it gives the first byte.
_MOST_DICTIONARY = 2**28
_SEVENZIP_STEP = (
    2**12
)  # bytes read at once, also the most of a list; LZMA makes up to 7,000 of each
# Ids of methods in the 7z format; the x86 filter only rearranges jumps and takes no memory.
_LZMA, _LZMA2, _X86 = b"\x03\x01\x01", b"\x21", b"\x03\x03\x01\x03"
_LOCK = b"\x06\xf1\x07\x01"


def unpack_sevenzip(path: Path, target: Path, where: str, count: Callable[[int], None]) -> None:
    """Write the one file in the archive at `path` to `target`; no name inside it is used.

    Parameters
    ----------
    path, target, where
        The archive, the file to write, and the name of the archive for messages.
    count
        Told how many bytes come next, before they are written; what it raises ends it all.

    Raises
    ------
    BadFileError
        If it is truncated, damaged, or locked, or not one file packed as above.
    MissingExtraError
        If the extra ``comext`` is not installed.
    """
    try:
        from py7zr import archiveinfo
    except ImportError as error:
        raise MissingExtraError("py7zr", "comext") from error
    if not hasattr(archiveinfo, "check_count"):  # before 1.1.4 a truncated archive never ends
        raise MissingExtraError("py7zr 1.1.4", "comext")
    try:
        with _Slowly(path) as opened, _Target(target, count) as out:
            _unpack(opened, out, target, where)
    except Exception as error:  # on a damaged file it trips over anything, AssertionError even
        of_disk = isinstance(error, OSError) and error.errno not in (None, errno.EINVAL)
        if of_disk or isinstance(error, EntrepotError):
            raise
        raise BadFileError(
            f"truncated or damaged 7z archive ({type(error).__name__}: {str(error)[:200]})",
            where=where,
            why="rows at its end would be missing without a word",
            hint="download it again and compare its size with the publisher's",
        ) from error


class _Slowly(FileIO):
    """A file that gives little at once: what a decoder makes of it at once is bounded."""

    def read(self, size: int | None = -1, /) -> Any:
        return super().read(
            _SEVENZIP_STEP if size is None or size < 0 else min(size, _SEVENZIP_STEP)
        )


class _Target(BufferedWriter):
    """The file to write, and the factory that py7zr asks for it."""

    def __init__(self, path: Path, count: Callable[[int], None]) -> None:
        super().__init__(FileIO(path, "wb"))
        self._count = count

    def create(self, _: str) -> _Target:
        return self

    # py7zr writes before it compares checksums, so bytes are counted here and not afterwards.
    def write(self, piece: Any, /) -> int:
        self._count(len(piece))
        return super().write(piece)


def _unpack(opened: _Slowly, out: _Target, target: Path, where: str) -> None:
    from py7zr import SevenZipFile
    from py7zr.archiveinfo import HeaderStreamsInfo, SignatureHeader

    start = SignatureHeader.retrieve(cast("Any", opened))
    # The list of contents stands at the end; its offset counts from behind the first 32 bytes. It
    # is measured before py7zr reads it, which would unpack one of any length.
    opened.seek(start.nextheaderofs, 1)
    listed, length = BytesIO(opened.read(start.nextheadersize)), start.nextheadersize
    if listed.read(1) == b"\x17":  # the list is packed too
        length = _unpacked_size(HeaderStreamsInfo.retrieve(listed), where)
    if length > _SEVENZIP_STEP:
        raise _refused("the list of its contents is longer than that of one file", where)
    opened.seek(0)
    with SevenZipFile(opened) as archive:
        found = archive.list()
        if len(found) != 1 or not found[0].is_file or found[0].crc32 is None:
            raise _refused(f"not one file with its checksum (entries: {len(found)})", where)
        _unpacked_size(archive.header.main_streams, where)
        # Replaces the name from the archive, so that py7zr joins no foreign path to the folder.
        archive.files.files_list[0]["filename"] = target.name
        archive.extractall(target.parent, factory=cast("Any", out))


def _unpacked_size(streams: Any, where: str) -> int:
    """Return what the header says; refuse what would take much memory to unpack."""
    [folder] = streams.unpackinfo.folders
    methods = [coder["method"] for coder in folder.coders]
    if _LOCK in methods:
        raise _refused("it is locked with a password", where)
    if methods not in ([_LZMA], [_LZMA2], [_LZMA2, _X86]):
        raise _refused(f"packed by method {' and '.join(one.hex() for one in methods)}", where)
    known = folder.coders[0]["properties"]
    # LZMA has the size of its dictionary in bytes 1 to 4 of its properties, LZMA2 as mantissa and
    # exponent in one byte.
    size = int.from_bytes(known[1:5], "little")
    if methods[0] == _LZMA2:
        size = (2 | known[0] & 1) << (known[0] // 2 + 11)
    if size > _MOST_DICTIONARY:
        raise _refused(f"unpacking takes {size // 2**20:,} MiB of memory", where)
    return sum(folder.unpacksizes)


def _refused(what: str, where: str) -> BadFileError:
    return BadFileError(
        f"a 7z archive that is not read here: {what}",
        where=where,
        why="read is one file packed with LZMA or LZMA2, as Eurostat's bulk files are",
        hint="unpack it (7z e FILE.7z) and add the file inside",
    )


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal digits."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
