"""Opening a file of Comtrade, text with commas or tabs or Parquet, and finding rows in it."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from entrepot.errors import BadFileError, nearest
from entrepot.model.columns import read_table
from entrepot.sources.parquet import cell_text, find_parquet_rows, is_parquet, parquet_types
from entrepot.sources.strict import find_rows, literal
from entrepot.sources.temp_tables import is_small
from entrepot.sources.text import column_faults, header, separator

if TYPE_CHECKING:
    import duckdb

    from entrepot.sources.parser import FileTable


@dataclass(frozen=True, slots=True)
class ComtradeFile:
    """One table of Comtrade.

    Attributes
    ----------
    path, name
        Plain file, and its name for messages.
    layout
        ``v1``, ``legacy`` or ``narrow``.
    columns
        Column of each role.
    types
        DuckDB type of every column, in their order.
    delim
        What separates columns; empty for Parquet.
    edition
        Edition of the product codes where the file does not say it, e.g. ``HS2022``.
    """

    path: Path
    name: str
    layout: str
    columns: dict[str, str]
    types: dict[str, str]
    delim: str
    edition: str

    @property
    def is_kept(self) -> bool:
        """Whether its checked rows are kept: text, and what is small; Parquet answers quickly."""
        # Text is parsed once for several queries; columns of Parquet are read again faster than
        # stored.
        return bool(self.delim) or is_small(self.path)

    @property
    def rows(self) -> str:
        """Name of its checked rows in the connection, from `entrepot.sources.comtrade.stage`."""
        return "comtrade_kept" if self.is_kept else "comtrade_row"

    @property
    def lacks(self) -> tuple[str, ...]:
        """Which of the codes that tell a total from its parts are not in the file."""
        return tuple(role for role in CODES if role not in self.columns)


def opened(connection: duckdb.DuckDBPyConnection, table: FileTable) -> ComtradeFile:
    """Return the table with what its header says.

    Raises
    ------
    BadFileError
        If it is damaged, or has not the columns of Comtrade.
    """
    if is_parquet(table.path):
        types, delim = parquet_types(connection, table.path, table.name), ""
    else:
        delim = separator(table.path, table.name)
        names = [name or NAMELESS for name in header(table.path, table.name, delim)]
        if _has_end(table.path, len(names), delim):
            names.append(END)
        layout_of(names, table.name)  # before a name that is there twice becomes one
        types = dict.fromkeys(names, "VARCHAR")
    layout, columns = layout_of(list(types), table.name)
    return ComtradeFile(
        table.path, table.name, layout.id, columns, types, delim, table.nomenclature
    )


def _has_end(path: Path, width: int, delim: str) -> bool:
    """Whether rows end with a comma that the header has not."""
    # Two lines with a bound each: only the number of cells in the first row of data is wanted.
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as text:
        lines = [text.readline(2**20), text.readline(2**20)]
    cells = next(csv.reader([lines[1]], delimiter=delim), [])
    return len(cells) == width + 1 and not cells[-1].strip()


def places(
    connection: duckdb.DuckDBPyConnection, file: ComtradeFile, wanted: dict[str, set[str]]
) -> str:
    """Return in words where rows stand whose cells are among those wanted, by role."""
    asked = {file.columns[role]: cells for role, cells in wanted.items() if role in file.columns}
    if file.delim:
        names = list(file.types)
        tests = [(names.index(column), cells) for column, cells in asked.items()]
        found = find_rows(
            file.path,
            file.name,
            lambda row: all(_bare(row[at]) in cells for at, cells in tests),
            file.delim,
        )
    else:
        condition = " AND ".join(
            # Cells lose zeros in front and .0 as those that are wanted have: 4, 004 and 4.0 are one
            # code.
            f"ltrim(replace({cell_text(column, file.types[column])}, '.0', ''), '0') IN "
            f"({', '.join(map(literal, sorted(cells)))})"
            for column, cells in asked.items()
        )
        found = find_parquet_rows(connection, file.path, file.name, condition)
    shown = ", ".join(map(str, found[:6])) + (" ..." if len(found) > 6 else "")
    return f"{file.name}, row{'s' if len(found) > 1 else ''} {shown}" if found else file.name


def _bare(cell: str) -> str:
    return cell.strip().removesuffix(".0").lstrip("0")


# Which columns a file of Comtrade has, under whichever spelling, and what each of them is.


CODES = ("customs", "mot", "partner2")
"""Roles of the codes that tell a total from its parts."""
NAMELESS = "(unnamed 0)"
"""Name given to a column without one: row numbers, as pandas writes them."""
END = "(end)"
"""Name given to the cell after a comma at the end of every row."""

_INDEX = frozenset({"unnamed0", "unnamed1", "x1", "rownames"})  # row numbers of pandas and R


@dataclass(frozen=True, slots=True)
class ComtradeLayout:
    """How one kind of file is laid out.

    Attributes
    ----------
    id
        ``v1``, ``legacy`` or ``narrow``.
    roles, ignored
        Role of each column, and columns that are not needed, by name without case and signs.
    needed
        Roles without which nothing can be read.
    """

    id: str
    roles: dict[str, str]
    ignored: frozenset[str]
    needed: frozenset[str]


_ALWAYS = frozenset({"period", "reporter", "partner", "flow", "product", "value"})


@cache
def _layouts() -> tuple[ComtradeLayout, ...]:
    """Return the layouts in ``columns.csv``, which has no role for columns that are not needed.

    They are known by name too, so that a column which is new to us is refused and not passed over.
    Names are compared without case, blanks and signs, so that "Trade Value (US$)",
    "Trade.Value..US.." and "primary_value" of other programs are found.
    """
    roles: dict[str, dict[str, str]] = {}
    for row in read_table(Path(__file__).with_name("columns.csv"), ("layout", "name", "role")):
        roles.setdefault(row["layout"], {})[row["name"]] = row["role"]
    return tuple(
        ComtradeLayout(
            one,
            {name: role for name, role in names.items() if role},
            frozenset(name for name, role in names.items() if not role),
            _ALWAYS | {"edition"} if one == "legacy" else _ALWAYS,
        )
        for one, names in roles.items()
    )


def layout_of(columns: list[str], where: str) -> tuple[ComtradeLayout, dict[str, str]]:
    """Return the layout of a file and the column of each role that it has.

    Raises
    ------
    BadFileError
        If columns are missing, doubled or not known: nothing is skipped that nobody has named.
    """
    plain = [_plain(name) for name in columns]
    # Most columns in common; which are missing for it decides afterwards.
    layout = max(_layouts(), key=lambda one: len(one.roles.keys() & set(plain)))
    found = {
        layout.roles[name]: column
        for name, column in zip(plain, columns, strict=True)
        if name in layout.roles
    }
    missing = sorted(
        next(name for name, role in layout.roles.items() if role == one)
        for one in layout.needed - found.keys()
    )
    known = layout.roles.keys() | layout.ignored | _INDEX | {_plain(END)}
    extra = [column for name, column in zip(plain, columns, strict=True) if name not in known]
    twice = sorted({name for name in plain if plain.count(name) > 1})
    # The last test: two columns of one role, such as year and period of narrow files.
    if missing or extra or twice or len(found) < len(set(plain) & layout.roles.keys()):
        raise _refused(missing, extra, twice, where, frozenset(known))
    return layout, found


def _plain(name: str) -> str:
    """Return a name without case and signs: ``Period Desc.`` and ``period_desc`` are one."""
    # R writes X in front of a name that begins with a digit: X2nd.Partner.Code.
    return re.sub(r"[^a-z0-9]", "", name.lower()).removeprefix("x" if "2nd" in name else "")


def _refused(
    missing: list[str], extra: list[str], twice: list[str], where: str, known: frozenset[str]
) -> BadFileError:
    faults = column_faults(missing=missing, extra=extra, twice=twice)
    near = nearest(extra[0], known) if extra else []
    return BadFileError(
        f"not the columns of UN Comtrade: {faults or 'one thing in two columns'}",
        where=f"{where}, row 1",
        why="an unknown column may say what the others do not: parts, units, another year",
        hint=(f"is {extra[0]} meant to be {near[0]}? " if near else "")
        + "give the file as Comtrade ships it, or any table with a mapping: data add table",
    )


# JSON of Comtrade's interface, written as the table that its CSV would be.


MAX_ANSWER = 384 * 2**20
"""Bytes of one answer; 250,000 rows, the most that the interface sends, have about 300 million."""
_TOP = {"data", "count", "error", "elapsedTime"}


def is_answer(path: Path) -> bool:
    """Whether a text begins as JSON does."""
    with path.open("rb") as opened:
        # A CSV of Comtrade begins with a name or a quote, never with a brace.
        return opened.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"[")


def table_of(path: Path, scratch: Path, where: str) -> Path:
    """Return the rows of an answer as a CSV file in which row 2 is the first of them.

    Raises
    ------
    BadFileError
        If it is not an answer of Comtrade, says that there was an error, or is not complete.
    """
    if path.stat().st_size > MAX_ANSWER:
        raise BadFileError(
            f"an answer of more than {MAX_ANSWER // 2**20} MiB", where=where, hint="split it"
        )
    records = _records(_loaded(path, where), where)
    # Records may lack fields, so names are collected over all of them, in order of appearance.
    names = list(dict.fromkeys(name for record in records for name in record))
    target = scratch / f"{path.stem}.answer.csv"
    try:
        with target.open("w", encoding="utf-8", newline="") as opened:
            writer = csv.writer(opened)
            writer.writerow(names)
            for place, record in enumerate(records):
                writer.writerow([_cell(record.get(name), where, place, name) for name in names])
    except UnicodeEncodeError as error:
        raise BadFileError(
            "text with half of a sign, which JSON can write and nothing else",
            where=where,
            hint="download it again",
        ) from error
    return target


def _loaded(path: Path, where: str) -> Any:
    try:
        with path.open(encoding="utf-8-sig") as opened:
            # Python's JSON accepts NaN and Infinity, and keeps the last of two equal names; neither
            # is taken.
            return json.load(opened, parse_constant=_no_number, object_pairs_hook=_record)
    except (ValueError, RecursionError) as error:
        raise BadFileError(
            f"not JSON, or cut off ({str(error)[:200]})",
            where=where,
            why="rows at its end would be missing without a word",
            hint="download it again",
        ) from error


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a number")


def _record(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(pairs)
    if len(record) < len(pairs):
        raise ValueError("one name twice in one place, and nothing says which counts")
    return record


def _records(answer: Any, where: str) -> list[dict[str, Any]]:
    records = answer if isinstance(answer, list) else None
    if isinstance(answer, dict):
        _require_complete(answer, where)
        records = answer["data"]
    if not isinstance(records, list) or not all(isinstance(one, dict) for one in records):
        raise BadFileError(
            "not a list of rows",
            where=where,
            why='an answer of Comtrade is {"data": [...], "count": ..., "error": ""}',
            hint="give the answer as it came",
        )
    if not records:
        raise BadFileError(
            "an answer without rows",
            where=where,
            why="Comtrade has nothing for what was asked, or not yet",
            hint="ask for another period, reporter or product",
        )
    return records


def _require_complete(answer: dict[str, Any], where: str) -> None:
    if answer.get("error"):
        raise BadFileError(
            f"Comtrade answered with an error: {str(answer['error'])[:200]}",
            where=where,
            hint="ask again, for less at a time",
        )
    extra = sorted(answer.keys() - _TOP)
    if "data" not in answer or extra:
        raise BadFileError(
            "not an answer of Comtrade's interface: "
            + (f"unknown {', '.join(extra[:6])}" if "data" in answer else "it has no data"),
            where=where,
            why='expected {"data": [...], "count": ..., "error": ""}',
            hint="answers of the interface before 2022 (dataset, validation) are not read",
        )
    count, data = answer.get("count"), answer["data"]
    # Fewer rows than are counted: the answer was cut off on its way.
    if isinstance(data, list) and count is not None and count != len(data):
        raise BadFileError(
            f"{len(data):,} rows, where the answer counts {str(count)[:20]}",
            where=where,
            why="the rest would be missing without a word",
            hint="ask for less at a time, so that all rows come",
        )


def _cell(value: Any, where: str, place: int, name: str) -> str:
    if value is None:
        return ""
    if isinstance(value, bool | int | float | str):
        return str(value)
    raise BadFileError(
        f"a {type(value).__name__} where a number or text is expected",
        where=f"{where}, item {place + 1} of data, {name}",
        hint="give the answer as it came",
    )
