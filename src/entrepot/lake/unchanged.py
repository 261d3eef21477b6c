"""Whether stored files are what was written: the bytes that an answer is computed from, each time.

DuckDB neither writes the page checksums that Parquet has room for nor looks at them, so that one
flipped bit is another value and no error. The lake therefore keeps a CRC-32 of every 64 KiB of a
file in its catalog. The engine logs which bytes of which file it reads; when a block of
`Lake.reading` ends, the blocks that were read (values, dictionaries, statistics, what a file says
of itself at its end) are read again, which costs little while the system has them in memory, and
compared. So what is looked at is what was used, whatever wrote it and whenever. Times of files,
which change with each copy and can be set back, play no part.

What reads rows outside such a block, and Spark, compares whole files first, once a process.
"""

from __future__ import annotations

import base64
import hashlib
import os
import re
import stat
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from entrepot.errors import OutsideError
from entrepot.lake.catalog import StoredFile, rebuild_command
from entrepot.lake.explain import blocks_read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    import duckdb

    from entrepot.lake.catalog import Catalog, RawEntry

# Smaller blocks make the catalog longer; larger ones mean more bytes to read for a small question.
BLOCK = 2**16
_AT_ONCE = 16
"""Blocks that are read in one go."""
# Without pread the position is one for all readers of a handle, so that only one may read.
_THREADS = 2 if hasattr(os, "pread") else 1

_LOGGED = re.compile(
    r'\{"fs":"\w+","path":"(.*)","op":"(\w+)"(?:,"bytes":"(\d+)","pos":"(\d+)")?\}', re.DOTALL
)
"""What the engine logs. It looks like JSON, but a quote or backslash in a path is not escaped."""


class ChangedError(OutsideError):
    """A file of the lake is not what was written (exit code 4)."""


def fingerprint(path: Path, stored_as: str) -> StoredFile:
    """Return size, hash and checksums of a file that is going to be stored under a path."""
    digest, size, sums = hashlib.sha256(), 0, []
    with path.open("rb") as opened:
        while piece := opened.read(BLOCK * _AT_ONCE):
            digest.update(piece)
            size += len(piece)
            sums += _sums(piece)
    packed = base64.b64encode(struct.pack(f">{len(sums)}I", *sums)).decode()
    return StoredFile(stored_as, size, digest.hexdigest(), packed)


def changed(folder: Path, stored: StoredFile) -> bool:
    """Whether a file is not what was written, by its hash; a file that is gone has changed."""
    try:
        return fingerprint(folder / stored.path, stored.path) != stored
    except FileNotFoundError:
        return True


