"""Columns of numbers and marks that a measure reads beside the value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import narwhals as nw

from entrepot.errors import RequestError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.measures.frame_adapter import FrameT

__all__ = ["WHOLE", "in_one_group", "marked", "numbers", "ordered", "positive", "require_marks"]

WHOLE = "__whole"


def numbers(rows: nw.LazyFrame[Any], *names: str) -> nw.LazyFrame[Any]:
    """Return `rows` with further columns as Float64, NaN as null.

    Raises
    ------
    RequestError
        If a column does not hold numbers.
    """
    schema = rows.collect_schema()
    for name in names:
        if not schema[name].is_numeric():
            raise RequestError(
                f"values are {schema[name]}, not numbers",
                where=f"column {name}",
                hint="turn the column into numbers first",
            )
    known = [nw.col(name).cast(nw.Float64) for name in names]
    return rows.with_columns(
        nw.when(~number.is_nan()).then(number).alias(name)
        for name, number in zip(names, known, strict=True)
    )


def marked(rows: nw.LazyFrame[Any], name: str | None) -> nw.Expr:
    """Return 1 where the column of marks is true, 0 where it is false, null or not asked for.

    Raises
    ------
    RequestError
        If the column does not hold true and false.
    """
    if name is None:
        return nw.lit(0)
    require_marks(rows, name)
    return nw.when(nw.col(name)).then(1).otherwise(0)


def require_marks(rows: nw.LazyFrame[Any], name: str) -> None:
    """Check that a column holds true and false.

    Raises
    ------
    RequestError
        If it does not.
    """
    dtype = rows.collect_schema()[name]
    if dtype != nw.Boolean:
        raise RequestError(
            f"marks are {dtype}, not true or false",
            where=f"column {name}",
            hint="compare first, e.g. certainty != 'exact'",
        )


def in_one_group(
    rows: nw.LazyFrame[Any], keys: Sequence[str]
) -> tuple[nw.LazyFrame[Any], list[str]]:
    """Return `rows` and keys for a window, which has to have one even over all rows."""
    return rows.with_columns(nw.lit(1).alias(WHOLE)), [WHOLE, *keys]


def positive(name: str, number: float, above: float = 0) -> float:
    """Return a parameter that has to lie above a bound.

    Raises
    ------
    RequestError
        If it does not.
    """
    if not above < number < float("inf"):
        raise RequestError(
            f"{name} is {number}", why="the formula has no meaning there", hint=f"above {above:g}"
        )
    return float(number)


def ordered(
    frame: FrameT, by: Sequence[str], *, descending: bool | Sequence[bool] = False
) -> FrameT:
    """Return the rows of a result in an order, missing values last."""
    rows: Any = nw.from_native(cast("Any", frame))
    found = rows.sort(*by, descending=descending, nulls_last=True)
    if isinstance(found, nw.DataFrame):
        found = nw.maybe_reset_index(found)
    kept = isinstance(frame, (nw.DataFrame, nw.LazyFrame))
    return cast("FrameT", found if kept else found.to_native())
