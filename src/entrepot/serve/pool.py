"""Questions are answered by a few threads, each within its time, one reader after the other."""

from __future__ import annotations

import ctypes
import gc
import itertools
import threading
import time
import traceback
from collections import Counter, OrderedDict, deque
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from entrepot.figures.value_added import forget
from entrepot.lake import Lake
from entrepot.limits import Limits, TimeUp, under
from entrepot.serve.answer import AtWorkError, BusyError, TooLongError
from entrepot.serve.apart import TextWork
from entrepot.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path
    from typing import Any, Self

T = TypeVar("T")

# Of these processes each may take `apart.DATA`, two gigabytes, before the system refuses more.
TEXTS = 2
"""Texts at work at once, each in a process of its own."""
TEXTS_WAITING = 12
"""Texts in all, begun or not: each is held in memory."""
KEEPS = 120.0
"""Seconds after a question for which the economy that it was about stays in memory at most."""
LONGEST = 10
"""Times the limit of a question for which one goes on whose page is still looked at."""
FOUND = 400
"""Lines that are kept of what a question has found so far."""
# Pause between two interrupts: work that runs a second query is stopped within so many seconds.
_AGAIN = 0.05


class _Stoppable(Lake):
    """A lake whose query another thread can stop."""

    def interrupt(self) -> None:
        """Stop the query that runs; one that has no connection yet runs none."""
        # Not through the property that opens a connection: that would open one in order to stop it.
        if self._connection is not None:
            self._connection.interrupt()


class _StoppableLake(Protocol):
    """A lake on either engine whose query another thread can stop."""

    def reading(self) -> AbstractContextManager[Lake]:
        """As `Lake.reading`."""

    def interrupt(self) -> None:
        """Stop what runs."""


def _lake_on(engine: str, folder: Path, master: str | None) -> _StoppableLake:
    """Return a lake for one question."""
    if engine == "duckdb":
        return _Stoppable(Settings.read(folder))
    # Imported here: few servers have Spark.
    from entrepot.lake.on_spark import SparkLake

    class OnSpark(SparkLake):
        """A lake on Spark whose jobs another thread can stop."""

        _tag = f"question-{next(_QUESTIONS)}"

        @contextmanager
        def reading(self, *, bundled: bool = False) -> Iterator[Self]:
            """As `Lake.reading`; jobs of the block have the tag by which they are stopped."""
            running = self.session.sparkContext
            is_outer = self._pinned is None
            # Of this thread alone: threads of the server have threads of their own in Java.
            running.addJobTag(self._tag)
            try:
                with super().reading(bundled=bundled) as lake:
                    yield lake
            finally:
                if is_outer:
                    running.removeJobTag(self._tag)

        def interrupt(self) -> None:
            """Stop the jobs that run, and the query of DuckDB, which reads small tables."""
            if self._connection is not None:
                self._connection.interrupt()
            self.session.sparkContext.cancelJobsWithTag(self._tag)

    return OnSpark(Settings.read(folder), master=master)


_QUESTIONS = itertools.count(1)


