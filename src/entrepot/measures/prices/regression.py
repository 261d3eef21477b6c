"""The premium by regression with fixed effects, for any number of destinations and periods."""

from __future__ import annotations

import math
import warnings
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.errors import MissingExtraError, NoEvidenceError
from entrepot.measures.change import apart, begins_within
from entrepot.measures.frame_adapter import numbers_refused, run_on_frame
from entrepot.measures.grouped import aggregate, as_codes
from entrepot.measures.prices.contrasts import (
    LeftOut,
    PremiumEstimate,
    check_quantity,
    collected,
    heading_of,
    paired,
)
from entrepot.measures.prices.premium import PricePremium, stated
from entrepot.measures.student import half_width

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from entrepot.model.period import Period


@dataclass(frozen=True, slots=True)
class _Cast:
    """Which column plays which part, and who the buyers are."""

    exporter: str | None
    product: str
    importer: str
    time: str
    cluster: str | None
    buyers: tuple[str, ...]

    def good(self, row: dict[str, Any]) -> str:
        # The same code of two exporters is two goods: α and λ are by exporter.
        return f"{row[self.exporter] if self.exporter else ''}|{row[self.product]}"

    def buys(self, row: dict[str, Any]) -> bool:
        return row[self.importer] in self.buyers

    def treated(self, row: dict[str, Any], controlled: Collection[str] | None) -> bool:
        listed = controlled is None or row[self.product] in controlled
        return bool(row["__post"] == 1) and self.buys(row) and listed


