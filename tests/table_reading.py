"""Read a table with a mapping, as the lake does, into plain dicts."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from entrepot.engine import connect
from entrepot.model.columns import flow_schema
from entrepot.sources.parser import FileOptions, RawFile
from entrepot.sources.table.parse import rows, tables

if TYPE_CHECKING:
    import duckdb

    from entrepot.model.columns import Finding

MAPS = Path(__file__).parent / "reference" / "tables"


@cache
def shared_connection() -> duckdb.DuckDBPyConnection:
    """Return one connection for all tests: reading leaves nothing behind."""
    return connect(threads=1)


def read_table(
    path: Path, mapping: str, scratch: Path, **said: str
) -> tuple[list[dict[str, Any]], list[Finding]]:
    """Return canonical rows in an order of their own, and the findings."""
    found: list[dict[str, Any]] = []
    findings: list[Finding] = []
    connection = shared_connection()
    for table in tables(RawFile(path, path.name), scratch, FileOptions(mapping=mapping, **said)):
        read = rows(connection, table)
        names = read.relation.columns
        for cells in read.relation.fetchall():
            row = dict.fromkeys(flow_schema()) | read.same
            found.append(row | dict(zip(names, cells, strict=True)))
        findings += [*table.findings, *read.findings]
    return sorted(found, key=lambda row: tuple(map(str, row.values()))), findings


def read_text(
    folder: Path, text: str | bytes, mapping: str, **said: str
) -> tuple[list[dict[str, Any]], list[Finding]]:
    """Write a file and read it."""
    path = folder / "table.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_table(path, mapping, folder, **said)


def one_map(name: str) -> str:
    """Return one of the mappings that are kept as examples."""
    return (MAPS / f"{name}.yaml").read_text(encoding="utf-8")