class Turns:
    """A few threads, which take work of one reader after the other.

    Parameters
    ----------
    workers
        Threads. One reader, if known, has at most all but one of them, so that the next one need
        not wait for the end of what the first began.
    waiting
        Work in hand, begun or not.
    name
        What the threads are called.
    """

    def __init__(self, workers: int, waiting: int, name: str) -> None:
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix=name)
        self._workers = workers
        self._room = waiting
        self._lock = threading.Lock()
        # By whose turn it is. Not the executor's queue,
        # which takes work in the order in which it came.
        self._queues: OrderedDict[str, deque[tuple[Future[Any], Callable[[], Any]]]] = OrderedDict()
        self._at_work: Counter[str] = Counter()

    def submit(self, work: Callable[[], T], reader: str) -> Future[T]:
        """Put work behind the other work of its reader.

        Raises
        ------
        BusyError
            If there is no room.
        """
        future: Future[T] = Future()
        with self._lock:
            if self._room <= 0:
                raise BusyError(
                    "the server is busy: the request queue is full",
                    why="each is computed from the rows, a few at a time",
                    hint="ask again in a minute",
                )
            self._room -= 1
            self._queues.setdefault(reader, deque()).append((future, work))
        # Outside the lock, which `_go_on` takes itself and which is not reentrant.
        self._go_on()
        return future

    def _go_on(self) -> None:
        """Begin what may begin."""
        with self._lock:
            while (reader := self._next()) is not None:
                queue = self._queues.pop(reader)
                future, work = queue.popleft()
                if queue:  # behind those of all others
                    self._queues[reader] = queue
                # False where `result` gave up waiting: then the
                # place is free again, and nothing is computed.
                if future.set_running_or_notify_cancel():
                    self._at_work[reader] += 1
                    self._threads.submit(self._done, reader, future, work)
                else:
                    self._room += 1

    def _next(self) -> str | None:
        """Return whose turn it is."""
        if self._at_work.total() >= self._workers:
            return None
        # At least one, else a pool of a single worker would never begin.
        most = max(1, self._workers - 1)
        # "" stands for all readers who are not known, so no limit of one reader applies.
        return next((one for one in self._queues if not one or self._at_work[one] < most), None)

    def withdraw(self, future: Future[Any]) -> None:
        """Free the room of work that was cancelled before its turn came."""
        with self._lock:
            for reader, queue in self._queues.items():
                left = [one for one in queue if one[0] is not future]
                if len(left) < len(queue):
                    self._room += 1
                    queue.clear()
                    queue.extend(left)
                    if not queue:
                        del self._queues[reader]
                    return

    def _done(self, reader: str, future: Future[T], work: Callable[[], T]) -> None:
        try:
            found = work()
        # TimeUp is no Exception. Whatever ends the work has to reach whoever waits for the future.
        except BaseException as error:
            # Before the result is set: whoever waits may ask
            # again at once and must find its place free.
            self._leave(reader)
            _let_go(error)
            future.set_exception(error)
        else:
            self._leave(reader)
            future.set_result(found)
        self._go_on()

    def _leave(self, reader: str) -> None:
        with self._lock:
            self._room += 1
            self._at_work[reader] -= 1
            if not self._at_work[reader]:
                # A Counter keeps zeros: one entry would stay for every address that ever asked.
                del self._at_work[reader]


def _let_go(error: BaseException) -> None:
    """Empty the calls that an error and those before it ended: they hold what was worked on.

    Whoever waits has the error, and the error has its calls: half a gigabyte of each question that
    took too long would stay until the collector of cycles comes by.
    """
    seen: list[BaseException] = []
    rest: list[BaseException | None] = [error]
    while rest:
        one = rest.pop()
        # By identity, for an exception may define equality; causes and contexts can form a circle.
        if one is not None and not any(one is other for other in seen):
            seen.append(one)
            # Empties local variables only of frames that have ended; running ones are left alone.
            traceback.clear_frames(one.__traceback__)
            if isinstance(one, AttributeError):
                one.obj = None  # what had no such attribute
            rest += [one.__cause__, one.__context__]


