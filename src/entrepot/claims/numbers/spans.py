"""Number phrases found in running text."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

from entrepot.claims.numbers.kinds import CORES
from entrepot.claims.numbers.phrase import with_other
from entrepot.claims.numbers.pieces import pieces, without_other_numerals
from entrepot.claims.numbers.says import Says, turned
from entrepot.claims.numbers.text import blanked, language_of, mixed_marks
from entrepot.claims.numbers.tokens import tokens
from entrepot.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from entrepot.claims.numbers.kinds import Token

_PARAGRAPHS = re.compile(r"\n[ \t\r]*\n")


@dataclass(frozen=True, slots=True)
class Span:
    """A number phrase in a text.

    Attributes
    ----------
    start, end
        Its place: ``text[start:end]`` is the phrase as printed.
    says
        What it says; `Says.other` holds the other reading where a point or comma is unclear.
    language
        ``en``, ``ru``, ``de`` or ``zh``: whose words it was read with.
    """

    start: int
    end: int
    says: Says
    language: str


@lru_cache(maxsize=1024)  # rules and structure ask for the same sentences
def number_spans(text: str, language: str | None = None) -> tuple[Span, ...]:
    """Find the number phrases of a text, each as long as it is one phrase.

    Left out are dates, years, times of day, ordinals, spans of time ("11 months"), codes and
    numbers of lists, footnote marks, and small number words that count nothing ("two countries").

    Parameters
    ----------
    text
        A sentence, an article, a book; markup is passed over.
    language
        Of the text; found out by paragraph if not given.

    Returns
    -------
    tuple of Span
        In the order of the text, none overlapping.

    Examples
    --------
    >>> text = "In 2025 trade fell by 6.5 % to 1.63 trillion yuan."
    >>> [text[span.start : span.end] for span in number_spans(text)]
    ['fell by 6.5 %', '1.63 trillion yuan']
    """
    body = blanked(text)
    usual = language or language_of(body)
    # One "6,5 %" in an English text makes every "1,234" of it doubtful.
    unclear = mixed_marks(body, usual)
    found: list[Span] = []
    for start, part in _parts(body):
        of_part = language or language_of(part) or usual
        found += _spans(part, start, of_part or "en", "" if unclear else of_part)
    return tuple(found)


def _parts(body: str) -> Iterator[tuple[int, str]]:
    start = 0
    for found in _PARAGRAPHS.finditer(body):
        yield start, body[start : found.start()]
        start = found.end()
    yield start, body[start:]


def _spans(part: str, offset: int, language: str, locale: str) -> Iterator[Span]:
    found = without_other_numerals(tokens(part, language, locale=locale), part)
    starts = [token.start for token in found]
    for piece in pieces(found):
        for tried in _shorter(piece):
            # The last token need not end last: borrowed units have no width.
            start, end = tried[0].start, max(token.end for token in tried)
            says = _read(part[start:end], tried)
            if says is None or _UNIT_BEHIND.search(part, start, end):
                continue
            if _MODEL.search(part, start, end) or (
                _PERHAPS_MODEL.search(part, start, end) and _NOUN.match(part, end)
            ):
                break
            if not says.moved:
                place, stop = bisect_left(starts, start), bisect_left(starts, end)
                says = turned(says, direction_of_change(found, place, stop))
            yield Span(offset + start, offset + end, says, language)
            break


_UNIT_BEHIND = re.compile(r"(?<![^\W\d_])N$", re.IGNORECASE)
"""Newtons or a latitude: "500 N". The letter stands for naira in front of a number only."""
_MODEL = re.compile(r"(?<!\w)N ?\d+$", re.IGNORECASE)
"""A name such as "N95": in front of digits without a scale, a comma or decimals."""
_PERHAPS_MODEL = re.compile(r"(?<!\w)(?:RM|Rp) ?\d{1,3}$", re.IGNORECASE)
"""Money as in "RM 500 per tonne", or a name if a noun follows: "RM 30 tanks"."""
_NOUN = re.compile(
    r" (?!(?:per|an?|each|the|in|on|for|to|from|and|or|by|at|of|as|than|last|with|while|after"
    r"|before|since|during|was|were|is|are|had|has)\b)[^\W\d_]",
    re.IGNORECASE,
)


def _shorter(piece: list[Token]) -> Iterator[list[Token]]:
    """Return a phrase, then without what leads it, then its bare number, if it cannot be read."""
    core = next(at for at, token in enumerate(piece) if token.kind in CORES)
    yield piece
    yield piece[core:]
    yield piece[core : core + 1]


def _read(phrase: str, piece: list[Token]) -> Says | None:
    try:
        return replace(with_other(phrase, piece), text=phrase)
    except RequestError:
        return None


_STOPS = frozenset(".,;:!?()。，；：！？、\n")
_ENDS = _STOPS - {",", "，"}
# Tokens either way; bounded, so that reading takes time in proportion to the text.
_REACH = 25


def direction_of_change(found: Sequence[Token], start: int, end: int) -> int:
    """Return 1 or -1 if the clause says that the amount at ``found[start:end]`` is a rise or fall.

    Only what "by" introduces (um, на) is the size of a change: "fell in 2025 by 6.5 %",
    "ging um 6,5 Prozent zurück". The verb before counts first, then the one behind.
    """
    if start == 0 or found[start - 1].kind != "by":
        return 0
    before = _before(found[max(start - _REACH, 0) : start - 1][::-1])
    behind = _clause(found[end : end + _REACH])
    for token in (*before, *behind):
        if token.kind in ("moved", "moved_after") and isinstance(token.value, float):
            return int(token.value)
    return 0


def _before(backwards: Sequence[Token]) -> Sequence[Token]:
    """Return the clause before; where a comma stands right before "by", what it sets apart too."""
    if not backwards or backwards[0].text not in (",", "，"):
        return _clause(backwards)
    for place, token in enumerate(backwards):
        if token.text in _ENDS or token.kind in CORES:
            return backwards[:place]
    return backwards


def _clause(tokens: Sequence[Token]) -> Sequence[Token]:
    for place, token in enumerate(tokens):
        if token.text in _STOPS:
            return tokens[:place]
    return tokens


# Places in an order, in four languages: "second-largest", "вторым по величине", "第五大".


_SINGLE = "[一二三四五六七八九十]"
_ENGLISH = (
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"),
    "tenth",
)
_RUSSIAN = (
    *("перв", "втор", "треть|трет", "четв[её]рт", "пят", "шест", "седьм", "восьм", "девят"),
    "десят",
)
_GERMAN = ("erst", "zweit", "dritt", "viert", "fünft", "sechst", "siebt", "acht", "neunt", "zehnt")
_CHINESE = "一二三四五六七八九十"
_LARGEST = r"[- ](?:largest|biggest|most[- ]important)"
_RUSSIAN_ENDING = r"(?:ый|ий|ой|ая|ое|ого|его|ому|ему|ым|им|ом|ую|ей|яя|ья|ьей|ьего|ьим|ьему)"

PLACES = {
    "en": (
        rf"(?:{'|'.join(_ENGLISH)}|\d+(?:st|nd|rd|th)){_LARGEST}"
        r"|(?:no\.?|number|rank|\#) ?\d+|largest|biggest|most important|top|leading|main|primary"
    ),
    "ru": (
        rf"(?:{'|'.join(_RUSSIAN)}){_RUSSIAN_ENDING} "
        r"(?:по (?:величине|объ[её]му|значению|важности)|крупнейш[а-я]+)"
        r"|крупнейш[а-я]+|главн(?:ый|ым|ого|ому|ом)|№ ?\d+"
    ),
    "de": (
        rf"(?:{'|'.join(_GERMAN[1:])})?(?:größte|grösste|wichtigste|bedeutendste)[rnms]?|Nummer \d+"
    ),
    "zh": rf"第(?:{_SINGLE}|\d+)大|最大|最重要|头号|首要",
}
"""Words of a place as they stand in front of "supplier", by language."""

SHORT_PLACES = {
    "en": rf"(?:{'|'.join(_ENGLISH)}|\d+(?:st|nd|rd|th))",
    "ru": (
        rf"(?:(?:{'|'.join(_RUSSIAN)}){_RUSSIAN_ENDING}|\d+-[её]?[емо]м?) "
        r"(?:мест(?:о|а|е|у|ом)|строчк(?:у|а|е|ой))"
    ),
    "de": rf"(?:{'|'.join(_GERMAN)})e[nrsm]? (?:Platz|Rang|Stelle)|(?:Platz|Rang) \d+",
    "zh": rf"第(?:{_SINGLE}|\d+)(?:位|名)?|首位|榜首|次席",
}
"""Words of a place that stand alone: "ranked third", "auf dem dritten Platz"."""
_SHORT = re.compile(
    "|".join(
        ("(?:the )?" + SHORT_PLACES["en"], *(SHORT_PLACES[one] for one in ("ru", "de", "zh")))
    ),
    re.IGNORECASE,
)
_PLACE_PATTERNS = {
    language: re.compile(f"(?:the )?(?:{words})", re.IGNORECASE)
    for language, words in PLACES.items()
}


def place_of(text: str) -> int | None:
    """Return the place that words name; None if they name none.

    Examples
    --------
    >>> place_of("second-largest"), place_of("largest"), place_of("No. 3"), place_of("27 %")
    (2, 1, 3, None)
    >>> place_of("вторым по величине"), place_of("fünftgrößter"), place_of("第五大")
    (2, 5, 5)
    """
    words = " ".join(text.lower().split())
    if not _SHORT.fullmatch(words) and not any(
        one.fullmatch(words) for one in _PLACE_PATTERNS.values()
    ):
        return None
    # `or None`: there is no place 0.
    if digits := re.search(r"\d+", words):
        return int(digits[0]) or None
    if sign := re.search(f"第({_SINGLE})", words):
        return _CHINESE.index(sign[1]) + 1
    if words == "次席":
        return 2
    lead = words.removeprefix("the ")
    for ordinals in (_ENGLISH, _RUSSIAN, _GERMAN):
        for place, word in enumerate(ordinals, start=1):
            if re.match(f"(?:{word})", lead):
                return place
    return 1


def read_place(text: str) -> Says:
    """Return a place as a number phrase.

    Raises
    ------
    RequestError
        If the words name no place.
    """
    place = place_of(text)
    if place is None:
        raise RequestError(
            f"no place in an order: {text!r}",
            hint='write it as in "largest", "second-largest", "No. 3"',
        )
    return Says(text, float(place), "=", "rank", float(place), float(place), 1.0)
