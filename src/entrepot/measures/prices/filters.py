"""Rules that leave rows out before a unit value is read as a price, each with its reason.

A rule marks rows and removes none; the first rule that a row breaks is its reason.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.errors import RequestError
from entrepot.measures.change import begins_within
from entrepot.measures.prices.contrasts import check_trim, log_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.model.period import Period

__all__ = ["REASONS", "Columns", "PriceFilters", "marked"]

REASONS = {
    "no_value": "value missing, zero, negative or infinite",
    "no_quantity": "quantity missing, zero, negative or infinite",
    "estimated": "the source says that the row is estimated",
    "same_unit_value": "as many partners as the bound share one unit value: a weight was estimated",
    "other_unit": "not in the unit that most of the product's value is in",
    "below_value": "value below the floor",
    "below_quantity": "quantity below the floor",
    "outlier": "log unit value too far from the median of its group",
    "relative": "unit value too far from that of the same series in the base",
}
KEPT = "kept"
NORMAL = 1.4826  # makes the median absolute deviation of a normal variable its standard deviation


@dataclass(frozen=True, slots=True)
class PriceFilters:
    """Bounds of the rules; None turns a rule off.

    Attributes
    ----------
    same_partners
        Leave out rows whose unit value is shared by at least this many partners in one period.
    same_within
        Relative difference up to which unit values count as shared.
    min_value, min_quantity
        Floors of a row, in the units of the columns.
    mad
        Leave out rows whose log unit value is further from the median of its group than this many
        times 1.4826 MAD. Where more than half of a group is the same (MAD 0), it says nothing.
    mad_rows
        Rows with a price that a group needs for that rule. In a short series the rule would leave
        out the very change that is asked about.
    trim
        With a base: leave out rows whose unit value is outside [1/trim, trim] times that of the
        same series in the base.
    """

    same_partners: int | None = 4
    same_within: float = 1e-4
    min_value: float | None = None
    min_quantity: float | None = None
    mad: float | None = 3.0
    mad_rows: int = 10
    trim: float | None = 5.0

    def check(self) -> None:
        """Refuse bounds that leave out everything or nothing."""
        check_trim(self.trim)
        wrong = [
            name
            for name, bad in (
                ("same_partners", self.same_partners is not None and self.same_partners < 2),
                ("same_within", not 0 < self.same_within < 1),
                ("mad", self.mad is not None and not self.mad > 0),
            )
            if bad
        ]
        if wrong:
            raise RequestError(
                f"a filter has a bound that makes no sense: {', '.join(wrong)}",
                hint="same_partners is 2 or more, same_within between 0 and 1, mad above 0",
            )


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column plays which part; None where there is none.

    ``within`` is the group of the outlier rule, ``series`` what is followed over time.
    """

    by: tuple[str, ...]
    product: tuple[str, ...]
    time: str
    partner: str | None
    value: str
    quantity: str
    unit: str | None
    estimated: str | None
    within: tuple[str, ...]
    series: tuple[str, ...]


def marked(
    rows: nw.LazyFrame[Any], columns: Columns, filters: PriceFilters, base: Period | None
) -> nw.LazyFrame[Any]:
    """Add ``left_out`` (the reason, null where kept) and ``__u``, the log unit value."""
    found = _priced(rows, columns)
    if columns.estimated:
        flag = nw.col(columns.estimated).cast(nw.Boolean).fill_null(False)
        found = _mark(found, flag, "estimated")
    if columns.partner and filters.same_partners is not None:
        found = _same(found, columns, filters)
    if columns.unit:
        found = _other_unit(found, columns)
    for column, floor, reason in (
        (columns.value, filters.min_value, "below_value"),
        (columns.quantity, filters.min_quantity, "below_quantity"),
    ):
        if floor is not None:
            found = _mark(found, nw.col(column) < floor, reason)
    if filters.mad is not None:
        found = _outliers(found, columns.within, filters.mad, filters.mad_rows)
    if base is not None and filters.trim is not None:
        found = _relatives(found, columns, filters.trim, base)
    return found


def _mark(rows: nw.LazyFrame[Any], broken: nw.Expr, reason: str) -> nw.LazyFrame[Any]:
    """Give the rows that break a rule its reason, unless they have one already."""
    first = nw.col("left_out").is_null() & broken
    reasons = nw.when(first).then(nw.lit(reason)).otherwise(nw.col("left_out"))
    # A price that was left out may not weigh in what later rules compare with.
    return rows.with_columns(reasons.alias("left_out")).with_columns(
        nw.when(nw.col("left_out").is_null()).then(nw.col("__u")).alias("__u")
    )


