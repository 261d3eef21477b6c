"""Make a change to the lake visible in one step, and clear away what it no longer names.

Files go to their place under names that nothing else has; they exist for readers from the moment
the catalog is replaced. A load writes down which files it is about to make before it makes them,
and the catalog which files its loads made and no longer need. Nothing else is ever deleted: not
what a load that was killed has not written down, not what is behind a link, and nothing that a
catalog which was put back from elsewhere happens not to know.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
import tempfile
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from entrepot.errors import BadFileError, RequestError
from entrepot.files import FULL, drafted, from_json
from entrepot.lake.catalog import (
    NAME,
    PREVIOUS,
    TABLES,
    UNFINISHED,
    Catalog,
    UnconfirmedError,
    read_plain,
    remains,
    replace_text,
    sync_folder,
)
from entrepot.lake.lock import FILE, unread, writing
from entrepot.lake.registers import FILE as SECRET
from entrepot.lake.system_errors import AS_BEFORE, finishing, guarded

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# Nothing that is called otherwise is ever deleted, whatever a catalog or list of moves says.
_OWN_NAMES = re.compile(r"[0-9a-f]{12}-[0-9a-f]{8}\.parquet|[0-9a-f]{64}((\.\d+)?\.json)?")
_STAGING = ".staging-"
_MOVES = "moves.json"
_PAUSE = 0.1


@dataclass
class LakeChange:
    """One change to a lake while it runs, to say what became of it if the system fails.

    Attributes
    ----------
    folder, before, after
        The lake, its catalog, and the catalog that it is to have; None as long as nothing was
        written.
    text
        What stands in the file of the catalog; None if there is none.
    spent
        Names of delivered files that were deleted to make room for the catalog.
    """

    folder: Path
    before: Catalog | None = None
    after: Catalog | None = None
    text: bytes | None = None
    spent: list[str] = field(default_factory=list)

    def begin(self) -> None:
        """Remember how the lake is; call it when nobody else may write."""
        with suppress(FileNotFoundError):
            self.text = read_plain(self.folder / NAME)

    def became(self) -> str:
        """Return in words what the lake is now, by looking at it."""
        if self.after is None:
            return f"nothing was changed: {AS_BEFORE} before"
        now: bytes | None
        try:
            now = read_plain(self.folder / NAME)
        except FileNotFoundError:
            now = None
        except (OSError, BadFileError):
            return "the catalog cannot be read now, so whether the change was made is not known"
        if now == self.text and now == self.after.text().encode():
            return "the catalog is as it was before; entrepot data check looks at its files"
        if now == self.after.text().encode():
            return "the change was made, and every question sees it: it failed after that"
        if self.spent:
            return (
                "the rows are as they were, but to free space these delivered files were deleted: "
                f"{', '.join(self.spent)}"
            )
        # A new lake gets an empty catalog before its first file is moved.
        if now == self.text or (self.text is None and now == Catalog().text().encode()):
            return f"nothing was changed: {AS_BEFORE} before"
        return "the lake is neither as it was nor as it should be: entrepot data check looks at it"


def publish(change: LakeChange, staging: Path, after: Catalog) -> None:
    """Move what is prepared to its place, replace the catalog, drop what it no longer names."""
    folder, before = change.folder, change.before or Catalog()
    found = [path for root in ("raw", *TABLES) for path in sorted((staging / root).rglob("*"))]
    made = {path.relative_to(staging).as_posix(): path for path in found if path.is_file()}
    moves = {name: path for name, path in made.items() if name in after.owned()}
    # What is there already is of an earlier load, and is not deleted if this one fails.
    new = [name for name in moves if not (folder / name).exists()]
    after = after.with_dropped(before, folder)
    change.after = after
    try:
        if not (folder / NAME).exists() and not remains(
            folder
        ):  # data without a catalog would be a lake that lost it
            Catalog().write(folder)
        replace_text(staging / _MOVES, json.dumps(new))
        for name, path in moves.items():
            move_file(path, folder / name)
        after.write(folder)
    except BaseException:  # whatever the catalog that is there does not name is in the way
        with suppress(OSError):
            # Looked at again: the catalog may have been replaced before the disk complained.
            _delete(folder, new, _readable_catalog(folder))
        raise
    _tidy(folder, after, keep=staging)
    _follow(folder)


def _follow(folder: Path) -> None:
    """Bring what is published of the lake for other engines up to date."""
    if (folder / "iceberg").exists():
        from entrepot.lake.iceberg import follow

        follow(folder)


def _rows(folder: Path) -> bool:
    """Whether a lake has a row, or may have."""
    try:
        return bool(Catalog.read(folder, or_unfinished=True).snapshots)
    except BadFileError:
        return True


def _readable_catalog(folder: Path) -> Catalog:
    try:
        return Catalog.read(folder, or_unfinished=True)
    except BadFileError:  # older, damaged or gone: it does not name what was made just now
        return Catalog()


def remove(folder: Path, snapshots: set[tuple[str, str]], source: str) -> None:
    """Take snapshots of a source out of the catalog and delete what nothing else needs.

    Each is named by its id and its release: the same bytes can be held as two releases.
    """
    change = LakeChange(folder)
    with (
        guarded(folder, change.became),
        finishing() as finish,
        writing(folder, f"removing {source}"),
    ):
        change.begin()
        change.before = before = Catalog.read(folder)
        if before.snapshots:
            with suppress(OSError):  # of a copy that was killed once it was whole
                (folder / UNFINISHED).unlink(missing_ok=True)
        left = (
            one
            for one in before.snapshots
            if one.source != source or (one.id, one.vintage) not in snapshots
        )
        change.after = after = Catalog(tuple(left)).with_dropped(before, folder)
        finish()
        _write_in_little_room(change, before, after)
        _tidy(folder, after)
        _follow(folder)


def _write_in_little_room(change: LakeChange, before: Catalog, after: Catalog) -> None:
    """Write the catalog, on a full disk too: who removes something may need to make room.

    The catalog before this one gives it, then the delivered bytes that are about to go anyway; no
    question reads them.
    """
    folder = change.folder
    try:
        after.write(folder)
        return
    except OSError as error:
        if isinstance(error, UnconfirmedError) or error.errno not in FULL:
            raise
    (folder / PREVIOUS).unlink(missing_ok=True)
    try:
        after.write(folder)
        return
    except OSError as error:
        if isinstance(error, UnconfirmedError) or error.errno not in FULL:
            raise
    names = {one.raw.sha256: one.raw.name for one in before.snapshots}
    for digest in sorted(before.raw() - after.raw()):
        if path := _inside(folder, f"raw/{digest}"):
            change.spent.append(names[digest])
            path.unlink(missing_ok=True)
    after.write(folder)


def _tidy(folder: Path, after: Catalog, *, keep: Path | None = None) -> None:
    """Sweep once the change is visible; what cannot be deleted now is left to the next load."""
    with suppress(OSError):
        sweep(folder, after, keep=keep)


def move_file(path: Path, target: Path) -> None:
    """Move a file to its place, for good; missing folders are made."""
    for parent in reversed(target.parents):
        if not parent.exists():
            parent.mkdir(exist_ok=True)
            # A new folder outlasts a power cut only once its parent is synced.
            sync_folder(parent.parent)
    try:
        path.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        draft = target.with_name(f"{target.name}.new")  # the folder is a link to another disk
        try:
            shutil.copyfile(path, draft)
            with draft.open("r+b") as opened:
                os.fsync(opened.fileno())
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
    sync_folder(target.parent)


def sweep(folder: Path, catalog: Catalog, *, keep: Path | None = None) -> None:
    """Delete what loads of this lake made and the catalog does not name, unless somebody reads."""
    for staging in folder.glob(f"{_STAGING}*"):
        if staging == keep or staging.is_symlink():
            continue
        made = left_by_a_killed_load(staging)
        if made is not None:
            _delete(folder, made, catalog)  # no catalog ever named them, so nobody reads them
            _clear(staging)
        else:
            with suppress(OSError):  # killed before its first step: an empty folder, or not ours
                staging.rmdir()
    manifests = [name for name in catalog.dropped if name.endswith(".json")]
    _delete(folder, manifests, catalog)  # no question reads them
    if unread(folder):
        _delete(folder, catalog.dropped, catalog)


def left_behind(folder: Path, catalog: Catalog, *, patience: float = 0) -> list[str]:
    """Return files that nothing needs any more and that are still on the disk, after a sweep.

    Parameters
    ----------
    patience
        Seconds to wait for those who read.
    """
    end = time.monotonic() + patience
    while True:
        with suppress(OSError):
            sweep(folder, catalog, keep=None)
        left = [name for name in catalog.dropped if (folder / name).is_file()]
        if not left or unread(folder) or time.monotonic() >= end:
            return left
        time.sleep(_PAUSE)


def left_by_a_killed_load(staging: Path) -> list[str] | None:
    """Return which files a load was about to make; None if the folder is not one of a load."""
    try:
        names = from_json((staging / _MOVES).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if not isinstance(names, list):
        return None
    return [name for name in names if isinstance(name, str)]


def _delete(folder: Path, names: Iterable[str], catalog: Catalog) -> None:
    """Delete files that loads made, but what the catalog names, and the folders that get empty."""
    needed = catalog.owned()
    parents = set()
    for name in names:
        path = _inside(folder, name) if name not in needed else None
        if path is None or not _OWN_NAMES.fullmatch(path.name):
            continue
        with suppress(OSError):  # one that may not be deleted keeps no other one
            path.unlink(missing_ok=True)
        parents |= {folder / one for one in PurePosixPath(name).parents if one.name}
    for parent in sorted(parents, reverse=True):  # deepest first
        with suppress(OSError):
            if parent.name != "raw":
                parent.rmdir()


def _inside(folder: Path, name: str) -> Path | None:
    """Return where a file of the lake lies; None if a link leads there, or out of the lake."""
    pieces = PurePosixPath(name).parts
    if not pieces or pieces[0] not in ("raw", *TABLES) or ".." in pieces:
        return None
    path = folder
    for piece in pieces:
        path /= piece
        if path.is_symlink():
            return None
    return path


def unnamed(folder: Path, catalog: Catalog) -> list[Path]:
    """Return files of ours that the catalog does not name."""
    named = catalog.owned()
    stored = (path for root in TABLES for path in folder.glob(f"{root}/**/source=*/**/*.parquet"))
    return [
        path
        for path in (*stored, *folder.glob("raw/*"))
        if path.relative_to(folder).as_posix() not in named and _OWN_NAMES.fullmatch(path.name)
    ]


@contextmanager
def staging_folder(folder: Path) -> Iterator[Path]:
    """Yield a folder for one load, on the disk of the lake, and delete it afterwards."""
    # Spelt as the lake is: from Python 3.12 on mkdtemp makes a relative path absolute, and a sweep
    # of a lake with a relative path would take the folder for one that a killed load left.
    path = folder / Path(tempfile.mkdtemp(prefix=_STAGING, dir=folder)).name
    try:
        # First of all: without this file a sweep would not know the folder for one of a load.
        (path / _MOVES).write_text("[]", encoding="utf-8")
        for name in ("raw", "scratch"):
            (path / name).mkdir()
        yield path
    finally:
        with suppress(OSError):
            _clear(path)


def _clear(staging: Path) -> None:
    """Delete a folder of a load, last what says that it is one: a kill leaves a known rest."""
    for path in sorted(staging.iterdir(), key=lambda path: path.name == _MOVES):
        if path.is_dir() and not path.is_symlink():
            # Workers of a load that was killed may still delete their own files.
            while path.exists():
                with suppress(FileNotFoundError):
                    shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    staging.rmdir()


@contextmanager
def lake_to_write(folder: Path, *, unfinished: str = "") -> Iterator[None]:
    """Make the folder of a lake; of one that is new nothing is left if the block fails.

    Somebody's folder of other things never becomes a lake.

    Parameters
    ----------
    unfinished
        Where it is to be a copy of another: what to do if it stays unfinished.
    """
    if folder.is_dir() and not (folder / NAME).exists():
        others = _others(folder)
        if others:
            raise RequestError(
                "this folder has other contents and is not a lake",
                where=f"{folder} ({others[0]})",
                hint="name an empty or a new folder with --lake",
            )
    made = [path for path in (folder, *folder.parents) if not path.exists()]
    is_new = bool(made) or not any(folder.iterdir())
    was_unfinished = (folder / UNFINISHED).exists()
    try:
        if unfinished:
            _mark(folder, unfinished)
        folder.mkdir(parents=True, exist_ok=True)
        # Readers lock this file, and it must be there before anything can be deleted.
        (folder / FILE).touch()
        yield
    except BaseException:
        if is_new:
            with suppress(OSError):  # somebody else began meanwhile, or nothing may be deleted
                _unmake(folder, made)
        elif unfinished and not was_unfinished:
            (folder / UNFINISHED).unlink(missing_ok=True)
        raise


def _mark(folder: Path, unfinished: str) -> None:
    """Make a folder that says of itself that it is unfinished, from its first moment on."""
    draft = folder if folder.exists() else folder.with_name(f".{folder.name}.{os.getpid()}.new")
    draft.mkdir(parents=True, exist_ok=True)
    try:
        (draft / UNFINISHED).write_text(unfinished, encoding="utf-8")
        if draft != folder:
            draft.rename(folder)
    except BaseException:
        (draft / UNFINISHED).unlink(missing_ok=True)
        if draft != folder:
            draft.rmdir()
        raise


def _unmake(folder: Path, made: Sequence[Path]) -> None:
    """Delete what a lake without a row consists of, and the folders that were made for it."""
    if (folder / FILE).exists():
        with writing(folder, "clearing what failed"):
            for inner, _, _ in os.walk(folder, topdown=False):
                with suppress(OSError):  # it is not empty
                    Path(inner).rmdir()
            # An empty catalog stands in a new lake before its first file is moved.
            own = (UNFINISHED, NAME, PREVIOUS, FILE, "lock")
            there = {path.name for path in folder.iterdir()}
            if there <= {*own} and not _rows(folder):
                for name in own:
                    (folder / name).unlink(missing_ok=True)
    else:
        (folder / UNFINISHED).unlink(missing_ok=True)
    for path in made:
        path.rmdir()


def _others(folder: Path) -> Sequence[str]:
    known = (
        "lock",
        FILE,
        UNFINISHED,
        WATCHED,
        "iceberg",
        "raw",
        *TABLES,
        SECRET,
        f"{SECRET}.draft",
    )
    names = "|".join(map(re.escape, known))
    own_names = re.compile(rf"{names}|catalog\..*|{re.escape(_STAGING)}.*")
    return sorted(path.name for path in folder.iterdir() if not own_names.fullmatch(path.name))


# What is watched: texts that are kept in the lake's folder beside its data, one by name.


WATCHED = "watched"
"""Name of the folder."""
_KEYS = {"figures", "path", "text", "verdicts"}
_CHECKSUM = "checksum"


def _checksum(content: dict[str, Any]) -> str:
    """Return the SHA-256 of what is kept under a name, without its own."""
    plain = {name: value for name, value in content.items() if name != _CHECKSUM}
    return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()


def kept(folder: Path) -> dict[str, Any]:
    """Return what is kept, by name, in the order of the alphabet.

    Raises
    ------
    BadFileError
        If a file of it is damaged.
    """
    found = {}
    for path in sorted((folder / WATCHED).glob("*.json")):
        try:
            content = from_json(kept_text(path))
            if not (isinstance(content, dict) and content.keys() >= _KEYS):
                raise ValueError(f"not {', '.join(sorted(_KEYS))}")
            # A digit that a disk changed would be a figure that changed.
            if content.pop(_CHECKSUM, None) != _checksum(content):
                raise ValueError("its checksum is missing or another one")
            found[path.name.removesuffix(".json")] = content
        except BadFileError:  # it is a ValueError too
            raise
        except ValueError as error:
            raise BadFileError(
                f"what is remembered of a watched file is damaged ({error})",
                where=str(path),
                hint="delete it, and name the file to entrepot watch again",
            ) from error
    return found


def kept_text(path: Path) -> str:
    """Return what is in a file of what is watched; a pipe may never end, a link leads elsewhere.

    Raises
    ------
    BadFileError
        If it is no plain file.
    """
    if path.is_symlink() or not path.is_file():
        raise BadFileError(
            "what is remembered of a watched file is no plain file",
            where=str(path),
            hint="delete it, and name the file to entrepot watch again",
        )
    return path.read_text(encoding="utf-8")


def keep(folder: Path, name: str, content: dict[str, Any]) -> None:
    """Keep plain JSON types under a name, in place of what had it before.

    Raises
    ------
    OutsideError
        If the disk does not take it; it says whether what was kept before stays.
    """
    path = folder / WATCHED / f"{name}.json"
    content = json.loads(json.dumps(content))  # as it is read again: keys are texts
    content[_CHECKSUM] = _checksum(content)
    text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"

    def became() -> str:
        try:
            made = path.read_text(encoding="utf-8") == text
        except OSError:
            made = False
        new = "what was seen is remembered, but the disk did not confirm it"
        return new if made else "nothing was changed: what was remembered before stays"

    with guarded(folder, became):
        path.parent.mkdir(parents=True, exist_ok=True)
        with drafted(path) as draft:
            replace_text(path, text, draft=draft)


def forget(folder: Path, name: str) -> bool:
    """Keep nothing under a name any more; return whether there was something."""
    with guarded(folder):
        path = folder / WATCHED / f"{name}.json"
        there = path.exists()
        path.unlink(missing_ok=True)
        return there
