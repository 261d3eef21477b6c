"""Which flags come and go: products that enter a list of dependent ones, leave it, and stay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import narwhals as nw

from entrepot.errors import RequestError, UnknownNameError
from entrepot.measures.frame_adapter import FrameT, integer_year, run_on_frame
from entrepot.measures.grouped import as_list
from entrepot.measures.metadata import MeasureMetadata

if TYPE_CHECKING:
    from collections.abc import Sequence

_NULL_RULE = (
    "a product without a row in a year that has others is not flagged; a flag that is "
    "null leaves it undecided; years are compared only where both have rows"
)
_REFERENCE = (
    "Vicard and Wibaux (2023), EU Strategic Dependencies: A Long View, CEPII Policy Brief 41"
)

CHURN = MeasureMetadata(
    id="churn",
    title="products that enter and leave a list",
    function="churn",
    inputs="rows with product, year and a flag, one for each product and year",
    columns=(
        ("status", "entered, left or stayed; null where one of the two flags is not known"),
        ("before", "the flag in the earlier year"),
        ("after", "the flag in the later year, which is the year of the row"),
    ),
    unit="flag",
    range="entered, left, stayed",
    null_rule=_NULL_RULE,
    formula="entered: not f_{t-n} and f_t; left: f_{t-n} and not f_t; stayed: f_{t-n} and f_t",
    reference=_REFERENCE,
)

CHURN_RATE = MeasureMetadata(
    id="churn_rate",
    title="share of a list that leaves it",
    function="churn_rate",
    inputs="rows with product, year and a flag, one for each product and year",
    columns=(
        ("left_rate", "left / (left + stayed), a share of what was flagged before"),
        ("entered_rate", "entered / (entered + stayed), a share of what is flagged after"),
        ("entered", "number of products"),
        ("left", "number of products"),
        ("stayed", "number of products"),
        ("unknown", "products flagged in one year whose flag in the other is not known"),
    ),
    unit="share",
    range="0 to 1",
    null_rule=_NULL_RULE + "; a rate of nothing is null; what is not known is in no rate",
    formula="left_rate = |F_{t-n} \\ F_t| / |F_{t-n}|; entered_rate = |F_t \\ F_{t-n}| / |F_t|",
    reference=_REFERENCE,
    frames_only=True,
)


def churn(
    frame: FrameT,
    *,
    by: str | Sequence[str] = (),
    product: str = "product",
    year: str = "period",
    flag: str = "dependent",
    lag: int = 1,
) -> FrameT:
    """Return, for each later year, the products that entered, left or stayed.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read, e.g. what `geodep` or `cdi` returns.
    by
        Columns that keep lists apart, such as the country.
    product, year, flag
        Columns; years are whole numbers, flags true and false or 1 and 0.
    lag
        Years between the two lists, at least one.

    Returns
    -------
    frame
        `by`, `product`, `year` (the later one), ``status``, ``before`` and ``after``; only products
        that are flagged in one of the two years at least. A code that a new edition of the
        nomenclature ended or created leaves or enters like any other: compare within an edition.

    Raises
    ------
    UnknownNameError, RequestError
        For a column that is missing or of the wrong type, or `lag` below one.
    """
    keys = [*as_list(by), product, year]

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        return _statuses(rows, as_list(by), product, year, flag, lag).select(*keys, *makes)

    makes = [name for name, _ in CHURN.columns]
    _refuse(lag)
    return run_on_frame(_counted(frame, flag, year), step, keys=keys, value=flag, makes=makes)


def churn_rate(
    frame: FrameT,
    *,
    by: str | Sequence[str] = (),
    product: str = "product",
    year: str = "period",
    flag: str = "dependent",
    lag: int = 1,
) -> FrameT:
    """Return, for each later year, how many products entered, left and stayed, and the rates.

    Parameters
    ----------
    frame, by, product, year, flag, lag
        As for `churn`.

    Returns
    -------
    frame
        `by`, `year` (the later one) and the columns of its sheet `CHURN_RATE`. A pair of years
        in which nothing is flagged has no row.

    Raises
    ------
    UnknownNameError, RequestError
        For a column that is missing or of the wrong type, or `lag` below one.
    """
    keys = [*as_list(by), year]

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        found = _statuses(rows, as_list(by), product, year, flag, lag)
        status = nw.col("status")
        marked = found.select(
            *keys,
            *(
                nw.when(status == name).then(1).otherwise(0).alias(name)
                for name in ("entered", "left", "stayed")
            ),
            nw.when(status.is_null()).then(1).otherwise(0).alias("unknown"),
        )
        names = ("entered", "left", "stayed", "unknown")
        sums = marked.group_by(*keys).agg(*(nw.col(name).sum() for name in names))
        entered, left, stayed = nw.col("entered"), nw.col("left"), nw.col("stayed")
        return sums.select(
            *keys,
            nw.when(left + stayed > 0).then(left / (left + stayed)).alias("left_rate"),
            nw.when(entered + stayed > 0).then(entered / (entered + stayed)).alias("entered_rate"),
            *(nw.col(name).cast(nw.Int64) for name in names),
        )

    makes = [name for name, _ in CHURN_RATE.columns]
    _refuse(lag)
    counted, texts = _counted(frame, flag, year), [product]
    return run_on_frame(counted, step, keys=keys, texts=texts, value=flag, makes=makes)


def _statuses(
    rows: nw.LazyFrame[Any], by: list[str], product: str, year: str, flag: str, lag: int
) -> nw.LazyFrame[Any]:
    """Lay each year beside the one `lag` years before, without a join: null keys meet as well."""
    keys = [*by, product, year]
    dated = rows.with_columns(integer_year(year)).filter(~nw.col(year).is_null())
    now = dated.select(
        *keys,
        nw.lit(1).alias("__now_row"),
        nw.col(flag).alias("__now"),
        nw.lit(0).alias("__then_row"),
        nw.lit(None, nw.Float64).alias("__then"),
    )
    then = dated.select(*keys, flag).with_columns((nw.col(year) + lag).alias(year))
    shifted = then.select(
        *keys,
        nw.lit(0).alias("__now_row"),
        nw.lit(None, nw.Float64).alias("__now"),
        nw.lit(1).alias("__then_row"),
        nw.col(flag).alias("__then"),
    )
    # Each product has up to two rows in a year, one of that year and one moved there from before.
    pairs = nw.concat([now, shifted])
    sums = pairs.group_by(*keys).agg(
        nw.col("__now_row", "__then_row").max(), nw.col("__now", "__then").max()
    )
    # Whether any product has a row: a year that is not in the data at all would flag nothing.
    both = [
        nw.col(name).max().over(*by, year).alias(f"{name}_there")
        for name in ("__now_row", "__then_row")
    ]
    there = sums.with_columns(*both).filter(
        nw.col("__now_row_there") == 1, nw.col("__then_row_there") == 1
    )
    flags = there.with_columns(_flag("then").alias("before"), _flag("now").alias("after"))
    before, after = nw.col("before"), nw.col("after")
    # What left or entered is decided only where both flags are known; `before & ~after` is null
    # where it is open, and so falls through to no status.
    status = nw.when(before & after).then(nw.lit("stayed"))
    left = nw.when(before & ~after).then(nw.lit("left"))
    entered = nw.when(~before & after).then(nw.lit("entered"))
    named = flags.with_columns(status.otherwise(left.otherwise(entered)).alias("status"))
    # Null or true is true: what is flagged in one year stays, even if the other is not known.
    return named.filter(before | after)


def _flag(when: str) -> nw.Expr:
    """Return the flag: false without a row, null where the row has none."""
    row, value = nw.col(f"__{when}_row"), nw.col(f"__{when}")
    return nw.when(row == 0).then(nw.lit(False)).otherwise(value > 0)


def _counted(frame: FrameT, flag: str, year: str) -> FrameT:
    """Return the frame with its flag as a number, which is what passes the door."""
    try:
        rows: Any = nw.from_native(cast("Any", frame))
    except TypeError:
        return frame
    schema = rows.collect_schema()
    for name in (flag, year):
        if name not in schema:
            raise UnknownNameError(
                "column", name, schema.names(), hint=f"the frame has: {', '.join(schema.names())}"
            )
    if not schema[year].is_numeric():
        raise RequestError(
            f"column {year} is {schema[year]}, not a year", hint="use whole years as numbers"
        )
    if not (schema[flag].is_numeric() or schema[flag] in (nw.Boolean, nw.Object)):
        raise RequestError(
            f"flags are {schema[flag]}, neither true and false nor numbers",
            where=f"column {flag}",
        )
    numbered = rows.with_columns(nw.col(flag).cast(nw.Float64))
    if isinstance(frame, (nw.DataFrame, nw.LazyFrame)):
        return cast("FrameT", numbered)
    return cast("FrameT", numbered.to_native())


def _refuse(lag: int) -> None:
    if lag < 1:
        raise RequestError(f"lag is {lag}", hint="compare with 1, 2 or 5 years before")
