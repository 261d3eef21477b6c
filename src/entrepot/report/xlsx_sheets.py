"""Sheets of a workbook: one look for all, text never read as a formula, no clock."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from entrepot.report.look import LIGHT
from entrepot.report.xlsx_cells import MOST_TEXT, is_risky, sheet_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from entrepot.report.xlsx_cells import Cell

__all__ = ["Book", "Grid"]

MADE = datetime(1980, 1, 1)
"""The day that every workbook says it was made on: a clock would change its bytes."""

_HEAD_ROW = 3
_NARROW, _WIDE, _FIRST_WIDE, _PAGE = 10, 44, 54, 110
_LINE = 15.0
_TEXT = {"valign": "top", "text_wrap": True}
_STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 16, "font_color": LIGHT["ink"], "valign": "top"},
    "lead": {**_TEXT, "font_size": 11, "font_color": LIGHT["muted"]},
    "head": {
        "bold": True,
        "text_wrap": True,
        "valign": "bottom",
        "bottom": 2,
        "bg_color": LIGHT["panel"],
        "border_color": LIGHT["ink"],
    },
    "text": {**_TEXT, "bottom": 1, "bottom_color": LIGHT["grid"]},
    "number": {"valign": "top", "bottom": 1, "bottom_color": LIGHT["grid"]},
    "label": {**_TEXT, "bold": True},
    "below": _TEXT,
}


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet: a title, a line below it, a table, and pairs of label and text under that.

    Attributes
    ----------
    rows
        Cells, as many a row as `head` has.
    widths
        In characters; empty to take them from the cells.
    """

    name: str
    title: str
    text: str
    head: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]
    below: Sequence[tuple[str, str]] = ()
    widths: tuple[float, ...] = field(default=())


class _Exact(float):
    """A number that is written with all its digits: XlsxWriter asks for 16, a float needs 17."""

    def __format__(self, _: str) -> str:
        return repr(float(self))


class Book:
    """Writes grids as sheets.

    Parameters
    ----------
    made
        A workbook of XlsxWriter.
    title, author, line
        What its properties say.
    """

    def __init__(self, made: Any, title: str, author: str, line: str) -> None:
        self._made = made
        self._names: list[str] = []
        self._formats: dict[tuple[str, str, bool, bool], Any] = {}
        self._author = author
        made.set_properties(
            {"title": title[:255], "author": author, "comments": line[:255], "created": MADE}
        )

    def add(self, grid: Grid) -> None:
        """Write a sheet: title, table with a head that stays in view, and what stands below."""
        name = sheet_name(grid.name, self._names)
        self._names.append(name)
        sheet = self._made.add_worksheet(name)
        widths = grid.widths or _widths(grid)
        for place, width in enumerate(widths):
            sheet.set_column(place, place, width)
        self._text(sheet, 0, 0, grid.title, "title")
        self._merged(sheet, 1, 0, grid.text, "lead", widths)
        for place, head in enumerate(grid.head):
            right = _is_numeric(grid, place)
            self._text(sheet, _HEAD_ROW, place, head, "head", right=right)
        for row, cells in enumerate(grid.rows, start=_HEAD_ROW + 1):
            for place, cell in enumerate(cells):
                self._cell(sheet, row, place, cell, right=_is_numeric(grid, place))
        row = _HEAD_ROW + len(grid.rows) + 2
        for label, text in grid.below:
            self._text(sheet, row, 0, label, "label")
            self._merged(sheet, row, 1, text, "below", widths)
            row += 1
        self._page(sheet, grid, row)

    def _page(self, sheet: Any, grid: Grid, last: int) -> None:
        """Set what stays in view and how the sheet is printed."""
        sheet.freeze_panes(_HEAD_ROW + 1, 1)
        sheet.hide_gridlines(2)
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{max(last, 1) + 1}"})
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(_HEAD_ROW)
        sheet.set_footer(f"&L{self._author.replace('&', '&&')}&C&A&R&P / &N")
        if grid.rows:
            ends = (_HEAD_ROW, 0, _HEAD_ROW + len(grid.rows), len(grid.head) - 1)
            sheet.autofilter(*ends)

    def _cell(self, sheet: Any, row: int, place: int, cell: Cell, *, right: bool) -> None:
        if isinstance(cell, str):
            self._text(sheet, row, place, cell, "text", right=right)
            return
        value, shown = cell
        if math.isfinite(value):
            sheet.write_number(row, place, _Exact(value), self._format("number", shown))
        else:
            self._text(sheet, row, place, str(value), "text", right=True)

    def _text(
        self, sheet: Any, row: int, place: int, text: str, style: str, *, right: bool = False
    ) -> None:
        """Write a text as text, whatever it begins with."""
        look = self._format(style, right=right, quoted=is_risky(text))
        if text:
            sheet.write_string(row, place, text[:MOST_TEXT], look)
        else:
            sheet.write_blank(row, place, None, look)

    def _merged(
        self, sheet: Any, row: int, place: int, text: str, style: str, widths: Sequence[float]
    ) -> None:
        """Write a text over as many columns as make a line of reading width, and as many lines."""
        last, wide = place, widths[place] if place < len(widths) else _NARROW
        while wide < _PAGE and last + 1 < max(len(widths), 4):
            last += 1
            wide += widths[last] if last < len(widths) else _NARROW
        if last > place:
            sheet.merge_range(row, place, row, last, "", self._format(style))
        self._text(sheet, row, place, text, style)
        lines = sum(max(1, math.ceil(len(part) * 1.1 / wide)) for part in text.split("\n"))
        sheet.set_row(row, _LINE * lines)

    def _format(
        self, style: str, shown: str = "", *, right: bool = False, quoted: bool = False
    ) -> Any:
        key = (style, shown, right, quoted)
        if key not in self._formats:
            look = dict(_STYLES[style])
            look |= {"num_format": shown} if shown else {}
            look |= {"align": "right"} if right else {}
            look |= {"quote_prefix": True} if quoted else {}
            self._formats[key] = self._made.add_format(look)
        return self._formats[key]


def _is_numeric(grid: Grid, place: int) -> bool:
    return any(not isinstance(row[place], str) for row in grid.rows)


def _widths(grid: Grid) -> tuple[float, ...]:
    """Return a width for each column: its longest cell, within what can be read."""
    found = []
    for place, head in enumerate(grid.head):
        longest = max((_length(row[place]) for row in grid.rows), default=0)
        most = _FIRST_WIDE if place == 0 else _WIDE
        words = max(len(word) for word in head.split() or [""]) + 4
        found.append(float(min(max(longest + 2, words, _NARROW), most)))
    return tuple(found)


def _length(cell: Cell) -> int:
    return len(cell) if isinstance(cell, str) else len(f"{cell[0]:,.2f}")
