"""The words of questions by kind, from ``questions.csv``, and corrections of misspelt ones."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from entrepot.claims.draft.lexicon import NOWHERE, bounded, cue_words
from entrepot.claims.question_goods import goods_names
from entrepot.claims.question_names import areas_in, goods_in, near_area
from entrepot.claims.times import when
from entrepot.model.area_names import spellings
from entrepot.model.columns import read_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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
        if re.search(
            word if language == "zh" else rf"(?<!\w){word}(?!(?!jahr|летн)\w)",
            phrase,
            re.IGNORECASE,
        ):
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
_LEAST, _MOST = 4, 18
"""Letters of a word that may be misspelt: short ones are too like others."""
_NO_GOODS = frozenset(("firma", "firmen", "list", "lists", "stand", "stands"))
"""Words that one letter makes goods of, and that are none: films (Filme), lifts, sand."""
_MOST_CORRECTED, _MOST_TRIED = 5, 8
"""Words of one question that may be misspelt, and that are looked at."""


def corrections(words: Iterable[str], language: str, text: str = "") -> dict[str, str]:
    """Return misspelt words of a question with what they are read as.

    The first word of its text has a capital that is no name's. Chinese words are looked for in
    the text, since a wrong sign divides them.

    Examples
    --------
    >>> corrections(["Wat", "suplied", "chinese"], "en")
    {'suplied': 'supplied', 'chinese': 'Chinese'}
    """
    found: dict[str, str] = {}
    words = list(words)
    if language == "zh" and text:
        unknown = {sign for word in words for sign in word}
        found = {word: one for word, one in signs_right(text).items() if unknown & set(word)}
    long = [word for word in dict.fromkeys(words) if _is_correctable(word, language)]
    for word in long[:_MOST_TRIED]:
        other = spelled_right(word, language)
        if not other and language in ("en", "ru") and text.startswith(word):
            other = spelled_right(word.lower(), language)
        if other and len(found) < _MOST_CORRECTED:
            found[word] = other
    return found


def _is_correctable(word: str, language: str) -> bool:
    return language == "zh" or _LEAST <= len(word) <= _MOST


def spelled_right(word: str, language: str) -> str:
    """Return the one word of questions that differs from an unknown one by one letter, or none.

    Examples
    --------
    >>> spelled_right("suplied", "en"), spelled_right("Росии", "ru"), spelled_right("widget", "en")
    ('supplied', 'России', '')
    >>> spelled_right("俄罗司", "zh")
    '俄罗斯'
    """
    if language == "zh":
        return near_area(word)
    if language not in _LETTERS or not _is_correctable(word, language):
        return ""
    found: dict[str, str] = {}
    written = list(dict.fromkeys(_one_letter_off(word, _LETTERS[language])))
    if language == "de":  # without the letters that not every keyboard has
        written += [one for one in (_umlauts(word),) if one != word]
    meanings = _meanings(written, language)
    for one in written:
        meaning = ", ".join(sorted(meanings.get(one, ())))
        # Names have capitals; in German, goods have them, too: "einen" is no misspelt "Eisen".
        if language == "de":
            fits = not (word.islower() and meaning.startswith("goods "))
        else:
            fits = word.islower() or meaning.startswith("area ")
        fits = fits and not (meaning.startswith("goods ") and word.lower() in _NO_GOODS)
        if meaning and fits:
            found.setdefault(meaning, one)
    # Two that mean different things leave it open.
    return next(iter(found.values())) if len(found) == 1 else ""


def _umlauts(word: str) -> str:
    """Return a word with the letters for which others are typed: Grösster, Oesterreich."""
    for typed, letter in (("ss", "ß"), ("ae", "ä"), ("oe", "ö"), ("ue", "ü"), ("Oe", "Ö")):
        word = word.replace(typed, letter)
    return word


def _one_letter_off(word: str, letters: str) -> Iterator[str]:
    """Yield words that differ by one letter, the likeliest mistakes first."""
    if word.islower():  # "chinese", as it is typed
        yield word.capitalize()
    # The first letter stays: "While" is no Chile.
    parts = [(word[:at], word[at:]) for at in range(1, len(word) + 1)]
    yield from (head + tail[1] + tail[0] + tail[2:] for head, tail in parts if len(tail) > 1)
    yield from (head + letter + tail for head, tail in parts for letter in letters)
    if len(word) == _LEAST:  # another letter makes another word of so short a one: iron and Iran
        return
    yield from (head + tail[1:] for head, tail in parts if tail)
    yield from (head + letter + tail[1:] for head, tail in parts if tail for letter in letters)


def _meanings(words: Iterable[str], language: str) -> dict[str, set[str]]:
    """Return what words say in a question, without those that say nothing."""
    text = " | ".join(dict.fromkeys(words))
    found: dict[str, set[str]] = {}

    def add(start: int, end: int, meaning: str) -> None:
        if text[max(start - 1, 0) : start] in ("", " ") and text[end : end + 1] in ("", " "):
            found.setdefault(text[start:end], set()).add(meaning)

    for mark in (*areas_in(text, language), *goods_in(text, language)):
        if mark.value == NOWHERE:  # no area that a question could be about
            continue
        add(mark.start, mark.end, f"{mark.kind} {mark.value}")
    kinds = [*forms(language).items(), *((name, one) for (name, _), one in _cues(language))]
    for kind, pattern in kinds:
        for match in _closed(pattern, language).finditer(text):
            if kind not in _SAYS_NOTHING or len(match[0]) >= _LONG:
                add(*match.span(), kind)
    return found


_ANY_ENDING = re.compile(r"(?P<stem>[а-яёa-zäöü]{4})?\[(?:а-я|а-яё|a-zäöü)\][+*]")
_LAST = (
    "[аеёийоуыьюя]|[аеиоуыюя][йхмюев]|[ое]го|[ое]му|[ыия]ми|ами|ть|ться|л[аои]?с?[ья]?|[аеиуюя]т"
)
_ENDINGS = {
    "ru": (
        r"(?:(?:аци|ованн?|имост|[ае]нн?ост|ност|ств|[ае]ни|тел|щик|ник|нн?|ск|ов|и|а)?"
        rf"(?:{_LAST})?)"
    ),
    "de": "(?:e|en|er|es|em|n|s|t|te|ten|tes)?",
}
"""Endings that words have, where a form has any letters: "приобритетных" is no word.

