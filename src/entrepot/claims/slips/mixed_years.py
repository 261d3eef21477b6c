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
        tried = [pairs for pairs in _mixed(claim, case) if pairs]
        for pairs in tried:  # who counted the same two levels makes no other guess
            pair = next((one for one in pairs if _fits(claim, *one)), None)
            if pair is not None:
                right = corrected(claim, best.value)
                change = Change(right, right.says.text, _text(claim, pair, best.value, case))
                yield Proposal("mixed_years", (change,), len(tried) * luck(claim))


def _fits(claim: Claim, top: Known, bottom: Known) -> bool:
    value = top.interval / bottom.interval
    return compared(claim.interval, value, value) == "supports"


def _mixed(claim: Claim, case: Case) -> Iterator[list[tuple[Known, Known]]]:
    """Yield the parts of the quotient with either of them a year older, by whoever counted them."""
    same = claim.quantity.mapped(currency="USD")
    older = same.shifted(-1)
    for of, to in ((older.of, same.to), (same.of, older.to)):
        yield _parts(of, to, case)


def _parts(of: Terms, to: Terms, case: Case) -> list[tuple[Known, Known]]:
    """Return each numerator and denominator in one set of books, from the fewest origins."""
    pairs = [
        (top, bottom)
        for top in case.facts.totals(of)
        for bottom in case.facts.totals(to)
        if top.books and top.books == bottom.books and bottom.interval.low > 0
    ]
    origins = [len(top.origins | bottom.origins) for top, bottom in pairs]
    return [pair for pair, held in zip(pairs, origins, strict=True) if held == min(origins)]


def _text(claim: Claim, mixed: tuple[Known, Known], right: float, case: Case) -> str:
    top, bottom = mixed
    unit, period = claim.quantity.unit, claim.quantity.of[0][0].period
    amounts = [
        f"{figure_value(part.interval.middle, 'USD', 4)} of {part.terms[0][0].period}"
        for part in mixed
    ]
    within = [f"within {period} it is {stated(right, unit)}"]
    older = claim.quantity.mapped(currency="USD").shifted(-1)
    for before_top, before_bottom in _parts(older.of, older.to, case)[:1]:
        before = _middle(before_top.interval, before_bottom.interval)
        within.append(f"within {older.of[0][0].period} {stated(before, unit)}")
    value = stated(_middle(top.interval, bottom.interval), unit)
    return f"{' over '.join(amounts)} is {value}; {', '.join(within)}."


def _middle(top: Interval, bottom: Interval) -> float:
    return (top / bottom).middle
