"""The rows that prices are made of, read once for every choice of goods and territory."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

import narwhals as nw

from entrepot.figures.availability import held
from entrepot.figures.cells import Cells
from entrepot.figures.curve.choices import territory_choices
from entrepot.figures.curve.price_levels import COALITION, OTHERS, coalition
from entrepot.figures.curve.rows import widest
from entrepot.figures.estimate import Missing
from entrepot.figures.sides import SIDES, members_of, reach
from entrepot.goods import merged
from entrepot.lake import fetch
from entrepot.measures.prices.contrasts import paired
from entrepot.model.period import Period

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from entrepot.figures.curve.goods import Numbered
    from entrepot.figures.curve.territories import Left
    from entrepot.figures.curve.time_windows import Timed
    from entrepot.figures.definition import Definition

__all__ = ["Row", "between", "read"]


class Row(NamedTuple):
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


def between(time: Timed, base: Period, left: Left) -> Cells | None:
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


def read(
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
    whole = widest([one.but(base=span) for _, one in territory_choices(asked)])
    by, there = reach(whole)
    goods = merged([part for one in choices for part in one.choice.goods])
    told = cells.rows(by, goods, whole, there)
    pairs = paired(told, cells.column(whole), "mass_kg")
    if asked.measure == "price_premium":
        pairs = pairs.with_columns(_in_groups(asked, whole))
    keys = ("product", "nomenclature", "exporter", "importer", "period")
    names = ("__known", "__v", "__q")
    summed = pairs.group_by(*keys).agg(*(nw.col(name).sum() for name in names))
    return [Row(*row) for row in fetch(summed.select(*keys, *names))]


def _in_groups(asked: Definition, whole: Definition) -> nw.Expr:
    """Return the importers named in any territory as they are, all others by their group.

    Only what one of a territory's sides buys has to be told apart: of everybody else, sums will do.
    """
    importer = nw.col("importer")
    named = sorted(frozenset().union(*(members_of(whole, side) for side in SIDES)))
    group = nw.when(importer.is_in(sorted(coalition(asked)))).then(nw.lit(COALITION))
    return (
        nw.when(importer.is_in(named))
        .then(importer)
        .otherwise(group.otherwise(nw.lit(OTHERS)))
        .alias("importer")
    )
