"""Monthly series: against a year ago, year to date, rolling twelve months."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.errors import RequestError
from entrepot.measures.extra import in_one_group
from entrepot.measures.frame_adapter import FrameT, run_on_frame
from entrepot.measures.grouped import aggregate, as_list, known_sum
from entrepot.measures.metadata import MeasureMetadata

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["MONTHLY", "monthly"]

MONTHLY = MeasureMetadata(
    id="monthly",
    title="monthly series",
    function="monthly",
    inputs="rows with month and value",
    columns=(
        ("year_ago_pct", "change against the same month a year before, in per cent"),
        ("value", "sum of the month's rows, in the unit of the column that was added up"),
        ("year_to_date", "sum from January to the month"),
        ("year_to_date_pct", "change against the same months a year before, in per cent"),
        ("rolling12", "sum of the month and the eleven before"),
        ("rolling12_pct", "change against the twelve months before those, in per cent"),
    ),
    unit="percent",
    range="-100 and above",
    null_rule=(
        "within a month missing values are left out; a month is missing if it has no row or no "
        "known value; a sum over months is null if one of them is missing, never a partial sum; a "
        "change is null if one of its two ends is, or the earlier one is not positive"
    ),
    formula=(
        "v_m / v_{m-12} - 1; YTD_m = Σ v from January; R_m = Σ_{l=0..11} v_{m-l}; "
        "R_m / R_{m-12} - 1"
    ),
    reference="definition",
)


def monthly(
    frame: FrameT,
    *,
    by: str | Sequence[str] = (),
    time: str = "period",
    value: str = "value_usd",
) -> FrameT:
    """Return a monthly series with its usual comparisons.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read, with rows of whole months.
    by
        Columns that make one series.
    time
        Column with dates, of which year and month count, or with text such as ``2023-06``. Rows
        of whole years have to be left out first: their date looks like that of a January.
    value
        Column of values.

    Returns
    -------
    frame
        The keys, `time`, and the columns of the passport; one row for each month that has rows.

    Raises
    ------
    UnknownNameError, RequestError
        For a column that is missing or of the wrong type.
    """
    keys = as_list(by)

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        months = _months(rows, keys, time, value)
        months, group = in_one_group(months, keys)
        months = _added_up(months, group)
        return _compared(months, group, [*keys, time])

    makes = [name for name, _ in MONTHLY.columns]
    return run_on_frame(frame, step, keys=[*keys, time], value=value, makes=makes)


def _months(
    rows: nw.LazyFrame[Any], keys: Sequence[str], time: str, value: str
) -> nw.LazyFrame[Any]:
    """Add up each month; days of one month become its first."""
    dtype = rows.collect_schema()[time]
    if dtype == nw.Date or dtype == nw.Datetime:
        first = start = nw.col(time).cast(nw.Date).dt.truncate("1mo").cast(nw.Date)
    elif dtype == nw.String:
        start = nw.col(time).str.slice(0, 7)
        # Anything but a month, such as 2023 or 2023Q2, stops here.
        first = nw.concat_str(start, nw.lit("-01")).str.to_date(format="%Y-%m-%d")
    else:
        raise RequestError(
            f"column {time} is {dtype}, not a month",
            hint="use dates, or text such as 2023-06",
        )
    rows = rows.filter(~nw.col(time).is_null()).with_columns(
        start.alias(time),
        first.dt.year().cast(nw.Int64).alias("__year"),
        first.dt.month().cast(nw.Int64).alias("__month"),
    )
    sums = aggregate(
        rows,
        [*keys, time, "__year", "__month"],
        nw.col(value).sum().alias("__total"),
        nw.col(value).count().alias("__known"),
    )
    return sums.with_columns(
        known_sum("__total", "__known").alias("value"),
        (nw.col("__year") * 12 + nw.col("__month")).alias("__at"),
    )


def _added_up(months: nw.LazyFrame[Any], group: Sequence[str]) -> nw.LazyFrame[Any]:
    """Add the sums over months; each is null unless all its months are there and known."""
    value, at, year = nw.col("value"), nw.col("__at"), [*group, "__year"]
    known = nw.when(~value.is_null()).then(1).otherwise(0)
    months = months.with_columns(known.alias("__there")).with_columns(
        nw.col("value").cum_sum().over(*year, order_by="__month").alias("__to_date"),
        nw.col("__there").cum_sum().over(*year, order_by="__month").alias("__count"),
        at.shift(11).over(*group, order_by="__at").alias("__first"),
        *(
            value.shift(back).over(*group, order_by="__at").alias(f"__back{back}")
            for back in range(1, 12)
        ),
    )
    twelve = value
    for back in range(1, 12):
        twelve = twelve + nw.col(f"__back{back}")
    return months.with_columns(
        nw.when(nw.col("__count") == nw.col("__month"))
        .then(nw.col("__to_date"))
        .alias("year_to_date"),
        nw.when(nw.col("__first") == at - 11).then(twelve).alias("rolling12"),
    )


def _compared(
    months: nw.LazyFrame[Any], group: Sequence[str], shown: Sequence[str]
) -> nw.LazyFrame[Any]:
    """Add the changes against a year ago, looked up among the same months of other years."""
    same, names = [*group, "__month"], ("value", "year_to_date", "rolling12")
    months = months.with_columns(
        nw.col("__year").shift(1).over(*same, order_by="__year").alias("__last"),
        *(
            nw.col(name).shift(1).over(*same, order_by="__year").alias(f"__ago_{name}")
            for name in names
        ),
    )
    changes = {}
    for name in names:
        ago = nw.col(f"__ago_{name}")
        there = (nw.col("__last") == nw.col("__year") - 1) & (ago > 0) & ago.is_finite()
        safe = nw.when(there).then(ago)
        changes[name] = (nw.col(name) - safe) / safe * 100
    return months.select(
        *shown,
        changes["value"].alias("year_ago_pct"),
        "value",
        "year_to_date",
        changes["year_to_date"].alias("year_to_date_pct"),
        "rolling12",
        changes["rolling12"].alias("rolling12_pct"),
    )
