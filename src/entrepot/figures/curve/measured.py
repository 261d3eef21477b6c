"""The measure under every choice of goods, time, partners and amount, at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw

from entrepot import measures
from entrepot.figures.curve.partner_choices import AMOUNTS, MEMBERS, OWN, matters, names
from entrepot.figures.definition import SIDES
from entrepot.figures.editions import with_elasticities
from entrepot.figures.questions import of as question
from entrepot.figures.questions.question import REIMPORTS, REST, special
from entrepot.figures.rows import total_sides
from entrepot.figures.sides import members_of
from entrepot.lake import fetch, few_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from entrepot.figures.curve.partner_choices import PartnerChoice
    from entrepot.figures.definition import Definition, Side
    from entrepot.figures.rows import Frame, SourceRows

ROLES = ("buys", "sells", "is_special")
Key = tuple[int, int, str]
"""Which goods and which choice of partners, by their numbers, and which amount."""


class ByCombination(NamedTuple):
    """The measure under each combination that has a value.

    Attributes
    ----------
    values
        The value.
    bounds
        Its bounds, where partners are not in the data, who may be one or many.
    whose
        The partner whose number it is, where the rows decide on it.
    """

    values: dict[Key, float]
    bounds: dict[Key, tuple[float, float]]
    whose: dict[Key, str]


def evaluated(
    cells: SourceRows,
    rows: Frame,
    asked: Definition,
    ways: Sequence[PartnerChoice],
    wanted: Sequence[tuple[int, int]],
    amounts: Sequence[str],
    editions: Sequence[str],
    alike: Alike,
) -> tuple[ByCombination, dict[tuple[int, int], float]]:
    """Return the measure under every combination, and how much of each has a mass.

    `wanted` are the combinations of goods and choices of partners, by their numbers: where two
    choices count the same rows, one is enough.

    The part of the value with a mass comes by goods and choice of partners, the smaller of period
    and base, where mass is one of several `amounts`. `editions` are those of the rows.
    """
    named = {side: name for side, name in alike.called.items() if members_of(asked, side)}
    found = by_way(cells, rows, asked, ways, wanted, alike)
    weighted = _weighted(found) if len(amounts) > 1 else {}
    places = [AMOUNTS.index(amount) for amount in amounts]
    found = found.join(few_rows(cells.lake, {"place": ("INTEGER", places)}), how="cross")
    # One integer for goods, partners and amount: the measure answers by a single column, which is
    # taken apart again below by divmod.
    number = (nw.col("goods") * len(ways) + nw.col("way")) * len(AMOUNTS) + nw.col("place")
    amount = nw.when(nw.col("place") == 0).then(nw.col("value")).otherwise(nw.col("mass"))
    found = found.with_columns(number.alias("specification"), amount.alias("amount"))
    how = question(asked.measure)
    if how.elastic:
        found = with_elasticities(found, cells.lake, editions)
    # Each side goes by one name in these rows, whatever its territory.
    beyond = {"has_rest": True} if how.bounds_rest and cells.available.has_sums else {}
    answers = how.run(found, asked.but(**named), "amount", by=["specification"], **beyond)
    first = measures.measure_metadata(asked.measure).columns[0][0]
    main = "amount" if asked.measure == "value" else how.value or first
    measured = ByCombination({}, {}, {})
    ends = (f"{main}_low", f"{main}_high") if beyond else ()
    columns = ["specification", main, *filter(None, (how.whose,)), *ends]
    for specification, value, *more in fetch(answers.select(*columns)):
        if value is not None:
            rest, place = divmod(specification, len(AMOUNTS))
            key = (*divmod(rest, len(ways)), AMOUNTS[place])
            measured.values[key] = float(value)
            if how.whose:
                measured.whose[key] = alike.known_as(more.pop(0) or "", ways[key[1]].asked)
            if more and None not in more:
                measured.bounds[key] = (float(more[0]), float(more[1]))
    return measured, weighted


def _weighted(found: Frame) -> dict[tuple[int, int], float]:
    """Return which part of the value has a mass; nothing has one where there is no value."""
    sums = found.group_by("goods", "way", "now").agg(nw.col("value", "weighed").sum())
    least: dict[tuple[int, int], float] = {}
    for goods, way, value, weighted in fetch(sums.select("goods", "way", "value", "weighed")):
        part = (weighted or 0.0) / value if value else 0.0
        least[goods, way] = min(part, least.get((goods, way), part))
    return least


@dataclass(frozen=True, slots=True)
class Alike:
    """What makes questions about different areas one question.

    Attributes
    ----------
    called
        What all areas on a side are called, whichever a question names.
    apart
        The side of which questions name other areas each; None where all are of the same.
    """

    called: Mapping[Side, str]
    apart: Side | None = None

    @classmethod
    def of(cls, first: Sequence[PartnerChoice], apart: Side | None) -> Alike:
        """Return it by the choices of partners of the first question."""
        return cls(names([way.asked for way in first]), apart)

    def known_as(self, area: str, asked: Definition) -> str:
        """Return the area that a row of a question names; see `by_itself`."""
        for side, name in self.called.items():
            if area == name and members_of(asked, side):
                return str(getattr(asked, side))
            if area == f"other {name}":
                return name
        return area

    def by_itself(self, area: nw.Expr) -> nw.Expr:
        """Return an area that is not asked about under a name that no side goes by."""
        found = area
        for name in dict.fromkeys(self.called.values()) if self.apart else ():
            found = nw.when(area == name).then(nw.lit(f"other {name}")).otherwise(found)
        return found


def by_way(
    cells: SourceRows,
    rows: Frame,
    asked: Definition,
    ways: Sequence[PartnerChoice],
    wanted: Sequence[tuple[int, int]],
    alike: Alike,
) -> Frame:
    """Return the rows that count in each choice of partners, the areas of a side under one name."""
    keys = ["goods"]
    if side_apart := alike.apart:
        # Each question with its own areas only: their number times that of the rows is large.
        lines = [
            (*one, area)
            for one in wanted
            for area in sorted(members_of(ways[one[1]].asked, side_apart))
        ]
        wanted = [one[:2] for one in lines]
        keys.append(side_apart)
    listed: Mapping[str, tuple[str, Sequence[Any]]] = {
        "goods": ("INTEGER", [goods for goods, _ in wanted]),
        "way": ("INTEGER", [way for _, way in wanted]),
        "inside": ("INTEGER", [ways[way].inside for _, way in wanted]),
        "only_countries": ("BOOLEAN", [ways[way].only_countries for _, way in wanted]),
    }
    if side_apart:
        listed = {**listed, side_apart: ("VARCHAR", [area for *_, area in lines])}
    found = rows.join(few_rows(cells.lake, listed), on=keys)
    roles = _roles(cells, ways)
    for side in SIDES:
        here = roles.rename({"area": side, **{role: f"{side}_{role}" for role in ROLES}})
        found = found.join(here, on=["way", side], how="left")
    # An area without a role in a choice has no row in `_roles`: null after the join is false.
    flags = {
        (side, role): nw.when(~nw.col(f"{side}_{role}").is_null())
        .then(nw.col(f"{side}_{role}"))
        .otherwise(nw.lit(False))
        for side in SIDES
        for role in ROLES
    }
    odd = flags["exporter", "is_special"] | flags["importer", "is_special"]
    own = nw.col("exporter") == nw.col("importer")
    inside = (flags["exporter", "buys"] & flags["importer", "buys"]) | (
        flags["exporter", "sells"] & flags["importer", "sells"]
    )
    # One filter: each step of a plan costs milliseconds.
    found = found.filter(
        ~(nw.col("only_countries") & odd),
        ~own | (nw.col("inside") == OWN),
        ~inside | (nw.col("inside") >= MEMBERS),
        _needed(asked, flags),
    )
    renamed = []
    for side in SIDES:
        name = alike.by_itself(nw.col(side))
        for role, of in zip(("buys", "sells"), SIDES, strict=True):
            if of in alike.called:
                name = nw.when(flags[side, role]).then(nw.lit(alike.called[of])).otherwise(name)
        # Re-imports are a part of the total by their name, and no country that has a place. As a
        # part of a sum they need none.
        if total_sides(asked) == (side,) and "partners" not in question(asked.measure).choices:
            name = nw.when(own).then(nw.lit(REIMPORTS)).otherwise(name)
        renamed.append(name.alias(side))
    base = (asked.base or asked.period).start
    # Amounts are sums over the entire time by now; one day stands
    # for each, by which the measure tells period from base.
    day = nw.when(nw.col("now")).then(nw.lit(asked.period.start)).otherwise(nw.lit(base))
    return found.with_columns(*renamed, day.alias("period"))


def _needed(asked: Definition, flags: Mapping[tuple[Side, str], nw.Expr]) -> nw.Expr:
    """Return whether the measure is made of a row."""
    # A side that nobody is named on is everybody.
    anybody, anyone = (nw.lit(not members_of(asked, side)) for side in SIDES)
    forth = (flags["importer", "buys"] | anybody, flags["exporter", "sells"] | anyone)
    back = (flags["exporter", "buys"] | anybody, flags["importer", "sells"] | anyone)
    return matters(asked, forth, back)


def _roles(cells: SourceRows, ways: Sequence[PartnerChoice]) -> Frame:
    """Return who stands on which side in each choice of partners, and who is no country."""
    lines = []
    for at, way in enumerate(ways):
        buyers, sellers = members_of(way.asked, "importer"), members_of(way.asked, "exporter")
        # Partners not in the data are mostly countries, and stay.
        odd = special() - {REST} if way.only_countries else frozenset()
        lines += [
            (at, area, area in buyers, area in sellers, area in odd - buyers - sellers)
            for area in sorted(buyers | sellers | odd)
        ]
    kinds = ("INTEGER", "VARCHAR", "BOOLEAN", "BOOLEAN", "BOOLEAN")
    columns = ("way", "area", *ROLES)
    return few_rows(
        cells.lake,
        {
            name: (kind, [line[at] for line in lines])
            for at, (name, kind) in enumerate(zip(columns, kinds, strict=True))
        },
    )
