"""Prices and quantities."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from entrepot import measures
from entrepot.figures.questions.question import AMOUNT, BOTH, CHANGE, Question, Row
from entrepot.measures.prices.estimate import FEWEST

if TYPE_CHECKING:
    from collections.abc import Sequence

    import narwhals as nw

    from entrepot.figures.definition import Definition

    Frame = nw.LazyFrame[Any]

__all__ = ["QUESTIONS"]


def price_index(rows: Frame, asked: Definition, column: str, by: Sequence[str] = ()) -> Frame:
    """Compare unit values of each flow and product with those of the base."""
    return measures.price_index(
        rows,
        by=by,
        period=asked.period,
        base=asked.base or asked.period.before(),
        product=["exporter", "importer", "product"],
        value=column,
        trim=asked.trim,
    )


def value_change(rows: Frame, asked: Definition, column: str, by: Sequence[str] = ()) -> Frame:
    """Split the change of the flow into prices and quantities of what a price index compares."""
    return measures.value_change(
        rows,
        by=by,
        period=asked.period,
        base=asked.base or asked.period.before(),
        product=["exporter", "importer", "product"],
        value=column,
        trim=asked.trim,
    )


def price_premium(rows: Frame, asked: Definition, column: str) -> Row:
    """Compare the buyers' unit values with those of everybody else.

    With fewer headings than `FEWEST` no interval is told, not of the cost of a premium either.
    """
    found = measures.price_premium(
        rows,
        buyer=asked.members("importer"),
        period=asked.period,
        base=asked.base or asked.period.before(),
        by=["exporter"],
        value=column,
    )
    told = Row(found.to_dict())
    if found.clusters < FEWEST:
        for name in [x for x in told if x.endswith(("_low", "_high"))] + ["interval", "confidence"]:
            del told[name]
    return told


THREE = (
    "Three changes of price are three numbers: price_index compares the same products; the price "
    "part of value_change is what that comes to in money; the change of the plain unit value also "
    "has the move between products in it (the measure unit_value_change, in Python)."
)
"""What to say beside each of the first two."""

QUESTIONS = {
    "price_index": Question(
        "flow",
        (),
        ("exporter", "base", "trim"),
        price_index,
        "prices of exports from {seller} to {buyer}",
        ("mass_kg",),
        by_product=True,
        notes=(("three-prices", THREE),),
        choices=CHANGE,
    ),
    "value_change": Question(
        "flow",
        (),
        ("exporter", "base", "trim"),
        value_change,
        "change of exports from {seller} to {buyer}",
        ("mass_kg",),
        by_product=True,
        notes=(("three-prices", THREE),),
        choices=AMOUNT,
    ),
    "price_premium": Question(
        "sales",
        BOTH,
        ("exporter", "base"),
        price_premium,
        "what {buyer} pays {seller} more than others do",
        ("mass_kg",),
        unit="relative",
        by_product=True,
        choices=CHANGE,
    ),
}
