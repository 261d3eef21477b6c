"""Likely errors in a share or ratio: parts of different years, or the wrong denominator."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from entrepot.claims.error_patterns.context import MOST_LUCK, KnownInterval, luck
from entrepot.claims.quantity import DIMENSIONLESS, SHARES, Level, Quantity, Terms
from entrepot.claims.quantity_text import claimed, flow, period_of, stated
from entrepot.goods.parse import NAMED
from entrepot.model.areas import WORLD
from entrepot.model.display import figure_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.claims.document import Claim
    from entrepot.claims.error_patterns.context import KnownValues, Proposal
    from entrepot.claims.statements import ReferenceLevel, ReferenceLevels
    from entrepot.model.interval import Interval


@dataclass(frozen=True, slots=True)
class _Amount:
    """A numerator or denominator: how big, and whose number it is."""

    interval: Interval
    words: str
    reporter: str = ""
    origins: frozenset[str] = frozenset()


def mixed_years(claim: Claim, view: KnownValues) -> Iterator[Proposal]:
    """Propose that a share or ratio took one of its parts from the year before or after."""
    quantity = claim.quantity
    if quantity.measure not in DIMENSIONLESS or not quantity.to:
        return
    older, newer = quantity.shifted(-1), quantity.shifted(1)
    sides = [
        (older.of, quantity.to),
        (quantity.of, older.to),
        (newer.of, quantity.to),
        (quantity.of, newer.to),
    ]
    found = [candidate for of, to in sides if (candidate := list(_mixed(claim, view, of, to)))]
    # Every source of mixed years: the first found need not be the one that was divided.
    for pins in found:
        for pin, text in pins:
            yield from view.other("mixed_years", claim, [pin], text, tries=len(found))


def _mixed(
    claim: Claim, view: KnownValues, of: Terms, to: Terms
) -> Iterator[tuple[KnownInterval, str]]:
    """Yield what the part of one year is of the total of another, and the sum in words."""
    left = view.left(replace(claim.quantity, of=of, to=to))
    if left is not None and luck(claim, left) <= MOST_LUCK:
        text = f"the part of {of[0][0].period} over the whole of {to[0][0].period}"
        yield KnownInterval(left, "the text's other numbers"), text
    for top, bottom in _parts(of, to, view):
        value = top.interval / bottom.interval
        yield KnownInterval(value, ""), _mixed_text(claim, view, (top, bottom), (of, to))


def _parts(of: Terms, to: Terms, view: KnownValues) -> list[tuple[_Amount, _Amount]]:
    """Return each numerator and denominator in one set of books, from the fewest origins."""
    facts = view.case.facts
    pairs = [
        (top, bottom)
        # A share is the same in any currency as long as both its parts are in that one.
        for money in dict.fromkeys(("USD", of[0][0].currency))
        for top in _amounts(_in(of, money), facts, view)
        for bottom in _amounts(_in(to, money), facts, view)
        if top.reporter and top.reporter == bottom.reporter and bottom.interval.low > 0
    ]
    origins = [len(top.origins | bottom.origins) for top, bottom in pairs]
    return [
        pair for pair, candidate in zip(pairs, origins, strict=True) if candidate == min(origins)
    ]


def _in(terms: Terms, money: str) -> Terms:
    return tuple((level.but(currency=money), weight) for level, weight in terms)


def _amounts(
    terms: Terms, facts: ReferenceLevels, view: KnownValues, *, anywhere: bool = False
) -> Iterator[_Amount]:
    """Yield what is printed of an amount, and what the text's trusted numbers leave for it."""
    plain = tuple((level.but(series=None), weight) for level, weight in terms)
    for known in facts.totals(plain if anywhere else terms):
        yield _Amount(known.interval, _whose(known), known.reporter, known.origins)
    # Only a narrow bound stands in for a number: beyond a tenth any share could be made from it.
    left = view.left(Quantity("value", terms))
    if left is not None and left.low > 0 and left.width < 0.1 * left.middle:
        text = "the text's other numbers"
        yield _Amount(left, text, terms[0][0].reporter, frozenset({text}))


def _mixed_text(
    claim: Claim, view: KnownValues, mixed: tuple[_Amount, _Amount], terms: tuple[Terms, Terms]
) -> str:
    money = terms[0][0][0].currency
    unit, period = claim.quantity.unit, claim.quantity.of[0][0].period
    amounts = [
        f"{figure_value(part.interval.middle, money, 4)} of {side[0][0].period}"
        for part, side in zip(mixed, terms, strict=True)
    ]
    value = stated((mixed[0].interval / mixed[1].interval).middle, unit)
    within = []
    older = claim.quantity.shifted(-1)
    for name, quantity in ((period, claim.quantity), (older.of[0][0].period, older)):
        for top, bottom in _parts(quantity.of, quantity.to, view)[:1]:
            middle = (top.interval / bottom.interval).middle
            within.append(f"within {name} it is {stated(middle, unit)}")
    return "; ".join([f"{' over '.join(amounts)} is {value}", *within])


