"""What growth is made of: products or partners, volume and price."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot import measures
from entrepot.figures.questions.prices import price_index
from entrepot.figures.questions.question import Question, Row
from entrepot.figures.questions.series import in_unit
from entrepot.lake import fetch

if TYPE_CHECKING:
    from entrepot.figures.definition import Definition

    Frame = nw.LazyFrame[Any]

__all__ = ["QUESTIONS"]

MATCHED = ("matched_share", "matched_share_base", "matched_products", "trimmed_products")


def growth_contribution(rows: Frame, asked: Definition, column: str) -> Frame:
    """Return the growth of the whole, which is the sum of the contributions."""
    parts = contributions(rows, asked, column)
    amounts = [name for name in parts.collect_schema().names() if name.startswith("value")]
    counted = parts.with_columns(nw.lit(1).alias("parts"))
    return counted.select(
        nw.col("growth_pct").max(), nw.col(*amounts).sum(), nw.col("parts").count()
    )


def contributions(rows: Frame, asked: Definition, column: str) -> Frame:
    """Return what each product or partner adds to growth, the largest contribution first."""
    of = asked.by or "product"
    found = measures.growth_contribution(
        rows, of=of, period=asked.period, base=asked.base or asked.period.before(), value=column
    )
    size = nw.col("contribution").abs().alias("size")
    ordered = found.with_columns(size).sort("size", of, descending=[True, False]).drop("size")
    return in_unit(ordered, asked, ["value_base", "value"])


def growth_parts(rows: Frame, asked: Definition, column: str) -> Frame:
    """Return the contributions without the growth of the whole, which is the answer itself."""
    return contributions(rows, asked, column).drop("growth_pct")


def real_growth(rows: Frame, asked: Definition, column: str) -> Row:
    """Return growth in value and volume, deflated by Paasche's index of the flow's unit values.

    Goods without a unit value in both periods are taken to have moved as those with one.
    """
    [(paasche, *matched)] = fetch(price_index(rows, asked, column).select("paasche", *MATCHED))
    if paasche is None:
        return Row()
    now = nw.col("period") >= asked.period.start
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
    return Row(zip(names, [*numbers, *matched], strict=True))


QUESTIONS = {
    "growth_contribution": Question(
        "flow",
        (),
        ("exporter", "base", "by"),
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
}
