"""Unit values, price indices, splits of a change, and the premium that one buyer pays."""

from entrepot.measures.prices.indices import price_index, price_series
from entrepot.measures.prices.premium import (
    ChangeTriple,
    Overpayment,
    PricePremium,
    change_triple,
    overpayment,
    price_premium,
    relative_premium,
)
from entrepot.measures.prices.regression import premium_regression
from entrepot.measures.prices.split import unit_value_change, value_change
from entrepot.measures.prices.unit_values import PriceFilters, UnitValues, unit_values

__all__ = [
    "ChangeTriple",
    "Overpayment",
    "PriceFilters",
    "PricePremium",
    "UnitValues",
    "change_triple",
    "overpayment",
    "premium_regression",
    "price_index",
    "price_premium",
    "price_series",
    "relative_premium",
    "unit_value_change",
    "unit_values",
    "value_change",
]
