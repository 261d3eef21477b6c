"""Several frames as one, so that a measure of imports and exports passes the door once.

Rows are laid under each other with a column that says which frame they come from. That takes no
join, so it is the same on every kind of frame, and what follows sees one table.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import narwhals as nw

from entrepot.errors import RequestError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["PARTY", "SIDE", "one_table", "whole_year"]

SIDE = "__side"
PARTY = "__party"
_KEYS_AS_TEXT = (nw.String, nw.Categorical, nw.Enum, nw.Object)


def one_table(
    frames: Mapping[str, Any],
    columns: Mapping[str, Mapping[str, str]],
    *,
    year: str,
    value: str,
) -> Any:
    """Return the rows of all frames as one frame of their kind.

    Parameters
    ----------
    frames
        Frames of one kind, by the name of their side.
    columns
        For each side, the columns of the result with the frame's column each is taken from. A
        column that a side has not got is empty text there.
    year
        Column of time in every frame: whole years as numbers, dates, or text that begins with the
        year. It arrives as a number.
    value
        Column of numbers in every frame.

    Returns
    -------
    frame
        ``__side``, the columns named in `columns`, `year` and `value`.

    Raises
    ------
    UnknownNameError, RequestError
        If something is no frame, frames are of different kinds, a column is missing, or a key is
        of one type here and of another there.
    """
    read = {side: _read(side, frame) for side, frame in frames.items()}
    kinds = {(type(rows), rows.implementation) for rows in read.values()}
    if len(kinds) > 1:
        listed = ", ".join(f"{side}: {type(frames[side]).__name__}" for side in frames)
        raise RequestError(
            "the frames are of different kinds", where=listed, hint="pass all as one kind"
        )
    names = list(dict.fromkeys(name for taken in columns.values() for name in taken))
    types: dict[str, nw.dtypes.DType] = {}
    parts = []
    for side, rows in read.items():
        schema = rows.collect_schema()
        taken = columns[side]
        for column in (*taken.values(), year, value):
            if column not in schema:
                raise UnknownNameError(
                    "column",
                    column,
                    schema.names(),
                    where=f"frame of {side}",
                    hint=f"the frame has: {', '.join(schema.names())}",
                )
        _refuse_no_number(side, value, schema[value])
        _refuse_other_types(side, taken, schema, types)
        parts.append(
            rows.select(
                nw.lit(side).alias(SIDE),
                *(_key(taken.get(name), schema).alias(name) for name in names),
                _year(year, schema[year]).alias(year),
                nw.col(value).cast(nw.Float64).alias(value),
            )
        )
    whole: Any = nw.concat(parts)
    native = not any(isinstance(frame, (nw.DataFrame, nw.LazyFrame)) for frame in frames.values())
    return whole.to_native() if native else whole


def whole_year(year: str) -> nw.Expr:
    """Return a column of years as whole numbers, null where it is missing or NaN."""
    number = nw.col(year).cast(nw.Float64)
    return nw.when(~number.is_nan()).then(number).cast(nw.Int64).alias(year)


def _read(side: str, frame: Any) -> Any:
    try:
        return nw.from_native(cast("Any", frame))
    except TypeError as error:
        raise RequestError(
            f"not a frame: {type(frame).__name__}",
            where=f"frame of {side}",
            hint="pass a pandas, Polars, pyarrow or DuckDB table, or anything Narwhals reads",
        ) from error


def _key(column: str | None, schema: nw.Schema) -> nw.Expr:
    if column is None:
        return nw.lit("")
    key = nw.col(column)
    return key.cast(nw.Int64) if schema[column].is_integer() else key.cast(nw.String)


def _year(column: str, dtype: nw.dtypes.DType) -> nw.Expr:
    time = nw.col(column)
    if dtype == nw.Date or dtype == nw.Datetime:
        return time.dt.year().cast(nw.Float64)
    if dtype.is_numeric():
        return time.cast(nw.Float64)
    if dtype == nw.String:
        return time.str.slice(0, 4).cast(nw.Float64)
    raise RequestError(
        f"column {column} is {dtype}, not a year",
        hint="use whole years, dates, or text such as 2023",
    )


def _refuse_no_number(side: str, value: str, dtype: nw.dtypes.DType) -> None:
    if not dtype.is_numeric():
        raise RequestError(
            f"values are {dtype}, not numbers",
            where=f"column {value} of {side}",
            hint="turn the column into numbers first",
        )


def _refuse_other_types(
    side: str,
    taken: Mapping[str, str],
    schema: nw.Schema,
    types: dict[str, nw.dtypes.DType],
) -> None:
    """Refuse keys that would never meet: 010620 as text here and 10620 as a number there."""
    for name, column in taken.items():
        dtype = schema[column]
        if not (dtype.is_integer() or dtype in _KEYS_AS_TEXT):
            raise RequestError(
                f"codes are {dtype}, neither text nor whole numbers",
                where=f"column {column} of {side}",
            )
        kind = nw.Int64() if dtype.is_integer() else nw.String()
        if types.setdefault(name, kind) != kind:
            raise RequestError(
                f"codes are {kind} here and {types[name]} in another frame",
                where=f"column {column} of {side}",
                why="the same code would not be found again",
                hint="make them text in all frames; HS codes keep their leading zero",
            )
