"""How much of a change of the average unit value is price, and how much is another mix."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.measures.change import apart
from entrepot.measures.frame_adapter import FrameT, run_on_frame
from entrepot.measures.grouped import aggregate, as_list
from entrepot.measures.metadata import MeasureMetadata
from entrepot.measures.prices.contrasts import check_quantity, two_periods

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.model.period import Period

__all__ = ["UNIT_VALUE_CHANGE", "unit_value_change"]

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

    Raises
    ------
    UnknownNameError, RequestError
        For a column that is missing or of the wrong type, or periods that overlap.
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
    return _parts(safe, keys)


def _parts(sums: nw.LazyFrame[Any], keys: list[str]) -> nw.LazyFrame[Any]:
    q0, q1, mid = nw.col("__q0"), nw.col("__q1"), nw.col("__mid")
    before, after = nw.col("unit_value_base"), nw.col("unit_value")
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
