"""What each product or partner adds to growth, and growth with the price taken out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.measures.change import apart, begins_within
from entrepot.measures.extra import in_one_group, numbers
from entrepot.measures.frame_adapter import FrameT, run_on_frame
from entrepot.measures.grouped import aggregate, as_list
from entrepot.measures.logmean import divided
from entrepot.measures.metadata import MeasureMetadata

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.model.period import Period

__all__ = ["GROWTH_CONTRIBUTION", "REAL_GROWTH", "growth_contribution", "real_growth"]

GROWTH_CONTRIBUTION = MeasureMetadata(
    id="growth_contribution",
    title="contribution to growth",
    function="growth_contribution",
    inputs="rows with time, value and the products or partners to tell apart; a period and a base",
    columns=(
        ("contribution", "part of the growth of the whole, in percentage points"),
        ("growth_pct", "growth of the whole, the sum of the contributions, in per cent"),
        ("value_base", "value in the base, in the unit of the column that was added up"),
        ("value", "value in the period, likewise"),
    ),
    unit="points",
    range="any number",
    null_rule=(
        "missing values are left out; zero where a product or partner has no row; all of a whole "
        "is null where one of them has rows in period or base and no known value, or the base of "
        "the whole is not positive or not finite"
    ),
    formula="c_k = 100 (v_k - v_k0) / Σ_k v_k0; Σ_k c_k = growth of the whole",
    reference="definition",
)

REAL_GROWTH = MeasureMetadata(
    id="real_growth",
    title="growth in value, volume and price",
    function="real_growth",
    inputs="rows with time, value and a price index; a period and a base",
    columns=(
        ("real_pct", "change of the value at the index's own prices, in per cent"),
        ("nominal_pct", "change of the value, in per cent"),
        ("price_pct", "change of the price that is implied, in per cent"),
    ),
    unit="percent",
    range="-100 and above",
    null_rule=(
        "missing values are left out; null where no value is known in period or base, the base is "
        "not positive, or a known value has no index above zero; the price also where the real "
        "value is not positive"
    ),
    formula="real V = Σ v / P; (1 + nominal) = (1 + real) (1 + price)",
    reference="IMF (2009), Export and Import Price Index Manual",
)


def growth_contribution(
    frame: FrameT,
    *,
    of: str | Sequence[str],
    period: str | int | Period,
    base: str | int | Period,
    by: str | Sequence[str] = (),
    time: str = "period",
    value: str = "value_usd",
) -> FrameT:
    """Return what each product or partner adds to the growth of the whole.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read.
    of
        Columns that tell the parts apart, e.g. ``"product"`` or ``"exporter"``.
    period, base
        Year, quarter, month or span; the rows that begin in it are added up.
    by
        Columns that make a whole, without time.
    time, value
        Columns with times and values.

    Returns
    -------
    frame
        The keys, the columns `of`, ``contribution`` (percentage points), ``growth_pct``,
        ``value_base`` and ``value``.

    Raises
    ------
    UnknownNameError, RequestError
        For a column that is missing or of the wrong type, or periods that overlap.
    """
    keys, parts = as_list(by), as_list(of)
    now, then = apart(period, base)

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        sums = _both(rows, [*keys, *parts], time, now, then, [value])
        silent = (nw.col("__rows_now") > 0) & (nw.col("__known_now") == 0)
        silent = silent | ((nw.col("__rows_then") > 0) & (nw.col("__known_then") == 0))
        sums = sums.with_columns(nw.when(silent).then(1).otherwise(0).alias("__silent"))
        sums, group = in_one_group(sums, keys)
        here, there = nw.col(f"__{value}_now"), nw.col(f"__{value}_then")
        sums = sums.with_columns(
            here.sum().over(*group).alias("__whole_now"),
            there.sum().over(*group).alias("__whole_then"),
            nw.col("__silent").sum().over(*group),
        )
        whole, before = nw.col("__whole_now"), nw.col("__whole_then")
        defined = (nw.col("__silent") == 0) & (before > 0) & (whole + before).is_finite()
        safe = nw.when(defined).then(before)
        return sums.select(
            *keys,
            *parts,
            ((here - there) / safe * 100).alias("contribution"),
            ((whole - before) / safe * 100).alias("growth_pct"),
            there.alias("value_base"),
            here.alias("value"),
        )

    makes = [name for name, _ in GROWTH_CONTRIBUTION.columns]
    return run_on_frame(frame, step, keys=[*keys, *parts], texts=[time], value=value, makes=makes)


def real_growth(
    frame: FrameT,
    *,
    deflator: str,
    period: str | int | Period,
    base: str | int | Period,
    by: str | Sequence[str] = (),
    time: str = "period",
    value: str = "value_usd",
) -> FrameT:
    """Return growth in value, and how much of it is volume and price.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read.
    deflator
        Column with the price index of a row's product and time, in any base. It has to be in the
        currency of the values: a yuan index says nothing on dollars.
    period, base
        Year, quarter, month or span; the rows that begin in it are added up.
    by
        Columns to compare by, without time.
    time, value
        Columns with times and values.

    Returns
    -------
    frame
        The keys, ``real_pct``, ``nominal_pct`` and ``price_pct``.

    Raises
    ------
    UnknownNameError, RequestError
        For a column that is missing or of the wrong type, or periods that overlap.
    """
    keys = as_list(by)
    now, then = apart(period, base)

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        rows = numbers(rows, deflator)
        index = nw.col(deflator)
        usable = (index > 0) & index.is_finite()
        real = nw.col(value) / nw.when(usable).then(index)
        rows = rows.with_columns(real.alias("__real"))
        sums = _both(rows, keys, time, now, then, [value, "__real"])
        known_now, known_then = nw.col("__known_now"), nw.col("__known_then")
        whole = (known_now == nw.col("__known_real_now")) & (
            known_then == nw.col("__known_real_then")
        )
        here, there = nw.col(f"__{value}_now"), nw.col(f"__{value}_then")
        real_here, real_there = nw.col("____real_now"), nw.col("____real_then")
        finite = (here + there).is_finite()
        defined = whole & finite & (known_now > 0) & (known_then > 0) & (there > 0)
        sums = sums.with_columns(
            nw.when(defined).then(divided(here, there)).alias("__n"),
            nw.when(defined & (real_there > 0)).then(divided(real_here, real_there)).alias("__r"),
        )
        nominal, volume = nw.col("__n"), nw.col("__r")
        price = nominal / nw.when(volume > 0).then(volume)
        return sums.select(
            *keys,
            ((volume - 1) * 100).alias("real_pct"),
            nw.when(~volume.is_null()).then((nominal - 1) * 100).alias("nominal_pct"),
            ((price - 1) * 100).alias("price_pct"),
        )

    makes = [name for name, _ in REAL_GROWTH.columns]
    return run_on_frame(frame, step, keys=keys, texts=[time, deflator], value=value, makes=makes)


def _both(
    rows: nw.LazyFrame[Any],
    keys: Sequence[str],
    time: str,
    now: Period,
    then: Period,
    values: Sequence[str],
) -> nw.LazyFrame[Any]:
    """Add up each column in period and base, and count rows and known values of the first."""
    dtype = rows.collect_schema()[time]
    rows = rows.with_columns(
        nw.when(begins_within(span, time, dtype)).then(1).otherwise(0).alias(f"__in_{end}")
        for end, span in (("now", now), ("then", then))
    ).filter((nw.col("__in_now") == 1) | (nw.col("__in_then") == 1))
    parted, added = [], []
    for end in ("now", "then"):
        inside = nw.col(f"__in_{end}") == 1
        parted.append(nw.when(inside).then(1).alias(f"__rows_{end}"))
        added.append(nw.col(f"__rows_{end}").count())
        for name, word in zip(values, ("known", "known_real"), strict=False):
            parted.append(nw.when(inside).then(nw.col(name)).alias(f"__{name}_{end}"))
            added.append(nw.col(f"__{name}_{end}").count().alias(f"__{word}_{end}"))
            added.append(nw.col(f"__{name}_{end}").sum())
    return aggregate(rows.with_columns(*parted), keys, *added)
