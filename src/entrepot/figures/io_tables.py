"""The economy of a year, ready for questions about value added: of the lake, or of the package."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from entrepot.figures.estimate import Missing
from entrepot.figures.input_rows import SOURCE, InputRows, input_rows
from entrepot.lake.unchanged import delivered_files
from entrepot.limits import turn
from entrepot.measures.origin import Economy, Solved, economy, solved
from entrepot.sources.icio.arrays import benchmark, read_arrays
from entrepot.sources.icio.parse import tables
from entrepot.sources.icio.whole import read_whole
from entrepot.sources.parser import RawFile, Said

if TYPE_CHECKING:
    from entrepot.lake import Lake
    from entrepot.model.period import Period
    from entrepot.sources.icio.arrays import Benchmark

__all__ = ["Known", "economy_of", "forget"]


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """An economy and where it is from; money in million USD.

    Attributes
    ----------
    rows
        What is held of the year.
    solved
        The economy.
    """

    rows: InputRows
    solved: Solved


_LAST: list[tuple[object, Solved]] = []
"""The one that was asked last: factors take seconds, and a quarter of a gigabyte."""
_TURN = threading.Lock()
"""Several questions that come at once work it out once."""


def economy_of(lake: Lake, period: Period, source: str | None = None) -> Known | Missing:
    """Return the economy of a year, or why there is none.

    Parameters
    ----------
    source
        ``icio`` or one release of it, ``icio@2025``.

    Raises
    ------
    BadFileError
        If the delivered file cannot be read any more.
    MissingExtraError
        If NumPy or SciPy is not installed.
    """
    rows = input_rows(lake, period, source)
    if isinstance(rows, Missing):
        return rows
    if rows.installed:
        return Known(rows, _kept(rows.installed.table))
    paths = [
        (path, item.files[0], Said(vintage=item.vintage, mapping=item.mapping or None))
        for item in lake.holdings()
        if item.source == SOURCE and item.snapshot in rows.snapshot.split("+")
        for path in delivered_files(lake.path, item.delivered)
    ]
    if len(paths) != 1:
        return Missing(
            f"output is not in the rows of {rows.address}, and the one delivered file that has it "
            "is not there; ask a lake in a folder"
        )
    return Known(rows, _kept((*paths[0], period.year)))


def forget() -> None:
    """Let go of the economy that was asked last, which is read again when it is asked again."""
    from entrepot.sources.icio.wheel import forget as forget_table

    _LAST.clear()
    forget_table()


def _kept(key: Benchmark | tuple[Path, str, Said, int]) -> Solved:
    with turn(_TURN):
        for known, found in _LAST:
            if known is key or (isinstance(key, tuple) and known == key):
                return found
        _LAST.clear()  # before the next one takes its place in memory
        found = solved(_of_file(*key) if isinstance(key, tuple) else _of_arrays(key))
        _LAST.append((key, found))
        return found


def _of_arrays(held: Benchmark) -> Economy:
    grid = held.grid
    return Economy(
        grid.areas, grid.sectors, grid.area_of, grid.sector_of, held.coefficients, held.output
    )


def _of_file(path: Path, name: str, said: Said, year: int) -> Economy:
    """Read the delivered file again; the parts of China and Mexico stay apart."""
    with TemporaryDirectory() as folder:
        for table in tables(RawFile(path, name), Path(folder), said):
            if table.year != year:
                continue
            if table.detail == "arrays":
                return _of_arrays(benchmark(read_arrays(table.path, table.name), table.name))
            whole = read_whole(table.path, table.name)
            return economy(whole.inputs, whole.output, whole.labels, parts=whole.parts)
    raise LookupError(f"no table of {year} in {name}")
