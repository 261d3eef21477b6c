"""Sets of rows of prices: by product or by heading, and beside which other buyers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.errors import RequestError
from entrepot.figures.questions import of as question
from entrepot.figures.questions import price_choices as under
from entrepot.figures.sides import SIDES, members_of
from entrepot.model.areas import area_set

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from entrepot.figures.curve.price_rows import Row
    from entrepot.figures.definition import Definition

__all__ = [
    "BUYERS",
    "COALITION",
    "OTHERS",
    "Cell",
    "RowSet",
    "coalition",
    "inside",
    "leveled",
]

LEVELS = {"six digits": 6, "headings": 4}
"""What counts as one product, and how many digits of a code say which it is."""
BUYERS = ("all others", "coalition", "others outside the coalition")
COALITION = "coalition"
OTHERS = "others"
"""Importers that nobody asked about go by these two names, what they buy added up."""

Cell = tuple["str", "str", "str", "date", "float", "float | None"]
"""Exporter, importer, product, period, value and mass."""


@dataclass(frozen=True, slots=True)
class RowSet:
    """One set of rows, and the choices that it stands for; whether they are those asked for."""

    choices: dict[str, str]
    rows: list[Cell]
    is_asked: bool = False


def inside(rows: Sequence[Row], place: Definition) -> list[Row]:
    """Return the trade of a question's sides; what members of one trade with each other is none."""
    buyers, sellers = (members_of(place, side) for side in SIDES)
    every = question(place.measure).trade == "sales"
    return [
        row
        for row in rows
        if (every or not buyers or row.importer in buyers)
        and (not sellers or row.exporter in sellers)
        and not ({row.exporter, row.importer} <= sellers)
        and not ({row.exporter, row.importer} <= buyers)
    ]


def leveled(rows: Sequence[Row], place: Definition, choices: dict[str, str]) -> Iterator[RowSet]:
    """Yield the rows by product and by heading, and for a premium beside each group of others."""
    if place.measure == "value_change":
        yield RowSet(choices, _cells(rows, 6, frozenset()))
        return
    for level, digits in LEVELS.items():
        known = choices | {"products": level}
        if place.measure == "price_index":
            yield RowSet(known, _cells(rows, digits, frozenset()))
            continue
        buyers, who = members_of(place, "importer"), coalition(place)
        for others in BUYERS if who else BUYERS[:1]:
            wanted = {True, False} if others == BUYERS[0] else {others == COALITION}
            beside = (
                row for row in rows if row.importer in buyers or (row.importer in who) in wanted
            )
            yield RowSet(known | {"compared with": others}, _cells(beside, digits, buyers))


def coalition(asked: Definition) -> frozenset[str]:
    """Return who sanctions at the end of the period, and what all of them together are called.

    Nobody before there was a coalition.
    """
    try:
        return area_set(COALITION, asked.period.end) | {COALITION}
    except RequestError:
        return frozenset()


def _cells(rows: Iterable[Row], digits: int, buyers: frozenset[str]) -> list[Cell]:
    """Add rows up by what counts as one product; the `buyers` count as one."""
    sums: dict[tuple[str, str, str, date], list[float]] = {}
    for row in rows:
        importer = under.BUYER if row.importer in buyers else row.importer
        key = (row.exporter, importer, row.product[:digits], row.period)
        sums[key] = [
            one + other
            for one, other in zip(
                sums.get(key, (0.0, 0.0, 0.0)), (row.known, row.value, row.mass), strict=True
            )
        ]
    # What has no mass keeps its value, in a line of its own.
    weighed = [(*key, value, mass) for key, (_, value, mass) in sums.items() if mass > 0]
    rest = ((*key, known - value, None) for key, (known, value, _) in sums.items())
    return weighed + [line for line in rest if line[-2] > 0]
