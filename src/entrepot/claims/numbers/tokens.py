"""Text cut into tokens: what each word, numeral and sign is in a number phrase.

The words are those of `lexicons/`, a file a language, read into one table. A file has sections
``[kind value]`` with a phrase a line. ``(a|b|)`` stands for alternatives, a star for any ending of
a word, ``#`` opens a comment. What the kinds mean is in `grammar`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from itertools import zip_longest
from typing import TYPE_CHECKING

from entrepot.claims.numbers.numerals import composed, compounded, joined, readings
from entrepot.claims.numbers.text import CORES, NUMERIC, Token, atoms, plain, texts_of_atoms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from entrepot.claims.numbers.text import Atom

Meaning = tuple[tuple[str, str | float | None], ...]
_SHORTEST_STEM, _LONGEST_STEM = 2, 24
_NUMBERS = "entrepot.claims.numbers"


@dataclass(slots=True)
class _Node:
    meaning: Meaning | None = None
    words: dict[str, _Node] = field(default_factory=dict)
    stems: dict[str, _Node] = field(default_factory=dict)


class Lexicon:
    """Phrases of one language, found longest first."""

    def __init__(self, text: str) -> None:
        self._root = _Node()
        for meaning, phrase in _entries(text):
            self.add(phrase, meaning)

    def longest(self, words: Sequence[Atom], at: int) -> tuple[Meaning, int] | None:
        """Return what the longest phrase that starts at `at` means, and how many atoms it has."""
        best = None
        # All ways through the tree at once: a stem and a full word may both go on.
        reached = [(self._root, at)]
        while reached:
            node, here = reached.pop()
            if node.meaning is not None and (best is None or here - at > best[1]):
                best = (node.meaning, here - at)
            if here < len(words):
                reached += [(below, here + 1) for below in _following(node, words[here].text)]
        return best

    def add(self, phrase: str, meaning: Meaning) -> None:
        """Add a phrase; a later meaning of the same phrase replaces an earlier one."""
        node = self._root
        parts = texts_of_atoms(phrase)
        for part, following in zip_longest(parts, parts[1:]):
            if part == "*":
                continue
            below = node.stems if following == "*" else node.words
            if (found := below.get(part)) is None:
                found = below[part] = _Node()
            node = found
        node.meaning = meaning


def _following(node: _Node, word: str) -> Iterator[_Node]:
    if node.stems:
        # Every prefix is one look-up, so the cost does not grow with the number of stems.
        for size in range(_SHORTEST_STEM, min(len(word), _LONGEST_STEM) + 1):
            if found := node.stems.get(word[:size]):
                yield found
    if found := node.words.get(word):
        yield found


@cache
def lexicon(language: str, package: str = _NUMBERS) -> Lexicon:
    """Return the words of a language; those of number phrases, or of another package."""
    source = files(package) / "lexicons" / f"{language}.txt"
    found = Lexicon(source.read_text(encoding="utf-8"))
    if package == _NUMBERS:
        for words, worth in fraction_words(language):
            found.add(words, (("fraction", worth),))
    if (language, package) == ("de", _NUMBERS):
        for word, number in number_words():
            found.add(word, (("spelled", float(number)),))
    return found


def _entries(text: str) -> Iterator[tuple[Meaning, str]]:
    meaning: Meaning = ()
    for line in text.splitlines():
        words = line.partition("#")[0].strip()
        if words.startswith("["):
            meaning = tuple(_meant(part.split()) for part in words.strip("[]").split("+"))
        elif words:
            for phrase in _expanded(plain(words)):
                yield meaning, phrase


def _meant(words: list[str]) -> tuple[str, str | float | None]:
    kind, *rest = words
    if not rest:
        return kind, None
    above, slash, below = rest[0].partition("/")
    try:
        # "1/3" in the file, as its decimals would end somewhere.
        return kind, float(above) / float(below) if slash else float(above)
    except ValueError:
        return kind, rest[0]


def _expanded(phrase: str) -> Iterator[str]:
    """Write out the alternatives in brackets, innermost first."""
    # The first closing bracket and the last opening one before it are an innermost pair.
    closing = phrase.find(")")
    if closing < 0:
        yield phrase
        return
    opening = phrase.rfind("(", 0, closing)
    for choice in phrase[opening + 1 : closing].split("|"):
        yield from _expanded(phrase[:opening] + choice + phrase[closing + 1 :])


# Fractions in words, of any denominator from three to ten: two quarters, drei Zehntel.


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
        denominator = place + _FIRST
        for part, count in enumerate(counts[: denominator - 1], start=1):
            plural = f"{noun}s" if language == "en" and part > 1 else noun
            for link in (" ", " - ") if language == "en" else (" ",):
                yield f"{count}{link}{plural}", part / denominator


def _russian() -> Iterator[tuple[str, float]]:
    for denominator in range(_FIRST, 11):
        one, many = _forms(denominator)
        for part, counts in enumerate(_RUSSIAN_COUNTS[: denominator - 1], start=1):
            for count in counts:
                for noun in one if part == 1 else many:
                    yield f"{count} {noun}", part / denominator


def _forms(denominator: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return a denominator in the cases of one and of several of it."""
    if denominator - _FIRST < len(_RUSSIAN_NOUNS):
        return _RUSSIAN_NOUNS[denominator - _FIRST]
    stem = _RUSSIAN_STEMS[denominator - _FIRST - len(_RUSSIAN_NOUNS)]
    one, many = (tuple(f"{stem}{ending}" for ending in endings) for endings in _RUSSIAN_ENDINGS)
    return one, many


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
            # "Hundertein" stands in front of a noun, "hunderteins" alone.
            yield f"{head}ein", 100 * hundreds + 1
            for word, number in below.items():
                if number:
                    yield head + word, 100 * hundreds + number


