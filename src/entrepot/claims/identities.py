"""What holds of levels whoever counts them: a part is at most its whole."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta
from functools import lru_cache
from itertools import permutations
from typing import TYPE_CHECKING

from entrepot.claims.solver import Constraint
from entrepot.goods import goods_selection
from entrepot.goods.parse import NAMED
from entrepot.model.areas import WORLD, area_set

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from entrepot.claims.quantity import Level

__all__ = ["identities", "is_part"]


def identities(levels: list[Level]) -> Iterator[Constraint]:
    """Yield that a part is at most its whole, and that separate parts together are.

    Parts are partners of a group or of the world, goods of a wider kind, and months of a year;
    periods that fill their whole without a gap add up to it.
    """
    alike: defaultdict[tuple[object, ...], list[Level]] = defaultdict(list)
    for level in levels:
        if level.kind != "price":
            alike[level.series, level.currency, level.books, level.basis, level.kind].append(level)
    for group in alike.values():
        if len(group) > 1:
            yield from _within(group)


def _within(levels: list[Level]) -> Iterator[Constraint]:
    for part, whole in permutations(levels, 2):
        if is_part(part, whole):
            yield Constraint(((part, 1.0), (whole, -1.0)), high=0.0)
    for whole in levels:
        for side in ("exporter", "importer"):
            if getattr(whole, side).startswith(NAMED):
                continue
            apart = _apart(_members(whole, levels, side), side)
            if len(apart) > 1:
                terms = (*((level, 1.0) for level in apart), (whole, -1.0))
                yield Constraint(terms, high=0.0)
        yield from _in_time(whole, levels)


def _members(whole: Level, levels: list[Level], side: str) -> list[Level]:
    """Return the levels that differ from a whole in one side only, which is a part of its own."""
    return [
        level
        for level in levels
        if getattr(level, side) != getattr(whole, side)
        and level.but(**{side: getattr(whole, side)}) == whole
        and _area_in(getattr(level, side), getattr(whole, side), level.period.start)
    ]


def _in_time(whole: Level, levels: list[Level]) -> Iterator[Constraint]:
    inside = [
        level
        for level in levels
        if level.period != whole.period
        and whole.period.contains(level.period)
        and level.but(period=whole.period) == whole
    ]
    chosen: list[Level] = []
    for level in sorted(inside, key=lambda one: (one.period.start, one.period.end)):
        if not chosen or level.period.start > chosen[-1].period.end:
            chosen.append(level)
    if len(chosen) > 1:
        terms = (*((level, 1.0) for level in chosen), (whole, -1.0))
        yield Constraint(terms, 0.0 if _fills(chosen, whole) else float("-inf"), 0.0)


def _fills(parts: list[Level], whole: Level) -> bool:
    ends = [whole.period.start - timedelta(days=1), *(part.period.end for part in parts)]
    starts = [*(part.period.start for part in parts), whole.period.end + timedelta(days=1)]
    return all(start == end + timedelta(days=1) for start, end in zip(starts, ends, strict=True))


def is_part(part: Level, whole: Level) -> bool:
    """Whether one flow lies in another, by time, areas and goods; whoever counts it in what."""
    return (
        part != whole
        and whole.period.contains(part.period)
        and _area_in(part.exporter, whole.exporter, part.period.start)
        and _area_in(part.importer, whole.importer, part.period.start)
        and _goods_in(part.goods, whole.goods)
    )


@lru_cache(maxsize=4096)
def _area_in(part: str, whole: str, day: date) -> bool:
    if part == whole or whole == WORLD:
        return True
    if part == WORLD or part.startswith(NAMED) or whole.startswith(NAMED):
        return False
    return area_set(part, day) <= area_set(whole, day)


@lru_cache(maxsize=4096)
def _goods_in(part: str, whole: str) -> bool:
    if whole in ("all", part):
        return True
    if part == "all" or part.startswith(NAMED) or whole.startswith(NAMED):
        return False
    inner, outer = goods_selection(part), goods_selection(whole)
    if inner.codes is None or outer.codes is None:
        return outer.codes is None
    wide = tuple(outer.prefixes)
    return all(code in outer.codes or code.startswith(wide) for code in inner.codes) and all(
        prefix.startswith(wide) for prefix in inner.prefixes
    )


def _apart(partners: list[Level], side: str) -> list[Level]:
    """Return partners that share no area."""
    chosen: list[Level] = []
    taken: set[str] = set()
    for level in partners:
        code = getattr(level, side)
        if code.startswith(NAMED):
            continue
        members = area_set(code, level.period.start)
        if not members & taken:
            chosen.append(level)
            taken |= members
    return chosen
