"""One partner against the rest, for several questions over the same rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.measures.grouped import aggregate

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Side", "side_sums"]


@dataclass(frozen=True)
class Side:
    """A total and the part of it that is asked about.

    Attributes
    ----------
    name
        Prefix of the columns that are made.
    within
        Which rows make the total.
    asked
        Which of them are the part.
    """

    name: str
    within: nw.Expr
    asked: nw.Expr

    @property
    def part(self) -> nw.Expr:
        """Sum of what is asked about."""
        return nw.col(f"{self.name}_part")

    @property
    def rest(self) -> nw.Expr:
        """Sum of all else."""
        return nw.col(f"{self.name}_rest")

    @property
    def total(self) -> nw.Expr:
        """Part and rest, which are added up apart so that no share exceeds one."""
        return self.part + self.rest

    @property
    def share(self) -> nw.Expr:
        """Part of the total, null where `defined` is false."""
        return nw.when(self.defined).then(self.part / self.total)

    @property
    def defined(self) -> nw.Expr:
        """Whether there is a share: nothing negative, a total, and the part is not all missing."""
        known, rows = nw.col(f"{self.name}_known"), nw.col(f"{self.name}_rows")
        sound = (self.part >= 0) & (self.rest >= 0) & (self.total > 0) & self.total.is_finite()
        return sound & ((known > 0) | (rows == 0))


def side_sums(
    rows: nw.LazyFrame[Any],
    keys: Sequence[str],
    value: str,
    sides: Sequence[Side],
    *more: nw.Expr,
) -> nw.LazyFrame[Any]:
    """Add up part and rest of each side by `keys`; `more` are further aggregates."""
    marks = rows.with_columns(
        *(
            nw.when(flag).then(1).otherwise(0).alias(f"{side.name}_{word}")
            for side in sides
            for word, flag in (("in", side.within), ("of", side.asked))
        )
    )
    parted, added = [], []
    for side in sides:
        within, asked = nw.col(f"{side.name}_in") == 1, nw.col(f"{side.name}_of") == 1
        other = nw.col(f"{side.name}_of") == 0
        parted += [
            nw.when(within & asked).then(nw.col(value)).alias(f"{side.name}_part"),
            nw.when(within & other).then(nw.col(value)).alias(f"{side.name}_rest"),
            nw.when(within & asked).then(1).alias(f"{side.name}_rows"),
        ]
        added += [
            nw.col(f"{side.name}_part").count().alias(f"{side.name}_known"),
            nw.col(f"{side.name}_part").sum(),
            nw.col(f"{side.name}_rest").sum(),
            nw.col(f"{side.name}_rows").count(),
        ]
    return aggregate(marks.with_columns(*parted), keys, *added, *more)
