"""Words of others made harmless before they are shown."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["clean", "escaped", "one_line", "web"]

_SCHEMES = ("http://", "https://")
_HIDDEN = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029")


def clean(text: str) -> str:
    r"""Drop what a screen would obey instead of showing: control signs and turned directions.

    Examples
    --------
    >>> clean("a\x1b[31mred\u202e!")
    'a[31mred!'
    """
    return "".join(
        sign
        for sign in text
        if sign in "\n\t" or (unicodedata.category(sign) != "Cc" and sign not in _HIDDEN)
    )


def one_line(text: str) -> str:
    """Return a cleaned text on one line; no-break spaces stay."""
    return re.sub(r"[ \t\n]+", " ", clean(text)).strip(" ")


def web(url: str) -> str:
    """Return an address of the web, and nothing for any other.

    Examples
    --------
    >>> web("https://tass.com/economy"), web("javascript:alert(1)")
    ('https://tass.com/economy', '')
    """
    address = one_line(url)
    plain = address.lower().startswith(_SCHEMES) and not re.search(r"[\s\"'<>]", address)
    return address if plain else ""


def escaped(text: str) -> str:
    """Return a text on one line in which Markdown finds nothing to read."""
    return re.sub(r"[\\`*_\[\]<>|#~&]", lambda found: f"\\{found[0]}", one_line(text))
