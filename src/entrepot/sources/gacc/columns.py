"""The columns of the export, in English and in Chinese, and the units it counts in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.errors import BadFileError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["EMPTY", "ITEMS", "MASS", "READ", "roles_of"]

EMPTY = "empty"
"""Role of the column behind the comma that ends each line."""
_ROLES = {
    "date": ("Date of data", "数据年月"),
    "product": ("Commodity code", "商品编码"),
    "partner": ("Trading partner code", "贸易伙伴编码"),
    "regime": ("Customs Regime code", "贸易方式编码"),
    "province": ("Locations of importers and exporters code", "注册地编码"),
    "quantity": ("Quantity", "第一数量"),
    "unit": ("Unit", "第一计量单位"),
    "quantity_2": ("Supplementary Quantity", "Supplimentary Quantity", "第二数量"),
    "unit_2": ("Supplementary Unit", "Supplimentary Unit", "第二计量单位"),
    "usd": ("US dollar", "美元"),
    "cny": ("Renminbi Yuan", "人民币"),
    "label 1": ("Commodity", "商品名称"),
    "label 2": ("Trading partner", "贸易伙伴名称"),
    "label 3": ("Customs Regime", "贸易方式名称"),
    "label 4": ("Locations of importers and exporters", "注册地名称"),
}
READ = tuple(role for role in _ROLES if not role.startswith("label"))
"""Roles of the columns that are read."""
_NAMES = {name.casefold(): role for role, names in _ROLES.items() for name in names}
_NEEDED = ("product", "partner")

MASS = {"kilogram": 1, "千克": 1, "gram": 0.001, "克": 0.001, "ton": 1000, "吨": 1000}
"""Kilograms in one unit, by its name in small letters."""
ITEMS = frozenset({"number of item", "个"})
"""Names for single pieces."""


def roles_of(columns: Sequence[str], name: str) -> dict[str, int]:
    """Return the place of each role in a header.

    Raises
    ------
    BadFileError
        For a column that is not known, is there twice, or is missing.
    """
    found: dict[str, int] = {}
    unknown = []
    for place, column in enumerate(columns):
        last = place == len(columns) - 1
        role = EMPTY if last and not column else _NAMES.get(column.strip().casefold())
        if role is None:
            unknown.append(column)
        elif role in found:
            raise _wrong(f"two columns of one kind: {column}", name)
        else:
            found[role] = place
    missing = [_ROLES[role][0] for role in _NEEDED if role not in found]
    money = [role for role in ("usd", "cny") if role in found]
    if not money:
        missing.append("US dollar or Renminbi Yuan")
    if missing or unknown:
        parts = [f"missing {', '.join(missing)}"] if missing else []
        parts += [f"not known {', '.join(unknown[:6])}"] if unknown else []
        raise _wrong("; ".join(parts), name)
    if len(money) == 2:
        raise _wrong("amounts in two currencies side by side", name)
    return found


def _wrong(what: str, name: str) -> BadFileError:
    return BadFileError(
        f"not the columns of an export of the Chinese customs query: {what}",
        where=f"{name}, row 1",
        why="it has Commodity code, Trading partner code ... US dollar, or 商品编码, 贸易伙伴编码 "
        "... 美元",
        hint="query by commodity and trading partner, with codes of 8 or 6 digits; any other table "
        "can be added to the source `table` with a mapping",
    )
