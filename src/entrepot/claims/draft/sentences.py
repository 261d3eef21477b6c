"""A text cut into sentences, each with its language."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING

from entrepot.claims.numbers.text import SIMPLE, language_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from entrepot.claims.numbers import Span
    from entrepot.model.period import Period

LONGEST = 1500
"""Characters of the longest sentence; what is longer is read in parts."""

_PARAGRAPH = re.compile(r"\n[ \t\r]*\n")
# A point needs a space behind it (not 6.5), a Chinese full stop none; a list item begins anew.
# A row of signs is looked at once, from its first: from each of them, it took the square of it.
_STOP = re.compile(r"(?<![.!?…])[.!?…]+[\"'”’»)\]]*(?=\s)|[。！？]+[”』」）]*")
_END = re.compile(rf"{_STOP.pattern}|\n")
_ITEM = re.compile(r"[^\S\n]*[-*•#>]")
_ABBREVIATION = re.compile(
    r"(?:\b(?:[A-Za-zА-Яа-я]|U\.S|e\.g|i\.e|z\.B|d\.h|approx|ca|vs|Mr|Mrs|Ms|Dr|No|Nr|St|Jan|Feb"
    r"|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|bzw|rd|etc|inkl|Mio|Mrd|Bill|Tsd|Inc|Ltd|Co|млн|млрд"
    r"|трлн|тыс|долл|руб|гг|куб|кв|им|см|др|пр|стр|напр|проц|S?Fr))\.$"
)
_TITLES = frozenset(
    (
        *("Mr.", "Mrs.", "Ms.", "Dr.", "No.", "Nr.", "St.", "им.", "см.", "e.g.", "i.e.", "z.B."),
        *("d.h.", "approx.", "ca.", "vs.", "U.S.", "bzw."),
    )
)
_SPEAKER = re.compile(
    r"(?<=[”』」])[^。！？，,；：:“\n\d]{2,25}(?:说|表示|指出|宣布|称)(?:[。，,\n]|\s*$)"
)
# German dates: "14. Januar" is no end of a sentence.
_DAY_BEFORE = re.compile(r"(?:^|\s)\d{1,2}\.$")
_GOES_ON = re.compile(
    r"\s*(?:[a-zäöüßа-яё0-9(%€$]|США(?!\w)|US-|Dollar|Euro|Yuan|Rubel|Pfund|Franken|Fr\.|Yen|Tonnen|[A-Z]{3}\b)"
)
_ORDINAL = re.compile(
    r"(?<!\w)(?:[Ii]m|[Ii]ns?|[Dd](?:as|er|ie|em|en|es)|[Vv]om|[Zz]um|seit|bis|gegenüber)"
    r" \d{1,2}\.$"
)
"""A German ordinal in front of its noun, with what leads both: "im 1. Quartal"."""
_MONTH = re.compile(
    r"\s*(?:Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember)"
)


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence as it stands in the text.

    Attributes
    ----------
    text
        Its words, with one space wherever the text has spaces or a line break.
    language
        ``en``, ``ru``, ``de`` or ``zh``: whose words it is read with.
    paragraph
        Number of its paragraph, from 0.
    start
        Where it begins in the whole text.
    sure
        The language if the text shows it, else empty: then a point may part decimals or thousands.
    printed
        The sentence with the spaces and line breaks of the text.
    yen
        The currency that ¥ stands for in the text, JPY or CNY; empty if it does not show.
    """

    text: str
    language: str
    paragraph: int
    start: int
    printed: str
    sure: str = ""
    yen: str = ""

    @property
    def plain(self) -> str:
        """The text with simplified signs and straight apostrophes, of the same length."""
        return self.text.translate(SIMPLE)

    def place(self, start: int, end: int) -> tuple[int, int]:
        """Return where in the whole text a part of the sentence stands."""
        # `text` has single spaces, `printed` all of them: places are mapped sign by sign.
        at = _places(self.printed)
        return self.start + at[start], self.start + at[end - 1] + 1


