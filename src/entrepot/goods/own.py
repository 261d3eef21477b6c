"""The user's own lists: one CSV each, checked row by row, kept in a folder of the user.

The columns are those of the bundled lists; `code` and `nomenclature` are needed, the rest may be
left out. A row that could mean something else than it says is refused, with its number.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from dataclasses import fields
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from entrepot.errors import BadFileError, OutsideError, RequestError, nearest
from entrepot.files import cannot_write, drafted, read_bytes
from entrepot.goods.links import require_code, without_filling
from entrepot.goods.lists import Act, GoodsList, ListEntry, ListPart
from entrepot.model.product import EDITIONS, TARIFFS, harmonized, known_prefixes
from entrepot.settings import lists_folder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_WORDS = ("all", "inputs", "named")
"""What means something else where goods are asked for."""
_NAME = re.compile(r"[a-z][a-z0-9-]{0,99}")
"""Names of lists; longer ones are no names of files everywhere."""
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How files of spreadsheets begin: .xlsx and .ods, and the old .xls."""


def own_lists(*, skip_broken: bool = False) -> tuple[GoodsList, ...]:
    """Return the lists that were added, by name.

    Raises
    ------
    BadFileError
        If one cannot be read, unless those are skipped.
    """
    found = []
    for path in _paths():
        try:
            found.append(own_list(path))
        except (BadFileError, OutsideError):
            if not skip_broken:
                raise
    return tuple(found)


def own_names() -> tuple[str, ...]:
    """Return the names of the lists that were added, unread."""
    return tuple(path.stem for path in _paths())


def _paths() -> list[Path]:
    """Return the files of lists; what has another name was put there by other means."""
    folder = lists_folder()
    found = sorted(folder.glob("*.csv")) if folder.is_dir() else []
    return [path for path in found if _NAME.fullmatch(path.stem) and path.is_file()]


def own_named(name: str) -> GoodsList:
    """Return a list that was added, by its name."""
    return own_list(lists_folder() / f"{name.lower()}.csv")


def own_list(path: Path) -> GoodsList:
    """Return the list in a file.

    Raises
    ------
    BadFileError
        If it is not a list: the message has the row and the column.
    """
    data = _bytes(path)
    entries = _entries(path.name, data)
    digest = hashlib.sha256(data).hexdigest()[:12]
    days = [entry.starts for entry in entries]
    parts = dict.fromkeys(entry.part for entry in entries if entry.part)
    return GoodsList(
        id=path.stem.lower(),
        title=f"{path.name} (sha256 {digest})",
        short=f"the goods of {path.name}",
        act=Act(path.stem.lower(), "the user's own list", "", "", "", "", (), ()),
        direction="",
        begins=min(days),
        known_until=date.max,
        complete="",
        parts=tuple(ListPart(name, name, "") for name in parts),
        read=lambda: entries,
    )


@lru_cache(maxsize=16)  # one question reads its list a dozen times
def _entries(name: str, data: bytes) -> tuple[ListEntry, ...]:
    return tuple(checked(name, data))


def add_list(path: Path, reserved: set[str]) -> GoodsList:
    """Keep a copy of a list, to be named without its path.

    Parameters
    ----------
    reserved
        Names that bundled lists have.

    Raises
    ------
    BadFileError
        If the file is not a list.
    RequestError
        If its name is taken, or cannot be one.
    OutsideError
        If it cannot be written.
    """
    found = own_list(path)
    if found.id in reserved or found.id in _WORDS:
        raise RequestError(
            f"there is a list called {found.id}", where=str(path), hint="give the file another name"
        )
    if not _NAME.fullmatch(found.id):
        raise RequestError(
            f"{found.id!r} cannot be the name of a list",
            where=str(path),
            why="it would be read as codes, a part or a day",
            hint="name the file with up to 100 letters, digits and hyphens, such as my-list.csv",
        )
    target = lists_folder() / f"{found.id}.csv"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with drafted(target) as draft:
            draft.write_bytes(_bytes(path))
            draft.replace(target)
    except OSError as error:
        hint = "name a folder that can be written with ENTREPOT_LISTS"
        raise cannot_write("the list", error, hint, where=str(target)) from error
    return own_list(target)


