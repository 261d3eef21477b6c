"""Why a share changed: a table of causes that leaves no rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, cast, get_args

import narwhals as nw

from entrepot.errors import RequestError
from entrepot.measures.change import apart, begins_within
from entrepot.measures.frame_adapter import (
    FrameT,
    in_one_group,
    marked,
    numbers,
    ordered,
    run_on_frame,
)
from entrepot.measures.grouped import (
    aggregate,
    as_codes,
    as_list,
    divided,
    log_mean,
    log_ratio,
    logit_weight,
    pick,
)
from entrepot.measures.metadata import MeasureMetadata

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from entrepot.model.period import Period

_LONG = ("cause", "contribution", "part")
Method = Literal["shift_share", "divisia"]
_MEANINGS = {
    "from_supplier": "the supplier sold more or less of a product",
    "from_others": "suppliers that stayed sold less or more of a product",
    "from_exits": "suppliers that sold in the base and nothing in the period",
    "from_entries": "suppliers that sold nothing in the base",
    "from_basket": "purchases moved between products, new and dead ones included",
    "from_edition": "all of the above for products that rest on marked rows",
}

CHANGE_OF_SHARE = MeasureMetadata(
    id="change_of_share",
    title="why a share of imports changed",
    function="change_of_share",
    inputs=(
        "rows with supplier, time and value, all suppliers of the market; the supplier, a period "
        "and its base; a column of products and a column of marks if there are such"
    ),
    columns=(
        ("change", "share - share_base, the sum of the causes, -1 to 1"),
        ("share_base", "the supplier's share in the base, 0 to 1"),
        ("share", "the supplier's share in the period, 0 to 1"),
        *((name, f"{meaning}; part of the change") for name, meaning in _MEANINGS.items()),
    ),
    unit="share",
    range="-1 to 1",
    null_rule=(
        "missing values are left out; all null where the market has no trade in the period or the "
        "base, a supplier's total for a product is negative or infinite, or the supplier's rows "
        "of one of the two are all missing values; another supplier whose rows are all missing "
        "counts as one that stayed"
    ),
    formula=(
        "Δs = Σ_k w_k (own_k - others_k) + Σ_k (s̄_k - s̄) Δb_k; own_k = W_k Δln c_k, others_k = "
        "W_k Δln o_k = W_k Σ_j Δo_jk / L(o_k), W_k = Δs_k / Δln(c_k / o_k), L the logarithmic "
        "mean; w_k = b̄_k, or L(b_k s_k) / L(s_k) for divisia; b_k product k's part of all imports"
    ),
    reference=(
        "within and between: Foster, Haltiwanger and Krizan (2001), in New Developments in "
        "Productivity Analysis; logarithmic mean and its limits at zero: Ang and Liu (2007), "
        "Energy Policy 35(1)"
    ),
)


def change_of_share(
    frame: FrameT,
    *,
    exporter: str | Collection[str],
    period: str | int | Period,
    base: str | int | Period,
    by: str | Sequence[str] = ("importer",),
    product: str | None = None,
    mark: str | None = None,
    method: Method = "shift_share",
    per_product: bool = False,
    long: bool = False,
    time: str = "period",
    supplier: str = "exporter",
    value: str = "value_usd",
) -> FrameT:
    """Split the change of a supplier's share into causes that add up to it.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read, with the rows of every supplier.
    exporter
        Code of the supplier, or several that count as one.
    period, base
        Year, quarter, month or span; the rows that begin in it are added up.
    by
        Columns that make a market, without time, supplier and product.
    product
        Column of products. Without it there is no basket that could move.
    mark
        Column of true and false: whether a row rests on a code that is split or ambiguous
        between editions. What a product with a marked row contributes stands under
        ``from_edition`` and nowhere else.
    method
        ``shift_share`` weighs products by the mean of their parts in the basket, ``divisia`` by
        logarithmic means.
    per_product
        One row a product instead of one a market. Its ``share`` and ``share_base`` are those
        within the product; ``change`` is what it adds to the change of the market's share.
    long
        One row a cause: the keys, ``cause``, ``contribution`` (as a share) and ``part``, its part
        of the change, null where the change is zero.
    time, supplier, value
        Columns with times, suppliers and values.

    Returns
    -------
    frame
        The keys, ``change``, ``share_base``, ``share`` and the causes, all as shares (0.01 is one
        percentage point).

    Raises
    ------
    UnknownNameError, RequestError
        For a column that is missing or of the wrong type, periods that overlap, or products asked
        for without their column.

    Notes
    -----
    A supplier left or entered if it did so in the market as a whole; one that gave up a single
    product is one that sold less. To see those, put the product among the keys.
    """
    keys = as_list(by)
    now, then = apart(period, base)
    if method not in get_args(Method):
        raise RequestError(f"method is {method!r}", hint=" or ".join(get_args(Method)))
    if per_product and product is None:
        raise RequestError("per_product without a product", hint="name the column of products")
    goods = [product] if product else []
    shown = [*keys, *goods] if per_product else keys
    divisia = method == "divisia"

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        dtype = rows.collect_schema()[time]
        chosen = rows.select(
            # A product that is among the keys as well is selected once.
            *dict.fromkeys([*keys, *goods, supplier]),
            nw.when(begins_within(now, time, dtype)).then(1).alias("__rows_now"),
            nw.when(begins_within(then, time, dtype)).then(1).alias("__rows_then"),
            nw.when(begins_within(now, time, dtype)).then(nw.col(value)).alias("__now"),
            nw.when(begins_within(then, time, dtype)).then(nw.col(value)).alias("__then"),
            marked(rows, mark).alias("__mark"),
        ).filter((nw.col("__rows_now") == 1) | (nw.col("__rows_then") == 1))
        sold = cells(chosen, [*keys, *goods], supplier, as_codes(exporter))
        found = contributions(parts(sold, keys, goods, supplier), keys, divisia=divisia)
        if not per_product:
            found = of_market(found, keys)
        return found.select(*shown, "change", "share_base", "share", *CAUSES)

    made = [*(name for name, _ in CHANGE_OF_SHARE.columns), *_LONG]
    read = [supplier, time, *([] if per_product else goods), *([mark] if mark else [])]
    asked = {supplier: as_codes(exporter)}
    result = run_on_frame(frame, step, keys=shown, texts=read, value=value, makes=made, areas=asked)
    return _long(result, shown) if long else result


def _long(frame: FrameT, keys: list[str]) -> FrameT:
    """Return one row a cause."""
    rows: Any = nw.from_native(cast("Any", frame))
    index = [*keys, "change"]
    if rows.implementation.is_spark_like():  # a concat would work out every cause from the start
        found = rows.unpivot(CAUSES, index=index, variable_name="cause", value_name="contribution")
    else:  # which DuckDB cannot do: it leaves out what is null
        found = nw.concat(
            [
                rows.select(*index, nw.lit(name).alias("cause"), nw.col(name).alias("contribution"))
                for name in CAUSES
            ]
        )
    part = divided(nw.col("contribution"), nw.col("change")).alias("part")
    found = found.select(*keys, "cause", "contribution", part)
    kept = isinstance(frame, (nw.DataFrame, nw.LazyFrame))
    return ordered(cast("FrameT", found if kept else found.to_native()), [*keys, "cause"])


# The steps of `change_of_share`: from rows to cells, to products, to contributions.


CAUSES = (
    "from_supplier",
    "from_others",
    "from_exits",
    "from_entries",
    "from_basket",
    "from_edition",
)
_OWN = ("__c0", "__c1")
_OTHERS = ("__o0", "__o1")
_TURNS = ("__stay", "__exit", "__entry")


def cells(
    rows: nw.LazyFrame[Any], keys: Sequence[str], supplier: str, codes: Sequence[str]
) -> nw.LazyFrame[Any]:
    """Add up each supplier of each product in base and period, and say who is the one asked."""
    sums = aggregate(
        rows,
        [*keys, supplier],
        nw.col("__then").sum(),
        nw.col("__now").sum(),
        nw.col("__then").count().alias("__known_then"),
        nw.col("__now").count().alias("__known_now"),
        nw.col("__rows_then").count(),
        nw.col("__rows_now").count(),
        nw.col("__mark").max(),
    )
    asked = nw.when(nw.col(supplier).is_in(codes)).then(1).otherwise(0)
    return sums.with_columns(asked.alias("__asked"))


def parts(
    sold: nw.LazyFrame[Any], keys: Sequence[str], goods: Sequence[str], supplier: str
) -> nw.LazyFrame[Any]:
    """Add up the supplier and the others of each product; tell those who came and went apart."""
    rows, group = in_one_group(sold, keys)
    complete = [*group, "__asked", supplier]
    names = ("__then", "__now", "__known_then", "__known_now", "__rows_then", "__rows_now")
    # Over all products: who gave up one of them did not leave the market.
    rows = rows.with_columns(
        nw.col(name).sum().over(*complete).alias(f"{name}_all") for name in names
    )
    unreported_then = (nw.col("__rows_then_all") > 0) & (nw.col("__known_then_all") == 0)
    unreported_now = (nw.col("__rows_now_all") > 0) & (nw.col("__known_now_all") == 0)
    then, now, change = nw.col("__then_all"), nw.col("__now_all"), nw.col("__change")
    other, asked = nw.col("__asked") == 0, nw.col("__asked") == 1
    exits, entries = (then > 0) & (now == 0), (then == 0) & (now > 0)
    turned = pick(
        # First: a sum of nothing known is zero, which would look like an exit.
        (unreported_then | unreported_now, 0),
        (exits, 1),
        (entries, 2),
        otherwise=0,
    )
    least = nw.min_horizontal("__then", "__now")
    most = nw.col("__then") + nw.col("__now")
    rows = rows.with_columns(
        turned.alias("__turn"),
        (nw.col("__now") - nw.col("__then")).alias("__change"),
        nw.when((least < 0) | ~most.is_finite()).then(1).otherwise(0).alias("__bad"),
    ).with_columns(
        nw.when(asked).then(nw.col("__then")).alias("__c0"),
        nw.when(asked).then(nw.col("__now")).alias("__c1"),
        nw.when(other).then(nw.col("__then")).alias("__o0"),
        nw.when(other).then(nw.col("__now")).alias("__o1"),
        *(
            nw.when(other & (nw.col("__turn") == place)).then(change).alias(name)
            for place, name in enumerate(_TURNS)
        ),
        *(
            nw.when(asked).then(nw.col(f"__{what}_{when}")).alias(f"__asked_{what}_{when}")
            for what in ("rows", "known")
            for when in ("then", "now")
        ),
    )
    added = [*_OWN, *_OTHERS, *_TURNS, "__bad"]
    added += [f"__asked_{what}_{when}" for what in ("rows", "known") for when in ("then", "now")]
    return aggregate(
        rows, [*keys, *goods], *(nw.col(name).sum() for name in added), nw.col("__mark").max()
    )


def contributions(
    products: nw.LazyFrame[Any], keys: Sequence[str], *, divisia: bool
) -> nw.LazyFrame[Any]:
    """Return what each product adds to the change of the market's share, by cause."""
    rows = _shares(products, keys)
    s0, s1, change = nw.col("share_base"), nw.col("share"), nw.col("__ds")
    b0, b1 = nw.col("__b0"), nw.col("__b1")
    middle = (nw.col("__s0") + nw.col("__s1")) / 2
    traded = (b0 > 0) & (b1 > 0)
    if divisia:
        means = divided(log_mean(b1 * s1, b0 * s0), log_mean(s1, s0))
        weight = pick((~traded, 0.0), (s0 == 0, b1), (s1 == 0, b0), otherwise=means)
        # The basket takes what the product's own change leaves, so that nothing is left over.
        moved = pick(
            (traded, b1 * s1 - b0 * s0 - nw.col("__w") * change),
            (b1 > 0, b1 * s1),
            otherwise=nw.lit(0.0) - b0 * s0,
        )
    else:
        weight = (b0 + b1) / 2
        # A product that was not traded has no share; it is taken to have had the other period's.
        mean_share = pick((traded, (s0 + s1) / 2), (b1 > 0, s1), otherwise=s0)
        moved = mean_share * (b1 - b0)
    basket = nw.when((b0 > 0) | (b1 > 0)).then(moved - middle * (b1 - b0)).otherwise(0.0)
    rows = rows.with_columns(weight.alias("__w"))
    rows = rows.with_columns(
        (nw.col("__w") * nw.col("__own")).alias("from_supplier"),
        *(
            # Adding zero turns -0.0 into 0.0, as `nw.lit(0.0) - x` does elsewhere.
            (nw.col("__w") * nw.col("__rate") * nw.col(turn) + 0.0).alias(name)
            for turn, name in zip(_TURNS, CAUSES[1:4], strict=True)
        ),
        basket.alias("from_basket"),
    )
    every = nw.sum_horizontal(*CAUSES[:5])
    free, kept = nw.col("__mark") == 0, nw.col("__ok") == 1
    rows = rows.with_columns(every.alias("change"))
    return rows.with_columns(
        *(
            nw.when(kept).then(nw.when(free).then(nw.col(name)).otherwise(0.0)).alias(name)
            for name in CAUSES[:5]
        ),
        # All of a marked product, instead of its other causes, so that the sum stays.
        nw.when(kept).then(nw.when(free).then(0.0).otherwise(nw.col("change"))).alias(CAUSES[5]),
        *(
            nw.when(kept).then(nw.col(name)).alias(name)
            for name in ("change", "share_base", "share")
        ),
    )


