"""Value, quantity and price of one flow: a change in two of them fixes the third.

In logarithms their changes are linear: the value of a flow is its quantity times its price, in
every period. What the text's levels leave for the change of a value counts too.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING

from entrepot.claims.quantity_text import claimed, stated
from entrepot.claims.solver import Constraint, Solver, System
from entrepot.model.interval import Interval

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from entrepot.claims.document import Claim
    from entrepot.claims.quantity import Level, Quantity

_MEASURES = ("growth", "quantity_growth", "price_growth")


def implied_prices(claims: Iterable[Claim]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield claims of value and quantity, and what they mean for the price of a unit."""
    for available in _sets(claims):
        if set(available) == {"growth", "quantity_growth"}:
            value, quantity = available["growth"], available["quantity_growth"]
            above, below = _factor(value), _factor(quantity)
            if below.low > 0:
                price = (above.middle / below.middle - 1) * 100
                text = (
                    f"{claimed(value)} in value and {claimed(quantity)} in quantity mean "
                    f"{stated(price, 'percent')} for the price of a unit "
                    f"({above.middle:.3g} / {below.middle:.3g} = {above.middle / below.middle:.3g})"
                )
                yield (value.id, quantity.id), text


def price_arithmetic(claims: Iterable[Claim]) -> str:
    """Return the product of quantity and price beside the value, empty if they are not three."""
    for available in _sets(claims):
        if len(available) == len(_MEASURES):
            value, quantity, price = (available[measure] for measure in _MEASURES)
            product = _factor(quantity) * _factor(price)
            result = (product.middle - 1) * 100
            return (
                f"{_factor(quantity).middle:.3g} × {_factor(price).middle:.3g} = "
                f"{product.middle:.3g}, so the value changed by {stated(result, 'percent')}, "
                f"not {claimed(value)}"
            )
    return ""


def price_system(claims: Iterable[Claim]) -> PriceSystem | None:
    """Return the claims about prices and quantities as a system; None if there are none."""
    available = [
        claim
        for claim in claims
        if claim.quantity.measure in _MEASURES and len(claim.quantity.of) == 1
        if claim.quantity.of[0][0].kind in ("price", "volume", "value")
    ]
    # Values alone are linear in levels already; logarithms would add nothing.
    if not any(claim.quantity.measure != "growth" for claim in available):
        return None
    return PriceSystem(available)


class PriceSystem:
    """Changes of values, quantities and prices as differences of logarithms."""

    def __init__(self, claims: list[Claim]) -> None:
        self._rows = {
            claim.id: row for claim in claims if (row := _row(claim.quantity, claim.interval))
        }
        of_prices = [c for c in claims if c.quantity.measure != "growth"]
        self._pairs = dict.fromkeys(
            (_value(c.quantity.of[0][0]), _value(c.quantity.to[0][0])) for c in of_prices
        )
        self._names = frozenset(claim.id for claim in of_prices)

    def feasible(self, names: frozenset[str], levels: Solver) -> bool:
        """Whether the claims named can hold, with what the levels leave for changes of values."""
        if not names & self._names:
            return True
        # Built for each set of claims: what the levels leave for values differs with the set.
        return Solver(self._system(names, levels)).feasible(names)

    def bounds(self, quantity: Quantity, names: frozenset[str], levels: Solver) -> Interval | None:
        """Return what the claims named leave for a change, in per cent."""
        if len(quantity.of) != 1:
            return None
        one, base = _plain(quantity.of[0][0]), _plain(quantity.to[0][0])
        found = Solver(self._system(names, levels)).bounds(((one, 1.0), (base, -1.0)), (), names)
        if found is None:
            return None
        # Beyond e^50 no trade has grown; exp would overflow from 710 on.
        ends = [math.exp(end) if end < 50 else math.inf for end in (found.low, found.high)]
        return quantity.stated(Interval(*ends))

    def _system(self, names: frozenset[str], levels: Solver) -> System:
        claims = {name: (row,) for name, row in self._rows.items() if name in names}
        known: list[Constraint] = []
        touched: dict[Level, None] = {}
        for one, base in self._pairs:
            touched |= {one: None, base: None}
            # From the other system: what the levels leave for these changes, as bounds here.
            for kind, counted in (("value", (one, base)), ("volume", _weights(one, base))):
                if not counted:
                    continue
                room = levels.bounds(((counted[0], 1.0),), ((counted[1], 1.0),), names)
                if room is not None and room.low > 0:
                    now, then = (_plain(level.but(kind=kind)) for level in (one, base))
                    known.append(_between(now, then, room))
        for level in touched:
            parts = [_plain(level.but(kind=kind)) for kind in ("volume", "price")]
            # log value - log volume - log price = 0.
            terms = ((level, 1.0), *((part, -1.0) for part in parts))
            known.append(Constraint(terms, 0.0, 0.0))
        return System(claims, tuple(known))


def _value(level: Level) -> Level:
    return level.but(kind="value")


def _weights(one: Level, base: Level) -> tuple[Level, ...]:
    """Return what the quantities of a value weigh; of all goods a quantity is no weight."""
    if one.goods == "all":
        return ()
    return tuple(weight_of(level) for level in (one, base))


def weight_of(level: Level) -> Level:
    """Return the weight of the goods of a level."""
    return level.but(kind="mass", currency="t")


def _plain(level: Level) -> Level:
    """Return a level for logarithms: a quantity has no currency."""
    return level.but(currency="") if level.kind == "volume" else level


def _row(quantity: Quantity, interval: Interval) -> Constraint | None:
    one, base = _plain(quantity.of[0][0]), _plain(quantity.to[0][0])
    room = quantity.quotient(interval)
    return _between(one, base, room) if room.high > 0 else None


def _between(one: Level, base: Level, room: Interval) -> Constraint:
    # A factor of zero or less (a fall by all of it) is no bound from below.
    ends = [math.log(end) if 0 < end < math.inf else -math.inf for end in (room.low, room.high)]
    high = ends[1] if room.high < math.inf else math.inf
    return Constraint(((one, 1.0), (base, -1.0)), ends[0], high)


def _sets(claims: Iterable[Claim]) -> Iterator[dict[str, Claim]]:
    """Yield the claims of each flow and pair of periods, by measure."""
    found: defaultdict[tuple[object, ...], dict[str, Claim]] = defaultdict(dict)
    for claim in claims:
        if claim.quantity.measure in _MEASURES and len(claim.quantity.of) == 1:
            level, base = claim.quantity.of[0][0], claim.quantity.to[0][0]
            what = (level.exporter, level.importer, level.goods, level.period, base.period)
            measure = claim.quantity.measure
            if level.kind == "mass":
                # Tonnes of everything are no quantity that a price could be of.
                if level.goods == "all":
                    continue
                measure = "quantity_growth"
            if level.kind != "items":
                found[what].setdefault(measure, claim)
    yield from found.values()


def _factor(claim: Claim) -> Interval:
    interval = claim.interval
    return Interval(1 + interval.low / 100, 1 + interval.high / 100)
