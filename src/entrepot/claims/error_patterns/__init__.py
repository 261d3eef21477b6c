"""Slips: what the likely error was. Each is a function from a claim and what is known."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from entrepot.claims.error_patterns.context import (
    Change,
    ErrorContext,
    KnownValues,
    Memory,
    Proposal,
)
from entrepot.claims.error_patterns.currencies import currency, spot_rate
from entrepot.claims.error_patterns.denominators import (
    denominator,
    direction,
    mean_median,
    mixed_base,
    mixed_years,
    territory,
    year,
)
from entrepot.claims.error_patterns.numbers import digits, percent_points, sign, unit_scale
from entrepot.claims.error_patterns.period_and_vintage import (
    partial_period,
    stale,
    swapped,
    valuation,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from entrepot.claims.document import Claim

__all__ = ["SLIPS", "Change", "ErrorContext", "KnownValues", "Memory", "Proposal"]


def _mixed(claim: Claim, view: KnownValues) -> Iterator[Proposal]:
    """Propose parts of different years, in a share or in a change."""
    return chain(mixed_years(claim, view), mixed_base(claim, view))


SLIPS: dict[str, Callable[[Claim, KnownValues], Iterator[Proposal]]] = {
    "swapped": swapped,
    "sign": sign,
    "unit_scale": unit_scale,
    "percent_points": percent_points,
    "currency": currency,
    "spot_rate": spot_rate,
    "year": year,
    "mixed_years": _mixed,
    "direction": direction,
    "mean_median": mean_median,
    "digits": digits,
    "valuation": valuation,
    "partial_period": partial_period,
    "territory": territory,
    "denominator": denominator,
    "stale": stale,
}
"""Every slip looked for, the commoner first."""
