"""Lists over time: what changed between two days, and when a code was on which list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from entrepot.errors import RequestError
from entrepot.goods.library import goods_lists
from entrepot.goods.parse import parse

if TYPE_CHECKING:
    from entrepot.goods.lists import GoodsList, ListEntry
    from entrepot.goods.parse import Part

__all__ = ["Diff", "Seen", "goods_diff", "goods_history"]


@dataclass(frozen=True, slots=True)
class Diff:
    """What is on one list, or a list on one day, and not on another.

    Attributes
    ----------
    before, after
        The two states in their canonical form: ``chpl@2023-12-31``.
    added, removed
        Entries of the one and not of the other, by code, nomenclature apart.
    changed
        Pairs of entries with the same code and another part or "ex" mark.
    unsettled
        Codes of which no text settles whether they were on either.
    """

    before: str
    after: str
    added: tuple[ListEntry, ...]
    removed: tuple[ListEntry, ...]
    changed: tuple[tuple[ListEntry, ListEntry], ...]
    unsettled: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types."""
        return {
            "before": self.before,
            "after": self.after,
            "added": [entry.to_dict() for entry in self.added],
            "removed": [entry.to_dict() for entry in self.removed],
            "changed": [
                {"before": one.to_dict(), "after": other.to_dict()} for one, other in self.changed
            ],
            "unsettled": list(self.unsettled),
        }


@dataclass(frozen=True, slots=True)
class Seen:
    """A stretch of time in which a code was on a list.

    Attributes
    ----------
    match
        ``whole``: the entry covers the code; ``ex``: a part of it, by the text; ``part``: the
        entry is narrower than the code.
    """

    of: GoodsList
    entry: ListEntry
    match: str

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types."""
        return {"list": self.of.id, "match": self.match, **self.entry.to_dict()}


def goods_diff(before: str, after: str) -> Diff:
    """Compare two lists, or one list on two days.

    Parameters
    ----------
    before, after
        ``chpl@2023-12-31``, ``eu-xl``, a part ``chpl:4.B``, or a file of the user.

    Raises
    ------
    UnknownNameError
        For a list that does not exist.
    RequestError
        For goods that are no single list.
    NoEvidenceError
        If a state is not established.

    Examples
    --------
    >>> found = goods_diff("chpl@2023-12-31", "chpl@2024-02-23")
    >>> [entry.code for entry in found.added]
    ['845710', '845811', '845891', '845961', '846693']
    """
    one, other = _single(before), _single(after)
    here, there = ({entry.code: entry for entry in part.entries} for part in (one, other))
    both = sorted(here.keys() & there.keys())
    open_codes = {entry.code for part in (one, other) for entry in part.possible}
    return Diff(
        before=one.key,
        after=other.key,
        added=tuple(there[code] for code in sorted(there.keys() - here.keys())),
        removed=tuple(here[code] for code in sorted(here.keys() - there.keys())),
        changed=tuple(
            (here[code], there[code])
            for code in both
            if (here[code].part, here[code].ex) != (there[code].part, there[code].ex)
        ),
        unsettled=tuple(sorted(open_codes)),
    )


def _single(text: str) -> Part:
    parts = parse(text)
    if len(parts) != 1 or parts[0].kind != "list":
        raise RequestError(
            f"not one list: {text!r}", hint="write a list on a day, such as chpl@2023-12-31"
        )
    return parts[0]


def goods_history(code: str) -> tuple[Seen, ...]:
    """Return on which lists a code was, and when, by day.

    Parameters
    ----------
    code
        Two to ten digits. National lines are compared digit by digit up to where one of the two
        ends; of two tariffs the first six only.

    Raises
    ------
    RequestError
        For anything but digits.
    """
    digits = code.replace(".", "").replace(" ", "")
    if not (digits.isascii() and digits.isdigit() and 2 <= len(digits) <= 10):
        raise RequestError(f"not a code: {code!r}", hint="write 2 to 10 digits, such as 854231")
    found = [
        Seen(held, entry, _match(digits, entry))
        for held in goods_lists()
        for entry in held.history
        if digits.startswith(entry.code) or entry.code.startswith(digits)
    ]
    return tuple(sorted(found, key=lambda seen: (seen.entry.starts, seen.of.id, seen.entry.code)))


def _match(code: str, entry: ListEntry) -> str:
    wider = entry.code.rstrip("0") if len(entry.code) > 6 and not entry.is_partial else entry.code
    if len(wider) > len(code):
        return "part"
    return "ex" if entry.ex else "whole"
