"""Lost in transit: what a seller reports to a hub, and the hub never as bought."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.errors import RequestError
from entrepot.measures.change import apart, begins_within
from entrepot.measures.frame_adapter import FrameT, numbers_refused, run_on_frame
from entrepot.measures.grouped import aggregate, as_codes, as_list
from entrepot.measures.metadata import MeasureMetadata

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from entrepot.model.period import Period

MISSING_ARRIVALS = MeasureMetadata(
    id="missing_arrivals",
    title="lost in transit",
    function="missing_arrivals",
    inputs=(
        "rows with importer, exporter, time, value and who reported it: both reports of "
        "the flow; the two periods"
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
        labelled = sums.with_columns(
            nw.when(
                # A row without a value is trade of an amount that nobody knows, and not zero.
                (nw.col(f"__{name}") == nw.col(f"__{name}_rows"))
                & ((nw.col(f"__{name}_rows") > 0) | nw.lit(complete))
            )
            .then(nw.col(name))
            .alias(name)
            for name in _PARTS
        )
        return labelled.with_columns(*_results()).select(*keys, *_MADE)

    texts = [supplier, buyer, time, reported_by]
    areas = numbers_refused(supplier, buyer)
    return run_on_frame(frame, step, keys=keys, texts=texts, value=value, makes=_MADE, areas=areas)


def _results() -> list[nw.Expr]:
    out_then, in_then, out_now, in_now = (nw.col(name) for name in _PARTS)
    # M_0 / X_0: the part that used to arrive, by which periods of any length compare.
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


# What a middleman ships of others' goods: how much can pass through it as it came.


PASS_THROUGH = MeasureMetadata(
    id="pass_through",
    title="others' goods that a middleman passes on",
    function="pass_through",
    inputs=(
        "rows with importer, exporter, product and value: what a middleman sells to an importer, "
        "and everything that it buys itself"
    ),
    columns=(
        ("at_most", "what can be the origins' goods as they came, a share of what is shipped"),
        ("in_proportion", "the same if all that is shipped were bought before, from all alike"),
        ("shipped", "what the middleman sells to the importer, in the unit of the values"),
        ("drawn", "what it buys of the same products from the origins"),
        ("unknown_products", "products left out because a value of either is missing"),
    ),
    unit="share",
    range="0 to 1",
    null_rule=(
        "a product is left out, and counted, where a value is missing of what the hub "
        "ships of it, or buys from the origins; shares are null where it ships nothing "
        "else, the one in proportion also where a value is missing of what it buys of "
        "others; a product that it has no purchases of is its own"
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


def pass_through(
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
        The keys and the columns of `PASS_THROUGH`.

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
        seller, to_them = nw.col(supplier), nw.col(buyer).is_in(ships)
        flows = {
            "shipped": seller.is_in(ships) & nw.col(buyer).is_in(buys),
            "drawn": seller.is_in(makes) & to_them,
            "__bought": to_them & ~seller.is_in(ships),
        }
        # The product may be among the keys, and a column is grouped by once.
        each = _by_product(rows, list(dict.fromkeys([*keys, product])), flows, value)
        names = ("shipped", "drawn", "__most", "__even", "unknown_products", "__unsure")
        sums = aggregate(each, keys, *(nw.col(name).sum() for name in names))
        there = nw.col("shipped") > 0
        # One product whose other sellers are unknown leaves the sum of proportions unknown; the
        # bound needs the origins' part alone.
        even = nw.when(there & (nw.col("__unsure") == 0)).then(nw.col("__even"))
        return sums.select(
            *keys,
            nw.when(there).then(nw.col("__most") / nw.col("shipped")).alias("at_most"),
            (even / nw.when(there).then(nw.col("shipped"))).alias("in_proportion"),
            "shipped",
            "drawn",
            nw.col("unknown_products").cast(nw.Int64),
        )

    made = [name for name, _ in PASS_THROUGH.columns]
    texts = [name for name in (product, supplier, buyer) if name not in keys]
    # Looked for on both sides: without purchases in the frame, all it ships would seem its own.
    asked = dict.fromkeys((supplier, buyer), ships)
    return run_on_frame(frame, step, keys=keys, texts=texts, value=value, makes=made, areas=asked)


def _by_product(
    rows: nw.LazyFrame[Any], goods: Sequence[str], flows: Mapping[str, nw.Expr], value: str
) -> nw.LazyFrame[Any]:
    """Return the flows and what of them can be the origins' by product, those unknown as zero."""
    amount = nw.col(value)
    lacks = {name: f"__lacks_{name}" for name in flows}
    marked = rows.with_columns(
        *(nw.when(there).then(amount).otherwise(0.0).alias(name) for name, there in flows.items()),
        *(
            nw.when(there & amount.is_null()).then(1).otherwise(0).alias(lacks[name])
            for name, there in flows.items()
        ),
    )
    each = marked.group_by(*goods).agg(*(nw.col(name).sum() for name in (*flows, *lacks.values())))
    # What is bought of a product that is not shipped says nothing of what is.
    no_sale = (nw.col("shipped") <= 0) & (nw.col(lacks["shipped"]) == 0)
    unknown = ~no_sale & (nw.col(lacks["shipped"]) + nw.col(lacks["drawn"]) > 0)
    unsure = ~no_sale & ~unknown & (nw.col(lacks["__bought"]) > 0)
    each = each.with_columns(
        nw.when(unknown).then(1).otherwise(0).alias("unknown_products"),
        nw.when(unsure).then(1).otherwise(0).alias("__unsure"),
        *(nw.when(unknown).then(0.0).otherwise(nw.col(name)).alias(name) for name in flows),
    )
    shipped, drawn, bought = (nw.col(name) for name in flows)
    # Shipped may exceed what was bought in all; then no more than is drawn came from the origins.
    even = nw.when(bought > 0).then(shipped * drawn / bought).otherwise(0.0)
    return each.with_columns(
        nw.when(shipped < drawn).then(shipped).otherwise(drawn).alias("__most"),
        nw.when(even < drawn).then(even).otherwise(drawn).alias("__even"),
    )


def _require_apart(**sides: list[str]) -> None:
    for (one, first), (other, second) in combinations(sides.items(), 2):
        if both := sorted(set(first) & set(second)):
            raise RequestError(
                f"{', '.join(both)} is on two sides: {one} and {other}",
                why="goods that end where they began pass through no hub",
                hint="name each area on one side",
            )
