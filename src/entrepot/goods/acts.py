"""Legal acts and other documents that have lists: their texts, parts, and what was not read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

__all__ = ["Act", "ListPart", "ListText", "Missing"]


@dataclass(frozen=True, slots=True)
class ListPart:
    """A part of a list: id, short name for sentences, meaning."""

    id: str
    short: str
    meaning: str


@dataclass(frozen=True, slots=True)
class ListText:
    """A text that entries were taken from, and what of it was read."""

    id: str
    title: str
    adopted: date
    url: str
    read: str
    applies: date | None = None
    package: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """A text that is known to exist and whose codes could not be established."""

    title: str
    known: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """A legal act, or another published document, that has lists.

    Attributes
    ----------
    texts
        What was read of it, by date.
    missing
        What of it could not be read.
    """

    id: str
    title: str
    jurisdiction: str
    url: str
    about: str
    licence: str
    texts: tuple[ListText, ...]
    missing: tuple[Missing, ...]
