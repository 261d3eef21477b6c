"""Read one file into sorted Parquet in a staging folder, and say what it adds."""

from __future__ import annotations

import hashlib
import json
import shlex
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from entrepot.errors import BadFileError, OutsideError, RequestError, UnknownNameError
from entrepot.files import require_file
from entrepot.lake import checks, registers, store
from entrepot.lake.catalog import (
    Catalog,
    Partition,
    Snapshot,
    copy_raw,
    facts,
    folder_of,
    orders,
    write_manifest,
)
from entrepot.lake.inventory import LoadReport, few_products, inventory_of, odd_periods
from entrepot.lake.lock import writing
from entrepot.lake.merge import (
    OverlapCheck,
    hides,
    is_misspelled,
    is_whole,
    lost,
    merge,
    require_room,
    rows_that_wait,
    rows_written,
)
from entrepot.lake.publish import (
    LakeChange,
    lake_to_write,
    move_file,
    publish,
    staging_folder,
    sweep,
)
from entrepot.lake.staged import contents, repair, waiting
from entrepot.lake.store import refuse_twins
from entrepot.lake.system_errors import finishing, guarded
from entrepot.lake.unchanged import all_files, fingerprint, require_raw, require_read, require_sizes
from entrepot.model.columns import BALANCED, COMPLETE, Finding
from entrepot.sources import bring_in, said_by_name, source_info, source_parser, split_address
from entrepot.sources.icio.layouts import PARAMETERS
from entrepot.sources.parser import FileOptions, RawFile
from entrepot.sources.text import about_end

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import duckdb

    from entrepot.lake.catalog import RawEntry, StoredFile
    from entrepot.lake.staged import Staged
    from entrepot.model.columns import Table
    from entrepot.model.period import Period
    from entrepot.sources.info import SourceInfo
    from entrepot.sources.parser import FileTable, ParsedRows


@dataclass(slots=True)
class Load:
    """One load while it runs: where it works, with what, and what it has prepared so far."""

    folder: Path
    staging: Path
    info: SourceInfo
    connection: duckdb.DuckDBPyConnection
    options: FileOptions
    replaces: bool
    title: str
    progress: Callable[[str], None]
    before: Catalog
    number: int
    added: list[Snapshot] = field(default_factory=list)
    noticed: list[Finding] = field(default_factory=list)  # about the file being read
    incomplete: list[str] = field(default_factory=list)  # loaded, and cut since
    only: frozenset[Period | None] | None = None  # of a file that is read again: what is kept


Preparing = Callable[[Load, "Sequence[Path]"], list[str]]
"""Prepares files of one load; returns the names of those that are loaded already."""


def one_by_one(run: Load, paths: Sequence[Path]) -> list[str]:
    """Prepare files in their order, in this process."""
    return [path.name for path in paths if not prepare(run, path)]


def take_in(run: Load, snapshot: Snapshot) -> None:
    """Take in a file that was prepared apart, if it has room beside those taken in before.

    Raises
    ------
    BadFileError
        If trade would count twice, or one release has two spellings.
    """
    name = snapshot.raw.name
    _require_spelling(run, snapshot.vintage, name)
    at = partial(_where, run)
    for part in snapshot.partitions:
        new = rows_written(at(next(iter(part.files.values())).path))
        there = OverlapCheck(run.connection, snapshot.table, new, at)
        require_room(
            snapshot,
            part,
            run.added,
            one_delivery=run.info.whole,
            name=name,
            clash=there.clash,
        )
    run.added.append(snapshot)


def prepare(run: Load, path: Path) -> bool:
    """Read one file into the staging folder; return whether it holds anything new."""
    run.progress(f"copying {path.name}")
    given = _without_persons(run, path) or _packed(path, run.staging) or path
    raw = copy_raw(given, run.staging / "raw")
    snapshot = _empty(run, raw, date.today().isoformat())
    stored = [item for item in run.before.of(run.info.id) if item.id == snapshot.id]
    if not stored and run.info.brings == "shipments" and not run.replaces:
        stored = _with_the_rows_of(run, run.staging / "raw" / raw.sha256)
    # The same bytes, read the same way: there is nothing to do, and no error either.
    same = [item for item in stored if _says_the_same(item, run, path)]
    if any(is_whole(item, run.before.of(run.info.id)) for item in same):
        return False
    if same and not run.replaces:
        run.incomplete.append(path.name)
        return False
    snapshot = _read(run, RawFile(run.staging / "raw" / raw.sha256, raw.name), snapshot)
    write_manifest(snapshot, run.staging)
    run.added.append(snapshot)
    return True


