"""Small results out of the engine as plain Python."""

from __future__ import annotations

import itertools
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.lake.outside import readable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from entrepot.lake.lake import Lake

__all__ = ["fetch", "stored"]

_NUMBERS = itertools.count()


def fetch(frame: nw.LazyFrame[Any]) -> list[tuple[Any, ...]]:
    """Run a frame of the lake and return its rows.

    It asks the engine itself: a detour over Arrow would import pyarrow and NumPy, which takes
    longer than most questions.

    Raises
    ------
    OutsideError
        If a stored file is gone or damaged, or memory is short.
    """
    with readable():
        rows: list[tuple[Any, ...]] = frame.to_native().fetchall()
    return rows


@contextmanager
def stored(frame: nw.LazyFrame[Any], lake: Lake) -> Iterator[nw.LazyFrame[Any]]:
    """Run a frame of the lake once and keep its rows in memory for as long as the block runs.

    Raises
    ------
    OutsideError
        If a stored file is gone or damaged, or memory is short.
    """
    name = f"stored_{next(_NUMBERS)}"
    with readable():
        frame.to_native().create(name)
    try:
        yield nw.from_native(lake.connection.table(name))
    finally:
        lake.connection.execute(f"DROP TABLE {name}")
