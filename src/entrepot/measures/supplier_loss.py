"""What it would cost to lose a supplier, which rises steeply when its last rivals go."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.errors import RequestError
from entrepot.measures.change import apart, begins_within
from entrepot.measures.extra import numbers, positive
from entrepot.measures.frame_adapter import FrameT, run_on_frame
from entrepot.measures.grouped import as_codes, as_list
from entrepot.measures.metadata import MeasureMetadata
from entrepot.measures.sides import Side, side_sums
from entrepot.model.period import Period

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

__all__ = ["SUPPLIER_LOSS", "supplier_loss"]

SUPPLIER_LOSS = MeasureMetadata(
    id="supplier_loss",
    title="loss if a supplier falls away",
    function="supplier_loss",
    inputs=(
        "rows with supplier and value, all suppliers of the market; the supplier; the elasticity "
        "of substitution between suppliers; a period and a base to compare"
    ),
    columns=(
        ("log_loss", "rise of the price index in logarithms, 0 and above"),
        ("price_multiple", "factor by which the price index rises, 1 and above"),
        ("share", "the supplier's part of all imports, 0 to 1"),
        ("no_alternative", "true where there is no other supplier and the loss has no bound"),
        ("share_base", "with a base: the share in the base"),
        ("log_loss_base", "with a base: the loss in the base"),
        ("rise", "with a base: log_loss over log_loss_base, less one; it needs no elasticity"),
    ),
    unit="index",
    range="0 and above",
    null_rule=(
        "null where there is no share; where the supplier is the only one, since the loss is "
        "infinite; where the elasticity of a column is not above one, not known, or not the same "
        "in all rows of a market; the rise also where nothing was bought from it in the base"
    ),
    formula="loss = -ln(1 - ω) / (σ - 1); multiple (1 - ω)^(-1 / (σ - 1)); rise needs no σ",
    reference=(
        "Feenstra (1994), American Economic Review 84(1), price index of constant elasticity with "
        "a variety that disappears; steepness: Clayton, Maggiori and Schreger (2025), NBER 33309"
    ),
)


def supplier_loss(
    frame: FrameT,
    *,
    exporter: str | Collection[str],
    sigma: float | str,
    period: str | int | Period | None = None,
    base: str | int | Period | None = None,
    by: str | Sequence[str] = ("importer",),
    time: str = "period",
    supplier: str = "exporter",
    value: str = "value_usd",
) -> FrameT:
    """Return the loss if `exporter` no longer supplies and nobody's capacity is a limit.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read, with the rows of every supplier.
    exporter
        Code of the supplier, or several that count as one.
    sigma
        Elasticity of substitution between suppliers, above one; or the column that holds it.
    period, base
        Period whose rows are added up, all rows without it; and one to compare with.
    by
        Columns that make a market.
    time, supplier, value
        Columns with times, suppliers and values.

    Returns
    -------
    frame
        The keys, ``log_loss``, ``price_multiple``, ``share``, ``no_alternative``; with a base also
        ``share_base``, ``log_loss_base`` and ``rise`` (a ratio: 0.43 is 43 % more).

    Raises
    ------
    UnknownNameError, RequestError
        For a column that is missing or of the wrong type, an elasticity of one or less, periods
        that overlap, or a base without a period.
    """
    keys = as_list(by)
    if base is not None and period is None:
        raise RequestError("a base without a period", hint="say which period to compare with it")
    if not isinstance(sigma, str):
        positive("sigma", sigma, above=1)
    spans = _spans(period, base)
    asked = nw.col(supplier).is_in(as_codes(exporter))

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        dtype = rows.collect_schema()[time] if period is not None else None
        if isinstance(sigma, str):
            rows = numbers(rows, sigma)
        elasticity = nw.col(sigma) if isinstance(sigma, str) else nw.lit(float(sigma))
        sides, inside = [], nw.lit(False)
        for name, span in spans.items():
            within = begins_within(span, time, dtype) if span and dtype else nw.lit(True)
            inside = inside | within
            sides.append(Side(f"__{name}", within, asked))
        chosen = nw.when(inside).then(nw.col("__sigma"))
        rows = rows.with_columns(elasticity.alias("__sigma"))
        rows = rows.with_columns(chosen.alias("__low"), chosen.alias("__high"))
        ends = (nw.col("__low").min(), nw.col("__high").max())
        found = side_sums(rows, keys, value, sides, *ends)
        low, high = nw.col("__low"), nw.col("__high")
        agreed = (low == high) & (low > 1) & high.is_finite()
        found = found.with_columns(nw.when(agreed).then(low - 1).alias("__power"))
        return _losses(found, keys, sides)

    read = [supplier, *([] if period is None else [time])]
    read += [sigma] if isinstance(sigma, str) else []
    makes = [name for name, _ in SUPPLIER_LOSS.columns]
    areas = {supplier: as_codes(exporter)}
    return run_on_frame(frame, step, keys=keys, texts=read, value=value, makes=makes, areas=areas)


def _spans(
    period: str | int | Period | None, base: str | int | Period | None
) -> dict[str, Period | None]:
    if period is None:
        return {"now": None}
    if base is None:
        return {"now": Period.parse(period)}
    now, then = apart(period, base)
    return {"now": now, "then": then}


def _losses(
    found: nw.LazyFrame[Any], keys: Sequence[str], sides: Sequence[Side]
) -> nw.LazyFrame[Any]:
    for side in sides:
        kept = side.defined & (side.rest > 0)
        # -ln(1 - ω), taken of what is left so that shares close to one keep their digits.
        left = nw.when(kept).then(side.total / side.rest).log(math.e)
        found = found.with_columns(side.share.alias(f"{side.name}_share"), left.alias(side.name))
    now = sides[0]
    loss = nw.col("__now") / nw.col("__power")
    columns = [
        loss.alias("log_loss"),
        loss.exp().alias("price_multiple"),
        nw.col("__now_share").alias("share"),
        nw.when(now.defined).then(now.rest == 0).alias("no_alternative"),
    ]
    if len(sides) > 1:
        before = nw.when(nw.col("__then") > 0).then(nw.col("__then"))
        columns += [
            nw.col("__then_share").alias("share_base"),
            (nw.col("__then") / nw.col("__power")).alias("log_loss_base"),
            (nw.col("__now") / before - 1).alias("rise"),
        ]
    return found.select(*keys, *columns)