def remove_list(name: str) -> None:
    """Forget a list that was added.

    Raises
    ------
    RequestError
        If there is none of that name.
    """
    if not is_own(name):
        raise RequestError(
            f"no list of your own is called {name!r}", hint="see: entrepot goods list"
        )
    (lists_folder() / f"{name.lower()}.csv").unlink()


def is_own(name: str) -> bool:
    """Whether a list of this name was added."""
    known = _NAME.fullmatch(name.lower())
    return bool(known) and (lists_folder() / f"{name.lower()}.csv").is_file()


def _bytes(path: Path) -> bytes:
    return read_bytes(path)


# Check a list of the user row by row: what could mean something else than it says is refused.


_COLUMNS = tuple(field.name for field in fields(ListEntry))
_NEEDED = ("code", "nomenclature")
_DAYS = ("adopted", "applies", "seen_from", "not_before", "valid_to", "wind_down")
_CERTAINTIES = ("primary", "secondary", "inferred")
LONGEST = {"JPT": 9, "TWT": 11}
"""Tariffs whose longest codes have an odd number of digits."""
ALWAYS = date(1988, 1, 1)
"""From when an entry without a day counts."""


def checked(name: str, data: bytes) -> Iterator[ListEntry]:
    """Yield the entries of a list.

    Parameters
    ----------
    name
        Of the file, for messages.
    data
        CSV with a header, in UTF-8.

    Raises
    ------
    BadFileError
        With row and column, for anything that is not an entry of a list.
    """
    if data.startswith(_WORKBOOKS):
        raise BadFileError(
            "is a workbook, not a CSV file",
            where=name,
            hint="save the sheet as CSV in UTF-8, with the columns code and nomenclature",
        )
    try:
        # With the byte order mark that spreadsheets put in front, or without.
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadFileError(
            "is not text in UTF-8", where=f"{name}, byte {error.start}", hint="save it as UTF-8"
        ) from error
    # strict: a quote out of place is an error, and does not swallow the lines after it.
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    _require_columns(name, list(reader.fieldnames or ()))
    seen: dict[tuple[str, str], list[tuple[int, ListEntry]]] = {}
    try:
        for row in reader:
            where = f"{name}, row {reader.line_num}"
            # The reader puts cells too many under None, and None into cells that are missing.
            if None in row or None in row.values():
                raise BadFileError("has too few or too many cells", where=where)
            entry = _entry({column: cell.strip() for column, cell in row.items()}, where)
            alike = seen.setdefault((entry.code, entry.part), [])
            _require_apart(entry, alike, where)
            alike.append((reader.line_num, entry))
            yield entry
    except csv.Error as error:
        where = f"{name}, row {reader.line_num + 1}"
        raise BadFileError(f"cannot be read: {error}", where=where) from error
    if not seen:
        raise BadFileError("has no row", where=name, hint="write one code a row")


def _require_columns(name: str, columns: list[str]) -> None:
    where, hint = f"{name}, row 1", f"columns are {', '.join(_COLUMNS)}; code, nomenclature needed"
    for column in columns:
        if column not in _COLUMNS:
            near = nearest(column, _COLUMNS)
            guess = f"did you mean {' or '.join(near)}? " if near else ""
            raise BadFileError(f"unknown column {column!r}", where=where, hint=guess + hint)
        if columns.count(column) > 1:
            raise BadFileError(f"column {column} twice", where=where)
    for column in _NEEDED:
        if column not in columns:
            why = (
                "a code can be other goods in another edition of the Harmonized System"
                if column == "nomenclature"
                else ""
            )
            raise BadFileError(f"no column {column}", where=where, why=why, hint=hint)


