"""Small results out of the engine as plain Python."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from entrepot.lake.outside import readable

if TYPE_CHECKING:
    import narwhals as nw

__all__ = ["fetch"]


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
