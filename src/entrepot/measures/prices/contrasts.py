"""What one buyer's price did against the others', product by product.

Four cells make a contrast: the buyer's unit value and the others', in a period and in its base.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.errors import RequestError
from entrepot.measures.change import begins_within
from entrepot.measures.door import numbers_refused, through_door
from entrepot.measures.grouped import aggregate
from entrepot.measures.prices.cells import collected, paired

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.model.period import Period

__all__ = ["Contrast", "LeftOut", "Roles", "contrasts", "heading_of"]

SIDES = ("b1", "b0", "o1", "o0")


@dataclass(frozen=True, slots=True)
class Roles:
    """Columns of a comparison of buyers.

    `item` is what is compared, `cluster` what moves together, by default headings, and `group` what
    is answered apart.
    """

    item: tuple[str, ...]
    product: str
    importer: str
    time: str
    value: str
    quantity: str
    cluster: str | None = None
    group: str | None = None

    @property
    def keys(self) -> list[str]:
        """Columns that tell lines apart."""
        more = [name for name in (self.cluster, self.group) if name]
        return list(dict.fromkeys([*self.item, *more]))


@dataclass(frozen=True, slots=True)
class Contrast:
    """One product's prices: log changes, and what they rest on.

    Attributes
    ----------
    product, cluster
        Code, and the group that is drawn as a whole.
    buyer, others
        Log change of the unit value of the buyer, and of the others.
    precision
        Weight of ``buyer - others`` when each cell is weighted by its value: 1 / Σ 1 / value.
    bill_usd
        What the buyer paid in the period, USD.
    group
        What it is answered with, None where all are answered together.
    """

    product: Any
    cluster: Any
    buyer: float
    others: float
    precision: float
    bill_usd: float
    group: Any = None

    @property
    def gap(self) -> float:
        """Log change of the buyer's price less that of the others'."""
        return self.buyer - self.others


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Products that could not be compared: why, how many, and the buyer's bill for them in USD."""

    reason: str
    products: int
    usd: float


def contrasts(
    frame: Any,
    roles: Roles,
    buyers: Sequence[str],
    periods: tuple[Period, Period],
    *,
    trim: float | None,
    min_rows: int,
) -> tuple[list[Contrast], tuple[LeftOut, ...]]:
    """Collect the four cells of each product, and compare where all four have a price."""

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        return _cells(rows, roles, buyers, periods)

    keys = roles.keys
    texts = [roles.importer, roles.time, roles.quantity]
    areas = numbers_refused(roles.importer)
    found = through_door(frame, step, keys=keys, texts=texts, value=roles.value, areas=areas)
    rows = sorted(collected(found), key=lambda row: [str(row[name]) for name in keys])
    kept: list[Contrast] = []
    out: dict[str, list[float]] = {}
    for row in rows:
        if reason := _unusable(row, min_rows) or _extreme(row, trim):
            out.setdefault(reason, []).append(row["__bill"] or 0.0)
        else:
            kept.append(_contrast(row, roles))
    return kept, tuple(LeftOut(name, len(bills), math.fsum(bills)) for name, bills in out.items())


def heading_of(product: Any) -> str:
    """Return the four-digit heading of a code, which has to be text with its zeros."""
    if not isinstance(product, str):
        raise RequestError(
            f"a product is {product!r}, not text",
            why="its heading is the first four digits, of which a number may have lost one",
            hint="turn codes into text with their zeros, or name a column as `cluster`",
        )
    return product[:4]


def _cells(
    rows: nw.LazyFrame[Any], roles: Roles, buyers: Sequence[str], periods: tuple[Period, Period]
) -> nw.LazyFrame[Any]:
    dtype = rows.collect_schema()[roles.time]
    known = paired(rows.filter(~nw.col(roles.importer).is_null()), roles.value, roles.quantity)
    bought = known.with_columns(
        nw.when(nw.col(roles.importer).is_in(buyers)).then(1).otherwise(0).alias("__buyer")
    )
    parts: list[nw.Expr] = []
    for side in SIDES:
        here = begins_within(periods[0 if side[1] == "1" else 1], roles.time, dtype)
        chosen = here & (nw.col("__buyer") == (1 if side[0] == "b" else 0))
        parts.append(nw.when(chosen).then(nw.col("__v")).alias("__v_" + side))
        parts.append(nw.when(chosen).then(nw.col("__q")).alias("__q_" + side))
        if side == "b1":
            parts.append(nw.when(chosen).then(nw.col("__known")).alias("__bill"))
    names = [f"__{what}_{side}" for side in SIDES for what in "vq"]
    return aggregate(
        bought.select(*roles.keys, *parts),
        roles.keys,
        *(nw.col("__v_" + side).count().cast(nw.Int64).alias("__n_" + side) for side in SIDES),
        *(nw.col(name).sum() for name in [*names, "__bill"]),
    )


def _unusable(row: dict[str, Any], min_rows: int) -> str:
    counts = [row["__n_" + side] for side in SIDES]
    if min(counts) == 0:
        return "not_in_all_four"
    return "too_few_rows" if min(counts) < min_rows else ""


def _extreme(row: dict[str, Any], trim: float | None) -> str:
    far = trim is not None and max(map(abs, _logs(row))) > math.log(trim)
    return "relative" if far else ""


def _logs(row: dict[str, Any]) -> tuple[float, float]:
    price = {side: math.log(row["__v_" + side] / row["__q_" + side]) for side in SIDES}
    return price["b1"] - price["b0"], price["o1"] - price["o0"]


def _contrast(row: dict[str, Any], roles: Roles) -> Contrast:
    buyer, others = _logs(row)
    product = row[roles.product]
    return Contrast(
        product=product,
        cluster=row[roles.cluster] if roles.cluster else heading_of(product),
        buyer=buyer,
        others=others,
        precision=1 / math.fsum(1 / row["__v_" + side] for side in SIDES),
        bill_usd=row["__bill"],
        group=row[roles.group] if roles.group else None,
    )
