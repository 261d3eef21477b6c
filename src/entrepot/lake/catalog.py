"""The catalog: the one file that says what the lake holds, replaced whole or not at all.

Readers open only files named here, so that whatever else lies in the folder (a load that was
killed, a load that is running) does not exist for them. Its first line has a hash of the rest, so
that a changed digit in it is seen. The catalog before it stays beside it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shlex
import shutil
from contextlib import suppress
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args

from entrepot.errors import BadFileError, DamagedLakeError, OutsideError, RequestError
from entrepot.files import from_json, require_file
from entrepot.model.columns import Finding, Table, key_columns
from entrepot.model.period import Period

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

NAME = "catalog.json"
PREVIOUS = "catalog.previous.json"
UNFINISHED = "unfinished"
"""File in a folder into which a lake is copied, until its catalog is there: what to do if it stays.

Without it a copy that was killed would look like an empty lake, and every question be answered so.
"""
# An older format is made anew by `rebuild`, which reads it as far as needed; a newer is refused.
FORMAT = 5
TABLES = get_args(Table)
# Paths from a catalog are opened, moved and deleted: only such as a load can have made pass.
_STORED = re.compile(
    rf"({'|'.join(TABLES)})(/[\w=.-]+)*/[0-9a-f]{{12}}-[0-9a-f]{{8}}\.parquet", re.ASCII
)
_RAW = re.compile(r"raw/[0-9a-f]{64}((\.\d+)?\.json)?", re.ASCII)
_HASH = re.compile(r"[0-9a-f]{64}")
_Entry = TypeVar("_Entry", "StoredFile", "RawEntry", "Partition", "Snapshot", Finding)


class UnconfirmedError(OSError):
    """A file was replaced, as everybody can see, and the disk did not confirm that it is safe."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A Parquet file: path inside the lake, size, hash, and a checksum of each block of it.

    Attributes
    ----------
    checksums
        CRC-32 of every 64 KiB, four bytes each, in base64 (see `entrepot.lake.unchanged`).
    """

    path: str
    bytes: int
    sha256: str
    checksums: str


@dataclass(frozen=True, slots=True)
class RawEntry:
    """Bytes as they were delivered, kept under their hash."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Partition:
    """Rows of one period: their number, areas on either side, one file for each sort order.

    Attributes
    ----------
    period
        None for a table that has no periods, such as descriptions of products.
    slices
        What a later delivery can take the place of: ``CHN>`` is what China reports of its exports,
        ``>CHN`` of its imports, ``*`` everything; for other tables an edition.
    nomenclatures
        Editions of the product codes, in order of the alphabet.
    products, digits
        Number of different product codes, and how many digits the longest has; 0 digits where
        rows are totals over all goods.
    totals
        Number of rows that are totals over all goods.
    bases
        What makes the partner: destination, origin, consignment; where the rows say it.
    sums
        File of what the reporters themselves added up over partners or goods (table ``totals``);
        None where the delivery has no such row. A partition may have no other rows.
    """

    period: Period | None
    rows: int
    exporters: int
    importers: int
    files: dict[str, StoredFile]
    slices: tuple[str, ...] = ("*",)
    nomenclatures: tuple[str, ...] = ()
    products: int = 0
    digits: int = 0
    totals: int = 0
    bases: tuple[str, ...] = ()
    sums: StoredFile | None = None

    @property
    def stored(self) -> tuple[StoredFile, ...]:
        """Every file of it."""
        return (*self.files.values(), *([self.sums] if self.sums else []))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What one delivered file brought.

    Attributes
    ----------
    id
        First 12 digits of the SHA-256 of the file, or of file and mapping.
    load
        Number of the load that brought it; files of one load are parts of one delivery.
    replaces
        Whether it takes the place of what was held of the same release.
    currency
        What values are counted in; empty for a table without values.
    title, mapping
        Of a table of the user's own: its title, and the text of the mapping it was read with.
    given_vintage, given_nomenclature
        Release and edition that the user named, where the file was not asked for them.
    is_cut
        Whether some of its partitions went since it was loaded, replaced or removed.
    """

    source: str
    id: str
    vintage: str
    nomenclature: str
    added_on: str
    raw: RawEntry
    partitions: tuple[Partition, ...]
    findings: tuple[Finding, ...] = ()
    table: Table = "flows"
    load: int = 0
    replaces: bool = False
    currency: str = "USD"
    title: str = ""
    mapping: str = ""
    given_vintage: str | None = None
    given_nomenclature: str | None = None
    is_cut: bool = False

    @property
    def manifest(self) -> str:
        """Path, inside the lake, of the text that says what the delivered bytes are.

        One a load, so that it is written once and never changed: the same bytes may be held as two
        releases.
        """
        return f"raw/{self.raw.sha256}.{self.load}.json"

    def as_manifest(self) -> dict[str, Any]:
        """Return all that is needed to read the delivered bytes again, as plain JSON types."""
        return {
            "source": self.source,
            "title": self.title,
            "name": self.raw.name,
            "bytes": self.raw.bytes,
            "sha256": self.raw.sha256,
            "added_on": self.added_on,
            "load": self.load,
            "replaces": self.replaces,
            "vintage": self.given_vintage,
            "nomenclature": self.given_nomenclature,
            "mapping": self.mapping or None,
        }

    def without(self, gone: Container[str]) -> Snapshot:
        """Return the snapshot without the partitions of which a file is among `gone`."""
        left = tuple(
            p for p in self.partitions if not any(f.path in gone for f in p.files.values())
        )
        is_cut = self.is_cut or len(left) < len(self.partitions)
        return replace(self, partitions=left, is_cut=is_cut)


@dataclass(frozen=True, slots=True)
class Catalog:
    """Every snapshot held, oldest load first.

    Attributes
    ----------
    dropped
        Files that earlier loads wrote and that no snapshot needs any more: the only ones that may
        be deleted.
    """

    snapshots: tuple[Snapshot, ...] = ()
    dropped: tuple[str, ...] = ()

    @classmethod
    def read(cls, folder: Path, *, or_unfinished: bool = False) -> Catalog:
        """Read the catalog of a lake; an absent one is empty.

        Parameters
        ----------
        or_unfinished
            Whether the folder may be one into which a copy was begun.

        Raises
        ------
        BadFileError
            If the file is not a catalog of this format, or is gone while data are there; if the
            folder is an unfinished copy.
        RequestError
            If the lake is not a folder.
        """
        path = folder / NAME
        text: bytes | None = None
        with suppress(FileNotFoundError, NotADirectoryError):
            text = read_plain(path)
        if text is None:
            _require_folder(folder)
        found = cls() if text is None else cls.parse(text, str(path))
        if not found.snapshots and not or_unfinished and (folder / UNFINISHED).exists():
            raise _unfinished(folder)
        if text is None and (there := remains(folder)):
            raise DamagedLakeError(
                f"the catalog of this lake is gone; {there} are there",
                where=str(path),
                why="without it nothing says which of them count: this is no empty lake, and "
                "nothing is written to it",
                hint=f"{rebuild_command(folder)} makes a new one from them",
            )
        return found

    @classmethod
    def parse(cls, text: str | bytes, where: str) -> Catalog:
        """Read the text of a catalog, which stands at `where`.

        Raises
        ------
        BadFileError
            If it is not a catalog of this format.
        """
        text = text.encode() if isinstance(text, str) else text
        rebuild = (
            "entrepot data rebuild --lake FOLDER, with a copy in a folder,"
            if "://" in where
            else rebuild_command(Path(where).parent)
        )
        try:
            data = from_json(text)
            # Before the hash, which a catalog of another format may have elsewhere or not at all.
            if (form := int(data["format"])) != FORMAT:
                older = f"{rebuild} makes a new one from the delivered files in raw/, offline"
                raise DamagedLakeError(
                    f"the lake is in format {form}, this program knows {FORMAT}",
                    where=where,
                    hint=older if form < FORMAT else "update entrepot, or name another folder",
                )
            # Over the bytes as they are: parsed and written
            # again, a changed blank or escape would not show.
            if hashlib.sha256(text.partition(b"\n")[2]).hexdigest() != data["sha256"]:
                raise ValueError("its text does not fit the hash in its first line")
            found = cls(tuple(_stored(item) for item in data["snapshots"]), _paths(data))
            _require_once(found)
            return found
        except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
            if isinstance(error, BadFileError):
                raise
            raise DamagedLakeError(
                f"the catalog of the lake is damaged ({error})",
                where=where,
                why="it says which files hold the data",
                hint=f"{rebuild} makes a new one; the catalog before it is {PREVIOUS}",
            ) from error

    def text(self) -> str:
        """Return what is written into the file.

        Raises
        ------
        ValueError
            If it could not be read again: no other program would find what it names.
        """
        _require_ours((*self.files(), *self.dropped))
        items = json.dumps([_plain(item) for item in self.snapshots], ensure_ascii=False, indent=1)
        rest = f'"dropped": {json.dumps(self.dropped)},\n"snapshots": {items}}}\n'
        digest = hashlib.sha256(rest.encode()).hexdigest()
        return f'{{"format": {FORMAT}, "sha256": "{digest}",\n{rest}'

    def write(self, folder: Path) -> None:
        """Replace the catalog in one step; this is the moment a change becomes visible.

        Raises
        ------
        UnconfirmedError
            If it was replaced, and the disk did not confirm it.
        """
        before: Path | None = folder / PREVIOUS
        try:
            Catalog.read(folder)
        except BadFileError:  # a damaged one must not take the place of a good one
            before = None
        replace_text(folder / NAME, self.text(), before=before)

    def with_dropped(self, before: Catalog, folder: Path) -> Catalog:
        """Return the catalog with what `before` needed, and this one does not, as dropped."""
        mine = self.owned()
        gone = {*before.dropped, *self.dropped, *before.owned()} - mine
        there = (name for name in gone if (folder / name).is_file())
        return replace(self, dropped=tuple(sorted(there)))

    def of(self, source: str) -> tuple[Snapshot, ...]:
        """Return the snapshots of one source."""
        return tuple(item for item in self.snapshots if item.source == source)

    def files(self) -> set[str]:
        """Return the path of every Parquet file in use."""
        parts = [part for item in self.snapshots for part in item.partitions]
        return {stored.path for part in parts for stored in part.stored}

    def owned(self) -> set[str]:
        """Return the path of every file that the lake needs."""
        raw = {f"raw/{digest}" for digest in self.raw()}
        return self.files() | raw | {item.manifest for item in self.snapshots}

    def next_load(self) -> int:
        """Return a number above that of every load so far."""
        return 1 + max((item.load for item in self.snapshots), default=0)

    def raw(self) -> set[str]:
        """Return the hash of every delivered file in use."""
        return {item.raw.sha256 for item in self.snapshots}


def replace_text(
    path: Path, text: str, *, before: Path | None = None, draft: Path | None = None
) -> None:
    """Replace a file in one step; whoever reads finds all of the old or all of the new.

    What stood there is kept as `before`, if that can be done: it is a convenience. Where several
    may write at once, each names a `draft` of its own.

    Raises
    ------
    UnconfirmedError
        If it was replaced, and the disk did not confirm it. After every other error the file is as
        it was.
    """
    draft = draft or path.with_name(f"{path.name}.new")
    try:
        with draft.open("w", encoding="utf-8") as opened:
            opened.write(text)
            opened.flush()
            # Before the rename: after a power cut the name must not lead to an empty file.
            os.fsync(opened.fileno())
        if before is not None:
            with suppress(OSError):
                _keep_before(path, before)
        draft.replace(path)
    except BaseException:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise
    try:
        sync_folder(path.parent)
    except OSError as error:
        raise UnconfirmedError(error.errno, error.strerror) from error


def _keep_before(path: Path, before: Path) -> None:
    draft = before.with_name(f"{before.name}.new")
    draft.unlink(missing_ok=True)
    try:
        os.link(path, draft)  # takes no room on a full disk
    except OSError:
        shutil.copyfile(path, draft)
    draft.replace(before)
    draft.unlink(missing_ok=True)  # of two names of one file the system leaves both


def rebuild_command(folder: Path) -> str:
    """Return the command that makes the catalog of a lake anew."""
    return f"entrepot data rebuild --lake {shlex.quote(str(folder))}"


def remains(folder: Path) -> str:
    """Say what of a lake lies in a folder, in words; empty if nothing."""
    counts = {
        "delivered file": sum(bool(_HASH.fullmatch(path.name)) for path in folder.glob("raw/*")),
        "Parquet file": sum(1 for root in TABLES for _ in folder.glob(f"{root}/**/*.parquet")),
    }
    return " and ".join(
        f"{count:,} {what}{'' if count == 1 else 's'}" for what, count in counts.items() if count
    )


def is_unfinished(folder: Path) -> bool:
    """Whether a folder is one into which a lake is copied, without a row so far."""
    if not (folder / UNFINISHED).exists():
        return False
    try:
        return not Catalog.read(folder, or_unfinished=True).snapshots
    except BadFileError:
        return False


def require_finished(folder: Path) -> None:
    """Refuse a folder into which a lake is copied; raises `BadFileError`."""
    if is_unfinished(folder):
        raise _unfinished(folder)


def _unfinished(folder: Path) -> DamagedLakeError:
    try:
        hint = (folder / UNFINISHED).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        hint = ""
    return DamagedLakeError(
        "an unfinished copy of a lake",
        where=str(folder),
        why="the copy is being made, or was interrupted; its rows would be missing without a word",
        hint=hint or f"delete {folder}, and copy or restore again",
    )


def sync_folder(folder: Path) -> None:
    """Make renames in a folder survive a power cut, where the system can."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_plain(path: Path) -> bytes:
    """Return the bytes of a catalog, or refuse a pipe in its place: to read one may never end.

    Raises
    ------
    BadFileError
        If it is a pipe, a device, a socket or a folder.
    FileNotFoundError, NotADirectoryError
        If there is none.
    OutsideError
        Without the right to read it.
    """
    try:
        if path.stat() and not path.is_file():
            require_file(path, hint=f"delete it, then: {rebuild_command(path.parent)}")
        return path.read_bytes()
    except PermissionError as error:
        raise OutsideError(
            "the lake cannot be read: no permission",
            where=str(path),
            why="the catalog says which files hold the data",
            hint="get the right to read it",
        ) from error


