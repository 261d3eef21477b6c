"""How much can pass through chains of one hub, of two and of three, each by themselves."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from entrepot.measures.rerouting.chain import IMPORTER, ORIGIN
from entrepot.measures.rerouting.network import maximum_flow
from entrepot.measures.rerouting.program import most_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from entrepot.measures.rerouting.cells import Edge

__all__ = ["LONGEST", "through_chains"]

LONGEST = 3
"""Hubs of the longest chain that is told apart; the maximum flow has longer ones as well."""


def through_chains(capacity: Mapping[Edge, float], hubs: Collection[str], length: int) -> float:
    """Return the most that passes if every dollar goes through this many hubs, no hub twice.

    A linear program over the chains: what goes along an edge, in whatever place of a chain, is no
    more than its capacity. A maximum flow cannot say it, for it does not count its edges.

    Parameters
    ----------
    capacity
        Of each edge between origin, hubs and importer, in the unit of the values.
    hubs
        Those that a chain may have.
    length
        Hubs of a chain.
    """
    chains = list(_chains(capacity, hubs, length))
    if not chains:
        return 0.0
    rows: dict[Edge, list[int]] = {}
    for place, chain in enumerate(chains):
        for edge in itertools.pairwise(chain):
            rows.setdefault(edge, []).append(place)
    # No edge carries more than passes in all; the solver is exact to a part of the largest size.
    most = maximum_flow(capacity, ORIGIN, IMPORTER).value
    if most <= 0:
        return 0.0
    sizes = [min(capacity[edge], most) for edge in rows]
    return min(most, sum(most_of(len(chains), list(rows.values()), sizes)))


def _chains(
    capacity: Mapping[Edge, float], hubs: Collection[str], length: int
) -> Iterator[tuple[str, ...]]:
    """Yield the chains along which something can pass, grown hub by hub."""
    begun: list[tuple[str, ...]] = [(ORIGIN,)]
    for _ in range(length):
        begun = [
            (*chain, hub)
            for chain in begun
            for hub in sorted(hubs)
            if hub not in chain and capacity.get((chain[-1], hub), 0.0) > 0
        ]
    for chain in begun:
        if capacity.get((chain[-1], IMPORTER), 0.0) > 0:
            yield (*chain, IMPORTER)
