"""Which language a text is in, by its letters and its commonest words."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

__all__ = ["could_be", "language_of", "mixed_marks"]

_HAN = re.compile(r"[\u3400-\u9fff]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_ENGLISH_SCALES = re.compile(r"\b(?:m|b|tr)illions?\b")  # German nouns have a capital letter
_LATIN = re.compile(r"[a-zäöüß]+")
_DECIMAL_COMMA = re.compile(r"(?<![\d.,])\d+,\d{1,2}(?![\d.,])")
_DECIMAL_POINT = re.compile(r"(?<![\d.,])\d+\.\d{1,2}\s?(?:%|[Pp]rozent|M(?:rd|io|ill))")
_ENOUGH = 200_000
"""Characters of a text that are looked at."""


def language_of(text: str) -> str:
    """Return ``en``, ``ru``, ``de`` or ``zh``; an empty text if nothing decides.

    Examples
    --------
    >>> language_of("um 6,5 Prozent"), language_of("на 6,5 %"), language_of("6,5 %")
    ('de', 'ru', '')
    """
    sample = text[:_ENOUGH].lower()
    han, cyrillic = len(_HAN.findall(sample)), len(_CYRILLIC.findall(sample))
    words = _LATIN.findall(sample)
    latin = sum(map(len, words))
    if han and 3 * han >= max(cyrillic, latin):  # a Chinese character says more than a letter
        return "zh"
    if cyrillic >= latin:
        return "ru" if cyrillic else ""
    german, english = (sum(word in _common(of) for word in words) for of in ("de", "en"))
    if german == english:
        return ""
    return "de" if german > english else "en"


def mixed_marks(text: str, language: str) -> bool:
    """Whether a text parts decimals in a way its language does not, so that "1,234" is unclear.

    Examples
    --------
    >>> mixed_marks("a share of 6,5 % of 1,234 firms", "en"), mixed_marks("1,234 firms", "en")
    (True, False)
    """
    marks = {"en": _DECIMAL_COMMA, "zh": _DECIMAL_COMMA, "de": _DECIMAL_POINT}
    return language in marks and marks[language].search(text) is not None


def could_be(phrase: str) -> tuple[str, ...]:
    """Return the languages a number phrase could be in, by its letters alone."""
    if _HAN.search(phrase):
        return ("zh",)
    if _CYRILLIC.search(phrase.replace("\u20bd", "")):
        return ("ru",)
    if _ENGLISH_SCALES.search(phrase):
        return ("en",)
    return ("en", "de")


@cache
def _common(language: str) -> frozenset[str]:
    source = files("entrepot.claims.numbers") / "lexicons" / "common.txt"
    lines = source.read_text(encoding="utf-8").splitlines()
    parted = (line.partition(": ") for line in lines)
    return frozenset(
        word for name, _, words in parted if name == language for word in words.split()
    )