def _require_folder(folder: Path) -> None:
    """Refuse a path that can never be a folder, instead of calling it an empty lake."""
    try:
        str(folder).encode()
    except UnicodeEncodeError as error:  # bytes that are no text: DuckDB finds no file there
        raise RequestError(
            "the name of this folder is no text in UTF-8",
            where=ascii(str(folder)),
            hint="rename the folder, or name another one with --lake or ENTREPOT_LAKE",
        ) from error
    for path in (folder, *folder.parents):
        if path.exists() and not path.is_dir():
            raise RequestError(
                f"a lake is a folder, and this is {'a file' if path.is_file() else 'none'}",
                where=str(path),
                hint="name a folder with --lake or ENTREPOT_LAKE; it need not exist yet",
            )


def _plain(item: Snapshot) -> dict[str, Any]:
    data = asdict(item)
    for part, plain in zip(item.partitions, data["partitions"], strict=True):
        plain["period"] = str(part.period) if part.period else None
    return data


def facts(item: Snapshot, part: Partition) -> dict[str, Any]:
    """Return what a stored file says of itself, as plain JSON types: enough for a new catalog."""
    # Without files: what is written into a file cannot contain the hash of that file.
    return _plain(replace(item, partitions=(replace(part, files={}, sums=None),)))


def of_facts(data: dict[str, Any]) -> Snapshot:
    """Return the snapshot, of one partition without files, that `facts` was made of.

    Raises
    ------
    ValueError, KeyError, TypeError, AttributeError
        If it is something else.
    """
    return _snapshot(data)


