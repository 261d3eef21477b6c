"""Unit values, and a log of every row that was left out of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, cast

import narwhals as nw

from entrepot.errors import RequestError
from entrepot.measures.frame_adapter import FrameT, run_on_frame
from entrepot.measures.grouped import as_list
from entrepot.measures.metadata import MeasureMetadata
from entrepot.measures.prices.contrasts import check_quantity
from entrepot.measures.prices.filters import KEPT, Columns, PriceFilters, marked
from entrepot.model.period import Period

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["UNIT_VALUES", "UnitValues", "unit_values"]

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

    Rules are tried in the order of `entrepot.measures.prices.filters.REASONS`; a row that breaks
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
        whole = sums.with_columns(nw.lit(1).alias("__one")).with_columns(
            nw.col(value).sum().over("__one").alias("__whole")
        )
        share = nw.when(nw.col("__whole") != 0).then(nw.col(value) / nw.col("__whole"))
        return whole.select("reason", "rows", value, share.alias("share"))

    return run_on_frame(every, step, keys=["left_out"], value=value, order=["reason"])
