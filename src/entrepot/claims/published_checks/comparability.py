"""Whether two printed numbers say that they count the same thing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.claims.quantity import SHARES
from entrepot.claims.quantity_text import who
from entrepot.claims.reference_levels import REVISION
from entrepot.model.period import Period

if TYPE_CHECKING:
    from entrepot.claims.published_checks.intervals import PublishedInterval
    from entrepot.model.interval import Interval
    from entrepot.sources.published.row import Published

__all__ = ["ONE_RELEASE", "DefinitionGap", "days_between", "difference", "gap", "is_later_release"]

ONE_RELEASE = 31
"""Days within which numbers of one statistic are taken to be of one release."""
_OWN_ESTIMATES = ("gdp", "world_share")


@dataclass(frozen=True, slots=True)
class DefinitionGap:
    """What two numbers say differently, and what only one of them, or neither, says."""

    stated: tuple[str, ...]
    unsaid: tuple[str, ...]


def difference(one: PublishedInterval, other: PublishedInterval) -> DefinitionGap:
    """Return in what the definitions of two numbers of one key differ.

    Copies of one origin are of one definition, unless they say otherwise.
    """
    stated: list[str] = []
    unsaid: list[str] = []
    for name, first, second in _keys(one, other):
        if first and second and first != second:
            stated.append(f"{name}: {first} and {second}")
        elif first != second or (name == "total" and not first):
            unsaid.append(name)
    same_origin = one.row.origin == other.row.origin
    if is_later_release(one, other):
        stated.append(f"release: {one.row.published_on} and {other.row.published_on}")
    return DefinitionGap(tuple(stated), () if same_origin else tuple(unsaid))


def _keys(one: PublishedInterval, other: PublishedInterval) -> list[tuple[str, str, str]]:
    first, second = one.row, other.row
    keys = [("books", _books(one), _books(other)), ("list", first.variant, second.variant)]
    if first.measure not in SHARES:
        keys.append(("valuation", first.valuation, second.valuation))
    if first.goods != "all" or first.measure in SHARES:
        keys.append(("basis", first.basis, second.basis))
    if first.measure in SHARES and first.origin != second.origin:
        keys.append(("total", first.reporter, second.reporter))
    if first.measure in _OWN_ESTIMATES:
        keys.append(("estimate", first.origin_words, second.origin_words))
    return keys


def _books(printed: PublishedInterval) -> str:
    return who(printed.books) if printed.books else ""


def is_later_release(one: PublishedInterval, other: PublishedInterval) -> bool:
    """Whether two numbers may be an earlier and a later release of one statistic.

    They are dated more than a month apart, and no farther from each other than later releases
    have moved numbers of the better one's certainty.
    """
    days = days_between(one.row, other.row)
    if days is None or days <= ONE_RELEASE:
        return False
    reach = min(REVISION[row.confidence] for row in (one.row, other.row))
    return one.row.measure in _OWN_ESTIMATES or gap(one.interval, other.interval) <= reach


def gap(one: Interval, other: Interval) -> float:
    """Return how far apart two intervals lie, as a part of the larger; 0 where they meet."""
    apart = max(one.low - other.high, other.low - one.high, 0.0)
    ends = [abs(end) for end in (one.low, one.high, other.low, other.high)]
    finite = [end for end in ends if end != float("inf")]
    return apart / max(finite) if apart else 0.0


def days_between(one: Published, other: Published) -> int | None:
    """Return how many days lie between two prints at least; None where one has no date."""
    if not one.published_on or not other.published_on:
        return None
    first, last = sorted(
        (Period.parse(one.published_on), Period.parse(other.published_on)),
        key=lambda period: period.start,
    )
    return (last.start - first.end).days
