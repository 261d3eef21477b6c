"""Measures: pure functions from a frame of trade rows to a frame of numbers, with sheets.

Any frame that Narwhals reads goes in, the same kind comes out:

>>> import pyarrow as pa
>>> import entrepot as ep
>>> rows = pa.table({"year": [2023] * 3, "exporter": ["A", "B", "C"], "value_usd": [5, 3, 2]})
>>> round(ep.measures.hhi(rows, by=["year"])["hhi"][0].as_py(), 3)
0.38

This is the only place with arithmetic on trade rows. It knows no source and no lake.

Every measure raises `UnknownNameError` or `RequestError` for a column that is missing or of the
wrong type, and for periods that overlap where it compares two; what else it refuses, it says.
"""

from __future__ import annotations

from entrepot.errors import UnknownNameError
from entrepot.measures.change import (
    GROWTH,
    MONTHLY,
    VALUE,
    growth,
    monthly,
    value,
    without_own_trade,
)
from entrepot.measures.churn import CHURN, CHURN_RATE, churn, churn_rate
from entrepot.measures.concentration import (
    BUYER_HHI,
    CR,
    HHI,
    HHI_BOUNDS,
    TOP_SUPPLIER,
    buyer_hhi,
    concentration_ratio,
    hhi,
    hhi_bounds,
    hhi_bounds_of,
    top_supplier,
)
from entrepot.measures.currency import CONVERSIONS, conversions
from entrepot.measures.cutoff import CUTOFF, cutoff
from entrepot.measures.dependence import (
    ASYMMETRY,
    EXPORT_SHARE,
    IMPORT_SHARE,
    NET_IMPORT_RELIANCE,
    RELIANT_GOODS,
    asymmetry,
    export_share,
    import_share,
    net_import_reliance,
    product_shares,
    reliant_goods,
)
from entrepot.measures.dependent_products import CDI, GEODEP, cdi, geodep
from entrepot.measures.event import EVENT_STUDY, event_study, event_timing, placebo_dates
from entrepot.measures.exposure import (
    RETALIATION_EXPOSURE,
    SALIENCE,
    retaliation_exposure,
    salience,
)
from entrepot.measures.metadata import MeasureMetadata
from entrepot.measures.origin import ORIGIN, value_added_origin
from entrepot.measures.power import (
    ELASTIC_POWER,
    NESTED_POWER,
    SUPPLIER_LOSS,
    elastic_power,
    nested_power,
    supplier_loss,
)
from entrepot.measures.prices import (
    ChangeTriple,
    Overpayment,
    PriceFilters,
    PricePremium,
    UnitValues,
    change_triple,
    overpayment,
    premium_regression,
    price_index,
    price_premium,
    price_series,
    relative_premium,
    unit_value_change,
    unit_values,
    value_change,
)
from entrepot.measures.prices.indices import PRICE_INDEX, PRICE_SERIES
from entrepot.measures.prices.premium import PRICE_PREMIUM
from entrepot.measures.prices.split import UNIT_VALUE_CHANGE, VALUE_CHANGE
from entrepot.measures.prices.unit_values import UNIT_VALUES
from entrepot.measures.rank import RANK, rank_and_multiple
from entrepot.measures.reorientation import (
    ALLOCATED_FLOWS,
    REORIENTATION,
    SUPPLIER_CHANGES,
    allocated_flows,
    reorientation,
    supplier_changes,
)
from entrepot.measures.rerouting import (
    CHAIN_PRICES,
    MISSING_ARRIVALS,
    REROUTED,
    REROUTING_RATIO,
    TRIPLE_DIFFERENCE,
    began,
    chain_prices,
    missing_arrivals,
    placebo_hubs,
    rerouted,
    rerouting_ratio,
    synthetic_weights,
    triple_difference,
)
from entrepot.measures.rerouting.hub_reports import PASS_THROUGH, pass_through
from entrepot.measures.share_decomposition import (
    CHANGE_OF_SHARE,
    GROWTH_CONTRIBUTION,
    REAL_GROWTH,
    change_of_share,
    growth_contribution,
    real_growth,
)
from entrepot.measures.substitution import (
    IMPORT_SUBSTITUTION_PROXY,
    SUBSTITUTION_RATIO,
    SUBSTITUTION_SUMMARY,
    import_substitution_proxy,
    substitution_ratio,
    substitution_summary,
)

