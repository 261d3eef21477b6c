"""The steps of `retaliation_exposure`: from rows to suppliers, to products, to the total."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.measures.extra import in_one_group, require_marks
from entrepot.measures.grouped import aggregate
from entrepot.measures.logmean import divided

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["by_product", "by_supplier", "in_total"]

# What is added up: bought from and sold to the partner, bought and sold elsewhere abroad, and what
# others sell to the third party and elsewhere.
_SUMS = ("__m", "__x", "__m_rest", "__x_rest", "__to_us", "__to_rest")


def by_supplier(
    rows: nw.LazyFrame[Any],
    keys: Sequence[str],
    codes: tuple[list[str], list[str]],
    sides: tuple[str, str],
    value: str,
    flag: str | None,
) -> nw.LazyFrame[Any]:
    """Sort the flows of each product by what they are, and add up each supplier's."""
    seller, buyer = sides
    ours, theirs = codes
    rows = rows.with_columns(
        *(
            nw.when(nw.col(side).is_in(some)).then(1).otherwise(0).alias(name)
            for side, some, name in (
                (seller, ours, "__we_sell"),
                (seller, theirs, "__they_sell"),
                (buyer, ours, "__we_buy"),
                (buyer, theirs, "__they_buy"),
            )
        ),
        _flag(rows, flag).alias("__flag"),
    )
    we_sell, we_buy = nw.col("__we_sell") == 1, nw.col("__we_buy") == 1
    they_sell, they_buy = nw.col("__they_sell") == 1, nw.col("__they_buy") == 1
    others = ~we_sell & ~they_sell
    own = nw.col(seller) == nw.col(buyer)
    foreign = nw.when(own).then(0).otherwise(1) == 1
    kinds = {
        "__m": we_buy & they_sell,
        "__x": we_sell & they_buy,
        "__m_rest": we_buy & others,
        "__x_rest": we_sell & ~we_buy & ~they_buy,
        "__to_us": we_buy & others,
        "__to_rest": ~we_buy & others & foreign,
    }
    rows = rows.with_columns(
        *(nw.when(kind).then(nw.col(value)).alias(name) for name, kind in kinds.items()),
        nw.when(kinds["__m"]).then(1).alias("__m_rows"),
        nw.when(kinds["__x"]).then(1).alias("__x_rows"),
        nw.when(kinds["__to_rest"]).then(1).alias("__world"),
    )
    return aggregate(
        rows,
        [*keys, seller],
        nw.col("__m").count().alias("__m_known"),
        nw.col("__x").count().alias("__x_known"),
        *(nw.col(name).sum() for name in _SUMS),
        *(nw.col(name).count() for name in ("__m_rows", "__x_rows", "__world")),
        nw.col("__flag").max(),
    ).with_columns((nw.col("__to_us") + nw.col("__to_rest")).alias("__sold"))


def _flag(rows: nw.LazyFrame[Any], name: str | None) -> nw.Expr:
    """Return 1, 0, or null where there is no mark."""
    if name is None:
        return nw.lit(None, nw.Int64)
    require_marks(rows, name)
    return nw.when(nw.col(name)).then(1).otherwise(nw.when(~nw.col(name)).then(0))


