"""Small Parquet files of which a reader makes gigabytes are refused before they are read."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from entrepot.errors import BadFileError
from entrepot.figures.screening.read import read_bytes_of
from entrepot.sources.parquet import require_modest
from entrepot.sources.workbook import sheet_rows

if TYPE_CHECKING:
    from pathlib import Path

MOST_MEMORY = 500  # megabytes
MOST_SECONDS = 10  # of the processor
_RUN = """
import sys, time
from entrepot.cli import run
to = sys.argv.pop(1)
try:
    run()
finally:
    # Its own peak: what a parent had counts in the usual number.
    status = dict(line.split(":", 1) for line in open("/proc/self/status"))
    open(to, "w").write(status["VmHWM"].split()[0] + " " + str(time.process_time()))
"""

_MAPPING = """
format: 1
reported_by: importer
nomenclature: HS2017
columns:
  year: {role: period}
  reporter: {role: importer, codes: ISO3}
  partner: {role: exporter, codes: ISO3}
  hs: {role: product}
  value: {role: value, currency: USD}
ignore: [note]
"""


def _same(cell: Any, rows: int, kind: Any = None) -> Any:
    """Return a column of one cell, stored once."""
    at = pa.array([0], pa.int32()).take(pa.array([0]).take(pa.array([0] * rows)))
    return pa.DictionaryArray.from_arrays(at, pa.array([cell], kind))


def _rows(rows: int) -> dict[str, Any]:
    texts = {"reporter": "DEU", "partner": "CHN", "hs": "854231"}
    columns = {name: _same(cell, rows) for name, cell in texts.items()}
    numbers = {"year": 2022, "value": 1000.0}
    return columns | {name: pa.array([cell] * rows) for name, cell in numbers.items()}


def _write(path: Path, note: Any, rows: int, **how: Any) -> Path:
    columns = _rows(rows) | ({} if note is None else {"note": note})
    pq.write_table(pa.table(columns), path, compression="zstd", **how)
    return path


def _bomb(name: str, path: Path) -> Path:
    rows = 20_000
    plain: dict[str, Any] = {"use_dictionary": False}
    match name:
        case "one text many times":
            return _write(path, _same("x" * 100_000, rows), rows)
        case "one text as a page":
            return _write(path, pa.array(["x" * 20_000] * rows), rows, **plain)
        case "texts by what differs":
            encoded = {"column_encoding": {"note": "DELTA_BYTE_ARRAY"}}
            return _write(path, pa.array(["x" * 20_000] * rows), rows, **plain, **encoded)
        case "many rows":
            return _write(path, _same("x", 3_000_000), 3_000_000)
        case "columns of nothing":
            nothing = {f"n{n}": pa.nulls(2_000_000, pa.string()) for n in range(20)}
            pq.write_table(pa.table(nothing), path, compression="zstd")
            return path
        case "one long cell":
            return _write(path, pa.array(["x" * 300_000_000]), 1)
        case "long lists":
            return _write(path, pa.array([[1] * 5000]).take(pa.array([0] * rows)), rows)
        case "texts in records":
            cell = pa.array([{"a": {"b": ["x" * 10_000]}}])
            return _write(path, cell.take(pa.array([0] * rows)), rows)
    raise AssertionError(name)


BOMBS = (
    "one text many times",
    "one text as a page",
    "texts by what differs",
    "many rows",
    "columns of nothing",
    "one long cell",
    "long lists",
    "texts in records",
)


def _run(tmp_path: Path, *command: str) -> tuple[str, float, float]:
    """Return what a command says on standard error, its megabytes, and seconds of the processor."""
    used = tmp_path / "used"
    done = subprocess.run(
        [sys.executable, "-c", _RUN, str(used), *command],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "ENTREPOT_LAKE": str(tmp_path / "lake")},
    )
    kilobytes, seconds = used.read_text().split()
    return done.stderr, int(kilobytes) / 1024, float(seconds)


@pytest.mark.skipif(sys.platform != "linux", reason="memory as Linux counts it")
@pytest.mark.parametrize("name", BOMBS)
def test_no_reader_unpacks_it(name: str, tmp_path: Path) -> None:
    path = _bomb(name, tmp_path / "a.parquet")
    mapping = tmp_path / "map.yaml"
    mapping.write_text(_MAPPING)
    commands = [
        ("data", "add", "table", str(path), "--map", str(mapping)),
        ("screen", str(path), "--from", "DEU", "--code", "hs"),
    ]
    if name == BOMBS[0]:
        commands.append(("data", "map", str(path)))
        commands.append(("goods", "match", str(path), "--to", "HS2022", "--column", "hs"))
    for command in commands:
        said, memory, seconds = _run(tmp_path, *command)
        assert "error: " in said, command
        assert "Traceback" not in said, command
        assert memory < MOST_MEMORY, command
        assert seconds < MOST_SECONDS, command


@pytest.mark.parametrize("name", BOMBS)
def test_it_says_why(name: str, tmp_path: Path) -> None:
    path = _bomb(name, tmp_path / "a.parquet")
    with pytest.raises(BadFileError, match=r"come to more than \d+ MB") as caught:
        require_modest(path, "a.parquet")
    assert caught.value.where == "a.parquet"
    assert "CSV" in caught.value.hint


def test_a_cell_is_no_longer_than_a_line_of_text(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.parquet", pa.array(["x" * 2**20, "x"]), 2)
    require_modest(path, "a")
    path = _write(tmp_path / "a.parquet", pa.array(["x" * (2**20 + 1), None]), 2)
    with pytest.raises(BadFileError, match="a cell of more than 1,048,576 bytes"):
        require_modest(path, "a")


def test_genuine_files_pass(tmp_path: Path) -> None:
    """Sorted codes that repeat, numbers that differ, columns of nothing, lists, many columns."""
    rows = 200_000
    columns = {
        "code": pa.array([f"{n // 400:06}" for n in range(rows)]),
        "value": pa.array([n * 1.37 for n in range(rows)]),
        **{f"nothing {n}": pa.nulls(rows, pa.string()) for n in range(30)},
        'a "name"': pa.array([{"a b": [n], "map": [("k", None)]} for n in range(1000)]).take(
            pa.array([n % 1000 for n in range(rows)])
        ),
    }
    pq.write_table(pa.table(columns), tmp_path / "a.parquet", compression="zstd")
    require_modest(tmp_path / "a.parquet", "a")
    wide = pa.table({f"n{n}": pa.array(["1", None]) for n in range(1500)})
    pq.write_table(wide, tmp_path / "a.parquet")
    require_modest(tmp_path / "a.parquet", "a")
    pq.write_table(pa.table({"a": pa.array([], pa.string())}), tmp_path / "a.parquet")
    require_modest(tmp_path / "a.parquet", "a")


def test_a_text_that_is_stored_once_in_a_workbook_fills_no_memory(tmp_path: Path) -> None:
    """A text of a workbook is stored once, and may be in each of its cells."""
    path = tmp_path / "a.xlsx"
    workbook = xlsxwriter.Workbook(path)
    sheet = workbook.add_worksheet("S")
    sheet.write_row(0, 0, ["hs", "value", "note"])
    for row in range(1, 2_001):
        sheet.write_row(row, 0, ["854231", 5, "x" * 30_000])
    workbook.close()
    assert path.stat().st_size < 200_000
    with pytest.raises(BadFileError, match="texts of more than 32 MB"):
        sheet_rows(path, "S", "a.xlsx")
    with pytest.raises(BadFileError, match="texts of more than 32 MB"):
        read_bytes_of(path.read_bytes(), "a.xlsx")
