"""What a middleman ships of others' goods: how much can pass through it as it came."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.errors import RequestError
from entrepot.measures.door import FrameT, through_door
from entrepot.measures.grouped import aggregate, as_codes, as_list
from entrepot.measures.passport import Passport

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

__all__ = ["PASSED_ON", "passed_on"]

PASSED_ON = Passport(
    id="passed_on",
    title="others' goods that a middleman passes on",
    function="passed_on",
    inputs=(
        "rows with importer, exporter, product and value: what a middleman sells to an importer, "
        "and everything that it buys itself"
    ),
    columns=(
        ("at_most", "what can be the origins' goods as they came, a share of what is shipped"),
        ("in_proportion", "the same if all that is shipped were bought before, from all alike"),
        ("shipped", "what the middleman sells to the importer, in the unit of the values"),
        ("drawn", "what it buys of the same products from the origins"),
    ),
    unit="share",
    range="0 to 1",
    null_rule=(
        "missing values are left out; shares are null where the middleman ships nothing; a product "
        "that it buys from nobody is its own"
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


def passed_on(
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
        The keys and the columns of `PASSED_ON`.

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
        to_them, amount = nw.col(buyer).is_in(ships), nw.col(value)
        elsewhere = nw.when(nw.col(supplier).is_in(ships)).then(0.0).otherwise(amount)
        parts = {
            "shipped": _only(nw.col(supplier).is_in(ships) & nw.col(buyer).is_in(buys), amount),
            "drawn": _only(nw.col(supplier).is_in(makes) & to_them, amount),
            "__bought": _only(to_them, elsewhere),
        }
        sides = rows.with_columns(*(part.alias(name) for name, part in parts.items()))
        goods = list(dict.fromkeys([*keys, product]))
        each = sides.group_by(*goods).agg(*(nw.col(name).sum() for name in parts))
        shipped, drawn, bought = (nw.col(name) for name in parts)
        even = nw.when(bought > 0).then(shipped * drawn / bought).otherwise(0.0)
        each = each.with_columns(
            nw.when(shipped < drawn).then(shipped).otherwise(drawn).alias("__most"),
            nw.when(even < drawn).then(even).otherwise(drawn).alias("__even"),
        )
        names = ("shipped", "drawn", "__most", "__even")
        sums = aggregate(each, keys, *(nw.col(name).sum() for name in names))
        there = nw.col("shipped") > 0
        return sums.select(
            *keys,
            nw.when(there).then(nw.col("__most") / nw.col("shipped")).alias("at_most"),
            nw.when(there).then(nw.col("__even") / nw.col("shipped")).alias("in_proportion"),
            "shipped",
            "drawn",
        )

    made = [name for name, _ in PASSED_ON.columns]
    texts = [name for name in (product, supplier, buyer) if name not in keys]
    return through_door(frame, step, keys=keys, texts=texts, value=value, makes=made)


def _only(condition: nw.Expr, amount: nw.Expr) -> nw.Expr:
    return nw.when(condition).then(amount).otherwise(0.0)


def _require_apart(**sides: list[str]) -> None:
    for (one, first), (other, second) in combinations(sides.items(), 2):
        if both := sorted(set(first) & set(second)):
            raise RequestError(
                f"{', '.join(both)} is on two sides: {one} and {other}",
                why="goods that end where they began pass through nobody",
                hint="name each area on one side",
            )