def _paths(data: dict[str, Any]) -> tuple[str, ...]:
    _require_ours(data["dropped"])
    return tuple(data["dropped"])


def is_ours(path: str) -> bool:
    """Whether a path is one that a load can have made."""
    # `..` fits the pattern of a folder's name, and would lead out of the lake.
    return bool(_RAW.fullmatch(path) or (_STORED.fullmatch(path) and "/../" not in path))


def _require_ours(paths: Iterable[str]) -> None:
    for path in paths:
        if not is_ours(path):
            raise ValueError(f"not the path of a file of ours: {path}")


def _snapshot(data: dict[str, Any]) -> Snapshot:
    if not _HASH.fullmatch(data["raw"]["sha256"]):
        raise ValueError(f"not a hash: {data['raw']['sha256']}")
    found = Snapshot(
        **data
        | {
            "raw": _checked(RawEntry(**data["raw"])),
            "partitions": tuple(_partition(part) for part in data["partitions"]),
            "findings": tuple(_checked(Finding(**finding)) for finding in data["findings"]),
        }
    )
    if found.table not in TABLES or not found.partitions:
        raise ValueError(f"not a table with rows: {found.source} {found.table}")
    return _checked(found)


def _require_once(catalog: Catalog) -> None:
    """Refuse a catalog that names a file twice: its rows would count twice."""
    seen: set[str] = set()
    for item in catalog.snapshots:
        for part in item.partitions:
            for stored in part.stored:
                if stored.path in seen:
                    raise ValueError(f"it names a file twice: {stored.path}")
                seen.add(stored.path)


