from __future__ import annotations

import io
import zipfile
from datetime import date, datetime
from typing import TYPE_CHECKING

import pytest

from entrepot.errors import BadFileError, MissingExtraError
from entrepot.sources import workbook, workbook_child
from entrepot.sources.workbook import cell_text, holes, is_workbook, sheet_rows, sheets
from made_workbook import cells, make_workbook

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator
    from pathlib import Path


def rows_of(tmp_path: Path, xml: str) -> list[list[workbook.Cell]]:
    return sheet_rows(make_workbook(tmp_path / "made.xlsx", {"one": xml}), "one", "made.xlsx")


def test_sheets_and_cells_come_as_they_stand(tmp_path: Path) -> None:
    book = make_workbook(
        tmp_path / "made.xls",  # the content counts, not the name
        {"first": cells([["code", "value"], ["010110", 2.5]]), "B & C": "", "x": cells([[1]])},
    )
    assert is_workbook(book)
    assert sheets(book, "made") == ("first", "B & C", "x")
    assert sheet_rows(book, "first", "made") == [["code", "value"], ["010110", 2.5]]
    assert sheet_rows(book, "B & C", "made") == []


def test_rows_are_counted_from_cell_a1_whatever_stands_there(tmp_path: Path) -> None:
    xml = '<row r="3"><c r="B3"><v>7</v></c><c r="D3"><v>8</v></c></row>'
    assert rows_of(tmp_path, xml) == [["", "", "", ""], ["", "", "", ""], ["", 7.0, "", 8.0]]


def test_a_formula_gives_its_stored_value(tmp_path: Path) -> None:
    xml = (
        '<row r="1"><c r="A1"><f>1+1</f><v>2</v></c>'
        '<c r="B1" t="str"><f>A2</f><v></v></c><c r="C1" s="1"/><c r="D1"><v>1</v></c></row>'
    )
    assert rows_of(tmp_path, xml) == [[2.0, "", "", 1.0]]


@pytest.mark.parametrize("inside", ["<f>1+1</f>", "<f>1+1</f><v/>", "<f>1+1</f><v></v>", "<f/>"])
def test_a_formula_without_a_value_is_refused_with_its_place(tmp_path: Path, inside: str) -> None:
    xml = f'<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="AB2">{inside}</c></row>'
    with pytest.raises(BadFileError, match="formula without a value") as caught:
        rows_of(tmp_path, xml)
    assert caught.value.where == "made.xlsx, sheet 'one', cell AB2"


def test_an_error_comes_as_its_text_not_as_an_empty_cell(tmp_path: Path) -> None:
    xml = '<row r="1"><c r="A1"><v>1</v></c><c r="B1" t="e"><v>#DIV/0!</v></c></row>'
    assert rows_of(tmp_path, xml) == [[1.0, "#DIV/0!"]]


def test_a_workbook_that_asks_for_endless_memory_is_refused_and_we_live(tmp_path: Path) -> None:
    xml = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c>'
    with pytest.raises(BadFileError, match="memory"):
        rows_of(tmp_path, xml + "</row>")


def test_too_many_cells_are_counted_before_they_are_read(tmp_path: Path) -> None:
    xml = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1000000"><c r="T1000000"><v>1</v></c>'
    with pytest.raises(BadFileError, match="20 columns, more than 12,000,000 cells"):
        rows_of(tmp_path, xml + "</row>")


def test_a_small_workbook_of_two_cells_far_apart_gets_little_memory(tmp_path: Path) -> None:
    xml = '<row r="1"><c r="A1"><v>1</v></c></row><row r="3006"><c r="ZZZ3006"><v>1</v></c></row>'
    with pytest.raises(BadFileError, match="memory"):
        rows_of(tmp_path, xml)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = make_workbook(tmp_path / "bomb.xlsx", {"one": " " * 2**24})
    assert book.stat().st_size < 2**16
    assert sheets(book, "bomb.xlsx") == ("one",)
    monkeypatch.setattr(workbook, "_MOST_BYTES", 2**24)
    with pytest.raises(BadFileError, match="unpacks to 16,77"):
        sheets(book, "bomb.xlsx")


