"""Two numbers of one kind exchanged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.claims.error_patterns.context import Change, Proposal
from entrepot.claims.quantity_text import claimed, subject
from entrepot.claims.units import in_data_units
from entrepot.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.claims.document import Claim
    from entrepot.claims.error_patterns.known_values import KnownValues

__all__ = ["swapped"]


def swapped(claim: Claim, view: KnownValues) -> Iterator[Proposal]:
    """Propose to exchange the number of a claim with that of another of its kind."""
    others = [other for other in view.case.document.claims if _alike(claim, other)]
    read = {other.id: _with_number_of(claim, other) for other in others}
    named = [(other, first) for other in others if (first := read[other.id]) is not None]
    for other, first in _possible(named, view):
        second = _with_number_of(other, claim)
        if second is None or not view.without(other.id).could_mean(second):
            continue
        rest = view.without(other.id)
        changes = (_change(claim, first, other), _change(other, second, claim))
        yield from rest.number("swapped", changes[0], ways=len(others), others=changes[1:])


def _possible(named: list[tuple[Claim, Claim]], view: KnownValues) -> Iterator[tuple[Claim, Claim]]:
    """Yield claims whose number the claim may have been meant to have, and it with that number.

    What is left for it without several claims bounds what is left without one of them: so many are
    ruled out at once, half of the rest, and so on.
    """
    if not named:
        return
    rest = view.without(*(other.id for other, _ in named))
    if len(named) == 1:
        if rest.could_mean(named[0][1]):
            yield named[0]
        return
    ever = [(other, first) for other, first in named if rest.could_ever_mean(first)]
    middle = (len(ever) + 1) // 2
    for half in (ever[:middle], ever[middle:]):
        yield from _possible(half, view)


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
