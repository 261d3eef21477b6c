"""Which partners count in a question: how much of China, what is no country, what comes back."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import narwhals as nw

from entrepot.figures.definition import SIDES
from entrepot.figures.questions import of as question
from entrepot.figures.questions.question import special
from entrepot.figures.rows import total_sides
from entrepot.figures.sides import Who, among, members_of, reach, traded_by
from entrepot.goods import merged
from entrepot.lake import distinct, fetch, relation, stored

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import date

    from entrepot.figures.definition import Definition, Side
    from entrepot.figures.rows import Frame, Goods, SourceRows


@dataclass(frozen=True, slots=True)
class GoodsChoice:
    """Goods as one of the choices makes them: which part of the list, its day, how followed.

    `is_asked` says that they are the goods of the question as it was asked.
    """

    choices: tuple[tuple[str, str], ...]
    goods: Goods
    is_asked: bool = False

    @property
    def is_weighted(self) -> bool:
        """Whether a share of the value of some codes counts only."""
        return any(one.weights for one in self.goods)


# `&` and `|` mean the same for both, so that one rule serves rows in memory and columns.
Test = TypeVar("Test", bool, "nw.Expr")

# In order: each has what the one before it has, and more.
ABROAD, MEMBERS, OWN = range(3)
"""What counts of trade inside a side: nothing; that of its members with each other; and what an
area sells to itself, its re-imports."""


class PartnerKind(NamedTuple):
    """What a row is to the choices of partners.

    Attributes
    ----------
    exporter, importer
        The area, if it is of a side that comes in several sizes; `fixed` of a side, if it is of one
        that does not; else empty text.
    is_special
        Whether one of the two is no country.
    is_own
        Whether the two are the same.
    """

    exporter: str
    importer: str
    is_special: bool
    is_own: bool


@dataclass(frozen=True, slots=True)
class PartnerChoice:
    """One choice of partners.

    Attributes
    ----------
    territory
        In words.
    asked
        The question with that territory.
    inside
        What counts of trade inside a side: `ABROAD`, `MEMBERS` or `OWN`.
    only_countries
        Whether areas not specified, bunkers and free zones are left out.
    """

    territory: str
    asked: Definition
    inside: int = ABROAD
    only_countries: bool = False

    @property
    def choices(self) -> dict[str, str]:
        """Return who counts, as choices of a specification."""
        partners = "countries only" if self.only_countries else "all"
        return {"territory": self.territory, "partners": partners}

    @property
    def total(self) -> str:
        """Return what of trade inside a side counts, in words."""
        # The default of this question is what reporters do.
        if self.inside == _levels(self.asked)[0]:
            return "as reported"
        if self.inside == ABROAD:
            return "without re-imports"
        if self.inside == OWN:
            is_group = _has_groups(self.asked)
            return "members' trade and re-imports in it" if is_group else "re-imports in it"
        return "members' trade in it"

    def place_of(self, one: PartnerKind) -> tuple[bool, ...] | None:
        """Return on which sides exporter and importer of a row stand; None if it does not count."""
        if self.only_countries and one.is_special:
            return None
        # sells_in: the exporter is among the importers asked about; buys_in: the importer is.
        # sells, buys: the same for the exporters asked about.
        sells_in, buys_in, sells, buys = (
            name in members_of(self.asked, side) or name == fixed(side)
            for side in SIDES
            for name in (one.exporter, one.importer)
        )
        inside = (sells_in and buys_in) or (sells and buys)
        # The row needs more than this choice lets in.
        if self.inside < (OWN if one.is_own else MEMBERS if inside else ABROAD):
            return None
        anybody, anyone = (not members_of(self.asked, side) for side in SIDES)
        forth = (buys_in | anybody, sells | anyone)
        back = (sells_in | anybody, buys | anyone)
        return (sells_in, buys_in, sells, buys) if matters(self.asked, forth, back) else None


def matters(asked: Definition, forth: tuple[Test, Test], back: tuple[Test, Test]) -> Test:
    """Return whether a row is of what the measure looks at; of truth values, or of columns.

    Parameters
    ----------
    asked
        The question.
    forth
        Whether the buyer of the row is an importer asked about, and its seller an exporter; where
        nobody is named on a side, everybody is.
    back
        Whether the seller is such an importer, and the buyer such an exporter.
    """
    (bought, sold), (bought_back, sold_back) = forth, back
    trade = question(asked.measure).trade
    if asked.is_two_way or trade == "world":
        return (bought & sold) | (bought_back & sold_back)
    match trade:
        case "market":
            return bought
        case "sales":
            return sold
        case "both":
            return bought | sold
        case "purchases":
            return bought | sold_back
    return bought & sold


def fixed(side: Side) -> str:
    """Return the one name of all areas of a side that comes in one size."""
    return f"the {side}"


def ways(
    places: Sequence[tuple[str, Definition]], kinds: Collection[PartnerKind]
) -> list[PartnerChoice]:
    """Return every choice of partners that counts other rows than those before it."""
    every = list(_all(places))
    return [every[at] for at in unlike(every, [kinds])[0]]


def unlike(
    every: Sequence[PartnerChoice], there: Sequence[Collection[PartnerKind]]
) -> list[list[int]]:
    """Return which choices of partners count other rows than those before, of each lot of rows.

    Where the same rows count on the same sides, every number made of them is the same.
    """
    places = [{kind: way.place_of(kind) for kind in frozenset().union(*there)} for way in every]
    found = []
    for kinds in there:
        first: dict[tuple[object, ...], int] = {}
        for at, place in enumerate(places):
            # Signature of a choice: where each kind of row
            # stands. The first with a signature counts.
            first.setdefault(tuple(place[kind] for kind in kinds), at)
        found.append(list(first.values()))
    return found


def _all(places: Sequence[tuple[str, Definition]]) -> Iterator[PartnerChoice]:
    """Yield every combination, the simplest first, so that it gives its name to those alike."""
    allowed = question(places[0][1].measure).choices
    inside = [_levels(asked) for _, asked in places]
    for only_countries in (False, True) if "partners" in allowed else (False,):
        # A territory of several areas has more to choose from than one alone.
        for at in range(max(map(len, inside))):
            for (words, asked), levels in zip(places, inside, strict=True):
                if at < len(levels):
                    yield PartnerChoice(words, asked, levels[at], only_countries)


def _levels(asked: Definition) -> tuple[int, ...]:
    """Return what may count of trade inside a side, the default first.

    Power counts all that is bought. A country's own total has its re-imports, and a group's trade
    is what crosses its border.
    """
    if question(asked.measure).trade == "purchases":
        return (MEMBERS,)
    choices = question(asked.measure).choices
    is_choice = "total" in choices
    if total_sides(asked) and not _has_groups(asked):
        return (OWN, ABROAD) if is_choice else (OWN,)
    return (ABROAD, MEMBERS, OWN) if is_choice else (ABROAD,)


def _has_groups(asked: Definition) -> bool:
    """Whether a side of which a total is taken has several areas."""
    return any(len(members_of(asked, side)) > 1 for side in kept_sides(asked) or SIDES)


def names(asked: Sequence[Definition]) -> dict[Side, str]:
    """Return what all areas on a side are called: the first that every territory has."""
    found: dict[Side, str] = {}
    for side in SIDES:
        # A side that nobody is named on has no name to share.
        named = [members for one in asked if (members := members_of(one, side))]
        if named and (shared := frozenset.intersection(*named)):
            found[side] = min(shared)
    return found


def varying(asked: Sequence[Definition]) -> frozenset[str]:
    """Return the areas of the sides that come in several sizes."""
    found: frozenset[str] = frozenset()
    for side in SIDES:
        every = {members_of(one, side) for one in asked}
        if len(every) > 1:
            found = found.union(*every)
    return found


def kept_sides(asked: Definition) -> tuple[Side, ...]:
    """Return the sides of which only the areas asked about are needed."""
    match question(asked.measure).trade:
        case "market":
            return ("importer",)
        case "sales":
            return ("exporter",)
        case "both" | "purchases":
            return ()
    return tuple(side for side in SIDES if members_of(asked, side))


# The rows that any specification of a question needs, read once and kept in memory.


AMOUNTS = ("value", "mass")


ELSEWHERE: Mapping[Side, str] = {"importer": "other importers", "exporter": "other exporters"}
"""One name for all areas of a side that no choice of partners tells apart."""


@contextmanager
def cut(
    cells: SourceRows,
    asked: Sequence[Definition],
    choices: Sequence[GoodsChoice],
    named: Collection[str],
    apart: Side | None = None,
) -> Iterator[Frame]:
    """Read the cells that any of the questions about any of the goods needs.

    Areas that are not `named` are one where the measure adds partners up, so that there
    are few cells. `apart` is the side of which the questions name other areas each.

    Yields
    ------
    Frame
        Of ``product`` where `needs_codes`, ``nomenclature``, ``exporter``, ``importer``,
        ``period``, ``valuation``, ``partner_basis``, ``value``, ``mass``, ``weighed``, the value of
        what has a mass, and of how many rows each amount is known.
    """
    broadest = widest(asked)
    by, there = _reach(broadest)
    if apart:
        there = traded_by(apart, frozenset().union(*(members_of(one, apart) for one in asked)))
    goods = merged([part for one in choices for part in one.goods])
    # Of all goods no code matters, and there are thousands.
    is_by_code = needs_codes(broadest, choices)
    rows = cells.rows(
        by, goods, broadest, there, own=True, all_partners=True, summed=not is_by_code
    )
    # Of a side of which only the areas asked about are read, each is named.
    open_sides = [side for side in SIDES if side not in kept_sides(broadest)]
    areas: dict[Side, nw.Expr] = {side: nw.col(side) for side in SIDES}
    if question(broadest.measure).adds_partners and open_sides and not broadest.named_by:
        # What an area sells to itself stays its own, as some choices leave it out.
        is_apart = nw.col("exporter") == nw.col("importer")
        for side in open_sides:
            is_named = nw.col(side).is_in(sorted(named)) | is_apart
            area = nw.when(is_named).then(nw.col(side)).otherwise(nw.lit(ELSEWHERE[side]))
            areas[side] = area.alias(side)
    value, mass = nw.col(cells.column(broadest)), nw.col("mass_kg")
    codes = ("product",) if is_by_code else ()
    keys = (*codes, "nomenclature", "period", *SAID)
    summed = (
        rows.select(
            *keys,
            *areas.values(),
            value.alias("value"),
            mass.alias("mass"),
            # Value of what has a mass: its part of all says whether masses can stand for the goods.
            nw.when(~mass.is_null()).then(value).alias("weighed"),
            value.alias("value_known"),
            mass.alias("mass_known"),
        )
        .group_by(*keys, *SIDES)
        .agg(
            *(nw.col(name).sum() for name in ("value", "mass", "weighed")),
            *(nw.col(f"{name}_known").count() for name in AMOUNTS),
        )
    )
    # The few cells that are left are put together in DuckDB, whatever engine read them.
    here = nw.from_native(relation(summed, cells.lake))
    with stored(here, cells.lake) as kept:
        yield kept


def areas_apart(asked: Iterable[Definition]) -> frozenset[str]:
    """Return the areas that choices of partners tell apart: those on a side, and no countries."""
    sides = (members_of(one, side) for one in asked for side in SIDES)
    return special().union(*sides)


def needs_codes(asked: Definition, choices: Sequence[GoodsChoice]) -> bool:
    """Whether goods have to be told apart: those of a list, or of a measure that compares them."""
    how = question(asked.measure)
    some = any(one.codes is not None for choice in choices for one in choice.goods)
    return some or how.keeps_products or how.by_product


SAID = ("valuation", "partner_basis")


def _reach(asked: Definition) -> tuple[Side, Who]:
    """Return the rows that the number needs; of exposure, the trade of the two with each other."""
    if question(asked.measure).trade != "world":
        return reach(asked)
    back = asked.but(importer=asked.exporter, exporter=asked.importer)
    one, other = (among("importer", way) & among("exporter", way) for way in (asked, back))
    return "importer", one | other


def widest(asked: Sequence[Definition]) -> Definition:
    """Return the question with the most areas, in which those of all the others are."""
    # Territories are nested (China, with Hong Kong, with Macao): the largest has all areas.
    return max(asked, key=lambda one: sum(len(members_of(one, side)) for side in SIDES))


@dataclass(frozen=True, slots=True)
class ReportedSlice:
    """What the rows of one period and edition say of their values, and who stands on each side.

    An area is named where questions tell it apart, else its text is empty.
    """

    period: date
    nomenclature: str
    valuation: str | None
    basis: str | None
    importer: str
    exporter: str
    value: float
    value_with_mass: float


def reported(kept: Frame, areas: Collection[str]) -> list[ReportedSlice]:
    """Return the value of each period by valuation, basis and some areas, and what has a mass.

    All in one query: to bind one takes longer than to run it.
    """
    wanted = sorted(areas)
    named = (
        nw.when(nw.col(side).is_in(wanted)).then(nw.col(side)).otherwise(nw.lit("")).alias(side)
        for side in SIDES
    )
    keys = ("period", "nomenclature", *SAID, *SIDES)
    sums = (
        kept.select("period", "nomenclature", *SAID, "value", "weighed", *named)
        .group_by(*keys)
        .agg(nw.col("value", "weighed").sum())
    )
    found = fetch(sums.select(*keys, "value", "weighed"))
    return [ReportedSlice(*one[:-2], *(amount or 0.0 for amount in one[-2:])) for one in found]


def codes_there(kept: Frame) -> list[tuple[str, str]]:
    """Return each code that is told, after its edition."""
    return distinct(kept, "nomenclature", "product")
