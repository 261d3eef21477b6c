"""What makes the partner in a report: where goods were made, or where they were sent from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw

from entrepot.figures.cells import everything
from entrepot.lake import fetch

if TYPE_CHECKING:
    from entrepot.figures.cells import Cells
    from entrepot.figures.definition import Definition

__all__ = ["by_origin", "told_twice"]


def by_origin(cells: Cells, asked: Definition) -> bool:
    """Whether the flow is told, at least in part, by where goods were made."""
    if "origin" not in cells.held.bases:
        return False

    def told() -> bool:
        rows = cells.flow(asked, (everything(),)).filter(nw.col("told_by") == "importer")
        groups = fetch(rows.group_by("partner_basis").agg(nw.len()))
        return any(basis == "origin" for basis, _ in groups)

    return cells.once("by origin", asked, told)


def told_twice(cells: Cells, asked: Definition) -> frozenset[str]:
    """Return the importers that tell a cell of this trade by origin and by consignment."""
    if not cells.held.bases >= {"origin", "consignment"}:
        return frozenset()
    plain = asked.but(goods="", basis="dispatch")

    def twice() -> frozenset[str]:
        cell = ["period", "exporter", "importer", "product"]
        rows = cells.rows("importer", (everything(),), plain)
        told = rows.filter(nw.col("told_by") == "importer").group_by(cell)
        found = told.agg(nw.col("partner_basis").n_unique().alias("n")).filter(nw.col("n") > 1)
        importers = fetch(found.group_by("importer").agg(nw.len()))
        return frozenset(name for name, _ in importers)

    return cells.once("told twice", plain, twice)
