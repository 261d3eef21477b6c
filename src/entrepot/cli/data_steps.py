"""What a load says while it runs: every step on a terminal, few lines in a log."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["patient"]

PAUSE = 10.0
"""Seconds between two lines of one kind in a log."""


def patient(tell: Callable[[str], None]) -> Callable[[str], None]:
    """Return what tells steps: all of them on a terminal, which overwrites its line.

    A load of monthly files has a thousand steps. In a log each kind of step, by its first word, is
    told when it comes first, and then whatever comes every ten seconds.
    """
    if sys.stderr.isatty():
        return tell
    seen: set[str] = set()
    last = time.monotonic()

    def say(text: str) -> None:
        nonlocal last
        now, kind = time.monotonic(), text.partition(" ")[0]
        if kind not in seen or now - last >= PAUSE:
            seen.add(kind)
            last = now
            tell(text)

    return say
