"""Measures put to the rows that a question is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot import measures
from entrepot.model.areas import areas

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.figures.definition import Definition

    Frame = nw.LazyFrame[Any]

MOST = 5.0
"""A unit value that moved by more than this factor is taken for a change of unit or of goods."""

__all__ = [
    "asymmetry",
    "causes_by_product",
    "change_of_share",
    "cr",
    "dependent",
    "dependent_products",
    "elastic_power",
    "export_share",
    "exposure",
    "exposure_by_product",
    "growth",
    "hhi",
    "import_share",
    "nested_power",
    "price_index",
    "price_premium",
    "rank",
    "reorientation",
    "salience",
    "supplier_changes",
    "top_supplier",
    "value",
    "value_change",
]


def value(rows: Frame, asked: Definition, column: str, by: Sequence[str] = ()) -> Frame:
    """Add up the flow."""
    return measures.value(rows, by=by, value=column)


def growth(rows: Frame, asked: Definition, column: str, by: Sequence[str] = ()) -> Frame:
    """Compare the flow with that of the base."""
    base = asked.base or asked.period.before()
    return measures.growth(rows, by=by, period=asked.period, base=base, value=column)


def import_share(rows: Frame, asked: Definition, column: str, by: Sequence[str] = ()) -> Frame:
    """Return the sellers' part of all imports."""
    sellers = asked.members("exporter")
    return measures.import_share(rows, exporter=sellers, by=by, value=column)


def export_share(rows: Frame, asked: Definition, column: str, by: Sequence[str] = ()) -> Frame:
    """Return the buyers' part of all exports."""
    buyers = asked.members("importer")
    return measures.export_share(rows, importer=buyers, by=by, value=column)


def hhi(rows: Frame, asked: Definition, column: str, by: Sequence[str] = ()) -> Frame:
    """Return how concentrated suppliers are."""
    return measures.hhi(rows, by=by, value=column)


def cr(rows: Frame, asked: Definition, column: str, by: Sequence[str] = ()) -> Frame:
    """Return the part of the k largest suppliers."""
    return measures.concentration_ratio(rows, by=by, k=asked.k or 1, value=column)


def top_supplier(rows: Frame, asked: Definition, column: str) -> Frame:
    """Return the largest supplier and its lead."""
    return measures.top_supplier(_named(rows, "exporter"), by=[], value=column)


def asymmetry(rows: Frame, asked: Definition, column: str, by: Sequence[str] = ()) -> Frame:
    """Compare the two sides' dependence on each other."""
    buyers, sellers = asked.members("importer"), asked.members("exporter")
    return measures.asymmetry(rows, importer=buyers, exporter=sellers, by=by, value=column)


def salience(rows: Frame, asked: Definition, column: str) -> Frame:
    """Return how much the flow matters to both sides."""
    buyers, sellers = asked.members("importer"), asked.members("exporter")
    return measures.salience(
        rows, country=buyers, partner=sellers, basis="flow", by=[], value=column
    )


def elastic_power(rows: Frame, asked: Definition, column: str) -> Frame:
    """Weigh both sides' dependence by elasticities."""
    buyers, sellers = asked.members("importer"), asked.members("exporter")
    return measures.elastic_power(
        rows, country=buyers, partner=sellers, elasticity="elasticity", by=[], value=column
    )


def nested_power(rows: Frame, asked: Definition, column: str) -> Frame:
    """Return what each side would lose without the other.

    The elasticity of trade to a duty is that of substitution between origins (Fontagné, Guimbard
    and Orefice 2022).
    """
    buyers, sellers = asked.members("importer"), asked.members("exporter")
    return measures.nested_power(
        rows, country=buyers, partner=sellers, sigma="elasticity", by=[], value=column
    )


def rank(rows: Frame, asked: Definition, column: str) -> Frame:
    """Place the buyers among all who buy from the sellers."""
    return measures.rank_and_multiple(
        _named(rows, "importer"),
        partner=asked.members("importer"),
        by=[],
        partners="importer",
        value=column,
    )


def change_of_share(rows: Frame, asked: Definition, column: str) -> Frame:
    """Split the change of the sellers' part into causes, goods apart."""
    return measures.change_of_share(
        rows,
        exporter=asked.members("exporter"),
        period=asked.period,
        base=asked.base or asked.period.before(),
        by=[],
        product=None if asked.goods == "all" else "product",
        value=column,
    )


def reorientation(rows: Frame, asked: Definition, column: str) -> Frame:
    """Return what suppliers lost and others gained."""
    base = asked.base or asked.period.before()
    return measures.reorientation(rows, before=base, after=asked.period, by=[], value=column)


