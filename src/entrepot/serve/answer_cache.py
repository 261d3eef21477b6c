"""Answers that were computed before; for a while also those of the lake before a change."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

from entrepot.errors import EntrepotError
from entrepot.serve.problems import AtWorkError, BusyError

if TYPE_CHECKING:
    from collections.abc import Callable

    from entrepot.serve.answer import ServedAnswer
    from entrepot.serve.pool import PooledQuestion

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
