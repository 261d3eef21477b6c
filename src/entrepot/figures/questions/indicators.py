"""Products in which a group depends on others, and flags that come and go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot import measures
from entrepot.figures.questions.question import Question

if TYPE_CHECKING:
    from collections.abc import Callable

    from entrepot.figures.definition import Definition

    Frame = nw.LazyFrame[Any]

WINDOW = 3
"""Years that a flag of GeoDep is judged by."""


def geodep_counts(rows: Frame, asked: Definition, column: str) -> Frame:
    """Count the products of the period that the criteria flag, and those they nearly do."""
    return counted(_geodep(rows, asked, column))


def counted(found: Frame) -> Frame:
    """Count products by their flags; without any product there is no number."""
    flags = found.with_columns(
        # Ones and nulls: count skips nulls, so that these
        # sums count, and an empty frame gives zero.
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


def geodep_products(rows: Frame, asked: Definition, column: str) -> Frame:
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


def dependent(rows: Frame, asked: Definition, column: str) -> Frame:
    """Count the products that the indicators flag, and those they nearly do."""
    return counted(_cdi(rows, asked, column))


def dependent_products(rows: Frame, asked: Definition, column: str) -> Frame:
    """Return the products that are flagged, the most concentrated first."""
    found = _cdi(rows, asked, column).filter(nw.col("dependent"))
    names = ("product", "cdi1", "cdi2", "cdi3")
    return found.select(*names).sort("cdi1", "product", descending=[True, False])


def _cdi(rows: Frame, asked: Definition, column: str) -> Frame:
    members = sorted(asked.members("importer"))
    bought, sold = (rows.filter(nw.col(side).is_in(members)) for side in ("importer", "exporter"))
    return measures.cdi(bought, sold, members=members, value=column)


def churn(rows: Frame, asked: Definition, column: str) -> Frame:
    """Return the part of the flags of the earlier year that is gone, and how many came."""
    found = _between(measures.churn_rate, rows, asked, column)
    return found.with_columns(nw.lit(f"{_earlier(asked)}").alias("against"))


def churned(rows: Frame, asked: Definition, column: str) -> Frame:
    """Return the products that were flagged in one of the two years, those that entered first."""
    found = _between(measures.churn, rows, asked, column)
    return found.select("product", "status").sort("status", "product", nulls_last=True)


def _between(step: Callable[..., Frame], rows: Frame, asked: Definition, column: str) -> Frame:
    now = asked.period.start.year
    found = step(flagged(rows, asked, column), lag=now - _earlier(asked))
    return found.filter(nw.col("period") == now).drop("period")


def _earlier(asked: Definition) -> int:
    """Return the earlier of the two years that are judged, whose window comes first."""
    assert asked.base is not None, "the years before were put in"
    # `with_years` put the window of the earlier year into the base; that year is its last.
    return asked.base.start.year + WINDOW - 1


QUESTIONS = {
    "geodep": Question(
        "world",
        ("importer",),
        (),
        geodep_counts,
        "products in which {buyer} depends on few suppliers",
        table=geodep_products,
        years=WINDOW,
        unit="count",
        by_product=True,
    ),
    "cdi": Question(
        "own",
        ("importer",),
        (),
        dependent,
        "products in which {buyer} depends on few outside suppliers",
        table=dependent_products,
        years=1,
        unit="count",
        by_product=True,
        notes=(
            (
                "dependence-flags",
                (
                    "The Commission’s thresholds 0.4, 0.5 and 1 are as others give them: its own "
                    "text was not read. Exports include those of members to each other."
                ),
            ),
        ),
    ),
    "churn": Question(
        "world",
        ("importer",),
        ("base",),
        churn,
        "part of the products in which {buyer} depended on few suppliers that left the list",
        table=churned,
        value="left_rate",
        years=WINDOW,
        unit="share",
        by_product=True,
        notes=(
            (
                "dependence-flags",
                (
                    "A product near a threshold comes and goes without anything having changed; "
                    "the flags are those of CEPII GeoDep."
                ),
            ),
        ),
    ),
}
