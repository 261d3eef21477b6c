"""Fetch one piece: held already, or conditionally, from where it stopped, or from its start."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from entrepot.errors import OutsideError
from entrepot.sources.digest import sha256_of
from entrepot.sources.get.body import take, take_rest
from entrepot.sources.get.content_check import TooMuch, look
from entrepot.sources.get.keys import secret
from entrepot.sources.get.part import part_of
from entrepot.sources.get.receipt import Receipt, read_receipt
from entrepot.sources.get.retry import Passing, Patience, persist, seconds_asked
from entrepot.sources.text import first_words

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from entrepot.sources.get.client import Answer, Door
    from entrepot.sources.get.part import Part
    from entrepot.sources.get.plan import Piece

__all__ = ["Got", "Means", "fetch", "held"]

State = Literal["fetched", "unchanged", "held", "empty", "installed"]
PASSING = (429, 500, 502, 503, 504)
_TEXT = ("csv", "json")


@dataclass(frozen=True, slots=True)
class Means:
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

    door: Door
    patience: Patience
    wait: Callable[[float], None]
    say: Callable[[str], None]
    moved: Callable[[int, int | None], None]


@dataclass(frozen=True, slots=True)
class Got:
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


def held(piece: Piece, folder: Path) -> Got | None:
    """Return what is there of a piece, whole; None if it has to be fetched.

    Raises
    ------
    TooMuch
        If it is known to be cut off.
    """
    receipt = read_receipt(folder / piece.name, piece.address)
    return _got(piece, folder, receipt, "held") if receipt else None


def fetch(piece: Piece, folder: Path, means: Means, *, again: bool) -> Got:
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
    if receipt and not again and not (receipt.etag or receipt.modified):
        return _got(piece, folder, receipt, "held")
    with part_of(target) as part:
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
            Receipt(piece.address, _now(), cut=True).write(target)
            raise


def _once(piece: Piece, folder: Path, means: Means, part: Part, receipt: Receipt | None) -> Got:
    target = folder / piece.name
    headers = {"Accept": piece.way.accept or "*/*"} | _condition(part, piece, receipt)
    means.wait(piece.way.pause)
    with means.door.get(
        piece.address, headers, secret=secret(piece.way), hosts=piece.way.hosts
    ) as answer:
        if answer.status == 304 and receipt:
            return _got(piece, folder, receipt, "unchanged")
        if answer.status == 204:
            fresh = Receipt(piece.address, _now(), rows=0)
            fresh.write(target)
            return _got(piece, folder, fresh, "empty")
        if answer.status == 200:
            stated = take(answer, part, piece.address, means.moved)
        elif answer.status == 206 and "Range" in headers:
            stated = take_rest(answer, part, piece.address, means.moved)
        else:
            raise _refusal(answer, piece, part)
    return _keep(piece, folder, part, stated)


def _goes_on(part: Part, piece: Piece) -> bool:
    """Whether what is there can be gone on with, and the server can prove that it still fits."""
    content = part.content
    return bool(content and content.plain and content.mark and content.address == piece.address)


def _keep(piece: Piece, folder: Path, part: Part, stated: str) -> Got:
    """Test what came, and give it its name."""
    try:
        rows = look(part.path, piece.way, piece.address)
    except OutsideError:
        part.drop()
        raise
    digest = sha256_of(part.path)
    if stated and digest != stated:
        part.drop()
        raise Passing("the content is not the one whose checksum the publisher states", tries=2)
    content, size = part.content, part.size
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


def _condition(part: Part, piece: Piece, receipt: Receipt | None) -> dict[str, str]:
    """Go on, or ask only for something new; packed on the way only what is not packed already."""
    if part.content and part.size and _goes_on(part, piece):
        mark = part.content.mark
        return {"Range": f"bytes={part.size}-", "If-Range": mark, "Accept-Encoding": "identity"}
    packed = "gzip" if piece.way.format in _TEXT else "identity"
    asked = {"Accept-Encoding": packed}
    if receipt and receipt.etag:
        asked["If-None-Match"] = receipt.etag
    elif receipt and receipt.modified:
        asked["If-Modified-Since"] = receipt.modified
    return asked


def _refusal(answer: Answer, piece: Piece, part: Part) -> Exception:
    status = answer.status
    if status in PASSING:
        return Passing(
            f"the server answers {status}", after=seconds_asked(answer.headers.get("retry-after"))
        )
    if status in (206, 416):
        part.drop()
        return Passing("what is there is not the start of what the server has", after=0)
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


def _hint(status: int, piece: Piece) -> str:
    if status in (401, 403) and piece.way.key:
        return f"is the key in {piece.way.key} valid, and its quota of today not used up?"
    if status in (401, 403):
        return "the publisher refuses this machine; fetch the file with a browser"
    if status in (404, 410):
        return "is there such a release or period? The address may have moved: see the publisher"
    return "see the publisher's page; the address or its parameters may have changed"


def _got(piece: Piece, folder: Path, receipt: Receipt, state: State) -> Got:
    if receipt.cut:
        raise TooMuch
    path = folder / piece.name if receipt.bytes else None
    known: State = "empty" if path is None or receipt.rows == 0 else state
    return Got(piece.name, piece.address, known, path, receipt.bytes, receipt.sha256, receipt.rows)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
