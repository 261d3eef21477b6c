"""Editions of the Harmonized System: their codes, links between them, and families that follow.

A code may keep its number and change its content, so equal numbers are not yet equal goods.
The codes of each edition are in `entrepot.model.product`; `families.csv` has what became of codes
on the Common High Priority List, judged one by one.

The correlation tables of the United Nations say every way in which a part of a code may have
moved, however small. A new heading for waste or parts then draws on a thousand codes, and through
it all of electronics is one family. So links into a *gathering code*, one that draws on more than
`GATHERS` old codes, are set aside where the old code also leads somewhere else: its goods stay
there, and what left for the gathering code is a remainder. `link_rules.csv` has the few links that
are added or set aside by hand, each with its reason.
"""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast, get_args

from entrepot.errors import BadFileError, RequestError, nearest
from entrepot.model.columns import read_table
from entrepot.model.product import EDITIONS, edition, known_codes, known_prefixes

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Pair = tuple[str, str]

Kind = Literal["same", "renumbered", "successor", "no_safe_predecessor", "content_changed"]

_LINK_COLUMNS = (
    "code",
    "nomenclature",
    "other_nomenclature",
    "kind",
    "other_code",
    "widest",
    "reason",
)


@dataclass(frozen=True, slots=True)
class CodeLink:
    """What a code of one edition is in another.

    Attributes
    ----------
    kind
        ``same``: the same number for the same goods; ``renumbered``: `other_code` is the same
        goods; ``successor``: `other_code` stands for it and holds more;
        ``no_safe_predecessor``: nothing does, and `other_code` is empty; ``content_changed``: the
        number is the same and the goods are not.
    widest
        The code that holds its goods among others.
    reason
        Why, for a reader.
    """

    code: str
    nomenclature: str
    other_nomenclature: str
    kind: Kind
    other_code: str
    widest: str
    reason: str


def link(code: str, nomenclature: str, other: str) -> CodeLink | None:
    """Return what `families.csv` says of a code in `other`; None where it says nothing."""
    if nomenclature == other:
        return CodeLink(code, nomenclature, other, "same", code, code, "")
    return links(nomenclature, other).get(code)


@cache
def links(nomenclature: str, other: str) -> dict[str, CodeLink]:
    """Return what was judged code by code between two editions; none if nothing was."""
    found = {}
    for row in read_table(_FOLDER / "families.csv", _LINK_COLUMNS):
        kind = row.pop("kind")
        if kind not in get_args(Kind):
            raise BadFileError(f"unknown kind {kind!r}", where=f"families.csv, {row['code']}")
        if (row["nomenclature"], row["other_nomenclature"]) == (nomenclature, other):
            found[row["code"]] = CodeLink(**row, kind=cast("Kind", kind))
    return found


@cache
def without_filling(code: str, edition: str) -> str:
    """Return a code without the zeros that fill a chapter, heading or subheading up.

    In a tariff, a line of zeros behind six digits is all of an undivided subheading.

    Examples
    --------
    >>> without_filling("42020000", "HS2022"), without_filling("85423100", "HS2022")
    ('4202', '854231')
    >>> without_filling("85423190", "HS2022")
    '85423190'
    """
    for length in (6, 4, 2):
        if edition in known_prefixes(min(length, len(code))).get(code[:length], ()):
            return code if code[length:].strip("0") else code[:length]
        # A digit that says something: anything shorter would hold more goods than the code.
        if code[length - 2 :].strip("0"):
            break
    return code


def undivided(code: str, edition: str) -> str:
    """Return the one subheading of a heading that is not divided, else the code itself.

    Examples
    --------
    >>> undivided("3826", "HS2022"), undivided("8542", "HS2022")
    ('382600', '8542')
    """
    inside = _subheadings(edition).get(code, ())
    return inside[0] if len(inside) == 1 else code


