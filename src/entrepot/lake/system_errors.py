"""What the system does to us (full disk, no rights, Ctrl-C, files gone) as errors of our own."""

from __future__ import annotations

import errno
import json
import os
import re
import signal
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from entrepot.errors import EntrepotError, OutsideError
from entrepot.files import FULL, READ_ONLY, in_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_SAID = {os.strerror(number): number for number in (*FULL, *READ_ONLY)}
"""How the engine hands on what the system said: in its words, without the number."""
_INSIDE = re.compile(r'"exception_message":"((?:[^"\\]|\\.)*)"')
AS_BEFORE = "the lake is as it was"


@contextmanager
def readable(*, writing: bool = False) -> Iterator[None]:
    """Say what to do where stored files are gone or damaged, or memory is short.

    With `writing`, troubles of the disk may be those of a target and are left to `guarded`.
    """
    import duckdb

    try:
        yield
    except duckdb.InterruptException as error:
        raise KeyboardInterrupt from error
    except duckdb.OutOfMemoryException as error:
        raise OutsideError(
            "not enough memory for this question",
            why=_words(error),
            hint="close other programs, set ENTREPOT_MEMORY higher, or let Spark read the lake: "
            "--engine spark",
        ) from error
    except duckdb.Error as error:
        disk = () if writing else (duckdb.IOException,)
        # Exact types: what derives from them (no such column, a wrong cast) is a defect of ours.
        if type(error) not in (*disk, duckdb.InvalidInputException, duckdb.Error):
            raise  # the target's disk, or a defect of ours, which should be seen as one
        words = _words(error)
        if os.strerror(errno.EACCES) in words:  # whole, most likely: not to be removed
            raise OutsideError(
                "a file of the lake cannot be read", why=words, hint="get the right to read it"
            ) from error
        raise OutsideError(
            "a file of the lake cannot be read",
            why=words,
            hint="entrepot data check says which; remove its source and add it again. If the lake "
            "was changed meanwhile, ask again",
        ) from error


@contextmanager
def finishing() -> Iterator[Callable[[], None]]:
    """Yield a function to call at the point of no return: from there on Ctrl-C waits.

    It is heard at the end of the block, as a KeyboardInterrupt that says that all was done.
    """
    pressed: list[int] = []
    # None if the handler was not set from Python: it could not be put back.
    usual = signal.getsignal(signal.SIGINT)
    # No other thread hears of Ctrl-C, nor may it set what is done.
    mine = usual is not None and threading.current_thread() is threading.main_thread()

    def finish() -> None:
        if mine:
            signal.signal(signal.SIGINT, lambda number, _: pressed.append(number))

    try:
        yield finish
    finally:
        if mine and signal.getsignal(signal.SIGINT) is not usual:
            signal.signal(signal.SIGINT, usual)
    if pressed:
        raise KeyboardInterrupt("the change to the lake was complete")


@contextmanager
def guarded(
    where: Path,
    became: Callable[[], str] | None = None,
    *,
    elsewhere: str = "put the lake elsewhere with --lake",
) -> Iterator[None]:
    """Turn what the system does to us (full disk, no rights, Ctrl-C) into errors of our own.

    Parameters
    ----------
    where
        Folder that is written to.
    became
        Returns what the lake is now, in words, for the error: a change can fail after it was made.
        Without it, nothing in the lake is changed by the block.
    elsewhere
        What can be done, in words, if the disk is full.
    """
    import duckdb

    state = became or (lambda: f"nothing was changed: {AS_BEFORE} before")
    try:
        yield
    except EntrepotError:
        raise
    except OSError as error:
        raise _outside(where, error, state(), elsewhere) from error
    except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
        text = _words(error)
        number = next((number for words, number in _SAID.items() if words in text), None)
        said = OSError(text) if number is None else OSError(number, text)
        raise _outside(where, said, state(), elsewhere) from error
    except duckdb.InterruptException as error:
        raise KeyboardInterrupt(AS_BEFORE) from error
    except RuntimeError as error:  # DuckDB's way to say that Ctrl-C was pressed
        if "interrupted" in str(error):
            raise KeyboardInterrupt(AS_BEFORE) from error
        raise
    except KeyboardInterrupt as error:
        # One with a text is from `finishing`, and knows better what became of the lake.
        raise (error if error.args else KeyboardInterrupt(AS_BEFORE)) from None


def _words(error: Exception) -> str:
    """Return the first line of what the engine says, without the form that it gives to programs."""
    line = str(error).partition("\n")[0]
    found = _INSIDE.search(line)
    return json.loads(f'"{found[1]}"', strict=False) if found else line


def _unreadable(error: OSError) -> Path | None:
    """Return the file or folder that is there and may not be read, if that was the trouble."""
    if not isinstance(error.filename, (str, os.PathLike)):
        return None
    path = Path(error.filename)
    # What lies in a folder that may not be entered does not seem to be there.
    there = next((one for one in (path, *path.parents) if os.path.lexists(one)), path)
    needed = os.R_OK | (os.X_OK if there.is_dir() else 0)
    return None if os.access(there, needed) else there


def _outside(where: Path, error: OSError, state: str, elsewhere: str) -> OutsideError:
    text = str(error)
    hint = "check the folder, its rights and the memory that is free"
    # Some errors of the engine have words and no number.
    if error.errno in FULL or any(word in text for word in ("space", "too large")):
        hint = f"free some space, or {elsewhere}"
    elif error.errno in READ_ONLY and (unread := _unreadable(error)):
        where, hint = unread, "get the right to read it"
    elif error.errno in READ_ONLY:
        hint = f"get the right to write in this folder, or {elsewhere}"
    what = "the disk is full" if error.errno in FULL else in_words(error)
    return OutsideError(what, where=str(where), why=state, hint=hint)
