"""The text that was checked, in pieces, and what is said of each claim that a piece is about.

That is its definition, evidence, arithmetic, likely error, and the evidence needed.
"""

from __future__ import annotations

import math
import re
import unicodedata
from bisect import bisect_right, insort
from dataclasses import dataclass
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING

from entrepot.claims.loaded_evidence import address_of, how_of, source_of
from entrepot.claims.quantity import SHARES
from entrepot.claims.quantity_text import flow, period_of, span, subject, who
from entrepot.claims.statements import OWN_PUBLISHER
from entrepot.claims.verdict_text import number_of
from entrepot.model.display import NBSP
from entrepot.model.interval import Interval
from entrepot.report.parts import ORDER, PageLink
from entrepot.report.phrasing import capital

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from entrepot.claims import Check, CheckedClaim
    from entrepot.claims.comparison import Comparison
    from entrepot.claims.document import Claim
    from entrepot.claims.draft import ArticleDraft
    from entrepot.claims.quantity import Quantity

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


OUTCOMES = {"supports": "agrees", "allows": "is inconclusive", "contradicts": "does not agree"}
_IDLE = 100.0
"""Bounds so many times away from a number say nothing of it."""
_BASES = {
    "origin": "country of origin",
    "seller": "country of the seller",
    "producer_hq": "country of the producer’s headquarters",
    "value_added": "origin of value added",
}


@dataclass(frozen=True, slots=True)
class EntryEvidence:
    """One number beside a claim."""

    value: str
    outcome: str
    text: str
    links: tuple[PageLink, ...]


@dataclass(frozen=True, slots=True)
class ReportEntry:
    """One claim for a reader.

    Attributes
    ----------
    number
        Its place in the text.
    what
        What it is a number of, in words.
    corrected
        The number once the likeliest error is corrected; empty if there is none.
    definition
        Pairs of a key and what it says.
    likely_errors
        Pairs of a kind and a sentence, the likeliest first.
    implied
        What the text's other figures and published ones leave for it, in words; empty if nothing.
    counted
        Range across definitions and series, of what is supported; empty where its digits cover it.
    """

    id: str
    number: int
    what: str
    quote: str
    says: str
    verdict: str
    qualifier: str
    reason: str
    corrected: str
    definition: tuple[tuple[str, str], ...]
    evidence: tuple[EntryEvidence, ...]
    arithmetic: str
    likely_errors: tuple[tuple[str, str], ...]
    implied: str
    counted: str
    evidence_needed: str


def entries(check: Check) -> tuple[ReportEntry, ...]:
    """Return an entry a claim, in the order of the text."""
    return tuple(_entry(item, place, check) for place, item in enumerate(check.claims, start=1))


def worst_first(found: tuple[ReportEntry, ...]) -> tuple[ReportEntry, ...]:
    """Return entries with what cannot hold first; within a verdict in the order of the text."""
    return tuple(sorted(found, key=lambda entry: ORDER.index(entry.verdict)))


def _entry(item: CheckedClaim, place: int, check: Check) -> ReportEntry:
    return ReportEntry(
        id=item.id,
        number=place,
        what=_line(capital(_what(item.claim))),
        quote=_line(item.claim.quote),
        says=_line(item.says),
        verdict=item.verdict,
        qualifier=item.qualifier,
        reason=_line(item.reason),
        corrected=_line(item.likely_errors[0].corrected) if item.likely_errors else "",
        definition=tuple(_definition(item)),
        evidence=tuple(_evidence(one, check) for one in item.against),
        arithmetic=_line(item.arithmetic),
        likely_errors=tuple(
            (error.kind.replace("_", " "), _line(error.text)) for error in item.likely_errors
        ),
        implied=left_by_others(item),
        counted=span(item.counted, item.claim.quantity.unit) if item.counted else "",
        # Where the reason says it, a second time would be none of its own.
        evidence_needed=_line("" if item.evidence_needed in item.reason else item.evidence_needed),
    )


def _line(text: str) -> str:
    """Return a text on one line, with its per cent signs kept on the line of their number."""
    return one_line(text).replace(" %", f"{NBSP}%")