_LATER = ("is_cut",)
"""What catalogs of this format did not say at first."""


def _stored(data: dict[str, Any]) -> Snapshot:
    """Return a snapshot that says all it has to, each part in the files that are looked for."""
    found = _snapshot(data)
    entries: tuple[Snapshot | Partition, ...] = (found, *found.partitions)
    for one, entry in zip([data, *data["partitions"]], entries, strict=True):
        if missing := {field.name for field in fields(entry)} - {*one, *_LATER}:
            raise ValueError(f"{found.source} does not say {min(missing)}")
    for part in found.partitions:
        if part.files.keys() != orders(found.table).keys():
            raise ValueError(f"the files of {found.source} cannot be {list(part.files)!r:.40}")
    return found


def _partition(data: dict[str, Any]) -> Partition:
    files = {order: _checked(StoredFile(**stored)) for order, stored in data["files"].items()}
    sums = _checked(StoredFile(**data["sums"])) if data["sums"] else None
    _require_ours(stored.path for stored in (*files.values(), *([sums] if sums else [])))
    period = Period.parse(data["period"]) if data["period"] else None
    texts = {name: tuple(data[name]) for name in ("slices", "nomenclatures", "bases")}
    return _checked(Partition(**data | {"period": period, "files": files, "sums": sums} | texts))


