"""Read the UN's tables between editions of the Harmonized System: which codes share goods."""

from __future__ import annotations

from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.sources.concordance.consolidated import COLUMNS, consolidated_rows
from entrepot.sources.concordance.sheet import Sheet, links, read_sheet
from entrepot.sources.parser import Delivery, Rows
from entrepot.sources.unpack import header, members
from entrepot.sources.workbook import is_workbook, sheet_rows, sheets

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

    from entrepot.sources.parser import Key, RawFile, Said

__all__ = ["rows", "tables"]


def tables(file: RawFile, scratch: Path, said: Said) -> Iterator[Delivery]:
    """Yield the sheets of a workbook, or the consolidated text; several may come in one zip."""
    if is_workbook(file.path):  # a workbook of today is a zip too
        yield from _sheets(file.path, file.name, said)
        return
    for _, label, path in members(file, scratch):
        if is_workbook(path):
            yield from _sheets(path, label, said)
        else:
            columns = header(path, label)
            if set(columns) != COLUMNS or len(columns) != len(COLUMNS):
                raise BadFileError(
                    "neither a workbook of the UN nor the consolidated text",
                    where=f"{label}, row 1",
                    why=f"the text has the columns {', '.join(sorted(COLUMNS))}",
                    hint="give the .xls or .xlsx files as unstats.un.org ships them",
                )
            yield Delivery(path, label, "", said.vintage or "unknown", detail=columns)
        if path != file.path:
            path.unlink()


def rows(connection: duckdb.DuckDBPyConnection, table: Delivery) -> Rows:
    """Check every row and return the links between codes, which have six digits each."""
    if not isinstance(table.detail, Sheet):
        return consolidated_rows(connection, table)
    import pyarrow as pa

    sheet = table.detail
    found = list(links(sheet, table.name))
    columns = ("from_code", "to_code", "relation")
    held = {name: pa.array([getattr(one, name) for one in found], pa.string()) for name in columns}
    same = {"from_nomenclature": sheet.newer, "to_nomenclature": sheet.older, "kind": sheet.kind}

    def locate(key: Key) -> str:
        _, from_code, _, to_code, _ = key
        where = [o.row for o in found if (o.from_code, o.to_code) == (from_code, to_code)]
        return f"{table.name}, rows {' and '.join(map(str, where))}"

    relation = connection.from_arrow(pa.table(held))
    return Rows(relation, same, locate, "correlations")


def _sheets(path: Path, name: str, said: Said) -> Iterator[Delivery]:
    for sheet in sheets(path, name):
        where = f"{name}, sheet {sheet!r}"
        cells = sheet_rows(path, sheet, name)
        if any(cell != "" for row in cells for cell in row):
            held = read_sheet(cells, where)
            yield Delivery(path, where, "", said.vintage or "unknown", detail=held)
