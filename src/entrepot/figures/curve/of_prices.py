"""Prices under every combination of goods, territory, time, products, buyers and estimators."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from entrepot.figures.curve.choices import territory_choices
from entrepot.figures.curve.price_levels import BUYERS, RowSet, coalition, inside, leveled
from entrepot.figures.curve.price_rows import between, read
from entrepot.figures.curve.territories import apart, known
from entrepot.figures.curve.time_windows import AS_ASKED
from entrepot.figures.figure import Specification
from entrepot.figures.questions import price_choices as under
from entrepot.figures.run_measure import moved
from entrepot.figures.spread import Found

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from entrepot.figures.curve.goods import Numbered
    from entrepot.figures.curve.price_rows import Row
    from entrepot.figures.curve.territories import Left
    from entrepot.figures.curve.time_windows import Timed
    from entrepot.figures.definition import Definition
    from entrepot.figures.sides import Side
    from entrepot.model.period import Period

__all__ = ["MEASURES", "of_prices"]

MEASURES = ("price_index", "value_change", "price_premium")


def of_prices(timed: Sequence[Timed], numbered: Sequence[Numbered], left: Left) -> Iterator[Found]:
    """Yield the specifications of a question about prices.

    `numbered` has the choices of goods at each of the times; `left` gets what could not be
    evaluated, and why.
    """
    for time in timed:
        asked, cells = time.span.asked, time.cells
        if cells.held.is_reconciled and cells.voice:
            left.append((time.name, "reconciled rows keep both values, one mass"))
            continue
        if asked.measure == "price_premium" and not coalition(asked):
            left.append((f"{time.name}: {', '.join(BUYERS[1:])}", "there was no coalition yet"))
        base = asked.base or asked.period.before()
        choices = [one for one in numbered if one.span == time.span]
        wide = between(time, base, left)
        rows = read(wide or cells, asked, base, choices, is_series=wide is not None)
        sets = list(_sets(time, rows, choices, left))
        specifications = under.specifications(asked, base, is_series=wide is not None)
        answered = {
            (found.rows, *found.choices.values()): found.value
            for found in _values(asked, base, sets, is_series=wide is not None)
        }
        part = time.span.part if asked.measure == "value_change" else 1
        for number, one in enumerate(sets):
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
                yield Found(item, one.is_asked and first == 0)


def _sets(
    time: Timed, rows: Sequence[Row], numbered: Sequence[Numbered], left: Left
) -> Iterator[RowSet]:
    """Yield every set of rows that some specification is of, the one asked for first."""
    asked = time.span.asked
    there: dict[Side, set[str]] = {
        "importer": {row.importer for row in rows},
        "exporter": {row.exporter for row in rows},
    }
    codes = {(row.edition, row.product) for row in rows}
    counted = [(one, {code for code in codes if one.part_of(*code)}) for one in numbered]
    places, mute = known(apart(territory_choices(asked), time.name, left), [time], there, left)
    for place, (words, question_) in enumerate(places):
        if (time.span.words, words) in mute:
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


def _values(
    asked: Definition, base: Period, sets: Sequence[RowSet], *, is_series: bool
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
        yield from under.premiums(table, asked, base)
    else:
        yield from under.indices(table, asked, base)
        if is_series:
            yield from under.series(table, asked, base)
