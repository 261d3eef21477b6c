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

__all__ = ["Standing", "standing"]

MIRROR = 3.0
"""How many times one country's count of a flow may be another's."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What evidence says of a claim.

    Attributes
    ----------
    verdict
        ``holds``, ``differs`` or ``untestable``.
    why
        ``agrees``, ``agrees-otherwise`` (under another definition), ``misquoted``, ``disagrees``,
        ``as-quoted``, ``between`` (other definitions), ``too-round``, ``otherwise-only`` or
        ``nothing``.
    best
        The piece of evidence that decides; None if there is none.
    """

    verdict: Literal["holds", "differs", "untestable"]
    why: str
    best: Comparison | None = None


def standing(claim: Claim, found: Sequence[Comparison]) -> Standing:
    """Return where a claim stands.

    A source is no evidence for itself. A claim that quotes its source wrongly *differs*, whatever
    else is in print. One that quotes it rightly *holds* only if somebody else agrees.

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
    if own and quoted is None and (wrong := _first(own, "contradicts")):
        return Standing("differs", "misquoted", wrong)
    same = [item for item in others if not item.other_definition]
    if agreeing := _first(same, "supports"):
        return Standing("holds", "agrees", agreeing)
    if agreeing := _first(others, "supports"):
        return Standing("holds", "agrees-otherwise", agreeing)
    disagreeing = _refuting(claim, same, others, is_quoted=quoted is not None)
    if disagreeing:
        return Standing("differs", "disagrees", disagreeing)
    if quoted:
        return Standing("untestable", "as-quoted", quoted)
    if same and _first(same, "allows") is None:
        return Standing("untestable", "between", same[0])
    if same:
        return Standing("untestable", "too-round", same[0])
    if others:
        return Standing("untestable", "otherwise-only", others[0])
    return Standing("untestable", "nothing")


def _refuting(
    claim: Claim, same: Sequence[Comparison], others: Sequence[Comparison], *, is_quoted: bool
) -> Comparison | None:
    """Return what refutes a claim, if anything does."""
    if claim.quantity.measure in SHARES:
        return _refuting_share(claim, others, is_quoted=is_quoted)
    if not same and claim.quantity.measure == "value":
        return _beyond_any_mirror(claim, others)
    return _first(same, "contradicts")


def _beyond_any_mirror(claim: Claim, others: Sequence[Comparison]) -> Comparison | None:
    """Return what refutes an amount, though by another definition, if it is far beyond all.

    Two countries count one flow up to a factor of two apart, seldom three.
    """
    if not others or any(item.outcome != "contradicts" for item in others):
        return None
    low = min(item.loose.low for item in others) / MIRROR
    high = max(item.loose.high for item in others) * MIRROR
    beyond = claim.interval.low > high or claim.interval.high < low
    return others[0] if beyond else None


def _refuting_share(
    claim: Claim, others: Sequence[Comparison], *, is_quoted: bool
) -> Comparison | None:
    """Return what refutes a share, if anything does.

    A part over its whole in the same books does. Shares that others print do only together: they
    rest on totals that are seldom stated, so a share between them may be of yet another total.
    """
    same = [item for item in others if not item.other_definition]
    contradicting = [item for item in same if item.outcome == "contradicts"]
    if is_quoted or not contradicting:
        return None
    if computed := next((item for item in contradicting if item.how), None):
        return computed
    ends = [item.loose for item in others]
    low, high = min(end.low for end in ends), max(end.high for end in ends)
    between = claim.interval.meets(Interval(low, high))
    return None if between else contradicting[0]


def _first(found: Sequence[Comparison], outcome: str) -> Comparison | None:
    return next((item for item in found if item.outcome == outcome), None)
