"""Archives made by py7zr 1.1.4 on a file of Comext's layout, and what is refused."""

from __future__ import annotations

import random
import struct
import zlib
from base64 import b64decode
from typing import TYPE_CHECKING

import pytest

from entrepot.errors import BadFileError
from entrepot.sources.comext import parse
from entrepot.sources.parser import RawFile, Said
from entrepot.sources.sevenzip import open_sevenzip
from entrepot.sources.unpack import members

if TYPE_CHECKING:
    from pathlib import Path

HEAD = (
    "REPORTER,PARTNER,TRADE_TYPE,PRODUCT_NC,PRODUCT_SITC,PRODUCT_CPA21,PRODUCT_CPA22,PRODUCT_BEC,"
    "PRODUCT_BEC5,PRODUCT_SECTION,FLOW,STAT_PROCEDURE,SUPPL_UNIT,PERIOD,VALUE_EUR,VALUE_NAC,"
    "QUANTITY_KG,QUANTITY_SUPPL_UNIT"
)
TEXT = (
    f"{HEAD}\nDE,RU,E,85423111,77641,26112,26112,53,521010,16,2,1,NOS,202301,1500,1500,2,10\n"
).encode()
_BODY = (
    "KRFGRoCsWkAC72MipzN9V0vaXv1W2jecD8PQRO0577NshAg3rJyLWBzeRiHJNSXnHPwMCRaACFQc15uR22wYv6fuCTX1"
    "uh4wSBxYW181ekvhCAuvk4eAAzIqpbnpotqAiyU27enIaQq8hB+ae7MX1T2u9+8sv+J64HuAx6Xr3CIVLJc1rjrC7jzJ"
    "t5VvWhULI+S+azKhOEhaDW8VwkI0YSHFVZAdG8TqW28NxnVNh2t2kR"
)
ARCHIVES = {
    "LZMA, packed list": "N3q8ryccAARXpcKtJQEAAAAAAAAVAAAAAAAAAKEVfp0A"
    + _BODY
    + "WclbK9//J9uADgAGQAYF0AAIEzB64P1TEBfFck0/6zfi+Jkr6+PNqYZWb/nvVkhygkmtcINloY6AzJmbCBC2kNFUzu9"
    "r1UFhDOzw2wsPNwKyLSodfbyE/HAStegQIumB34lqceNgcbGprsERBPQAAAABcGgL0BCWgABwsBAAEhIQEYDGUAAA==",
    "LZMA2, packed list": "N3q8ryccAAQgytftIAEAAAAAAAAVAAAAAAAAAGXdoMTgASAAt10A"
    + _BODY
    + "V/jQAAAOAAXABZXQAAgTMHrg/VMQzU1yTT/rNwFrF92Lf1kIOZUlHYTY911UloiE7x35PJNr+h5oJeq/lFxIn/jHxrs"
    "bP3f+a6Z6qn0Ol676CDU+VbU262fua8LbgEfqhWPaAAAAAXBoC/AQlhAAcLAQABISEBGAxdAAA=",
    "LZMA, plain list": "N3q8ryccAATFkZEovQAAAAAAAABgAAAAAAAAAI3yq7QA"
    + _BODY
    + "WclbK9//J9uAABBAYAAQmAvQAHCwEAASMDAQEFXQAAgAAMgSEACAoBiapf9wAABQERIQBmAHUAbABsAF8AMgAwADIAM"
    "wAwADEALgBkAGEAdAAAABQKAQDwRbRO+3zdARUGAQAggICBAAA=",
    "LZMA2, plain list": "N3q8ryccAARgA7nwvwAAAAAAAABaAAAAAAAAAJGWdz3gASAAt10A"
    + _BODY
    + "V/jQAAAAEEBgABCYC/AAcLAQABISEBFgyBIQAICgGJql/3AAAFAREhAGYAdQBsAGwAXwAyADAAMgAzADAAMQAuAGQAYQ"
    "B0AAAAFAoBAFCjtE77fN0BFQYBACCAgIEAAA==",
}
PLAIN = b64decode(ARCHIVES["LZMA, plain list"])


def unpacked(data: bytes, tmp_path: Path) -> bytes:
    path = tmp_path / "x.7z"
    path.write_bytes(data)
    with open_sevenzip(path, "x.7z") as contents:
        return b"".join(iter(contents.read, b""))


def sealed(data: bytearray) -> bytes:
    """Put checksums right, so that the list of contents is read although it was changed."""
    offset, size = struct.unpack("<QQ", data[12:28])
    if 32 + offset + size == len(data):
        data[28:32] = struct.pack("<I", zlib.crc32(data[32 + offset :]))
    data[8:12] = struct.pack("<I", zlib.crc32(data[12:32]))
    return bytes(data)


@pytest.mark.parametrize("name", ARCHIVES)
def test_contents_come_out_as_they_went_in(name: str, tmp_path: Path) -> None:
    assert unpacked(b64decode(ARCHIVES[name]), tmp_path) == TEXT


def test_comext_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "full_v2_202301.7z"
    path.write_bytes(PLAIN)
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    [table] = parse.tables(RawFile(path, path.name), scratch, Said())
    assert table.name == "full_v2_202301.7z"
    [(name, _, text)] = members(RawFile(path, path.name), scratch)
    assert name == "full_v2_202301"
    assert text.read_bytes() == TEXT


@pytest.mark.parametrize("at", [31, 33, 120, len(PLAIN) - 1])
def test_a_truncated_archive(at: int, tmp_path: Path) -> None:
    with pytest.raises(BadFileError, match="truncated or damaged"):
        unpacked(PLAIN[:at], tmp_path)


@pytest.mark.parametrize("at", [12, 40, 100, 200, 230])
def test_a_changed_byte_is_noticed(at: int, tmp_path: Path) -> None:
    changed = bytearray(PLAIN)
    changed[at] ^= 0x55
    with pytest.raises(BadFileError, match="truncated or damaged"):
        unpacked(bytes(changed), tmp_path)


@pytest.mark.parametrize(
    ("find", "put", "says"),
    [
        (b"\x23\x03\x01\x01\x05", b"\x23\x04\x02\x02\x05", "packed by method 040202"),
        (b"\x0b\x01\x00\x01", b"\x0b\x02\x00\x01", "2 packed blocks"),
        (b"\x0b\x01\x00\x01", b"\x0b\x01\x00\x02", "2 steps of packing"),
        (b"\x5d\x00\x00\x80\x00", b"\x5d\x00\x00\x00\x80", "2,048 MiB of memory"),
    ],
)
def test_what_is_not_read_says_so(find: bytes, put: bytes, says: str, tmp_path: Path) -> None:
    place = PLAIN.rindex(find)
    changed = bytearray(PLAIN)
    changed[place : place + len(put)] = put
    with pytest.raises(BadFileError, match=says) as caught:
        unpacked(sealed(changed), tmp_path)
    assert "7z e FILE.7z" in caught.value.hint


def test_mutations_give_the_contents_or_an_error_of_ours(tmp_path: Path) -> None:
    chance = random.Random(7)
    for step in range(400):
        data = bytearray(b64decode(chance.choice(list(ARCHIVES.values()))))
        for _ in range(chance.randint(1, 3)):
            data[chance.randrange(6, len(data))] = chance.randrange(256)
        changed = sealed(data) if step % 2 else bytes(data)
        try:
            assert unpacked(changed, tmp_path) == TEXT
        except BadFileError:
            continue
