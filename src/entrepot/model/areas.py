"""What a definition means by "who": an area, a dated group or a sum of them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from entrepot.errors import RequestError, UnknownNameError, is_near, nearest
from entrepot.model.columns import read_table
from entrepot.model.display import first_of, joined
from entrepot.model.period import Period

if TYPE_CHECKING:
    from collections.abc import Iterable

WORLD = "WLD"
"""Everybody: the partner of a total."""
UNION, OUTSIDE_UNION = "XEU", "XEXTEU"
"""The European Union of 27, and all other countries: partners of two totals that make up the
world."""


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
                why="the world includes every area already",
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
    >>> area_phrase("USA"), area_phrase("EU27"), area_phrase("NLD+BEL")
    ('the United States', 'the EU27', 'the Netherlands and Belgium')
    """
    return joined([_phrase(part) for part in _parts(text)])


def area_phrases(codes: Iterable[str], most: int = 6) -> str:
    """Return areas as a list in a sentence, cut where there are many.

    Examples
    --------
    >>> area_phrases(["DEU", "USA"]), area_phrases(["DEU", "FRA", "ITA"], most=2)
    ('Germany and the United States', 'Germany, France and 1 more')
    """
    names = [area_phrase(code) for code in codes]
    return joined(names) if len(names) <= most else first_of(names, most)


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


def trades_inside(importer: str, exporter: str, on: date) -> bool:
    """Whether an importer is a group that on a day has members among the exporters.

    Never for a group that has none on that day.

    Examples
    --------
    >>> from datetime import date
    >>> trades_inside("EU", "GBR", date(2019, 12, 31)), trades_inside("EU", "GBR", date(2021, 1, 1))
    (True, False)
    >>> trades_inside("DEU", "EU", date(2021, 1, 1)), trades_inside("EU", "USA", date(2021, 1, 1))
    (False, False)
    """
    if not (has_members(importer, on) and has_members(exporter, on)):
        return False
    buyers = area_set(importer, on)
    return len(buyers) > 1 and not buyers.isdisjoint(area_set(exporter, on))


def possessive(name: str) -> str:
    """Return a name with its possessive ending.

    Examples
    --------
    >>> possessive("Russia"), possessive("the United States")
    ('Russia’s', 'the United States’')
    >>> possessive("the coalition (members of 2024)")
    'the coalition’s (members of 2024)'
    """
    owner, bracket, when = name.partition(" (members of ")
    if bracket:
        return f"{possessive(owner)}{bracket}{when}"
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
            why="a total published alongside its parts is never a row",
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


def _phrase(part: str) -> str:
    article, name = _name(part)
    # "European Union (27)'s largest supplier" is no English: fixed groups are called by their code.
    if is_group(part) and group(part).kind == "fixed":
        name = group(part).code
    return f"{article} {name}".lstrip()


def _group_names() -> tuple[tuple[str, str], ...]:
    return tuple((one.code, one.name) for one in groups())


# Areas: who trades, under one code, with the codes that each source uses for it.


Kind = Literal["country", "territory", "historical", "special", "aggregate"]
System = Literal["alpha2", "m49", "comtrade", "baci", "eurostat", "gacc", "imf", "name"]


_MANY = ("comtrade", "baci", "eurostat", "gacc", "imf", "successors")  # several codes in a cell
_DAYS = ("valid_from", "valid_to")
_MARKS = str.maketrans({"，": ",", "（": "(", "）": ")", "’": "'"})  # Chinese and curly
_NEARLY = 0.08  # how much less alike than the best a suggestion may be


