"""Products in which a group depends on others, and flags that come and go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot import measures
from entrepot.figures.questions.flags import WINDOW, counted, flagged
from entrepot.figures.questions.question import Question

if TYPE_CHECKING:
    from collections.abc import Callable

    from entrepot.figures.definition import Definition

    Frame = nw.LazyFrame[Any]

__all__ = ["QUESTIONS"]


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
    return asked.base.start.year + WINDOW - 1


QUESTIONS = {
    "cdi": Question(
        "own",
        ("importer",),
        (),
        dependent,
        "products in which {buyer} depends on few outside",
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
