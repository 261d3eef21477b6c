"""Archives made by py7zr and by hand on a file of Comext's layout, and what is refused."""

from __future__ import annotations

import errno
import gc
import io
import lzma
import random
import struct
import sys
import threading
import tracemalloc
import zlib
from functools import cache
from pathlib import Path
from typing import Any

import py7zr
import pytest
from py7zr import archiveinfo

from entrepot.errors import BadFileError, MissingExtraError
from entrepot.sources import unpack
from entrepot.sources.comext import parse
from entrepot.sources.parser import FileOptions, RawFile
from entrepot.sources.unpack import members, unpack_sevenzip

pytestmark = pytest.mark.slow

HEAD = (
    "REPORTER,PARTNER,TRADE_TYPE,PRODUCT_NC,PRODUCT_SITC,PRODUCT_CPA21,PRODUCT_CPA22,PRODUCT_BEC,"
    "PRODUCT_BEC5,PRODUCT_SECTION,FLOW,STAT_PROCEDURE,SUPPL_UNIT,PERIOD,VALUE_EUR,VALUE_NAC,"
    "QUANTITY_KG,QUANTITY_SUPPL_UNIT"
)
TEXT = (
    f"{HEAD}\nDE,RU,E,85423111,77641,26112,26112,53,521010,16,2,1,NOS,202301,1500,1500,2,10\n"
).encode()
NAME = "full_v2_202301.dat"
LZMA, LZMA2, DEFLATE, ZSTD = b"\x03\x01\x01", b"\x21", b"\x04\x01\x08", b"\x04\xf7\x11\x01"
FILTERS: dict[str, list[dict[str, int]] | None] = {
    "LZMA": [{"id": py7zr.FILTER_LZMA}],
    "LZMA2": [{"id": py7zr.FILTER_LZMA2, "preset": 1}],
    "as py7zr likes": None,  # LZMA2 behind the x86 filter
}


def packed(
    *files: tuple[str, bytes],
    filters: list[dict[str, int]] | None = None,
    packed_list: bool = True,
    password: str | None = None,
    locked_list: bool = False,
) -> bytes:
    made = io.BytesIO()
    with py7zr.SevenZipFile(made, "w", filters=filters, password=password) as archive:
        archive.set_encoded_header_mode(packed_list)
        if locked_list:
            archive.set_encrypted_header(True)
        for name, content in files:
            archive.writestr(content, name)
    return made.getvalue()


@cache
def archives() -> dict[str, bytes]:
    return {
        f"{name}, {'packed' if packed_list else 'plain'} list": packed(
            (NAME, TEXT), filters=filters, packed_list=packed_list
        )
        for name, filters in FILTERS.items()
        for packed_list in (True, False)
    }


def plain() -> bytes:
    return archives()["LZMA, plain list"]


def number(value: int) -> bytes:
    return b"\xff" + struct.pack("<Q", value)


def streams(
    method: bytes, known: bytes, size: int, length: int, *, place: int = 0, crc: bytes = b""
) -> bytes:
    """Return the description of one packed stream, as 7zFormat.txt of the LZMA SDK has it."""
    pack = b"\x06" + number(place) + b"\x01\x09" + number(length) + b"\x00"
    coder = bytes((0x20 | len(method),)) + method + bytes((len(known),)) + known
    checksum = b"\x0a\x01" + crc if crc else b""
    return pack + b"\x07\x0b\x01\x00\x01" + coder + b"\x0c" + number(size) + checksum + b"\x00"


def listing(content: bytes, length: int, known: bytes, method: bytes = LZMA2) -> bytes:
    """Return the list of contents of one file, with no more than it has to say."""
    crc = struct.pack("<I", zlib.crc32(content))
    name = NAME.encode("utf-16-le") + b"\0\0"
    files = b"\x05\x01\x11" + number(len(name) + 1) + b"\0" + name + b"\0"
    main = b"\x04" + streams(method, known, len(content), length) + b"\x08\x0a\x01" + crc + b"\0\0"
    return b"\x01" + main + files + b"\0"


def archive_of(body: bytes, listed: bytes) -> bytes:
    start = struct.pack("<QQI", len(body), len(listed), zlib.crc32(listed))
    return (
        b"7z\xbc\xaf\x27\x1c\x00\x04" + struct.pack("<I", zlib.crc32(start)) + start + body + listed
    )


