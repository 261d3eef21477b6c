"""Archives around a file: as they should be, damaged, and made to do harm."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import warnings
import zipfile
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

NAMES = (
    "../../../escaped.csv", "/tmp/escaped.csv", "..\\..\\escaped.csv", "C:\\escaped.csv", "..",
    "\x1b[2Jevil\u202e.csv", "a/b/c/../../../../escaped.csv", "x" * 300, "nul\0.csv", "con",
    "//server/share/escaped.csv", "~/escaped.csv", "$HOME/escaped.csv", "a\nb.csv", " ", ".",
)  # fmt: skip


def zipped(
    *members: tuple[str, bytes], how: int = zipfile.ZIP_DEFLATED, folder: bool = False
) -> bytes:
    """Return a zip of members, two of one name if they are so called."""
    made = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(made, "w", how) as archive:
        warnings.simplefilter("ignore", UserWarning)  # names that stand twice are meant
        if folder:
            archive.writestr("data/", b"")
            archive.writestr("__MACOSX/._x.csv", b"\0\1")
        for name, data in members:
            info = zipfile.ZipInfo(name)
            info.filename = name  # as it is, whatever the library thinks of it
            info.compress_type = how
            archive.writestr(info, data)
    return made.getvalue()


def sevenzipped(data: bytes) -> bytes:
    """Return a 7z of one file; packing its list as well costs most, so one in eight has that."""
    import py7zr

    made = io.BytesIO()
    filters = [{"id": py7zr.FILTER_LZMA2, "preset": 0}]
    with py7zr.SevenZipFile(made, "w", filters=filters) as archive:
        archive.set_encoded_header_mode(len(data) % 8 == 0)
        archive.writestr(data, "full_v2_202301.dat")
    return made.getvalue()


def fine(draw: Random, data: bytes, name: str) -> tuple[bytes, str, str]:
    """Return an archive that any reader must open: its bytes, name, and what it is."""
    kind = draw.randrange(4)
    if kind == 0:
        return gzip.compress(data, mtime=0), draw.choice([f"{name}.gz", name]), "gzip"
    if kind == 1:
        return sevenzipped(data), draw.choice([f"{name}.7z", name]), "7z"
    folder = draw.random() < 0.3
    how = draw.choice([zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
    packed = zipped((draw.choice([name, f"data/{name}"]), data), how=how, folder=folder)
    return packed, f"{name.rpartition('.')[0]}.zip", "zip"


def harmful(draw: Random, data: bytes, name: str) -> tuple[bytes, str, str]:
    """Return an archive that should be refused, or whose every member counts."""
    made = (_zips if draw.random() < 0.6 else _others)(draw, data, name)
    what = draw.choice(sorted(made))
    packed, named = made[what]
    return packed, named, what


def _zips(draw: Random, data: bytes, name: str) -> dict[str, tuple[bytes, str]]:
    zip_name = f"{name.rpartition('.')[0]}.zip"
    one = zipped((name, data))
    other = draw.choice([name, f"copy/{name}", f"2_{name}"])
    lying = bytearray(one)
    place = lying.rindex(b"PK\x01\x02") + draw.choice([10, 16, 20, 24, 28, 42])
    lying[place : place + 2] = draw.randbytes(2)
    made = {
        "zip in zip": zipped((draw.choice([name, "inner.zip"]), one)),
        "two members": zipped((name, data), (other, data)),
        "odd name": zipped((draw.choice(NAMES), data)),
        "locked": locked(one),
        "bzip2 member": zipped((name, data), how=zipfile.ZIP_BZIP2),
        "lying directory": bytes(lying),
        "many members": zipped(*((f"{n}_{name}", data) for n in range(8))),
        "a stranger beside": zipped((name, data), ("more.csv", b"a,b\n1,2\n")),
        "empty member": zipped((name, b"")),
        "empty zip": zipped(),
    }
    return {what: (packed, zip_name) for what, packed in made.items()}


def _others(draw: Random, data: bytes, name: str) -> dict[str, tuple[bytes, str]]:
    whole = gzip.compress(data, mtime=0)
    zip_name = f"{name.rpartition('.')[0]}.zip"
    return {
        "gzip in gzip": (gzip.compress(whole, mtime=0), f"{name}.gz"),
        "gzip truncated": (whole[: draw.randrange(2, len(whole))], f"{name}.gz"),
        "gzip twice": (whole + whole, f"{name}.gz"),
        "name of an archive": (data, draw.choice([zip_name, f"{name}.gz"])),
        "bzip2": (bz2.compress(data), name),
        "xz": (lzma.compress(data), name),
    }


def bomb(draw: Random, name: str) -> tuple[bytes, str, str]:
    """Return a small archive that would fill a disk."""
    kind = draw.choice(["gzip", "zip", "7z", "members"])
    return bomb_of(kind), f"{name.rpartition('.')[0]}.{kind}", f"bomb {kind}"


@cache
def bomb_of(kind: str) -> bytes:
    """Return an archive of 80 MiB of nothing, or of more members than anybody packs."""
    much = bytes(80 * 2**20)
    if kind == "gzip":
        return gzip.compress(much, 9, mtime=0)
    if kind == "7z":
        return sevenzipped(much)
    if kind == "zip":
        return zipped(("bomb.csv", much))
    return zipped(*((f"{n}.csv", b"") for n in range(20_001)), how=zipfile.ZIP_STORED)


def locked(packed: bytes) -> bytes:
    """Return a zip that says that it needs a password."""
    changed = bytearray(packed)
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        changed[changed.index(mark) + place] |= 1
    return bytes(changed)
