"""Answers that were worked out already, as long as the lake stays as it is."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from entrepot.serve.answer import Answer
    from entrepot.serve.pool import Question

__all__ = ["Kept"]


class Kept:
    """Answers by their key, the least recently asked forgotten first.

    Whoever asks what is being worked out already waits for the same answer.

    Parameters
    ----------
    most
        Bytes that are kept.
    """

    def __init__(self, most: int = 64 * 2**20) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._answers: OrderedDict[str, Answer] = OrderedDict()
        self._bytes = 0
        self._begun: dict[str, Question[Answer]] = {}

    def get(self, key: str, begin: Callable[[], Question[Answer]]) -> Answer:
        """Return an answer, worked out by what `begin` starts if it is not kept."""
        with self._lock:
            if key in self._answers:
                self._answers.move_to_end(key)
                return self._answers[key]
            question = self._begun.get(key)
            if question is None:
                question = self._begun[key] = begin()
        try:
            answer = question.result()
        finally:
            with self._lock:
                if self._begun.get(key) is question:
                    del self._begun[key]
        self._keep(key, answer)
        return answer

    def _keep(self, key: str, answer: Answer) -> None:
        with self._lock:
            if key in self._answers or len(answer.body) > self._most:
                return
            self._answers[key] = answer
            self._bytes += len(answer.body)
            while self._bytes > self._most:
                _, gone = self._answers.popitem(last=False)
                self._bytes -= len(gone.body)