def _checked(entry: _Entry) -> _Entry:
    """Return an entry of which every text is a text and every number a count, or raise."""
    for one in fields(entry):
        # Annotations are texts here (`from __future__ import annotations`), so they serve as keys.
        kinds, value = _KINDS.get(str(one.type), ()), getattr(entry, one.name)
        if not kinds:
            continue
        cells = value if str(one.type).startswith("tuple") else (value,)
        # `type`, not `isinstance`: True is an int.
        if any(type(cell) not in kinds or (type(cell) is int and cell < 0) for cell in cells):
            raise ValueError(f"{one.name} cannot be {value!r:.40}")
    return entry


_KINDS: dict[str, tuple[type, ...]] = {
    "int": (int,),
    "str": (str,),
    "bool": (bool,),
    "Level": (str,),
    "Table": (str,),
    "str | None": (str, type(None)),
    "tuple[str, ...]": (str,),
}
"""What a cell of an entry may be, by its annotation; others are made by a reader of their own."""


Order = Literal["importer", "exporter"]
# Two copies, because a question about one importer and a question about one exporter each want
# the rows of its own side next to each other (8 to 19 times faster; see ARCHITECTURE.md).
ORDERS: dict[str, dict[str, tuple[str, ...]]] = {
    "totals": {"key": ("exporter", "importer", "product")},
    "flows": {
        "importer": ("importer", "product", "exporter"),
        "exporter": ("exporter", "product", "importer"),
    },
    "inputs": {
        "importer": ("importer", "buyer_sector", "exporter", "sector"),
        "exporter": ("exporter", "sector", "importer", "buyer_sector"),
    },
    "shipments": {"key": ("product",)},
}
# What a later delivery can take the place of; everything where nothing stands here.
# Reconciled rows (BACI: `both`) are the report of nobody, so a later delivery replaces them all.
_REPORT = (
    "CASE reported_by WHEN 'exporter' THEN exporter || '>' "
    "WHEN 'importer' THEN '>' || importer ELSE '*' END"
)
SLICE = {
    "flows": _REPORT,
    "shipments": "CASE direction WHEN 'import' THEN '>' || reporter ELSE reporter || '>' END",
    "totals": _REPORT,  # a total stops counting with the report that it is of
    "products": "nomenclature",
    "elasticities": "nomenclature",
    "correlations": "from_nomenclature || '>' || to_nomenclature || ' ' || kind",
}


