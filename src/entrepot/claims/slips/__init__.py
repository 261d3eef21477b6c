"""Slips: what the likely error was. Each is a pure function from a case to proposals."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.claims.slips.case import Case, Change, Proposal
from entrepot.claims.slips.denominator import denominator
from entrepot.claims.slips.mixed_years import mixed_years
from entrepot.claims.slips.spot_rate import spot_rate
from entrepot.claims.slips.swapped import swapped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["SLIPS", "Case", "Change", "Proposal"]

SLIPS: dict[str, Callable[[Case], Iterator[Proposal]]] = {
    "swapped": swapped,
    "spot_rate": spot_rate,
    "mixed_years": mixed_years,
    "denominator": denominator,
}
"""Every slip looked for, the commoner first."""
