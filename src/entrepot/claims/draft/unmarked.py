"""Words of a sentence that no rule reads, any of which may change what it says."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from entrepot.claims.draft.attribution import MASK, masked

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from entrepot.claims.draft.reading import Reading

__all__ = ["unmarked"]

_PLAIN = {
    "en": "the|in|of|to|for|from|was|were|is|are|again|still|also|year",
    "ru": "в|на|для|из|год|году|года|был[аои]?|снова|вновь|также|по-прежнему",
    "de": (
        "der|die|das|den|dem|des|im|in|an|von|für|aus|nach|Jahre?|war(?:en)?|ist|sind"
        "|wieder|erneut|weiterhin|auch"
    ),
    "zh": "是|为|了|的|年|在|仍|依然",
}
"""Words that change nothing, whatever they stand beside."""


def unmarked(
    reading: Reading,
    within: tuple[int, int],
    words: Mapping[str, str],
    known: Iterable[tuple[int, int]],
) -> str:
    """Return the words of a stretch that are read as nothing, empty if there are none.

    Parameters
    ----------
    reading
        The sentence; its areas, goods and times are read.
    within
        Where the stretch begins and ends.
    words
        More words that change nothing, a pattern a language.
    known
        Places that are read beside these.
    """
    rest = reading.text
    marks = [(mark.start, mark.end) for mark in (*reading.found.areas, *reading.found.goods)]
    times = [(time.start, time.end) for time in reading.timing.times]
    for start, end in (*marks, *times, *known):
        rest = masked(rest, start, end)
    start, end = within
    pattern = _pattern(reading.language, words[reading.language])
    return " ".join(pattern.sub(" ", rest[start:end]).split())


@cache
def _pattern(language: str, more: str) -> re.Pattern[str]:
    words = f"{_PLAIN[language]}|{more}"
    if language != "zh":
        words = rf"(?<![\w-])(?:{words})(?![\w-])"
    return re.compile(rf"{words}|[{MASK}.,，。()（）«»\"“”]+", re.IGNORECASE)
