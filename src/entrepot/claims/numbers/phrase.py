"""A number phrase by itself: every part is understood or it is refused."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from entrepot.claims.numbers.grammar import read
from entrepot.claims.numbers.language import could_be
from entrepot.claims.numbers.refusal import unread
from entrepot.claims.numbers.tokens import tokens
from entrepot.errors import RequestError

if TYPE_CHECKING:
    from entrepot.claims.numbers.kinds import Token
    from entrepot.claims.numbers.says import Says

__all__ = ["read_says", "with_other"]

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
    return _read(str(text), language)


@lru_cache(maxsize=4096)
def _read(phrase: str, language: str | None) -> Says:
    languages = (language,) if language else could_be(phrase)
    read_as: list[Says] = []
    refusal: RequestError | None = None
    for tried in languages:
        try:
            read_as.append(_strictly(phrase, tried))
        except RequestError as error:
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
