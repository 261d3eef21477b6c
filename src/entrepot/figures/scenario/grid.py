"""Which assumptions a scenario is worked out under, and the output that each of them leaves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from entrepot.errors import RequestError
from entrepot.figures.scenario.levels import ASSUMED
from entrepot.measures.cutoff import rebuilt, shortage, stopped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.figures.scenario.levels import EconomyKeys
    from entrepot.measures.cutoff import Cut, Network, Rebuilt, Shortage

__all__ = ["Point", "Worked", "points", "worked"]

MILDER = {"friction": min, "inputs": max, "outer": max}
"""Which end of an assumption makes losses smaller; the leak is searched instead."""
HARSHER = {"friction": max, "inputs": min, "outer": min}


@dataclass(frozen=True, slots=True)
class Point:
    """One set of assumptions, and the one that is not as in the value; empty for ends together."""

    leak: float
    friction: float
    inputs: float
    outer: float
    changed: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Worked:
    """Solutions by point, the value first, and points without one, with the reason."""

    found: dict[Point, Shortage]
    stopped: float
    left_out: tuple[tuple[Point, str], ...]


def points(keys: EconomyKeys, *, sides_only: bool = False) -> list[Point]:
    """Return the value, each assumption changed alone, and where losses have their ends.

    With `sides_only`, the value and the two ends of what whole sides lose.

    Losses fall with both elasticities and rise with friction, and those of whole sides fall with
    the leak. Single economies and sectors may lose most at a leak between its ends, since what is
    rebuilt also moves trade of others: so both ends of the rest are worked out at leaks from end
    to end. What lies between those is within a thousandth of the range.
    """
    assumed = {name: getattr(keys, name) for name in ASSUMED}
    head = {name: one.take for name, one in assumed.items()}
    alone = [
        Point(**(head | {name: value}), changed=name)
        for name, one in assumed.items()
        for value in one.values[1:]
        if not sides_only
    ]
    leaks = _with_middles(assumed["leak"].values)
    ends = [
        Point(leak=leak, **{name: end(assumed[name].values) for name, end in whole.items()})
        for whole, side in ((MILDER, leaks[-1:]), (HARSHER, leaks[:1]))
        for leak in (side if sides_only else leaks)
    ]
    found = {Point(**head): Point(**head)}
    for one in (*alone, *ends):  # an end that changes one assumption is that one alone
        found.setdefault(replace(one, changed=""), one)
    return list(found.values())


def _with_middles(values: Sequence[float]) -> list[float]:
    """Return values in order, with what lies in the middle between neighbours."""
    ordered = sorted(values)
    middles = [(one + other) / 2 for one, other in pairwise(ordered)]
    return sorted((*ordered, *middles))


def worked(
    network: Network, cuts: Sequence[Cut], keys: EconomyKeys, *, sides_only: bool = False
) -> Worked:
    """Return the solution of every point; trade is rebuilt once for those that share it.

    Raises
    ------
    RequestError
        If nothing stops, or the value itself has no solution.
    """
    trades: dict[tuple[float, float], Rebuilt] = {}
    found: dict[Point, Shortage] = {}
    left_out = []
    for place, point in enumerate(points(keys, sides_only=sides_only)):
        try:
            key = (point.leak, point.friction)
            if key not in trades:
                trades[key] = rebuilt(stopped(network, cuts, leak=point.leak), point.friction)
            found[point] = shortage(trades[key], inputs=point.inputs, outer=point.outer)
        except RequestError as error:
            if not place:
                raise
            left_out.append((point, f"{error.what}; {error.why}"))
    first = next(iter(found))
    return Worked(found, trades[first.leak, first.friction].stopped.total, tuple(left_out))
