"""Who sells a product to a buyer and elsewhere: the markets that some specification counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import narwhals as nw

from entrepot.figures.curve.choices import territory_choices
from entrepot.figures.curve.rows import widest
from entrepot.figures.elasticities import elasticities_in
from entrepot.figures.questions.cutoff_grid import ELSEWHERE
from entrepot.figures.questions.question import special
from entrepot.figures.sides import SIDES, members_of, reach
from entrepot.goods import merged
from entrepot.lake import fetch
from entrepot.model.product import NO_CODES, harmonized

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from entrepot.figures.curve.goods import Numbered
    from entrepot.figures.curve.time_windows import Timed
    from entrepot.figures.definition import Definition

__all__ = ["ESTIMATED", "Sale", "Supplier", "market", "read"]

ESTIMATED = "estimated"


class Sale(NamedTuple):
    """What one sells to another, or to all who are not asked about, by product and edition."""

    product: str
    edition: str
    exporter: str
    importer: str
    amount: float
    elasticity: float | None
    basis: str | None


class Supplier(NamedTuple):
    """What a supplier of one product sells to the buyer and elsewhere, or stops to sell."""

    exporter: str
    stops: bool
    before: float
    elsewhere: float
    elasticity: float | None
    basis: str | None


def read(timed: Timed, choices: Sequence[Numbered]) -> list[Sale]:
    """Read what any choice needs; buyers that nobody asks about count as one.

    Raises
    ------
    NoEvidenceError
        If elasticities are needed, and the lake has none for the edition of the data.
    """
    asked, cells = timed.span.asked, timed.cells
    whole = widest([one for _, one in territory_choices(asked)])
    by, there = reach(whole)
    rows = cells.rows(
        by, merged([part for one in choices for part in one.choice.goods]), whole, there
    )
    apart = sorted(frozenset(special()).union(*(members_of(whole, side) for side in SIDES)))
    importer = nw.col("importer")
    named = nw.when(importer.is_in(apart)).then(importer).otherwise(nw.lit(ELSEWHERE))
    keys = ("product", "nomenclature", "exporter", "importer")
    sums = (
        rows.with_columns(named.alias("importer"))
        .group_by(*keys)
        .agg(nw.col(cells.column(whole)).sum().alias("amount"))
    )
    told = [row for row in fetch(sums.select(*keys, "amount")) if row[-1]]
    names: dict[str, str] = {}
    if asked.sigma is None:
        names = {edition: harmonized(edition).id for _, edition, *_ in told if edition != NO_CODES}
    known = elasticities_in(cells.lake, set(names.values())) if names else {}
    found = []
    for product, edition, exporter, to, amount in told:
        one = known.get(names.get(edition, ""), {}).get(product[:6])
        found.append(
            Sale(
                *(product, edition, exporter, to, amount),
                *((one.value, one.basis) if one else (None, None)),
            )
        )
    return found


def market(
    sales: Sequence[Sale], parts: Mapping[str, float], place: Definition, *, only_countries: bool
) -> tuple[Supplier, ...]:
    """Return who sells a product to the buyer, of as much of each edition as counts."""
    buyers, sellers = (members_of(place, side) for side in SIDES)
    odd = frozenset(special()) - buyers - sellers if only_countries else frozenset()
    by_exporter: dict[str, list[Sale]] = {}
    for one in sales:
        counts = parts.get(one.edition) and not {one.exporter, one.importer} & odd
        if counts and one.exporter not in buyers:
            by_exporter.setdefault(one.exporter, []).append(one)
    return tuple(sorted(_suppliers(by_exporter, parts, buyers, sellers)))


def _suppliers(
    by_exporter: Mapping[str, Sequence[Sale]],
    parts: Mapping[str, float],
    buyers: frozenset[str],
    sellers: frozenset[str],
) -> Iterator[Supplier]:
    for exporter, some in by_exporter.items():
        before, elsewhere = (
            sum(one.amount * parts[one.edition] for one in some if (one.importer in buyers) is ours)
            for ours in (True, False)
        )
        if before <= 0:
            continue
        known = [one.elasticity for one in some if one.elasticity is not None]
        bases = {one.basis for one in some}
        yield Supplier(
            exporter,
            stops := exporter in sellers,
            before,
            0.0 if stops else elsewhere,
            min(known, default=None),
            ESTIMATED if bases == {ESTIMATED} else None,
        )