def _without_persons(run: Load, path: Path) -> Path | None:
    """Return what is kept of a file of a register: the columns of its layout, without persons.

    Delivered bytes with the names of natural persons never reach the lake, so that a rebuild starts
    from these.
    """
    if run.info.brings != "shipments":
        return None
    from entrepot.sources.shipments.parse import ABOUT, brands_hidden, kept, require_in_place

    scratch = run.staging / "scratch"
    secret = registers.secret(run.folder)
    query, about, require = kept(
        RawFile(path, path.name), run.info.id, run.options, secret.salt, scratch, secret.erased
    )
    target = run.staging / "kept" / path.name
    target.parent.mkdir(exist_ok=True)
    require(store.keep_text(run.connection, query, target, ABOUT, about, path.name))
    require_in_place(run.connection, target, about, run.options.mapping, path.name)
    hides = brands_hidden(run.connection, target, about, run.options.mapping, secret.salt)
    if hides:
        again = target.with_name(f"{path.name}.again")
        store.keep_text(run.connection, hides, again, ABOUT, about, path.name)
        again.replace(target)
    return target


def _with_the_rows_of(run: Load, path: Path) -> list[Snapshot]:
    """Return what was loaded from the delivered file of a kept text, in whatever bytes it is held.

    An erasure writes the kept text anew, and other releases of the engine write other bytes.
    Descriptions are not compared: an erasure takes a name out of those of all lines.
    """
    from entrepot.sources.shipments.layout import ROW
    from entrepot.sources.shipments.parse import layout_of

    mapping = run.options.mapping or ""
    held = [item for item in run.before.of(run.info.id) if item.mapping == mapping]
    if not held:
        return []
    described = layout_of(run.connection, path, mapping or None).of("description")
    raw = run.folder / "raw"
    return [
        item
        for item in held
        if store.same_rows(run.connection, path, raw / item.raw.sha256, ROW, described)
    ]


def _packed(folder: Path, staging: Path) -> Path | None:
    """Return a folder that a program wrote as one table as a zip, always of the same bytes."""
    if not (folder / PARAMETERS).is_file():
        return None
    target = staging / f"{folder.resolve().name}.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                # ZipInfo's own day is in 1980: the same folder gives the same bytes and snapshot.
                info = zipfile.ZipInfo(path.relative_to(folder).as_posix())
                info.compress_type = zipfile.ZIP_DEFLATED
                # zip64: sizes are not known before, and more than two GiB would else be refused.
                with path.open("rb") as source, archive.open(info, "w", force_zip64=True) as to:
                    shutil.copyfileobj(source, to)
    return target


def prepare_again(run: Load, raw: RawEntry, added_on: str, folder: Path) -> Snapshot:
    """Read delivered bytes into the staging folder once more; `folder` is where they lie."""
    file = RawFile(folder / "raw" / raw.sha256, raw.name)
    snapshot = _read(run, file, _empty(run, raw, added_on))
    write_manifest(snapshot, run.staging)
    run.added.append(snapshot)
    return snapshot


def _empty(run: Load, raw: RawEntry, added_on: str) -> Snapshot:
    return Snapshot(
        source=run.info.id,
        id=_id(raw, run.options),
        vintage="",
        nomenclature="",
        added_on=added_on,
        raw=raw,
        partitions=(),
        table=run.info.brings,
        load=run.number,
        replaces=run.replaces,
        title=run.title,
        mapping=run.options.mapping or "",
        given_vintage=run.options.vintage,
        given_nomenclature=run.options.nomenclature,
    )


def _id(raw: RawEntry, options: FileOptions) -> str:
    """Return what names the rows: the bytes, and the mapping if they were read with one."""
    # The hash of the mapping, which has one length: text and bytes cannot run into each other.
    text = raw.sha256 + hashlib.sha256((options.mapping or "").encode()).hexdigest()
    return hashlib.sha256(text.encode()).hexdigest()[:12] if options.mapping else raw.sha256[:12]


