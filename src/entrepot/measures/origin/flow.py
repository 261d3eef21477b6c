"""A gross flow from some areas to others, and the border at which it is counted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from entrepot.errors import RequestError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Collection

    from entrepot.measures.origin.economy import Economy, Numbers, Places
    from entrepot.measures.origin.solved import Solved

__all__ = ["Flow", "Perimeter", "crossed", "flow"]

Perimeter = Literal["flow", "bilateral", "exporter"]
"""What has to be crossed twice to be counted twice: the border of the flow itself (its sectors),
that between the two sides, or that between the exporter and everybody."""


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """What k sectors of the exporter sell.

    Attributes
    ----------
    sellers
        Places of the sectors at the border, k.
    values
        What each of them sells in the flow, k.
    buyers
        Places of the sectors on the other side of the border.
    home
        Codes of the exporter.
    """

    sellers: Places
    values: Numbers
    buyers: Places
    home: frozenset[str]


def flow(
    world: Economy,
    exporters: Collection[str],
    importers: Collection[str] | None = None,
    *,
    made: Collection[str] | None = None,
    used: Collection[str] | None = None,
    perimeter: Perimeter = "flow",
) -> Flow:
    """Return a flow of the economy.

    Parameters
    ----------
    world
        The economy.
    exporters, importers
        Areas; several on one side count as one, so their trade with each other is at home.
        No importers: everybody else.
    made, used
        Sectors that sell, and sectors that buy; None for all. With `used`, final use is left out.
    perimeter
        Border at which the flow is counted.

    Raises
    ------
    UnknownNameError
        For an area, a sector or a perimeter that is not there.
    RequestError
        If an area is on both sides, or final use is asked of a part of an area.
    """
    import numpy as np

    if perimeter not in get_args(Perimeter):
        raise UnknownNameError("perimeter", perimeter, get_args(Perimeter))
    home = world.places(exporters)
    abroad = np.setdiff1d(np.arange(len(world.output)), home)
    other = abroad if importers is None else world.places(importers)
    if both := np.intersect1d(home, other).size:
        raise RequestError(
            f"{both} sectors are on both sides",
            why="what an area sells to itself crosses no border",
            hint="name different areas as exporter and importer",
        )
    sellers = world.places(exporters, made)
    codes = [world.areas[n] for n in np.unique(world.area_of[other])]
    buyers = other if used is None else world.places(codes, used)
    values = world.coefficients[np.ix_(sellers, buyers)] @ world.output[buyers]
    if world.final is not None and used is None:
        values = values + _final(world, world.final, sellers, other)
    names = frozenset(world.names[n] for n in np.unique(world.name_of[home]))
    if perimeter == "flow":
        return Flow(sellers, values, buyers, names)
    whole = np.zeros(len(world.output))
    whole[sellers] = values
    return Flow(home, whole[home], other if perimeter == "bilateral" else abroad, names)


def _final(world: Economy, final: Numbers, sellers: Places, buyers: Places) -> Numbers:
    """Return what final use of the buyers' areas takes of each seller."""
    import numpy as np

    owner = world.name_of
    names = np.unique(owner[buyers])
    if np.isin(owner, names).sum() != len(buyers):
        raise RequestError(
            "final use of a part of an area is not known",
            why="tables give it for the whole area",
            hint="name the whole area as importer, or the sectors that buy",
        )
    found: Numbers = final[np.ix_(sellers, names)].sum(axis=1)
    return found


def crossed(solved: Solved, asked: Flow) -> tuple[Numbers, Numbers]:
    """Return the output of every sector behind a flow: counted at each crossing, and once.

    B e is the first. The second is (I - A*)^-1 e, where A* lacks the inputs that cross the border:
    A* = A - E R, with E the columns of the unit matrix of the k sellers and R their inputs to the
    buyers. By the formula of Woodbury it is B E (I + R B E)^-1 e, so that the factors of I - A do
    for every border.

    Returns
    -------
    all, once
        n numbers each, in the unit of output.
    """
    import numpy as np

    count = len(asked.sellers)
    unit = np.zeros((len(solved.economy.output), count), order="F")
    unit[asked.sellers, np.arange(count)] = 1
    behind = solved.output_for(unit)
    inputs = solved.economy.coefficients[np.ix_(asked.sellers, asked.buyers)]
    again = inputs @ behind[asked.buyers]
    first = np.linalg.solve(np.eye(count) + again, asked.values)
    return behind @ asked.values, behind @ first
