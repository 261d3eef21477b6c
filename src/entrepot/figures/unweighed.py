"""What has a value and no mass: a sum of masses does not have it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw

from entrepot.figures.caveats import caveat
from entrepot.figures.measured import rows_of
from entrepot.lake import fetch

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.figures.cells import Cells, Goods
    from entrepot.figures.definition import Definition
    from entrepot.figures.figure import Caveat

__all__ = ["unweighed"]


def unweighed(cells: Cells, asked: Definition, goods: Goods) -> Iterator[Caveat]:
    """Yield how much of the rows behind a sum of masses has none, or none above zero."""
    if asked.quantity != "mass":
        return
    value = nw.col(cells.column(asked.but(quantity="value")))
    mass = nw.col("mass_kg")
    rows = rows_of(cells, asked, goods).filter(value > 0)
    has_none = (mass.is_null() | (mass <= 0)).alias("has_none")
    parts = rows.select(has_none, value.alias("value")).group_by("has_none")
    sums = fetch(parts.agg(nw.len().alias("rows"), nw.col("value").sum()))
    found = {bool(lacks): (int(count), float(total)) for lacks, count, total in sums}
    if True not in found:
        return
    (lacking, lost), (others, known) = found[True], found.get(False, (0, 0.0))
    part = 100 * lost / (lost + known)
    size = f"{part:.2g} %" if part >= 0.01 else "less than a ten-thousandth"
    yield caveat(
        "unweighed",
        f"{lacking:,} of {lacking + others:,} rows of {cells.held.source} behind this, {size} of "
        "their value, have no mass. A sum of masses lacks them: it is too small, and a part of it "
        "may be too small or too large.",
    )
