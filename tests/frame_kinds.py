"""Kinds of frames that every measure has to take, and rows of whatever comes back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import narwhals as nw
import pandas as pd
import polars as pl
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

Row = dict[str, Any]
CONNECTION = duckdb.connect()

MAKE: dict[str, Callable[[pa.Table], Any]] = {
    "duckdb": CONNECTION.from_arrow,
    "polars lazy": lambda table: pl.LazyFrame(pl.from_arrow(table)),
    "pandas": lambda table: table.to_pandas(types_mapper=pd.ArrowDtype),
    "pyarrow": lambda table: table,
}


def rows_of(frame: Any) -> list[Row]:
    rows = nw.from_native(frame)
    if isinstance(rows, nw.LazyFrame):
        rows = rows.collect("pyarrow")
    found: list[Row] = rows.to_arrow().to_pylist()
    return found


def one(frame: Any) -> Row:
    (row,) = rows_of(frame)
    return row


def table(names: str, rows: Iterable[Sequence[Any]]) -> pa.Table:
    """Return a table of rows written one a line under names parted by spaces."""
    columns = names.split()
    return pa.Table.from_pylist([dict(zip(columns, row, strict=True)) for row in rows])
