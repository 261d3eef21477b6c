"""What goods are worth to the buyer after a cut-off, by product and in total."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.measures.grouped import aggregate

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["by_product", "in_total"]

NEAR_ONE = 1e-7
"""How close to zero the exponent of a mean is that of the geometric one, to as many digits."""


def by_product(
    rows: nw.LazyFrame[Any], market: Sequence[str], short_run: float
) -> nw.LazyFrame[Any]:
    """Return loss, unmet and so on of each market, from suppliers before and after."""
    times = nw.col("__times")
    rows = rows.with_columns(
        (nw.col("__low") * short_run).alias("__sigma"),
        nw.when(times > 0).then(times).alias("__least"),
    ).with_columns(nw.col("__least").min().over(*market))
    rows = rows.with_columns(*_terms(nw.col("__sigma")))
    part = nw.col("__before") / nw.col("__bill")
    stops, more = nw.col("__stops") == 1, nw.col("__after") - nw.col("__before")
    rows = rows.with_columns(
        (part * nw.col("__power")).alias("__mean"),
        (part * nw.col("__log")).alias("__geometric"),
        nw.when(stops).then(-more).otherwise(0.0).alias("__stopped"),
        nw.when(~stops).then(more).otherwise(0.0).alias("__replaced"),
        nw.when(stops).then(part).otherwise(0.0).alias("__share"),
    )
    added = ("__mean", "__geometric", "__stopped", "__replaced", "__share", "__before")
    sums = aggregate(
        rows,
        market,
        *(nw.col(name).sum() for name in added),
        nw.col("__times").min(),
        nw.col("__least").min(),
        nw.col("__doubt").max(),
        nw.col("__low").min(),
        nw.col("__high").max(),
        nw.col("__sigma").min(),
    )
    return _product_columns(sums, market)


def _terms(sigma: nw.Expr) -> tuple[nw.Expr, ...]:
    """Return q^p and ln q of a supplier, p = (σ - 1) / σ; of one that sends nothing, zero.

    q is over the least of a market, so that no power becomes too large for a number.
    """
    times = nw.col("__times")
    some = nw.when(times > 0).then(times / nw.col("__least"))
    power = _exponent(sigma)
    return (
        nw.when(times > 0).then((some.log() * power).exp()).otherwise(0.0).alias("__power"),
        nw.when(times > 0).then(some.log()).otherwise(0.0).alias("__log"),
    )


def _exponent(sigma: nw.Expr) -> nw.Expr:
    return 1 - 1 / nw.when(sigma > 0).then(sigma)


def _worth() -> nw.Expr:
    """Return what is left of the worth, 0 to 1; null where the elasticity is not known."""
    sigma, power = nw.col("__sigma"), _exponent(nw.col("__sigma"))
    apart = nw.when((power > NEAR_ONE) | (power < -NEAR_ONE)).then(power)
    mean = nw.when(nw.col("__mean") > 0).then(nw.col("__mean"))
    ces = (mean.log() / apart).exp()
    some = nw.when(~apart.is_null()).then(ces).otherwise(nw.col("__geometric").exp())
    some = some * nw.col("__least")
    essential = (nw.col("__times") <= 0) & (power <= NEAR_ONE)
    nothing = (nw.col("__mean") <= 0) & (power > NEAR_ONE)
    found = nw.when(essential | nothing).then(0.0).otherwise(some)
    agreed = (nw.col("__low") == nw.col("__high")) & (sigma > 0)
    leontief = (nw.col("__low") == nw.col("__high")) & (sigma == 0)
    return nw.when(leontief).then(nw.col("__times")).otherwise(nw.when(agreed).then(found))


def _product_columns(sums: nw.LazyFrame[Any], market: Sequence[str]) -> nw.LazyFrame[Any]:
    worth = nw.col("__worth")
    some_stops = nw.col("__share") > 0  # or all is as before, whatever the elasticity
    sure = nw.col("__doubt") < 1
    kept = nw.when(some_stops).then(nw.when(sure).then(_worth())).otherwise(1.0)
    sums = sums.with_columns(kept.alias("__worth")).with_columns(
        nw.when(worth < 1).then(worth).otherwise(nw.when(~worth.is_null()).then(1.0)),
        (nw.col("__stopped") - nw.col("__replaced")).alias("__short"),
    )
    short, bill = nw.col("__short"), nw.col("__before")
    unmet = nw.when(sure).then(nw.when(short > 1e-12 * bill).then(short).otherwise(0.0))
    essential = (nw.col("__times") <= 0) & (nw.col("__sigma") <= 1)
    price = 1 / nw.when(worth > 0).then(worth)
    return sums.select(
        *market,
        (1 - worth).alias("loss"),
        (unmet / bill).alias("unmet_share"),
        unmet.alias("unmet"),
        nw.when(sure).then(nw.col("__replaced")).alias("replaced"),
        nw.col("__stopped").alias("stopped"),
        bill.alias("bill"),
        price.alias("shadow_price"),
        (100 * (price - 1)).alias("cost_pct"),
        nw.col("__share").alias("share"),
        nw.col("__sigma").alias("sigma"),
        nw.when(essential).then(1).otherwise(0).alias("__essential"),
        "__doubt",
    )


def in_total(each: nw.LazyFrame[Any], keys: Sequence[str]) -> nw.LazyFrame[Any]:
    """Add products up, weighted by the bill; what has no loss is not part of the mean.

    What is unmet and replaced is known in total where it is of every product.
    """
    loss, bill = nw.col("loss"), nw.col("bill")
    each = each.with_columns(
        (bill * loss).alias("__lost"),
        nw.when(~loss.is_null()).then(bill).otherwise(0.0).alias("__known"),
        (bill * nw.col("__essential")).alias("__essential"),
    )
    names = ("unmet", "replaced", "stopped", "bill", "__lost", "__known", "__essential")
    sums = aggregate(each, keys, *(nw.col(name).sum() for name in names), nw.col("__doubt").max())
    whole = nw.when(bill > 0).then(bill)
    known = nw.when(nw.col("__known") > 0).then(nw.col("__known"))
    sums = sums.with_columns((nw.col("__lost") / known).alias("loss"))
    price = 1 / nw.when(loss < 1).then(1 - loss)
    told = ~whole.is_null()
    sure = told & (nw.col("__doubt") < 1)
    known_if = {"unmet": sure, "replaced": sure, "stopped": told, "bill": told}
    return sums.select(
        *keys,
        "loss",
        nw.when(sure).then(nw.col("unmet") / whole).alias("unmet_share"),
        *(nw.when(one).then(nw.col(name)).alias(name) for name, one in known_if.items()),
        price.alias("shadow_price"),
        (100 * (price - 1)).alias("cost_pct"),
        (nw.col("__known") / whole).alias("known_share"),
        (nw.col("__essential") / whole).alias("essential_share"),
    )
