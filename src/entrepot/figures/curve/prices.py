"""Prices under every combination of goods, territory, time, products, buyers and estimators."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

import narwhals as nw

from entrepot.errors import RequestError
from entrepot.figures.availability import availability_of
from entrepot.figures.curve.choices import TIME_WINDOWS_AS_ASKED as AS_ASKED
from entrepot.figures.curve.choices import apart, known, territory_choices
from entrepot.figures.curve.partner_choices import widest
from entrepot.figures.definition import SIDES
from entrepot.figures.evidence import FoundSpecification, NoAnswer, Specification
from entrepot.figures.questions import of as question
from entrepot.figures.questions import prices as under
from entrepot.figures.rows import SourceRows
from entrepot.figures.run_measure import moved
from entrepot.figures.sides import members_of, reach
from entrepot.goods import merged
from entrepot.lake import fetch, own_table
from entrepot.measures.prices.contrasts import paired
from entrepot.model.areas import area_set
from entrepot.model.period import Period

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from entrepot.figures.curve.choices import Left, Numbered, Timed
    from entrepot.figures.definition import Definition, Side
    from entrepot.lake import Lake

MEASURES = ("price_index", "value_change", "price_premium")


def of_prices(
    timed: Sequence[Timed], numbered: Sequence[Numbered], left: Left
) -> Iterator[FoundSpecification]:
    """Yield the specifications of a question about prices.

    `numbered` has the choices of goods at each of the times; `left` gets what could not be
    evaluated, and why.
    """
    for time in timed:
        asked, cells = time.span.asked, time.cells
        if cells.available.is_reconciled and cells.reported_by:
            left.append((time.name, "reconciled rows keep both values, one mass"))
            continue
        if asked.measure == "price_premium" and not coalition(asked):
            left.append((f"{time.name}: {', '.join(BUYERS[1:])}", "there was no coalition yet"))
        base = asked.base or asked.period.before()
        choices = [one for one in numbered if one.span == time.span]
        # None: no index over many periods; two periods are read then.
        wide = between(time, base, left)
        rows = read(wide or cells, asked, base, choices, is_series=wide is not None)
        sets = list(_sets(time, rows, choices, left))
        # Many choices count the same rows: what is measured of them is measured once.
        numbers: dict[tuple[Cell, ...], int] = {}
        places = [numbers.setdefault(tuple(one.rows), len(numbers)) for one in sets]
        specifications = under.specifications(asked, base, is_series=wide is not None)
        answered = {
            (found.rows, *found.choices.values()): found.value
            for found in _values(cells.lake, asked, base, list(numbers), is_series=wide is not None)
        }
        # An amount over three years counts by a third; an index and a premium are ratios already.
        part = time.span.part if asked.measure == "value_change" else 1
        for number, one in zip(places, sets, strict=True):
            what = f"{time.name}: {', '.join((*one.choices.values(), time.span.words))}"
            values = [answered.get((number, *said.values())) for said in specifications]
            if all(value is None for value in values):
                left.append((what, "no product has a price at both times"))
                continue
            for first, (said, value) in enumerate(zip(specifications, values, strict=True)):
                if value is None:
                    why = "no product that this counts has a price at both times"
                    left.append((f"{what}, {', '.join(said.values())}", why))
                    continue
                words = time.report | {"window": time.span.words} | one.choices | said
                item = Specification(words, value * part)
                yield FoundSpecification(item, one.is_asked and first == 0)


def _sets(
    time: Timed, rows: Sequence[PriceRow], numbered: Sequence[Numbered], left: Left
) -> Iterator[RowSet]:
    """Yield every set of rows that some specification is of, the one asked for first."""
    asked = time.span.asked
    there: dict[Side, set[str]] = {
        "importer": {row.importer for row in rows},
        "exporter": {row.exporter for row in rows},
    }
    codes = {(row.edition, row.product) for row in rows}
    counted = [(one, {code for code in codes if one.part_of(*code)}) for one in numbered]
    places, not_reporting = known(
        apart(territory_choices(asked), time.name, left), [time], there, left
    )
    for place, (words, question_) in enumerate(places):
        if (time.span.words, words) in not_reporting:
            continue
        near = inside(rows, question_)
        for one, its_codes in counted:
            choices = dict(one.choice.choices) | {"territory": words}
            what = f"{time.name}: {', '.join((*choices.values(), time.span.words))}"
            if one.choice.is_weighted:
                left.append((what, "weights split values of codes, and their masses otherwise"))
                continue
            chosen = [row for row in near if (row.edition, row.product) in its_codes]
            coded = ((row.period >= asked.period.start, row.edition, row.product) for row in chosen)
            if renamed := moved(coded, asked):
                left.append((what, renamed.reason))
                continue
            is_first = time.span.words == AS_ASKED and place == 0 and one.choice.is_asked
            for number, some in enumerate(leveled(chosen, question_, choices)):
                yield replace(some, is_asked=is_first and number == 0)


_KINDS = {
    under.SET: "BIGINT", "exporter": "VARCHAR", "importer": "VARCHAR", "product": "VARCHAR",
    "period": "DATE", "value_usd": "DOUBLE", "mass_kg": "DOUBLE",
}  # fmt: skip
"""Columns of a set of rows, with their types."""


def _values(
    lake: Lake, asked: Definition, base: Period, sets: Sequence[Sequence[Cell]], *, is_series: bool
) -> Iterator[under.Under]:
    """Put the measure to all sets at once."""
    numbers = [number for number, rows in enumerate(sets) for _ in rows]
    if not numbers:
        return
    # Column by column: as rows with their numbers they would be there twice.
    columns: list[list[Any]] = [
        numbers, *([line[at] for rows in sets for line in rows] for at in range(len(_KINDS) - 1))
    ]  # fmt: skip
    typed = zip(_KINDS.values(), columns, strict=True)
    with own_table(lake, dict(zip(_KINDS, typed, strict=True))) as rows:
        table = rows.to_native()
        if asked.measure == "value_change":
            yield from under.changes(table, asked.period, base)
        elif asked.measure == "price_premium":
            yield from under.premiums(table, asked, base)
        else:
            yield from under.indices(table, asked, base)
            if is_series:
                yield from under.series(table, asked, base)


# Sets of rows of prices: by product or by heading, and beside which other buyers.


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


def inside(rows: Sequence[PriceRow], place: Definition) -> list[PriceRow]:
    """Return the trade of a question's sides; what members of one trade with each other is none."""
    buyers, sellers = (members_of(place, side) for side in SIDES)
    every = question(place.measure).trade == "sales"
    return [
        row
        for row in rows
        if (every or not buyers or row.importer in buyers)
        and (not sellers or row.exporter in sellers)
        # Never true where nobody is named on a side, as no set fits into an empty one.
        and not ({row.exporter, row.importer} <= sellers)
        and not ({row.exporter, row.importer} <= buyers)
    ]


