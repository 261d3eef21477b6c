"""The dictionary of columns: one table that schema, checks and reference pages are made from."""

from __future__ import annotations

import csv
from dataclasses import asdict, dataclass, fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args

from entrepot.errors import BadFileError, UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Iterable

Table = Literal[
    "flows",
    "totals",
    "inputs",
    "products",
    "correlations",
    "elasticities",
    "distances",
    "published",
    "shipments",
]

NAME_ROLES = ("sender", "receiver", "maker", "brand")
"""Columns of a customs register that name a company or a brand."""
PARTNER_BASES = ("origin", "dispatch", "consignment", "seller", "port", "destination")
"""Countries that a line of a register names, each a basis of its own; the last is of exports."""


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
    records = read_table(Path(__file__).with_name("columns.csv"), names)
    rows = [Column(**row) for row in records]  # type: ignore[arg-type]
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


def read_table(path: Path, columns: tuple[str, ...]) -> list[dict[str, str]]:
    """Return the rows of `path`, which must have exactly `columns`, each row complete.

    Raises
    ------
    BadFileError
        If the header or a row's length is another.
    """
    with path.open(encoding="utf-8", newline="") as file:
        return parse_table(file, columns, str(path))


def parse_table(lines: Iterable[str], columns: tuple[str, ...], where: str) -> list[dict[str, str]]:
    """Return the rows of a table that is text already; errors as `read_table`."""
    reader = csv.DictReader(lines)
    if tuple(reader.fieldnames or ()) != columns:
        raise BadFileError(
            f"columns are {', '.join(reader.fieldnames or ())}",
            where=where.rpartition("/")[2],
            hint=f"expected {', '.join(columns)}",
        )
    rows = []
    for number, row in enumerate(reader, start=2):
        if None in row or None in row.values():
            raise BadFileError("a row has too few or too many cells", where=f"{where}:{number}")
        rows.append(row)
    return rows


COMPLETE = "complete-by-mapping"
"""Rule of a delivery that its mapping says has all goods of its flows."""
BALANCED = "balanced-table"
"""Rule of the finding that a table adds up by itself, whatever its size."""
Level = Literal["note", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that did not hold somewhere.

    Attributes
    ----------
    rule
        Short id of the rule, e.g. ``"duplicate-cell"``.
    level
        ``error``: a result could be wrong; ``warning``: rows were left out or look odd;
        ``note``: worth knowing.
    place
        File, table, column or period.
    count
        Rows concerned.
    example
        One of them, as text.
    text
        One sentence for a reader.
    """

    rule: str
    level: Level
    place: str
    count: int
    example: str
    text: str

    def to_dict(self) -> dict[str, Any]:
        """Return the finding as plain JSON types."""
        return asdict(self)
