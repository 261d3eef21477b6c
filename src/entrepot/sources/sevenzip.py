"""A 7z archive of one file, as Eurostat packs its bulk data, read with Python's own library.

Read is what such an archive is: one file in one packed stream, LZMA or LZMA2, with its checksum.
Anything else (several files, encryption, other methods) is refused with the way out. Layout as in
7zFormat.txt of the LZMA SDK; tried on archives made by py7zr, not yet on one of Eurostat's.
"""

from __future__ import annotations

import lzma
import struct
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import IO, TYPE_CHECKING

from entrepot.errors import BadFileError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["SIGNATURE", "Unpacking", "open_sevenzip"]

SIGNATURE = b"7z\xbc\xaf\x27\x1c"
_MOST_HEADER = 2**20
_MOST_DICTIONARY = 2**28  # memory that unpacking takes
_STEP = 2**20
_END, _HEADER, _STREAMS, _PACKED, _UNPACKED = 0x00, 0x01, 0x04, 0x06, 0x07
_PARTS, _SIZE, _CRC, _FOLDER, _SIZES, _COUNT, _ENCODED = 0x08, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x17
_LZMA1, _LZMA2 = b"\x03\x01\x01", b"\x21"


@dataclass(frozen=True, slots=True)
class _Stream:
    """One packed stream: where it lies after the first 32 bytes, and how to unpack it."""

    place: int
    packed: int
    method: bytes
    properties: bytes
    size: int
    crc: int | None


class Unpacking:
    """The contents of a stream, to be read from start to end."""

    def __init__(self, opened: IO[bytes], stream: _Stream, where: str) -> None:
        self._opened, self._where = opened, where
        opened.seek(32 + stream.place)
        self._packed, self._size, self._crc = stream.packed, stream.size, stream.crc
        try:
            self._unpack = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[_filter(stream, where)])
        except (lzma.LZMAError, ValueError) as error:
            if isinstance(error, BadFileError):
                raise
            raise _damaged(str(error), where) from error
        self._came, self._sum = 0, 0

    def read(self, size: int = _STEP) -> bytes:
        """Return up to `size` bytes; none at the end.

        Raises
        ------
        BadFileError
            If the stream is damaged, ends too early, or its checksum is another.
        """
        want = min(size, self._size - self._came)
        if want <= 0:
            if self._crc not in (None, self._sum):
                raise _damaged("the checksum of its contents is another", self._where)
            return b""
        piece = b""
        while not piece:
            more = b""
            if self._unpack.needs_input:
                more = self._opened.read(min(_STEP, self._packed))
                self._packed -= len(more)
            stuck = self._unpack.eof or (self._unpack.needs_input and not more)
            try:
                piece = b"" if self._unpack.eof else self._unpack.decompress(more, want)
            except lzma.LZMAError as error:
                raise _damaged(str(error), self._where) from error
            if stuck and not piece:
                raise _damaged("its contents end too early", self._where)
        self._came += len(piece)
        self._sum = zlib.crc32(piece, self._sum)
        return piece


@contextmanager
def open_sevenzip(path: Path, where: str) -> Iterator[Unpacking]:
    """Open the one file in a 7z archive.

    Raises
    ------
    BadFileError
        If the archive is truncated or damaged, or holds anything but one file packed with LZMA.
    """
    with path.open("rb") as opened:
        try:
            stream = _stream_of(opened, path.stat().st_size, where)
        except (IndexError, struct.error) as error:
            raise _damaged("its list of contents cannot be read", where) from error
        yield Unpacking(opened, stream, where)


def _stream_of(opened: IO[bytes], length: int, where: str) -> _Stream:
    start = opened.read(32)
    crc, offset, size, header_crc = struct.unpack("<IQQI", start[8:32])
    if zlib.crc32(start[12:32]) != crc or 32 + offset + size != length:
        raise _damaged(f"{length:,} bytes, not {32 + offset + size:,}", where)
    if not 0 < size <= _MOST_HEADER:
        raise _other("a list of contents that is larger than 1 MiB, or none", where)
    opened.seek(32 + offset)
    header = opened.read(size)
    if zlib.crc32(header) != header_crc:
        raise _damaged("the checksum of its list of contents is another", where)
    if header[0] == _ENCODED:
        packed = _Reader(header[1:], where).stream(of_list=True)
        if packed.size > _MOST_HEADER:
            raise _other("a list of contents that is larger than 1 MiB", where)
        unpacking = Unpacking(opened, packed, where)
        header = b"".join(iter(unpacking.read, b""))
    if header[:2] != bytes((_HEADER, _STREAMS)):
        raise _other("a list of contents of another kind", where)
    return _Reader(header[2:], where).stream()


