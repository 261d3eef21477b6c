"""The rows of a file of Comtrade, every cell held against its rule."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

from entrepot.model.areas import by_code
from fuzz.plain import CannotSay, Refused, choice, match, number, optional

__all__ = ["PARTS", "Row", "row_of"]

Row = dict[str, Any]
PARTS = {"RM": "M", "FM": "M", "MIP": "M", "MOP": "M", "DX": "X", "XIP": "X", "XOP": "X"}
"""Flows that are a part of another, and that other."""

_FLOWS = {"1": "M", "2": "X", "3": "RX", "4": "RM"} | {one: one for one in ("M", "X", "RX", *PARTS)}
_EDITIONS = {
    f"H{n}": f"HS{year}" for n, year in enumerate((1992, 1996, 2002, 2007, 2012, 2017, 2022))
}
_YES_NO = {"", "0", "1"} | {w for one in ("true", "false") for w in (one, one.title(), one.upper())}


@cache
def _codes() -> dict[str, int]:
    return {
        text: int(code)
        for code in by_code("comtrade")
        for text in (code, code.zfill(3), f"{code}.0")
    }


def row_of(text: dict[str, str], *, strict: bool) -> Row:
    codes = _codes()
    row: Row = {"freq": choice(text.get("freq", "A"), ("A", "M"), "frequency")}
    choice(text.get("type", "C"), ("C",), "type")
    choice(text.get("original", ""), _YES_NO, "mark")
    row["period"] = int(match(r"(19|20)[0-9]{2}((0[1-9])|(1[0-2]))?", text["period"], "period"))
    year = int(text["period"][:4])
    if not 1988 <= year <= date.today().year:
        raise Refused("year out of bounds")
    for side in ("reporter", "partner"):
        row[side] = codes[choice(text[side], codes, "area")]
    row["flow"] = _FLOWS[choice(text["flow"], _FLOWS, "flow")]
    edition = choice(text.get("edition", "HS"), {*_EDITIONS, "HS"}, "edition")
    row["edition"] = _EDITIONS.get(edition)
    product = match("[0-9]{1,6}|TOTAL|9999AA", text["product"], "product")
    product = "999999" if product == "9999AA" else product
    row["product"] = product if product == "TOTAL" else product.zfill((len(product) + 1) // 2 * 2)
    customs = match("([A-Z][0-9]{2})?", text.get("customs", ""), "customs")
    row["customs"] = "" if customs == "C00" else customs
    row["value"] = number(text["value"])
    row |= _later(text, strict=strict)
    for name in ("cif", "fob"):
        if text.get(name, "") == "":
            row[name] = None
    return row


def _later(text: dict[str, str], *, strict: bool) -> Row:
    """Return what is not looked at in every row of Parquet, which would take too long."""
    try:
        return _amounts(text, strict=strict)
    except Refused as answer:
        if strict:
            raise
        raise CannotSay(f"not looked at in every row of Parquet: {answer}") from answer


def _amounts(text: dict[str, str], *, strict: bool) -> Row:
    row: Row = {}
    for name in ("mot", "partner2"):
        code = match(r"[0-9]{0,4}(\.0)?", text.get(name, ""), name)
        row[name] = int(float(code)) if code else 0
    for name in ("cif", "fob", "mass", "quantity"):
        row[name] = optional(text.get(name, "")) or (None if name in ("mass", "quantity") else 0.0)
    unit = match(r"(-1|[0-9]{1,3}(\.0)?)?", text.get("unit", ""), "unit")
    row["unit"] = int(float(unit)) if unit else None
    flag = text.get("flag", "")
    if strict or not {"mass_estimated", "quantity_estimated"} <= text.keys():
        choice(flag, {"", *(f for n in "0246" for f in (n, f"{n}.0"))}, "flag")

    for name, sign in (("mass", "4"), ("quantity", "2")):
        mark = text.get(f"{name}_estimated")
        if mark is None:
            row[f"{name}_estimated"] = flag[:1] in (sign, "6") if "flag" in text else None
        else:
            row[f"{name}_estimated"] = choice(mark, _YES_NO, "mark").lower() in ("true", "1")
    return row
