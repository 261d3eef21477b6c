"""What every address shares: where the lake is, who answers, and what was answered before.

Answers that were computed before are kept; for a while also those of the lake before a change.
"""

from __future__ import annotations

import hashlib
import logging
import math
import re
import threading
import time
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from fastapi import Request, Response

from entrepot.errors import EntrepotError
from entrepot.lake.catalog import NAME
from entrepot.limits import TimeUp
from entrepot.report.brief_context import BriefContext
from entrepot.serve.answer import AnswerRows, AtWorkError, BusyError, ServedAnswer
from entrepot.serve.apart import checked_apart
from entrepot.serve.request_body import (
    Sizes,
    address,
    sent_desk,
    sent_shipments,
    sent_text,
    whole_body,
)
from entrepot.serve.site import in_language, language_of, of_before
from entrepot.settings import Settings
from entrepot.version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator, Mapping
    from pathlib import Path

    from entrepot.figures import Definition, Figure
    from entrepot.lake import Lake
    from entrepot.serve.apart import Form
    from entrepot.serve.guard import Access
    from entrepot.serve.pool import Pool, PooledQuestion

    Begin = Callable[[], PooledQuestion[ServedAnswer]]

# Of bodies and questions; what Python adds to each is not counted.
BYTES = 64 * 2**20
"""Bytes of answers that are kept."""
OLDEST = 600.0
"""Seconds for which a page of the lake before a change is still shown."""

_log = logging.getLogger(__name__)


class CachedAnswer(NamedTuple):
    """An answer, the state of the lake that it is of, and whether it was there already."""

    answer: ServedAnswer
    state: str
    is_kept: bool


