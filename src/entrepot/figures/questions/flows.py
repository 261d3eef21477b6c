"""Values, growth and shares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import narwhals as nw

from entrepot import measures
from entrepot.errors import NoEvidenceError, RequestError
from entrepot.figures.definition import SIDES, other_side
from entrepot.figures.questions.prices import price_index
from entrepot.figures.questions.question import (
    AMOUNT,
    BOTH,
    CHANGE,
    PART,
    AnswerRow,
    Question,
    joined_rest,
)
from entrepot.lake.fetch import fetch
from entrepot.measures.grouped import aggregate
from entrepot.model.areas import WORLD
from entrepot.model.product import TOTAL

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.figures.definition import Definition

    Frame = nw.LazyFrame[Any]

_NOISE = 1e-9
"""Part of a value below which nothing is without a name."""


def value(rows: Frame, asked: Definition, column: str, by: Sequence[str] = ()) -> Frame:
    """Add up the flow; of a balance, what goes back counts below zero."""
    if asked.flow != "balance":
        return measures.value(rows, by=by, value=column)
    amount, comes_back, nothing = nw.col(column), _goes_back(asked), nw.lit(0.0)
    parts = rows.with_columns(
        nw.when(comes_back).then(-amount).otherwise(amount).alias(column),
        nw.when(comes_back).then(nothing).otherwise(amount).alias("exports"),
        nw.when(comes_back).then(amount).otherwise(nothing).alias("imports"),
    )
    names = (column, "exports", "imports")
    found = aggregate(parts.select(*by, *names), by, *(nw.col(name).sum() for name in names))
    return in_unit(found, asked, ["exports", "imports"])


def _goes_back(asked: Definition) -> nw.Expr:
    """Whether a row is an import of the exporter that a balance is of.

    One side is enough to tell, so that it holds for choices of territory, too; both where a member
    trades with its own group.
    """
    forth, back = nw.lit(True), nw.lit(False)
    for side in SIDES:
        if getattr(asked, side) != WORLD:
            areas = asked.members(side)
            forth &= nw.col(side).is_in(sorted(areas))
            back |= nw.col(other_side(side)).is_in(sorted(areas))
    return back & ~forth


def growth(rows: Frame, asked: Definition, column: str, by: Sequence[str] = ()) -> Frame:
    """Compare the flow with that of the base."""
    base = asked.base or asked.period.before()
    return measures.growth(rows, by=by, period=asked.period, base=base, value=column)


def import_share(rows: Frame, asked: Definition, column: str, by: Sequence[str] = ()) -> Frame:
    """Return the sellers' part of all imports."""
    if not (asked.named_by and asked.companies):
        sellers = asked.members("exporter")
        return measures.import_share(rows, exporter=sellers, by=by, value=column)
    found = measures.import_share(rows, exporter=frozenset(asked.companies[1]), by=by, value=column)
    every, rest = nw.col("__all"), nw.col("__rest")
    part = nw.when(every > 0).then(rest / every).otherwise(0.0)
    share = nw.col("share")
    # Lines without a name may be those of these companies, or of others.
    return joined_rest(found, rows, column, by, "exporter").select(
        *by,
        share,
        nw.when(part > _NOISE).then(share).alias("share_low"),
        nw.when(part > _NOISE).then(share + part).alias("share_high"),
    )


def reliant_goods(rows: Frame, asked: Definition, column: str, by: Sequence[str] = ()) -> Frame:
    """Return which part of imports is of goods that mostly come from the sellers."""
    some = rows.filter(nw.col("product") != TOTAL)
    sellers = asked.members("exporter")
    return measures.reliant_goods(some, exporter=sellers, by=by, value=column)


def goods_by_share(rows: Frame, asked: Definition, column: str, by: Sequence[str] = ()) -> Frame:
    """Return the sellers' part of each good, the largest first."""
    some = rows.filter(nw.col("product") != TOTAL)
    found = measures.product_shares(some, exporter=asked.members("exporter"), by=by, value=column)
    found = found.filter(nw.col("share") > 0)
    return found.sort("share", "from_supplier", "product", descending=[True, True, False])


def export_share(rows: Frame, asked: Definition, column: str, by: Sequence[str] = ()) -> Frame:
    """Return the buyers' part of all exports."""
    buyers = asked.members("importer")
    return measures.export_share(rows, importer=buyers, by=by, value=column)


# What changed between two times, and why.


