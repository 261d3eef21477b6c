"""Two numbers of one kind exchanged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.claims.describe import claimed, subject
from entrepot.claims.slips.case import Change, Proposal
from entrepot.claims.units import in_data_units
from entrepot.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.claims.document import Claim
    from entrepot.claims.slips.view import View

__all__ = ["swapped"]


def swapped(claim: Claim, view: View) -> Iterator[Proposal]:
    """Propose to exchange the number of a claim with that of another of its kind."""
    others = [other for other in view.case.document.claims if _alike(claim, other)]
    least = view.without(*(other.id for other in others))
    for other in others:
        first, second = _with_number_of(claim, other), _with_number_of(other, claim)
        if first is None or second is None or not least.could_ever_mean(first):
            continue
        rest = view.without(other.id)
        if not rest.could_mean(first):
            continue
        changes = (_change(claim, first, other), _change(other, second, claim))
        yield from rest.number("swapped", changes[0], ways=len(others), others=changes[1:])


def _alike(one: Claim, other: Claim) -> bool:
    return (
        one.quantity.measure == other.quantity.measure
        and one.quantity.unit == other.quantity.unit
        and one.quantity.key() != other.quantity.key()
        and one.interval != other.interval
    )


def _with_number_of(claim: Claim, other: Claim) -> Claim | None:
    try:
        return claim.saying(other.says, in_data_units(other.says, claim.quantity))
    except RequestError:
        return None


def _change(claim: Claim, right: Claim, other: Claim) -> Change:
    what = subject(other)
    if what == subject(claim) and other.quantity.of:  # then it is the currency that differs
        what = f"{what}, in {other.quantity.of[0][0].currency}"
    text = f"{claimed(claim)} belongs to {what}; exchanged, it reads {claimed(right)}."
    return Change(right, claimed(right), text, other.id)
