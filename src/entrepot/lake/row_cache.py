"""Rows of the lake that were read once, in memory for as long as one state of it is read."""

from __future__ import annotations

import itertools
from collections import OrderedDict
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.lake.system_errors import readable

if TYPE_CHECKING:
    from collections.abc import Iterator

    import duckdb

__all__ = ["InMemory"]

MOST = 300_000
"""Rows that stay when nobody uses them: some 50 MB."""
_NUMBERS = itertools.count()


@dataclass(slots=True)
class _Table:
    name: str
    rows: int
    users: int = 0


class InMemory:
    """Tables by the text of the query that gave their rows.

    A page asks what a country buys of one list once for each supplier: every time the same text,
    for its files and its words are the same. So it has the same rows, as long as the files stay.

    Parameters
    ----------
    connection
        Where queries run, and tables are.
    most
        Rows of tables that nobody uses; of more, the least recently used are dropped.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, most: int = MOST) -> None:
        self._connection = connection
        self._most = most
        self._tables: OrderedDict[str, _Table] = OrderedDict()

    @contextmanager
    def of(self, query: duckdb.DuckDBPyRelation) -> Iterator[duckdb.DuckDBPyRelation]:
        """Yield the rows of a query, which is run if its rows are not there.

        Raises
        ------
        OutsideError
            If a stored file is gone or damaged, or memory is short.
        """
        text = query.sql_query()
        table = self._tables.get(text) or self._read(text, query)
        table.users += 1
        try:
            yield self._connection.table(table.name)
        finally:
            table.users -= 1
            self._tables.move_to_end(text)
            self._drop(self._most)

    def clear(self) -> None:
        """Drop all that nobody uses."""
        self._drop(0)

    def _read(self, text: str, query: duckdb.DuckDBPyRelation) -> _Table:
        name = f"stored_{next(_NUMBERS)}"
        with readable():
            query.create(name)
            [(rows,)] = self._connection.table(name).count("*").fetchall()
        self._tables[text] = _Table(name, rows)
        return self._tables[text]

    def _drop(self, most: int) -> None:
        idle = [(text, one) for text, one in self._tables.items() if not one.users]
        held = sum(one.rows for _, one in idle)
        for text, one in idle:
            if held <= most and most:
                return
            del self._tables[text]
            self._connection.execute(f"DROP TABLE {one.name}")
            held -= one.rows