def of_market(products: nw.LazyFrame[Any], keys: Sequence[str]) -> nw.LazyFrame[Any]:
    """Add the products up."""
    sums = aggregate(
        products,
        keys,
        # The same in every row of a market.
        nw.col("__s0").max(),
        nw.col("__s1").max(),
        nw.col("__market_change").max(),
        nw.col("__ok").min(),
        *(nw.col(name).sum() for name in CAUSES),
    )
    kept = nw.col("__ok") == 1
    return sums.select(
        *keys,
        nw.when(kept).then(nw.col("__market_change")).alias("change"),
        nw.when(kept).then(nw.col("__s0")).alias("share_base"),
        nw.when(kept).then(nw.col("__s1")).alias("share"),
        *(nw.when(kept).then(nw.col(name)).alias(name) for name in CAUSES),
    )


def _shares(products: nw.LazyFrame[Any], keys: Sequence[str]) -> nw.LazyFrame[Any]:
    """Add shares of product and market, and how the product's share splits."""
    rows, group = in_one_group(products, keys)
    added = [*_OWN, *_OTHERS, "__bad"]
    added += [f"__asked_{what}_{when}" for what in ("rows", "known") for when in ("then", "now")]
    rows = rows.with_columns(nw.col(name).sum().over(*group).alias(f"{name}_all") for name in added)
    c0, c1, o0, o1 = (nw.col(name) for name in (*_OWN, *_OTHERS))
    all_c0, all_c1, all_o0, all_o1 = (nw.col(f"{name}_all") for name in (*_OWN, *_OTHERS))
    total0, total1 = all_c0 + all_o0, all_c1 + all_o1
    has_values = nw.lit(True)
    for when in ("then", "now"):
        row_count, known = nw.col(f"__asked_rows_{when}_all"), nw.col(f"__asked_known_{when}_all")
        has_values = has_values & ((row_count == 0) | (known > 0))
    ok = has_values & (nw.col("__bad_all") == 0) & (total0 > 0) & (total1 > 0)
    ok = ok & (total0 + total1).is_finite()
    rows = rows.with_columns(nw.when(ok).then(1).otherwise(0).alias("__ok"))
    fine = nw.col("__ok") == 1
    rows = rows.with_columns(
        *(nw.when(fine).then(nw.col(name)).alias(name) for name in (*_OWN, *_OTHERS)),
        nw.when(fine).then(divided(all_c0, total0)).alias("__s0"),
        nw.when(fine).then(divided(all_c1, total1)).alias("__s1"),
        nw.when(fine).then(divided(c0 + o0, total0)).alias("__b0"),
        nw.when(fine).then(divided(c1 + o1, total1)).alias("__b1"),
        nw.when(fine)
        .then(
            # s₁ (1 - s₀) - s₀ (1 - s₁) is s₁ - s₀, and keeps its digits where both are near one.
            divided(all_c1, total1) * divided(all_o0, total0)
            - divided(all_c0, total0) * divided(all_o1, total1)
        )
        .alias("__market_change"),
    )
    rows = rows.with_columns(
        divided(c0, c0 + o0).alias("share_base"),
        divided(c1, c1 + o1).alias("share"),
        divided(o0, c0 + o0).alias("__r0"),
        divided(o1, c1 + o1).alias("__r1"),
        log_ratio(c1, c0).alias("__log_c"),
        log_ratio(o1, o0).alias("__log_o"),
        log_mean(o1, o0).alias("__mean_o"),
    )
    return _split(rows)


