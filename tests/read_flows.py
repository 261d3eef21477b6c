"""Read a file with a parser, without a lake: its rows as the lake would see them, its findings."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from entrepot.engine import connect
from entrepot.model.columns import key_columns, schema
from entrepot.sources.parser import FileOptions, RawFile

if TYPE_CHECKING:
    from pathlib import Path

    from entrepot.model.columns import Finding
    from entrepot.sources.parser import Parser


@dataclass(frozen=True)
class Read:
    """Rows with every canonical column, and findings by rule."""

    rows: list[dict[str, Any]]
    found: dict[str, Finding]

    def only(self, *columns: str) -> list[tuple[Any, ...]]:
        """Return some columns of all rows, in order."""
        return sorted((tuple(row[name] for name in columns) for row in self.rows), key=repr)


def read_flows(parser: Parser, path: Path, scratch: Path, said: FileOptions | None = None) -> Read:
    """Read every table of a file; two rows with one key fail here as they do in the lake."""
    scratch.mkdir(exist_ok=True)
    kinds = schema("flows")
    rows: list[dict[str, Any]] = []
    found: dict[str, Finding] = {}
    connection = connect(threads=1)
    for table in parser.tables(RawFile(path, path.name), scratch, said or FileOptions()):
        read = parser.rows(connection, table)
        assert {*read.relation.columns, *read.same} <= set(kinds)
        assert not {*read.relation.columns} & {*read.same}
        for cells in read.relation.fetchall():
            row = dict.fromkeys(kinds) | read.same
            rows.append(row | dict(zip(read.relation.columns, cells, strict=True)))
        found |= {one.rule: one for one in (*table.findings, *read.findings)}
    keys = Counter(tuple(row[name] for name in key_columns("flows")) for row in rows)
    assert not [key for key, count in keys.items() if count > 1]
    return Read(rows, found)
