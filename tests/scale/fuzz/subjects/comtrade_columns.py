"""Which columns the files of Comtrade have, by name without case and signs."""

from __future__ import annotations

import re

from fuzz.plain import Refused

__all__ = ["roles_of"]


def _words(text: str) -> set[str]:
    return set(text.split())


_V1 = {
    "typecode": "type", "freqcode": "freq", "period": "period", "reportercode": "reporter",
    "flowcode": "flow", "partnercode": "partner", "partner2code": "partner2",
    "classificationcode": "edition", "isoriginalclassification": "original",
    "cmdcode": "product", "customscode": "customs", "motcode": "mot", "qtyunitcode": "unit",
    "qty": "quantity", "isqtyestimated": "quantity_estimated", "netwgt": "mass",
    "isnetwgtestimated": "mass_estimated", "cifvalue": "cif", "fobvalue": "fob",
    "primaryvalue": "value", "legacyestimationflag": "flag",
}  # fmt: skip
_V1_OTHER = _words("""
    refperiodid refyear refmonth reporteriso reporterdesc flowdesc partneriso partnerdesc
    partner2iso partner2desc classificationsearchcode cmddesc aggrlevel isleaf customsdesc moscode
    motdesc qtyunitabbr altqtyunitcode altqtyunitabbr altqty isaltqtyestimated grosswgt
    isgrosswgtestimated isreported isaggregate flowcategory atlqty datasetcode
""")
_LEGACY = {
    "classification": "edition", "period": "period", "tradeflowcode": "flow",
    "reportercode": "reporter", "partnercode": "partner", "2ndpartnercode": "partner2",
    "customsproccode": "customs", "modeoftransportcode": "mot", "commoditycode": "product",
    "qtyunitcode": "unit", "qty": "quantity", "netweightkg": "mass", "tradevalueus": "value",
    "ciftradevalueus": "cif", "fobtradevalueus": "fob", "flag": "flag",
}  # fmt: skip
_LEGACY_OTHER = _words("""
    year perioddesc aggregatelevel isleafcode tradeflow reporter reporteriso partner partneriso
    2ndpartner 2ndpartneriso customs modeoftransport commodity qtyunit altqtyunitcode altqtyunit
    altqty grossweightkg
""")
_NARROW = {
    "year": "period", "period": "period", "reporter": "reporter", "partner": "partner",
    "cmd": "product", "flow": "flow", "value": "value", "netwgt": "mass", "qty": "quantity",
    "qtyunit": "unit",
}  # fmt: skip
_NUMBERED = {"", "unnamed0", "unnamed1", "x1", "rownames", "end"}


def roles_of(names: list[str]) -> tuple[dict[str, int], int]:
    """Return the place of each role, and how many of the codes of parts are missing."""
    plain = [
        re.sub("[^a-z0-9]", "", name.lower()).removeprefix("x" if "2nd" in name else "")
        for name in names
    ]
    known, other = max(
        ((_V1, _V1_OTHER), (_LEGACY, _LEGACY_OTHER), (_NARROW, set())),
        key=lambda one: len(one[0].keys() & set(plain)),
    )
    roles: dict[str, int] = {}
    for place, name in enumerate(plain):
        if name in known:
            if known[name] in roles:
                raise Refused(f"twice {name}")
            roles[known[name]] = place
        elif name not in other and name not in _NUMBERED:
            raise Refused(f"unknown column {name}")
    if len(set(plain)) < len(plain):
        raise Refused("a column twice")
    needed = {"period", "reporter", "partner", "flow", "product", "value"}
    if needed - roles.keys() or (known is _LEGACY and "edition" not in roles):
        raise Refused("a column is missing")
    return roles, len({"customs", "mot", "partner2"} - roles.keys())
