"""Change of a value against a base period, in per cent."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.errors import RequestError
from entrepot.measures.frame_adapter import FrameT, run_on_frame
from entrepot.measures.grouped import aggregate, as_list
from entrepot.measures.metadata import MeasureMetadata
from entrepot.model.period import Period

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["GROWTH", "apart", "begins_within", "growth"]

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

    Raises
    ------
    UnknownNameError, RequestError
        For a column that is missing or of the wrong type, or periods that overlap.
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
        return (column >= span.start) & (column < span.end + timedelta(days=1))
    if dtype.is_numeric():  # pandas turns whole years into floats as soon as one is missing
        if not span.is_whole_years:
            raise RequestError(
                f"column {time} holds years, and {span} is not whole years",
                hint="ask for whole years, or give a column of dates",
            )
        return (column >= span.start.year) & (column <= span.end.year)
    if dtype == nw.String:
        return column == str(span)
    raise RequestError(
        f"column {time} is {dtype}, not a time",
        hint="use dates, whole years, or text such as 2023-06",
    )
