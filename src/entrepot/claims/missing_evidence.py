"""How much slack a claim has, and which further number would settle it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.claims.quantity import Quantity
from entrepot.claims.quantity_text import flow, period_of
from entrepot.model.display import joined

if TYPE_CHECKING:
    from collections.abc import Collection

    from entrepot.claims.document import Claim
    from entrepot.claims.error_patterns import ErrorContext
    from entrepot.model.interval import Interval

__all__ = ["Settled", "settled"]

TIGHT = 2.0
"""Bounds this many times as wide as what the digits leave settle a claim."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What all other claims leave for a number, and which number would settle it."""

    implied: Interval | None = None
    evidence_needed: str = ""


def settled(case: ErrorContext, culprits: Collection[str]) -> dict[str, Settled]:
    """Return the slack of every claim, under all others that are not known to be wrong."""
    wrong = set(culprits) | {n for n, held in case.standings.items() if held.verdict == "differs"}
    trusted = frozenset(case.document.by_id) - wrong
    found: dict[str, Settled] = {}
    for claim in case.document.claims:
        bounds = case.together.bounds(claim.quantity, trusted - {claim.id})
        if bounds is not None and _says_nothing(bounds, claim):
            bounds = None
        found[claim.id] = Settled(bounds, _further(claim, case, bounds))
    return found


def _says_nothing(bounds: Interval, claim: Claim) -> bool:
    least = -100.0 if claim.quantity.unit == "percent" else 0.0
    return math.isinf(bounds.high) and bounds.low <= least * (1 - 1e-9)


def _further(claim: Claim, case: ErrorContext, bounds: Interval | None) -> str:
    """Return which further number would settle a claim; empty if it is settled already."""
    width = claim.interval.width
    if bounds is not None and (bounds.width <= TIGHT * width or not bounds.meets(claim.interval)):
        return ""
    quantity = claim.quantity
    if not quantity.of:
        return f"rows by supplier from which {quantity.measure} follows"
    open_ = [part for part in _parts(quantity) if not _is_known(part, case)]
    if not open_:
        return f"the same number from another source, as exact as {claim.says.text}"
    return joined([f"{flow(part.of)} in {period_of(part)}" for part in open_[:3]])


def _parts(quantity: Quantity) -> list[Quantity]:
    sides = [
        quantity.of,
        quantity.to,
        *((quantity.less.of, quantity.less.to) if quantity.less else ()),
    ]
    return [Quantity("value", terms) for terms in sides if terms]


def _is_known(part: Quantity, case: ErrorContext) -> bool:
    books = part.of[0][0].books
    return any(known.books in ("", books) for known in case.facts.totals(part.of))
