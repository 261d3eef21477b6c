"""No file is deleted under a reader: who reads shares a lock, and who deletes looks for it.

A change never waits for readers, and no reader for a change. Files that a change no longer names
are deleted at once when nobody reads, else by the next change. A reader shares the lock first and
reads the catalog then; a writer replaces the catalog first and looks then: whoever comes after
that look already reads the new catalog.

(Other ways were weighed. To try again with a fresh catalog when a file is gone starves a long
question beside a busy writer, and mixes two states in one answer. To keep files for some minutes
after a change means that removing frees no space, and breaks every question that takes longer.)

The system lets go when a process dies. A lake on a disk that cannot lock can be read all the same;
there, and on Windows, files go at once.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any

from entrepot.lake.lock import HELD, take

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["FILE", "reading", "unread"]

FILE = "readers"
_TRIES, _PAUSE = 100, 0.01


@contextmanager
def reading(folder: Path) -> Iterator[None]:
    """Keep every file that a catalog read inside the block names."""
    try:
        opened = (folder / FILE).open("rb")
    except OSError:  # nobody has deleted anything here yet
        yield
        return
    with opened:
        _share(opened)
        yield


def unread(folder: Path) -> bool:
    """Whether nobody reads, as far as the system can say."""
    try:
        with (folder / FILE).open("ab") as opened:
            take(opened)
    except OSError as error:
        return error.errno not in HELD
    return True


def _share(opened: IO[Any]) -> None:
    """Share the lock; a writer who looks has it for a moment only."""
    for _ in range(_TRIES):
        try:
            take(opened, shared=True)
        except OSError as error:
            if error.errno not in HELD:
                return
            time.sleep(_PAUSE)
        else:
            return
