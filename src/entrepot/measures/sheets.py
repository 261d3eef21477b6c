"""Every measure by its id."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.errors import UnknownNameError
from entrepot.measures.cdi import CDI
from entrepot.measures.change import GROWTH, MONTHLY, VALUE
from entrepot.measures.churn import CHURN, CHURN_RATE
from entrepot.measures.concentration import BUYER_HHI, CR, HHI, HHI_BOUNDS, TOP_SUPPLIER
from entrepot.measures.currency import CONVERSIONS
from entrepot.measures.cutoff import CUTOFF
from entrepot.measures.dependence import (
    ASYMMETRY,
    EXPORT_SHARE,
    IMPORT_SHARE,
    NET_IMPORT_RELIANCE,
    RELIANT_GOODS,
)
from entrepot.measures.event import EVENT_STUDY
from entrepot.measures.exposure import RETALIATION_EXPOSURE, SALIENCE
from entrepot.measures.geodep import GEODEP
from entrepot.measures.origin import ORIGIN
from entrepot.measures.power import ELASTIC_POWER, NESTED_POWER, SUPPLIER_LOSS
from entrepot.measures.prices.indices import PRICE_INDEX, PRICE_SERIES
from entrepot.measures.prices.premium import PRICE_PREMIUM
from entrepot.measures.prices.split import UNIT_VALUE_CHANGE, VALUE_CHANGE
from entrepot.measures.prices.unit_values import UNIT_VALUES
from entrepot.measures.rank import RANK
from entrepot.measures.reorientation import ALLOCATED_FLOWS, REORIENTATION, SUPPLIER_CHANGES
from entrepot.measures.rerouting import (
    CHAIN_PRICES,
    MISSING_ARRIVALS,
    REROUTED,
    REROUTING_RATIO,
    TRIPLE_DIFFERENCE,
)
from entrepot.measures.rerouting.hub_reports import PASS_THROUGH
from entrepot.measures.share_decomposition import CHANGE_OF_SHARE, GROWTH_CONTRIBUTION, REAL_GROWTH
from entrepot.measures.substitution import (
    IMPORT_SUBSTITUTION_PROXY,
    SUBSTITUTION_RATIO,
    SUBSTITUTION_SUMMARY,
)

if TYPE_CHECKING:
    from entrepot.measures.metadata import MeasureMetadata

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
