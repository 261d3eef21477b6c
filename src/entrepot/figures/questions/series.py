"""Months: against a year ago, year to date, twelve months."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot import measures
from entrepot.figures.questions.question import Question

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.figures.definition import Definition

    Frame = nw.LazyFrame[Any]

__all__ = ["QUESTIONS", "in_unit"]

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


QUESTIONS = {
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
}
