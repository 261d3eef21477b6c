"""Which trade stops: from which sectors to buyers of which areas, and how much of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from entrepot.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from entrepot.measures.cutoff.network import Network
    from entrepot.measures.origin.economy import Economy, Numbers, Places

__all__ = ["Cut", "Stopped", "stopped"]


@dataclass(frozen=True, slots=True)
class Cut:
    """Trade that stops in one direction.

    Attributes
    ----------
    sellers, buyers
        Areas.
    sectors
        Sectors of the sellers; None for all.
    """

    sellers: frozenset[str]
    buyers: frozenset[str]
    sectors: frozenset[str] | None = None


@dataclass(frozen=True, eq=False)
class Stopped:
    """What stops of the inputs of a network.

    Attributes
    ----------
    network
        The network.
    parts
        n x areas: part of what a sector sells to an area that stops, 0 to 1.
    """

    network: Network
    parts: Numbers

    @cached_property
    def blocks(self) -> list[tuple[Places, Places, Numbers]]:
        """For each input: makers (places among its rows) and buyers concerned, and what stops."""
        import numpy as np

        world, found = self.network.economy, []
        for rows in self.network.rows:
            parts = self.parts[rows]
            sellers = np.flatnonzero(parts.any(axis=1))
            hit = np.flatnonzero(parts.any(axis=0))
            buyers = np.flatnonzero(np.isin(world.area_of, hit))
            block = self.network.coefficients[rows][np.ix_(sellers, buyers)]
            gone = block * self.network.output[buyers]
            found.append((sellers, buyers, gone * parts[sellers][:, world.area_of[buyers]]))
        return found

    @cached_property
    def total(self) -> float:
        """All that stops, in the unit of output."""
        return float(sum(gone.sum() for _, _, gone in self.blocks))


def stopped(network: Network, cuts: Iterable[Cut], *, leak: float = 0.0) -> Stopped:
    """Return what some cuts stop; trade that two of them name stops once.

    Parameters
    ----------
    leak
        Part of it that flows on, 0 to 1.

    Raises
    ------
    UnknownNameError
        For an area or a sector that the economy has not.
    RequestError
        If an area is on both sides of a cut.
    """
    import numpy as np

    if not 0 <= leak <= 1:
        raise RequestError(f"leak is {leak}", hint="a part from 0 to 1: 0.1 is 10 %")
    world = network.economy
    parts = np.zeros((len(network.output), len(world.areas)))
    for cut in cuts:
        sellers = world.places(cut.sellers, cut.sectors)
        buyers = np.array(world.wanted(cut.buyers), dtype=np.intp)
        if both := sorted({world.areas[n] for n in buyers} & _areas(world, cut.sellers)):
            raise RequestError(
                f"{', '.join(both)} on both sides of a cut", hint="name different areas"
            )
        parts[np.ix_(sellers, buyers)] = 1 - leak
    return Stopped(network, parts)


def _areas(world: Economy, codes: Collection[str]) -> set[str]:
    return {world.areas[n] for n in world.wanted(codes)}
