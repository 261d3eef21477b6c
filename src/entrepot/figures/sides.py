"""The two sides of a trade, and which rows a question about them needs."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import narwhals as nw

from entrepot.figures.definition import SIDES, Side
from entrepot.figures.questions import of as question
from entrepot.model.areas import WORLD, area_phrase, known_areas
from entrepot.model.display import day_text, joined

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from entrepot.figures.definition import Definition


@dataclass(frozen=True, slots=True, eq=False)
class Who:
    """A test of who trades, and what it says of all rows that pass it.

    Attributes
    ----------
    test
        The test of a row.
    bounds
        Each is a set of sides with areas: every row that passes has one of these areas on that
        side. Without any, nothing is known of the rows.
    """

    test: nw.Expr
    bounds: tuple[frozenset[tuple[Side, frozenset[str]]], ...] = ()

    def __and__(self, other: Who) -> Who:
        return Who(self.test & other.test, self.bounds + other.bounds)

    def __or__(self, other: Who) -> Who:
        either = (one | two for one, two in product(self.bounds, other.bounds))
        return Who(self.test | other.test, tuple(either))

    def __invert__(self) -> Who:
        return Who(~self.test)


def totals(asked: Definition) -> list[tuple[Definition, Side]]:
    """Return the flows that a measure adds up over everybody on one side, with that side."""
    match question(asked.measure).trade:
        case "sales":
            return [(asked.but(importer=WORLD), "importer")]
        case "market":
            return [(asked.but(exporter=WORLD), "exporter")]
        case "both":
            return [
                (asked.but(importer=WORLD), "importer"),
                (asked.but(exporter=WORLD), "exporter"),
            ]
        case "purchases":
            back = asked.but(importer=asked.exporter, exporter=WORLD)
            return [(asked.but(exporter=WORLD), "exporter"), (back, "exporter")]
        case "world":
            world_trade = asked.but(importer=WORLD, exporter=WORLD)
            return [(world_trade, side) for side in SIDES]
        case "own":
            back = asked.but(importer=WORLD, exporter=asked.importer)
            return [(asked.but(exporter=WORLD), "exporter"), (back, "importer")]
        case "beside":
            sides = [asked.importer, *([asked.controls] if asked.controls else [])]
            return [(asked.but(importer=who, exporter=WORLD), "exporter") for who in sides]
    one_way = asked.but(flow="one_way")
    return [(one_way, side) for side in SIDES if not members_of(asked, side)]


def members_of(asked: Definition, side: Side) -> frozenset[str]:
    """Return the areas on a side; none for the world, which is everybody."""
    text = asked.importer if side == "importer" else asked.exporter
    return frozenset() if text == WORLD else asked.members(side)


def traded_by(side: Side, areas: frozenset[str]) -> Who:
    """Whether a row has one of some areas on a side."""
    return Who(nw.col(side).is_in(sorted(areas)), (frozenset({(side, areas)}),))


def among(side: Side, asked: Definition) -> Who:
    """Whether a row has one of the areas asked for on a side."""
    members = members_of(asked, side)
    # Everybody: a condition that every row meets, for callers combine it with others.
    return traded_by(side, members) if members else Who(~nw.col(side).is_null())


def compared_buyers(asked: Definition) -> frozenset[str]:
    """Return the importers that a measure compares: those asked about, controls and hubs."""
    compared = asked.members("controls") | asked.members("hubs")
    return members_of(asked, "importer") | compared


def leaves(group: frozenset[str]) -> Who:
    """Whether a row crosses the border of a group, or lies outside it."""
    return ~(traded_by("importer", group) & traded_by("exporter", group))


def reported_in(reported_by: Side, asked: Definition) -> nw.Expr:
    """Whether one side reported a row; of two-way trade, one country both directions."""
    reported = nw.col("reported_by")
    members = sorted(members_of(asked, reported_by))
    if not asked.is_two_way or not members:
        return reported == reported_by
    bought = (reported == "importer") & nw.col("importer").is_in(members)
    # & binds before |. Of two-way trade each direction is the named country's own report.
    return bought | (reported == "exporter") & nw.col("exporter").is_in(members)


def reach(asked: Definition) -> tuple[Side, Who]:
    """Return the rows that a measure may touch, and the copy of the lake that finds them fast."""
    buyers, sellers = (among(side, asked) for side in SIDES)
    there: Who
    by: Side
    match question(asked.measure).trade:
        case "sales":
            there, by = sellers, "exporter"
        case "both":
            there, by = buyers | sellers, "importer"
        case "flow":
            there, by = buyers & sellers, "exporter" if asked.importer == WORLD else "importer"
        case "market":
            there, by = buyers, "importer"
        case "purchases":
            members = members_of(asked, "importer") | members_of(asked, "exporter")
            there, by = traded_by("importer", members), "importer"
        case "own" | "beside" | "panel" | "chain":
            there, by = _compared(asked), "importer"
        case "world":
            there, by = Who(~nw.col("exporter").is_null()), "importer"
    if asked.is_two_way:
        back = asked.but(importer=asked.exporter, exporter=asked.importer, flow="one_way")
        # The way back is one-way itself, so that this ends.
        return by, there | reach(back)[1]
    return by, there


def _compared(asked: Definition) -> Who:
    """Whether a row is of the importer, which sells as well, or of who is set beside it."""
    kind = question(asked.measure).trade
    if kind == "own":
        own = members_of(asked, "importer")
        return traded_by("importer", own) | traded_by("exporter", own)
    if kind == "chain":
        hubs = asked.members("hubs")
        sells = traded_by("exporter", members_of(asked, "exporter") | hubs)
        bought = traded_by("importer", compared_buyers(asked))
        return traded_by("importer", hubs) | (sells & bought)
    there = traded_by("importer", compared_buyers(asked))
    return there & among("exporter", asked) if kind == "panel" else there


_MOST_NAMED = 5


def ended(sides: Iterable[str | None], day: date) -> str:
    """Return which area of some sides was no more on a day, and what followed it; empty if none.

    Examples
    --------
    >>> from datetime import date
    >>> ended(["DDR", "CHN"], date(2022, 1, 1))
    'East Germany ended on 2 Oct 1990, and Germany (DEU) followed it'
    """
    for code in dict.fromkeys(code for side in sides if side for code in side.split("+")):
        one = known_areas().get(code)
        if one is not None and one.valid_to is not None and one.valid_to < day:
            names = [f"{area_phrase(other)} ({other})" for other in one.successors]
            others = (
                [f"{len(names) - 1} other countries"] if len(names) > _MOST_NAMED else names[1:]
            )
            after = joined([*names[:1], *others])
            name = area_phrase(code)
            followed = f", and {after} followed it" if after else ""
            # A union goes on where only its common reports ended.
            is_union = one.note.startswith("Reported as one")
            how = "reported as one until" if is_union else "ended on"
            return f"{name[0].upper()}{name[1:]} {how} {day_text(one.valid_to)}{followed}"
    return ""
