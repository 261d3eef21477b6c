"""Fetch one piece: there already, or conditionally, from where it stopped, or from its start."""

from __future__ import annotations

import base64
import errno
import json
import os
import re
import shutil
import sys
import zlib
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Literal

from entrepot.errors import EntrepotError, OutsideError, RequestError
from entrepot.files import from_json
from entrepot.sources.get.client import (
    DAMAGED_TRIES,
    RetryPolicy,
    TransientFailure,
    persist,
    seconds_asked,
)
from entrepot.sources.get.content_check import TooMuch, look
from entrepot.sources.text import first_words
from entrepot.sources.unpack import sha256_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from entrepot.sources.get.client import HttpAnswer, HttpClient
    from entrepot.sources.get.plan import PlannedFile
    from entrepot.sources.info import DownloadAddress

State = Literal["fetched", "unchanged", "held", "empty", "installed"]
# Too many requests, and failures of the server or of one before it; others do not mend themselves.
PASSING = (429, 500, 502, 503, 504)
_TEXT = ("csv", "json")


@dataclass(frozen=True, slots=True)
class FetchTools:
    """What fetching takes.

    Attributes
    ----------
    door, patience
        The connection, and how long to go on.
    wait
        Keeps the pause before a request.
    say, moved
        Told each event in words; and bytes that are there, of how many.
    """

    door: HttpClient
    patience: RetryPolicy
    wait: Callable[[float], None]
    say: Callable[[str], None]
    moved: Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True)
class DownloadedFile:
    """What became of a piece.

    Attributes
    ----------
    state
        ``fetched``; ``unchanged``: the publisher says so; ``held``: there already, and the server
        has no way to ask whether it changed; ``empty``: the publisher has nothing; ``installed``:
        a library brings it.
    path
        The file; None if nothing was sent.
    rows
        Rows of the answer, where its format shows them.
    """

    name: str
    address: str
    state: State
    path: Path | None
    bytes: int
    sha256: str
    rows: int | None = None


def already_fetched(piece: PlannedFile, folder: Path) -> DownloadedFile | None:
    """Return what is there of a piece, whole; None if it has to be fetched.

    Raises
    ------
    TooMuch
        If it is known to be cut off.
    """
    receipt = read_receipt(folder / piece.name, piece.address)
    return _got(piece, folder, receipt, "held") if receipt else None


def fetch(piece: PlannedFile, folder: Path, means: FetchTools, *, again: bool) -> DownloadedFile:
    """Fetch a piece into a folder.

    Parameters
    ----------
    piece, folder
        What, and where to.
    means
        What it takes.
    again
        Whether to ask for it anew where the server cannot say if it changed.

    Raises
    ------
    OutsideError
        If it cannot be had; what came is kept where it can be gone on with.
    TooMuch
        If the answer is too large for one.
    """
    target = folder / piece.name
    receipt = read_receipt(target, piece.address)
    # Without a mark the server cannot be asked whether the file changed: what is there is kept.
    if receipt and not again and not (receipt.etag or receipt.modified):
        return _got(piece, folder, receipt, "held")
    with part_of(target) as part:
        part.most = _most(piece.way)
        if not _goes_on(part, piece):
            part.drop()
        try:
            return persist(
                lambda: _once(piece, folder, means, part, receipt),
                lambda: part.size,
                means.patience,
                means.say,
                piece.address,
            )
        except TooMuch:
            part.drop()
            # Next time the request is split at once, without asking for the cut answer again.
            Receipt(piece.address, _now(), cut=True).write(target)
            raise


def _once(
    piece: PlannedFile,
    folder: Path,
    means: FetchTools,
    part: PartialDownload,
    receipt: Receipt | None,
) -> DownloadedFile:
    target = folder / piece.name
    headers = {"Accept": piece.way.accept or "*/*"} | _condition(part, piece, receipt)
    means.wait(piece.way.pause)
    with means.door.get(
        piece.address, headers, secret=secret(piece.way), hosts=piece.way.hosts
    ) as answer:
        if answer.status == 304 and receipt:
            return _got(piece, folder, receipt, "unchanged")
        # Nothing for such a request: an answer, and no failure.
        if answer.status == 204:
            fresh = Receipt(piece.address, _now(), rows=0)
            fresh.write(target)
            return _got(piece, folder, fresh, "empty")
        if answer.status == 200:
            stated = take(answer, part, piece.address, means.moved)
        # A 206 that was not requested is a part of we know not what.
        elif answer.status == 206 and "Range" in headers:
            stated = take_rest(answer, part, piece.address, means.moved)
        else:
            raise _refusal(answer, piece, part)
    return _keep(piece, folder, part, stated)


