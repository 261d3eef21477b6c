"""The only DDL and COPY: canonical rows out of a relation, into sorted Parquet, and back.

Two copies of every period, because a question about one importer and a question about one
exporter each want the rows of its own side next to each other (30 to 40 times faster).
"""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal

from entrepot.errors import BadFileError, EntrepotError, OutsideError
from entrepot.model.areas import areas
from entrepot.model.columns import flow_schema
from entrepot.model.period import Period
from entrepot.sources.strict import literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    import duckdb

    from entrepot.sources.parser import Rows

__all__ = [
    "ORDERS",
    "Order",
    "counts",
    "export",
    "guarded",
    "partition_folder",
    "readable",
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
_STAGED = "staged_flows"
_CELL = "period, exporter, importer, product"


def partition_folder(order: Order, source: str, period: Period) -> str:
    """Return where files of one period lie inside the lake.

    The sort orders have separate roots, so that other programs can read either whole root without
    counting rows twice.
    """
    return f"flows/by-{order}/source={source}/period={period.start.isoformat()}"


def stage(connection: duckdb.DuckDBPyConnection, rows: Rows, where: str) -> None:
    """Put rows into a temporary table, in few bytes a row, and refuse two rows for one cell.

    Only columns that differ from row to row are stored: a year of BACI has eleven million rows,
    and the two sorts carry every byte along.

    Raises
    ------
    BadFileError
        If two rows are about the same cell; `where` names their table.
    """
    schema = flow_schema()
    unknown = sorted({*rows.relation.columns, *rows.same} - set(schema))
    if unknown:
        raise AssertionError(f"a parser returned columns nobody knows: {unknown}")
    compact = schema | dict.fromkeys(("exporter", "importer"), _enum(a.code for a in areas()))
    compact["told_by"] = _enum(("exporter", "importer", "both"))
    cast = ", ".join(f"{name}::{compact[name]} AS {name}" for name in rows.relation.columns)
    connection.execute(f"DROP TABLE IF EXISTS {_STAGED}")
    connection.execute(f"CREATE TEMP TABLE {_STAGED} AS {rows.relation.project(cast).sql_query()}")
    twice = connection.sql(
        f"SELECT {_CELL} FROM {_STAGED} GROUP BY {_CELL} HAVING count(*) > 1 ORDER BY ALL LIMIT 1"
    ).fetchall()
    if twice:
        raise BadFileError(
            f"two rows for one cell: {' '.join(map(str, twice[0]))}",
            where=rows.locate(twice[0]) or where,
            why="adding them up could count the same trade twice",
            hint="find out which row is right, or use the file as the publisher ships it",
        )


def counts(connection: duckdb.DuckDBPyConnection, freq: str) -> list[tuple[Period, list[int]]]:
    """Return every staged period with its rows, exporters and importers."""
    form = {"A": "'%Y'", "M": "'%Y-%m'"}[freq]
    found = connection.sql(f"""
        SELECT strftime(period, {form}) AS span,
               count(*), count(DISTINCT exporter), count(DISTINCT importer)
        FROM {_STAGED} GROUP BY span ORDER BY span""").fetchall()
    return [(Period.parse(span), numbers) for span, *numbers in found]


def write(
    connection: duckdb.DuckDBPyConnection,
    same: dict[str, str],
    period: Period,
    order: Order,
    target: Path,
) -> None:
    """Write the staged rows of one period, sorted, and make sure they are on the disk."""
    staged = connection.table(_STAGED).columns
    out = ", ".join(
        f"{name if name in staged else literal(same[name]) if name in same else 'NULL'}::{kind} "
        f"AS {name}"
        for name, kind in flow_schema().items()
        if name not in _IN_FOLDER
    )
    _copy(
        connection,
        f"SELECT {out} FROM (FROM {_STAGED} WHERE period = DATE {literal(period.start)} "
        f"ORDER BY {', '.join(ORDERS[order])})",
        target,
    )
    with target.open("r+b") as opened:
        os.fsync(opened.fileno())


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


def scan(connection: duckdb.DuckDBPyConnection, files: Iterable[Path]) -> duckdb.DuckDBPyRelation:
    """Return stored rows with all canonical columns, unread; `files` must be of one sort order."""
    paths = ", ".join(literal(path) for path in files)
    with readable():
        return connection.sql(
            f"SELECT {', '.join(flow_schema())} FROM read_parquet([{paths}], "
            "hive_partitioning=true, hive_types={'source': 'VARCHAR', 'period': 'DATE'})"
        )


@contextmanager
def readable(*, writing: bool = False) -> Iterator[None]:
    """Say what to do where stored files are gone or damaged, or memory is short.

    With `writing`, troubles of the disk may be those of a target and are left to `guarded`.
    """
    import duckdb

    try:
        yield
    except duckdb.InterruptException as error:
        raise KeyboardInterrupt from error
    except duckdb.OutOfMemoryException as error:
        raise OutsideError(
            "not enough memory for this question",
            why=str(error).partition("\n")[0],
            hint="close other programs, or set ENTREPOT_MEMORY higher",
        ) from error
    except duckdb.Error as error:
        disk = () if writing else (duckdb.IOException,)
        if type(error) not in (*disk, duckdb.InvalidInputException, duckdb.Error):
            raise  # the target's disk, or a defect of ours, which should be seen as one
        raise OutsideError(
            "a file of the lake cannot be read",
            why=str(error).partition("\n")[0],
            hint="entrepot data check says which; remove its source and add it again",
        ) from error


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
