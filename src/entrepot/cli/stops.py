"""What asks a command to stop: Ctrl-C, a shutdown, a closed terminal; each ends it in order."""

from __future__ import annotations

import signal
import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

_SOON = 0.01
"""Seconds until a stop that was lost is heard again."""
heard: list[int] = []
"""Signals that asked the command to stop: a library may swallow what is raised for them."""


def end_in_order() -> None:
    """Let what else asks a program to end (a shutdown, a closed terminal) do as Ctrl-C does.

    By themselves these end it at once: what it had begun would stay on the disk, and nobody would
    hear what became of a change.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    heard.clear()
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupt)
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        # What is ignored stays ignored: nohup wants the work to go on.
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _stop)
    if hasattr(signal, "pthread_kill"):  # not on Windows
        sys.unraisablehook = _hear_again


def _interrupt(number: int, _frame: FrameType | None) -> None:
    heard.append(number)
    raise KeyboardInterrupt


def _stop(number: int, frame: FrameType | None) -> None:
    if number != signal.SIGTERM:
        signal.signal(number, signal.SIG_IGN)  # shell and system both report a closed terminal
    usual = signal.getsignal(signal.SIGINT)  # which may wait for the end of a step
    if not callable(usual):  # ignored, as by a shell for what runs behind it
        usual = _interrupt
    usual(number, frame)


def _hear_again(lost: sys.UnraisableHookArgs) -> None:
    """Repeat a stop that came while an object was deleted, where Python drops what is raised."""
    if not issubclass(lost.exc_type, KeyboardInterrupt):
        sys.__unraisablehook__(lost)
        return
    main = threading.main_thread().ident
    later = threading.Timer(_SOON, signal.pthread_kill, (main, signal.SIGTERM))
    later.daemon = True
    later.start()
