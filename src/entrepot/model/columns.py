"""The dictionary of columns: one table that schema, checks and reference pages are made from."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Literal, get_args

from entrepot.errors import UnknownNameError
from entrepot.model.tables import read_table

__all__ = ["Column", "Table", "columns", "flow_schema", "key_columns", "schema"]

Table = Literal[
    "flows",
    "totals",
    "inputs",
    "products",
    "correlations",
    "elasticities",
    "distances",
    "published",
]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a canonical table.

    Attributes
    ----------
    table
        ``flows``, ``published`` ...
    name
        Name; a unit of measure ends it (``value_usd``, ``mass_kg``).
    key
        ``yes`` for the columns that together tell rows apart.
    type
        DuckDB type.
    unit
        Unit or kind of code; empty for free text and yes/no.
    null_rule
        ``never``; ``null: ...`` or ``null where ...``: when the cell is null, and what null then
        means; ``empty: ...``: the same for text that is never null.
    meaning
        One or two sentences.
    """

    table: Table
    name: str
    key: str
    type: str
    unit: str
    null_rule: str
    meaning: str

    @property
    def nullable(self) -> bool:
        """Whether null is allowed."""
        return self.null_rule.startswith("null")


@cache
def columns(table: Table | None = None) -> tuple[Column, ...]:
    """Return the columns of a table, or of every table, in their order.

    Raises
    ------
    UnknownNameError
        For a table that is not in the dictionary.

    Examples
    --------
    >>> [column.name for column in columns("flows")][:4]
    ['period', 'freq', 'exporter', 'importer']
    """
    if table is not None and table not in get_args(Table):
        raise UnknownNameError("table", table, get_args(Table))
    names = tuple(field.name for field in fields(Column))
    held = read_table(Path(__file__).with_name("columns.csv"), names)
    rows = [Column(**row) for row in held]  # type: ignore[arg-type]
    return tuple(row for row in rows if table in (None, row.table))


def schema(table: Table) -> dict[str, str]:
    """Return the DuckDB type of each column of a table, in order."""
    return {column.name: column.type for column in columns(table)}


def key_columns(table: Table) -> tuple[str, ...]:
    """Return the columns that together tell the rows of a table apart.

    Examples
    --------
    >>> key_columns("products")
    ('nomenclature', 'product')
    """
    return tuple(column.name for column in columns(table) if column.key)


def flow_schema() -> dict[str, str]:
    """Return the DuckDB type of each column of the canonical flows, in order.

    Examples
    --------
    >>> flow_schema()["value_usd"]
    'DOUBLE'
    """
    return schema("flows")
