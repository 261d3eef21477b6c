"""The door that a user's own frame comes through.

Sums over groups are silently wrong on eager pandas and pyarrow frames in Narwhals (conditions
ignored, window results on other rows), so an eager frame is moved to a DuckDB connection of our
own, computed there, and handed back as the kind that came in. A lazy frame (DuckDB relation,
Polars LazyFrame, Narwhals LazyFrame) stays where it is and stays lazy.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, cast

import narwhals as nw

from entrepot.engine import cursor
from entrepot.errors import AbsentAreaWarning, RequestError, UnknownNameError, nearest
from entrepot.measures.grouped import NUMBERS, TRANSLATE

FrameT = TypeVar("FrameT")
Step = Callable[["nw.LazyFrame[Any]"], "nw.LazyFrame[Any]"]


def run_on_frame(
    frame: FrameT,
    step: Step,
    *,
    keys: Sequence[str],
    value: str,
    texts: Sequence[str] = (),
    makes: Sequence[str] = (),
    order: Sequence[str] = (),
    areas: Mapping[str, Sequence[str]] | None = None,
) -> FrameT:
    """Apply `step` to the columns it needs and return the kind of frame that came in.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read.
    step
        Function from lazy frame to lazy frame.
    keys
        Columns that identify a row of the result; an eager result is sorted by them.
    value
        Column of numbers; it arrives as Float64, NaN as null.
    texts
        Further columns that `step` reads, such as the supplier.
    makes
        Columns that `step` makes; a key may not have one of these names.
    order
        Columns of the result that an eager one is sorted by, where `keys` are not enough.
    areas
        Columns with codes of areas, and the codes that are asked for there.

    Warns
    -----
    AbsentAreaWarning
        If none of the codes asked for is in a column of an eager frame that is no Narwhals frame.

    Raises
    ------
    UnknownNameError
        If a column is missing.
    RequestError
        If `frame` is no frame, a column is named twice, `value` is not a number, or codes of
        areas are numbers.
    """
    rows = _read(frame)
    # Only these go to DuckDB: a user's frame may have a hundred more.
    columns = list(dict.fromkeys([*keys, *texts, value]))
    _check(rows, columns, [*keys, *texts], value, makes)
    # The program's own rows are Narwhals frames: what they lack, a Figure says in words.
    is_users_own = isinstance(rows, nw.DataFrame) and not _is_narwhals(frame)
    for column, codes in (areas or {}).items():
        require_text(rows, column)
        if codes and is_users_own and is_absent(frame, column, codes):
            names, are = ", ".join(codes), "is" if len(codes) == 1 else "are"
            warnings.warn(
                f"{names} {are} in no row of {column}: the frame may not have this trade, or write "
                "the code in another way",
                AbsentAreaWarning,
                stacklevel=_callers_level(),
            )
    if isinstance(rows, nw.LazyFrame):
        result: Any = step(_clean(rows, columns, value))
    else:
        result = _eager(rows.select(columns), step, order or keys, value)
    return cast("FrameT", result if _is_narwhals(frame) else result.to_native())


def _callers_level() -> int:
    """Return the `stacklevel` of a warning that names the user's line, from any depth."""
    level, frame = 1, inspect.currentframe()
    frame = frame.f_back if frame else None  # who warns is level 1
    while frame and frame.f_globals.get("__name__", "").partition(".")[0] == "entrepot":
        level, frame = level + 1, frame.f_back
    return level


def numbers_refused(*columns: str) -> dict[str, tuple[str, ...]]:
    """Return `areas` for `run_on_frame` of columns whose codes have to be text, whichever."""
    return dict.fromkeys(columns, ())


def is_absent(frame: object, column: str, codes: Sequence[str]) -> bool:
    """Whether a user's own frame has none of some codes in a column, in any row.

    Of a lazy one this takes a look; a Narwhals LazyFrame is not looked at.
    """
    rows = _read(frame)
    if column not in rows.collect_schema() or (
        isinstance(rows, nw.LazyFrame) and _is_narwhals(frame)
    ):
        return False
    # One row is enough: a lazy frame is not read to its end.
    found = rows.select(column).filter(nw.col(column).is_in(list(codes))).head(1)
    seen = found.collect() if isinstance(found, nw.LazyFrame) else found
    return len(seen) == 0


def _read(frame: object) -> nw.DataFrame[Any] | nw.LazyFrame[Any]:
    try:
        return cast("nw.DataFrame[Any] | nw.LazyFrame[Any]", nw.from_native(cast("Any", frame)))
    except TypeError as error:
        raise RequestError(
            f"not a frame: {type(frame).__name__}",
            hint="pass a pandas, Polars, pyarrow or DuckDB table, or anything Narwhals reads",
        ) from error


def require_text(rows: nw.DataFrame[Any] | nw.LazyFrame[Any], column: str) -> None:
    """Refuse a column whose codes of areas are numbers: text never equals them.

    Raises
    ------
    RequestError
        With the way to translate them.
    """
    kind = rows.collect_schema()[column]
    if kind.is_numeric():
        raise RequestError(
            f"codes of areas are {kind}, not text",
            where=f"column {column}",
            why=NUMBERS,
            hint=TRANSLATE,
        )


def _eager(
    rows: nw.DataFrame[Any], step: Step, order: Sequence[str], value: str
) -> nw.DataFrame[Any]:
    # On a database that the process keeps: to open one took 17 ms of every measure.
    connection = cursor()
    try:
        moved = nw.from_native(connection.from_arrow(rows.to_arrow()))
        found = step(_clean(moved, rows.columns, value))
        if order:
            found = found.sort(*order)
        return _collect(found, rows.implementation)
    finally:
        connection.close()


