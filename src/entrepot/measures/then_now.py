"""Each supplier of a market before and after, with what it gained and lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.measures.change import begins_within

if TYPE_CHECKING:
    from entrepot.model.period import Period

__all__ = ["INPUTS", "NULL_RULE", "Changes"]

NULL_RULE = (
    "null where a market has no row in one of the two periods (unless `complete`), where all rows "
    "of a supplier in a period are missing values, and where a supplier's total is negative or "
    "infinite; a supplier without a row in a market that has rows supplied nothing"
)
INPUTS = "rows with supplier, time and value, all suppliers of the market; the two periods"


@dataclass(frozen=True)
class Changes:
    """From rows to one row a supplier and market; numbers are null where the market is unsound."""

    keys: list[str]
    supplier: str
    time: str
    value: str
    now: Period
    then: Period
    complete: bool

    @property
    def market(self) -> list[str]:
        """Columns that make a market, one constant column where there are none."""
        return self.keys or ["__market"]

    def __call__(self, rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        """Return value and share, before, after, gained and lost."""
        sums = self._sums(rows)
        totals = sums.with_columns(
            *(
                nw.col(name).sum().over(*self.market).alias(f"{name}_all")
                for name in ("__then", "__now", "__rows_then", "__rows_now", "__unsound")
            )
        )
        there = (nw.col("__rows_then_all") > 0) & (nw.col("__rows_now_all") > 0)
        sound = nw.col("__unsound_all") == 0
        sound = sound if self.complete else sound & there
        before, after = nw.col("value_before"), nw.col("value_after")
        named = totals.with_columns(
            nw.when(sound).then(nw.col("__then")).alias("value_before"),
            nw.when(sound).then(nw.col("__now")).alias("value_after"),
            nw.when(sound & (nw.col("__then_all") > 0)).then(nw.col("__then_all")).alias("__base"),
            nw.when(sound & (nw.col("__now_all") > 0)).then(nw.col("__now_all")).alias("__end"),
        )
        shares = named.with_columns(
            (before / nw.col("__base")).alias("share_before"),
            (after / nw.col("__end")).alias("share_after"),
        )
        return shares.with_columns(
            _above(nw.col("share_after") - nw.col("share_before")).alias("share_gained"),
            _above(nw.col("share_before") - nw.col("share_after")).alias("share_lost"),
            _above(after - before).alias("value_gained"),
            _above(before - after).alias("value_lost"),
        )

    def _sums(self, rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        dtype = rows.collect_schema()[self.time]
        parts = []
        for name, span in (("then", self.then), ("now", self.now)):
            inside = begins_within(span, self.time, dtype)
            parts.append(nw.when(inside).then(nw.col(self.value)).alias(f"__{name}"))
            parts.append(nw.when(inside).then(1).alias(f"__rows_{name}"))
        chosen = rows.select(*self.keys, self.supplier, *parts)
        if not self.keys:
            chosen = chosen.with_columns(nw.lit(1).alias("__market"))
        sums = chosen.group_by(*self.market, self.supplier).agg(
            nw.col("__then").count().alias("__known_then"),
            nw.col("__now").count().alias("__known_now"),
            nw.col("__then", "__now").sum(),
            nw.col("__rows_then", "__rows_now").count(),
        )
        unsound = nw.lit(False)
        for name in ("then", "now"):
            total = nw.col(f"__{name}")
            silent = (nw.col(f"__rows_{name}") > 0) & (nw.col(f"__known_{name}") == 0)
            unsound = unsound | silent | ~((total >= 0) & total.is_finite())
        return sums.with_columns(nw.when(unsound).then(1).otherwise(0).alias("__unsound"))


def _above(change: nw.Expr) -> nw.Expr:
    return nw.when(change > 0).then(change).otherwise(nw.when(~(change > 0)).then(0.0))
