"""The most that can pass from one end of a network to the other, and the edges that limit it."""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from entrepot.measures.rerouting.cells import Edge

__all__ = ["Network", "maximum_flow"]

TINY = 1e-12
"""Part of the largest capacity below which an edge is full."""


@dataclass(frozen=True, slots=True)
class Network:
    """A maximum flow.

    Attributes
    ----------
    value
        What passes, in the unit of the capacities.
    flow
        What passes along each edge that is used; one of several ways where there are more.
    cut
        Edges of a minimum cut, the one nearest to the source, with their capacities: they add up
        to `value`, and nothing more passes unless one of them is widened.
    """

    value: float
    flow: dict[Edge, float]
    cut: dict[Edge, float]


def maximum_flow(capacity: Mapping[Edge, float], source: str, sink: str) -> Network:
    """Return the maximum flow, by shortest augmenting paths (Edmonds and Karp 1972).

    On amounts as they are: solvers on whole numbers would have to round them.

    Parameters
    ----------
    capacity
        Of each edge, zero or more; an edge that is not named has none.
    source, sink
        The two ends.
    """
    left: dict[str, dict[str, float]] = defaultdict(dict)
    for (one, other), amount in capacity.items():
        left[one][other] = left[one].get(other, 0.0) + amount
        left[other].setdefault(one, 0.0)
    least = TINY * max(capacity.values(), default=0.0)
    while path := _shortest(left, source, sink, least):
        amount = min(left[one][other] for one, other in path)
        for one, other in path:
            left[one][other] -= amount
            left[other][one] += amount
    flow = {
        edge: amount - left[edge[0]][edge[1]]
        for edge, amount in capacity.items()
        if amount - left[edge[0]][edge[1]] > least
    }
    near = _reached(left, source, least)
    cut = {
        edge: amount
        for edge, amount in capacity.items()
        if edge[0] in near and edge[1] not in near and amount > 0
    }
    return Network(sum(cut.values()), flow, cut)


def _shortest(
    left: Mapping[str, Mapping[str, float]], source: str, sink: str, least: float
) -> list[Edge]:
    """Return the edges of a shortest path with room on it; none if there is none."""
    came = _reached(left, source, least)
    if sink not in came:
        return []
    path, place = [], sink
    while place != source:
        path.append((came[place], place))
        place = came[place]
    return path


def _reached(left: Mapping[str, Mapping[str, float]], source: str, least: float) -> dict[str, str]:
    """Return who can be reached along edges with room, and from where, in breadth."""
    came, queue = {source: source}, deque([source])
    while queue:
        place = queue.popleft()
        for other, amount in left.get(place, {}).items():
            if amount > least and other not in came:
                came[other] = place
                queue.append(other)
    return came