@lru_cache(maxsize=8)
def _places(printed: str) -> tuple[int, ...]:
    """Return where each sign of a sentence stands in it as printed, with all its spaces."""
    places: list[int] = []
    for word in re.finditer(r"\S+", printed):
        # One more place for the single space behind each word.
        places += [*range(word.start(), word.end()), word.end()]
    return tuple(places)


def sentences(text: str) -> Iterator[Sentence]:
    """Cut a text into sentences.

    Examples
    --------
    >>> [one.text for one in sentences("Trade fell by 6.5 %. The U.S. took more.")]
    ['Trade fell by 6.5 %.', 'The U.S. took more.']
    """
    usual, yen = language_of(text), _yen(text)
    for number, (at, paragraph) in enumerate(_paragraphs(text)):
        # By paragraph, as texts quote in other languages; one too short to tell takes the text's.
        language = language_of(paragraph) or usual
        for start, piece in _bounded(_pieces(paragraph, _headline(paragraph, number))):
            words = " ".join(piece.split())
            if words:
                yield Sentence(words, language or "en", number, at + start, piece, language, yen)


def _yen(text: str) -> str:
    """Return which currency ¥ is in a text: by its words for money, else by the country named."""
    if "¥" not in text and "￥" not in text:
        return ""
    for words in (_MONEY, _LANDS):
        found = [code for code, pattern in words.items() if pattern.search(text)]
        if found:
            return found[0] if len(found) == 1 else ""
    return ""


_MONEY = {
    "JPY": re.compile(r"\b[Yy]en\b|(?<!\w)[ий]ен[аыу]?(?!\w)|日元|日圓|円"),
    "CNY": re.compile(r"\b(?:[Yy]uan|RMB|CNY|[Rr]enminbi)\b|(?<!\w)юан[а-я]{1,3}(?!\w)|人民[币幣]"),
}
_LANDS = {
    "JPY": re.compile(r"\b[Jj]apan|(?<!\w)[Яя]пон|日本"),
    "CNY": re.compile(r"\b[Cc]hin(?:a|ese|esisch)|(?<!\w)[Кк]ита[йяюе]|中国|中國"),
}


