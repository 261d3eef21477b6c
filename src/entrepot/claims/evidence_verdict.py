"""Where a claim stands by evidence alone, before the text's other claims are looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from entrepot.claims.quantity import SHARES
from entrepot.model.interval import Interval

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.claims.comparison import Comparison
    from entrepot.claims.document import Claim

__all__ = ["EvidenceVerdict", "standing"]

MIRROR = 3.0
"""How many times one country's count of all goods may be another's."""
MIRROR_OF_GOODS = 8.0
"""The same of goods of some codes, which are classified and routed in other ways as well."""


@dataclass(frozen=True, slots=True)
class EvidenceVerdict:
    """What evidence says of a claim.

    Attributes
    ----------
    verdict
        ``supported``, ``differs`` or ``not_enough_evidence``.
    why
        ``agrees``, ``agrees-otherwise`` (under another definition), ``misquoted``, ``disagrees``,
        ``alone`` (disagrees, but may be of another series unless an error explains it),
        ``as-quoted``, ``between`` (other definitions), ``other-series``, ``too-round``,
        ``otherwise-only`` or ``nothing``.
    best
        The piece of evidence that decides; None if there is none.
    is_gross
        Whether the claim is further from all evidence than two series of one flow can be.
    """

    verdict: Literal["supported", "differs", "not_enough_evidence"]
    why: str
    best: Comparison | None = None
    is_gross: bool = False


def standing(claim: Claim, found: Sequence[Comparison]) -> EvidenceVerdict:
    """Return where a claim stands.

    A source is no evidence for itself. A claim that quotes its source wrongly *differs*, whatever
    else is published; one that quotes it rightly is *supported* only if somebody else agrees. What
    others count refutes no quotation, unless it lies further off than two series of one flow do.

    Parameters
    ----------
    claim
        The claim.
    found
        Evidence, the most telling first.
    """
    own = [item for item in found if item.own]
    others = [item for item in found if not item.own]
    quoted = _first(own, "supports")
    if quoted is None and (wrong := _misquoted(claim, own)):
        return EvidenceVerdict("differs", "misquoted", wrong)
    same = [item for item in others if not item.other_definition]
    if agreeing := _first(same, "supports"):
        return EvidenceVerdict("supported", "agrees", agreeing)
    if agreeing := _first(others, "supports"):
        return EvidenceVerdict("supported", "agrees-otherwise", agreeing)
    if quoted:
        return EvidenceVerdict("not_enough_evidence", "as-quoted", quoted)
    if claim.attributed_to:
        disagreeing = _beyond_any_mirror(claim, others)
    else:
        disagreeing = _refuting(claim, same, others)
    if disagreeing:
        gross = _beyond_any_mirror(claim, others) is not None
        return EvidenceVerdict("differs", "disagrees", disagreeing, gross)
    return _open(claim, same, others)


def _open(
    claim: Claim, same: Sequence[Comparison], others: Sequence[Comparison]
) -> EvidenceVerdict:
    """Return why evidence neither supports a claim nor refutes it."""
    if claim.attributed_to and same and all(item.outcome == "contradicts" for item in same):
        return EvidenceVerdict("not_enough_evidence", "other-series", same[0])
    if same:
        why = "too-round" if _first(same, "allows") else "between"
        return EvidenceVerdict("not_enough_evidence", why, same[0])
    if others:
        return EvidenceVerdict("not_enough_evidence", "otherwise-only", others[0])
    return EvidenceVerdict("not_enough_evidence", "nothing")


def _misquoted(claim: Claim, own: Sequence[Comparison]) -> Comparison | None:
    """Return what the quoted source has instead, unless its own levels lead to what is quoted."""
    derived = any(one.how and one.exact and claim.interval.meets(one.exact) for one in own)
    same = [one for one in own if not one.other_definition]
    return None if derived else _first(same, "contradicts")


def _refuting(
    claim: Claim, same: Sequence[Comparison], others: Sequence[Comparison]
) -> Comparison | None:
    """Return what refutes an unattributed claim, if anything does.

    A number between those that others have may be of yet another series: only one that lies
    outside the range of all that measure the quantity differs. A part over its whole in the same
    books refutes a share whatever shares others publish, of totals that they seldom state.
    """
    contradicting = [item for item in same if item.outcome == "contradicts"]
    if not contradicting:
        return _beyond_any_mirror(claim, others) if not same else None
    computed = next((item for item in contradicting if item.how), None)
    if claim.quantity.measure in SHARES and computed is not None:
        return computed
    ends = [item.loose for item in others]
    low, high = min(end.low for end in ends), max(end.high for end in ends)
    return None if claim.interval.meets(Interval(low, high)) else contradicting[0]


def _beyond_any_mirror(claim: Claim, others: Sequence[Comparison]) -> Comparison | None:
    """Return what refutes an amount, though by another definition, if it is far beyond all.

    Two countries count one flow up to a factor of two apart, seldom three.
    """
    if claim.quantity.measure != "value" or not others:
        return None
    if any(item.outcome != "contradicts" for item in others):
        return None
    all_goods = all(level.goods == "all" for level in claim.quantity.levels())
    most = MIRROR if all_goods else MIRROR_OF_GOODS
    low = min(item.loose.low for item in others) / most
    high = max(item.loose.high for item in others) * most
    beyond = claim.interval.low > high or claim.interval.high < low
    return others[0] if beyond else None


def _first(found: Sequence[Comparison], outcome: str) -> Comparison | None:
    return next((item for item in found if item.outcome == outcome), None)
