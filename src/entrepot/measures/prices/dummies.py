"""Time-product dummies: a regression of log unit values on products and periods.

The effects of products are averaged out by hand, which leaves one equation a period; these are
solved in plain Python by Cholesky's method. Periods that no chain of shared products links to the
base are not identified and have no value.
"""

from __future__ import annotations

import math
import operator
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from entrepot.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

__all__ = ["effects_of_periods", "series_of_dummies", "solve"]

Cell = tuple["Hashable", "Hashable", float, float]


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
    free = sorted(linked - {start})
    place = {period: number for number, period in enumerate(free)}
    matrix = [[0.0] * len(free) for _ in free]
    right = [0.0] * len(free)
    for members in _by_product(cells, linked).values():
        _add_product(matrix, right, place, members)
    return {start: 0.0} | dict(zip(free, solve(matrix, right), strict=True))


def _by_product(cells: Sequence[Cell], periods: set[Any]) -> dict[Any, list[Cell]]:
    products: dict[Any, list[Cell]] = defaultdict(list)
    for cell in cells:
        if cell[1] in periods:
            products[cell[0]].append(cell)
    return products


def _add_product(
    matrix: list[list[float]], right: list[float], place: dict[Any, int], members: list[Cell]
) -> None:
    """Add one product to the normal equations, its own effect averaged out."""
    whole = math.fsum(weight for *_, weight in members)
    mean = math.fsum(weight * y for _, _, y, weight in members) / whole
    inside = [(place[period], y, weight) for _, period, y, weight in members if period in place]
    for row, y, weight in inside:
        right[row] += weight * (y - mean)
        # Not weight - weight² / whole, which cancels where one period has nearly all the weight.
        others = math.fsum(other for _, period, _, other in members if place.get(period) != row)
        matrix[row][row] += weight * others / whole
        for column, _, other in inside:
            if column != row:
                matrix[row][column] -= weight * other / whole


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


def solve(matrix: list[list[float]], right: list[float]) -> list[float]:
    """Solve a symmetric positive definite system by Cholesky's method."""
    size = len(right)
    lower = [[0.0] * size for _ in range(size)]
    for row in range(size):
        for column in range(row + 1):
            rest = matrix[row][column] - _dot(lower[row][:column], lower[column][:column])
            if row != column:
                lower[row][column] = rest / lower[column][column]
            elif rest > 0:
                lower[row][row] = math.sqrt(rest)
            else:
                raise RequestError(
                    "periods are linked too weakly for a regression to tell them apart",
                    why="the products they share have next to no value in one of them",
                    hint="choose method tpd_unweighted, or leave out periods with little trade",
                )
    forward: list[float] = []
    for row in range(size):
        forward.append((right[row] - _dot(lower[row][:row], forward)) / lower[row][row])
    back = [0.0] * size
    for row in reversed(range(size)):
        done = _dot([lower[later][row] for later in range(row + 1, size)], back[row + 1 :])
        back[row] = (forward[row] - done) / lower[row][row]
    return back


def _dot(left: Sequence[float], right: Sequence[float]) -> float:
    return math.fsum(map(operator.mul, left, right))
