from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from entrepot.engine import connect
from entrepot.errors import BadFileError
from entrepot.sources import source_info
from entrepot.sources.concordance.parse import rows, tables
from entrepot.sources.parser import FileOptions, RawFile
from made_workbook import cells, make_workbook

if TYPE_CHECKING:
    from pathlib import Path

    from entrepot.sources.parser import ParsedRows

CONVERSION = [["From HS 2022", "To HS2017"], ["010121", "010121"], ["854151", "851712"]]
CORRELATION = [
    ["Correlation between HS 2022 and HS 2017", "", ""],
    ["HS2022", " HS2017", "Relationship"],
    ["010121", 10121, "1:1"],
    ["", "", ""],
    ["854151", "842211", "'n:n"],
]
TEXT = "code.after,code.before,Relationship,adjustment\n"


def read(path: Path, scratch: Path) -> list[ParsedRows]:
    connection = connect(threads=1)
    return [
        rows(connection, one) for one in tables(RawFile(path, path.name), scratch, FileOptions())
    ]


def held(one: ParsedRows) -> list[dict[str, Any]]:
    columns = one.relation.columns
    return [{**one.same, **dict(zip(columns, row, strict=True))} for row in one.relation.fetchall()]


def link(from_code: str, to_code: str, kind: str, relation: str | None) -> dict[str, str | None]:
    return {
        "from_nomenclature": "HS2022",
        "from_code": from_code,
        "to_nomenclature": "HS2017",
        "to_code": to_code,
        "kind": kind,
        "relation": relation,
    }


def test_each_sheet_is_a_table_with_codes_of_six_digits(tmp_path: Path) -> None:
    book = make_workbook(
        tmp_path / "HS.xlsx",
        {"Conversions": cells(CONVERSION), "Correlations": cells(CORRELATION), "Sheet3": ""},
    )
    conversion, correlation = read(book, tmp_path)
    assert held(conversion) == [
        link("010121", "010121", "conversion", None),
        link("854151", "851712", "conversion", None),  # kept as the publisher has it
    ]
    assert held(correlation) == [
        link("010121", "010121", "correlation", "1:1"),  # a number cell has no leading zero
        link("854151", "842211", "correlation", "n:n"),
    ]
    assert conversion.table == correlation.table == "correlations"


def test_columns_are_found_where_they_stand(tmp_path: Path) -> None:
    moved = [["", one, "", other] for one, other in CONVERSION]
    book = make_workbook(tmp_path / "HS.xlsx", {"one": cells(moved)})
    [found] = read(book, tmp_path)
    assert len(held(found)) == 2


def test_workbooks_of_today_in_a_zip_are_to_be_unpacked_first(tmp_path: Path) -> None:
    book = make_workbook(tmp_path / "HS.xlsx", {"one": cells(CONVERSION)})
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.write(book, "a.xlsx")
    with pytest.raises(BadFileError, match="an archive inside an archive"):
        read(tmp_path / "all.zip", tmp_path)


@pytest.mark.parametrize(
    ("row", "wrong"),
    [
        (["8541", "851712", "1:1"], "8541"),
        (["854151", "85.1712", "1:1"], "85.1712"),
        (["854151", "", "1:1"], ""),
        (["854151", "851712", "1:m"], "1:m"),
        (["854151", "851712", ""], ""),
        (["854151", "851712", "1:1", "note"], "note"),
    ],
)
def test_a_cell_that_is_no_code_is_named(tmp_path: Path, row: list[str], wrong: str) -> None:
    book = make_workbook(tmp_path / "HS.xlsx", {"one": cells([*CORRELATION, row])})
    with pytest.raises(BadFileError) as caught:
        read(book, tmp_path)
    assert caught.value.what == f"neither a code nor a relation: {wrong!r}"
    assert caught.value.where == "HS.xlsx, sheet 'one', row 6"


