"""A measure over the rows that a definition names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot import measures
from entrepot.figures.cells import SIDES, among, leaves, members_of, totals
from entrepot.figures.estimate import Missing
from entrepot.figures.refusals import nothing, refusal
from entrepot.lake import fetch

if TYPE_CHECKING:
    from entrepot.figures.cells import Cells, Frame, Goods
    from entrepot.figures.definition import Definition

__all__ = ["Measured", "measure"]


@dataclass(frozen=True, slots=True)
class Measured:
    """The value of a measure's main column, and its other columns."""

    value: float
    details: dict[str, float]


def measure(
    cells: Cells, asked: Definition, goods: Goods, *, kept: Cells | None = None
) -> Measured | Missing:
    """Evaluate the measure; Missing says why there is no value.

    With `kept`, rows that were read once, what refuses an answer was asked before.
    """
    if kept is None and (refused := refusal(cells, asked, goods)):
        return refused
    found = _evaluate(kept or cells, asked, goods)
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


def _evaluate(cells: Cells, asked: Definition, goods: Goods) -> Measured | None:
    main = cells.column(asked)
    table = _table(cells, asked, goods, main)
    names = table.collect_schema().names()
    if asked.measure != "value":
        main = measures.passport(asked.measure).columns[0][0]
    for row in fetch(table):
        found = {
            name: float(cell) for name, cell in zip(names, row, strict=True) if cell is not None
        }
        if main in found:
            return Measured(found.pop(main), found)
    return None


def _table(cells: Cells, asked: Definition, goods: Goods, column: str) -> Frame:
    """Return the measure's one row."""
    if asked.measure == "value":
        return measures.value(cells.flow(asked, goods), by=[], value=column)
    buyers, sellers = asked.members("importer"), asked.members("exporter")
    if asked.measure == "growth":
        return measures.growth(
            cells.flow(asked, goods),
            by=[],
            period=asked.period,
            base=asked.base or asked.period.before(),
            value=column,
        )
    if asked.measure == "asymmetry":
        rows = cells.rows("importer", goods, asked).filter(
            among("importer", asked) | among("exporter", asked)
        )
        if not buyers & sellers:
            rows = rows.filter(leaves(buyers), leaves(sellers))
        return measures.asymmetry(rows, importer=buyers, exporter=sellers, by=[], value=column)
    [(whole, _)] = totals(asked)
    rows = cells.flow(whole, goods, inside=bool(buyers & sellers))
    match asked.measure:
        case "import_share":
            return measures.import_share(rows, exporter=sellers, by=[], value=column)
        case "export_share":
            return measures.export_share(rows, importer=buyers, by=[], value=column)
        case "hhi":
            return measures.hhi(rows, by=[], value=column)
    return measures.concentration_ratio(rows, by=[], k=asked.k or 1, value=column)
