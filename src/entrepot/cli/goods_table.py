"""The user's own table: read, and every row of it matched against lists."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from entrepot.errors import BadFileError, RequestError, UnknownNameError
from entrepot.files import read_bytes, require_file

if TYPE_CHECKING:
    from pathlib import Path

    from entrepot.goods import Links
    from entrepot.goods.match import Matcher

__all__ = ["Matched", "matched"]

_MATCHED = (
    "list", "part", "list_code", "list_nomenclature", "certainty", "status", "reason",
)  # fmt: skip
_SHOWN = 5
NOT_KNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Matched:
    """What a table was matched to.

    Attributes
    ----------
    rows
        One for each match, and one with an empty `list` for a row that meets none.
    left_out
        Lists that cannot be followed into the edition of the table.
    unsettled
        Why rows that meet no list may be on one all the same.
    """

    rows: list[dict[str, Any]]
    left_out: tuple[str, ...]
    unsettled: tuple[str, ...]


_LARGEST = 2**28  # bytes of a table of codes


def matched(
    path: Path,
    column: str,
    edition: str,
    links: Links | None,
    against: list[str],
    day: str | None,
) -> Matched:
    """Match a column of a table against lists.

    Parameters
    ----------
    against
        Names of lists; empty takes all of those that can be followed into `edition`.
    day
        A day, or the column that has one; None takes all the time that is known.

    Raises
    ------
    UnknownNameError
        For an unknown list, column or edition.
    RequestError
        If a row has no code of the edition: the message names the row and counts the others.
    """
    from entrepot.goods import goods_list, goods_lists
    from entrepot.goods.match import Matcher

    lists = [goods_list(name) for name in against] or list(goods_lists())
    matcher = Matcher(lists, edition, links, all_of_them=bool(against))
    header, rows = _read(path)
    if column not in header:
        raise UnknownNameError("column", column, header, where=str(path))
    place = header.index(column)
    day_place = header.index(day) if day in header else None
    fixed = _day(day, str(path)) if day and day_place is None else None
    found: list[dict[str, Any]] = []
    refused: list[tuple[int, RequestError]] = []
    for number, row in rows:
        try:
            on = _day(row[day_place], "") if day_place is not None else fixed
            found += _of_row(matcher, number, row[place], on)
        except RequestError as error:
            refused.append((number, error))
    if refused:
        raise _refusal(path, refused, len(rows))
    days = {row["day"] for row in found if row["status"] == NOT_KNOWN and not row["list"]}
    open_ = {why: None for day in days for why in matcher.unsettled(_or_none(day))}
    return Matched(found, matcher.left_out, tuple(open_))


def _or_none(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _of_row(matcher: Matcher, number: int, code: str, day: date | None) -> list[dict[str, Any]]:
    base = {"row": number, "code": code, "day": str(day or "")}
    if not code.strip():
        return [base | dict.fromkeys(_MATCHED, "") | {"reason": "no code in this row"}]
    matches = [one.to_dict() for one in matcher.match(code, day)]
    if not matches:
        unsettled = matcher.unsettled(day)
        status = NOT_KNOWN if unsettled else "not listed"
        return [base | dict.fromkeys(_MATCHED, "") | {"status": status}]
    return [base | {name: one[name] for name in _MATCHED} for one in matches]


def _refusal(path: Path, refused: list[tuple[int, RequestError]], rows: int) -> RequestError:
    number, first = refused[0]
    where = f"{path}, row {number}"
    if others := [str(other) for other, _ in refused[1 : _SHOWN + 1]]:
        more = " ..." if len(refused) > _SHOWN + 1 else ""
        where += f"; {len(refused)} of {rows} rows in all, also {', '.join(others)}{more}"
    return RequestError(first.what, where=where, why=first.why, hint=first.hint)


def _read(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Return the header of a table, and its rows as text, numbered as an editor shows them."""
    require_file(path, most=_LARGEST)
    if path.suffix.lower() in (".xls", ".xlsx", ".ods"):
        raise RequestError(
            f"{path.name} is a workbook", hint="save the sheet as CSV (UTF-8), codes as text"
        )
    return _parquet(path) if path.suffix.lower() == ".parquet" else _text(path)


def _parquet(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        held = pq.read_table(path)
    except (pa.ArrowException, OSError) as error:
        raise BadFileError("not a Parquet file", where=str(path), hint="check the file") from error
    columns = [held.column(name).to_pylist() for name in range(held.num_columns)]
    rows = [
        (number, ["" if cell is None else str(cell) for cell in cells])
        for number, cells in enumerate(zip(*columns, strict=True), start=1)
    ]
    return held.column_names, rows


def _text(path: Path) -> tuple[list[str], list[tuple[int, list[str]]]]:
    try:
        text = read_bytes(path, most=_LARGEST).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadFileError("not text in UTF-8", where=str(path), hint="save as UTF-8") from error
    first = text.partition("\n")[0]
    delimiter = max(",;\t|", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[int, list[str]]] = []
    read = 0
    try:
        for row in reader:
            read = reader.line_num
            rows += [(read, row)] if row else []
    except csv.Error as error:
        where = f"{path}, row {read + 1}"
        raise BadFileError(f"cannot be read: {error}", where=where) from error
    if not rows:
        raise BadFileError("the file is empty", where=str(path))
    header = rows[0][1]
    return header, [(number, row + [""] * (len(header) - len(row))) for number, row in rows[1:]]


def _day(text: str, where: str) -> date:
    try:
        return date.fromisoformat(text[:10])
    except ValueError as error:
        raise RequestError(
            f"neither a day nor a column: {text!r}", where=where, hint="write 2024-02-23"
        ) from error
