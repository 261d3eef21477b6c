"""Which columns the files of Comext have: what each is, what it needs, what says nothing."""

from __future__ import annotations

from fuzz.plain import Refused

__all__ = ["form_of"]

_CELL = ("reporter", "partner", "product", "flow", "period")
_NEW = {
    "REPORTER": "reporter", "PARTNER": "partner", "TRADE_TYPE": "trade", "PRODUCT_NC": "product",
    "FLOW": "flow", "STAT_PROCEDURE": "procedure", "SUPPL_UNIT": "unit", "PERIOD": "period",
    "VALUE_EUR": "value", "QUANTITY_KG": "mass", "QUANTITY_SUPPL_UNIT": "quantity",
}  # fmt: skip
_OLD = {
    "DECLARANT_ISO": "reporter", "PARTNER_ISO": "partner", "TRADE_TYPE": "trade",
    "PRODUCT_NC": "product", "FLOW": "flow", "STAT_REGIME": "procedure", "SUPP_UNIT": "unit",
    "PERIOD": "period", "VALUE_IN_EUROS": "value", "QUANTITY_IN_KG": "mass",
    "SUP_QUANTITY": "quantity",
}  # fmt: skip
_SDMX = {
    "DATAFLOW": "dataset", "STRUCTURE_ID": "dataset", "FREQ": "freq", "REPORTER": "reporter",
    "PARTNER": "partner", "PRODUCT": "product", "FLOW": "flow", "INDICATORS": "indicator",
    "TIME_PERIOD": "period", "OBS_VALUE": "amount", "OBS_FLAG": "flag",
}  # fmt: skip
_NAMED = {
    "REPORTER": "reporter", "PARTNER": "partner", "FLOW": "flow", "INDICATOR": "indicator",
    "MONTH": "period", "VALUE_EUR": "amount",
}  # fmt: skip
_CLASSES = {"PRODUCT_SITC", "PRODUCT_BEC", "PRODUCT_BEC5", "PRODUCT_SECTION"}
_FORMS: tuple[tuple[str, dict[str, str], set[str], set[str], set[str]], ...] = (
    ("wide", _NEW, {*_CELL, "value"}, _CLASSES | {"PRODUCT_CPA21", "PRODUCT_CPA22"}, {"VALUE_NAC"}),
    ("wide", _OLD, {*_CELL, "value"}, _CLASSES | {"PRODUCT_CPA2002", "PRODUCT_CPA2008",
     "PRODUCT_CPA2_1", "DECLARANT", "PARTNER"}, set()),
    ("long", _SDMX, {*_CELL, "indicator", "amount", "dataset"}, set(),
     {"LAST UPDATE", "STRUCTURE", "CONF_STATUS"}),
    ("named", _NAMED | {"CODE": "product"}, {*_CELL, "indicator", "amount"}, set(), {"PRODUCT"}),
    ("bracket", _NAMED | {"PRODUCT": "product"}, {*_CELL, "indicator", "amount"}, set(), set()),
)  # fmt: skip


def form_of(names: list[str]) -> tuple[str, dict[str, str], list[str]]:
    """Return the kind of a file, the role of each column, and other columns that tell apart."""
    for form in _FORMS:
        if form[2] <= {form[1].get(name) for name in names}:
            break
    else:
        raise Refused("another form")
    kind, roles, _, beside, ignored = form
    held = [roles[name] for name in names if name in roles]
    if len(set(names)) < len(names) or len(set(held)) < len(held):
        raise Refused("a column twice")
    if set(names) - {*roles, *beside, *ignored}:
        raise Refused("a column nobody knows")
    return kind, roles, sorted(beside & set(names))
