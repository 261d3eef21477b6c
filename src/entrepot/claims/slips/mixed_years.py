"""A quotient whose numerator and denominator are of different years."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.claims.comparison import compared
from entrepot.claims.describe import stated
from entrepot.claims.quantity import DIMENSIONLESS, Terms
from entrepot.claims.slips.case import Case, Change, Proposal, corrected, luck
from entrepot.model.display import figure_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.claims.document import Claim
    from entrepot.claims.known import Known
    from entrepot.model.interval import Interval

__all__ = ["mixed_years"]


def mixed_years(case: Case) -> Iterator[Proposal]:
    """Propose that a share or ratio took one of its parts from the year before."""
    for claim in case.suspects():
        best = case.standings[claim.id].best
        if claim.quantity.measure not in DIMENSIONLESS or best is None:
            continue
        tried = list(_mixed(claim, case))
        for top, bottom in tried:
            value = top.interval / bottom.interval
            if compared(claim.interval, value, value) == "supports":
                right = corrected(claim, best.value)
                text = _text(claim, (top, bottom), best.value, case)
                change = Change(right, right.says.text, text)
                yield Proposal("mixed_years", (change,), len(tried) * luck(claim))


def _mixed(claim: Claim, case: Case) -> Iterator[tuple[Known, Known]]:
    """Yield the parts of the quotient with either of them a year older."""
    same = claim.quantity.mapped(currency="USD")
    older = same.shifted(-1)
    for of, to in ((older.of, same.to), (same.of, older.to)):
        if (parts := _parts(of, to, case)) is not None:
            yield parts


def _parts(of: Terms, to: Terms, case: Case) -> tuple[Known, Known] | None:
    """Return numerator and denominator in one set of books, from the fewest origins."""
    pairs = [
        (top, bottom)
        for top in case.facts.totals(of)
        for bottom in case.facts.totals(to)
        if top.books and top.books == bottom.books and bottom.interval.low > 0
    ]
    return min(pairs, key=lambda pair: len(pair[0].origins | pair[1].origins), default=None)


def _text(claim: Claim, mixed: tuple[Known, Known], right: float, case: Case) -> str:
    top, bottom = mixed
    unit, period = claim.quantity.unit, claim.quantity.of[0][0].period
    amounts = [
        f"{figure_value(part.interval.middle, 'USD', 4)} of {part.terms[0][0].period}"
        for part in mixed
    ]
    within = [f"within {period} it is {stated(right, unit)}"]
    older = claim.quantity.mapped(currency="USD").shifted(-1)
    if (parts := _parts(older.of, older.to, case)) is not None:
        before = _middle(parts[0].interval, parts[1].interval)
        within.append(f"within {older.of[0][0].period} {stated(before, unit)}")
    value = stated(_middle(top.interval, bottom.interval), unit)
    return f"{' over '.join(amounts)} is {value}; {', '.join(within)}."


def _middle(top: Interval, bottom: Interval) -> float:
    return (top / bottom).middle
