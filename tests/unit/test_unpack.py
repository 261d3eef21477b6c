"""Archives and texts are distrusted: bombs, odd names, damage and odd encodings are refused."""

from __future__ import annotations

import gzip
import io
import tracemalloc
import zipfile
from typing import TYPE_CHECKING

import pytest

from entrepot.errors import BadFileError
from entrepot.sources import text, unpack
from entrepot.sources.parser import RawFile
from entrepot.sources.text import header, separator, text_in_utf8
from entrepot.sources.unpack import members
from entrepot.sources.workbook import sheets

if TYPE_CHECKING:
    from pathlib import Path


def raw(tmp_path: Path, name: str, content: bytes) -> RawFile:
    path = tmp_path / "raw"
    path.write_bytes(content)
    return RawFile(path, name)


def zipped(*files: tuple[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return packed.getvalue()


def refused(file: RawFile, scratch: Path) -> BadFileError:
    with pytest.raises(BadFileError) as caught:
        list(members(file, scratch))
    return caught.value


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    folder = tmp_path / "deep" / "scratch"
    folder.mkdir(parents=True)
    return folder


@pytest.mark.parametrize("pack", [gzip.compress, lambda b: zipped(("data.csv", b))])
def test_what_unpacks_far_too_large_stops_early(
    tmp_path: Path, scratch: Path, monkeypatch, pack
) -> None:
    monkeypatch.setattr(unpack, "FREE", 2**20)
    file = raw(tmp_path, "bomb", pack(bytes(30 * 2**20)))
    error = refused(file, scratch)
    assert "times its size" in error.what
    written = sum(one.stat().st_size for one in scratch.iterdir())
    assert written <= unpack.MAX_RATIO * file.path.stat().st_size


@pytest.mark.parametrize("how", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
@pytest.mark.parametrize("name", ["data.csv", "xl/workbook.xml"])
def test_a_member_that_cannot_be_unpacked_in_steps_is_refused(
    tmp_path: Path, scratch: Path, how: int, name: str
) -> None:
    """Four kilobytes of bzip2 are gigabytes, in one step and before anything is counted."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", how) as archive:
        archive.writestr(name, b"\0" * 40_000_000)
    file = raw(tmp_path, "data.zip", packed.getvalue())
    tracemalloc.start()
    try:
        if name == "data.csv":
            assert "other than deflate" in str(refused(file, scratch))
        else:
            with pytest.raises(BadFileError, match="other than deflate"):
                sheets(file.path, "data.xlsx")
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def test_total_size_is_bounded_over_all_members(tmp_path: Path, scratch: Path, monkeypatch) -> None:
    monkeypatch.setattr(unpack, "MAX_UNPACKED", 5 * 2**20)
    noise = bytes(range(256)) * 4096 * 2  # 2 MiB
    file = raw(tmp_path, "a.zip", zipped(*((f"{n}.csv", noise) for n in range(4))))
    found = members(file, scratch)
    next(found)[2].unlink()
    next(found)[2].unlink()
    with pytest.raises(BadFileError, match="unpacks to more than"):
        next(found)


def test_the_header_of_an_archive_is_not_believed(tmp_path: Path, scratch: Path) -> None:
    content = bytearray(zipped(("data.csv", b"a,b\n" + b"1,2\n" * 50_000)))
    place = content.rindex(b"PK\x01\x02")
    content[place + 24 : place + 28] = (10).to_bytes(4, "little")  # says ten bytes unpacked
    refused(raw(tmp_path, "a.zip", bytes(content)), scratch)


def test_a_place_before_the_file_is_damage(tmp_path: Path, scratch: Path) -> None:
    content = bytearray(zipped(("data.csv", b"a,b\n" * 9)))
    place = content.rindex(b"PK\x05\x06")
    content[place + 16 : place + 20] = (2**31).to_bytes(4, "little")  # where the list should begin
    assert "damaged" in refused(raw(tmp_path, "a.zip", bytes(content)), scratch).what


def test_a_member_without_a_name_is_damage(tmp_path: Path, scratch: Path) -> None:
    packed = zipped(("a.csv", b"a,b\n1,2\n"))
    place = packed.index(b"PK\x01\x02")
    nameless = bytearray(packed)
    nameless[place + 46] = 0  # a name ends at its first zero
    assert refused(raw(tmp_path, "nameless.zip", bytes(nameless)), scratch).where


def test_many_small_files_are_refused(tmp_path: Path, scratch: Path, monkeypatch) -> None:
    monkeypatch.setattr(unpack, "MAX_MEMBERS", 3)
    file = raw(tmp_path, "a.zip", zipped(*((f"{n}.csv", b"x") for n in range(4))))
    assert "4 files" in refused(file, scratch).what


@pytest.mark.parametrize(
    "inner", [zipped(("a.csv", b"x,y\n")), gzip.compress(b"x,y\n", mtime=0)], ids=["zip", "gzip"]
)
@pytest.mark.parametrize(
    "pack", [gzip.compress, lambda b: zipped(("inner", b))], ids=["in gzip", "in zip"]
)
def test_an_archive_in_an_archive_is_refused(tmp_path: Path, scratch: Path, inner, pack) -> None:
    assert "inside an archive" in refused(raw(tmp_path, "a", pack(inner)), scratch).what


@pytest.mark.parametrize(
    "name",
    [
        "../../../escaped.csv",
        "a/../../escaped.csv",
        "/etc/escaped.csv",
        "..\\..\\escaped.csv",
        "C:\\escaped.csv",
        "~/escaped.csv",
        "..",
    ],
)
def test_a_name_that_points_out_of_the_archive(tmp_path: Path, scratch: Path, name: str) -> None:
    error = refused(raw(tmp_path, "a.zip", zipped(("good.csv", b"x\n"), (name, b"x\n"))), scratch)
    assert "points out of the archive" in error.what
    assert {one.name for one in tmp_path.iterdir()} == {"raw", "deep"}


def test_a_name_inside_never_becomes_a_path(tmp_path: Path, scratch: Path) -> None:
    name = "a/" * 99 + "b..c/x.csv"
    (found,) = members(raw(tmp_path, "a.zip", zipped((name, b"x,y\n1,2\n"))), scratch)
    assert found[2].parent == scratch
    assert found[2].read_bytes() == b"x,y\n1,2\n"


def test_a_name_inside_is_harmless_on_a_terminal(tmp_path: Path, scratch: Path) -> None:
    file = raw(tmp_path, "a.zip", zipped(("\x1b[2Jevil\u202e.csv", b"x,y\n")))
    (found,) = members(file, scratch)
    assert found[1] == "a.zip: ?[2Jevil?.csv"


def test_damage_is_named(tmp_path: Path, scratch: Path) -> None:
    whole = gzip.compress(b"a,b\n" + bytes(range(256)) * 100)
    assert "damaged" in refused(raw(tmp_path, "a.gz", whole[:-9]), scratch).what
    bits = bytearray(zipped(("a.csv", bytes(range(256)) * 100)))
    bits[60] ^= 255
    assert "damaged" in refused(raw(tmp_path, "a.zip", bytes(bits)), scratch).what


def test_a_gzip_file_that_is_filled_is_refused(tmp_path: Path, scratch: Path) -> None:
    """A second part may have stood there: gzip reads the first, skips zeros and says nothing."""
    first, second = (gzip.compress(part * 1000, mtime=0) for part in (b"a,b\n", b"1,2\n"))
    [(_, _, path)] = members(raw(tmp_path, "t.csv.gz", first + second), scratch)
    assert path.read_bytes() == b"a,b\n" * 1000 + b"1,2\n" * 1000
    error = refused(raw(tmp_path, "t.csv.gz", first + bytes(len(second))), scratch)
    assert "filled with zeros" in error.what
    empty = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")  # bgzip's
    assert len(list(members(raw(tmp_path, "t.csv.gz", first + empty), scratch))) == 1


def test_a_million_columns_are_refused_without_reading_them(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_bytes(b"," * 1_000_000 + b"\n")
    with pytest.raises(BadFileError, match="more than 20,000 columns"):
        header(path, "wide.csv")
    with path.open("ab") as opened:
        opened.truncate(0)
        for _ in range(40):
            opened.write(b"column_name," * 2**18)
    tracemalloc.start()
    with pytest.raises(BadFileError, match="longer than"):
        header(path, "wide.csv")
    assert tracemalloc.get_traced_memory()[1] < 8 * 2**20
    tracemalloc.stop()


def test_the_widest_table_that_exists_is_read(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_text(",".join(f"AUS_A01_{n}" for n in range(4500)) + "\n1\n")
    assert len(header(path, "wide.csv")) == 4500


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"a,\0b\n1,2\n", "not a text file"),
        (b"\n1,2\n", "the first line is empty"),
        (b"", "the first line is empty"),
        (b"a;b;c\n", "separated by semicolons"),
        (b"a\tb\tc\n", "separated by tabs"),
        (b'a,"b\n1,2\n', "cannot be read"),
        (b"caf\xe9,b\n", "not a text in UTF-8"),
    ],
)
def test_a_header_that_is_none(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(BadFileError, match=what):
        header(path, "a.csv")


def test_tabs_where_they_are_expected(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xef\xbb\xbfa\tb, c\td \r\n1\t2\t3\r\n")
    assert separator(path, "a.txt") == "\t"
    assert header(path, "a.txt", "\t") == ["a", "b, c", "d"]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-16", "utf-8"])
def test_text_of_another_encoding_becomes_utf8(tmp_path: Path, encoding: str) -> None:
    words = "商品,数量\n集成电路,1\r\n" * 1000
    path = tmp_path / "a.csv"
    path.write_bytes(words.encode(encoding))
    found = text_in_utf8(path, tmp_path, "a.csv")
    assert found.read_bytes().decode() == words
    assert (found == path) == (encoding == "utf-8")


def test_a_sign_may_lie_across_two_pieces(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(text, "_STEP", 3)
    path = tmp_path / "a.csv"
    path.write_bytes("集成电路€".encode("gb18030"))
    assert text_in_utf8(path, tmp_path, "a.csv").read_text(encoding="utf-8") == "集成电路€"


def test_an_encoding_is_taken_on_request_only(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a\nb\nT\xfcrkiye\n")
    found = text_in_utf8(path, tmp_path, "a.csv", ("utf-8-sig", "cp1252"))
    assert found.read_text(encoding="utf-8") == "a\nb\nTürkiye\n"
    with pytest.raises(BadFileError, match="not a text in UTF-8") as caught:
        text_in_utf8(path, tmp_path, "a.csv", ("utf-8-sig",))
    assert caught.value.where == "a.csv, row 3"
    path.write_bytes(b"cut \xff")
    with pytest.raises(BadFileError, match="UTF-8 or GB18030"):
        text_in_utf8(path, tmp_path, "a.csv")
