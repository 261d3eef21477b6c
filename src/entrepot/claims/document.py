"""A text's claims: its numbers, what each is a number of, and who is said to have said it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from entrepot.errors import RequestError
from entrepot.model.period import Period

if TYPE_CHECKING:
    from entrepot.claims.numbers import Says
    from entrepot.claims.quantity import Quantity
    from entrepot.model.interval import Interval

MOST_CLAIMS = 200
"""Claims of one text that are checked together."""


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
    reporter_stated
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
    reporter_stated: bool = False
    by_words: bool = False

    def counted_by(self, reporter: str) -> Claim:
        """Return the same claim as a number of the statistics of an area that is a side of it."""
        parties = all(reporter in (one.exporter, one.importer) for one in self.quantity.levels())
        if not parties or not self.quantity.of:
            return self
        return replace(self, quantity=self.quantity.mapped(reporter=reporter))

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
    """The claims of one text, and what of it nobody has placed yet.

    `alone` are claims that one reading of the text alone makes: they can be supported, and nothing
    is said to be wrong because of them.
    """

    source: Source
    claims: tuple[Claim, ...]
    todo: tuple[Todo, ...] = ()
    alone: frozenset[str] = frozenset()

    @cached_property
    def by_id(self) -> dict[str, Claim]:
        """The claims by their id."""
        return {claim.id: claim for claim in self.claims}
