"""Slips of definition: the number is right, but of another year, flow, territory or average."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from entrepot.claims.quantity import DIMENSIONLESS, Level, Quantity, Terms
from entrepot.claims.quantity_text import claimed, flow, period_of
from entrepot.goods.parse import NAMED
from entrepot.model.areas import WORLD

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.claims.document import Claim
    from entrepot.claims.error_patterns.context import Proposal
    from entrepot.claims.error_patterns.known_values import KnownValues

__all__ = ["direction", "mean_median", "mixed_base", "territory", "year"]

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
    held = [(other, pins) for other in others if (pins := view.pins(claim, other))]
    for other, pins in held:
        text = f"{claimed(claim)} is the number for {period_of(other)}"
        yield from view.other("year", claim, pins, text, tries=len(held))


def mixed_base(claim: Claim, view: KnownValues) -> Iterator[Proposal]:
    """Propose that a change is measured against another year than said."""
    if claim.quantity.measure not in ("growth", "quantity_growth", "price_growth"):
        return
    for years in (-1, 1):
        base = claim.quantity.shifted(years).to
        other = replace(claim.quantity, to=base)
        if base[0][0].period == claim.quantity.of[0][0].period:
            continue
        text = f"{claimed(claim)} is the change since {base[0][0].period}"
        yield from view.other("mixed_years", claim, view.pins(claim, other), text, tries=8)


def direction(claim: Claim, view: KnownValues) -> Iterator[Proposal]:
    """Propose that exporter and importer are exchanged."""
    others = list(_turned(claim.quantity))
    for other in others:
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
                books = names.get(level.books, level.books)
                return level.but(exporter=seller, importer=buyer, books=books)

            yield _each(quantity, exchanged)


def territory(claim: Claim, view: KnownValues) -> Iterator[Proposal]:
    """Propose that an area is counted with or without a territory."""
    for one, other in _TERRITORIES:
        for narrow, wide in ((one, other), (other, one)):
            quantity = _in_area(claim.quantity, narrow, wide)
            if quantity is not None:
                text = f"{claimed(claim)} is the number for {flow(quantity.of)}"
                pins = view.pins(claim, quantity, anywhere=True)
                yield from view.other("territory", claim, pins, text, tries=4)


def _in_area(quantity: Quantity, said: str, counted: str) -> Quantity | None:
    """Return a quantity with an area in place of another; None if it is not about that one.

    Flows of members are levels of their own, so an area of several is several levels.
    """
    members = said.split("+")
    for side in ("exporter", "importer"):
        found = [level for level, _ in quantity.of if getattr(level, side) in members]
        held = {getattr(level, side) for level in found}
        if held == set(members) and len(found) == len(quantity.of):
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
