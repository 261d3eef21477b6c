"""Standard output and error: a reader that has seen enough ends the output, never the work.

A stream may be closed (``| head``, ``2>&-``) while data are loaded. That does not stop the load:
what is written from then on goes nowhere, and the exit code says how it ended.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

__all__ = ["is_quiet", "note", "quietly", "shows_progress", "streams"]

_state = {"quiet": False}
_said: set[str] = set()


@contextmanager
def streams() -> Iterator[None]:
    """Within the block no closed stream is an error."""
    _fill_closed()
    usual = sys.stdout, sys.stderr
    sys.stdout = cast("TextIO", _Stream(usual[0], ignores=(BrokenPipeError,)))
    sys.stderr = cast("TextIO", _Stream(usual[1], ignores=(OSError,)))
    try:
        yield
    finally:
        for stream in (sys.stdout, sys.stderr):
            with suppress(OSError):  # said where it was written; here it would hide the exit code
                stream.flush()
        sys.stdout, sys.stderr = usual


def quietly(wanted: bool) -> None:
    """Begin a command, and keep its progress and notes from standard error if wanted."""
    _state["quiet"] = wanted
    _said.clear()


def is_quiet() -> bool:
    """Whether ``--quiet`` was said."""
    return _state["quiet"]


def shows_progress() -> bool:
    """Whether somebody looks at a terminal; a log or a mail needs no progress."""
    return not is_quiet() and sys.stderr.isatty() and not os.environ.get("CI")


def note(text: str) -> None:
    """Write a line on standard error that is no result, once, unless ``--quiet`` was said."""
    if not is_quiet() and text not in _said:
        _said.add(text)
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()


class _Stream:
    """A text stream that goes nowhere once it was closed at its other end."""

    def __init__(self, stream: TextIO, ignores: tuple[type[OSError], ...]) -> None:
        self._stream = stream
        self._ignores = ignores

    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except OSError as error:
            self._go_nowhere(error)
            return len(text)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        try:
            self._stream.flush()
        except OSError as error:
            self._go_nowhere(error)

    def _go_nowhere(self, error: OSError) -> None:
        """Turn the file into the null device: what is buffered would fail again at the end."""
        with suppress(OSError, ValueError):  # not a file: in a test
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, self._stream.fileno())
            os.close(null)
        if not isinstance(error, self._ignores):
            raise error

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _fill_closed() -> None:
    """Open the null device in place of standard streams that are closed from the start.

    Else the next file that is opened, which may be one of the lake, has the number of standard
    output, and whatever prints writes into it.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number, which is this one
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115
