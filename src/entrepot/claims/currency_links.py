"""One flow in two currencies, tied by the rates that customs may have used."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from entrepot.claims.solver import Constraint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.claims.quantity import Level
    from entrepot.claims.reference_levels import ReferenceLevels

__all__ = ["same_flows"]


def same_flows(levels: list[Level], facts: ReferenceLevels) -> Iterator[Constraint]:
    """Yield the same flow in two currencies, at the rates that customs may have used."""
    same: dict[Level, list[Level]] = {}
    for level in levels:
        if level.kind == "value":
            same.setdefault(level.but(currency=""), []).append(level)
    for group in same.values():
        for one, other in combinations(group, 2):
            rate = facts.flow_rate(one.currency, other.currency, one.period)
            if rate is not None:
                yield Constraint(((one, 1.0), (other, -rate.low)), low=0.0)
                yield Constraint(((one, 1.0), (other, -rate.high)), high=0.0)
