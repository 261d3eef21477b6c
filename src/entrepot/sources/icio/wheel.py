"""The table in the installed package sanction-simulator: found and read, never imported."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from entrepot.sources.icio.arrays import (
    KNOWN,
    Benchmark,
    benchmark,
    kept_arrays,
    read_arrays,
)
from entrepot.sources.icio.grid import cells, relation, together
from entrepot.sources.unpack import sha256_of

if TYPE_CHECKING:
    import duckdb

    from entrepot.sources.icio.grid import Cells

__all__ = ["INSIDE", "PACKAGE", "YEARS", "Installed", "forget", "installed", "installed_file"]

PACKAGE = "sanction_simulator"
INSIDE = "data/bench_cache.npz"
YEARS = frozenset(KNOWN.values())


@dataclass(frozen=True, slots=True)
class Installed:
    """The installed table, with the year it is for and the first digits of its hash."""

    table: Benchmark
    year: int
    snapshot: str

    def rows(
        self,
        connection: duckdb.DuckDBPyConnection,
        importers: frozenset[str],
        exporters: frozenset[str],
        name: str,
    ) -> duckdb.DuckDBPyRelation:
        """Return what `importers` buy from anybody and what `exporters` sell to anybody.

        Parameters
        ----------
        name
            Under which the connection keeps the cells; the caller unregisters it.
        """
        found = self._cells(importers, exporters)
        return relation(connection, self.table.grid, found, self.year, name)

    def _cells(self, importers: frozenset[str], exporters: frozenset[str]) -> Cells:
        import numpy as np

        grid = self.table.grid
        everybody = np.arange(len(grid.area_of))
        buyers, sellers = grid.of_areas(importers), grid.of_areas(exporters)
        others = np.setdiff1d(everybody, buyers)
        blocks = [(everybody, buyers), (sellers, others)]
        return together([cells(grid, self.table.block(*one), *one) for one in blocks])


def installed_file() -> Path | None:
    """Return where the table lies, or None if the package is not installed.

    The package's code is not run: looking for a top-level package only reads folders.
    """
    spec = find_spec(PACKAGE)
    folders = spec.submodule_search_locations if spec else None
    found = [path for folder in folders or () if (path := Path(folder, INSIDE)).is_file()]
    return found[0] if found else None


def installed() -> Installed | None:
    """Return the installed table; None where there is none, or a file that we do not know.

    Raises
    ------
    MissingExtraError
        If NumPy is not installed.
    """
    path = installed_file()
    if path is None:
        return None
    with _TURN:
        return _read(path)


def forget() -> None:
    """Let go of the installed table, which is read again when it is asked again."""
    _read.cache_clear()


_TURN = threading.Lock()
"""Several questions that come at once read it once: each copy has a quarter of a gigabyte."""


@lru_cache(maxsize=1)
def _read(path: Path) -> Installed | None:
    sha256 = sha256_of(path)
    if sha256 not in KNOWN:
        return None
    held = kept_arrays(
        f"table-{sha256}", lambda: benchmark(read_arrays(path, path.name), path.name).to_arrays()
    )
    return Installed(Benchmark.of_arrays(held), KNOWN[sha256], sha256[:12])
