"""A screening, as a notebook shows it and as files: hits first, and what is not known said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from entrepot.errors import RequestError
from entrepot.figures import links_loaded
from entrepot.figures.card import fragment, table_html
from entrepot.figures.screening import LEGAL, Screening, hubs_in, read_file, screen
from entrepot.files import cannot_write, drafted, expanded, require_target, target_of_link
from entrepot.goods.screening import STATUSES
from entrepot.lake import Lake
from entrepot.model.display import folded
from entrepot.model.table_files import AT_RISK, csv_cell, frame_of
from entrepot.report.screening_text import as_data, summary_line, title_of
from entrepot.report.screening_workbook import INNER, workbook

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Sequence

    import pyarrow as pa

    from entrepot.model.table_files import FrameKind

FORMS = (".xlsx", ".csv", ".parquet", ".json")
_PIECE = 2**17  # lines that are written at once


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
        yield found.rows(start, _PIECE).drop_columns(list(INNER))


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
    risky = pc.match_substring_regex(column, AT_RISK)
    if not pc.any(risky).as_py():
        return column
    texts = pc.unique(pc.filter(column, pc.fill_null(risky, fill_value=False))).to_pylist()
    mended = pa.array([str(csv_cell(text)) for text in texts], column.type)
    # Null where a cell is not at risk; `take` gives null for it, and `coalesce` the cell itself.
    known = pc.index_in(column, pa.array(texts, column.type))
    return pc.coalesce(pc.take(mended, known), column)