def _collect(found: nw.LazyFrame[Any], kind: nw.Implementation) -> nw.DataFrame[Any]:
    if kind.is_pandas():
        return found.collect("pandas")
    if kind.is_polars():
        return found.collect("polars")
    table = found.collect("pyarrow")
    # Libraries that Narwhals cannot collect to directly get it by way of pyarrow.
    return table if kind.is_pyarrow() else nw.from_arrow(table, backend=cast("Any", kind))


def _clean(rows: nw.LazyFrame[Any], columns: Sequence[str], value: str) -> nw.LazyFrame[Any]:
    """Return the columns that are needed, in one step: each takes a millisecond to plan."""
    number = nw.col(value).cast(nw.Float64)
    amount = nw.when(~number.is_nan()).then(number).alias(value)
    return rows.select(*(amount if name == value else name for name in columns))


_VALUE = "value_usd"
"""Column of values that measures look for where `value` is not passed."""


def _check(
    rows: nw.DataFrame[Any] | nw.LazyFrame[Any],
    columns: Sequence[str],
    others: Sequence[str],
    value: str,
    makes: Sequence[str],
) -> None:
    schema = rows.collect_schema()
    for name in columns:
        if name not in schema:
            hint = f"the frame has: {', '.join(schema.names())}"
            # Nobody typed this name, it is the default: what is missing is the argument.
            if name == value == _VALUE and name not in others:
                free = [one for one in schema.names() if schema[one].is_numeric()]
                near = free if len(free) == 1 else nearest(name, free)
                hint = "; or ".join(f'pass value="{one}"' for one in near) or (
                    "pass value=, the column of the values"
                )
                hint += f"; the frame has: {', '.join(schema.names())}"
            raise UnknownNameError("column", name, schema.names(), hint=hint)
    if len(set(others)) < len(others) or value in others:
        raise RequestError(
            f"a column has two parts to play: {', '.join(others)} and the value {value}",
            hint="name each column once; the supplier is not part of `by`",
        )
    if clash := set(others) & set(makes):
        raise RequestError(
            f"the result has a column of its own called {', '.join(sorted(clash))}",
            hint="rename that column of the frame first",
        )
    if not schema[value].is_numeric():
        raise RequestError(
            f"values are {schema[value]}, not numbers",
            where=f"column {value}",
            hint="turn the column into numbers first",
        )


def _is_narwhals(frame: object) -> bool:
    return isinstance(frame, (nw.DataFrame, nw.LazyFrame))


# Columns of numbers and marks that a measure reads beside the value.


ALL_ROWS = "__whole"


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
    return rows.with_columns(nw.lit(1).alias(ALL_ROWS)), [ALL_ROWS, *keys]


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
        # pandas keeps the index of before the sort, which says nothing of the new order.
        found = nw.maybe_reset_index(found)
    kept = isinstance(frame, (nw.DataFrame, nw.LazyFrame))
    return cast("FrameT", found if kept else found.to_native())


# Several frames as one, so that a measure of imports and exports passes the door once.


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
    read = {side: _stacked_frames_read(side, frame) for side, frame in frames.items()}
    kinds = {(type(rows), rows.implementation) for rows in read.values()}
    if len(kinds) > 1:
        listed = ", ".join(f"{side}: {type(frames[side]).__name__}" for side in frames)
        raise RequestError(
            "the frames are of different kinds", where=listed, hint="pass all as one kind"
        )
    names = list(dict.fromkeys(name for used_columns in columns.values() for name in used_columns))
    types: dict[str, nw.dtypes.DType] = {}
    parts = []
    for side, rows in read.items():
        schema = rows.collect_schema()
        used_columns = columns[side]
        for column in (*used_columns.values(), year, value):
            if column not in schema:
                raise UnknownNameError(
                    "column",
                    column,
                    schema.names(),
                    where=f"frame of {side}",
                    hint=f"the frame has: {', '.join(schema.names())}",
                )
        _refuse_no_number(side, value, schema[value])
        _refuse_other_types(side, used_columns, schema, types)
        parts.append(
            rows.select(
                nw.lit(side).alias(SIDE),
                *(_key(used_columns.get(name), schema).alias(name) for name in names),
                _year(year, schema[year]).alias(year),
                nw.col(value).cast(nw.Float64).alias(value),
            )
        )
    # Above one another and not joined: a join would lose keys that are null, and those of one side.
    stacked: Any = nw.concat(parts)
    native = not any(isinstance(frame, (nw.DataFrame, nw.LazyFrame)) for frame in frames.values())
    return stacked.to_native() if native else stacked


def integer_year(year: str) -> nw.Expr:
    """Return a column of years as whole numbers, null where it is missing or NaN."""
    number = nw.col(year).cast(nw.Float64)
    return nw.when(~number.is_nan()).then(number).cast(nw.Int64).alias(year)


def _stacked_frames_read(side: str, frame: Any) -> Any:
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
        # Text and not null, because all parts have to have the column in one type.
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
        # Float, as pandas makes of whole years once one is missing; `integer_year` turns it back.
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
    used_columns: Mapping[str, str],
    schema: nw.Schema,
    types: dict[str, nw.dtypes.DType],
) -> None:
    """Refuse keys that would never meet: 010620 as text here and 10620 as a number there."""
    for name, column in used_columns.items():
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