def raw_lzma2(content: bytes) -> bytes:
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 2**16}]
    return lzma.compress(content, lzma.FORMAT_RAW, filters=filters)


def unpacked(data: bytes, tmp_path: Path) -> bytes:
    path, target = tmp_path / "x.7z", tmp_path / "unpacked.csv"
    path.write_bytes(data)
    counted: list[int] = []
    unpack_sevenzip(path, target, "x.7z", counted.append)
    found = target.read_bytes()
    assert sum(counted) == len(found)
    return found


def refused(data: bytes, tmp_path: Path, says: str) -> BadFileError:
    with pytest.raises(BadFileError, match=says) as caught:
        unpacked(data, tmp_path)
    assert caught.value.where == "x.7z"
    return caught.value


def sealed(data: bytearray) -> bytes:
    """Put checksums right, so that the list of contents is read although it was changed."""
    offset, size = struct.unpack("<QQ", data[12:28])
    if 32 + offset + size == len(data):
        data[28:32] = struct.pack("<I", zlib.crc32(data[32 + offset :]))
    data[8:12] = struct.pack("<I", zlib.crc32(data[12:32]))
    return bytes(data)


@pytest.mark.parametrize("name", list(archives()))
def test_contents_come_out_as_they_went_in(name: str, tmp_path: Path) -> None:
    assert unpacked(archives()[name], tmp_path) == TEXT


def test_an_archive_written_by_hand_is_read(tmp_path: Path) -> None:
    content = TEXT * 20_000
    body = raw_lzma2(content)
    listed = listing(content, len(body), b"\x10")
    assert unpacked(archive_of(body, listed), tmp_path) == content
    of_list = raw_lzma2(listed)
    where = streams(LZMA2, b"\x10", len(listed), len(of_list), place=len(body))
    assert unpacked(archive_of(body + of_list, b"\x17" + where + b"\0"), tmp_path) == content


def test_comext_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "full_v2_202301.7z"
    path.write_bytes(plain())
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    [table] = parse.tables(RawFile(path, path.name), scratch, FileOptions())
    assert table.name == "full_v2_202301.7z"
    [(name, _, text)] = members(RawFile(path, path.name), scratch)
    assert name == "full_v2_202301"
    assert text.read_bytes() == TEXT


@pytest.mark.parametrize("name", list(archives()))
def test_a_truncated_archive(name: str, tmp_path: Path) -> None:
    whole = archives()[name]
    for end in (*range(6, len(whole), 7), len(whole) - 2, len(whole) - 1):
        refused(whole[:end], tmp_path, "truncated or damaged")


@pytest.mark.parametrize("at", [12, 40, 100, 200, 230])
def test_a_changed_byte_is_noticed(at: int, tmp_path: Path) -> None:
    changed = bytearray(plain())
    changed[at] ^= 0x55
    refused(bytes(changed), tmp_path, "truncated or damaged")


@pytest.mark.parametrize("less", [1, 40, 150])
def test_a_list_that_is_right_about_contents_that_are_not_there(less: int, tmp_path: Path) -> None:
    """What a download that lost its middle looks like: py7zr before 1.1.4 read on for ever."""
    content = random.Random(7).randbytes(300)
    body = raw_lzma2(content)
    for length in (len(body), len(body) - less):
        listed = listing(content, length, b"\x10")
        refused(archive_of(body[:-less] if less > 1 else body[:-2], listed), tmp_path, "damaged")


def test_a_size_that_is_not_true_is_noticed(tmp_path: Path) -> None:
    body = raw_lzma2(TEXT)
    for size in (len(TEXT) - 1, len(TEXT) + 1, 2**62):
        listed = listing(TEXT, len(body), b"\x10")
        lying = listed.replace(b"\x0c" + number(len(TEXT)), b"\x0c" + number(size))
        assert lying != listed
        refused(archive_of(body, lying), tmp_path, "damaged")


def test_entries_that_are_not_one_file(tmp_path: Path) -> None:
    refused(packed(), tmp_path, r"not one file .*entries: 0\)")
    refused(packed((NAME, TEXT), ("more.dat", TEXT)), tmp_path, r"not one file .*entries: 2\)")
    folder = tmp_path / "folder"
    folder.mkdir()
    made = io.BytesIO()
    with py7zr.SevenZipFile(made, "w") as archive:
        archive.write(folder, "folder")
    refused(made.getvalue(), tmp_path, r"not one file .*entries: 1\)")


