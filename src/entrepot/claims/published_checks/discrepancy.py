"""What two printed numbers of one thing are to each other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from entrepot.claims.result import LikelyError
    from entrepot.sources.published.row import Published

__all__ = ["KINDS", "Discrepancy", "Kind", "Side"]

Kind = Literal["conflict", "unstated", "other_definition"]
KINDS: tuple[Kind, ...] = ("conflict", "unstated", "other_definition")


@dataclass(frozen=True, slots=True)
class Side:
    """A number and what it rests on.

    Attributes
    ----------
    text
        The number as printed, or what comes out of a sum of printed ones.
    rows
        The printed rows; one where it was printed as such.
    """

    text: str
    rows: tuple[Published, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types."""
        return {
            "says": self.text,
            "rows": [
                {
                    "id": row.id,
                    "printed": row.printed,
                    "publisher": row.publisher,
                    "origin": row.origin,
                    "published_on": row.published_on,
                    "confidence": row.confidence,
                    "url": row.url,
                }
                for row in self.rows
            ],
        }


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """Two numbers of one thing that do not meet.

    Attributes
    ----------
    kind
        ``conflict``: both state one definition, and cannot both be true under it. ``unstated``:
        no definition makes both true, and at least one does not say which it means.
        ``other_definition``: they say that they count different things.
    what
        What both are numbers of.
    one, other
        The number that is weaker by its record, and what stands against it.
    because
        The arithmetic, with numbers.
    definition
        What differs or is left unsaid; empty in a conflict.
    also
        Ids of further rows of the same thing that `one` cannot be true with.
    slips
        Likely errors, the likeliest first.
    """

    kind: Kind
    what: str
    one: Side
    other: Side
    because: str
    definition: str = ""
    also: tuple[str, ...] = ()
    likely_errors: tuple[LikelyError, ...] = field(default=())

    @property
    def id(self) -> str:
        """Id of the row that stands against the others."""
        return self.one.rows[0].id

    @property
    def rows(self) -> frozenset[str]:
        """Ids of all rows of both sides."""
        return frozenset(row.id for side in (self.one, self.other) for row in side.rows)

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types."""
        return {
            "id": self.id,
            "kind": self.kind,
            "what": self.what,
            "one": self.one.to_dict(),
            "other": self.other.to_dict(),
            "because": self.because,
            "definition": self.definition,
            "also_against": list(self.also),
            "likely_errors": [slip.to_dict() for slip in self.likely_errors],
        }
