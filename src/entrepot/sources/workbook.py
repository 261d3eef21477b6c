"""Excel workbooks (.xls, .xlsx, .xlsb) as plain rows of cells, read at arm's length.

A workbook of two cells can ask for half a terabyte of memory, and the library that reads it then
ends the whole program. So it runs in a process of its own, with a limit on memory and time.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import zipfile
import zlib
from datetime import date, datetime, time, timedelta
from importlib.util import find_spec
from io import BytesIO
from typing import TYPE_CHECKING, Any

from entrepot.errors import BadFileError, MissingExtraError
from entrepot.sources import workbook_child
from entrepot.sources.workbook_holes import Hole, holes, merged

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Cell", "cell_text", "is_workbook", "merged_cells", "sheet_rows", "sheets"]

Cell = str | int | float | bool | datetime | date | time | timedelta

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BOOKS = {"xl/workbook.xml", "xl/workbook.bin"}
_MOST_BYTES = 2**30  # unpacked: a million rows of twelve columns take half of it
_SECONDS = 120


def is_workbook(path: Path) -> bool:
    """Whether a file is an Excel workbook, judged by its content."""
    with path.open("rb") as opened:
        start = opened.read(8)
    if start == _OLE:
        return True
    if not start.startswith(_ZIP):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return not _BOOKS.isdisjoint(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError):
        return False


def sheets(path: Path, where: str) -> tuple[str, ...]:
    """Return the names of the sheets with cells, hidden ones too, in the order of the workbook.

    Parameters
    ----------
    path, where
        The workbook, and its name for messages.

    Raises
    ------
    BadFileError
        If it is no workbook, damaged, locked, or unpacks to more than a gigabyte.
    MissingExtraError
        If the extra ``excel`` is not installed.
    """
    return tuple(_ask(path, where))


def sheet_rows(path: Path, sheet: str, where: str) -> list[list[Cell]]:
    """Return the rows of a sheet from cell A1 on, all of one length.

    An empty cell is an empty text; numbers are floats; a formula gives the value stored with it.
    A cell of an .xlsx file with an error gives its text (``#N/A``); those of .xls and .xlsb come
    out empty.

    Parameters
    ----------
    path, sheet, where
        The workbook, the name of the sheet, and the name of the workbook for messages.

    Raises
    ------
    BadFileError
        As `sheets` does; if there is no such sheet; if it spans more than twelve million cells;
        if a formula of an .xlsx file has no value stored.
    MissingExtraError
        If the extra ``excel`` is not installed.
    """
    rows: list[list[Cell]] = _ask(path, where, sheet)
    if not _is_zip(path):
        return rows
    try:
        for hole in holes(path, sheet):
            if hole.text is None or hole.row > len(rows) or hole.column > len(rows[0]):
                raise _no_value(hole, sheet, where)
            rows[hole.row - 1][hole.column - 1] = hole.text
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError) as error:
        raise _unreadable(str(error), where) from error
    return rows


def merged_cells(path: Path, sheet: str) -> list[tuple[str, int, int]]:
    """Return the merged cells of a sheet of an .xlsx file: the first of each, first and last row.

    All but the first come out of `sheet_rows` as empty. Other kinds of workbooks do not say.
    """
    if not _is_zip(path):
        return []
    try:
        return list(merged(path, sheet))
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError):
        return []  # whoever reads the rows says what is wrong


def cell_text(cell: Cell) -> str:
    """Return a cell as text: whole numbers without a point, dates as ISO 8601 has them.

    Examples
    --------
    >>> cell_text(10110.0), cell_text(0.5), cell_text(" 01 "), cell_text(True)
    ('10110', '0.5', ' 01 ', 'TRUE')
    """
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 2**53:
        return str(int(cell))
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)


def _is_zip(path: Path) -> bool:
    with path.open("rb") as opened:
        return opened.read(4) == _ZIP


def _ask(path: Path, where: str, sheet: str | None = None) -> list[Any]:
    """Let the other process read names of sheets, or the rows of one."""
    _distrust(path, where)
    if find_spec("python_calamine") is None:
        raise MissingExtraError("python-calamine", "excel")
    command = [sys.executable, "-P", workbook_child.__file__, str(path.resolve())]
    paths = os.pathsep.join(entry for entry in sys.path if entry)
    try:
        done = subprocess.run(
            command + ([sheet] if sheet is not None else []),
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            env={**os.environ, "PYTHONPATH": paths},
        )
    except subprocess.TimeoutExpired as error:
        raise _unreadable(f"not read within {_SECONDS} seconds", where) from error
    if done.returncode or not done.stdout:
        raise _unreadable("reading it takes too much memory, or fails", where)
    parts = BytesIO(done.stdout)
    found: list[Any] = []
    while parts.tell() < len(done.stdout):
        word, held = pickle.load(parts)
        if word == "error":
            raise _unreadable(held, where if sheet is None else f"{where}, sheet {sheet!r}")
        found += held
    return found


def _distrust(path: Path, where: str) -> None:
    if not is_workbook(path):
        raise BadFileError(
            "not an Excel workbook",
            where=where,
            why="a failed download often leaves a web page under the name of the file",
            hint="give an .xls, .xlsx or .xlsb file; save other kinds as one of them, or as CSV",
        )
    if not _is_zip(path):
        return
    with zipfile.ZipFile(path) as archive:
        size = sum(member.file_size for member in archive.infolist())
    if size > _MOST_BYTES:
        raise BadFileError(
            f"a workbook that unpacks to {size:,} bytes",
            where=where,
            why="more than a gigabyte is more than a workbook of this kind holds",
            hint="save the sheet that is wanted as CSV",
        )


def _unreadable(what: str, where: str) -> BadFileError:
    return BadFileError(
        f"the workbook cannot be read: {what}",
        where=where,
        hint="open it in a spreadsheet program and save it again, or save the sheet as CSV",
    )


def _no_value(hole: Hole, sheet: str, where: str) -> BadFileError:
    return BadFileError(
        "a formula without a value",
        where=f"{where}, sheet {sheet!r}, cell {hole.cell}",
        why="formulas are not worked out here, so its number would be missing without a word",
        hint="open the file in a spreadsheet program and save it, which stores the values",
    )