class _Reader:
    """Reads one description of streams."""

    def __init__(self, text: bytes, where: str) -> None:
        self._text, self._where = BytesIO(text), where

    def stream(self, *, of_list: bool = False) -> _Stream:
        """Return the one stream; only a packed list of contents may lack its checksum."""
        self._expect(_PACKED)
        place = self._number()
        self._one("packed streams", self._number())
        self._expect(_SIZE)
        packed = self._number()
        if self._next(_END, _CRC) == _CRC:
            self._checksum()
            self._expect(_END)
        self._expect(_UNPACKED)
        self._expect(_FOLDER)
        self._one("packed blocks", self._number())
        self._expect(0)  # described here, not elsewhere
        method, properties = self._method()
        self._expect(_SIZES)
        size = self._number()
        crc: int | None = None
        if self._next(_END, _CRC) == _CRC:
            crc = self._checksum()
            self._expect(_END)
        if crc is None and not of_list:
            crc = self._later_checksum()
        return _Stream(place, packed, method, properties, size, crc)

    def _method(self) -> tuple[bytes, bytes]:
        self._one("steps of packing", self._number())
        kind = self._byte()
        method = self._bytes(kind & 0x0F)
        if kind & 0x10 or method not in (_LZMA1, _LZMA2):
            raise _other(f"packed by method {method.hex()}", self._where)
        return method, self._bytes(self._number()) if kind & 0x20 else b""

    def _later_checksum(self) -> int:
        """Return the checksum of the one file, where the block has none."""
        self._expect(_PARTS)
        if (at := self._byte()) == _COUNT:
            self._one("files", self._number())
            at = self._byte()
        if at != _CRC:
            raise _other("no checksum", self._where)
        return self._checksum()

    def _checksum(self) -> int:
        self._expect(1)  # every stream has one, and there is one
        found: int = struct.unpack("<I", self._bytes(4))[0]
        return found

    def _one(self, what: str, count: int) -> None:
        if count != 1:
            raise _other(f"{count} {what}", self._where)

    def _expect(self, wanted: int) -> None:
        self._next(wanted)

    def _next(self, *wanted: int) -> int:
        found = self._byte()
        if found not in wanted:
            raise _other(f"a list of contents of another kind (0x{found:02x})", self._where)
        return found

    def _byte(self) -> int:
        return self._text.read(1)[0]

    def _bytes(self, size: int) -> bytes:
        found = self._text.read(size)
        if len(found) < size:
            raise IndexError
        return found

    def _number(self) -> int:
        """Read a number: the ones that lead its first byte count the bytes that follow."""
        first = self._byte()
        more = 0
        while more < 8 and first & (0x80 >> more):
            more += 1
        high = first & (0xFF >> (more + 1)) if more < 8 else 0
        return int.from_bytes(self._bytes(more), "little") | (high << (8 * more))


def _filter(stream: _Stream, where: str) -> dict[str, int]:
    """Return what the library of Python calls the method of a stream."""
    known = stream.properties
    if stream.method == _LZMA1:
        rest, lc = divmod(known[0], 9)
        pb, lp = divmod(rest, 5)
        size = struct.unpack("<I", known[1:5])[0]
        found = {"id": lzma.FILTER_LZMA1, "lc": lc, "lp": lp, "pb": pb}
    else:
        size = (2 | known[0] & 1) << (known[0] // 2 + 11)
        found = {"id": lzma.FILTER_LZMA2}
    if size > _MOST_DICTIONARY:
        raise _other(f"unpacking takes {size // 2**20:,} MiB of memory", where)
    return found | {"dict_size": max(size, 4096)}


def _damaged(what: str, where: str) -> BadFileError:
    return BadFileError(
        f"truncated or damaged 7z archive ({what})",
        where=where,
        why="rows at its end would be missing without a word",
        hint="download it again and compare its size with the publisher's",
    )


def _other(what: str, where: str) -> BadFileError:
    return BadFileError(
        f"a 7z archive that is not read here: {what}",
        where=where,
        why="read is one file packed with LZMA, as Eurostat's bulk files are",
        hint="unpack it (7z e FILE.7z) and add the file inside",
    )
