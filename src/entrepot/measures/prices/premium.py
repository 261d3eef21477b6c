"""The premium that one buyer pays: how much more its prices rose than those of other buyers."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import asdict, dataclass
from statistics import median
from typing import TYPE_CHECKING, Any, Literal, get_args

from entrepot.errors import NoEvidenceError, RequestError, UnknownNameError
from entrepot.measures.change import apart
from entrepot.measures.grouped import as_codes, as_list
from entrepot.measures.metadata import MeasureMetadata
from entrepot.measures.prices.contrasts import (
    Contrast,
    Interval,
    LeftOut,
    PremiumEstimate,
    Roles,
    check_quantity,
    check_trim,
    contrasts,
    difference_in_differences,
    mean_gap,
    median_gap,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from entrepot.model.period import Period

Estimator = Literal["median", "did"]

PRICE_PREMIUM = MeasureMetadata(
    id="price_premium",
    title="premium of a buyer",
    function="price_premium",
    inputs="rows with importer, product, time, value and quantity; a buyer; a period and its base",
    columns=(
        ("premium", "how much more the buyer's prices rose, ratio less 1, with low and high"),
        ("beta", "the same in logarithms, with its standard error"),
        ("buyer_change", "change of the buyer's prices, ratio less 1"),
        ("others_change", "change of the others' prices for the same products, ratio less 1"),
        ("overpaid_share", "part of the bill that is premium, with low and high"),
        ("overpaid_usd", "the same in USD of the products compared, with low and high"),
        ("bill_usd", "what the buyer paid for the products compared, USD"),
        ("products", "number of products compared"),
        ("clusters", "number of groups of products that were drawn as a whole"),
        ("left_out", "products not compared: reason, number, and the buyer's bill for them"),
    ),
    unit="ratio",
    range="above -1; 0 is no premium",
    null_rule=(
        "an error where no product has a price on both sides in both periods; no interval with "
        "fewer than two clusters"
    ),
    formula=(
        "y_k = Δ ln u_k,buyer - Δ ln u_k,others; β = median of y_k, or β of u_ckdt = β Buyer_d "
        "Controlled_k Post_t + α_ckd + λ_ckt + θ_dt + ε; premium = e^β - 1; overpaid share = "
        "1 - e^-β"
    ),
    reference="Simola and Korhonen (2025), BOFIT, for the question; log difference in differences",
)


@dataclass(frozen=True, slots=True)
class PricePremium:
    """A premium with its uncertainty and what it costs.

    Attributes
    ----------
    estimator, interval
        How it was estimated, and what kind of interval it has.
    premium, premium_low, premium_high
        Ratio less 1; the bounds are None where nothing can be said.
    beta, beta_error
        Log premium and its standard error.
    buyer_change, others_change
        Changes of both sides' prices, ratios less 1.
    overpaid_share, overpaid_share_low, overpaid_share_high
        Part of the bill that is premium.
    bill_usd, overpaid_usd, overpaid_usd_low, overpaid_usd_high
        The buyer's bill for the products compared, and the premium in it, USD.
    products, clusters
        Numbers of products compared and of the groups they are in.
    confidence
        Level of the interval, 0 to 1.
    left_out
        Products that were not compared, with reasons.
    """

    estimator: str
    interval: str
    premium: float
    premium_low: float | None
    premium_high: float | None
    beta: float
    beta_error: float | None
    buyer_change: float | None
    others_change: float | None
    overpaid_share: float
    overpaid_share_low: float | None
    overpaid_share_high: float | None
    bill_usd: float
    overpaid_usd: float
    overpaid_usd_low: float | None
    overpaid_usd_high: float | None
    products: int
    clusters: int
    confidence: float
    left_out: tuple[LeftOut, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return as plain JSON types."""
        return asdict(self) | {"left_out": [asdict(part) for part in self.left_out]}


