"""The only DDL and COPY: canonical rows out of a relation, into sorted Parquet, and back."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from entrepot.errors import BadFileError
from entrepot.lake.layout import SLICE
from entrepot.lake.outside import readable
from entrepot.model.areas import areas
from entrepot.model.columns import key_columns, schema
from entrepot.model.period import Period
from entrepot.sources.strict import literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date
    from pathlib import Path

    import duckdb

    from entrepot.model.columns import Table
    from entrepot.sources.parser import Rows

__all__ = [
    "STAGED",
    "Staged",
    "cell",
    "clash",
    "contents",
    "correct",
    "export",
    "hold",
    "scan",
    "write",
]

_GROUP = 122_880
STAGED = "staged"
"""Temporary table in which rows wait to be written."""
_CHOICES = {
    "told_by": ("exporter", "importer", "both"),
    "freq": ("A", "Q", "M"),
    "valuation": ("FOB", "CIF"),
    "partner_basis": ("destination", "origin", "consignment"),
}


@dataclass(frozen=True, slots=True)
class Staged:
    """Rows of one period that wait in the temporary table.

    Attributes
    ----------
    period
        None for a table without periods.
    rows, exporters, importers
        How many there are.
    slices, nomenclatures, products, digits
        As in a partition of the catalog.
    """

    period: Period | None
    rows: int
    exporters: int = 0
    importers: int = 0
    slices: tuple[str, ...] = ("*",)
    nomenclatures: tuple[str, ...] = ()
    products: int = 0
    digits: int = 0


def hold(connection: duckdb.DuckDBPyConnection, rows: Rows, own: Iterable[str] = ()) -> None:
    """Put rows into the temporary table, in few bytes a row.

    Only columns that differ from row to row are stored: a year of BACI has eleven million rows,
    and the two sorts carry every byte along.

    Parameters
    ----------
    rows
        What a parser returned.
    own
        Columns that are about to differ.
    """
    kinds = schema(rows.table)
    unknown = sorted({*rows.relation.columns, *rows.same} - set(kinds))
    if unknown:
        raise AssertionError(f"a parser returned columns nobody knows: {unknown}")
    compact = dict(kinds)
    if kinds.get("period") == "DATE":
        compact |= {name: _enum(values) for name, values in _CHOICES.items()}
        compact |= dict.fromkeys(("exporter", "importer"), _enum(a.code for a in areas()))
    parts = {name: name for name in rows.relation.columns}
    parts |= {
        name: literal(rows.same[name]) if name in rows.same else "NULL"
        for name in own
        if name not in parts
    }
    cast = ", ".join(f"{value}::{compact[name]} AS {name}" for name, value in parts.items())
    connection.execute(f"DROP TABLE IF EXISTS {STAGED}")
    connection.execute(f"CREATE TEMP TABLE {STAGED} AS {rows.relation.project(cast).sql_query()}")


def correct(connection: duckdb.DuckDBPyConnection, where: str, change: str = "") -> None:
    """Change rows that wait (``column = value``), or take them out if no change is given."""
    what = f"UPDATE {STAGED} SET {change}" if change else f"DELETE FROM {STAGED}"
    connection.execute(f"{what} WHERE {where}")


def contents(
    connection: duckdb.DuckDBPyConnection, rows: Rows, where: str, *, whole: bool = False
) -> list[Staged]:
    """Return what waits, by period.

    Parameters
    ----------
    rows, where
        What a parser returned, and the name of its table for messages.
    whole
        Whether the source is replaced as a whole, so that nobody needs to know who reports.

    Raises
    ------
    BadFileError
        If two rows have one key, or there is no row.
    """
    _refuse_twins(connection, rows, where)
    found = list(_contents(connection, rows, whole=whole))
    if not found:
        raise BadFileError("no row is left to load", where=where, hint="look at its findings")
    return found


def _refuse_twins(connection: duckdb.DuckDBPyConnection, rows: Rows, where: str) -> None:
    names = key_columns(rows.table)
    key = ", ".join(name for name in names if name in rows.relation.columns)
    twice = connection.sql(
        f"SELECT {key} FROM {STAGED} GROUP BY {key} HAVING count(*) > 1 ORDER BY ALL LIMIT 1"
    )
    cells = twice.fetchall()
    if not cells:
        return
    one = rows.same | dict(zip(twice.columns, cells[0], strict=True))
    words = " ".join(str(one[name]) for name in names if one.get(name) not in (None, "A"))
    raise BadFileError(
        f"two rows for one cell: {words}",
        where=rows.locate(tuple(one.get(name) for name in names)) or where,
        why="adding them up could count the same trade twice",
        hint="find out which row is right, or use the file as the publisher ships it",
    )


def _contents(
    connection: duckdb.DuckDBPyConnection, rows: Rows, *, whole: bool
) -> Iterator[Staged]:
    kinds = schema(rows.table)
    out = ", ".join(f"{cell(name, connection, rows.same)} AS {name}" for name in kinds)
    slices = "'*'" if whole else SLICE.get(rows.table, "'*'")
    flows = "count(DISTINCT exporter), count(DISTINCT importer)" if "importer" in kinds else "0, 0"
    digits = "coalesce(max(length(product)) FILTER (WHERE product <> 'TOTAL'), 0)"
    codes = f"count(DISTINCT product), {digits}"
    edition = "nomenclature" if "nomenclature" in kinds else "NULL"
    periods = kinds.get("period") == "DATE"
    when = f"{'freq' if 'freq' in kinds else literal('A')}, period" if periods else "NULL, NULL"
    found = connection.sql(f"""
        SELECT {when}, count(*), {flows}, list(DISTINCT {slices}), list(DISTINCT {edition}),
               {codes if "product" in kinds else "0, 0"}
        FROM (SELECT {out} FROM {STAGED}) GROUP BY 1, 2 ORDER BY 2, 1""").fetchall()
    for freq, start, count, exporters, importers, told, editions, *codes_there in found:
        period = _period(freq, start) if start else None
        known = tuple(sorted(name for name in editions if name))
        yield Staged(period, count, exporters, importers, tuple(sorted(told)), known, *codes_there)


def _period(freq: str, start: date) -> Period:
    """Return the period that starts on a day: a year, a quarter or a month."""
    text = {"A": "{0.year}", "Q": "{0.year}Q{1}", "M": "{0:%Y-%m}"}[freq]
    return Period.parse(text.format(start, (start.month + 2) // 3))


def cell(name: str, connection: duckdb.DuckDBPyConnection, same: dict[str, str]) -> str:
    """Return SQL for a canonical column of the staged rows."""
    if name in connection.table(STAGED).columns:
        return name
    return literal(same[name]) if name in same else "NULL"


def write(
    connection: duckdb.DuckDBPyConnection,
    rows: Rows,
    period: Period | None,
    order: tuple[str, ...],
    target: Path,
    snapshot: str,
) -> None:
    """Write the staged rows of one period, sorted, and make sure they are on the disk."""
    same = rows.same | {"snapshot": snapshot}
    in_folder = ("source",) if period is None else ("source", "freq", "period")
    out = ", ".join(
        f"{cell(name, connection, same)}::{kind} AS {name}"
        for name, kind in schema(rows.table).items()
        if name not in in_folder
    )
    differ = connection.table(STAGED).columns
    by = ", ".join(name for name in order if name in differ)
    sort = f" ORDER BY {by}" if by else ""
    _copy(
        connection,
        f"SELECT {out} FROM (FROM {STAGED} WHERE {_of(connection, rows, period)}{sort})",
        target,
    )
    with target.open("r+b") as opened:
        os.fsync(opened.fileno())


def _of(connection: duckdb.DuckDBPyConnection, rows: Rows, period: Period | None) -> str:
    """Return SQL that staged rows of a period fulfil."""
    if period is None:
        return "true"
    freq = "freq" in rows.relation.columns
    return f"period = DATE {literal(period.start)}" + (
        f" AND freq = {literal(period.freq)}" if freq else ""
    )


def clash(
    connection: duckdb.DuckDBPyConnection, rows: Rows, period: Period | None, held: Path
) -> tuple[Any, ...] | None:
    """Return the key of a staged row that stored rows of the same period have too, if any."""
    names = [name for name in key_columns(rows.table) if name not in ("period", "freq")]
    mine = ", ".join(f"{cell(name, connection, rows.same)} AS {name}" for name in names)
    both = " AND ".join(f"new.{name} IS NOT DISTINCT FROM old.{name}" for name in names)
    with readable():
        found = connection.sql(f"""
            SELECT {", ".join(f"new.{name}" for name in names)}
            FROM (SELECT {mine} FROM {STAGED} WHERE {_of(connection, rows, period)}) AS new
            SEMI JOIN read_parquet({literal(held)}, hive_partitioning=false) AS old ON {both}
            ORDER BY ALL LIMIT 1""").fetchall()
    return found[0] if found else None


def _enum(values: Iterable[str]) -> str:
    """Return a type of two bytes that sorts like the texts it stands for."""
    return f"ENUM({', '.join(map(literal, sorted(values)))})"


def export(
    connection: duckdb.DuckDBPyConnection, rows: duckdb.DuckDBPyRelation, target: Path
) -> int:
    """Write rows to a CSV or Parquet file, by its suffix, and return how many."""
    kind = {".csv": "csv, HEADER", ".parquet": "parquet, COMPRESSION zstd"}[target.suffix]
    copy = f"COPY ({rows.sql_query()}) TO {literal(target)} (FORMAT {kind})"
    with readable(writing=True):
        return int(connection.execute(copy).fetchall()[0][0])


def _copy(connection: duckdb.DuckDBPyConnection, query: str, target: Path) -> None:
    connection.execute(
        f"COPY ({query}) TO {literal(target)} "
        f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_GROUP})"
    )


def scan(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    files: Iterable[tuple[Path, frozenset[str]]],
) -> duckdb.DuckDBPyRelation:
    """Return stored rows with all canonical columns, unread.

    Parameters
    ----------
    table
        Canonical table.
    files
        Files of one sort order, each with the slices of it that do not count.
    """
    names = ", ".join(schema(table))
    whole = [literal(path) for path, hidden in files if not hidden]
    queries = [_read(table, names, whole)] if whole else []
    for path, hidden in files:
        if hidden:
            gone = ", ".join(map(literal, sorted(hidden)))
            rest = f" WHERE ({SLICE[table]}) NOT IN ({gone})"
            queries.append(_read(table, names, [literal(path)]) + rest)
    with readable():
        return connection.sql(" UNION ALL ".join(queries))


def _read(table: Table, names: str, paths: list[str]) -> str:
    kinds = {name: kind for name, kind in schema(table).items() if name in ("freq", "period")}
    if kinds.get("period") != "DATE":
        kinds = {}
    types = ", ".join(
        f"{literal(k)}: {literal(v)}" for k, v in {"source": "VARCHAR", **kinds}.items()
    )
    return (
        f"SELECT {names} FROM read_parquet([{', '.join(paths)}], "
        f"hive_partitioning=true, hive_types={{{types}}})"
    )