def tokens(text: str, language: str, *, locale: str | None = None) -> list[Token]:
    """Return the tokens of a text, in order, none left out.

    Parameters
    ----------
    text
        As printed.
    language
        Whose words to look for.
    locale
        Whose points and commas to take; the language's if None, nobody's if empty.
    """
    made_plain = plain(text)
    words = atoms(made_plain)
    known = lexicon(language)
    reads_as = language if locale is None else locale
    found: list[Token] = []
    at = 0
    while at < len(words):
        # "China's $50 billion" is not in Singapore's dollars.
        genitive = words[at].text == "s" and at > 0 and words[at - 1].text in ("'", "’")
        hit = None if genitive else known.longest(words, at)
        if hit is None:
            found.append(_alone(words[at], reads_as))
            at += 1
            continue
        meaning, size = hit
        last = words[at + size - 1]
        piece = made_plain[words[at].start : last.end]
        # A word may mean several things, as 成 is tenths and per cent: as many tokens in one place.
        found += [Token(kind, value, piece, words[at].start, last.end) for kind, value in meaning]
        at += size
    if language == "zh":
        found = composed(found)
    # In this order: words to numbers, parts to one number, and only then what a neighbour decides.
    return in_context(compounded(joined(found)))


def _alone(word: Atom, locale: str) -> Token:
    if not word.numeral:
        return Token("unknown", None, word.text, word.start, word.end)
    worth = readings(word.text, locale)
    if not worth:
        return Token("unknown", None, word.text, word.start, word.end, digits=True)
    value, step = worth[0]
    other = worth[1] if len(worth) > 1 else None
    token = Token("number", value, word.text, word.start, word.end, step, digits=True)
    return replace(token, other=other)


# What a token is beside its neighbours: a minus or a dash, "less than" or "less".


_TURNS = {"more_than": 1.0, "less_than": -1.0}
_STOPS = frozenset(".,;:!?()。，；：！？、\n")
_ENDS = frozenset(".;!?。；！？")
# Bounded, so that reading takes time in proportion to the text.
_REACH = 25
_EARLIER = frozenset(
    (
        *("earlier", "ago", "before", "later", "previously", "zuvor", "davor", "früher", "später"),
        *("ранее", "раньше", "назад", "спустя", "до", "года", "году", "前", "后"),
    )
)
_ARTICLES = frozenset(("of", "a", "an", "the", "its", "their", "this", "last", "that", "fiscal"))
_DURING = frozenset(("for", "in", "within", "over", "during", "after", "since", "past", "last"))
_GOING_ON = (
    *("growth", "grow", "declin", "fall", "ris", "increas", "decreas", "contract", "expan"),
    *("consecutive", "successive", "calendar", "recession", "stagnat", "drop", "gain", "loss"),
    *("record", "strong", "weak", "negative", "positive", "straight", "slow", "sluggish"),
)
"""What lasts two quarters, or how: it is no whole of which they are a part."""
_BOUNDS = ("relation", "filler", "larger")
_COPULAS = frozenset(("is", "are", "was", "were", "be", "been", "being", "remains", "remained"))
_ALONE = frozenset(
    (
        *("again", "already", "now", "too", "today", "still", "only", "instead", "respectively"),
        *("went", "go", "goes", "came", "come", "comes", "while", "whereas", "but", "and", "then"),
    )
)
"""What may follow a part that stands without its whole; of a time, "later" or "in a row" would."""
_HAN = "\u3000"
_PARTED = ("relation", "by", "moved", "opens", "range")


