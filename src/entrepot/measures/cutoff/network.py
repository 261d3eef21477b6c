"""An economy made ready for cut-offs: who sells how much of which input to whom."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from entrepot.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from entrepot.measures.origin.economy import Economy, Numbers, Places, Solved


@dataclass(frozen=True, eq=False)
class Network:
    """Sectors that buy inputs of each other, n in all; k sectors by name make an input each.

    Attributes
    ----------
    solved
        The economy and its factors.
    buying
        n: output for which each buys what the table says; below its output where its inputs are
        above the cap.
    rows
        For each of the k, which of the n make it.
    known_closeness
        `closeness` as it was worked out before for this very economy and cap.
    """

    solved: Solved
    buying: Numbers
    rows: tuple[Places | slice, ...]
    known_closeness: Sequence[Numbers] = ()

    @property
    def economy(self) -> Economy:
        """The economy."""
        return self.solved.economy

    @property
    def coefficients(self) -> Numbers:
        """What each buys of each, n x n, of its `buying`; as in the economy."""
        return self.economy.coefficients

    @property
    def output(self) -> Numbers:
        """n: what each makes."""
        return self.economy.output

    @cached_property
    def part(self) -> Numbers:
        """n: inputs of what each makes, 0 to 1."""
        import numpy as np

        every = self.bought.sum(axis=0)
        some = self.output > 0
        found: Numbers = np.divide(every, self.output, out=np.zeros(len(every)), where=some)
        return found

    @cached_property
    def sold(self) -> Numbers:
        """n: what each sells as an input."""
        found: Numbers = self.coefficients @ self.buying
        return found

    @cached_property
    def final(self) -> Numbers:
        """n: what each sells otherwise: to final use, or outside the table."""
        return self.output - self.sold

    @cached_property
    def bought(self) -> Numbers:
        """K x n: what each buys of each input."""
        import numpy as np

        found = np.empty((len(self.rows), len(self.output)))
        for place, rows in enumerate(self.rows):
            found[place] = self.coefficients[rows].sum(axis=0)
        return found * self.buying

    @cached_property
    def bill(self) -> Numbers:
        """K x n: shares of the inputs in what each buys of all; zeros where it buys nothing."""
        import numpy as np

        every, none = self.bought.sum(axis=0), np.zeros(self.bought.shape)
        found: Numbers = np.divide(self.bought, every, out=none, where=self.bought > 0)
        return found

    @cached_property
    def closeness(self) -> Sequence[Numbers]:
        """For each input: how much its makers, m x m, meet at the same buyers.

        With Z what they sell and C what a buyer buys of the input: Z diag(1/C) Z'.
        """
        import numpy as np

        if self.known_closeness:
            return self.known_closeness
        found = []
        for place, rows in enumerate(self.rows):
            bought = self.bought[place]
            # Z is coefficients times `buying`, on both sides of diag(1/C): hence the square.
            share = np.divide(self.buying**2, bought, out=np.zeros(len(bought)), where=bought > 0)
            block = self.coefficients[rows]
            found.append((block * share) @ block.T)
        return found


def network(
    solved: Solved,
    *,
    cap: float | None = None,
    known: Sequence[Numbers] = (),
) -> Network:
    """Return an economy ready for cut-offs.

    Parameters
    ----------
    solved
        The economy.
    cap
        Most that inputs may be of output; what is above counts as bought outside the table. None:
        whatever the table says.
    known
        Closeness as it was worked out before for this economy and cap.
    """
    import numpy as np

    world = solved.economy
    buying = world.output
    if cap is not None and ((part := 1 - world.value_added) > cap).any():
        # In proportion: whoever buys above the cap counts as smaller, and not as cheaper.
        buying = buying * np.where(part > cap, cap / np.where(part > 0, part, 1.0), 1.0)
    rows = tuple(_rows(np.flatnonzero(world.sector_of == n)) for n in range(len(world.sectors)))
    return Network(solved, buying, rows, known)


def _rows(places: Places) -> Places | slice:
    """Return places as a slice where they are next to each other: a view instead of a copy."""
    # Places are sorted and distinct, so that a gap shows in the distance of their ends.
    if len(places) and places[-1] - places[0] + 1 == len(places):
        return slice(int(places[0]), int(places[-1]) + 1)
    return places


# Which trade stops: from which sectors to buyers of which areas, and how much of it.


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
class StoppedTrade:
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
            # All sectors of an area that is cut off buy less: `parts` knows buyers by area only.
            buyers = np.flatnonzero(np.isin(world.area_of, hit))
            block = self.network.coefficients[rows][np.ix_(sellers, buyers)]
            gone = block * self.network.buying[buyers]
            found.append((sellers, buyers, gone * parts[sellers][:, world.area_of[buyers]]))
        return found

    @cached_property
    def total(self) -> float:
        """All that stops, in the unit of output."""
        return float(sum(gone.sum() for _, _, gone in self.blocks))


def stopped(network: Network, cuts: Iterable[Cut], *, leak: float = 0.0) -> StoppedTrade:
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
        # Set and not added: a flow that two cuts name stops once.
        parts[np.ix_(sellers, buyers)] = 1 - leak
    return StoppedTrade(network, parts)


def _areas(world: Economy, codes: Collection[str]) -> set[str]:
    return {world.areas[n] for n in world.wanted(codes)}
