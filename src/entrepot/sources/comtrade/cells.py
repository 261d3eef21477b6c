"""One row for a cell: the total by its codes, never the sum of a total and its parts.

A cell is what a reporter says of one flow: frequency, period, reporter, partner, flow, edition and
product. Comtrade repeats it by customs procedure, mode of transport and second partner; the total
over each of them has a code of its own (C00, 0 and 0).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.model.findings import Finding
from entrepot.sources.comtrade.file import places
from entrepot.sources.comtrade.parts import PART, add_parts
from entrepot.sources.comtrade.stage import ROW, recheck
from entrepot.sources.comtrade.sums import resolve_sums
from entrepot.sources.comtrade.words import AMOUNTS, CELL, KEY, TOTAL, cell_words, wanted
from entrepot.sources.keep import keep

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
    keep(connection, CELL, f"SELECT {KEY}, {AMOUNTS} FROM {ROW} WHERE {TOTAL}")
    parts = _count(connection, ROW, distinct=False) - _count(connection, CELL, distinct=False)
    found: tuple[Finding, ...] = ()
    _require_one_edition(connection, file)
    if _twice(connection, CELL):
        # Without the codes rows of one cell are a total and its parts; with them, copies.
        found += resolve_sums(connection, file) if file.lacks else _once(connection, file)
    if _count(connection, ROW, distinct=True) > _count(connection, CELL, distinct=False):
        found += add_parts(connection, file)
        parts -= _count(connection, PART, distinct=False)
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
    example = f"{_count(connection, CELL, distinct=False):,} totals"
    return (Finding("parts-left-out", "note", file.name, parts, example, text),)


def _count(connection: duckdb.DuckDBPyConnection, table: str, *, distinct: bool) -> int:
    """Return the number of rows or of different cells, which are told apart by a hash: quick."""
    what = f"count(DISTINCT hash({KEY}))" if distinct else "count(*)"
    return int(connection.sql(f"SELECT {what} FROM {table}").fetchall()[0][0])


def _twice(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    return _count(connection, table, distinct=True) < _count(connection, table, distinct=False)


def _once(connection: duckdb.DuckDBPyConnection, file: File) -> tuple[Finding, ...]:
    """Drop copies of a row; refuse two rows that differ."""
    before = _count(connection, CELL, distinct=False)
    example = connection.sql(
        f"SELECT {KEY} FROM {CELL} GROUP BY {KEY} HAVING count(*) > 1 ORDER BY ALL LIMIT 1"
    ).fetchall()[0]
    keep(connection, CELL, f"SELECT DISTINCT * FROM {CELL}")
    if _twice(connection, CELL):
        [one] = connection.sql(
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
    dropped = before - _count(connection, CELL, distinct=False)
    text = "Rows were in the file more than once, word for word; each was taken once."
    words = cell_words(example)
    return (Finding("repeated-rows", "warning", file.name, dropped, words, text),)


def _require_one_edition(connection: duckdb.DuckDBPyConnection, file: File) -> None:
    twice = connection.sql(f"""
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
    unknown = connection.sql(f"SELECT count(*) FROM {CELL} WHERE edition IS NULL").fetchall()
    if unknown[0][0] and not file.edition:
        raise BadFileError(
            "the edition of the product codes is not known",
            where=file.name,
            why="one code means different goods in different editions",
            hint="add --nomenclature HS2022 (or HS1992 ... HS2017): the edition the data came in",
        )
