"""What was found out about one state of the lake, so that hundreds of questions ask it once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, TypeVar

from entrepot.limits import step

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

__all__ = ["Remembered"]

T = TypeVar("T")

_MOST = 2000


class Remembered:
    """A memory of bounded size, which several threads may use.

    Two threads that ask for the same at once both find it out: nothing waits for another's query.

    Parameters
    ----------
    most
        Number of findings kept; the one not asked for longest is forgotten first.
    """

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._found: OrderedDict[Hashable, object] = OrderedDict()

    def get(self, key: Hashable, find: Callable[[], T]) -> T:
        """Return what was found under a key, or find it."""
        step()
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                known: T = self._found[key]  # type: ignore[assignment]
                return known
        found = find()
        with self._lock:
            self._found[key] = found
            if len(self._found) > self._most:
                self._found.popitem(last=False)
        return found
