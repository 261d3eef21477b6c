"""How many suppliers there are, and how large the largest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot import measures
from entrepot.figures.questions.question import PART, Question, named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.figures.definition import Definition

    Frame = nw.LazyFrame[Any]

__all__ = ["QUESTIONS"]


def hhi(rows: Frame, asked: Definition, column: str, by: Sequence[str] = ()) -> Frame:
    """Return how concentrated suppliers are."""
    return measures.hhi(rows, by=by, value=column)


def cr(rows: Frame, asked: Definition, column: str, by: Sequence[str] = ()) -> Frame:
    """Return the part of the k largest suppliers."""
    return measures.concentration_ratio(rows, by=by, k=asked.k or 1, value=column)


def top_supplier(rows: Frame, asked: Definition, column: str, by: Sequence[str] = ()) -> Frame:
    """Return the largest supplier and its lead."""
    return measures.top_supplier(named(rows, "exporter"), by=by, value=column)


def suppliers(rows: Frame, asked: Definition, column: str) -> Frame:
    """Return what each supplier sold, the largest first."""
    found = measures.value(rows, by=["exporter"], value=column)
    named_value = nw.col(column).alias("value")
    return found.select("exporter", named_value).sort("value", "exporter", descending=[True, False])


QUESTIONS = {
    "hhi": Question(
        "market",
        ("importer",),
        (),
        hhi,
        "concentration of {buyers} suppliers",
        choices=PART,
        has_interval=True,
    ),
    "cr": Question(
        "market",
        ("importer",),
        ("k",),
        cr,
        "share of the {largest} of {buyers} suppliers",
        choices=PART,
        has_interval=True,
    ),
    "top_supplier": Question(
        "market",
        ("importer",),
        (),
        top_supplier,
        "share of the largest of {buyers} suppliers",
        choices=PART - {"partners", "total"},  # only a country other than the buyer has a place
        has_interval=True,
        table=suppliers,
    ),
}