def orders(table: Table) -> dict[str, tuple[str, ...]]:
    """Return the sort orders that a table is kept in, by name."""
    return ORDERS.get(table) or {"key": key_columns(table)}


def folder_of(table: Table, order: str, source: str, period: Period | None) -> str:
    """Return where files of one period lie inside the lake.

    The sort orders have separate roots, so that other programs can read either whole root without
    counting rows twice; months and years lie apart for the same reason.
    """
    if period is None:
        return f"{table}/source={source}"
    when = f"freq={period.freq}/period={period.start.isoformat()}"
    return f"{table}/by-{order}/source={source}/{when}"


MANIFEST = 2
_CHUNK = 2**20


def copy_raw(path: Path, folder: Path) -> RawEntry:
    """Copy a file into `folder` under its hash, and return what was copied.

    A copy, not a hard link: a file that its owner edits in place later would change here too.

    Raises
    ------
    BadFileError
        If there is no such file, it is none, or it grows.
    """
    there = require_file(path, hint="name the files to add")
    digest, size = hashlib.sha256(), 0
    draft = folder / "copy"
    with path.open("rb") as source, draft.open("wb") as target:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            target.write(chunk)
            size += len(chunk)
            if size > there:
                raise BadFileError(
                    "the file grows while it is read",
                    where=str(path),
                    why="a download that goes on would be loaded by half",
                    hint="wait until it is whole, and add it again",
                )
        target.flush()
        os.fsync(target.fileno())
    draft.replace(folder / digest.hexdigest())
    return RawEntry(path.name, size, digest.hexdigest())


def manifest_text(item: Snapshot) -> str:
    """Return what stands beside delivered bytes: all that is needed to read them again."""
    return (
        json.dumps({"format": MANIFEST} | item.as_manifest(), ensure_ascii=False, indent=1) + "\n"
    )


def write_manifest(item: Snapshot, folder: Path) -> None:
    """Write beside the bytes what they are and how they were read."""
    path = folder / item.manifest
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8") as opened:
        opened.write(manifest_text(item))
        opened.flush()
        os.fsync(opened.fileno())