def price_premium(
    frame: Any,
    *,
    buyer: str | Collection[str],
    period: str | int | Period,
    base: str | int | Period,
    estimator: Estimator = "median",
    controlled: Collection[str] | None = None,
    by: str | Sequence[str] = (),
    product: str = "product",
    importer: str = "importer",
    time: str = "period",
    value: str = "value_usd",
    quantity: str = "mass_kg",
    cluster: str | None = None,
    weighted: bool = False,
    trim: float | None = 5.0,
    min_rows: int = 1,
    confidence: float = 0.95,
    interval: Interval = "percentile",
    replicates: int = 1999,
    seed: int = 1,
) -> PricePremium:
    """Compare how a buyer's unit values moved with those of all other buyers.

    The four cells of each product (buyer or others, period or base) are added up in the engine
    and collected; the rest is plain Python. All others count as one buyer, so a shift of trade
    among them moves their unit value; `premium_regression` takes each by itself.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read: exports to the buyer and to others. Filter it first, see
        `unit_values`.
    buyer
        Code of the buyer as it stands in the frame, or several that count as one.
    period, base
        Year, quarter, month or span; the rows that begin in it are added up.
    estimator
        ``median`` over products of the relative log change, with a bootstrap of clusters; or
        ``did``, β of the saturated difference in differences in closed form, with jackknife errors
        of clusters (CV3) and Student's t. `premium_regression` takes more sides and periods.
    controlled
        Codes of controlled goods. If given, a premium on all other goods is taken off, so that
        what is left is due to control; otherwise all products count as controlled.
    by
        Columns besides the product that say what is compared with what, such as exporter.
    product, importer, time, value, quantity
        Columns of the frame.
    cluster
        Column with groups of products that move together; four-digit headings if not given.
    weighted
        Weight cells by value in ``did``. A few large products then make the result.
    trim
        Leave out products where either side's price rose or fell more than this many times.
    min_rows
        Rows that each of the four cells needs at least.
    confidence, interval, replicates, seed
        Of the interval; the same seed gives the same one.

    Returns
    -------
    PricePremium
        The premium, what it costs, and what was left out.

    Raises
    ------
    NoEvidenceError
        If no product has a price on both sides in both periods.
    UnknownNameError, RequestError
        For a column that is missing or of the wrong type, or an option that makes no sense.
    """
    periods = apart(period, base)
    check_quantity(frame, quantity)
    check_trim(trim)
    _check(estimator, interval, confidence, replicates)
    roles = Roles((*as_list(by), product), product, importer, time, value, quantity, cluster)
    found, out = contrasts(
        frame, roles, as_codes(buyer), periods, trim=trim, min_rows=max(min_rows, 1)
    )
    chosen = [item for item in found if controlled is None or item.product in controlled]
    _enough(found, chosen, controlled, out)
    if estimator == "median":
        estimate = median_gap(
            found,
            controlled,
            confidence=confidence,
            interval=interval,
            replicates=replicates,
            seed=seed,
        )
    else:
        estimate = difference_in_differences(
            found, controlled, weighted=weighted, confidence=confidence
        )
    kind = (
        f"{interval} bootstrap" if estimator == "median" else "jackknife of clusters, Student's t"
    )
    return stated(
        estimate,
        bill=math.fsum(item.bill_usd for item in chosen),
        # Clusters of all products: the others' headings are drawn as well.
        counts=(len(chosen), len({item.cluster for item in found})),
        names=(estimator + (", weighted" if weighted and estimator == "did" else ""), kind),
        confidence=confidence,
        left_out=out,
    )


def stated(
    estimate: PremiumEstimate,
    *,
    bill: float,
    counts: tuple[int, int],
    names: tuple[str, str],
    confidence: float,
    left_out: tuple[LeftOut, ...],
) -> PricePremium:
    """Return an estimate as a premium and what it costs."""
    premiums = [
        None if beta is None else math.expm1(beta)
        for beta in (estimate.beta, estimate.low, estimate.high)
    ]
    shares = [None if part is None else overpayment(part).share for part in premiums]
    costs = [None if share is None else share * bill for share in shares]
    return PricePremium(
        estimator=names[0],
        interval=names[1],
        premium=premiums[0] or 0.0,
        premium_low=premiums[1],
        premium_high=premiums[2],
        beta=estimate.beta,
        beta_error=estimate.error,
        buyer_change=_change(estimate.buyer),
        others_change=_change(estimate.others),
        overpaid_share=shares[0] or 0.0,
        overpaid_share_low=shares[1],
        overpaid_share_high=shares[2],
        bill_usd=bill,
        overpaid_usd=costs[0] or 0.0,
        overpaid_usd_low=costs[1],
        overpaid_usd_high=costs[2],
        products=counts[0],
        clusters=counts[1],
        confidence=confidence,
        left_out=left_out,
    )


