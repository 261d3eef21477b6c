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

from entrepot.measures.cdi import cdi
from entrepot.measures.change import growth, monthly, value, without_own_trade
from entrepot.measures.churn import churn, churn_rate
from entrepot.measures.concentration import (
    buyer_hhi,
    concentration_ratio,
    hhi,
    hhi_bounds,
    hhi_bounds_of,
    top_supplier,
)
from entrepot.measures.currency import conversions
from entrepot.measures.cutoff import cutoff
from entrepot.measures.dependence import (
    asymmetry,
    export_share,
    import_share,
    net_import_reliance,
    product_shares,
    reliant_goods,
)
from entrepot.measures.event import event_study, event_timing, placebo_dates
from entrepot.measures.exposure import retaliation_exposure, salience
from entrepot.measures.geodep import geodep
from entrepot.measures.metadata import MeasureMetadata
from entrepot.measures.origin import value_added_origin
from entrepot.measures.power import elastic_power, nested_power, supplier_loss
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
from entrepot.measures.rank import rank_and_multiple
from entrepot.measures.reorientation import allocated_flows, reorientation, supplier_changes
from entrepot.measures.rerouting import (
    began,
    chain_prices,
    missing_arrivals,
    placebo_hubs,
    rerouted,
    rerouting_ratio,
    synthetic_weights,
    triple_difference,
)
from entrepot.measures.rerouting.hub_reports import pass_through
from entrepot.measures.share_decomposition import change_of_share, growth_contribution, real_growth
from entrepot.measures.sheets import all_metadata, measure_metadata
from entrepot.measures.substitution import (
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