def _says_the_same(item: Snapshot, run: Load, path: Path) -> bool:
    """Whether user and name of a file say of its bytes what they said when these were loaded."""
    said = [run.options]
    if path.name != item.raw.name:
        said.append(said_by_name(item.source, path.name))
    return all(
        one.vintage in (None, item.vintage) and one.nomenclature in (None, item.nomenclature)
        for one in said
    )


def _read(run: Load, file: RawFile, snapshot: Snapshot) -> Snapshot:
    """Read every table in a file into sorted Parquet in the staging folder."""
    import duckdb

    if run.info.brings == "shipments":
        # However many lines a file has, little memory does; not however long they are.
        try:
            with store.little_memory(run.connection):
                return _read_tables(run, file, snapshot)
        except (duckdb.OutOfMemoryException, OutsideError) as error:
            short = (error, error.__cause__)
            if not any(isinstance(one, duckdb.OutOfMemoryException) for one in short):
                raise
    return _read_tables(run, file, snapshot)


def _read_tables(run: Load, file: RawFile, snapshot: Snapshot) -> Snapshot:
    source = source_parser(run.info.id)
    found: list[Finding] = []
    repaired: list[Finding] = []
    seen: set[str] = set()
    run.noticed = []
    first: FileTable | None = None
    for table in source.tables(file, run.staging / "scratch", run.options):
        _require_one(first, table, one_delivery=run.info.whole)
        first = first or table
        _require_spelling(run, table.vintage, table.name)
        run.progress(f"reading {table.name}")
        rows = source.rows(run.connection, table)
        # This also puts the rows into the table where they wait.
        repaired += repair(
            run.connection, rows, table, run.info.repairs, one_delivery=run.info.whole
        )
        if snapshot.partitions and _currency(rows) != snapshot.currency:
            raise BadFileError(
                f"{snapshot.currency} and {_currency(rows)} in one file",
                where=table.name,
                why="a sum over both means nothing, and one of the two would be passed over",
                hint="add the files in it one by one",
            )
        snapshot = replace(snapshot, vintage=table.vintage, currency=_currency(rows))
        found += [*about_end(table.path, table.name), *table.findings, *rows.findings]
        snapshot = replace(snapshot, findings=(*found, *repaired))
        for part in _partitions(run, snapshot, table, rows):
            snapshot = replace(snapshot, partitions=(*snapshot.partitions, part))
            seen.update(part.nomenclatures)
    if not snapshot.partitions:
        raise BadFileError("nothing to load in this file", where=file.name)
    kept = {(one.rule, one.place, one.example): one for one in found}
    # Reversed, so that the first of several findings of a rule stays.
    once = {one.rule: one for one in reversed(list(kept.values()))} if run.info.whole else kept
    return replace(
        snapshot,
        nomenclature="+".join(sorted(seen)),
        partitions=tuple(sorted(snapshot.partitions, key=_when)),
        findings=(
            *once.values(),
            *repaired,
            *run.noticed,
            *findings_of_all(run.info, snapshot.partitions, found),
        ),
    )


def findings_of_all(
    info: SourceInfo, parts: tuple[Partition, ...], found: Sequence[Finding]
) -> tuple[Finding, ...]:
    """Say what is odd about all partitions of a delivery together, beyond what was found."""
    has_all = any(one.rule == COMPLETE for one in found)
    # A release has all goods, and an extract of it for one pair may have few; so many countries
    # trade in all of them, unless somebody took some goods out.
    least = _MANY_EXPORTERS if info.whole and not info.computed else 0
    few = () if has_all else few_products(parts, areas=least)
    odd = odd_periods(parts, date.today())
    balanced = any(one.rule == BALANCED for one in found)
    return (*odd, *few) if balanced else (*checks.coverage(info, parts), *odd, *few)


_MANY_EXPORTERS = 20


