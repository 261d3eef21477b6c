"""Questions are answered by a few threads, each question within its time."""

from __future__ import annotations

import threading
import time
from concurrent.futures import CancelledError, ThreadPoolExecutor
from typing import TYPE_CHECKING, Generic, TypeVar

from entrepot.lake import Lake
from entrepot.limits import Limits, TimeUp, under
from entrepot.serve.errors import BusyError, TooLongError
from entrepot.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future
    from pathlib import Path

__all__ = ["Pool", "Question"]

T = TypeVar("T")

_AGAIN = 0.05


class _Stoppable(Lake):
    """A lake whose query another thread can stop."""

    def interrupt(self) -> None:
        """Stop the query that runs; one that has no connection yet runs none."""
        if self._connection is not None:
            self._connection.interrupt()


class Pool:
    """A few threads, and a queue that is not endless.

    Parameters
    ----------
    folder
        Folder of the lake.
    seconds
        Time that a question may wait for its turn, and then may take.
    workers, waiting
        Questions at work at once, and in all.
    """

    def __init__(
        self, folder: Path, seconds: float, *, workers: int = 4, waiting: int = 32
    ) -> None:
        self.folder = folder
        self.seconds = seconds
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="question")
        self._room = threading.BoundedSemaphore(waiting)

    def start(self, work: Callable[[Lake], T]) -> Question[T]:
        """Let a thread do some work on a lake of its own, which is read in one state.

        Raises
        ------
        BusyError
            If too many questions wait.
        """
        if not self._room.acquire(blocking=False):
            raise BusyError(
                "the server has as many questions as it can take",
                why="each is computed from the rows, a few at a time",
                hint="ask again in a minute",
            )
        return Question(_Stoppable(Settings.read(self.folder)), work, self)

    def submit(self, work: Callable[[], T]) -> Future[T]:
        """Hand work, for which there is room, to the next free thread."""
        future = self._threads.submit(work)
        future.add_done_callback(lambda _: self._room.release())
        return future


class Question(Generic[T]):
    """Work that waits for its turn or was begun, and which several may wait for."""

    def __init__(self, lake: _Stoppable, work: Callable[[Lake], T], pool: Pool) -> None:
        self._lake = lake
        self._work = work
        self._seconds = pool.seconds
        self._turn = threading.Event()
        self._latest = time.monotonic() + self._seconds
        self._ends = self._latest + self._seconds
        self._future = pool.submit(self._answered)
        self._future.add_done_callback(lambda _: self._turn.set())

    def result(self) -> T:
        """Wait for the result.

        Raises
        ------
        BusyError
            If its turn does not come in time; then it is given up for all who wait.
        TooLongError
            If the result does not come in time after that; the work is stopped.
        """
        if not self._turn.wait(self._latest - time.monotonic()):
            self._future.cancel()
        try:
            return self._future.result(timeout=max(0.0, self._ends - time.monotonic()))
        except CancelledError:
            raise BusyError(
                f"no turn came within {self._seconds:g} seconds",
                why="others asked before, and a few questions are computed at a time",
                hint="ask again in a minute",
            ) from None
        except TimeoutError:
            threading.Thread(target=self._stop, daemon=True).start()
            raise self._too_long() from None

    def _too_long(self) -> TooLongError:
        return TooLongError(
            f"no answer within {self._seconds:g} seconds",
            why="questions that take longer keep others waiting",
            hint="ask for fewer goods, years or areas, or from a terminal, where nothing is "
            "cut off; entrepot serve --timeout allows more",
        )

    def _answered(self) -> T:
        self._ends = time.monotonic() + self._seconds
        self._turn.set()
        try:
            with under(Limits(files=False, ends=self._ends)), self._lake.reading():
                return self._work(self._lake)
        except TimeUp:
            raise self._too_long() from None

    def _stop(self) -> None:
        """Interrupt one query after the other until the work gives up."""
        if self._future.cancel():
            return
        waited = threading.Event()
        while not self._future.done():
            self._lake.interrupt()
            waited.wait(_AGAIN)
