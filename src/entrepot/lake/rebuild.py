"""Make the catalog of a lake anew from what lies in its folder, without a download.

For a lake that lost its catalog, that has damaged files, or that is in an older format. Delivered
bytes are read again in the order in which they were loaded, with what was said about them then;
where bytes are gone or refused, rows come from Parquet files that are what they were, which say of
themselves what they are. It is one change: the lake is as it was until all of it is there.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from entrepot.errors import BadFileError, NoEvidenceError
from entrepot.files import from_json
from entrepot.lake.catalog import (
    MANIFEST,
    NAME,
    PREVIOUS,
    TABLES,
    Catalog,
    RawEntry,
    Snapshot,
    is_ours,
    of_facts,
    rebuild_command,
    remains,
    require_finished,
)
from entrepot.lake.inventory import InventoryItem, inventory_of
from entrepot.lake.lock import writing
from entrepot.lake.merge import merge
from entrepot.lake.prepare import Load, findings_of_all, prepare_again
from entrepot.lake.publish import LakeChange, left_by_a_killed_load, publish, staging_folder
from entrepot.lake.store import stored_about
from entrepot.lake.system_errors import finishing, guarded
from entrepot.lake.unchanged import changed, fingerprint
from entrepot.sources import in_a_folder, source_info
from entrepot.sources.parser import FileOptions
from entrepot.sources.unpack import sha256_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from pathlib import Path

    import duckdb

    from entrepot.model.period import Period

_UNKNOWN = "unknown"
_Key = tuple[str, str, int]
"""Source, hash of the delivered bytes, and number of the load."""
_Paths = dict[str, _Key | None]
"""Files of the lake by the delivery that they are of; None if no delivery needs them."""


@dataclass(frozen=True, slots=True)
class RebuildResult:
    """What a lake holds after it was rebuilt.

    Attributes
    ----------
    holdings
        As in `Lake.holdings`.
    from_rows
        Names of delivered files whose rows were taken from Parquet, for their bytes are gone,
        changed or refused now.
    left
        Paths of delivered files that stay where they are and are not in the new catalog.
    """

    holdings: tuple[InventoryItem, ...]
    from_rows: tuple[str, ...] = ()
    left: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return the same as plain JSON types."""
        return {
            "inventory_of": [item.to_dict() for item in self.holdings],
            "from_rows": list(self.from_rows),
            "left": list(self.left),
        }


@dataclass(frozen=True, slots=True)
class _RebuiltFile:
    """A delivered file as it was loaded.

    Attributes
    ----------
    manifest
        As `Snapshot.as_manifest` returns.
    came
        Of an older lake, which did not keep what was said: release and edition that it had.
    periods
        Those that the lake still had of it; None if nobody knows.
    stored
        The snapshot as the catalog has it, or Parquet files say.
    """

    manifest: dict[str, Any]
    came: tuple[str, str] | None = None
    periods: frozenset[Period | None] | None = None
    stored: Snapshot | None = None

    @property
    def key(self) -> _Key:
        """What names it."""
        return self.manifest["source"], self.manifest["sha256"], self.manifest["load"]

    def renamed(self) -> _RebuiltFile:
        """Return it under a name that a folder can have: older programs took any."""
        source = in_a_folder(self.manifest["source"])
        if source == self.manifest["source"]:
            return self
        return replace(self, manifest=self.manifest | {"source": source}, stored=None)

    def ways(self) -> list[FileOptions]:
        """Return what may have been said, likeliest first."""
        mapping = self.manifest["mapping"] or None
        if self.came is None:
            return [FileOptions(self.manifest["nomenclature"], self.manifest["vintage"], mapping)]
        # An older catalog has the release that was found, not what the user said:
        # it may have come from the file or from the command, so both are tried.
        vintage, edition = self.came
        vintages = [None, vintage] if vintage != _UNKNOWN else [None]
        # Editions joined by `+` were found in the file, for a command names one.
        editions = [None, edition] if edition and "+" not in edition else [None]
        return [FileOptions(one, other, mapping) for one in editions for other in vintages]


@dataclass(slots=True)
class _RebuildRun:
    """The rebuilding while it runs."""

    folder: Path
    staging: Path
    connection: duckdb.DuckDBPyConnection
    progress: Callable[[str], None]
    catalog: Catalog = field(default_factory=Catalog)
    from_rows: list[str] = field(default_factory=list)


