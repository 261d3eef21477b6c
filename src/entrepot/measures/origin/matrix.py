"""Whose value added is in what everybody sells to everybody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from entrepot.errors import UnknownNameError

if TYPE_CHECKING:
    from entrepot.measures.origin.economy import Economy, Numbers, Places
    from entrepot.measures.origin.solved import Solved

__all__ = ["OriginMatrix", "origin_matrix"]


@dataclass(frozen=True, slots=True, eq=False)
class OriginMatrix:
    """Value added by origin, exporter and importer.

    Attributes
    ----------
    names
        Areas, m in all.
    gross
        m x m: what the row sells to the column; own sales are zero.
    once, again
        m x m x m by origin, exporter, importer: value added, counted when it first crosses the
        border, and at later crossings. Together, over origins, they are `gross`.
    """

    names: tuple[str, ...]
    gross: Numbers
    once: Numbers
    again: Numbers


def origin_matrix(
    solved: Solved, perimeter: Literal["bilateral", "exporter"] = "exporter"
) -> OriginMatrix:
    """Return whose value added is in every flow between two areas, all sectors together.

    Parameters
    ----------
    solved
        An economy.
    perimeter
        Border at whose later crossings value is counted again: that of the exporter with
        everybody, so that a row of importers adds up, or that of each pair.

    Raises
    ------
    UnknownNameError
        For another perimeter.
    """
    import numpy as np

    if perimeter not in ("bilateral", "exporter"):
        raise UnknownNameError("perimeter", perimeter, ("bilateral", "exporter"))
    world = solved.economy
    names, owner = world.names, world.name_of
    sales = _sales(world)
    size = len(names)
    once, again = (np.zeros((size, size, size)) for _ in range(2))
    gross = np.zeros((size, size))
    rate = world.value_added[:, None]
    for place in range(size):
        sellers = np.flatnonzero(owner == place)
        sold = sales[sellers]
        sold[:, place] = 0
        behind = solved.output_for(_unit(len(owner), sellers))
        content = world.added_up(rate * behind)
        gross[place] = sold.sum(axis=0)
        once[:, place] = content @ _first(world, sellers, behind, sold, place, perimeter)
        again[:, place] = content @ sold - once[:, place]
    return OriginMatrix(names, gross, once, again)


def _sales(world: Economy) -> Numbers:
    """Return n x m: what each sector sells to each area."""
    import numpy as np

    names, owner = world.names, world.name_of
    found = np.zeros((len(owner), len(names)))
    for place in range(len(names)):
        buyers = np.flatnonzero(owner == place)
        found[:, place] = world.coefficients[:, buyers] @ world.output[buyers]
        if world.final is not None:
            found[:, place] += world.final[:, place]
    return found


def _unit(count: int, sellers: Places) -> Numbers:
    import numpy as np

    found = np.zeros((count, len(sellers)), order="F")
    found[sellers, np.arange(len(sellers))] = 1
    return found


def _first(
    world: Economy, sellers: Places, behind: Numbers, sold: Numbers, place: int, perimeter: Any
) -> Numbers:
    """Return what is sold to each area less what crosses the border again; see `flow.crossed`."""
    import numpy as np

    owner, unit = world.name_of, np.eye(len(sellers))
    inputs = world.coefficients[sellers]
    if perimeter == "exporter":
        abroad = owner != place
        found: Numbers = np.linalg.solve(unit + inputs[:, abroad] @ behind[abroad], sold)
        return found
    found = np.zeros(sold.shape)
    for other in np.flatnonzero(sold.any(axis=0)):
        buyers = owner == other
        again = inputs[:, buyers] @ behind[buyers]
        found[:, other] = np.linalg.solve(unit + again, sold[:, other])
    return found