def leveled(
    rows: Sequence[PriceRow], place: Definition, choices: dict[str, str]
) -> Iterator[RowSet]:
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
            # Whether other buyers have to be in the coalition: either, yes, or no.
            wanted = {True, False} if others == BUYERS[0] else {others == COALITION}
            compared = (
                row for row in rows if row.importer in buyers or (row.importer in who) in wanted
            )
            yield RowSet(known | {"compared with": others}, _cells(compared, digits, buyers))


def coalition(asked: Definition) -> frozenset[str]:
    """Return who sanctions at the end of the period, and what all of them together are called.

    Nobody before there was a coalition.
    """
    try:
        # With its name: importers may already have been added up under it.
        return area_set(COALITION, asked.period.end) | {COALITION}
    except RequestError:
        return frozenset()


def _cells(rows: Iterable[PriceRow], digits: int, buyers: frozenset[str]) -> list[Cell]:
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
    with_mass = [(*key, value, mass) for key, (_, value, mass) in sums.items() if mass > 0]
    rest = ((*key, known - value, None) for key, (known, value, _) in sums.items())
    return with_mass + [line for line in rest if line[-2] > 0]


# The rows that prices are made of, read once for every choice of goods and territory.


class PriceRow(NamedTuple):
    """What was traded in one cell: all of it in USD, and the value and mass of what has both.

    Where a buyer is compared with others, these go by the name of their group.
    """

    product: str
    edition: str
    exporter: str
    importer: str
    period: date
    known: float
    value: float
    mass: float


def between(time: Timed, base: Period, left: Left) -> SourceRows | None:
    """Return cells of all the time from base to period, where an index makes use of it."""
    asked, cells = time.span.asked, time.cells
    if asked.measure != "price_index":
        return None
    what = f"{time.name}: indices over many periods, {time.span.words}"
    # A series index needs one row for each period; a year of months would be twelve.
    if asked.period.months != {"A": 12, "Q": 3, "M": 1}.get(cells.available.freq):
        left.append((what, f"{asked.period} is made of several rows in time"))
        return None
    there = availability_of(
        cells.lake, cells.available.source, [Period(base.start, asked.period.end)]
    )
    alike = (
        [] if isinstance(there, NoAnswer) else [x for x in there if x.freq == cells.available.freq]
    )
    if not alike or alike[0].currency != cells.available.currency:
        left.append((what, (f"not all of {base.start.year} to {asked.period.end.year} is loaded")))
        return None
    return SourceRows(cells.lake, alike[0], cells.reported_by, twofold=cells.twofold)


def read(
    cells: SourceRows,
    asked: Definition,
    base: Period,
    choices: Sequence[Numbered],
    *,
    is_series: bool,
) -> list[PriceRow]:
    """Read what any of the choices needs, added up by cell."""
    # A base may not overlap with the period, so it ends on the day before.
    until = asked.period.start - timedelta(days=1)
    span = Period(base.start, until) if is_series else base
    widest_definition = widest([one.but(base=span) for _, one in territory_choices(asked)])
    by, there = reach(widest_definition)
    goods = merged([part for one in choices for part in one.choice.goods])
    reported = cells.rows(by, goods, widest_definition, there)
    pairs = paired(reported, cells.column(widest_definition), "mass_kg")
    if asked.measure == "price_premium":
        pairs = pairs.with_columns(_in_groups(asked, widest_definition))
    keys = ("product", "nomenclature", "exporter", "importer", "period")
    names = ("__known", "__v", "__q")
    summed = pairs.group_by(*keys).agg(*(nw.col(name).sum() for name in names))
    return [PriceRow(*row) for row in fetch(summed.select(*keys, *names))]


def _in_groups(asked: Definition, widest_definition: Definition) -> nw.Expr:
    """Return the importers named in any territory as they are, all others by their group.

    Only what one of a territory's sides buys has to be told apart: of everybody else, sums will do.
    """
    importer = nw.col("importer")
    named = sorted(frozenset().union(*(members_of(widest_definition, side) for side in SIDES)))
    group = nw.when(importer.is_in(sorted(coalition(asked)))).then(nw.lit(COALITION))
    return (
        nw.when(importer.is_in(named))
        .then(importer)
        .otherwise(group.otherwise(nw.lit(OTHERS)))
        .alias("importer")
    )
