"""Who sends how much once a supplier has stopped: proportions are kept up to each one's limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["filled"]


def filled(rows: nw.LazyFrame[Any], market: Sequence[str], supplier: str) -> nw.LazyFrame[Any]:
    """Return ``__after`` and ``__times``, after over before, beside each supplier of a market.

    Parameters
    ----------
    rows
        A row for each market and supplier, with ``__before`` above zero and ``__limit``, what it
        can send over what it sends.

    Notes
    -----
    Those who are not at their limit all send t times what they sent. Suppliers are sorted by their
    limit: one is at it if the bill cannot be spent with t at that limit.
    """
    before, limit = nw.col("__before"), nw.col("__limit")
    order = ["__limit", supplier]
    rows = rows.with_columns((before * limit).alias("__most")).with_columns(
        before.sum().over(*market).alias("__bill"),
        before.cum_sum().over(*market, order_by=order).alias("__so_far"),
        nw.col("__most").cum_sum().over(*market, order_by=order).alias("__at_most"),
    )
    bill, above = nw.col("__bill"), nw.col("__bill") - nw.col("__so_far")
    rows = rows.with_columns(
        nw.when(nw.col("__at_most") + limit * above <= bill).then(1).otherwise(0).alias("__full")
    ).with_columns(
        nw.when(nw.col("__full") == 1).then(nw.col("__most")).otherwise(0.0).alias("__sent"),
        nw.when(nw.col("__full") == 0).then(before).otherwise(0.0).alias("__free"),
    )
    rows = rows.with_columns(
        nw.col("__sent").sum().over(*market), nw.col("__free").sum().over(*market)
    )
    free = nw.when(nw.col("__free") > 0).then(nw.col("__free"))
    level = (bill - nw.col("__sent")) / free
    times = nw.when(nw.col("__full") == 1).then(limit).otherwise(level)
    return rows.with_columns(times.alias("__times")).with_columns(
        (before * nw.col("__times")).alias("__after")
    )
