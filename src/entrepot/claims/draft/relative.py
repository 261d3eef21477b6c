"""Changes of a share in per cent of it: "the share rose by 0.8 per cent"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from entrepot.claims.draft.near import clause
from entrepot.claims.draft.shares import is_share
from entrepot.claims.draft.wholes import whole_behind

if TYPE_CHECKING:
    from entrepot.claims.draft.reading import Reading
    from entrepot.claims.numbers import Span

__all__ = ["is_of_the_share", "points_between", "stands_at_a_share"]

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

_BY_ITSELF = re.compile(
    r"[,(—–，]\s*(?:an? |eine?[nm]? |что |это )?(?:increase|rise|gain|fall|drop|decline|up|down"
    r"|plus|minus|anstieg|zuwachs|rückgang|(?:при)?рост|спад|паден\w+|снижен\w+|увелич\w+|снизи\w+"
    r"|выросши\w+|на|增长|上升|提高|增加|下降|减少)",
    re.IGNORECASE,
)
"""A change of what stands before it, without a subject of its own: "53 per cent, a rise of"."""


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


def stands_at_a_share(number: Span, reading: Reading) -> bool:
    """Whether a change is said of the share before it: "53 per cent of imports, a rise of"."""
    place = reading.numbers.index(number)
    if not place or not is_share(reading.numbers[place - 1], reading):
        return False
    share = reading.numbers[place - 1]
    if not _BY_ITSELF.search(reading.sentence.text, share.end, number.end):
        return False
    whole = whole_behind(share, reading)
    since = [flow for flow in reading.flows if share.end <= flow.start < number.start]
    return all(flow == whole for flow in since)


def points_between(number: Span, reading: Reading) -> str:
    """Return the two shares that lie a number of per cent apart in points, as an equation."""
    shares = [one for one in reading.numbers if one.end <= number.start and is_share(one, reading)]
    if len(shares) != 2 or any(one.says.unit != "percent" for one in (*shares, number)):
        return ""
    low, high = sorted(share.says.value for share in shares)
    slack = (number.says.step + sum(share.says.step for share in shares)) / 2
    if abs(high - low - abs(number.says.value)) > slack:
        return ""
    return f"{high:g} less {low:g} per cent"