def require_read(
    folder: Path, files: Callable[[], Iterable[StoredFile]], connection: duckdb.DuckDBPyConnection
) -> None:
    """Compare every block that was read on a connection since this was asked last.

    Parameters
    ----------
    folder
        Folder of the lake.
    files
        Returns what the catalog names.
    connection
        One that `entrepot.lake.reads` opened, which logs what it reads.

    Raises
    ------
    OutsideError
        If a block is not what was written, naming the file.
    """
    log = connection.cursor()
    messages = log.execute(
        # Filtered as text: every opening and seek is logged as well.
        "SELECT message FROM duckdb_logs() WHERE type = 'FileSystem' "
        'AND contains(message, \'","op":"READ","\')'
    ).fetchall()
    log.execute("CALL truncate_duckdb_logs()")
    if not messages:
        return
    touched: dict[str, set[int]] = {}
    for (message,) in messages:
        found = _LOGGED.fullmatch(message)
        if found is None:
            raise AssertionError(f"the engine logs in another form: {message}")
        path, operation, size, at = found.groups()
        if operation == "READ" and int(size):
            blocks = range(int(at) // BLOCK, (int(at) + int(size) - 1) // BLOCK + 1)
            touched.setdefault(path, set()).update(blocks)
    # Both spelt alike: a lake named `./lake` is logged as it was named.
    known = {os.path.normpath(folder / stored.path): stored for stored in files()}
    by_path = {os.path.normpath(path): blocks for path, blocks in touched.items()}
    mine = [(known[path], sorted(blocks)) for path, blocks in by_path.items() if path in known]
    for stored, read in mine:
        blocks_read(stored.path, min(stored.bytes, len(read) * BLOCK))
    _require(folder, [piece for stored, blocks in mine for piece in _runs(stored, blocks)])


def require_whole(folder: Path, files: Iterable[StoredFile]) -> None:
    """Compare whole files, those that this process has not compared yet as they are now.

    Raises
    ------
    OutsideError
        If one is gone or not what was written, naming it.
    """
    todo = []
    for stored in files:
        key = (str(folder / stored.path), stored.sha256)
        # Before it is read: if it is changed meanwhile, it is compared again next time.
        now = _stamp(folder / stored.path)
        if now is None or _SEEN.get(key) != now:
            todo.append((key, now, stored))
    every = [range(-(-stored.bytes // BLOCK)) for _, _, stored in todo]
    _require(
        folder,
        [
            run
            for (_, _, stored), blocks in zip(todo, every, strict=True)
            for run in _runs(stored, blocks)
        ],
    )
    _SEEN.update({key: now for key, now, _ in todo if now})


def require_sizes(folder: Path, files: Iterable[StoredFile]) -> None:
    """Compare the sizes of files: what the engine cannot read is often gone or cut.

    Raises
    ------
    OutsideError
        If one is gone, has another size or may not be looked at, naming it.
    """
    for stored in files:
        found = _stamp(folder / stored.path)
        if found is None and not _is_missing(folder / stored.path):
            raise _no_right(folder, stored)
        if found is None or found[1] != stored.bytes:
            how = "it is gone" if found is None else "its size is another"
            raise _unlike(folder, stored, how)


def require_delivered(folder: Path, raw: RawEntry) -> None:
    """Look whether the kept bytes of a delivered file are there, as many as were delivered.

    Raises
    ------
    OutsideError
        If they are gone or others.
    """
    path = folder / "raw" / raw.sha256
    found = _stamp(path)
    if (found is None and _is_missing(path)) or (found and found[1] != raw.bytes):
        raise ChangedError(
            f"the kept bytes of {raw.name} are {'gone' if found is None else 'others'}",
            where=str(path),
            why="without them the lake cannot be built again",
            hint=f"add the file once more, which puts them back: entrepot data add ... {raw.name}",
        )


def require_plain(folder: Path, files: Iterable[StoredFile]) -> None:
    """Refuse what is no file, before the engine opens it: it would wait for a pipe for ever.

    Raises
    ------
    OutsideError
        If one is a pipe, a device or a folder, naming it.
    """
    for stored in files:
        try:
            mode = (folder / stored.path).stat().st_mode
        except OSError:
            continue  # whoever reads it says more
        if not stat.S_ISREG(mode):
            raise _unlike(folder, stored, "it is no file")


def require_raw(path: Path, sha256: str) -> None:
    """Compare a delivered file with its hash, if this process has not done so as it is now.

    Raises
    ------
    OutsideError
        If it is not what was delivered.
    """
    key, now = (str(path), sha256), _stamp(path)
    if now is not None and _SEEN.get(key) == now:
        return
    with os.fdopen(os.open(path, _HOW), "rb") as opened:
        same = hashlib.file_digest(opened, "sha256").hexdigest() == sha256
    if not same:
        raise ChangedError(
            "a delivered file is no longer what was delivered",
            where=str(path),
            why="the answer would come from changed bytes",
            hint="put it back from a backup, or remove the source and add the file again",
        )
    if now is not None:
        _SEEN[key] = now


_SEEN: dict[tuple[str, str], tuple[int, ...]] = {}
"""Whole files that were found to be as written, with what the system said of them then."""

Run = tuple[StoredFile, int, int, bytes]
"""A file, first block, length in bytes, and the checksums of its blocks as packed."""


def _runs(stored: StoredFile, blocks: Sequence[int]) -> Iterator[Run]:
    """Yield neighbouring blocks together, a few at a time."""
    sums = base64.b64decode(stored.checksums)
    cuts = [0, *(at for at in range(1, len(blocks)) if blocks[at] != blocks[at - 1] + 1)]
    for start, end in pairwise([*cuts, len(blocks)]):
        for at in range(start, end, _AT_ONCE):
            first, last = blocks[at], blocks[min(at + _AT_ONCE, end) - 1]
            # The last block of a file is shorter than the others.
            size = min((last + 1) * BLOCK, stored.bytes) - first * BLOCK
            yield stored, first, max(size, 0), sums[4 * first : 4 * (last + 1)]


# O_BINARY: Windows would else translate ends of lines. O_NONBLOCK: a pipe would wait for a writer.
_HOW = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)


def _require(folder: Path, runs: Sequence[Run]) -> None:
    opened: dict[str, int] = {}
    try:
        # By identity: the hash of an entry would go through all of its checksums.
        for stored in {id(run[0]): run[0] for run in runs}.values():
            try:
                handle = opened[stored.path] = os.open(folder / stored.path, _HOW)
            except PermissionError as error:
                raise _no_right(folder, stored) from error
            except OSError as error:
                raise _unlike(folder, stored, error.strerror or str(error)) from error
            state = os.fstat(handle)
            if not stat.S_ISREG(state.st_mode):
                raise _unlike(folder, stored, "it is no file")
            if state.st_size != stored.bytes:
                raise _unlike(folder, stored, "its size is another")
        todo = [(opened[run[0].path], run) for run in runs]
        if len(runs) < 2 * _AT_ONCE:  # a thread takes longer to start
            found = list(map(_is_sound, todo))
        else:
            with ThreadPoolExecutor(_THREADS) as pool:
                found = list(pool.map(_is_sound, todo))
    finally:
        for handle in opened.values():
            os.close(handle)
    for bad in (run for run, sound in zip(runs, found, strict=True) if not sound):
        at = f"bytes {bad[1] * BLOCK:,} to {bad[1] * BLOCK + bad[2]:,} are others"
        raise _unlike(folder, bad[0], at)


def _is_sound(one: tuple[int, Run]) -> bool:
    handle, (_, first, size, sums) = one
    try:
        piece = _read(handle, size, first * BLOCK)
    except OSError:
        return False
    return len(piece) == size and struct.pack(f">{len(sums) // 4}I", *_sums(piece)) == sums


if hasattr(os, "pread"):
    _read = os.pread
else:

    def _read(handle: int, size: int, at: int) -> bytes:  # Windows
        os.lseek(handle, at, os.SEEK_SET)
        return os.read(handle, size)


def _sums(piece: bytes) -> list[int]:
    view = memoryview(piece)
    return [zlib.crc32(view[at : at + BLOCK]) for at in range(0, len(piece), BLOCK)]


def _stamp(path: Path) -> tuple[int, ...] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    # The time of the last change of an inode cannot be set by a program, as st_mtime can.
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _is_missing(path: Path) -> bool:
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def _no_right(folder: Path, stored: StoredFile) -> OutsideError:
    return OutsideError(
        "a file of the lake cannot be read: no permission",
        where=str(folder / stored.path),
        why="whether it is what was written is not known",
        hint="get the right to read it",
    )


def _unlike(folder: Path, stored: StoredFile, how: str) -> ChangedError:
    if Path(stored.path).is_absolute():  # what ships with the program
        return ChangedError(
            f"a file of the program is not what was shipped: {how}",
            where=stored.path,
            why="every answer from it could be wrong",
            hint="install entrepot again",
        )
    return ChangedError(
        f"a file of the lake is not what was written: {how}",
        where=str(folder / stored.path),
        why="it was changed or damaged after it was loaded, so every answer from it could be wrong",
        hint=f"{rebuild_command(folder)} writes it again from the delivered file; "
        "entrepot data check says whether others are damaged",
    )


def all_files(catalog: Catalog) -> Iterator[StoredFile]:
    """Yield every Parquet file that a catalog names."""
    for item in catalog.snapshots:
        for part in item.partitions:
            yield from part.stored


def delivered_files(lake: Path, name: str) -> list[Path]:
    """Return where the bytes of a loaded file are, which nobody may change.

    Empty where they are not available: of a lake at an address, only rows are read.

    Raises
    ------
    OutsideError
        If they are no longer those that were loaded.
    """
    path = lake / "raw" / name
    if not name or not path.is_file():
        return []
    require_raw(path, path.name)
    return [path]
