"""Multiples between two amounts of one clause: "$12 billion, twice the $6 billion of 2021"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from entrepot.claims.draft.reading import Reading
    from entrepot.claims.numbers import Span

__all__ = ["beside_amounts"]

_BEFORE = {
    "en": r"[^,;:]*,\s*(?:or |that is |which is |which was )?",
    "de": r"[^,;:]*,\s*(?:also |das ist |das sind |und damit )?(?:das )?",
}
"""Between an amount and a multiple in apposition to it, without a subject of its own."""
_OF = {"en": r"\s*(?:of )?(?:the|that of)\s*", "de": r"\s*(?:von|der|die|den)\s*"}


def beside_amounts(number: Span, reading: Reading) -> tuple[Span, Span] | None:
    """Return the two amounts that a multiple says are so many times each other, the larger first.

    None where it stands between no two amounts in one currency, or something else is named between.
    """
    place = reading.numbers.index(number)
    if reading.language not in _OF or not 0 < place < len(reading.numbers) - 1:
        return None
    one, other = reading.numbers[place - 1], reading.numbers[place + 1]
    if not one.says.currency or one.says.currency != other.says.currency:
        return None
    if any(one.end <= flow.start < number.start for flow in reading.flows):
        return None
    before = reading.between(one.end, number.start)
    behind = reading.between(number.end, other.start)
    leads = re.fullmatch(_BEFORE[reading.language], before, re.IGNORECASE)
    return (one, other) if leads and re.fullmatch(_OF[reading.language], behind) else None
