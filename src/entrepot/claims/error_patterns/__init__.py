"""Likely errors. Each is a function from a claim and what is known."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from entrepot.claims.error_patterns.context import (
    CaseCache,
    Correction,
    ErrorContext,
    KnownValues,
    Proposal,
)
from entrepot.claims.error_patterns.denominators import (
    denominator,
    direction,
    mean_median,
    mixed_base,
    mixed_years,
    territory,
    year,
)
from entrepot.claims.error_patterns.numbers import (
    currency,
    digits,
    percent_points,
    sign,
    spot_rate,
    unit_scale,
)
from entrepot.claims.error_patterns.period_and_vintage import (
    partial_period,
    stale,
    swapped,
    valuation,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from entrepot.claims.document import Claim

__all__ = ["ERROR_PATTERNS", "CaseCache", "Correction", "ErrorContext", "KnownValues", "Proposal"]


def _mixed(claim: Claim, view: KnownValues) -> Iterator[Proposal]:
    """Propose parts of different years, in a share or in a change."""
    return chain(mixed_years(claim, view), mixed_base(claim, view))


ERROR_PATTERNS: dict[str, Callable[[Claim, KnownValues], Iterator[Proposal]]] = {
    "spot_rate": spot_rate,
    "digits": digits,
    "swapped": swapped,
    "stale": stale,
    "partial_period": partial_period,
    "denominator": denominator,
    "mixed_years": _mixed,
    "sign": sign,
    "unit_scale": unit_scale,
    "percent_points": percent_points,
    "currency": currency,
    "year": year,
    "direction": direction,
    "mean_median": mean_median,
    "valuation": valuation,
    "territory": territory,
}
"""Every error looked for, the commoner in print first.

Counted in the bundled published figures that contradict others (14 with a likely error) and in
articles labelled by hand (9 errors): conversions at a spot rate 11, digits 4, swapped 3, numbers of
another release 2, of part of a period 1, over another denominator 1, of mixed years 1. The others,
of which none was met, follow in an order of judgement.
"""
