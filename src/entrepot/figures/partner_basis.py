"""What makes the partner in a report: where goods were made, or where they were sent from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw

from entrepot.figures.cells import everything
from entrepot.lake import fetch

if TYPE_CHECKING:
    from entrepot.figures.cells import Cells, Frame
    from entrepot.figures.definition import Definition

__all__ = ["NOT_SAID", "bases_of", "reported_on_two_bases"]

NOT_SAID = "not said"


def bases_of(rows: Frame, column: str) -> dict[str, float]:
    """Return the share of the value of imports as importers report them by what makes the partner.

    Empty where nothing is said of it, or nothing has a value.
    """
    told = rows.filter(nw.col("reported_by") == "importer").group_by("partner_basis")
    sums = {
        str(basis or NOT_SAID): float(value or 0)
        for basis, value in fetch(told.agg(nw.col(column).sum()))
    }
    total = sum(sums.values())
    if not total or set(sums) == {NOT_SAID}:
        return {}
    return {basis: value / total for basis, value in sorted(sums.items())}


def reported_on_two_bases(cells: Cells, asked: Definition) -> frozenset[str]:
    """Return the importers that tell a cell of this trade by origin and by consignment."""
    if not cells.held.bases >= {"origin", "consignment"}:
        return frozenset()
    plain = asked.but(goods="", basis="dispatch")

    def twice() -> frozenset[str]:
        cell = ["period", "exporter", "importer", "product"]
        rows = cells.rows("importer", (everything(),), plain)
        told = rows.filter(nw.col("reported_by") == "importer").group_by(cell)
        found = told.agg(nw.col("partner_basis").n_unique().alias("n")).filter(nw.col("n") > 1)
        importers = fetch(found.group_by("importer").agg(nw.len()))
        return frozenset(name for name, _ in importers)

    return cells.once("told twice", plain, twice)