def change_of_share(rows: Frame, asked: Definition, column: str, by: Sequence[str] = ()) -> Frame:
    """Split the change of the sellers' part into causes, goods apart."""
    return measures.change_of_share(
        rows,
        exporter=asked.members("exporter"),
        period=asked.period,
        base=asked.base or asked.period.before(),
        by=by,
        # All goods may be one row over all of them, which has no products to distinguish.
        product=None if asked.goods == "all" else "product",
        value=column,
    )


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
        # Narwhals sorts by columns only: one for the size, dropped afterwards.
        found.with_columns(nw.col("change").abs().alias("size"))
        .sort("size", "product", descending=[True, False], nulls_last=True)
        .drop("size")
    )


def reorientation(rows: Frame, asked: Definition, column: str, by: Sequence[str] = ()) -> Frame:
    """Return what suppliers lost and others gained."""
    base = asked.base or asked.period.before()
    return measures.reorientation(rows, before=base, after=asked.period, by=by, value=column)


def supplier_changes(rows: Frame, asked: Definition, column: str) -> Frame:
    """Return each supplier before and after, who gained most first."""
    base = asked.base or asked.period.before()
    found = measures.supplier_changes(rows, before=base, after=asked.period, by=[], value=column)
    order = ("value_gained", "value_lost", "exporter")
    found = found.sort(*order, descending=[True, True, False], nulls_last=True)
    return found.rename({"exporter": asked.named_by}) if asked.named_by else found


# What growth is made of: products or partners, volume and price.


MATCHED = ("matched_share", "matched_share_base", "matched_products", "trimmed_products")


def growth_contribution(rows: Frame, asked: Definition, column: str) -> Frame:
    """Return the growth of the whole, which is the sum of the contributions."""
    parts = contributions(rows, asked, column)
    amounts = [name for name in parts.collect_schema().names() if name.startswith("value")]
    counted = parts.with_columns(nw.lit(1).alias("parts"))
    # The growth of the total is the same in each row, so max only picks it.
    return counted.select(
        nw.col("growth_pct").max(), nw.col(*amounts).sum(), nw.col("parts").count()
    )


def contributions(rows: Frame, asked: Definition, column: str) -> Frame:
    """Return what each product or partner adds to growth, the largest contribution first."""
    of = asked.by or "product"
    found = measures.growth_contribution(
        rows,
        of="exporter" if asked.named_by else of,
        period=asked.period,
        base=asked.base or asked.period.before(),
        value=column,
    )
    if asked.named_by:
        found = found.rename({"exporter": of})
    size = nw.col("contribution").abs().alias("size")
    largest_first = found.with_columns(size).sort(
        "size", of, descending=[True, False], nulls_last=True
    )
    ordered = largest_first.drop("size")
    return in_unit(ordered, asked, ["value_base", "value"])


def growth_parts(rows: Frame, asked: Definition, column: str) -> Frame:
    """Return the contributions without the growth of the whole, which is the answer itself."""
    return contributions(rows, asked, column).drop("growth_pct")


def real_growth(rows: Frame, asked: Definition, column: str) -> AnswerRow:
    """Return growth in value and volume, deflated by Paasche's index of the flow's unit values.

    Goods without a unit value in both periods are taken to have moved as those with one.
    """
    [(paasche, *matched)] = fetch(price_index(rows, asked, column).select("paasche", *MATCHED))
    if paasche is None:
        return AnswerRow()
    now = nw.col("period") >= asked.period.start
    # A deflator of 1 in the base: values of the period are brought to its prices.
    index = nw.when(now).then(nw.lit(float(paasche))).otherwise(nw.lit(1.0))
    found = measures.real_growth(
        rows.with_columns(index.alias("paasche")),
        deflator="paasche",
        period=asked.period,
        base=asked.base or asked.period.before(),
        value=column,
    )
    [numbers] = fetch(found)
    names = [*found.collect_schema().names(), *MATCHED]
    return AnswerRow(zip(names, [*numbers, *matched], strict=True))


YEARS = 24
"""Months that all columns of a month need, its own included: twelve, and the twelve before."""


def monthly(rows: Frame, asked: Definition, column: str) -> Frame:
    """Return the last month of the period against a year ago, to date and over twelve months."""
    last = asked.period.split(1)[-1].start
    found = measures.monthly(rows, value=column).filter(nw.col("period") == nw.lit(last))
    return in_unit(found.drop("period"), asked, ["value", "year_to_date", "rolling12"])


