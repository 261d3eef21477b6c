"""Who trades at all in the rows of a source: what tells nothing apart from nothing traded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw

from entrepot.figures.cells import everything
from entrepot.figures.sides import SIDES, members_of, other_side
from entrepot.lake import fetch
from entrepot.model.areas import WORLD

if TYPE_CHECKING:
    from entrepot.figures.cells import Cells, Frame
    from entrepot.figures.definition import Definition
    from entrepot.figures.sides import Side

__all__ = ["areas_without_records", "partners", "traders"]


def partners(cells: Cells, asked: Definition, side: Side) -> frozenset[str]:
    """Return the areas on a side of a flow of whatever goods."""
    return cells.once(
        f"partners {side}", asked, lambda: _names(cells.flow(asked, (everything(),)), side)
    )


def traders(cells: Cells, asked: Definition, side: Side) -> frozenset[str]:
    """Return the areas on a side of all rows of the time asked for."""
    return cells.once(
        f"traders {side}", asked, lambda: _names(cells.rows(side, (everything(),), asked), side)
    )


def areas_without_records(
    cells: Cells, asked: Definition, *, alone: bool = False
) -> frozenset[str]:
    """Return members of groups that trade nowhere in the periods; `alone`: any such area."""
    found: frozenset[str] = frozenset()
    for side in SIDES:
        members = members_of(asked, side)
        if len(members) > 1 or (alone and members):
            found |= members - _known(cells, asked, side)
    return found


def _known(cells: Cells, asked: Definition, side: Side) -> frozenset[str]:
    """Return those of the areas asked for that trade at all, with whomever.

    What two countries' books say of both directions depends on both; else the other side is left
    out, so that a group is looked through once for all its partners.
    """
    if asked.flow == "one_way":
        asked = asked.but(**{other_side(side): WORLD})
    among = nw.col(side).is_in(sorted(members_of(asked, side)))
    return cells.once(
        f"known {side}",
        asked,
        lambda: _names(cells.rows(side, (everything(),), asked, among), side),
    )


def _names(rows: Frame, side: Side) -> frozenset[str]:
    # Narwhals numbers all rows to tell unique ones: four times the work of a group.
    return frozenset(name for name, _ in fetch(rows.group_by(side).agg(nw.len())))