@pytest.mark.parametrize(
    ("names", "words"),
    [
        (["HS92", "S3"], "another classification: HS92, S3"),
        (["HS1992", "S31988", "Relationship"], "another classification"),
        (["HS 2022", "HS 2015"], "no edition of the Harmonized System: HS 2015"),
        (["HS 2022", "HS 2017", "Share"], "not a correlation or conversion table"),
        (["Country", "Value"], "not a correlation or conversion table"),
    ],
)
def test_other_tables_are_refused(tmp_path: Path, names: list[str], words: str) -> None:
    book = make_workbook(tmp_path / "HS.xlsx", {"one": cells([names, ["010121"] * len(names)])})
    with pytest.raises(BadFileError, match=words):
        read(book, tmp_path)


def test_the_consolidated_text_gets_its_zeros_back_and_leaves_sitc_out(tmp_path: Path) -> None:
    path = tmp_path / "all.csv"
    path.write_text(
        f"{TEXT}10121,10121,1:1,2022 to 2017\n854151,851712,'n:n,2022 to 2017\n"
        "10111,151,n:n,1992 to 1988\n00150,001,n:n,1976 to 1962\n"
    )
    [found] = read(path, tmp_path)
    expected = [
        link("010121", "010121", "correlation", "1:1"),
        link("854151", "851712", "correlation", "n:n"),
    ]
    assert sorted(held(found), key=str) == sorted(expected, key=str)
    assert [(one.rule, one.count) for one in found.findings] == [("sitc", 2)]


@pytest.mark.parametrize(
    ("line", "words", "place"),
    [
        ("854151,851712,n:n,2022 to 2015", "edition that does not exist", "row 3, column adjust"),
        ("854151,851712,2:1,2022 to 2017", "not a relation: '2:1'", "row 3, column Relationship"),
        ("8541,851712,n:n,2022 to 2017", "five digits", "row 3, column code.after or code.before"),
        ("854151,8517-12,n:n,1992 to 1988", "not a code: '8517-12'", "row 3, column code.before"),
        ("854151,NA,n:n,2022 to 2017", "five digits", "row 3, column code.after or code.before"),
    ],
)
def test_a_bad_row_of_the_text_is_named(tmp_path: Path, line: str, words: str, place: str) -> None:
    path = tmp_path / "all.csv"
    path.write_text(f"{TEXT}10121,10121,1:1,2022 to 2017\n{line}\n")
    with pytest.raises(BadFileError) as caught:
        read(path, tmp_path)
    assert words in caught.value.what
    assert caught.value.where.startswith(f"all.csv, {place}")


def test_bytes_that_are_no_text_are_named_whatever_column_they_are_in(tmp_path: Path) -> None:
    path = tmp_path / "all.csv"
    path.write_bytes(TEXT.encode() + b"10121,101\xff1,1:1,2022 to 2017\n")
    with pytest.raises(BadFileError, match="UTF-8"):
        read(path, tmp_path)


def test_other_texts_hear_what_was_expected(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(BadFileError, match="neither a workbook of the UN nor"):
        read(path, tmp_path)


def test_links_that_stand_twice_are_found_again(tmp_path: Path) -> None:
    key = ("HS2022", "010121", "HS2017", "010121", "correlation")
    book = make_workbook(
        tmp_path / "HS.xlsx", {"one": cells([*CORRELATION, ["010121", "010121", "1:1"]])}
    )
    [sheet] = read(book, tmp_path)
    assert sheet.locate(key) == "HS.xlsx, sheet 'one', rows 3 and 6"
    path = tmp_path / "all.csv"
    path.write_text(TEXT + "10121,10121,1:1,2022 to 2017\n" * 2)
    [text] = read(path, tmp_path)
    assert text.locate(key) == "all.csv, rows 2 and 3"


def test_the_trap_is_declared() -> None:
    quirks = {quirk.id: quirk for quirk in source_info("concordance").quirks}
    assert "851712" in quirks["chips-become-telephones"].text
    assert quirks["chips-become-telephones"].docs == "explanation/editions-and-families"
