"""A 7z archive of one file, as Eurostat packs its bulk data, unpacked by py7zr.

Read is one file with its checksum, packed with LZMA or LZMA2, behind the x86 filter or not. py7zr
gives an archive what its header asks for: 4 GiB for a dictionary, decoders (Deflate, Zstandard)
that fill the memory in one step, and all this for the list of contents too. So the header is
looked at before anything is unpacked; other methods, locks and long lists are refused.
"""

from __future__ import annotations

import errno
from io import BufferedWriter, BytesIO, FileIO
from typing import TYPE_CHECKING, Any, cast

from entrepot.errors import BadFileError, EntrepotError, MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["SIGNATURE", "unpack_sevenzip"]

SIGNATURE = b"7z\xbc\xaf\x27\x1c"
_MOST_DICTIONARY = 2**28
_STEP = 2**12  # bytes read at once, also the most of a list; LZMA makes up to 7,000 of each
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
        return super().read(_STEP if size is None or size < 0 else min(size, _STEP))


class _Target(BufferedWriter):
    """The file to write, and the factory that py7zr asks for it."""

    def __init__(self, path: Path, count: Callable[[int], None]) -> None:
        super().__init__(FileIO(path, "wb"))
        self._count = count

    def create(self, _: str) -> _Target:
        return self

    def write(self, piece: Any, /) -> int:
        self._count(len(piece))
        return super().write(piece)


def _unpack(opened: _Slowly, out: _Target, target: Path, where: str) -> None:
    from py7zr import SevenZipFile
    from py7zr.archiveinfo import HeaderStreamsInfo, SignatureHeader

    start = SignatureHeader.retrieve(cast("Any", opened))
    opened.seek(start.nextheaderofs, 1)
    listed, length = BytesIO(opened.read(start.nextheadersize)), start.nextheadersize
    if listed.read(1) == b"\x17":  # the list is packed too
        length = _unpacked_size(HeaderStreamsInfo.retrieve(listed), where)
    if length > _STEP:
        raise _refused("the list of its contents is longer than that of one file", where)
    opened.seek(0)
    with SevenZipFile(opened) as archive:
        found = archive.list()
        if len(found) != 1 or not found[0].is_file or found[0].crc32 is None:
            raise _refused(f"not one file with its checksum (entries: {len(found)})", where)
        _unpacked_size(archive.header.main_streams, where)
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
