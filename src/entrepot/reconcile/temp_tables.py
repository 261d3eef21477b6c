"""Tables that one reconciliation rests on, apart from those of any other."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

__all__ = ["Scratch"]

_NUMBERS = itertools.count()


class Scratch:
    """Tables in a schema of their own, dropped together.

    Parameters
    ----------
    connection
        Where they are made; other reconciliations may be under way on it.

    Attributes
    ----------
    schema
        Its name, which no other in this process has.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self.schema = f"reconcile_{next(_NUMBERS)}"
        connection.execute(f"CREATE SCHEMA {self.schema}")

    def keep(self, relation: duckdb.DuckDBPyRelation, name: str) -> duckdb.DuckDBPyRelation:
        """Run a relation once and return the table that holds what it says."""
        table = f"{self.schema}.{name}"
        relation.create(table)
        return self.connection.table(table)

    def query(self, sql: str) -> duckdb.DuckDBPyRelation:
        """Return what a query says, in which ``own`` is the schema."""
        return self.connection.sql(re.sub(r"\bown\.", f"{self.schema}.", sql))

    def drop(self) -> None:
        """Drop the tables; what rests on them cannot be read after that."""
        self.connection.execute(f"DROP SCHEMA IF EXISTS {self.schema} CASCADE")
