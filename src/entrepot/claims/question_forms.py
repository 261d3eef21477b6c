"""The words of questions by kind, from ``questions.csv``, and corrections of misspelt ones."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from entrepot.claims.draft.lexicon import bounded, cue_words
from entrepot.claims.question_names import areas_in, goods_in
from entrepot.claims.times import when
from entrepot.model.columns import read_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = [
    "CUES",
    "CURRENCIES",
    "count_in",
    "forms",
    "sources_in",
    "spelled_right",
    "split_years",
    "years_meant",
]

_LANGUAGES = ("en", "ru", "de", "zh")
_FILE = Path(__file__).with_name("questions.csv")
_NUMBER, _SOURCE = "number", "source "
CURRENCIES = {
    "euros": "EUR",
    "dollars": "USD",
    "yuan": "CNY",
    "roubles": "RUB",
    "pounds": "GBP",
    "yen": "JPY",
}
"""Kinds of words that name a currency."""


@cache
def _rows(language: str) -> dict[str, str]:
    rows = read_table(_FILE, ("kind", *_LANGUAGES))
    return {row["kind"]: row[language] for row in rows if row[language]}


@cache
def forms(language: str) -> dict[str, re.Pattern[str]]:
    """Return the pattern of each kind of words; ``{n}`` in the table stands for a number."""
    rows = _rows(language)
    number = rf"(?:\d+|{rows[_NUMBER]})"
    return {
        kind: bounded(text.replace("{n}", number), language)
        for kind, text in rows.items()
        if kind != _NUMBER
    }


def count_in(phrase: str, language: str) -> int:
    """Return the number in a phrase such as "three largest", 2 to 10 in words."""
    if found := re.search(r"\d+", phrase):
        return int(found[0])
    for number, word in enumerate(_rows(language)[_NUMBER].split("|"), 2):
        if re.search(word if language == "zh" else rf"(?<!\w){word}(?!\w)", phrase, re.IGNORECASE):
            return number
    return 1


def sources_in(text: str, language: str) -> list[str]:
    """Return the sources that a question names."""
    found = forms(language).items()
    return [
        kind.removeprefix(_SOURCE)
        for kind, pattern in found
        if kind.startswith(_SOURCE) and pattern.search(text)
    ]


_LETTERS = {
    "en": "abcdefghijklmnopqrstuvwxyz",
    "de": "abcdefghijklmnopqrstuvwxyzäöüß",
    "ru": "абвгдежзийклмнопрстуфхцчшщъыьэюяё",
}
_LEAST, _MOST = 5, 14
"""Letters of a word that may be misspelt: short ones are too like others."""


def spelled_right(word: str, language: str) -> str:
    """Return the one word of questions that differs from an unknown one by one letter, or none.

    Examples
    --------
    >>> spelled_right("suplied", "en"), spelled_right("Росии", "ru"), spelled_right("widget", "en")
    ('supplied', 'России', '')
    """
    if language not in _LETTERS or not _LEAST <= len(word) <= _MOST:
        return ""
    found: dict[str, str] = {}
    meanings = _meanings(_one_letter_off(word, _LETTERS[language]), language)
    for one in _one_letter_off(word, _LETTERS[language]):
        meaning = ", ".join(sorted(meanings.get(one, ())))
        # Names have capitals; in German, goods have them, too: "einen" is no misspelt "Eisen".
        if language == "de":
            fits = not (word.islower() and meaning.startswith("goods "))
        else:
            fits = word.islower() or meaning.startswith("area ")
        if meaning and fits:
            found.setdefault(meaning, one)
    # Two that mean different things leave it open.
    return next(iter(found.values())) if len(found) == 1 else ""


def _one_letter_off(word: str, letters: str) -> Iterator[str]:
    """Yield words that differ by one letter, the likeliest mistakes first."""
    # The first letter stays: "While" is no Chile.
    parts = [(word[:at], word[at:]) for at in range(1, len(word) + 1)]
    yield from (head + tail[1] + tail[0] + tail[2:] for head, tail in parts if len(tail) > 1)
    yield from (head + tail[1:] for head, tail in parts if tail)
    yield from (head + letter + tail for head, tail in parts for letter in letters)
    yield from (head + letter + tail[1:] for head, tail in parts if tail for letter in letters)


def _meanings(words: Iterable[str], language: str) -> dict[str, set[str]]:
    """Return what words say in a question, without those that say nothing."""
    text = " | ".join(dict.fromkeys(words))
    found: dict[str, set[str]] = {}

    def add(start: int, end: int, meaning: str) -> None:
        if text[max(start - 1, 0) : start] in ("", " ") and text[end : end + 1] in ("", " "):
            found.setdefault(text[start:end], set()).add(meaning)

    for mark in (*areas_in(text, language), *goods_in(text, language)):
        add(mark.start, mark.end, f"{mark.kind} {mark.value}")
    kinds = [*forms(language).items(), *((name, one) for (name, _), one in _cues(language))]
    for kind, pattern in kinds:
        if kind in _SAYS_NOTHING:
            continue
        for match in pattern.finditer(text):
            # What ends in any letters fits words that there are not: "приобритетных".
            if match[0].lower() in _USUAL or not pattern.fullmatch(match[0] + _NO_ENDING[language]):
                add(*match.span(), kind)
    return found


_NO_ENDING = {"en": "qx", "de": "qx", "ru": "щъ"}
_USUAL_WORDS = """
import importe importen imports einfuhr einfuhren export exporte exporten exports ausfuhr
ausfuhren импорт импорта импорте импорту ввоз ввоза экспорт экспорта экспорте экспорту вывоз
вывоза поставки поставок поставщик поставщика поставщики поставщиков покупателей зависит
зависимость товарооборот торговля торговли
"""
_USUAL = frozenset(_USUAL_WORDS.split())
"""Words with any ending that a misspelt one may be taken for."""


_SAYS_NOTHING = ("plain", "than", "of", "its", "total", "from", "to", "with", "between")
"""Kinds of words that a misspelt one is never taken for: they are too many."""


def _cues(language: str) -> Iterable[tuple[tuple[str, str], re.Pattern[str]]]:
    return [(name, one) for name, one in cue_words(language).items() if name[0] in CUES]


CUES = (
    "share",
    "hhi",
    "came",
    "went",
    "to",
    "from",
    "with",
    "between",
    "of",
    "total",
    "external",
    "took",
    "its",
)
"""Words of articles that questions have, too."""


_FISCAL = r"(?:(?:fiscal|financial|marketing|crop)[ -]years?|\bFY|Wirtschaftsjahr|Geschäftsjahr)"


def split_years(text: str, language: str) -> Iterator[tuple[int, int]]:
    """Yield the places of times such as 2022-23, with the words that call them fiscal years."""
    for one in when(text, None, language):
        if one.kind == "split_year":
            before = re.search(rf"{_FISCAL}\s*$", text[: one.start], re.IGNORECASE)
            behind = re.match(rf"\s*{_FISCAL}", text[one.end :], re.IGNORECASE)
            start = before.start() if before else one.start
            yield start, one.end + (behind.end() if behind else 0)


def years_meant(text: str) -> tuple[tuple[str, str], ...]:
    """Return what a time such as 2022-23 can be: two years, or one from the usual months on."""
    numbers = re.search(r"\d{4}", text)
    first = int(numbers[0]) if numbers else 0
    choices = [(f"{first}..{first + 1}", "two calendar years")]
    for month, name in ((4, "April"), (7, "July"), (10, "October")):
        span = f"{first}-{month:02}..{first + 1}-{month - 1:02}"
        choices.append((span, f"a year from {name} on"))
    return tuple(choices)
