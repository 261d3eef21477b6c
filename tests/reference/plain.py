"""Measures from their definitions in plain Python, to check the others against.

Rows are dictionaries. Nothing here knows Narwhals, DuckDB or the package.
"""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

Row = dict[str, Any]


def groups(rows: Iterable[Row], by: Sequence[str]) -> dict[tuple[Any, ...], list[Row]]:
    found: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        found[tuple(row[name] for name in by)].append(row)
    return found


def known(rows: Iterable[Row], value: str) -> list[float]:
    return [row[value] for row in rows if row[value] is not None and not math.isnan(row[value])]


def totals(rows: Iterable[Row], supplier: str, value: str) -> list[float]:
    """Known totals of each supplier, largest first."""
    sums = {key: known(some, value) for key, some in groups(rows, [supplier]).items()}
    return sorted((math.fsum(some) for some in sums.values() if some), reverse=True)


def hhi(rows: list[Row], supplier: str, value: str) -> float | None:
    parts = totals(rows, supplier, value)
    whole = math.fsum(parts)
    if whole <= 0 or min(parts) < 0:
        return None
    return math.fsum((part / whole) ** 2 for part in parts)


def cr(rows: list[Row], supplier: str, value: str, k: int) -> float | None:
    parts = totals(rows, supplier, value)
    whole = math.fsum(parts)
    if whole <= 0 or min(parts) < 0:
        return None
    return math.fsum(parts[:k]) / whole


def share(rows: list[Row], side: str, codes: set[str], value: str) -> float | None:
    asked = [row for row in rows if row[side] in codes]
    part = math.fsum(known(asked, value))
    whole = math.fsum(known(rows, value))
    if whole <= 0 or part < 0 or part > whole or (asked and not known(asked, value)):
        return None
    return part / whole


def value(rows: list[Row], column: str) -> float | None:
    found = known(rows, column)
    return math.fsum(found) if found else None


def growth(
    rows: list[Row], time: str, now: Any, base: Any, column: str, *, log: bool
) -> float | None:
    here = value([row for row in rows if row[time] == now], column)
    there = value([row for row in rows if row[time] == base], column)
    if here is None or there is None or there <= 0 or (log and here <= 0):
        return None
    return 100 * math.log(here / there) if log else 100 * (here / there - 1)


def by_group(
    rows: Iterable[Row], by: Sequence[str], measure: Callable[[list[Row]], float | None]
) -> dict[tuple[Any, ...], float | None]:
    return {key: measure(some) for key, some in groups(rows, by).items()}
