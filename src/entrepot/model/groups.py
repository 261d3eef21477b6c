"""Groups of areas whose members depend on the day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from entrepot.errors import RequestError, UnknownNameError
from entrepot.model.columns import read_table

__all__ = ["Group", "Membership", "by_group_code", "group", "groups", "is_group", "pinned"]

_FOLDER = Path(__file__).parent
_COLUMNS = ("code", "name", "article", "kind", "aliases", "note")
_MEMBER_COLUMNS = ("group", "area", "joined", "left", "certainty", "source")


@dataclass(frozen=True, slots=True)
class Membership:
    """One area's time in a group.

    Attributes
    ----------
    area
        Code of the area.
    joined
        First day as a member; None: always, for the group's purpose.
    left
        First day not a member any more; None: still one.
    certainty
        ``sure``, or ``inferred`` where the act is known and the day is a reading of it.
    source
        Act or event that the dates rest on.
    """

    area: str
    joined: date | None
    left: date | None
    certainty: Literal["sure", "inferred"]
    source: str

    def on(self, day: date) -> bool:
        """Whether the area is a member on `day`."""
        return (self.joined or day) <= day and (self.left is None or day < self.left)


@dataclass(frozen=True, slots=True)
class Group:
    """A named set of areas.

    Attributes
    ----------
    code, aliases
        How it is written in a definition.
    name, article
        As a newspaper prints it: ``European Union``, ``the``.
    kind
        ``dated``: members on the day asked for; ``fixed``: one composition on any day.
    memberships
        Who, since when, until when, by which source.
    note
        What to know when using it.
    """

    code: str
    name: str
    article: str
    kind: Literal["dated", "fixed"]
    aliases: tuple[str, ...]
    memberships: tuple[Membership, ...]
    note: str

    def members(self, on: date) -> frozenset[str]:
        """Return the codes of the members on a day; never an empty set.

        Raises
        ------
        RequestError
            If the group had no members on that day.
        """
        found = frozenset(one.area for one in self.memberships if one.on(on))
        if not found:
            first = min(one.joined for one in self.memberships if one.joined)
            raise RequestError(
                f"{self.code} has no members on {on.isoformat()}",
                where=f"group {self.code}, first members on {first.isoformat()}",
                why="a group is a set that depends on the day",
                hint=f"ask for a later period, or fix the members: {self.code}@{first.year}",
            )
        return found


@cache
def groups() -> tuple[Group, ...]:
    """Return every group, in the order of the table."""
    held: dict[str, list[Membership]] = {}
    for row in read_table(_FOLDER / "group_members.csv", _MEMBER_COLUMNS):
        held.setdefault(row["group"], []).append(
            Membership(
                row["area"],
                _day(row["joined"]),
                _day(row["left"]),
                "sure" if row["certainty"] == "sure" else "inferred",
                row["source"],
            )
        )
    return tuple(
        Group(
            code=row["code"],
            name=row["name"],
            article=row["article"],
            kind="fixed" if row["kind"] == "fixed" else "dated",
            aliases=tuple(row["aliases"].split(";")) if row["aliases"] else (),
            memberships=tuple(held[row["code"]]),
            note=row["note"],
        )
        for row in read_table(_FOLDER / "groups.csv", _COLUMNS)
    )


def group(code: str) -> Group:
    """Return the group of a code or alias.

    Raises
    ------
    UnknownNameError
        With the nearest known code.

    Examples
    --------
    >>> from datetime import date
    >>> len(group("EU27").members(date(2010, 1, 1))), group("E27").code
    (27, 'EU27')
    """
    found = by_group_code().get(code)
    if found is None:
        raise UnknownNameError("group of areas", code, by_group_code())
    return found


def is_group(code: str) -> bool:
    """Whether a code or alias names a group."""
    return code in by_group_code()


@cache
def by_group_code() -> dict[str, Group]:
    """Return the groups by code and alias."""
    return {code: one for one in groups() for code in (one.code, *one.aliases)}


def pinned(text: str, on: date, since: date) -> str:
    """Fix the members of groups that are younger than `since` to those of a day.

    A series over years needs members in each of them.

    Examples
    --------
    >>> long_ago, day = date(2013, 1, 1), date(2023, 12, 31)
    >>> pinned("coalition", day, long_ago), pinned("EU+GBR", day, long_ago)
    ('coalition@2023', 'EU+GBR')
    """
    return "+".join(_pinned(part.strip(), on, since) for part in text.split("+"))


def _pinned(part: str, on: date, since: date) -> str:
    if not is_group(part) or any(one.on(since) for one in group(part).memberships):
        return part
    return f"{part}@{on.year}"


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
