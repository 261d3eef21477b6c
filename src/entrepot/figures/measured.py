"""A measure over the rows that a definition names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot import measures
from entrepot.figures.estimate import Missing
from entrepot.figures.refusals import nothing, refusal
from entrepot.figures.sides import SIDES, among, leaves, members_of, totals
from entrepot.lake import fetch

if TYPE_CHECKING:
    from entrepot.figures.cells import Cells, Frame, Goods
    from entrepot.figures.definition import Definition

__all__ = ["Measured", "measure", "rows_of"]


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
    table = _table(rows_of(cells, asked, goods), asked, main)
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


def rows_of(cells: Cells, asked: Definition, goods: Goods) -> Frame:
    """Return the rows that the measure is made of."""
    buyers, sellers = asked.members("importer"), asked.members("exporter")
    if asked.measure in ("value", "growth"):
        return cells.flow(asked, goods)
    if asked.measure == "asymmetry":
        rows = cells.rows("importer", goods, asked).filter(
            among("importer", asked) | among("exporter", asked)
        )
        if not buyers & sellers:
            rows = rows.filter(leaves(buyers), leaves(sellers))
        return rows
    [(whole, _)] = totals(asked)
    return cells.flow(whole, goods, inside=bool(buyers & sellers))


def _table(rows: Frame, asked: Definition, column: str) -> Frame:
    """Return the measure's one row."""
    buyers, sellers = asked.members("importer"), asked.members("exporter")
    match asked.measure:
        case "value":
            return measures.value(rows, by=[], value=column)
        case "growth":
            base = asked.base or asked.period.before()
            return measures.growth(rows, by=[], period=asked.period, base=base, value=column)
        case "asymmetry":
            return measures.asymmetry(rows, importer=buyers, exporter=sellers, by=[], value=column)
        case "import_share":
            return measures.import_share(rows, exporter=sellers, by=[], value=column)
        case "export_share":
            return measures.export_share(rows, importer=buyers, by=[], value=column)
        case "hhi":
            return measures.hhi(rows, by=[], value=column)
    return measures.concentration_ratio(rows, by=[], k=asked.k or 1, value=column)
