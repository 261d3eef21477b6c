"""The sides of a cut: areas, groups, sums, or everybody else."""

from __future__ import annotations

from entrepot.measures.cutoff import OTHERS
from entrepot.model.areas import area_name, area_phrase, area_set, areas
from entrepot.model.period import Period

__all__ = ["side_members", "side_name", "side_phrase"]

_ELSE = "everybody else"


def side_members(side: str, other: str, period: str) -> frozenset[str]:
    """Return the areas of a side; of dated groups those of the last day of the period.

    `OTHERS` is everybody who is not on the other side.
    """
    day = Period.parse(period).end
    if side == OTHERS:
        return frozenset(one.code for one in areas()) - area_set(other, day)
    return area_set(side, day)


def side_name(text: str) -> str:
    """Return a side as a heading has it."""
    return _ELSE if text == OTHERS else area_name(text)


def side_phrase(text: str) -> str:
    """Return a side as it stands in a sentence."""
    return _ELSE if text == OTHERS else area_phrase(text)