A stem of fewer than four letters is too short for any.
"""


@cache
def _closed(pattern: re.Pattern[str], language: str) -> re.Pattern[str]:
    """Return the pattern of a form with the endings that there are, in place of any letters."""
    if language not in _ENDINGS:
        return pattern
    # What a compound may begin with in an article is no word by itself: Bauteile is no "Banteile".
    whole = pattern.pattern.replace("[A-Za-z]*", "")
    text = _ANY_ENDING.sub(
        lambda found: found["stem"] + _ENDINGS[language] if found["stem"] else "", whole
    )
    return re.compile(text, pattern.flags)


_SAYS_NOTHING = ("plain", "things", "than", "of", "its", "total", "from", "to", "with", "between")
"""Kinds of words that a misspelt one is never taken for, unless it is long: they are too many."""
_LONG = 8


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


_ONE_FISCAL = re.compile(
    r"\b(?:(?:fiscal|financial|marketing|crop)[ -]year|fiscal|FY"
    r"|(?:Wirtschafts|Geschäfts|Haushalts|Fiskal|Finanz)jahr"
    r"|финансов[а-я]+ год[а-я]*) ?(?:19|20)\d\d(?![-–—/.]?\d)"
    r"|(?<![\d/–—-])(?:19|20)\d\d(?:(?:-?(?:й|го|м))? финансов[а-я]+ год[а-я]*|财年|财政年度"
    r"| (?:fiscal|financial|marketing|crop)[ -]year)",
    re.IGNORECASE,
)
"""A fiscal year that is called by one number: its months differ by country."""
_FISCAL = r"(?:(?:fiscal|financial|marketing|crop)[ -]years?|\bFY|Wirtschaftsjahr|Geschäftsjahr)"


def split_years(text: str, language: str) -> Iterator[tuple[int, int]]:
    """Yield the places of times such as 2022-23, with the words that call them fiscal years."""
    for year in _ONE_FISCAL.finditer(text):
        yield year.span()
    for one in when(text, None, language):
        if one.kind == "split_year":
            before = re.search(rf"{_FISCAL}\s*$", text[: one.start], re.IGNORECASE)
            behind = re.match(rf"\s*{_FISCAL}", text[one.end :], re.IGNORECASE)
            start = before.start() if before else one.start
            yield start, one.end + (behind.end() if behind else 0)


def years_meant(text: str) -> tuple[tuple[str, str], ...]:
    """Return what a time such as 2022-23 can be: two years, or one from the usual months on.

    A fiscal year with one number is called by the year in which it ends, or begins.
    """
    numbers = re.search(r"\d{4}", text)
    first = int(numbers[0]) if numbers else 0
    if is_one := bool(_ONE_FISCAL.fullmatch(text)):
        choices = [(f"{first}", "the calendar year")]
    else:
        choices = [(f"{first}..{first + 1}", "two calendar years")]
    for start in (first - 1, first) if is_one else (first,):
        for month, name in ((4, "April"), (7, "July"), (10, "October")):
            span = f"{start}-{month:02}..{start + 1}-{month - 1:02}"
            choices.append(
                (span, f"a year from {name} {start} on" if is_one else f"a year from {name} on")
            )
    return tuple(choices)


# Chinese words with one wrong sign: one that sounds or looks like the right one, or any of four.

_SIGNS_FILE = Path(__file__).with_name("question_signs.csv")
_SAID = frozenset(
    (
        "份额",
        "集中度",
        "供应国",
        "供应商",
        "增长",
        "增长率",
        "进口",
        "出口",
        "比例",
        "比重",
        "占比",
        "依赖",
        "金额",
        "价格",
        "最大",
        "来源",
        "贸易",
        "多少",
        "总额",
    )
)
"""Words of questions that may have a wrong sign."""
_LONG_WORD = 4
"""Signs of a word of which any one may be wrong."""


@cache
def _words() -> dict[int, frozenset[str]]:
    """Return names and words of questions by their length, from two signs on."""
    areas = (name for name, _, whose in spellings() if whose in ("", "Chinese"))
    found: dict[int, set[str]] = {}
    for word in (*areas, *goods_names("zh"), *_SAID):
        if len(word) > 1 and not word.isascii():
            found.setdefault(len(word), set()).add(word)
    return {size: frozenset(some) for size, some in found.items()}


@cache
def _typed_for() -> dict[str, str]:
    """Return the right signs by each that is typed for them."""
    found: dict[str, str] = {}
    for row in read_table(_SIGNS_FILE, ("right", "typed")):
        for sign in row["typed"]:
            found[sign] = found.get(sign, "") + row["right"]
    return found


def signs_right(text: str) -> dict[str, str]:
    """Return words of a text with one wrong sign, and what each is read as.

    Examples
    --------
    >>> signs_right("法囯的石默进口"), signs_right("澳大力亚"), signs_right("法国的石油")
    ({'法囯': '法国', '石默': '石墨'}, {'澳大力亚': '澳大利亚'}, {})
    """
    known = _words()
    taken: set[int] = set()
    found: dict[str, str] = {}
    for size in sorted(known, reverse=True):
        for start in range(len(text) - size + 1):
            places = range(start, start + size)
            if taken & set(places):
                continue
            written = text[start : start + size]
            if written in known[size]:
                taken.update(places)
            # 少俄罗斯 is a sign and a name: no wrong sign of 白俄罗斯.
            elif {written[1:], written[:-1]} & known.get(size - 1, frozenset()):
                continue
            elif right := _right(written, known[size]):
                taken.update(places)
                found[written] = right
    return found


def _right(written: str, words: frozenset[str]) -> str:
    """Return the one word that differs by a sign typed for it, or by any sign of four."""
    found = {
        f"{written[:at]}{right}{written[at + 1 :]}"
        for at, sign in enumerate(written)
        for right in _typed_for().get(sign, "")
    } & words
    if not found and len(written) >= _LONG_WORD:
        found = {word for word in words if sum(map(str.__ne__, word, written)) == 1}
    return found.pop() if len(found) == 1 else ""
