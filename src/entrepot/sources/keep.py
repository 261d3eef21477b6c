"""Tables that a parser needs on the way: temporary, seen by one connection, gone when it closes.

The lake's own tables are written by `entrepot.lake.store` alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

__all__ = ["add", "keep", "leave_out", "offer"]


def keep(connection: duckdb.DuckDBPyConnection, name: str, query: str) -> None:
    """Run a query and keep its rows under a name, in place of what had it before."""
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}")


def offer(connection: duckdb.DuckDBPyConnection, name: str, query: str) -> None:
    """Give a query a name; it runs whenever it is asked."""
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {name} AS {query}")


def add(connection: duckdb.DuckDBPyConnection, name: str, query: str) -> None:
    """Add rows to those kept under a name; columns count by their place."""
    connection.execute(f"INSERT INTO {name} BY POSITION {query}")


def leave_out(connection: duckdb.DuckDBPyConnection, name: str, condition: str) -> None:
    """Take rows that fulfil a condition out of those kept under a name."""
    connection.execute(f"DELETE FROM {name} WHERE {condition}")