def _goes_on(part: PartialDownload, piece: PlannedFile) -> bool:
    """Whether what is there can be gone on with, and the server can prove that it still fits."""
    content = part.content
    return bool(content and content.plain and content.mark and content.address == piece.address)


def _keep(piece: PlannedFile, folder: Path, part: PartialDownload, stated: str) -> DownloadedFile:
    """Test what came, and give it its name."""
    try:
        rows = look(part.path, piece.way, piece.address)
    except OutsideError:
        part.drop()
        raise
    digest = sha256_of(part.path)
    if stated and digest != stated:
        part.drop()
        raise TransientFailure(
            "the content is not the one whose checksum the publisher states", tries=DAMAGED_TRIES
        )
    content, size = part.content, part.size
    # File first, then receipt: interrupted in between, the file counts as not fetched.
    part.finish(folder / piece.name)
    receipt = Receipt(
        piece.address,
        _now(),
        etag=content.etag if content else "",
        modified=content.modified if content else "",
        bytes=size,
        sha256=digest,
        rows=rows,
    )
    receipt.write(folder / piece.name)
    return _got(piece, folder, receipt, "fetched")


def _condition(
    part: PartialDownload, piece: PlannedFile, receipt: Receipt | None
) -> dict[str, str]:
    """Go on, or ask only for something new; packed on the way only what is not packed already."""
    if part.content and part.size and _goes_on(part, piece):
        mark = part.content.mark
        # With If-Range the server sends all of a file that changed (200), not the rest of another
        # one.
        return {"Range": f"bytes={part.size}-", "If-Range": mark, "Accept-Encoding": "identity"}
    # Archives gain nothing from packing, and only what comes unpacked can be gone on with.
    packed = "gzip" if piece.way.format in _TEXT else "identity"
    asked = {"Accept-Encoding": packed}
    if receipt and receipt.etag:
        asked["If-None-Match"] = receipt.etag
    elif receipt and receipt.modified:
        asked["If-Modified-Since"] = receipt.modified
    return asked


def _refusal(answer: HttpAnswer, piece: PlannedFile, part: PartialDownload) -> Exception:
    status = answer.status
    if status in PASSING:
        return TransientFailure(
            f"the server answers {status}", after=seconds_asked(answer.headers.get("retry-after"))
        )
    # 416: what is there is longer than the file, which has changed.
    if status in (206, 416):
        part.drop()
        return TransientFailure("what is there is not the start of what the server has", after=0)
    if status == 413:
        return TooMuch()
    said = first_words(next(answer.chunks, b"")[:4096])
    for key in secret(piece.way).values():
        said = said.replace(key, "…")  # should the server repeat it
    return OutsideError(
        f"the server answers {status}" + (f": “{said}”" if said else ""),
        where=piece.address,
        hint=_hint(status, piece),
    )


def _hint(status: int, piece: PlannedFile) -> str:
    if status in (401, 403) and piece.way.key:
        return f"is the key in {piece.way.key} valid, and its quota of today not used up?"
    if status in (401, 403):
        return "the publisher refuses this machine; fetch the file with a browser"
    if status in (404, 410):
        return "is there such a release or period? The address may have moved: see the publisher"
    return "see the publisher's page; the address or its parameters may have changed"


