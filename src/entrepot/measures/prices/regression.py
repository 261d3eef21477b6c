"""The premium by regression with fixed effects, for any number of destinations and periods."""

from __future__ import annotations

import math
import warnings
from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.errors import MissingExtraError, NoEvidenceError
from entrepot.measures.change import begins_within
from entrepot.measures.door import through_door
from entrepot.measures.grouped import aggregate, as_codes
from entrepot.measures.prices.cells import check_quantity, collected, paired, unlike_periods
from entrepot.measures.prices.contrasts import heading_of
from entrepot.measures.prices.estimate import Estimate
from entrepot.measures.prices.premium import PricePremium, stated

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from entrepot.model.period import Period

__all__ = ["premium_regression"]


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

    Errors are clustered (CR1) by heading or `cluster`. With one exporter and few products they say
    little: compare with other buyers as placebos instead.

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
        ``products`` counts treated products, ``bill_usd`` the buyer's treated rows in `period`.
        ``buyer_change`` and ``others_change`` are None: a regression has no such parts.

    Raises
    ------
    MissingExtraError
        If pyfixest is not installed.
    NoEvidenceError
        If no row is treated, or β cannot be told from the fixed effects.
    UnknownNameError, RequestError
        For a column that is missing or of the wrong type.
    """
    periods = unlike_periods(period, base)
    check_quantity(frame, quantity)
    item = [name for name in (exporter, product, importer, time, cluster) if name]
    keys = list(dict.fromkeys(item))

    def cells(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        dtype = rows.collect_schema()[time]
        now, then = (begins_within(span, time, dtype) for span in periods)
        post = nw.when(now).then(1).otherwise(0).alias("__post")
        priced = paired(rows.filter(now | then), value, quantity).with_columns(post)
        known = priced.filter(~nw.col("__v").is_null())
        return aggregate(known, [*keys, "__post"], nw.col("__v").sum(), nw.col("__q").sum())

    found = through_door(frame, cells, keys=keys, texts=[quantity], value=value)
    columns, bill, treated = _columns(
        collected(found), (exporter, product, importer, time, cluster), as_codes(buyer), controlled
    )
    if not treated:
        raise NoEvidenceError(
            "no row of the buyer has a price in the period",
            hint="check the codes of buyer and products, and the period",
        )
    estimate = _estimate(
        columns, theta=controlled is not None, confidence=confidence, weighted=weighted
    )
    return stated(
        estimate,
        bill=bill,
        counts=(treated, len(set(columns["cluster"]))),
        names=("regression" + (", weighted" if weighted else ""), "clustered (CR1), Student's t"),
        confidence=confidence,
        left_out=(),
    )


def _columns(
    rows: Sequence[dict[str, Any]],
    names: tuple[str | None, str, str, str, str | None],
    buyers: Sequence[str],
    controlled: Collection[str] | None,
) -> tuple[dict[str, list[Any]], float, int]:
    """Return the columns of the regression, the treated bill, and the number of its products."""
    exporter, product, importer, time, cluster = names
    columns: dict[str, list[Any]] = {
        name: [] for name in ("u", "treated", "alpha", "lambda_", "theta", "cluster", "value")
    }
    bills, products = [], set()
    for row in rows:
        good = f"{row[exporter] if exporter else ''}|{row[product]}"
        here = row[importer] in buyers and (controlled is None or row[product] in controlled)
        treated = int(here and row["__post"] == 1)
        columns["u"].append(math.log(row["__v"] / row["__q"]))
        columns["treated"].append(float(treated))
        columns["alpha"].append(f"{good}|{row[importer]}")
        columns["lambda_"].append(f"{good}|{row[time]}")
        columns["theta"].append(f"{row[importer]}|{row[time]}")
        columns["cluster"].append(str(row[cluster]) if cluster else heading_of(row[product]))
        columns["value"].append(row["__v"])
        if treated:
            bills.append(row["__v"])
            products.add(good)
    return columns, math.fsum(bills), len(products)


def _estimate(
    columns: dict[str, list[Any]], *, theta: bool, confidence: float, weighted: bool
) -> Estimate:
    try:
        from pandas import DataFrame
        from pyfixest.estimation import feols
    except ImportError as error:
        raise MissingExtraError("pyfixest", "stats") from error
    effects = "alpha + lambda_" + (" + theta" if theta else "")
    with warnings.catch_warnings():
        # Of pandas on how pyfixest calls it, and of single cells, which say nothing of β anyway.
        warnings.simplefilter("ignore")
        fitted: Any = feols(
            f"u ~ treated | {effects}",
            data=DataFrame(columns),
            vcov={"CRV1": "cluster"},
            weights="value" if weighted else None,
        )
    coefficients = fitted.coef()
    if "treated" not in coefficients.index:
        raise NoEvidenceError(
            "the premium cannot be told from the fixed effects",
            hint="there have to be other buyers, both periods, and goods that are not controlled",
        )
    bounds = fitted.confint(alpha=1 - confidence).loc["treated"]
    return Estimate(
        beta=float(coefficients["treated"]),
        error=float(fitted.se()["treated"]),
        low=float(bounds.iloc[0]),
        high=float(bounds.iloc[1]),
        buyer=math.nan,
        others=math.nan,
    )
