"""The workbook of a screening, which an officer hands on: a sheet a status, hits first."""

from __future__ import annotations

import io
from contextlib import contextmanager
from datetime import date, datetime
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from entrepot.errors import MissingExtraError
from entrepot.figures.screening import COLUMNS, LEGAL, SIGNS, Screening
from entrepot.goods.screening import LISTED, NO_LIST, NOT_KNOWN, NOT_LISTED, PART, UNREADABLE
from entrepot.model.display import agreed, day_text
from entrepot.model.table_files import MADE, MOST_TEXT, is_risky
from entrepot.report.palette import LIGHT
from entrepot.report.screening_text import list_rows, summary_line, title_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import pyarrow as pa


# The limit of the format (2 to the power of 20).
LARGEST_SHEET = 1_048_576
"""Rows of a sheet; more do not fit a workbook."""
DECISIONS = ("open", "licence", "text does not cover it", "stopped", "cleared")
_SHEETS = (
    (LISTED, "Hits", "Hits: listed on the date of the shipment"),
    (PART, "Check", "Check: listed in part, the text decides"),
    (NOT_KNOWN, "Not known", "Not known: no text that was read settles it"),
)
_LEGEND = (
    "P high-priority code (Annex XL)   H hub for the code by loaded statistics   N first shipment "
    "to this consignee   R via Russia or Belarus, or a free zone   V value per kg above twice the "
    "code’s median. ● yes, ○ no, – not known. Signs do not show intent."
)
_FOOTER = "&L&8A code is a proxy, not a classification. See Summary.&R&8&A, page &P of &N"
_NOTE_WIDE = 115  # letters in a line of the merged columns of the sheet Summary
_MANY_SIGNS = 3  # signs of five from which on their number is marked
INNER = ("url", "grade")
"""Columns of a line that tables do not show."""


def workbook(found: Screening, target: Path | io.BytesIO) -> list[str]:
    """Write the workbook that an officer hands on; see `save_screening`."""
    try:
        import xlsxwriter
    except ImportError as error:
        raise MissingExtraError("XlsxWriter", "excel") from error
    said: list[str] = []
    # constant_memory writes a row out when the next
    # one begins: everything below must go row by row.
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with (
        _errors_of_the_system(),
        TemporaryDirectory() as folder,  # the library leaves its rows behind where it fails
        xlsxwriter.Workbook(
            str(target) if not isinstance(target, io.BytesIO) else target,
            {**options, "tmpdir": folder},
        ) as made,
    ):
        made.set_properties(
            {
                "title": title_of(found)[:255],
                "author": "Entrepôt",
                "comments": LEGAL[:255],
                "created": MADE,
            }
        )
        writer = _ScreeningWorkbook(made, found)
        writer.summary()
        start = 0
        for grade, name, title in _SHEETS:
            # Sorted by grade, so each sheet is the next stretch of the table.
            # Three rows are title, legend and head.
            rows = found.rows(start, min(found.sums[grade], LARGEST_SHEET - 3))
            start += found.sums[grade]
            if left := found.sums[grade] - rows.num_rows:
                said.append(
                    f"Sheet {name} ends at row {LARGEST_SHEET:,}, the last of a sheet; "
                    f"{agreed(left, 'line is', 'lines are')} not in it: write CSV or "
                    "Parquet."
                )
            writer.lines(name, title, rows)
        writer.unreadable()
        writer.lists()
    return said


_HEADS = (
    ("Row", 7), ("Date", 12), ("Code", 11), ("Goods (HS2022)", 38), ("From", 9), ("To", 18),
    ("Route", 12), ("Consignee", 26), ("Value", 12), ("Mass, kg", 11), ("Jurisdiction", 12),
    ("Direction", 20), ("Status", 17), ("Entry", 30), ("Listed code", 12), ("Listed since", 12),
    ("Wind-down", 30), ("Act", 40), ("Signs", 7), ("P", 4), ("H", 4), ("N", 4), ("R", 4), ("V", 4),
)  # fmt: skip
_SIGNS_AT = range(len(_HEADS) - len(SIGNS), len(_HEADS))
_COLOURS = {
    "Hits": ("#98193A", "#FBE2E8"),
    "Check": ("#744700", "#FBECCB"),
    "Not known": ("#46525E", "#E8EDF1"),
}
"""Ink and ground of the status in each sheet; its tab has the ink."""
_READERS = (("Decision", 14), ("By", 10), ("Note", 30))
_LOOKS: dict[str, dict[str, Any]] = {
    "text": {},
    "wrap": {"text_wrap": True},
    "whole": {"num_format": "#,##0"},
    "tenths": {"num_format": "#,##0.0"},
    "day": {"num_format": "d mmm yyyy", "align": "left"},
    "code": {"num_format": "@", "font_name": "Consolas"},
    "link": {"font_color": LIGHT["supplier"]},
    "centre": {"align": "center"},
    "reader": {"bg_color": "#FFFBEA", "text_wrap": True},
    "own": {"num_format": "@"},
}


