"""One file that holds a lake: made while others read and write, and made a lake again.

It is a tar archive, the catalog first: then what the catalog names, compared with its hashes while
it is copied, and what is watched. Nothing in it is packed, for Parquet is already.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import shlex
import stat
import tarfile
import threading
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import IO, TYPE_CHECKING

from entrepot.errors import BadFileError, NoEvidenceError, OutsideError, RequestError
from entrepot.files import drafted, require_file, require_target, target_of_link
from entrepot.lake import store
from entrepot.lake.catalog import (
    NAME,
    UNFINISHED,
    Catalog,
    manifest_text,
    remains,
    sync_folder,
)
from entrepot.lake.lock import unread, writing
from entrepot.lake.publish import (
    WATCHED,
    LakeChange,
    kept_text,
    lake_to_write,
    publish,
    staging_folder,
    sweep,
)
from entrepot.lake.registers import FILE, Secret, write_secret
from entrepot.lake.system_errors import finishing, guarded, readable
from entrepot.model.area_names import as_codes
from entrepot.model.areas import WORLD, area_set
from entrepot.model.period import Period
from entrepot.model.table_files import form_of, table_bytes
from entrepot.sources.unpack import sha256_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import duckdb
    import narwhals as nw

    from entrepot.model.table_files import TableAbout

_CHUNK = 2**20
# The catalog in front is read into memory, which an archive made for it could fill.
_MOST_TEXT = 2**31
# One level deep and no separators of any system: a member must not be written outside the folder.
_SEEN = re.compile(rf"{WATCHED}/[^/\\\0]+\.json")


def backup(
    folder: Path,
    catalog: Catalog,
    target: Path,
    *,
    replaces: bool,
    progress: Callable[[str], None],
) -> int:
    """Write what a catalog names into one file; see `entrepot.lake.Lake.backup`.

    The caller reads (`entrepot.lake.lock.reading`), so that no file goes meanwhile.
    """
    _require_target(folder, target, replaces=replaces)
    target = target_of_link(target)

    def became() -> str:
        return "no backup was written, and the lake was only read"

    with (
        guarded(target.parent, became, elsewhere="name a file on another disk"),
        drafted(target) as draft,
    ):
        with draft.open("wb") as opened:
            # PAX: the older form of tar has room for eight GiB a member only.
            with tarfile.open(fileobj=opened, mode="w", format=tarfile.PAX_FORMAT) as archive:
                # What is dropped is not in the archive, so the catalog in it must not name it.
                _fill(archive, folder, replace(catalog, dropped=()), progress)
            opened.flush()
            os.fsync(opened.fileno())
        size = draft.stat().st_size
        _require_free(target, replaces=replaces)  # another backup may have been quicker
        draft.replace(target)
    with guarded(target.parent, lambda: "the backup was written, but the disk did not confirm it"):
        sync_folder(target.parent)
    return size


def _require_target(folder: Path, target: Path, *, replaces: bool) -> None:
    if target.is_dir() or not target.absolute().parent.is_dir():
        what = "this is a folder" if target.is_dir() else "no such folder"
        raise RequestError(
            what, where=str(target), hint="name a file in a folder that exists: lake.tar"
        )
    if folder.resolve() in target.resolve().parents:
        raise RequestError(
            "a backup inside the lake would be lost with it",
            where=str(target),
            hint="name a file elsewhere, best on another disk",
        )
    require_target(target)
    _require_free(target, replaces=replaces)


def _require_free(target: Path, *, replaces: bool) -> None:
    if target.exists() and not replaces:
        raise RequestError(
            "this file exists",
            where=str(target),
            why="it may be the only backup",
            hint="name another file, or add --replace",
        )


def _fill(
    archive: tarfile.TarFile, folder: Path, catalog: Catalog, progress: Callable[[str], None]
) -> None:
    _put_text(archive, NAME, catalog.text())
    for item in catalog.snapshots:
        _put_text(archive, item.manifest, manifest_text(item))
    for path in sorted((folder / WATCHED).glob("*.json")):
        _put_text(archive, f"{WATCHED}/{path.name}", kept_text(path))
    for name, (size, digest) in _expected(catalog).items():
        progress(f"copying {name}")
        _put_file(archive, folder / name, name, size, digest)


def _expected(catalog: Catalog) -> dict[str, tuple[int, str]]:
    """Return size and hash of every file that a catalog names, but for manifests."""
    found = {
        f"raw/{item.raw.sha256}": (item.raw.bytes, item.raw.sha256) for item in catalog.snapshots
    }
    parts = (part for item in catalog.snapshots for part in item.partitions)
    files = (file for part in parts for file in part.stored)
    return found | {file.path: (file.bytes, file.sha256) for file in files}


def _put_text(archive: tarfile.TarFile, name: str, text: str) -> None:
    content = text.encode()
    # No owner and no time, so that the bytes of an archive depend on the content alone.
    member = tarfile.TarInfo(name)
    member.size = len(content)
    archive.addfile(member, io.BytesIO(content))


class _Hashing:
    """A file that is hashed while it is read."""

    def __init__(self, opened: IO[bytes]) -> None:
        self._opened = opened
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self._opened.read(size)
        self.digest.update(piece)
        return piece


def _put_file(archive: tarfile.TarFile, path: Path, name: str, size: int, digest: str) -> None:
    try:
        is_plain = stat.S_ISREG(path.stat().st_mode)
        opened = path.open("rb") if is_plain else None  # a pipe would wait for a writer
    except FileNotFoundError as error:
        raise _changed(path, "is gone") from error
    if opened is None:
        raise _changed(path, "is not what was written: it is no file")
    with opened:
        # Looked at first: tarfile copies as many bytes as its header says, whatever is in the file.
        if os.fstat(opened.fileno()).st_size != size:
            raise _changed(path, "is not what was written: its size is another")
        member = tarfile.TarInfo(name)
        member.size = size
        hashing = _Hashing(opened)
        archive.addfile(member, hashing)
    if hashing.digest.hexdigest() != digest:
        raise _changed(path, "is not what was written")


def _changed(path: Path, what: str) -> OutsideError:
    return OutsideError(
        f"a file of the lake {what}",
        where=str(path),
        why="the backup would be as damaged as the lake; none was written",
        hint=(
            "put it back from a backup, or remove its source and add the file again"
            if path.parent.name == "raw"
            else "entrepot data rebuild writes it again from the delivered file; then back up"
        ),
    )


def restore(
    folder: Path,
    file: Path,
    *,
    progress: Callable[[str], None],
) -> Catalog:
    """Make a lake of a backup; see `entrepot.lake.Lake.restore`."""
    require_file(file, most=2**63, hint="name a file that data backup made")
    again = f"entrepot data restore {_word(file)} --lake {_word(folder)}"

    # `r:` takes no packed archive: ours is not, and a packed one could unfold without end.
    def opened() -> AbstractContextManager[tarfile.TarFile]:
        return tarfile.open(file, "r:")

    return _make_of(opened, folder, str(file), again, None, progress)


def copy(
    folder: Path,
    catalog: Catalog,
    target: Path,
    *,
    again: str,
    secret: Secret | None,
    progress: Callable[[str], None],
) -> Catalog:
    """Make a second lake of what a catalog names; see `entrepot.lake.Lake.copy`.

    It is a backup that is restored while it is made: nothing of it is on the disk but the copy. The
    caller reads, as for `backup`.
    """
    if folder.resolve() in target.resolve().parents:
        raise RequestError(
            "a copy inside the lake would be lost with it",
            where=str(target),
            hint="name a folder elsewhere, best on another disk",
        )

    def opened() -> AbstractContextManager[tarfile.TarFile]:
        return _passed_on(folder, catalog)

    elsewhere = "name a folder on another disk"
    return _make_of(opened, target, str(folder), again, secret, progress, elsewhere=elsewhere)


@contextmanager
def _passed_on(folder: Path, catalog: Catalog) -> Iterator[tarfile.TarFile]:
    """Yield a backup of a lake that another thread makes while it is read."""
    out, into = os.pipe()
    failed: list[BaseException] = []

    def fill() -> None:
        try:
            with (
                os.fdopen(into, "wb") as pipe,
                tarfile.open(fileobj=pipe, mode="w|", format=tarfile.PAX_FORMAT) as archive,
            ):
                _fill(archive, folder, replace(catalog, dropped=()), lambda _: None)
        except BrokenPipeError:  # the reader has all that it wants, or gave up and says why
            return
        except BaseException as error:  # raised again below, for whoever reads
            failed.append(error)

    filling = threading.Thread(target=fill, daemon=True)
    filling.start()
    try:
        with os.fdopen(out, "rb") as pipe, tarfile.open(fileobj=pipe, mode="r|") as archive:
            yield archive
    finally:
        filling.join()
        # An archive that ends early is the lesser half of what happened.
        if failed:
            raise failed[0]


def _make_of(
    opened: Callable[[], AbstractContextManager[tarfile.TarFile]],
    folder: Path,
    origin: str,
    how: str,
    secret: Secret | None,
    progress: Callable[[str], None],
    *,
    elsewhere: str = "put the lake elsewhere with --lake",
) -> Catalog:
    """Make a folder the lake of an archive: completely, or not at all."""
    if (whole := _whole_already(folder, opened, origin)) is not None:
        return whole
    _require_empty(folder)
    change = LakeChange(folder)
    with (
        guarded(folder, change.became, elsewhere=elsewhere),
        finishing() as finish,
        lake_to_write(folder, unfinished=f"run it again: {how}; or delete {folder}"),
        writing(folder, "restoring a backup"),
        staging_folder(folder) as staging,
    ):
        # Again under the lock: a load may have filled the folder since the first look.
        _require_empty(folder)
        change.begin()
        sweep(folder, Catalog.read(folder, or_unfinished=True), keep=staging)
        with _reading(origin), opened() as archive:
            catalog = _unpacked(archive, staging, origin, progress)
        finish()
        with _beside_rows(staging, folder, secret):
            publish(change, staging, catalog)
        (folder / UNFINISHED).unlink(missing_ok=True)
    return catalog


def _whole_already(
    folder: Path, opened: Callable[[], AbstractContextManager[tarfile.TarFile]], origin: str
) -> Catalog | None:
    """Return the catalog of a lake that is all of an archive already, compared by its bytes.

    Its copying was stopped when all of it was in its place: what is left is to say so.
    """
    if not (folder / NAME).is_file():
        return None
    with guarded(folder), writing(folder, "restoring a backup"):
        there = Catalog.read(folder, or_unfinished=True)
        if not there.snapshots:
            return None
        with _reading(origin), opened() as archive:
            if _catalog_in_front(iter(archive), archive, origin).snapshots != there.snapshots:
                return None
        for name, (_, digest) in _expected(there).items():
            if not (folder / name).is_file() or sha256_of(folder / name) != digest:
                return None
        sweep(folder, there)
        (folder / UNFINISHED).unlink(missing_ok=True)
    return there


def _word(path: Path) -> str:
    return shlex.quote(str(path))


@contextmanager
def _beside_rows(staging: Path, folder: Path, secret: Secret | None) -> Iterator[None]:
    """Put what was watched and the secret into a lake before its rows; away if the block fails."""
    moved = []
    try:
        if secret:  # rows without it would let names that were erased come back
            write_secret(folder, secret)
            moved.append(folder / FILE)
        for path in (staging / WATCHED).glob("*.json"):
            (folder / WATCHED).mkdir(exist_ok=True)
            moved.append(path.replace(folder / WATCHED / path.name))
        yield
    except BaseException:
        # Once the catalog has been replaced, these are a part of the new lake and stay.
        if not Catalog.read(folder, or_unfinished=True).snapshots:
            for path in moved:
                path.unlink(missing_ok=True)
        raise


def move(folder: Path, target: Path) -> None:
    """Rename the folder of a lake, while nobody reads or writes; see `entrepot.lake.Lake.move`."""
    if target.exists() or not target.absolute().parent.is_dir():
        what = "something has this name" if target.exists() else "its parent folder does not exist"
        raise RequestError(what, where=str(target), hint="name a new folder in one that exists")
    if folder.resolve() in target.resolve().parents:
        raise RequestError("a lake cannot move into itself", where=str(target), hint="name another")
    if folder.is_symlink() or any(one.is_symlink() for one in folder.iterdir()):
        raise RequestError(
            "a part of this lake is a link",
            where=str(folder),
            why="a link that is not absolute would point elsewhere afterwards",
            hint=f"copy it: entrepot data copy {target}",
        )
    if folder.stat().st_dev != target.absolute().parent.stat().st_dev:
        raise RequestError(
            "this is another disk",
            where=str(target),
            why="a folder can be renamed on one disk only",
            hint=f"copy it: entrepot data copy {target}; then delete {folder} yourself",
        )
    with guarded(folder), finishing() as finish, writing(folder, "moving the lake"):
        if not unread(folder):
            raise OutsideError(
                "another process reads this lake", where=str(folder), hint="wait until it has ended"
            )
        finish()
        # The lock is on the open file, not on its name, so it lasts while the folder is renamed.
        folder.rename(target)


def _require_empty(folder: Path) -> None:
    if not (folder / NAME).exists():
        there = remains(folder)
    else:
        found = Catalog.read(folder, or_unfinished=True)
        there = "the rows of a lake" if found.snapshots else ""
    if there:
        raise RequestError(
            f"this folder is not empty: it contains {there}",
            where=str(folder),
            why="a backup is made a lake of its own; what is here would be mixed with it or lost",
            hint="name a new folder with --lake, or move this one away first",
        )


@contextmanager
def _reading(file: str) -> Iterator[None]:
    """Say what is wrong where a file is no backup, or only the beginning of one."""
    try:
        yield
    except (tarfile.TarError, EOFError, UnicodeDecodeError) as error:
        raise _no_backup(file, str(error)) from error


def _no_backup(file: str, what: str) -> BadFileError:
    return BadFileError(
        f"this is no whole backup of a lake ({what})",
        where=file,
        why="nothing was restored",
        hint="name a file that a backup wrote, or another copy of it",
    )


def _unpacked(
    archive: tarfile.TarFile, staging: Path, file: str, progress: Callable[[str], None]
) -> Catalog:
    """Unpack into the staging folder what the catalog in front names, and nothing else."""
    members = iter(archive)
    catalog = _catalog_in_front(members, archive, file)
    expected = _expected(catalog)
    texts = {item.manifest: manifest_text(item) for item in catalog.snapshots}
    for member in members:
        if member.name in expected:
            progress(f"unpacking {member.name}")
            size, digest = expected.pop(member.name)
            if _unpack(archive, member, staging / member.name, size) != digest:
                raise _no_backup(file, f"{member.name} is not what was backed up")
        elif _SEEN.fullmatch(member.name) and ".." not in member.name.split("/"):
            _unpack(archive, member, staging / member.name, member.size)
        elif member.name not in texts:
            raise _no_backup(file, f"nothing in its catalog is called {member.name}")
    # From the catalog, whose hash was compared, and not from the archive.
    for name, text in texts.items():
        _write(staging / name, iter((text.encode(),)))
    if expected:
        raise _no_backup(file, f"{next(iter(expected))} is missing")
    return catalog


def _catalog_in_front(
    members: Iterator[tarfile.TarInfo], archive: tarfile.TarFile, file: str
) -> Catalog:
    first = next(members, None)
    if first is None or first.name != NAME:
        raise _no_backup(file, f"it does not begin with {NAME}")
    try:
        return Catalog.parse(b"".join(_content(archive, first, _MOST_TEXT)), file)
    except BadFileError as error:
        raise _no_backup(file, error.what) from error


def _unpack(archive: tarfile.TarFile, member: tarfile.TarInfo, target: Path, size: int) -> str:
    return _write(target, _content(archive, member, size))


def _write(target: Path, pieces: Iterator[bytes]) -> str:
    """Write a file, make sure that it is on the disk, and return its hash."""
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with target.open("wb") as opened:
        for piece in pieces:
            digest.update(piece)
            opened.write(piece)
        opened.flush()
        os.fsync(opened.fileno())
    return digest.hexdigest()


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo, most: int) -> Iterator[bytes]:
    # A link in an archive could lead out of the folder, so only plain files are unpacked.
    inside = archive.extractfile(member) if member.isreg() else None
    if inside is None or member.size > most:
        raise tarfile.TarError(f"{member.name} is no file of that size")
    while piece := inside.read(_CHUNK):
        yield piece


# Rows out of the lake, for other programs.


def export(
    connection: duckdb.DuckDBPyConnection,
    rows: nw.LazyFrame[duckdb.DuckDBPyRelation],
    target: Path,
    *,
    importer: str | None = None,
    exporter: str | None = None,
    period: str | None = None,
    ready: Callable[[], None],
    about: TableAbout,
) -> int:
    """Filter rows and write them; see `entrepot.lake.Lake.export`.

    `ready` is called before the file gets its name: it raises if the rows must not be used.
    `about` is what forms with metadata say.

    Raises
    ------
    RequestError
        If there is no such form, its folder does not exist, or the form holds fewer rows.
    NoEvidenceError
        If no row is left.
    """
    form = form_of(target)
    if not target.parent.is_dir():
        raise RequestError("no such folder", where=str(target.parent), hint="make it first")
    require_target(target)
    target = target_of_link(target)
    kept = _kept(rows, importer, exporter, period)
    with (
        guarded(target.parent, elsewhere="name a file on another disk"),
        drafted(target) as draft,
        store.in_order(connection),
    ):
        if form in (".csv", ".parquet"):
            count = store.export(connection, kept.to_native(), draft, form)
        else:
            count = _write_form(kept.to_native(), draft, form, about)
        if not count:
            raise NoEvidenceError(
                "no loaded row matches", hint="see what is loaded: entrepot data list"
            )
        ready()
        draft.replace(target)
    return count


MOST_ROWS = 1_000_000
"""Rows of a form that is made in memory; a sheet of a workbook holds 1,048,576."""


def _write_form(rows: duckdb.DuckDBPyRelation, draft: Path, form: str, about: TableAbout) -> int:
    """Write rows as a form that the engine does not write, and return how many."""
    with readable():
        found = rows.limit(MOST_ROWS + 1).to_arrow_table()
    if found.num_rows > MOST_ROWS:
        raise RequestError(
            f"more than {MOST_ROWS:,} rows do not go into a {form} file",
            hint="end the name in .parquet or .csv, or choose fewer: --importer, --period",
        )
    if found.num_rows:
        draft.write_bytes(table_bytes(form, found.to_pylist(), about, head=found.column_names))
    return int(found.num_rows)


def _kept(
    rows: nw.LazyFrame[duckdb.DuckDBPyRelation],
    importer: str | None,
    exporter: str | None,
    period: str | None,
) -> nw.LazyFrame[duckdb.DuckDBPyRelation]:
    import narwhals as nw

    span = Period.parse(period) if period else None
    on = span.end if span else date.today()  # as in a definition
    there = rows.collect_schema()
    asked = {"importer": importer, "exporter": exporter, "period": period}
    for name, text in asked.items():
        if text and (name not in there or (name == "period" and there[name] != nw.Date)):
            raise RequestError(
                f"this table has no {name} to choose by", hint="export all of it, and choose there"
            )
    for side in ("importer", "exporter"):
        text = as_codes(asked[side])
        # The world is every row, those of partners without a code in any group included.
        if text and text != WORLD:
            rows = rows.filter(nw.col(side).is_in(sorted(area_set(text, on))))
    if span:
        rows = rows.filter(nw.col("period") >= span.start, _ends_in(span, dated="freq" in there))
    return rows


def _ends_in(span: Period, *, dated: bool) -> nw.Expr:
    """Whether a row that starts in a span ends in it too: half a year holds no year."""
    import narwhals as nw

    lengths = {"A": 12, "F": 12, "Q": 3, "M": 1} if dated else {"A": 12}
    tests = []
    for freq, months in lengths.items():
        month = span.end.year * 12 + span.end.month - months  # of the last start, from 0
        # The span ends within a month: the last month that it contains is the one before.
        if (span.end + timedelta(days=1)).day > 1:
            month -= 1
        last = date(month // 12, month % 12 + 1, 1)
        if freq == "F":  # may begin within a month
            # The fiscal year that ends with the span began a day later a year before.
            last = Period(span.end, span.end).before().start + timedelta(days=1)
        test = nw.col("period") <= last
        tests.append(test & (nw.col("freq") == freq) if dated else test)
    return nw.any_horizontal(*tests, ignore_nulls=True)
