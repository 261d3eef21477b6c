"""The one place that opens DuckDB.

The lake builds on it, and so does the door that a user's own frame comes through
(`entrepot.measures.frame_adapter`), which may not know the lake.
"""

from __future__ import annotations

import os
import tempfile
from glob import escape
from pathlib import Path
from typing import TYPE_CHECKING

from entrepot.errors import RequestError

if TYPE_CHECKING:
    import duckdb

UNSAFE = "window_self_join"
"""Optimizers of DuckDB that are switched off.

This one turns a sum over a window into a join of the input with itself. In DuckDB 2.0.1 the second
reading of Parquet files in Hive partitions (as the lake has them) forgets which partitions were
asked for, so that other years are added without a word.
"""


def connect(
    *, memory: str | None = None, threads: int | None = None, scratch: str | None = None
) -> duckdb.DuckDBPyConnection:
    """Open an in-memory DuckDB connection of our own.

    Parameters
    ----------
    memory
        Memory limit such as ``"4GB"``; by default 60 % of the machine's memory.
    threads
        Number of threads; by default one a core.
    scratch
        Folder for what does not fit in memory; by default the system's temporary folder, never
        the working directory.

    Returns
    -------
    duckdb.DuckDBPyConnection
        Takes one call at a time; use ``.cursor()`` for a second thread.

    Raises
    ------
    RequestError
        If `memory` is not an amount of memory.
    """
    import duckdb

    config: dict[str, str | bool | int | float | list[str]] = {
        # The engine itself would take 80 %, as if nothing else ran on the machine.
        "memory_limit": memory or share_of_memory(0.6),
        "temp_directory": scratch or str(Path(tempfile.gettempdir(), "entrepot-duckdb")),
        "preserve_insertion_order": False,
        # No query makes the engine fetch an extension from the network.
        "autoinstall_known_extensions": False,
    }
    if threads:
        config["threads"] = threads
    try:
        connection = duckdb.connect(":memory:", config=config)
    except duckdb.Error as error:
        # Our own amount is well formed, so this is another error.
        if memory is None:
            raise
        raise RequestError(
            f"not an amount of memory: {memory!r}",
            where="environment variable ENTREPOT_MEMORY",
            why=str(error).partition("\n")[0],
            hint="write it as 4GB or 800MB, or unset it",
        ) from error
    # After two seconds of a query it would draw a bar on standard output, into JSON too.
    connection.execute("SET enable_progress_bar = false")
    connection.execute(f"SET disabled_optimizers = '{UNSAFE}'")
    return connection


_KEPT: dict[int, duckdb.DuckDBPyConnection] = {}
"""The database that a process keeps, by its number: a fork of it may not use its parent's."""


def cursor() -> duckdb.DuckDBPyConnection:
    """Return a connection to an empty database that this process keeps; close it after use.

    To open one takes longer than to measure a small frame. Tables and settings of a whole database
    would be seen by every other user of it: only temporary ones may be made here.
    """
    here = os.getpid()
    if here not in _KEPT:
        _KEPT[here] = connect()
    found = _KEPT[here].cursor()
    found.execute("SET enable_progress_bar = false")  # the only setting that is not of the whole
    return found


def confine(connection: duckdb.DuckDBPyConnection, *folders: Path) -> None:
    """Have a connection open files in some folders only, for good, whatever it is asked.

    What the engine does itself is seen by no hook of the interpreter. Its own temporary folder
    stays open to it.
    """
    # Also as patterns: files of a folder with brackets are named with these escaped.
    names = dict.fromkeys(one for at in folders for one in (str(at), escape(str(at))))
    listed = ", ".join("'" + name.replace("'", "''") + "'" for name in names)
    # In this order: without external access folders can no longer be named, and
    # the lock comes last, for it also keeps these settings from being taken back.
    connection.execute(f"SET allowed_directories = [{listed}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def share_of_memory(share: float) -> str:
    """Return `share` of this machine's memory in DuckDB's notation."""
    try:
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):  # Windows has no sysconf
        return "4GB"
    return f"{max(1, int(total * share / 2**20))}MB"
