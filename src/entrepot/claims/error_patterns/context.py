"""What a slip may look at, and what it proposes."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from entrepot.claims.numbers import leading_step
from entrepot.claims.quantity_text import like, span
from entrepot.model.interval import Interval

if TYPE_CHECKING:
    from collections.abc import Mapping

    from entrepot.claims.comparison import Comparison
    from entrepot.claims.document import Claim, Document
    from entrepot.claims.evidence_verdict import EvidenceVerdict
    from entrepot.claims.joint_consistency import Together
    from entrepot.claims.reference_levels import ReferenceLevels

__all__ = [
    "AROUND",
    "MOST_LUCK",
    "Change",
    "ErrorContext",
    "Proposal",
    "corrected",
    "luck",
    "open_to",
    "room",
]

AROUND = 1.5
"""A wrong number by chance lies within this factor of the true one."""
MOST_LUCK = 0.6
"""What random numbers would fit this often says nothing."""
A_PLACE = 0.3
"""How likely a random place would fit: few are named beyond the third."""
LEAST = 1e-6
NARROW = 0.2
"""What is meant is named as one number if it is known to this part of itself."""


@dataclass(frozen=True)
class ErrorContext:
    """A text under check.

    Attributes
    ----------
    document, facts
        Its claims, and what is known.
    together
        The claims as systems.
    found, standings
        Evidence of each claim, and where it stands by that alone.
    conflicts
        All minimal sets of claims that cannot hold together.
    by_data
        The further ones that rates of exchange or levels in print rule out.
    """

    document: Document
    facts: ReferenceLevels
    together: Together
    found: Mapping[str, tuple[Comparison, ...]]
    standings: Mapping[str, EvidenceVerdict]
    conflicts: tuple[frozenset[str], ...]
    by_data: tuple[frozenset[str], ...] = ()

    @cached_property
    def wrong(self) -> tuple[frozenset[str], ...]:
        """What has to be explained: the conflicts, and each claim that differs from evidence."""
        alone = (frozenset({n}) for n, held in self.standings.items() if held.verdict == "differs")
        return (*alone, *self.conflicts, *self.by_data)


@dataclass(frozen=True, slots=True)
class Change:
    """One claim put right: the claim as it would be, how that is printed, and one sentence."""

    claim: Claim
    corrected: str
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
    fit
        How likely the number printed is, if this is what happened: how closely what is known of
        the number meant (or of the other definition) is hit, over the number of slips of this kind
        that could have happened. A number of another definition says nothing of the number meant;
        so it gains where nothing pins that.
    """

    kind: str
    changes: tuple[Change, ...]
    chance: float
    fit: float
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


def open_to(claim: Claim, known: Interval) -> tuple[Claim, str]:
    """Return the claim as it would read by what is known of it, and how that is printed.

    One number where it is known closely, else from where to where; nothing where it is open.
    """
    ends = claim.quantity.quotient(known)
    size = max(abs(ends.low), abs(ends.high))
    if not math.isfinite(known.width):
        return claim.saying(claim.says, known), ""
    if ends.width <= NARROW * size:
        right = corrected(claim, known.middle)
        return right.saying(right.says, known.hull(right.interval)), right.says.text
    return claim.saying(claim.says, known), span(known, claim.quantity.unit)


def room(claim: Claim) -> Interval:
    """Return what a claim says with its open side closed: nobody says "over five" of twelve."""
    low, high = claim.interval.low, claim.interval.high
    if math.isinf(high) and math.isfinite(low):
        high = low + max(leading_step(low), abs(low) * 0.2)
    elif math.isinf(low) and math.isfinite(high):
        low = high - max(leading_step(high), abs(high) * 0.2)
    return Interval(low, high)


def luck(claim: Claim, known: Interval | None = None) -> float:
    """Return how likely a random number would fit what a claim says.

    That is the room its digits leave, and what is known leaves, against all numbers within a
    factor of `AROUND`; a growth is taken as the factor it is (0.966 for -3.4 %), a change in
    points against twenty points.
    """
    if claim.quantity.unit == "rank":
        return A_PLACE
    said = claim.quantity.quotient(room(claim))
    width = said.width
    middle = abs(said.middle)
    if known is not None:
        held = claim.quantity.quotient(known)
        width += held.width
        middle = max(middle, abs(held.middle)) if math.isfinite(held.width) else middle
    if claim.quantity.unit == "points":
        middle = max(middle, 20.0)
    if not math.isfinite(width) or not middle:
        return 1.0
    return min(1.0, max(width / (middle * (AROUND - 1 / AROUND)), LEAST))