def _priced(rows: nw.LazyFrame[Any], columns: Columns) -> nw.LazyFrame[Any]:
    value, quantity = nw.col(columns.value), nw.col(columns.quantity)
    has_value = (value > 0) & value.is_finite()
    has_quantity = (quantity > 0) & quantity.is_finite()
    known = rows.with_columns(nw.col(columns.quantity).cast(nw.Float64)).with_columns(
        nw.when(has_value & has_quantity).then(value / quantity).alias("__ratio"),
        nw.when(has_value).then(1).otherwise(0).alias("__has_value"),
    )
    unknown = nw.when(nw.col("__has_value") == 0).then(nw.lit("no_value"))
    without = nw.when(nw.col("__ratio").is_null()).then(nw.lit("no_quantity"))
    first = known.with_columns(without.alias("__without"))
    return first.with_columns(
        unknown.otherwise(nw.col("__without")).alias("left_out"),
        log_of("__ratio").alias("__u"),
    )


def _same(rows: nw.LazyFrame[Any], columns: Columns, filters: PriceFilters) -> nw.LazyFrame[Any]:
    """Mark unit values that many partners share; two grids, as a grid has borders."""
    group = [name for name in columns.by if name != columns.partner]
    scaled = nw.col("__u") / filters.same_within
    gridded = rows.with_columns(
        scaled.floor().alias("__grid"), (scaled + 0.5).floor().alias("__shifted")
    )
    priced, partner = ~nw.col("__u").is_null(), columns.partner or ""
    # n rows of a partner weigh 1/n each, so that their sum is the number of partners: engines
    # have no count of what is distinct in a window.
    for grid in ("__grid", "__shifted"):
        gridded = gridded.with_columns(
            nw.col("__u").count().over(*group, partner, grid).alias("__of_one")
        ).with_columns(nw.when(priced).then(1 / nw.col("__of_one")).alias("__part"))
        gridded = gridded.with_columns(
            nw.col("__part").sum().over(*group, grid).alias(f"{grid}_partners")
        )
    bound = (filters.same_partners or 0) - 0.5
    shared = (nw.col("__grid_partners") > bound) | (nw.col("__shifted_partners") > bound)
    return _mark(gridded, shared & priced, "same_unit_value")


def _other_unit(rows: nw.LazyFrame[Any], columns: Columns) -> nw.LazyFrame[Any]:
    """Mark rows that are not in the main unit of their product, by value; then by name."""
    unit, product = columns.unit or "", columns.product
    value = nw.when(~nw.col("__u").is_null()).then(nw.col(columns.value))
    valued = rows.with_columns(value.alias("__priced"))
    totals = valued.with_columns(
        nw.col("__priced").sum().over(*product, unit).alias("__of_unit")
    ).with_columns(nw.col("__of_unit").max().over(*product).alias("__most"))
    best = nw.when(nw.col("__of_unit") == nw.col("__most")).then(nw.col(unit))
    named = totals.with_columns(best.alias("__best")).with_columns(
        nw.col("__best").min().over(*product).alias("__main")
    )
    other = nw.col(unit).is_null() | (nw.col(unit) != nw.col("__main"))
    return _mark(named, other, "other_unit")


def _outliers(
    rows: nw.LazyFrame[Any], within: Sequence[str], times: float, least: int
) -> nw.LazyFrame[Any]:
    one = rows.with_columns(nw.lit(1).alias("__one"))
    group = ["__one", *within]
    centred = one.with_columns(
        nw.col("__u").median().over(*group).alias("__median"),
        nw.col("__u").count().over(*group).alias("__priced"),
    ).with_columns((nw.col("__u") - nw.col("__median")).abs().alias("__away"))
    scaled = centred.with_columns(nw.col("__away").median().over(*group).alias("__mad"))
    mad = nw.col("__mad")
    # Logs of equal ratios differ in their last digits, which is no spread.
    far = (mad > 1e-12) & (nw.col("__away") > times * NORMAL * mad)
    return _mark(scaled, far & (nw.col("__priced") >= least), "outlier")


def _relatives(
    rows: nw.LazyFrame[Any], columns: Columns, trim: float, base: Period
) -> nw.LazyFrame[Any]:
    series = list(columns.series)
    here = begins_within(base, columns.time, rows.collect_schema()[columns.time])
    in_base = here & ~nw.col("__u").is_null()
    sums = rows.with_columns(
        nw.lit(1).alias("__one"),
        nw.when(in_base).then(nw.col(columns.value)).alias("__bv"),
        nw.when(in_base).then(nw.col(columns.quantity)).alias("__bq"),
    ).with_columns(
        nw.col("__bv").sum().over("__one", *series).alias("__bv"),
        nw.col("__bq").sum().over("__one", *series).alias("__bq"),
    )
    ratio = nw.when(nw.col("__bv") > 0).then(nw.col("__bv") / nw.col("__bq"))
    based = sums.with_columns(ratio.alias("__start")).with_columns(
        (nw.col("__u") - log_of("__start")).abs().alias("__move")
    )
    return _mark(based, nw.col("__move") > math.log(trim), "relative")
