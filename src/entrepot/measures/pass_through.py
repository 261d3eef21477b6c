"""What a middleman ships of others' goods: how much can pass through it as it came."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.errors import RequestError
from entrepot.measures.frame_adapter import FrameT, run_on_frame
from entrepot.measures.grouped import aggregate, as_codes, as_list
from entrepot.measures.metadata import MeasureMetadata

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

__all__ = ["PASS_THROUGH", "pass_through"]

PASS_THROUGH = MeasureMetadata(
    id="pass_through",
    title="others' goods that a middleman passes on",
    function="pass_through",
    inputs=(
        "rows with importer, exporter, product and value: what a middleman sells to an importer, "
        "and everything that it buys itself"
    ),
    columns=(
        ("at_most", "what can be the origins' goods as they came, a share of what is shipped"),
        ("in_proportion", "the same if all that is shipped were bought before, from all alike"),
        ("shipped", "what the middleman sells to the importer, in the unit of the values"),
        ("drawn", "what it buys of the same products from the origins"),
        ("unknown_products", "products left out because a value of either is missing"),
    ),
    unit="share",
    range="0 to 1",
    null_rule=(
        "a product is left out, and counted, where a value is missing of what the middleman ships "
        "of it, or draws from the origins; shares are null where it ships nothing else, the one in "
        "proportion also where a value is missing of what it buys of others; a product that it "
        "buys from nobody is its own"
    ),
    formula=(
        "at most Σ_k min(X_k, M_ok) / Σ_k X_k; in proportion Σ_k min(X_k M_ok / M_k, M_ok) / "
        "Σ_k X_k; X is what is shipped, M what the middleman buys, M_o what of it from the origins"
    ),
    reference=(
        "the bound is arithmetic; proportionality as in the import matrices of input-output "
        "tables: Hummels, Ishii and Yi (2001), Journal of International Economics 54(1)"
    ),
)


def pass_through(
    frame: FrameT,
    *,
    middleman: str | Collection[str],
    importer: str | Collection[str],
    origins: str | Collection[str],
    by: str | Sequence[str] = (),
    product: str = "product",
    supplier: str = "exporter",
    buyer: str = "importer",
    value: str = "value_usd",
) -> FrameT:
    """Bound what a middleman ships of others' goods, product by product.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read: the middleman's sales to `importer`, and all it buys.
    middleman
        Who ships; several areas count as one, what they sell each other is left out.
    importer
        Who buys from it.
    origins
        Whose goods are looked for.
    by
        Columns to answer by; shares add up over the products of each.
    product
        Column of goods, as fine as there is: what is bought of one product cannot be shipped as
        another.
    supplier, buyer, value
        Columns of codes and of amounts.

    Returns
    -------
    frame
        The keys and the columns of `PASS_THROUGH`.

    Raises
    ------
    UnknownNameError, RequestError
        For a column that is missing or of the wrong type, or an area that is on two sides.

    Notes
    -----
    Nothing is the least: all that is shipped can be the middleman's own. What it makes of others'
    parts is no part of this; see `value_added_origin`. The two are not to be added.
    """
    ships, buys, makes = as_codes(middleman), as_codes(importer), as_codes(origins)
    _require_apart(middleman=ships, importer=buys, origins=makes)
    keys = as_list(by)

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        seller, to_them = nw.col(supplier), nw.col(buyer).is_in(ships)
        flows = {
            "shipped": seller.is_in(ships) & nw.col(buyer).is_in(buys),
            "drawn": seller.is_in(makes) & to_them,
            "__bought": to_them & ~seller.is_in(ships),
        }
        each = _by_product(rows, list(dict.fromkeys([*keys, product])), flows, value)
        names = ("shipped", "drawn", "__most", "__even", "unknown_products", "__unsure")
        sums = aggregate(each, keys, *(nw.col(name).sum() for name in names))
        there = nw.col("shipped") > 0
        even = nw.when(there & (nw.col("__unsure") == 0)).then(nw.col("__even"))
        return sums.select(
            *keys,
            nw.when(there).then(nw.col("__most") / nw.col("shipped")).alias("at_most"),
            (even / nw.when(there).then(nw.col("shipped"))).alias("in_proportion"),
            "shipped",
            "drawn",
            nw.col("unknown_products").cast(nw.Int64),
        )

    made = [name for name, _ in PASS_THROUGH.columns]
    texts = [name for name in (product, supplier, buyer) if name not in keys]
    asked = dict.fromkeys((supplier, buyer), ships)
    return run_on_frame(frame, step, keys=keys, texts=texts, value=value, makes=made, areas=asked)


def _by_product(
    rows: nw.LazyFrame[Any], goods: Sequence[str], flows: Mapping[str, nw.Expr], value: str
) -> nw.LazyFrame[Any]:
    """Return the flows and what of them can be the origins' by product, those unknown as zero."""
    amount = nw.col(value)
    lacks = {name: f"__lacks_{name}" for name in flows}
    marked = rows.with_columns(
        *(nw.when(there).then(amount).otherwise(0.0).alias(name) for name, there in flows.items()),
        *(
            nw.when(there & amount.is_null()).then(1).otherwise(0).alias(lacks[name])
            for name, there in flows.items()
        ),
    )
    each = marked.group_by(*goods).agg(*(nw.col(name).sum() for name in (*flows, *lacks.values())))
    # What is bought of a product that is not shipped says nothing of what is.
    no_sale = (nw.col("shipped") <= 0) & (nw.col(lacks["shipped"]) == 0)
    unknown = ~no_sale & (nw.col(lacks["shipped"]) + nw.col(lacks["drawn"]) > 0)
    unsure = ~no_sale & ~unknown & (nw.col(lacks["__bought"]) > 0)
    each = each.with_columns(
        nw.when(unknown).then(1).otherwise(0).alias("unknown_products"),
        nw.when(unsure).then(1).otherwise(0).alias("__unsure"),
        *(nw.when(unknown).then(0.0).otherwise(nw.col(name)).alias(name) for name in flows),
    )
    shipped, drawn, bought = (nw.col(name) for name in flows)
    even = nw.when(bought > 0).then(shipped * drawn / bought).otherwise(0.0)
    return each.with_columns(
        nw.when(shipped < drawn).then(shipped).otherwise(drawn).alias("__most"),
        nw.when(even < drawn).then(even).otherwise(drawn).alias("__even"),
    )


def _require_apart(**sides: list[str]) -> None:
    for (one, first), (other, second) in combinations(sides.items(), 2):
        if both := sorted(set(first) & set(second)):
            raise RequestError(
                f"{', '.join(both)} is on two sides: {one} and {other}",
                why="goods that end where they began pass through nobody",
                hint="name each area on one side",
            )
