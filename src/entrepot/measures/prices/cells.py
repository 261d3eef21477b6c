"""What prices are made of: values and quantities that belong together.

A row has a price only if both its value and its quantity are known, positive and finite. Where a
value without quantity were added to one with it, their ratio would be the price of nothing.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, cast

import narwhals as nw

from entrepot.errors import RequestError, UnknownNameError
from entrepot.measures.change import begins_within
from entrepot.measures.grouped import aggregate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.model.period import Period

__all__ = [
    "check_quantity",
    "check_trim",
    "collected",
    "given_back",
    "log_of",
    "paired",
    "two_periods",
]


def check_quantity(frame: Any, quantity: str) -> None:
    """Refuse a frame whose quantity is missing or no number; anything that is no frame passes.

    The door, which every frame comes through, refuses what is no frame.
    """
    try:
        schema = nw.from_native(frame).collect_schema()
    except TypeError:
        return
    if quantity not in schema:
        raise UnknownNameError("column", quantity, schema.names())
    if not schema[quantity].is_numeric():
        raise RequestError(
            f"quantities are {schema[quantity]}, not numbers",
            where=f"column {quantity}",
            hint="turn the column into numbers first",
        )


def check_trim(trim: float | None) -> None:
    """Refuse a bound on price relatives that leaves out everything."""
    if trim is not None and not trim > 1:
        raise RequestError(
            f"relatives cannot be trimmed at {trim}",
            why="relatives outside [1/trim, trim] are left out",
            hint="choose a number above 1, such as 5, or None",
        )


def paired(rows: nw.LazyFrame[Any], value: str, quantity: str) -> nw.LazyFrame[Any]:
    """Add ``__v`` and ``__q``, value and quantity where both are known, positive and finite.

    ``__known`` is the value where it is finite.
    """
    sold, amount = nw.col(value), nw.col(quantity).cast(nw.Float64)
    good = (sold > 0) & (amount > 0) & sold.is_finite() & amount.is_finite()
    return rows.with_columns(
        nw.when(good).then(sold).alias("__v"),
        nw.when(good).then(amount).alias("__q"),
        nw.when(sold.is_finite()).then(sold).alias("__known"),
    )


def two_periods(
    rows: nw.LazyFrame[Any],
    cell: Sequence[str],
    periods: tuple[Period, Period],
    columns: tuple[str, str, str],
) -> nw.LazyFrame[Any]:
    """Add up each cell in the period (1) and in the base (0).

    Returns the cell and ``__v1, __q1, __v0, __q0``, sums over rows that have a price, and
    ``__all1, __all0``, sums over all known values. A sum of nothing is zero; ``__silent1`` and
    ``__silent0`` are 1 where there are rows and no value is known, and 0 otherwise.
    """
    time, value, quantity = columns
    dtype = rows.collect_schema()[time]
    parts, names, counts, silent = [], [], [], []
    for mark, span in zip("10", periods, strict=True):
        here = begins_within(span, time, dtype)
        parts.append(nw.when(here).then(nw.lit(1)).alias(f"__rows{mark}"))
        counts.append(nw.col(f"__rows{mark}").count())
        counts.append(nw.col(f"__all{mark}").count().alias(f"__known{mark}"))
        unknown = (nw.col(f"__rows{mark}") > 0) & (nw.col(f"__known{mark}") == 0)
        silent.append(nw.when(unknown).then(1).otherwise(0).alias(f"__silent{mark}"))
        for column, name in (("__v", "__v"), ("__q", "__q"), ("__known", "__all")):
            parts.append(nw.when(here).then(nw.col(column)).alias(name + mark))
            names.append(name + mark)
    split = paired(rows, value, quantity).select(*cell, *parts)
    sums = aggregate(split, cell, *counts, *(nw.col(name).sum() for name in names))
    return sums.with_columns(*silent)


def log_of(column: str) -> nw.Expr:
    """Return the natural logarithm of a column that is positive or null."""
    return nw.col(column).log(math.e)


def collected(frame: Any) -> list[dict[str, Any]]:
    """Return a small frame as rows of plain Python."""
    rows = cast("nw.DataFrame[Any] | nw.LazyFrame[Any]", nw.from_native(frame))
    eager = rows.collect("pyarrow") if isinstance(rows, nw.LazyFrame) else rows
    found: list[dict[str, Any]] = eager.to_arrow().to_pylist()
    return found


def given_back(frame: Any, columns: dict[str, list[Any]], schema: dict[str, Any]) -> Any:
    """Return columns as the kind of frame that `frame` is.

    A lazy frame of an engine with connections comes back on the engine's default connection.
    """
    asked = cast("nw.DataFrame[Any] | nw.LazyFrame[Any]", nw.from_native(frame))
    kind = asked.implementation
    lazy = isinstance(asked, nw.LazyFrame)
    backend = nw.Implementation.PYARROW if lazy and not kind.is_polars() else kind
    made: Any = nw.from_dict(columns, schema=schema, backend=cast("Any", backend))
    if lazy and kind.is_spark_like():
        made = made.lazy(kind, session=asked.to_native().sparkSession)
    elif lazy:
        made = made.lazy(None if kind.is_polars() else kind)
    return made if isinstance(frame, (nw.DataFrame, nw.LazyFrame)) else made.to_native()
