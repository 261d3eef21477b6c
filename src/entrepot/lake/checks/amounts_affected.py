"""How much money is at stake in a finding, in words: amounts of several currencies side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.model.display import figure_value

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["amounts"]


def amounts(found: Iterable[tuple[str, float]]) -> str:
    """Return amounts by currency, the largest first; currencies are never added up.

    Examples
    --------
    >>> amounts([("EUR", 300), ("USD", 900), ("EUR", 200)]).split()
    ['900', 'USD', 'and', '500', 'EUR']
    """
    sums: dict[str, float] = {}
    for currency, value in found:
        sums[currency] = sums.get(currency, 0.0) + value
    largest = sorted(sums.items(), key=lambda item: (-item[1], item[0]))
    return " and ".join(figure_value(value, currency) for currency, value in largest)
