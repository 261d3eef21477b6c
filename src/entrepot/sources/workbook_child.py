"""Run as a program of its own: read one workbook and write its cells to standard output.

It imports nothing of ours, so that it starts at once; only `workbook` starts it.
"""

from __future__ import annotations

import os
import pickle
import sys
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["MOST_CELLS", "main"]

MOST_CELLS = 12_000_000
_MEMORY = 768 * 2**20
_MEMORY_A_BYTE = 100
_MOST_MEMORY = 3 * 2**30
_AT_ONCE = 10_000


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
        if sheet is None:
            yield names
            return
        if sheet not in names:
            raise ValueError(f"it has no such sheet; its sheets are {', '.join(names)}")
        content = workbook.get_sheet_by_name(sheet)
        if content.start is None or content.end is None:
            yield []
            return
        high, wide = content.end[0] + 1, content.end[1] + 1
        if high * wide > MOST_CELLS:
            raise ValueError(f"{high:,} rows of {wide:,} columns, more than {MOST_CELLS:,} cells")
        # Callers count rows and columns from A1, as the user's program shows them.
        left: list[Any] = [""] * content.start[1]
        rows = (left + row for row in content.iter_rows())  # it begins at row 1, not at column A
        while part := list(islice(rows, _AT_ONCE)):
            yield part


def _write(word: str, content: object) -> None:
    # Pickle keeps float, bool, date and text apart, which JSON would not.
    pickle.dump((word, content), sys.stdout.buffer)


if __name__ == "__main__":
    main(*sys.argv[1:])