class KeptAnswers:
    """Answers by their question, the least recently asked forgotten first.

    Whoever asks what is being worked out already waits for the same answer.

    Parameters
    ----------
    most
        Bytes that are kept.
    oldest
        Seconds after the change of the lake for which an answer of the state before may be given.
    now
        Clock, in seconds.
    """

    def __init__(
        self,
        most: int = BYTES,
        oldest: float = OLDEST,
        # Not the time of day, which jumps when a clock is set.
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = most
        self._oldest = oldest
        self._now = now
        self._lock = threading.Lock()
        self._found: OrderedDict[str, CachedAnswer] = OrderedDict()
        self._bytes = 0
        # With the state in the key: after a change of the lake the same question is begun anew.
        self._begun: dict[tuple[str, str], PooledQuestion[ServedAnswer]] = {}
        self._current: dict[str, float] = {}
        self._latest = ""
        self._renewed_for: dict[str, str] = {}
        # One thread: renewals of many pages after a load must not take all the turns of readers.
        self._behind = ThreadPoolExecutor(1, thread_name_prefix="renewal")

    @property
    def bytes(self) -> int:
        """Bytes of all answers that are kept, and of their questions."""
        return self._bytes

    def get(
        self,
        key: str,
        state: str,
        begin: Begin,
        *,
        may_lag: bool = False,
        patience: float | None = None,
    ) -> CachedAnswer:
        """Return an answer, worked out by what `begin` starts if it is not kept.

        Parameters
        ----------
        key
            The question, whatever the lake holds.
        state
            State that the lake is in.
        may_lag
            Whether an answer of the state before will do, while it is worked out again.
        patience
            Seconds after which whoever asks would rather know what was found so far, and ask
            again; None to wait to the end.

        Raises
        ------
        AtWorkError
            With some patience, if the answer is not there then.
        """
        with self._lock:
            self._notice(state)
            found = self._found.get(key)
            if found is not None and found.state != state:
                if may_lag and self._is_recent(found.state):
                    self._renew(key, state, begin)
                else:
                    found = None
            if found is not None:
                # Most recently asked last, which is how `_keep` finds what to drop.
                self._found.move_to_end(key)
                return found
            question = self._shared(key, state, begin)
        # Outside the lock: `_finish` waits for the
        # computation, and others must be answered meanwhile.
        return CachedAnswer(self._finish(key, state, question, patience), state, is_kept=False)

    def close(self) -> None:
        """Work out nothing of what waits behind the readers."""
        with self._lock:
            self._renewed_for.clear()

    def _notice(self, state: str) -> None:
        """Note that a state is the current one now; of all others, when they last were."""
        # Only when it changes are old states swept, so
        # that the dictionary does not grow with loads.
        if state != self._latest:
            recent = self._current.items()
            self._current = {one: when for one, when in recent if self._is_recent(one)}
            self._latest = state
        self._current[state] = self._now()

    def _is_recent(self, state: str) -> bool:
        return state in self._current and self._now() - self._current[state] <= self._oldest

    def _shared(self, key: str, state: str, begin: Begin) -> PooledQuestion[ServedAnswer]:
        if (key, state) not in self._begun:
            # What failed after its readers had gone away would stay for good.
            self._begun = {one: asked for one, asked in self._begun.items() if not asked.is_left}
            self._begun[key, state] = begin()
        return self._begun[key, state]

    def _finish(
        self,
        key: str,
        state: str,
        question: PooledQuestion[ServedAnswer],
        patience: float | None = None,
    ) -> ServedAnswer:
        try:
            answer = question.result() if patience is None else question.watched(patience)
        except AtWorkError:
            question.when_done(lambda: self._settle(key, state, question))
            raise
        except BaseException:
            self._end(key, state, question)
            raise
        self._end(key, state, question)
        self._keep(key, CachedAnswer(answer, state, is_kept=True))
        return answer

    def _end(self, key: str, state: str, question: PooledQuestion[ServedAnswer]) -> None:
        with self._lock:
            # Several readers share one question; only the first
            # to arrive removes it, and never a newer one.
            if self._begun.get((key, state)) is question:
                del self._begun[key, state]

    def _settle(self, key: str, state: str, question: PooledQuestion[ServedAnswer]) -> None:
        """Keep an answer whose readers will ask again; why there is none, the next one is told."""
        if question.is_answered:
            self._keep(key, CachedAnswer(question.result(), state, is_kept=True))
            self._end(key, state, question)

    def _keep(self, key: str, made: CachedAnswer) -> None:
        with self._lock:
            before = self._found.get(key)
            if before is not None and (before.state == made.state or made.state != self._latest):
                return  # what ends late must not replace what is newer
            self._forget(key)
            # After the old answer was dropped: an answer too
            # large to keep must not leave an outdated one.
            if made.answer.is_passing or _size(key, made) > self._most:
                return
            self._found[key] = made
            self._bytes += _size(key, made)
            while self._bytes > self._most:
                self._forget(next(iter(self._found)))

    def _forget(self, key: str) -> None:
        # Whatever renewal waits for it is void: the page is dropped, or was just kept anew.
        self._renewed_for.pop(key, None)
        gone = self._found.pop(key, None)
        if gone is not None:
            self._bytes -= _size(key, gone)

    def _renew(self, key: str, state: str, begin: Begin) -> None:
        """Have an answer worked out again, after all that are to be already: once for a state."""
        if self._renewed_for.get(key) != state:
            self._renewed_for[key] = state
            self._behind.submit(self._work_again, key, state, begin)

    def _work_again(self, key: str, state: str, begin: Begin) -> None:
        with self._lock:
            if self._renewed_for.get(key) != state:
                return  # forgotten, worked out by a reader, or asked again of a later state
        try:
            with self._lock:
                question = self._shared(key, state, begin)
            self._finish(key, state, question)
        except BusyError:  # the next reader asks for it again
            with self._lock:
                # Only then may `_renew` submit it again: once
                # a state is marked, it is not asked twice.
                self._renewed_for.pop(key, None)
        except Exception as error:
            # The address is not written down: it is what somebody asked.
            _log.warning(
                "a page could not be computed again; the previous one stays for now: %s",
                type(error).__name__,
                exc_info=None if isinstance(error, EntrepotError) else error,
            )


def _size(key: str, found: CachedAnswer) -> int:
    return len(key) + len(found.answer.body)


PATIENCE = 1.0
"""Seconds after which a reader is told what was found so far, unless ``Prefer: wait=8`` says more:
a page has to be painted at once."""
TEXT_SECONDS = 20.0
"""Seconds of a processor that the check of one text may take."""


@dataclass(frozen=True, slots=True)
class Service:
    """One server's pool of questions, its answers, and who may ask.

    Attributes
    ----------
    address
        Where others reach it, for links that leave it; empty where nobody said.
    reader
        Additional reader of pasted articles; empty for none.
    """

    pool: Pool
    access: Access
    sizes: Sizes = field(default_factory=Sizes)
    kept: KeptAnswers = field(default_factory=KeptAnswers)
    address: str = ""
    reader: str = ""

    @property
    def state(self) -> str:
        """The state that the lake is in now."""
        return state_of(self.pool.folder)

    def answer(
        self,
        request: Request,
        work: Callable[[Lake], ServedAnswer | AnswerRows],
        *,
        form: str = "",
        may_lag: bool = False,
    ) -> Response:
        """Answer a request that only its address and the state of the lake decide.

        Parameters
        ----------
        work
            Works out the answer.
        form
            What else decides: the form in which rows are written, which suffix or ``Accept``
            header ask for.
        may_lag
            Whether it is a page that is worth more at once than of the newest data; it says so.
        """
        language = language_of(request)
        # The state is read once: a load in the middle must
        # not give the tag of the new state to an old answer.
        # The day, because lists and a period of "now" are of today.
        state, key = self.state, f"{form} {language} {date.today()} {address(request)}"
        etags = _headers(f"{state} {key}", "hit")
        # The tag is of question and state, not of the body: a 304 takes no computation at all.
        if _is_known(request, etags["ETag"]):
            return Response(status_code=304, headers=etags)

        def compute(lake: Lake) -> ServedAnswer:
            # A lake that was replaced since its state was read may be back in that state soon.
            is_passing = self.state != state
            here, public = address(request), self.address
            found = _written(in_language(language, lambda: work(lake), here, public), form)
            return replace(found, is_passing=True) if is_passing else found

        found = self.kept.get(
            key,
            state,
            lambda: self.pool.start(
                # The reader is only whose turn it takes, and no
                # part of the key: answers are the same for all.
                compute,
                self.access.reader_of(request.scope),
            ),
            may_lag=may_lag,
            patience=_patience(request) if would_wait(request) else math.inf,
        )
        if found.answer.is_passing:
            return sent(found.answer, {"Cache-Control": "no-store"})
        if _has_any(request):
            return Response(status_code=304, headers=etags)
        if found.state == state:
            return sent(
                found.answer, etags if found.is_kept else _headers(f"{state} {key}", "fwd=miss")
            )
        # A tag of its own, because this body has the line
        # about newer data, which the same answer did not have.
        etags = _headers(f"before {found.state} {key}", "hit; detail=before")
        if _is_known(request, etags["ETag"]):
            return Response(status_code=304, headers=etags)
        return sent(of_before(found.answer), etags)

    def still(
        self, request: Request, found: ServedAnswer, more: Mapping[str, str] | None = None
    ) -> Response:
        """Answer what no lake decides, also while all questions are waited for."""
        # no-cache means: kept by the browser, but asked
        # again each time, which is answered with 304.
        etags = {"ETag": _tag(found.body), "Cache-Control": "private, no-cache", **(more or {})}
        if _is_known(request, etags["ETag"]) or _has_any(request):
            return Response(status_code=304, headers=etags)
        return sent(found, etags)

    def check(self, request: Request, body: bytes, form: Form) -> Response:
        """Check the text in the body of a request, in a process apart; nothing of it is kept."""
        readers = {"desk": sent_desk, "screen": sent_shipments}
        text = readers.get(form, sent_text)(request, body)
        text = replace(text, reader=self.reader)
        question = self.pool.start_text(
            lambda at_work: checked_apart(
                self.pool.folder,
                text,
                at_work,
                sizes=self.sizes,
                form=form,
                seconds=min(TEXT_SECONDS, self.pool.seconds),
                wall=self.pool.seconds,
            ),
            self.access.reader_of(request.scope),
        )
        # A text of its reader: no browser or proxy may write the answer to a disk.
        return sent(question.result(), {"Cache-Control": "no-store"})


def would_wait(request: Request) -> bool:
    """Whether 202 says something to whoever asks: a browser, or a program that prefers it.

    Other programs take any 2xx for the answer itself, and repeat a request after 503.
    """
    return "text/html" in request.headers.get("accept", "") or prefers_async(request)


def prefers_async(request: Request) -> bool:
    """Whether a request has the preference ``respond-async`` of RFC 7240."""
    return "respond-async" in _preferred(request)


def _patience(request: Request) -> float:
    """Return the seconds that a request waits: ``wait`` of RFC 7240, else as long as a reader."""
    # Two digits, as more is no patience: the limit of the server comes first.
    named = [re.fullmatch("wait=([0-9]{1,2})", one) for one in _preferred(request)]
    return next((float(one[1]) for one in named if one), PATIENCE)


def _preferred(request: Request) -> list[str]:
    preferred = ",".join(request.headers.getlist("prefer")).lower().split(",")
    return [one.partition(";")[0].strip() for one in preferred]


def _headers(version: str, kept: str) -> dict[str, str]:
    """Return the headers of one version of an answer; whether it was kept as RFC 9211 says it."""
    return {
        "ETag": _tag(version.encode()),
        "Cache-Control": "private, no-cache",
        # One address answers as JSON, CSV or Parquet, and pages in several languages.
        "Vary": "Accept, Accept-Language",
        "Cache-Status": f"entrepot; {kept}",
    }


def _tag(what: bytes) -> str:
    # Weak, because packed and unpacked answers have the same one.
    return f'W/"{hashlib.sha256(what).hexdigest()[:24]}"'


def _is_known(request: Request, tag: str) -> bool:
    """Whether the reader has it already, whatever the strength of the tag."""
    known = ",".join(request.headers.getlist("if-none-match")).split(",")
    return tag.removeprefix("W/") in [one.strip().removeprefix("W/") for one in known]


def _has_any(request: Request) -> bool:
    """Whether the reader has some version, and wants none: known only once there is an answer."""
    return request.headers.get("if-none-match", "").strip() == "*"


def _written(found: ServedAnswer | AnswerRows, form: str) -> ServedAnswer:
    return found.written(form) if isinstance(found, AnswerRows) else found


async def body_of(request: Request) -> bytes:
    """Return the body of a request to this application; raises as `whole_body` does."""
    return await whole_body(request, request.app.state.sizes.body)


def sent(found: ServedAnswer, headers: dict[str, str] | None = None) -> Response:
    """Return an answer as a response."""
    etags = dict(headers or {})
    if found.name:
        etags["Content-Disposition"] = f'attachment; filename="{found.name}"'
    return Response(found.body, media_type=found.kind, headers=etags)


def state_of(folder: Path) -> str:
    """Return a short text that changes with the lake, the user's own lists and the program."""
    # A new program may compute another answer from the same lake.
    found = hashlib.sha256(__version__.encode())
    try:
        # The catalog alone: it names every file with its checksum, and is replaced in one step.
        found.update((folder / NAME).read_bytes())
    except OSError:  # an absent lake holds nothing
        found.update(b"none")
    found.update(_own_lists(folder))
    return found.hexdigest()[:20]


def _own_lists(folder: Path) -> bytes:
    """Return what changes with the user's own lists."""
    found = hashlib.sha256()
    lists = Settings.read(folder).lists
    for path in sorted(lists.glob("*.csv")) if lists.is_dir() else ():
        if path.is_file():
            # Names of files need not be UTF-8 on Linux.
            found.update(path.name.encode(errors="surrogateescape") + path.read_bytes())
    return found.digest()


@contextmanager
def resumed(lake: Lake, *what: Hashable) -> Iterator[BriefContext]:
    """Yield a context for the Figures of a page, which goes on where its time was over before.

    Tables and charts of the page have its Figures, too. They are kept with the state of the lake,
    and only if what was read for them is what was written.

    Parameters
    ----------
    what
        The page, whatever the lake holds.
    """
    key = (_own_lists(lake.path), *what)
    # Kept with the state of the lake; the lists of the owner are not in it, so they are in the key.
    known: dict[Definition, Figure] = lake.begun.get(key, dict)
    # It copies: what is not known to be unchanged must not get into `known`.
    context = BriefContext(lake, known)
    try:
        yield context
    except TimeUp:
        lake.require_unchanged()
        known.update(context.asked)
        raise
    lake.require_unchanged()
    known.update(context.asked)
