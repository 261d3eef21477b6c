"""Some thousand columns of numbers as text: labels and numbers of some rows at a time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.sources.strict import NUMBER, find_rows, require_all
from entrepot.sources.text import count_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from entrepot.sources.icio.grid import Numbers

__all__ = ["batches"]

_BLOCK = 2**23  # bytes read at once: 200 rows of 4,500 columns


def batches(path: Path, name: str, names: Sequence[str]) -> Iterator[tuple[list[str], Numbers]]:
    """Yield the labels of some rows, which the first column holds, and their numbers by column.

    Parameters
    ----------
    path, name
        A comma-separated text with a header, and its name for messages.
    names
        Names in the header.

    Raises
    ------
    BadFileError
        Naming row and column of the first cell that is no finite number, or if rows are missing.
    """
    import numpy as np
    import pyarrow as pa
    from pyarrow import csv

    lines = count_lines(path, name)
    rows = 0
    columns = [f"c{number}" for number in range(len(names))]
    types = dict.fromkeys(columns, pa.float64()) | {"c0": pa.string()}
    try:
        with csv.open_csv(
            path,
            read_options=csv.ReadOptions(column_names=columns, skip_rows=1, block_size=_BLOCK),
            convert_options=csv.ConvertOptions(column_types=types, null_values=[]),
        ) as reader:
            for batch in reader:
                values = np.stack([column.to_numpy() for column in batch.columns[1:]])
                if not np.isfinite(values).all():
                    raise _first_wrong(path, name, names, "not a finite number")
                rows += batch.num_rows
                yield batch.column(0).to_pylist(), values
    except pa.ArrowInvalid as error:
        raise _first_wrong(path, name, names, str(error)) from error
    require_all(path, name, rows, lines, lambda: find_rows(path, name, lambda _: True))


def _first_wrong(path: Path, name: str, names: Sequence[str], message: str) -> BadFileError:
    """Read the text again, row by row, and say where the first wrong cell is."""
    wrong: list[tuple[str, str]] = []

    def is_wrong(row: list[str]) -> bool:
        if not wrong and len(row) != len(names):
            wrong.append((f"{len(row)} cells in a row instead of {len(names)}", ""))
            return True
        for column, cell in zip(names[1:], row[1:], strict=False):
            if not wrong and not re.fullmatch(f"-?{NUMBER}", cell.strip()):
                wrong.append((f"not a number: {cell[:40]!r}", f", column {column}"))
                return True
        return False

    number = find_rows(path, name, is_wrong)
    if not wrong:
        return BadFileError(message.partition("\n")[0], where=name)
    what, where = wrong[0]
    return BadFileError(
        what,
        where=f"{name}, row {number[0]}{where}",
        why="an input that cannot be read is not zero",
        hint="download the file again",
    )
