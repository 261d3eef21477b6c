"""Price indices over many periods at once, which do not depend on the path between them."""

from __future__ import annotations

import math
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Literal, get_args

import narwhals as nw

from entrepot.errors import RequestError, UnknownNameError
from entrepot.measures.change import apart, begins_within
from entrepot.measures.frame_adapter import FrameT, run_on_frame
from entrepot.measures.grouped import aggregate, as_list
from entrepot.measures.metadata import MeasureMetadata
from entrepot.measures.prices.contrasts import (
    check_quantity,
    check_trim,
    collected,
    given_back,
    log_of,
    paired,
    two_periods,
)
from entrepot.model.period import Period

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

Method = Literal["geks_tornqvist", "geks_fisher", "tpd", "tpd_unweighted"]

PRICE_SERIES = MeasureMetadata(
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

        return run_on_frame(
            frame,
            step,
            keys=[*keys, time],
            texts=[*goods, quantity],
            value=value,
            makes=["price_index"],
        )
    found = run_on_frame(frame, cells, keys=keys, texts=texts, value=value, makes=["price_index"])
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
    # A window and a join need a key, also where there is one series only.
    alone = cells.with_columns(nw.lit(1).alias("__one"))
    groups = ["__one", *keys]
    priced = alone.filter(nw.col("__v") > 0)
    for good in goods:
        priced = priced.filter(~nw.col(good).is_null())
    logs = _pairs(priced, [*groups, *goods], [*groups, time], fisher=fisher)
    levels = aggregate(
        logs, [*groups, time], nw.col("__p").mean(), nw.col("__p").count().alias("__links")
    )
    # All periods, also those without a price: they get a row without an index.
    spine = aggregate(alone, [*groups, time, "__base"], nw.col("__v").sum().alias("__any"))
    placed = spine.join(levels, on=[*groups, time], how="left")
    counted = placed.with_columns(nw.col("__p").count().over(*groups).alias("__periods"))
    # With every period that has a level, itself included: a mean over fewer is another index.
    total = nw.col("__links") == nw.col("__periods")
    full = counted.with_columns(nw.when(total).then(nw.col("__p")).alias("__p"))
    in_base = nw.when(nw.col("__base") == 1)
    based = full.with_columns(in_base.then(nw.col("__p")).alias("__p0"))
    # A mean of logarithms: several months of a base year have the geometric mean 1.
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
    # Each period meets every other and itself, with a relative of 1, as GEKS averages over all.
    met = cells.join(other, on=good, how="inner").with_columns(
        ((nw.col("__v") / nw.col("__q")) / (nw.col("__v0") / nw.col("__q0"))).alias("__r")
    )
    terms = met.with_columns(log_of("__r").alias("__l")).select(
        *period,
        *("__s", "__v", "__v0"),
        # p_t q_0 = v_0 p_t / p_0, and p_0 q_t likewise: no quantity is needed any more.
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


# Time-product dummies: a regression of log unit values on products and periods.


Cell = tuple["Hashable", "Hashable", float, float]
Pair = tuple[float, float]
"""The weight of a pair of periods, and by how much the first is above the second."""


def series_of_dummies(
    rows: Sequence[dict[str, Any]],
    keys: Sequence[str],
    goods: Sequence[str],
    time: str,
    *,
    weighted: bool,
) -> dict[str, list[Any]]:
    """Return the keys, the period and its index as columns, sorted by period within the keys."""
    groups: dict[tuple[Any, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        groups[tuple(row[name] for name in keys)].append(row)
    columns: dict[str, list[Any]] = {name: [] for name in (*keys, time, "price_index")}
    # None cannot be compared with text: it goes last.
    for key in sorted(groups, key=lambda parts: [(part is None, part) for part in parts]):
        for period, index in _levels(groups[key], goods, time, weighted=weighted):
            for name, part in zip((*keys, time), (*key, period), strict=True):
                columns[name].append(part)
            columns["price_index"].append(index)
    return columns


def _levels(
    rows: list[dict[str, Any]], goods: Sequence[str], time: str, *, weighted: bool
) -> list[tuple[Any, float | None]]:
    """Return each period with its index, null where it is not identified."""
    priced = [row for row in rows if row["__v"] and row["__v"] > 0 and _known(row, goods)]
    totals: dict[Any, float] = defaultdict(float)
    for row in priced:
        totals[row[time]] += row["__v"]
    cells = [
        (
            tuple(row[name] for name in goods),
            row[time],
            math.log(row["__v"] / row["__q"]),
            # Shares within the period: a large period weighs no more than a small one.
            row["__v"] / totals[row[time]] if weighted else 1.0,
        )
        for row in priced
    ]
    bases = {row[time] for row in rows if row["__base"] == 1}
    # A base without a price in it is not one that others could be linked to.
    effects = effects_of_periods(cells, bases & set(totals))
    known = [effects[period] for period in bases if period in effects]
    start = math.fsum(known) / len(known) if known else None
    return [
        (
            period,
            math.exp(effects[period] - start) if period in effects and start is not None else None,
        )
        for period in sorted({row[time] for row in rows})
    ]


def _known(row: dict[str, Any], goods: Sequence[str]) -> bool:
    return all(row[name] is not None for name in goods)


def effects_of_periods(cells: Sequence[Cell], bases: set[Any]) -> dict[Any, float]:
    """Return δ of ``y = γ_product + δ_period`` for the periods linked to one of `bases`.

    Parameters
    ----------
    cells
        Product, period, y and its weight.
    bases
        Periods the result is wanted for; the first of them gets 0. Empty unless all of them are
        linked with each other.
    """
    if not bases:
        return {}
    start = min(bases)
    linked = _linked(cells, start)
    # Periods of the base that no chain links have no common level to be 1.
    if not bases <= linked:
        return {}
    # Products and then periods are eliminated one by one, as comparisons of pairs with weights:
    # nothing is subtracted. Normal equations lost the digits of a weak link.
    pairs: dict[Any, dict[Any, Pair]] = {period: {} for period in linked}
    for members in _by_product(cells, linked).values():
        _add_star(pairs, [(period, weight, y) for _, period, y, weight in members])
    left_out = []
    for period in sorted(linked - {start}, reverse=True):
        star = [(other, weight, above) for other, (weight, above) in pairs.pop(period).items()]
        if not math.fsum(weight for _, weight, _ in star):
            raise RequestError(
                "periods are linked too weakly for a regression to separate them",
                why="the products they share have next to no value in one of them",
                hint="choose method tpd_unweighted, or leave out periods with little trade",
            )
        for other, _, _ in star:
            del pairs[other][period]
        _add_star(pairs, [(other, weight, -above) for other, weight, above in star])
        left_out.append((period, star))
    effects = {start: 0.0}
    for period, star in reversed(left_out):
        # In the reverse order: all that a period was compared with when it went are solved by now.
        effects[period] = _mean((weight, effects[other] + above) for other, weight, above in star)
    return effects


def _by_product(cells: Sequence[Cell], periods: set[Any]) -> dict[Any, list[Cell]]:
    products: dict[Any, list[Cell]] = defaultdict(list)
    for cell in cells:
        if cell[1] in periods:
            products[cell[0]].append(cell)
    return products


def _add_star(
    pairs: dict[Any, dict[Any, Pair]], members: Sequence[tuple[Any, float, float]]
) -> None:
    """Add what periods say of each other that are compared with one thing, each with a weight.

    Sum_k w_k (y_k - m)^2, least over m, is sum_(k<l) w_k w_l / W (y_k - y_l)^2.
    """
    total = math.fsum(weight for _, weight, _ in members)
    for number, (one, weight, y) in enumerate(members):
        for other, other_weight, level in members[:number]:
            # The quotient first: a product of two small weights may be zero.
            joint = weight * (other_weight / total)
            if joint > 0:
                old = pairs[one].get(other, (0.0, 0.0))
                above = _mean((old, (joint, y - level)))
                pairs[one][other] = (old[0] + joint, above)
                pairs[other][one] = (old[0] + joint, -above)


def _mean(parts: Iterable[Pair]) -> float:
    """Return the mean of numbers that come behind their weights."""
    weighted = list(parts)
    total = math.fsum(weight for weight, _ in weighted)
    return math.fsum(weight / total * number for weight, number in weighted)


def _linked(cells: Sequence[Cell], start: Any) -> set[Any]:
    """Return the periods that chains of shared products link to `start`."""
    periods_of: dict[Any, set[Any]] = defaultdict(set)
    products_of: dict[Any, set[Any]] = defaultdict(set)
    for product, period, *_ in cells:
        periods_of[product].add(period)
        products_of[period].add(product)
    found, waiting = {start}, [start]
    seen: set[Any] = set()
    while waiting:
        for product in products_of[waiting.pop()] - seen:
            seen.add(product)
            waiting.extend(periods_of[product] - found)
            found |= periods_of[product]
    return found


# Bilateral price indices over the products that two periods share.


PRICE_INDEX = MeasureMetadata(
    id="price_index",
    title="price index of unit values between two periods",
    function="price_index",
    inputs="rows with product, time, value and quantity; a period and its base",
    columns=(
        ("fisher", "Fisher's index, 1 is no change; first choice between two periods"),
        ("tornqvist", "Törnqvist's index, a geometric mean weighted by shares of both periods"),
        ("laspeyres", "index with the quantities of the base"),
        ("paasche", "index with the quantities of the period"),
        ("jevons", "unweighted geometric mean of the relatives: every product counts the same"),
        ("matched_share_base", "part of the base's value in the products compared, 0 to 1"),
        ("matched_share", "part of the period's value in the products compared, 0 to 1"),
        ("matched_products", "number of products compared"),
        ("products", "number of products with a value in either period"),
        ("trimmed_products", "number of products left out because their relative is extreme"),
        ("trimmed_usd", "value of these products in the period"),
    ),
    unit="ratio",
    range="above 0; 1 is no change; Paasche and Laspeyres stand on either side of Fisher",
    null_rule=(
        "a product counts where value and quantity are known and positive in both periods; rows "
        "with one of them missing are left out; null where no product is left"
    ),
    formula=(
        "L = Σ p_t q_0 / Σ p_0 q_0; P = Σ p_t q_t / Σ p_0 q_t; F = (L P)^½; "
        "ln T = Σ ½ (w_0 + w_t) ln(p_t / p_0); ln J = (1/n) Σ ln(p_t / p_0); p is value / quantity"
    ),
    reference="IMF and others (2009), Export and Import Price Index Manual",
)


def price_index(
    frame: FrameT,
    *,
    by: str | Sequence[str] = (),
    period: str | int | Period,
    base: str | int | Period,
    product: str | Sequence[str] = "product",
    time: str = "period",
    value: str = "value_usd",
    quantity: str = "mass_kg",
    trim: float | None = None,
) -> FrameT:
    """Compare the unit values of `period` with those of `base` over the products both have.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read; rows of one product and period are added up first.
    by
        Columns to compare by, such as exporter and importer.
    period, base
        Year, quarter, month or span; the rows that begin in it are added up.
    product
        Column or columns that say what is the same good. Where units differ, the unit is one of
        them: ``["product", "quantity_unit"]``.
    time, value, quantity
        Columns with time, values and quantities.
    trim
        Leave out products whose unit value rose or fell more than this many times (5 keeps
        relatives in [1/5, 5]); they are counted in ``trimmed_products`` and ``trimmed_usd``.

    Returns
    -------
    frame
        The keys, five indices (ratios, 1 is no change) and how much of the value they rest on.
    """
    keys, goods = as_list(by), as_list(product)
    periods = apart(period, base)
    check_quantity(frame, quantity)
    check_trim(trim)

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        cells = two_periods(rows, [*keys, *goods], periods, (time, value, quantity))
        return _indices(aggregate(_terms(cells, keys, trim), keys, *_sums()), keys)

    makes = [name for name, _ in PRICE_INDEX.columns]
    return run_on_frame(
        frame, step, keys=keys, texts=[*goods, time, quantity], value=value, makes=makes
    )


def _terms(cells: nw.LazyFrame[Any], keys: list[str], trim: float | None) -> nw.LazyFrame[Any]:
    """Return what each product adds to the sums; null where it is not compared."""
    v0, v1 = nw.col("__v0"), nw.col("__v1")
    relative = (v1 / nw.col("__q1")) / (v0 / nw.col("__q0"))
    both = cells.with_columns(nw.when((v0 > 0) & (v1 > 0)).then(relative).alias("__any"))
    # `__any` is the relative before trimming, so that what is trimmed can be counted.
    inside = nw.col("__any") > 0
    if trim is not None:
        inside = inside & (nw.col("__any") >= 1 / trim) & (nw.col("__any") <= trim)
    kept = both.with_columns(nw.when(inside).then(nw.col("__any")).alias("__r"))
    known, outside = ~nw.col("__r").is_null(), nw.col("__r").is_null() & ~nw.col("__any").is_null()
    there = (nw.col("__all0") != 0) | (nw.col("__all1") != 0)
    marked = kept.with_columns(
        log_of("__r").alias("__l"),
        nw.when(known).then(v0).alias("__w0"),
        nw.when(known).then(v1).alias("__w1"),
        nw.when(outside).then(v1).alias("trimmed_usd"),
        nw.when(there).then(v1).alias("__there"),
    )
    w0, w1 = nw.col("__w0"), nw.col("__w1")
    return marked.select(
        *keys,
        *("__r", "__l", "__w0", "__w1", "__all0", "__all1"),
        *("trimmed_usd", "__there"),
        (w0 * nw.col("__r")).alias("__base_at_new"),
        (w1 / nw.col("__r")).alias("__new_at_base"),
        (w0 * nw.col("__l")).alias("__t0"),
        (w1 * nw.col("__l")).alias("__t1"),
    )


def _sums() -> list[nw.Expr]:
    counts = {"__r": "matched_products", "__there": "products", "trimmed_usd": "trimmed_products"}
    names = ("__l", "__w0", "__w1", "__all0", "__all1", "__base_at_new", "__new_at_base")
    return [
        *(nw.col(name).count().cast(nw.Int64).alias(count) for name, count in counts.items()),
        *(nw.col(name).sum() for name in (*names, "__t0", "__t1", "trimmed_usd")),
    ]


def _indices(sums: nw.LazyFrame[Any], keys: list[str]) -> nw.LazyFrame[Any]:
    w0, w1, count = nw.col("__w0"), nw.col("__w1"), nw.col("matched_products")
    some = count > 0
    parts = sums.with_columns(
        nw.when(some).then(nw.col("__base_at_new") / w0).alias("laspeyres"),
        nw.when(some).then(w1 / nw.col("__new_at_base")).alias("paasche"),
        nw.when(some).then(nw.col("__t0") / w0 + nw.col("__t1") / w1).alias("__two_t"),
        nw.when(some).then(nw.col("__l") / count).alias("__j"),
    )
    return parts.select(
        *keys,
        (nw.col("laspeyres") * nw.col("paasche")).sqrt().alias("fisher"),
        (nw.col("__two_t") / 2).exp().alias("tornqvist"),
        "laspeyres",
        "paasche",
        nw.col("__j").exp().alias("jevons"),
        nw.when(nw.col("__all0") > 0).then(w0 / nw.col("__all0")).alias("matched_share_base"),
        nw.when(nw.col("__all1") > 0).then(w1 / nw.col("__all1")).alias("matched_share"),
        "matched_products",
        "products",
        "trimmed_products",
        "trimmed_usd",
    )
