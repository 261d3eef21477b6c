"""Half a file never loads as a whole one: texts whose rest is filled, or whose last line is cut.

A preallocated download or a power cut leaves a file of the right size whose end is zeros. DuckDB
drops a last line without an end that fills its buffer, and says nothing; a small buffer shows the
same with small files. ENTREPOT_TORTURE=10 fills up to 200 MB, with the buffer that is used.
"""

from __future__ import annotations

import gzip
import shutil
import sys
from random import Random
from typing import TYPE_CHECKING

import pytest
from fuzz import wraps
from made_lake import TIMES
from text_files import MORE, SOURCES, TEXTS, text_file

from entrepot.engine import connect
from entrepot.errors import BadFileError, EntrepotError
from entrepot.lake import store
from entrepot.lake.staged import STAGED, hold
from entrepot.sources import source_ids, source_parser, strict, text
from entrepot.sources.parser import RawFile
from entrepot.sources.shipments import parse as shipments_parse
from entrepot.sources.shipments.parse import ABOUT, kept
from entrepot.sources.text import about_end, count_lines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb
    from text_files import TextFile

    Read = tuple[list[tuple[object, ...]], set[str]]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="as the fuzzer")

FILLS = {"zeros": b"\0", "blanks": b" ", "digits": b"1", "0xFF": b"\xff"}
SMALL = 2**17
"""Bytes of a buffer with which a tail of a third of a megabyte shows what 40 MB show else."""
NO_TEXTS = {"geodist", "minerals", "reconciled"}
"""Sources of which no file is a text: Stata, bundled Parquet, and rows of the lake itself."""


@pytest.fixture
def connection(threads: int) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(threads=threads, memory="2GB") as opened:
        yield opened


def with_threads(*names: str) -> pytest.MarkDecorator:
    """Run a test for files of these kinds, and for those of the publishers on one thread too."""
    ways = [(name, n) for name in names for n in ((2,) if name in MORE else (1, 2))]
    return pytest.mark.parametrize(
        ("name", "threads"), ways, ids=[f"{name}, threads: {n}" for name, n in ways]
    )


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (strict, shipments_parse):
        monkeypatch.setattr(module, "BUFFER", SMALL)


