"""What pictures of scenarios show."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Group", "Ladder", "LossMap", "Rung", "Tile"]


@dataclass(frozen=True, slots=True)
class Rung:
    """One loss: value and ends in per cent of output, as text, and whose it is.

    `marked` stands out: the sides of the scenario, and not single areas.
    """

    name: str
    value: float
    low: float
    high: float
    text: str
    marked: bool = False


Group = tuple[str, tuple[Rung, ...]]


@dataclass(frozen=True, slots=True)
class Ladder:
    """Losses below each other in groups, each with a title.

    `apart` gives each group a scale of its own, where they are parts of different things.
    """

    groups: tuple[Group, ...]
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Tile:
    """The loss of one area in per cent of output, as text; `target` is the one that is cut off."""

    code: str
    short: str
    name: str
    value: float
    text: str
    target: bool = False


@dataclass(frozen=True, slots=True)
class LossMap:
    """Losses by place."""

    tiles: tuple[Tile, ...]
