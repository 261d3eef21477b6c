"""Exports of the Chinese customs query from made-up lines."""

from __future__ import annotations

ENGLISH = (
    "Commodity code,Commodity,Trading partner code,Trading partner,Customs Regime code,"
    "Customs Regime,Locations of importers and exporters code,"
    "Locations of importers and exporters,Quantity,Unit,Supplementary Quantity,"
    "Supplementary Unit,US dollar,"
)
CHINESE = (
    "商品编码,商品名称,贸易伙伴编码,贸易伙伴名称,贸易方式编码,贸易方式名称,注册地编码,注册地名称,"
    "第一数量,第一计量单位,第二数量,第二计量单位,美元,"
)


def gacc(*lines: str, header: str = ENGLISH, dates: tuple[str, ...] = ()) -> str:
    """Return an export; a line is product, partner, regime, province, quantity, unit, second
    quantity, second unit, amount, with ``_`` for a blank."""
    rows = []
    for place, line in enumerate(lines):
        code, partner, regime, province, *rest = line.replace("_", "\0").split()
        cells = [
            code,
            "goods",
            partner,
            "Hong Kong，a",
            regime,
            "Other",
            province,
            "Beijing",
            *rest,
        ]
        row = ",".join(f'"{cell}"' for cell in [*dates[place : place + 1], *cells])
        rows.append(row.replace("\0", " ") + ",")
    return "\n".join([header, *rows, ""])