@pytest.fixture
def only_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines of any length: what is left is the count of rows against lines."""
    monkeypatch.setattr(text, "MAX_RECORD", 2**40)


def read(
    one: TextFile,
    data: bytes,
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    called: str = "",
) -> Read:
    """Read a file as the lake does; return what would be stored, and the rules of findings."""
    path, scratch = folder / "raw", folder / "scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    path.write_bytes(one.packed(data))
    file = RawFile(path, called or one.name)
    if one.source.startswith("shipments"):
        query, about, require = kept(file, one.source, one.said, "salt", scratch)
        file = RawFile(folder / "kept", file.name)
        require(store.keep_text(connection, query, file.path, ABOUT, about, file.name))
    parser = source_parser(one.source)
    rows: list[tuple[object, ...]] = []
    rules: set[str] = set()
    for table in parser.tables(file, scratch, one.said):
        found = parser.rows(connection, table)
        hold(connection, found)
        rows += connection.execute(f"SELECT * FROM {STAGED}").fetchall()
        said = (*table.findings, *found.findings, *about_end(table.path, table.name))
        rules |= {finding.rule for finding in said}
    return sorted(rows, key=str), rules


def refused(
    one: TextFile,
    data: bytes,
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    called: str = "",
    whole: Read | None = None,
) -> bool:
    """Whether a file is refused; what stands behind all of a document may be passed over."""
    try:
        found = read(one, data, connection, folder, called)
    except EntrepotError:
        return True
    return whole is not None and found[0] == whole[0]


def whole_of(one: TextFile, connection: duckdb.DuckDBPyConnection, folder: Path) -> Read | None:
    """Return what a document says, of which what stands behind it may be passed over."""
    return None if one.delim else read(one, one.text, connection, folder)


def fills(one: TextFile) -> dict[str, bytes]:
    """Return what tails are made of: also the last row, again and again without its end."""
    if one.name.startswith("country"):  # a page again is a page
        return FILLS
    return FILLS | {"a row again": one.text.rstrip().rpartition(b"\n")[2]}


def middle_of_a_row(one: TextFile, data: bytes) -> int:
    """Return a place behind the first cell of a row, after 62 % of a text."""
    row = data.rfind(b"\n", 0, max(len(data) * 62 // 100, data.find(b"\n") + 1)) + 1
    sign = one.delim.encode(one.encoding)
    return data.find(sign, row) if sign else max(row + 2, len(data) * 62 // 100)


def test_every_source_of_texts_is_here() -> None:
    assert set(source_ids()) == SOURCES | NO_TEXTS


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("fill", FILLS.values(), ids=FILLS)
@pytest.mark.usefixtures("small")
def test_the_reader_itself_drops_a_last_line(
    fill: bytes, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """If this fails the engine was mended: the tests below then show less than they seem to."""
    path = tmp_path / "text.csv"
    path.write_bytes(b"a,b\n" + b"1,2\n" * 10 + fill * (3 * SMALL))
    query = f"SELECT count(*) FROM {strict.read_text(path, ['a', 'b'])}"
    assert connection.execute(query).fetchall() == [(10,)]


@with_threads(*TEXTS)
def test_a_whole_file_is_read(
    name: str, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    one = text_file(name)
    whole, rules = read(one, one.text, connection, tmp_path)
    assert whole
    assert "unfinished-line" not in rules
    if not one.encoding.startswith("utf-16"):
        ways = [one.text.replace(b"\n", b"\r\n")]
        if not name.startswith("pymrio"):  # a program that ends every line
            ways += [one.text.rstrip(b"\n")]
        if one.takes_blanks:
            ways += [one.text + b"\n\n"]
        for way in ways:
            assert read(one, way, connection, tmp_path)[0] == whole


@with_threads(*TEXTS)
@pytest.mark.parametrize("size", [1000, 3 * SMALL])
@pytest.mark.usefixtures("small")
def test_a_filled_tail_is_refused(
    name: str, size: int, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    one = text_file(name)
    data, whole = one.text, whole_of(one, connection, tmp_path)
    for what, fill in fills(one).items():
        tail = fill * (size // len(fill))
        assert refused(one, data + tail, connection, tmp_path, whole=whole), what
        cut = data[: middle_of_a_row(one, data)]
        assert refused(one, cut + tail, connection, tmp_path), what


@with_threads(*TEXTS)
def test_a_row_that_is_cut_off_is_refused_or_named(
    name: str, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """Wherever in its last row a text ends: no row of it is lost and none changed in silence."""
    one = text_file(name)
    data, whole = one.text, whole_of(one, connection, tmp_path)
    wide = 2 if one.encoding.startswith("utf-16") else 1
    row = data.rstrip(b"\r\n\0" if wide == 2 else b"\r\n")
    start = row.rfind(b"\n") + wide
    steps = max(wide, (len(row) - start) // 12 // wide * wide)
    ends = [data[:at] for at in {*range(start + wide, len(row), steps), len(row) - wide}]
    for blanks in ("  ", "\t", "  \n"):
        ends.append(data + blanks.encode(one.encoding))
    for cut in ends:
        try:
            rows, rules = read(one, cut, connection, tmp_path)
        except EntrepotError:
            continue
        assert "unfinished-line" in rules or (whole and rows == whole[0]), cut[start:]


@with_threads(*TEXTS)
@pytest.mark.usefixtures("small", "only_counted")
def test_rows_that_were_dropped_are_missed(
    name: str, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    one = text_file(name)
    whole = whole_of(one, connection, tmp_path)
    for what, fill in {"blanks": b" ", "digits": b"1"}.items():
        data = one.text + fill * (3 * SMALL)
        assert refused(one, data, connection, tmp_path, whole=whole), what


@with_threads(*(name for name in TEXTS if not name.startswith("pymrio")))
@pytest.mark.usefixtures("small")
def test_so_it_is_inside_archives_and_in_the_middle(
    name: str, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    one = text_file(name)
    data, whole = one.text, whole_of(one, connection, tmp_path)
    half = data.find(b"\n", len(data) // 2) + 1
    for fill in (b"\0", b"1"):
        middle = data[:half] + fill * (3 * SMALL) + b"\n" + data[half:]
        filled = data + fill * (3 * SMALL)
        forms = {
            one.name: middle,
            f"{one.name}.gz": gzip.compress(filled, mtime=0),
            f"{one.name.rpartition('.')[0]}.zip": wraps.zipped((one.name, filled)),
        }
        for called, packed in forms.items():
            assert refused(one, packed, connection, tmp_path, called, whole), called


@with_threads(*TEXTS)
@pytest.mark.skipif(TIMES < 10, reason="takes hours: ENTREPOT_TORTURE=10")
@pytest.mark.parametrize("buffer", [2**20, 2**22, strict.BUFFER], ids="buffer {}".format)
@pytest.mark.parametrize("size", [8 * 10**6, 32 * 10**6, 64 * 10**6, 200 * 10**6])
def test_large_tails_are_refused(
    name: str,
    size: int,
    buffer: int,
    connection: duckdb.DuckDBPyConnection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one = text_file(name)
    for module in (strict, shipments_parse):
        monkeypatch.setattr(module, "BUFFER", buffer)
    data, whole = one.text, whole_of(one, connection, tmp_path)
    for what, fill in fills(one).items():
        tail = fill * (size // len(fill))
        assert refused(one, data + tail, connection, tmp_path, whole=whole), what


def lines_by_hand(data: bytes) -> int:
    return len(data.split(b"\n")) - data.endswith(b"\n")


def test_lines_are_counted_as_by_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pieces that end anywhere in a line must not matter."""
    draw = Random(7)
    path = tmp_path / "text.csv"
    for step in (1, 2, 3, 7, 64):
        monkeypatch.setattr(text, "_STEP", step)
        for _ in range(40):
            data = bytes(draw.choice(b"a,\r\n\n") for _ in range(draw.randrange(1, 40)))
            longest = max(len(line) for line in data.split(b"\n"))
            path.write_bytes(data)
            monkeypatch.setattr(text, "MAX_RECORD", longest)
            assert count_lines(path, "t") == lines_by_hand(data), data
            if longest > step:
                monkeypatch.setattr(text, "MAX_RECORD", longest - 1)
                with pytest.raises(BadFileError, match="a line of more than"):
                    count_lines(path, "t")


def test_the_row_of_a_zero_byte_is_named(tmp_path: Path) -> None:
    path = tmp_path / "text.csv"
    path.write_bytes(b"a,b\n1,2\n3,\0\n")
    with pytest.raises(BadFileError) as caught:
        count_lines(path, "text.csv")
    assert caught.value.where == "text.csv, row 3"
