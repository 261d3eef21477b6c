"""What a column can be, and what can be said about it."""

from __future__ import annotations

from typing import Literal

__all__ = ["AREAS", "CONSTANTS", "MARKS", "NUMBERS", "SYSTEMS", "Role", "keys_of"]

Role = Literal[
    "reporter",
    "partner",
    "exporter",
    "importer",
    "flow",
    "product",
    "nomenclature",
    "period",
    "year",
    "quarter",
    "month",
    "freq",
    "value",
    "currency",
    "mass",
    "quantity",
    "quantity_unit",
    "valuation",
    "partner_basis",
    "reported_by",
    "is_estimated",
    "is_reexport",
]
AREAS = ("reporter", "partner", "exporter", "importer")
NUMBERS = ("value", "mass", "quantity")
MARKS = ("is_estimated", "is_reexport")

CONSTANTS = (
    *("reporter", "partner", "exporter", "importer", "flow", "product", "nomenclature"),
    *("period", "month", "freq", "valuation", "partner_basis", "reported_by"),
)
"""What can be said once for a whole file, or for one column of numbers."""

SYSTEMS = {
    "m49": "M49",
    "comtrade": "comtrade",
    "baci": "BACI",
    "iso2": "ISO2",
    "iso3": "ISO3",
    "names": "names",
    "eurostat": "eurostat",
    "gacc": "GACC",
    "imf": "IMF",
    "japan": "japan",
    "brazil": "brazil",
    "census": "census",
    "canada": "canada",
}
"""Systems of area codes, as they are compared and as they are shown."""

_WORDS = ("own", "leave_out")
_KEYS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(AREAS, ("codes", *_WORDS)),
    "period": ("order", *_WORDS),
    "product": ("pad", "pattern", "cut", *_WORDS),
    "flow": ("import", "export", "reexport", "reimport", "leave_out"),
    "value": ("currency", "scale", *CONSTANTS),
    "mass": ("unit", "scale", *CONSTANTS),
    "quantity": ("unit", "scale", *CONSTANTS),
    **dict.fromkeys(MARKS, ("yes", "no")),
}


def keys_of(role: Role) -> tuple[str, ...]:
    """Return the keys that a column with a role may have beside it.

    Examples
    --------
    >>> keys_of("reporter")
    ('codes', 'own', 'leave_out')
    """
    return _KEYS.get(role, _WORDS)
