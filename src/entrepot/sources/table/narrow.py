"""Columns that say one thing in all rows, or nothing: the lake stores none of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.sources.table.canon import CANONICAL

if TYPE_CHECKING:
    import duckdb

__all__ = ["one_word"]

_WORDS = ("freq", "nomenclature", "currency", "valuation", "told_by", "partner_basis")


def one_word(
    connection: duckdb.DuckDBPyConnection, rows: str, where: str
) -> tuple[dict[str, str], list[str]]:
    """Return the columns with one word in all rows, and the names of those that differ.

    Raises
    ------
    BadFileError
        If values are in several currencies: one delivery is in one, or its sums mean nothing.
    """
    tests = ", ".join(
        f"count({name}), min({name})::VARCHAR, max({name})::VARCHAR"
        if name in _WORDS
        else f"count({name}), NULL, NULL"
        for name in CANONICAL
    )
    [(count, *cells)] = connection.execute(f"SELECT count(*), {tests} FROM ({rows})").fetchall()
    same: dict[str, str] = {}
    differing: list[str] = []
    for place, name in enumerate(CANONICAL):
        filled, first, last = cells[3 * place : 3 * place + 3]
        if name == "currency" and (first != last or filled not in (0, count)):
            raise _currencies(connection, rows, where)
        if name in _WORDS and filled == count and first == last:
            same[name] = first
        elif filled:
            differing.append(name)
    return same, differing


def _currencies(connection: duckdb.DuckDBPyConnection, rows: str, where: str) -> BadFileError:
    found = connection.execute(
        f"SELECT coalesce(currency, 'USD') AS one, count(*) FROM ({rows}) GROUP BY 1 ORDER BY 1"
    ).fetchall()
    return BadFileError(
        "values in several currencies: " + ", ".join(f"{n:,} in {one}" for one, n in found),
        where=where,
        why="one delivery is in one currency; nothing is converted at a rate of ours",
        hint="keep one with select, and add the file again with the other under another id",
    )
