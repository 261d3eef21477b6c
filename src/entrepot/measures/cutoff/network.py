"""An economy made ready for cut-offs: who sells how much of which input to whom."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.measures.origin.economy import Economy, Numbers, Places
    from entrepot.measures.origin.solved import Solved

__all__ = ["Network", "network"]


@dataclass(frozen=True, eq=False)
class Network:
    """Sectors that buy inputs of each other, n in all; k sectors by name make an input each.

    Attributes
    ----------
    solved
        The economy and its factors.
    coefficients
        n x n as in the economy, no column above the cap.
    rows
        For each of the k, which of the n make it.
    """

    solved: Solved
    coefficients: Numbers
    rows: tuple[Places | slice, ...]

    @property
    def economy(self) -> Economy:
        """The economy."""
        return self.solved.economy

    @property
    def output(self) -> Numbers:
        """n: what each makes."""
        return self.economy.output

    @cached_property
    def part(self) -> Numbers:
        """n: inputs of what each makes, 0 to 1."""
        found: Numbers = self.coefficients.sum(axis=0)
        return found

    @cached_property
    def sold(self) -> Numbers:
        """n: what each sells as an input."""
        found: Numbers = self.coefficients @ self.output
        return found

    @cached_property
    def final(self) -> Numbers:
        """n: what each sells otherwise: to final use, or outside the table."""
        return self.output - self.sold

    @cached_property
    def bought(self) -> Numbers:
        """K x n: what each buys of each input."""
        return self.by_input(None) * self.output

    def by_input(self, weights: Sequence[Numbers] | None) -> Numbers:
        """Return k x n: coefficients of each input, its makers weighted if there are weights."""
        import numpy as np

        found = np.empty((len(self.rows), len(self.output)))
        for place, rows in enumerate(self.rows):
            block = self.coefficients[rows]
            found[place] = block.sum(axis=0) if weights is None else weights[place] @ block
        return found

    @cached_property
    def closeness(self) -> list[Numbers]:
        """For each input: how much its makers, m x m, meet at the same buyers.

        With Z what they sell and C what a buyer buys of the input: Z diag(1/C) Z'.
        """
        import numpy as np

        found = []
        for place, rows in enumerate(self.rows):
            bought = self.bought[place]
            share = np.divide(self.output**2, bought, out=np.zeros(len(bought)), where=bought > 0)
            block = self.coefficients[rows]
            found.append((block * share) @ block.T)
        return found


def network(solved: Solved, *, cap: float | None = None) -> Network:
    """Return an economy ready for cut-offs.

    Parameters
    ----------
    solved
        The economy and its factors.
    cap
        Most that inputs may be of output; what is above counts as bought outside the table. None:
        whatever the table says.
    """
    import numpy as np

    world = solved.economy
    matrix = world.coefficients
    part = matrix.sum(axis=0)
    if cap is not None and (part > cap).any():
        matrix = matrix * np.where(part > cap, cap / np.where(part > 0, part, 1.0), 1.0)
    rows = tuple(_rows(np.flatnonzero(world.sector_of == n)) for n in range(len(world.sectors)))
    return Network(solved, matrix, rows)


def _rows(places: Places) -> Places | slice:
    """Return places as a slice where they are next to each other: a view instead of a copy."""
    if len(places) and places[-1] - places[0] + 1 == len(places):
        return slice(int(places[0]), int(places[-1]) + 1)
    return places
