"""A share taken of another total than the one meant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.claims.comparison import compared
from entrepot.claims.describe import stated
from entrepot.claims.quantity import SHARES, Level, Quantity
from entrepot.claims.slips.case import Case, Change, Proposal, corrected, luck
from entrepot.model.display import figure_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.claims.document import Claim
    from entrepot.claims.known import Facts, Known
    from entrepot.model.interval import Interval

__all__ = ["denominator"]


@dataclass(frozen=True, slots=True)
class _Total:
    """A total: whose, how big, and what was done to get a whole year."""

    interval: Interval
    words: str


def denominator(case: Case) -> Iterator[Proposal]:
    """Propose that a share is of another total in print for the same imports or exports."""
    for claim in case.suspects():
        best = case.standings[claim.id].best
        if claim.quantity.measure not in SHARES or best is None:
            continue
        same = claim.quantity.mapped(currency="USD")
        parts = case.facts.totals(same.of)
        totals = list(_totals(same, case.facts))
        tried = [(part, total) for part in parts for total in totals]
        for part, total in tried:
            value = part.interval / total.interval
            if compared(claim.interval, value, value) == "supports":
                right = corrected(claim, best.value)
                change = Change(right, right.says.text, _text(part, total, right, best.value))
                yield Proposal("denominator", (change,), len(tried) * luck(claim))


def _totals(quantity: Quantity, facts: Facts) -> Iterator[_Total]:
    """Yield the totals in print, and those of a part of the year at the same rate for a year."""
    for known in facts.totals(quantity.to):
        if known.interval.low > 0:
            yield _Total(known.interval, _whose(known))
    if len(quantity.to) == 1:
        yield from _run_rates(quantity.to[0][0], facts)


def _run_rates(whole: Level, facts: Facts) -> Iterator[_Total]:
    longest: dict[str, tuple[int, Known]] = {}
    for statement in facts.statements.all:
        quantity = statement.quantity
        level = next(quantity.levels())
        if quantity.measure != "value" or len(quantity.of) != 1 or not statement.counts:
            continue
        same = level.but(period=whole.period, books=whole.books) == whole
        partial = level.period.start == whole.period.start and level.period.end < whole.period.end
        months = level.period.months
        held = longest.get(statement.row.origin)
        if same and partial and (held is None or months > held[0]):
            for known in facts.printed(level):
                longest[statement.row.origin] = (months, known)
    for months, known in longest.values():
        period = known.terms[0][0].period
        printed = figure_value(known.interval.middle, "USD", 4)
        yield _Total(
            known.interval.scaled(whole.period.months / months),
            f"{_whose(known)}, {printed} in {period} taken on at the same rate",
        )


def _whose(known: Known) -> str:
    return "; ".join(dict.fromkeys(s.row.origin_words for s in known.statements))


def _text(part: Known, total: _Total, right: Claim, share: float) -> str:
    value = (part.interval / total.interval).middle
    shown = figure_value(part.interval.middle, "USD", 4)
    implied = figure_value(part.interval.middle / share, "USD", 4)
    return (
        f"{shown} ({_whose(part)}) over {figure_value(total.interval.middle, 'USD', 4)} "
        f"({total.words}) is {stated(value, 'share')}; {right.says.text} is a share of {implied}."
    )