@dataclass(frozen=True, slots=True)
class Area:
    """One area that statistics know.

    Attributes
    ----------
    code
        Our code, ISO 3166 alpha-3 where there is one.
    name, article, adjective
        As a newspaper prints them: ``United States``, ``the``, ``American``. Adjective and
        article are empty where there is none in use.
    kind
        ``country``; ``territory`` with its own entry; ``historical``: is no more; ``special``: no
        place (bunkers, areas not specified); ``aggregate``: a total that a source prints beside
        its parts, never to be added to them.
    alpha2, m49
        ISO two letters; three digits of UN M49 (Taiwan: its ISO number).
    comtrade, baci, eurostat, gacc, imf
        Codes in each source, the present one first.
    valid_from, valid_to
        First and last day, where they matter for statistics since 1988.
    successors
        Codes of the areas that a historical one became.
    aliases
        Other names and spellings that sources print.
    certainty
        What was not seen in a file of its source. ``by rule``: the source uses ISO or M49 codes
        elsewhere. Eurostat's codes are ISO's two letters by rule, but for the exceptions noted.
    note
        What to know when using it.
    """

    code: str
    name: str
    article: str
    adjective: str
    kind: Kind
    alpha2: str
    m49: str
    comtrade: tuple[str, ...]
    baci: tuple[str, ...]
    eurostat: tuple[str, ...]
    gacc: tuple[str, ...]
    imf: tuple[str, ...]
    valid_from: date | None
    valid_to: date | None
    successors: tuple[str, ...]
    aliases: tuple[str, ...]
    certainty: str
    note: str

    @property
    def phrase(self) -> str:
        """Name as it stands in a sentence: ``the United States``."""
        return f"{self.article} {self.name}".lstrip()


@cache
def areas() -> tuple[Area, ...]:
    """Return every area, sorted by code."""
    names = tuple(field.name for field in fields(Area))
    return tuple(map(_area, read_table(Path(__file__).with_name("areas.csv"), names)))


@cache
def known_areas() -> dict[str, Area]:
    """Return every area by its code."""
    return {one.code: one for one in areas()}


def area(code: str) -> Area:
    """Return the area of a code.

    Raises
    ------
    UnknownNameError
        With the codes that look most like it, by code or by name.

    Examples
    --------
    >>> area("KOR").name, area("TWN").comtrade
    ('South Korea', ('490', '158'))
    """
    found = known_areas().get(code)
    if found is None:
        raise unknown_area(code)
    return found


@cache
def by_code(system: System) -> dict[str, str]:
    """Return our code for each code of another system.

    Parameters
    ----------
    system
        ``alpha2``, ``m49``, ``comtrade``, ``baci``, ``eurostat``, ``gacc``, ``imf`` or ``name``
        (names and aliases in lower case; see `by_name`). BACI takes its codes from Comtrade, so
        a code that only Comtrade's list has counts for ``baci`` too.

    Raises
    ------
    UnknownNameError
        For another system.
    """
    if system not in get_args(System):
        raise UnknownNameError("system of area codes", system, get_args(System))
    found: dict[str, str] = {}
    for one in areas():
        for code in _codes(one, system):
            found[code] = one.code
    return found


def by_name(name: str) -> str | None:
    """Return our code for a name as sources print it, or None.

    What Eurostat adds in brackets ("Spain (incl. Canary Islands 'XB' from 1997)") is left out.

    Examples
    --------
    >>> by_name("Russian Federation"), by_name("Atlantis")
    ('RUS', None)
    """
    names = by_code("name")
    return names.get(_key(name)) or names.get(_key(name.partition(" (incl. ")[0]))


def unknown_area(text: str, groups: tuple[tuple[str, str], ...] = ()) -> UnknownNameError:
    """Return the error for an unknown area; it suggests by code and by name.

    Parameters
    ----------
    text
        What was given.
    groups
        Code and name of further known things.
    """
    shown = {one.code: one.name for one in areas() if one.kind != "aggregate"} | dict(groups)
    words = _words(groups)
    wanted = _key(text)
    near = list(words.get(wanted, ())) or _most_alike(wanted, words)
    guess = " or ".join(f"{code} ({shown[code]})" for code in near)
    error = UnknownNameError(
        "area",
        text,
        (),
        hint=f"did you mean {guess}?" if near else "`entrepot area list` shows what is known",
    )
    error.suggestions = near
    return error