@cache
def _subheadings(edition: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for code, there in known_codes().items():
        if edition in there:
            found.setdefault(code[:4], []).append(code)
    return found


def require_code(code: str, edition: str) -> None:
    """Refuse a code of two, four or six digits that an edition does not have.

    Raises
    ------
    RequestError
        With the editions that it stands in, or else with the nearest codes of this one.
    """
    known = known_prefixes(len(code))
    editions = known.get(code, frozenset())
    if edition in editions:
        return
    if editions:
        raise RequestError(
            f"{code} is not a code of {edition}",
            why=f"it stands in {', '.join(sorted(editions))}",
            hint="write the edition it belongs to, or its code in this one",
        )
    near = nearest(code, [one for one, there in known.items() if edition in there])
    guess = f"did you mean {' or '.join(near)}? " if near else ""
    raise RequestError(f"unknown code {code} in {edition}", hint=f"{guess}check the digits")


GATHERS = 10
"""Old codes that a new code may draw on before it counts as one that gathers remainders.

With ten no family between neighbouring editions has more than 71 codes; with 20 the largest has
135, without the rule 2,258. With 20 two codes of all lists in HS2022 become something else in
HS2017, and up to twelve of one list in HS2012."""

_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Family:
    """The smallest closed group of codes: none of its goods are outside it, in any edition.

    Attributes
    ----------
    members
        Its codes by edition.
    gathers
        Whether one of its codes is new and draws on more codes than are in the family: its goods
        came from everywhere, so no older code holds them all.
    """

    members: tuple[tuple[str, tuple[str, ...]], ...]
    gathers: bool = False

    def codes(self, name: str) -> tuple[str, ...]:
        """Return its codes in an edition."""
        for edition_, codes in self.members:
            if edition_ == name:
                return codes
        return ()


class Links:
    """Links between editions, with those that are set aside.

    Parameters
    ----------
    rows
        Newer edition, its code, older edition, its code: the UN's correlation tables.
    """

    def __init__(self, rows: Iterable[tuple[str, str, str, str]]) -> None:
        raw: dict[Pair, set[Pair]] = defaultdict(set)
        for newer, new, older, old in rows:
            raw[newer, older].add((new, old))
        self._raw = {pair: frozenset(links) for pair, links in raw.items()}
        self._kept: dict[Pair, frozenset[Pair]] = {}
        self._drawn: dict[Pair, Mapping[str, tuple[frozenset[str], bool]]] = {}
        self._families: dict[Pair, Mapping[Pair, Family]] = {}

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Newer and older edition of each table there is."""
        return tuple(sorted(self._raw, reverse=True))

    def kept(self, newer: str, older: str) -> frozenset[tuple[str, str]]:
        """Return the links between two neighbouring editions: new code, old code.

        Raises
        ------
        RequestError
            If the table between them is not loaded.
        """
        pair = newer, older
        if pair not in self._raw:
            raise RequestError(
                f"the correlation table between {newer} and {older} is not loaded",
                why="which codes share goods is not known without it",
                hint="entrepot data get concordance, or: entrepot data add concordance FILE...",
            )
        if pair not in self._kept:
            self._kept[pair] = _without_remainders(self._raw[pair], _rules(pair))
        return self._kept[pair]

    def set_aside(self, newer: str, older: str) -> frozenset[tuple[str, str]]:
        """Return the links of the table that are not followed."""
        return self._raw.get((newer, older), frozenset()) - self.kept(newer, older)

    def drawn(self, newer: str, older: str) -> Mapping[str, tuple[frozenset[str], bool]]:
        """Return for each new code the old ones it drew on, and whether it gathers.

        Of a gathering code that is every link of the table, of others those that are followed.
        """
        if (newer, older) not in self._drawn:
            kept, every = defaultdict[str, set[str]](set), defaultdict[str, set[str]](set)
            for new, old in self.kept(newer, older):
                kept[new].add(old)
            for new, old in self._raw[newer, older]:
                every[new].add(old)
            gather = {new for _, new in self._gathering([(newer, older)])}
            self._drawn[newer, older] = {
                new: (frozenset(every[new] if new in gather else kept[new]), new in gather)
                for new in {*kept, *every}
            }
        return self._drawn[newer, older]

    def families(self, one: str, other: str) -> Mapping[tuple[str, str], Family]:
        """Return the family of every edition and code between two editions.

        Raises
        ------
        RequestError
            If a table between them is missing.
        """
        if (one, other) not in self._families:
            path = steps(one, other)
            editions = tuple(dict.fromkeys(name for step in path for name in step))
            kept = {step: self.kept(*step) for step in path}
            found = _closed(editions, kept, self._gathering(path))
            self._families[one, other] = self._families[other, one] = found
        return self._families[one, other]

    def _gathering(self, path: Iterable[Pair]) -> set[Pair]:
        """Return the new codes that draw on too many old ones to be followed back."""
        found = set()
        for newer, older in path:
            drawn = Counter(new for new, _ in self._raw[newer, older])
            old_codes = {old for _, old in self._raw[newer, older]}
            found |= {
                (newer, new)
                for new, count in drawn.items()
                # A number that the older edition has too keeps goods of its own.
                if count > GATHERS and new not in old_codes
            }
        return found


@cache
def steps(one: str, other: str) -> tuple[tuple[str, str], ...]:
    """Return the pairs of neighbouring editions between two, newest first.

    Examples
    --------
    >>> steps("HS2012", "HS2022")
    (('HS2022', 'HS2017'), ('HS2017', 'HS2012'))
    """
    first, last = sorted((edition(one).year, edition(other).year))
    between = [item.id for item in EDITIONS if first <= item.year <= last][::-1]
    return tuple(itertools.pairwise(between))


@cache
def _rules(pair: tuple[str, str]) -> tuple[dict[str, str], ...]:
    columns = ("newer", "older", "new_code", "old_code", "action", "reason")
    rows = read_table(_FOLDER / "link_rules.csv", columns)
    for row in rows:
        if row["action"] not in ("add", "aside"):
            raise BadFileError(f"unknown action {row['action']!r}", where="link_rules.csv")
    return tuple(row for row in rows if (row["newer"], row["older"]) == pair)


def _without_remainders(raw: frozenset[Pair], rules: tuple[dict[str, str], ...]) -> frozenset[Pair]:
    added = {(row["new_code"], row["old_code"]) for row in rules if row["action"] == "add"}
    aside = [(row["new_code"], row["old_code"]) for row in rules if row["action"] == "aside"]
    links = set(raw | added)
    # Before codes are counted: what is set aside by hand makes no code a gathering one.
    for one, other in aside:
        # A rule may name a heading or a chapter, and then holds for every code under it.
        links -= {(new, old) for new, old in links if new.startswith(one) and old.startswith(other)}
    drawn = Counter(new for new, _ in links)
    # Followed in any case; an old code with such a link leads elsewhere with a remainder only.
    at_home = {(new, old) for new, old in links if new == old or drawn[new] <= GATHERS} | added
    settled = {old for _, old in at_home}
    return frozenset(link for link in links if link in at_home or link[1] not in settled)


def _closed(
    editions: tuple[str, ...], tables: Mapping[Pair, frozenset[Pair]], gathering: set[Pair]
) -> Mapping[Pair, Family]:
    """Join codes that are linked, over all tables, and return the group of each."""
    numbers = _numbers(editions, tables)
    above = list(range(sum(map(len, numbers.values()))))

    def top(node: int) -> int:
        # Union-find with halved paths: thousands of links are joined in nearly linear time.
        while above[node] != node:
            above[node] = node = above[above[node]]
        return node

    for (newer, older), links in tables.items():
        news, olds = numbers[newer], numbers[older]
        for new, old in links:
            above[top(news[new])] = top(olds[old])
    groups: dict[int, dict[str, list[str]]] = {}
    for name, codes in numbers.items():
        for code, number in codes.items():
            groups.setdefault(top(number), {}).setdefault(name, []).append(code)
    gathered = {top(numbers[name][code]) for name, code in gathering if code in numbers[name]}
    found: dict[Pair, Family] = {}
    for root, group in groups.items():
        members = tuple((name, tuple(group.get(name, ()))) for name in editions)
        family = Family(members, root in gathered)
        found |= {(name, code): family for name, of_edition in group.items() for code in of_edition}
    return found


def _numbers(
    editions: tuple[str, ...], tables: Mapping[Pair, frozenset[Pair]]
) -> dict[str, dict[str, int]]:
    """Return a number for every code that is linked, in the order of editions and codes."""
    codes: dict[str, set[str]] = {name: set() for name in editions}
    for (newer, older), links in tables.items():
        codes[newer].update(new for new, _ in links)
        codes[older].update(old for _, old in links)
    number = itertools.count()
    return {name: {code: next(number) for code in sorted(codes[name])} for name in editions}
