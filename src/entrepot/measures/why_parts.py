"""The steps of `change_of_share`: from rows to cells, to products, to contributions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.measures.extra import in_one_group
from entrepot.measures.grouped import aggregate
from entrepot.measures.logmean import divided, log_mean, log_ratio, logit_weight, pick

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["CAUSES", "cells", "contributions", "of_market", "parts"]

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
    whole = [*group, "__asked", supplier]
    names = ("__then", "__now", "__known_then", "__known_now", "__rows_then", "__rows_now")
    rows = rows.with_columns(nw.col(name).sum().over(*whole).alias(f"{name}_all") for name in names)
    silent_then = (nw.col("__rows_then_all") > 0) & (nw.col("__known_then_all") == 0)
    silent_now = (nw.col("__rows_now_all") > 0) & (nw.col("__known_now_all") == 0)
    then, now, change = nw.col("__then_all"), nw.col("__now_all"), nw.col("__change")
    other, asked = nw.col("__asked") == 0, nw.col("__asked") == 1
    exits, entries = (then > 0) & (now == 0), (then == 0) & (now > 0)
    turned = pick(
        (silent_then | silent_now, 0),
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
        moved = pick(
            (traded, b1 * s1 - b0 * s0 - nw.col("__w") * change),
            (b1 > 0, b1 * s1),
            otherwise=nw.lit(0.0) - b0 * s0,
        )
    else:
        weight = (b0 + b1) / 2
        # A product that was not traded has no share; it is taken to have had the other period's.
        held = pick((traded, (s0 + s1) / 2), (b1 > 0, s1), otherwise=s0)
        moved = held * (b1 - b0)
    basket = nw.when((b0 > 0) | (b1 > 0)).then(moved - middle * (b1 - b0)).otherwise(0.0)
    rows = rows.with_columns(weight.alias("__w"))
    rows = rows.with_columns(
        (nw.col("__w") * nw.col("__own")).alias("from_supplier"),
        *(
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
    whole0, whole1 = all_c0 + all_o0, all_c1 + all_o1
    heard = nw.lit(True)
    for when in ("then", "now"):
        told, known = nw.col(f"__asked_rows_{when}_all"), nw.col(f"__asked_known_{when}_all")
        heard = heard & ((told == 0) | (known > 0))
    ok = heard & (nw.col("__bad_all") == 0) & (whole0 > 0) & (whole1 > 0)
    ok = ok & (whole0 + whole1).is_finite()
    rows = rows.with_columns(nw.when(ok).then(1).otherwise(0).alias("__ok"))
    fine = nw.col("__ok") == 1
    rows = rows.with_columns(
        *(nw.when(fine).then(nw.col(name)).alias(name) for name in (*_OWN, *_OTHERS)),
        nw.when(fine).then(divided(all_c0, whole0)).alias("__s0"),
        nw.when(fine).then(divided(all_c1, whole1)).alias("__s1"),
        nw.when(fine).then(divided(c0 + o0, whole0)).alias("__b0"),
        nw.when(fine).then(divided(c1 + o1, whole1)).alias("__b1"),
        nw.when(fine)
        .then(
            divided(all_c1, whole1) * divided(all_o0, whole0)
            - divided(all_c0, whole0) * divided(all_o1, whole1)
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
    weight = logit_weight((s0, r0, s1, r1), ds, log_c - log_o)
    both = (s0 > 0) & (s1 > 0) & (r0 > 0) & (r1 > 0)
    rows = rows.with_columns(nw.when(both).then(weight).alias("__weight"))
    swapped = ((s0 == 0) & (r1 == 0)) | ((s1 == 0) & (r0 == 0))
    # Others' changes count by this rate each, so that they can be told apart without a rest.
    whole_rate = divided(ds, nw.col("__o1") - nw.col("__o0"))
    w = nw.col("__weight")
    return rows.with_columns(
        pick(
            (both, w * log_c),
            (ds == 0, 0.0),
            (swapped, ds / 2),
            ((s0 == 0) | (s1 == 0), ds),
            otherwise=0.0,
        ).alias("__own"),
        pick(
            (both, nw.lit(0.0) - divided(w, nw.col("__mean_o"))),
            (ds == 0, 0.0),
            (swapped, whole_rate / 2),
            ((s0 == 0) | (s1 == 0), 0.0),
            otherwise=whole_rate,
        ).alias("__rate"),
    )
