"""A screening as a workbook, a table or data: hits first, and everything that is not known said."""

from __future__ import annotations

import io
import re
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, cast

from entrepot.errors import MissingExtraError, RequestError
from entrepot.figures import links_loaded
from entrepot.figures.card import fragment, table_html
from entrepot.figures.screening import (
    COLUMNS,
    LEGAL,
    SIGNS,
    Screening,
    hubs_in,
    read_file,
    screen,
)
from entrepot.files import cannot_write, drafted, expanded, require_target, target_of_link
from entrepot.goods.screening import (
    LISTED,
    NO_LIST,
    NOT_KNOWN,
    NOT_LISTED,
    PART,
    STATUSES,
    UNREADABLE,
)
from entrepot.lake import Lake
from entrepot.model.display import agreed, day_text, folded
from entrepot.model.table_files import MADE, MOST_TEXT, csv_cell, frame_of, is_risky
from entrepot.report.palette import LIGHT

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from entrepot.model.table_files import FrameKind

FORMS = (".xlsx", ".csv", ".parquet", ".json")
# The limit of the format (2 to the power of 20).
LARGEST_SHEET = 1_048_576
"""Rows of a sheet; more do not fit a workbook."""
DECISIONS = ("open", "licence", "text does not cover it", "stopped", "cleared")
_SHEETS = (
    (LISTED, "Hits", "Hits: listed on the date of the shipment", "#98193A"),
    (PART, "Check", "Check: listed in part, the text decides", "#744700"),
    (NOT_KNOWN, "Not known", "Not known: no text that was read settles it", "#46525E"),
)
_LEGEND = (
    "P high-priority code (Annex XL)   H hub for the code by loaded statistics   N first shipment "
    "to this consignee   R via Russia or Belarus, or a free zone   V value per kg above twice the "
    "code’s median. ● yes, ○ no, – not known. Signs do not show intent."
)
_FOOTER = "&L&8A code is a proxy, not a classification. See Summary.&R&8&A, page &P of &N"
_PIECE = 2**17  # lines that are written at once
_NOTE_WIDE = 115  # letters in a line of the merged columns of the sheet Summary
_MANY_SIGNS = 3  # signs of five from which on their number is marked
_INNER = ("url", "grade")
"""Columns of a line that tables do not show."""


@dataclass(frozen=True, slots=True)
class ShownScreening:
    """A screening that shows itself in a notebook.

    Attributes
    ----------
    screening
        All of it: lines, sums, notes, and rows that could not be read.
    """

    screening: Screening

    @property
    def title(self) -> str:
        """How many shipments are listed."""
        return title_of(self.screening)

    @property
    def sums(self) -> dict[str, int]:
        """Number of lines by status; they add up to all lines."""
        return {name: self.screening.sums[grade] for grade, name in STATUSES.items()}

    def to_dict(self) -> dict[str, Any]:
        """Return sums, lists, and lines with a result, as plain JSON types."""
        return as_data(self.screening)

    def to_frame(self, kind: FrameKind | None = None) -> Any:
        """Return a row for each line, hits first: the program's columns, then those of the file."""
        return frame_of(_plain_table(self.screening.table), kind)

    def save(self, path: Path | str) -> Path:
        """Write it as ``.xlsx`` or ``.json``, or every line as ``.csv`` or ``.parquet``.

        Workbook and JSON have the lines that are listed, in part, not known or not readable.

        Raises
        ------
        RequestError
            For another suffix.
        MissingExtraError
            For a workbook without the library.
        """
        target = Path(path)
        save_screening(self.screening, target)
        return target

    def __str__(self) -> str:
        counts = "; ".join(f"{count:,} {name}" for name, count in self.sums.items())
        return folded((self.title, summary_line(self.screening), f"{counts}.", LEGAL))

    __repr__ = __str__  # a terminal shows what `print` does, and not every field

    def _repr_html_(self) -> str:
        rows = [[name, f"{count:,}"] for name, count in self.sums.items()]
        parts = [f'<p class="hd">{escape(self.title)}</p>', table_html(["status", "lines"], rows)]
        texts = (summary_line(self.screening), *self.screening.notes, LEGAL)
        return fragment(self.title, [*parts, *(f"<p>{escape(one)}</p>" for one in texts)])