def _change(log: float) -> float | None:
    # A regression has no change of either side.
    return None if math.isnan(log) else math.expm1(log)


def _check(estimator: str, interval: str, confidence: float, replicates: int) -> None:
    if estimator not in get_args(Estimator):
        raise UnknownNameError("estimator", estimator, get_args(Estimator))
    if interval not in get_args(Interval):
        raise UnknownNameError("interval", interval, get_args(Interval))
    if not 0 < confidence < 1 or replicates < 100:
        raise RequestError(
            f"no interval of {confidence} from {replicates} replicates",
            hint="confidence lies between 0 and 1; take 100 replicates or more, better 1,999",
        )


def _enough(
    found: list[Contrast],
    chosen: list[Contrast],
    controlled: Collection[str] | None,
    out: tuple[LeftOut, ...],
) -> None:
    if chosen and (controlled is None or len(chosen) < len(found)):
        return
    side = "controlled product" if not chosen else "product that is not controlled"
    raise NoEvidenceError(
        f"no {side} has a price of the buyer and of others in both periods",
        where="; ".join(f"{part.reason}: {part.products} products" for part in out),
        hint="check the codes of buyer and products, the periods, and what filters left",
    )


# Changes of value, quantity and price that belong together, and what a mark-up costs.


@dataclass(frozen=True, slots=True)
class ChangeTriple:
    """Changes in per cent with (1 + value) = (1 + price) (1 + quantity).

    Attributes
    ----------
    value_pct, quantity_pct, price_pct
        Changes in per cent; the one that was not given is implied.
    implied
        Which of the three is implied.
    low_pct, high_pct
        Bounds of the implied one if the two given are rounded, otherwise both equal to it.
    """

    value_pct: float
    quantity_pct: float
    price_pct: float
    implied: str
    low_pct: float
    high_pct: float


def change_triple(
    *,
    value_pct: float | None = None,
    quantity_pct: float | None = None,
    price_pct: float | None = None,
    rounded_to: float = 0.0,
) -> ChangeTriple:
    """Return the change that two others imply.

    Parameters
    ----------
    value_pct, quantity_pct, price_pct
        Two of the three changes, in per cent.
    rounded_to
        Step that the two are rounded to, in points: 1 for whole per cents.

    Raises
    ------
    RequestError
        If not exactly two are given, one is -100 or less, or `rounded_to` is negative.

    Examples
    --------
    Ball bearings, of which a buyer paid 76 % more for 13 % less:

    >>> found = change_triple(value_pct=76, quantity_pct=-13, rounded_to=1)
    >>> round(found.price_pct), round(found.low_pct), round(found.high_pct)
    (102, 101, 104)
    """
    given = {"value": value_pct, "quantity": quantity_pct, "price": price_pct}
    known = {name: change for name, change in given.items() if change is not None}
    half = rounded_to / 2
    if len(known) != 2 or not all(change - half > -100 for change in known.values()) or half < 0:
        raise RequestError(
            "the third change follows from two others, each above -100 %",
            where=", ".join(f"{name}_pct={change}" for name, change in known.items()),
            hint="give two of value_pct, quantity_pct and price_pct, and a rounding of 0 or more",
        )
    (implied,) = given.keys() - known.keys()
    middle, *bounds = (_implied(known, implied, shift) for shift in (0.0, half, -half))
    full = known | {implied: middle}
    return ChangeTriple(
        full["value"], full["quantity"], full["price"], implied, min(bounds), max(bounds)
    )


def _implied(known: dict[str, float], implied: str, shift: float) -> float:
    """Return the third change, with the given ones moved so that it grows with `shift`."""
    if implied == "value":
        first, second = ((1 + (change + shift) / 100) for change in known.values())
        return (first * second - 1) * 100
    (other,) = known.keys() - {"value"}
    # Opposite ways: a quotient is largest with the largest value and the smallest quantity.
    top, bottom = 1 + (known["value"] + shift) / 100, 1 + (known[other] - shift) / 100
    return (top / bottom - 1) * 100


