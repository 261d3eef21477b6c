"""Deliveries of some goods: a sum over them is no sum over all goods."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.model.columns import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.lake.catalog import Partition

__all__ = ["RULE", "few_products", "whole_trade"]

RULE = "few-products"
_WHOLE = {2: 60, 4: 800, 6: 2_500, 8: 5_000}


def whole_trade(digits: int) -> int:
    """Return how many codes of so many digits are taken for the whole trade of a country.

    A rule of thumb: about half of the 97 chapters, 1,200 headings, 5,000 subheadings and 9,500
    lines that there are. A small country that trades in fewer is asked for its TOTAL rows: a list
    of sanctioned goods can have two thousand lines, and must not pass for all goods.
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
