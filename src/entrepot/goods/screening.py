"""Which lists apply to a shipment, by who exports, who imports, where goods are from and the route.

An import ban on goods of Russia says nothing of exports to Turkey: a list binds one jurisdiction in
one direction. What a code meets on a list is found by `entrepot.goods.match`; here are the rules
that make a status of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Literal

from entrepot.model.areas import area_name, area_set, group
from entrepot.model.display import day_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from entrepot.goods.lists import GoodsList, MissingText
    from entrepot.goods.match import Match

LISTED, PART, NOT_KNOWN, NOT_LISTED, NO_LIST, UNREADABLE = 1, 2, 3, 4, 5, 6
STATUSES = {
    LISTED: "listed",
    PART: "in part: check the text",
    NOT_KNOWN: "not known",
    NOT_LISTED: "not listed",
    NO_LIST: "no list for this route",
    UNREADABLE: "not readable",
}
"""What a shipment can be, in the order in which it takes its first status."""

Direction = Literal["export", "re-export", "import", "transit", "clause", "licence", "any"]

_DIRECTIONS = {"re-export": "export", "licence": "export", "clause": "no-re-export"}
"""What the files of lists call a kind, where they have another word."""
RUSSIA = "RUS"
_BOTH = ("RUS", "BLR")
_EVER, _ALWAYS = date(1988, 1, 1), date(9999, 12, 31)
_BELARUS = date(2022, 3, 2)
"""First day on which the United States bound exports to Belarus as those to Russia
(https://www.fenwick.com/insights/publications/additional-us-sanctions-and-export-controls-issued-against-russia-and-belarus-as-russian-invasion-of-ukraine-persists)."""
_CLAUSE = date(2024, 3, 20)
"""First day of the clause against re-export to Russia: Article 12g(1) of Regulation (EU) No
833/2014, added by 2023/2878 (http://data.europa.eu/eli/reg/2023/2878/oj)."""
_TRANSIT = date(2023, 6, 24)
"""First day of the ban on transit of goods of Annexes VII, XI and XX through Russia: Articles
2a(1a) and 3c(1a), added by 2023/1214 (http://data.europa.eu/eli/reg/2023/1214/oj)."""
_MORE = {
    "eu-vii-b": ("transit",),
    "eu-xi": ("transit", "no-re-export"),
    "eu-xx": ("transit", "no-re-export"),
    "eu-xxxv": ("no-re-export",),
}
"""Directions in which Articles 2a(1a), 3c(1a) and 12g(1) bind a list beside its own."""
_PARTNERS = dict.fromkeys(
    ("USA", "JPN", "GBR", "KOR", "AUS", "CAN", "NZL", "NOR", "CHE"), _CLAUSE
) | {"LIE": date(2024, 6, 25), "ISL": date(2024, 6, 25)}
"""Partner countries of Annex VIII, to which no clause is needed, and since when: the first eight
stand in the consolidated text of 27 April 2023, Switzerland was added by 2023/1214, Liechtenstein
and Iceland by 2024/1745 (http://data.europa.eu/eli/reg/2024/1745/oj). Packages 15 to 18 leave
the list as it is, package 19 changes its title."""
_HOMES = {"EU": "EU", "GB": "GBR", "US": "USA", "CA": "CAN", "CN": "CHN", "JP": "JPN", "CH": "CHE"}
_NAMES = {"EU": "EU", "GB": "UK", "US": "US", "CA": "Canada", "CN": "China", "JP": "Japan",
          "CH": "Switzerland"}  # fmt: skip
_NAME_OF = {home: _NAMES[jurisdiction] for jurisdiction, home in _HOMES.items()}
_BOUND_WITH = {
    **dict.fromkeys(("GLP", "GUF", "MTQ", "REU", "MYT", "MAF"), "FRA"),
    "ALA": "FIN",
    **dict.fromkeys(("PRI", "VIR", "GUM", "ASM", "MNP", "UMI"), "USA"),
}
"""Areas with codes of their own in which the law of a country or of its union holds, by the code
of that country. France and Finland: Articles 349 and 355(1) and (4) of the Treaty on the
Functioning of the European Union (http://data.europa.eu/eli/treaty/tfeu_2012/oj), which is where
Article 13 of Regulation (EU) No 833/2014 holds, and Article 4(1) of Regulation (EU) No 952/2013,
the customs territory (http://data.europa.eu/eli/reg/2013/952/oj). Mayotte is part of the Union
since 1 January 2014 (Decision 2012/419/EU), before the oldest list here; Saint Barthélemy is not
since 2012 (Decision 2010/718/EU). United States: 15 CFR 772.1 and 31 CFR 587, which count Puerto
Rico and all territories and possessions as the United States."""
_CROWN = "a Crown Dependency, in a customs union with the UK, has sanctions laws of its own"
_UNSETTLED = {
    "MCO": ("FRA", "Monaco is in the customs territory of the EU, and not in the EU"),
    **dict.fromkeys(("IMN", "JEY", "GGY"), ("GBR", _CROWN)),
}
"""Areas of which it is not known whether the measures of a country bind them, and why. Monaco:
Article 4(2)(a) of Regulation (EU) No 952/2013. The Isle of Man, Jersey and Guernsey: section 31 of
the Taxation (Cross-border Trade) Act 2018 (https://www.legislation.gov.uk/ukpga/2018/22)."""
TARIFF_OF = {"EU": "CN", "GB": "UKT", "US": "HTS", "CN": "CCT", "JP": "JPT", "CH": "CHT"}
"""The tariff whose longer codes a jurisdiction's own declarations have."""


@dataclass(frozen=True, slots=True)
class Route:
    """Where a shipment goes: country of dispatch, of destination, of origin, and on the way.

    Attributes
    ----------
    origin
        Empty if it is not given.
    via
        Countries on the way; None if the list has no such column.
    """

    dispatch: str
    destination: str
    origin: str = ""
    via: frozenset[str] | None = None

    @property
    def sides(self) -> tuple[str, str, str]:
        """The countries by which it is known who is bound."""
        return self.dispatch, self.destination, self.origin

    def by(self, law: Mapping[str, str]) -> Route:
        """Return the route with areas as the countries whose law holds there."""
        start, end, origin = (law.get(one, one) for one in self.sides)
        return Route(start, end, origin, self.via)


@dataclass(frozen=True)
class Regime:
    """The lists of one jurisdiction for one direction.

    Attributes
    ----------
    jurisdiction
        As a table shows it: ``EU``, ``UK``.
    direction
        ``export to Russia``.
    lists
        Those that count together.
    home
        Country or group whose exporters or importers are bound; empty: every shipment.
    kind
        What is bound.
    targets
        Countries that the goods may not go to, or come from.
    """

    jurisdiction: str
    direction: str
    lists: tuple[GoodsList, ...]
    home: str
    kind: Direction
    targets: tuple[str, ...] = (RUSSIA,)

    @property
    def name(self) -> str:
        """Jurisdiction and direction in one."""
        return f"{self.jurisdiction} {self.direction}"

    @property
    def read_until(self) -> date:
        """Day up to which each of its lists was read; fragments do not count."""
        read = [one.known_until for one in self.lists if not one.is_fragment]
        return min(read, default=max(one.known_until for one in self.lists))

    @property
    def only_fragments(self) -> bool:
        """Whether none of its lists could be read as a whole."""
        return all(goods_list.is_fragment for goods_list in self.lists)

    def applies(self, route: Route) -> Iterator[tuple[date, date, str]]:
        """Yield the first and last day on which it binds shipments on a route.

        With them stands why it is not known whether it does; empty where it is.
        """
        if not self.home:
            yield _EVER, _ALWAYS, ""
            return
        days = list(self._days(route.by(_BOUND_WITH)))
        doubts = {code: one for code, one in _UNSETTLED.items() if code in route.sides}
        # Read both ways: only where that makes a difference nothing is known.
        other = list(self._days(route.by(_BOUND_WITH | {code: o[0] for code, o in doubts.items()})))
        if days == other:
            doubts = {}
        for first, last in days or other:
            yield first, last, "; ".join(sorted({why for _, why in doubts.values()}))

    def _days(self, route: Route) -> Iterator[tuple[date, date]]:
        inside, other = _inner(self, route)
        if not inside or not other:
            return
        start, end = self._in_force(other)
        for first, last in _membership(self.home, inside):
            for after, until in _outside(self.home, other):
                # Three spans meet: one side is bound, the other is outside, and the rule stands.
                begins, ends = max(first, after, start), min(last, until, end)
                if begins <= ends:
                    yield begins, ends

    def _in_force(self, other: str) -> tuple[date, date]:
        """Return the days on which the rule stands, towards a country outside."""
        if self.kind == "transit":
            return _TRANSIT, _ALWAYS
        if self.kind == "clause":
            free = _PARTNERS.get(other)
            # For partners from the first day on it ends
            # before it begins: no clause was ever needed.
            return _CLAUSE, free - timedelta(days=1) if free else _ALWAYS
        if other == "BLR" and other in self.targets:
            return _BELARUS, _ALWAYS
        return _EVER, _ALWAYS

    @property
    def gaps(self) -> tuple[MissingText, ...]:
        """Texts that were not read and that can list goods for it, of each list and of the act."""
        own = (gap for one in self.lists for gap in one.gaps)
        direction = _DIRECTIONS.get(self.kind, self.kind)
        of_act = (gap for gap in self.lists[0].act.missing if direction in gap.directions)
        return tuple(dict.fromkeys((*own, *of_act)))

    def unsettled(self) -> Iterator[tuple[date, date, str]]:
        """Yield the days on which a code that meets nothing may be listed, and why."""
        for goods_list in self.lists:
            if goods_list.is_fragment:
                yield (
                    goods_list.begins,
                    _ALWAYS,
                    f"{goods_list.short}: only fragments of the list were read",
                )
            elif goods_list.known_until < date.max:
                why = f"{goods_list.short}: read until {day_text(goods_list.known_until)}"
                yield goods_list.known_until + timedelta(days=1), _ALWAYS, why


def _inner(regime: Regime, route: Route) -> tuple[str, str]:
    """Return who is bound and who is outside; empty where the regime says nothing of a route."""
    none = "", ""
    start, end = route.dispatch, route.destination
    if regime.kind == "import":
        # Goods of Russia that come by way of another country are goods of Russia.
        return (end, start) if {start, route.origin} & set(regime.targets) else none
    # A shipment inside one country crosses no border.
    if start == end:
        return none
    if regime.kind == "re-export":
        return (route.origin, end) if end in regime.targets and start != route.origin else none
    if regime.kind == "export":
        return (start, end) if end in regime.targets else none
    if regime.kind == "transit":
        through = set(regime.targets) & (route.via or frozenset())
        # Goods for the country itself are an export to it, and no transit.
        return (start, end) if through and end not in regime.targets else none
    if regime.kind == "clause":
        return none if end in regime.targets else (start, end)
    return start, end


@cache
def _membership(home: str, code: str) -> tuple[tuple[date, date], ...]:
    """Return the days on which an area belongs to a home."""
    if home not in ("EU",):
        return ((_EVER, _ALWAYS),) if home == code else ()
    return tuple(
        (one.joined or _EVER, one.left - timedelta(days=1) if one.left else _ALWAYS)
        for one in group(home).memberships
        if one.area == code
    )


def _outside(home: str, code: str) -> Iterator[tuple[date, date]]:
    """Yield the days on which an area does not belong to a home."""
    begins = _EVER
    for first, last in _membership(home, code):
        if begins < first:
            yield begins, first - timedelta(days=1)
        if last == _ALWAYS:
            return
        begins = last + timedelta(days=1)
    yield begins, _ALWAYS


def tariff_home(code: str, union: AbstractSet[str]) -> str:
    """Return whose tariff the codes of an area are of, as `TARIFF_OF` names it, or empty."""
    # The Crown Dependencies and Monaco take the tariff of the customs union they are in.
    code = _BOUND_WITH.get(code) or _UNSETTLED.get(code, (code,))[0]
    if code in union:
        return "EU"
    return {"GBR": "GB", "USA": "US", "CHN": "CN"}.get(code, "")


def regimes_of(lists: Iterable[GoodsList], named: Sequence[str] = ()) -> tuple[Regime, ...]:
    """Return the regimes that lists make up, in the order in which tables show them.

    Parameters
    ----------
    lists
        Those that are loaded.
    named
        Ids that somebody asked for: a list without a direction of its own, such as a list of
        the user or the Common High Priority List, is then screened on every route.
    """
    found: dict[tuple[str, str, str], list[GoodsList]] = {}
    for goods_list in lists:
        home = goods_list.act.jurisdiction
        if home in _HOMES:
            for direction in (goods_list.direction, *_MORE.get(goods_list.id, ())):
                found.setdefault((goods_list.act.id, home, direction), []).append(goods_list)
        elif not home or goods_list.id in named:
            found.setdefault((goods_list.id, "", ""), []).append(goods_list)
    made = [_regime(*key, tuple(goods_list)) for key, goods_list in found.items()]
    # Rules of the United States follow goods of their origin when others send them on.
    us = [_re_export(one) for one in made if one.home == "USA" and one.kind == "export"]
    return tuple(sorted([*made, *us], key=_place))


def _regime(act: str, home: str, direction: str, lists: tuple[GoodsList, ...]) -> Regime:
    if not home:
        return Regime(f"List {act}", "any route", lists, "", "any")
    area, name = _HOMES[home], _NAMES[home]
    if home == "CN":
        return Regime(name, "export licence", lists, area, "licence", ())
    if direction == "transit":
        return Regime(name, "transit through Russia", lists, area, "transit")
    if direction == "no-re-export":
        return Regime(name, "no-re-export clause", lists, area, "clause")
    if direction == "import":
        return Regime(name, "import from Russia", lists, area, "import")
    targets = _BOTH if home == "US" else (RUSSIA,)
    to = "Russia or Belarus" if home == "US" else "Russia"
    return Regime(name, f"export to {to}", lists, area, "export", targets)


def _re_export(one: Regime) -> Regime:
    return Regime(
        one.jurisdiction, one.direction.replace("export", "re-export", 1), one.lists, one.home,
        "re-export", one.targets,
    )  # fmt: skip


_ORDER = ("EU", "UK", "US", "Canada", "China", "Japan", "Switzerland")
_KINDS = ("export", "re-export", "transit", "clause", "licence", "import", "any")


def _place(one: Regime) -> tuple[int, int, str]:
    known = _ORDER.index(one.jurisdiction) if one.jurisdiction in _ORDER else len(_ORDER)
    return known, _KINDS.index(one.kind), one.name


_UN = frozenset(
    ("AFG", "CAF", "COD", "HTI", "IRN", "IRQ", "LBN", "LBY", "PRK", "SDN", "SOM", "SSD", "YEM")
)
_RESTRICTED = _UN | {RUSSIA, "BLR", "MMR", "SYR", "UKR", "VEN", "ZWE"}
"""Countries of which trade in goods is restricted, beside Cuba by the United States (31 CFR 515):
those of resolutions of the Security Council, and those of the Union alone. Its regulations are
765/2006 (Belarus), 267/2012 (Iran), 2017/1509 (North Korea), 36/2012 (Syria), 2017/2063
(Venezuela), 401/2013 (Myanmar), 692/2014 and 2022/263 (occupied regions of Ukraine), 2016/44
(Libya), 747/2014 (Sudan), 2015/735 (South Sudan), 147/2003 (Somalia), 224/2014 (Central African
Republic), 1183/2005 (Congo), 314/2004 (Zimbabwe), 1210/2003 (Iraq), 1412/2006 (Lebanon), 753/2011
(Afghanistan), 1352/2014 (Yemen) and 2022/2309 (Haiti), at http://data.europa.eu/eli/reg/."""
_PLACES = {"UKR": "Crimea and other occupied regions of Ukraine"}
_ALL_JOINED = date(2022, 4, 8)
"""Day by which the members of the coalition had joined: they are the same for other countries."""


def without_list(route: Route, day: date, regimes: Iterable[Regime]) -> str:
    """Return whose list would be needed for a route, where none is loaded; or empty.

    Examples
    --------
    >>> without_list(Route("JPN", "RUS"), date(2024, 1, 1), ())
    'Japan export to Russia'
    >>> without_list(Route("BLR", "DEU"), date(2024, 1, 1), ())
    'EU import from Belarus'
    """
    loaded = {(one.home, one.kind, other) for one in regimes for other in one.targets}
    route = route.by(_BOUND_WITH)
    members = area_set("coalition", max(day, _ALL_JOINED))
    union = area_set("EU", day)
    for side, other, kind, words in (
        (route.dispatch, route.destination, "export", "export to"),
        (route.destination, route.origin, "import", "import from"),
        (route.destination, route.dispatch, "import", "import from"),
    ):
        binds = (
            (other in _RESTRICTED and (side in members or side in union))
            or (other in _UN and side == "CHN")
            or (other == "CUB" and side == "USA")
        )
        own = "EU" if side in union else side
        if binds and side != other and (own, kind, other) not in loaded:
            name = _NAME_OF.get(own) or area_name(own)
            return f"{name} {words} {_PLACES.get(other) or area_name(other)}"
    return ""


def grade_of(match: Match, *, other_edition: bool = False) -> int:
    """Return the status that a match gives a shipment."""
    if match.status in ("not known", "possible"):
        return NOT_KNOWN
    return LISTED if match.certainty == "whole" and not other_edition else PART


def reason_of(match: Match, *, other_edition: str = "") -> str:
    """Say why a match is not certain; empty if it is."""
    said = []
    if match.status == "possible":
        seen = day_text(match.entry.seen_from)
        said.append(f"possible: in the text of {seen}; when it was listed is not known")
    if match.status == "not known":
        said.append(f"list read until {day_text(match.of.known_until)}")
    if other_edition:
        said.append(f"possible: {other_edition}")
    if match.reason:
        said.append(match.reason if match.certainty == "ex" else f"possible: {match.reason}")
    return "; ".join(said)
