"""Who the largest supplier is, and how far ahead of the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.measures.door import FrameT, through_door
from entrepot.measures.grouped import aggregate, as_list, supplier_totals
from entrepot.measures.passport import Passport

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["TOP_SUPPLIER", "top_supplier"]

TOP_SUPPLIER = Passport(
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
    return through_door(frame, step, keys=keys, texts=[supplier], value=value, makes=makes)
