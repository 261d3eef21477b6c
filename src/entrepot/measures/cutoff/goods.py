"""What a buyer loses if a supplier of goods stops, and others can send only so much more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, get_args

import narwhals as nw

from entrepot.errors import RequestError, UnknownNameError
from entrepot.measures.frame_adapter import FrameT, numbers, ordered, run_on_frame
from entrepot.measures.grouped import aggregate, as_codes, as_list
from entrepot.measures.metadata import MeasureMetadata

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

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
    fixed_supply: Collection[str] = (),
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
    fixed_supply
        Suppliers that go on and send no more than before.
    detail
        One row for all products, or a row for each ``product`` or ``supplier``.
    product, by, supplier, buyer, value
        Columns.

    Returns
    -------
    frame
        The keys and the columns of its sheet. By product, without ``known_share`` and
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
            raise RequestError(f"{name} names no area", hint="name one area at least: CHN")
    if both := sorted(set(buys) & set(stops)):
        raise RequestError(f"{', '.join(both)} on both sides", hint="name different areas")
    # Those who stop are among them, so that what they could divert is never in doubt.
    still = sorted({*as_codes(fixed_supply), *stops} - set(buys))

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
        # A number, for infinity times the zero of what is above the last supplier would be NaN.
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
    result = run_on_frame(
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
    to_buyer, own = nw.col(buyer).is_in(buys), nw.col(supplier) == nw.col(buyer)
    # Own trade and trade among the buyers is no import; a correction below zero is no supplier.
    marked = rows.filter(~nw.col(supplier).is_in(buys), ~own, nw.col(value) > 0).with_columns(
        nw.when(to_buyer).then(nw.col(value)).alias("__before"),
        nw.when(~to_buyer).then(nw.col(value)).alias("__elsewhere"),
    )
    sums = aggregate(
        marked,
        [*market, supplier],
        nw.col("__before").sum(),
        nw.col("__elsewhere").sum(),
        nw.col("__divert").min(),
        nw.col("__doubt").max(),
        # Both ends, so that an elasticity that differs between rows of a product is seen.
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


def filled(rows: nw.LazyFrame[Any], market: Sequence[str], supplier: str) -> nw.LazyFrame[Any]:
    """Return ``__after`` and ``__times``, after over before, beside each supplier of a market.

    Parameters
    ----------
    rows
        A row for each market and supplier, with ``__before`` above zero and ``__limit``, what it
        can send over what it sends.

    Notes
    -----
    Those who are not at their limit all send t times what they sent. Suppliers are sorted by their
    limit: one is at it if the bill cannot be spent with t at that limit.
    """
    before, limit = nw.col("__before"), nw.col("__limit")
    order = ["__limit", supplier]
    # From the tightest limit up: what all so far sent, and what they can send at most.
    rows = rows.with_columns((before * limit).alias("__most")).with_columns(
        before.sum().over(*market).alias("__bill"),
        before.cum_sum().over(*market, order_by=order).alias("__so_far"),
        nw.col("__most").cum_sum().over(*market, order_by=order).alias("__at_most"),
    )
    bill, above = nw.col("__bill"), nw.col("__bill") - nw.col("__so_far")
    rows = rows.with_columns(
        # If even with everybody looser at this supplier's limit the bill is not spent, it is full.
        nw.when(nw.col("__at_most") + limit * above <= bill).then(1).otherwise(0).alias("__full")
    ).with_columns(
        nw.when(nw.col("__full") == 1).then(nw.col("__most")).otherwise(0.0).alias("__sent"),
        nw.when(nw.col("__full") == 0).then(before).otherwise(0.0).alias("__free"),
    )
    rows = rows.with_columns(
        nw.col("__sent").sum().over(*market), nw.col("__free").sum().over(*market)
    )
    free = nw.when(nw.col("__free") > 0).then(nw.col("__free"))
    # Null where all are full: then the rest of the bill is unmet.
    level = (bill - nw.col("__sent")) / free
    times = nw.when(nw.col("__full") == 1).then(limit).otherwise(level)
    return rows.with_columns(times.alias("__times")).with_columns(
        (before * nw.col("__times")).alias("__after")
    )


# What goods are worth to the buyer after a cut-off, by product and in total.


NEAR_ONE = 1e-7
"""How close to zero the exponent of a mean is that of the geometric one, to as many digits."""


def by_product(
    rows: nw.LazyFrame[Any], market: Sequence[str], short_run: float
) -> nw.LazyFrame[Any]:
    """Return loss, unmet and so on of each market, from suppliers before and after."""
    times = nw.col("__times")
    rows = rows.with_columns(
        (nw.col("__low") * short_run).alias("__sigma"),
        nw.when(times > 0).then(times).alias("__least"),
    ).with_columns(nw.col("__least").min().over(*market))
    rows = rows.with_columns(*_terms(nw.col("__sigma")))
    part = nw.col("__before") / nw.col("__bill")
    stops, more = nw.col("__stops") == 1, nw.col("__after") - nw.col("__before")
    rows = rows.with_columns(
        (part * nw.col("__power")).alias("__mean"),
        (part * nw.col("__log")).alias("__geometric"),
        nw.when(stops).then(-more).otherwise(0.0).alias("__stopped"),
        nw.when(~stops).then(more).otherwise(0.0).alias("__replaced"),
        nw.when(stops).then(part).otherwise(0.0).alias("__share"),
    )
    added = ("__mean", "__geometric", "__stopped", "__replaced", "__share", "__before")
    sums = aggregate(
        rows,
        market,
        *(nw.col(name).sum() for name in added),
        nw.col("__times").min(),
        nw.col("__least").min(),
        nw.col("__doubt").max(),
        nw.col("__low").min(),
        nw.col("__high").max(),
        nw.col("__sigma").min(),
    )
    return _product_columns(sums, market)


def _terms(sigma: nw.Expr) -> tuple[nw.Expr, ...]:
    """Return q^p and ln q of a supplier, p = (σ - 1) / σ; of one that sends nothing, zero.

    q is over the least of a market, so that no power becomes too large for a number.
    """
    times = nw.col("__times")
    some = nw.when(times > 0).then(times / nw.col("__least"))
    power = _exponent(sigma)
    return (
        nw.when(times > 0).then((some.log() * power).exp()).otherwise(0.0).alias("__power"),
        nw.when(times > 0).then(some.log()).otherwise(0.0).alias("__log"),
    )


def _exponent(sigma: nw.Expr) -> nw.Expr:
    return 1 - 1 / nw.when(sigma > 0).then(sigma)


def _worth() -> nw.Expr:
    """Return what is left of the worth, 0 to 1; null where the elasticity is not known."""
    sigma, power = nw.col("__sigma"), _exponent(nw.col("__sigma"))
    apart = nw.when((power > NEAR_ONE) | (power < -NEAR_ONE)).then(power)
    mean = nw.when(nw.col("__mean") > 0).then(nw.col("__mean"))
    # Near an exponent of zero the root takes all digits; the geometric mean stands there.
    ces = (mean.log() / apart).exp()
    some = nw.when(~apart.is_null()).then(ces).otherwise(nw.col("__geometric").exp())
    some = some * nw.col("__least")
    # With σ of one or less, one supplier at nothing leaves nothing; q^p would be infinite there.
    essential = (nw.col("__times") <= 0) & (power <= NEAR_ONE)
    nothing = (nw.col("__mean") <= 0) & (power > NEAR_ONE)
    found = nw.when(essential | nothing).then(0.0).otherwise(some)
    agreed = (nw.col("__low") == nw.col("__high")) & (sigma > 0)
    leontief = (nw.col("__low") == nw.col("__high")) & (sigma == 0)
    return nw.when(leontief).then(nw.col("__times")).otherwise(nw.when(agreed).then(found))


def _product_columns(sums: nw.LazyFrame[Any], market: Sequence[str]) -> nw.LazyFrame[Any]:
    worth = nw.col("__worth")
    some_stops = nw.col("__share") > 0  # or all is as before, whatever the elasticity
    sure = nw.col("__doubt") < 1
    kept = nw.when(some_stops).then(nw.when(sure).then(_worth())).otherwise(1.0)
    sums = sums.with_columns(kept.alias("__worth")).with_columns(
        # Rounding may give a worth a digit above one; null stays null.
        nw.when(worth < 1).then(worth).otherwise(nw.when(~worth.is_null()).then(1.0)),
        (nw.col("__stopped") - nw.col("__replaced")).alias("__short"),
    )
    short, bill = nw.col("__short"), nw.col("__before")
    # Amounts that cancel leave a digit, which would show as unmet goods.
    unmet = nw.when(sure).then(nw.when(short > 1e-12 * bill).then(short).otherwise(0.0))
    essential = (nw.col("__times") <= 0) & (nw.col("__sigma") <= 1)
    price = 1 / nw.when(worth > 0).then(worth)
    return sums.select(
        *market,
        (1 - worth).alias("loss"),
        (unmet / bill).alias("unmet_share"),
        unmet.alias("unmet"),
        nw.when(sure).then(nw.col("__replaced")).alias("replaced"),
        nw.col("__stopped").alias("stopped"),
        bill.alias("bill"),
        price.alias("shadow_price"),
        (100 * (price - 1)).alias("cost_pct"),
        nw.col("__share").alias("share"),
        nw.col("__sigma").alias("sigma"),
        nw.when(essential).then(1).otherwise(0).alias("__essential"),
        "__doubt",
    )


def in_total(each: nw.LazyFrame[Any], keys: Sequence[str]) -> nw.LazyFrame[Any]:
    """Add products up, weighted by the bill; what has no loss is not part of the mean.

    What is unmet and replaced is known in total where it is of every product.
    """
    loss, bill = nw.col("loss"), nw.col("bill")
    each = each.with_columns(
        (bill * loss).alias("__lost"),
        nw.when(~loss.is_null()).then(bill).otherwise(0.0).alias("__known"),
        (bill * nw.col("__essential")).alias("__essential"),
    )
    names = ("unmet", "replaced", "stopped", "bill", "__lost", "__known", "__essential")
    sums = aggregate(each, keys, *(nw.col(name).sum() for name in names), nw.col("__doubt").max())
    total = nw.when(bill > 0).then(bill)
    known = nw.when(nw.col("__known") > 0).then(nw.col("__known"))
    sums = sums.with_columns((nw.col("__lost") / known).alias("loss"))
    price = 1 / nw.when(loss < 1).then(1 - loss)
    is_known = ~total.is_null()
    sure = is_known & (nw.col("__doubt") < 1)
    known_if = {"unmet": sure, "replaced": sure, "stopped": is_known, "bill": is_known}
    return sums.select(
        *keys,
        "loss",
        nw.when(sure).then(nw.col("unmet") / total).alias("unmet_share"),
        *(nw.when(one).then(nw.col(name)).alias(name) for name, one in known_if.items()),
        price.alias("shadow_price"),
        (100 * (price - 1)).alias("cost_pct"),
        (nw.col("__known") / total).alias("known_share"),
        (nw.col("__essential") / total).alias("essential_share"),
    )


CUTOFF = MeasureMetadata(
    id="cutoff",
    title="what a cut-off of goods would cost",
    function="cutoff",
    inputs=(
        "rows with exporter, importer, product and value, all trade of the world in these goods; "
        "the importer and the supplier that stops; elasticities of substitution between suppliers"
    ),
    columns=(
        ("loss", "what the goods are worth less to the buyer, of the bill, 0 to 1"),
        ("unmet_share", "what is not replaced, of the bill, 0 to 1"),
        ("unmet", "what is not replaced, in the unit of the value"),
        ("replaced", "what others supply more than before, in the unit of the value"),
        ("stopped", "what the supplier no longer delivers, in the unit of the value"),
        ("bill", "all imports of the goods, in the unit of the value"),
        ("shadow_price", "bill over what it is still worth; null where it is worth nothing"),
        ("cost_pct", "what the same usefulness would cost more at that price, % of the bill"),
        ("known_share", "part of the bill to which the loss belongs: the rest is null"),
        ("essential_share", "part of the bill with an elasticity of one or less, cut whole"),
    ),
    unit="share",
    range="0 to 1",
    null_rule=(
        "the loss is null where the supplier sells some of a product whose elasticity is unknown, "
        "not the same in all rows or below zero; all is null without imports; a flow that is not "
        "above zero is left out; where it is not known what one of the others can divert, or it is "
        "not 0 to 1, loss, unmet and replaced are null, and in total what is unmet and replaced"
    ),
    formula=(
        "q_j = min(r_j, t) q_j0, r_j = 1 + d x_j / q_j0, x_j what j sells elsewhere, r_c = 1 - cut "
        "for the supplier, t such that Σ q_j is the bill, if it can be; loss = 1 - (Σ ω_j "
        "(q_j/q_j0)^((σ-1)/σ))^(σ/(σ-1)), ω_j = q_j0 / bill; σ = 1: 1 - Π (q_j/q_j0)^ω_j; σ = 0: "
        "1 - min q_j/q_j0; several products: weighted by the bill"
    ),
    reference=(
        "Armington (1969), IMF Staff Papers 16(1), with limits to what others can supply; own "
        "derivation: at the prices of before, suppliers that are not at their limit keep their "
        "proportions, so the amounts need no elasticity and only their worth does"
    ),
)