def in_context(found: Sequence[Token]) -> list[Token]:
    """Return the tokens with those settled that mean one thing or another by their place."""
    kept: list[Token] = []
    for place, token in enumerate(found):
        settle = _SETTLED.get(token.kind)
        # Settled tokens behind, raw ones ahead: each decision sees those before it.
        kept.append(settle(token, kept, found[place + 1 : place + 6]) if settle else token)
    return kept


def _dash(token: Token, before: Sequence[Token], after: Sequence[Token]) -> Token:
    """Tell a minus from a dash between two numbers and one that only ties: "6.5-per-cent fall"."""
    if token.value == "until":
        return _until(token, before, after)
    if token.value != "dash":
        return token
    last = before[-1] if before else None
    leads = bool(after) and after[0].kind in ("number", "currency")
    # A dash in front of a number that ends no other number is a minus.
    if leads and not _counted(before):
        return replace(token, kind="sign", value=-1.0)
    if [near.kind for near in after[:2]] == ["currency", "number"]:  # "$1.2bn-$1.5bn"
        return token
    ties = ("scale", "unit", "per", "currency", "moved", "moved_after", "range")
    # It touches the number: "6.5-per-cent"; with spaces around it would be a pause.
    if last and after and after[0].kind in ties and last.end == token.start:
        return replace(token, kind="filler")
    return token


def _until(token: Token, before: Sequence[Token], after: Sequence[Token]) -> Token:
    """Read "до 30 %" as at most, unless it ends a range or something rose or fell to there."""
    clause: list[Token] = []
    for earlier in reversed(before[-_REACH:]):
        if earlier.text in _ENDS:
            break
        clause.append(earlier)
    kinds = {earlier.kind for earlier in clause}
    if not after or after[0].kind not in (*CORES, "currency") or kinds & {"moved", "opens", "by"}:
        return token
    return token if _counted(before) else replace(token, kind="relation", value="at_most")


def _after(token: Token, before: Sequence[Token], after: Sequence[Token]) -> Token:
    """Tell "27 % or more" from what leads a number, and a plus behind one from a sign."""
    if _counted(before):
        return token
    if token.text == "+":
        return replace(token, kind="sign", value=1.0)
    return replace(token, kind="relation")


def _relation(token: Token, before: Sequence[Token], after: Sequence[Token]) -> Token:
    """Read "6.5 % less than $5 bn" as a fall of 6.5 %, "less than 6.5 %" as a bound."""
    turn = _TURNS.get(str(token.value))
    follows = bool(before) and before[-1].kind in ("unit", "currency", "multiple", "fraction")
    # "5 % over 2024" compares times; in Chinese a bound may stand behind its number.
    compares = token.text != "over" and token.text[-1:] < _HAN
    if turn is None or not (follows and compares) or not _counted(before):
        return token
    return replace(token, kind="moved_after", value=turn)


def _particle(token: Token, before: Sequence[Token], after: Sequence[Token]) -> Token:
    """Read the end of a German verb: "nahm um 5 Prozent zu."."""
    ends = not after or after[0].text in _STOPS or after[0].text == "und"
    if ends and _counted(before):
        return replace(token, kind="moved_after")
    return replace(token, kind="filler" if token.text == "ein" else "unknown")


def _larger(token: Token, before: Sequence[Token], after: Sequence[Token]) -> Token:
    """Read "as much as 40 %" as at most; behind a multiple the same words add nothing."""
    if not _counted(before) and after and after[0].kind in (*CORES, "currency"):
        return replace(token, kind="relation", value="at_most")
    return token


def _tenths(token: Token, before: Sequence[Token], after: Sequence[Token]) -> Token:
    """Read 成 behind a number as tenths; elsewhere it is part of a word."""
    if before and before[-1].kind == "number" and before[-1].end == token.start:
        return replace(token, kind="scale")
    return replace(token, kind="unknown")


