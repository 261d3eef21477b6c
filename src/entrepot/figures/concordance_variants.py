"""A measure of a list that is followed in several ways, all of them in one query."""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw

from entrepot.errors import NoEvidenceError
from entrepot.figures.elasticities import with_elasticities
from entrepot.figures.estimate import Missing
from entrepot.figures.questions import of as question
from entrepot.figures.row_facts import editions_of
from entrepot.figures.run_measure import (
    dicts,
    main_column,
    measure,
    of_row,
    refuse_unrecorded,
    rows_of,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.figures.cells import Cells, Goods
    from entrepot.figures.definition import Definition
    from entrepot.figures.run_measure import Measured

__all__ = ["measure_each"]

_LIST = "__list"


def measure_each(
    cells: Cells, asked: Definition, every: Sequence[Goods], kept: Cells
) -> list[Measured | Missing]:
    """Evaluate a measure of each of several selections of goods; Missing where it has no value.

    To plan a query takes longer than to run it on the few rows in `kept`, so that measures which
    answer by columns answer all at once. What refuses an answer was asked before. The first has
    its table, and says why it has no value.
    """
    first, *others = every
    if not _answers_by_columns(asked):
        rest = [measure(cells, asked, goods, kept=kept) for goods in others]
        return [measure(cells, asked, first, kept=kept, with_table=True), *rest]
    apart = bool(question(asked.measure).table)
    together = others if apart else every
    found = _at_once(kept, asked, together) if together else {}
    none = Missing(f"{cells.held.source} has no value of {asked.goods} followed in this way")
    values = [
        one if isinstance(one, Missing) else (refuse_unrecorded(cells, asked, one.value) or one)
        for one in (found.get(place) or none for place in range(len(together)))
    ]
    if not apart and not isinstance(values[0], Missing):
        return values
    return [
        measure(cells, asked, first, kept=kept, with_table=True),
        *values[len(together) - len(others) :],
    ]


def _answers_by_columns(asked: Definition) -> bool:
    """Whether a measure has a row for each group of rows, and needs nothing but rows."""
    how = question(asked.measure)
    return how.has_curve and not (how.by_product or how.columns or how.span)


def _at_once(
    kept: Cells, asked: Definition, every: Sequence[Goods]
) -> dict[int, Measured | Missing | None]:
    """Return what the measure finds, by the place of the goods; nothing where no row is."""
    rows = nw.concat(
        [
            rows_of(kept, asked, goods).with_columns(nw.lit(place).alias(_LIST))
            for place, goods in enumerate(every)
        ]
    )
    how = question(asked.measure)
    if how.elastic and asked.sigma is None:
        rows = with_elasticities(rows, kept.lake, editions_of(kept, asked))
    beyond = {"has_rest": True} if how.bounds_rest and kept.held.has_sums else {}
    try:
        found = how.run(rows, asked, kept.column(asked), by=[_LIST], **beyond)
    except NoEvidenceError:
        return {}
    main = main_column(kept, asked)
    return {int(row.pop(_LIST)): of_row(row, asked, main) for row in dicts(found)}
