"""What work may do: open files that words name, and how long it may go on.

On a terminal and in a library both are free: whoever asks owns the machine. A server asks for
strangers. It lets their words open no file, whatever the words are part of, and ends their work in
time. Both are properties of the work that runs and not of the words, so that no reader of words has
to know them: it asks here, at the one place where it would open something, and in loops.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from threading import Lock


class FilesRefusedError(RequestError):
    """Words that name a file, where the asker does not own the files (exit code 2)."""


class TimeUp(BaseException):
    """The time of the work is over.

    No `Exception`, for what goes on after one of many questions failed has to end as well.
    """


@dataclass(slots=True)
class Limits:
    """What work may do.

    Attributes
    ----------
    files
        Whether files that words name may be opened, such as goods ``mine.csv``.
    ends
        When it has to end, in seconds of `time.monotonic`; None for never. It may be moved while
        the work goes on.
    hears
        Takes what the work has found so far, a line each; None where nobody listens.
    """

    files: bool = True
    ends: float | None = None
    hears: Callable[[str], None] | None = None


_AGAIN = 0.2
_of_the_work: ContextVar[Limits | None] = ContextVar("limits", default=None)
_of_the_process = [Limits()]
"""What holds where nothing else was said: a new thread knows nothing of who began it."""


@contextmanager
def under(limits: Limits, *, everywhere: bool = False) -> Iterator[None]:
    """Hold work to limits in the whole block.

    Parameters
    ----------
    everywhere
        Whether they also hold for every thread of the process that has none of its own.
    """
    before, token = _of_the_process[0], _of_the_work.set(limits)
    if everywhere:
        _of_the_process[0] = limits
    try:
        yield
    finally:
        if everywhere:
            _of_the_process[0] = before
        _of_the_work.reset(token)


def files_allowed() -> bool:
    """Whether work may open files that words name."""
    return _limits().files


def require_files(name: str) -> None:
    """Refuse to open a file that words name, unless whoever asks owns the files.

    Raises
    ------
    FilesRefusedError
        If not; whether there is such a file is not looked at.
    """
    if not files_allowed():
        raise FilesRefusedError(
            f"{name[-60:]!r} is a file, and no file is read here",
            why="it would be one of the machine that serves the page",
            hint="name a list, a part of one, or codes; `entrepot goods add FILE` keeps a list "
            "of your own under its name",
        )


def step() -> None:
    """Go on, if there is time left; called in whatever runs long.

    Raises
    ------
    TimeUp
        If there is none.
    """
    ends = _limits().ends
    if ends is not None and time.monotonic() > ends:
        raise TimeUp


def say(line: Callable[[], str]) -> None:
    """Say what was found on the way, if anybody listens; only then is the line made."""
    hears = _limits().hears
    if hears is not None:
        hears(line())


@contextmanager
def turn(lock: Lock) -> Iterator[None]:
    """Wait for a lock as long as there is time, and hold it in the block; raises as `step`."""
    # In short waits, for the time may end while another has the lock.
    while not lock.acquire(timeout=_AGAIN):
        step()
    try:
        yield
    finally:
        lock.release()


def left() -> float | None:
    """Return the seconds that are left, at least a hundredth; None without an end."""
    ends = _limits().ends
    return None if ends is None else max(0.01, ends - time.monotonic())


def _limits() -> Limits:
    return _of_the_work.get() or _of_the_process[0]
