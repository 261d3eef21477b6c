"""Lost in transit: what a seller reports to a hub, and the hub never as bought."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.measures.change import apart, begins_within
from entrepot.measures.frame_adapter import FrameT, numbers_refused, run_on_frame
from entrepot.measures.grouped import aggregate, as_codes, as_list
from entrepot.measures.metadata import MeasureMetadata

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from entrepot.model.period import Period

__all__ = ["MISSING_ARRIVALS", "missing_arrivals"]

MISSING_ARRIVALS = MeasureMetadata(
    id="missing_arrivals",
    title="lost in transit",
    function="missing_arrivals",
    inputs=(
        "rows with importer, exporter, time, value and who told it: both reports of the flow; the "
        "two periods"
    ),
    columns=(
        ("lost", "what did not arrive beyond what never arrived, in the unit of the values"),
        ("told_out", "what the exporter reports"),
        ("told_in", "what the importer reports"),
        ("arrived_share_base", "part of the exports that the importer reported before"),
        ("arrived_share", "the same after; above one where importers count freight or more"),
    ),
    unit="USD",
    range="any number; below zero where more arrived than used to",
    null_rule=(
        "null where a side reports nothing in one of the periods (unless `complete`), or one of "
        "its rows has no value, or the exporter reported no trade before"
    ),
    formula="L = X_1 M_0 / X_0 - M_1, with X what the exporter and M what the importer reports",
    reference=(
        "after Fisman and Wei (2004), Journal of Political Economy 112(2), for the gap between "
        "two reports; Chupilkin, Javorcik and Plekhanov (2023), EBRD working paper 276, for goods "
        "that never arrive; the excess over a flow's own past is the project's"
    ),
)
ROUNDING = 1e-12
"""Part of what arrived that is lost in the digits of a sum, and in no transit."""
_PARTS = ("out_then", "in_then", "out_now", "in_now")
_MADE = [name for name, _ in MISSING_ARRIVALS.columns]


def missing_arrivals(
    frame: FrameT,
    *,
    exporter: str | Collection[str],
    importer: str | Collection[str],
    before: str | int | Period,
    after: str | int | Period,
    by: str | Sequence[str] = (),
    supplier: str = "exporter",
    buyer: str = "importer",
    time: str = "period",
    reported_by: str = "reported_by",
    value: str = "value_usd",
    complete: bool = False,
) -> FrameT:
    """Return what an exporter reports beyond what the importer does, above the gap of the past.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read, with both reports.
    exporter, importer
        The two sides; several areas count as one.
    before, after
        Periods of equal length, or not: the part that arrived is a ratio.
    by
        Columns that make a product; by default all goods together, since two countries class
        goods in two ways.
    supplier, buyer, time, reported_by, value
        Columns. `reported_by` is ``exporter`` or ``importer``. Values are in one currency.
    complete
        Promise that both sides report, so that whatever has no row was not reported as traded; a
        row without a value is still unknown, and a sum with it too.

    Returns
    -------
    frame
        The keys and the columns of `MISSING_ARRIVALS`.

    Raises
    ------
    UnknownNameError, RequestError
        For a column that is missing or of the wrong type, or periods that overlap.
    """
    now, then = apart(after, before)
    keys = as_list(by)
    sells = nw.col(supplier).is_in(as_codes(exporter))
    buys = nw.col(buyer).is_in(as_codes(importer))

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        dtype = rows.collect_schema()[time]
        flow = rows.filter(sells & buys)
        tests = {
            name: (nw.col(reported_by) == side) & begins_within(span, time, dtype)
            for name, side, span in zip(
                _PARTS, ("exporter", "importer") * 2, (then, then, now, now), strict=True
            )
        }
        parts = [nw.when(test).then(nw.col(value)).alias(name) for name, test in tests.items()]
        there = [nw.when(test).then(1).alias(f"__{name}_rows") for name, test in tests.items()]
        known = [nw.col(name).count().alias(f"__{name}") for name in _PARTS]
        counted = [nw.col(f"__{name}_rows").count() for name in _PARTS]
        sums = aggregate(
            flow.select(*keys, *parts, *there),
            keys,
            *known,
            *counted,
            *(nw.col(n).sum() for n in _PARTS),
        )
        told = sums.with_columns(
            nw.when(
                # A row without a value is trade of an amount that nobody knows, and not zero.
                (nw.col(f"__{name}") == nw.col(f"__{name}_rows"))
                & ((nw.col(f"__{name}_rows") > 0) | nw.lit(complete))
            )
            .then(nw.col(name))
            .alias(name)
            for name in _PARTS
        )
        return told.with_columns(*_results()).select(*keys, *_MADE)

    texts = [supplier, buyer, time, reported_by]
    areas = numbers_refused(supplier, buyer)
    return run_on_frame(frame, step, keys=keys, texts=texts, value=value, makes=_MADE, areas=areas)


def _results() -> list[nw.Expr]:
    out_then, in_then, out_now, in_now = (nw.col(name) for name in _PARTS)
    usual = in_then / nw.when(out_then > 0).then(out_then)
    lost = out_now * usual - in_now
    is_nothing = (lost < ROUNDING * in_now) & (lost > -ROUNDING * in_now)
    return [
        nw.when(is_nothing).then(0.0).otherwise(lost).alias("lost"),
        out_now.alias("told_out"),
        in_now.alias("told_in"),
        usual.alias("arrived_share_base"),
        (in_now / nw.when(out_now > 0).then(out_now)).alias("arrived_share"),
    ]
