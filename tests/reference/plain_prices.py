"""Price measures from their definitions in plain Python; nothing here knows the package."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

Row = dict[str, Any]


def usable(row: Row) -> bool:
    numbers = row["value_usd"], row["mass_kg"]
    return all(number is not None and math.isfinite(number) and number > 0 for number in numbers)


def cells(rows: Iterable[Row]) -> dict[Any, dict[Any, tuple[float, float]]]:
    """Value and quantity of each product in each year."""
    found: dict[Any, dict[Any, list[float]]] = defaultdict(lambda: defaultdict(lambda: [0.0, 0.0]))
    for row in rows:
        if usable(row):
            cell = found[row["product"]][row["period"]]
            cell[0] += row["value_usd"]
            cell[1] += row["mass_kg"]
    return {good: {t: (v, q) for t, (v, q) in years.items()} for good, years in found.items()}


def bilateral(rows: Iterable[Row], now: Any, then: Any) -> dict[str, float]:
    """Five indices from prices and quantities, each by the sum that defines it."""
    both = [
        (
            years[then][0] / years[then][1],
            years[then][1],
            years[now][0] / years[now][1],
            years[now][1],
        )
        for years in cells(rows).values()
        if now in years and then in years
    ]
    if not both:
        return {}
    laspeyres = sum(p1 * q0 for _, q0, p1, _ in both) / sum(p0 * q0 for p0, q0, _, _ in both)
    paasche = sum(p1 * q1 for _, _, p1, q1 in both) / sum(p0 * q1 for p0, _, _, q1 in both)
    v0, v1 = sum(p * q for p, q, _, _ in both), sum(p * q for _, _, p, q in both)
    tornqvist = math.prod(
        (p1 / p0) ** ((p0 * q0 / v0 + p1 * q1 / v1) / 2) for p0, q0, p1, q1 in both
    )
    jevons = math.prod(p1 / p0 for p0, _, p1, _ in both) ** (1 / len(both))
    return {
        "laspeyres": laspeyres,
        "paasche": paasche,
        "fisher": math.sqrt(laspeyres * paasche),
        "tornqvist": tornqvist,
        "jevons": jevons,
    }


def geks(rows: list[Row], base: Any, formula: str) -> dict[Any, float | None]:
    """Product over all periods l of (P_0l P_lt)^(1/T), as in the textbook."""
    years = sorted({row["period"] for row in rows if usable(row)})
    pair = {(s, t): bilateral(rows, t, s).get(formula) for s in years for t in years}
    found: dict[Any, float | None] = {}
    for t in years:
        links = [(pair[base, middle], pair[middle, t]) for middle in years]
        if any(one is None or other is None for one, other in links):
            found[t] = None
        else:
            found[t] = math.prod(one * other for one, other in links) ** (1 / len(years))
    return found


def parts_of_mean(rows: Iterable[Row], now: Any, then: Any) -> dict[str, float]:
    """Change of the average unit value, product by product with shares written out."""
    rows = list(rows)
    unpriced = {
        row["product"]
        for row in rows
        if row["period"] in (now, then)
        and row["value_usd"] != 0
        and not any(
            usable(other)
            for other in rows
            if (other["product"], other["period"]) == (row["product"], row["period"])
        )
    }
    goods = {good: years for good, years in cells(rows).items() if good not in unpriced}
    q1 = sum(years[now][1] for years in goods.values() if now in years)
    q0 = sum(years[then][1] for years in goods.values() if then in years)
    u1 = sum(years[now][0] for years in goods.values() if now in years) / q1
    u0 = sum(years[then][0] for years in goods.values() if then in years) / q0
    mid = (u0 + u1) / 2
    found = {"change": u1 - u0, "within": 0.0, "between": 0.0, "new": 0.0, "gone": 0.0}
    for years in goods.values():
        (va, qa), (vb, qb) = years.get(then, (0, 0)), years.get(now, (0, 0))
        if qa and qb:
            found["within"] += (qa / q0 + qb / q1) / 2 * (vb / qb - va / qa)
            found["between"] += (qb / q1 - qa / q0) * ((vb / qb + va / qa) / 2 - mid)
        elif qb:
            found["new"] += qb / q1 * (vb / qb - mid)
        elif qa:
            found["gone"] -= qa / q0 * (va / qa - mid)
    return found
