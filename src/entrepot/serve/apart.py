"""Texts from clients are read and checked in processes of their own, which can be ended.

A thread cannot be ended from outside: a text that costs a minute would hold its place for a minute,
whatever was answered meanwhile. A process can, and what it took of the memory goes with it. It
starts once and does one text after the other, each with an amount of processor time that the
system itself cuts off; whoever sends costly texts has the process start anew, and nobody else
waits. Nothing but plain data goes back and forth.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
import traceback
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal

from entrepot.errors import EntrepotError
from entrepot.limits import Limits, under
from entrepot.serve.answer import KINDS, ServedAnswer, TooLongError
from entrepot.serve.guard import elsewhere

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.serve.request_body import Sent, Sizes

Form = Literal["page", "data", "desk", "numbers", "screen", "lines"]
"""As what a check is answered; of shipments ``screen`` is a page and ``lines`` data."""
# Not multiprocessing: it would fork a process full of threads, or import the main module again.
CODE = "from entrepot.serve.apart import work; work()"
"""What a process runs."""
_REST = 10.0
"""Seconds that remain for the check where an additional reader has taken its time."""
# The allocator keeps what a large text took; a new process starts small again.
RESIDENT = 400 * 2**20
"""Bytes of memory from which on a process ends after its text."""
# As SECURITY.md states it. Beyond this the system refuses memory, which ends the process.
DATA = 2 * 2**30
"""Bytes of memory that a process may ask for."""
_OF_US = "ENTREPOT_"


class DefectError(RuntimeError):
    """An error in a process apart that is not ours: the kind and the lines it went through."""


class _Process:
    """A process that checks one text after the other."""

    def __init__(self) -> None:
        self._popen = subprocess.Popen(
            [sys.executable, "-P", "-c", CODE],  # -P: no module is taken from the working folder
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for the server, whose end ends this
        )

    def answer(self, job: dict[str, Any], seconds: float) -> tuple[dict[str, Any], bytes] | None:
        """Return head and body of what comes back; None if the process ends before."""
        assert self._popen.stdin is not None
        assert self._popen.stdout is not None
        # The limit of processor time does not count
        # waiting, as for an additional reader; this does.
        latest = threading.Timer(seconds, self._popen.kill)
        latest.daemon = True
        latest.start()
        try:
            _send(self._popen.stdin, job)
            # Blocks until the answer is there; the timer ends a process that never answers.
            head = _received(self._popen.stdout)
            body = _received(self._popen.stdout)
            return None if head is None or body is None else (json.loads(head), body)
        # It ended before it had read the job, by the limit of an earlier text or by the system.
        except BrokenPipeError:
            return None
        finally:
            latest.cancel()

    def kill(self) -> None:
        """End it; whoever waits for its answer finds none, and calls `end`."""
        self._popen.kill()

    def end(self) -> None:
        """End it, whatever it does."""
        self._popen.kill()
        # So that no zombie is left behind.
        self._popen.wait()
        for pipe in (self._popen.stdin, self._popen.stdout):
            if pipe is not None:
                # Closing flushes what is still buffered, to a process that is gone.
                with suppress(BrokenPipeError):
                    pipe.close()


class TextWork:
    """The process that works on a text, for whoever ends it before its time."""

    def __init__(self) -> None:
        self._process: _Process | None = None
        self._is_ended = False
        self._lock = threading.Lock()

    @contextmanager
    def by(self, process: _Process) -> Iterator[None]:
        """Have a process work on the text in a block; then it may work on another one's."""
        with self._lock:
            self._process = process
            if self._is_ended:
                process.kill()
        try:
            yield
        finally:
            with self._lock:
                self._process = None

    def end(self) -> None:
        """End the process, if one is at work."""
        with self._lock:
            self._is_ended = True
            if self._process is not None:
                self._process.kill()


# Few: one is added only where none waits, and `pool.TEXTS` are at work at most.
_idle: list[_Process] = []
_lock = threading.Lock()


def get_ready() -> None:
    """Have a process wait for the first text, so that its sender does not wait for it."""
    with _lock:
        if not _idle:
            _idle.append(_Process())


def checked_apart(
    folder: Path,
    sent: Sent,
    at_work: TextWork,
    *,
    sizes: Sizes,
    form: Form,
    seconds: float,
    wall: float,
) -> ServedAnswer:
    """Return what a check of a text answers.

    Parameters
    ----------
    folder
        Folder of the lake.
    at_work
        Ends it before its time, if nobody waits any more.
    sizes
        How long a text may be: nothing is checked on the way here, and all ways lead here.
    form
        As which it is answered: a page, JSON, what the reading desk shows, or a screening.
    seconds, wall
        Processor time that it may take, and time.

    Raises
    ------
    TooLargeError
        If it is longer.
    TooLongError
        If it takes longer.
    EntrepotError
        Of the kind that the text itself gave rise to.
    """
    sizes.require(sent)
    job = {
        "folder": str(folder),
        "seconds": seconds,
        "form": form,
        "text": sent.text,
        "kind": sent.kind,
        "date": sent.date,
        "publisher": sent.publisher,
        "reader": sent.reader,
        "patience": max(1.0, wall - _REST),
        # The process began earlier, perhaps under other settings than the server has now.
        "settings": {key: text for key, text in os.environ.items() if key.startswith(_OF_US)},
    }
    with _lock:
        # Taken out while it works: two texts must never write into one pipe.
        process = _idle.pop() if _idle else None
    process = process or _Process()
    try:
        with at_work.by(process):
            found = process.answer(job, wall)
    # Its pipes may contain half a message: a process in that state is never used again.
    except BaseException:
        process.end()
        raise
    if found is None:
        process.end()
        # A new one starts now, so that the next sender does not wait for Python to import.
        get_ready()
        shipments = sent.kind == "shipments"
        work = "screening of this list" if shipments else "check of this text"
        raise TooLongError(
            f"the {work} took more than {seconds:g} seconds, or too much memory",
            why=f"{'lists' if shipments else 'texts'} that cost more keep others waiting",
            hint=elsewhere(shipments=shipments),
        )
    head, body = found
    # The process says so itself, from its memory after this text.
    if head["goes_on"]:
        with _lock:
            _idle.append(process)
    else:
        process.end()
    return _answer(head, body)


