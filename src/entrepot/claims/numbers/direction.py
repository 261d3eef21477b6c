"""Rise or fall told by a verb that stands apart from its number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.claims.numbers.kinds import CORES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.claims.numbers.kinds import Token

__all__ = ["told_apart"]

_STOPS = frozenset(".,;:!?()。，；：！？、\n")
_ENDS = _STOPS - {",", "，"}
_REACH = 25


def told_apart(found: Sequence[Token], start: int, end: int) -> int:
    """Return 1 or -1 if the clause says that the amount at ``found[start:end]`` is a rise or fall.

    Only what "by" introduces (um, на) is the size of a change: "fell in 2025 by 6.5 %",
    "ging um 6,5 Prozent zurück". The verb before counts first, then the one behind.
    """
    if start == 0 or found[start - 1].kind != "by":
        return 0
    before = _before(found[max(start - _REACH, 0) : start - 1][::-1])
    behind = _clause(found[end : end + _REACH])
    for token in (*before, *behind):
        if token.kind in ("moved", "moved_after") and isinstance(token.value, float):
            return int(token.value)
    return 0


def _before(backwards: Sequence[Token]) -> Sequence[Token]:
    """Return the clause before; where a comma stands right before "by", what it sets apart too."""
    if not backwards or backwards[0].text not in (",", "，"):
        return _clause(backwards)
    for place, token in enumerate(backwards):
        if token.text in _ENDS or token.kind in CORES:
            return backwards[:place]
    return backwards


def _clause(tokens: Sequence[Token]) -> Sequence[Token]:
    for place, token in enumerate(tokens):
        if token.text in _STOPS:
            return tokens[:place]
    return tokens
