"""What a buyer loses if a supplier of goods stops, and others can send only so much more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, get_args

import narwhals as nw

from entrepot.errors import RequestError, UnknownNameError
from entrepot.measures.cutoff.filling import filled
from entrepot.measures.cutoff.passports import CUTOFF
from entrepot.measures.cutoff.worth import by_product, in_total
from entrepot.measures.door import FrameT, through_door
from entrepot.measures.extra import numbers, ordered
from entrepot.measures.grouped import aggregate, as_codes, as_list

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

__all__ = ["Detail", "cutoff"]

Detail = Literal["total", "product", "supplier"]
"""All products together; a row for each; a row for each supplier over all products."""
NO_LIMIT = 1e12
"""Times of what it sends, which no supplier has to reach."""


def cutoff(
    frame: FrameT,
    *,
    importer: str | Collection[str],
    exporter: str | Collection[str],
    sigma: float | str,
    divert: float | str | None,
    short_run: float = 1.0,
    cut: float = 1.0,
    unwilling: Collection[str] = (),
    detail: Detail = "total",
    product: str = "product",
    by: str | Sequence[str] = (),
    supplier: str = "exporter",
    buyer: str = "importer",
    value: str = "value_usd",
) -> FrameT:
    """Return who replaces a supplier that stops, what stays unmet, and what that costs.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read, with the trade of the world, not only of the two.
    importer, exporter
        Who buys, and who stops selling; several codes count as one. What members of one side trade
        with each other is left out.
    sigma
        Elasticity of substitution between suppliers of a product, 0 (none) to infinity (all
        alike); or the column that holds it.
    divert
        Part of what others sell elsewhere that they could send instead, 0 to 1; or the column that
        holds it, where it has to be known, 0 to 1, of every other supplier that is willing; None:
        they have no limit.
    short_run
        What of the elasticity there is in the time asked about, above 0 to 1: elasticities from
        many years are larger than those of a first one.
    cut
        Part of the supplier's deliveries that stops, 0 to 1.
    unwilling
        Suppliers that go on and send no more than before.
    detail
        One row for all products, or a row for each ``product`` or ``supplier``.
    product, by, supplier, buyer, value
        Columns.

    Returns
    -------
    frame
        The keys and the columns of the passport. By product, without ``known_share`` and
        ``essential_share``, and with ``sigma`` (as used) and ``share`` (of the supplier in the
        bill). By supplier: ``before``, ``after`` and ``more``, in the unit of the value.

    Raises
    ------
    UnknownNameError, RequestError
        For a column that is missing or of the wrong type, an unknown detail, nobody or a code
        on both sides, or a part that is not between its bounds.

    Notes
    -----
    Suppliers that sell the buyer nothing today do not begin to, and home production is in no trade
    data: both make the loss too large. With an elasticity of one or less every supplier is
    essential, so a whole cut takes all the worth of the product, however small the supplier was.
    """
    fixed = 0.0 if divert is None or isinstance(divert, str) else divert
    _check(detail, sigma, {"divert": fixed, "cut": cut, "short_run": short_run})
    keys, buys, stops = as_list(by), as_codes(importer), as_codes(exporter)
    for name, codes in (("importer", buys), ("exporter", stops)):
        if not any(codes):
            raise RequestError(f"{name} names nobody", hint="name one area at least: CHN")
    if both := sorted(set(buys) & set(stops)):
        raise RequestError(f"{', '.join(both)} on both sides", hint="name different areas")
    still = sorted({*as_codes(unwilling), *stops} - set(buys))

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        rows = numbers(rows, *columns).with_columns(
            (nw.col(sigma) if isinstance(sigma, str) else nw.lit(float(sigma))).alias("__sigma"),
            (nw.col(divert) if isinstance(divert, str) else nw.lit(fixed)).alias("__divert"),
        )
        sound = (nw.col("__divert") >= 0) & (nw.col("__divert") <= 1)
        rows = rows.with_columns(
            nw.when(sound).then(nw.col("__divert")).otherwise(0.0).alias("__divert"),
            nw.when(sound).then(0).otherwise(1).alias("__doubt"),
        )
        market = [*keys, product]
        bought = _bought(rows, market, buys, (supplier, buyer), value)
        stopped = nw.col(supplier).is_in(stops)
        more = nw.col("__elsewhere") / nw.col("__before") * nw.col("__divert")
        others = 1.0 + (nw.lit(NO_LIMIT) if divert is None else more)
        willing = nw.when(nw.col(supplier).is_in(still)).then(1.0).otherwise(others)
        limit = nw.when(stopped).then(1.0 - cut).otherwise(willing)
        marks = nw.when(stopped).then(1).otherwise(0).alias("__stops")
        doubt = nw.when(nw.col(supplier).is_in(still)).then(0).otherwise(nw.col("__doubt"))
        limited = bought.with_columns(marks, limit.alias("__limit"), doubt.alias("__doubt"))
        found = _doubted(filled(limited, market, supplier), market)
        if detail == "supplier":
            return _suppliers(found, [*keys, supplier])
        each = by_product(found, market, short_run)
        if detail == "total":
            return in_total(each, keys)
        return each.drop("__essential", "__doubt")

    columns = [name for name in (sigma, divert) if isinstance(name, str)]
    shown = {"total": keys, "product": [*keys, product], "supplier": [*keys, supplier]}[detail]
    read = [name for name in (product, supplier) if name not in shown]
    read += [buyer, *columns]
    makes = [name for name, _ in CUTOFF.columns]
    asked = {supplier: stops, buyer: buys}
    result = through_door(
        frame, step, keys=shown, texts=read, value=value, makes=makes, areas=asked
    )
    first = {"total": "", "product": "unmet", "supplier": "more"}[detail]
    order = [*keys, first, shown[-1]] if first else keys
    return ordered(result, order, descending=[x == first for x in order]) if order else result


def _check(detail: str, sigma: float | str, parts: dict[str, float]) -> None:
    if detail not in get_args(Detail):
        raise UnknownNameError("detail", detail, get_args(Detail))
    if not isinstance(sigma, str) and not sigma >= 0:
        raise RequestError(
            f"sigma is {sigma}", why="suppliers replace each other or do not", hint="0 and above"
        )
    for name, part in parts.items():
        if not 0 <= part <= 1 or (name == "short_run" and not part):
            raise RequestError(f"{name} is {part}", hint="a part from 0 to 1: 0.05 is 5 %")


def _bought(
    rows: nw.LazyFrame[Any],
    market: Sequence[str],
    buys: Sequence[str],
    names: tuple[str, str],
    value: str,
) -> nw.LazyFrame[Any]:
    """Return what each supplier sells to the buyer and elsewhere abroad."""
    supplier, buyer = names
    ours, own = nw.col(buyer).is_in(buys), nw.col(supplier) == nw.col(buyer)
    marked = rows.filter(~nw.col(supplier).is_in(buys), ~own, nw.col(value) > 0).with_columns(
        nw.when(ours).then(nw.col(value)).alias("__before"),
        nw.when(~ours).then(nw.col(value)).alias("__elsewhere"),
    )
    sums = aggregate(
        marked,
        [*market, supplier],
        nw.col("__before").sum(),
        nw.col("__elsewhere").sum(),
        nw.col("__divert").min(),
        nw.col("__doubt").max(),
        nw.col("__sigma").min().alias("__low"),
        nw.col("__sigma").max().alias("__high"),
    )
    return sums.filter(nw.col("__before") > 0)


def _doubted(rows: nw.LazyFrame[Any], market: Sequence[str]) -> nw.LazyFrame[Any]:
    """Mark markets where something stops and nobody knows what one of the others can send."""
    sums = [
        nw.col(name).sum().over(*market).alias(f"{name}_all") for name in ("__doubt", "__stops")
    ]
    unknown = (nw.col("__doubt_all") > 0) & (nw.col("__stops_all") > 0)
    return rows.with_columns(*sums).with_columns(
        nw.when(unknown).then(1).otherwise(0).alias("__doubt")
    )


def _suppliers(rows: nw.LazyFrame[Any], keys: Sequence[str]) -> nw.LazyFrame[Any]:
    sums = aggregate(
        rows, keys, nw.col("__before").sum(), nw.col("__after").sum(), nw.col("__doubt").max()
    )
    before, after = nw.col("__before"), nw.when(nw.col("__doubt") < 1).then(nw.col("__after"))
    return sums.select(
        *keys, before.alias("before"), after.alias("after"), (after - before).alias("more")
    )
