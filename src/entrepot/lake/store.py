"""The only COPY: rows that wait, into sorted Parquet, and back."""

from __future__ import annotations

import os
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from entrepot.errors import BadFileError
from entrepot.lake.catalog import SLICE
from entrepot.lake.staged import STAGED, TOTALS, cell, of_period
from entrepot.lake.system_errors import readable
from entrepot.model.columns import key_columns, schema
from entrepot.model.table_files import csv_cell_sql
from entrepot.sources.strict import bad_line, enum, file_literal, literal, quoted
from entrepot.sources.temp_tables import keep as keep_rows

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping, Sequence
    from pathlib import Path

    import duckdb

    from entrepot.lake.catalog import Partition, Snapshot
    from entrepot.model.columns import Table
    from entrepot.model.period import Period
    from entrepot.sources.parser import ParsedRows

ABOUT = "entrepot"
"""Key under which a file keeps what it is: the snapshot and the partition it is a part of."""
# The engine's own size: 60 vectors of 2,048 rows.
_GROUP = 122_880
_WORDS = 5_000  # texts of a group that are numbered: to try more costs a fifth of the writing
_LEVEL = 1  # 3, the usual one, takes a third longer and saves a fiftieth of the space


def write(
    connection: duckdb.DuckDBPyConnection,
    rows: ParsedRows,
    there: Mapping[str, str],
    period: Period | None,
    order: tuple[str, ...],
    target: Path,
    snapshot: str,
    about: str,
) -> None:
    """Write the staged rows of one period, sorted, and make sure they are on the disk.

    `there` are name and type of the columns that wait, `about` what the file says of itself.
    """
    same = rows.same | {"snapshot": snapshot}
    in_folder = ("source",) if period is None else ("source", "freq", "period")
    out = ", ".join(
        f"{_typed(name, kind, there, same)} AS {name}"
        for name, kind in schema(rows.table).items()
        if name not in in_folder
    )
    by = ", ".join(sort_columns(there, rows.table, order))
    sort = f" ORDER BY {by}" if by and not rows.kept else ""
    # What a parser kept is in order already.
    with in_order(connection) if rows.kept else nullcontext():
        _copy(
            connection,
            # Sorted before it is cast: an ENUM sorts as a number, in the order of its texts.
            f"SELECT {out} FROM (FROM {STAGED} WHERE {of_period(there, period)}{sort})",
            target,
            about,
        )
    with target.open("r+b") as opened:
        os.fsync(opened.fileno())


def write_totals(
    connection: duckdb.DuckDBPyConnection, period: Period, target: Path, snapshot: str, about: str
) -> None:
    """Write what the reporters added up themselves in one period, as `write` does rows."""
    partition_columns = {"freq", "period", "source", "snapshot"}
    out = ", ".join(name for name in schema("totals") if name not in partition_columns)
    by = ", ".join(name for name in key_columns("totals") if name not in partition_columns)
    when = f"period = DATE {literal(period.start)} AND freq = {literal(period.freq)}"
    mine = f"{literal(snapshot)} AS snapshot"
    query = f"SELECT {out}, {mine} FROM {TOTALS} WHERE {when} ORDER BY {by}"
    _copy(connection, query, target, about)
    with target.open("r+b") as opened:
        os.fsync(opened.fileno())


def _typed(name: str, kind: str, there: Mapping[str, str], same: dict[str, str]) -> str:
    """Return SQL for a canonical column to write; text that can be listed stays an ENUM.

    Files hold it as plain text all the same, but every value is not looked up again: that halves
    the time of writing.
    """
    if name in there:
        listed = there[name].startswith("ENUM")
        return name if listed and kind == "VARCHAR" else f"{name}::{kind}"
    if name in same and kind == "VARCHAR":
        return f"{literal(same[name])}::{enum([same[name]])}"
    return f"{cell(name, there, same)}::{kind}"


