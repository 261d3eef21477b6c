"""What a definition means by "who": an area, a dated group or a sum of them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from entrepot.errors import RequestError
from entrepot.model.area_table import (
    Area,
    System,
    area,
    areas,
    by_code,
    by_name,
    known_areas,
    unknown_area,
)
from entrepot.model.display import joined
from entrepot.model.groups import Group, Membership, by_group_code, group, groups, is_group
from entrepot.model.period import Period

if TYPE_CHECKING:
    from datetime import date

__all__ = [
    "OUTSIDE_UNION",
    "UNION",
    "WORLD",
    "Area",
    "Group",
    "Membership",
    "System",
    "area",
    "area_name",
    "area_or_group",
    "area_phrase",
    "area_set",
    "areas",
    "as_codes",
    "as_one_code",
    "by_code",
    "by_name",
    "group",
    "groups",
    "is_group",
    "possessive",
]

WORLD = "WLD"
"""Everybody: the partner of a total."""
UNION, OUTSIDE_UNION = "XEU", "XEXTEU"
"""The European Union of 27, and everybody else: partners of two totals that make up the world."""
_SEVERAL = {"congo": ("COG", "COD"), "korea": ("KOR", "PRK")}
"""Names that sources print for one area and people say of two."""


@cache
def area_set(text: str, on: date) -> frozenset[str]:
    """Return the codes of the areas that a text stands for on a day.

    Parameters
    ----------
    text
        A code (``CHN``), a group (``EU``, ``coalition``), a group with its members fixed on a
        day or at the end of a period (``coalition@2022``), ``WLD``, or a sum (``CHN+HKG``).
    on
        The day whose members of a dated group are meant.

    Raises
    ------
    UnknownNameError
        For an unknown name; suggests by code and by name ("China": CHN).
    RequestError
        For a group without members on that day, an area named twice in a sum, ``WLD`` or
        another total inside one.

    Examples
    --------
    >>> from datetime import date
    >>> sorted(area_set("CHN+HKG", date(2023, 1, 1)))
    ['CHN', 'HKG']
    >>> "GBR" in area_set("EU", date(2020, 1, 31)), "GBR" in area_set("EU", date(2020, 2, 1))
    (True, False)
    """
    found: frozenset[str] = frozenset()
    parts = _parts(text)
    for part in parts:
        members = _members(part, on)
        if len(parts) > 1 and WORLD in members:
            raise RequestError(
                f"the world and something more: {text!r}",
                why="the world holds every area already",
                hint="write WLD alone, or the areas alone",
            )
        if twice := found & members:
            raise RequestError(
                f"named twice in {text!r}: {', '.join(sorted(twice))}",
                why="a sum counts every area once",
                hint="leave one of the two out",
            )
        found |= members
    return found


def as_codes(text: str | None) -> str | None:
    """Return codes for areas and groups, by code in any letters or by an exact name.

    A code is ours, ISO's of two letters, or the United Nations' of three digits (M49).

    A name that means nothing here is left as it is, to be refused with the nearest known ones.

    Raises
    ------
    RequestError
        For a name that people say of two areas ("Congo", "Korea").

    Examples
    --------
    >>> as_codes("Russia"), as_codes("chn+Hong Kong"), as_codes("eu27"), as_codes("Atlantis")
    ('RUS', 'CHN+HKG', 'EU27', 'Atlantis')
    """
    return text and "+".join(as_one_code(part.strip()) for part in text.split("+"))


def as_one_code(part: str) -> str:
    """Return the code of one area or group, the day of its members kept: ``eu@2023``.

    Raises
    ------
    RequestError
        For a name that people say of two areas.
    """
    word, at, day = part.partition("@")
    for spelled in (word, word.lower(), word.upper()):
        if is_group(spelled) or spelled in known_areas():
            return f"{spelled}{at}{day}"
    named = {one.name.casefold(): one.code for one in groups()}
    if several := _SEVERAL.get(word.casefold().removeprefix("the ")):
        raise RequestError(
            f"two areas are called {word!r}",
            hint=f"write {' or '.join(f'{code} ({area(code).name})' for code in several)}",
        )
    code = by_name(word) or named.get(word.casefold())
    code = code or by_code("alpha2").get(word.upper()) or by_code("m49").get(word)
    return f"{code}{at}{day}" if code else part


def area_name(text: str) -> str:
    """Return the name of what a text stands for, for titles and tables.

    Raises
    ------
    UnknownNameError
        For an unknown name.

    Examples
    --------
    >>> area_name("RUS"), area_name("CHN+HKG"), area_name("EU27")
    ('Russia', 'China and Hong Kong', 'European Union (27)')
    """
    return joined([_name(part)[1] for part in _parts(text)])


def area_phrase(text: str) -> str:
    """Return the name as it stands in a sentence, with its article.

    Examples
    --------
    >>> area_phrase("USA"), area_phrase("WLD"), area_phrase("NLD+BEL")
    ('the United States', 'the world', 'the Netherlands and Belgium')
    """
    return joined([" ".join(_name(part)).lstrip() for part in _parts(text)])


def area_or_group(code: str) -> Area | Group:
    """Return the area or group of a code.

    Raises
    ------
    UnknownNameError
        With the nearest known areas and groups.
    """
    if is_group(code):
        return group(code)
    if code in known_areas():
        return known_areas()[code]
    raise unknown_area(code, _group_names())


def possessive(name: str) -> str:
    """Return a name with its possessive ending.

    Examples
    --------
    >>> possessive("Russia"), possessive("the United States")
    ('Russia’s', 'the United States’')
    """
    return f"{name}’" if name.endswith("s") else f"{name}’s"


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split("+")]


def _members(part: str, on: date) -> frozenset[str]:
    code, at, day = part.partition("@")
    if is_group(code):
        return by_group_code()[code].members(Period.parse(day).end if at else on)
    if at or code not in known_areas():
        raise unknown_area(part, _group_names())
    if known_areas()[code].kind == "aggregate" and code != WORLD:
        raise RequestError(
            f"{code} is a total, not an area",
            where=known_areas()[code].name,
            why="a total that a source prints beside its parts is never a row",
            hint="name a group or a sum of areas",
        )
    return frozenset({code})


def _name(part: str) -> tuple[str, str]:
    code, at, day = part.partition("@")
    if is_group(code):
        one = by_group_code()[code]
        return one.article, f"{one.name} (members of {day})" if at else one.name
    if at or code not in known_areas():
        raise unknown_area(part, _group_names())
    return known_areas()[code].article, known_areas()[code].name


def _group_names() -> tuple[tuple[str, str], ...]:
    return tuple((one.code, one.name) for one in groups())
