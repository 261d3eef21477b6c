"""The door that a user's own frame comes through.

Sums over groups are silently wrong on eager pandas and pyarrow frames in Narwhals (conditions
ignored, window results on other rows), so an eager frame is moved to a DuckDB connection of our
own, computed there, and handed back as the kind that came in. A lazy frame (DuckDB relation,
Polars LazyFrame, Narwhals LazyFrame) stays where it is and stays lazy.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, cast

import narwhals as nw

from entrepot.engine import connect
from entrepot.errors import AbsentAreaWarning, RequestError, UnknownNameError
from entrepot.measures.grouped import NUMBERS, TRANSLATE

__all__ = ["FrameT", "Step", "is_absent", "numbers_refused", "require_text", "run_on_frame"]

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
                stacklevel=4,
            )
    if isinstance(rows, nw.LazyFrame):
        result: Any = step(_clean(rows, columns, value))
    else:
        result = _eager(rows.select(columns), step, order or keys, value)
    return cast("FrameT", result if _is_narwhals(frame) else result.to_native())


def numbers_refused(*columns: str) -> dict[str, tuple[str, ...]]:
    """Return `areas` for `through_door` of columns whose codes have to be text, whichever."""
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
    connection = connect()
    try:
        held = nw.from_native(connection.from_arrow(rows.to_arrow()))
        found = step(_clean(held, rows.columns, value))
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
    return table if kind.is_pyarrow() else nw.from_arrow(table, backend=cast("Any", kind))


def _clean(rows: nw.LazyFrame[Any], columns: Sequence[str], value: str) -> nw.LazyFrame[Any]:
    """Return the columns that are needed, in one step: each takes a millisecond to plan."""
    number = nw.col(value).cast(nw.Float64)
    amount = nw.when(~number.is_nan()).then(number).alias(value)
    return rows.select(*(amount if name == value else name for name in columns))


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
            raise UnknownNameError(
                "column", name, schema.names(), hint=f"the frame has: {', '.join(schema.names())}"
            )
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
