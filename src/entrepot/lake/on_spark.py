"""Apache Spark at work for a lake: it reads flows, and prepares the files of a load.

To read, Spark gets the files that the catalog names, and no others. Other tables (descriptions,
links between editions, inputs) are small; DuckDB reads them as ever.

To load, Spark gives the files to workers, and a file to another worker where one dies. What a cell
may be and what is odd about lines is said once, by the parsers, and tested on DuckDB wherever a
file is read; so the rows, the findings and the bytes that are kept do not depend on the engine. A
task writes into a folder of its own inside that of the load, where nobody looks. The process that
has the lock puts the folders together, compares the files with each other, and publishes.
"""

from __future__ import annotations

import os
import platform
import re
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import uuid4

import narwhals as nw

from entrepot.errors import EntrepotError, NoEvidenceError, OutsideError, RequestError
from entrepot.lake import registers
from entrepot.lake.catalog import NAME, SLICE, TABLES, Catalog
from entrepot.lake.explain import files_named
from entrepot.lake.lake import Lake
from entrepot.lake.merge import at_times
from entrepot.lake.prepare import Load, prepare, take_in
from entrepot.lake.registers import as_flows
from entrepot.lake.state import State
from entrepot.lake.system_errors import AS_BEFORE, guarded
from entrepot.lake.unchanged import all_files, require_read, require_whole
from entrepot.model.columns import schema
from entrepot.sources import source_info
from entrepot.spark import cause, plan_for
from entrepot.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager

    from pyspark import SparkContext
    from pyspark.sql import DataFrame, DataFrameReader, SparkSession

    from entrepot.lake.catalog import Order, Snapshot, StoredFile
    from entrepot.lake.prepare import Preparing
    from entrepot.model.columns import Table
    from entrepot.model.period import Period
    from entrepot.settings import Settings
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


_NO_RIGHT = re.compile("Permission denied|Access ?Denied|AccessControlException|403 Forbidden")
# Spark's own VARCHAR needs a length.
_TYPES = {"VARCHAR": "STRING"}


