"""Fractions in words, of any denominator from three to ten: two quarters, drei Zehntel."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["fraction_words"]

_COUNTS = {
    "en": ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    "de": ("ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"),
}
_PARTS = {
    "en": ("third", "quarter", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"),
    "de": ("drittel", "viertel", "fünftel", "sechstel", "siebtel", "achtel", "neuntel", "zehntel"),
}
_RUSSIAN_COUNTS = (
    ("одна", "одной", "одну"),
    ("две", "двух", "двум", "двумя"),
    ("три", "трех", "трем", "тремя"),
    ("четыре", "четырех", "четырем", "четырьмя"),
    *((f"{stem}ь", f"{stem}и", f"{stem}ью") for stem in ("пят", "шест", "сем")),
    ("восемь", "восьми", "восемью"),
    ("девять", "девяти", "девятью"),
)
_RUSSIAN_STEMS = ("пят", "шест", "седьм", "восьм", "девят", "десят")
_RUSSIAN_NOUNS = (
    (("треть", "трети", "третью"), ("трети", "третей", "третям", "третями")),
    (("четверть", "четверти", "четвертью"), ("четверти", "четвертей", "четвертям", "четвертями")),
)
_RUSSIAN_ENDINGS = (("ая", "ой", "ую"), ("ых", "ым", "ыми"))
_FIRST = 3


def fraction_words(language: str) -> Iterator[tuple[str, float]]:
    """Yield (words in small letters, worth) of fractions below one; none in Chinese.

    Examples
    --------
    >>> dict(fraction_words("en"))["three tenths"], dict(fraction_words("de"))["zwei viertel"]
    (0.3, 0.5)
    """
    if language == "ru":
        yield from _russian()
        return
    counts = _COUNTS.get(language, ())
    for place, noun in enumerate(_PARTS.get(language, ())):
        whole = place + _FIRST
        for part, count in enumerate(counts[: whole - 1], start=1):
            plural = f"{noun}s" if language == "en" and part > 1 else noun
            for link in (" ", " - ") if language == "en" else (" ",):
                yield f"{count}{link}{plural}", part / whole


def _russian() -> Iterator[tuple[str, float]]:
    for whole in range(_FIRST, 11):
        one, many = _forms(whole)
        for part, counts in enumerate(_RUSSIAN_COUNTS[: whole - 1], start=1):
            for count in counts:
                for noun in one if part == 1 else many:
                    yield f"{count} {noun}", part / whole


def _forms(whole: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return a denominator in the cases of one and of several of it."""
    if whole - _FIRST < len(_RUSSIAN_NOUNS):
        return _RUSSIAN_NOUNS[whole - _FIRST]
    stem = _RUSSIAN_STEMS[whole - _FIRST - len(_RUSSIAN_NOUNS)]
    one, many = (tuple(f"{stem}{ending}" for ending in endings) for endings in _RUSSIAN_ENDINGS)
    return one, many
