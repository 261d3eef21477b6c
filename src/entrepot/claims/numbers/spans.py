"""Number phrases by themselves and in running text: every part is understood, or it is none."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING

from entrepot.claims.numbers.pieces import pieces, without_other_numerals
from entrepot.claims.numbers.says import COMPARABLE, Says, between, bounds, rounded, turned, unread
from entrepot.claims.numbers.text import ASIDE, CORES, blanked, could_be, language_of, mixed_marks
from entrepot.claims.numbers.tokens import tokens
from entrepot.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from entrepot.claims.numbers.text import Token

_SEPARATORS = ",;.、，\n"


def read_says(text: str | float, language: str | None = None) -> Says:
    """Read a number phrase in English, Russian, German or Chinese.

    Parameters
    ----------
    text
        The phrase as printed; a bare number is read as its own digits.
    language
        ``en``, ``ru``, ``de`` or ``zh``. Without it every language that could be meant is tried;
        where they differ about a point or comma both readings are kept (`Says.other`).

    Raises
    ------
    RequestError
        If a part of the phrase is not understood (the message names it), if there is no number,
        or if it holds two numbers that are no range.

    Examples
    --------
    >>> says = read_says("1.63 trillion yuan")
    >>> says.value, says.unit, says.low, says.high
    (1630000000000.0, 'CNY', 1625000000000.0, 1635000000000.0)
    >>> read_says("more than five times").relation
    'more_than'
    >>> [says.value for says in read_says("1,234 %").readings]
    [1234.0, 1.234]
    """
    return _read_in(str(text), language)


# Phrases recur by the thousand: published rows are read at each start, "digits" tries edits.
@lru_cache(maxsize=4096)
def _read_in(phrase: str, language: str | None) -> Says:
    languages = (language,) if language else could_be(phrase)
    read_as: list[Says] = []
    refusal: RequestError | None = None
    for tried in languages:
        try:
            read_as.append(_strictly(phrase, tried))
        except RequestError as error:
            # The first language's refusal is shown: it is the likeliest.
            refusal = refusal or error
    if not read_as:
        raise refusal or unread(phrase, "no number in it")
    first = read_as[0]
    other = next((says for says in read_as if says.value != first.value), None)
    return replace(first, other=other)


def _strictly(phrase: str, language: str) -> Says:
    found = [
        token
        for token in tokens(phrase, language)
        if not (token.kind == "unknown" and token.text in _SEPARATORS)
    ]
    return read(phrase, found)


def with_other(phrase: str, found: list[Token]) -> Says:
    """Read tokens, and once more with the other reading of their digits if there is one."""
    says = read(phrase, found)
    if all(token.other is None for token in found):
        return says
    swapped = [
        replace(token, value=token.other[0], step=token.other[1]) if token.other else token
        for token in found
    ]
    try:
        return replace(says, other=read(phrase, swapped))
    except RequestError:  # the other reading makes a range go down: it is none
        return says


# Tokens of one number phrase read as one number, range, fraction, multiple or comparison.


_SAYS_NOTHING = ("filler", "by", "larger")


@dataclass(frozen=True, slots=True)
class _Frame:
    """What stands around the numbers of a phrase."""

    phrase: str
    unit: str
    per: str
    relation: str
    moved: int
    smaller: bool
    further: bool


def read(phrase: str, found: Iterable[Token]) -> Says:
    """Return what the tokens of one phrase say.

    Parameters
    ----------
    phrase
        As printed, for the answer and for errors.
    found
        Its tokens.

    Raises
    ------
    RequestError
        If a token is unknown, there is no number, or there are two that are no range.
    """
    tokens = _shares([token for token in found if token.kind not in _SAYS_NOTHING])
    for token in tokens:
        if token.kind in ASIDE:
            raise unread(phrase, token.text)
    frame = _frame(phrase, tokens)
    numbers = _numbers(tokens)
    words = [token for token in tokens if token.kind in ("fraction", "ordinal", "multiple")]
    comparable = any(token.kind == "comparable" for token in tokens)
    if comparable:
        if numbers or words:
            raise unread(phrase, "a comparison in words next to a number")
        return Says(phrase, 1.0, "comparable", "ratio", 1 / COMPARABLE, COMPARABLE, 0.0)
    ends = [token for token in tokens if token.kind in ("range", "opens")]
    # Both or neither: "a third of 27 %" is two numbers, "rose sharply" none.
    if bool(numbers) == bool(words):
        raise unread(phrase, words[0].text if words else "no number in it")
    if numbers:
        says = _printed(frame, numbers, ends)
    elif ends or len(words) > 1:
        says = _worded_range(frame, words, ends)
    else:
        says = _worded(frame, words[0])
    if frame.further:  # 增长1.5倍: one and a half times more, two and a half times as much
        says = replace(says, value=says.value + 1, low=says.low + 1, high=says.high + 1)
    return replace(says, smaller=says.smaller or frame.smaller)


def _frame(phrase: str, tokens: Sequence[Token]) -> _Frame:
    units = {str(token.value) for token in tokens if token.kind in ("unit", "currency")}
    smaller, further = "inverse" in units, "fold" in units
    if smaller or further:
        units = units - {"inverse", "fold"} | {"ratio"}
    if len(units) > 1:
        raise unread(phrase, f"two units: {' and '.join(sorted(units))}")
    moved = _only(phrase, tokens, ("moved", "moved_after"), "direction")
    reached = next((token for token in tokens if token.kind == "level"), None)
    if moved is not None and reached is not None:  # "fell below 5 %" is no size of a fall
        raise unread(phrase, reached.text)
    return _Frame(
        phrase,
        units.pop() if units else "",
        str(_only(phrase, tokens, ("per", "per_before"), "how often") or ""),
        str(_only(phrase, tokens, ("relation", "level", "after"), "relation") or "="),
        int(moved) if isinstance(moved, float) else 0,
        smaller,
        further and moved == 1.0,
    )


def _only(
    phrase: str, tokens: Sequence[Token], kinds: tuple[str, ...], words: str
) -> str | float | None:
    values = {token.value for token in tokens if token.kind in kinds}
    if len(values) > 1:
        raise unread(phrase, f"more than one {words}")
    return values.pop() if values else None


def _numbers(tokens: Sequence[Token]) -> list[tuple[float, float]]:
    """Return (value, worth of its last digit) of each number, with its sign and scale.

    A scale after the last number holds for those before it that have none: "1.2 to 1.5 bn".
    """
    values: list[tuple[float, float]] = []
    scales: list[float | None] = []
    sign = 1.0
    for token in tokens:
        match token.kind, token.value:
            case "sign", float(direction):
                sign *= direction
            case "number", float(value):
                values.append((sign * value, token.step))
                scales.append(None)
                sign = 1.0
            # Scales multiply: "two thousand billion".
            case "scale", float(factor) if scales:
                scales[-1] = (scales[-1] or 1.0) * factor
    last = scales[-1] if scales else None
    return [
        (_times(value, scale or last), _times(step, scale or last))
        for (value, step), scale in zip(values, scales, strict=True)
    ]


def _times(value: float, scale: float | None) -> float:
    """Multiply as on paper: 258.6 billion is 258600000000."""
    # In floats 258.6 × 1e9 is 258600000000.00003.
    return value if scale is None else float(Decimal(str(value)) * Decimal(str(scale)))


def _printed(frame: _Frame, numbers: list[tuple[float, float]], ends: Sequence[Token]) -> Says:
    if ends or len(numbers) > 1:
        if len(numbers) != 2 or all(token.kind != "range" for token in ends):
            raise unread(frame.phrase, f"{len(numbers)} number(s) and no range")
        first, last = numbers
        low, high, step, middle = between(frame.phrase, first, last, frame.relation)
        says = Says(frame.phrase, middle, "between", frame.unit, low, high, step, frame.per)
        return turned(says, frame.moved)
    value, step = numbers[0]
    if frame.moved == -1:
        value = abs(value)  # "fell by −3.4 %" says the direction twice
    low, high = bounds(value, step, frame.relation)
    says = Says(frame.phrase, value, frame.relation, frame.unit, low, high, step, frame.per)
    return turned(says, frame.moved)


def _shares(tokens: list[Token]) -> list[Token]:
    """Read "one in ten" and "three out of five" as one fraction."""
    places = [at for at, token in enumerate(tokens) if token.kind in ("out_of", "parts_of")]
    if len(places) != 1 or not 0 < places[0] < len(tokens) - 1:
        return tokens
    at = places[0]
    first, link, last = tokens[at - 1 : at + 2]
    part, total = (first, last) if link.kind == "out_of" else (last, first)
    if not (isinstance(part.value, float) and isinstance(total.value, float)):
        return tokens
    # "Five out of three" is no share.
    if not (part.kind == total.kind == "number" and 0 < part.value < total.value):
        return tokens
    share = replace(first, kind="fraction", value=part.value / total.value, end=last.end)
    return [*tokens[: at - 1], share, *tokens[at + 2 :]]


def _worded(frame: _Frame, word: Token) -> Says:
    """Read "half", "a third", "doubled": numbers that are round by nature."""
    number = word.value
    of_unit = word.kind != "multiple" and frame.unit in ("percent", "points")
    if not (of_unit or frame.unit in ("", "ratio")) or not isinstance(number, float):
        raise unread(frame.phrase, word.text)
    if word.kind == "multiple" and number < 1:  # "more than halved" leaves less than half
        loss = turned(rounded(frame.phrase, 1 - number, frame.relation, "share", frame.per), -1)
        low, high = max(1 + loss.low, 0.0), 1 + loss.high
        return replace(loss, value=number, unit="ratio", low=low, high=high)
    unit = frame.unit if of_unit else "ratio" if word.kind == "multiple" else "share"
    return turned(rounded(frame.phrase, number, frame.relation, unit, frame.per), frame.moved)


def _worded_range(frame: _Frame, words: Sequence[Token], ends: Sequence[Token]) -> Says:
    """Read "between a quarter and a third"."""
    first, last = words[0], words[-1]
    if (
        len(words) != 2
        or all(token.kind != "range" for token in ends)
        or (first.kind == "multiple") != (last.kind == "multiple")
        or frame.unit not in ("", "ratio")
        or not isinstance(first.value, float)
        or not isinstance(last.value, float)
    ):
        raise unread(frame.phrase, ends[0].text if ends else last.text)
    below, above = (rounded(frame.phrase, word, "=", "", "") for word in (first.value, last.value))
    middle = between(frame.phrase, (first.value, 0.0), (last.value, 0.0), frame.relation)[3]
    unit = "ratio" if first.kind == "multiple" else "share"
    says = Says(frame.phrase, middle, "between", unit, below.low, above.high, above.step, frame.per)
    return turned(says, frame.moved)


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
