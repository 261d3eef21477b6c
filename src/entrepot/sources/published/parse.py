"""Read a collection of published statements of the user's own, in the columns of ours."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.model.columns import schema
from entrepot.sources.parser import FileTable, ParsedRows
from entrepot.sources.published.read import published
from entrepot.sources.published.row import COLUMNS, parse_rows
from entrepot.sources.strict import file_literal, literal
from entrepot.sources.text import count_lines
from entrepot.sources.unpack import members

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

    from entrepot.sources.parser import FileOptions, Key, RawFile


def tables(file: RawFile, scratch: Path, options: FileOptions) -> Iterator[FileTable]:
    """Yield the one table of a file; each is checked as strictly as the bundled ones."""
    for _, label, path in members(file, scratch):
        count_lines(path, label)  # refuses what is damaged or filled, before all of it is in memory
        try:
            text = path.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError as error:
            raise BadFileError(
                f"not a text in UTF-8 ({error.reason})", where=label, hint="save it as CSV in UTF-8"
            ) from error
        statements = parse_rows(text, label)
        # An id that is ours would make citations of it ambiguous.
        bundled = {row.id for row in published("all")}
        for row in statements:
            if row.id in bundled:
                raise BadFileError(
                    f"the id {row.id} belongs to a statement that comes with the program",
                    where=f"{label}: id",
                    why="an id names one statement",
                    hint="give your rows ids of your own, such as MY-001",
                )
        # JSON lines, because DuckDB reads them without guessing at quotes or line ends.
        target = scratch / f"statements-{path.stem}.json"
        with target.open("w", encoding="utf-8") as opened:
            for row in statements:
                cells = {name: getattr(row, name) for name in COLUMNS}
                cells |= {"period": str(row.period), "base": str(row.base or "")}
                opened.write(json.dumps(cells, ensure_ascii=False) + "\n")
        yield FileTable(target, label, "", options.vintage or "unknown")


def rows(connection: duckdb.DuckDBPyConnection, table: FileTable) -> ParsedRows:
    """Return the statements of a table that `tables` has checked."""
    kinds = {name: kind for name, kind in schema("published").items() if name in COLUMNS}
    types = ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in kinds.items())
    relation = connection.sql(
        f"SELECT {', '.join(kinds)} FROM read_json({file_literal(table.path)}, "
        f"format='newline_delimited', hive_partitioning=false, columns={{{types}}})"
    )
    return ParsedRows(relation, {}, lambda key: _locate(table, key), table="published")


def _locate(table: FileTable, key: Key) -> str:
    return f"{table.name}, id {key[0]}"
