"""How concentrated supply is: Herfindahl-Hirschman index and concentration ratio."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.errors import RequestError
from entrepot.measures.frame_adapter import FrameT, run_on_frame
from entrepot.measures.grouped import aggregate, as_list, supplier_totals
from entrepot.measures.metadata import MeasureMetadata

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["CR", "HHI", "TOP_SUPPLIER", "concentration_ratio", "hhi", "top_supplier"]


_NULL_RULE = (
    "missing values are left out; null where the total is zero or no value is known, and where a "
    "supplier's total is negative or infinite"
)

HHI = MeasureMetadata(
    id="hhi",
    title="concentration of suppliers (Herfindahl-Hirschman index)",
    function="hhi",
    inputs="rows with supplier and value, all suppliers of the market",
    columns=(
        ("hhi", "index, 1/n to 1"),
        ("hhi_normalised", "index, 0 (n equal suppliers) to 1; null for one supplier (0/0)"),
        ("effective_suppliers", "number of equal suppliers with the same hhi, 1/hhi"),
        ("suppliers", "suppliers with a value above zero, n"),
    ),
    unit="index",
    range="1/n to 1",
    null_rule=_NULL_RULE,
    formula="H = Σ_j s_j² = Σ_j m_j² / (Σ_j m_j)²; H* = (H - 1/n) / (1 - 1/n); effective 1/H",
    reference=(
        "Hirschman (1945), National Power and the Structure of Foreign Trade; numbers equivalent: "
        "Adelman (1969), Review of Economics and Statistics 51(1)"
    ),
)

CR = MeasureMetadata(
    id="cr",
    title="share of the k largest suppliers",
    function="concentration_ratio",
    inputs="rows with supplier and value, all suppliers of the market; k",
    columns=(
        ("cr", "sum of the k largest shares, 0 to 1"),
        ("suppliers", "number of suppliers with a value above zero"),
    ),
    unit="share",
    range="k/n to 1; 1 where there are no more than k suppliers",
    null_rule=_NULL_RULE,
    formula="CR_k = Σ_{j<=k} s_(j), with shares sorted from the largest",
    reference="definition",
)


def hhi(
    frame: FrameT,
    *,
    by: str | Sequence[str],
    supplier: str = "exporter",
    value: str = "value_usd",
    unique_suppliers: bool = False,
) -> FrameT:
    """Return the Herfindahl-Hirschman index of suppliers.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read, with the rows of every supplier.
    by
        Columns that make a market, e.g. ``["importer", "product", "year"]``.
    supplier, value
        Columns with suppliers and values. Several rows of one supplier are added up first; rows
        without supplier count as one supplier.
    unique_suppliers
        Promise that no supplier has two rows in a market, which saves that adding up. A broken
        promise gives an index that is too low.

    Returns
    -------
    frame
        The keys, ``hhi``, ``hhi_normalised``, ``effective_suppliers`` and ``suppliers``.

    Raises
    ------
    UnknownNameError, RequestError
        For a column that is missing or of the wrong type.
    """
    keys = as_list(by)

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        totals = rows if unique_suppliers else supplier_totals(rows, keys, supplier, value)
        one = nw.col(value)
        # A negative supplier makes the sum of squares infinite, which marks the market as having
        # no index; that is cheaper than one more aggregate.
        square = nw.when(one < 0).then(nw.lit(math.inf)).otherwise(one * one)
        squared = totals.select(
            *keys,
            one.alias("__value"),
            square.alias("__square"),
            nw.when(one > 0).then(one).alias("suppliers"),
        )
        sums = aggregate(
            squared,
            keys,
            nw.col("__value").sum(),
            nw.col("__square").sum(),
            nw.col("suppliers").count(),
        )
        total, squares = nw.col("__value"), nw.col("__square")
        index, count = nw.col("hhi"), nw.col("suppliers")
        defined = (total > 0) & squares.is_finite()
        found = sums.select(
            *keys,
            nw.when(defined).then(squares / (total * total)).alias("hhi"),
            count.cast(nw.Int64),
        )
        normalised = (index - 1 / count) / (1 - 1 / count)
        return found.select(
            *keys,
            "hhi",
            nw.when(count > 1).then(normalised).alias("hhi_normalised"),
            (1 / index).alias("effective_suppliers"),
            "suppliers",
        )

    makes = [name for name, _ in HHI.columns]
    return run_on_frame(frame, step, keys=keys, texts=[supplier], value=value, makes=makes)


def concentration_ratio(
    frame: FrameT,
    *,
    by: str | Sequence[str],
    k: int,
    supplier: str = "exporter",
    value: str = "value_usd",
) -> FrameT:
    """Return the share of the `k` largest suppliers.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read, with the rows of every supplier.
    by
        Columns that make a market.
    k
        Number of suppliers, at least one.
    supplier, value
        Columns with suppliers and values. Several rows of one supplier are added up first.

    Returns
    -------
    frame
        The keys, ``cr``, 0 to 1, and ``suppliers``.

    Raises
    ------
    UnknownNameError, RequestError
        For a column that is missing or of the wrong type, or `k` below one.
    """
    if k < 1:
        raise RequestError(f"k is {k}", hint="ask for the 1, 3 or 5 largest suppliers")
    keys = as_list(by)

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        totals = supplier_totals(rows, keys, supplier, value)
        down = nw.when(nw.col(value) > 0).then(-nw.col(value))
        # Suppliers of equal size are told apart by name, so that every run counts the same ones.
        place = nw.col("__down").cum_count().over(*keys, order_by=["__down", supplier])
        placed = totals.with_columns(down.alias("__down")).with_columns(place.alias("__place"))
        largest = placed.select(
            *keys,
            nw.col(value).alias("__value"),
            nw.when(nw.col(value) > 0).then(nw.lit(1)).alias("suppliers"),
            nw.when(nw.col("__place") <= k).then(nw.col(value)).alias("__large"),
            nw.when(nw.col("__place") > k).then(nw.col(value)).alias("__small"),
        )
        sums = aggregate(
            largest,
            keys,
            nw.col("__value").sum().alias("__total"),
            nw.col("__value").min().alias("__least"),
            nw.col("__large").sum(),
            nw.col("__small").sum(),
            nw.col("suppliers").count(),
        )
        least, total = nw.col("__least"), nw.col("__total")
        defined = (total > 0) & total.is_finite() & (least >= 0)
        # Large and small are added up apart, so that rounding cannot make a ratio exceed one.
        large, small = nw.col("__large"), nw.col("__small")
        ratio = nw.when(defined).then(large / (large + small)).alias("cr")
        return sums.select(*keys, ratio, nw.col("suppliers").cast(nw.Int64))

    makes = [name for name, _ in CR.columns]
    return run_on_frame(frame, step, keys=keys, texts=[supplier], value=value, makes=makes)


# Who the largest supplier is, and how far ahead of the next.


TOP_SUPPLIER = MeasureMetadata(
    id="top_supplier",
    title="largest supplier and its lead",
    function="top_supplier",
    inputs="rows with supplier and value, all suppliers of the market",
    columns=(
        ("share", "the largest supplier's part of all imports, 0 to 1"),
        ("top_supplier", "its name; of suppliers of equal size the first by name"),
        ("second_share", "the next supplier's part, 0 to 1; 0 where there is no other"),
        ("second_supplier", "its name"),
        ("lead", "share less second_share, 0 (a tie) to 1 (the only supplier)"),
    ),
    unit="share",
    range="1/n to 1",
    null_rule=(
        "missing values are left out; null where the total is zero or no value is known, and where "
        "a supplier's total is negative or infinite; a share without a name belongs to the rows "
        "without supplier"
    ),
    formula="s_(1) = max_j m_j / Σ_j m_j; lead s_(1) - s_(2)",
    reference="definition",
)


def top_supplier(
    frame: FrameT,
    *,
    by: str | Sequence[str],
    supplier: str = "exporter",
    value: str = "value_usd",
) -> FrameT:
    """Return the largest supplier, its share, and its lead over the second.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read, with the rows of every supplier.
    by
        Columns that make a market.
    supplier, value
        Columns with suppliers and values. Several rows of one supplier are added up first; rows
        without supplier count as one supplier without a name.

    Returns
    -------
    frame
        The keys, ``share``, ``top_supplier``, ``second_share``, ``second_supplier`` and ``lead``.
        Suppliers of equal size come in the order of their names, so that every run names the same.

    Raises
    ------
    UnknownNameError, RequestError
        For a column that is missing or of the wrong type.
    """
    keys = as_list(by)

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        totals = supplier_totals(rows, keys, supplier, value)
        ordered = totals.with_columns((-nw.col(value)).alias("__down"))
        place = nw.col("__down").cum_count().over(*keys, order_by=["__down", supplier])
        placed = ordered.with_columns(place.alias("__place"))
        first, second = nw.col("__place") == 1, nw.col("__place") == 2
        positive = nw.col(value) > 0
        parted = placed.select(
            *keys,
            nw.col(value).alias("__least"),
            nw.when(first).then(nw.col(value)).alias("__first"),
            nw.when(second).then(nw.col(value)).alias("__second"),
            nw.when(~first & ~second).then(nw.col(value)).alias("__rest"),
            nw.when(first).then(nw.col(supplier)).alias("__first_name"),
            nw.when(second & positive).then(nw.col(supplier)).alias("__second_name"),
        )
        sums = aggregate(
            parted,
            keys,
            nw.col("__least").min(),
            nw.col("__first").sum(),
            nw.col("__second").sum(),
            nw.col("__rest").sum(),
            nw.col("__first_name").max(),
            nw.col("__second_name").max(),
        )
        # Parts are added up apart, so that rounding cannot make a share exceed one.
        one, two = nw.col("__first"), nw.col("__second")
        total = one + two + nw.col("__rest")
        defined = (total > 0) & total.is_finite() & (nw.col("__least") >= 0)
        return sums.select(
            *keys,
            nw.when(defined).then(one / total).alias("share"),
            nw.when(defined).then(nw.col("__first_name")).alias("top_supplier"),
            nw.when(defined).then(two / total).alias("second_share"),
            nw.when(defined).then(nw.col("__second_name")).alias("second_supplier"),
            nw.when(defined).then((one - two) / total).alias("lead"),
        )

    makes = [name for name, _ in TOP_SUPPLIER.columns]
    return run_on_frame(frame, step, keys=keys, texts=[supplier], value=value, makes=makes)