def ask_screening(
    file: Path | str,
    *,
    code: str = "",
    date: str = "",
    from_: str = "",
    to: str = "",
    origin: str = "",
    via: str = "",
    consignee: str = "",
    value: str = "",
    mass: str = "",
    description: str = "",
    sheet: str = "",
    edition: str = "",
    dates: str = "",
    against: Sequence[str] = (),
    strict: bool = False,
    lake: Lake | str | os.PathLike[str] | None = None,
) -> ShownScreening:
    """Screen shipments: which were listed on their date, by which country, in which direction.

    Parameters
    ----------
    file
        CSV, XLSX or Parquet.
    code, date, from_, to, origin, via, consignee, value, mass, description
        Names of columns; by default they are found. A date or a country counts for all lines.
    sheet
        Sheet of a workbook.
    edition
        What codes are read in, such as ``CN`` or ``HS2022``; by default by date.
    dates
        ``DMY`` or ``MDY``: how 03/04/2025 is read. By default as other days of the file show; if
        none does, its line is not readable.
    against
        Lists to screen against; by default all.
    strict
        Whether a row that cannot be read stops it.
    lake
        A lake or its folder, for statistics and tables between editions.

    Raises
    ------
    BadFileError
        If the file cannot be read.
    RequestError
        If a column is not found, or dates could be two days.

    Notes
    -----
    A code is a proxy, not a classification of goods.
    """
    order = dates.upper()
    if order not in ("", "DMY", "MDY", "YMD"):
        raise RequestError(f"unknown order of dates {dates!r}", hint="write DMY, MDY or YMD")
    stated = {
        "code": code, "date": date, "from": from_, "to": to, "origin": origin, "via": via,
        "consignee": consignee, "value": value, "mass": mass, "description": description,
    }  # fmt: skip
    opened = lake if isinstance(lake, Lake) else Lake.open(lake)
    with opened.reading():
        found = screen(
            read_file(expanded(file), sheet=sheet, code=code),
            stated,
            nomenclature=edition,
            order=cast("Any", order or None),
            against=against,
            links=links_loaded(opened),
            is_hub=hubs_in(opened),
            today=datetime.now().date(),
            strict=strict,
        )
    return ShownScreening(found)


def title_of(found: Screening) -> str:
    """Return the number of listed shipments; where there is none, never that a file is clean."""
    listed = found.sums[LISTED]
    if found.sums[UNREADABLE] == found.lines:
        return "No row could be read"
    if not listed:
        until = [
            one.regime.read_until for one in found.matrix if one.regime and sum(one.counts.values())
        ]
        if found.sums[NO_LIST] + found.sums[UNREADABLE] == found.lines:
            unloaded = any(one.regime is None for one in found.matrix)
            bound = (
                "is loaded for these routes" if unloaded else "binds these routes on their dates"
            )
            return f"No list {bound}, so no shipment was screened"
        # date.max stands for lists that are never outdated, such as those of the user.
        known = [day for day in until if day < date.max]
        end = f" read until {day_text(min(known))}" if known else ""
        named = ((PART, "in part"), (NOT_KNOWN, "not known"), (NO_LIST, "without a list"))
        doubts = [f"{found.sums[one]:,} {name}" for one, name in named if found.sums[one]]
        sure = f"for sure ({', '.join(doubts)}) " if doubts else ""
        return f"No shipment is listed {sure}on the lists{end}"
    return f"{listed:,} of {found.lines:,} shipments carry goods listed on their date"


def summary_line(found: Screening) -> str:
    """Return the file, its days, its rows and the day of the screening in a sentence."""
    days = ""
    if found.days:
        first, last = found.days
        days = f", {day_text(first)}" + (f" to {day_text(last)}" if first != last else "")
    return (
        f"{found.shipments.name}{days}, {found.lines:,} rows. "
        f"Screened {day_text(found.screened_on)}. Codes: {found.nomenclature}."
    )


def as_data(found: Screening, *, rows: int | None = None) -> dict[str, Any]:
    """Return a screening as plain JSON types: sums, matrix, lists, and lines with a result.

    Parameters
    ----------
    rows
        How many lines at most; all that are listed, in part or not known by default.
    """
    shown = found.sums[LISTED] + found.sums[PART] + found.sums[NOT_KNOWN]
    # The table is sorted by grade, so lines with a result are its beginning.
    table = found.rows(0, shown if rows is None else min(rows, shown))
    return {
        "title": title_of(found),
        "file": found.shipments.name,
        "screened_on": str(found.screened_on),
        "dates": [str(day) for day in found.days] if found.days else None,
        "codes": found.nomenclature,
        "columns": {"used": found.used, "not_used": list(found.unused)},
        "currency": found.currency or None,
        "lines": found.lines,
        "statuses": {STATUSES[one]: count for one, count in sorted(found.sums.items())},
        "matrix": [
            {"jurisdiction": one.jurisdiction, "direction": one.direction}
            | {STATUSES[grade]: count for grade, count in one.counts.items()}
            | {"read_until": one.read_until}
            for one in found.matrix
        ],
        "results": [
            {name: _plain(cell) for name, cell in row.items() if name != "grade"}
            for row in table.to_pylist()
        ],
        "unreadable": [
            {"row": one.row, "reason": one.reason, "text": one.text} for one in found.problems
        ],
        "lists": [dict(zip(_LIST_KEYS, row, strict=True)) for row in list_rows(found)],
        "lists_left_out": list(found.left_out),
        "signs": SIGNS,
        "notes": list(found.notes),
        "legal": LEGAL,
    }


