"""Questions are answered by a few threads, each question within its time."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Generic, TypeVar

from entrepot.lake import Lake
from entrepot.serve.errors import BusyError, TooLongError
from entrepot.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable
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
        Time that a question may take, its wait in the queue included.
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
        lake = _Stoppable(Settings.read(self.folder))
        future = self._threads.submit(_within, lake, work)
        future.add_done_callback(lambda _: self._room.release())
        return Question(lake, future, self.seconds)

    def close(self) -> None:
        """Take no more questions and forget those that wait."""
        self._threads.shutdown(wait=False, cancel_futures=True)


class Question(Generic[T]):
    """Work that was begun, which several may wait for."""

    def __init__(self, lake: _Stoppable, future: Future[T], seconds: float) -> None:
        self._lake = lake
        self._future = future
        self._seconds = seconds

    def result(self) -> T:
        """Wait for the result.

        Raises
        ------
        TooLongError
            If it does not come in time; the work is stopped.
        """
        try:
            return self._future.result(timeout=self._seconds)
        except TimeoutError:
            threading.Thread(target=self._stop, daemon=True).start()
            raise TooLongError(
                f"no answer within {self._seconds:g} seconds",
                why="questions that take longer keep others waiting",
                hint="ask for fewer goods or years, or from a terminal, where nothing is cut off; "
                "entrepot serve --timeout allows more",
            ) from None

    def _stop(self) -> None:
        """Interrupt one query after the other until the work gives up."""
        if self._future.cancel():
            return
        waited = threading.Event()
        while not self._future.done():
            self._lake.interrupt()
            waited.wait(_AGAIN)


def _within(lake: Lake, work: Callable[[Lake], T]) -> T:
    with lake.reading():
        return work(lake)