class Pool:
    """Questions to a lake, at work and waiting, and beside them texts, which wait for texts only.

    Parameters
    ----------
    folder
        Folder of the lake.
    seconds
        Time that a question may wait for its turn, and then may take.
    workers, waiting
        Questions at work at once, and in all.
    engine, master
        ``duckdb`` or ``spark``, and where Spark runs.
    """

    def __init__(
        self,
        folder: Path,
        seconds: float,
        *,
        workers: int = 4,
        waiting: int = 32,
        engine: str = "duckdb",
        master: str | None = None,
    ) -> None:
        self.folder = folder
        self._engine, self._master = engine, master
        self.seconds = seconds
        self._questions = Turns(workers, waiting, "question")
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._texts = Turns(TEXTS, TEXTS_WAITING, "text")

    def start(self, work: Callable[[Lake], T], reader: str = "") -> PooledQuestion[T]:
        """Let a thread do some work on a lake of its own, which is read in one state.

        Parameters
        ----------
        reader
            Who asks, as far as that is known: nobody's questions wait for all those of another.

        Raises
        ------
        BusyError
            If too many questions wait.
        """
        # One lake for each question, so that interrupting its query stops nobody else's.
        lake = _lake_on(self._engine, self.folder, self._master)

        def on_lake() -> T:
            try:
                # Also for questions of many figures: all are
                # answered from one state of the catalog.
                with lake.reading() as opened:
                    return work(opened)
            finally:
                self._give_back_later()

        return PooledQuestion(self._questions, on_lake, lake.interrupt, self.seconds, reader)

    def _give_back_later(self) -> None:
        """Let go of the economy, half a gigabyte, once in a while: it is read again in seconds."""
        with self._lock:
            if self._timer is None:
                self._timer = threading.Timer(KEEPS, self._give_back)
                # Otherwise the end of the server would wait for the timer.
                self._timer.daemon = True
                self._timer.start()

    def _give_back(self) -> None:
        with self._lock:
            self._timer = None
        forget()
        # Before malloc_trim, which returns only pages on which nothing is left.
        gc.collect()  # what cycles hold would stay until the next questions
        with suppress(AttributeError, OSError):  # only the C library of GNU has it
            ctypes.CDLL(None).malloc_trim(0)

    def start_text(self, work: Callable[[TextWork], T], reader: str = "") -> PooledQuestion[T]:
        """Let a thread wait for work on a text in a process apart; raises as `start` does."""
        apart = TextWork()
        return PooledQuestion(self._texts, lambda: work(apart), apart.end, self.seconds, reader)