_LIST_KEYS = ("jurisdiction", "direction", "text", "read_until", "not_read")


def list_rows(found: Screening) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield what was read for each jurisdiction and direction, and what was not."""
    for one in found.matrix:
        regime = one.regime
        if regime is None:
            yield one.jurisdiction, one.direction, "–", "no list loaded", "no list is loaded"
            continue
        act = regime.lists[0].act
        parts = [goods_list.title.partition(",")[0] for goods_list in regime.lists]
        text = f"{act.title}: {', '.join(parts)}"
        gaps = [gap.title for gap in act.missing]
        latest = max(goods_list.known_until for goods_list in regime.lists)
        for goods_list in regime.lists:
            if goods_list.known_until < latest:
                name = goods_list.title.partition(",")[0]
                # In front: a list that ends earlier than the others of its act matters most.
                gaps.insert(0, f"{name} read until {day_text(goods_list.known_until)}")
        gaps += [
            why
            for why in found.left_out
            # Each reason begins with the id of its list.
            if why.split()[0] in {goods_list.id for goods_list in regime.lists}
        ]
        yield one.jurisdiction, one.direction, text, one.read_until, "; ".join(gaps)


def _plain(cell: Any) -> Any:
    return str(cell) if isinstance(cell, (date, datetime, time)) else cell


# Files


def require_form(target: Path) -> str:
    """Return the suffix that says how a screening is written.

    Raises
    ------
    RequestError
        For one that is not among `FORMS`.
    """
    suffix = target.suffix.lower()
    if suffix not in FORMS:
        raise RequestError(
            f"a file {suffix or 'without a suffix'} is not written",
            where=str(target),
            hint=f"end the name in one of: {', '.join(FORMS)}",
        )
    return suffix


def save_screening(found: Screening, target: Path) -> list[str]:
    """Write a screening as the suffix says: a workbook or JSON, or every line as CSV or Parquet.

    Returns
    -------
    list of str
        What a reader must know of the file: rows that do not fit a sheet.

    Raises
    ------
    RequestError
        For another suffix.
    MissingExtraError
        Without XlsxWriter, for a workbook.
    OutsideError
        If it cannot be written.
    """
    import json

    suffix = require_form(target)
    # Before the work: a folder that cannot be written is known at once.
    require_target(target)
    said: list[str] = []
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        place = target_of_link(target)
        # Under another name first, so that nobody reads half a file.
        with drafted(place) as draft:
            draft.touch()  # what may not be written is known before the work
            if suffix == ".xlsx":
                said = workbook(found, draft)
            elif suffix == ".csv":
                _write_csv(found, draft)
            elif suffix == ".parquet":
                _write_parquet(found, draft)
            else:
                text = json.dumps(as_data(found), ensure_ascii=False, indent=1, default=str)
                draft.write_text(f"{text}\n", "utf-8")
            draft.replace(place)
    except OSError as error:
        raise cannot_write(str(target), error, "choose another place with --out") from error
    return said


_AT_RISK = (
    r"(^|[;\t\n])[\s\x{ad}\x{200b}-\x{200f}\x{202a}-\x{202e}\x{2060}-\x{206f}\x{feff}\x00-\x1f]*"
    r"[=+\-@\x{2212}\x{ff1d}\x{ff0b}\x{ff0d}\x{ff20}]|[\t\n\r\x{a0}]"
)
"""Cells that `csv_cell` may change, as Arrow's regular expressions say it: a few of millions."""


def _plain_table(table: pa.Table) -> pa.Table:
    """Return a table without dictionaries, which readers of files and frames take for a type."""
    import pyarrow as pa

    for place, field in enumerate(table.schema):
        if pa.types.is_dictionary(field.type):
            chunks = [chunk.dictionary_decode() for chunk in table.column(place).chunks]
            column = pa.chunked_array(chunks, field.type.value_type)
            table = table.set_column(place, field.name, column)
    return table