def rebuild(
    folder: Path,
    connection: duckdb.DuckDBPyConnection,
    *,
    leave_out: Collection[str] = (),
    progress: Callable[[str], None] | None = None,
) -> RebuildResult:
    """Rebuild a lake; see `entrepot.lake.Lake.rebuild`."""
    change = LakeChange(folder)
    require_finished(folder)
    if not (folder / NAME).exists() and not remains(folder):
        raise NoEvidenceError(
            "there is no lake here, and nothing to make one of",
            where=str(folder),
            hint="name the folder of a lake with --lake",
        )
    with (
        guarded(folder, change.became),
        finishing() as finish,
        writing(folder, "rebuilding"),
        staging_folder(folder) as staging,
    ):
        change.begin()
        work = _RebuildRun(folder, staging, connection, progress or (lambda _: None))
        deliveries, paths = _deliveries(work)
        kept = [one for one in deliveries if not _left_out(one, leave_out)]
        for load in sorted({one.manifest["load"] for one in kept}):
            _load_again(work, [one.renamed() for one in kept if one.manifest["load"] == load])
        mine = {None, *(one.key for one in kept)}  # files of others stay, whatever they are
        old = {path for path, key in paths.items() if key in mine}
        ours = set(filter(is_ours, old))
        work.progress("making it visible")
        finish()
        publish(change, staging, replace(work.catalog, dropped=tuple(sorted(ours))))
        _delete_misnamed(folder, old - ours)
    return RebuildResult(
        inventory_of(work.catalog), tuple(work.from_rows), _left(folder, work.catalog)
    )


def _delete_misnamed(folder: Path, paths: Iterable[str]) -> None:
    """Delete Parquet files in folders of names that no catalog can have."""
    for path in paths:
        inside = (folder / path).resolve().is_relative_to(folder.resolve())
        if inside and ".." not in path.split("/") and path.endswith(".parquet"):
            (folder / path).unlink(missing_ok=True)


def _left_out(one: _RebuiltFile, out: Collection[str]) -> bool:
    return any(one.manifest["sha256"].startswith(name.lower()[:12]) for name in out if name)


def _left(folder: Path, catalog: Catalog) -> tuple[str, ...]:
    """Return delivered files that the new catalog does not name, but for what will be swept."""
    known = catalog.raw() | {path.removeprefix("raw/") for path in catalog.dropped}
    return tuple(
        f"raw/{path.name}"
        for path in sorted(folder.glob("raw/*"))
        if len(path.name) == 64 and path.name not in known
    )


def _deliveries(work: _RebuildRun) -> tuple[list[_RebuiltFile], _Paths]:
    """Return what was loaded, oldest first, and the files of which delivery there are."""
    folder = work.folder
    try:
        catalog = Catalog.read(folder)
    except BadFileError as error:
        older = _older(folder / NAME)
        if older is not None:
            return older
        # A newer format is no damage: making it anew would lose what this program does not know.
        if "update entrepot" in error.hint:
            raise
    else:
        paths: _Paths = dict.fromkeys(catalog.dropped)
        found = [_of_snapshot(item) for item in catalog.snapshots]
        for one, item in zip(found, catalog.snapshots, strict=True):
            paths |= dict.fromkeys(Catalog((item,)).owned(), one.key)
        return found, paths
    work.progress("looking at what is there")
    return _of_the_folder(work)


def _of_snapshot(item: Snapshot) -> _RebuiltFile:
    periods = frozenset(part.period for part in item.partitions)
    return _RebuiltFile(item.as_manifest(), periods=periods, stored=item)


