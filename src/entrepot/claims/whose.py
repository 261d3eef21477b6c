"""Whose statistics the words of a claim mean: "A's imports from B" are of the buyer's books."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from entrepot.model.areas import WORLD
from entrepot.model.reporting import stopped_in
from entrepot.model.tables import read_table

if TYPE_CHECKING:
    from entrepot.model.period import Period

__all__ = ["by_words", "publisher_of"]


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    rows = read_table(Path(__file__).with_suffix(".csv"), ("what", "pattern"))
    return {row["what"]: re.compile(row["pattern"], re.IGNORECASE) for row in rows}


def publisher_of(name: str) -> str:
    """Return the area whose statistics an office that is quoted keeps; empty if it is not known.

    Examples
    --------
    >>> publisher_of("Eurostat"), publisher_of("a newspaper")
    ('EU27', '')
    """
    areas = [what for what, pattern in _patterns().items() if name and pattern.search(name)]
    found = [area for area in areas if area not in ("bought", "sold")]
    return found[0] if len(found) == 1 else ""


def by_words(quote: str, says: str, exporter: str, importer: str, period: Period) -> str:
    """Return the side whose statistics a sentence means, empty where its words do not tell.

    What is imported is counted by the importer, what is exported by the exporter. Of several words
    the one nearest before the number counts. Once a side has stopped to publish, a number can only
    be of the other's.

    Examples
    --------
    >>> from entrepot.model.period import Period
    >>> text = "A's imports from B were $438.9 billion."
    >>> by_words(text, "$438.9 billion", "B", "A", Period.parse("2024"))
    'A'
    """
    patterns = _patterns()
    place = quote.find(says) if says else -1
    words = [(m.start(), importer) for m in patterns["bought"].finditer(quote)]
    words += [(m.start(), exporter) for m in patterns["sold"].finditer(quote)]
    if not words or WORLD in (exporter, importer):
        return ""
    before = [word for word in words if word[0] < place]
    side = max(before)[1] if before else min(words)[1]
    if stopped_in(side.split("+"), period):
        return importer if side == exporter else exporter
    return side
