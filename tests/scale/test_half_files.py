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
from fuzz.grid import Style
from fuzz.subjects import subjects
from made_lake import TIMES

from entrepot.engine import connect
from entrepot.errors import BadFileError, EntrepotError
from entrepot.lake.staged import STAGED, hold
from entrepot.sources import source_parser, strict, text
from entrepot.sources.parser import RawFile
from entrepot.sources.text import count_lines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb
    from fuzz.subject import Made

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="as the fuzzer")

ALL = subjects()
TEXTS = sorted(name for name, one in ALL.items() if not one.write and name != "table-mapping")
FILLS = {"zeros": b"\0", "blanks": b" ", "digits": b"1", "0xFF": b"\xff"}
SMALL = 2**17
"""Bytes of a buffer with which a tail of a third of a megabyte shows what 40 MB show else."""


@pytest.fixture(params=[1, 2], ids=["one thread", "two threads"])
def connection(request: pytest.FixtureRequest) -> Iterator[duckdb.DuckDBPyConnection]:
    with connect(threads=request.param, memory="2GB") as opened:
        yield opened


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(strict, "BUFFER", SMALL)


@pytest.fixture
def only_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines of any length: what is left is the count of rows against lines."""
    monkeypatch.setattr(text, "MAX_RECORD", 2**40)


def right(name: str) -> tuple[Made, bytes]:
    """Return a file that has to be read, of some rows, as it is usually written."""
    for number in range(999):
        made = ALL[name].make(Random(f"half {name} {number}"))
        if (made.sure or name == "published") and made.packs and made.grid.rows:
            return made, Style(made.delim, encoding=made.encoding).write(made.grid)
    raise AssertionError(name)


def load(
    name: str,
    made: Made,
    data: bytes,
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    called: str = "",
) -> int:
    """Read a file as the lake does; return how many rows would be stored."""
    parser, rows = source_parser(ALL[name].source), 0
    path, scratch = folder / "raw", folder / "scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    path.write_bytes(data)
    for table in parser.tables(RawFile(path, called or made.name), scratch, made.said):
        hold(connection, parser.rows(connection, table))
        [(count,)] = connection.execute(f"SELECT count(*) FROM {STAGED}").fetchall()
        rows += count
    return rows


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


@pytest.mark.parametrize("name", TEXTS)
def test_a_whole_file_is_read(
    name: str, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    made, data = right(name)
    ways = [data, data.rstrip(b"\n"), data.replace(b"\n", b"\r\n")]
    if name != "published":  # which takes no blank line
        ways += [data + b"\n\n"]
    counts = [load(name, made, whole, connection, tmp_path) for whole in ways]
    assert min(counts) == max(counts) > 0


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("size", [1000, 3 * SMALL])
@pytest.mark.usefixtures("small")
def test_a_filled_tail_is_refused(
    name: str, size: int, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    made, data = right(name)
    row = data.rfind(b"\n", 0, max(len(data) * 62 // 100, data.find(b"\n") + 1)) + 1
    within = data.find(made.delim.encode(made.encoding), row)
    for what, fill in FILLS.items():
        for at in (len(data), within):  # at the end of a line, and in the first cells of one
            with pytest.raises(EntrepotError):
                print(what, load(name, made, data[:at] + fill * size, connection, tmp_path))


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.usefixtures("small", "only_counted")
def test_rows_that_were_dropped_are_missed(
    name: str, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    made, data = right(name)
    for what, fill in {"blanks": b" ", "digits": b"1"}.items():
        with pytest.raises(EntrepotError):
            print(what, load(name, made, data + fill * (3 * SMALL), connection, tmp_path))


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.usefixtures("small")
def test_so_it_is_inside_archives_and_in_the_middle(
    name: str, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    made, data = right(name)
    half = data.find(b"\n", len(data) // 2) + 1
    for fill in (b"\0", b"1"):
        middle = data[:half] + fill * (3 * SMALL) + b"\n" + data[half:]
        filled = data + fill * (3 * SMALL)
        forms = {
            made.name: middle,
            f"{made.name}.gz": gzip.compress(filled, mtime=0),
            f"{made.name.rpartition('.')[0]}.zip": wraps.zipped((made.name, filled)),
        }
        for called, packed in forms.items():
            with pytest.raises(EntrepotError):
                print(called, load(name, made, packed, connection, tmp_path, called))


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.skipif(TIMES < 10, reason="takes minutes: ENTREPOT_TORTURE=10")
@pytest.mark.parametrize("size", [10**6, 8 * 10**6, 40 * 10**6, 200 * 10**6])
def test_large_tails_are_refused(
    name: str, size: int, connection: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    made, data = right(name)
    for what, fill in FILLS.items():
        with pytest.raises(EntrepotError):
            print(what, load(name, made, data + fill * size, connection, tmp_path))


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
