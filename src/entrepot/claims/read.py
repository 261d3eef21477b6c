"""A claims file or an article read into claims."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from entrepot.claims.document import Claim, Document, Source, Todo
from entrepot.errors import BadFileError
from entrepot.model.areas import WORLD, stopped_in

if TYPE_CHECKING:
    from pathlib import Path

    from entrepot.claims.schema import ClaimsFile

_SAVE = "copy the article's own words into a file that ends in .txt, and name that"
_FORMATS = {
    **dict.fromkeys((".html", ".htm", ".xhtml", ".mhtml"), "a web page"),
    ".pdf": "a PDF",
    **dict.fromkeys((".docx", ".doc", ".odt", ".rtf", ".pages"), "a file of a word processor"),
    **dict.fromkeys((".xlsx", ".xls", ".ods", ".csv", ".tsv"), "a table"),
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".webp", ".gif"), "a picture"),
    **dict.fromkeys((".eml", ".msg", ".epub"), "a mail or book"),
}
# At the very start only: an article may quote a tag.
_PAGE = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|html)\b", re.IGNORECASE)


def check_readable(path: Path) -> None:
    """Refuse a file whose name says that it is neither plain text nor a claims file.

    Raises
    ------
    BadFileError
        With what it is, and what to do.
    """
    what = _FORMATS.get(path.suffix.lower())
    if what is not None and path.is_file():
        raise BadFileError(
            f"this is {what}, not a plain text",
            where=str(path),
            why="what stands around the words there would be read as sentences of the article",
            hint=_SAVE,
        )


def check_text(text: str, name: str) -> None:
    """Refuse the source of a web page as text.

    Raises
    ------
    BadFileError
        If it begins as a page does.
    """
    if _PAGE.match(text):
        raise BadFileError("this is the source of a web page", where=name, hint=_SAVE)


def parse_document(text: str, *, name: str = "claims") -> Document:
    """Read claims from YAML text; `name` stands in messages in place of a file name.

    Raises
    ------
    BadFileError
        As in `read_document`.
    """
    from entrepot.claims.schema import ClaimsFile
    from entrepot.model.closed_yaml import parse_closed

    return document_of(parse_closed(text, ClaimsFile, name=name))


def document_of(file: ClaimsFile) -> Document:
    """Return what the content of a claims file claims."""
    from entrepot.claims.schema import claim_of

    keys = file.source
    source = Source(keys.title, keys.publisher, keys.date, keys.url)
    todo = tuple(Todo(entry.quote, entry.says, entry.why) for entry in file.todo)
    open_ = tuple(
        Todo(entry.quote, entry.says, f"open: {', '.join(entry.open)}")
        for entry in file.claims
        if entry.open
    )
    claims = [claim_of(entry) for entry in file.claims if not entry.open]
    alone = frozenset(entry.id for entry in file.claims if entry.read_once)
    return Document(source, _with_home_reporter(claims), (*open_, *todo), alone)


_MONEY = {"CHN": "CNY", "RUS": "RUB"}
"""Money that statistics of one country alone are in."""


def _with_home_reporter(claims: list[Claim]) -> tuple[Claim, ...]:
    """Take numbers that do not say whose statistics count as those of the country written about.

    That is the one that most flows of the text involve; of two that are as much written about, the
    one in whose money a number is, else the one that `_in_order` puts first.
    """
    areas = Counter(
        area
        for claim in claims
        for area in dict.fromkeys(
            side for level in claim.quantity.levels() for side in (level.exporter, level.importer)
        )
        if area != WORLD
    )
    if not areas:
        return tuple(claims)
    money = {level.currency for claim in claims for level in claim.quantity.levels()}
    most = max(areas.values())
    tied = _in_order([area for area, count in areas.items() if count == most], claims)
    home = next((area for area in tied if _MONEY.get(area) in money), tied[0])
    said: dict[str, Counter[str]] = {}
    for claim in claims:
        if claim.attributed_to and claim.reporter_stated and claim.quantity.of:
            reporter = next(claim.quantity.levels()).reporter
            said.setdefault(claim.attributed_to.casefold(), Counter())[reporter] += 1
    # Of a quotation all is counted by one country, that of its shares if it has any.
    homes = {name: counted.most_common(1)[0][0] for name, counted in said.items()}
    return tuple(
        claim
        if claim.reporter_stated or claim.by_words
        # `counted_by` ignores an area that is no side of the claim, so both are tried.
        else claim.counted_by(home).counted_by(homes.get(claim.attributed_to.casefold(), home))
        for claim in claims
    )


def _in_order(areas: list[str], claims: list[Claim]) -> list[str]:
    """Return areas by how many claims are of their statistics by what they say, then as named.

    Trade between A and B is that between B and A, so it orders nothing: where no flow one way is
    named, those come last that stopped to publish.
    """
    # What is quoted from somebody else says nothing of whose statistics the rest is.
    open_ = {
        claim.attributed_to.casefold()
        for claim in claims
        if not (claim.reporter_stated or claim.by_words)
    }
    with_reporter = [
        claim
        for claim in claims
        if (claim.reporter_stated or claim.by_words) and claim.attributed_to.casefold() in open_
    ]
    reporter = Counter(
        next(claim.quantity.levels()).reporter for claim in with_reporter if claim.quantity.of
    )
    one_way = [
        side
        for claim in claims
        if not _is_two_way(claim)
        for level in claim.quantity.levels()
        for side in (level.exporter, level.importer)
    ]
    ends = [level.period for claim in claims for level in claim.quantity.levels()]
    last = max(ends, key=lambda period: period.end)

    def place(area: str) -> tuple[int, int, bool, str]:
        named = one_way.index(area) if area in one_way else len(one_way)
        return -reporter[area], named, bool(stopped_in((area,), last)), area

    return sorted(areas, key=place)


def _is_two_way(claim: Claim) -> bool:
    """Whether a claim is about trade both ways; a balance is of the side that it is named of."""
    flows = {(level.exporter, level.importer) for level in claim.quantity.levels()}
    both = any((importer, exporter) in flows for exporter, importer in flows)
    return both and claim.quantity.measure != "balance"
