"""What a slip may look at, and what it proposes."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from entrepot.claims.describe import like
from entrepot.claims.numbers import leading_step
from entrepot.model.interval import Interval

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from entrepot.claims.comparison import Comparison
    from entrepot.claims.document import Claim, Document
    from entrepot.claims.known import Facts
    from entrepot.claims.levels import Linear
    from entrepot.claims.standing import Standing

__all__ = ["Case", "Change", "Proposal", "corrected", "luck"]

AROUND = 1.5
"""A wrong number by chance lies within this factor of the true one."""


@dataclass(frozen=True)
class Case:
    """A text under check: its claims, where each stands, and what conflicts."""

    document: Document
    facts: Facts
    linear: Linear
    found: Mapping[str, tuple[Comparison, ...]]
    standings: Mapping[str, Standing]
    conflicts: tuple[frozenset[str], ...]

    @cached_property
    def in_conflict(self) -> frozenset[str]:
        """Claims that are in some conflict."""
        return frozenset(name for conflict in self.conflicts for name in conflict)

    def suspects(self) -> Iterator[Claim]:
        """Yield the claims that need explaining: in a conflict and not supported, or differing."""
        for claim in self.document.claims:
            verdict = self.standings[claim.id].verdict
            if verdict == "differs" or (claim.id in self.in_conflict and verdict != "holds"):
                yield claim


@dataclass(frozen=True, slots=True)
class Change:
    """One claim put right: the claim as it would be, how that is printed, and one sentence."""

    claim: Claim
    would_say: str
    text: str
    other: str = ""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A slip that may have happened.

    Attributes
    ----------
    kind
        Id of the slip.
    changes
        The claims it would put right.
    chance
        How often a slip of this kind would fit as well if the numbers were random.
    """

    kind: str
    changes: tuple[Change, ...]
    chance: float
    names: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        names = frozenset(change.claim.id for change in self.changes)
        object.__setattr__(self, "names", names)


def corrected(claim: Claim, value: float) -> Claim:
    """Return the claim as it would read with another value, at its own precision."""
    text = like(claim, value)
    step = claim.says.step * (0.01 if claim.quantity.unit == "share" else 1.0)
    half = max(step, leading_step(value) / 100) / 2
    says = replace(claim.says, text=text, relation="=")
    return claim.saying(says, Interval(value - half, value + half))


def luck(claim: Claim) -> float:
    """Return how likely a random number would fit what a claim says.

    That is the room its digits leave, against all numbers within a factor of `AROUND`; a growth
    is taken as the factor it is (0.966 for -3.4 %).
    """
    says = claim.says
    room = claim.interval
    if not math.isfinite(room.width):
        scale = abs(says.plausible.width / says.value) if says.value else 1.0
        value = room.low if math.isfinite(room.low) else room.high
        return min(1.0, scale / (AROUND - 1 / AROUND)) if value else 1.0
    factor = claim.quantity.quotient(room)
    middle = abs(factor.middle)
    return min(1.0, factor.width / (middle * (AROUND - 1 / AROUND))) if middle else 1.0