def _answer(head: dict[str, Any], body: bytes) -> ServedAnswer:
    if "defect" in head:
        raise DefectError(head["defect"])
    if "error" in head:
        # Errors cross as a place in `KINDS`, not by pickle, which could run code.
        kind = KINDS[head["error"]][0] if head["error"] is not None else EntrepotError
        error: Any = kind.__new__(kind)  # some are made from other words than they say
        EntrepotError.__init__(error, **head["says"])
        raise error
    return ServedAnswer(body, head["kind"])


@atexit.register
def _end_all() -> None:
    with _lock:
        for process in _idle:
            process.end()
        _idle.clear()


def work() -> None:
    """Check the texts that come on standard input, until it ends."""
    # A copy of the pipe is kept for answers before descriptor 1 is pointed at the log.
    came, goes = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what anything prints must not be taken for an answer
    # Before the imports, so that nothing in this process is without the limit.
    _limit_memory()
    from entrepot.serve.views import check

    with under(Limits(files=False), everywhere=True):
        check.get_ready()
        while (line := _received(came)) is not None:
            job = json.loads(line)
            _take_settings(job["settings"])
            head, body = _result(job)
            head["goes_on"] = _resident() < RESIDENT
            _send(goes, head, body)


def _take_settings(settings: dict[str, str]) -> None:
    """Have the settings of the server, as they are now."""
    for key in [key for key in os.environ if key.startswith(_OF_US) and key not in settings]:
        del os.environ[key]
    os.environ.update(settings)


def _result(job: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    import duckdb

    from entrepot.lake import Lake
    from entrepot.serve.views import check, screen
    from entrepot.settings import Settings

    _limit_time(job["seconds"])
    reader = check.Reader(job["reader"], job["patience"])
    try:
        with Lake(Settings.read(job["folder"])).reading() as lake:
            if job["form"] in ("desk", "numbers"):
                tested = job["form"] == "desk"
                found = check.desk_data(lake, job["text"], reader, tested=tested)
            elif job["form"] == "screen":
                found = screen.screened_page(lake, job["text"])
            elif job["form"] == "lines":
                found = screen.screened_data(lake, job["text"])
            else:
                room = check.checked_page if job["form"] == "page" else check.checked_data
                sent = (job["text"], job["kind"], job["date"], job["publisher"])
                found = room(lake, *sent, reader)
    except EntrepotError as error:
        places = (place for place, kind in enumerate(KINDS) if isinstance(error, kind[0]))
        said = {"what": error.what, "where": error.where, "why": error.why, "hint": error.hint}
        return {"error": next(places, None), "says": said}, b""
    except (MemoryError, duckdb.OutOfMemoryException):
        # Not sys.exit, which would run handlers that may
        # need memory again. The server sees a closed pipe.
        os._exit(1)  # what was allowed is used up
    except Exception as error:  # no words of the text: only where it happened
        # format_tb has files and lines of code, and never the message, which may quote the text.
        lines = "".join(traceback.format_tb(error.__traceback__))
        return {"defect": f"{type(error).__name__}\n{lines}"}, b""
    finally:
        # Otherwise the limit would end the process while it waits idle or works on the next text.
        _limit_time(None)
    return {"kind": found.kind}, found.body


def _limit_time(seconds: float | None) -> None:
    """Have the system end this process after more processor time; None lifts that."""
    try:
        import resource
    except ImportError:  # Windows: the time by the clock has to do
        return
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    used = resource.getrusage(resource.RUSAGE_SELF)
    # RLIMIT_CPU counts from the start of the process, in whole seconds, hence the time used so far.
    soft = most if seconds is None else int(used.ru_utime + used.ru_stime + seconds) + 1
    # Only the soft limit, at which SIGXCPU ends the
    # process: a hard one could never be raised again.
    if most in (-1, resource.RLIM_INFINITY) or soft <= most:
        resource.setrlimit(resource.RLIMIT_CPU, (soft, most))


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:
        return
    # RLIMIT_DATA and not RLIMIT_AS, which would count
    # address space that is only reserved or mapped.
    _, most = resource.getrlimit(resource.RLIMIT_DATA)
    if most in (-1, resource.RLIM_INFINITY) or most > DATA:
        resource.setrlimit(resource.RLIMIT_DATA, (DATA, most))


def _resident() -> int:
    """Return the memory that this process has now, in bytes; 0 where nobody says.

    Not the most that it had: the system counts what the server had as it began this process.
    """
    try:
        # Second field: resident pages.
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    except OSError:
        return 0
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _send(where: IO[bytes], head: dict[str, Any], body: bytes | None = None) -> None:
    for piece in (json.dumps(head).encode(), *(() if body is None else (body,))):
        # Length first: a body may contain anything, so no sign could end it.
        where.write(len(piece).to_bytes(8, "big") + piece)
    where.flush()


def _received(where: IO[bytes]) -> bytes | None:
    """Return the next piece; None if nothing more comes."""
    size = where.read(8)
    # End of file: read() of a pipe returns less only then.
    if len(size) < 8:
        return None
    piece = where.read(int.from_bytes(size, "big"))
    return piece if len(piece) == int.from_bytes(size, "big") else None
