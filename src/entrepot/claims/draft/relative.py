"""Changes of a share in per cent of it: "the share rose by 0.8 per cent"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from entrepot.claims.draft.near import clause

if TYPE_CHECKING:
    from entrepot.claims.draft.reading import Reading
    from entrepot.claims.numbers import Span

__all__ = ["is_of_the_share"]

_OTHER_SUBJECT = re.compile(
    r"\b(?:which|who|as|because|котор[а-я]+|так как|поскольку|da|weil|als)\b|, (?:die|der|das) "
)
"""A word behind which something else may have risen: "a share of imports, which rose"."""
_BESIDE_LEVEL = re.compile(
    r"[,(—–]\s*(?:an? |ein |eine |einen )?"
    r"(?:increase|rise|gain|fall|drop|decline|plus|minus|anstieg|zuwachs|rückgang)?"
    r"\s*(?:of|by|von|um)?\s*$",
    re.IGNORECASE,
)
"""Between a level and its change: "36 per cent, a rise of 0.8 per cent"."""


def is_of_the_share(number: Span, reading: Reading) -> bool:
    """Whether it is surely the share, not the trade it is a part of, that rose or fell."""
    start, end = clause(number, reading)
    shares = [cue for cue in reading.found.of("share") if start <= cue.start < end]
    if len(shares) != 1 or shares[0].end > number.start:
        return False
    share = shares[0]
    between = reading.between(share.end, number.start)
    moved = [cue for cue in reading.found.of("up", "down") if start <= cue.start < end]
    if _OTHER_SUBJECT.search(between) or len([one for one in moved if one.end <= number.start]) > 1:
        return False
    if any(not _is_of_the_share(flow.start, share.start, reading) for flow in reading.flows):
        return False
    leading = [other for other in reading.numbers if other.end <= number.start]
    return (
        not leading or _BESIDE_LEVEL.fullmatch(between[leading[-1].end - share.end :]) is not None
    )


def _is_of_the_share(flow: int, share: int, reading: Reading) -> bool:
    """Whether a flow stands where the whole of a share does: behind it, in Chinese before it."""
    return flow < share if reading.language == "zh" else share < flow
