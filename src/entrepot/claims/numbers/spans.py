"""Number phrases found in running text."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from entrepot.claims.numbers.bounds import turned
from entrepot.claims.numbers.direction import told_apart
from entrepot.claims.numbers.kinds import CORES
from entrepot.claims.numbers.language import language_of, mixed_marks
from entrepot.claims.numbers.left_out import without_other_numerals
from entrepot.claims.numbers.markup import blanked
from entrepot.claims.numbers.phrase import with_other
from entrepot.claims.numbers.pieces import pieces
from entrepot.claims.numbers.tokens import tokens
from entrepot.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.claims.numbers.kinds import Token
    from entrepot.claims.numbers.says import Says

__all__ = ["Span", "number_spans"]

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
            start, end = tried[0].start, max(token.end for token in tried)
            says = _read(part[start:end], tried)
            if says is None:
                continue
            if not says.moved:
                place, stop = bisect_left(starts, start), bisect_left(starts, end)
                says = turned(says, told_apart(found, place, stop))
            yield Span(offset + start, offset + end, says, language)
            break


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
