"""A Parquet table that a disk or a line has damaged: refused, or read as it was, never a crash."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from entrepot.errors import BadFileError, EntrepotError
from entrepot.sources.table import cells
from entrepot.sources.table.draft.draft import draft_mapping
from table_reading import read_table

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

MAP = """
format: 1
nomenclature: HS2017
period: '2024'
columns:
  reporter: {role: reporter, codes: M49}
  partner: {role: partner, codes: M49}
  cmd: {role: product}
  flow: {role: flow, import: M, export: X}
  value: {role: value, currency: USD, scale: 1}
ignore: []
"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("whole") / "made.parquet"
    with duckdb.connect() as connection:
        connection.sql(
            "SELECT '643' AS reporter, '156' AS partner, '854231' AS cmd, 'M' AS flow, "
            "1000.5 AS value UNION ALL SELECT '156', '643', '854231', 'X', 900 "
            "UNION ALL SELECT '643', '276', '010121', 'M', 7"
        ).write_parquet(str(path))
    return path.read_bytes()


@pytest.mark.parametrize(
    ("byte", "places"),
    [(0x80, range(4, 180)), (0x02, range(225, 260))],
    ids=["lengths that lie", "kinds that are others"],
)
def test_one_byte_is_another(tmp_path: Path, whole: bytes, byte: int, places: range) -> None:
    told = []
    path = tmp_path / "made.parquet"
    for place in places:
        path.write_bytes(whole[:place] + bytes([byte]) + whole[place + 1 :])
        try:
            read_table(path, MAP, tmp_path)
        except EntrepotError as error:
            told.append(error.where)
    assert len(told) > len(places) / 4
    assert all(told)


MAP_WITH_NOTES = MAP.replace("ignore: []", "ignore: [note]")


def test_rows_between_two_stray_marks_are_not_one_cell(tmp_path: Path) -> None:
    """The column need not be read: the rows that its cell has swallowed are gone all the same."""
    path = tmp_path / "made.csv"
    rows = [f"643,156,8542{31 + place},M,100,note {place}" for place in (0, 1, 8, 0)]
    head = "reporter,partner,cmd,flow,value,note\n"
    rows[1] = rows[1].replace("note", '"note')
    rows[3] += '"'
    path.write_text(head + "\n".join(rows) + "\n", encoding="utf-8")
    with pytest.raises(EntrepotError, match="whole rows in it") as caught:
        read_table(path, MAP_WITH_NOTES, tmp_path)
    assert "row 3" in caught.value.where


@pytest.mark.parametrize("order", ["utf-16-le", "utf-16-be"])
def test_a_text_in_utf_16_without_its_mark_is_named_for_what_it_is(
    tmp_path: Path, order: str
) -> None:
    path = tmp_path / "made.csv"
    path.write_bytes(f"{HEAD}643,156,854231,M,100\n".encode(order))
    with pytest.raises(EntrepotError, match="a text in UTF-16") as caught:
        read_table(path, MAP, tmp_path)
    assert caught.value.hint == f"add to the mapping: encoding: {order}"
    assert len(read_table(path, f"encoding: {order}{MAP}", tmp_path)[0]) == 1


def test_an_error_of_a_spreadsheet_is_no_word_for_nothing(tmp_path: Path) -> None:
    path = tmp_path / "made.csv"
    path.write_text(f"{HEAD}643,156,854231,M,#REF!\n", encoding="utf-8")
    with pytest.raises(EntrepotError, match="#REF!") as caught:
        read_table(path, MAP, tmp_path)
    assert "correct the formula" in caught.value.hint


@pytest.mark.parametrize("text", ["9e307", "1234567890123456"])
def test_a_number_that_is_too_large_is_not_called_none(tmp_path: Path, text: str) -> None:
    path = tmp_path / "made.csv"
    path.write_text(f"{HEAD}643,156,854231,M,{text}\n", encoding="utf-8")
    with pytest.raises(EntrepotError, match=text) as caught:
        read_table(path, MAP, tmp_path)
    assert "15 digits" in caught.value.hint


HEAD = "reporter,partner,cmd,flow,value\n"
MAP_OF_THREE = """
format: 1
flow: import
nomenclature: HS2017
reporter: RUS
partner: CHN
period: '2024'
columns:
  cmd: {role: product}
  value: {role: value, currency: USD, scale: 1}
ignore: [note]
"""


@pytest.mark.parametrize("between", [0, 2])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_rows_of_a_narrow_table_are_not_swallowed_either(
    tmp_path: Path, between: int, end: str
) -> None:
    """Of three columns a text in one may have a comma; rows show by their numbers."""
    path = tmp_path / "made.csv"
    rows = [f"85423{place},note {place},{100 + place}" for place in range(4 + between)]
    rows[1] = rows[1].replace("note", '"note')
    rows[2 + between] = rows[2 + between].replace(",1", '",1')
    path.write_text(end.join(["cmd,note,value", *rows, ""]), encoding="utf-8", newline="")
    with pytest.raises(EntrepotError, match="whole rows in it") as caught:
        read_table(path, MAP_OF_THREE, tmp_path)
    assert "row 3" in caught.value.where


@pytest.mark.parametrize(
    "cell", ["chips, 10\nbolts", "two\nlines", "chips,\n854239,bolts", "chips, 10\n854239,bolts"]
)
def test_a_cell_of_several_lines_with_commas_stays_one(tmp_path: Path, cell: str) -> None:
    path = tmp_path / "made.csv"
    path.write_text(f'cmd,note,value\n854231,"{cell}",100\n854232,b,7\n', encoding="utf-8")
    assert len(read_table(path, MAP_OF_THREE, tmp_path)[0]) == 2


def test_parquet_that_is_encrypted_is_called_so(tmp_path: Path) -> None:
    """It was neither a text nor Parquet, or damaged, and to be downloaded again."""
    path = tmp_path / "made.parquet"
    # DuckDB needs a library of its own to write encrypted files: marks and all, as pyarrow does.
    path.write_bytes(b"PARE" + bytes(range(200)) + (100).to_bytes(4, "little") + b"PARE")
    with pytest.raises(BadFileError, match="encrypted") as caught:
        read_table(path, MAP, tmp_path)
    assert "without encryption" in caught.value.hint


def test_what_the_engine_says_of_a_path_is_a_sentence(tmp_path: Path, whole: bytes) -> None:
    path = tmp_path / "made.parquet"
    path.write_bytes(whole[:4] + whole[-4:])
    with pytest.raises(BadFileError, match="damaged: the file too small"):
        read_table(path, MAP, tmp_path)


def test_columns_of_parquet_are_described_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A draft of thousands of columns asked for all of them at every step."""
    described = []
    original = cells.parquet_types

    def counted(*given: Any) -> dict[str, str]:
        described.append(given)
        return original(*given)

    monkeypatch.setattr(cells, "parquet_types", counted)
    columns = ", ".join(f"1 AS c{place}" for place in range(900))
    path = tmp_path / "wide.parquet"
    with duckdb.connect() as connection:
        connection.sql(f"SELECT {columns}").write_parquet(str(path))
    draft_mapping(path)
    assert len(described) <= 2
