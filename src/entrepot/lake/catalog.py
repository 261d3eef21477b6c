"""The catalog: the one file that says what the lake holds, replaced whole or not at all.

Readers open only files named here, so that whatever else lies in the folder (a load that was
killed, a load that is running) does not exist for them.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from entrepot.errors import BadFileError, RequestError
from entrepot.model.findings import Finding
from entrepot.model.period import Period

if TYPE_CHECKING:
    from collections.abc import Container
    from pathlib import Path

    from entrepot.model.columns import Table

__all__ = [
    *("Catalog", "Partition", "RawEntry", "Snapshot", "StoredFile"),
    *("replace_text", "sync_folder"),
]

NAME = "catalog.json"
FORMAT = 4


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A Parquet file: path inside the lake, size and hash."""

    path: str
    bytes: int
    sha256: str


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

    def without(self, gone: Container[str]) -> Snapshot:
        """Return the snapshot without the partitions of which a file is among `gone`."""
        left = (p for p in self.partitions if not any(f.path in gone for f in p.files.values()))
        return replace(self, partitions=tuple(left))


@dataclass(frozen=True, slots=True)
class Catalog:
    """Every snapshot held, oldest load first."""

    snapshots: tuple[Snapshot, ...] = ()

    @classmethod
    def read(cls, folder: Path) -> Catalog:
        """Read the catalog of a lake; an absent one is empty.

        Raises
        ------
        BadFileError
            If the file is not a catalog of this format.
        RequestError
            If the lake is not a folder.
        """
        path = folder / NAME
        try:
            text = path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            _require_folder(folder)
            return cls()
        return cls.parse(text, str(path))

    @classmethod
    def parse(cls, text: str | bytes, where: str) -> Catalog:
        """Read the text of a catalog, which stands at `where`.

        Raises
        ------
        BadFileError
            If it is not a catalog of this format.
        """
        try:
            data = json.loads(text)
            if (found := int(data["format"])) != FORMAT:
                older = "add its files again to another folder (--lake); the raw ones are in raw/"
                raise BadFileError(
                    f"the lake is in format {found}, this program knows {FORMAT}",
                    where=where,
                    hint=older if found < FORMAT else "update entrepot, or name another folder",
                )
            return cls(tuple(_snapshot(item) for item in data["snapshots"]))
        except (ValueError, KeyError, TypeError) as error:
            if isinstance(error, BadFileError):
                raise
            raise BadFileError(
                f"the catalog of the lake is damaged ({error})",
                where=where,
                why="it says which files hold the data",
                hint="put it back from a backup, or remove the folder and add the files again",
            ) from error

    def write(self, folder: Path) -> None:
        """Replace the catalog in one step; this is the moment a change becomes visible."""
        data = {"format": FORMAT, "snapshots": [_plain(item) for item in self.snapshots]}
        replace_text(folder / NAME, json.dumps(data, ensure_ascii=False, indent=1))

    def of(self, source: str) -> tuple[Snapshot, ...]:
        """Return the snapshots of one source."""
        return tuple(item for item in self.snapshots if item.source == source)

    def files(self) -> set[str]:
        """Return the path of every Parquet file in use."""
        parts = [part for item in self.snapshots for part in item.partitions]
        return {stored.path for part in parts for stored in part.stored}

    def next_load(self) -> int:
        """Return a number above that of every load so far."""
        return 1 + max((item.load for item in self.snapshots), default=0)

    def raw(self) -> set[str]:
        """Return the hash of every delivered file in use."""
        return {item.raw.sha256 for item in self.snapshots}


def replace_text(path: Path, text: str) -> None:
    """Replace a file in one step; whoever reads finds all of the old or all of the new."""
    draft = path.with_name(f"{path.name}.new")
    try:
        with draft.open("w", encoding="utf-8") as opened:
            opened.write(text)
            opened.flush()
            os.fsync(opened.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make renames in a folder survive a power cut, where the system can."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _require_folder(folder: Path) -> None:
    """Refuse a path that can never be a folder, instead of calling it an empty lake."""
    for path in (folder, *folder.parents):
        if path.is_file():
            raise RequestError(
                "a lake is a folder, and this is a file",
                where=str(path),
                hint="name a folder with --lake or ENTREPOT_LAKE; it need not exist yet",
            )


def _plain(item: Snapshot) -> dict[str, Any]:
    data = asdict(item)
    for part, plain in zip(item.partitions, data["partitions"], strict=True):
        plain["period"] = str(part.period) if part.period else None
    return data


def _snapshot(data: dict[str, Any]) -> Snapshot:
    return Snapshot(
        **data
        | {
            "raw": RawEntry(**data["raw"]),
            "partitions": tuple(_partition(part) for part in data["partitions"]),
            "findings": tuple(Finding(**finding) for finding in data["findings"]),
        }
    )


def _partition(data: dict[str, Any]) -> Partition:
    files = {order: StoredFile(**stored) for order, stored in data["files"].items()}
    period = Period.parse(data["period"]) if data["period"] else None
    sums = StoredFile(**data["sums"]) if data["sums"] else None
    texts = {name: tuple(data[name]) for name in ("slices", "nomenclatures", "bases")}
    return Partition(**data | {"period": period, "files": files, "sums": sums} | texts)
