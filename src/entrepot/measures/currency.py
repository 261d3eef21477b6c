"""A value in yuan, and the three dollar values that people make of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.measures.frame_adapter import FrameT, numbers, positive, run_on_frame
from entrepot.measures.grouped import aggregate, as_list, divided
from entrepot.measures.metadata import MeasureMetadata

if TYPE_CHECKING:
    from collections.abc import Sequence

CONVERSIONS = MeasureMetadata(
    id="conversions",
    title="one value in yuan, three in dollars",
    function="conversions",
    inputs=(
        "rows with a value in yuan, the same report's value in dollars, and the average rate of "
        "the row's period; the rate of a day"
    ),
    columns=(
        ("customs_usd", "the dollars of the report itself, each month at the customs' rate"),
        ("average_usd", "each row's yuan at the average rate of its own period"),
        ("spot_usd", "all yuan at the rate of one day, as newsrooms do"),
        ("value_cny", "the yuan of the report"),
        ("implied_rate", "yuan a dollar: value_cny over customs_usd"),
        ("average_off_pct", "average_usd against customs_usd, in per cent"),
        ("spot_off_pct", "spot_usd against customs_usd, in per cent"),
        ("mixed_rate_usd", "spot_usd - customs_usd: an error if called the customs' dollars"),
    ),
    unit="USD",
    range="0 and above",
    null_rule=(
        "a row without yuan and without dollars is left out; each conversion is null where a "
        "remaining row lacks what it needs, since the sums would cover different rows"
    ),
    formula="customs Σ usd_t; average Σ cny_t / e_t; spot Σ cny_t / e_day; e yuan a dollar",
    reference="definition",
)


def conversions(
    frame: FrameT,
    *,
    spot: float,
    average: str = "rate",
    by: str | Sequence[str] = (),
    usd: str = "value_usd",
    value: str = "value_cny",
) -> FrameT:
    """Return a value in yuan with its three values in dollars.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read, one row a report of a month, or of a year.
    spot
        Yuan a dollar on one day, above zero.
    average
        Column with the average rate of the row's period, in yuan a dollar.
    by
        Columns to add up by.
    usd, value
        Columns with the dollars and the yuan of one and the same report.

    Returns
    -------
    frame
        The keys and the columns of its sheet.

    Raises
    ------
    UnknownNameError, RequestError
        For a column that is missing or of the wrong type, or a rate that is not above zero.
    """
    keys = as_list(by)
    rate = positive("spot", spot)

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        rows = numbers(rows, usd, average)
        yuan, dollars, mean = nw.col(value), nw.col(usd), nw.col(average)
        # A row without a usable rate leaves its conversion null, and with it the sum.
        usable = (mean > 0) & mean.is_finite()
        rows = rows.filter(~yuan.is_null() | ~dollars.is_null()).select(
            *keys,
            nw.lit(1).alias("__rows"),
            yuan.alias("__yuan"),
            dollars.alias("__usd"),
            (yuan / nw.when(usable).then(mean)).alias("__average"),
        )
        names = ("__yuan", "__usd", "__average")
        sums = aggregate(
            rows,
            keys,
            nw.col("__rows").count(),
            *(nw.col(name).count().alias(f"{name}_known") for name in names),
            *(nw.col(name).sum() for name in names),
        )
        row_count = nw.col("__rows")
        sums = sums.with_columns(
            # All or nothing: sums over different rows would differ for that alone.
            nw.when((row_count > 0) & (nw.col(f"{name}_known") == row_count))
            .then(nw.col(name))
            .alias(name)
            for name in names
        )
        return _compared(sums, keys, rate)

    makes = [name for name, _ in CONVERSIONS.columns if name != value]
    return run_on_frame(frame, step, keys=keys, texts=[usd, average], value=value, makes=makes)


def _compared(sums: nw.LazyFrame[Any], keys: Sequence[str], rate: float) -> nw.LazyFrame[Any]:
    customs, average, yuan = nw.col("__usd"), nw.col("__average"), nw.col("__yuan")
    spot = yuan / rate
    return sums.select(
        *keys,
        customs.alias("customs_usd"),
        average.alias("average_usd"),
        spot.alias("spot_usd"),
        yuan.alias("value_cny"),
        divided(yuan, customs).alias("implied_rate"),
        (divided(average - customs, customs) * 100).alias("average_off_pct"),
        (divided(spot - customs, customs) * 100).alias("spot_off_pct"),
        (spot - customs).alias("mixed_rate_usd"),
    )
