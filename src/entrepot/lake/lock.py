"""One writer at a time: a lock that says who holds it, and that the system lets go of.

The holder writes into the file `lock` who it is. When a process dies the system lets go, and the
text that it left means nothing: only who fails to get the lock reads it.
"""

from __future__ import annotations

import errno
import getpass
import json
import os
import platform
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import IO, TYPE_CHECKING, Any

from entrepot.errors import OutsideError
from entrepot.files import from_json, is_gone

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# flock: EAGAIN, on some systems EACCES; msvcrt.locking: EACCES or EDEADLK.
LOCKED = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)
"""What the system says where somebody else has a lock."""
# A fifth of a second: whoever takes the lock writes its name into it right away.
_TRIES, _PAUSE = 20, 0.01


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a lake for writing: process, machine, user, since when, and what it does."""

    pid: int
    host: str
    user: str
    since: str
    doing: str

    @classmethod
    def here(cls, doing: str) -> Holder:
        """Return what this process would write into the lock."""
        try:
            user = getpass.getuser()
        except (OSError, KeyError, ImportError):  # a user without a name, as in a container
            user = ""
        now = datetime.now().astimezone().isoformat(timespec="seconds")
        return cls(os.getpid(), platform.node(), user, now, doing)

    def __str__(self) -> str:
        me, since = Holder.here(""), datetime.fromisoformat(self.since).astimezone()
        today = since.date() == datetime.now().astimezone().date()
        return "".join(
            (
                f"process {self.pid}",
                f" of {self.user}" if self.user != me.user else "",
                " on this machine" if self.host == me.host else f" on {self.host}",
                f" since {since:%H:%M}" if today else f" since {since:%Y-%m-%d %H:%M}",
                f", {self.doing}" if self.doing else "",
            )
        )

    @property
    def is_gone(self) -> bool:
        """Whether it is a process of this machine that does not exist: the text is old."""
        # A lake on a network disk may be locked by another
        # machine, whose numbers mean nothing here.
        return self.host == platform.node() and is_gone(self.pid)


@contextmanager
def writing(folder: Path, doing: str = "") -> Iterator[None]:
    """Hold the lake for writing, and say so in the lock.

    Parameters
    ----------
    folder
        Folder of the lake.
    doing
        What for, in words: ``adding baci``.

    Raises
    ------
    OutsideError
        If another process is writing to it, naming that process; or if the disk cannot lock.
    """
    # Unbuffered: what a full disk did not take must not come up again when the file is closed.
    # `a+`: opening must not empty the text of whoever has the lock.
    with (folder / "lock").open("a+b", buffering=0) as opened:
        try:
            take(opened)
        except OSError as error:
            raise _refused(error, opened, folder) from error
        if not _is_at(opened, folder / "lock"):
            raise OutsideError(
                "another load into this new lake has just failed",
                where=str(folder),
                hint="run the same command again",
            )
        _say(opened, json.dumps(asdict(Holder.here(doing))))
        try:
            yield  # closing the file lets go
        finally:
            _say(opened, "")


def _is_at(opened: IO[bytes], path: Path) -> bool:
    """Whether an open file still has its name: the lock of a lake that was unmade locks nothing."""
    try:
        return os.path.samestat(os.fstat(opened.fileno()), path.stat())
    except FileNotFoundError:
        return False


def _refused(error: OSError, opened: IO[bytes], folder: Path) -> OutsideError:
    if error.errno not in LOCKED:
        return OutsideError(
            f"this lake cannot be locked: {error.strerror or error}",
            where=str(folder),
            why="two loads at once could spoil it",
            hint="keep the lake on a disk of this machine: name a folder there with --lake",
        )
    holder = _holder(opened)
    return OutsideError(
        "another load is writing to this lake" + (f": {holder}" if holder else ""),
        where=str(folder),
        hint="wait until it has finished, or load into another lake with --lake",
    )


def _holder(opened: IO[bytes]) -> Holder | None:
    """Return who holds the lock; None if that cannot be read.

    The holder takes the lock first and writes then: for a moment the text may be missing, or be
    that of a process that was killed.
    """
    for _ in range(_TRIES):
        with suppress(OSError, ValueError, TypeError):
            opened.seek(0)
            holder = Holder(**from_json(opened.read()))
            if not holder.is_gone:
                return holder
        time.sleep(_PAUSE)
    return None


def holder_at(folder: Path) -> Holder | None:
    """Return who writes to a lake, as its lock says; None if nobody does or that cannot be read."""
    with suppress(OSError), (folder / "lock").open("rb") as opened:
        return _holder(opened)
    return None


def _say(opened: IO[bytes], text: str) -> None:
    """Replace the text in the lock; a full disk is no reason not to go on."""
    with suppress(OSError):
        opened.truncate(0)
        opened.write(text.encode())


if sys.platform == "win32":
    import msvcrt

    _FAR = 2**30  # locked bytes cannot be read: far behind the text

    def take(opened: IO[Any], *, shared: bool = False) -> None:
        """Lock an open file, alone or `shared` with others, or fail at once."""
        if shared:
            raise OSError(errno.ENOSYS, "no shared locks")
        os.lseek(opened.fileno(), _FAR, os.SEEK_SET)
        msvcrt.locking(opened.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def take(opened: IO[Any], *, shared: bool = False) -> None:
        """Lock an open file, alone or `shared` with others, or fail at once."""
        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        # flock, not lockf: that lock is lost when any handle of the file in the process is closed.
        fcntl.flock(opened, kind | fcntl.LOCK_NB)


FILE = "readers"
# At most a second; then it is read without the lock, for a question is not to fail by it.
_READERS_TRIES, _READERS_PAUSE = 100, 0.01


@contextmanager
def reading(folder: Path) -> Iterator[None]:
    """Keep every file that a catalog read inside the block names."""
    opened: IO[bytes] | None = None
    with suppress(OSError):  # nobody has deleted anything here yet
        opened = os.fdopen(_at_once(folder / FILE, os.O_RDONLY), "rb")
    # Outside of it: what fails in the block has no error of this file as its context.
    if opened is None:
        yield
        return
    with opened:
        _share(opened)
        yield


def unread(folder: Path) -> bool:
    """Whether nobody reads, as far as the system can say."""
    try:
        # Closing the file lets go at once: it is asked whether the lock is free, and not kept.
        how = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        with os.fdopen(_at_once(folder / FILE, how), "ab") as opened:
            take(opened)
    except OSError as error:
        return error.errno not in LOCKED
    return True


def _at_once(path: Path, how: int) -> int:
    """Open a file without waiting for another process, as a pipe of its name would."""
    return os.open(path, how | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0), 0o666)


def _share(opened: IO[Any]) -> None:
    """Share the lock; a writer who looks has it for a moment only."""
    for _ in range(_READERS_TRIES):
        try:
            take(opened, shared=True)
        except OSError as error:
            if error.errno not in LOCKED:
                return
            time.sleep(_READERS_PAUSE)
        else:
            return