def keep(connection: duckdb.DuckDBPyConnection, name: str, query: str) -> None:
    """Keep what a query gives in a temporary table, which ends with the connection."""
    with readable():
        keep_rows(connection, name, query)


def findings(
    connection: duckdb.DuckDBPyConnection, items: Sequence[Snapshot]
) -> duckdb.DuckDBPyRelation:
    """Return what was noticed when snapshots were loaded, as a table."""
    texts = ["source", "vintage", "snapshot", "rule", "level", "place", "example", "text"]
    rows = [
        (item.source, item.vintage, item.id, one.rule, one.level, one.place, one.example, one.text)
        for item in items
        for one in item.findings
    ]
    counts = [one.count for item in items for one in item.findings]
    lists = ", ".join(f"unnest(${at + 1}::VARCHAR[]) AS {name}" for at, name in enumerate(texts))
    columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in texts]
    return connection.sql(
        f"SELECT {lists}, unnest(${len(texts) + 1}::BIGINT[]) AS count", params=[*columns, counts]
    ).project("source, vintage, snapshot, rule, level, place, count, example, text")


@contextmanager
def in_order(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Have rows come in the order of files and of sorting within the block, however many threads.

    What is written then has the same bytes in every run, and its checksum can be compared.
    """
    # Of the whole engine, so by a cursor: the connection itself may have a result that is open.
    with connection.cursor() as own:
        own.execute("SET preserve_insertion_order = true")
        try:
            yield
        finally:
            own.execute("SET preserve_insertion_order = false")


_LITTLE = 600 * 10**6
"""Bytes with which a load of a million lines takes at most a twentieth longer."""


@contextmanager
def little_memory(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Have the engine keep what waits on the disk within the block, but for so many bytes.

    Rows of a file wait for their findings, however many there are. The engine would fill the
    memory of the machine with them; with so much less it takes a quarter longer for large files.
    """
    with connection.cursor() as own:
        [(before, held)] = own.execute(
            "SELECT limited, parse_formatted_bytes(limited) "
            "FROM (SELECT current_setting('memory_limit') AS limited)"
        ).fetchall()
        if held <= _LITTLE:
            yield
            return
        own.execute(f"SET memory_limit = '{_LITTLE}B'")
        try:
            yield
        finally:
            # It says tenths and cuts off the rest: half a tenth more is the same, also next time.
            own.execute(f"SET memory_limit = '{before.replace(' ', '5 ')}'")


def export(
    connection: duckdb.DuckDBPyConnection, rows: duckdb.DuckDBPyRelation, target: Path, suffix: str
) -> int:
    """Write rows to a file, as CSV or Parquet by a suffix, and return how many."""
    kind = {".csv": "csv, HEADER", ".parquet": "parquet, COMPRESSION zstd"}[suffix]
    if suffix == ".csv":
        safe = [
            f"{csv_cell_sql(name)} AS {name}" if str(type_) == "VARCHAR" else name
            for name, type_ in zip(map(quoted, rows.columns), rows.types, strict=True)
        ]
        rows = rows.project(", ".join(safe))
    copy = f"COPY ({rows.sql_query()}) TO {literal(target)} (FORMAT {kind})"
    with readable(writing=True):
        return int(connection.execute(copy).fetchall()[0][0])


def stored_about(connection: duckdb.DuckDBPyConnection, path: Path) -> str | None:
    """Return the text that a stored file keeps of itself; None if it is none of ours."""
    # Ours is the only key that counts; other programs may leave keys of their own.
    query = f"SELECT value FROM parquet_kv_metadata({file_literal(path)}) WHERE key = '{ABOUT}'"
    with readable():
        found = connection.execute(query).fetchall()
    return bytes(found[0][0]).decode() if found else None


def keep_text(
    connection: duckdb.DuckDBPyConnection,
    query: str,
    target: Path,
    key: str,
    about: str,
    where: str,
) -> int:
    """Write what a query reads from a text to a file of text columns, in the order of its lines.

    Returns
    -------
    int
        How many rows were written.

    Raises
    ------
    BadFileError
        If the text is no table of the columns that the query reads.
    """
    import duckdb

    # The bytes name the rows: a file that comes again is known by them.
    try:
        with in_order(connection):
            [(rows,)] = connection.execute(
                f"COPY ({query}) TO {literal(target)} "
                f"(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL {_LEVEL}, "
                f"ROW_GROUP_SIZE {_GROUP}, DICTIONARY_SIZE_LIMIT {_WORDS}, "
                f"KV_METADATA {{{key}: {literal(about)}}})"
            ).fetchall()
    except (duckdb.InvalidInputException, duckdb.NotImplementedException) as error:
        raise bad_line(error, where) from None
    return int(rows)


_FIRST = 4096
"""Rows that show that two texts differ, as all do but those that were delivered twice."""


def same_rows(
    connection: duckdb.DuckDBPyConnection, one: Path, other: Path, row: str, but: str | None = None
) -> bool:
    """Return whether two kept texts have the same rows, whatever their bytes.

    The cells of the column `but` are not compared; `row` is the column with the number of each row.
    What cannot be read is not the same.
    """
    import duckdb

    files = [
        f"read_parquet({file_literal(path)}, hive_partitioning=false)" for path in (one, other)
    ]
    try:
        names, others = (connection.sql(f"FROM {file}").columns for file in files)
        every = f"hash({', '.join(quoted(name) for name in names if name != but)})"
        # Every row has its number in it, so that a sum of hashes knows their order. The numbers of
        # rows, which are read in no time, differ as a rule, and where years have as many lines, the
        # first of them do: all rows of all years would be read for each year that comes.
        total = f"SELECT sum({every}::HUGEINT) FROM"
        for query in (
            "SELECT count(*) FROM {}",
            f"{total} {{}} WHERE {row} <= {_FIRST}",
            f"{total} {{}}",
        ):
            mine, its = (connection.execute(query.format(file)).fetchall() for file in files)
            if names != others or mine != its:
                return False
    except duckdb.Error:
        return False
    return True


def _copy(connection: duckdb.DuckDBPyConnection, query: str, target: Path, about: str) -> None:
    connection.execute(
        f"COPY ({query}) TO {literal(target)} "
        f"(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL {_LEVEL}, ROW_GROUP_SIZE {_GROUP}, "
        f"KV_METADATA {{{ABOUT}: {literal(about)}}})"
    )


def scan(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    files: Sequence[tuple[Path, frozenset[str]]],
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
    unfiltered = [path for path, hidden in files if not hidden]
    queries = [_read(table, names, unfiltered)] if unfiltered else []
    for path, hidden in files:
        if hidden:
            gone = ", ".join(map(literal, sorted(hidden)))
            rest = f" WHERE ({SLICE[table]}) NOT IN ({gone})"
            queries.append(f"FROM ({_read(table, names, [path])}){rest}")
    with readable():
        # A name of its own would make the text of the same query another one each time.
        return connection.sql(" UNION ALL ".join(queries), alias="held")


def _read(table: Table, names: str, paths: Sequence[Path]) -> str:
    kinds = {name: kind for name, kind in schema(table).items() if name in ("freq", "period")}
    if kinds.get("period") != "DATE":
        kinds = {}
    kinds = {"source": "VARCHAR", **kinds}
    folders = 3 if "period" in kinds else 1  # source=, freq=, period=, whether columns or not
    if any(str(path).count("=") > folders for path in paths):
        # The engine would take the name of a folder above the lake for a column of ours.
        return " UNION ALL ".join(_read_one(names, kinds, path, folders) for path in paths)
    types = ", ".join(f"{literal(name)}: {literal(kind)}" for name, kind in kinds.items())
    return (
        f"SELECT {names} FROM read_parquet([{', '.join(map(file_literal, paths))}], "
        f"hive_partitioning=true, hive_types={{{types}}})"
    )


def _read_one(names: str, kinds: Mapping[str, str], path: Path, folders: int) -> str:
    said = dict(part.split("=", 1) for part in path.parts[-1 - folders : -1])
    same = ", ".join(f"{literal(said[name])}::{kind} AS {name}" for name, kind in kinds.items())
    file = f"read_parquet({file_literal(path)}, hive_partitioning=false)"
    return f"SELECT {names} FROM (SELECT *, {same} FROM {file})"


# What was written is read back before anybody may see it: all rows, in order, no two of one key.


_SAME_IN_A_FILE = ("period", "freq")


def sort_columns(there: Container[str], table: Table, order: Sequence[str]) -> list[str]:
    """Return what staged rows are sorted by: a sort order, then the rest of the key.

    Columns with one text in all rows are left out: they are not among those that wait, `there`.
    """
    every = dict.fromkeys([*order, *key_columns(table)])
    return [name for name in every if name in there and name not in _SAME_IN_A_FILE]


def refuse_twins(
    connection: duckdb.DuckDBPyConnection,
    rows: ParsedRows,
    there: Container[str],
    part: Partition,
    path: Path,
    order: Sequence[str],
    where: str,
) -> None:
    """Refuse rows of one period of which two have one key.

    Parameters
    ----------
    rows, where
        What a parser returned, and the name of its table for messages.
    there, part
        The columns that wait, and the period.
    path, order
        A file they were just written to, and its sort order.

    Raises
    ------
    BadFileError
        If there are two rows for one cell.
    """
    names = key_columns(rows.table)
    key = [name for name in sort_columns(there, rows.table, order) if name in names]
    with readable():
        twin = _twin(connection, path, key, part.rows)
    if twin is None:
        return
    one: dict[str, Any] = dict(rows.same) | twin
    if part.period:
        one |= {"period": part.period.start, "freq": part.period.freq}
    words = " ".join(str(one[name]) for name in names if one.get(name) not in (None, "A"))
    raise BadFileError(
        f"two rows for one cell: {words}",
        where=rows.locate(tuple(one.get(name) for name in names)) or where,
        why="adding them up could count the same trade twice",
        hint="find out which row is right, or use the file as the publisher ships it",
    )


def _twin(
    connection: duckdb.DuckDBPyConnection, path: Path, key: Sequence[str], rows: int
) -> dict[str, Any] | None:
    """Return the first key that two rows of a sorted file have."""
    if not key:
        return {} if rows > 1 else None
    # Without ORDER BY a window takes rows as they are in the file, which is what is to be proved.
    before = ", ".join(f"lag({name}) OVER () AS before_{name}" for name in key)
    file = f"read_parquet({file_literal(path)}, hive_partitioning=false)"
    [(found,)] = connection.execute(f"SELECT count(*) FROM {file}").fetchall()
    if found != rows:
        raise AssertionError(f"{found} of {rows} rows were written")
    bad = connection.execute(f"""
        SELECT {_same(key)} AS is_twin, {", ".join(key)}
        FROM (SELECT {", ".join(key)}, {before} FROM {file})
        WHERE {_does_not_rise(key)} ORDER BY ALL LIMIT 1""").fetchall()
    for is_twin, *cells in bad:
        if not is_twin:
            raise AssertionError("rows were written out of order")
        return dict(zip(key, cells, strict=True))
    return None


def _same(key: Sequence[str]) -> str:
    return " AND ".join(f"{name} IS NOT DISTINCT FROM before_{name}" for name in key)


def _does_not_rise(key: Sequence[str]) -> str:
    """Return SQL for a row that has the key of the row in front of it, or sorts before it."""
    test = "true"
    for name in reversed(key):
        less = f"(before_{name} > {name} OR (before_{name} IS NULL AND {name} IS NOT NULL))"
        test = f"({less} OR (before_{name} IS NOT DISTINCT FROM {name} AND {test}))"
    # The first row has none in front of it; the first column of a key is never empty.
    return f"before_{key[0]} IS NOT NULL AND {test}"
