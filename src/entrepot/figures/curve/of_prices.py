"""Prices under every combination of goods, territory, time, products, buyers and estimators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw

from entrepot.errors import RequestError
from entrepot.figures.cells import Cells
from entrepot.figures.curve.choices import territory_choices
from entrepot.figures.curve.cut import union
from entrepot.figures.estimate import Missing
from entrepot.figures.figure import Specification
from entrepot.figures.held import held
from entrepot.figures.questions import of as question
from entrepot.figures.questions import price_choices as under
from entrepot.figures.refusals import silent
from entrepot.figures.sides import SIDES, members_of, reach
from entrepot.goods.editions import known_codes
from entrepot.lake import fetch
from entrepot.measures.prices.cells import paired
from entrepot.model.areas import area_set
from entrepot.model.period import Period
from entrepot.model.product import harmonized

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from entrepot.figures.curve.goods import Numbered
    from entrepot.figures.curve.spans import Timed
    from entrepot.figures.definition import Definition
    from entrepot.figures.sides import Side

__all__ = ["MEASURES", "of_prices"]

MEASURES = ("price_index", "value_change", "price_premium")
LEVELS = {"six digits": 6, "headings": 4}
"""What counts as one product, and how many digits of a code say which it is."""
BUYERS = ("all others", "coalition", "others outside the coalition")
COALITION = "coalition"

Left = list[tuple[str, str]]
Cell = tuple["str", "str", "str", "date", "float", "float | None"]
"""Exporter, importer, product, period, value and mass."""


class Row(NamedTuple):
    """What was traded in one cell: all of it in USD, and the value and mass of what has both."""

    product: str
    edition: str
    exporter: str
    importer: str
    period: date
    known: float
    value: float
    mass: float


@dataclass(frozen=True, slots=True)
class _Set:
    """One set of rows, and the choices that it stands for."""

    choices: dict[str, str]
    rows: list[Cell]


def of_prices(
    timed: Sequence[Timed], numbered: Sequence[Numbered], left: Left
) -> Iterator[Specification]:
    """Yield the specifications of a question about prices.

    `numbered` has the choices of goods at each of the times; `left` gets what could not be
    evaluated, and why.
    """
    for time in timed:
        asked, cells = time.span.asked, time.cells
        if cells.held.is_reconciled and cells.voice:
            left.append((time.name, "reconciled rows keep both values, one mass"))
            continue
        if asked.measure == "price_premium" and not _coalition(asked):
            left.append((f"{time.name}: {', '.join(BUYERS[1:])}", "there was no coalition yet"))
        base = asked.base or asked.period.before()
        choices = [one for one in numbered if one.span == time.span]
        wide = _between(time, base, left)
        rows = _read(wide or cells, asked, base, choices, is_series=wide is not None)
        sets = list(_sets(time, rows, choices, left))
        report = {
            "source": cells.held.source,
            "report": f"{cells.voice}'s" if cells.voice else "reconciled",
            "window": time.span.words,
        }
        answered = set()
        for found in _values(asked, base, sets, is_series=wide is not None):
            answered.add(found.rows)
            value = found.value * (time.span.part if asked.measure == "value_change" else 1)
            yield Specification(report | sets[found.rows].choices | found.choices, value)
        for number, one in enumerate(sets):
            if number not in answered:
                what = ", ".join((*one.choices.values(), time.span.words))
                left.append((f"{time.name}: {what}", "no product has a price at both times"))


def _between(time: Timed, base: Period, left: Left) -> Cells | None:
    """Return cells of all the time from base to period, where an index makes use of it."""
    asked, cells = time.span.asked, time.cells
    if asked.measure != "price_index":
        return None
    what = f"{time.name}: indices over many periods, {time.span.words}"
    if asked.period.months != {"A": 12, "Q": 3, "M": 1}.get(cells.held.freq):
        left.append((what, f"{asked.period} is made of several rows in time"))
        return None
    there = held(cells.lake, cells.held.source, [Period(base.start, asked.period.end)])
    alike = [] if isinstance(there, Missing) else [x for x in there if x.freq == cells.held.freq]
    if not alike or alike[0].currency != cells.held.currency:
        left.append((what, f"not all of {base.start.year} to {asked.period.end.year} is held"))
        return None
    return Cells(cells.lake, alike[0], cells.voice, twofold=cells.twofold)


def _read(
    cells: Cells,
    asked: Definition,
    base: Period,
    choices: Sequence[Numbered],
    *,
    is_series: bool,
) -> list[Row]:
    """Read what any of the choices needs, added up by cell."""
    until = asked.period.start - timedelta(days=1)
    span = Period(base.start, until) if is_series else base
    every = [one.but(base=span) for _, one in territory_choices(asked)]
    widest = max(every, key=lambda one: len(one.exporter) + len(one.importer))
    by, there = reach(widest)
    told = cells.rows(by, union([one.choice for one in choices]), widest).filter(there)
    pairs = paired(told, cells.column(widest), "mass_kg")
    keys = ("product", "nomenclature", "exporter", "importer", "period")
    names = ("__known", "__v", "__q")
    summed = pairs.group_by(*keys).agg(*(nw.col(name).sum() for name in names))
    return [Row(*row) for row in fetch(summed.select(*keys, *names))]


def _sets(
    time: Timed, rows: Sequence[Row], numbered: Sequence[Numbered], left: Left
) -> Iterator[_Set]:
    """Yield every set of rows that some specification is of."""
    asked = time.span.asked
    there: dict[Side, set[str]] = {
        "importer": {row.importer for row in rows},
        "exporter": {row.exporter for row in rows},
    }
    for words, place in territory_choices(asked):
        what = f"{time.name}: {words}, {time.span.words}"
        if why := _not_here(place, asked, there, time):
            left.append((what, why))
            continue
        for one in numbered:
            if any(part.weights for part in one.choice.goods):
                left.append((what, "weights split values of codes, and their masses otherwise"))
                continue
            chosen = [row for row in _inside(rows, place) if one.part_of(row.edition, row.product)]
            choices = dict(one.choice.choices) | {"territory": words}
            if _renamed(chosen, asked):
                names = ", ".join((*choices.values(), time.span.words))
                left.append((f"{time.name}: {names}", "codes are not those of one edition"))
                continue
            yield from _leveled(chosen, place, choices)


def _not_here(
    place: Definition, asked: Definition, there: dict[Side, set[str]], time: Timed
) -> str:
    """Say why a territory cannot be told apart; empty text where it can."""
    if members_of(place, "importer") & members_of(place, "exporter"):
        return "the other side is a part of it"
    absent = {
        name
        for side in SIDES
        for name in members_of(place, side) - members_of(asked, side) - there[side]
    }
    if absent:
        return f"nothing of {', '.join(sorted(absent))}"
    refused = silent(time.cells, place)
    return refused.reason if refused else ""


def _inside(rows: Sequence[Row], place: Definition) -> list[Row]:
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


def _renamed(rows: Sequence[Row], asked: Definition) -> bool:
    """Say whether some code at one of the times is not one at the other, as in two editions."""
    told: dict[bool, dict[str, set[str]]] = {True: {}, False: {}}
    for row in rows:
        edition = harmonized(row.edition).id
        told[row.period >= asked.period.start].setdefault(edition, set()).add(row.product[:6])
    if told[True].keys() == told[False].keys() or not all(told.values()):
        return False
    every, known = told[True].keys() | told[False].keys(), known_codes()
    codes = set().union(*(some for side in told.values() for some in side.values()))
    return not all(every <= known.get(code, every) for code in codes)


def _leveled(rows: Sequence[Row], place: Definition, choices: dict[str, str]) -> Iterator[_Set]:
    """Yield the rows by product and by heading, and for a premium beside each group of others."""
    if place.measure == "value_change":
        yield _Set(choices, _cells(rows, 6, frozenset()))
        return
    for level, digits in LEVELS.items():
        known = choices | {"products": level}
        if place.measure == "price_index":
            yield _Set(known, _cells(rows, digits, frozenset()))
            continue
        buyers, coalition = members_of(place, "importer"), _coalition(place)
        for others in BUYERS if coalition else BUYERS[:1]:
            wanted = {True, False} if others == BUYERS[0] else {others == COALITION}
            beside = (
                row
                for row in rows
                if row.importer in buyers or (row.importer in coalition) in wanted
            )
            yield _Set(known | {"compared with": others}, _cells(beside, digits, buyers))


def _coalition(asked: Definition) -> frozenset[str]:
    """Return who sanctions at the end of the period; nobody before there was a coalition."""
    try:
        return area_set(COALITION, asked.period.end)
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


def _values(
    asked: Definition, base: Period, sets: Sequence[_Set], *, is_series: bool
) -> Iterator[under.Under]:
    """Put the measure to all sets at once."""
    import pyarrow as pa

    names = (under.SET, "exporter", "importer", "product", "period", "value_usd", "mass_kg")
    columns: list[list[Any]] = [[] for _ in names]
    for number, one in enumerate(sets):
        for line in one.rows:
            for column, cell in zip(columns, (number, *line), strict=True):
                column.append(cell)
    if not columns[0]:
        return
    text, number_ = pa.string(), pa.float64()
    kinds = (pa.int64(), text, text, text, pa.date32(), number_, number_)
    table = pa.table(
        {
            name: pa.array(column, kind)
            for name, column, kind in zip(names, columns, kinds, strict=True)
        }
    )
    if asked.measure == "value_change":
        yield from under.changes(table, asked.period, base)
    elif asked.measure == "price_premium":
        yield from under.premiums(table, asked.period, base)
    else:
        yield from under.indices(table, asked.period, base)
        if is_series:
            yield from under.series(table, asked.period, base)
