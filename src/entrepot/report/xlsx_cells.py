"""Cells of a workbook: which text is a number, how it is shown, and names of sheets.

Text is only ever written as text. A cell that begins like a formula is marked as quoted besides,
so that it stays text when somebody edits it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from entrepot.model.display import MONEY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.report.parts import Table

__all__ = ["MOST_TEXT", "Cell", "columns_of", "is_risky", "number_format", "read", "sheet_name"]

Cell = str | tuple[float, str]
"""A text, or a number with its number format."""

MOST_TEXT = 32_767
"""Characters that a cell can hold."""

_NUMBER = re.compile(r"[+\u2212-]?(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?")
_RANGE = re.compile(r"(\S+) to (\S+)")
_YEAR = re.compile(r"\d{4}")
_RISKY = re.compile(r"[=+\-@\t\r\n]")
_FORMATS = {
    "share": "0.0%",
    "share_points": "0.0%",
    "relative": "0.0%",
    "percent": "0.0",
    "ratio": "0.00",
    "index": "0.000",
    "count": "#,##0",
}


def is_risky(text: str) -> bool:
    """Whether a spreadsheet program would read a text as a formula if somebody typed it."""
    return _RISKY.match(text) is not None


def number_format(unit: str) -> str:
    """Return how a Figure's value is shown; it is stored with all its digits."""
    return "#,##0" if unit in MONEY else _FORMATS.get(unit, "#,##0.00")


def read(text: str) -> Cell:
    """Return the number that a cell shows, with its decimals; other texts stay as they are.

    Examples
    --------
    >>> read("1,258"), read("−3.0"), read("over 36"), read("")
    ((1258.0, '#,##0'), (-3.0, '#,##0.0'), 'over 36', '')
    """
    found = _NUMBER.fullmatch(text.strip())
    if found is None:
        return text
    decimals = len(found[2] or "")
    value = float(found[0].replace(",", "").replace("\u2212", "-"))
    return value, "#,##0" + ("." + "0" * decimals if decimals else "")


def columns_of(table: Table) -> tuple[list[str], list[list[Cell]]]:
    """Return heads with units, and rows; a column of ranges becomes two of numbers.

    A column that has no unit is text, but for years.
    """
    heads: list[str] = []
    columns: list[list[Cell]] = []
    for place, (head, unit) in enumerate(zip(table.head, table.units, strict=True)):
        cells = [row[place] for row in table.rows]
        if unit and any(_RANGE.fullmatch(cell) for cell in cells):
            for name, end in (("low", 0), ("high", 1)):
                heads.append(f"{head}, {name}, {unit}")
                columns.append([read(_ends(cell)[end]) for cell in cells])
            continue
        heads.append(f"{head}, {unit}" if unit else head)
        columns.append([_cell(cell, head, unit) for cell in cells])
    return heads, [list(row) for row in zip(*columns, strict=True)]


def _cell(text: str, head: str, unit: str) -> Cell:
    if unit:
        return read(text)
    return (float(text), "0") if head == "Year" and _YEAR.fullmatch(text) else text


def _ends(text: str) -> tuple[str, str]:
    found = _RANGE.fullmatch(text)
    return (found[1], found[2]) if found else (text, text)


def sheet_name(wanted: str, taken: Sequence[str]) -> str:
    """Return a name that spreadsheet programs allow and that no other sheet has.

    Examples
    --------
    >>> sheet_name("What moves [it]: 'goods'", []), sheet_name("Goods", ["goods"])
    ("What moves (it)  'goods", 'Goods 2')
    """
    plain = wanted.translate(str.maketrans("[]", "()")).translate(str.maketrans(":*?/\\", " " * 5))
    plain = re.sub(r"[\x00-\x1f]", " ", plain).strip(" '")[:31].strip(" '") or "Table"
    used = {name.lower() for name in (*taken, "history")}
    name, count = plain, 1
    while name.lower() in used:
        count += 1
        name = f"{plain[: 30 - len(str(count))]} {count}"
    return name
