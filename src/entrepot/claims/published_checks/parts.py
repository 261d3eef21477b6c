"""Printed parts that are larger than their whole."""

from __future__ import annotations

import itertools
from collections import defaultdict
from typing import TYPE_CHECKING

from entrepot.claims.published_checks.comparability import gap
from entrepot.claims.published_checks.discrepancy import Discrepancy, Side
from entrepot.claims.reference_levels import MIXED_SLACK
from entrepot.model.areas import WORLD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from entrepot.claims.published_checks.intervals import PublishedInterval
    from entrepot.claims.quantity import Level

__all__ = ["parts"]


def parts(numbers: Iterable[PublishedInterval]) -> Iterator[Discrepancy]:
    """Yield values that are larger than one they are a part of, by goods, partner or time.

    Both are of one flow's books, currency and valuation. A list is no part of another list.
    """
    alike: defaultdict[tuple[str, ...], list[tuple[Level, PublishedInterval]]] = defaultdict(list)
    for number in numbers:
        row, statement = number.row, number.statement
        if statement is None or row.measure != "value" or len(statement.quantity.of) > 1:
            continue
        if row.reporter and not row.variant:
            key = (row.reporter, row.unit, row.valuation, row.basis)
            alike[key].append((statement.quantity.of[0][0], number))
    for held in alike.values():
        for (part, small), (whole, large) in itertools.permutations(held, 2):
            if part != whole and _is_part(part, whole):
                yield from _larger(small, large)


def _is_part(part: Level, whole: Level) -> bool:
    return (
        whole.period.contains(part.period)
        and all(
            getattr(part, side) == getattr(whole, side) or getattr(whole, side) == WORLD
            for side in ("exporter", "importer")
        )
        and (whole.goods in ("all", part.goods) or part.goods.split(":")[0] == whole.goods)
    )


def _larger(small: PublishedInterval, large: PublishedInterval) -> Iterator[Discrepancy]:
    over = small.interval.low > large.interval.high
    if over and gap(small.interval, large.interval) > MIXED_SLACK:
        yield Discrepancy(
            kind="conflict",
            what=small.what,
            one=Side(small.row.printed, (small.row,)),
            other=Side(large.row.printed, (large.row,)),
            because=(
                f"{small.row.printed} is more than {large.row.printed} of {large.what}, of which "
                "it is a part"
            ),
        )
