"""Words of number phrases: a file a language in `lexicons/`, read into one table.

A file has sections ``[kind value]`` with a phrase a line. ``(a|b|)`` stands for alternatives, a
star for any ending of a word, ``#`` opens a comment. What the kinds mean is in `grammar`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from entrepot.claims.numbers.characters import atoms, plain
from entrepot.claims.numbers.fractions import fraction_words
from entrepot.claims.numbers.german import number_words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from entrepot.claims.numbers.characters import Atom

__all__ = ["LANGUAGES", "Lexicon", "Meaning", "lexicon"]

LANGUAGES = ("en", "ru", "de", "zh")
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
        parts = atoms(phrase)
        for place, part in enumerate(parts):
            if part.text == "*":
                continue
            is_stem = place + 1 < len(parts) and parts[place + 1].text == "*"
            node = (node.stems if is_stem else node.words).setdefault(part.text, _Node())
        node.meaning = meaning


def _following(node: _Node, word: str) -> Iterator[_Node]:
    if node.stems:
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
        return kind, float(above) / float(below) if slash else float(above)
    except ValueError:
        return kind, rest[0]


def _expanded(phrase: str) -> Iterator[str]:
    """Write out the alternatives in brackets, innermost first."""
    closing = phrase.find(")")
    if closing < 0:
        yield phrase
        return
    opening = phrase.rfind("(", 0, closing)
    for choice in phrase[opening + 1 : closing].split("|"):
        yield from _expanded(phrase[:opening] + choice + phrase[closing + 1 :])
