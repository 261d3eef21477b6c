"""Tables that a parser needs on the way: temporary, seen by one connection, gone when it closes.

The lake's own tables are written by `entrepot.lake.store` alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import duckdb

_SMALL = 2**18
"""Bytes of a file of which reading again costs more than keeping what was read."""


def is_small(path: Path) -> bool:
    """Whether a file is so small that starting to read it costs more than its rows."""
    return path.stat().st_size <= _SMALL


def keep_small(connection: duckdb.DuckDBPyConnection, name: str, query: str, path: Path) -> str:
    """Return a query for the same rows that is cheap to ask again, where the file is small.

    They are kept under the name then; of a large file the query itself is returned.
    """
    if not is_small(path):
        return query
    keep(connection, name, query)
    return f"SELECT * FROM {name}"


def look_up(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    meanings: Mapping[str, str] | Mapping[int, str],
    kind: str = "VARCHAR",
) -> str:
    """Make a table of ``code``, of a kind, and ``iso``, once in a connection; return its name.

    Parameters
    ----------
    name
        The same name always stands for the same meanings.
    """
    connection.execute(
        f"CREATE TEMP TABLE IF NOT EXISTS {name} AS "
        # Two lists of one length unnest side by side.
        f"SELECT unnest($1::{kind}[]) AS code, unnest($2::VARCHAR[]) AS iso",
        [list(meanings), list(meanings.values())],
    )
    return name


def keep(
    connection: duckdb.DuckDBPyConnection, name: str, query: str, values: Sequence[object] = ()
) -> None:
    """Run a query with its values; keep its rows under a name, in place of what had it before."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}", list(values))


def offer(connection: duckdb.DuckDBPyConnection, name: str, query: str) -> None:
    """Give a query a name; it runs whenever it is asked."""
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {query}")


def add(connection: duckdb.DuckDBPyConnection, name: str, query: str) -> None:
    """Add rows to those kept under a name; columns count by their place."""
    connection.execute(f"INSERT INTO {name} BY POSITION {query}")


def leave_out(connection: duckdb.DuckDBPyConnection, name: str, condition: str) -> None:
    """Take rows that fulfil a condition out of those kept under a name."""
    connection.execute(f"DELETE FROM {name} WHERE {condition}")


def forget(connection: duckdb.DuckDBPyConnection, name: str, *columns: str) -> None:
    """Take columns off the rows kept under a name."""
    for column in columns:
        connection.execute(f"ALTER TABLE {name} DROP COLUMN {column}")


def drop(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Forget the rows kept under a name."""
    connection.execute(f"DROP TABLE {name}")
