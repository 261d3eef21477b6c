"""Small results out of the engine as plain Python."""

from __future__ import annotations

import itertools
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from entrepot.lake.explain import timed
from entrepot.lake.system_errors import readable
from entrepot.sources.temp_tables import drop, keep

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    import duckdb
    import narwhals as nw

    from entrepot.lake.lake import Lake

_FEW = 2_000_000
"""Rows that are brought from another engine: some hundred bytes each, on the driver as well."""


def fetch(frame: nw.LazyFrame[Any]) -> list[tuple[Any, ...]]:
    """Run a frame of the lake and return its rows.

    It asks DuckDB itself: a detour over Arrow would import pyarrow and NumPy, which takes longer
    than most questions.

    Raises
    ------
    OutsideError
        If a stored file is gone or damaged, or memory is short.
    """
    rows: list[tuple[Any, ...]]
    native: Any = frame.to_native()
    if not frame.implementation.is_duckdb():
        with _readable_there(frame), timed(native):
            return frame.collect("pyarrow").rows()
    with readable(), timed(native):
        rows = native.fetchall()
    return rows


def distinct(frame: nw.LazyFrame[Any], *columns: str | nw.Expr) -> list[tuple[Any, ...]]:
    """Run a frame of the lake and return the distinct rows of some columns, as `fetch` does.

    Narwhals numbers all rows to tell unique ones: several times the work of a group.
    """
    import narwhals as nw

    rows = frame.select(*columns)
    names = rows.collect_schema().names()
    return [found[:-1] for found in fetch(rows.group_by(*names).agg(nw.len().alias("__rows")))]


def few_rows(lake: Lake, columns: Mapping[str, tuple[str, Sequence[Any]]]) -> nw.LazyFrame[Any]:
    """Return a few rows of our own as a frame beside the lake's: columns with types and cells.

    The engine unpacks the lists itself: Arrow would be imported for them, and what it looks for.
    """
    import narwhals as nw

    query, values = _unpacked(columns)
    return nw.from_native(lake.connection.sql(query, params=values)).lazy()


_TABLES = itertools.count()


@contextmanager
def own_table(
    lake: Lake, columns: Mapping[str, tuple[str, Sequence[Any]]]
) -> Iterator[nw.LazyFrame[Any]]:
    """Keep rows of our own, as `few_rows` takes them, in a table for as long as the block runs.

    For thousands of rows: lists are converted whenever their query is bound or run, a table once.
    """
    import narwhals as nw

    query, values = _unpacked(columns)
    name = f"own_{next(_TABLES)}"
    keep(lake.connection, name, query, values)
    try:
        yield nw.from_native(lake.connection.table(name)).lazy()
    finally:
        drop(lake.connection, name)


def _unpacked(columns: Mapping[str, tuple[str, Sequence[Any]]]) -> tuple[str, list[list[Any]]]:
    """Return a query for columns of our own, and its values."""
    listed = ", ".join(
        f"unnest(${place}::{kind}[]) AS {name}"
        for place, (name, (kind, _)) in enumerate(columns.items(), 1)
    )
    return f"SELECT {listed}", [list(cells) for _, cells in columns.values()]


def relation(frame: nw.LazyFrame[Any], lake: Lake) -> duckdb.DuckDBPyRelation:
    """Return a frame as a DuckDB relation; what another engine has computed is brought over.

    Raises
    ------
    OutsideError
        If a stored file is gone or damaged, or memory is short.
    """
    native: Any = frame.to_native()
    if not frame.implementation.is_duckdb():
        with _readable_there(frame), timed(native):
            native = lake.connection.from_arrow(frame.collect("pyarrow").to_native())
    found: duckdb.DuckDBPyRelation = native
    return found


def beside(frames: Sequence[nw.LazyFrame[Any]], lake: Lake) -> nw.LazyFrame[Any]:
    """Return the rows of several frames in one, on DuckDB where they are of several engines.

    Raises
    ------
    OutsideError
        If a stored file is gone or damaged, or memory is short.
    """
    import narwhals as nw

    if len({one.implementation for one in frames}) > 1:
        frames = [nw.from_native(relation(one, lake)).lazy() for one in frames]
    return nw.concat(frames)


@contextmanager
def stored(frame: nw.LazyFrame[Any], lake: Lake) -> Iterator[nw.LazyFrame[Any]]:
    """Run a frame of the lake and keep its rows in memory for as long as the block runs.

    In a block of `Lake.reading` the same query is run once: its rows stay, if they are few.

    Raises
    ------
    OutsideError
        If a stored file is gone or damaged, or memory is short.
    """
    import narwhals as nw

    if not frame.implementation.is_duckdb():
        native = frame.to_native().persist()
        try:
            yield nw.from_native(native)
        finally:
            native.unpersist()
        return
    with lake.reading(), lake.in_memory.of(frame.to_native()) as rows:
        yield nw.from_native(rows)


def cached(frame: nw.LazyFrame[Any], lake: Lake) -> nw.LazyFrame[Any]:
    """Run a frame of few rows, which stay in memory to the end of the block of `Lake.reading`.

    On another engine, and outside of such a block, it is run whenever it is needed.

    Raises
    ------
    OutsideError
        If a stored file is gone or damaged, or memory is short.
    """
    import narwhals as nw

    if not frame.implementation.is_duckdb() or not lake.is_reading:
        return frame
    return nw.from_native(lake.in_memory.keep(frame.to_native())).lazy()


@contextmanager
def near(frame: nw.LazyFrame[Any], lake: Lake) -> Iterator[nw.LazyFrame[Any]]:
    """Keep rows as `stored` does, to be asked many times: few of them are put into DuckDB.

    Spark plans each question for longer than DuckDB takes to answer it.

    Raises
    ------
    OutsideError
        If a stored file is gone or damaged, or memory is short.
    """
    import narwhals as nw

    if not frame.implementation.is_duckdb():
        # One more than are few says that there are more, without counting them in a job of its own.
        few = relation(frame.head(_FEW + 1), lake)
        if few.count("*").fetchall()[0][0] <= _FEW:
            frame = nw.from_native(few).lazy()
    with stored(frame, lake) as rows:
        yield rows


def _readable_there(frame: nw.LazyFrame[Any]) -> AbstractContextManager[None]:
    """Return what turns troubles of Spark into errors of our own; a table in memory has none."""
    if not frame.implementation.is_spark_like():
        return nullcontext()
    from entrepot.lake.on_spark import readable_on_spark

    return readable_on_spark()
