"""What a chart of two weights in each other's trade shows; weights are in per cent."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

__all__ = ["Butterfly", "Flow", "Side", "Weights"]


@dataclass(frozen=True, slots=True)
class Side:
    """One bar of a butterfly, in per cent, with its range and whether it was printed."""

    value: float
    text: str
    low: float | None = None
    high: float | None = None
    range: str = ""
    printed: bool = False


@dataclass(frozen=True, slots=True)
class Weights:
    """Both sides of one flow in a year; a note in words, and the same for a narrow drawing."""

    year: str
    left: Side | None
    right: Side | None
    note: str = ""
    short: str = ""


@dataclass(frozen=True, slots=True)
class Flow:
    """Goods going one way, seen from both ends."""

    title: str
    left: str
    right: str
    rows: tuple[Weights, ...]

    @property
    def gaps(self) -> dict[str, str]:
        """Years that are left out before a row, in words, by the year of the row."""
        found = {}
        for one, other in itertools.pairwise(self.rows):
            if one.year.isdigit() and other.year.isdigit():
                first, last = int(one.year) + 1, int(other.year) - 1
                if first <= last:
                    words = str(first) if first == last else f"{first} to {last}"
                    found[other.year] = f"{words} not shown"
        return found


@dataclass(frozen=True, slots=True)
class Butterfly:
    """Both directions of dependence on one scale."""

    flows: tuple[Flow, ...]