def premium_regression(
    frame: Any,
    *,
    buyer: str | Collection[str],
    period: str | int | Period,
    base: str | int | Period,
    controlled: Collection[str] | None = None,
    exporter: str | None = "exporter",
    product: str = "product",
    importer: str = "importer",
    time: str = "period",
    value: str = "value_usd",
    quantity: str = "mass_kg",
    cluster: str | None = None,
    weighted: bool = False,
    confidence: float = 0.95,
) -> PricePremium:
    """Estimate β of ``u_ckdt = β Buyer_d Controlled_k Post_t + α_ckd + λ_ckt + θ_dt + ε``.

    u is the log unit value of exporter c, product k, destination d and time t; α takes out what
    destinations always pay, λ what a product's price does everywhere, θ what a destination pays
    for everything. Without `controlled` there is no θ, which could not be told from β. The cells
    are added up in the engine, collected, and estimated by pyfixest (extra ``stats``).

    Errors are those of a jackknife of headings, or of `cluster` (CV3); no interval where more than
    3,000 effects of destinations over time cross them. With one exporter and few products errors
    say little: compare with other buyers as placebos instead.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read: exports to the buyer and to others, filtered.
    buyer
        Code of the buyer as it stands in the frame, or several.
    period, base
        Rows that begin in `period` are Post, rows that begin in `base` are not, others are left
        out. Each value of the column `time` in them is a time of its own.
    controlled
        Codes of controlled goods; all if not given.
    exporter, product, importer, time, value, quantity
        Columns of the frame; no exporter column if None.
    cluster
        Column with groups that errors are clustered by; four-digit headings if not given.
    weighted
        Weight cells by value.
    confidence
        Level of the interval.

    Returns
    -------
    PricePremium
        ``products`` counts treated products that say something of β: with a price of the buyer in
        both periods, and of others at the same time; ``bill_usd`` is the buyer's bill for them.
        ``left_out`` has the rest of what the buyer bought of controlled goods. ``buyer_change``
        and ``others_change`` are None: a regression has no such parts.

    Raises
    ------
    MissingExtraError
        If pyfixest is not installed.
    NoEvidenceError
        If no row is treated, or β cannot be told from the fixed effects.
    UnknownNameError, RequestError
        For a column that is missing or of the wrong type.
    """
    periods = apart(period, base)
    check_quantity(frame, quantity)
    item = [name for name in (exporter, product, importer, time, cluster) if name]
    keys = list(dict.fromkeys(item))

    def cells(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        dtype = rows.collect_schema()[time]
        now, then = (begins_within(span, time, dtype) for span in periods)
        post = nw.when(now).then(1).otherwise(0).alias("__post")
        named = rows.filter((now | then) & ~nw.col(importer).is_null() & ~nw.col(product).is_null())
        priced = paired(named, value, quantity).with_columns(post)
        sums = [nw.col(name).sum() for name in ("__v", "__q", "__known")]
        return aggregate(priced, [*keys, "__post"], *sums)

    areas = numbers_refused(importer)
    cell_rows = run_on_frame(frame, cells, keys=keys, texts=[quantity], value=value, areas=areas)
    found = collected(cell_rows)
    # In one order on every engine, on which the last digits of the regression depend.
    rows = sorted(found, key=lambda row: [str(row[name]) for name in keys])
    cast = _Cast(exporter, product, importer, time, cluster, tuple(as_codes(buyer)))
    bills, out = _bills(rows, cast, controlled)
    columns = _columns([row for row in rows if row["__v"] > 0], cast, controlled)
    if not bills:
        raise NoEvidenceError(
            ("no product of the buyer has a price in both periods and another buyer's price"),
            where="; ".join(f"{part.reason}: {part.products} products" for part in out),
            hint="check the codes of buyer and products, and the periods",
        )
    estimate = _estimate(
        columns, theta=controlled is not None, confidence=confidence, weighted=weighted
    )
    return stated(
        estimate,
        bill=math.fsum(bills.values()),
        counts=(len(bills), len(set(columns["cluster"]))),
        names=(
            "regression" + (", weighted" if weighted else ""),
            "jackknife of clusters, Student's t",
        ),
        confidence=confidence,
        left_out=out,
    )


def _bills(
    rows: Sequence[dict[str, Any]], cast: _Cast, controlled: Collection[str] | None
) -> tuple[dict[str, float], tuple[LeftOut, ...]]:
    """Return the bill of each treated product that says something of β, and the others' bills."""
    priced = [row for row in rows if row["__v"] > 0]
    # α needs a price of the same buyer in the base, λ one of another buyer at the same time: else
    # the fixed effect takes the row, and it says nothing of β.
    before = {(cast.good(row), row[cast.importer]) for row in priced if row["__post"] == 0}
    elsewhere = {(cast.good(row), row[cast.time]) for row in priced if not cast.buys(row)}
    bills: dict[str, list[float]] = defaultdict(list)
    out: dict[str, dict[str, float]] = {}
    for row in rows:
        good = cast.good(row)
        if not cast.treated(row, controlled):
            continue
        if row["__v"] <= 0:
            reason = "no_price"
        elif (good, row[cast.importer]) not in before:
            reason = "no_price_in_base"
        elif (good, row[cast.time]) not in elsewhere:
            reason = "no_others"
        else:
            bills[good].append(row["__v"])
            continue
        part = out.setdefault(reason, {})
        part[good] = part.get(good, 0.0) + (row["__known"] or 0.0)
    totals = {good: math.fsum(some) for good, some in bills.items()}
    left = (LeftOut(name, len(part), math.fsum(part.values())) for name, part in out.items())
    return totals, tuple(left)


def _columns(
    rows: Sequence[dict[str, Any]], cast: _Cast, controlled: Collection[str] | None
) -> dict[str, list[Any]]:
    """Return the columns of the regression; fixed effects are named by what they stand for."""
    goods = [cast.good(row) for row in rows]
    cluster = cast.cluster
    return {
        "u": [math.log(row["__v"] / row["__q"]) for row in rows],
        "treated": [float(cast.treated(row, controlled)) for row in rows],
        "alpha": [f"{good}|{row[cast.importer]}" for good, row in zip(goods, rows, strict=True)],
        "lambda_": [f"{good}|{row[cast.time]}" for good, row in zip(goods, rows, strict=True)],
        "theta": [f"{row[cast.importer]}|{row[cast.time]}" for row in rows],
        "cluster": [
            str(row[cluster]) if cluster else heading_of(row[cast.product]) for row in rows
        ],
        "value": [row["__v"] for row in rows],
    }


def _estimate(
    columns: dict[str, list[Any]], *, theta: bool, confidence: float, weighted: bool
) -> PremiumEstimate:
    try:
        from pandas import DataFrame
        from pyfixest.estimation import feols
    except ImportError as error:
        raise MissingExtraError("pyfixest", "stats") from error
    from entrepot.measures.event.jackknife import jackknife

    effects = ["alpha", "lambda_", *(["theta"] if theta else [])]
    data = DataFrame(columns)
    with warnings.catch_warnings():
        # Of pandas on how pyfixest calls it, and of single cells, which say nothing of β anyway.
        warnings.simplefilter("ignore")
        fitted: Any = feols(
            f"u ~ treated | {' + '.join(effects)}",
            data=data,
            vcov={"CRV1": "cluster"},
            weights="value" if weighted else None,
            # All rows stay, so that residuals are in the order of `data` for the jackknife.
            fixef_rm="none",
        )
    coefficients = fitted.coef()
    # pyfixest drops a collinear column without an error.
    if "treated" not in coefficients.index:
        raise NoEvidenceError(
            "the premium cannot be separated from the fixed effects",
            hint="there have to be other buyers, both periods, and goods that are not controlled",
        )
    codes = [data[name].astype("category").cat.codes.to_numpy(int) for name in effects]
    cluster = data["cluster"].astype("category").cat.codes.to_numpy(int)
    # Ones, as many as there are rows.
    weights = (data["value"] if weighted else data["value"] ** 0).to_numpy(float)
    found = jackknife(
        fitted.resid(),
        weights,
        data[["treated"]].to_numpy(float),
        codes,
        cluster,
    )
    beta = float(coefficients["treated"])
    if found.covariance is None or found.degrees is None or not found.covariance[0, 0] > 0:
        return PremiumEstimate(beta, None, None, None, math.nan, math.nan)
    spread = math.sqrt(float(found.covariance[0, 0]))
    half = half_width(spread, float(found.degrees[0]), confidence)
    if half is None:
        return PremiumEstimate(beta, spread, None, None, math.nan, math.nan)
    return PremiumEstimate(beta, spread, beta - half, beta + half, math.nan, math.nan)
