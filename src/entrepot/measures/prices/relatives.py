"""Bilateral price indices over the products that two periods share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.measures.change import apart
from entrepot.measures.frame_adapter import FrameT, run_on_frame
from entrepot.measures.grouped import aggregate, as_list
from entrepot.measures.metadata import MeasureMetadata
from entrepot.measures.prices.contrasts import check_quantity, check_trim, log_of, two_periods

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.model.period import Period

__all__ = ["PRICE_INDEX", "price_index"]

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

    Raises
    ------
    UnknownNameError, RequestError
        For a column that is missing or of the wrong type, or periods that overlap.
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
