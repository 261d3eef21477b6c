"""Price indices over many periods at once, which do not depend on the path between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, get_args

import narwhals as nw

from entrepot.errors import UnknownNameError
from entrepot.measures.change import begins_within
from entrepot.measures.door import FrameT, through_door
from entrepot.measures.grouped import aggregate, as_list
from entrepot.measures.passport import Passport
from entrepot.measures.prices.cells import (
    check_quantity,
    collected,
    given_back,
    log_of,
    paired,
)
from entrepot.measures.prices.dummies import series_of_dummies
from entrepot.model.period import Period

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["PRICE_SERIES", "Method", "price_series"]

Method = Literal["geks_tornqvist", "geks_fisher", "tpd", "tpd_unweighted"]

PRICE_SERIES = Passport(
    id="price_series",
    title="price index of unit values over many periods",
    function="price_series",
    inputs="rows with product, time, value and quantity; the base; a method",
    columns=(("price_index", "level of prices in the period, 1 in the base"),),
    unit="ratio",
    range="above 0; the ratio of two periods is the same whatever the base",
    null_rule=(
        "rows whose value or quantity is missing or not positive are left out; GEKS: null for a "
        "period that shares no product with some other one; time-product dummies: null for a "
        "period that no chain of shared products links to the base; null for all without a base"
    ),
    formula=(
        "GEKS: P_0t = Π_l (P_0l P_lt)^(1/T), with P of Törnqvist (CCDI) or Fisher; time-product "
        "dummies: ln u_kt = γ_k + δ_t + ε by least squares, weighted by shares of value, "
        "P_0t = exp(δ_t - δ_0)"
    ),
    reference=(
        "Ivancic, Diewert and Fox (2011), Journal of Econometrics 161; IMF and others (2020), "
        "Consumer Price Index Manual: Concepts and Methods"
    ),
    frames_only=True,
)


def price_series(
    frame: FrameT,
    *,
    by: str | Sequence[str] = (),
    base: str | int | Period,
    method: Method = "geks_tornqvist",
    product: str | Sequence[str] = "product",
    time: str = "period",
    value: str = "value_usd",
    quantity: str = "mass_kg",
) -> FrameT:
    """Compare the unit values of all periods, with one level for each.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read; rows of one product and period are added up first. Each
        value of the column `time` is a period.
    by
        Columns to compare by, such as exporter and importer.
    base
        The period that is 1. If several values of `time` begin in it, their geometric mean is 1.
    method
        ``geks_tornqvist`` (also called CCDI) and ``geks_fisher`` compare each pair of periods
        over what both have, in the engine. ``tpd`` and ``tpd_unweighted`` are regressions on
        products and periods, which also use products seen in few periods; their cells are
        collected and solved in plain Python.
    product
        Column or columns that say what is the same good.
    time, value, quantity
        Columns with time, values and quantities.

    Returns
    -------
    frame
        The keys, the period and ``price_index`` (ratio, 1 in the base). From `tpd` a lazy frame
        comes back lazy, on the default connection of its engine.

    Raises
    ------
    UnknownNameError, RequestError
        For a column that is missing or of the wrong type, or a method that does not exist.
    """
    if method not in get_args(Method):
        raise UnknownNameError("method", method, get_args(Method))
    keys, goods, start = as_list(by), as_list(product), Period.parse(base)
    check_quantity(frame, quantity)

    def cells(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        is_base = begins_within(start, time, rows.collect_schema()[time])
        usual = paired(rows, value, quantity).filter(~nw.col(time).is_null())
        marked = usual.with_columns(nw.when(is_base).then(1).otherwise(0).alias("__base"))
        parts = [nw.col("__v").sum(), nw.col("__q").sum()]
        return aggregate(marked, [*keys, *goods, time, "__base"], *parts)

    texts = [*goods, time, quantity]
    if method.startswith("geks"):

        def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
            return _geks(cells(rows), keys, goods, time, fisher=method == "geks_fisher")

        return through_door(
            frame,
            step,
            keys=[*keys, time],
            texts=[*goods, quantity],
            value=value,
            makes=["price_index"],
        )
    found = through_door(frame, cells, keys=keys, texts=texts, value=value, makes=["price_index"])
    weighted = method == "tpd"
    columns = series_of_dummies(collected(found), keys, goods, time, weighted=weighted)
    known = nw.from_native(found).collect_schema()  # type: ignore[call-overload]
    schema = {name: known[name] for name in [*keys, time]} | {"price_index": nw.Float64}
    back: FrameT = given_back(frame, columns, schema)
    return back


def _geks(
    cells: nw.LazyFrame[Any], keys: list[str], goods: list[str], time: str, *, fisher: bool
) -> nw.LazyFrame[Any]:
    """Average what each period says of every other: ln P_t = mean over l of ln P_lt."""
    alone = cells.with_columns(nw.lit(1).alias("__one"))
    groups = ["__one", *keys]
    priced = alone.filter(nw.col("__v") > 0)
    for good in goods:
        priced = priced.filter(~nw.col(good).is_null())
    logs = _pairs(priced, [*groups, *goods], [*groups, time], fisher=fisher)
    levels = aggregate(
        logs, [*groups, time], nw.col("__p").mean(), nw.col("__p").count().alias("__links")
    )
    spine = aggregate(alone, [*groups, time, "__base"], nw.col("__v").sum().alias("__any"))
    placed = spine.join(levels, on=[*groups, time], how="left")
    counted = placed.with_columns(nw.col("__p").count().over(*groups).alias("__periods"))
    whole = nw.col("__links") == nw.col("__periods")
    full = counted.with_columns(nw.when(whole).then(nw.col("__p")).alias("__p"))
    in_base = nw.when(nw.col("__base") == 1)
    based = full.with_columns(in_base.then(nw.col("__p")).alias("__p0"))
    start = based.with_columns(nw.col("__p0").mean().over(*groups).alias("__start"))
    return start.select(*keys, time, (nw.col("__p") - nw.col("__start")).exp().alias("price_index"))


def _pairs(
    cells: nw.LazyFrame[Any], good: list[str], period: list[str], *, fisher: bool
) -> nw.LazyFrame[Any]:
    """Return ln P from each period ``__s`` to each other, over the products both have."""
    time = period[-1]
    other = cells.select(
        *good,
        nw.col(time).alias("__s"),
        nw.col("__v").alias("__v0"),
        nw.col("__q").alias("__q0"),
    )
    met = cells.join(other, on=good, how="inner").with_columns(
        ((nw.col("__v") / nw.col("__q")) / (nw.col("__v0") / nw.col("__q0"))).alias("__r")
    )
    terms = met.with_columns(log_of("__r").alias("__l")).select(
        *period,
        *("__s", "__v", "__v0"),
        (nw.col("__v0") * nw.col("__r")).alias("__base_at_new"),
        (nw.col("__v") / nw.col("__r")).alias("__new_at_base"),
        (nw.col("__v0") * nw.col("__l")).alias("__t0"),
        (nw.col("__v") * nw.col("__l")).alias("__t1"),
    )
    names = ("__v", "__v0", "__base_at_new", "__new_at_base", "__t0", "__t1")
    sums = aggregate(terms, [*period, "__s"], *(nw.col(name).sum() for name in names))
    v0, v1 = nw.col("__v0"), nw.col("__v")
    if fisher:
        squared = (nw.col("__base_at_new") / v0) * (v1 / nw.col("__new_at_base"))
        sums = sums.with_columns(squared.alias("__f"))
        return sums.select(*period, "__s", (log_of("__f") / 2).alias("__p"))
    both = (nw.col("__t0") / v0 + nw.col("__t1") / v1) / 2
    return sums.select(*period, "__s", both.alias("__p"))
