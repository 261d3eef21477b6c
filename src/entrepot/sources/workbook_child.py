"""Run as a program of its own: read one workbook and write its cells to standard output.

It imports nothing of ours, so that it starts at once; only `workbook` starts it.
"""

from __future__ import annotations

import os
import pickle
import sys
from contextlib import suppress
from itertools import groupby, islice
from operator import itemgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from python_calamine import CalamineSheet, CalamineWorkbook

MOST_CELLS = 12_000_000
_MEMORY = 768 * 2**20
_MEMORY_A_BYTE = 100
_MOST_MEMORY = 3 * 2**30
_AT_ONCE = 10_000
# As of Parquet: a small file can be made to fill the memory.
_FREE, _MAX_RATIO = 32 * 2**20, 250
# Empty columns in a sequence: a table without names, of which few rows are given, has fewer.
_MOST_EMPTY = 250
_SOME_ROWS = 64


def main(path: str, sheet: str | None = None) -> None:
    """Write pickled pairs: ``("held", names or rows)`` as often as needed, or ``("error", why)``.

    Parameters
    ----------
    path
        The workbook.
    sheet
        Whose rows to write; without it, the names of all sheets are written.
    """
    from python_calamine import CalamineError, PasswordError

    with suppress(ImportError, ValueError):  # Windows has no such limits
        import resource

        # Two cells far apart make a small file that the library spreads over gigabytes.
        most = min(_MOST_MEMORY, _MEMORY + _MEMORY_A_BYTE * os.stat(path).st_size)  # noqa: PTH116
        # A limit on addresses: without one, the system ends some process when memory runs out.
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    try:
        for part in _parts(path, sheet):
            _write("held", part)
    except PasswordError:
        _write("error", "it is locked with a password")
    except (CalamineError, OSError, MemoryError, ValueError) as error:
        _write("error", str(error) or type(error).__name__)


def _parts(path: str, sheet: str | None) -> Iterator[list[Any]]:
    from python_calamine import CalamineWorkbook, SheetTypeEnum

    with open(path, "rb") as opened:  # noqa: PTH123 - pathlib would double the time to start
        workbook = CalamineWorkbook.from_object(opened)
        names = [one.name for one in workbook.sheets_metadata if one.typ == SheetTypeEnum.WorkSheet]
        if len(set(names)) < len(names):  # the library gives the first of one name for both
            raise ValueError(f"two of its sheets have one name: {', '.join(names)}")
        if sheet is None:
            yield names
            return
        if sheet not in names:
            raise ValueError(f"it has no such sheet; its sheets are {', '.join(names)}")
        places, rows = cells_of(workbook, sheet, os.fstat(opened.fileno()).st_size)
        yield [places]
        while part := list(islice(rows, _AT_ONCE)):
            yield part


def cells_of(
    workbook: CalamineWorkbook, sheet: str, packed: int
) -> tuple[list[int], Iterator[list[Any]]]:
    """Return the columns of a sheet, by their number in it, and its rows from row 1 on.

    Of a long sequence of empty columns, which a cell far to the right makes, only the first is
    among them: each would cost as much as one with cells.

    Parameters
    ----------
    workbook, sheet, packed
        The workbook, the name of the sheet, and the size of the file.

    Raises
    ------
    ValueError
        If it spans too many cells; from the rows, if their texts come to far more than the file: a
        text is stored once, and may be in every cell.
    """
    content = workbook.get_sheet_by_name(sheet)
    if content.start is None or content.end is None:
        return [], iter(())
    high, wide = content.end[0] + 1, content.end[1] + 1
    if high * wide > MOST_CELLS:
        raise ValueError(f"{high:,} rows of {wide:,} columns, more than {MOST_CELLS:,} cells")
    # Callers count rows and columns from A1, as the user's program shows them.
    left: list[Any] = [""] * content.start[1]
    rows = (left + row for row in content.iter_rows())  # it begins at row 1, not at column A
    places = _not_in_a_gap(content, wide) if wide > _MOST_EMPTY else list(range(wide))
    if len(places) < wide:
        of_them = itemgetter(*places)  # two or more: the last column has a cell
        rows = (list(of_them(row)) for row in rows)
    return [place + 1 for place in places], _counted(rows, max(_FREE, _MAX_RATIO * packed))


def _counted(rows: Iterator[list[Any]], most: int) -> Iterator[list[Any]]:
    signs = 0
    for row in rows:
        signs += sum([len(cell) for cell in row if type(cell) is str])
        if signs > most:
            raise ValueError(f"texts of more than {most // 2**20:,} MB, far more than the file")
        yield row


def _not_in_a_gap(content: CalamineSheet, wide: int) -> list[int]:
    first = content.start[1] if content.start else 0
    empty = set(range(wide))
    rows = content.iter_rows()
    # A few rows at once, turned into columns, so that nothing runs for each cell.
    while part := list(islice(rows, _SOME_ROWS)):
        columns = enumerate(zip(*part, strict=True), first)
        empty -= {place for place, cells in columns if cells.count("") < len(cells)}
    kept: list[int] = []
    for is_empty, places in groupby(range(wide), empty.__contains__):
        found = list(places)
        kept += found[:1] if is_empty and len(found) > _MOST_EMPTY else found
    return kept


def _write(word: str, content: object) -> None:
    # Pickle keeps float, bool, date and text apart, which JSON would not.
    pickle.dump((word, content), sys.stdout.buffer)


if __name__ == "__main__":
    main(*sys.argv[1:])
