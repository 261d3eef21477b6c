"""What holds of levels whoever counts them: a part is at most its whole."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

from entrepot.claims.solver import Constraint
from entrepot.goods import goods_selection
from entrepot.goods.parse import NAMED
from entrepot.model.areas import WORLD, area_set

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.claims.quantity import Level

__all__ = ["identities"]


def identities(levels: list[Level]) -> Iterator[Constraint]:
    """Yield that a part is at most its whole, and that separate partners together are."""
    for part, whole in permutations(levels, 2):
        if _is_part(part, whole):
            yield Constraint(((part, 1.0), (whole, -1.0)), high=0.0)
    for whole in levels:
        for side in ("exporter", "importer"):
            if getattr(whole, side) != WORLD:
                continue
            partners = [
                level
                for level in levels
                if getattr(level, side) != WORLD and level.but(**{side: WORLD}) == whole
            ]
            apart = _apart(partners, side)
            if len(apart) > 1:
                terms = (*((level, 1.0) for level in apart), (whole, -1.0))
                yield Constraint(terms, high=0.0)


def _is_part(part: Level, whole: Level) -> bool:
    same = ("currency", "books", "basis", "kind")
    return (
        part != whole
        and all(getattr(part, name) == getattr(whole, name) for name in same)
        and whole.period.contains(part.period)
        and _area_in(part.exporter, whole.exporter, part)
        and _area_in(part.importer, whole.importer, part)
        and _goods_in(part.goods, whole.goods)
    )


def _area_in(part: str, whole: str, level: Level) -> bool:
    if part == whole or whole == WORLD:
        return True
    if part == WORLD or part.startswith(NAMED) or whole.startswith(NAMED):
        return False
    day = level.period.start
    return area_set(part, day) <= area_set(whole, day)


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
