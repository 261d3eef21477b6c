"""Take the body of one answer into the unfinished file, and test what the server promised."""

from __future__ import annotations

import base64
import re
import zlib
from typing import TYPE_CHECKING

from entrepot.errors import OutsideError
from entrepot.sources.get.part import Content
from entrepot.sources.get.retry import Passing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from entrepot.sources.get.client import Answer
    from entrepot.sources.get.part import Part

__all__ = ["MOST_BYTES", "stated_digest", "take", "take_rest"]

MOST_BYTES = 20 * 2**30  # a file larger than this is none that we ask for
_RANGE = re.compile(r"bytes ([0-9]{1,18})-([0-9]{1,18})/([0-9]{1,18}|\*)")


def take(answer: Answer, part: Part, address: str, moved: Callable[[int, int | None], None]) -> str:
    """Take a whole body from its first byte (status 200); return its promised SHA-256 or ``""``.

    Parameters
    ----------
    answer, part, address
        Where from and to.
    moved
        Told how many bytes are there, of how many.

    Raises
    ------
    Passing
        If it ends too early.
    OutsideError
        If it is larger than the bound or the disk, or packed in an unknown way.
    """
    coding = answer.headers.get("content-encoding", "identity").strip().lower()
    if coding not in ("identity", "gzip", "deflate", ""):
        raise OutsideError(
            f"the server packs its answer as {coding!r}, which nobody asked for", where=address
        )
    plain = coding in ("identity", "")
    length = _number(answer.headers.get("content-length"))
    part.begin(
        Content(
            address,
            etag=answer.headers.get("etag", ""),
            modified=answer.headers.get("last-modified", ""),
            total=length if plain else None,
            plain=plain,
        )
    )
    _bounded(length or 0, address)
    part.make_room(length or 0)
    chunks = answer.chunks if plain else _unpacked(answer.chunks)
    _write(chunks, part, part.content.total if part.content else None, address, moved)
    return stated_digest(answer.headers)


def take_rest(
    answer: Answer, part: Part, address: str, moved: Callable[[int, int | None], None]
) -> str:
    """Append the rest of a body (status 206), if it is the rest of the same content.

    Raises
    ------
    Passing
        If it is not: what is there is thrown away and everything asked for again.
    """
    content, have = part.content, part.size
    found = _RANGE.fullmatch(answer.headers.get("content-range", "").strip())
    etag = answer.headers.get("etag", "")
    fits = (
        content is not None
        and found is not None
        and int(found[1]) == have
        and (found[3] == "*" or content.total in (None, int(found[3])))
        and (not etag or not content.etag or etag == content.etag)
        and answer.headers.get("content-encoding", "identity").lower() == "identity"
    )
    if content is None or found is None or not fits:
        part.drop()
        raise Passing("the rest does not fit what is there: starting anew", after=0)
    total = int(found[3]) if found[3] != "*" else content.total
    _bounded(total or 0, address)
    part.make_room((total or have) - have)
    _write(answer.chunks, part, total, address, moved)
    return stated_digest(answer.headers)


def stated_digest(headers: Mapping[str, str]) -> str:
    """Return the SHA-256 of the whole that a publisher states (RFC 9530, RFC 3230), or ``""``."""
    stated = f"{headers.get('repr-digest', '')},{headers.get('digest', '')}"
    found = re.search(r"sha-256=:?([A-Za-z0-9+/]{43}=)", stated, re.IGNORECASE)
    return base64.b64decode(found[1]).hex() if found else ""


def _write(
    chunks: Iterator[bytes],
    part: Part,
    total: int | None,
    address: str,
    moved: Callable[[int, int | None], None],
) -> None:
    have = part.size
    for chunk in chunks:
        part.write(chunk)
        have += len(chunk)
        _bounded(have, address)
        moved(have, total)
    if total is not None and have != total:
        if have > total:
            part.drop()
        raise Passing(f"{have:,} bytes came of {total:,}")


def _unpacked(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Unpack gzip or deflate; a stream that ends before its own end is no whole answer."""
    unpack = zlib.decompressobj(wbits=47)  # either head
    try:
        for chunk in chunks:
            rest = chunk
            while rest:
                yield unpack.decompress(rest, 2**20)
                rest = unpack.unconsumed_tail
    except zlib.error as error:
        raise Passing("the packed answer is damaged") from error
    if not unpack.eof:
        raise Passing("the packed answer ends too early")


def _bounded(size: int, address: str) -> None:
    if size > MOST_BYTES:
        raise OutsideError(
            f"the file is larger than {MOST_BYTES // 2**30} GiB",
            where=address,
            why="no file of this source is; it would fill the disk",
            hint="look at the address with a browser",
        )


def _number(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch("[0-9]{1,18}", text) else None
