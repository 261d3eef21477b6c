"""Text cut into tokens: what each word, numeral and sign is in a number phrase."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from entrepot.claims.numbers.characters import atoms, plain
from entrepot.claims.numbers.chinese import composed
from entrepot.claims.numbers.compound import compounded
from entrepot.claims.numbers.context import in_context
from entrepot.claims.numbers.kinds import Token
from entrepot.claims.numbers.lexicon import lexicon
from entrepot.claims.numbers.numeral import readings
from entrepot.claims.numbers.spelled import joined

if TYPE_CHECKING:
    from entrepot.claims.numbers.characters import Atom

__all__ = ["tokens"]


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
    if language == "zh":
        found = composed(found)
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
