"""Read any table of flows with a mapping that says what its columns are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from entrepot.errors import BadFileError, UnknownNameError
from entrepot.sources.parser import FileTable, ParsedRows, RawFile
from entrepot.sources.table.account import account, one_word
from entrepot.sources.table.canon import CANONICAL, canonical_sql, facts_sql, require
from entrepot.sources.table.cells import naming_the_row, open_cells
from entrepot.sources.table.check import look
from entrepot.sources.table.fields import NONE, TOTAL, nomenclature_of
from entrepot.sources.table.mapping import Mapping, read_mapping
from entrepot.sources.table.plain import about_cuts, about_merged
from entrepot.sources.table.plan import make_plan
from entrepot.sources.table.repeated import KEYS, one_row_a_cell, rows_of
from entrepot.sources.table.world import against_world, require_complete, table_totals
from entrepot.sources.temp_tables import keep_small
from entrepot.sources.unpack import members
from entrepot.sources.workbook import is_workbook

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

    from entrepot.sources.parser import FileOptions, Key
    from entrepot.sources.table.cells import Cells
    from entrepot.sources.table.check import Looked
    from entrepot.sources.table.plan import Plan

__all__ = ["CheckedTable", "check_table", "rows", "tables"]


def tables(file: RawFile, scratch: Path, said: FileOptions) -> Iterator[FileTable]:
    """Yield the tables in a file: one, or the members of an archive, all with one mapping.

    Raises
    ------
    BadFileError
        If there is no mapping, or it says another edition than the user.
    """
    if said.mapping is None:
        raise BadFileError(
            "a table needs a mapping that says what its columns are",
            where=file.name,
            hint="`entrepot data map FILE` drafts one; then add --map MAP.yaml",
        )
    mapping = _with_edition(read_mapping(said.mapping), said)
    edition = _edition(mapping)
    # A workbook is a zip archive, which `members` would unpack.
    found = [("", file.name, file.path)] if is_workbook(file.path) else members(file, scratch)
    for _, label, path in found:
        yield FileTable(
            path=path,
            name=label,
            nomenclature=edition,
            vintage=said.vintage or "unknown",
            findings=(*about_cuts(path, label, mapping), *about_merged(path, label, mapping)),
            detail=(mapping, scratch),
        )


def rows(connection: duckdb.DuckDBPyConnection, table: FileTable) -> ParsedRows:
    """Check every row and return them in canonical columns.

    Raises
    ------
    BadFileError
        With file, row, column and value of what cannot be read with certainty.
    """
    read = check_table(connection, table)
    plan, cells, looked, every = read.plan, read.cells, read.looked, read.every
    # Before rows are merged, which is only right of rows that are complete and of one level.
    kinds, findings = account(connection, plan, cells, looked, every)
    findings = (*cells.findings, *findings)
    merged, more = one_row_a_cell(connection, plan, cells, read.counted)
    # A generator: it is read below, after `table_totals` had its chance to refuse the file.
    world = against_world(connection, plan, cells, looked, (every, merged))
    totals = table_totals(connection, plan, cells, every)
    if plan.mapping.scope == "complete":
        more = (*more, require_complete(connection, merged, totals, cells))

    def locate(key: Key) -> str:
        places = rows_of(connection, plan, cells, read.counted, KEYS, key)
        return f"{table.name}, rows {' and '.join(map(str, places))}" if places else ""

    same, differing = one_word(kinds, table.name) if kinds else _of_totals(connection)
    relation = connection.sql(f"SELECT {', '.join(differing)} FROM ({merged})")
    return ParsedRows(relation, same, locate, findings=(*findings, *more, *world), totals=totals)


def _of_totals(connection: duckdb.DuckDBPyConnection) -> tuple[dict[str, str], list[str]]:
    """Return what `one_word` does of a table that has totals only, by the rows of these."""
    found = connection.execute("SELECT DISTINCT currency FROM table_sum").fetchall()
    [currency] = {one for (one,) in found} if len(found) == 1 else {None}
    columns = [name for name in CANONICAL if name != "currency"]
    return ({"currency": currency} if currency else {}), columns


@dataclass(frozen=True, slots=True)
class CheckedTable:
    """A table of which every cell has been looked at.

    Attributes
    ----------
    every, counted
        SQL of all canonical rows with their cells, and of those that count.
    """

    plan: Plan
    cells: Cells
    looked: Looked
    every: str

    @property
    def counted(self) -> str:
        """SQL of the rows that count."""
        return f"SELECT * FROM ({self.every}) WHERE why IS NULL"


def check_table(connection: duckdb.DuckDBPyConnection, table: FileTable) -> CheckedTable:
    """Look at every cell of a table, and return the SQL of its canonical rows.

    Raises
    ------
    BadFileError
        With file, row, column and value of what cannot be read with certainty.
    """
    mapping, scratch = table.detail
    cells = open_cells(table.path, table.name, mapping, scratch, connection)
    plan = make_plan(mapping, cells.names, table.name)
    require(plan)
    texts = cells.sql(connection, plan.read)
    with naming_the_row(connection, cells):
        facts = keep_small(connection, "table_fact", facts_sql(plan, texts), cells.path)
    looked = look(connection, plan, cells, texts, facts)
    # The first pass counted every row, so lines that the reader dropped show here.
    numbers = {place for group in plan.groups for one in group.numbers for place in one.places}
    cells.require_all(connection, looked.rows, sorted(numbers))
    query = canonical_sql(plan, facts, looked.lookups)
    return CheckedTable(plan, cells, looked, keep_small(connection, "table_row", query, cells.path))


def _with_edition(mapping: Mapping, said: FileOptions) -> Mapping:
    """Fill in the edition that the user named beside the mapping."""
    if said.nomenclature is None:
        return mapping
    if mapping.editions:
        raise BadFileError(
            f"the edition asked for is {said.nomenclature}, and the mapping has editions",
            where="mapping, editions",
            hint="leave one of the two out",
        )
    if mapping.nomenclature not in (None, said.nomenclature):
        raise BadFileError(
            f"the edition asked for is {said.nomenclature}, the mapping says "
            f"{mapping.nomenclature}",
            where="mapping, nomenclature",
            hint="leave one of the two out",
        )
    return mapping.model_copy(update={"nomenclature": said.nomenclature})


def _edition(mapping: Mapping) -> str:
    """Return the edition of all rows, or empty text if it differs from row to row."""
    try:
        for text in mapping.editions.values():
            nomenclature_of(text)
        named = nomenclature_of(mapping.nomenclature) if mapping.nomenclature else ""
    except UnknownNameError as error:
        error.where = f"mapping, {'editions' if mapping.editions else 'nomenclature'}"
        raise
    return NONE if mapping.product == TOTAL or mapping.level == "total" else named
