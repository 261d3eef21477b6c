"""Places in an order: the largest supplier, the second-largest buyer."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from entrepot.claims.solver import Constraint
from entrepot.goods.parse import NAMED
from entrepot.model.areas import WORLD, area_set
from entrepot.model.interval import Interval

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from entrepot.claims.quantity import Level, Quantity
    from entrepot.claims.reference_levels import ReferenceLevel, ReferenceLevels

__all__ = ["places_known", "rank_constraints"]


def rank_constraints(
    quantity: Quantity, place: float, levels: Iterable[Level]
) -> Iterator[Constraint]:
    """Yield what a place says of levels: the k-th largest part is at most a k-th of its whole.

    The largest is at least as large as every other one.
    """
    level, whole = quantity.of[0][0], quantity.to[0][0]
    yield Constraint(((level, place), (whole, -1.0)), high=0.0)
    if place == 1:
        for other in levels:
            if _rival(other, level, whole):
                yield Constraint(((level, 1.0), (other, -1.0)), low=0.0)


def places_known(
    quantity: Quantity, facts: ReferenceLevels
) -> tuple[Interval, tuple[ReferenceLevel, ...]] | None:
    """Return the places that levels in print leave for a flow, and the levels that decide.

    None if its own level is not in print. The last place is open unless all that is not in print
    is together less than the flow.
    """
    level, whole = quantity.of[0][0], quantity.to[0][0]
    own = [known for known in facts.known(level) if known.books == level.books]
    if not own:
        return None
    rivals: dict[Level, ReferenceLevel] = {}
    for statement in facts.statements.all:
        other = next(statement.quantity.levels())
        single = statement.quantity.measure == "value" and len(statement.quantity.of) == 1
        if single and _rival(other, level, whole) and other not in rivals:
            held = [known for known in facts.known(other) if known.books == level.books]
            if held:
                rivals[other] = held[0]
    mine = own[0].interval
    above = [held for held in rivals.values() if held.interval.low > mine.high]
    near = [held for held in rivals.values() if held.interval.high > mine.low]
    totals = [known for known in facts.known(whole) if known.books == level.books]
    last = math.inf
    if totals:
        rest = totals[0].interval.high - mine.low
        rest -= math.fsum(held.interval.low for held in rivals.values())
        last = 1.0 + len(near) if rest < mine.low else math.inf
    return Interval(1.0 + len(above), last), (own[0], *above, *totals[:1])


def _rival(other: Level, level: Level, whole: Level) -> bool:
    """Whether a level is that of another partner, a country of its own."""
    side = "exporter" if whole.exporter == WORLD else "importer"
    code, own = getattr(other, side), getattr(level, side)
    if code in (own, WORLD) or code.startswith(NAMED) or own.startswith(NAMED):
        return False
    if other.but(**{side: own}) != level:
        return False
    day = level.period.start
    return len(area_set(code, day)) == 1 and not area_set(code, day) & area_set(own, day)