class SparkLake(Lake):
    """A lake whose flows are Spark frames, and whose files are loaded on Spark's workers.

    Open it with `SparkLake.open`. Spark starts when it is first needed. What else writes is done
    here, as by `Lake`; a lake at an address is only read.

    Parameters
    ----------
    settings
        As for `Lake`; the lake may also be at an address that Spark reads, ``s3a://bucket/lake``.
        Nobody may change it there while it is read.
    master
        Where Spark runs; see `entrepot.spark.session`.
    """

    plans_long: ClassVar[bool] = True

    def __init__(self, settings: Settings, *, master: str | None = None) -> None:
        super().__init__(settings)
        self._master = master or (f"local[{settings.threads}]" if settings.threads else None)
        self._address = settings.address.rstrip("/") if settings.address else None
        self._compared: set[str] = set()

    @classmethod
    def open(
        cls, path: str | os.PathLike[str] | None = None, *, master: str | None = None
    ) -> SparkLake:
        """Open the lake in a folder or at an address; by default the one the settings name."""
        from entrepot.settings import Settings

        return cls(Settings.read(path, anywhere=True), master=master)

    @property
    def session(self) -> SparkSession:
        """The Spark session of this process, started when first asked for."""
        from entrepot.spark import session

        return session(self._master, memory=self._settings.memory)

    def engine_in_words(self) -> str:
        """Return the engine with its version and limits, as `Lake.engine_in_words`."""
        running = self.session.sparkContext
        # Spark's own word: of a cluster with one core it says two.
        parts = running.defaultParallelism
        return f"Spark {self.session.version}, {running.master}, default parallelism {parts}"

    def flows(
        self,
        source: str,
        *,
        by: Order = "importer",
        deliveries: Sequence[str] = (),
        times: Sequence[Period] = (),
        basis: str | None = None,
    ) -> nw.LazyFrame[Any]:
        """Return the rows of a source in canonical columns, unread, on Spark; as `Lake.flows`."""
        state = self._state()
        parts = state.parts_of_flows(source, deliveries)
        table = parts[0].snapshot.table
        files = state.files(at_times(parts, times), by)
        found: nw.LazyFrame[Any] = nw.from_native(self._scan(state, table, files))
        return as_flows(found, parts, basis)

    def totals(self, source: str) -> nw.LazyFrame[Any] | None:
        """Return what reporters added up themselves, unread, on Spark; as `Lake.totals`."""
        state = self._state()
        files = state.files_of_totals(source)
        return nw.from_native(self._scan(state, "totals", files)) if files else None

    def table(
        self, name: Table, *, source: str | None = None, by: Order = "importer"
    ) -> nw.LazyFrame[Any]:
        """Return the rows of a canonical table on the lake's DuckDB connection; as `Lake.table`."""
        if self._address is None:
            return super().table(name, source=source, by=by)
        state = self._state()
        parts = state.parts(source) if source else state.parts_of_table(name)
        with readable_on_spark():
            files = state.files(parts, by)
            read = self._scan(state, parts[0].snapshot.table, files).toArrow()
        return nw.from_native(self.connection.from_arrow(read)).lazy()

    def _preparing(self) -> Preparing:

        self._require_folder("nothing is loaded into a lake at an address")
        return partial(prepare_on_spark, self.session.sparkContext, self._settings.memory)

    def _changing(self) -> AbstractContextManager[None]:
        self._require_folder("a lake at an address is read only")
        return super()._changing()

    def _require_folder(self, what: str) -> None:
        if self._address is not None:
            raise RequestError(
                what,
                where=self._address,
                hint="change it in the folder that it was copied from, and copy it again; a lake "
                "at s3:// is loaded with --engine duckdb",
            )

    def _state(self) -> State:
        if self._pinned is not None or self._address is None:
            return super()._state()
        where = f"{self._address}/{NAME}"
        with readable_on_spark():
            found = self._reader().text(where, wholetext=True).collect()
        return State(self.path, Catalog.parse(found[0][0], where))

    def _scan(
        self, state: State, table: Table, files: Sequence[tuple[Path, frozenset[str]]]
    ) -> DataFrame:
        """Return the rows that count of some files, unread, with all canonical columns."""
        wanted = {path for path, _ in files}
        stored = [
            one
            for one in all_files(state.with_bundled.catalog)
            if state.folder / one.path in wanted
        ]
        files_named((one.path, one.bytes) for one in stored)
        # What ships with the program has an absolute path, and is on this machine in any case.
        here = [one for one in stored if self._address is None or Path(one.path).is_absolute()]
        require_whole(self.path, here)
        # No as_uri(): Spark takes %20 for what stands there.
        root = self._address or f"file:///{self.path.resolve().as_posix().lstrip('/')}"
        if there := [one for one in stored if one not in here]:
            self._require_whole_there(root, there)
        # One read for each root and set of hidden slices: Spark takes
        # one `basePath`, and a filter applies to all files of a read.
        groups: dict[tuple[str, frozenset[str]], list[str]] = {}
        for path, hidden in files:
            inside = path.is_relative_to(state.folder)
            start, rest = (root, path.relative_to(state.folder)) if inside else ("file://", path)
            file = f"{start}/{rest.as_posix().lstrip('/')}"
            # What has a `=` above `source=` is a folder of somebody else and no column of ours.
            groups.setdefault((file.rpartition("/source=")[0], hidden), []).append(file)
        with readable_on_spark():
            plan_for(self.session, sum(one.bytes for one in all_files(state.catalog)))
            frames = [
                self._read(table, base, files, hidden) for (base, hidden), files in groups.items()
            ]
            union = frames[0]
            for frame in frames[1:]:
                union = union.unionAll(frame)
        return union

    def _require_whole_there(self, root: str, files: Sequence[StoredFile]) -> None:
        """Let Spark compare whole files at an address, once as long as the lake is open.

        Raises
        ------
        OutsideError
            If one is not what was written.
        """
        from pyspark.sql import functions

        wanted = {f"{root}/{one.path}": one for one in files if one.sha256 not in self._compared}
        if not wanted:
            return
        with readable_on_spark():
            read = self._reader().format("binaryFile").load(list(wanted))
            hashed = read.select("path", functions.sha2("content", 256)).collect()
        found = {digest for _, digest in hashed}
        for path, one in wanted.items():
            if one.sha256 not in found:
                raise OutsideError(
                    "a file of the lake is not what was written",
                    where=path,
                    why="it was changed or damaged after it was loaded, so every answer from it "
                    "could be wrong",
                    hint="copy the lake there again from the folder it came from",
                )
        self._compared |= found

    def _reader(self) -> DataFrameReader:
        """Return a reader that takes names for names: brackets would else be a pattern."""
        # Internal to Spark: there is no public option that turns patterns off.
        return self.session.read.option("__globPaths__", "false")

    def _read(
        self, table: Table, base: str, files: Sequence[str], hidden: frozenset[str]
    ) -> DataFrame:
        from pyspark.sql import functions

        kinds = schema(table)
        columns = ", ".join(f"{name} {_TYPES.get(kind, kind)}" for name, kind in kinds.items())
        reader = self._reader().schema(columns).option("basePath", base)
        rows = reader.parquet(*files).select(*kinds)
        if not hidden:
            return rows
        return rows.filter(~functions.expr(SLICE[table]).isin(sorted(hidden)))


