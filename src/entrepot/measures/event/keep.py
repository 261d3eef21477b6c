"""Which cells carry information: no singletons, none that is fitted perfectly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from entrepot.limits import step

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["Kept", "informative"]


@dataclass(frozen=True)
class Kept:
    """Cells to keep, columns that have an estimate, and how many cells were left out and why."""

    rows: NDArray[np.bool_]
    columns: NDArray[np.bool_]
    separated: int
    singletons: int


def informative(
    y: NDArray[np.float64], x: NDArray[np.float64], fixed: Sequence[NDArray[np.int64]]
) -> Kept:
    """Leave out cells whose fixed effect has no other, or has zeros only, until none is left.

    A fixed effect with zeros only goes to minus infinity, and so does the coefficient of a dummy
    all of whose cells are zero: its cells are fitted perfectly and say nothing of the others
    (Correia, Guimarães and Zylkin, 2019). Such a column has no estimate.
    """
    rows = np.ones(len(y), dtype=bool)
    columns = np.ones(x.shape[1], dtype=bool)
    separated = singletons = 0
    while True:
        step()
        alone, flat = np.zeros_like(rows), np.zeros_like(rows)
        for codes in fixed:
            size = np.bincount(codes, weights=rows)
            total = np.bincount(codes, weights=np.where(rows, y, 0.0))
            alone |= rows & (size == 1)[codes]
            flat |= rows & (total == 0)[codes]
        for column in np.flatnonzero(columns):
            on = rows & (x[:, column] != 0)
            if not y[on].any():
                columns[column] = False
                flat |= on
        flat &= ~alone
        if not (alone.any() or flat.any()):
            return Kept(rows, columns, separated, singletons)
        separated += int(flat.sum())
        singletons += int(alone.sum())
        rows &= ~(alone | flat)