def _require_one(first: FileTable | None, table: FileTable, *, one_delivery: bool) -> None:
    """Refuse a file of two releases, or of two editions where a release has one."""
    if first is None:
        return
    if first.vintage != table.vintage or (
        one_delivery and first.nomenclature != table.nomenclature
    ):
        raise BadFileError(
            "two editions or releases in one file", where=f"{first.name} and {table.name}"
        )


def _require_spelling(run: Load, vintage: str, name: str) -> None:
    """Refuse a release that is held under another spelling: nobody could say which is later."""
    for other in (*run.before.of(run.info.id), *run.added):
        if is_misspelled(other.vintage, vintage):
            raise BadFileError(
                f"the release {vintage} is loaded as {other.vintage}",
                where=name,
                why="it would be unclear which of the two is later",
                hint=f"write it as it is loaded: --vintage {other.vintage}",
            )


def _when(part: Partition) -> tuple[date, int]:
    return (part.period.start, part.period.months) if part.period else (date.min, 0)


def _currency(rows: ParsedRows) -> str:
    if rows.table not in ("flows", "inputs", "shipments"):
        return ""
    return rows.same.get("currency", "USD")


def _partitions(
    run: Load, snapshot: Snapshot, table: FileTable, rows: ParsedRows
) -> Iterator[Partition]:
    periods = contents(run.connection, rows, table.name, one_delivery=run.info.whole)
    columns = waiting(run.connection)
    for staged in periods:
        if run.only is not None and staged.period not in run.only:
            continue
        part = Partition(
            staged.period,
            staged.rows,
            staged.exporters,
            staged.importers,
            {},
            staged.slices,
            staged.nomenclatures,
            staged.products,
            staged.digits,
            staged.totals,
            staged.bases,
        )
        new = rows_that_wait(rows, columns, staged.period)
        there = OverlapCheck(run.connection, rows.table, new, partial(_where, run))
        stored = [*run.before.of(run.info.id), *run.added, snapshot]
        require_room(
            snapshot,
            part,
            stored,
            one_delivery=run.info.whole,
            name=table.name,
            clash=there.clash,
        )
        if not run.info.whole:
            gone = lost(snapshot, part, stored, there.lost)
            run.noticed += [gone] if gone else []
        if staged.period:
            run.progress(f"sorting {staged.period}")
        files = _files(run, snapshot, rows, columns, part, table.name)
        yield replace(part, files=files, sums=_sums(run, snapshot, part, staged))


def _where(run: Load, path: str) -> Path:
    """Return where a stored file lies: in its place, or still in the staging folder."""
    prepared = run.staging / path
    return prepared if prepared.exists() else run.folder / path


def _files(
    run: Load,
    snapshot: Snapshot,
    rows: ParsedRows,
    there: dict[str, str],
    part: Partition,
    name: str,
) -> dict[str, StoredFile]:
    files: dict[str, StoredFile] = {}
    about = json.dumps(facts(snapshot, part), ensure_ascii=False)
    for order, columns in orders(rows.table).items():
        draft = run.staging / "sorted.parquet"
        store.write(run.connection, rows, there, part.period, columns, draft, snapshot.id, about)
        if not files:  # one copy is enough: the other has the same rows
            refuse_twins(run.connection, rows, there, part, draft, columns, name)
        files[order] = _stored(run, snapshot, rows.table, order, part.period, draft)
    return files


def _sums(run: Load, snapshot: Snapshot, part: Partition, staged: Staged) -> StoredFile | None:
    """Write what the reporters added up themselves, where a period has some."""
    if not staged.sums or staged.period is None:
        return None
    draft = run.staging / "sorted.parquet"
    about = json.dumps(facts(snapshot, part), ensure_ascii=False)
    store.write_totals(run.connection, staged.period, draft, snapshot.id, about)
    [order] = orders("totals")
    return _stored(run, snapshot, "totals", order, staged.period, draft)


def _stored(
    run: Load, snapshot: Snapshot, table: Table, order: str, period: Period | None, draft: Path
) -> StoredFile:
    """Give a file that was written the name that says what it holds."""
    written = fingerprint(draft, "")
    folder = folder_of(table, order, snapshot.source, period)
    # With the hash of its content: no file takes the name of another,
    # and `rebuild` can see without a catalog which files are sound.
    path = f"{folder}/{snapshot.id}-{written.sha256[:8]}.parquet"
    (run.staging / folder).mkdir(parents=True, exist_ok=True)
    draft.replace(run.staging / path)
    return replace(written, path=path)


