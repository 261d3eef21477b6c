"""Shares of one whole beside each other: those of different partners are at most all of it."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING

from entrepot.claims.published_checks.comparability import difference
from entrepot.claims.published_checks.discrepancy import Discrepancy, Kind, Side
from entrepot.claims.quantity import SHARES
from entrepot.claims.reference_levels import MIXED_SLACK
from entrepot.model.areas import area_set
from entrepot.model.display import figure_value, joined
from entrepot.sources.published.read import ranked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from entrepot.claims.published_checks.intervals import PublishedInterval

__all__ = ["shares"]

_EXACT = 4
"""Digits of a sum of shares: rounded to fewer, it would be more or less than it is."""


def shares(numbers: Iterable[PublishedInterval]) -> Iterator[Discrepancy]:
    """Yield shares that with those of other partners come to more than the whole.

    A share is held against those that one origin printed of the same whole, and only against
    those that do not say that they count otherwise. Partners that share a country are not added.
    Where the origins differ, the two wholes may differ as totals of two statistics do.
    """
    wholes: defaultdict[object, list[PublishedInterval]] = defaultdict(list)
    for number in numbers:
        row = number.row
        if row.measure in SHARES and row.exporter and row.importer and number.interval.low > 0:
            goods = row.goods or row.goods_words.casefold()
            wholes[row.measure, _owner(number), goods, row.period].append(number)
    for held in wholes.values():
        yield from _of_one_whole(held)


def _of_one_whole(held: Sequence[PublishedInterval]) -> Iterator[Discrepancy]:
    """Yield one finding for two origins, of the weaker; its further rows are named in it."""
    by_id = {number.row.id: number for number in held}
    order = [by_id[row.id] for row in ranked(number.row for number in held)]
    voices: defaultdict[object, list[PublishedInterval]] = defaultdict(list)
    for number in order:
        voices[number.row.origin, _partner(number)].append(number)
    told: set[frozenset[str]] = set()
    for voice in reversed(list(voices.values())):
        for origin in dict.fromkeys(number.row.origin for number in order):
            both = frozenset((voice[0].row.origin, origin))
            found = _over(voice, [number for number in order if number.row.origin == origin])
            if found is not None and both not in told:
                told.add(both)
                yield found


def _over(
    voice: Sequence[PublishedInterval], others: Sequence[PublishedInterval]
) -> Discrepancy | None:
    """Return what comes of a share and as few others of one origin as make more than the whole."""
    number = voice[0]
    added: list[PublishedInterval] = []
    unsaid: dict[str, None] = {}
    mixed = any(other.row.origin != number.row.origin for other in others)
    limit = 1.0 + (MIXED_SLACK if mixed else 0.0)
    for other in sorted(others, key=lambda one: -one.interval.low):
        apart = difference(number, other)
        if apart.stated or any(_overlap(other, one) for one in (number, *added)):
            continue
        added.append(other)
        unsaid |= dict.fromkeys(apart.unsaid)
        if math.fsum(one.interval.low for one in (number, *added)) > limit:
            return _finding(voice, added, list(unsaid))
    return None


def _finding(
    voice: Sequence[PublishedInterval], added: Sequence[PublishedInterval], unsaid: list[str]
) -> Discrepancy:
    number = voice[0]
    rows = tuple(other.row for other in added)
    kind: Kind = "unstated" if unsaid else "conflict"
    least = math.fsum(one.interval.low for one in (number, *added))
    terms = " + ".join(one.row.printed for one in (number, *added))
    rest = max(0.0, 1.0 - math.fsum(one.interval.low for one in added))
    left = figure_value(rest, "share", _EXACT)
    return Discrepancy(
        kind=kind,
        what=number.what,
        one=Side(number.row.printed, (number.row,)),
        other=Side(f"at most {left}", rows),
        because=(
            f"{terms} is at least {figure_value(least, 'share', _EXACT)} of one whole; "
            f"the others leave at most {left}"
        ),
        definition=f"not said by both: {joined(unsaid)}" if unsaid else "",
        also=tuple(other.row.id for other in voice[1:]),
    )


def _owner(number: PublishedInterval) -> str:
    """Return whose imports, exports or trade the whole is."""
    row = number.row
    sides = {"import_share": row.importer, "export_share": row.exporter}
    return sides.get(row.measure, row.reporter)


def _partner(number: PublishedInterval) -> str:
    row = number.row
    return row.importer if row.exporter == _owner(number) else row.exporter


def _overlap(one: PublishedInterval, other: PublishedInterval) -> bool:
    """Whether two partners have a country in common."""
    day = one.row.period.start
    return bool(area_set(_partner(one), day) & area_set(_partner(other), day))
