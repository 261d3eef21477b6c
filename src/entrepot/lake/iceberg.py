"""The lake's Parquet files as Apache Iceberg tables, which other engines read by themselves.

Nothing is copied: a table names the files that the lake wrote, and its partitions say what stands
only in the names of their folders (source, frequency, period). One case is an exception: where a
later delivery supersedes a part of a file, an Iceberg table cannot name half of it, so the rows
that still count are written once more, beside the table.

Loads become Iceberg snapshots, one for each load that changes a table, with a tag for the load and
one for the vintage that it brought. Iceberg's format names files by absolute addresses, so tables
of a lake that was moved are made again.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
import shutil
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, get_args

from entrepot.errors import EntrepotError, MissingExtraError, OutsideError, RequestError
from entrepot.files import from_json, in_words
from entrepot.lake.catalog import Catalog, replace_text
from entrepot.lake.lock import writing
from entrepot.lake.merge import UNKNOWN
from entrepot.lake.state import State
from entrepot.lake.system_errors import guarded
from entrepot.model.columns import Table, columns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from pyiceberg.catalog import Catalog as Tables
    from pyiceberg.io.pyarrow import DataFileStatistics
    from pyiceberg.manifest import DataFile
    from pyiceberg.schema import Schema
    from pyiceberg.table import Table as IcebergTable
    from pyiceberg.table import Transaction

    from entrepot.lake.catalog import Snapshot, StoredFile
    from entrepot.lake.merge import CurrentPart
    from entrepot.model.period import Period

FOLDER = "iceberg"
"""Folder of the lake with the tables' metadata, and the catalog where no other is named."""
NAMESPACE = "entrepot"
_RECORD = "published.json"
_PARTITIONED = ("source", "freq", "period")
_DOC = 200
_ODD = re.compile("[%#?]")
_TYPED = ("", "number")
"""Units of columns that hold what somebody typed: names, tax numbers, descriptions."""


@dataclass(frozen=True, slots=True)
class PublishedTable:
    """One table as other engines find it.

    Attributes
    ----------
    name
        With its namespace: ``entrepot.flows``.
    rows, files
        Of its current snapshot.
    copied
        Files among them that hold the rest of a file that is superseded in part.
    metadata
        Address of the current metadata, for readers without a catalog.
    tags
        Names of loads and vintages that can be read in place of the current state.
    """

    name: str
    rows: int
    files: int
    copied: int
    metadata: str
    tags: tuple[str, ...]


def behind(folder: Path) -> str | None:
    """Return why published tables are not what the lake is now, in words; None if they are."""
    return _read_record(folder / FOLDER).get("behind")


def publish_tables(folder: Path, catalog: str | None = None) -> tuple[PublishedTable, ...]:
    """Publish a lake's tables, or bring published ones up to date; later loads keep them so.

    Parameters
    ----------
    folder
        Folder of the lake.
    catalog
        Name of a catalog in the user's own configuration of pyiceberg. By default the one that was
        used last, at first a SQLite file in the lake's folder.

    Raises
    ------
    MissingExtraError
        If pyiceberg is not installed.
    RequestError
        If there is no such catalog, or the lake is empty.
    OutsideError
        If the catalog cannot be reached or written, or another load is running.
    """
    said = "the lake is as it was; its tables may be published in part"
    with guarded(folder, lambda: said), writing(folder, "publishing tables"):
        state = State.read(folder)
        if not state.catalog.snapshots:
            raise RequestError(
                "the lake is empty, so there is no table to publish",
                where=str(folder),
                hint="load data first: entrepot data add",
            )
        return _publish(state, catalog)


