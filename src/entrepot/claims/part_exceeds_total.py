"""A part that is more than its total, though each may be true as another country counts.

What one country counts as bought may be more than the other counts as all trade between the two:
so numbers of two sets of books do not refute each other. A text that prints them side by side and
does not say whose each is contradicts itself all the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations, permutations
from typing import TYPE_CHECKING

from entrepot.claims.levels import is_part
from entrepot.claims.quantity_text import claimed, subject, who
from entrepot.claims.result import Conflict

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from entrepot.claims.document import Claim
    from entrepot.claims.quantity import Level, Quantity

__all__ = ["PartExceedsTotal", "more_than", "notes_of", "part_and_total", "parts_over_total"]


@dataclass(frozen=True, slots=True)
class PartExceedsTotal:
    """A part that is more than its total: the claim, and the conflict that it makes."""

    part: Claim
    total: Claim
    conflict: Conflict


def parts_over_total(
    claims: Iterable[Claim], known: Collection[frozenset[str]], wrong: Collection[str]
) -> Iterator[PartExceedsTotal]:
    """Yield parts that are more than their totals, taken to be counted by two countries.

    Parameters
    ----------
    claims
        The claims.
    known
        Conflicts found already: what contains one of them is not reported again.
    wrong
        Claims that are wrong for another reason: they are left out.
    """
    for pair in combinations(claims, 2):
        names = frozenset(claim.id for claim in pair)
        if not names.isdisjoint(wrong) or any(one <= names for one in known):
            continue
        if _say_whose(*pair) or (found := part_and_total(pair)) is None:
            continue
        part, total = found
        unless = _unless(part, total)
        because = f"{more_than(part, total)}; {unless}"
        yield PartExceedsTotal(part, total, Conflict((part.id, total.id), because, unless=unless))


def part_and_total(claims: Collection[Claim]) -> tuple[Claim, Claim] | None:
    """Return a part that is more than its total, and that total; None unless two claims are so."""
    pairs = permutations(claims) if len(claims) == 2 else ()
    return next(((part, total) for part, total in pairs if _exceeds(part, total)), None)


def _exceeds(part: Claim, total: Claim) -> bool:
    """Whether an amount is more than another that contains it, whoever counts the two."""
    one, other = part.quantity, total.quantity
    # The intervals must be apart: "12" and "about 11.9" may be the same after rounding.
    if {one.measure, other.measure} != {"value"} or part.interval.low <= total.interval.high:
        return False
    # Two numbers of one level are no part and total: whether they agree is known already.
    return one.unit == other.unit and one != other and _contains(other, one)


def notes_of(found: Iterable[PartExceedsTotal]) -> Iterator[tuple[str, str]]:
    """Yield what to say beside each part, by its id."""
    for one in found:
        yield one.part.id, f"{more_than(one.part, one.total)}: {one.conflict.unless}"


def _contains(total: Quantity, part: Quantity) -> bool:
    """Whether each flow of a part lies in a flow of a total, no two in the same one."""
    inside = [
        {place for place, (level, _) in enumerate(total.of) if _lies_in(one, level)}
        for one, _ in part.of
    ]
    # Two parts in one flow may overlap, so their sum could exceed it without contradiction.
    apart = len(frozenset().union(*inside)) == sum(len(places) for places in inside)
    added = all(weight > 0 for _, weight in (*part.of, *total.of))
    return added and apart and all(inside)


def _lies_in(part: Level, total: Level) -> bool:
    alike = (part.kind, part.basis) == (total.kind, total.basis)
    return alike and (part.but(reporter="") == total.but(reporter="") or is_part(part, total))


def _say_whose(one: Claim, other: Claim) -> bool:
    """Whether the text says of both numbers whose they are, and they are not of one source."""
    named = {claim.attributed_to.casefold() for claim in (one, other)} - {""}
    both_known = all(claim.reporter_stated or claim.by_words for claim in (one, other))
    return len(named) > 1 or (both_known and _reporter(one) != _reporter(other))


def _reporter(claim: Claim) -> str:
    return next(claim.quantity.levels()).reporter


def more_than(part: Claim, total: Claim) -> str:
    """Return that a part is more than its total, with both numbers."""
    return (
        f"{claimed(part)} ({subject(part)}) is more than the {claimed(total)} "
        f"({subject(total)}) that it is a part of"
    )


def _unless(part: Claim, total: Claim) -> str:
    said = [claim.reporter_stated for claim in (part, total)]
    if any(said) and not all(said):
        other, counter = ("second", part) if said[0] else ("first", total)
        return (
            f"both can be true only if the {other} is not the count of {who(_reporter(counter))}, "
            "which the text does not say"
        )
    reporter = [who(_reporter(claim)) for claim in (part, total)]
    if "" in reporter or reporter[0] == reporter[1]:
        return "both can be true only if two countries count them, which the text does not say"
    return (
        f"both can be true only if the first is the count of {reporter[0]} and the second that of "
        f"{reporter[1]}, which the text does not say"
    )