def _older(path: Path) -> tuple[list[_RebuiltFile], _Paths] | None:
    """Read a catalog of an older format as far as it is needed; None if it is none."""
    from entrepot.lake.catalog import FORMAT
    from entrepot.model.period import Period

    if not path.is_file():
        return None
    try:
        data = from_json(path.read_bytes())
        if not 0 < int(data["format"]) < FORMAT:
            return None
        found: list[_RebuiltFile] = []
        paths: _Paths = {}
        for at, item in enumerate(data["snapshots"]):
            raw = item["raw"]
            manifest = {
                "source": item["source"],
                "title": item.get("title", ""),
                "name": raw["name"],
                "bytes": raw["bytes"],
                "sha256": raw["sha256"],
                "added_on": item["added_on"],
                # The oldest formats have no numbers of loads, and list snapshots in their order.
                "load": item.get("load", at + 1),
                "replaces": item.get("replaces", False),
                "mapping": item.get("mapping") or None,
            }
            periods = [part.get("period") for part in item["partitions"]]
            found.append(
                _RebuiltFile(
                    manifest,
                    (item["vintage"], item["nomenclature"]),
                    frozenset(Period.parse(one) if one else None for one in periods),
                )
            )
            parts = item["partitions"]
            files = [file for part in parts for file in part["files"].values()]
            files += [part["sums"] for part in parts if part.get("sums")]
            paths |= dict.fromkeys((file["path"] for file in files), found[-1].key)
            paths[f"raw/{raw['sha256']}.json"] = found[-1].key
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError):
        return None
    return found, paths


def _of_the_folder(work: _RebuildRun) -> tuple[list[_RebuiltFile], _Paths]:
    """Return what manifests and Parquet files say, of a lake without a catalog."""
    folder = work.folder
    before = {(one.source, one.raw.sha256, one.load): one for one in _previous(folder)}
    unfinished = _unfinished(folder)
    found: dict[_Key, _RebuiltFile] = {}
    for manifest in _manifests(folder):
        one = _RebuiltFile(manifest)
        if manifest["sha256"] in unfinished:
            continue
        if (known := before.get(one.key)) is not None:
            one = replace(one, periods=frozenset(part.period for part in known.partitions))
        found[one.key] = one
    stored, paths = _stored(work)
    for item in stored:
        key = item.source, item.raw.sha256, item.load
        found[key] = replace(found.get(key, _RebuiltFile(item.as_manifest())), stored=item)
    paths |= {f"raw/{key[1]}.json": key for key in found}  # as an older program called manifests
    return sorted(
        found.values(), key=lambda one: (one.manifest["load"], one.manifest["name"])
    ), paths


def _previous(folder: Path) -> tuple[Snapshot, ...]:
    try:
        return Catalog.parse((folder / PREVIOUS).read_bytes(), str(folder / PREVIOUS)).snapshots
    except (OSError, BadFileError):
        return ()


def _unfinished(folder: Path) -> set[str]:
    """Return hashes of what loads brought that were killed before all of it was in its place."""
    found: set[str] = set()
    for staging in folder.glob(".staging-*"):
        names = left_by_a_killed_load(staging) or []
        if any(not (folder / name).exists() for name in names):
            # `raw/` has four signs, and the hash 64.
            found |= {name[4:68] for name in names if name.startswith("raw/")}
    return found


def _manifests(folder: Path) -> Iterator[dict[str, Any]]:
    """Yield what is said of the delivered bytes; an older program said less."""
    older = []
    for path in sorted(folder.glob("raw/*.json")):
        try:
            manifest = from_json(path.read_text(encoding="utf-8"))
            if manifest.get("format") == MANIFEST:
                yield {key: manifest[key] for key in _KEYS}
            else:
                older.append({key: manifest.get(key) for key in _KEYS} | {"replaces": False})
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue  # without it the bytes stay where they are, and are named at the end
    older.sort(key=lambda manifest: (manifest["added_on"] or "", manifest["name"] or ""))
    for at, manifest in enumerate(older):
        if all(isinstance(manifest[key], str) for key in ("source", "name", "sha256", "added_on")):
            yield manifest | {"load": at + 1, "title": ""}


_KEYS = tuple(Snapshot("", "", "", "", "", RawEntry("", 0, ""), ()).as_manifest())
"""Names of what a manifest says."""


