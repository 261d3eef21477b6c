"""How much of what is used has to come from outside, where production is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.errors import RequestError
from entrepot.measures.frame_adapter import FrameT, run_on_frame
from entrepot.measures.grouped import aggregate, as_list
from entrepot.measures.metadata import MeasureMetadata

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["NET_IMPORT_RELIANCE", "net_import_reliance"]

NET_IMPORT_RELIANCE = MeasureMetadata(
    id="net_import_reliance",
    title="net import reliance",
    function="net_import_reliance",
    inputs="rows with production, imports and exports in one unit; optionally what stocks gave",
    columns=(
        (
            "net_import_reliance",
            "net imports over apparent consumption, a share; below 0 for a net exporter",
        ),
        ("apparent_consumption", "what was used, in the unit of the columns"),
    ),
    unit="share",
    range="up to 1; negative for a net exporter",
    null_rule=(
        "null where production, imports, exports or (if asked for) stocks are missing in any row, "
        "where one of the first three is negative or infinite, and where apparent consumption is "
        "not above zero; a missing production is never zero"
    ),
    formula="NIR = (M - X + S) / (P + M - X + S), with S what was taken from stocks",
    reference=(
        "U.S. Geological Survey, Mineral Commodity Summaries (with stocks; there in per cent, and "
        "E for a net exporter); without stocks the import reliance of the European Commission's "
        "lists of critical raw materials"
    ),
)


def net_import_reliance(
    frame: FrameT,
    *,
    by: str | Sequence[str],
    production: str = "production",
    imports: str = "imports",
    exports: str = "exports",
    stocks: str | None = None,
) -> FrameT:
    """Return net imports as a share of apparent consumption.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read. For a group such as the EU: production of all members,
        and their trade with others only.
    by
        Columns to add up by, e.g. ``["product", "year"]``.
    production, imports, exports
        Columns in one unit, by mass rather than by value where stages or qualities differ in
        price.
    stocks
        Column with what was taken from stocks, of government and industry: positive where stocks
        fell, negative where they grew.

    Returns
    -------
    frame
        The keys, ``net_import_reliance`` and ``apparent_consumption``.

    Raises
    ------
    UnknownNameError, RequestError
        For a column that is missing or of the wrong type.
    """
    keys = as_list(by)
    names = [production, imports, exports, *([stocks] if stocks else [])]

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        _refuse_other_than_numbers(rows, names)
        known = rows.select(*keys, *(_number(name) for name in names))
        gaps = nw.sum_horizontal(*(nw.col(name).is_null().cast(nw.Int64) for name in names))
        below = nw.sum_horizontal(
            *(nw.when(nw.col(name) < 0).then(1).otherwise(0) for name in names[:3])
        )
        marked = known.with_columns(gaps.alias("__gaps"), below.alias("__below"))
        sums = aggregate(
            marked,
            keys,
            *(nw.col(name).sum() for name in names),
            nw.col("__gaps").sum(),
            nw.col("__below").sum(),
            nw.col("__gaps").count().alias("__rows"),
        )
        net = nw.col(imports) - nw.col(exports)
        if stocks:
            net = net + nw.col(stocks)
        used = nw.col(production) + net
        whole = (nw.col("__rows") > 0) & (nw.col("__gaps") == 0) & (nw.col("__below") == 0)
        defined = whole & used.is_finite()
        return sums.select(
            *keys,
            nw.when(defined & (used > 0)).then(net / used).alias("net_import_reliance"),
            nw.when(defined).then(used).alias("apparent_consumption"),
        )

    makes = [name for name, _ in NET_IMPORT_RELIANCE.columns]
    return run_on_frame(frame, step, keys=keys, texts=names[1:], value=production, makes=makes)


def _number(name: str) -> nw.Expr:
    number = nw.col(name).cast(nw.Float64)
    return nw.when(~number.is_nan()).then(number).alias(name)


def _refuse_other_than_numbers(rows: nw.LazyFrame[Any], names: Sequence[str]) -> None:
    schema = rows.collect_schema()
    for name in names:
        if not schema[name].is_numeric():
            raise RequestError(
                f"values are {schema[name]}, not numbers",
                where=f"column {name}",
                hint="turn the column into numbers first",
            )
