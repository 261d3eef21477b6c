"""Rows with names, as a frame and as files of every form; files are written whole or not at all.

No form loses what a cell says: what is missing stays missing, numbers keep all digits, and no text
is one that a spreadsheet takes for a formula.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from dataclasses import dataclass, field
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from entrepot.errors import EntrepotError, MissingExtraError, RequestError
from entrepot.files import cannot_write, drafted, require_target, target_of_link
from entrepot.model.display import MINUS, NBSP, in_markdown
from entrepot.model.period import Period

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import pyarrow as pa

    Rows = Sequence[Mapping[str, Any]]

FORMS = (".csv", ".json", ".md", ".parquet", ".xlsx", ".dta", ".sdmx.csv", ".zip")
"""Ends of names: SDMX-CSV is a CSV of its own, ``.zip`` a Frictionless data package."""
FrameKind = Literal["polars", "pandas", "pyarrow"]
MADE = datetime(1980, 1, 1)
"""The day that every workbook says it was made on: a clock would change its bytes."""
MOST_TEXT = 32_767
"""Characters that a cell of a workbook can hold."""
_MOST_STATA = 32
"""Characters of a name in Stata."""


@dataclass(frozen=True, slots=True)
class TableAbout:
    """What a table is about, for forms that say so.

    Attributes
    ----------
    name
        Of the file, without its end.
    title, description
        One line; anything a reader needs to know, caveats among it.
    labels
        What columns mean, with their units.
    sources
        Title and address of each source; an address may be empty.
    """

    name: str = "table"
    title: str = ""
    description: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    sources: tuple[tuple[str, str], ...] = ()


def write_whole(target: Path, made: str | bytes) -> Path:
    """Write a file beside its place and move it there; missing folders are made, links stay.

    Raises
    ------
    OutsideError
        If something there is no plain file, or the disk refuses; what was there before stays.
    """
    require_target(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        place = target_of_link(target)
        with drafted(place) as draft:
            draft.write_bytes(made.encode() if isinstance(made, str) else made)
            draft.replace(place)
    except OSError as error:
        raise cannot_write(str(target), error, "choose another place for it") from error
    return target


# -2.5 and +1,234 begin like formulas and are none.
_NUMBER = re.compile(rf"[+\-{MINUS}]?\d[\d,]*(\.\d+)?([eE][+-]?\d+)?")
# As engines write patterns, which cannot look ahead.
_SIGN_RE2 = r"[=+\-@\x{2212}\x{fe62}\x{fe63}\x{fe66}\x{fe6b}\x{ff0b}\x{ff0d}\x{ff1d}\x{ff20}]"
# What nobody sees, without the borders of cells.
_BETWEEN_RE2 = (
    r"[ \x00-\x08\x0b\x0c\x0e-\x1f\x{85}\x{a0}\x{ad}\x{115f}\x{1160}\x{1680}\x{180e}"
    r"\x{2000}-\x{200f}\x{2028}-\x{202f}\x{205f}-\x{206f}\x{2800}\x{3000}\x{3164}"
    r"\x{fe00}-\x{fe0f}\x{feff}\x{fff9}-\x{fffb}]*"
)
AT_RISK = rf"(^|[;\t\n]){_BETWEEN_RE2}{_SIGN_RE2}|[\t\n\r\x{{a0}}]"
"""Cells that `csv_cell` may change, as engines' regular expressions say it: a few of millions."""
_SIGN, _BETWEEN = (
    re.sub(r"\\x\{(\w+)\}", lambda found: chr(int(found[1], 16)), pattern)
    for pattern in (_SIGN_RE2, _BETWEEN_RE2)
)
_FORMULA = re.compile(rf"\A(?=[\t\n]|{_BETWEEN}{_SIGN})|(?<=[;\t\n])(?={_BETWEEN}{_SIGN})")
"""Where a cell begins like a formula: signs of any width, behind what nobody sees; also in the
middle, behind what is a border of cells where the list separator is a semicolon, or on pasting."""


