"""A text's claims: its numbers, what each is a number of, and who is said to have said it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from entrepot.claims.file_formats import check_readable
from entrepot.errors import RequestError
from entrepot.model.areas import WORLD
from entrepot.model.period import Period
from entrepot.model.reporting import stopped_in

if TYPE_CHECKING:
    import os

    from entrepot.claims.numbers import Says
    from entrepot.claims.quantity import Quantity
    from entrepot.claims.schema import ClaimsFile
    from entrepot.model.interval import Interval

__all__ = [
    *("MOST_CLAIMS", "TEXTS", "Claim", "Document", "Source", "Todo"),
    *("document_of", "parse_document", "read_document", "require_few"),
]

MOST_CLAIMS = 200
"""Claims of one text that are checked together."""
TEXTS = (".txt", ".md")
"""Ends of the names of files whose claims are drafted first."""


def require_few(claims: int) -> None:
    """Refuse a text with more claims than are checked together.

    Raises
    ------
    RequestError
        If there are more than `MOST_CLAIMS`.
    """
    if claims > MOST_CLAIMS:
        raise RequestError(
            f"more than {MOST_CLAIMS} claims in one text",
            why=f"each is compared with all others, which is done for at most {MOST_CLAIMS}",
            hint="cut the text into chapters and check one at a time",
        )


@dataclass(frozen=True, slots=True)
class Source:
    """The text that the claims are taken from; `date` as printed, empty if not known."""

    title: str
    publisher: str = ""
    date: str = ""
    url: str = ""

    @property
    def published(self) -> Period | None:
        """When it was published, if that is known."""
        return Period.parse(self.date) if self.date else None

    def to_dict(self) -> dict[str, str]:
        """Return as plain JSON types."""
        return {
            "title": self.title,
            "publisher": self.publisher,
            "date": self.date,
            "url": self.url,
        }


@dataclass(frozen=True, slots=True)
class Claim:
    """One number of a text.

    Attributes
    ----------
    quantity
        What it is a number of.
    says
        The number phrase, read.
    interval
        What it says, in data units: share 0 to 1, growth in per cent, money for the whole period.
    keys
        Keys of a definition, for evaluation on a lake; empty for ratios and sums.
    books_said
        Whether the text (or the kind of number) says whose statistics count.
    by_words
        Whether its words suggest whose, as "Mexico's imports" do.
    """

    id: str
    quote: str
    says: Says
    quantity: Quantity
    interval: Interval
    attributed_to: str = ""
    keys: tuple[tuple[str, str], ...] = ()
    books_said: bool = False
    by_words: bool = False

    def counted_by(self, books: str) -> Claim:
        """Return the same claim as a number of the statistics of an area that is a side of it."""
        parties = all(books in (one.exporter, one.importer) for one in self.quantity.levels())
        if not parties or not self.quantity.of:
            return self
        return replace(self, quantity=self.quantity.mapped(books=books))

    def saying(self, says: Says, interval: Interval) -> Claim:
        """Return the same claim with another number."""
        return replace(self, says=says, interval=interval)


@dataclass(frozen=True, slots=True)
class Todo:
    """A number that a draft could not place: its sentence, the number as printed, and why."""

    quote: str
    says: str = ""
    why: str = ""

    def to_dict(self) -> dict[str, str]:
        """Return as plain JSON types."""
        return {"quote": self.quote, "says": self.says, "why": self.why}


@dataclass(frozen=True)
class Document:
    """The claims of one text, and what of it nobody has placed yet."""

    source: Source
    claims: tuple[Claim, ...]
    todo: tuple[Todo, ...] = ()

    @cached_property
    def by_id(self) -> dict[str, Claim]:
        """The claims by their id."""
        return {claim.id: claim for claim in self.claims}


def read_document(path: str | os.PathLike[str]) -> Document:
    """Read a claims file, or draft the claims of a plain text (``.txt``, ``.md``).

    Raises
    ------
    BadFileError
        With file, line and place of whatever is not as it should be.
    """
    check_readable(Path(path))
    if Path(path).suffix.lower() in TEXTS:
        from entrepot.claims.draft import as_document, draft, read_article

        return as_document(draft(read_article(Path(path))))
    from entrepot.claims.schema import ClaimsFile
    from entrepot.model.closed_yaml import read_closed

    return document_of(read_closed(Path(path), ClaimsFile))


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
    from entrepot.claims.build import claim_of

    keys = file.source
    source = Source(keys.title, keys.publisher, keys.date, keys.url)
    todo = tuple(Todo(entry.quote, entry.says, entry.why) for entry in file.todo)
    open_ = tuple(
        Todo(entry.quote, entry.says, f"open: {', '.join(entry.open)}")
        for entry in file.claims
        if entry.open
    )
    claims = [claim_of(entry) for entry in file.claims if not entry.open]
    return Document(source, _in_home_books(claims), (*open_, *todo))


_MONEY = {"CHN": "CNY", "RUS": "RUB"}
"""Money that statistics of one country alone are in."""


def _in_home_books(claims: list[Claim]) -> tuple[Claim, ...]:
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
        if claim.attributed_to and claim.books_said and claim.quantity.of:
            books = next(claim.quantity.levels()).books
            said.setdefault(claim.attributed_to.casefold(), Counter())[books] += 1
    # Of a quotation all is counted by one country, that of its shares if it has any.
    homes = {name: counted.most_common(1)[0][0] for name, counted in said.items()}
    return tuple(
        claim
        if claim.books_said or claim.by_words
        else claim.counted_by(home).counted_by(homes.get(claim.attributed_to.casefold(), home))
        for claim in claims
    )


def _in_order(areas: list[str], claims: list[Claim]) -> list[str]:
    """Return areas by how many claims are of their statistics by what they say, then as named.

    Trade between A and B is that between B and A, so it orders nothing: where no flow one way is
    named, those come last that stopped to publish.
    """
    told = [claim for claim in claims if claim.books_said or claim.by_words]
    books = Counter(next(claim.quantity.levels()).books for claim in told if claim.quantity.of)
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
        return -books[area], named, bool(stopped_in((area,), last)), area

    return sorted(areas, key=place)


def _is_two_way(claim: Claim) -> bool:
    """Whether a claim is about trade both ways; a balance is of the side that it is named of."""
    flows = {(level.exporter, level.importer) for level in claim.quantity.levels()}
    both = any((importer, exporter) in flows for exporter, importer in flows)
    return both and claim.quantity.measure != "balance"