def _stored(work: _RebuildRun) -> tuple[list[Snapshot], _Paths]:
    """Return snapshots as Parquet files say, those whose files are all sound; and all the files."""
    found: dict[tuple[str, str, str, int], Snapshot] = {}
    paths: _Paths = {}
    bad = set()
    for path in sorted(one for root in TABLES for one in work.folder.glob(f"{root}/**/*.parquet")):
        name = path.relative_to(work.folder).as_posix()
        try:
            about = stored_about(work.connection, path)
            item = of_facts(from_json(about or ""))
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            continue
        [part] = item.partitions
        key = item.source, item.id, item.vintage, item.load
        paths[name] = (item.source, item.raw.sha256, item.load)
        stored = fingerprint(path, name)
        # The name ends in the first digits of the hash: a changed file shows without a catalog.
        if not path.name.endswith(f"-{stored.sha256[:8]}.parquet"):
            bad.add(key)
            continue
        rebuilt = found.get(key, replace(item, partitions=()))
        # What copies in several sort orders say of themselves differs in nothing but their files.
        same = [one for one in rebuilt.partitions if replace(one, files={}, sums=None) == part]
        rest = tuple(one for one in rebuilt.partitions if one not in same)
        one = same[0] if same else part
        if name.startswith("totals/") and item.table != "totals":
            one = replace(one, sums=stored)
        else:
            order = next((by for by in ("importer", "exporter") if f"/by-{by}/" in name), "key")
            one = replace(one, files=one.files | {order: stored})
        found[key] = replace(rebuilt, partitions=(*rest, one))
    sound = []
    for key, item in found.items():
        # The one order that a table has, or both copies: half of a pair means that a file was lost.
        orders = {frozenset(part.files) for part in item.partitions}
        if key in bad or not orders <= {frozenset({"key"}), frozenset({"importer", "exporter"})}:
            continue
        more = findings_of_all(source_info(item.source), item.partitions, item.findings)
        editions = sorted({name for part in item.partitions for name in part.nomenclatures})
        sound.append(
            replace(item, findings=(*item.findings, *more), nomenclature="+".join(editions))
        )
    return sound, paths


def _load_again(work: _RebuildRun, deliveries: Sequence[_RebuiltFile]) -> None:
    """Repeat one load: its files one after the other, then what they replace."""
    added: list[Snapshot] = []
    for one in deliveries:
        added.append(_read_again(work, one, added))
    work.catalog = merge(work.catalog, added)


def _read_again(work: _RebuildRun, one: _RebuiltFile, added: Sequence[Snapshot]) -> Snapshot:
    name, path = one.manifest["name"], work.folder / "raw" / one.manifest["sha256"]
    if not path.is_file():
        reason = "the delivered file is gone"
    elif sha256_of(path) != one.manifest["sha256"]:
        reason = "the delivered file is no longer what was delivered"
    else:
        try:
            return _parsed(work, one, added)
        except BadFileError as error:
            reason = f"it is refused now: {error.what}" + (f" ({error.where})" * bool(error.where))
    stored = one.stored
    files = [file for part in stored.partitions for file in part.stored] if stored else []
    if stored is None or any(changed(work.folder, file) for file in files):
        raise BadFileError(
            f"{name} of {one.manifest['source']} cannot be read again: {reason}",
            where=str(path),
            why="its rows cannot be taken from Parquet files either, and without it the lake would "
            "hold less than before; nothing was changed",
            hint="put the file back from a backup, or leave it out: "
            f"{rebuild_command(work.folder)} --leave-out {one.manifest['sha256'][:12]}",
        )
    work.from_rows.append(name)
    return stored


def _parsed(work: _RebuildRun, one: _RebuiltFile, added: Iterable[Snapshot]) -> Snapshot:
    """Read delivered bytes as they were read then."""
    manifest = one.manifest
    raw = RawEntry(manifest["name"], manifest["bytes"], manifest["sha256"])
    failed: BadFileError | None = None
    for way in one.ways():
        run = Load(
            folder=work.folder,
            staging=work.staging,
            info=source_info(manifest["source"]),
            connection=work.connection.cursor(),
            options=way,
            replaces=bool(manifest["replaces"]),
            title=manifest["title"] or "",
            progress=work.progress,
            before=work.catalog,
            number=manifest["load"],
            only=one.periods,
            added=list(added),
        )
        try:
            run.progress(f"reading {raw.name}")
            found = prepare_again(run, raw, manifest["added_on"], run.folder)
        except BadFileError as error:
            # The first way is the likeliest, so its error is the one to show.
            failed = failed or error
            continue
        if one.came is None or found.vintage == one.came[0]:
            return found
    raise failed or BadFileError("it gives another release now")