def _split(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Split the change of a product's share between supplier and others.

    Where supplier or others are zero in one of the two, the one that is zero takes all of the
    change: that is the limit of the logarithmic mean. Where one is zero before and the other
    after, the limit is one half each.
    """
    s0, s1, r0, r1 = (nw.col(name) for name in ("share_base", "share", "__r0", "__r1"))
    change = nw.when((s0 >= 0) & (s1 >= 0)).then(s1 * r0 - s0 * r1).otherwise(0.0)
    rows = rows.with_columns(change.alias("__ds"))
    ds, log_c, log_o = nw.col("__ds"), nw.col("__log_c"), nw.col("__log_o")
    # W = Δs / Δ ln(c / o), since c / o = s / (1 - s).
    weight = logit_weight((s0, r0, s1, r1), ds, log_c - log_o)
    both = (s0 > 0) & (s1 > 0) & (r0 > 0) & (r1 > 0)
    rows = rows.with_columns(nw.when(both).then(weight).alias("__weight"))
    swapped = ((s0 == 0) & (r1 == 0)) | ((s1 == 0) & (r0 == 0))
    # Others' changes count by this rate each, so that they can be told apart without a rest.
    full_rate = divided(ds, nw.col("__o1") - nw.col("__o0"))
    w = nw.col("__weight")
    return rows.with_columns(
        pick(
            # The order is that of the limits: each case takes the ones before it as excluded.
            (both, w * log_c),
            (ds == 0, 0.0),
            (swapped, ds / 2),
            ((s0 == 0) | (s1 == 0), ds),
            otherwise=0.0,
        ).alias("__own"),
        pick(
            (both, nw.lit(0.0) - divided(w, nw.col("__mean_o"))),
            (ds == 0, 0.0),
            (swapped, full_rate / 2),
            ((s0 == 0) | (s1 == 0), 0.0),
            otherwise=full_rate,
        ).alias("__rate"),
    )


# What each product or partner adds to growth, and growth with the price taken out.


GROWTH_CONTRIBUTION = MeasureMetadata(
    id="growth_contribution",
    title="contribution to growth",
    function="growth_contribution",
    inputs=("rows with time, value and the products or partners to separate; a period and a base"),
    columns=(
        ("contribution", "part of the growth of the whole, in percentage points"),
        ("growth_pct", "growth of the whole, the sum of the contributions, in per cent"),
        ("value_base", "value in the base, in the unit of the column that was added up"),
        ("value", "value in the period, likewise"),
    ),
    unit="points",
    range="any number",
    null_rule=(
        "missing values are left out; zero where a product or partner has no row; all of a whole "
        "is null where one of them has rows in period or base and no known value, or the base of "
        "the whole is not positive or not finite"
    ),
    formula="c_k = 100 (v_k - v_k0) / Σ_k v_k0; Σ_k c_k = growth of the whole",
    reference="definition",
)

REAL_GROWTH = MeasureMetadata(
    id="real_growth",
    title="growth in value, volume and price",
    function="real_growth",
    inputs="rows with time, value and a price index; a period and a base",
    columns=(
        ("real_pct", "change of the value at the index's own prices, in per cent"),
        ("nominal_pct", "change of the value, in per cent"),
        ("price_pct", "change of the price that is implied, in per cent"),
    ),
    unit="percent",
    range="-100 and above",
    null_rule=(
        "missing values are left out; null where no value is known in period or base, the base is "
        "not positive, or a known value has no index above zero; the price also where the real "
        "value is not positive"
    ),
    formula="real V = Σ v / P; (1 + nominal) = (1 + real) (1 + price)",
    reference="IMF (2009), Export and Import Price Index Manual",
)


def growth_contribution(
    frame: FrameT,
    *,
    of: str | Sequence[str],
    period: str | int | Period,
    base: str | int | Period,
    by: str | Sequence[str] = (),
    time: str = "period",
    value: str = "value_usd",
) -> FrameT:
    """Return what each product or partner adds to the growth of the whole.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read.
    of
        Columns that tell the parts apart, e.g. ``"product"`` or ``"exporter"``.
    period, base
        Year, quarter, month or span; the rows that begin in it are added up.
    by
        Columns that make a whole, without time.
    time, value
        Columns with times and values.

    Returns
    -------
    frame
        The keys, the columns `of`, ``contribution`` (percentage points), ``growth_pct``,
        ``value_base`` and ``value``.
    """
    keys, parts = as_list(by), as_list(of)
    now, then = apart(period, base)

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        sums = _both(rows, [*keys, *parts], time, now, then, [value])
        unreported = (nw.col("__rows_now") > 0) & (nw.col("__known_now") == 0)
        unreported = unreported | ((nw.col("__rows_then") > 0) & (nw.col("__known_then") == 0))
        sums = sums.with_columns(nw.when(unreported).then(1).otherwise(0).alias("__silent"))
        sums, group = in_one_group(sums, keys)
        here, there = nw.col(f"__{value}_now"), nw.col(f"__{value}_then")
        sums = sums.with_columns(
            here.sum().over(*group).alias("__whole_now"),
            there.sum().over(*group).alias("__whole_then"),
            nw.col("__silent").sum().over(*group),
        )
        complete, before = nw.col("__whole_now"), nw.col("__whole_then")
        defined = (nw.col("__silent") == 0) & (before > 0) & (complete + before).is_finite()
        safe = nw.when(defined).then(before)
        return sums.select(
            *keys,
            *parts,
            ((here - there) / safe * 100).alias("contribution"),
            ((complete - before) / safe * 100).alias("growth_pct"),
            there.alias("value_base"),
            here.alias("value"),
        )

    makes = [name for name, _ in GROWTH_CONTRIBUTION.columns]
    return run_on_frame(frame, step, keys=[*keys, *parts], texts=[time], value=value, makes=makes)


def real_growth(
    frame: FrameT,
    *,
    deflator: str,
    period: str | int | Period,
    base: str | int | Period,
    by: str | Sequence[str] = (),
    time: str = "period",
    value: str = "value_usd",
) -> FrameT:
    """Return growth in value, and how much of it is volume and price.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read.
    deflator
        Column with the price index of a row's product and time, in any base. It has to be in the
        currency of the values: a yuan index says nothing on dollars.
    period, base
        Year, quarter, month or span; the rows that begin in it are added up.
    by
        Columns to compare by, without time.
    time, value
        Columns with times and values.

    Returns
    -------
    frame
        The keys, ``real_pct``, ``nominal_pct`` and ``price_pct``.
    """
    keys = as_list(by)
    now, then = apart(period, base)

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        rows = numbers(rows, deflator)
        index = nw.col(deflator)
        usable = (index > 0) & index.is_finite()
        real = nw.col(value) / nw.when(usable).then(index)
        rows = rows.with_columns(real.alias("__real"))
        sums = _both(rows, keys, time, now, then, [value, "__real"])
        known_now, known_then = nw.col("__known_now"), nw.col("__known_then")
        # Each known value has an index, or the real sum would be of fewer rows.
        complete = (known_now == nw.col("__known_real_now")) & (
            known_then == nw.col("__known_real_then")
        )
        here, there = nw.col(f"__{value}_now"), nw.col(f"__{value}_then")
        # Four underscores: `_both` puts two before the name, which begins with two.
        real_here, real_there = nw.col("____real_now"), nw.col("____real_then")
        finite = (here + there).is_finite()
        defined = complete & finite & (known_now > 0) & (known_then > 0) & (there > 0)
        sums = sums.with_columns(
            nw.when(defined).then(divided(here, there)).alias("__n"),
            nw.when(defined & (real_there > 0)).then(divided(real_here, real_there)).alias("__r"),
        )
        nominal, volume = nw.col("__n"), nw.col("__r")
        price = nominal / nw.when(volume > 0).then(volume)
        return sums.select(
            *keys,
            ((volume - 1) * 100).alias("real_pct"),
            nw.when(~volume.is_null()).then((nominal - 1) * 100).alias("nominal_pct"),
            ((price - 1) * 100).alias("price_pct"),
        )

    makes = [name for name, _ in REAL_GROWTH.columns]
    return run_on_frame(frame, step, keys=keys, texts=[time, deflator], value=value, makes=makes)


def _both(
    rows: nw.LazyFrame[Any],
    keys: Sequence[str],
    time: str,
    now: Period,
    then: Period,
    values: Sequence[str],
) -> nw.LazyFrame[Any]:
    """Add up each column in period and base, and count rows and known values of the first."""
    dtype = rows.collect_schema()[time]
    # Other times are filtered out: parts that were traded only then would have rows of zeros.
    rows = rows.with_columns(
        nw.when(begins_within(span, time, dtype)).then(1).otherwise(0).alias(f"__in_{end}")
        for end, span in (("now", now), ("then", then))
    ).filter((nw.col("__in_now") == 1) | (nw.col("__in_then") == 1))
    parted, added = [], []
    for end in ("now", "then"):
        inside = nw.col(f"__in_{end}") == 1
        parted.append(nw.when(inside).then(1).alias(f"__rows_{end}"))
        added.append(nw.col(f"__rows_{end}").count())
        for name, word in zip(values, ("known", "known_real"), strict=False):
            parted.append(nw.when(inside).then(nw.col(name)).alias(f"__{name}_{end}"))
            added.append(nw.col(f"__{name}_{end}").count().alias(f"__{word}_{end}"))
            added.append(nw.col(f"__{name}_{end}").sum())
    return aggregate(rows.with_columns(*parted), keys, *added)
