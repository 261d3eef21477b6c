"""Rates whose levels the same text gives: they are judged by the statistics that the levels are of.

Two statistics of one flow grow differently; a text that takes its amounts of the one is not wrong
because its rate is not that of the other.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from entrepot.claims.quantity import Quantity

if TYPE_CHECKING:
    from collections.abc import Mapping

    from entrepot.claims.comparison import Comparison
    from entrepot.claims.document import Claim

__all__ = ["by_levels_beside"]

OTHER = "in other statistics than the levels that the text gives with it"


def by_levels_beside(
    claims: tuple[Claim, ...], found: Mapping[str, tuple[Comparison, ...]]
) -> dict[str, tuple[Comparison, ...]]:
    """Return evidence in which nothing of other origins refutes a rate with both its levels beside.

    Parameters
    ----------
    claims
        The claims of a text.
    found
        The evidence of each, by id.

    Returns
    -------
    dict
        The evidence by id; what refutes a growth in statistics that the two levels do not agree
        with is of another definition.
    """
    return {claim.id: _of_one_origin(claim, claims, found) for claim in claims}


def _of_one_origin(
    claim: Claim, claims: tuple[Claim, ...], found: Mapping[str, tuple[Comparison, ...]]
) -> tuple[Comparison, ...]:
    held = found[claim.id]
    if claim.quantity.measure != "growth":
        return held
    sides = (claim.quantity.of, claim.quantity.to)
    now, then = (_origins(Quantity("value", terms), claims, found) for terms in sides)
    common = now & then
    if not common:
        return held
    return tuple(
        replace(item, other_definition=item.other_definition or OTHER)
        if item.outcome == "contradicts" and not item.own and not set(item.origins) & common
        else item
        for item in held
    )


def _origins(
    level: Quantity, claims: tuple[Claim, ...], found: Mapping[str, tuple[Comparison, ...]]
) -> frozenset[str]:
    """Return whose numbers agree with what a text has of a level, whoever's count it is."""
    wanted = level.key()
    return frozenset(
        origin
        for claim in claims
        if claim.quantity.measure == "value" and claim.quantity.key() == wanted
        for item in found[claim.id]
        if item.outcome == "supports"
        for origin in item.origins
    )