class PooledQuestion(Generic[T]):
    """Work that waits for its turn or was begun, and which several may wait for."""

    def __init__(
        self,
        turns: Turns,
        work: Callable[[], T],
        interrupt: Callable[[], None],
        seconds: float,
        reader: str,
    ) -> None:
        self._turns = turns
        self._work = work
        self._interrupt = interrupt
        self._seconds = seconds
        self._turn = threading.Event()
        # Two limits: until when its turn must come, and then until when it must be answered.
        self._latest = time.monotonic() + self._seconds
        self._began: float | None = None
        self._is_given_up = False
        self._found: deque[str] = deque(maxlen=FOUND)
        self._limits = Limits(
            files=False, ends=self._latest + self._seconds, hears=self._found.append
        )
        self._future = turns.submit(self._answered, reader)
        # For a future that is cancelled or fails before it
        # begins, so that nobody waits for a turn in vain.
        self._future.add_done_callback(lambda _: self._turn.set())

    @property
    def _ends(self) -> float:
        return self._limits.ends or 0.0

    def watched(self, seconds: float) -> T:
        """Wait a while for the result; while somebody does so again and again, the work goes on.

        Parameters
        ----------
        seconds
            How long at most. From the limit of a question on, which is as long as a program waits,
            its turn is waited for before, as `result` does.

        Raises
        ------
        AtWorkError
            If it is not there yet, with what was found so far.
        BusyError, TooLongError
            As `result` does, the latter after `LONGEST` times the limit.
        """
        patience = min(seconds, self._seconds)
        if self._began is None:
            self._latest = max(self._latest, time.monotonic() + self._seconds)
            if not self._turn.wait(patience) and patience < self._seconds:
                raise self._at_work()
        if self._began is None:
            return self.result()
        # For as long again after this answer as it is waited for now.
        ends = time.monotonic() + patience + self._seconds
        self._limits.ends = max(self._ends, min(ends, self._began + LONGEST * self._seconds))
        wait([self._future], timeout=patience)
        if self._future.done() or (self._began is not None and time.monotonic() > self._ends):
            return self.result()
        raise self._at_work()

    def _at_work(self) -> AtWorkError:
        error = AtWorkError(
            "the answer is being computed" if self._began else "the question waits for its turn",
            why="it is computed from the rows of trade",
            hint="ask again in a few seconds",
        )
        error.found = tuple(dict.fromkeys(self._found))
        error.seconds = None if self._began is None else time.monotonic() - self._began
        return error

    @property
    def is_left(self) -> bool:
        """Whether it ended, and nobody asked for its result for as long as it might have taken."""
        return self._future.done() and time.monotonic() > self._ends + self._seconds

    def when_done(self, then: Callable[[], None]) -> None:
        """Call a function once the work has ended, at once if it has."""
        self._future.add_done_callback(lambda _: then())

    @property
    def is_answered(self) -> bool:
        """Whether it has ended with a result."""
        done = self._future.done() and not self._future.cancelled()
        return done and self._future.exception() is None

    def result(self) -> T:
        """Wait for the result.

        Raises
        ------
        BusyError
            If its turn does not come in time; then it is given up for all who wait.
        TooLongError
            If the result does not come in time after that; the work is stopped.
        """
        # cancel() fails if it began just now; then the result is waited for as usual.
        if not self._turn.wait(self._latest - time.monotonic()) and self._future.cancel():
            self._turns.withdraw(self._future)
        try:
            return self._future.result(timeout=max(0.0, self._ends - time.monotonic()))
        except CancelledError:
            raise BusyError(
                f"no turn came within {self._seconds:g} seconds",
                why="others asked before, and a few questions are computed at a time",
                hint="ask again in a minute",
            ) from None
        except TimeoutError:
            # In a thread of its own: the client gets its answer now, not when the query gives up.
            threading.Thread(target=self._stop, daemon=True).start()
            raise self._too_long() from None

    def _too_long(self) -> TooLongError:
        return TooLongError(
            f"no answer within {self._seconds:g} seconds",
            why="questions that take longer keep others waiting",
            hint="ask again in a minute: what was computed of a page is kept; or ask for fewer "
            "goods, years or areas, or from a terminal, where nothing is cut off; entrepot serve "
            "--timeout allows more",
        )

    def _answered(self) -> T:
        # The clock of the work starts with its turn, not when it was asked.
        self._began = time.monotonic()
        self._limits.ends = self._began + self._seconds
        # Looked at after the limit is set: its turn may come just as it is given up.
        if self._is_given_up:
            self._limits.ends = self._began
        self._turn.set()
        watch = self._watch_later()
        try:
            with under(self._limits):
                return self._work()
        except TimeUp:
            raise self._too_long() from None
        except Exception:
            if time.monotonic() > self._ends:  # a query that was interrupted ends in an error
                raise self._too_long() from None
            raise
        finally:
            watch.set()

    def _watch_later(self) -> threading.Event:
        """Interrupt the work when its time is over, also if nobody waits; return what ends this."""
        done = threading.Event()

        def watch() -> None:
            while not done.wait(max(_AGAIN, self._ends - time.monotonic())):
                if time.monotonic() > self._ends:
                    self._interrupt()

        threading.Thread(target=watch, daemon=True).start()
        return done

    def leave(self) -> None:
        """Give it up, for nobody waits any more; its place is free as soon as the work ends."""
        self._is_given_up = True
        # Work that runs no query looks at its limits between two steps.
        self._limits.ends = min(self._ends, time.monotonic())
        threading.Thread(target=self._stop, daemon=True).start()

    def _stop(self) -> None:
        """Interrupt one query after the other until the work gives up."""
        if self._future.cancel():
            self._turns.withdraw(self._future)
            return
        waited = threading.Event()
        # More than once: an interrupt that comes between two queries is lost.
        while not self._future.done():
            self._interrupt()
            waited.wait(_AGAIN)
