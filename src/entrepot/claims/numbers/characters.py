"""Text made plain character by character, so that positions stay those of the original."""

from __future__ import annotations

import re
from typing import NamedTuple

__all__ = ["Atom", "atoms", "plain"]

_SPACES = dict.fromkeys(
    map(ord, "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007"), " "
)
_SPACES |= dict.fromkeys(map(ord, "\u2008\u2009\u200a\u202f\u205f\u3000\t"), " ")
_MINUSES = dict.fromkeys(
    map(ord, "\u2212\u2012\u2013\u2014\u2010\u2011\ufe63\uff0d\uff5e\u301c"), "-"
)
_WIDE = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F) if code != 0xFF0D}
_WIDE[0xFF0C] = "\uff0c"  # a wide comma parts clauses and never digits
_OTHER = {0x2019: "'", 0x02BC: "'", 0x0451: "\u0435", 0xFFE5: "\u00a5"}  # ё as е
_PLAIN = {**_WIDE, **_SPACES, **_MINUSES, **_OTHER}

# Digits in groups, of which a year begins none ("2023 111 млрд"); a word; one Chinese character;
# any other sign.
_ATOM = re.compile(
    r"(?P<numeral>\d+(?:(?:[.,]|(?<!\d{4})[ '](?=\d{3}(?!\d)))\d+)*|(?<![\d\w])\.\d+)"
    r"|[\u3400-\u9fff]"
    r"|(?:(?![\u3400-\u9fff])[^\W\d_])+"
    r"|\n|[^\s]"
)


class Atom(NamedTuple):
    """A word, numeral or sign with its place in the text."""

    text: str
    start: int
    end: int
    numeral: bool


def plain(text: str) -> str:
    """Return the text in small letters with one kind of space and of minus, of the same length."""
    mapped = text.translate(_PLAIN)
    lowered = mapped.lower()
    if len(lowered) != len(mapped):
        lowered = "".join(low if len(low := char.lower()) == 1 else char for char in mapped)
    return lowered.translate(_OTHER)


def atoms(text: str) -> list[Atom]:
    """Cut plain text into words, numerals, signs and line ends.

    Examples
    --------
    >>> [atom.text for atom in atoms("us$1,630.5 bn (6%)")]
    ['us', '$', '1,630.5', 'bn', '(', '6', '%', ')']
    """
    return [
        Atom(found[0], found.start(), found.end(), found["numeral"] is not None)
        for found in _ATOM.finditer(text)
    ]
