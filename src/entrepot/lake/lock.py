"""One writer at a time: a lock that the system lets go when its holder dies."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

from entrepot.errors import OutsideError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["writing"]


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Hold the lake for writing.

    Raises
    ------
    OutsideError
        If another process is writing to it.
    """
    with (folder / "lock").open("a+") as opened:
        try:
            _take(opened)
        except OSError as error:
            raise OutsideError(
                "another load is writing to this lake",
                where=str(folder),
                hint="wait until it is done, or load into another lake with --lake",
            ) from error
        yield  # closing the file lets go


if sys.platform == "win32":
    import msvcrt

    def _take(opened: IO[str]) -> None:
        msvcrt.locking(opened.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _take(opened: IO[str]) -> None:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