def _got(piece: PlannedFile, folder: Path, receipt: Receipt, state: State) -> DownloadedFile:
    if receipt.cut:
        raise TooMuch
    path = folder / piece.name if receipt.bytes else None
    known: State = "empty" if path is None or receipt.rows == 0 else state
    return DownloadedFile(
        piece.name, piece.address, known, path, receipt.bytes, receipt.sha256, receipt.rows
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


@dataclass(frozen=True, slots=True)
class Receipt:
    """One fetched file.

    Attributes
    ----------
    address
        Where from; never with a key.
    fetched_on
        Day and time, UTC, ISO 8601.
    etag, modified
        How the server names this content, if it does.
    bytes, sha256
        Of the file; empty hash if nothing was kept.
    rows
        Rows of the answer, where its format shows them.
    cut
        Whether the answer was cut off at the publisher's limit and asked for in pieces instead.
    """

    address: str
    fetched_on: str
    etag: str = ""
    modified: str = ""
    bytes: int = 0
    sha256: str = ""
    rows: int | None = None
    cut: bool = False

    def write(self, target: Path) -> None:
        """Write it beside the target."""
        path = _place(target)
        draft = path.with_name(f"{path.name}.new")
        draft.write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")
        # In one step: a receipt is never half written.
        draft.replace(path)


def read_receipt(target: Path, address: str) -> Receipt | None:
    """Return the receipt of a file that is there, whole, and from this address; else None."""
    try:
        found = Receipt(**from_json(_place(target).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    if found.address != address:
        return None
    # Nothing was kept of these two, so there is no file to compare.
    if found.cut or (not found.bytes and found.rows == 0):
        return found
    if not target.is_file() or target.stat().st_size != found.bytes:
        return None
    # A file that somebody edited is fetched again.
    return found if sha256_of(target) == found.sha256 else None


def forget(target: Path) -> bool:
    """Remove a fetched file with its receipt; whether it was one: others stay."""
    receipt = _place(target)
    was_fetched = receipt.is_file()
    if was_fetched:
        receipt.unlink()  # first: interrupted in between, the file counts as not fetched
        target.unlink(missing_ok=True)
    return was_fetched


def _place(target: Path) -> Path:
    return target.with_name(f"{target.name}.receipt.json")


# Base64, hexadecimal and tokens; a line end in a key could add a header of its own.
_PLAIN = re.compile(r"[\w.~+/=-]{8,512}", re.ASCII)


def has_key(way: DownloadAddress) -> bool:
    """Whether the key that a way needs is in the environment; true where it needs none."""
    return not way.key or bool(os.environ.get(way.key, "").strip())


def size_of(piece: PlannedFile, client: HttpClient) -> int | None:
    """Return how many bytes a file has, as its server states it; None where it does not.

    Answers to queries (JSON, CSV) are not asked for: they are made anew for each request.
    """
    if piece.way.format not in ("zip", "7z", "workbook"):
        return None
    headers = {"Accept": piece.way.accept or "*/*", "Accept-Encoding": "identity"}
    try:
        # Closed before the content is read.
        with client.get(
            piece.address, headers, secret=secret(piece.way), hosts=piece.way.hosts
        ) as answer:
            length = answer.headers.get("content-length") if answer.status == 200 else None
            return _number(length)
    except (EntrepotError, TransientFailure):
        return None  # the download itself says what is wrong


def secret(way: DownloadAddress) -> dict[str, str]:
    """Return the header with the user's key, or no header where none is needed.

    Raises
    ------
    RequestError
        If the key is missing, or holds what no key holds (the message never shows it).
    """
    if not way.key:
        return {}
    found = os.environ.get(way.key, "").strip()
    if not found:
        raise RequestError(
            f"a key is needed: {way.key} is not set",
            where="environment variables",
            hint=f"get one from the publisher and set {way.key}",
        )
    if not _PLAIN.fullmatch(found):
        raise RequestError(
            f"{way.key} does not look like a key",
            where="environment variables",
            why="it is too short or too long, or has spaces, quotes or line ends in it",
            hint="set it to the key alone",
        )
    return {way.key_header: found}


# Take the body of one answer into the unfinished file, and test what the server promised.


MOST_BYTES = 20 * 2**30  # a file larger than this is none that we ask for
ROW_BYTES = 4096  # a row of an answer in JSON has a thousand
_RANGE = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\*)")


def take(
    answer: HttpAnswer,
    part: PartialDownload,
    address: str,
    moved: Callable[[int, int | None], None],
) -> str:
    """Take a whole body from its first byte (status 200); return its promised SHA-256 or ``""``.

    Parameters
    ----------
    answer, part, address
        Where from and to.
    moved
        Told how many bytes are there, of how many.

    Raises
    ------
    TransientFailure
        If it ends too early.
    OutsideError
        If it is larger than the bound or the disk, or packed in an unknown way.
    """
    coding = answer.headers.get("content-encoding", "identity").strip().lower()
    if coding not in ("identity", "gzip", "deflate", ""):
        raise OutsideError(
            f"the server packs its answer as {coding!r}, which was not requested", where=address
        )
    plain = coding in ("identity", "")
    length = _number(answer.headers.get("content-length"))
    part.begin(
        Content(
            address,
            etag=_mark(answer.headers.get("etag", "")),
            modified=_mark(answer.headers.get("last-modified", "")),
            total=length if plain else None,
            plain=plain,
        )
    )
    _bounded(length or 0, part, address)
    # After `begin`, which has freed the space of an older part.
    part.make_room(length or 0)
    chunks = answer.chunks if plain else _unpacked(_counted(answer.chunks, part, address))
    _write(chunks, part, part.content.total if part.content else None, address, moved)
    return stated_digest(answer.headers)


def take_rest(
    answer: HttpAnswer,
    part: PartialDownload,
    address: str,
    moved: Callable[[int, int | None], None],
) -> str:
    """Append the rest of a body (status 206), if it is the rest of the same content.

    Raises
    ------
    TransientFailure
        If it is not: what is there is thrown away and everything asked for again.
    """
    content, have = part.content, part.size
    found = _RANGE.fullmatch(answer.headers.get("content-range", "").strip())
    etag = _mark(answer.headers.get("etag", ""))
    fits = (
        content is not None
        and found is not None
        and int(found[1]) == have
        # The total may be left out as *; a total that differs is another file under the same mark.
        and (found[3] == "*" or content.total in (None, int(found[3])))
        and (not etag or not content.etag or etag == content.etag)
        and answer.headers.get("content-encoding", "identity").lower() == "identity"
    )
    if content is None or found is None or not fits:
        part.drop()
        raise TransientFailure("the rest does not fit what is there: starting anew", after=0)
    total = int(found[3]) if found[3] != "*" else content.total
    _bounded(total or 0, part, address)
    part.make_room((total or have) - have)
    _write(answer.chunks, part, total, address, moved)
    return stated_digest(answer.headers)


def _mark(text: str) -> str:
    """Return a mark of content that can be sent back in a header; none of what cannot."""
    return text if text.isascii() and text.isprintable() else ""


def stated_digest(headers: Mapping[str, str]) -> str:
    """Return the SHA-256 of the whole that a publisher states (RFC 9530, RFC 3230), or ``""``."""
    # RFC 9530 writes sha-256=:...:, RFC 3230 without colons; both are Base64 of 32 bytes, 44 signs.
    stated = f"{headers.get('repr-digest', '')},{headers.get('digest', '')}"
    found = re.search(r"sha-256=:?([A-Za-z0-9+/]{43}=)", stated, re.IGNORECASE)
    return base64.b64decode(found[1]).hex() if found else ""


def _write(
    chunks: Iterator[bytes],
    part: PartialDownload,
    total: int | None,
    address: str,
    moved: Callable[[int, int | None], None],
) -> None:
    have = part.size
    for chunk in chunks:
        part.write(chunk)
        have += len(chunk)
        _bounded(have, part, address)
        moved(have, total)
    if total is not None and have != total:
        # More than was promised cannot be gone on with; less can.
        if have > total:
            part.drop()
        raise TransientFailure(f"{have:,} bytes came of {total:,}")


def _counted(chunks: Iterator[bytes], part: PartialDownload, address: str) -> Iterator[bytes]:
    """Bound what comes packed, too: empty members without end unpack to no byte."""
    came = 0
    for chunk in chunks:
        came += len(chunk)
        _bounded(came, part, address)
        yield chunk


def _unpacked(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Unpack gzip or deflate; a stream that ends before its own end is no whole answer."""
    unpack = zlib.decompressobj(wbits=47)  # either head
    try:
        for chunk in chunks:
            rest = chunk
            while rest:
                # A gzip file may be several members in a row; each has its own end.
                if unpack.eof:
                    unpack = zlib.decompressobj(wbits=47)
                # At most 1 MiB at a time: a few packed bytes may stand for gigabytes, and `_write`
                # counts them.
                yield unpack.decompress(rest, 2**20)
                rest = unpack.unconsumed_tail or unpack.unused_data
    except zlib.error as error:
        raise TransientFailure("the packed answer is damaged", tries=DAMAGED_TRIES) from error
    if not unpack.eof:
        raise TransientFailure("the packed answer ends too early")


def _most(way: DownloadAddress) -> int:
    """Return the bytes that a file may have; JSON is read into memory as a whole."""
    return MOST_BYTES if way.rows is None else 2**20 + ROW_BYTES * way.rows


def _bounded(size: int, part: PartialDownload, address: str) -> None:
    if size > part.most:
        whole, unit = (2**30, "GiB") if part.most >= 2**30 else (2**20, "MiB")
        raise OutsideError(
            f"the file is larger than {part.most // whole} {unit}",
            where=address,
            why="no file of this source is; it would fill the disk or the memory",
            hint="look at the address with a browser",
        )


def _number(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch("[0-9]{1,18}", text) else None


# A file that is still coming: what is there, whose content it is, and who writes it.


@dataclass(frozen=True, slots=True)
class Content:
    """Which content the bytes belong to, as the server names it.

    Attributes
    ----------
    address
        Where from.
    etag, modified
        ``ETag`` and ``Last-Modified`` as sent.
    total
        Bytes of the whole, if it was said.
    plain
        Whether the bytes on disk are the bytes on the line; only then can more be appended.
    """

    address: str
    etag: str = ""
    modified: str = ""
    total: int | None = None
    plain: bool = True

    @property
    def mark(self) -> str:
        """What ``If-Range`` takes: a strong tag or a date; empty if nothing can prove sameness."""
        return self.etag if self.etag and not self.etag.startswith("W/") else self.modified


class PartialDownload:
    """The file ``NAME.part`` beside the target, with ``NAME.part.json`` about its content."""

    def __init__(self, target: Path, opened: IO[bytes]) -> None:
        self.path = target.with_name(f"{target.name}.part")
        self._about = target.with_name(f"{target.name}.part.json")
        self._opened = opened
        self.content: Content | None = self._read()
        self.most = MOST_BYTES

    @property
    def size(self) -> int:
        """Bytes that are there."""
        return self._opened.seek(0, 2)

    def begin(self, content: Content) -> None:
        """Throw away what is there and expect this content."""
        self.drop()
        self.content = content
        self._about.write_text(json.dumps(asdict(content)), encoding="utf-8")

    def drop(self) -> None:
        """Throw away what is there."""
        self._opened.truncate(0)
        self._about.unlink(missing_ok=True)
        self.content = None

    def write(self, chunk: bytes) -> None:
        """Append bytes.

        Raises
        ------
        OutsideError
            If the disk is full.
        """
        rest = memoryview(chunk)
        try:
            while rest:
                # Unbuffered files may write less than they are given.
                rest = rest[self._opened.write(rest) :]
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            raise self._full() from error

    def make_room(self, more: int) -> None:
        """Refuse before the first byte what the disk has no room for.

        Raises
        ------
        OutsideError
            If fewer than `more` bytes are free.
        """
        if shutil.disk_usage(self.path.parent).free < more:
            raise self._full(more)

    def finish(self, target: Path) -> None:
        """Give the file its name, once it is on the disk."""
        # Before the new name: after a power cut a file with its name has its bytes.
        os.fsync(self._opened.fileno())
        self._about.unlink(missing_ok=True)
        self.content = None
        if sys.platform == "win32":
            self._opened.close()  # there an open file cannot be renamed
        self.path.replace(target)

    def _read(self) -> Content | None:
        try:
            return Content(**from_json(self._about.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None

    def _full(self, more: int | None = None) -> OutsideError:
        return OutsideError(
            "not enough disk space" + (f": {more:,} more bytes are needed" if more else ""),
            where=str(self.path.parent),
            hint="free some space, or name a folder on another disk with --to; what came is kept",
        )


@contextmanager
def part_of(target: Path) -> Iterator[PartialDownload]:
    """Open the unfinished file of a target for this process alone.

    Raises
    ------
    OutsideError
        If another process is fetching the same file.
    """
    path = target.with_name(f"{target.name}.part")
    # Appending and unbuffered: `size` is what is on the disk, and opening does not empty what is
    # there.
    with path.open("a+b", buffering=0) as opened:
        if not _is_mine(opened, path):
            raise OutsideError(
                "another process is fetching this file",
                where=str(target),
                hint="wait until it is done",
            )
        part = PartialDownload(target, opened)
        # Bytes without a note of what they belong to cannot be gone on with.
        if part.content is None:
            part.drop()
        try:
            yield part
        finally:
            if part.content is None and path.exists():
                with suppress(OSError):  # where an open file cannot be removed, it is empty
                    path.unlink()


def _is_mine(opened: IO[bytes], path: Path) -> bool:
    """Whether the file is locked for us and still has its name.

    Who held it before may have finished and renamed it between our opening and locking.
    """
    try:
        _take(opened)
        # Locks are of the file and not of its name: a renamed one would be written under its final
        # name.
        return os.path.samestat(os.fstat(opened.fileno()), path.stat())
    except OSError:
        return False


if sys.platform == "win32":
    import msvcrt

    def _take(opened: IO[bytes]) -> None:
        msvcrt.locking(opened.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _take(opened: IO[bytes]) -> None:
        # Freed by the system when the process ends, however it ends: no stale lock stays behind.
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