def _bounded(pieces: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Cut what is too long for a sentence (a table, a list), so that time stays in proportion."""
    for start, piece in pieces:
        while len(piece) > LONGEST:
            # From 1: a cut at 0 would not shorten the piece.
            cut = max(piece.rfind(" ", 1, LONGEST), piece.rfind("，", 1, LONGEST) + 1)
            cut = cut if cut > 0 else LONGEST
            yield start, piece[:cut]
            start, piece = start + cut, piece[cut:]
        yield start, piece


_LONGEST_LINE = 140


_LINE = re.compile("\n")


def _is_long(line: str) -> bool:
    """Whether a line is longer than any that is wrapped; a Chinese sign is two letters wide."""
    return len(line) + len(_CHINESE.findall(line)) > _LONGEST_LINE


_CHINESE = re.compile("[\u4e00-\u9fff]")


def _paragraphs(text: str) -> Iterator[tuple[int, str]]:
    start = 0
    # Without an empty line, and with lines that no editor would leave so long, each is one.
    lines = text.strip().split("\n")
    by_line = not _PARAGRAPH.search(text.strip()) and sum(map(_is_long, lines)) > 1
    for found in (_LINE if by_line else _PARAGRAPH).finditer(text):
        yield start, text[start : found.start()]
        start = found.end()
    yield start, text[start:]


def _headline(paragraph: str, number: int) -> int:
    """Return where the headline ends that a text begins with; 0 without one.

    No editor wraps lines so late: where one behind it is longer, the first is a line of its own.
    """
    first, _, rest = paragraph.partition("\n")
    follows = any(map(_is_long, rest.split("\n")))
    return len(first) if not number and first.strip() and follows else 0


def _pieces(paragraph: str, headline: int) -> Iterator[tuple[int, str]]:
    start, widest = 0, max(map(len, paragraph.split("\n")))
    if headline and not _STOP.search(paragraph, max(headline - 3, 0), headline + 1):
        yield 0, paragraph[:headline]
        start = headline
    for found in _END.finditer(paragraph, start):
        if found[0] == "\n":
            ends = _ends_line(paragraph, start, found.start(), widest)
        else:
            ends = _ends(paragraph, start, found)
        if ends:
            yield start, paragraph[start : found.end()]
            start = found.end()
    yield start, paragraph[start:]


def _ends_line(paragraph: str, start: int, end: int, widest: int) -> bool:
    """Whether a line's end is that of a sentence: above an item of a list, or of its last item.

    An editor wraps a line where its next word has no room: a line below an item that begins at the
    margin with a capital, and whose first word had room above, is no rest of the item.
    """
    if _ITEM.match(paragraph, end + 1):
        return True
    above = max(start, paragraph.rfind("\n", 0, end) + 1)
    if not paragraph[end + 1 : end + 2].isupper() or not _ITEM.match(paragraph, above):
        return False
    word = paragraph[end + 1 : end + 1 + _LONGEST_LINE].split(maxsplit=1)[0]
    return end - above + 1 + len(word) <= widest


def _ends(paragraph: str, start: int, found: re.Match[str]) -> bool:
    """Whether a full stop ends a sentence rather than an abbreviation or an ordinal."""
    if not found[0].startswith("."):
        # “……。”中国海关说。: who said what was quoted.
        return _SPEAKER.match(paragraph, found.end()) is None
    before, after = paragraph[max(start, found.start() - 12) : found.end()], found.end()
    if _DAY_BEFORE.search(before) and _MONTH.match(paragraph, after):
        return False
    if _ORDINAL.search(before):
        return False
    abbreviated = _ABBREVIATION.search(before)
    if not abbreviated:
        return True
    # "… 234 млрд. Экспорт …": an abbreviated unit may end a sentence, an initial never does.
    unit = len(abbreviated[0]) > 2 or abbreviated[0].lower() in ("г.", "р.")
    return unit and not _GOES_ON.match(paragraph, after) and abbreviated[0] not in _TITLES


@dataclass(frozen=True, slots=True)
class Mark:
    """A word or phrase that means something.

    Attributes
    ----------
    kind
        ``area``, ``flow``, ``goods`` or the kind of a cue.
    value
        Code, flow, goods, or the value of the cue.
    form
        Of an area, its part in the sentence: ``adj``, ``of``, ``to``, ``from``, ``with``,
        ``between``, ``bare``; of goods, their certainty.
    start, end
        Place in the sentence.
    title
        What goods that are not sure might be.
    joined
        Whether an area follows another by "and".
    """

    kind: str
    value: str
    form: str
    start: int
    end: int
    title: str = ""
    joined: bool = False


def longest(found: Iterable[Mark]) -> list[Mark]:
    """Return the marks that overlap none longer than themselves, in the order of the sentence."""
    kept: list[Mark] = []
    # Greedy from the longest: "South Korea" keeps "Korea" out.
    for mark in sorted(found, key=lambda one: (-(one.end - one.start), one.start)):
        # What is kept overlaps nothing, so that only its neighbours need to be looked at.
        at = bisect_left(kept, mark.end, key=attrgetter("start"))
        if not at or kept[at - 1].end <= mark.start:
            kept.insert(at, mark)
    return kept


@dataclass(frozen=True, slots=True)
class GoodsItem:
    """One of a list of goods.

    Attributes
    ----------
    number
        Its amount.
    goods, certainty
        A code, or the words of the text.
    flow
        The flow that the list is of.
    """

    number: Span
    goods: str
    certainty: str
    flow: Mark


@dataclass(frozen=True, slots=True)
class Time:
    """A time expression and its place.

    Attributes
    ----------
    is_base
        Whether a change is measured against it.
    ends_range
        Whether it is the second of "between 2020 and 2023".
    guessed
        Whether the year is not said: the latest that was over.
    """

    period: Period
    start: int
    end: int
    is_base: bool = False
    ends_range: bool = False
    guessed: bool = False
