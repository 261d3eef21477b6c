"""The error of a number phrase that is not understood."""

from __future__ import annotations

from entrepot.errors import RequestError

__all__ = ["unread"]

_EXAMPLES = '"27 %", "1.63 trillion yuan", "more than five times", "25 to 55 %"'


def unread(phrase: str, part: str) -> RequestError:
    """Return the error that names the part of `phrase` that was not understood."""
    return RequestError(
        f"not understood: {part!r} in {phrase!r}",
        why="a number phrase that is read only in part could be read wrongly",
        hint=f"write it as in {_EXAMPLES}",
    )
