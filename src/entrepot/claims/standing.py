"""Where a claim stands by evidence alone, before the text's other claims are looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from entrepot.claims.quantity import SHARES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.claims.document import Claim
    from entrepot.claims.evidence import Comparison

__all__ = ["Standing", "standing"]


@dataclass(frozen=True, slots=True)
class Standing:
    """What evidence says of a claim.

    Attributes
    ----------
    verdict
        ``holds``, ``differs`` or ``untestable``.
    why
        ``agrees``, ``agrees-otherwise`` (under another definition), ``misquoted``, ``disagrees``,
        ``as-quoted``, ``too-round``, ``otherwise-only`` or ``nothing``.
    best
        The piece of evidence that decides; None if there is none.
    """

    verdict: Literal["holds", "differs", "untestable"]
    why: str
    best: Comparison | None = None


def standing(claim: Claim, found: Sequence[Comparison]) -> Standing:
    """Return where a claim stands.

    A source is no evidence for itself. A claim that quotes its source wrongly *differs*, whatever
    else is in print. One that quotes it rightly *holds* only if somebody else agrees; the shares
    that others print rest on totals they do not state, so they cannot refute it.

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
    disagreeing = _first(same, "contradicts")
    if disagreeing and not (quoted and claim.quantity.measure in SHARES):
        return Standing("differs", "disagrees", disagreeing)
    if quoted:
        return Standing("untestable", "as-quoted", quoted)
    if same:
        return Standing("untestable", "too-round", same[0])
    if others:
        return Standing("untestable", "otherwise-only", others[0])
    return Standing("untestable", "nothing")


def _first(found: Sequence[Comparison], outcome: str) -> Comparison | None:
    return next((item for item in found if item.outcome == outcome), None)