def test_text_cut_anywhere_ends_in_our_error(tmp_path: Path) -> None:
    whole = make_workbook(tmp_path / "whole.xlsx", {"one": cells([["a", 1]] * 50)}).read_bytes()
    for end in (0, 1, 4, 30, len(whole) // 2, len(whole) - 1):
        part = tmp_path / "part.xlsx"
        part.write_bytes(whole[:end])
        with pytest.raises(BadFileError):
            sheets(part, "part.xlsx")


def test_cells_that_never_end_are_looked_through_once(tmp_path: Path) -> None:
    xml = '<c t="e"><f' * 200_000 + '<c r="B2"><f>1</f></c>'  # squared, this takes minutes
    book = make_workbook(tmp_path / "made.xlsx", {"one": xml})
    assert [hole.cell for hole in holes(book, "one", "made")] == ["B2"]
    with pytest.raises(BadFileError):
        sheet_rows(book, "one", "made.xlsx")


@pytest.mark.parametrize(
    ("start", "kind"),
    [(b"<html>", "page"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "")],
)
def test_other_files_are_no_workbooks(tmp_path: Path, start: bytes, kind: str) -> None:
    file = tmp_path / "file.xls"
    file.write_bytes(start)
    assert is_workbook(file) is (not kind)
    with pytest.raises(BadFileError, match="workbook"):
        sheets(file, "file.xls")


def test_a_sheet_that_is_not_there_hears_which_are(tmp_path: Path) -> None:
    book = make_workbook(tmp_path / "made.xlsx", {"one": "", "two": ""})
    with pytest.raises(BadFileError, match="no such sheet; its sheets are one, two"):
        sheet_rows(book, "three", "made.xlsx")


def test_without_the_extra_the_message_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "find_spec", lambda _: None)
    book = make_workbook(tmp_path / "made.xlsx", {"one": ""})
    with pytest.raises(MissingExtraError, match="python-calamine") as caught:
        sheets(book, "made.xlsx")
    assert "entrepot[excel]" in caught.value.hint


def test_text_of_cells() -> None:
    held = [1e15, -3.0, 0.1, 1e300, True, date(2023, 1, 2), datetime(2023, 1, 2, 3), "0101"]
    assert [cell_text(one) for one in held] == [
        "1000000000000000",
        "-3",
        "0.1",
        "1e+300",
        "TRUE",
        "2023-01-02",
        "2023-01-02T03:00:00",
        "0101",
    ]


def test_more_cells_than_are_read_are_refused_before_they_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """400 MB of blank cells are two of a file; half a minute went into reading them."""
    blank = "".join(
        f'<row r="{at}"><c r="A{at}" s="1"/><c r="B{at}"/></row>' for at in range(2, 52)
    )
    book = make_workbook(tmp_path / "made.xlsx", {"one": cells([[1]]), "two": blank})
    monkeypatch.setattr(workbook, "_FEW_BYTES", 1000)
    monkeypatch.setattr(workbook, "_AT_ONCE", 7)  # tags stand across pieces
    monkeypatch.setattr(workbook_child, "MOST_CELLS", 100)
    monkeypatch.setattr(workbook, "_MOST_ROWS", 50)
    assert sheet_rows(book, "two", "made") == []
    for limit, module in (("MOST_CELLS", workbook_child), ("_MOST_ROWS", workbook)):
        with monkeypatch.context() as patch:
            patch.setattr(module, limit, getattr(module, limit) - 1)
            patch.setattr(workbook, "_ask", None)
            with pytest.raises(BadFileError, match="a sheet of more than") as caught:
                sheet_rows(book, "two", "made.xlsx")
            assert caught.value.where == "made.xlsx, sheet 'two'"
    assert sheet_rows(book, "one", "made") == [[1.0]]