__all__ = [
    "ChangeTriple",
    "MeasureMetadata",
    "Overpayment",
    "PriceFilters",
    "PricePremium",
    "UnitValues",
    "all_metadata",
    "allocated_flows",
    "asymmetry",
    "began",
    "buyer_hhi",
    "cdi",
    "chain_prices",
    "change_of_share",
    "change_triple",
    "churn",
    "churn_rate",
    "concentration_ratio",
    "conversions",
    "cutoff",
    "elastic_power",
    "event_study",
    "event_timing",
    "export_share",
    "geodep",
    "growth",
    "growth_contribution",
    "hhi",
    "hhi_bounds",
    "hhi_bounds_of",
    "import_share",
    "import_substitution_proxy",
    "measure_metadata",
    "missing_arrivals",
    "monthly",
    "nested_power",
    "net_import_reliance",
    "overpayment",
    "pass_through",
    "placebo_dates",
    "placebo_hubs",
    "premium_regression",
    "price_index",
    "price_premium",
    "price_series",
    "product_shares",
    "rank_and_multiple",
    "real_growth",
    "relative_premium",
    "reliant_goods",
    "reorientation",
    "rerouted",
    "rerouting_ratio",
    "retaliation_exposure",
    "salience",
    "substitution_ratio",
    "substitution_summary",
    "supplier_changes",
    "supplier_loss",
    "synthetic_weights",
    "top_supplier",
    "triple_difference",
    "unit_value_change",
    "unit_values",
    "value",
    "value_added_origin",
    "value_change",
    "without_own_trade",
]


_ALL = (
    VALUE,
    IMPORT_SHARE,
    EXPORT_SHARE,
    GROWTH,
    HHI,
    CR,
    ASYMMETRY,
    TOP_SUPPLIER,
    BUYER_HHI,
    RELIANT_GOODS,
    HHI_BOUNDS,
    NET_IMPORT_RELIANCE,
    GEODEP,
    CDI,
    CHURN,
    CHURN_RATE,
    IMPORT_SUBSTITUTION_PROXY,
    ALLOCATED_FLOWS,
    REORIENTATION,
    SUPPLIER_CHANGES,
    REROUTED,
    MISSING_ARRIVALS,
    CHAIN_PRICES,
    TRIPLE_DIFFERENCE,
    REROUTING_RATIO,
    SUBSTITUTION_RATIO,
    SUBSTITUTION_SUMMARY,
    CHANGE_OF_SHARE,
    SUPPLIER_LOSS,
    CUTOFF,
    SALIENCE,
    ELASTIC_POWER,
    NESTED_POWER,
    RANK,
    RETALIATION_EXPOSURE,
    MONTHLY,
    GROWTH_CONTRIBUTION,
    REAL_GROWTH,
    CONVERSIONS,
    EVENT_STUDY,
    UNIT_VALUES,
    PRICE_INDEX,
    PRICE_SERIES,
    VALUE_CHANGE,
    UNIT_VALUE_CHANGE,
    PRICE_PREMIUM,
    ORIGIN,
    PASS_THROUGH,
)


def all_metadata() -> tuple[MeasureMetadata, ...]:
    """Return the sheet of every measure, in the order they are presented."""
    return _ALL


def measure_metadata(id: str) -> MeasureMetadata:  # noqa: A002 - the key is called id everywhere
    """Return the sheet of one measure.

    Raises
    ------
    UnknownNameError
        If there is no such measure; the message suggests the nearest.
    """
    known = {item.id: item for item in _ALL}
    if id not in known:
        raise UnknownNameError("measure", id, known, hint=f"measures: {', '.join(known)}")
    return known[id]
