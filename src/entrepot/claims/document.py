"""A text's claims: its numbers, what each is a number of, and who is said to have said it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from entrepot.model.areas import WORLD
from entrepot.model.period import Period

if TYPE_CHECKING:
    import os

    from entrepot.claims.numbers import Says
    from entrepot.claims.quantity import Quantity
    from entrepot.model.interval import Interval

__all__ = ["Claim", "Document", "Source", "parse_document", "read_document"]


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
    """

    id: str
    quote: str
    says: Says
    quantity: Quantity
    interval: Interval
    attributed_to: str = ""
    keys: tuple[tuple[str, str], ...] = ()
    books_said: bool = False

    def counted_by(self, books: str) -> Claim:
        """Return the same claim as a number of the statistics of an area that is a side of it."""
        parties = all(books in (one.exporter, one.importer) for one in self.quantity.levels())
        if not parties or not self.quantity.of:
            return self
        return replace(self, quantity=self.quantity.mapped(books=books))

    def saying(self, says: Says, interval: Interval) -> Claim:
        """Return the same claim with another number."""
        return replace(self, says=says, interval=interval)


@dataclass(frozen=True)
class Document:
    """The claims of one text."""

    source: Source
    claims: tuple[Claim, ...]

    @cached_property
    def by_id(self) -> dict[str, Claim]:
        """The claims by their id."""
        return {claim.id: claim for claim in self.claims}


def read_document(path: str | os.PathLike[str]) -> Document:
    """Read a claims file.

    Raises
    ------
    BadFileError
        With file, line and place of whatever is not as it should be.
    """
    from entrepot.claims.schema import ClaimsFile
    from entrepot.model.closed_yaml import read_closed

    return _document(read_closed(Path(path), ClaimsFile))


def parse_document(text: str, *, name: str = "claims") -> Document:
    """Read claims from YAML text; `name` stands in messages in place of a file name.

    Raises
    ------
    BadFileError
        As in `read_document`.
    """
    from entrepot.claims.schema import ClaimsFile
    from entrepot.model.closed_yaml import parse_closed

    return _document(parse_closed(text, ClaimsFile, name=name))


def _document(file: object) -> Document:
    from entrepot.claims.build import claim_of
    from entrepot.claims.schema import ClaimsFile

    assert isinstance(file, ClaimsFile)
    keys = file.source
    source = Source(keys.title, keys.publisher, keys.date, keys.url)
    return Document(source, _in_home_books([claim_of(entry) for entry in file.claims]))


def _in_home_books(claims: list[Claim]) -> tuple[Claim, ...]:
    """Take numbers that do not say whose statistics count as those of the country written about.

    That is the one that most flows of the text involve.
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
    home = areas.most_common(1)[0][0]
    return tuple(claim if claim.books_said else claim.counted_by(home) for claim in claims)
