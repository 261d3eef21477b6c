"""Words of number phrases: a file a language in `lexicons/`, read into one table.

A file has sections ``[kind value]`` with a phrase a line. ``(a|b|)`` stands for alternatives, a
star for any ending of a word, ``#`` opens a comment. What the kinds mean is in `grammar`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from itertools import zip_longest
from typing import TYPE_CHECKING

from entrepot.claims.numbers.text import plain, texts_of_atoms

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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
