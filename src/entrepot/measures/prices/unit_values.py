"""Unit values, and a log of every row that was left out of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, cast

import narwhals as nw

from entrepot.errors import RequestError
from entrepot.measures.change import begins_within
from entrepot.measures.frame_adapter import FrameT, run_on_frame
from entrepot.measures.grouped import as_list
from entrepot.measures.metadata import MeasureMetadata
from entrepot.measures.prices.contrasts import check_quantity, check_trim, log_of
from entrepot.model.period import Period

if TYPE_CHECKING:
    from collections.abc import Sequence

UNIT_VALUES = MeasureMetadata(
    id="unit_values",
    title="unit values",
    function="unit_values",
    inputs="rows with partner, product, time, value and quantity; filters",
    columns=(
        ("unit_value", "value over quantity, USD per unit of quantity"),
        ("value_usd", "value of the rows kept, USD"),
        ("mass_kg", "quantity of the rows kept, in its own unit"),
        ("rows", "number of rows kept"),
    ),
    unit="USD",
    range="above 0, USD per unit of quantity",
    null_rule=(
        "no row where nothing is kept: what was left out is in `left_out` with its reason, and "
        "counted in `log`"
    ),
    formula="u = Σ V / Σ Q of the rows kept",
    reference=(
        "Silver (2010), The Wrongs and Rights of Unit Value Indices, Review of Income and Wealth 56"
    ),
    frames_only=True,
)


@dataclass(frozen=True, slots=True)
class UnitValues(Generic[FrameT]):
    """Unit values with what was left out of them; frames of the kind that came in.

    Attributes
    ----------
    rows
        The keys, ``unit_value``, value, quantity and number of ``rows`` they are made of.
    left_out
        Every row that was left out as it was, with the reason in ``left_out``.
    log
        ``reason``, ``rows``, value (USD) and ``share`` of the value, with ``kept`` as a reason of
        its own; a rule that no row broke is not in it.
    filters
        The bounds that were used.
    """

    rows: FrameT
    left_out: FrameT
    log: FrameT
    filters: PriceFilters


def unit_values(
    frame: FrameT,
    *,
    by: str | Sequence[str] = ("exporter", "importer", "product", "period"),
    product: str | Sequence[str] = "product",
    time: str = "period",
    partner: str | None = "importer",
    value: str = "value_usd",
    quantity: str = "mass_kg",
    unit: str | None = None,
    estimated: str | None = None,
    within: str | Sequence[str] | None = None,
    base: str | int | Period | None = None,
    filters: PriceFilters | None = None,
) -> UnitValues[FrameT]:
    """Divide values by quantities, and say of every row that was left out why.

    Rules are tried in the order of `REASONS`; a row that breaks
    one is left out with that reason and does not weigh in what later rules compare with.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read. Totals beside their parts must be gone.
    by
        Columns that make a unit value: the result has one row for each of their combinations.
    product, time
        Columns with products and time; both are among `by`.
    partner
        The column among `by` with partners, for the rule on shared unit values; None turns that
        rule off.
    value, quantity
        Columns with values and quantities.
    unit
        Column with the unit of quantity: only the main unit of a product is kept.
    estimated
        Column that is true for rows with an estimated quantity.
    within
        Group of the outlier rule; `by` without partner and time if not given.
    base
        Period that unit values may not be too far from, series by series (`by` without time).
    filters
        Bounds of the rules; `PriceFilters()` if not given.

    Returns
    -------
    UnitValues
        Unit values (USD per unit), the rows left out, and the log.

    Raises
    ------
    UnknownNameError, RequestError
        For a column that is missing or of the wrong type, or a bound that makes no sense.
    """
    rules = filters or PriceFilters()
    rules.check()
    check_quantity(frame, quantity)
    keys, goods = as_list(by), as_list(product)
    if absent := [name for name in (*goods, time, partner) if name and name not in keys]:
        raise RequestError(
            f"not among the columns of a unit value: {', '.join(absent)}",
            why="a unit value over several products, periods or partners mixes prices",
            hint="add it to `by`; without partners, say partner=None",
        )
    others = [name for name in keys if name not in (time, partner)]
    columns = Columns(
        by=tuple(keys),
        product=tuple(goods),
        time=time,
        partner=partner,
        value=value,
        quantity=quantity,
        unit=unit,
        estimated=estimated,
        within=tuple(others if within is None else as_list(within)),
        series=tuple(name for name in keys if name != time),
    )
    start = None if base is None else Period.parse(base)
    used = [quantity, *(name for name in (unit, estimated, *columns.within) if name)]
    texts = [name for name in dict.fromkeys(used) if name not in keys]

    def mark(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        return marked(rows, columns, rules, start).select(*keys, *texts, value, "left_out")

    made = ["left_out", "unit_value", "rows", "reason", "share"]
    # Rows stay single here: what was left out is shown as it came.
    every = run_on_frame(frame, mark, keys=keys, texts=texts, value=value, makes=made)
    return UnitValues(
        rows=_kept(every, keys, value, quantity),
        left_out=_left_out(every),
        log=_log(every, value),
        filters=rules,
    )


def _kept(every: FrameT, keys: list[str], value: str, quantity: str) -> FrameT:
    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        kept = rows.filter(nw.col("left_out").is_null())
        sums = kept.group_by(*keys).agg(
            nw.col(value).sum(),
            nw.col(quantity).sum(),
            nw.len().cast(nw.Int64).alias("rows"),
        )
        ratio = (nw.col(value) / nw.col(quantity)).alias("unit_value")
        return sums.select(*keys, ratio, value, quantity, "rows")

    return run_on_frame(every, step, keys=keys, texts=[quantity, "left_out"], value=value)


def _left_out(every: FrameT) -> FrameT:
    rows = cast("nw.LazyFrame[Any]", nw.from_native(cast("Any", every)))
    out = rows.filter(~nw.col("left_out").is_null())
    return cast(
        "FrameT", out if isinstance(every, (nw.DataFrame, nw.LazyFrame)) else out.to_native()
    )


def _log(every: FrameT, value: str) -> FrameT:
    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        named = rows.select(
            nw.when(nw.col("left_out").is_null())
            .then(nw.lit(KEPT))
            .otherwise(nw.col("left_out"))
            .alias("reason"),
            value,
        )
        sums = named.group_by("reason").agg(
            nw.len().cast(nw.Int64).alias("rows"), nw.col(value).sum()
        )
        with_total = sums.with_columns(nw.lit(1).alias("__one")).with_columns(
            nw.col(value).sum().over("__one").alias("__whole")
        )
        share = nw.when(nw.col("__whole") != 0).then(nw.col(value) / nw.col("__whole"))
        return with_total.select("reason", "rows", value, share.alias("share"))

    return run_on_frame(every, step, keys=["left_out"], value=value, order=["reason"])


# Rules that leave rows out before a unit value is read as a price, each with its reason.


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
        # A source without a flag for a row does not say that it estimated it.
        flag = nw.col(columns.estimated).cast(nw.Boolean).fill_null(False)
        found = _mark(found, flag, "estimated")
    if columns.partner and filters.same_partners is not None:
        # Before the outliers: prices from estimated weights are alike and would be the median.
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
    # A difference of logarithms is a relative one; cells of the grid are that wide.
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
    # Parts of 1/n may add up to a little less than a number of partners.
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
        # Of units with as much value the first by name, in every run the same.
        nw.col("__best").min().over(*product).alias("__main")
    )
    other = nw.col(unit).is_null() | (nw.col(unit) != nw.col("__main"))
    return _mark(named, other, "other_unit")


def _outliers(
    rows: nw.LazyFrame[Any], within: Sequence[str], times: float, least: int
) -> nw.LazyFrame[Any]:
    # `within` may be empty, and a window has to have a key.
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
        # Null without a price in the base, which breaks no rule: the row is kept.
        (nw.col("__u") - log_of("__start")).abs().alias("__move")
    )
    return _mark(based, nw.col("__move") > math.log(trim), "relative")