def supplier_changes(rows: Frame, asked: Definition, column: str) -> Frame:
    """Return each supplier before and after, who gained most first."""
    base = asked.base or asked.period.before()
    found = measures.supplier_changes(rows, before=base, after=asked.period, by=[], value=column)
    return found.sort("value_gained", "value_lost", "exporter", descending=[True, True, False])


def causes_by_product(rows: Frame, asked: Definition, column: str) -> Frame:
    """Return the causes for each product, the largest change first."""
    found = measures.change_of_share(
        rows,
        exporter=asked.members("exporter"),
        period=asked.period,
        base=asked.base or asked.period.before(),
        by=[],
        product="product",
        per_product=True,
        value=column,
    )
    return (
        found.with_columns(nw.col("change").abs().alias("size"))
        .sort("size", "product", descending=[True, False])
        .drop("size")
    )


def exposure(rows: Frame, asked: Definition, column: str) -> Frame:
    """Return how much trade of the buyers hangs on the sellers."""
    return _exposed(rows, asked, column, total=True)


def exposure_by_product(rows: Frame, asked: Definition, column: str) -> Frame:
    """Return the same for each product, most at risk first."""
    return _exposed(rows, asked, column, total=False)


def _exposed(rows: Frame, asked: Definition, column: str, *, total: bool) -> Frame:
    buyers, sellers = asked.members("importer"), asked.members("exporter")
    return measures.retaliation_exposure(
        rows, country=buyers, partner=sellers, total=total, by=[], value=column
    )


def dependent(rows: Frame, asked: Definition, column: str) -> Frame:
    """Count the products of the period that the criteria flag, and those they nearly do."""
    found = _geodep(rows, asked, column)
    flags = found.with_columns(
        nw.when(nw.col("dependent")).then(1).alias("flagged"),
        nw.when(nw.col("near_miss")).then(1).alias("near"),
        nw.when(nw.col("dependent").is_null()).then(1).alias("unknown"),
        nw.lit(1).alias("one"),
    )
    counted = flags.select(
        nw.col("flagged").count().alias("dependent"),
        nw.col("one").count().alias("products"),
        nw.col("near").count().alias("near_misses"),
        nw.col("unknown").count().alias("not_known"),
    )
    some = nw.col("products") > 0
    return counted.with_columns(nw.when(some).then(nw.col("dependent")).alias("dependent"))


def dependent_products(rows: Frame, asked: Definition, column: str) -> Frame:
    """Return the products that are flagged, the most concentrated first."""
    found = _geodep(rows, asked, column).filter(nw.col("dependent"))
    names = ("product", "import_hhi", "world_hhi", "import_export_ratio", "years_met")
    return found.select(*names).sort("import_hhi", "product", descending=[True, False])


def _geodep(rows: Frame, asked: Definition, column: str) -> Frame:
    members = sorted(asked.members("importer"))
    bought, sold = (nw.col(side).is_in(members) for side in ("importer", "exporter"))
    # Several members count as one exporter to the world, and what they trade inside as nothing.
    one = nw.when(sold).then(nw.lit("+".join(members))).otherwise(nw.col("exporter"))
    abroad = rows.filter(~(bought & sold))
    world = abroad.with_columns(one.alias("exporter"))
    found = measures.geodep(abroad.filter(bought), abroad.filter(sold), world, value=column)
    return found.filter(nw.col("period") == asked.period.start.year)


def price_index(rows: Frame, asked: Definition, column: str) -> Frame:
    """Compare unit values of each flow and product with those of the base."""
    return measures.price_index(
        rows,
        period=asked.period,
        base=asked.base or asked.period.before(),
        product=["exporter", "importer", "product"],
        value=column,
        trim=MOST,
    )


def value_change(rows: Frame, asked: Definition, column: str) -> Frame:
    """Split the change of the flow into prices and quantities."""
    return measures.value_change(
        rows,
        period=asked.period,
        base=asked.base or asked.period.before(),
        product=["exporter", "importer", "product"],
        value=column,
    )


def _named(rows: Frame, side: str) -> Frame:
    """Leave out areas not specified, bunkers, free zones: no partner has a place among them."""
    special = sorted(one.code for one in areas() if one.kind not in ("country", "territory"))
    return rows.filter(~nw.col(side).is_in(special))


def price_premium(rows: Frame, asked: Definition, column: str) -> Any:
    """Compare the buyers' unit values with those of everybody else."""
    return measures.price_premium(
        rows,
        buyer=asked.members("importer"),
        period=asked.period,
        base=asked.base or asked.period.before(),
        by=["exporter"],
        value=column,
    )
