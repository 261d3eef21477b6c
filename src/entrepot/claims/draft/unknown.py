"""Words beside a flow that are no goods of the word list: kept as words, never dropped."""

from __future__ import annotations

import re
from pathlib import Path

from entrepot.claims.draft.lexicon import cue_words

__all__ = [
    "TRADED_SHORT",
    "compound",
    "unknown_before",
    "unknown_goods",
    "unknown_object",
    "word_before",
]

_FOLDER = Path(__file__).parent
_PLAIN = frozenset((_FOLDER / "plain_words.txt").read_text(encoding="utf-8").split("\n"))
"""English words in front of a flow that say nothing about goods."""
_STARTS = "|".join(
    (_FOLDER / "plain_starts.txt").read_text(encoding="utf-8").rstrip("\n").split("\n")
)
"""How words behind a flow begin that are no goods, where they bend."""
_NEXT = (
    "to|from|in|into|and|were|was|fell|rose|by|worth|with|for|that|which|at|last|this|during|since|"
    "over|totall?ed|reached|grew|dropped"
)
_GERMAN_TIMES = (
    "Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember|"
    "Anfang|Mitte|Ende"
)
TRADED_SHORT = re.compile(r"[А-ЯЁ]{2,}(?= из [А-ЯЁ▮])")
"""Goods in capital letters behind an export, whose seller follows: "экспорт СУГ из России"."""
_BEHIND = {
    "en": re.compile(
        r" of ((?!(?:goods|products|all|merchandise|items|everything)\b)[a-z][a-z-]+"
        rf"(?: (?!(?:{_NEXT})\b)[a-z][a-z-]+){{0,2}})\b"
    ),
    "ru": re.compile(rf" ((?!{_STARTS})[а-яё-]+|{TRADED_SHORT.pattern})"),
    "de": re.compile(
        rf" von ((?!(?:Waren|Gütern|Produkten|{_GERMAN_TIMES})\b)[A-ZÄÖÜ][a-zäöüß-]+)"
    ),
}
_BEFORE = {
    "en": re.compile(r"(?:(?<![\w-])([a-z]+(?:-[a-z]+)*)|^([A-Z][a-z]+(?:-[a-z]+)*)) $"),
    "de": re.compile(r"(?<![\w-])([A-ZÄÖÜ][a-zäöüß]+-)$"),
}


def unknown_goods(behind: str, language: str) -> str:
    """Return what a flow is said to be of, behind it: "exports of toys"; empty if nothing."""
    pattern = _BEHIND.get(language)
    match = pattern.match(behind) if pattern else None
    return match[1] if match and not _is_adjective(match[1], language) else ""


def unknown_before(before: str, language: str) -> str:
    """Return the word in front of a flow that may name goods: "toy exports"; empty if none."""
    pattern = _BEFORE.get(language)
    match = pattern.search(before) if pattern else None
    word = (match[1] or match[2]) if match and language == "en" else match[1] if match else ""
    return "" if word.lower() in _PLAIN else word


def word_before(before: str) -> str:
    """Return the English word in small letters in front, if it is none that says nothing."""
    match = re.search(r"(?<![\w'’-])([a-z]+(?:-[a-z]+)*) $", before)
    return match[1] if match and match[1] not in _PLAIN else ""


def _is_adjective(word: str, language: str) -> bool:
    """Whether a Russian word is no noun in the genitive plural or singular."""
    if language != "ru":
        return False
    verb = r"(?:л|ла|ли|ло|лся|лась|лись|лось|ет|ют|ит|ат|ут|ся|сь)$"
    return re.search(verb, word) is not None


def compound(before: str, language: str) -> str:
    """Return what a German flow is joined to: the toys of "Spielzeugexporte"; empty if nothing."""
    match = re.search(r"(?<!\w)([A-ZÄÖÜ][a-zäöüß]+)$", before) if language == "de" else None
    return match[1] if match else ""


def unknown_object(text: str, start: int, end: int, language: str) -> str:
    """Return what a verb of trade has as its object, if it is no good of the word list.

    Parameters
    ----------
    text
        The sentence; numbers and areas are masked.
    start, end
        Place of the flow, a verb or a Chinese flow, which has its goods right behind it.

    Examples
    --------
    >>> unknown_object("Japan imported rice worth ▮▮ from ▮▮▮", 6, 14, "en")
    'rice'
    """
    flow, behind = text[start:end], text[end:]
    verb, pattern = _VERBS.get(language), _OBJECTS[language]
    if verb is not None and not verb.search(flow):
        return ""
    match = pattern.match(behind)
    word = match[1] if match else ""
    if language == "zh" and any(cue.match(word) for cue in cue_words("zh").values()):
        return ""  # 分别为, 环比增长
    return "" if word in _PLAIN or _is_adjective(word, language) else word


_VERBS = {
    "en": re.compile(r"(?:ed|ing|bought|buys?|sold|sells?|gets?|got|ships|receives)$"),
    "ru": re.compile(r"(?:л|ла|ли|ло|ет|ют|ит|ят)$"),
    "de": re.compile(r"^[a-z]"),
}
_WHEN = r"(?:\s+(?:im Jahr )?\d{4}|\s+(?:in|в|за)\s+\d{4}(?:\s+год[ау]?)?)"
_OBJECTS = {
    "en": re.compile(
        rf"(?:\s+▮+|{_WHEN})*(?: of)? ((?!(?:{_NEXT}|goods|products|merchandise|items|half|most)\b)"
        r"[a-z][a-z-]+)"
    ),
    "ru": re.compile(
        rf"(?:\s+(?:в|из|у|на|за|с)\s+▮+|\s+▮+|{_WHEN})*\s+((?!{_STARTS})[а-яё]{{3,}})"
    ),
    "de": re.compile(
        rf"(?:\s+(?:aus|nach|in|an)(?: der| die)?\s+▮+|\s+▮+|{_WHEN}|\s+(?:noch|für|rund))*"
        rf"\s+((?!(?:Waren|Güter|Produkte|Prozent|Jahr|Wert|Höhe|Deutschland|{_GERMAN_TIMES})\b)"
        r"[A-ZÄÖÜ][a-zäöüß-]+)"
    ),
    "zh": re.compile(
        r"((?![额总量同比增下减约达为的中有占商货产至到了和与也较则比仅超近共等受创呈首再继累从自对向在其来流份由降升]"
        r"|相当|等于|接近|合计|折合|折算)"
        r"[\u4e00-\u9fff]{2,6}?)(?=▮|[，。；、])"
    ),
}
