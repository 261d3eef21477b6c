"""Change of a value against a base period, in per cent."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING, Any, cast

import narwhals as nw

from entrepot.errors import RequestError
from entrepot.measures.frame_adapter import FrameT, in_one_group, run_on_frame
from entrepot.measures.grouped import aggregate, as_list, known_sum
from entrepot.measures.metadata import MeasureMetadata
from entrepot.model.period import Period

if TYPE_CHECKING:
    from collections.abc import Sequence

GROWTH = MeasureMetadata(
    id="growth",
    title="growth",
    function="growth",
    inputs="rows with time and value; a period and the base it is measured against",
    columns=(
        ("growth_pct", "change in per cent of the base"),
        ("growth_log_pct", "instead of it with log=True: 100 times the difference of logarithms"),
    ),
    unit="percent",
    range="-100 and above; any number in logarithms",
    null_rule=(
        "missing values are left out; null where no value is known in the period or in the base, "
        "or the base is not positive; in logarithms also where the value is not positive"
    ),
    formula="g = 100 (V_t - V_0) / V_0; in logarithms g = 100 ln(V_t / V_0)",
    reference="Törnqvist, Vartia and Vartia (1985), The American Statistician 39(1)",
)


def growth(
    frame: FrameT,
    *,
    by: str | Sequence[str],
    period: str | int | Period,
    base: str | int | Period,
    time: str = "period",
    value: str = "value_usd",
    log: bool = False,
) -> FrameT:
    """Return the change of the value from `base` to `period`.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read.
    by
        Columns to add up by, without time; an empty list adds up everything.
    period, base
        Year, quarter, month or span, e.g. ``2023`` or ``"2022-03..2022-12"``; the rows that
        begin in it are added up.
    time
        Column with dates, with whole years as numbers, or with periods as text (``2023``,
        ``2023-06``), which then must equal `period`.
    value
        Column of values.
    log
        Logarithmic growth, which is symmetric and adds up over time.

    Returns
    -------
    frame
        The keys and ``growth_pct``, or ``growth_log_pct`` with `log`; both in per cent.
    """
    keys = as_list(by)
    now, then = apart(period, base)
    name = "growth_log_pct" if log else "growth_pct"

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        dtype = rows.collect_schema()[time]
        chosen = rows.select(
            *keys,
            nw.when(begins_within(now, time, dtype)).then(nw.col(value)).alias("__now"),
            nw.when(begins_within(then, time, dtype)).then(nw.col(value)).alias("__then"),
        )
        sums = aggregate(
            chosen,
            keys,
            nw.col("__now").count().alias("__known_now"),
            nw.col("__now").sum(),
            nw.col("__then").sum(),
        )
        here, there = nw.col("__now"), nw.col("__then")
        # A base without known values sums to zero, which is refused like any other zero.
        defined = (nw.col("__known_now") > 0) & (there > 0) & here.is_finite() & there.is_finite()
        if log:
            defined = defined & (here > 0)
            # The logarithm is taken of what is surely positive: of zero it would be infinite.
            safe = nw.when(defined).then(here / there)
            change = safe.log(math.e) * 100
        else:
            change = nw.when(defined).then((here - there) / there * 100)
        return sums.select(*keys, change.alias(name))

    return run_on_frame(frame, step, keys=keys, texts=[time], value=value, makes=[name])


def apart(period: str | int | Period, base: str | int | Period) -> tuple[Period, Period]:
    """Return period and base.

    Raises
    ------
    RequestError
        If they overlap.
    """
    now, then = Period.parse(period), Period.parse(base)
    if now.start <= then.end and then.start <= now.end:
        raise RequestError(
            f"period {now} and base {then} overlap",
            why="the same rows would be on both sides",
            hint="choose a base before the period",
        )
    return now, then


def begins_within(span: Period, time: str, dtype: nw.dtypes.DType) -> nw.Expr:
    """Whether a row's time begins in `span`."""
    column = nw.col(time)
    if dtype == nw.Date or dtype == nw.Datetime:
        # Below the next day, not up to the last: a time on the last day is after its midnight.
        return (column >= span.start) & (column < span.end + timedelta(days=1))
    if dtype.is_numeric():  # pandas turns whole years into floats as soon as one is missing
        if not span.is_whole_years:
            raise RequestError(
                f"column {time} has years, and {span} is not whole years",
                hint="ask for whole years, or give a column of dates",
            )
        return (column >= span.start.year) & (column <= span.end.year)
    if dtype == nw.String:
        # Text has no order across 2023 and 2023-06: only the same period in the same form counts.
        return column == str(span)
    raise RequestError(
        f"column {time} is {dtype}, not a time",
        hint="use dates, whole years, or text such as 2023-06",
    )


# Value of trade: the sum of the rows.


VALUE = MeasureMetadata(
    id="value",
    title="value of trade",
    function="value",
    inputs="rows with a value; keys to add up by",
    columns=(("value_usd", "sum of the rows, in the unit of the column that was added up"),),
    unit="USD",
    range="any number; trade is not negative, corrections can be",
    null_rule="missing values are left out; null where none is known, never zero",
    formula="V = Σ v",
    reference="definition",
)


def value(frame: FrameT, *, by: str | Sequence[str], value: str = "value_usd") -> FrameT:
    """Add up values by keys.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read; the result is of the same kind.
    by
        Columns to add up by; an empty list adds up everything.
    value
        Column of values.

    Returns
    -------
    frame
        The keys and a column named as `value`, in its unit. Null where no value is known.
    """
    keys = as_list(by)

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        sums = aggregate(
            rows,
            keys,
            nw.col(value).sum().alias("__total"),
            nw.col(value).count().alias("__known"),
        )
        return sums.select(*keys, known_sum("__total", "__known").alias(value))

    return run_on_frame(frame, step, keys=keys, value=value)


def without_own_trade(
    frame: FrameT, *, exporter: str = "exporter", importer: str = "importer"
) -> FrameT:
    """Return the rows whose exporter and importer differ; a row without one of them is left out.

    Measures keep own trade (goods that return, free zones, members of one group) unless this is
    called first, because leaving rows out is a choice that a definition must name.

    Raises
    ------
    narwhals.exceptions.ColumnNotFoundError
        If a column is missing.
    """
    rows: Any = nw.from_native(cast("Any", frame))
    # Said aloud, because pandas takes nothing for different from everything.
    known = ~nw.col(exporter).is_null() & ~nw.col(importer).is_null()
    kept = rows.filter(known & (nw.col(exporter) != nw.col(importer)))
    found: FrameT = kept if isinstance(frame, (nw.DataFrame, nw.LazyFrame)) else kept.to_native()
    return found


# Monthly series: against a year ago, year to date, rolling twelve months.


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
        The keys, `time`, and the columns of its sheet; one row for each month that has rows.
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
        # One count across years: eleven rows back are eleven months back if it differs by eleven.
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
    # Added one by one: a null month makes the sum null, where a rolling sum would leave it out.
    twelve = value
    for back in range(1, 12):
        twelve = twelve + nw.col(f"__back{back}")
    return months.with_columns(
        # January to a month are all there if as many are known as its number says.
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
    # A window over the same month of all years; the year before may be missing, so it is compared.
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
