"""Make a change to the lake visible in one step, and clear away what is no longer named.

Files go to their place under names that nothing else has; they exist for readers from the moment
the catalog is replaced. What a killed load leaves behind is swept by the next one, and so is what
somebody was still reading (see `entrepot.lake.readers`).
"""

from __future__ import annotations

import re
import shutil
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from entrepot.errors import EntrepotError, RequestError
from entrepot.lake.catalog import Catalog, sync_folder
from entrepot.lake.lock import writing
from entrepot.lake.outside import FULL, finishing, guarded
from entrepot.lake.readers import FILE, unread
from entrepot.lake.watched import WATCHED
from entrepot.model.columns import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["publish", "remove", "require_lake", "staging_folder", "sweep", "unnamed"]

_OURS = re.compile(r"[0-9a-f]{12}-[0-9a-f]{8}\.parquet|[0-9a-f]{64}(\.json)?")
_STAGING = ".staging-"
TABLES = get_args(Table)


def publish(folder: Path, staging: Path, after: Catalog) -> None:
    """Move what is prepared to its place, replace the catalog, drop what it no longer names."""
    try:
        for root in ("raw", *TABLES):
            for path in sorted((staging / root).rglob("*")):
                if path.is_file():
                    _move(path, folder / path.relative_to(staging))
        after.write(folder)
    except BaseException:  # whatever the catalog that is there does not name is in the way
        with suppress(OSError, EntrepotError):
            sweep(folder, Catalog.read(folder), keep=staging)
        raise
    _tidy(folder, after, keep=staging)


def remove(folder: Path, snapshots: set[tuple[str, str]], source: str) -> None:
    """Take snapshots of a source out of the catalog and delete what nothing else needs.

    Each is named by its id and its release: the same bytes can be held as two releases.
    """
    with guarded(folder), finishing() as finish, writing(folder, f"removing {source}"):
        before = Catalog.read(folder)
        left = (
            one
            for one in before.snapshots
            if one.source != source or (one.id, one.vintage) not in snapshots
        )
        after = Catalog(tuple(left))
        finish()
        _write_in_little_room(folder, before, after)
        _tidy(folder, after)


def _write_in_little_room(folder: Path, before: Catalog, after: Catalog) -> None:
    """Write the catalog, on a full disk too: who removes something may need to make room.

    The delivered bytes that are about to go give it; no question reads them.
    """
    try:
        after.write(folder)
    except OSError as error:
        if error.errno not in FULL:
            raise
        for digest in before.raw() - after.raw():
            (folder / "raw" / digest).unlink(missing_ok=True)
        after.write(folder)


def _tidy(folder: Path, after: Catalog, *, keep: Path | None = None) -> None:
    """Sweep once the change is visible; what cannot be deleted now is left to the next load."""
    with suppress(OSError):
        sweep(folder, after, keep=keep)


def _move(path: Path, target: Path) -> None:
    for parent in reversed(target.parents):
        if not parent.exists():
            parent.mkdir(exist_ok=True)
            sync_folder(parent.parent)
    path.replace(target)
    sync_folder(target.parent)


def sweep(folder: Path, catalog: Catalog, *, keep: Path | None = None) -> None:
    """Delete files of ours that the catalog does not name, unless somebody reads.

    Files of others are left alone.
    """
    for path in folder.glob(f"{_STAGING}*"):
        if path != keep:
            shutil.rmtree(path)
    if not unread(folder):
        return
    for path in unnamed(folder, catalog):
        path.unlink()
    folders = (path for root in TABLES for path in folder.glob(f"{root}/**/"))
    for path in sorted(folders, reverse=True):  # deepest first
        if not any(path.iterdir()):
            path.rmdir()


def unnamed(folder: Path, catalog: Catalog) -> list[Path]:
    """Return files of ours that the catalog does not name."""
    named = catalog.files() | {f"raw/{digest}" for digest in catalog.raw()}
    stored = (path for root in TABLES for path in folder.glob(f"{root}/**/source=*/**/*.parquet"))
    return [
        path
        for path in (*stored, *folder.glob("raw/*"))
        if path.relative_to(folder).as_posix().removesuffix(".json") not in named
        and _OURS.fullmatch(path.name)
    ]


@contextmanager
def staging_folder(folder: Path) -> Iterator[Path]:
    """Yield a folder for one load, on the disk of the lake, and delete it afterwards."""
    path = Path(tempfile.mkdtemp(prefix=_STAGING, dir=folder))
    try:
        for name in ("raw", "scratch"):
            (path / name).mkdir()
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def require_lake(folder: Path) -> None:
    """Make the folder, but never turn somebody's folder of other things into a lake."""
    if folder.is_dir() and not (folder / "catalog.json").exists():
        ours = re.compile(
            rf"lock|{FILE}|{WATCHED}|raw|{'|'.join(TABLES)}|catalog\.json\.new|{re.escape(_STAGING)}.*"
        )
        others = [path.name for path in folder.iterdir() if not ours.fullmatch(path.name)]
        if others:
            raise RequestError(
                "this folder holds other things and is not a lake",
                where=f"{folder} ({sorted(others)[0]})",
                hint="name an empty or a new folder with --lake",
            )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / FILE).touch()