def csv_text(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    r"""Return a table as CSV that no spreadsheet takes for formulas.

    A text that begins like a formula gets an apostrophe before it; a number, also one with a true
    minus as a page has it, stays a number. What is not known stays empty.

    Examples
    --------
    >>> print(csv_text(["a", "b"], [["=1+1", -2.5], ["−3.1", None]]), end="")
    a,b
    '=1+1,-2.5
    -3.1,
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([csv_cell(name) for name in head])
    writer.writerows([csv_cell(cell) for cell in row] for row in rows)
    return out.getvalue()


def csv_cell(cell: Any) -> Any:
    """Return a cell as `csv_text` writes it: no text that a spreadsheet takes for a formula."""
    if isinstance(cell, (dict, list, tuple)):
        cell = json.dumps(cell, ensure_ascii=False, default=str)
    if not isinstance(cell, str):
        return cell
    # A carriage return alone is not quoted, and begins a row elsewhere.
    text = cell.replace(NBSP, " ").replace("\r\n", "\n").replace("\r", "\n")
    if _NUMBER.fullmatch(text):
        return text.replace(MINUS, "-") if text.startswith(MINUS) else text
    return _FORMULA.sub("'", text)


_NUMBER_SQL = r"[+\-]?\d[\d,]*(\.\d+)?([eE][+-]?\d+)?"


def csv_cell_sql(cell: str) -> str:
    """Return SQL for a text as `csv_cell` writes it, but for blanks and minus signs of print."""
    plain = f"replace(replace({cell}, chr(13) || chr(10), chr(10)), chr(13), chr(10))"
    border = r"(\A|[;\t\n])"
    marked = r"'\1' || chr(39) || '\2'"
    safe = f"regexp_replace({plain}, '{border}({_BETWEEN_RE2}{_SIGN_RE2})', {marked}, 'g')"
    return (
        # Tested before it is replaced: replacing copies every text.
        rf"CASE WHEN NOT regexp_matches({cell}, '\A[\t\n]|\r|{_SIGN_RE2}') "
        f"OR regexp_full_match({cell}, '{_NUMBER_SQL}') THEN {cell} "
        rf"ELSE regexp_replace({safe}, '\A([\t\n])', chr(39) || '\1') END"
    )


_RISKY = re.compile(r"[=+\-@\t\r\n]")


def is_risky(text: str) -> bool:
    """Whether a spreadsheet program would read a text as a formula if somebody typed it."""
    return _RISKY.match(text) is not None


def names_of(rows: Rows) -> list[str]:
    """Return the names of all columns, in the order in which they are first met."""
    return list(dict.fromkeys(name for row in rows for name in row))


def arrow_of(rows: Rows, head: Sequence[str] | None = None) -> pa.Table:
    """Return rows as an Arrow table; a column of several kinds is of texts."""
    import pyarrow as pa

    names = names_of(rows) if head is None else head
    return pa.table({name: _column(name, [row.get(name) for row in rows]) for name in names})


_NUMBERS = ("value", "low", "high")
"""Columns that are of numbers also where no row has one."""


def _column(name: str, cells: list[Any]) -> pa.Array:
    """Return a column of one kind: of numbers or truths where all cells are, else of texts."""
    import pyarrow as pa

    kinds = {type(cell) for cell in cells if cell is not None}
    if not kinds and name in _NUMBERS:
        return pa.array(cells, pa.float64())
    if kinds and (kinds <= {int, float} or kinds == {bool}):
        return pa.array(cells, pa.float64() if float in kinds else None)
    return pa.array([_text(cell) for cell in cells], pa.string())


def _text(cell: Any) -> str | None:
    if cell is None or isinstance(cell, str):
        return cell
    # A date is written as a JSON text, whose quotes are taken off again.
    return json.dumps(cell, ensure_ascii=False, default=str).strip('"')


def frame_of(rows: Rows | pa.Table, kind: FrameKind | None = None) -> Any:
    """Return rows as a frame: of Polars, else of pandas, else an Arrow table.

    Parameters
    ----------
    kind
        ``polars``, ``pandas`` or ``pyarrow``; by default the first that is installed.

    Raises
    ------
    MissingExtraError
        If the library that was named is not installed.
    RequestError
        If no library has this name.
    """
    if kind not in (None, "polars", "pandas", "pyarrow"):
        raise RequestError(f"no such kind of frame: {kind}", hint="polars, pandas or pyarrow")
    chosen: str = kind or next(
        (name for name in ("polars", "pandas") if find_spec(name) is not None), "pyarrow"
    )
    # An Arrow table is told by its method: pyarrow is not loaded before it is needed.
    found = rows if hasattr(rows, "to_pandas") else arrow_of(rows)
    if chosen == "pyarrow":
        return found
    if find_spec(chosen) is None:
        raise MissingExtraError(chosen)  # no extra has Polars, and pandas alone is enough here
    if chosen == "pandas":
        return found.to_pandas()
    import polars

    return polars.from_arrow(found)


def form_of(path: Path) -> str:
    """Return the form that the end of a name stands for.

    Raises
    ------
    RequestError
        For another end.
    """
    name = path.name.lower()
    found = [form for form in FORMS if name.endswith(form)]
    if not found:
        raise RequestError(
            f"cannot write this kind of file: {path.name}",
            hint=f"end it in {'.xlsx' if name.endswith('.xls') else ', '.join(FORMS)}",
        )
    # `.sdmx.csv` ends in `.csv` as well.
    return max(found, key=len)


def write_table(path: Path | str, rows: Rows, about: TableAbout | None = None) -> Path:
    """Write rows as the form that the name ends in, whole or not at all.

    Raises
    ------
    RequestError
        For another end, or rows that the form cannot hold.
    MissingExtraError
        For a workbook or a Stata file without the library.
    OutsideError
        If the disk refuses.
    """
    target = Path(path)
    form = form_of(target)
    return write_whole(target, table_bytes(form, rows, about or TableAbout(target.stem)))


def table_bytes(
    form: str, rows: Rows, about: TableAbout, *, head: Sequence[str] | None = None
) -> bytes:
    """Return rows as the bytes of one of `FORMS`; raises as `write_table`.

    Parameters
    ----------
    head
        Names of the columns, which a table without rows has too; by default those of the rows.
    """
    head = list(head) if head is not None else names_of(rows)
    cells = [[row.get(name) for name in head] for row in rows]
    match form:
        case ".csv":
            return csv_text(head, cells).encode()
        case ".json":
            text = json.dumps(list(rows), ensure_ascii=False, indent=1, default=str)
            return f"{text}\n".encode()
        case ".md":
            return markdown_text(head, cells).encode()
        case ".parquet":
            return _parquet(rows, head, about)
        case ".xlsx":
            return _workbook(head, cells, about)
        case ".dta":
            return _stata(rows, about)
        case ".sdmx.csv":
            return csv_text(*_sdmx_cells(head, cells, about.name)).encode()
        case ".zip":
            return _package(head, cells, about)
    raise RequestError(f"no such form: {form}", hint=f"one of: {', '.join(FORMS)}")


class TableResult:
    """A result that has rows: as a frame, and as a file of every form."""

    __slots__ = ()

    def rows(self) -> list[dict[str, Any]]:
        """Return its rows."""
        raise NotImplementedError

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain JSON types."""
        raise NotImplementedError

    def table_bytes(self, form: str) -> bytes:
        """Return its rows as the bytes of one of `FORMS`."""
        return table_bytes(form, self._table_rows(), self._about("table") or TableAbout())

    def _table_rows(self) -> list[dict[str, Any]]:
        return self.rows()  # in a file, with what they have in common

    def _about(self, _name: str) -> TableAbout | None:
        """Return what a file says of its rows; by default its name only."""
        return None

    def to_frame(self, kind: FrameKind | None = None) -> Any:
        """Return its rows as a frame; see `frame_of`."""
        return frame_of(self.rows(), kind)

    def save(self, path: Path | str) -> Path:
        """Write it: ``.json`` has everything, other forms of `write_table` its rows.

        Raises
        ------
        RequestError
            For another end.
        MissingExtraError
            For a workbook or a Stata file without the library.
        OutsideError
            If the disk refuses.
        """
        target = Path(path)
        if target.suffix.lower() == ".json":
            text = json.dumps(self.to_dict(), ensure_ascii=False, indent=1)
            return write_whole(target, f"{text}\n")
        return write_table(target, self._table_rows(), self._about(target.stem))


def markdown_text(head: Sequence[str], cells: Sequence[Sequence[Any]]) -> str:
    """Return a table as Markdown; columns of numbers stand on the right."""
    rows = [[_one_line(cell) for cell in row] for row in cells]
    numeric = [
        bool(cells) and all(_is_number(row[at]) for row in cells if row[at] is not None)
        for at in range(len(head))
    ]
    lines = [list(map(in_markdown, head)), ["---:" if one else "---" for one in numeric], *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _one_line(cell: Any) -> str:
    return "" if cell is None else in_markdown(_text(cell) or "")


def _is_number(cell: Any) -> bool:
    return isinstance(cell, (int, float)) and not isinstance(cell, bool)


def _parquet(rows: Rows, head: Sequence[str], about: TableAbout) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    found = arrow_of(rows, head)
    fields = [
        one.with_metadata({"description": label}) if (label := about.labels.get(one.name)) else one
        for one in found.schema
    ]
    said = {"title": about.title, "description": about.description}
    kept = {key: text for key, text in said.items() if text}
    found = found.cast(pa.schema(fields, metadata=kept or None))
    out = io.BytesIO()
    pq.write_table(found, out)
    return out.getvalue()


def _workbook(head: Sequence[str], cells: Sequence[Sequence[Any]], about: TableAbout) -> bytes:
    return workbook_bytes([(about.name, head, cells)], about)


def workbook_bytes(
    tables: Sequence[tuple[str, Sequence[str], Sequence[Sequence[Any]]]],
    about: TableAbout | None = None,
) -> bytes:
    """Return tables, each with its name and head, as a workbook with a sheet for each.

    What is said about them stands on a last sheet: a workbook is handed on without the command.

    Raises
    ------
    MissingExtraError
        Without the library.
    """
    try:
        import xlsxwriter
    except ImportError as error:
        raise MissingExtraError("XlsxWriter", "excel") from error
    about = about or TableAbout()
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as workbook:
        workbook.set_properties(
            {
                # Excel takes no properties that are longer.
                "title": about.title[:255],
                "author": "Entrepôt",
                "comments": about.description[:255],
                "created": MADE,
            }
        )
        bold = workbook.add_format({"bold": True, "bottom": 1})
        quoted = workbook.add_format({"quote_prefix": True})
        for count, (name, head, cells) in enumerate(tables, 1):
            end = f" {count}" if count > 1 else ""
            # Names of sheets have at most 31 characters, and none of these.
            plain = re.sub(r"[\[\]:*?/\\']", " ", name).strip()[: 31 - len(end)] or "table"
            _fill_sheet(workbook.add_worksheet(plain + end), head, cells, bold, quoted)
        if about.title:
            said = _said_about(about, {name for _, head, _ in tables for name in head})
            # Two sheets of one name are no workbook, whatever their capitals.
            taken = {sheet.get_name().casefold() for sheet in workbook.worksheets()}
            sheet = workbook.add_worksheet("Notes" if "about" in taken else "About")
            _fill_sheet(sheet, ("what", "text"), said, bold, quoted)
    return out.getvalue()


def _said_about(about: TableAbout, names: set[str]) -> list[tuple[str, str]]:
    """Return title, notes, the meaning of each column, and sources, a row each."""
    return [
        ("title", about.title),
        *(("note", line) for line in about.description.splitlines()),
        *((f"column {name}", text) for name, text in about.labels.items() if name in names),
        *(("source", " ".join(filter(None, one))) for one in about.sources),
    ]


def _fill_sheet(
    sheet: Any, head: Sequence[str], cells: Sequence[Sequence[Any]], bold: Any, quoted: Any
) -> None:
    sheet.freeze_panes(1, 0)
    for at, name in enumerate(head):
        sheet.write_string(0, at, name, bold)
        longest = max([len(name), *(len(_text(row[at]) or "") for row in cells)])
        sheet.set_column(at, at, min(60, longest + 2))
    for place, row in enumerate(cells, 1):
        for at, cell in enumerate(row):
            if isinstance(cell, bool):
                sheet.write_boolean(place, at, cell)
            elif _is_number(cell):
                sheet.write_number(place, at, cell)
            elif text := _text(cell):
                # Like a typed apostrophe: the cell stays a text when it is edited.
                look = quoted if is_risky(text) else None
                sheet.write_string(place, at, text[:MOST_TEXT], look)
    if cells:
        sheet.autofilter(0, 0, len(cells), len(head) - 1)


# SDMX-CSV 2.0: what is no number is a dimension, each number a measure.

_SDMX_NAMES = {"period": "TIME_PERIOD", "value": "OBS_VALUE", "status": "OBS_STATUS"}
_SDMX_STATUS = {"ok": "A", "nowcast": "E", "insufficient_data": "O"}
"""In the code list CL_OBS_STATUS: normal, estimated, missing."""


def _sdmx_cells(
    head: Sequence[str], cells: Sequence[Sequence[Any]], name: str
) -> tuple[list[str], Iterable[Sequence[Any]]]:
    """Return the columns and rows of SDMX-CSV 2.0; `name` is that of the dataflow."""
    names = [_SDMX_NAMES.get(one, re.sub(r"\W", "_", one).upper()) for one in head]
    flow = re.sub(r"\W", "_", name).upper() or "TABLE"
    # `I` for information: these rows neither add to a receiver's data nor replace them.
    first = ["dataflow", f"ENTREPOT:{flow}(1.0)", "I"]
    rows: Iterable[Sequence[Any]] = ([*first, *row] for row in cells)
    places = {one: len(first) + at for at, one in enumerate(head)}
    if "status" in places:
        said = places["status"]
        rows = (
            [*row[:said], _SDMX_STATUS.get(row[said], row[said]), *row[said + 1 :]] for row in rows
        )
    if {"period", "freq"} <= places.keys():
        at, freq = places["period"], places["freq"]
        rows = ([*row[:at], _sdmx_time(str(row[at]), row[freq]), *row[at + 1 :]] for row in rows)
    return ["STRUCTURE", "STRUCTURE_ID", "ACTION", *names], rows


def _sdmx_time(day: str, freq: str) -> str:
    """Return the period that begins on a day as SDMX writes it: a day alone would be that day.

    Examples
    --------
    >>> [_sdmx_time("2023-04-01", freq) for freq in "AQMF"]
    ['2023', '2023-Q2', '2023-04', '2023-04-01/P1Y']
    """
    year, month, _ = day.split("-")
    ways = {"A": year, "Q": f"{year}-Q{(int(month) + 2) // 3}", "M": f"{year}-{month}"}
    return ways.get(freq, f"{day}/P1Y" if freq == "F" else day)


# Stata.


def _stata(rows: Rows, about: TableAbout) -> bytes:
    """Return a file of Stata 14 and later; a name that Stata does not take is made shorter."""
    if find_spec("pandas") is None:
        raise MissingExtraError("pandas", "stata")
    plain_rows = [
        # Stata has no truth values.
        {name: int(one) if isinstance(one, bool) else one for name, one in row.items()}
        for row in rows
    ]
    frame = frame_of(plain_rows, "pandas")
    formats: dict[str, str] = {}
    for name in _TIMES:
        starts, kind = _stata_times([row.get(name) for row in rows])
        if kind:
            formats[name] = kind
            # Of the first day pandas makes the number that Stata has for the period.
            frame[name] = [starts[row[name]] for row in rows]
            frame[name] = frame[name].astype("datetime64[s]")
    names: dict[str, str] = {}
    for name in frame.columns:
        plain = re.sub(r"\W", "_", str(name), flags=re.ASCII)
        plain = f"_{plain}" if plain[:1].isdigit() else plain
        short, count = plain[:_MOST_STATA], 2
        while short in names.values():
            short, count = f"{plain[: _MOST_STATA - 3]}_{count}", count + 1
        names[str(name)] = short
    for name in frame.columns:
        # Stata has no missing text: an empty one stands for it.
        if frame[name].dtype.kind not in "fiuM":
            frame[name] = frame[name].astype(object).where(frame[name].notna(), "")
    # Labels of Stata end after 80 characters.
    labels = {names[name]: text[:80] for name, text in about.labels.items() if name in names}
    out = io.BytesIO()
    frame.rename(columns=names).to_stata(
        out,
        write_index=False,
        version=118,
        data_label=about.title[:80],
        variable_labels=labels,
        time_stamp=MADE,
        convert_dates={names[name]: kind for name, kind in formats.items()},
    )
    return out.getvalue()


_TIMES = ("period", "base")
"""Columns of periods."""
_STATA_TIMES = {12: "ty", 6: "th", 3: "tq", 1: "tm"}
"""What Stata calls years, half-years, quarters and months."""


def _stata_times(values: Sequence[Any]) -> tuple[dict[str, str], str]:
    """Return the first day of each period, and the format that all have in Stata, or none.

    As numbers of one format they are a time for ``xtset``; a text is none.
    """
    starts: dict[str, str] = {}
    kinds = set()
    for text in dict.fromkeys(values):
        try:
            period = Period.parse(text if isinstance(text, str) else "")
        except EntrepotError:
            return {}, ""
        months = len(period.split(1))
        is_whole = months in _STATA_TIMES and period.split(months) == [period]
        kinds.add(_STATA_TIMES[months] if is_whole else "")
        starts[text] = period.start.isoformat()
    return starts, kinds.pop() if len(kinds) == 1 else ""


_FIELD_TYPES = {bool: "boolean", int: "integer", float: "number"}


def _package(head: Sequence[str], cells: Sequence[Sequence[Any]], about: TableAbout) -> bytes:
    """Return a Frictionless data package: ``datapackage.json`` and the table as CSV, in a ZIP."""
    name = re.sub(r"[^a-z0-9._-]+", "-", about.name.lower()).strip("-") or "table"
    fields = []
    for at, column in enumerate(head):
        kinds = {type(row[at]) for row in cells if row[at] is not None}
        kind = "number" if kinds == {int, float} else "string"
        kind = _FIELD_TYPES.get(next(iter(kinds)), "string") if len(kinds) == 1 else kind
        kind = "number" if not kinds and column in _NUMBERS else kind
        about_it = {"description": about.labels[column]} if column in about.labels else {}
        fields.append({"name": column, "type": kind} | about_it)
    package: dict[str, Any] = {
        "profile": "tabular-data-package",
        "name": name,
        "title": about.title or about.name,
        "description": about.description,
        "sources": [
            {"title": title} | ({"path": path} if path else {}) for title, path in about.sources
        ],
        "resources": [
            {
                "profile": "tabular-data-resource",
                "name": name,
                "path": f"{name}.csv",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "schema": {"fields": fields, "missingValues": [""]},
            }
        ],
    }
    if not package["sources"]:
        del package["sources"]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for path, text in (
            ("datapackage.json", json.dumps(package, ensure_ascii=False, indent=1)),
            (f"{name}.csv", csv_text(head, cells)),
        ):
            made.writestr(zipfile.ZipInfo(path, MADE.timetuple()[:6]), text.encode())
    return out.getvalue()