def test_what_claims_to_be_a_folder_with_contents(tmp_path: Path) -> None:
    """py7zr passes it over without a word."""
    body = raw_lzma2(TEXT)
    is_folder = b"\x15\x06\x01\0" + struct.pack("<I", 0x10)
    listed = listing(TEXT, len(body), b"\x10")[:-2] + is_folder + b"\0\0"
    refused(archive_of(body, listed), tmp_path, r"not one file .*entries: 1\)")


def test_a_file_without_a_checksum(tmp_path: Path) -> None:
    body = raw_lzma2(TEXT)
    listed = listing(TEXT, len(body), b"\x10")
    without = listed.replace(b"\x08\x0a\x01" + struct.pack("<I", zlib.crc32(TEXT)), b"\x08")
    assert without != listed
    refused(archive_of(body, without), tmp_path, "not one file with its checksum")


@pytest.mark.parametrize("locked_list", [False, True])
def test_a_password(locked_list: bool, tmp_path: Path) -> None:
    data = packed((NAME, TEXT), password="secret", locked_list=locked_list)
    refused(data, tmp_path, "locked with a password")


@pytest.mark.parametrize(
    "method",
    [
        py7zr.FILTER_BZIP2,
        py7zr.FILTER_DEFLATE,
        py7zr.FILTER_ZSTD,
        py7zr.FILTER_PPMD,
        py7zr.FILTER_BROTLI,
        py7zr.FILTER_COPY,
    ],
)
def test_other_methods_say_what_to_do(method: int, tmp_path: Path) -> None:
    error = refused(packed((NAME, TEXT), filters=[{"id": method}]), tmp_path, "packed by method")
    assert "7z e FILE.7z" in error.hint