def relative_premium(buyer_pct: float, others_pct: float) -> float:
    """Return by how much a buyer's price rose more than the others', as a ratio less 1.

    Raises
    ------
    RequestError
        If a change is -100 % or less.

    Examples
    --------
    >>> round(relative_premium(87, 9), 3)
    0.716
    """
    if buyer_pct <= -100 or others_pct <= -100:
        raise RequestError(
            f"prices cannot change by {min(buyer_pct, others_pct)} %",
            hint="give changes in per cent, above -100",
        )
    return (100 + buyer_pct) / (100 + others_pct) - 1


@dataclass(frozen=True, slots=True)
class Overpayment:
    """What a premium costs.

    Attributes
    ----------
    share
        Part of the bill that is premium, below 1; negative for a discount.
    usd
        The same in USD, or None without a bill.
    """

    share: float
    usd: float | None


def overpayment(premium: float, bill_usd: float | None = None) -> Overpayment:
    """Return the part of a bill that a premium makes: 1 - 1 / (1 + premium).

    A premium of 71.6 % is not 71.6 % of the bill. It is the part of the price without premium
    that comes on top of it.

    Parameters
    ----------
    premium
        Ratio of the price to the price without premium, less 1.
    bill_usd
        What was paid, premium included, in USD.

    Raises
    ------
    RequestError
        If the premium is -1 or less.

    Examples
    --------
    >>> round(overpayment(relative_premium(87, 9)).share, 3)
    0.417
    """
    if not premium > -1:
        raise RequestError(
            f"a premium of {premium} leaves no price",
            hint="give the ratio of the two prices less 1, such as 0.716",
        )
    share = premium / (1 + premium)
    return Overpayment(share, None if bill_usd is None else share * bill_usd)


# A buyer's premium under several bounds and estimators at once, without intervals.


def premiums_under(
    frame: Any,
    *,
    group: str,
    buyer: str | Collection[str],
    period: str | int | Period,
    base: str | int | Period,
    trims: Sequence[float | None],
    by: str | Sequence[str] = (),
    product: str = "product",
    importer: str = "importer",
    time: str = "period",
    value: str = "value_usd",
    quantity: str = "mass_kg",
) -> Iterator[tuple[Any, float | None, str, float]]:
    """Yield premiums of each group of rows: group, bound, estimator and premium, ratio less 1.

    The rows are read once; each bound and each estimator is that of `price_premium` with the same
    columns. Estimators are ``median``, ``did`` and ``did, weighted``. A group in which no product
    is left has none.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read.
    group
        Column whose values are answered apart.
    trims
        Bounds on either side's change of price, None for no bound.
    buyer, period, base, by, product, importer, time, value, quantity
        As in `price_premium`.

    Raises
    ------
    UnknownNameError, RequestError
        As in `price_premium`.
    """
    check_quantity(frame, quantity)
    for trim in trims:
        check_trim(trim)
    items = (*as_list(by), product)
    roles = Roles(items, product, importer, time, value, quantity, group=group)
    # Without a bound: rows are read once, and each bound picks from the same contrasts below.
    found, _ = contrasts(frame, roles, as_codes(buyer), apart(period, base), trim=None, min_rows=1)
    groups: dict[Any, list[Contrast]] = defaultdict(list)
    for item in found:
        groups[item.group].append(item)
    for name, items_there in groups.items():
        for trim in trims:
            far = math.inf if trim is None else math.log(trim)
            kept = [one for one in items_there if max(abs(one.buyer), abs(one.others)) <= far]
            for estimator, beta in _estimates(kept):
                yield name, trim, estimator, math.expm1(beta)


def _estimates(kept: Sequence[Contrast]) -> Iterator[tuple[str, float]]:
    if not kept:
        return
    yield "median", median(one.gap for one in kept)
    for weighted, name in ((False, "did"), (True, "did, weighted")):
        yield name, mean_gap(kept, None, weighted=weighted)
