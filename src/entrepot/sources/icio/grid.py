"""Cells of a square table: which area's sector sells to which, as a relation of DuckDB."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from entrepot.sources.strict import literal, quoted

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb
    import numpy as np

    Codes = np.ndarray[Any, np.dtype[np.integer[Any]]]
    Numbers = np.ndarray[Any, np.dtype[np.float64]]
    Places = np.ndarray[Any, np.dtype[np.intp]]
    Cells = dict[str, np.ndarray[Any, Any]]

__all__ = ["Grid", "cells", "relation", "together"]


@dataclass(frozen=True, slots=True)
class Grid:
    """What the rows of a table, and in the same order its columns, stand for.

    Attributes
    ----------
    areas, sectors
        Codes that occur.
    area_of, sector_of
        For each row the place of its area and of its sector in these.
    """

    areas: tuple[str, ...]
    sectors: tuple[str, ...]
    area_of: Codes
    sector_of: Codes

    def names(self, place: int) -> tuple[str, str]:
        """Return area and sector of a row."""
        return self.areas[self.area_of[place]], self.sectors[self.sector_of[place]]

    def of_areas(self, wanted: frozenset[str]) -> Places:
        """Return the places of the rows that belong to some areas."""
        import numpy as np

        known = [place for place, code in enumerate(self.areas) if code in wanted]
        return np.flatnonzero(np.isin(self.area_of, known))


def cells(grid: Grid, block: Numbers, sellers: Places, buyers: Places) -> Cells:
    """Return the cells of a block that are not zero, in a dozen bytes each.

    Parameters
    ----------
    grid
        What rows and columns of the whole table stand for.
    block
        Values in whole USD, a row for each of `sellers`, a column for each of `buyers`.
    sellers, buyers
        Places in the whole table.
    """
    import numpy as np

    down, along = np.nonzero(block)
    return {
        "seller": grid.area_of[sellers][down],
        "made": grid.sector_of[sellers][down],
        "buyer": grid.area_of[buyers][along],
        "used": grid.sector_of[buyers][along],
        "usd": block[down, along],
    }


def together(parts: Sequence[Cells]) -> Cells:
    """Return the cells of several blocks as one; the blocks are emptied to save memory."""
    import numpy as np

    return {name: np.concatenate([part.pop(name) for part in parts]) for name in list(parts[0])}


def relation(
    connection: duckdb.DuckDBPyConnection, grid: Grid, found: Cells, year: int, name: str
) -> duckdb.DuckDBPyRelation:
    """Return cells in the canonical columns that differ, as a relation that can be read again.

    Parameters
    ----------
    name
        Under which the connection keeps them; until it is unregistered or taken again.
    """
    connection.register(name, found)
    areas = _list(grid.areas)
    sectors = _list(grid.sectors)
    return connection.sql(f"""
        SELECT make_date({year}, 1, 1) AS period,
               {areas}[seller + 1] AS exporter, {sectors}[made + 1] AS sector,
               {areas}[buyer + 1] AS importer, {sectors}[used + 1] AS buyer_sector,
               usd AS value_usd
        FROM {quoted(name)}""")


def _list(texts: Sequence[str]) -> str:
    return f"[{', '.join(map(literal, texts))}]"
