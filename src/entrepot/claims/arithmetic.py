"""The shortest sum that a reader can redo to see that claims cannot hold together."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from entrepot.claims.derivation import Derivation
from entrepot.claims.part_exceeds_total import more_than, part_and_whole
from entrepot.claims.prices import price_arithmetic
from entrepot.claims.quantity_text import claimed, flow, period_of, span, stated, subject
from entrepot.model.display import figure_value, joined, number

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from entrepot.claims.document import Claim
    from entrepot.claims.joint_consistency import Together
    from entrepot.claims.levels import Linear, Quotient
    from entrepot.claims.quantity import Level

__all__ = ["because"]

_MOST = 6
"""Digits of a result that are worth printing."""


def because(
    conflict: Collection[str], claims: Mapping[str, Claim], system: Together, *, fits: bool = False
) -> str:
    """Return the arithmetic of a conflict.

    Two numbers of one quantity need none. Else the growth of a whole from that of its parts, where
    their weights are known; the claim that the others lead to in the fewest steps; or the bounds
    that they put on it.

    Parameters
    ----------
    conflict
        Ids of the claims.
    claims, system
        The claims, and the systems they make.
    fits
        Return instead the arithmetic by which the claims agree, empty if there is none so short.
    """
    if len({claims[name].quantity for name in conflict}) == 1 and not fits:
        return _two_of_one(sorted(conflict), claims)
    if (prices := price_arithmetic(claims[name] for name in sorted(conflict))) and not fits:
        return prices
    if not fits and (more := _more_than_whole([claims[name] for name in sorted(conflict)])):
        return more
    found = system.linear
    for texts in (
        _weighted(conflict, claims, found, fits=fits),
        _chained(conflict, claims, found, fits=fits),
    ):
        if best := min(texts, key=len, default=""):
            return best
    return "" if fits else _implied(conflict, claims, system)


def _two_of_one(conflict: list[str], claims: Mapping[str, Claim]) -> str:
    numbers = joined([claimed(claims[name]) for name in conflict])
    return f"{subject(claims[conflict[0]])}: the text has {numbers}"


def _more_than_whole(claims: list[Claim]) -> str:
    found = part_and_whole(claims)
    return more_than(*found) if found else ""


def _compared(value: float, claim: Claim) -> tuple[str, bool]:
    """Return the words that compare a result with what the text says, and whether it fits."""
    fits = claim.interval.holds(value)
    said = claimed(claim)
    if claim.says.relation != "=":
        words = "is" if fits else "is not"
    elif fits:
        words = "rounds to" if _digits(_result(value, claim)) > _digits(said) else "agrees with"
    else:
        words = "does not round to"
    return f"which {words} {said}", fits


def _result(value: float, claim: Claim) -> str:
    """Return a result with at least as many digits as the claim it is compared with."""
    unit = claim.quantity.unit
    digits = max(_digits(claimed(claim)), 3) if claim.says.relation == "=" else 3
    return stated(value, unit, min(digits, _MOST))


def _digits(text: str) -> int:
    """Return how many digits a number is printed with, without zeros that lead it."""
    return len(re.sub(r"\D", "", text).lstrip("0"))


def _weighted(
    conflict: Collection[str], claims: Mapping[str, Claim], found: Linear, *, fits: bool
) -> Iterator[str]:
    """Yield the growth of a whole as the weighted growth of its parts."""
    for name in sorted(conflict):
        whole = claims[name]
        if whole.quantity.measure != "growth" or len(whole.quantity.of) < 2:
            continue
        parts = [
            part for level, _ in whole.quantity.of if (part := _growth(level, conflict, claims))
        ]
        bases = [found.known.get(level) for level, _ in whole.quantity.to]
        sizes = [base.middle for base in bases if base is not None]
        if not len(parts) == len(sizes) == len(whole.quantity.of):
            continue
        shares = [size / sum(sizes) for size in sizes]
        pairs = list(zip(shares, parts, strict=True))
        result = math.fsum(share * part.interval.middle for share, part in pairs)
        words, agrees = _compared(result, whole)
        if agrees == fits:
            rates = [claimed(part).removesuffix("\u00a0%") for part in parts]
            terms = " + ".join(
                f"{number(share)} × ({rate})" for share, rate in zip(shares, rates, strict=True)
            )
            weights = joined([number(share * 100) for share in shares])
            base = whole.quantity.to[0][0].period
            yield (
                f"{terms} = {_result(result, whole)}, {words}; "
                f"{weights}\u00a0% are the {base} weights"
            )


def _growth(level: Level, conflict: Collection[str], claims: Mapping[str, Claim]) -> Claim | None:
    for name in sorted(conflict):
        quantity = claims[name].quantity
        if quantity.measure == "growth" and quantity.of == ((level, 1.0),):
            return claims[name]
    return None


def _chained(
    conflict: Collection[str], claims: Mapping[str, Claim], found: Linear, *, fits: bool
) -> Iterator[str]:
    """Yield, for each claim that the others lead to, their steps and the result."""
    chain = Derivation(claims, found)
    for name in sorted(conflict):
        others = frozenset(conflict) - {name}
        for quotient in found.quotients.get(name, ()):
            top = chain.total(quotient.of, others)
            bottom = chain.total(quotient.to, others)
            if top is None or bottom is None or (quotient.to and bottom.value <= 0):
                continue
            if top.used | bottom.used != others:
                continue
            raw = top.value / bottom.value if quotient.to else top.value
            result = claims[name].quantity.stated_value(raw)
            words, agrees = _compared(result, claims[name])
            if agrees == fits:
                last = _last(claims[name], quotient, top.value, bottom.value, result)
                steps = dict.fromkeys((*top.sums, *bottom.sums))
                yield "; ".join([*steps, f"{last}, {words}"])


def _last(claim: Claim, quotient: Quotient, top: float, bottom: float, result: float) -> str:
    unit, money = claim.quantity.unit, quotient.of[0][0].currency
    if not quotient.to:
        return f"that makes {_result(result, claim)}"
    over = f"{figure_value(top, money)} / {figure_value(bottom, money)}"
    return f"{over}{' − 1' if unit == 'percent' else ''} = {_result(result, claim)}"


def _implied(conflict: Collection[str], claims: Mapping[str, Claim], system: Together) -> str:
    """Return the bounds that the other claims put on one of them."""
    for asked in (system.text_alone(with_known=False), system.text_alone(with_known=True), system):
        for name in sorted(conflict, key=lambda one: (len(claims[one].quantity.of), one)):
            claim, others = claims[name], set(conflict) - {name}
            bounds = asked.bounds(claim.quantity, others)
            if bounds is None or bounds.meets(claim.interval):
                continue
            about = f"{flow(claim.quantity.of)}, {period_of(claim.quantity)}"
            return (
                f"the others leave {span(bounds, claim.quantity.unit)} for {about}; "
                f"the text says {claimed(claim)}"
            )
    return "no values of the flows they are about satisfy them all"
