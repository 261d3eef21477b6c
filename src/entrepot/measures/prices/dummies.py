"""Time-product dummies: a regression of log unit values on products and periods.

What is least is a sum over products of squares about a mean, and such a sum is one over pairs:
of what two periods differ by, with a weight for each pair. Products are left out by that, and then
one period after another, in plain Python. Only weights are added and means taken, nothing is
subtracted: two periods that differ by next to nothing beside a base that hardly sold what they did
are told apart as well as any, where normal equations lose all digits. (So resistors joined in a
star are replaced by a mesh; for weights alone Grassmann, Taksar and Heyman, 1985, Operations
Research 33.) Periods that no chain of shared products links to the base are not identified and
have no value.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from entrepot.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

__all__ = ["effects_of_periods", "series_of_dummies"]

Cell = tuple["Hashable", "Hashable", float, float]
Pair = tuple[float, float]
"""The weight of a pair of periods, and by how much the first is above the second."""


def series_of_dummies(
    rows: Sequence[dict[str, Any]],
    keys: Sequence[str],
    goods: Sequence[str],
    time: str,
    *,
    weighted: bool,
) -> dict[str, list[Any]]:
    """Return the keys, the period and its index as columns, sorted by period within the keys."""
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[tuple(row[name] for name in keys)].append(row)
    columns: dict[str, list[Any]] = {name: [] for name in (*keys, time, "price_index")}
    for key in sorted(groups, key=lambda parts: [(part is None, part) for part in parts]):
        for period, index in _levels(groups[key], goods, time, weighted=weighted):
            for name, part in zip((*keys, time), (*key, period), strict=True):
                columns[name].append(part)
            columns["price_index"].append(index)
    return columns


def _levels(
    rows: list[dict[str, Any]], goods: Sequence[str], time: str, *, weighted: bool
) -> list[tuple[Any, float | None]]:
    """Return each period with its index, null where it is not identified."""
    priced = [row for row in rows if row["__v"] and row["__v"] > 0 and _known(row, goods)]
    totals: dict[Any, float] = defaultdict(float)
    for row in priced:
        totals[row[time]] += row["__v"]
    cells = [
        (
            tuple(row[name] for name in goods),
            row[time],
            math.log(row["__v"] / row["__q"]),
            row["__v"] / totals[row[time]] if weighted else 1.0,
        )
        for row in priced
    ]
    bases = {row[time] for row in rows if row["__base"] == 1}
    effects = effects_of_periods(cells, bases & set(totals))
    known = [effects[period] for period in bases if period in effects]
    start = math.fsum(known) / len(known) if known else None
    return [
        (
            period,
            math.exp(effects[period] - start) if period in effects and start is not None else None,
        )
        for period in sorted({row[time] for row in rows})
    ]


def _known(row: dict[str, Any], goods: Sequence[str]) -> bool:
    return all(row[name] is not None for name in goods)


def effects_of_periods(cells: Sequence[Cell], bases: set[Any]) -> dict[Any, float]:
    """Return δ of ``y = γ_product + δ_period`` for the periods linked to one of `bases`.

    Parameters
    ----------
    cells
        Product, period, y and its weight.
    bases
        Periods the result is wanted for; the first of them gets 0. Empty unless all of them are
        linked with each other.
    """
    if not bases:
        return {}
    start = min(bases)
    linked = _linked(cells, start)
    if not bases <= linked:
        return {}
    pairs: dict[Any, dict[Any, Pair]] = {period: {} for period in linked}
    for members in _by_product(cells, linked).values():
        _add_star(pairs, [(period, weight, y) for _, period, y, weight in members])
    left_out = []
    for period in sorted(linked - {start}, reverse=True):
        star = [(other, weight, above) for other, (weight, above) in pairs.pop(period).items()]
        if not math.fsum(weight for _, weight, _ in star):
            raise RequestError(
                "periods are linked too weakly for a regression to tell them apart",
                why="the products they share have next to no value in one of them",
                hint="choose method tpd_unweighted, or leave out periods with little trade",
            )
        for other, _, _ in star:
            del pairs[other][period]
        _add_star(pairs, [(other, weight, -above) for other, weight, above in star])
        left_out.append((period, star))
    effects = {start: 0.0}
    for period, star in reversed(left_out):
        effects[period] = _mean((weight, effects[other] + above) for other, weight, above in star)
    return effects


def _by_product(cells: Sequence[Cell], periods: set[Any]) -> dict[Any, list[Cell]]:
    products: dict[Any, list[Cell]] = defaultdict(list)
    for cell in cells:
        if cell[1] in periods:
            products[cell[0]].append(cell)
    return products


def _add_star(
    pairs: dict[Any, dict[Any, Pair]], members: Sequence[tuple[Any, float, float]]
) -> None:
    """Add what periods tell of each other that are compared with one thing, each with a weight.

    Sum_k w_k (y_k - m)^2, least over m, is sum_(k<l) w_k w_l / W (y_k - y_l)^2.
    """
    whole = math.fsum(weight for _, weight, _ in members)
    for number, (one, weight, y) in enumerate(members):
        for other, beside, level in members[:number]:
            joint = weight * (beside / whole)
            if joint > 0:
                old = pairs[one].get(other, (0.0, 0.0))
                above = _mean((old, (joint, y - level)))
                pairs[one][other] = (old[0] + joint, above)
                pairs[other][one] = (old[0] + joint, -above)


def _mean(parts: Iterable[Pair]) -> float:
    """Return the mean of numbers that come behind their weights."""
    weighted = list(parts)
    whole = math.fsum(weight for weight, _ in weighted)
    return math.fsum(weight / whole * number for weight, number in weighted)


def _linked(cells: Sequence[Cell], start: Any) -> set[Any]:
    """Return the periods that chains of shared products link to `start`."""
    periods_of: dict[Any, set[Any]] = defaultdict(set)
    products_of: dict[Any, set[Any]] = defaultdict(set)
    for product, period, *_ in cells:
        periods_of[product].add(period)
        products_of[period].add(product)
    found, waiting = {start}, [start]
    seen: set[Any] = set()
    while waiting:
        for product in products_of[waiting.pop()] - seen:
            seen.add(product)
            waiting.extend(periods_of[product] - found)
            found |= periods_of[product]
    return found
