"""What a change of value is made of: prices, quantities, new and gone products."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, get_args

import narwhals as nw

from entrepot.errors import UnknownNameError
from entrepot.measures.change import apart
from entrepot.measures.frame_adapter import FrameT, run_on_frame
from entrepot.measures.grouped import aggregate, as_list
from entrepot.measures.metadata import MeasureMetadata
from entrepot.measures.prices.contrasts import check_quantity, check_trim, log_of, two_periods

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.model.period import Period

Split = Literal["lmdi", "fisher", "tornqvist"]

VALUE_CHANGE = MeasureMetadata(
    id="value_change",
    title="change of value, split into price and quantity",
    function="value_change",
    inputs="rows with product, time, value and quantity; a period and its base; a method",
    columns=(
        ("change_usd", "change of the value, the sum of the next five, USD"),
        ("price_usd", "part of products in both periods that prices make, USD"),
        ("quantity_usd", "part of products in both periods that quantities make, USD"),
        ("new_usd", "value of products that the base did not have, USD"),
        ("gone_usd", "value of products that are gone, negative, USD"),
        ("unsplit_usd", "change of products and rows without a usable quantity or price, USD"),
        ("price_pct", "change of prices of the products split, per cent"),
        ("quantity_pct", "change of quantities of the products split, per cent"),
        ("value_base_usd", "value in the base, USD"),
        ("value_usd", "value in the period, USD"),
    ),
    unit="USD",
    range="any number; the five parts add up to the change",
    null_rule=(
        "missing and infinite values are left out; the change, new, gone and unsplit are null "
        "where a product has rows in period or base and no known value there; price and quantity "
        "are null where no product can be split; a product is split as far as value and quantity "
        "are known and positive in both periods, and its unit value moved by no more than `trim`"
    ),
    formula=(
        "V_t - V_0 = L ln P + L ln Q + new - gone + unsplit; L = (V_t - V_0) / ln(V_t / V_0) of "
        "the products split; P Q = V_t / V_0; ln P of lmdi: Σ L_k ln(p_kt / p_k0) / L"
    ),
    reference="Vartia (1976), Scandinavian Journal of Statistics 3; Ang (2004), Energy Policy 32",
)

_NOISE = 1e-13
"""Log changes that are none: a hundred times the rounding of a sum of like numbers."""


def value_change(
    frame: FrameT,
    *,
    by: str | Sequence[str] = (),
    period: str | int | Period,
    base: str | int | Period,
    method: Split = "lmdi",
    product: str | Sequence[str] = "product",
    time: str = "period",
    value: str = "value_usd",
    quantity: str = "mass_kg",
    trim: float | None = None,
) -> FrameT:
    """Split the change of a value from `base` to `period` into price and quantity, exactly.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read; rows of one product and period are added up first.
    by
        Columns to split by, such as exporter and importer.
    period, base
        Year, quarter, month or span; the rows that begin in it are added up.
    method
        Price index of the split. ``lmdi`` (Montgomery and Vartia's, so that the parts of the
        products add up to the whole), ``fisher`` or ``tornqvist``; the quantity index is what is
        left of the value.
    product
        Column or columns that say what is the same good; add the unit where units differ.
    time, value, quantity
        Columns with time, values and quantities.
    trim
        Do not split products whose unit value rose or fell more than this many times, as
        `price_index` with the same bound does not compare them: all of their change is unsplit.

    Returns
    -------
    frame
        The keys, the change and its five parts (USD), and the two changes in per cent.

    Raises
    ------
    UnknownNameError, RequestError
        For a column that is missing or of the wrong type, periods that overlap, or a method that
        does not exist.
    """
    if method not in get_args(Split):
        raise UnknownNameError("method", method, get_args(Split))
    keys, goods = as_list(by), as_list(product)
    periods = apart(period, base)
    check_quantity(frame, quantity)
    check_trim(trim)

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        cells = two_periods(rows, [*keys, *goods], periods, (time, value, quantity))
        terms, names = _terms(cells, keys, trim)
        sums = aggregate(
            terms,
            keys,
            nw.col("__l").count().alias("__split"),
            *(nw.col(name).sum() for name in names),
        )
        return _parts(_with_log_price(sums, method), keys)

    makes = [name for name, _ in VALUE_CHANGE.columns if name != value]
    return run_on_frame(
        frame, step, keys=keys, texts=[*goods, time, quantity], value=value, makes=makes
    )


def _terms(
    cells: nw.LazyFrame[Any], keys: list[str], trim: float | None
) -> tuple[nw.LazyFrame[Any], list[str]]:
    v0, v1 = nw.col("__v0"), nw.col("__v1")
    all0, all1 = nw.col("__all0"), nw.col("__all1")
    both = (v0 > 0) & (v1 > 0)
    relative = (v1 / nw.col("__q1")) / (v0 / nw.col("__q0"))
    compared = cells.with_columns(nw.when(both).then(relative).alias("__any"))
    split = nw.col("__any") > 0
    if trim is not None:
        split = split & (nw.col("__any") >= 1 / trim) & (nw.col("__any") <= trim)
    marked = compared.with_columns(
        (nw.col("__silent0") + nw.col("__silent1")).alias("__silent"),
        nw.when(split).then(v0).alias("__w0"),
        nw.when(split).then(v1).alias("__w1"),
        nw.when(split).then(nw.col("__any")).alias("__r"),
        # By all values: goods that were traded without a mass before are not new.
        nw.when((all0 == 0) & (all1 != 0)).then(all1).alias("new_usd"),
        nw.when((all1 == 0) & (all0 != 0)).then(-all0).alias("gone_usd"),
    ).with_columns(log_of("__r").alias("__l"), _log_mean("__w1", "__w0").alias("__m"))
    w0, w1, log = nw.col("__w0"), nw.col("__w1"), nw.col("__l")
    single = ~nw.col("new_usd").is_null() | ~nw.col("gone_usd").is_null()
    terms = marked.select(
        *keys,
        *("__w0", "__w1", "__l", "__all0", "__all1", "new_usd", "gone_usd", "__silent"),
        # What is not new or gone; less what is split, this is the part that no price explains.
        nw.when(~single).then(all1 - all0).alias("__common"),
        (nw.col("__m") * log).alias("__lmdi"),
        (w0 * log).alias("__t0"),
        (w1 * log).alias("__t1"),
        (w0 * nw.col("__r")).alias("__base_at_new"),
        (w1 / nw.col("__r")).alias("__new_at_base"),
    )
    names = ["__w0", "__w1", "__all0", "__all1", "new_usd", "gone_usd", "__common", "__silent"]
    return terms, [*names, "__lmdi", "__t0", "__t1", "__base_at_new", "__new_at_base"]


def _with_log_price(sums: nw.LazyFrame[Any], method: str) -> nw.LazyFrame[Any]:
    """Add the log change of prices ``__p`` and of values ``__x``, and their mean ``__mean``."""
    w0, w1, some = nw.col("__w0"), nw.col("__w1"), nw.col("__split") > 0
    safe = sums.with_columns(
        nw.when(some).then(w0).alias("__w0s"),
        nw.when(some).then(w1).alias("__w1s"),
        nw.when(some).then(w1 / w0).alias("__ratio"),
        nw.when(some)
        # Laspeyres times Paasche, the square of Fisher.
        .then(nw.col("__base_at_new") / w0 * (w1 / nw.col("__new_at_base")))
        .alias("__squared"),
    ).with_columns(_log_mean("__w1s", "__w0s").alias("__mean"), log_of("__ratio").alias("__x"))
    prices = {
        "lmdi": nw.col("__lmdi") / nw.col("__mean"),
        "fisher": log_of("__squared") / 2,
        "tornqvist": (nw.col("__t0") / nw.col("__w0s") + nw.col("__t1") / nw.col("__w1s")) / 2,
    }
    return safe.with_columns(prices[method].alias("__p"))


def _without_noise(log: nw.Expr) -> nw.Expr:
    """Return a log change, zero where it is what rounding leaves of a difference of two alike."""
    return nw.when(log.abs() <= _NOISE).then(nw.lit(0.0)).otherwise(log)


def _parts(sums: nw.LazyFrame[Any], keys: list[str]) -> nw.LazyFrame[Any]:
    log_price, log_quantity = map(_without_noise, (nw.col("__p"), nw.col("__x") - nw.col("__p")))
    within = nw.col("__w1") - nw.col("__w0")
    # A product whose value is unknown in one period may be new, gone, or neither.
    every = nw.when(nw.col("__silent") == 0)
    return sums.select(
        *keys,
        every.then(nw.col("__all1") - nw.col("__all0")).alias("change_usd"),
        (nw.col("__mean") * log_price).alias("price_usd"),
        (nw.col("__mean") * log_quantity).alias("quantity_usd"),
        every.then(nw.col("new_usd")).alias("new_usd"),
        every.then(nw.col("gone_usd")).alias("gone_usd"),
        every.then(nw.col("__common") - within).alias("unsplit_usd"),
        ((log_price.exp() - 1) * 100).alias("price_pct"),
        ((log_quantity.exp() - 1) * 100).alias("quantity_pct"),
        nw.col("__all0").alias("value_base_usd"),
        nw.col("__all1").alias("value_usd"),
    )


def _log_mean(left: str, right: str) -> nw.Expr:
    """Return the logarithmic mean (a - b) / ln(a / b), which is a where both are the same."""
    a, b = nw.col(left), nw.col(right)
    log = log_of(left) - log_of(right)
    near = (a * b).sqrt() * (1 + log * log / 24)
    # At 1e-3 the first term that the series leaves out, x⁴ / 1920, is about the last digit.
    far = nw.when(log.abs() >= 1e-3).then((a - b) / log)
    return nw.when(log.abs() < 1e-3).then(near).otherwise(far)


# How much of a change of the average unit value is price, and how much is another mix.


UNIT_VALUE_CHANGE = MeasureMetadata(
    id="unit_value_change",
    title="change of the average unit value, split into prices and mix",
    function="unit_value_change",
    inputs="rows with product, time, value and quantity, all in one unit; a period and its base",
    columns=(
        ("change", "change of the average unit value, the sum of the next four, USD per unit"),
        ("within", "unit values of products in both periods, USD per unit"),
        ("between", "other shares of products in both periods, USD per unit"),
        ("new", "products that the base did not have, USD per unit"),
        ("gone", "products that are gone, USD per unit"),
        ("change_pct", "change in per cent of the base"),
        ("unit_value_base", "average unit value in the base, USD per unit"),
        ("unit_value", "average unit value in the period, USD per unit"),
        ("covered_share_base", "part of the base's value that is compared, 0 to 1"),
        ("covered_share", "part of the period's value that is compared, 0 to 1"),
    ),
    unit="USD",
    range="any number; the four parts add up to the change",
    null_rule=(
        "rows whose value or quantity is missing or not positive are left out, and all of a "
        "product that has rows in period or base of which none has both, unless its value there "
        "is zero; null where nothing is left in the period or in the base"
    ),
    formula=(
        "U = Σ s_k u_k, s_k shares of the quantity; U_t - U_0 = Σ s̄ Δu (within) + Σ Δs (ū - Ū) "
        "(between) + Σ_new s_t (u_t - Ū) - Σ_gone s_0 (u_0 - Ū); bars are means of both periods"
    ),
    reference="Griliches and Regev (1995), Journal of Econometrics 65, for the form of the split",
    frames_only=True,
)


def unit_value_change(
    frame: FrameT,
    *,
    by: str | Sequence[str] = (),
    period: str | int | Period,
    base: str | int | Period,
    product: str | Sequence[str] = "product",
    time: str = "period",
    value: str = "value_usd",
    quantity: str = "mass_kg",
) -> FrameT:
    """Split the change of the average unit value into prices and mix, exactly.

    An average unit value rises when dear products gain weight, although no price has moved. Only
    ``within`` is about prices, and only as far as each product is one thing.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read. All quantities must be in one unit.
    by
        Columns to split by, such as exporter and importer.
    period, base
        Year, quarter, month or span; the rows that begin in it are added up.
    product
        Column or columns that say what is the same good; an exporter may be one of them.
    time, value, quantity
        Columns with time, values and quantities.

    Returns
    -------
    frame
        The keys, the change and its four parts (USD per unit of quantity), the change in per cent,
        both levels, and how much of the values is compared.
    """
    keys, goods = as_list(by), as_list(product)
    periods = apart(period, base)
    check_quantity(frame, quantity)

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        cells = two_periods(rows, [*keys, *goods], periods, (time, value, quantity))
        return _split(_comparable(cells), keys)

    makes = [name for name, _ in UNIT_VALUE_CHANGE.columns]
    return run_on_frame(
        frame, step, keys=keys, texts=[*goods, time, quantity], value=value, makes=makes
    )


def _comparable(cells: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
    """Take products out of both periods that are traded in one without value and quantity.

    They are not new or gone there, and what they cost is unknown.
    """
    out = nw.lit(False)
    for mark in "01":
        traded = (nw.col(f"__all{mark}") != 0) | (nw.col(f"__silent{mark}") > 0)
        out = out | (traded & (nw.col(f"__v{mark}") <= 0))
    names = [name + mark for name in ("__v", "__q") for mark in "01"]
    return cells.with_columns(nw.when(~out).then(nw.col(name)).alias(name) for name in names)


def _split(cells: nw.LazyFrame[Any], keys: list[str]) -> nw.LazyFrame[Any]:
    """Sum what is needed of each product; the shares come in at the end, as they are linear."""
    v0, q0, v1, q1 = (nw.col(name) for name in ("__v0", "__q0", "__v1", "__q1"))
    # Null (taken out by `_comparable`) is none of the three.
    both, new, gone = (v0 > 0) & (v1 > 0), (v0 <= 0) & (v1 > 0), (v0 > 0) & (v1 <= 0)
    step = cells.with_columns(
        nw.when(both).then(v1 / q1 - v0 / q0).alias("__du"),
        nw.when(both).then((v1 / q1 + v0 / q0) / 2).alias("__mu"),
    )
    parts = {
        "__within0": q0 * nw.col("__du"),
        "__within1": q1 * nw.col("__du"),
        "__mean0": q0 * nw.col("__mu"),
        "__mean1": q1 * nw.col("__mu"),
        "__both0": nw.when(both).then(q0),
        "__both1": nw.when(both).then(q1),
        "__new_v": nw.when(new).then(v1),
        "__new_q": nw.when(new).then(q1),
        "__gone_v": nw.when(gone).then(v0),
        "__gone_q": nw.when(gone).then(q0),
    }
    names = [*parts, "__v0", "__q0", "__v1", "__q1", "__all0", "__all1"]
    made = step.with_columns(*(part.alias(name) for name, part in parts.items()))
    sums = aggregate(made, keys, *(nw.col(name).sum() for name in names))
    known = (v0 > 0) & (v1 > 0)
    safe = sums.with_columns(
        nw.when(known).then(v0 / q0).alias("unit_value_base"),
        nw.when(known).then(v1 / q1).alias("unit_value"),
        nw.when(known).then(q0).alias("__q0"),
        nw.when(known).then(q1).alias("__q1"),
    ).with_columns(((nw.col("unit_value") + nw.col("unit_value_base")) / 2).alias("__mid"))
    return _mix_parts(safe, keys)


def _mix_parts(sums: nw.LazyFrame[Any], keys: list[str]) -> nw.LazyFrame[Any]:
    q0, q1, mid = nw.col("__q0"), nw.col("__q1"), nw.col("__mid")
    before, after = nw.col("unit_value_base"), nw.col("unit_value")
    # Σ Δs (ū - Ū) as two sums, so that each needs the total quantity of one period only.
    late = nw.col("__mean1") / q1 - mid * nw.col("__both1") / q1
    early = nw.col("__mean0") / q0 - mid * nw.col("__both0") / q0
    return sums.select(
        *keys,
        (after - before).alias("change"),
        ((nw.col("__within0") / q0 + nw.col("__within1") / q1) / 2).alias("within"),
        (late - early).alias("between"),
        ((nw.col("__new_v") - mid * nw.col("__new_q")) / q1).alias("new"),
        ((mid * nw.col("__gone_q") - nw.col("__gone_v")) / q0).alias("gone"),
        ((after / before - 1) * 100).alias("change_pct"),
        "unit_value_base",
        "unit_value",
        nw.when(nw.col("__all0") > 0)
        .then(nw.col("__v0") / nw.col("__all0"))
        .alias("covered_share_base"),
        nw.when(nw.col("__all1") > 0)
        .then(nw.col("__v1") / nw.col("__all1"))
        .alias("covered_share"),
    )
