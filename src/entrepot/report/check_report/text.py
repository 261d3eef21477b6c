"""The text that was checked, in pieces: each number that a claim is about is one."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right, insort
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING

from entrepot.model.display import NBSP

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from entrepot.claims import Check, CheckedClaim
    from entrepot.claims.draft import ArticleDraft

_SCALE = r"(?:[\s\u00a0]?%|[\s\u00a0](?:thousand|million|billion|trillion)(?:\s\w+)?)?"


@dataclass(frozen=True, slots=True)
class UnreadText:
    """A part of an article that was not understood: from, to, and why."""

    start: int
    end: int
    why: str


@dataclass(frozen=True, slots=True)
class ArticleText:
    """A whole text that claims were drafted from.

    Attributes
    ----------
    text
        As it was read.
    places
        For a claim's id, where its number stands in the text: offsets from and to.
    left
        Parts with numbers that no claim was made of.
    """

    text: str
    places: Mapping[str, tuple[int, int]]
    left: tuple[UnreadText, ...] = ()

    @classmethod
    def of(cls, draft: ArticleDraft) -> ArticleText:
        """Return the text of a draft, with the places of its claims and of what was left."""
        left = tuple(UnreadText(*place, rest.why) for rest in draft.left for place in rest.places)
        return cls(draft.article.text, draft.places, left)


@dataclass(frozen=True, slots=True)
class TextPiece:
    """A stretch of text: plain, the number of a claim (`claim`), or not understood (`why`)."""

    text: str
    claim: str = ""
    why: str = ""


def numbered(check: Check) -> dict[str, int]:
    """Return the number of each claim: its place in the text."""
    return {item.id: place for place, item in enumerate(check.claims, start=1)}


def paragraphs(check: Check, article: ArticleText | None) -> tuple[tuple[TextPiece, ...], ...]:
    """Return the text in paragraphs: the article, or the quotes in order."""
    if article is not None:
        return tuple(_of_article(article))
    return tuple(tuple(_of_quote(item)) for item in check.claims)


def without_heading_sign(piece_list: tuple[TextPiece, ...]) -> tuple[bool, tuple[TextPiece, ...]]:
    """Return whether a paragraph is a heading of Markdown, and its pieces without the sign."""
    sign = (
        re.match(r"#{1,6} +", piece_list[0].text)
        if piece_list and not piece_list[0].claim
        else None
    )
    if sign is None:
        return False, piece_list
    rest = piece_list[0].text[sign.end() :]
    return True, (TextPiece(rest, why=piece_list[0].why), *piece_list[1:]) if rest else piece_list[
        1:
    ]


def _of_article(article: ArticleText) -> Iterator[tuple[TextPiece, ...]]:
    """Yield the paragraphs of an article; places that overlap an earlier one are left plain."""
    spans = [(start, end, name, "") for name, (start, end) in article.places.items()]
    spans += [(left.start, left.end, "", left.why) for left in article.left]
    pieces: list[TextPiece] = []
    at = 0
    # A part left out gives way to the numbers inside it.
    for start, end, name, why in sorted(_apart(spans)):
        pieces.append(TextPiece(article.text[at:start]))
        pieces.append(TextPiece(article.text[start:end], name, why))
        at = end
    pieces.append(TextPiece(article.text[at:]))
    yield from _split(pieces)


def _apart(spans: list[tuple[int, int, str, str]]) -> Iterator[tuple[int, int, str, str]]:
    occupied: list[tuple[int, int]] = []
    # Claims first (without a reason), then parts that were not read.
    for start, end, name, why in sorted(spans, key=lambda span: (bool(span[3]), span[0])):
        # Those occupied overlap none other and are in order, so only neighbours can take a part.
        at = bisect_right(occupied, start, key=itemgetter(1))
        free, low = [], start
        for first, last in islice(occupied, at, None):
            if first >= end:
                break
            if low < first:
                free.append((low, first))
            low = last
        if low < end:
            free.append((low, end))
        # A number is shown whole or not at all; a part that was not read may be cut into pieces.
        if name and free != [(start, end)]:
            continue
        for piece in free:
            insort(occupied, piece)
            yield (*piece, name, why)


def _split(pieces: list[TextPiece]) -> Iterator[tuple[TextPiece, ...]]:
    """Yield paragraphs: blank lines part them, single line ends do not."""
    piece_list: list[TextPiece] = []
    for piece in pieces:
        # The number of a claim is never split, even where a line ends inside of it.
        parts = re.split(r"\n\s*\n", piece.text) if not piece.claim else [piece.text]
        for place, part in enumerate(parts):
            if place and piece_list:
                yield tuple(piece_list)
                piece_list = []
            words = _shown(re.sub(r"\s*\n\s*", " ", part))
            if words:
                piece_list.append(TextPiece(words, piece.claim, piece.why))
    if any(piece.text.strip() for piece in piece_list):
        yield tuple(piece_list)


def _shown(text: str) -> str:
    """Return a text made harmless, its per cent signs kept on the line of their number."""
    return clean(text).replace(" %", f"{NBSP}%")


def _of_quote(item: CheckedClaim) -> Iterator[TextPiece]:
    """Yield a quote with its number apart; a number that it does not print stands behind it."""
    quote, says = _shown(item.claim.quote), _shown(item.says)
    place = _place(quote, says)
    if place is None:
        if quote:
            yield TextPiece(f"{quote} ")
        yield TextPiece(says, item.id)
        return
    start, end = place
    if quote[:start]:
        yield TextPiece(quote[:start])
    yield TextPiece(quote[start:end], item.id)
    if quote[end:]:
        yield TextPiece(quote[end:])


def _place(quote: str, says: str) -> tuple[int, int] | None:
    start = quote.find(says)
    if says and start >= 0:
        return start, start + len(says)
    digits = re.search(r"\d[\d.,]*\d|\d", says)
    if digits:
        # Not inside of a longer number: "36" must not be found in "1,369" or "2036".
        found = re.search(rf"(?<![\d.,]){re.escape(digits[0])}(?![\d]){_SCALE}", quote)
        if found:
            return found.span()
    return None


_SCHEMES = ("http://", "https://")
# Signs that turn the direction of writing, with which a
# text can show another number than it has; line separators.
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
        # Cc has the escape sign, which begins commands of a terminal.
        if sign in "\n\t" or (unicodedata.category(sign) != "Cc" and sign not in _HIDDEN)
    )


def one_line(text: str) -> str:
    """Return a cleaned text on one line; no-break spaces stay."""
    # Not \s, which would take no-break spaces along.
    return re.sub(r"[ \t\n]+", " ", clean(text)).strip(" ")


def web(url: str) -> str:
    """Return an address of the web, and nothing for any other.

    Examples
    --------
    >>> web("https://tass.com/economy"), web("javascript:alert(1)")
    ('https://tass.com/economy', '')
    """
    address = one_line(url)
    # Quotes and brackets would end the attribute of a link or the link of Markdown.
    plain = address.lower().startswith(_SCHEMES) and not re.search(r"[\s\"'<>]", address)
    return address if plain else ""


def escaped(text: str) -> str:
    """Return a text on one line in which Markdown finds nothing to read."""
    return re.sub(r"[\\`*_\[\]<>|#~&]", lambda found: f"\\{found[0]}", one_line(text))