@pytest.fixture
def dictionaries(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What every decoder that is made takes as a dictionary."""
    made: list[int] = []
    real = lzma.LZMADecompressor

    def noted(**asked: Any) -> lzma.LZMADecompressor:
        made.append(max(one.get("dict_size", 0) for one in asked["filters"]))
        return real(**asked)

    monkeypatch.setattr(lzma, "LZMADecompressor", noted)
    return made


@pytest.mark.parametrize(
    ("method", "known"), [(LZMA, b"\x5d\xff\xff\xff\xff"), (LZMA2, b"\x28"), (LZMA2, b"\x21")]
)
def test_a_dictionary_that_fills_the_memory_is_never_made(
    method: bytes, known: bytes, dictionaries: list[int], tmp_path: Path
) -> None:
    body = raw_lzma2(TEXT)
    listed = listing(TEXT, len(body), known, method)
    refused(archive_of(body, listed), tmp_path, "MiB of memory")
    of_list = raw_lzma2(listed)
    where = streams(method, known, len(listed), len(of_list), place=len(body))
    refused(archive_of(body + of_list, b"\x17" + where + b"\0"), tmp_path, "MiB of memory")
    assert not dictionaries
    unpacked(plain(), tmp_path)
    assert dictionaries


@pytest.mark.parametrize(("method", "known"), [(DEFLATE, b""), (ZSTD, b"\x01\x04\x03\0\0")])
def test_a_list_of_contents_packed_by_what_has_no_bounds(
    method: bytes, known: bytes, tmp_path: Path
) -> None:
    deflated = zlib.compressobj(9, wbits=-15)
    body = deflated.compress(bytes(64 * 2**20)) + deflated.flush()
    where = b"\x17" + streams(method, known, 100, len(body)) + b"\0"
    tracemalloc.start()
    refused(archive_of(body, where), tmp_path, "packed by method")
    assert tracemalloc.get_traced_memory()[1] < 2**20
    tracemalloc.stop()


def test_a_list_of_contents_that_unpacks_to_much(tmp_path: Path) -> None:
    body = raw_lzma2(bytes(2**24))
    where = b"\x17" + streams(LZMA2, b"\x10", 2**24, len(body)) + b"\0"
    refused(archive_of(body, where), tmp_path, "longer than that of one file")
    refused(archive_of(b"", b"\x01" * 5000), tmp_path, "longer than that of one file")


def test_a_bomb_stops_early(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpack, "FREE", 2**20)
    path, scratch = tmp_path / "bomb.7z", tmp_path / "scratch"
    scratch.mkdir()
    path.write_bytes(packed((NAME, bytes(2**26)), filters=FILTERS["LZMA2"]))
    tracemalloc.start()
    with pytest.raises(BadFileError, match="times its size"):
        list(members(RawFile(path, path.name), scratch))
    assert tracemalloc.get_traced_memory()[1] < 2**27  # two of what LZMA makes of 4 KiB
    tracemalloc.stop()
    assert sum(one.stat().st_size for one in scratch.iterdir()) <= 250 * path.stat().st_size


@pytest.mark.parametrize(
    "name",
    ["../../escaped.csv", "/tmp/escaped.csv", "C:\\escaped.csv", "..", "a\nb", " ", "x" * 500],
)
def test_a_name_inside_never_becomes_a_path(name: str, tmp_path: Path) -> None:
    body = raw_lzma2(TEXT)
    listed = listing(TEXT, len(body), b"\x10")
    old, new = (text.encode("utf-16-le") + b"\0\0" for text in (NAME, name))
    listed = listed.replace(number(len(old) + 1) + b"\0" + old, number(len(new) + 1) + b"\0" + new)
    scratch = tmp_path / "deep" / "scratch"
    scratch.mkdir(parents=True)
    path = tmp_path / "x.7z"
    path.write_bytes(archive_of(body, listed))
    [(_, _, found)] = members(RawFile(path, "x.7z"), scratch)
    assert found.read_bytes() == TEXT
    assert {one for one in tmp_path.rglob("*") if one.is_file()} == {path, found}


@pytest.mark.parametrize(
    "inner", [packed((NAME, TEXT)), b"PK\x03\x04 and more", b"\x1f\x8b and more"]
)
def test_an_archive_in_an_archive_is_refused(inner: bytes, tmp_path: Path) -> None:
    path = tmp_path / "x.7z"
    path.write_bytes(packed(("inner", inner)))
    with pytest.raises(BadFileError, match="an archive inside an archive"):
        list(members(RawFile(path, "x.7z"), tmp_path))


def test_mutations_give_the_contents_or_an_error_of_ours(tmp_path: Path) -> None:
    chance = random.Random(7)
    same = 0
    for step in range(2000):
        data = bytearray(chance.choice(list(archives().values())))
        for _ in range(chance.randint(1, 3)):
            data[chance.randrange(6, len(data))] = chance.randrange(256)
        changed = sealed(data) if step % 2 else bytes(data)
        try:
            assert unpacked(changed, tmp_path) == TEXT
            same += 1
        except BadFileError:
            continue
    assert 0 < same < 500


def test_a_full_disk_is_not_called_damage(tmp_path: Path) -> None:
    path = tmp_path / "x.7z"
    path.write_bytes(plain())

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space left") as caught:
        unpack_sevenzip(path, tmp_path / "out", "x.7z", full)
    assert not isinstance(caught.value, BadFileError)


def test_no_thread_is_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading.Thread, "start", None)
    assert unpacked(plain(), tmp_path) == TEXT
    refused(packed((NAME, TEXT), ("more.dat", TEXT)), tmp_path, r"entries: 2\)")


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="only Linux shows open files so")
def test_files_are_closed_after_an_error(tmp_path: Path) -> None:
    gc.collect()  # what earlier tests left to the collector must not be closed between the counts
    before = len(list(Path("/proc/self/fd").iterdir()))
    kept = []
    for data in (plain()[:-1], plain()[:40], packed(), packed((NAME, TEXT), password="secret")):
        with pytest.raises(BadFileError) as caught:
            unpacked(data, tmp_path)
        kept.append(caught)  # what holds the frames, and with them whatever was left open
    assert len(list(Path("/proc/self/fd").iterdir())) <= before


def test_without_the_extra_the_message_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive, text = tmp_path / "x.7z", tmp_path / "x.csv"
    archive.write_bytes(plain())
    text.write_bytes(TEXT)
    with monkeypatch.context() as patch:
        patch.setitem(sys.modules, "py7zr", None)
        with pytest.raises(MissingExtraError, match="py7zr is not installed") as caught:
            list(members(RawFile(archive, "x.7z"), tmp_path))
        assert "entrepot[comext]" in caught.value.hint
        assert len(list(members(RawFile(text, "x.csv"), tmp_path))) == 1
    monkeypatch.delattr(archiveinfo, "check_count")
    with pytest.raises(MissingExtraError, match=r"py7zr 1\.1\.4 is not installed"):
        list(members(RawFile(archive, "x.7z"), tmp_path))
