"""Products in which a country depends on few suppliers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot import measures
from entrepot.figures.questions.question import Question

if TYPE_CHECKING:
    from entrepot.figures.definition import Definition

    Frame = nw.LazyFrame[Any]

__all__ = ["QUESTIONS", "WINDOW", "counted", "flagged"]

WINDOW = 3
"""Years that a flag of GeoDep is judged by."""


def dependent(rows: Frame, asked: Definition, column: str) -> Frame:
    """Count the products of the period that the criteria flag, and those they nearly do."""
    return counted(_geodep(rows, asked, column))


def counted(found: Frame) -> Frame:
    """Count products by their flags; without any product there is no number."""
    flags = found.with_columns(
        nw.when(nw.col("dependent")).then(1).alias("flagged"),
        nw.when(nw.col("near_miss")).then(1).alias("near"),
        nw.when(nw.col("dependent").is_null()).then(1).alias("unknown"),
        nw.lit(1).alias("one"),
    )
    sums = flags.select(
        nw.col("flagged").count().alias("dependent"),
        nw.col("one").count().alias("products"),
        nw.col("near").count().alias("near_misses"),
        nw.col("unknown").count().alias("not_known"),
    )
    some = nw.col("products") > 0
    return sums.with_columns(nw.when(some).then(nw.col("dependent")).alias("dependent"))


def dependent_products(rows: Frame, asked: Definition, column: str) -> Frame:
    """Return the products that are flagged, the most concentrated first."""
    found = _geodep(rows, asked, column).filter(nw.col("dependent"))
    names = ("product", "import_hhi", "world_hhi", "import_export_ratio", "years_met")
    return found.select(*names).sort("import_hhi", "product", descending=[True, False])


def _geodep(rows: Frame, asked: Definition, column: str) -> Frame:
    found = flagged(rows, asked, column)
    return found.filter(nw.col("period") == asked.period.start.year)


def flagged(rows: Frame, asked: Definition, column: str) -> Frame:
    """Judge each product in each of the years that were read."""
    members = sorted(asked.members("importer"))
    bought, sold = (nw.col(side).is_in(members) for side in ("importer", "exporter"))
    # Several members count as one exporter to the world, and what they trade inside as nothing.
    one = nw.when(sold).then(nw.lit("+".join(members))).otherwise(nw.col("exporter"))
    abroad = rows.filter(~(bought & sold))
    world = abroad.with_columns(one.alias("exporter"))
    return measures.geodep(abroad.filter(bought), abroad.filter(sold), world, value=column)


QUESTIONS = {
    "geodep": Question(
        "world",
        ("importer",),
        (),
        dependent,
        "products in which {buyer} depends on few suppliers",
        table=dependent_products,
        years=WINDOW,
        unit="count",
        by_product=True,
    ),
}