def follow(folder: Path) -> None:
    """Bring published tables up to date after a change of the lake, within its lock.

    The change stands whatever becomes of this; `behind` says what went wrong.
    """
    root = folder / FOLDER
    if not (root / _RECORD).is_file():
        return
    try:
        _publish(State(folder, Catalog.read(folder)), None)
    except (EntrepotError, OSError) as error:
        if isinstance(error, EntrepotError):
            words = f"{error.what}; {error.hint}"
        else:
            words = in_words(error)
        with suppress(OSError):
            record = _read_record(root) | {"behind": words}
            replace_text(root / _RECORD, json.dumps(record, indent=1))


def _publish(state: State, catalog: str | None) -> tuple[PublishedTable, ...]:
    library = _library()
    from pyiceberg.exceptions import NamespaceAlreadyExistsError

    root = state.folder.resolve() / FOLDER
    record = _begun(root)
    name = catalog or record.get("catalog")
    if not isinstance(name, str):
        name = None
    # As of each load, so that published snapshots have
    # the history of the lake and not its last state.
    steps = list(_steps(state))
    loads = [[load, digest] for load, digest, _ in steps]
    with _Outside(root, name):
        table_ = _open(library, root, name)
        with suppress(NamespaceAlreadyExistsError):
            table_.create_namespace(NAMESPACE)
        work = _Work(table_, root, state.folder.resolve())
        done = record.get("loads")
        said = {"catalog": name, "folder": str(root), "loads": done, "tables": work.addresses()}
        # Published loads that are the beginning of the lake's own mean that only newer ones are
        # missing. All is made anew if the lake was moved or something removed, and if the tables
        # are not those that we left: lost, written by others, or by a publication that was ended.
        if record != said or not isinstance(done, list) or done != loads[: len(done)]:
            work.forget()
            done = []
        for _, _, step in steps[len(done) :]:
            work.bring(step)
        found = tuple(work.published())
        record = said | {"loads": loads, "tables": work.addresses()}
    replace_text(root / _RECORD, json.dumps(record, indent=1))
    return found


def _begun(root: Path) -> dict[str, Any]:
    """Return what was published last, in a folder that is ours.

    Raises
    ------
    RequestError
        If something else is there, or its address cannot be written.
    """
    if odd := _ODD.search(str(root)):
        raise RequestError(
            f"the path of the lake has a {odd[0]}, which addresses of Iceberg files cannot have",
            where=str(root),
            why="engines read such addresses in different ways",
            hint="move the lake to a folder without it; nothing in the lake names its folder",
        )
    record = root / _RECORD
    draft = record.with_name(f"{record.name}.new")
    # A folder without a record was just made, by a publication that was ended.
    if not os.path.lexists(root) or (
        root.is_dir() and not root.is_symlink() and {*root.iterdir()} <= {draft}
    ):
        root.mkdir(exist_ok=True)
        replace_text(record, "{}", draft=draft)
    # `forget` deletes folders in here: through a link it would delete those of somebody else.
    elif root.is_symlink() or not record.is_file():
        raise RequestError(
            "a folder of this name is there already, and is not one of published tables",
            where=str(root),
            hint="move it away, then run: entrepot data publish",
        )
    return _read_record(root)


def _library() -> Any:
    try:
        import pyiceberg.catalog
    except ImportError:
        raise MissingExtraError("pyiceberg", "iceberg") from None
    return pyiceberg.catalog


def _open(library: Any, root: Path, name: str | None) -> Tables:
    """Open the user's catalog of a name, or the lake's own."""
    own = {"type": "sql", "uri": f"sqlite:///{root / 'catalog.db'}", "warehouse": _address(root)}
    opened: Tables = library.load_catalog(name) if name else library.load_catalog(NAMESPACE, **own)
    return opened