@contextmanager
def _errors_of_the_system() -> Iterator[None]:
    """Raise an error of the system as what it is; the library hides it in one of its own."""
    from xlsxwriter.exceptions import FileCreateError

    try:
        yield
    except FileCreateError as error:
        raise error.args[0] from error


class _ScreeningWorkbook:
    """Writes the sheets, in one look."""

    def __init__(self, made: Any, found: Screening) -> None:
        self._made = made
        self._found = found
        self._looks: dict[tuple[str, bool], Any] = {}
        base = {"font_name": "Arial", "font_size": 10}
        self._big = made.add_format(
            {"font_name": "Arial", "font_size": 18, "bold": True, "valign": "top"}
        )
        self._title = made.add_format({"font_name": "Arial", "font_size": 13, "bold": True})
        self._deck = made.add_format(
            {
                "font_name": "Arial",
                "font_size": 11,
                "font_color": LIGHT["muted"],
                "text_wrap": True,
                "valign": "top",
            }
        )
        self._legend = made.add_format(
            {"font_name": "Arial", "font_size": 9, "font_color": LIGHT["muted"]}
        )
        self._note = made.add_format(
            {**base, "font_color": LIGHT["muted"], "text_wrap": True, "valign": "top"}
        )
        self._head = made.add_format(
            {
                **base,
                "bold": True,
                "text_wrap": True,
                "bg_color": LIGHT["panel"],
                "bottom": 2,
                "border_color": LIGHT["ink"],
            }
        )
        self._bold = made.add_format({**base, "bold": True, "valign": "top"})
        self._total = made.add_format(
            {**base, "bold": True, "valign": "top", "num_format": "#,##0", "top": 2}
        )
        self._dash = made.add_format(
            {**base, "align": "right", "bottom": 1, "bottom_color": LIGHT["grid"]}
        )

    def _look(self, name: str, *, quoted: bool = False) -> Any:
        key = name, quoted
        if key not in self._looks:
            look = {"font_name": "Arial", "font_size": 10, "valign": "top", "bottom": 1}
            look |= {"bottom_color": LIGHT["grid"], "quote_prefix": quoted, **_LOOKS[name]}
            self._looks[key] = self._made.add_format(look)
        return self._looks[key]

    def _write(self, sheet: Any, row: int, place: int, cell: Any, look: str) -> None:
        """Write a cell, a text as text whatever it begins with."""
        if cell is None or cell == "":
            sheet.write_blank(row, place, None, self._look(look))
        # Before numbers: a bool is an int, and would be written as 1.
        elif isinstance(cell, bool):
            sheet.write_string(row, place, str(cell).upper(), self._look(look))
        elif isinstance(cell, (int, float)):
            sheet.write_number(row, place, cell, self._look("own" if look == "own" else look))
        elif isinstance(cell, (date, datetime)):
            sheet.write_datetime(row, place, cell, self._look("day"))
        else:
            text = str(cell)[:MOST_TEXT]
            sheet.write_string(row, place, text, self._look(look, quoted=is_risky(text)))

    def summary(self) -> None:
        """Write the one page that says it all, its sums as formulas."""
        found = self._found
        sheet = self._made.add_worksheet("Summary")
        sheet.hide_gridlines(2)
        sheet.set_portrait()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 1)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.6)
        sheet.set_footer("&R&8Summary, page &P of &N")
        for first, last, width in ((0, 0, 14), (1, 1, 26), (2, 7, 15)):
            sheet.set_column(first, last, width)
        sheet.set_row(0, 27.75)
        sheet.write_string(0, 0, title_of(found), self._big)
        sheet.set_row(1, 30)
        sheet.merge_range(1, 0, 1, 7, summary_line(found), self._deck)
        sheet.set_row(3, 32.25)
        heads = ("Jurisdiction", "Direction", "Listed", "In part: check the text", "Not known",
                 "Not listed", "Screened", "List read until")  # fmt: skip
        for place, head in enumerate(heads):
            sheet.write_string(3, place, head, self._head)
        row = 4
        for one in found.matrix:
            self._write(sheet, row, 0, one.jurisdiction, "text")
            self._write(sheet, row, 1, one.direction, "text")
            counts = [one.counts.get(grade, 0) for grade in (LISTED, PART, NOT_KNOWN, NOT_LISTED)]
            for place, count in enumerate(counts, 2):
                if sum(counts):
                    self._write(sheet, row, place, count, "whole")
                else:
                    sheet.write_string(row, place, "–", self._dash)
            # The sum is given with its formula, for viewers
            # that do not compute (XlsxWriter computes nothing).
            formula = f"=SUM(C{row + 1}:F{row + 1})"
            sheet.write_formula(row, 6, formula, self._look("whole"), sum(counts))
            self._write(sheet, row, 7, one.read_until, "text")
            row += 1
        row += 1
        sheet.write_string(row, 0, "Shipments by their first result", self._bold)
        first = row + 1
        for grade, words in _SUMS:
            row += 1
            sheet.merge_range(row, 0, row, 1, words, self._look("text"))
            self._write(sheet, row, 2, found.sums[grade], "whole")
        row += 1
        sheet.merge_range(row, 0, row, 1, "All rows", self._total)
        formula = f"=SUM(C{first + 1}:C{row})"
        sheet.write_formula(row, 2, formula, self._total, found.lines)
        row += 2
        several = (
            " A shipment may be screened for several directions, so the rows above can add up to "
            f"more than {found.lines:,}. Lines that are not listed, or without a list, are on no "
            "sheet: CSV and Parquet have every line."
        )
        sheet.merge_range(row, 0, row + 4, 7, LEGAL + several, self._note)
        row += 5
        for note in found.notes:
            # No program sizes the row of merged cells by its text.
            sheet.set_row(row, 15 * (len(note) // _NOTE_WIDE + 1))
            sheet.merge_range(row, 0, row, 7, note, self._note)
            row += 1
        sheet.print_area(0, 0, row, 7)

    def _page(
        self, sheet: Any, title: str, rows: int, wide: int, frozen: int, colour: str = ""
    ) -> None:
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        sheet.repeat_rows(2)
        name = self._found.shipments.name.replace("&", "&&")
        sheet.set_header(f'&L&"Arial,Bold"&10{title}&R&"Arial"&9{name[:80]}')
        sheet.set_footer(_FOOTER)
        sheet.freeze_panes(3, frozen)
        sheet.autofilter(2, 0, 2 + max(rows, 1), wide - 1)
        sheet.print_area(0, 0, 2 + max(rows, 1), wide - 1)
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{rows + 4}"})
        if colour:
            sheet.set_tab_color(colour)

    def lines(self, name: str, title: str, rows: pa.Table) -> None:
        """Write lines: the program's columns, three for the reader, then those of the file."""
        found = self._found
        sheet = self._made.add_worksheet(name)
        # Columns of the user's file follow ours, so that nothing of it is lost.
        own = [one for one in rows.column_names if one not in (*COLUMNS, *INNER)]
        heads = [*_HEADS, *_READERS, *((one, 16) for one in own)]
        for place, (_, width) in enumerate(heads):
            # The five signs can be folded away: their number stays.
            sheet.set_column(place, place, width, None, {"level": 1} if place in _SIGNS_AT else {})
        wide = len(COLUMNS) + len(_READERS)
        self._page(sheet, title, rows.num_rows, wide, 3, _COLOURS[name][0])
        sheet.autofilter(2, 0, 2 + max(rows.num_rows, 1), len(heads) - 1)
        sheet.set_row(0, 21.75)
        sheet.write_string(0, 0, title, self._title)
        sheet.write_string(1, 0, _LEGEND, self._legend)
        sheet.set_row(2, 44.25)
        for place, (head, _) in enumerate(heads):
            words = (
                f"Value, {found.currency}"
                if head == "Value" and found.currency and place < wide
                else head
            )
            sheet.write_string(2, place, words[:MOST_TEXT], self._head)
        decision = len(COLUMNS)
        last = 3 + max(rows.num_rows, 1)
        sheet.data_validation(
            3, decision, last, decision, {"validate": "list", "source": list(DECISIONS)}
        )
        self._tint(sheet, name, last)
        at = 3
        # In pieces: a million lines as Python dictionaries would take gigabytes.
        for batch in rows.to_batches(max_chunksize=10_000):
            for line in batch.to_pylist():
                self._line(sheet, at, line, own)
                at += 1

    def _tint(self, sheet: Any, name: str, last: int) -> None:
        """Mark the status of each line, and the number of signs where it is high."""
        ink, ground = _COLOURS[name]
        status, signs = COLUMNS.index("status"), COLUMNS.index("signs")
        look = self._made.add_format({"font_color": ink, "bg_color": ground})
        sheet.conditional_format(3, status, last, status, {"type": "no_blanks", "format": look})
        ink, ground = _COLOURS["Check"]
        look = self._made.add_format({"bold": True, "font_color": ink, "bg_color": ground})
        many = {"type": "cell", "criteria": ">=", "value": _MANY_SIGNS, "format": look}
        sheet.conditional_format(3, signs, last, signs, many)

    def _line(self, sheet: Any, row: int, line: dict[str, Any], own: Sequence[str]) -> None:
        for place, (name, look) in enumerate(zip(COLUMNS, _OF_COLUMN, strict=True)):
            cell = line[name]
            if name == "wind_down" and cell:
                over = line["date"] is not None and line["date"] > cell
                cell = f"earlier contracts until {day_text(cell)}" + (" (over)" if over else "")
            # Excel allows 65,530 links on a sheet and about 2,080
            # characters in each; beyond it drops them with a warning.
            if name == "act" and cell and line["url"] and len(line["url"]) < 2000 and row < 60_000:
                sheet.write_url(row, place, line["url"], self._look("link"), str(cell)[:255])
            elif name == "signs" and cell is not None:
                # T to X are the five signs in `_HEADS`: an
                # officer who changes one sees the count follow.
                formula = f'=COUNTIF(T{row + 1}:X{row + 1},"●")'
                sheet.write_formula(row, place, formula, self._look("centre"), cell)
            else:
                self._write(sheet, row, place, cell, look)
        for place in range(len(COLUMNS), len(COLUMNS) + len(_READERS)):
            sheet.write_blank(row, place, None, self._look("reader"))
        for place, name in enumerate(own, len(COLUMNS) + len(_READERS)):
            self._write(sheet, row, place, line[name], "own")

    def unreadable(self) -> None:
        """Write the rows that could not be read, with the reason of each."""
        rows = self._found.problems[: LARGEST_SHEET - 3]
        title = "Rows that could not be read: not screened"
        cells = ((one.row, one.reason, one.text) for one in rows)
        heads = (("Row", 7, "whole"), ("Reason", 42, "text"), ("As in the file", 70, "code"))
        self._grid("Unreadable rows", title, heads, cells, len(rows), 1)

    def lists(self) -> None:
        """Write what was read of each list, and what was not."""
        heads = (
            ("Jurisdiction", 13, "wrap"), ("Direction", 24, "wrap"), ("Text", 46, "wrap"),
            ("Read until", 14, "wrap"), ("Not read", 60, "wrap"),
        )  # fmt: skip
        rows = list(list_rows(self._found))
        self._grid("Lists", "Lists and their dates", heads, rows, len(rows), 2)

    def _grid(self, name: str, title: str, heads: Any, rows: Any, count: int, frozen: int) -> None:
        sheet = self._made.add_worksheet(name)
        for place, (_, width, _) in enumerate(heads):
            sheet.set_column(place, place, width)
        self._page(sheet, title, count, len(heads), frozen)
        sheet.set_row(0, 21.75)
        sheet.write_string(0, 0, title, self._title)
        sheet.set_row(2, 44.25)
        for place, (head, _, _) in enumerate(heads):
            sheet.write_string(2, place, head, self._head)
        for row, cells in enumerate(rows, 3):
            for place, (cell, (_, _, look)) in enumerate(zip(cells, heads, strict=True)):
                self._write(sheet, row, place, cell, look)


_SUMS = (
    (LISTED, "Listed (sheet Hits)"),
    (PART, "In part (sheet Check)"),
    (NOT_KNOWN, "Not known (sheet Not known)"),
    (NOT_LISTED, "Not listed"),
    (NO_LIST, "No list applies to this route"),
    (UNREADABLE, "Not readable (sheet Unreadable rows)"),
)
_OF_COLUMN = (
    "whole", "day", "code", "wrap", "text", "text", "text", "text", "whole", "tenths", "text",
    "text", "text", "wrap", "code", "day", "text", "link", "centre", "centre", "centre", "centre",
    "centre", "centre",
)  # fmt: skip
