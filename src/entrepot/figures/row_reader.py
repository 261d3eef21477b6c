"""Which rows a measure reads from the lake, and how they are read once for several answers."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

import narwhals as nw

from entrepot.figures.both_reports import ERRORS
from entrepot.figures.questions import of as question
from entrepot.figures.sides import among, reach
from entrepot.lake import stored

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from entrepot.figures.cells import Cells, Frame, Goods
    from entrepot.figures.definition import Definition

__all__ = ["both_markets", "reading_once"]

_READ = (
    "period", "freq", "exporter", "importer", "product", "nomenclature", "reported_by",
    "partner_basis", "valuation",
)  # fmt: skip


def both_markets(cells: Cells, asked: Definition, goods: Goods) -> Frame:
    """Return all that the importer buys and all that the exporter sells.

    Each side is read from the copy of the lake that is sorted by it: in one of them alone, the
    other side's rows lie everywhere.
    """
    buys, sells = among("importer", asked), among("exporter", asked)
    if cells.kept is not None:
        return cells.rows("importer", goods, asked, buys | sells)
    bought = cells.rows("importer", goods, asked, buys, whole=True)
    sold = cells.rows("exporter", goods, asked, sells, ~buys, whole=True)
    return nw.concat([bought, sold])


@contextmanager
def reading_once(
    cells: Cells, asked: Definition, goods: Goods, beside: Sequence[Definition] = ()
) -> Iterator[Cells]:
    """Read the rows that a measure of these goods needs once, for as long as the block runs.

    Parameters
    ----------
    cells, asked, goods
        Where the rows are, and which.
    beside
        The same asked of other areas, whose rows are read in the same go.
    """
    columns = [*_READ, cells.column(asked), *question(asked.measure).columns]
    columns += ERRORS if cells.is_blend else ()
    if question(asked.measure).trade == "both" and not beside:
        rows = both_markets(cells, asked, goods)
    else:
        by, _ = reach(asked)
        there = reduce(or_, (reach(one)[1] for one in (asked, *beside)))
        rows = cells.rows(by, goods, asked, there, whole=True)
    with stored(rows.select(list(dict.fromkeys(columns))), cells.lake) as frame:
        yield replace(cells, kept=frame)
