"""A file that is still coming: what is there, whose content it is, and who writes it."""

from __future__ import annotations

import errno
import json
import os
import shutil
import sys
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from typing import IO, TYPE_CHECKING

from entrepot.errors import OutsideError
from entrepot.files import from_json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Content", "Part", "part_of"]


@dataclass(frozen=True, slots=True)
class Content:
    """Which content the bytes belong to, as the server names it.

    Attributes
    ----------
    address
        Where from.
    etag, modified
        ``ETag`` and ``Last-Modified`` as sent.
    total
        Bytes of the whole, if it was said.
    plain
        Whether the bytes on disk are the bytes on the line; only then can more be appended.
    """

    address: str
    etag: str = ""
    modified: str = ""
    total: int | None = None
    plain: bool = True

    @property
    def mark(self) -> str:
        """What ``If-Range`` takes: a strong tag or a date; empty if nothing can prove sameness."""
        return self.etag if self.etag and not self.etag.startswith("W/") else self.modified


class Part:
    """The file ``NAME.part`` beside the target, with ``NAME.part.json`` about its content."""

    def __init__(self, target: Path, opened: IO[bytes]) -> None:
        self.path = target.with_name(f"{target.name}.part")
        self._about = target.with_name(f"{target.name}.part.json")
        self._opened = opened
        self.content: Content | None = self._read()

    @property
    def size(self) -> int:
        """Bytes that are there."""
        return self._opened.seek(0, 2)

    def begin(self, content: Content) -> None:
        """Throw away what is there and expect this content."""
        self.drop()
        self.content = content
        self._about.write_text(json.dumps(asdict(content)), encoding="utf-8")

    def drop(self) -> None:
        """Throw away what is there."""
        self._opened.truncate(0)
        self._about.unlink(missing_ok=True)
        self.content = None

    def write(self, chunk: bytes) -> None:
        """Append bytes.

        Raises
        ------
        OutsideError
            If the disk is full.
        """
        rest = memoryview(chunk)
        try:
            while rest:
                rest = rest[self._opened.write(rest) :]
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            raise self._full() from error

    def make_room(self, more: int) -> None:
        """Refuse before the first byte what the disk has no room for.

        Raises
        ------
        OutsideError
            If fewer than `more` bytes are free.
        """
        if shutil.disk_usage(self.path.parent).free < more:
            raise self._full(more)

    def finish(self, target: Path) -> None:
        """Give the file its name, once it is on the disk."""
        os.fsync(self._opened.fileno())
        self._about.unlink(missing_ok=True)
        self.content = None
        if sys.platform == "win32":
            self._opened.close()  # there an open file cannot be renamed
        self.path.replace(target)

    def _read(self) -> Content | None:
        try:
            return Content(**from_json(self._about.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def _full(self, more: int | None = None) -> OutsideError:
        return OutsideError(
            "no room on the disk" + (f" for {more:,} more bytes" if more else ""),
            where=str(self.path.parent),
            hint="make room, or name a folder on another disk with --to; what came is kept",
        )


@contextmanager
def part_of(target: Path) -> Iterator[Part]:
    """Open the unfinished file of a target for this process alone.

    Raises
    ------
    OutsideError
        If another process is fetching the same file.
    """
    path = target.with_name(f"{target.name}.part")
    with path.open("a+b", buffering=0) as opened:
        if not _is_mine(opened, path):
            raise OutsideError(
                "another process is fetching this file",
                where=str(target),
                hint="wait until it is done",
            )
        part = Part(target, opened)
        if part.content is None:
            part.drop()
        try:
            yield part
        finally:
            if part.content is None and path.exists():
                with suppress(OSError):  # where an open file cannot be removed, it is empty
                    path.unlink()


def _is_mine(opened: IO[bytes], path: Path) -> bool:
    """Whether the file is locked for us and still has its name.

    Who held it before may have finished and renamed it between our opening and locking.
    """
    try:
        _take(opened)
        return os.path.samestat(os.fstat(opened.fileno()), path.stat())
    except OSError:
        return False


if sys.platform == "win32":
    import msvcrt

    def _take(opened: IO[bytes]) -> None:
        msvcrt.locking(opened.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _take(opened: IO[bytes]) -> None:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
