"""Text cut into tokens: what each word, numeral and sign is in a number phrase."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from entrepot.claims.numbers.characters import atoms, plain
from entrepot.claims.numbers.lexicon import lexicon
from entrepot.claims.numbers.numeral import readings
from entrepot.claims.numbers.spelled import joined

if TYPE_CHECKING:
    from entrepot.claims.numbers.characters import Atom

__all__ = ["ASIDE", "CORES", "NUMERIC", "Token", "tokens"]

CORES = ("number", "fraction", "multiple", "comparable")
ASIDE = ("unknown", "code", "time", "ending", "month")
"""Words that are no part of a number phrase."""
NUMERIC = ("number", "unit", "scale", "currency")


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a text.

    Attributes
    ----------
    kind
        A kind of the lexicon; ``number``; ``unknown`` for any other word or sign.
    value
        What it stands for.
    start, end
        Its place in the text.
    step
        Worth of the last digit of a number.
    other
        The other reading (value, step) of digits whose language is not known.
    """

    kind: str
    value: str | float | None
    text: str
    start: int
    end: int
    step: float = 0.0
    other: tuple[float, float] | None = None
    digits: bool = False


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
        hit = known.longest(words, at)
        if hit is None:
            found.append(_alone(words[at], reads_as))
            at += 1
            continue
        meaning, size = hit
        last = words[at + size - 1]
        piece = made_plain[words[at].start : last.end]
        found += [Token(kind, value, piece, words[at].start, last.end) for kind, value in meaning]
        at += size
    return joined(found, language)


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