def _entry(row: dict[str, str], where: str) -> ListEntry:
    nomenclature = row["nomenclature"]
    if not nomenclature:
        raise BadFileError(
            "no edition",
            where=f"{where}, column nomenclature",
            why="a code can be other goods in another edition of the Harmonized System",
            hint="write HS2022, HS2017, CN2024, ...",
        )
    try:
        edition = harmonized(nomenclature).id
    except RequestError as error:
        known = ", ".join([*(one.id for one in EDITIONS), *(f"{one}2024" for one in TARIFFS)])
        raise BadFileError(
            f"unknown edition {nomenclature!r}",
            where=f"{where}, column nomenclature",
            hint=f"one of: {known} (or another year)",
        ) from error
    _require_code(row["code"], nomenclature, edition, f"{where}, column code")
    days = {name: _day(row.get(name, ""), f"{where}, column {name}") for name in _DAYS}
    start = days["applies"] or days["adopted"] or days["seen_from"]
    end = days["valid_to"]
    if start and end and end < start:
        raise BadFileError(
            f"leaves the list on {end}, before it is on it ({start})",
            where=f"{where}, column valid_to",
            hint="check the days",
        )
    ends = days["wind_down"]
    if start and ends and ends < start:
        raise BadFileError(
            f"earlier contracts end on {ends} (wind_down), before it is on the list ({start})",
            where=f"{where}, column wind_down",
            why="it is the last day on which contracts made before the listing may be served",
            hint="check the days",
        )
    if days["not_before"] and (start is None or start <= days["not_before"]):
        raise BadFileError(
            f"not on the list on {days['not_before']} (not_before), "
            + ("and no later day given" if start is None else f"and on it from {start}"),
            where=f"{where}, column not_before",
            hint="give the day of a text that has it (seen_from), or leave not_before empty",
        )
    # Empty stays empty: that it was read in an official text is for the owner of the list to say.
    certainty = row.get("certainty", "")
    if certainty and certainty not in _CERTAINTIES:
        raise BadFileError(
            f"unknown certainty {certainty!r}",
            where=f"{where}, column certainty",
            hint=f"one of: {', '.join(_CERTAINTIES)}",
        )
    ex = row.get("ex", "").lower() or "no"
    if ex not in ("yes", "no"):
        raise BadFileError(
            f"ex is {ex!r}", where=f"{where}, column ex", hint="write yes or no, or leave it empty"
        )
    texts = {name: row.get(name, "") for name in ("part", "wording", "act", "article", "note")}
    return ListEntry(
        code=row["code"],
        nomenclature=nomenclature,
        ex=ex == "yes",
        certainty=certainty,
        # A day of application settles the days before it too, for which `ListEntry.on` looks here.
        adopted=days["adopted"] or (None if days["applies"] is None else start),
        applies=days["applies"],
        seen_from=days["seen_from"] or start or ALWAYS,
        not_before=days["not_before"],
        valid_to=end,
        wind_down=days["wind_down"],
        **texts,
    )


def _require_code(code: str, nomenclature: str, edition: str, where: str) -> None:
    longest = LONGEST.get(nomenclature[:-4], 10)
    if not (code.isascii() and code.isdigit() and 2 <= len(code) <= longest):
        raise BadFileError(
            f"not a code: {code!r}",
            where=where,
            hint="write yes in the column ex, and the code alone"
            if code.lower().startswith("ex")
            else f"write 2 to {longest} digits without points and spaces",
        )
    if len(code) % 2 and len(code) != longest:
        with_zero = f"0{code}"
        again = known_prefixes(min(6, len(with_zero))).get(with_zero[:6])
        guess = f"did you mean {with_zero}? " if again and edition in again else ""
        raise BadFileError(
            f"{code} has {len(code)} digits",
            where=where,
            why="spreadsheets lose leading zeros",
            hint=f"{guess}keep codes as text",
        )
    head = code[:6]
    if len(code) > 6 and nomenclature == edition:
        raise BadFileError(
            f"{code} has {len(code)} digits, and {edition} has six",
            where=where,
            why="longer codes are lines of a national tariff, and differ from one to another",
            hint="write the tariff it belongs to, such as CN2024, or its first six digits and ex",
        )
    try:
        require_code(head, edition)
    except RequestError as error:
        filled = without_filling(code, edition)
        hint = f"did you mean {filled}, all of it?" if filled != code else error.hint
        raise BadFileError(error.what, where=where, why=error.why, hint=hint) from error


def _require_apart(entry: ListEntry, others: list[tuple[int, ListEntry]], where: str) -> None:
    for number, other in others:
        first, second = sorted((entry, other), key=lambda one: one.starts)
        if first.valid_to is None or first.valid_to >= second.starts:
            raise BadFileError(
                f"{entry.code} is on the list already (row {number})",
                where=where,
                why="two rows for one code and time would count it twice",
                hint="let the first end (valid_to) before the second begins, or remove one",
            )


def _day(text: str, where: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadFileError(f"not a day: {text!r}", where=where, hint="write 2024-02-23") from error
