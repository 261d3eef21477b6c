"""The two reports that a reconciled row keeps, and the error of what was made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.figures.sides import SIDES

if TYPE_CHECKING:
    from entrepot.figures.sides import Side

__all__ = ["ERRORS", "both_sides", "errors_beside", "one_side"]

ERRORS = ("__low", "__high")
"""Ends of the interval of a row, as parts of its value."""


def one_side(rows: nw.LazyFrame[Any], side: Side) -> nw.LazyFrame[Any]:
    """Return what one side told, as rows of single reports."""
    told = nw.col(f"value_{side}_usd")
    return rows.filter(~told.is_null()).with_columns(
        told.alias("value_usd"), nw.lit(side).alias("reported_by")
    )


def both_sides(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Return what either side told: up to two rows for one."""
    return nw.concat([one_side(rows, side) for side in SIDES])


def errors_beside(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Put the interval beside each value, as parts of it, so that weights of codes do no harm."""
    value = nw.col("value_usd")
    parts = (
        nw.when(value > 0).then(nw.col(column) / value).otherwise(1.0).alias(name)
        for name, column in zip(ERRORS, ("low_usd", "high_usd"), strict=True)
    )
    return rows.with_columns(*parts)