def _pieces(found: Screening) -> Iterator[pa.Table]:
    """Yield all lines in pieces, so that the file is never in memory a second time."""
    for start in range(0, max(found.made.num_rows, 1), _PIECE):
        yield found.rows(start, _PIECE).drop_columns(list(_INNER))


def _write_parquet(found: Screening, target: Path) -> None:
    import pyarrow.parquet as pq

    # Parquet has no footer for readers, so the legal note is in its metadata.
    schema = _plain_table(next(_pieces(found)).slice(0, 0)).schema.with_metadata({"legal": LEGAL})
    with pq.ParquetWriter(target, schema) as writer:
        for piece in _pieces(found):
            writer.write_table(_plain_table(piece).cast(schema))


def _write_csv(found: Screening, target: Path) -> None:
    """Write all lines so that no spreadsheet takes a cell for a formula; few are at risk."""
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    known: dict[str, pa.Array] = {}
    with target.open("wb") as opened:
        opened.write(b"\xef\xbb\xbf")  # without it spreadsheets read names of firms as Latin-1
        for at, piece in enumerate(_pieces(found)):
            columns = [
                pa.chunked_array([_mended(one, name, known) for one in column.chunks], column.type)
                for name, column in zip(piece.column_names, piece.columns, strict=True)
            ]
            names = [str(csv_cell(name)) for name in piece.column_names]
            options = arrow_csv.WriteOptions(quoting_style="needed", include_header=not at)
            made = _plain_table(pa.table(columns, names=names))
            arrow_csv.write_csv(made, opened, options)


def _mended(column: pa.Array, name: str, known: dict[str, pa.Array]) -> pa.Array:
    """Return a column whose cells no spreadsheet takes for formulas.

    A dictionary is mended once: all pieces of a column have the same.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(column.type):
        if name not in known:
            known[name] = _mended(column.dictionary, name, known)
        return pa.DictionaryArray.from_arrays(column.indices, known[name])
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return column
    # Only cells at risk go through Python, each text once; all others stay in Arrow.
    risky = pc.match_substring_regex(column, _AT_RISK)
    if not pc.any(risky).as_py():
        return column
    texts = pc.unique(pc.filter(column, pc.fill_null(risky, fill_value=False))).to_pylist()
    mended = pa.array([str(csv_cell(text)) for text in texts], column.type)
    # Null where a cell is not at risk; `take` gives null for it, and `coalesce` the cell itself.
    known = pc.index_in(column, pa.array(texts, column.type))
    return pc.coalesce(pc.take(mended, known), column)


# The workbook


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
        for grade, name, title, colour in _SHEETS:
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
            writer.lines(name, title, colour, rows)
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
"""Ink and ground of the status in each sheet."""
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

    def lines(self, name: str, title: str, colour: str, rows: pa.Table) -> None:
        """Write lines: the program's columns, three for the reader, then those of the file."""
        found = self._found
        sheet = self._made.add_worksheet(name)
        # Columns of the user's file follow ours, so that nothing of it is lost.
        own = [one for one in rows.column_names if one not in (*COLUMNS, *_INNER)]
        heads = [*_HEADS, *_READERS, *((one, 16) for one in own)]
        for place, (_, width) in enumerate(heads):
            # The five signs can be folded away: their number stays.
            sheet.set_column(place, place, width, None, {"level": 1} if place in _SIGNS_AT else {})
        wide = len(COLUMNS) + len(_READERS)
        self._page(sheet, title, rows.num_rows, wide, 3, colour)
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


def reasons(found: Screening) -> list[tuple[str, int, str]]:
    """Return why rows cannot be read, how many, and of the first its row and what is wrong in it.

    That is the cell; the row as in the file where no single cell is wrong.
    """
    kinds: Counter[str] = Counter()
    first: dict[str, str] = {}
    for one in found.problems:
        # Without the part that quotes the cell, so that reasons of one kind are counted together.
        kind = re.sub(r"(: | “).*", "", one.reason)
        kinds[kind] += 1
        # A row has the names of persons, and would stand in logs.
        # Of several reasons the first is told, and so is its cell: "code has 3 digits: 123; ...".
        cell = re.match("[^:“]*(?:: ([^;“]+)|(?:: )?(“[^”]*”))", one.reason)
        wrong = (cell[1] or cell[2]) if cell else one.text[:60]
        first.setdefault(kind, f"row {one.row:,}: {wrong}")
    return [(kind, count, first[kind]) for kind, count in kinds.most_common()]
