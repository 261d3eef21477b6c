"""Files of one load, each prepared by a task of Apache Spark with the loader itself.

Spark gives the files to workers, and a file to another worker where one dies. What a cell may be
and what is odd about lines is said once, by the parsers, and tested on DuckDB wherever a file is
read; so the rows, the findings and the bytes that are kept do not depend on the engine.

A task writes into a folder of its own inside that of the load, where nobody looks. The process that
has the lock puts the folders together, compares the files with each other, and publishes.
"""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING
from uuid import uuid4

from entrepot.errors import EntrepotError, OutsideError
from entrepot.lake import registers
from entrepot.lake.catalog import TABLES
from entrepot.lake.prepare import Load, prepare, take_in
from entrepot.lake.system_errors import AS_BEFORE, guarded
from entrepot.lake.unchanged import all_files, require_read
from entrepot.sources import source_info
from entrepot.spark import cause
from entrepot.version import __version__

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pyspark import SparkContext

    from entrepot.lake.catalog import Catalog, Snapshot
    from entrepot.sources.parser import FileOptions


@dataclass(frozen=True, slots=True)
class _Work:
    """What every task of a load is told."""

    folder: Path
    staging: Path
    source: str
    options: FileOptions
    replaces: bool
    title: str
    before: Catalog
    number: int
    memory: str | None
    versions: str


@dataclass(frozen=True, slots=True)
class _Prepared:
    """What a task says: where it wrote what, or why the file is refused.

    Errors of ours are results and no failures, or Spark would read the file three more times.
    """

    folder: str = ""
    snapshot: Snapshot | None = None
    is_incomplete: bool = False
    error: EntrepotError | None = None


def prepare_on_spark(
    context: SparkContext, memory: str | None, run: Load, paths: Sequence[Path]
) -> list[str]:
    """Prepare files side by side on the workers of Spark; see `prepare.Preparing`.

    Raises
    ------
    BadFileError
        Of the first file, in the order given, that is refused.
    OutsideError
        If a worker cannot read or write, or Spark breaks off.
    """
    if run.info.brings == "shipments":
        registers.secret(run.folder)  # made once, before many ask for it
    work = _Work(
        folder=run.folder.resolve(),
        staging=run.staging.resolve(),
        source=run.info.id,
        options=run.options,
        replaces=run.replaces,
        title=run.title,
        before=run.before,
        number=run.number,
        memory=memory,
        versions=_versions(),
    )
    several = [path.absolute() for path in paths]
    run.progress(f"reading {len(several)} files on {context.master}")
    found = _run(context, work, several)
    for one in found:
        if one.error is not None:
            raise one.error
    unchanged = []
    for path, one in zip(paths, found, strict=True):
        if one.snapshot is None:
            unchanged.append(path.name)
            run.incomplete += [path.name] if one.is_incomplete else []
            continue
        _gather(run.staging / one.folder, run.staging)
        take_in(run, one.snapshot)
    return unchanged


def _run(context: SparkContext, work: _Work, paths: Sequence[Path]) -> list[_Prepared]:
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        # One task a file: what differs from file to file is how long it takes.
        files = context.parallelize(paths, len(paths))
        found: list[_Prepared] = files.map(partial(_prepared, work)).collect()
    except (PySparkException, Py4JError) as error:
        raise OutsideError(
            "Spark breaks off while it loads",
            where=context.master,
            why=f"{cause(str(error))}; {AS_BEFORE}",
            hint="every worker needs this version of Python and of entrepot (PYSPARK_PYTHON names "
            "its Python) and sees the lake and the files under the same paths; Spark's log in the "
            "temporary folder says more",
        ) from error
    return found


def _prepared(work: _Work, path: Path) -> _Prepared:
    """Prepare one file, on a worker."""
    try:
        _require_alike(work, path)
        with guarded(work.folder):
            return _prepare(work, path)
    except EntrepotError as error:
        return _Prepared(error=error)


def _prepare(work: _Work, path: Path) -> _Prepared:
    from pyspark import TaskContext

    from entrepot.engine import connect, share_of_memory

    task = TaskContext.get()
    # Of its own also if the file is read twice at a time: only one of the two is asked for.
    mine = work.staging / f"part-{uuid4().hex}"
    for name in ("raw", "scratch"):
        (mine / name).mkdir(parents=True)
    with tempfile.TemporaryDirectory(prefix="entrepot-") as spilled:
        connection = connect(
            # As many tasks as there are cores share a worker.
            memory=work.memory or share_of_memory(0.6 / (os.cpu_count() or 1)),
            threads=task.cpus() if task else 1,
            scratch=spilled,
        )
        try:
            connection.execute("CALL enable_logging('FileSystem')")
            run = Load(
                folder=work.folder,
                staging=mine,
                info=source_info(work.source),
                connection=connection.cursor(),
                options=work.options,
                replaces=work.replaces,
                title=work.title,
                progress=lambda _: None,
                before=work.before,
                number=work.number,
            )
            is_new = prepare(run, path)
            require_read(work.folder, lambda: all_files(work.before), connection)
        finally:
            connection.close()
    for name in ("scratch", "kept"):
        shutil.rmtree(mine / name, ignore_errors=True)
    if is_new:
        return _Prepared(mine.name, run.added[0])
    return _Prepared(is_incomplete=bool(run.incomplete))


def _require_alike(work: _Work, path: Path) -> None:
    """Refuse a worker that would give other rows, or that lacks the lake or the file."""
    host = platform.node()
    if (mine := _versions()) != work.versions:
        raise OutsideError(
            "a worker has other versions",
            where=f"{host}: {mine}",
            why=f"it could read a cell otherwise than {work.versions} would",
            hint="install the same versions there; PYSPARK_PYTHON names the Python of the workers",
        )
    for what, there in (("lake", work.staging), ("file", path)):
        if not there.exists():
            raise OutsideError(
                f"a worker does not see the {what}",
                where=f"{host}: {work.folder if what == 'lake' else path}",
                why="the files of a load are read and written by the workers",
                hint="put lake and files into a folder that all of them have under the same path",
            )


def _versions() -> str:
    import duckdb

    return (
        f"entrepot {__version__}, DuckDB {duckdb.__version__}, Python {platform.python_version()}"
    )


def _gather(apart: Path, staging: Path) -> None:
    """Move what a task wrote to where a load in one process would have written it."""
    for root in ("raw", *TABLES):
        for path in sorted((apart / root).rglob("*")):
            if path.is_file():
                target = staging / path.relative_to(apart)
                target.parent.mkdir(parents=True, exist_ok=True)
                path.replace(target)
    shutil.rmtree(apart)
