"""The only DDL and COPY: canonical rows out of a relation, into sorted Parquet, and back.

Two copies of every period, because a question about one importer and a question about one
exporter each want the rows of its own side next to each other (30 to 40 times faster).
"""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from entrepot.errors import EntrepotError, OutsideError
from entrepot.model.columns import flow_schema
from entrepot.model.period import Period
from entrepot.sources.strict import literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import duckdb

__all__ = [
    "ORDERS",
    "Order",
    "counts",
    "export",
    "guarded",
    "partition_folder",
    "scan",
    "stage",
    "write",
]

Order = Literal["importer", "exporter"]
ORDERS: dict[Order, tuple[str, ...]] = {
    "importer": ("importer", "product", "exporter"),
    "exporter": ("exporter", "product", "importer"),
}
_IN_FOLDER = ("source", "period")  # columns that the folder's name carries, the Hive way
_GROUP = 122_880


def partition_folder(order: Order, source: str, period: Period) -> str:
    """Return where files of one period lie inside the lake.

    The sort orders have separate roots, so that other programs can read either whole root without
    counting rows twice.
    """
    return f"flows/by-{order}/source={source}/period={period.start.isoformat()}"


def stage(
    connection: duckdb.DuckDBPyConnection, rows: duckdb.DuckDBPyRelation, target: Path
) -> None:
    """Write a relation with canonical columns, in any order of rows; absent columns are null."""
    schema = flow_schema()
    unknown = sorted(set(rows.columns) - set(schema))
    if unknown:
        raise AssertionError(f"a parser returned columns nobody knows: {unknown}")
    cast = ", ".join(
        f"CAST({name if name in rows.columns else 'NULL'} AS {kind}) AS {name}"
        for name, kind in schema.items()
    )
    _copy(connection, rows.project(cast).sql_query(), target)


def write(
    connection: duckdb.DuckDBPyConnection,
    staged: Path,
    period: Period,
    order: Order,
    target: Path,
) -> None:
    """Write the rows of one period, sorted, and make sure they are on the disk."""
    names = ", ".join(name for name in flow_schema() if name not in _IN_FOLDER)
    query = (
        f"SELECT {names} FROM read_parquet({literal(staged)}) "
        f"WHERE period = DATE {literal(period.start)} AND freq = {literal(period.freq)} "
        f"ORDER BY {', '.join(ORDERS[order])}"
    )
    _copy(connection, query, target)
    with target.open("rb") as opened:
        os.fsync(opened.fileno())


def export(
    connection: duckdb.DuckDBPyConnection, rows: duckdb.DuckDBPyRelation, target: Path
) -> int:
    """Write rows to a CSV or Parquet file, by its suffix, and return how many."""
    kind = {".csv": "csv, HEADER", ".parquet": "parquet, COMPRESSION zstd"}[target.suffix]
    query = rows.sql_query()
    return int(
        connection.execute(f"COPY ({query}) TO {literal(target)} (FORMAT {kind})").fetchall()[0][0]
    )


def _copy(connection: duckdb.DuckDBPyConnection, query: str, target: Path) -> None:
    connection.execute(
        f"COPY ({query}) TO {literal(target)} "
        f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {_GROUP})"
    )


def counts(
    connection: duckdb.DuckDBPyConnection, staged: Path
) -> list[tuple[Period, int, int, int]]:
    """Return every period in a staged file with its rows, exporters and importers."""
    found = connection.sql(f"""
        SELECT CASE freq WHEN 'A' THEN strftime(period, '%Y')
                         WHEN 'Q' THEN concat(year(period), 'Q', quarter(period))
                         WHEN 'M' THEN strftime(period, '%Y-%m') END AS span,
               count(*), count(DISTINCT exporter), count(DISTINCT importer)
        FROM read_parquet({literal(staged)}) GROUP BY span ORDER BY span""").fetchall()
    return [(Period.parse(span), *numbers) for span, *numbers in found]


def scan(connection: duckdb.DuckDBPyConnection, files: Iterable[Path]) -> duckdb.DuckDBPyRelation:
    """Return stored rows with all canonical columns, unread; `files` must be of one sort order."""
    paths = ", ".join(literal(path) for path in files)
    return connection.sql(
        f"SELECT {', '.join(flow_schema())} FROM read_parquet([{paths}], hive_partitioning=true, "
        "hive_types={'source': 'VARCHAR', 'period': 'DATE'})"
    )


@contextmanager
def guarded(where: Path) -> Iterator[None]:
    """Turn what the system does to us (full disk, no rights, Ctrl-C) into errors of our own."""
    import duckdb

    try:
        yield
    except EntrepotError:
        raise
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        raise _outside(where, "the disk is full" if full else str(error), str(error)) from error
    except (duckdb.IOException, duckdb.OutOfMemoryException) as error:
        text = str(error).partition("\n")[0]
        raise _outside(where, text, text) from error
    except duckdb.InterruptException as error:
        raise KeyboardInterrupt from error
    except RuntimeError as error:  # DuckDB's way to say that Ctrl-C was pressed
        if "interrupted" in str(error):
            raise KeyboardInterrupt from error
        raise


def _outside(where: Path, what: str, text: str) -> OutsideError:
    space = "space" in text or "full" in what or "too large" in text
    return OutsideError(
        what,
        where=str(where),
        why="nothing was changed: the lake is as it was before",
        hint="make room, or put the lake elsewhere with --lake"
        if space
        else "check the folder, its rights and the memory that is free",
    )
