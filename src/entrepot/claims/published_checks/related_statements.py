"""What is akin to a printed number: its copies, its other currencies, its other releases."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from entrepot.claims.published_checks.discrepancy import ONE_RELEASE, days_between
from entrepot.sources.published.read import ranked

if TYPE_CHECKING:
    from collections.abc import Iterable

    from entrepot.claims.statements import Statement, Statements
    from entrepot.sources.published.row import Published

__all__ = ["Relatives", "relatives"]


@dataclass(frozen=True, slots=True)
class Relatives:
    """What is in print of one thing, sorted by how it is akin to one number of it.

    Attributes
    ----------
    row
        The number.
    copies
        The same release in other outlets: one voice with it.
    other_releases
        The same origin, more than a month earlier or later.
    other_currencies
        The same origin in another currency: the same statement said again.
    other_origins
        Others' numbers of the same thing: independent of it, unless they say otherwise.
    conversions
        The number of another currency, converted by an outlet at a market rate.
    """

    row: Published
    copies: tuple[Published, ...]
    other_releases: tuple[Published, ...]
    other_currencies: tuple[Published, ...]
    other_origins: tuple[Published, ...]
    conversions: tuple[Published, ...]

    @property
    def first(self) -> Published:
        """The earliest dated print of the release; the number itself if none is dated."""
        dated = [one for one in (self.row, *self.copies) if one.published_on]
        return min(dated, key=lambda one: (one.published_on, one.id)) if dated else self.row

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types: the ids of each kind."""
        groups = ("copies", "other_releases", "other_currencies", "other_origins", "conversions")
        return {
            "id": self.row.id,
            "first_print": self.first.id,
            **{name: [row.id for row in getattr(self, name)] for name in groups},
        }


def relatives(statement: Statement, statements: Statements) -> Relatives:
    """Return what is akin to a printed number.

    Parameters
    ----------
    statement
        The number.
    statements
        Where to look. Our own results are left out.
    """
    row = statement.row
    held = [one for one in statements.about(statement.quantity) if not one.is_ours]
    same = [one.row for one in held if one.row.id != row.id]
    akin = [other for other in same if other.origin == row.origin]
    money = statement.quantity.unit
    others = [other for other in same if other.origin != row.origin]
    return Relatives(
        row=row,
        copies=ranked(other for other in akin if not _is_other_release(row, other)),
        other_releases=ranked(other for other in akin if _is_other_release(row, other)),
        other_currencies=ranked(_in_currencies(statement, statements, money)),
        other_origins=ranked(other for other in others if not is_conversion(other)),
        conversions=ranked(other for other in others if is_conversion(other)),
    )


def _in_currencies(statement: Statement, statements: Statements, money: str) -> Iterable[Published]:
    for currency in ("USD", "CNY", "EUR", "RUB"):
        if currency == money or money not in ("USD", "CNY", "EUR", "RUB"):
            continue
        for other in statements.about(statement.quantity.mapped(currency=currency)):
            if other.row.origin == statement.row.origin and not other.is_ours:
                yield other.row


def is_conversion(row: Published) -> bool:
    """Whether an outlet made the number from another currency at a market rate."""
    return row.origin.endswith("-CONVERSION")


def _is_other_release(one: Published, other: Published) -> bool:
    apart = days_between(one, other)
    return apart is not None and apart > ONE_RELEASE
