"""Which assumptions a scenario is worked out under, and the output that each of them leaves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from entrepot.errors import RequestError
from entrepot.figures.scenario.levels import ASSUMED
from entrepot.measures.cutoff import rebuilt, shortage, stopped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.figures.scenario.levels import EconomyKeys
    from entrepot.measures.cutoff import Cut, Network, Rebuilt, Shortage

__all__ = ["Point", "Worked", "points", "worked"]

MILDER = {"leak": max, "friction": min, "inputs": max, "outer": max}
"""Which end of an assumption makes losses smaller."""
HARSHER = {"leak": min, "friction": max, "inputs": min, "outer": min}


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


def points(keys: EconomyKeys) -> list[Point]:
    """Return the value, each assumption changed alone, and all of them at their ends together.

    Losses of both sides of the cut and of the world fall with the leak and with elasticities and
    rise with friction in every economy tried, so that their ends over the whole grid are at these
    corners. Those of third countries need not: their ends are those of these points.
    """
    assumed = {name: getattr(keys, name) for name in ASSUMED}
    head = {name: one.take for name, one in assumed.items()}
    alone = [
        Point(**(head | {name: value}), changed=name)
        for name, one in assumed.items()
        for value in one.values[1:]
    ]
    corners = [
        Point(**{name: ends[name](one.values) for name, one in assumed.items()}, changed="")
        for ends in (MILDER, HARSHER)
    ]
    found = {Point(**head): Point(**head)}
    for one in (*alone, *corners):  # a corner that changes one assumption is that one alone
        found.setdefault(replace(one, changed=""), one)
    return list(found.values())


def worked(network: Network, cuts: Sequence[Cut], keys: EconomyKeys) -> Worked:
    """Return the solution of every point; trade is rebuilt once for those that share it.

    Raises
    ------
    RequestError
        If nothing stops, or the value itself has no solution.
    """
    trades: dict[tuple[float, float], Rebuilt] = {}
    found: dict[Point, Shortage] = {}
    left_out = []
    for place, point in enumerate(points(keys)):
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
