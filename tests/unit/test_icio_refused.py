"""Input-output tables that cannot be read with certainty, and what the message points at."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pytest

from entrepot.engine import connect
from entrepot.errors import BadFileError
from entrepot.sources.icio.parse import rows, tables
from entrepot.sources.parser import FileOptions, RawFile
from made_icio import arrays_of, made_up, text_of, written

if TYPE_CHECKING:
    from pathlib import Path

    from entrepot.sources.parser import ParsedRows

SPLIT = {"CHN": ("CN1", "CN2")}


def read(path: Path, nomenclature: str | None = None) -> list[ParsedRows]:
    scratch = path.parent / "scratch"
    scratch.mkdir(exist_ok=True)
    connection = connect()
    said = FileOptions(nomenclature=nomenclature)
    return [rows(connection, one) for one in tables(RawFile(path, path.name), scratch, said)]


def refused(path: Path) -> str:
    with pytest.raises(BadFileError) as caught:
        read(path)
    return str(caught.value)


def changed(row: int, column: int, cell: str) -> str:
    lines = [line.split(",") for line in text_of(made_up()).splitlines()]
    lines[row][column] = cell
    return "\n".join(map(",".join, lines)) + "\n"


@pytest.mark.parametrize("cell", ["", "n/a", "NaN", "inf", "1,5", "12 000", "0x1F"])
def test_a_cell_that_is_no_number_is_named(tmp_path: Path, cell: str) -> None:
    said = refused(written(tmp_path, changed(4, 7, f'"{cell}"' if "," in cell else cell)))
    assert "2022_SML.csv, row 5" in said
    assert f"column {text_of(made_up()).split(',')[7]}" in said
    assert repr(cell) in said


@pytest.mark.parametrize(
    ("row", "column", "cell", "words"),
    [
        (0, 3, "AUS_A01_02", "which table is it?"),
        (0, 3, "QQQ_A01", "unknown column: 'QQQ_A01'"),
        (3, 0, "AUS_A01_02", "is a row or a column, not both"),
        (3, 0, "QQQ_A01", "unknown row: 'QQQ_A01'"),
        (0, 3, "CHN_A01", "column CHN_A01 comes twice"),
        (3, 0, "CHN_A01", "row CHN_A01 comes twice"),
        (3, 0, "FRA_A01", "is a row or a column, not both"),
        (0, 0, "country", "not a table of the OECD's"),
        (1, -1, "999999", "rows miss their output"),
    ],
)
def test_labels_and_totals(tmp_path: Path, row: int, column: int, cell: str, words: str) -> None:
    assert words in refused(written(tmp_path, changed(row, column, cell)))


def test_a_label_says_row_or_column(tmp_path: Path) -> None:
    assert "column 4" in refused(written(tmp_path, changed(0, 3, "QQQ_A01")))
    assert "row 4" in refused(written(tmp_path, changed(3, 0, "QQQ_A01")))


def test_a_file_cut_off(tmp_path: Path) -> None:
    text = text_of(made_up())
    lines = text.splitlines(keepends=True)
    assert "not both" in refused(written(tmp_path, "".join(lines[:12])))
    said = refused(written(tmp_path, text[: len(text) * 2 // 3]))
    assert "cells in a row instead of" in said


def test_a_country_beside_its_parts(tmp_path: Path) -> None:
    lines = text_of(made_up(), SPLIT, digits=8).splitlines()
    wide = [f"{line},{'CHN_C26' if place == 0 else '0'}" for place, line in enumerate(lines)]
    wide.insert(3, "CHN_C26" + ",0" * (wide[0].count(",") - 1) + ",0")
    wide[5] = wide[5][:-1] + "7"
    said = refused(written(tmp_path, "\n".join(wide) + "\n"))
    assert "CHN is listed together with its parts" in said
    assert "twice" in said


def test_a_name_without_a_year(tmp_path: Path) -> None:
    said = refused(written(tmp_path, text_of(made_up()), "table.csv"))
    assert "which year is it?" in said
    assert "2022_SML.csv" in said


def test_sectors_of_another_edition(tmp_path: Path) -> None:
    path = written(tmp_path, text_of(made_up()))
    with pytest.raises(BadFileError, match="ICIO2023"):
        read(path, "ICIO2023")


def test_something_else_in_the_archive(tmp_path: Path) -> None:
    path = tmp_path / "2016-2022_SML.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("2022_SML.csv", text_of(made_up()))
        archive.writestr("notes.csv", "a,b\n1,2\n")
    assert "notes.csv" in refused(path)


def test_arrays_that_are_not_those_we_know(tmp_path: Path) -> None:
    path = tmp_path / "bench_cache.npz"
    np.savez(path, **arrays_of(made_up().without("ROW")))
    said = refused(path)
    assert "not the file of sanction-simulator 0.1.4" in said
    assert "pip install 'entrepot[icio]'" in said


def test_pickled_objects_are_never_opened(tmp_path: Path) -> None:
    from entrepot.sources.icio.wheel import read_arrays

    arrays = arrays_of(made_up().without("ROW")) | {"A": np.array([print], dtype=object)}
    path = tmp_path / "bad.npz"
    np.savez(path, **arrays, allow_pickle=True)
    with pytest.raises(BadFileError, match="cannot be read"):
        read_arrays(path, path.name)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(BadFileError, match="cannot be read"):
        read_arrays(path, path.name)
