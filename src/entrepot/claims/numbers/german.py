"""German number words from 21 on, which are written as one word: fünfundzwanzig, dreihundert."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["number_words"]

_SMALL = [
    "null",
    "eins",
    "zwei",
    "drei",
    "vier",
    "fünf",
    "sechs",
    "sieben",
    "acht",
    "neun",
    "zehn",
    "elf",
    "zwölf",
    "dreizehn",
    "vierzehn",
    "fünfzehn",
    "sechzehn",
    "siebzehn",
    "achtzehn",
    "neunzehn",
]
_TENS = ["zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig"]


def number_words() -> Iterator[tuple[str, int]]:
    """Return the words for the whole numbers below a thousand.

    Examples
    --------
    >>> words = dict(number_words())
    >>> words["fünfundzwanzig"], words["dreihundertzwölf"]
    (25, 312)
    """
    below = {word: number for number, word in enumerate(_SMALL)}
    for tens, word in enumerate(_TENS, start=2):
        below[word] = 10 * tens
        for ones in range(1, 10):
            one = "ein" if ones == 1 else _SMALL[ones]
            below[f"{one}und{word}"] = 10 * tens + ones
    yield from below.items()
    for hundreds in range(1, 10):
        heads = ("hundert", "einhundert") if hundreds == 1 else (f"{_SMALL[hundreds]}hundert",)
        for head in heads:
            yield head, 100 * hundreds
            yield f"{head}ein", 100 * hundreds + 1
            for word, number in below.items():
                if number:
                    yield head + word, 100 * hundreds + number
