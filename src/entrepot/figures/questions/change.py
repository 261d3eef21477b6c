"""What changed between two times, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot import measures
from entrepot.figures.questions.question import AMOUNT, BOTH, PART, Question

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.figures.definition import Definition

    Frame = nw.LazyFrame[Any]

__all__ = ["QUESTIONS"]


def change_of_share(rows: Frame, asked: Definition, column: str, by: Sequence[str] = ()) -> Frame:
    """Split the change of the sellers' part into causes, goods apart."""
    return measures.change_of_share(
        rows,
        exporter=asked.members("exporter"),
        period=asked.period,
        base=asked.base or asked.period.before(),
        by=by,
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
        found.with_columns(nw.col("change").abs().alias("size"))
        .sort("size", "product", descending=[True, False])
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
    return found.sort("value_gained", "value_lost", "exporter", descending=[True, True, False])


QUESTIONS = {
    "change_of_share": Question(
        "market",
        BOTH,
        ("exporter", "base"),
        change_of_share,
        "change of {sellers} share of {buyers} imports",
        unit="share_points",
        divides=True,
        choices=PART,
        keeps_products=True,
        table=causes_by_product,
        by_product=True,
        has_interval=True,
    ),
    "reorientation": Question(
        "market",
        ("importer",),
        ("base",),
        reorientation,
        "what changed hands in {buyers} imports",
        choices=AMOUNT | {"partners"},
        table=supplier_changes,
    ),
}