def no_file(source: str, others: Sequence[object] = ()) -> RequestError:
    """Return what is wrong with a load of nothing, or of files without a source, and what to do.

    Raises
    ------
    UnknownNameError
        If there is no such source.
    """
    try:
        source_parser(name := split_address(source)[0])
    except UnknownNameError:
        if not Path(source).is_file():
            raise
        # `data add trade.csv`: which data it has is not said.
        files = shlex.join(map(str, (source, *others)))
        return RequestError(
            f"{source} is a file: which source it is of is not said",
            hint=f"entrepot data add SOURCE {files} (entrepot data sources lists them); a table "
            f"of your own: entrepot data map {shlex.quote(source)} > map.yaml, then "
            f"entrepot data add table {files} --map map.yaml",
        )
    packaged = "questions are answered from its table in the installed package"
    why = packaged if name == "icio" else ""
    return RequestError("no file to add", why=why, hint=bring_in(name))


def load(
    folder: Path,
    source: str,
    paths: Sequence[Path],
    connection: duckdb.DuckDBPyConnection,
    *,
    replace: bool = False,
    options: FileOptions,
    title: str = "",
    progress: Callable[[str], None] | None = None,
    preparing: Preparing = one_by_one,
) -> LoadReport:
    """Add files of one source; see `entrepot.lake.Lake.add`."""
    source_parser(source)
    for path in paths:
        parameters = path / PARAMETERS  # of a folder that a program wrote as one table
        require_file(parameters if parameters.is_file() else path, hint="name the files to add")
    Catalog.read(folder)  # what is no lake is refused before anything is made
    change = LakeChange(folder)
    # The order counts: errors get their words last, a new folder is unmade
    # once the lock is free, and the staging folder goes before that.
    with (
        guarded(folder, change.became),
        finishing() as finish,
        lake_to_write(folder),
        writing(folder, f"adding {source}"),
        staging_folder(folder) as staging,
    ):
        change.begin()
        change.before = before = Catalog.read(folder)
        sweep(folder, before, keep=staging)
        # The log says which stored files this load reads; from here on it names those alone.
        compared = connection.cursor()
        compared.execute("CALL truncate_duckdb_logs()")
        run = Load(
            folder=folder,
            staging=staging,
            info=source_info(source),
            connection=connection.cursor(),  # its temporary table ends with it
            options=options,
            replaces=replace,
            title=title,
            progress=progress or (lambda _: None),
            before=before,
            number=before.next_load(),
        )
        unchanged = preparing(run, paths)
        put_back = _put_back(run)
        require_read(folder, lambda: all_files(before), compared)  # new rows beside them
        after = merge(before, run.added)
        if run.added:
            run.progress("making it visible")
            finish()
            publish(change, staging, after)
    new = {(source, item.id, item.vintage) for item in run.added}
    mine = tuple(
        one for one in inventory_of(after) if (one.source, one.snapshot, one.vintage) in new
    )
    replaced, cut = hides(before, after, source), tuple(run.incomplete)
    return LoadReport(source, mine, tuple(unchanged), replaced, put_back, cut)


def _put_back(run: Load) -> tuple[str, ...]:
    """Put delivered bytes in place that the lake lost, where the same bytes came again.

    Returns
    -------
    tuple[str, ...]
        Names of the files.

    Raises
    ------
    OutsideError
        If rows of such a file are gone or cut: bytes alone do not bring them back.
    """
    found = []
    # Also in the folders of tasks on Spark, which are side by side with that of the load.
    came = {path.name: path for path in run.staging.glob("**/raw/*")}
    loaded = [item for item in run.before.snapshots if item.raw.sha256 in came]
    for item in loaded:
        kept, path = run.folder / "raw" / item.raw.sha256, came[item.raw.sha256]
        try:
            require_raw(kept, item.raw.sha256)
        except (FileNotFoundError, OutsideError):  # gone, or with other bytes
            move_file(path, kept)
            found.append(item.raw.name)
    require_sizes(run.folder, all_files(Catalog(tuple(loaded))))
    return tuple(found)