@contextmanager
def readable_on_spark() -> Iterator[None]:
    """Say what to do where Spark cannot read a stored file, or breaks off.

    Raises
    ------
    NoEvidenceError
        If there is no such file.
    OutsideError
        For everything else that Spark says.
    """
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError) as error:
        why = cause(str(error))
        if "PATH_NOT_FOUND" in str(error):
            raise NoEvidenceError(
                "there is no lake here, or a file of it is gone",
                why=why,
                hint="check the address; if it is right, copy the whole lake there again, "
                "catalog.json last",
            ) from error
        if "FileNotFoundException" in why and "does not exist" in why:
            raise OutsideError(
                "a worker does not see a file of the lake",
                why=why,
                hint="put the lake where every worker sees it under the same path; if they do, a "
                "file was removed meanwhile: ask again",
            ) from error
        if _NO_RIGHT.search(why):
            raise OutsideError(
                "Spark has no right to read the lake",
                why=why,
                hint="let the user that Spark and its workers run as read it; keys for a store "
                "belong into spark-defaults.conf, or are the workers' own",
            ) from error
        if "FileSystem not found" in why or "No FileSystem for scheme" in why:
            raise OutsideError(
                "Spark cannot read from this store",
                why=why,
                hint="Spark calls S3 s3a://, and wants a library for it: spark.jars.packages "
                "org.apache.hadoop:hadoop-aws:VERSION in spark-defaults.conf, with the version of "
                "Hadoop that pyspark has; s3:// is read with --engine duckdb",
            ) from error
        if "No space left on device" in why or re.search(r"NoSuchFile.*shuffle_", why):
            # What a full disk did not take is missed when it is read, which may be said first.
            raise OutsideError(
                "Spark cannot answer this question",
                why=f"{why}: the disk of a worker is full, or its scratch folder was emptied",
                hint="let the workers write to a larger disk (spark.local.dir, or SPARK_LOCAL_DIRS "
                "of a worker); or ask with --engine duckdb",
            ) from error
        raise OutsideError(
            "Spark cannot answer this question",
            why=why,
            hint="its log in the temporary folder says more; or ask with --engine duckdb",
        ) from error