def _unit(token: Token, before: Sequence[Token], after: Sequence[Token]) -> Token:
    """Leave out the per cent of a 成 that is part of a word."""
    if before and before[-1].start == token.start and before[-1].kind == "unknown":
        return replace(token, kind="unknown")
    return token


def _ordinal(token: Token, before: Sequence[Token], after: Sequence[Token]) -> Token:
    """Tell a third of something from a third something."""
    led = bool(before) and before[-1].kind in _PARTED
    ends = ("filler", "range", "moved_after", "relation", "moved", "unit")
    part = not after or after[0].kind in ends
    part = part or (bool(after) and (after[0].text in _STOPS or after[0].kind == "which"))
    if led or part or (bool(after) and after[0].kind == "link"):
        return replace(token, kind="fraction")
    return replace(token, kind="unknown")


def _fraction(token: Token, before: Sequence[Token], after: Sequence[Token]) -> Token:
    """Leave out the first half of a year and the first three quarters."""
    if before and before[-1].kind == "which":
        return replace(token, kind="unknown")
    if any(near.kind == "time" for near in after[:1]) or _is_time(token, before, after):
        return replace(token, kind="unknown")
    return token


def _is_time(token: Token, before: Sequence[Token], after: Sequence[Token]) -> bool:
    """Whether "two quarters" are half a year, or may be: nothing says that they are a part.

    They are one of a whole ("of"), behind "by" or "to", and where a clause gives a value alone:
    ", three quarters.", "It was one quarter again". "Exports fell two quarters" stays unread.
    """
    if not token.text.endswith(("quarter", "quarters")) or not (before or after):
        return False
    led = before[-1].text.rpartition(" ")[2] if before else ""
    following = [near for near in after if near.text not in _ARTICLES]
    counted = bool(following) and (
        following[0].kind == "time" or following[0].text.startswith(_GOING_ON)
    )
    counted = counted or (bool(following) and _like_a_year(following[0]))
    if led in _DURING or counted:
        return True
    return led not in ("by", "to") and not _is_value(before, after)


def _is_value(before: Sequence[Token], after: Sequence[Token]) -> bool:
    """Whether a part of a whole may stand here, by the words around it."""
    if after and after[0].text == "of":
        return True
    lead = next((near for near in reversed(before) if near.kind not in _BOUNDS), None)
    leads = lead is None or lead.text in _STOPS or lead.text in _COPULAS
    return leads and (not after or after[0].text in _STOPS or after[0].text in _ALONE)


def _per(token: Token, before: Sequence[Token], after: Sequence[Token]) -> Token:
    """Leave out "im Jahr" in front of its year and "a month" in front of "earlier"."""
    if not after:
        return token
    dated = after[0].kind == "month" or (after[0].kind == "number" and _like_a_year(after[0]))
    return replace(token, kind="unknown") if dated or after[0].text in _EARLIER else token


def _one_in_ten(token: Token, before: Sequence[Token], after: Sequence[Token]) -> Token:
    """Read "in" and "von" between two small whole numbers as "out of"."""
    if token.text not in ("in", "von") or not before or not after:
        return token
    part, total = before[-1], after[0]
    if part.kind != "number" or total.kind != "number" or _like_a_year(total):
        return token
    if not (isinstance(part.value, float) and isinstance(total.value, float)):
        return token
    # "5 in 10 million" or "3 in 12 months" is no fraction.
    measured = len(after) > 1 and after[1].kind in (*NUMERIC, "time", "month")
    small = 0 < part.value < total.value <= 1000 and part.step == total.step == 1
    return replace(token, kind="out_of") if small and not measured else token


def _like_a_year(token: Token) -> bool:
    value = token.value if isinstance(token.value, float) else 0.0
    return token.text.isdigit() and 1800 <= value <= 2100


def _counted(found: Sequence[Token]) -> bool:
    """Whether the words at the end of what was found belong to a number."""
    for token in reversed(found[-_REACH:]):
        if token.kind in CORES:
            return True
        if token.kind not in (*NUMERIC, "after", "per", "moved"):
            return False
    return False


_SETTLED: dict[str, Callable[[Token, Sequence[Token], Sequence[Token]], Token]] = {
    "range": _dash,
    "after": _after,
    "larger": _larger,
    "filler": _one_in_ten,
    "opens": _one_in_ten,
    "relation": _relation,
    "particle": _particle,
    "tenths": _tenths,
    "unit": _unit,
    "ordinal": _ordinal,
    "fraction": _fraction,
    "per": _per,
}