def by_product(
    rows: nw.LazyFrame[Any], keys: Sequence[str], product: str, least: float, divert: float
) -> nw.LazyFrame[Any]:
    """Return what each product has at risk, and what others could put in its place."""
    rows, group = in_one_group(rows, [*keys, product])
    sold, all_sold = nw.col("__sold"), nw.col("__all_sold")
    rows = rows.with_columns(sold.sum().over(*group).alias("__all_sold"))
    smallest = nw.min_horizontal(*_SUMS)
    largest = nw.sum_horizontal(*_SUMS)
    rows = rows.with_columns(
        nw.when((sold > 0) & (sold >= least * all_sold)).then(1).alias("alternatives"),
        (sold * sold).alias("__square"),
        nw.when((smallest < 0) | ~largest.is_finite()).then(1).otherwise(0).alias("__bad"),
    )
    added = [*_SUMS, "__square", "__bad", "__m_rows", "__x_rows", "__m_known", "__x_known"]
    sums = aggregate(
        rows,
        [*keys, product],
        *(nw.col(name).sum() for name in (*added, "__world", "__sold")),
        nw.col("alternatives").count(),
        nw.col("__flag").max(),
    )
    sums, group = in_one_group(sums, keys)
    sums = sums.with_columns(nw.col("__world").sum().over(*group))
    fine = nw.col("__bad") == 0
    for name in ("__m", "__x"):
        told = (nw.col(f"{name}_known") > 0) | (nw.col(f"{name}_rows") == 0)
        sums = sums.with_columns(nw.when(fine & told).then(nw.col(name)).alias(name))
    imports, exports = nw.col("__m"), nw.col("__x")
    world = fine & (nw.col("__world") > 0)
    bought = nw.when(imports > 0).then(imports)
    sums = sums.with_columns(
        nw.when(world).then(nw.col("__to_rest") * divert / bought).alias("cover"),
        nw.when(world & (nw.col("__sold") > 0))
        .then(nw.col("__square") / nw.when(nw.col("__sold") > 0).then(nw.col("__sold") ** 2))
        .alias("alternatives_hhi"),
        nw.when(world).then(nw.col("alternatives")).cast(nw.Int64).alias("alternatives"),
    )
    cover = nw.col("cover")
    sums = sums.with_columns(
        nw.when(cover >= 1).then(1.0).otherwise(cover).alias("replaceable")
    ).with_columns(
        nw.when(~cover.is_null())
        .then(imports * (1 - nw.col("replaceable")))
        .otherwise(nw.when(imports == 0).then(0.0))
        .alias("not_replaced")
    )
    shown: list[nw.Expr | str] = [
        *keys,
        product,
        (imports + exports).alias("value_at_risk"),
        imports.alias("imports"),
        divided(imports, imports + nw.col("__m_rest")).alias("import_share"),
        exports.alias("exports"),
        divided(exports, exports + nw.col("__x_rest")).alias("export_share"),
        (nw.col("__flag") == 1).alias("flagged"),
        *("cover", "replaceable", "not_replaced", "alternatives", "alternatives_hhi"),
    ]
    return sums.select(*shown, "__m_rest", "__x_rest")


def in_total(rows: nw.LazyFrame[Any], keys: Sequence[str]) -> nw.LazyFrame[Any]:
    """Add the products up; null where one of them has no value."""
    names = ("imports", "exports", "not_replaced")
    rows = rows.with_columns(
        nw.when(nw.col("flagged")).then(nw.col("imports")).alias("flagged_imports"),
        nw.when(nw.col("flagged").is_null()).then(1).alias("__no_flag"),
        *(nw.when(nw.col(name).is_null()).then(1).alias(f"__no_{name}") for name in names),
    )
    sums = aggregate(
        rows,
        keys,
        *(nw.col(name).sum() for name in (*names, "flagged_imports", "__m_rest", "__x_rest")),
        *(nw.col(f"__no_{name}").count() for name in (*names, "flag")),
    )
    sums = sums.with_columns(
        nw.when(nw.col(f"__no_{name}") == 0).then(nw.col(name)).alias(name) for name in names
    )
    imports, exports = nw.col("imports"), nw.col("exports")
    known = ~imports.is_null() & (nw.col("__no_flag") == 0)
    bought = nw.when(imports > 0).then(imports)
    return sums.select(
        *keys,
        (imports + exports).alias("value_at_risk"),
        "imports",
        divided(imports, imports + nw.col("__m_rest")).alias("import_share"),
        "exports",
        divided(exports, exports + nw.col("__x_rest")).alias("export_share"),
        nw.when(known).then(nw.col("flagged_imports")).alias("flagged_imports"),
        (1 - nw.col("not_replaced") / bought).alias("replaceable"),
        "not_replaced",
    )
