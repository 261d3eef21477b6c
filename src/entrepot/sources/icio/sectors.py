"""Sectors of the tables, and the cells between them: which sells to which, as a relation of DuckDB.

The OECD's release of 2025 has fifty sectors, its releases of 2021 and 2023 forty-five; other tables
have their own, which are named after their codes.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from entrepot.errors import BadFileError, UnknownNameError
from entrepot.model.columns import read_table
from entrepot.sources.strict import NUMBER, find_rows, literal, quoted, require_all
from entrepot.sources.text import count_lines

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import duckdb
    import numpy as np

    Codes = np.ndarray[Any, np.dtype[np.integer[Any]]]
    Numbers = np.ndarray[Any, np.dtype[np.float64]]
    Places = np.ndarray[Any, np.dtype[np.intp]]
    Cells = dict[str, np.ndarray[Any, Any]]
    from collections.abc import Iterator

NOMENCLATURE = "ICIO2025"
EARLIER = "ICIO2021"
"""Of the OECD's releases of 2021 and 2023, which have the same sectors."""
OWN = "own"
"""Sectors of a table that is not the OECD's."""
_CODE = re.compile(r"[A-Z0-9][A-Z0-9_.-]{0,40}")
_SPLIT = {
    "A01_02": ("A01", "A02"),
    "B05_06": ("B05", "B06"),
    "B07_08": ("B07", "B08"),
    "C24": ("C24A", "C24B"),
    "C30": ("C301", "C302T309"),
}
"""Sectors of the earlier releases by what the release of 2025 made of them; all others stayed."""


@dataclass(frozen=True, slots=True)
class Sector:
    """One sector of the tables; a sector makes what it is named after.

    Attributes
    ----------
    code
        As the OECD writes it: divisions of ISIC Rev. 4, ``C17_18`` for two of them, ``C10T12``
        for a span.
    name
        In a few words of ours.
    kind
        ``manufacturing``; ``goods`` of farms, forests, waters and mines; ``services``, which
        electricity, gas, water and building count as, since customs hardly see them. Empty for a
        sector of a table of the user's own, whose code does not say it.
    """

    code: str
    name: str
    kind: str

    @property
    def makes_goods(self) -> bool:
        """Whether customs see what it makes."""
        return self.kind in ("goods", "manufacturing")

    @property
    def is_manufacturing(self) -> bool:
        """Whether it is a section C sector."""
        return self.kind == "manufacturing"


@cache
def sectors() -> dict[str, Sector]:
    """Return every sector by its code, in the order of the tables."""
    names = tuple(field.name for field in fields(Sector))
    rows = read_table(Path(__file__).with_name("sectors.csv"), names)
    return {row["code"]: Sector(**row) for row in rows}


@cache
def _earlier() -> dict[str, Sector]:
    gone = {code for codes in _SPLIT.values() for code in codes}
    made = {
        new: Sector(new, " and ".join(sectors()[code].name for code in old), sectors()[old[0]].kind)
        for new, old in _SPLIT.items()
    }
    return made | {code: one for code, one in sectors().items() if code not in gone}


def edition_of(codes: Collection[str]) -> str:
    """Return the edition that sectors of a table are of: the first that has them all.

    Examples
    --------
    >>> edition_of(["C26", "C24A"]), edition_of(["C26", "C24"]), edition_of(["FARMS"])
    ('ICIO2025', 'ICIO2021', 'own')
    """
    # The newest first: a table with codes that both editions have is taken for the newer one.
    if sectors().keys() >= set(codes):
        return NOMENCLATURE
    return EARLIER if _earlier().keys() >= set(codes) else OWN


def sector(code: str, *, own: bool = False) -> Sector:
    """Return the sector of a code.

    Parameters
    ----------
    own
        Whether it may be of a table of the user's own, which says itself what it has.

    Raises
    ------
    UnknownNameError
        With the codes that look most like it.

    Examples
    --------
    >>> sector("C26").name, sector("C26").makes_goods, sector("J61").makes_goods
    ('electronics', True, False)
    """
    # Codes of both editions: a question may be about either.
    known = _earlier() | sectors()
    if code not in known and own and _CODE.fullmatch(code):
        return Sector(code, code, "")
    if code not in known:
        hint = "such as C26, C29 or J62_63; sectors of your own table: add --source icio@NAME"
        raise UnknownNameError("sector", code, known, hint=hint)
    return known[code]


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

    # Codes of one or two bytes and not texts: a table has 16 million cells.
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

    # Column by column, each popped before the next is joined: the peak is one column more, not a
    # second table. list(), because pop changes the first dictionary while its names are read.
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
    # Codes become texts only when rows are read. Lists of DuckDB count from 1.
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


# Some thousand columns of numbers as text: labels and numbers of some rows at a time.


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
            # No text stands for null: an empty cell is then an error and not a missing number.
            convert_options=csv.ConvertOptions(column_types=types, null_values=[]),
        ) as reader:
            for batch in reader:
                # A row for each column of the file: callers take columns, which lie together in
                # memory.
                values = np.stack([column.to_numpy() for column in batch.columns[1:]])
                if not np.isfinite(values).all():
                    raise _first_wrong(path, name, names, "not a finite number")
                rows += batch.num_rows
                yield batch.column(0).to_pylist(), values
    # Arrow names no row of the file; the slow way finds it.
    except pa.ArrowInvalid as error:
        raise _first_wrong(path, name, names, str(error)) from error
    require_all(name, rows, lines, lambda: find_rows(path, name, lambda _: True))


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