def test_cells_without_formula_or_error_are_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each was taken apart: of 100 MB of blank cells that took twelve seconds."""
    looked: list[bytes] = []

    class Looking:
        def finditer(self, text: bytes) -> Iterator[re.Match[bytes]]:
            looked.append(text)
            return start.finditer(text)

    start = workbook._START
    monkeypatch.setattr(workbook, "_START", Looking())
    blank = "".join(f'<row r="{at}"><c r="A{at}"></c></row>' for at in range(2, 52))
    error = '<row r="1"><c r="A1"></c><c r="B1" t = \'e\'><v>#N/A</v></c></row>'
    book = make_workbook(tmp_path / "made.xlsx", {"one": error + blank})
    assert [(hole.cell, hole.text) for hole in holes(book, "one", "made")] == [("B1", "#N/A")]
    assert len(looked) == 1


FAR = '<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="XFD2"><v>2</v></c></row>'


def test_empty_columns_before_a_cell_far_to_the_right_are_left_out(tmp_path: Path) -> None:
    """They cost half a minute; the first stays, for it parts what stands side by side."""
    book = make_workbook(tmp_path / "made.xlsx", {"one": FAR})
    rows = sheet_rows(book, "one", "made")
    assert rows == [[1.0, "", ""], ["", "", 2.0]]
    assert rows.places == [1, 2, 16384]
    assert rows.named(["code", "", ""]) == ("code", "column 2", "column 16384")


def test_a_column_of_errors_alone_is_not_empty(tmp_path: Path) -> None:
    error = '<c r="KN1" t="e"><v>#REF!</v></c><c r="KO1" t="e"><v>#N/A</v></c></row><row r="2">'
    book = make_workbook(tmp_path / "made.xlsx", {"one": FAR.replace('</row><row r="2">', error)})
    rows = sheet_rows(book, "one", "made")
    assert rows == [[1.0, "", "#REF!", "#N/A", ""], ["", "", "", "", 2.0]]
    assert rows.places == [1, 2, 300, 301, 16384]


def test_few_empty_columns_stay_where_they_are(tmp_path: Path) -> None:
    for wide in (4, 252):
        row = ["a", *[""] * (wide - 2), "b"]
        xml = cells([row, ["", *row[1:]]])
        assert rows_of(tmp_path, xml) == [row, ["", *row[1:]]]


@pytest.mark.parametrize(
    ("xml", "what", "where"),
    [
        (
            '<row r="1"/><row r="2"><c r="A2"><v>2</v></c></row><row r="2"><c r="A2"/></row>',
            "two rows have the number 2",
            "row 2",
        ),
        (
            '<row r="1"/><row><c r="A2"><v>2</v></c></row><row spans="1:1" r="2"/>',
            "two rows have the number 2",
            "row 2",
        ),
        (
            "<row r='7'><c s='1' r='AB7'><v>1</v></c><c r='AC7'/><c r = 'AB7' t='n'/></row>",
            "two cells have the address AB7",
            "row 7",
        ),
        (
            '<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A1"><v>2</v></c></row>',
            "a cell of row 2 says that it is of another",
            "row 2",
        ),
    ],
)
@pytest.mark.parametrize("prefix", ["", "x:"])
def test_a_row_or_cell_that_comes_twice_is_refused_not_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, xml: str, what: str, where: str, prefix: str
) -> None:
    """Of two rows of one number the first was dropped, and nothing said so."""
    for size in (2**20, 7):  # tags stand across pieces
        with monkeypatch.context() as patch:
            patch.setattr(workbook, "_AT_ONCE", size)
            named = xml.replace("<row", f"<{prefix}row").replace("<c ", f"<{prefix}c ")
            opened = io.BytesIO(named.encode() + b"</sheetData>")
            with pytest.raises(BadFileError, match=what) as caught:
                list(workbook._each_once(opened, "made.xlsx, sheet 'one'"))
            assert caught.value.where == f"made.xlsx, sheet 'one', {where}"
    with pytest.raises(BadFileError, match=what):
        rows_of(tmp_path, xml)


def test_rows_in_another_order_and_cells_without_address_are_read(tmp_path: Path) -> None:
    xml = '<row r="2"><c r="A2"><v>2</v></c></row><row r="1"><c r="A1"><v>1</v></c></row>'
    assert rows_of(tmp_path, xml) == [[1.0], [2.0]]
    plain = "<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>"
    assert rows_of(tmp_path, plain) == [[1.0, 2.0], [3.0, ""]]


def test_two_sheets_of_one_name_are_refused(tmp_path: Path) -> None:
    """The library gives the rows of the first for both."""
    book = make_workbook(tmp_path / "made.xlsx", {"one": cells([[1]]), "two": cells([[2]])})
    with zipfile.ZipFile(book) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["xl/workbook.xml"] = members["xl/workbook.xml"].replace(b'"two"', b'"one"')
    with zipfile.ZipFile(book, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    for ask in (sheets, lambda *asked: sheet_rows(asked[0], "one", asked[1])):
        with pytest.raises(BadFileError, match="two of its sheets have one name"):
            ask(book, "made.xlsx")


@pytest.mark.parametrize("keep", [0.5, 0.9, 1])
def test_a_sheet_that_was_cut_off_is_named_for_what_it_is(tmp_path: Path, keep: float) -> None:
    """What was said of it, `sheetData`, told nobody what to do."""
    book = make_workbook(tmp_path / "made.xlsx", {"one": cells([[n, n] for n in range(50)])})
    with zipfile.ZipFile(book) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    text = members["xl/worksheets/sheet1.xml"]
    members["xl/worksheets/sheet1.xml"] = text[: int(text.index(b"</sheetData>") * keep)]
    with zipfile.ZipFile(book, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    with pytest.raises(BadFileError, match="the sheet ends in the middle") as caught:
        sheet_rows(book, "one", "made.xlsx")
    assert "rows of it are missing" in caught.value.why