def left_by_others(item: CheckedClaim) -> str:
    """Return what the other numbers leave for a claim; empty where that is anything at all."""
    if item.implied is None:
        return ""
    unit = item.claim.quantity.unit
    # What no value of this unit can go below, or a share above: a bound there says nothing.
    least = -100.0 if unit == "percent" else 0.0
    most = 1.0 if unit == "share" else math.inf
    low, high = item.implied.low, item.implied.high
    # A growth of 0 % would make any bound look a hundred times away.
    size = max(abs(item.claim.interval.middle), 1.0 if unit == "percent" else 0.0)
    # "More than a third" has an open end, so its middle may be infinite.
    known = math.isfinite(size)
    # Within a hundredth of the least, or a hundred times the number, nothing is said of it.
    idle_below = low <= least + 0.01 or (known and unit != "percent" and low < size / _IDLE)
    idle_above = high >= most - 0.01 or (known and high > size * _IDLE)
    if idle_below and idle_above:
        return ""
    # One end beyond all reason beside the other is what a bound left open, as by "more than".
    far = unit != "percent" and low < high / _IDLE
    open_below = low <= least + 0.01 or (idle_below and far)
    open_above = high >= most - 0.01 or (idle_above and far)
    low, high = -math.inf if open_below else low, math.inf if open_above else high
    return span(Interval(low, high), unit)


def _what(claim: Claim) -> str:
    """Return what a claim is a number of, with the whole of a share and both sides of a ratio."""
    quantity = claim.quantity
    if not quantity.of:
        return subject(claim)
    of = flow(quantity.of)
    match quantity.measure:
        case share if share in SHARES:
            of = f"{of}, as a share of {flow(quantity.to)}"
        case "share_change":
            of = f"change of {of}, as a share of {flow(quantity.to)}"
        case "growth":
            of = f"growth of {of}"
        case "ratio":
            of = f"{of} over {flow(quantity.to)}"
        case _:
            return subject(claim)
    return f"{of}, {period_of(quantity)}"


def _definition(item: CheckedClaim) -> Iterator[tuple[str, str]]:
    claim = item.claim
    quantity = claim.quantity
    yield "Measure", quantity.measure.replace("_", " ")
    if quantity.of:
        yield "Of", _line(flow(quantity.of))
        if quantity.to and quantity.measure != "growth":
            yield "Over" if quantity.measure == "ratio" else "Part of", _line(flow(quantity.to))
        yield "Period", period_of(quantity)
        yield from _kept(quantity, said=claim.reporter_stated)
    else:
        yield from ((name.replace("_", " ").capitalize(), value) for name, value in claim.keys)
    yield "Read as", span(claim.interval, quantity.unit)
    if claim.attributed_to:
        yield "Attributed to", _line(claim.attributed_to)


def _kept(quantity: Quantity, *, said: bool) -> Iterator[tuple[str, str]]:
    """Yield whose statistics, whose goods and which money."""
    level = next(quantity.levels())
    if quantity.unit != "share":
        yield "Counted in", "tonnes" if level.currency == "t" else level.currency
    if level.reporter:
        guess = "" if said else " (assumed; the text does not say)"
        yield "Statistics of", f"{who(level.reporter)}{guess}"
    if level.basis != "dispatch":
        yield "Goods counted by", _BASES[level.basis]


def _evidence(found: Comparison, check: Check) -> EntryEvidence:
    words = [source_of(found)]
    if found.how:
        words.append(how_of(found))
    if found.other_definition:
        words.append(f"other definition: {found.other_definition}")
    if found.own:
        words.append("the source that the text quotes")
    elif _is_same_publisher(found, check):
        words.append("an earlier text of the same publisher")
    return EntryEvidence(
        value=_line(number_of(found)),
        outcome=OUTCOMES[found.outcome],
        text=_line("; ".join(words)),
        links=tuple(_links(found)),
    )


def _is_same_publisher(found: Comparison, check: Check) -> bool:
    """Whether all that it rests on was printed by the publisher of the text itself."""
    name = check.source.publisher.casefold()
    printers = {statement.row.publisher.casefold() for statement in found.statements}
    return bool(name) and printers == {name}


def _links(found: Comparison) -> Iterator[PageLink]:
    seen: set[str] = set()
    for statement in found.statements:
        row = statement.row
        url = web(row.url)
        if url and url not in seen:
            seen.add(url)
            day = f", {row.published_on}" if row.published_on else ""
            # Who counted, and who printed it; a sum of our own is cited as the data set it is of.
            printer = "" if row.publisher == OWN_PUBLISHER else row.publisher
            counted = row.origin_words
            name = f"{counted}, in {printer}" if printer not in ("", counted) else counted
            yield PageLink(_line(f"{name}{day}"), url)
    if not found.statements and web(address_of(found)):
        yield PageLink(_line(source_of(found)), web(address_of(found)))
