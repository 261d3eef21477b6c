"""Text cut into words for times."""

from __future__ import annotations

import re
from dataclasses import dataclass

from entrepot.claims.numbers.characters import Atom, atoms, plain
from entrepot.claims.numbers.lexicon import lexicon

__all__ = ["Word", "words_of"]

_PACKAGE = "entrepot.claims.times"
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_MEASURES = ("scale", "unit", "currency", "large")


@dataclass(frozen=True, slots=True)
class Word:
    """A word or numeral: its kind, its number, its place.

    Kinds beyond those of the lexicon: ``year_number``, ``n`` a whole number to 31, ``two_digits``,
    ``dotted`` a day written 14.01.2026, ``other``.
    """

    kind: str
    value: int
    text: str
    start: int
    end: int


def words_of(text: str, language: str) -> list[Word]:
    """Return the words of a text, as far as they matter for times."""
    found = atoms(plain(text))
    known = lexicon(language, _PACKAGE)
    kept: list[Word] = []
    at = 0
    while at < len(found):
        hit = known.longest(found, at)
        if hit is None:
            kept.append(_alone(found, at, language))
            at += 1
            continue
        ((kind, value), *_), size = hit
        number = int(value) if isinstance(value, float) else 0
        last = found[at + size - 1]
        kept.append(Word(kind, number, found[at].text, found[at].start, last.end))
        at += size
    return kept


def _alone(found: list[Atom], at: int, language: str) -> Word:
    atom = found[at]
    kind, value = "other", 0
    if atom.numeral and atom.text.isdecimal() and len(atom.text) <= 4:
        value = int(atom.text)
        if _FIRST_YEAR <= value <= _LAST_YEAR and not _measured(found, at, language):
            kind = "year_number"
        elif 0 < value <= 31:
            kind = "n"
        elif len(atom.text) == 2:
            kind = "two_digits"
    elif _DOTTED.fullmatch(atom.text):
        kind = "dotted"
    return Word(kind, value, atom.text, atom.start, atom.end)


def _measured(found: list[Atom], at: int, language: str) -> bool:
    """Whether a numeral that looks like a year counts something: $2025, 2,025 tonnes."""
    numbers = lexicon(language)
    ahead = numbers.longest(found, at + 1)
    if ahead is not None and ahead[0][0][0] in _MEASURES:
        ((word, _), *_), size = ahead
        return not (word == "currency" and _leads_a_number(found, at + size))
    before = numbers.longest(found[at - 1 : at], 0) if at else None
    touches = bool(at) and found[at - 1].end == found[at].start
    return touches and before is not None and before[0][0][0] == "currency"


def _leads_a_number(found: list[Atom], at: int) -> bool:
    """Whether a sign of money stands right before another numeral: "2023 $111 billion"."""
    following = found[at + 1 : at + 2]
    return bool(following) and following[0].numeral and following[0].start == found[at].end
