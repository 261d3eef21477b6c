"""Two numbers of one kind exchanged."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from entrepot.claims.describe import claimed, subject
from entrepot.claims.slips.case import Case, Change, Proposal, luck
from entrepot.claims.units import in_data_units
from entrepot.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.claims.document import Claim

__all__ = ["swapped"]


def swapped(case: Case) -> Iterator[Proposal]:
    """Propose to exchange the numbers of two claims of one kind, at least one of them suspect."""
    suspects = {claim.id for claim in case.suspects()}
    pairs = [
        (one, other)
        for one, other in combinations(case.document.claims, 2)
        if _alike(one, other) and {one.id, other.id} & suspects
    ]
    for one, other in pairs:
        first, second = _with_number_of(one, other), _with_number_of(other, one)
        if first is None or second is None:
            continue
        changes = (_change(one, first, other), _change(other, second, one))
        yield Proposal("swapped", changes, len(pairs) * luck(first) * luck(second))


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