def _read_record(root: Path) -> dict[str, Any]:
    """Return what was published last; nothing if that cannot be told, so that all is made anew."""
    try:
        found = from_json((root / _RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


class _Outside:
    """Turn what a catalog, its database or its store raises into an error with a hint."""

    def __init__(self, root: Path, name: str | None) -> None:
        self.where = name or str(root)
        self.mend = "mend the catalog or its configuration"
        if name is None:  # ours, and nothing in it that is not in the lake
            self.mend = f"remove it with all tables: rm -r {shlex.quote(str(root))}"

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if error is None or isinstance(error, EntrepotError) or not isinstance(error, Exception):
            return
        raise OutsideError(
            f"the Iceberg catalog did not take the tables: {_first_line(error)}",
            where=self.where,
            why="the lake itself is unchanged, but the published tables may lag behind it",
            hint=f"{self.mend}; then run: entrepot data publish",
        ) from error


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__


def _steps(state: State) -> Iterator[tuple[int, str, State]]:
    """Yield each load with a digest of all that it brought, and the lake as of that load."""
    items = state.catalog.snapshots
    for load in sorted({item.load for item in items}):
        brought = [item for item in items if item.load == load]
        # Days and periods are no JSON types; their text will do for a digest.
        text = json.dumps([[asdict(item)] for item in brought], default=str, sort_keys=True)
        digest = hashlib.sha256(text.encode()).hexdigest()
        until = tuple(item for item in items if item.load <= load)
        yield load, digest, State(state.folder, Catalog(until))


@dataclass(frozen=True, slots=True)
class _File:
    """A file of a table: where it is, and what its folders say of all its rows."""

    path: Path
    source: str
    period: Period | None


@dataclass(frozen=True, slots=True)
class _Work:
    """Tables in a catalog, brought to what a state of the lake says."""

    tables: Tables
    root: Path
    lake: Path

    def forget(self) -> None:
        """Drop every table, and what stands in the lake's folder of them."""
        from pyiceberg.exceptions import NoSuchTableError

        for table in get_args(Table):
            with suppress(NoSuchTableError):  # asking whether it exists opens its metadata
                self.tables.drop_table((NAMESPACE, table))
            folder = self.root / NAMESPACE / table
            if folder.is_dir() and not folder.is_symlink():
                shutil.rmtree(folder)

    def addresses(self) -> dict[str, str]:
        """Return where the metadata of each table are; of one that is lost, that it is."""
        found = {}
        for table in get_args(Table):
            try:
                table_ = self._table(table)
            except (FileNotFoundError, ValueError):  # gone, or damaged
                found[table] = "lost"
            else:
                if table_ is not None:
                    found[table] = table_.metadata_location
        return found

    def bring(self, state: State) -> None:
        """Bring each table to a state, in one commit each, and tag it with the last load."""
        items = state.catalog.snapshots
        last = max(item.load for item in items)
        new = [item for item in items if item.load == last]
        for table, parts in _parts_by_table(state).items():
            wanted = {file.path: file for file in self._files(table, parts)}
            brought = [item for item in new if table in _tables_of(item)]
            vintages = {
                f"{item.source}-{item.vintage}" for item in brought if item.vintage != UNKNOWN
            }
            self._commit(table, wanted, last, sorted(vintages))

    def _files(self, table: Table, parts: Sequence[CurrentPart]) -> Iterator[_File]:
        for part in parts:
            own = part.partition
            # One sort order: the other copy has the same rows, and would count them twice.
            stored = own.sums if table == "totals" else next(iter(own.files.values()), None)
            if stored is None or not part.counts:
                continue
            path = self.lake / stored.path
            if part.hidden:
                path = self._rest(table, stored, part.hidden)
            yield _File(path, part.snapshot.source, own.period)

    def _rest(self, table: Table, stored: StoredFile, hidden: frozenset[str]) -> Path:
        """Write the rows of a file that still count, once; return where."""
        from entrepot.engine import connect
        from entrepot.lake.store import scan
        from entrepot.lake.unchanged import require_whole

        # Named by what is left out of which file: the same rest is written once and never changed.
        said = json.dumps([stored.path, sorted(hidden)])
        digest = hashlib.sha256(said.encode()).hexdigest()[:16]
        target = self.root / NAMESPACE / table / "data" / f"{digest}.parquet"
        if target.is_file():
            return target
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_suffix(".draft")
        # Nothing is read inside `Lake.reading` here, so nobody would compare the bytes afterwards.
        require_whole(self.lake, [stored])
        with connect() as connection:
            rows = scan(connection, table, [(self.lake / stored.path, hidden)])
            # Iceberg takes these from the partition, as the lake does from the names of folders.
            names = [name for name in rows.columns if name not in _PARTITIONED]
            rows.project(", ".join(names)).write_parquet(str(draft), compression="zstd")
        draft.replace(target)
        return target

    def _commit(
        self, table: Table, wanted: dict[Path, _File], load: int, vintages: Sequence[str]
    ) -> None:
        """Make a table name exactly the wanted files, in one commit, and tag it."""
        table_ = self._table(table)
        if table_ is None:
            if not wanted:
                return
            table_ = self._create(table)
        named = {task.file.file_path: task.file for task in table_.scan().plan_files()}
        addresses = {_address(path): file for path, file in wanted.items()}
        added = [file for address, file in addresses.items() if address not in named]
        gone = [file for address, file in named.items() if address not in addresses]
        if added or gone:
            with table_.transaction() as change:
                self._snapshot(change, table_, added, gone, load)
            table_ = table_.refresh()
        current = table_.current_snapshot()
        if current is None:
            return
        for tag in (f"load-{load}", *vintages) if added or gone else vintages:
            with table_.manage_snapshots() as refs:
                refs.create_tag(current.snapshot_id, tag)

    def _snapshot(
        self,
        change: Transaction,
        table_: IcebergTable,
        added: Iterable[_File],
        gone: Sequence[DataFile],
        load: int,
    ) -> None:
        update = change.update_snapshot(snapshot_properties={"entrepot.load": str(load)})
        # An append leaves earlier manifests alone; they are rewritten only where files go.
        with update.overwrite() if gone else update.fast_append() as files:
            for file in gone:
                files.delete_data_file(file)
            for new in added:
                files.append_data_file(_data_file(table_, new))

    def _table(self, table: Table) -> IcebergTable | None:
        name = (NAMESPACE, table)
        return self.tables.load_table(name) if self.tables.table_exists(name) else None

    def _create(self, table: Table) -> IcebergTable:
        from pyiceberg.partitioning import PartitionField, PartitionSpec
        from pyiceberg.transforms import IdentityTransform

        schema = _schema(table)
        names = {field.name: field.field_id for field in schema.fields}
        # Iceberg numbers partition fields from 1000 on, apart from those of columns.
        spec = PartitionSpec(
            *(
                PartitionField(names[name], 1000 + names[name], IdentityTransform(), name)
                for name in _partitioned(table)
            )
        )
        made = self.tables.create_table((NAMESPACE, table), schema, partition_spec=spec)
        with made.transaction() as change:
            # Our Parquet files have no field ids: readers
            # find their columns by this mapping of names.
            mapping = made.schema().name_mapping.model_dump_json()
            change.set_properties(
                {
                    "schema.name-mapping.default": mapping,
                    "comment": f"Table {table} of an Entrepôt lake; its files belong to the lake.",
                    **_without_bounds(table),
                }
            )
        return made.refresh()

    def published(self) -> Iterator[PublishedTable]:
        """Yield every table as it is now."""
        for table in get_args(Table):
            table_ = self._table(table)
            if table_ is None or table_.current_snapshot() is None:
                continue
            files = [task.file for task in table_.scan().plan_files()]
            own_data = _address(self.root / NAMESPACE / table / "data")
            yield PublishedTable(
                name=f"{NAMESPACE}.{table}",
                rows=sum(file.record_count for file in files),
                files=len(files),
                copied=sum(file.file_path.startswith(own_data) for file in files),
                metadata=table_.metadata_location,
                # `main` is the current state, and no tag of ours.
                tags=tuple(sorted(set(table_.refs()) - {"main"})),
            )


def _parts_by_table(state: State) -> dict[Table, list[CurrentPart]]:
    """Return what counts of each table; the reporters' own totals are a table too."""
    found: dict[Table, list[CurrentPart]] = {}
    for source in dict.fromkeys(item.source for item in state.catalog.snapshots):
        for part in state.parts(source):
            if part.partition.files:
                found.setdefault(part.snapshot.table, []).append(part)
            if part.partition.sums:
                found.setdefault("totals", []).append(part)
    return found


def _tables_of(item: Snapshot) -> set[Table]:
    """Return the tables that a delivered file has rows of."""
    has_sums = any(part.sums for part in item.partitions)
    return {item.table, "totals"} if has_sums else {item.table}


def _partitioned(table: Table) -> list[str]:
    """Return the columns that the names of a table's folders say."""
    names = {column.name: column.type for column in columns(table)}
    return ["source", "freq", "period"] if names.get("period") == "DATE" else ["source"]


def _schema(table: Table) -> Schema:
    """Return the dictionary's columns of a table in Iceberg's types, with their meanings."""
    from pyiceberg import types
    from pyiceberg.schema import Schema

    kinds = {
        "VARCHAR": types.StringType(),
        "DOUBLE": types.DoubleType(),
        "BIGINT": types.LongType(),
        "BOOLEAN": types.BooleanType(),
        "DATE": types.DateType(),
    }
    listed = [(column.name, column.type, column.meaning) for column in columns(table)]
    known = {name for name, _, _ in listed}
    if "freq" in _partitioned(table) and "freq" not in known:
        listed.append(("freq", "VARCHAR", "How long it covers: A a year, Q a quarter, M a month."))
    return Schema(
        *(
            types.NestedField(number, name, kinds[kind], required=False, doc=meaning[:_DOC])
            for number, (name, kind, meaning) in enumerate(listed, 1)
        )
    )


def _without_bounds(table: Table) -> dict[str, str]:
    """Return properties by which metadata have no smallest and largest cell of what was typed.

    Metadata in a catalog of the user's own are out of reach when a name is erased.
    """
    if table != "shipments":
        return {}
    typed = (one for one in columns(table) if one.type == "VARCHAR" and one.unit in _TYPED)
    return {f"write.metadata.metrics.column.{one.name}": "counts" for one in typed}


def _data_file(table: IcebergTable, file: _File) -> DataFile:
    """Describe a file of the lake as Iceberg does: statistics, and what its folders say."""
    from datetime import date

    from pyarrow import parquet
    from pyiceberg.io.pyarrow import (
        compute_statistics_plan,
        data_file_statistics_from_parquet_metadata,
        parquet_path_to_id_mapping,
    )
    from pyiceberg.manifest import DataFile, DataFileContent, FileFormat
    from pyiceberg.typedef import Record

    schema = table.schema()
    statistics: DataFileStatistics = data_file_statistics_from_parquet_metadata(
        parquet.read_metadata(file.path),
        compute_statistics_plan(schema, table.properties),
        parquet_path_to_id_mapping(schema),
    )
    said: list[Any] = [file.source]
    if file.period is not None:
        # As Iceberg keeps a date: days since 1970.
        said += [file.period.freq, (file.period.start - date(1970, 1, 1)).days]
    return DataFile.from_args(
        content=DataFileContent.DATA,
        file_path=_address(file.path),
        file_format=FileFormat.PARQUET,
        partition=Record(*said),
        file_size_in_bytes=file.path.stat().st_size,
        sort_order_id=None,
        spec_id=table.metadata.default_spec_id,
        equality_ids=None,
        key_metadata=None,
        **statistics.to_serialized_dict(),
    )


def _address(path: Path) -> str:
    """Return the address that other engines open: not percent-encoded, for few of them decode."""
    return f"file://{path}"
