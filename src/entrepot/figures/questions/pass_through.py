"""How much of what hubs sell on can be others' goods as they came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot import measures
from entrepot.figures.questions.hub_reporters import HubReporters, tellers_of, told
from entrepot.figures.questions.question import BOTH, Question
from entrepot.figures.questions.recoded_goods import renamed, renamed_words, without
from entrepot.model.product import TOTAL

if TYPE_CHECKING:
    from entrepot.figures.definition import Definition

    Frame = nw.LazyFrame[Any]

__all__ = ["QUESTIONS"]


def pass_through(
    rows: Frame, asked: Definition, column: str, tellers: HubReporters | None = None
) -> Frame:
    """Return the bound over all goods asked for together; nothing is the least."""
    found, left_out = _bounds(rows, asked, column, (), tellers)
    if left_out:
        found = found.with_columns(nw.lit(renamed_words(left_out)).alias("renamed_codes"))
    return found.with_columns(
        nw.when(~nw.col("at_most").is_null()).then(0.0).alias("at_most_low"),
        nw.col("at_most").alias("at_most_high"),
    )


def passed_on_by_product(
    rows: Frame, asked: Definition, column: str, tellers: HubReporters | None = None
) -> Frame:
    """Return the same for each product that is shipped, the largest first."""
    found, _ = _bounds(rows, asked, column, ("product",), tellers)
    sold = found.filter(nw.col("shipped") > 0)
    return sold.sort("shipped", "product", descending=[True, False])


def _bounds(
    rows: Frame,
    asked: Definition,
    column: str,
    by: tuple[str, ...],
    tellers: HubReporters | None,
) -> tuple[Frame, list[str]]:
    """Return the bounds, and the codes that are left out: not in every edition of the reports."""
    tellers, hubs = tellers or tellers_of(rows, asked), asked.members("hubs")
    goods = told(rows.filter(nw.col("product") != TOTAL), tellers, asked)
    is_hubs = nw.any_horizontal(*(nw.col(x).is_in(sorted(hubs)) for x in BOTH), ignore_nulls=True)
    left_out, _ = renamed(goods.filter(is_hubs))
    found = measures.pass_through(
        without(goods, left_out),
        middleman=hubs,
        importer=asked.members("importer"),
        origins=asked.members("exporter"),
        by=by,
        value=column,
    ).with_columns(
        nw.when(nw.col("unknown_products") > 0).then(nw.col("unknown_products")),
    )
    if tellers.importers is None or hubs <= tellers.importers:
        return found, left_out
    # Of what a silent hub buys, only the origins' sales are sure to be known.
    unknown = nw.lit(None, dtype=nw.Float64).alias("in_proportion")
    return found.with_columns(unknown), left_out


QUESTIONS = {
    "pass_through": Question(
        "chain",
        BOTH,
        ("exporter", "hubs"),
        pass_through,
        "part of what {hubs} sells to {buyer} that can be goods of {seller} as they came",
        table=passed_on_by_product,
        needs=("hubs",),
        keeps_products=True,
        levels=True,
        both_reports=True,
        compares=False,
        span="nothing, if all is its own, to all that it bought of the same products",
        cause="assumptions",
        notes=(
            (
                "passed-on",
                (
                    "A bound by arithmetic: what is bought of a product and what is sold of it. "
                    "No record says that one is the other; what the hub makes of others' parts "
                    "is no part of it."
                ),
            ),
        ),
    ),
}