def denominator(claim: Claim, view: KnownValues) -> Iterator[Proposal]:
    """Propose that a share is of another total than the one meant."""
    quantity = claim.quantity
    if quantity.measure not in SHARES:
        return
    # Totals of other series may be those that were taken: a suggestion, not a proof.
    same = quantity.mapped(currency="USD")
    facts = view.case.facts
    parts = list(_amounts(same.of, facts, view, anywhere=True))
    totals = list(_totals(same, facts, view))
    tried = [(part, total) for part in parts for total in totals if total.interval.low > 0]
    # Near-equal totals are one guess: counting each would make a hit look like luck.
    guesses = _distinct([total.interval.middle for total in totals])
    for part, total in tried:
        value = part.interval / total.interval
        text = _total_text(part, total, view.meant(claim)[0].middle)
        pin = KnownInterval(value, "")
        yield from view.other("denominator", claim, [pin], text, tries=guesses)
    for words, to in _other_totals(quantity):
        left = view.left(replace(quantity, to=to))
        if left is not None:
            text = f"it is the share of {words}"
            pins = [KnownInterval(left, "the text's other numbers")]
            yield from view.other("denominator", claim, pins, text, tries=4)


def _totals(quantity: Quantity, facts: ReferenceLevels, view: KnownValues) -> Iterator[_Amount]:
    """Yield totals in print, those of part of the year at the same rate, and wider ones."""
    plain = quantity.mapped(series=None)
    for known in facts.totals(plain.to):
        yield _Amount(known.interval, _whose(known))
    if len(plain.to) == 1:
        yield from _run_rates(plain.to[0][0], facts)
    for words, to in _other_totals(quantity):
        for amount in _amounts(to, facts, view, anywhere=True):
            yield _Amount(amount.interval, f"{words}, {amount.words}")


def _other_totals(quantity: Quantity) -> Iterator[tuple[str, Terms]]:
    """Yield the totals that are taken for one another: the way back, both ways, all goods."""
    if len(quantity.to) != 1 or not quantity.of:
        return
    total, part = quantity.to[0][0], quantity.of[0][0]
    yield "trade in the other direction", ((total.turned(), 1.0),)
    yield "trade in both directions", ((total, 1.0), (total.turned(), 1.0))
    if WORLD not in (part.exporter, part.importer):
        other = part.but(importer=WORLD) if total.exporter == WORLD else part.but(exporter=WORLD)
        yield "the partner's trade", ((other, 1.0),)
    if total.goods != "all":
        yield "all goods", ((total.but(goods="all"), 1.0),)


def _distinct(values: list[float]) -> int:
    """Return how many of the values differ by more than a hundredth from those before them."""
    ordered = sorted(values)
    return 1 + sum(two > 1.01 * one for one, two in pairwise(ordered))


def _run_rates(total: Level, facts: ReferenceLevels) -> Iterator[_Amount]:
    longest: dict[str, tuple[int, ReferenceLevel]] = {}
    for statement in facts.statements.all:
        quantity = statement.quantity
        level = next(quantity.levels())
        if quantity.measure != "value" or len(quantity.of) != 1 or not statement.counts:
            continue
        same = level.but(period=total.period, reporter=total.reporter) == total
        # Year to date, taken on at the same rate: "eleven months" for a year not over yet.
        partial = level.period.start == total.period.start and level.period.end < total.period.end
        months = level.period.months
        candidate = longest.get(statement.row.origin)
        if same and partial and (candidate is None or months > candidate[0]):
            for known in facts.printed(level):
                longest[statement.row.origin] = (months, known)
    for months, known in longest.values():
        period = known.terms[0][0].period
        printed = figure_value(known.interval.middle, "USD", 4)
        yield _Amount(
            known.interval.scaled(total.period.months / months),
            f"{_whose(known)}, {printed} in {period} taken on at the same rate",
        )


def _whose(known: ReferenceLevel) -> str:
    return "; ".join(dict.fromkeys(s.row.origin_words for s in known.statements))


def _total_text(part: _Amount, total: _Amount, meant: float) -> str:
    shown = figure_value(part.interval.middle, "USD", 4)
    value = (part.interval / total.interval).middle
    text = (
        f"{shown} ({part.words}) over {figure_value(total.interval.middle, 'USD', 4)} "
        f"({total.words}) is {stated(value, 'share')}"
    )
    if not 0 < meant < 1:
        return text
    implied = figure_value(part.interval.middle / meant, "USD", 4)
    return f"{text}; the share meant is one of {implied}"


# Errors of definition: the number is right, but of another year, flow, territory or average.


_TERRITORIES = (
    ("CHN", "CHN+HKG"),
    ("CHN", "CHN+HKG+MAC"),
    ("CHN", "CHN+HKG+MAC+TWN"),
    ("CHN", "CHN+TWN"),
    ("EU27", "EU27+GBR"),
)
"""Areas that are taken for each other."""
_STATISTICS = {"price": "unit value", "price-mean": "average", "price-median": "median"}


