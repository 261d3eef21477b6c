"""Value, quantity and price of one flow: a change in two of them fixes the third."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from entrepot.claims.describe import claimed, stated
from entrepot.model.interval import Interval

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from entrepot.claims.document import Claim

__all__ = ["implied_prices", "price_conflicts"]

_MEASURES = ("growth", "quantity_growth", "price_growth")


def implied_prices(claims: Iterable[Claim]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield claims of value and quantity, and what they mean for the price of a unit."""
    for held in _sets(claims):
        if set(held) == {"growth", "quantity_growth"}:
            value, quantity = held["growth"], held["quantity_growth"]
            above, below = _factor(value), _factor(quantity)
            if below.low > 0:
                price = (above.middle / below.middle - 1) * 100
                text = (
                    f"{claimed(value)} in value and {claimed(quantity)} in quantity mean "
                    f"{stated(price, 'percent')} for the price of a unit "
                    f"({above.middle:.3g} / {below.middle:.3g} = {above.middle / below.middle:.3g})"
                )
                yield (value.id, quantity.id), text


def price_conflicts(claims: Iterable[Claim]) -> Iterator[tuple[frozenset[str], str]]:
    """Yield claims of value, quantity and price that no numbers inside their digits satisfy."""
    for held in _sets(claims):
        if len(held) < len(_MEASURES):
            continue
        value, quantity, price = (held[measure] for measure in _MEASURES)
        product = _factor(quantity) * _factor(price)
        if not product.meets(_factor(value)):
            result = (product.middle - 1) * 100
            because = (
                f"{_factor(quantity).middle:.3g} × {_factor(price).middle:.3g} = "
                f"{product.middle:.3g}, so the value changed by {stated(result, 'percent')}, "
                f"not {claimed(value)}"
            )
            yield frozenset(claim.id for claim in held.values()), because


def _sets(claims: Iterable[Claim]) -> Iterator[dict[str, Claim]]:
    """Yield the claims of each flow and pair of periods, by measure."""
    found: defaultdict[tuple[object, ...], dict[str, Claim]] = defaultdict(dict)
    for claim in claims:
        if claim.quantity.measure in _MEASURES and len(claim.quantity.of) == 1:
            level, base = claim.quantity.of[0][0], claim.quantity.to[0][0]
            what = (level.exporter, level.importer, level.goods, level.period, base.period)
            found[what].setdefault(claim.quantity.measure, claim)
    yield from found.values()


def _factor(claim: Claim) -> Interval:
    interval = claim.interval
    return Interval(1 + interval.low / 100, 1 + interval.high / 100)
