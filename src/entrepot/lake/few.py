"""Deliveries of some goods: a sum over them is no sum over all goods."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.model.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.lake.catalog import Partition

__all__ = ["RULE", "few_products", "whole_trade"]

RULE = "few-products"
_WHOLE = {2: 50, 4: 400, 6: 1_000, 8: 1_500}


def whole_trade(digits: int) -> int:
    """Return how many codes of so many digits the whole trade of a small country has at least.

    A rule of thumb: of some 97 chapters, 1,200 headings and 5,000 subheadings.
    """
    return _WHOLE.get(min(digits, 8), 0)


def few_products(parts: Sequence[Partition]) -> tuple[Finding, ...]:
    """Say where a delivery has so few codes that they are hardly all goods."""
    few = [
        (part.products, part.digits, part.period)
        for part in parts
        if part.period and part.digits and part.products < whole_trade(part.digits)
    ]
    if not few:
        return ()
    count, digits, period = min(few)
    plural = "" if count == 1 else "s"
    text = (
        "The delivery holds some goods only. Goods that it does not hold are missing, not zero, "
        "and a total over all goods is refused."
    )
    example = f"{count:,} code{plural} of {digits} digits in {period}"
    place = f"{len(few)} period{'' if len(few) == 1 else 's'}"
    return (Finding(RULE, "note", place, len(few), example, text),)