def _words(groups: tuple[tuple[str, str], ...]) -> dict[str, tuple[str, ...]]:
    """Return what may be typed for each area and group: code, two letters, name, aliases."""
    pairs = [(word, code) for code, name in groups for word in (code, name)]
    for one in areas():
        if one.kind != "aggregate":
            names = (one.code, one.alpha2, one.name, *one.aliases)
            pairs += [(word, one.code) for word in names if word]
    words: dict[str, tuple[str, ...]] = {}
    for word, code in pairs:
        # A word may be that of several areas (Congo): all of them are suggested.
        words[_key(word)] = tuple(dict.fromkeys((*words.get(_key(word), ()), code)))
    return words


def _most_alike(wanted: str, words: dict[str, tuple[str, ...]]) -> list[str]:
    """Return up to three codes: the best match and those that are nearly as good."""
    near = [word for word in nearest(wanted, words, limit=6) if is_near(wanted, word)]
    score = {word: SequenceMatcher(None, word, wanted).ratio() for word in near}
    good = [word for word in near if score[word] >= max(score.values()) - _NEARLY]
    return list(dict.fromkeys(code for word in good for code in words[word]))[:3]


def _codes(one: Area, system: System) -> tuple[str, ...]:
    match system:
        case "alpha2" | "m49":
            code: str = getattr(one, system)
            return (code,) if code else ()
        case "baci":
            return one.baci + one.comtrade
        case "name":
            return tuple(_key(name) for name in (one.name, *one.aliases))
    codes: tuple[str, ...] = getattr(one, system)
    return codes


def _key(name: str) -> str:
    """Return a name without case, typographic marks and uneven blanks."""
    plain = name.translate(_MARKS).replace(",", ", ").replace("(", " (").casefold()
    return " ".join(plain.split())


def _area(row: dict[str, str]) -> Area:
    cells: dict[str, Any] = dict(row)
    cells |= {name: tuple(row[name].split()) for name in _MANY}
    cells |= {name: date.fromisoformat(row[name]) if row[name] else None for name in _DAYS}
    cells["aliases"] = tuple(row["aliases"].split(";")) if row["aliases"] else ()
    return Area(**cells)  # the table's test checks the words


# Groups of areas whose members depend on the day.


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
            # Only a dated group can be empty, so that some member has a first day.
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
    memberships: dict[str, list[Membership]] = {}
    for row in read_table(_FOLDER / "group_members.csv", _MEMBER_COLUMNS):
        memberships.setdefault(row["group"], []).append(
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
            memberships=tuple(memberships[row["code"]]),
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
    return part if has_members(part, since) else f"{part}@{on.year}"


def has_members(text: str, on: date) -> bool:
    """Whether every group of a sum has members on a day, as a single area always has.

    >>> has_members("coalition", date(2021, 12, 31)), has_members("CHN+HKG", date(2021, 12, 31))
    (False, True)
    """
    groups = (group(part.strip()) for part in text.split("+") if is_group(part.strip()))
    return all(any(one.on(on) for one in each.memberships) for each in groups)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


_REPORTING_COLUMNS = ("area", "last_month", "note", "source")


@dataclass(frozen=True, slots=True)
class StoppedReporting:
    """A reporter that fell silent: last month with data by partner, why, and who says so."""

    area: str
    last: Period
    note: str
    source: str


@cache
def stopped() -> tuple[StoppedReporting, ...]:
    """Return every reporter known to have stopped."""
    rows = read_table(Path(__file__).with_name("stopped.csv"), _REPORTING_COLUMNS)
    return tuple(
        StoppedReporting(row["area"], Period.parse(row["last_month"]), row["note"], row["source"])
        for row in rows
    )


def stopped_in(areas: Iterable[str], period: Period) -> tuple[StoppedReporting, ...]:
    """Return those of `areas` that no longer reported all of `period`."""
    wanted = set(areas)
    return tuple(item for item in stopped() if item.area in wanted and period.end > item.last.end)