def every_month(rows: Frame, asked: Definition, column: str) -> Frame:
    """Return the months that were read, the last one first."""
    found = measures.monthly(rows, value=column).sort("period", descending=True)
    month = nw.col("period").dt.to_string("%Y-%m")
    named = found.with_columns(month.alias("period"))
    return in_unit(named, asked, ["value", "year_to_date", "rolling12"])


def in_unit(rows: Frame, asked: Definition, names: Sequence[str]) -> Frame:
    """Return amounts with their unit at the end of their names, as details have it."""
    unit = "kg" if asked.quantity == "mass" else asked.currency.lower()
    return rows.rename({name: f"{name}_{unit}" for name in names})


def conversions(rows: Frame, asked: Definition, column: str) -> Frame:
    """Refuse rows of a source, each of which is in one currency; see `figures.converted`."""
    raise NoEvidenceError("a report is in one currency, and the measure compares two")


def origin(rows: Any, asked: Definition, column: str) -> NoReturn:
    """Refuse rows of trade, which do not say what goods were made of.

    Raises
    ------
    RequestError
        Always.
    """
    raise RequestError(
        "rows of trade do not say where value was added",
        why="that takes what every sector buys to make something",
        hint="ask input-output tables: --source icio",
    )


QUESTIONS = {
    "value": Question(
        "flow",
        (),
        ("exporter",),
        value,
        "exports from {seller} to {buyer}",
        adds_partners=True,
        choices=AMOUNT,
        has_interval=True,
    ),
    "growth": Question(
        "flow",
        (),
        ("exporter", "base"),
        growth,
        "growth of exports from {seller} to {buyer}",
        adds_partners=True,
        choices=CHANGE,
        has_interval=True,
    ),
    "import_share": Question(
        "market",
        BOTH,
        ("exporter", "names"),
        import_share,
        "{sellers} share of {buyers} imports",
        divides=True,
        adds_partners=True,
        choices=PART,
        has_interval=True,
        is_part=True,
    ),
    "reliant_goods": Question(
        "market",
        BOTH,
        ("exporter",),
        reliant_goods,
        "part of {buyers} imports in goods mostly from {seller}",
        choices=frozenset({"territory", "partners", "window"}),
        keeps_products=True,
        table=goods_by_share,
    ),
    "export_share": Question(
        "sales",
        BOTH,
        ("exporter",),
        export_share,
        "{buyers} share of {sellers} exports",
        divides=True,
        adds_partners=True,
        choices=PART,
        has_interval=True,
        is_part=True,
    ),
    "change_of_share": Question(
        "market",
        BOTH,
        ("exporter", "base"),
        change_of_share,
        "change of {sellers} share of {buyers} imports",
        unit="share_points",
        divides=True,
        adds_partners=True,
        choices=PART,
        keeps_products=True,
        table=causes_by_product,
        by_product=True,
        has_interval=True,
    ),
    "reorientation": Question(
        "market",
        ("importer",),
        ("base", "names"),
        reorientation,
        "what changed hands in {buyers} imports",
        choices=AMOUNT | {"partners"},
        notes=(
            (
                "reorientation",
                (
                    "The smaller of all gains and all losses: the data do not show which supplier "
                    "replaced which, nor what is produced at home."
                ),
            ),
        ),
        table=supplier_changes,
    ),
    "growth_contribution": Question(
        "flow",
        (),
        ("exporter", "base", "by", "names"),
        growth_contribution,
        "growth of exports from {seller} to {buyer}, by contribution",
        table=growth_parts,
        by_product=True,
        value="growth_pct",
        unit="percent",
        levels=True,
    ),
    "real_growth": Question(
        "flow",
        (),
        ("exporter", "base"),
        real_growth,
        "growth in volume of exports from {seller} to {buyer}",
        ("mass_kg",),
        by_product=True,
        notes=(
            (
                "growth-and-currency",
                (
                    "Deflated by the unit values of the goods that have one in both periods; the "
                    "rest is taken to have moved alike. See the matched share."
                ),
            ),
        ),
    ),
    "monthly": Question(
        "flow",
        (),
        ("exporter",),
        monthly,
        "change of exports from {seller} to {buyer} against the same month a year before",
        table=every_month,
        months=YEARS,
        levels=True,
    ),
    "conversions": Question(
        "flow",
        (),
        ("exporter", "spot"),
        conversions,
        "dollars of exports from {seller} to {buyer}",
        needs=("spot",),
        in_dollars=True,
    ),
    "origin": Question(
        "flow",
        ("exporter",),
        ("exporter",),
        origin,
        "foreign value added in what {seller} sells to {buyer}",
    ),
}
