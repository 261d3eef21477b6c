"""Prices along a chain: what a kilogram costs when it comes to a hub and when it leaves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from entrepot.measures.change import apart, begins_within
from entrepot.measures.frame_adapter import FrameT, numbers, numbers_refused, run_on_frame
from entrepot.measures.grouped import as_codes, as_list
from entrepot.measures.metadata import MeasureMetadata
from entrepot.measures.substitution import NULL_RULE, REFERENCE, Sides, disjoint, ratios
from entrepot.model.period import Period

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

CHAIN_PRICES = MeasureMetadata(
    id="chain_prices",
    title="prices along a chain",
    function="chain_prices",
    inputs="rows with importer, exporter, product, time, value and mass; origin, hubs and importer",
    columns=(
        ("margin", "unit value that goes out over the one that comes in, less one"),
        ("unit_value_in", "value a kilogram that the origin sells to the hub"),
        ("unit_value_out", "value a kilogram that the hub sells to the importer"),
        ("value_in", "what comes in, of rows with a mass, in the unit of the values"),
        ("value_out", "what goes out, of rows with a mass"),
    ),
    unit="ratio",
    range="above -1",
    null_rule="null where nothing with a mass comes in, or nothing with a mass goes out",
    formula="m_hk = (V_out / Q_out) / (V_in / Q_in) - 1",
    reference=(
        "the project's own; unit values are not prices (Silver 2010, Review of Income and Wealth "
        "56): what is in a code on the way in and out can differ"
    ),
    frames_only=True,
)
_PARTS = ("value_in", "mass_in", "value_out", "mass_out")
_MADE = [name for name, _ in CHAIN_PRICES.columns]


def chain_prices(
    frame: FrameT,
    *,
    origin: str | Collection[str],
    hubs: str | Collection[str],
    importer: str | Collection[str],
    period: str | int | Period,
    product: str = "product",
    supplier: str = "exporter",
    buyer: str = "importer",
    time: str = "period",
    value: str = "value_usd",
    mass: str = "mass_kg",
) -> FrameT:
    """Return what hubs add to the unit value of each product.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read.
    origin, hubs, importer
        Who sells to the hubs, the hubs, and whom they sell to.
    period
        When.
    product, supplier, buyer, time, value, mass
        Columns; mass in kilograms.

    Returns
    -------
    frame
        ``hub``, the product and the columns of `CHAIN_PRICES`.
    """
    span = Period.parse(period)
    through = as_codes(hubs)
    comes = nw.col(supplier).is_in(as_codes(origin)) & nw.col(buyer).is_in(through)
    goes = nw.col(supplier).is_in(through) & nw.col(buyer).is_in(as_codes(importer))

    def step(rows: nw.LazyFrame[Any]) -> nw.LazyFrame[Any]:
        dtype = rows.collect_schema()[time]
        # Of the same rows: a value without a mass would raise the price of the others.
        with_mass = numbers(rows, mass).filter(begins_within(span, time, dtype), nw.col(mass) > 0)
        named = with_mass.filter(comes | goes, ~nw.col(value).is_null()).with_columns(
            nw.when(comes).then(nw.col(buyer)).otherwise(nw.col(supplier)).alias("hub")
        )
        parts = [
            nw.when(belongs).then(nw.col(column)).alias(name)
            for name, belongs, column in zip(
                _PARTS, (comes, comes, goes, goes), (value, mass) * 2, strict=True
            )
        ]
        sums = named.select("hub", product, *parts).group_by("hub", product)
        return _priced(sums.agg(*(nw.col(name).sum() for name in _PARTS)), product)

    return run_on_frame(
        frame,
        step,
        # `hub` is a column of the result only, so that the order has it and the keys do not.
        keys=[],
        order=["hub", product],
        texts=[supplier, buyer, product, time, mass],
        value=value,
        makes=["hub", *_MADE],
        areas=numbers_refused(supplier, buyer),
    )


def _priced(sums: nw.LazyFrame[Any], product: str) -> nw.LazyFrame[Any]:
    came, went = (
        nw.when((nw.col(f"mass_{way}") > 0) & (nw.col(f"value_{way}") > 0)).then(
            nw.col(f"value_{way}") / nw.col(f"mass_{way}")
        )
        for way in ("in", "out")
    )
    priced = sums.with_columns(came.alias("unit_value_in"), went.alias("unit_value_out"))
    margin = nw.col("unit_value_out") / nw.col("unit_value_in") - 1
    return priced.with_columns(margin.alias("margin")).select("hub", product, *_MADE)


# How much of what no longer goes to a target goes to hubs instead.


REROUTING_RATIO = MeasureMetadata(
    id="rerouting_ratio",
    title="substitution ratio over hubs",
    function="rerouting_ratio",
    inputs=(
        "rows with importer, exporter, time and value: exports of the coalition to the target, to "
        "hubs and to controls; the two periods"
    ),
    columns=(
        ("ratio", "additional over lost"),
        ("additional", "what hubs bought above their path, in the unit of the values"),
        ("lost", "what the target bought below its path, in the unit of the values"),
        ("path_losers", "what the target would have bought: base times growth at the controls"),
        ("path_others", "what hubs would have bought: base times growth at the controls"),
    ),
    unit="ratio",
    range="any number; below 0 if hubs bought less than their path as well",
    null_rule=NULL_RULE,
    formula="SR_k = Σ_h (X_h1 - X_h0 g) / (X_t0 g - X_t1), with g the growth at control importers",
    reference=REFERENCE,
)


def rerouting_ratio(
    frame: FrameT,
    *,
    target: str | Collection[str],
    coalition: str | Collection[str],
    hubs: str | Collection[str],
    before: str | int | Period,
    after: str | int | Period,
    controls: str | Collection[str] = (),
    by: str | Sequence[str] = ("product",),
    supplier: str = "exporter",
    buyer: str = "importer",
    time: str = "period",
    value: str = "value_usd",
    complete: bool = False,
    least: float = 0.0,
) -> FrameT:
    """Set a coalition's additional exports to hubs against what it no longer sells to a target.

    Parameters
    ----------
    frame
        Any frame that Narwhals can read: exports of `coalition` to target, hubs and controls.
    target
        Whom the event was aimed at.
    coalition
        Exporters that no longer sell to the target.
    hubs
        Importers that goods may go through.
    before, after, by, supplier, buyer, time, value, complete, least
        As in `substitution_ratio`.
    controls
        Importers that are neither; the growth of the coalition's exports to them is what exports
        to target and hubs would have grown by. Without any, that factor is one.

    Returns
    -------
    frame
        The keys and the columns of `REROUTING_RATIO`.

    Raises
    ------
    UnknownNameError, RequestError
        For a column that is missing or of the wrong type, periods that overlap, or a code that is
        on two sides.
    """
    aimed, through, calm = as_codes(target), as_codes(hubs), as_codes(controls)
    disjoint(target=aimed, hubs=through)
    disjoint(target=aimed, controls=calm)
    disjoint(hubs=through, controls=calm)
    from_them = nw.col(supplier).is_in(as_codes(coalition))
    parts = {
        "losers": from_them & nw.col(buyer).is_in(aimed),
        "others": from_them & nw.col(buyer).is_in(through),
    }
    if calm:
        parts["calm"] = from_them & nw.col(buyer).is_in(calm)
    sides = Sides(*apart(after, before), time, value, complete, least)
    growths = ("calm", "calm") if calm else (None, None)
    return ratios(frame, sides, parts, growths, as_list(by), [supplier, buyer])
