"""Damage to bytes, whatever they are the bytes of."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    Damage = Callable[[Random, bytearray], str]


def _span(draw: Random, data: bytearray) -> slice:
    start = draw.randrange(len(data) + 1)
    return slice(start, start + draw.choice([1, 2, 3, 8, 30, 200]))


def flip(draw: Random, data: bytearray) -> str:
    for _ in range(draw.choice([1, 1, 1, 2, 5])):
        if data:
            data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
    return "bits flipped"


def overwrite(draw: Random, data: bytearray) -> str:
    for _ in range(draw.choice([1, 1, 3])):
        if data:
            data[draw.randrange(len(data))] = draw.choice(b"\0\xff\x80,;\"\n\r\t 0129.eE-+'\\=")
    return "bytes overwritten"


def delete(draw: Random, data: bytearray) -> str:
    del data[_span(draw, data)]
    return "bytes deleted"


def insert(draw: Random, data: bytearray) -> str:
    place = draw.randrange(len(data) + 1)
    data[place:place] = draw.choice(
        [draw.randbytes(3), b"\n", b",", b'"', b"\0", b"\r", b"\\", b" "]
    )
    return "bytes inserted"


def repeat(draw: Random, data: bytearray) -> str:
    span = _span(draw, data)
    data[span.stop : span.stop] = data[span]
    return "bytes repeated"


def truncate(draw: Random, data: bytearray) -> str:
    del data[draw.randrange(len(data) + 1) :]
    return "truncated"


def blank(draw: Random, data: bytearray) -> str:
    span = _span(draw, data)
    data[span] = bytes(len(data[span]))
    return "bytes zeroed"


def swap(draw: Random, data: bytearray) -> str:
    one, two = _span(draw, data), _span(draw, data)
    first, second = data[one], data[two]
    if len(first) == len(second):
        data[one], data[two] = second, first
    return "bytes swapped"


def twice(_: Random, data: bytearray) -> str:
    data += bytes(data)
    return "file twice"


def behind(draw: Random, data: bytearray) -> str:
    data += draw.choice([b"\0", b"\n", b"junk", draw.randbytes(50), b"\x1f\x8b", b"PK\x05\x06"])
    return "bytes behind"


def before(draw: Random, data: bytearray) -> str:
    data[:0] = draw.choice(
        [b"\0", b"\n", b"junk", draw.randbytes(5), b"PK\x03\x04", b"\xef\xbb\xbf"]
    )
    return "bytes before"


DAMAGES: tuple[Damage, ...] = (
    *(flip, flip, overwrite, overwrite, delete, insert, insert, repeat, truncate, blank, swap),
    *(twice, behind, before),
)


def damaged(draw: Random, data: bytes) -> tuple[bytes, str]:
    """Return damaged bytes, and what was done to them."""
    changed = bytearray(data)
    did = draw.choice(DAMAGES)(draw, changed)
    return bytes(changed), did
