"""A declared correction of one row of a source: what is wrong, what is right, and who says so."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, model_validator

from entrepot.model.columns import Table, key_columns, schema
from entrepot.model.period import Period

__all__ = ["Cell", "Repair"]

Cell = bool | float | str | None
_FIXED = ("period", "freq", "source", "snapshot")


class Repair(BaseModel):
    """One row of some releases that is known to be wrong.

    Attributes
    ----------
    id
        Short id, for messages.
    vintages
        Releases that have the mistake; it is looked for in no other.
    row
        Which row: columns of the table with their text, ``period`` as ``2023`` or ``2023-06``.
        As much of the key as tells the row apart, and the nomenclature where several are
        published.
    column
        Column that is wrong, in canonical units.
    was
        What stands there; null where nothing does. A number may differ by a part in a billion.
    becomes
        What is right; null where that is not known.
    drop
        Whether the row should not be there at all; `becomes` stays empty then.
    why, url
        What is wrong, in a sentence for a reader, and where that can be read.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    id: str
    vintages: tuple[str, ...] = Field(min_length=1, strict=False)
    row: dict[str, str]
    column: str
    was: Cell
    becomes: Cell = None
    drop: bool = False
    why: str = Field(min_length=1)
    url: str = Field(min_length=1)

    @model_validator(mode="after")
    def _one_of_two(self) -> Repair:
        if self.drop == ("becomes" in self.model_fields_set):
            raise ValueError(f"{self.id}: either becomes or drop: true")
        return self

    @property
    def period(self) -> Period | None:
        """Period of the row; None for a table without periods."""
        return Period.parse(self.row["period"]) if "period" in self.row else None

    def require_fit(self, table: Table) -> None:
        """Refuse columns and cells that a table cannot have.

        Raises
        ------
        ValueError
            Naming the repair.
        """
        kinds = schema(table)
        for name in (*self.row, self.column):
            if name not in kinds:
                raise ValueError(f"{self.id}: {table} has no column {name}")
        if self.column in _FIXED:
            raise ValueError(f"{self.id}: {self.column} cannot be corrected; drop the row")
        timed = kinds.get("period") == "DATE"
        if timed != (self.period is not None):
            raise ValueError(f"{self.id}: the row of {table} is found with a period, or without")
        if not set(self.row) & set(key_columns(table)) - set(_FIXED):
            raise ValueError(f"{self.id}: the row names no part of the key of {table}")
        for cell in (self.was, self.becomes):
            if cell is not None and not _is_a(cell, kinds[self.column]):
                raise ValueError(f"{self.id}: {cell!r} is no {kinds[self.column]}")


def _is_a(cell: bool | float | str, kind: str) -> bool:
    """Whether a cell of YAML is what a column of this type holds; yes is no number."""
    if kind == "BOOLEAN":
        return isinstance(cell, bool)
    return isinstance(cell, int | float if kind == "DOUBLE" else str) and not isinstance(cell, bool)
