"""Add files to a lake: all of them or none, whatever happens on the way.

Everything is prepared in a folder of its own; `entrepot.lake.publish` makes it visible.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from entrepot.errors import BadFileError
from entrepot.lake import checks, store
from entrepot.lake.catalog import Catalog, Partition, Snapshot, StoredFile
from entrepot.lake.holding import LoadReport, holding
from entrepot.lake.lock import writing
from entrepot.lake.publish import publish, require_lake, staging_folder, sweep
from entrepot.lake.snapshot import copy_raw, hash_file, write_manifest
from entrepot.sources import source_info, source_parser
from entrepot.sources.parser import RawFile

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import duckdb

    from entrepot.model.findings import Finding
    from entrepot.model.period import Period
    from entrepot.sources.parser import TextTable

__all__ = ["load"]


@dataclass(slots=True)
class _Load:
    """One load while it runs: where it works, with what, and what it has prepared so far."""

    source: str
    staging: Path
    connection: duckdb.DuckDBPyConnection
    said: dict[str, str | None]
    progress: Callable[[str], None]
    seen: dict[Period, str] = field(default_factory=dict)  # period -> name of its table


def load(
    folder: Path,
    source: str,
    paths: Sequence[Path],
    connection: duckdb.DuckDBPyConnection,
    *,
    replace: bool = False,
    nomenclature: str | None = None,
    vintage: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> LoadReport:
    """Add files of one source; see `entrepot.lake.Lake.add`."""
    source_parser(source)
    for path in paths:
        if not path.is_file():
            what = "this is a folder" if path.is_dir() else "no such file"
            raise BadFileError(what, where=str(path), hint="name the files to add")
    Catalog.read(folder)  # what is no lake is refused before anything is made
    with store.guarded(folder):
        require_lake(folder)
        with writing(folder), staging_folder(folder) as staging:
            before = Catalog.read(folder)
            sweep(folder, before, keep=staging)
            run = _Load(
                source=source,
                staging=staging,
                connection=connection.cursor(),  # its temporary table ends with it
                said={"nomenclature": nomenclature, "vintage": vintage},
                progress=progress or (lambda _: None),
            )
            added, unchanged = _prepare(run, paths, before)
            replaced = _overlap(before, source, added, replace=replace)
            if added:
                run.progress("making it visible")
                publish(folder, staging, _merge(before, source, added))
    return LoadReport(source, tuple(map(holding, added)), tuple(unchanged), replaced)


def _prepare(
    run: _Load, paths: Sequence[Path], before: Catalog
) -> tuple[list[Snapshot], list[str]]:
    added, unchanged = [], []
    for path in paths:
        run.progress(f"copying {path.name}")
        raw = copy_raw(path, run.staging / "raw")
        held = [item for item in before.of(run.source) if item.raw.sha256 == raw.sha256]
        if held and all(_says_the_same(item, run.said) for item in held):
            unchanged.append(path.name)
            continue
        file = RawFile(run.staging / "raw" / raw.sha256, path.name)
        snapshot_id = raw.sha256[:12]
        parts, tables = _read(run, file, snapshot_id)
        snapshot = Snapshot(
            source=run.source,
            id=snapshot_id,
            vintage=tables[0].vintage,
            nomenclature=tables[0].nomenclature,
            added_on=date.today().isoformat(),
            raw=raw,
            partitions=tuple(sorted(parts, key=lambda part: part.period)),
            findings=_findings(run.source, parts, tables),
        )
        write_manifest(raw, run.source, snapshot.added_on, run.staging / "raw")
        added.append(snapshot)
    return added, unchanged


def _says_the_same(item: Snapshot, said: dict[str, str | None]) -> bool:
    return all(given in (None, getattr(item, name)) for name, given in said.items())


def _read(run: _Load, file: RawFile, snapshot: str) -> tuple[list[Partition], list[TextTable]]:
    """Read every table in a file into sorted Parquet in the staging folder."""
    source = source_parser(run.source)
    parts: list[Partition] = []
    tables: list[TextTable] = []
    for table in source.tables(file, run.staging / "scratch", **run.said):
        tables.append(table)
        first = tables[0]
        if (table.nomenclature, table.vintage) != (first.nomenclature, first.vintage):
            raise BadFileError(
                "two editions or releases in one file", where=f"{first.name} and {table.name}"
            )
        run.progress(f"reading {table.name}")
        rows = source.rows(run.connection, table)
        store.stage(run.connection, rows, table.name)
        same = rows.same | {"snapshot": snapshot}
        for period, numbers in store.counts(run.connection, same["freq"]):
            if period in run.seen:
                raise BadFileError(
                    f"the year {period} comes twice in one load",
                    where=f"{run.seen[period]} and {table.name}",
                    why="its trade would count twice",
                    hint="give each period once",
                )
            run.seen[period] = table.name
            run.progress(f"sorting {period}")
            parts.append(_partition(run, same, period, numbers))
    return parts, tables


def _partition(
    run: _Load, same: dict[str, str], period: Period, numbers: Sequence[int]
) -> Partition:
    files: dict[str, StoredFile] = {}
    for order in store.ORDERS:
        folder = store.partition_folder(order, run.source, period)
        draft = run.staging / "sorted.parquet"
        store.write(run.connection, same, period, order, draft)
        size, digest = hash_file(draft)
        path = f"{folder}/{same['snapshot']}-{digest[:8]}.parquet"
        (run.staging / folder).mkdir(parents=True, exist_ok=True)
        draft.replace(run.staging / path)
        files[order] = StoredFile(path, size, digest)
    rows, exporters, importers = numbers
    return Partition(period, rows, exporters, importers, files)


def _findings(source: str, parts: list[Partition], tables: list[TextTable]) -> tuple[Finding, ...]:
    found = {finding.rule: finding for table in tables for finding in table.findings}
    return (*found.values(), *checks.coverage(source_info(source), parts))


def _overlap(
    before: Catalog, source: str, added: list[Snapshot], *, replace: bool
) -> tuple[Period, ...]:
    held = {part.period: item for item in before.of(source) for part in item.partitions}
    new = {part.period: item for item in added for part in item.partitions}
    both = tuple(sorted(held.keys() & new.keys()))
    if both and not replace:
        old, other = held[both[0]], new[both[0]]
        raise BadFileError(
            f"{source} {', '.join(map(str, both))} is held already, from another file",
            where=f"{other.raw.name} ({other.vintage}); held: {old.raw.name} ({old.vintage})",
            why="one period of a source has one set of rows",
            hint="add --replace to take the new rows instead of the old",
        )
    return both


def _merge(before: Catalog, source: str, added: list[Snapshot]) -> Catalog:
    new = {part.period for item in added for part in item.partitions}
    kept = (item.without(new) if item.source == source else item for item in before.snapshots)
    return Catalog((*(item for item in kept if item.partitions), *added))
