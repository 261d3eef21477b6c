"""Files that a user names: what kind of file it is and how large, before it is opened.

A pipe that nothing is written to waits for ever, a device may never end, and a file can grow while
it is read. Every path of the command line is looked at here first.
"""

from __future__ import annotations

import errno
import json
import os
import platform
import re
import secrets
import stat
import sys
import zipfile
import zlib
from contextlib import contextmanager, suppress
from importlib.resources import files
from pathlib import Path
from shlex import quote
from typing import IO, TYPE_CHECKING, Any

from entrepot.errors import BadFileError, OutsideError, RequestError

if TYPE_CHECKING:
    from collections.abc import Iterator

LARGEST = 64 * 2**30
"""Bytes of a file of data: as much as an archive may unpack to."""
LARGEST_TEXT = 2**24
"""Bytes of a text that a person wrote (a mapping, a list, claims): far more than any has."""
_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISSOCK, "a socket"),
)


def expanded(path: str | os.PathLike[str]) -> Path:
    """Return a path with the home folder of a user in the place of ``~``.

    Raises
    ------
    RequestError
        If there is no such user, or it is no path.
    """
    if not isinstance(path, (str, os.PathLike)):
        raise RequestError(
            f"{type(path).__name__} is no path", where=repr(path)[:80], hint="give a path as text"
        )
    try:
        return Path(path).expanduser()
    except RuntimeError:
        raise RequestError(
            "no user of this machine has such a home folder",
            where=str(path),
            hint="write the folder in full, or begin it with ~/",
        ) from None


def require_file(path: Path, *, most: int = LARGEST, hint: str = "name a file") -> int:
    """Refuse what is no plain file, or too large; return its size in bytes.

    Raises
    ------
    BadFileError
        If there is none, it is a folder, pipe, device or socket, or larger than `most` bytes.
    """
    try:
        found = path.stat()
    except FileNotFoundError as error:
        raise BadFileError("no such file", where=str(path), hint=_missing(path)) from error
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the name
        reason = getattr(error, "strerror", None) or str(error)
        raise BadFileError(
            f"cannot be read: {reason}", where=str(path), hint="check the path"
        ) from error
    try:
        str(path).encode()
    except UnicodeEncodeError as error:  # it could be neither kept nor shown
        raise BadFileError(
            "the name of this file is no text in UTF-8",
            where=ascii(str(path)),
            hint="rename the file",
        ) from error
    _require_plain(found.st_mode, path, hint)
    if found.st_size > most:
        raise _too_large(path, most)
    if not found.st_size:
        _require_empty(path, hint)
    return found.st_size


def _missing(path: Path) -> str:
    """Return what to do about a file that is not there: an example is copied from the program."""
    package = Path(str(files("entrepot")))
    # In the wheel the examples are inside of the package, in a checkout beside its source.
    folders = (package / "examples", package.parents[1] / "examples")
    example = next(filter(Path.is_file, (folder / path.name for folder in folders)), None)
    if path.parent.name != "examples" or example is None:
        return "check the spelling"
    here, there = quote(str(example)), quote(str(path.parent))
    return f"it comes with the program: mkdir -p {there} && cp {here} {there}"


def _require_empty(path: Path, hint: str) -> None:
    """Refuse what says that it is empty, and is not: the system makes it while it is read."""
    try:
        with path.open("rb") as opened:
            if not opened.read(1):
                return
    except PermissionError:  # said by whoever reads it, with what it is for
        return
    except OSError:
        pass
    raise BadFileError(
        "this is a file of the system, made while it is read",
        where=str(path),
        why="it has no size, so that nothing shows whether it was read whole",
        hint=f"{hint}; or copy it to a file first",
    )


def read_bytes(path: Path, *, most: int = LARGEST_TEXT, hint: str = "name a file") -> bytes:
    """Return what is in a file, of at most `most` bytes.

    Raises
    ------
    BadFileError
        As `require_file`; or if the file grows while it is read, or cannot be read.
    """
    require_file(path, most=most, hint=hint)
    try:
        # What stood there a moment ago may have been replaced: a pipe must not make us wait.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(handle, "rb") as opened:
            _require_plain(os.fstat(handle).st_mode, path, hint)
            # By the file's size: room for all that is allowed may be more than the machine has. One
            # byte more than it had shows that the file has grown.
            size = os.fstat(handle).st_size
            data = opened.read(min(size, most) + 1)
            if len(data) > size:
                data += opened.read(most + 1 - len(data))
    except OSError as error:
        raise BadFileError(
            f"cannot be read: {in_words(error)}", where=str(path), hint="check the path"
        ) from error
    if len(data) > most:
        raise _too_large(path, most)
    return data


def read_text(path: Path, *, most: int = LARGEST_TEXT, hint: str = "name a file") -> str:
    """Return a text in UTF-8, with or without a byte order mark.

    Raises
    ------
    BadFileError
        As `read_bytes`, or if it is not UTF-8.
    """
    try:
        text = read_bytes(path, most=most, hint=hint).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadFileError(
            "not a text in UTF-8", where=f"{path}, byte {error.start}", hint="save it as UTF-8"
        ) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")  # as open() has it


FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""What the system says when there is no room."""
READ_ONLY = (errno.EACCES, errno.EPERM, errno.EROFS)
"""What it says when there is no right to write."""
_WORDS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk is full: your share of it is used up",
    errno.EFBIG: "the disk is full, or takes no file of this size",
    errno.EROFS: "the disk is read-only",
    errno.EACCES: "no permission",
    errno.EPERM: "no permission",
    errno.EIO: "the disk reports an error",
    errno.EMFILE: "too many files are open",
    errno.ENFILE: "too many files are open",
    errno.ENAMETOOLONG: "the name is too long",
    errno.ENOENT: "no such file or folder",
    errno.ENOTDIR: "a part of the path is a file, and no folder",
    errno.EEXIST: "something else has this name",
    errno.EISDIR: "this is a folder",
    getattr(errno, "ESTALE", -1): "the network disk is gone",
}


def in_words(error: OSError) -> str:
    """Return what the system said, without numbers of errors.

    Examples
    --------
    >>> in_words(OSError(30, "Read-only file system", "/x"))
    'the disk is read-only'
    """
    return _WORDS.get(error.errno or 0) or error.strerror or str(error)


def cannot_write(what: str, error: OSError, hint: str, *, where: str = "") -> OutsideError:
    """Return the error to raise where the system refused to write.

    Parameters
    ----------
    what
        What was written: a file, or what it is.
    error
        What the system said.
    hint
        What can be done, as an imperative: "choose another place with --out".
    """
    space = "free some space, or " if error.errno in FULL else ""
    return OutsideError(
        f"cannot write {what}", where=where, why=in_words(error), hint=f"{space}{hint}"
    )


def open_zip(file: Path | IO[bytes]) -> zipfile.ZipFile:
    """Open a zip archive whose members can be read in steps of bounded memory.

    Raises
    ------
    zipfile.BadZipFile
        If it is none.
    NotImplementedError
        If a member is compressed by bzip2 or LZMA: two kilobytes become six gigabytes in one step,
        whatever size the archive states.
    """
    archive = zipfile.ZipFile(file)
    for info in archive.infolist():
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            archive.close()
            raise NotImplementedError(
                "compressed by a method other than deflate, which cannot be unpacked in steps"
            )
    return archive


def member_bytes(archive: zipfile.ZipFile, name: str | zipfile.ZipInfo, most: int) -> bytes:
    """Return what is in a member of an archive, of at most `most` bytes.

    The size that an archive states may be a lie, so no more than that is unpacked.

    Raises
    ------
    zipfile.BadZipFile
        If it has more.
    """
    with archive.open(name) as opened:
        data = opened.read(most + 1)
    if len(data) > most:
        raise zipfile.BadZipFile(f"a member of more than {most:,} bytes")
    return data


def from_json(text: str | bytes) -> Any:
    """Return what a text of JSON says; one that is nested too deeply is no JSON either.

    Raises
    ------
    ValueError
        If it is none.
    """
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


_CATALOGS = ("catalog.json", "catalog.previous.json")


def _is_lake(folder: Path) -> bool:
    return (folder / "lock").is_file() and any((folder / name).exists() for name in _CATALOGS)


def require_target(path: Path) -> None:
    """Refuse to write in place of something that is no plain file; nothing there is fine.

    Raises
    ------
    OutsideError
        If a folder, pipe, device or socket has that name, or it is among the files of a lake.
    """
    path = target_of_link(path)
    inside = None
    with suppress(OSError, ValueError):  # the attempt to write will say what is wrong
        inside = next(filter(_is_lake, path.resolve().parents), None)
    if inside:
        raise OutsideError(
            f"cannot write {path}",
            why=f"{inside} is a lake, and its files would be overwritten or mixed up",
            hint="choose a folder outside the lake",
        )
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return  # nothing is there, or the attempt to write will say what is wrong
    for is_it, what in _KINDS:
        if is_it(mode):
            raise OutsideError(
                f"cannot write {path}",
                why=f"it is {what}, and would be replaced by a file",
                hint="name a file; its suffix says the format",
            )


def target_of_link(path: Path) -> Path:
    """Return the file that is written under a name: behind a link, which stays a link.

    Raises
    ------
    OutsideError
        If a link leads to itself.
    """
    if not path.is_symlink():
        return path
    try:
        return path.resolve()
    except RuntimeError as error:  # so says Python before 3.13 of a link in a circle
        raise OutsideError(
            f"cannot write {path}", why="it is a link that leads to itself", hint="name a file"
        ) from error


@contextmanager
def drafted(target: Path) -> Iterator[Path]:
    """Yield where to write what then replaces `target`, a name that nobody else writes to.

    What is left there is deleted at the end of the block, and at the beginning what processes of
    this machine left that were killed.
    """
    # Short, for the name of the target may be as long as the system allows; and no other machine
    # that writes to the same folder is taken for this one.
    machine = f"{zlib.crc32(platform.node().encode()):08x}"
    start = f".{target.name[:40]}.{machine}-"
    made = re.compile(re.escape(start) + r"(\d+)-[0-9a-f]{8}\.new")
    with suppress(OSError):
        for path in target.absolute().parent.iterdir():
            found = made.fullmatch(path.name)
            if found and is_gone(int(found[1])):
                path.unlink(missing_ok=True)
    draft = target.with_name(f"{start}{os.getpid()}-{secrets.token_hex(4)}.new")
    try:
        yield draft
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


def is_gone(pid: int) -> bool:
    """Whether no process of this machine has that number, as far as the system can say."""
    if sys.platform == "win32":  # where the question would end the process
        return False
    try:
        # Signal 0 only asks whether the process is there.
        os.kill(pid, 0)
    except OSError as error:  # another user's process may not be signalled, and exists
        return error.errno == errno.ESRCH
    # A number larger than any process can have.
    except OverflowError:
        return True
    return False


def _require_plain(mode: int, path: Path, hint: str) -> None:
    for is_it, what in _KINDS:
        if is_it(mode):
            why = "" if what == "a folder" else "it may never end"
            raise BadFileError(f"this is {what}", where=str(path), why=why, hint=hint)


def _too_large(path: Path, most: int) -> BadFileError:
    return BadFileError(
        f"the file is too large: more than {most:,} bytes",
        where=str(path),
        hint="is this the file that was meant?",
    )