def year(claim: Claim, view: KnownValues) -> Iterator[Proposal]:
    """Propose that the number is that of the year before or after."""
    if not claim.quantity.of:
        return
    others = [claim.quantity.shifted(years) for years in (-1, 1)]
    known = [(other, pins) for other in others if (pins := view.pins(claim, other))]
    for other, pins in known:
        text = f"{claimed(claim)} is the number for {period_of(other)}"
        yield from view.other("year", claim, pins, text, tries=len(known))


def mixed_base(claim: Claim, view: KnownValues) -> Iterator[Proposal]:
    """Propose that a change is measured against another year than said."""
    if claim.quantity.measure not in ("growth", "quantity_growth", "price_growth"):
        return
    for years in (-1, 1):
        base = claim.quantity.shifted(years).to
        other = replace(claim.quantity, to=base)
        # A base moved onto the period itself would be no change at all.
        if base[0][0].period == claim.quantity.of[0][0].period:
            continue
        text = f"{claimed(claim)} is the change since {base[0][0].period}"
        yield from view.other("mixed_years", claim, view.pins(claim, other), text, tries=8)


def direction(claim: Claim, view: KnownValues) -> Iterator[Proposal]:
    """Propose that exporter and importer are exchanged."""
    others = list(_turned(claim.quantity))
    for other in others:
        # Two-way trade turned round is the same quantity.
        if other.key() != claim.quantity.key():
            text = f"{claimed(claim)} is the number for {flow(other.of)}"
            pins = view.pins(claim, other)
            yield from view.other("direction", claim, pins, text, tries=len(others))


def _turned(quantity: Quantity) -> Iterator[Quantity]:
    if not quantity.of or quantity.measure == "balance":
        return
    first = quantity.of[0][0]
    sides = {first.exporter, first.importer}
    if not any(side.startswith(NAMED) for side in sides):
        yield _each(quantity, Level.turned)
        if quantity.to and WORLD not in sides and quantity.measure in DIMENSIONLESS:
            names = {first.exporter: first.importer, first.importer: first.exporter}

            def exchanged(level: Level) -> Level:
                seller = names.get(level.exporter, level.exporter)
                buyer = names.get(level.importer, level.importer)
                reporter = names.get(level.reporter, level.reporter)
                return level.but(exporter=seller, importer=buyer, reporter=reporter)

            yield _each(quantity, exchanged)


def territory(claim: Claim, view: KnownValues) -> Iterator[Proposal]:
    """Propose that an area is counted with or without a territory."""
    for one, other in _TERRITORIES:
        for narrow, wide in ((one, other), (other, one)):
            quantity = _in_area(claim.quantity, narrow, wide)
            if quantity is not None:
                text = f"{claimed(claim)} is the number for {flow(quantity.of)}"
                # Other territories are in other series: a suggestion, never a proof.
                pins = view.pins(claim, quantity, anywhere=True)
                yield from view.other("territory", claim, pins, text, tries=4)


def _in_area(quantity: Quantity, said: str, counted: str) -> Quantity | None:
    """Return a quantity with an area in place of another; None if it is not about that one.

    Flows of members are levels of their own, so an area of several is several levels.
    """
    members = said.split("+")
    for side in ("exporter", "importer"):
        found = [level for level, _ in quantity.of if getattr(level, side) in members]
        named = {getattr(level, side) for level in found}
        if named == set(members) and len(found) == len(quantity.of):
            return replace(
                quantity,
                of=_members(quantity.of, side, members, counted),
                to=_members(quantity.to, side, members, counted),
            )
    return None


def _members(terms: Terms, side: str, said: list[str], counted: str) -> Terms:
    found: dict[tuple[Level, float], None] = {}
    for level, weight in terms:
        names = counted.split("+") if getattr(level, side) in said else [getattr(level, side)]
        found |= {(level.but(**{side: name}), weight): None for name in names}
    return tuple(found)


def mean_median(claim: Claim, view: KnownValues) -> Iterator[Proposal]:
    """Propose that an average stands where the source says median, or the other way round."""
    if not claim.quantity.of or claim.quantity.of[0][0].kind not in _STATISTICS:
        return
    said = claim.quantity.of[0][0].kind
    for kind, words in _STATISTICS.items():
        if kind != said:
            other = claim.quantity.mapped(kind=kind)
            text = f"{claimed(claim)} is the {words}, not the {_STATISTICS[said]}"
            pins = view.pins(claim, other)
            yield from view.other("mean_median", claim, pins, text, tries=2)


def _each(quantity: Quantity, change: object) -> Quantity:
    def changed(terms: Terms) -> Terms:
        return tuple((change(level), weight) for level, weight in terms)  # type: ignore[operator]

    less = _each(quantity.less, change) if quantity.less else None
    return replace(quantity, of=changed(quantity.of), to=changed(quantity.to), less=less)
