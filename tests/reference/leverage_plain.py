"""Leverage, rank and exposure from their definitions in plain Python.

Rows are dictionaries with exporter, importer, product, value_usd. Nothing here knows the package.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import Any

Row = dict[str, Any]


def add(rows: list[Row], *names: str) -> dict[Any, float]:
    sums: dict[Any, list[float]] = defaultdict(list)
    for row in rows:
        key = tuple(row[name] for name in names)
        sums[key if len(key) > 1 else key[0]].append(row["value_usd"])
    return {key: math.fsum(some) for key, some in sums.items()}


def total(rows: list[Row]) -> float:
    return math.fsum(row["value_usd"] for row in rows)


def salience(rows: list[Row], one: str, two: str) -> dict[str, float]:
    def trade(of: str) -> list[Row]:
        return [row for row in rows if of in (row["exporter"], row["importer"])]

    both = total([row for row in rows if {row["exporter"], row["importer"]} == {one, two}])
    a, b = both / total(trade(one)), both / total(trade(two))
    mean = math.sqrt(a * b)
    return {
        "salience": mean,
        "symmetry": 1 - abs(a - b),
        "interdependence": mean * (1 - abs(a - b)),
        "difference": a - b,
        "ratio": a / b,
    }


def dependence(rows: list[Row], buyer: str, seller: str, theta: dict[str, float | None]) -> float:
    bought = [row for row in rows if row["importer"] == buyer]
    whole = total(bought)
    parts = add([row for row in bought if row["exporter"] == seller], "product")
    weights = {product: theta[product] for product in parts}
    return math.fsum(value / whole / w for p, value in parts.items() if (w := weights[p]))


def withdrawal(
    rows: list[Row], buyer: str, seller: str, sigma: dict[str, float | None]
) -> tuple[float, bool]:
    """Log loss over products with other suppliers, and whether some have none."""
    bought = [row for row in rows if row["importer"] == buyer]
    whole, loss, sole = total(bought), [], False
    for product, spent in add(bought, "product").items():
        mine = total([r for r in bought if r["product"] == product and r["exporter"] == seller])
        elasticity = sigma[product]
        if mine and mine == spent:
            sole = True
        elif mine and elasticity:
            loss.append(spent / whole / (elasticity - 1) * -math.log(1 - mine / spent))
    return math.fsum(loss), sole


def ranking(rows: list[Row], side: str, asked: str) -> dict[str, Any]:
    sums = add(rows, side)
    order = sorted(sums.items(), key=lambda item: (-item[1], item[0]))
    mine = sums[asked]
    larger = [item for item in order if item[1] > mine]
    smaller = [item for item in order if item[1] < mine]
    return {
        "rank": len(larger) + 1,
        "partners": len(sums),
        "value": mine,
        "above": min(name for name, value in larger if value == larger[-1][1]) if larger else None,
        "below": smaller[0][0] if smaller else None,
        "multiple": max(value for name, value in order if name != asked) / mine,
    }


def exposure(rows: list[Row], us: set[str], them: set[str], least: float) -> dict[str, Any]:
    """One product."""
    bought = [r for r in rows if r["importer"] in us and r["exporter"] not in us]
    sold = [r for r in rows if r["exporter"] in us and r["importer"] not in us]
    imports = total([r for r in bought if r["exporter"] in them])
    exports = total([r for r in sold if r["importer"] in them])
    others = [r for r in rows if r["exporter"] not in us | them and r["exporter"] != r["importer"]]
    supply = add(others, "exporter")
    whole = math.fsum(supply.values())
    elsewhere = total([r for r in others if r["importer"] not in us])
    return {
        "imports": imports,
        "exports": exports,
        "import_share": imports / total(bought) if total(bought) else None,
        "export_share": exports / total(sold) if total(sold) else None,
        "cover": elsewhere / imports if imports else None,
        "alternatives": sum(value > 0 and value >= least * whole for value in supply.values()),
        "alternatives_hhi": math.fsum((v / whole) ** 2 for v in supply.values()) if whole else None,
    }
