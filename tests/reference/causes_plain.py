"""Why a share changed, from the definitions, in decimals of sixty digits.

A zero is what the logarithmic mean tends to when a value goes to nothing: here it is replaced by
a number with a million million zeros after the point. One case is treated apart: a product that
was not traded in one of the two changed no share, it only came into the basket or left it.
Nothing here knows the package.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, localcontext
from typing import Any

Cell = tuple[str, str]  # product, supplier
NOTHING = Decimal("1E-1000000000000")


def ln(number: Decimal) -> Decimal:
    """Logarithm; Decimal's own gives up on such exponents."""
    exponent = number.adjusted()
    return number.scaleb(-exponent).ln() + exponent * Decimal(10).ln()


def mean(one: Decimal, other: Decimal) -> Decimal:
    return one if one == other else (one - other) / ln(one / other)


def causes(
    then: dict[Cell, int], now: dict[Cell, int], asked: str, *, divisia: bool
) -> dict[str, dict[str, float]]:
    """Contributions by product and cause; `then` and `now` hold every cell, zeros too."""
    with localcontext(Context(prec=60, Emax=MAX_EMAX, Emin=MIN_EMIN)):
        found = _causes(then, now, asked, divisia=divisia)
        return {
            product: {cause: float(value) for cause, value in parts.items()}
            for product, parts in found.items()
        }


def _positive(
    then: dict[Cell, int], now: dict[Cell, int]
) -> tuple[dict[Cell, Decimal], dict[Cell, Decimal]]:
    old, new = {}, {}
    totals: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for cell in then:
        totals[cell[0]][0] += then[cell]
        totals[cell[0]][1] += now[cell]
    for cell in then:
        a, b = Decimal(then[cell]), Decimal(now[cell])
        before, after = totals[cell[0]]
        # A product that was not traded keeps its composition and goes to nothing as a whole.
        if not before:
            a = b * NOTHING
        if not after:
            b = a * NOTHING
        if a or b:
            old[cell], new[cell] = a or NOTHING, b or NOTHING
    return old, new


def _causes(
    then: dict[Cell, int], now: dict[Cell, int], asked: str, *, divisia: bool
) -> dict[str, dict[str, Decimal]]:
    old, new = _positive(then, now)
    whole = sum(old.values()), sum(new.values())
    middle = sum(
        sum(value for (_, name), value in some.items() if name == asked) / total
        for some, total in zip((old, new), whole, strict=True)
    ) / Decimal(2)
    gone = {n for _, n in then if sum(v for (_, m), v in now.items() if m == n) == 0}
    came = {n for _, n in then if sum(v for (_, m), v in then.items() if m == n) == 0}
    found: dict[str, dict[str, Decimal]] = {}
    for product in {product for product, _ in old}:
        parts: dict[str, Decimal] = defaultdict(Decimal)
        own = [some.get((product, asked), Decimal(0)) for some in (old, new)]
        others = {name for name_of, name in old if name_of == product and name != asked}
        rest = [sum((some[product, n] for n in others), Decimal(0)) for some in (old, new)]
        made = [o + r for o, r in zip(own, rest, strict=True)]
        share = [o / m for o, m in zip(own, made, strict=True)]
        basket = [m / w for m, w in zip(made, whole, strict=True)]
        traded = all(
            any(some[product, name] for p, name in some if p == product) for some in (then, now)
        )
        if own[0] and rest[0] and traded:
            log = ln(own[1] / own[0]) - ln(rest[1] / rest[0])
            curve = (share[1] - share[0]) / log if log else share[0] * (1 - share[0])
            if divisia:
                top = mean(basket[1] * share[1], basket[0] * share[0])
                weight = top / mean(share[1], share[0])
            else:
                weight = (basket[0] + basket[1]) / 2
            parts["from_supplier"] = weight * curve * ln(own[1] / own[0])
            per = weight * curve / mean(rest[1], rest[0])
            for name in others:
                cause = "exits" if name in gone else "entries" if name in came else "others"
                parts[f"from_{cause}"] -= per * (new[product, name] - old[product, name])
        change = basket[1] - basket[0]
        moved = (share[0] + share[1]) / 2 * change
        if divisia and own[0]:
            top = mean(basket[1] * share[1], basket[0] * share[0])
            moved = top * ln(basket[1] / basket[0])
        elif divisia:
            moved = Decimal(0)
        parts["from_basket"] = moved - middle * change
        found[product] = parts
    return found


def rows(then: dict[Cell, int], now: dict[Cell, int]) -> list[dict[str, Any]]:
    return [
        {"period": year, "product": product, "exporter": name, "value_usd": float(value)}
        for year, some in ((2021, then), (2023, now))
        for (product, name), value in some.items()
        if value
    ]
