"""When to try again: a short loop of our own.

A library such as stamina was weighed. What decides here is not in its reach: whether bytes have
come since the last failure (then a large file on a poor line may go on failing), how long the
server asks to wait, and that less is waited for a name that does not exist. With those as hooks
little of the library would be left, so the loop is written out.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, TypeVar

from entrepot.errors import OutsideError

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Passing", "Patience", "persist", "seconds_asked"]

T = TypeVar("T")

ENOUGH = 2**20  # bytes that have to come for failures to be counted from zero again


class Passing(Exception):  # noqa: N818  it is no error until patience ends
    """A failure that may pass.

    Parameters
    ----------
    reason
        What happened, in a few words.
    after
        Seconds that the server asks to wait, if it does.
    tries
        Most tries that this kind of failure is worth.
    """

    def __init__(self, reason: str, *, after: float | None = None, tries: int = 100) -> None:
        super().__init__(reason)
        self.reason = reason
        self.after = after
        self.tries = tries


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to go on.

    Attributes
    ----------
    tries
        Tries without progress.
    first, longest
        Seconds of the first and of the longest pause; each is twice the one before.
    in_all
        Most seconds spent waiting without progress.
    sleep, chance
        What waits, and what draws a number from 0 to 1; tests put their own.
    """

    tries: int = 6
    first: float = 1.0
    longest: float = 60.0
    in_all: float = 900.0
    sleep: Callable[[float], None] = field(default=time.sleep)
    chance: Callable[[], float] = field(default=random.random)

    def pause(self, failures: int, after: float | None) -> float:
        """Return seconds to wait after so many failures: never less than the server asks."""
        if after is not None:
            return after + self.chance()  # the jitter keeps many clients from coming back at once
        full = min(self.longest, self.first * 2.0 ** (failures - 1))
        return full * (0.5 + self.chance() / 2)


def persist(
    act: Callable[[], T],
    have: Callable[[], int],
    patience: Patience,
    tell: Callable[[str], None],
    where: str,
) -> T:
    """Return what `act` returns, trying again while it fails in a passing way.

    Parameters
    ----------
    act
        Raises `Passing` for a failure that may pass.
    have
        Bytes that are kept so far; a gain of `ENOUGH` counts as progress.
    tell
        Told each failure and how long is waited.
    where
        Address, for the message.

    Raises
    ------
    OutsideError
        When patience ends.
    """
    failures, waited, best = 0, 0.0, have()
    while True:
        try:
            return act()
        except Passing as trouble:
            if have() >= best + ENOUGH:
                failures, waited, best = 0, 0.0, have()
            failures += 1
            pause = patience.pause(failures, trouble.after)
            if failures >= min(patience.tries, trouble.tries):
                raise _gave_up(trouble, f"tried {failures} times", where) from trouble
            if waited + pause > patience.in_all:
                raise _gave_up(
                    trouble, f"the next try would be in {pause:.0f} s, which is too long", where
                ) from trouble
            tell(f"{trouble.reason}; again in {pause:.0f} s")
            patience.sleep(pause)
            waited += pause


def _gave_up(trouble: Passing, tried: str, where: str) -> OutsideError:
    return OutsideError(
        f"the download failed: {trouble.reason}",
        where=where,
        why=tried,
        hint="run the same command later: it goes on where it stopped",
    )


def seconds_asked(header: str | None) -> float | None:
    """Read ``Retry-After``: seconds or a date; None where there is none or it is unreadable."""
    if not header:
        return None
    if header.strip().isdigit():
        return float(header)
    try:
        then = parsedate_to_datetime(header)
    except ValueError:
        return None
    if then.tzinfo is None:
        then = then.replace(tzinfo=UTC)
    return max(0.0, (then - datetime.now(UTC)).total_seconds())
