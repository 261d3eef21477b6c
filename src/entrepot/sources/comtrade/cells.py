"""One row for a cell: the total by its codes, never the sum of a total and its parts.

A cell is what a reporter says of one flow: frequency, period, reporter, partner, flow, edition and
product. Comtrade repeats it by customs procedure, mode of transport and second partner; the total
over each of them has a code of its own (C00, 0 and 0).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.model.columns import Finding
from entrepot.sources.comtrade.file import places
from entrepot.sources.comtrade.parts import PART, add_parts
from entrepot.sources.comtrade.stage import recheck
from entrepot.sources.comtrade.sums import resolve_sums
from entrepot.sources.comtrade.words import AMOUNTS, CELL, KEY, TOTAL, cell_words, wanted
from entrepot.sources.temp_tables import keep

if TYPE_CHECKING:
    import duckdb

    from entrepot.sources.comtrade.file import File

__all__ = ["make_cells"]


def make_cells(connection: duckdb.DuckDBPyConnection, file: File) -> tuple[Finding, ...]:
    """Make the table of cells and say what was done for it.

    Raises
    ------
    BadFileError
        If a reporter has two classifications at once, if two rows say different things of one
        cell, or if totals cannot be told from their parts.
    """
    keep(connection, CELL, f"SELECT {KEY}, {AMOUNTS} FROM {file.rows} WHERE {TOTAL}")
    rows, different = _counted(connection, file.rows)
    cells, apart = _counted(connection, CELL)
    parts = rows - cells
    found: tuple[Finding, ...] = ()
    _require_one_edition(connection, file)
    if apart < cells:
        # Without the codes rows of one cell are a total and its parts; with them, copies.
        found += resolve_sums(connection, file) if file.lacks else _once(connection, file, cells)
        cells, _ = _counted(connection, CELL)
    if different > cells:
        found += add_parts(connection, file)
        parts -= _counted(connection, PART)[0]
        _require_one_edition(connection, file)
    recheck(connection, file)
    return (*_left_out(connection, file, parts), *found)


def _left_out(connection: duckdb.DuckDBPyConnection, file: File, parts: int) -> tuple[Finding, ...]:
    if not parts:
        return ()
    text = (
        "Rows by customs procedure, mode of transport or second partner are parts of a total that "
        "is in the file: the total was taken by its codes, the parts were left out."
    )
    example = f"{_counted(connection, CELL)[0]:,} totals"
    return (Finding("parts-left-out", "note", file.name, parts, example, text),)


def _counted(connection: duckdb.DuckDBPyConnection, table: str) -> tuple[int, int]:
    """Return the number of rows and of different cells, which are told apart by a hash: quick."""
    query = f"SELECT count(*), count(DISTINCT hash({KEY})) FROM {table}"
    [(rows, different)] = connection.execute(query).fetchall()
    return int(rows), int(different)


def _once(connection: duckdb.DuckDBPyConnection, file: File, before: int) -> tuple[Finding, ...]:
    """Drop copies of a row; refuse two rows that differ."""
    example = connection.execute(
        f"SELECT {KEY} FROM {CELL} GROUP BY {KEY} HAVING count(*) > 1 ORDER BY ALL LIMIT 1"
    ).fetchall()[0]
    keep(connection, CELL, f"SELECT DISTINCT * FROM {CELL}")
    left, apart = _counted(connection, CELL)
    if apart < left:
        [one] = connection.execute(
            f"SELECT {KEY}, min(value), max(value) FROM {CELL} GROUP BY {KEY} "
            "HAVING count(*) > 1 ORDER BY ALL LIMIT 1"
        ).fetchall()
        raise BadFileError(
            f"two different totals for one cell: {cell_words(one)}, {one[-2]:,.0f} and "
            f"{one[-1]:,.0f} USD",
            where=places(connection, file, wanted(one)),
            why="one of them may be an older version; adding them would count the trade twice",
            hint="give each download on its own, or find out which row is right",
        )
    dropped = before - left
    text = "Rows were in the file more than once, word for word; each was taken once."
    words = cell_words(example)
    return (Finding("repeated-rows", "warning", file.name, dropped, words, text),)


def _require_one_edition(connection: duckdb.DuckDBPyConnection, file: File) -> None:
    query = f"SELECT min(edition), max(edition), count(*) - count(edition) FROM {CELL}"
    [(first, last, unknown)] = connection.execute(query).fetchall()
    if first != last:
        _require_one_each(connection, file)
    if unknown and not file.edition:
        raise BadFileError(
            "the edition of the product codes is not known",
            where=file.name,
            why="one code means different goods in different editions",
            hint="add --nomenclature HS2022 (or HS1992 ... HS2017): the edition the data came in",
        )


def _require_one_each(connection: duckdb.DuckDBPyConnection, file: File) -> None:
    """Refuse two editions in one report."""
    twice = connection.execute(f"""
        SELECT period, reporter, flow, list_sort(list(DISTINCT edition)) AS editions FROM {CELL}
        GROUP BY period, reporter, flow HAVING count(DISTINCT edition) > 1
        ORDER BY ALL LIMIT 1""").fetchall()
    if twice:
        period, reporter, flow, editions = twice[0]
        raise BadFileError(
            f"one report in two classifications: {' and '.join(editions)} (reporter {reporter}, "
            f"{period}, flow {flow})",
            where=file.name,
            why="the same trade would be counted once in each",
            hint="give the file of each classification on its own",
        )
