"""Files of Comext from made-up lines, in the shapes that Eurostat writes."""

from __future__ import annotations

BULK = (
    "REPORTER,PARTNER,TRADE_TYPE,PRODUCT_NC,PRODUCT_SITC,PRODUCT_CPA21,PRODUCT_CPA22,PRODUCT_BEC,"
    "PRODUCT_BEC5,PRODUCT_SECTION,FLOW,STAT_PROCEDURE,SUPPL_UNIT,PERIOD,VALUE_EUR,VALUE_NAC,"
    "QUANTITY_KG,QUANTITY_SUPPL_UNIT"
)
OLD = (
    "DECLARANT,DECLARANT_ISO,PARTNER,PARTNER_ISO,TRADE_TYPE,PRODUCT_NC,PRODUCT_SITC,"
    "PRODUCT_cpa2002,PRODUCT_cpa2008,PRODUCT_CPA2_1,PRODUCT_BEC,PRODUCT_SECTION,FLOW,STAT_REGIME,"
    "SUPP_UNIT,PERIOD,VALUE_IN_EUROS,QUANTITY_IN_KG,SUP_QUANTITY"
)
TABLE = (
    "DATAFLOW,LAST UPDATE,freq,reporter,partner,product,flow,indicators,TIME_PERIOD,OBS_VALUE,"
    "OBS_FLAG"
)
NAMES = "reporter,partner,product,flow,indicator,month,value_eur,code"


def bulk(*lines: str) -> str:
    """Return a bulk file; a line is reporter, partner, type, product, flow, procedure, unit,
    period, EUR, kg, quantity."""
    cells = [line.split() for line in lines]
    return "\n".join(
        [BULK, *(",".join([*c[:4], "1,2,3,4,5,6", *c[4:8], c[8], c[8], *c[9:]]) for c in cells), ""]
    )


def table(*lines: str, data: str = "DS-045409") -> str:
    """Return SDMX-CSV; a line is freq, reporter, partner, product, flow, indicator, period,
    number, flag."""
    head = f"ESTAT:{data}(1.0),15/09/26 11:00:00,"
    return "\n".join([TABLE, *(head + line.replace(" ", ",") for line in lines), ""])


def old(*lines: str) -> str:
    """Return the same lines as `bulk` under the older header."""
    cells = [line.split() for line in lines]
    rows = [
        ",".join(["001", c[0], "0001", c[1], *c[2:4], "1,2,3,4,5,6", *c[4:8], *c[8:]])
        for c in cells
    ]
    return "\n".join([OLD, *rows, ""])
