"""A measure over the rows that a definition names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot import measures
from entrepot.figures.elastic import with_elasticities
from entrepot.figures.estimate import Missing
from entrepot.figures.questions import of as question
from entrepot.figures.refusals import nothing, refusal
from entrepot.figures.sides import SIDES, among, leaves, members_of, totals
from entrepot.lake import fetch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.figures.cells import Cells, Frame, Goods
    from entrepot.figures.definition import Definition

__all__ = ["Measured", "measure", "rows_of"]


@dataclass(frozen=True, slots=True)
class Measured:
    """The value of a measure's main column, and its other columns.

    `low` and `high` are the ends of an interval that the measure itself gives; `table` has a row
    for each product or partner.
    """

    value: float
    details: dict[str, float | str]
    low: float | None = None
    high: float | None = None
    table: tuple[dict[str, Any], ...] = ()


def measure(
    cells: Cells,
    asked: Definition,
    goods: Goods,
    *,
    kept: Cells | None = None,
    with_table: bool = False,
) -> Measured | Missing:
    """Evaluate the measure; Missing says why there is no value.

    With `kept`, rows that were read once, what refuses an answer was asked before.
    """
    if kept is None and (refused := refusal(cells, asked, goods)):
        return refused
    found = _evaluate(kept or cells, asked, goods, with_table=with_table)
    if isinstance(found, Missing):
        return found
    value = found.value if found else None
    if found and value and not cells.held.is_partial:
        return found
    strangers = cells.strangers(asked, alone=not value)
    known = [members - strangers for side in SIDES if (members := members_of(asked, side))]
    # Zero is an answer only about somebody whom the source knows, and a part of a group is
    # not the group.
    if not all(known) or (strangers and cells.held.is_partial):
        names = ", ".join(sorted(strangers))
        return Missing(f"the lake's {cells.held.source} holds nothing of {names} in {asked.period}")
    return nothing(cells, asked, goods) if found is None else found


def _evaluate(
    cells: Cells, asked: Definition, goods: Goods, *, with_table: bool
) -> Measured | Missing | None:
    column = cells.column(asked)
    main = column if asked.measure == "value" else measures.passport(asked.measure).columns[0][0]
    how = question(asked.measure)
    rows = rows_of(cells, asked, goods)
    if how.elastic:
        rows = with_elasticities(rows, cells.lake, cells.editions(asked))
    found = how.run(rows, asked, column)
    row: dict[str, Any] = found.to_dict() if hasattr(found, "to_dict") else next(_dicts(found), {})
    value = row.pop(main, None)
    if row.get("infinite"):
        return Missing(
            f"{asked.exporter} is the only supplier of some of these goods, so the loss has no "
            f"bound; of all others it is {row['power_of_rest']:.3g}"
        )
    if value is None:
        return None
    low, high = row.pop(f"{main}_low", None), row.pop(f"{main}_high", None)
    plain = {
        name: cell if isinstance(cell, str) else float(cell)
        for name, cell in row.items()
        if isinstance(cell, (str, bool, int, float))
    }
    table = tuple(_dicts(how.table(rows, asked, column))) if with_table and how.table else ()
    return Measured(float(value), plain, low, high, table)


def _dicts(table: Frame) -> Iterator[dict[str, Any]]:
    """Yield the rows of a result, without what is null."""
    names = table.collect_schema().names()
    for row in fetch(table):
        yield {name: cell for name, cell in zip(names, row, strict=True) if cell is not None}


def rows_of(cells: Cells, asked: Definition, goods: Goods) -> Frame:
    """Return the rows that the measure is made of."""
    buyers, sellers = asked.members("importer"), asked.members("exporter")
    match question(asked.measure).trade:
        case "flow":
            return cells.flow(asked, goods)
        case "both":
            rows = cells.rows("importer", goods, asked).filter(
                among("importer", asked) | among("exporter", asked)
            )
            if not buyers & sellers:
                rows = rows.filter(leaves(buyers), leaves(sellers))
            return rows
        case "world":
            return cells.rows("importer", goods, asked)
        case "purchases":
            return cells.rows("importer", goods, asked).filter(
                nw.col("importer").is_in(sorted(buyers | sellers))
            )
    [(whole, _)] = totals(asked)
    return cells.flow(whole, goods, inside=bool(buyers & sellers))
