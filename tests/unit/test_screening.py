"""Screening: each line under the lists that bind it on its date, whatever its cells look like."""

from __future__ import annotations

import doctest
import io
import random
import re
import zipfile
from datetime import date
from typing import TYPE_CHECKING

import pytest

from entrepot.errors import BadFileError, RequestError
from entrepot.figures.screening import cells, heads, read_file, read_text, screen
from entrepot.figures.screening.cells import read_amounts, read_code, read_days
from entrepot.figures.screening.read import read_bytes_of
from entrepot.goods import goods_list
from entrepot.goods.library import add_own
from entrepot.goods.screening import (
    LISTED,
    NO_LIST,
    NOT_KNOWN,
    NOT_LISTED,
    PART,
    STATUSES,
    UNREADABLE,
    Regime,
)
from entrepot.report.screening_text import title_of
from entrepot.sources.table.cells import column_names
from made_workbook import cells as cells_of
from made_workbook import make_workbook

if TYPE_CHECKING:
    from pathlib import Path

    from entrepot.figures.screening import Screening

HEAD = "Date,HS code,From,To,Origin,Route,Consignee\n"
TODAY = date(2026, 11, 29)


def screened(rows: str, **keys: object) -> Screening:
    """Screen rows below the usual head, codes read in the Combined Nomenclature."""
    keys = {"nomenclature": "CN", "today": TODAY} | keys
    return screen(read_text((HEAD + rows).encode(), "made.csv"), **keys)  # type: ignore[arg-type]


@pytest.mark.parametrize("module", [cells, heads])
def test_the_examples_run(module: object) -> None:
    assert doctest.testmod(module).failed == 0  # type: ignore[arg-type]


LINES = [
    # Annex XXIII has 840991 since June 2024
    ("2025-01-11,84099110,IT,RU,,,V", LISTED, "EU export to Russia"),
    ("2024-06-24,84099110,IT,RU,,,V", PART, "EU export to Russia"),  # Annex XVIII
    # before any list of codes, dual-use items in words; cereals cannot be among them
    ("2021-01-11,84099110,IT,RU,,,V", NOT_KNOWN, "EU export to Russia"),
    ("2021-01-11,10019900,IT,RU,,,V", NOT_LISTED, "EU export to Russia"),
    ("2025-02-20,10019900,GB,RU,,,V", NOT_KNOWN, "UK export to Russia"),
    # no list for Belarus, Iran, North Korea and the like is loaded
    ("2025-02-20,87032300,DE,BY,,,V", NO_LIST, ""),
    ("2025-02-20,84821000,DE,BY,,,V", LISTED, "EU no-re-export clause"),
    ("2025-02-20,31042000,BY,DE,,,V", NO_LIST, ""),
    ("2025-02-20,10019900,CN,KP,,,V", NO_LIST, ""),
    ("2025-02-20,10019900,CN,TR,,,V", NOT_LISTED, "China export licence"),
    # firearms of Regulation 258/2012, whose codes were not read
    ("2025-02-20,93020000,DE,KZ,,,V", NOT_KNOWN, "EU no-re-export clause"),
    # an import ban on Russia says nothing of exports to Turkey, nor does Annex XXIII
    ("2025-01-11,72081000,DE,TR,,,V", NOT_LISTED, "EU no-re-export clause"),
    ("2022-10-20,72081000,RU,DE,,,V", LISTED, "EU import from Russia"),
    ("2022-10-20,72081000,TR,DE,RU,,V", LISTED, "EU import from Russia"),
    ("2022-10-20,72081000,TR,DE,TR,,V", NO_LIST, ""),
    ("2025-10-20,72081000,RU,DE,,,V", LISTED, "EU import from Russia"),
    ("2025-11-20,72081000,RU,DE,,,V", NOT_KNOWN, "EU import from Russia"),
    ("2025-02-24,76011000,RU,DE,,,V", NOT_LISTED, "EU import from Russia"),
    ("2025-02-25,76011000,RU,DE,,,V", LISTED, "EU import from Russia"),
    ("2024-01-01,71023100,RU,BE,,,V", LISTED, "EU import from Russia"),
    ("2024-01-01,71131900,RU,BE,,,V", PART, "EU import from Russia"),
    # within the Union, and to a partner country of Annex VIII
    ("2025-01-11,84821000,NL,DE,,,V", NO_LIST, ""),
    ("2025-01-11,84821000,NL,JP,,,V", NO_LIST, ""),
    # parts of a country, of the Union or of the United States with codes of their own
    *(
        (f"2025-01-11,72081000,{part},RU,,,V", LISTED, "EU export to Russia")
        for part in ("RE", "GP", "MQ", "GF", "YT", "MF", "AX", "IC", "XC", "XL")
    ),
    ("2025-01-11,72081000,RU,RE,,,V", LISTED, "EU import from Russia"),
    ("2025-01-11,84821000,GP,TR,,,V", LISTED, "EU no-re-export clause"),
    ("2025-01-11,84821000,DE,RE,,,V", NO_LIST, ""),
    ("2025-01-11,84821000,NL,PR,,,V", NO_LIST, ""),
    # in a customs union, with laws of their own
    ("2025-01-11,72081000,MC,RU,,,V", NOT_KNOWN, "EU export to Russia"),
    ("2025-01-11,84821000,FR,MC,,,V", NOT_KNOWN, "EU no-re-export clause"),
    ("2025-01-11,72081000,JE,RU,,,V", NOT_KNOWN, "UK export to Russia"),
    ("2025-01-11,72081000,IM,RU,,,V", NOT_KNOWN, "UK export to Russia"),
    # no part of the Union since 2012
    ("2025-01-11,72081000,BL,RU,,,V", NO_LIST, ""),
    ("2025-01-11,84821000,NL,KG,,,V", LISTED, "EU no-re-export clause"),
    # the clause is of 20 March 2024; Iceland became a partner on 25 June 2024
    ("2024-03-19,84821000,NL,KG,,,V", NO_LIST, ""),
    ("2024-03-20,84821000,NL,KG,,,V", LISTED, "EU no-re-export clause"),
    ("2024-03-20,84821000,NL,CH,,,V", NO_LIST, ""),
    ("2024-06-24,84821000,NL,IS,,,V", LISTED, "EU no-re-export clause"),
    ("2024-06-25,84821000,NL,IS,,,V", NO_LIST, ""),
    # it is on Annexes XI, XX and XXXV as well, not only on Annex XL
    ("2025-01-11,84111100,FR,KZ,,,V", LISTED, "EU no-re-export clause"),
    ("2025-01-11,27101921,FR,KZ,,,V", LISTED, "EU no-re-export clause"),
    ("2025-01-11,93030000,FR,KZ,,,V", LISTED, "EU no-re-export clause"),
    # Annexes VII, XI and XX may not pass through Russia since June 2023
    ("2023-06-24,85423190,FR,KZ,,via Russia,V", LISTED, "EU transit through Russia"),
    ("2023-06-23,85423190,FR,KZ,,via Russia,V", NO_LIST, ""),
    ("2023-06-24,84111100,FR,KZ,,via Russia,V", LISTED, "EU transit through Russia"),
    ("2025-11-01,84821000,NL,KG,,,V", NOT_KNOWN, "EU no-re-export clause"),
    ("2025-03-21,87089910,DE,KZ,,via Russia,V", LISTED, "EU transit through Russia"),
    ("2025-03-21,87089910,DE,KZ,,direct,V", NOT_LISTED, "EU no-re-export clause"),
    ("2025-01-11,22042190,PL,Russia,,,V", PART, "EU export to Russia"),
    ("2025-01-11,25041000,CN,DE,,,V", PART, "China export licence"),
    ("2025-01-11,8542,GB,RU,,,V", PART, "UK export to Russia"),
    ("2024-01-11,854231,US,RU,,,V", NOT_KNOWN, "US export to Russia or Belarus"),
    ("2022-03-01,731100,US,BY,,,V", NO_LIST, ""),
    ("2023-12-31,731100,US,BY,,,V", LISTED, "US export to Russia or Belarus"),
    ("2023-12-31,731100,TR,RU,US,,V", LISTED, "US re-export to Russia or Belarus"),
    ("2025-09-01,2709,RU,CA,,,V", LISTED, "Canada import from Russia"),
    ("2025-01-11,854231,JP,RU,,,V", NO_LIST, ""),
    ("2025-01-11,99999999,IT,RU,,,V", NOT_KNOWN, "EU export to Russia"),
    (",84099110,IT,RU,,,V", NOT_KNOWN, "EU export to Russia"),
]


@pytest.fixture(scope="module")
def lines() -> list[dict[str, object]]:
    """All these lines, screened as one file, in its order."""
    found = screened("".join(f"{row}\n" for row, _, _ in LINES))
    assert sum(found.sums.values()) == found.lines == len(LINES)
    return sorted(found.table.to_pylist(), key=lambda one: one["row"])


@pytest.mark.parametrize("place", range(len(LINES)))
def test_a_line_has_its_first_status(lines: list[dict[str, object]], place: int) -> None:
    _, status, who = LINES[place]
    line = lines[place]
    assert line["status"] == STATUSES[status], line["entry"]
    assert f"{line['jurisdiction'] or ''} {line['direction'] or ''}".strip() == who
    if status in (LISTED, PART):
        assert line["listed_code"]
        assert line["act"]


def test_of_possible_entries_the_one_with_the_digits_of_the_line_is_named() -> None:
    """9028 90 10 was named for 9028 90 90, as both are lines of another tariff."""
    [line] = screened("2025-04-24,90289090,GB,RU,,,V\n").table.to_pylist()
    assert (line["status"], line["listed_code"]) == ("in part: check the text", "90289090")
    assert "possible: 90289090 is a line of UKT2025; also 90289010" in line["entry"]


def test_a_rule_that_begins_after_the_lines_says_so() -> None:
    first, later = "2024-03-01,84821000,DE,KZ,,,V\n", "2024-04-02,84821000,DE,KZ,,,V\n"
    found = screened(first + first)
    assert found.sums[NO_LIST] == 2
    said = "EU no-re-export clause: it binds these routes from 20 Mar 2024 on; 2 lines are earlier."
    assert said in found.notes
    assert title_of(found).startswith("No list binds these routes on their dates")
    assert any("1 line is earlier" in note for note in screened(first + later).notes)
    assert not any("earlier" in note for note in screened(later).notes)
    # A partner country was never bound.
    assert not any("earlier" in one for one in screened("2024-03-01,84821000,DE,JP,,,V\n").notes)


def test_where_no_list_is_loaded_it_is_said() -> None:
    found = screened("2025-01-11,854231,JP,RU,,,V\n2025-01-11,854231,CH,RU,,,V\n")
    said = {(one.jurisdiction, one.direction): one.read_until for one in found.matrix}
    assert "no list loaded" in said["Japan", "export to Russia"]
    assert "no list loaded" in said["Switzerland", "export to Russia"]


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("8542.31.90", "85423190"), ("8542 31", "854231"), ("030285.0", "030285"),
        ("30285", "030285"), ("3028500", "03028500"), ("'030285", "030285"),
        ("8542-31-90", "85423190"), ("\uff18\uff15\uff14\uff12\uff13\uff11", "854231"),
        ("84821000", "84821000"), ("85423190\u00a0", "85423190"), ("302850000", "0302850000"),
    ],
)  # fmt: skip
def test_codes_as_people_write_them(text: str, digits: str) -> None:
    assert read_code(text).digits == digits


@pytest.mark.parametrize(
    ("text", "digits"),
    [("8482.1", "848210"), ("701.9", "070190"), ("810.1", "081010"), ("8482.101", "84821010")],
)
def test_a_final_zero_that_a_number_lost_is_a_doubt(text: str, digits: str) -> None:
    found = read_code(text)
    assert (found.digits, found.doubt) == (digits, f"{text} may have lost its final zero")


def test_a_code_without_its_final_zero_is_at_most_possible_and_never_not_listed() -> None:
    found = screened(
        "2024-07-01,8482.1,DE,RU,,,V\n2024-07-01,848210,DE,RU,,,V\n"  # ball bearings: listed
        "2024-07-01,701.9,DE,RU,,,V\n2024-07-01,070190,DE,RU,,,V\n"  # potatoes, no glass fibres
    )
    rows = {row["HS code"]: row for row in found.table.to_pylist()}
    assert {code: row["status"] for code, row in rows.items()} == {
        "8482.1": "in part: check the text", "848210": "listed",
        "701.9": "not known", "070190": "not listed",
    }  # fmt: skip
    assert all(
        f"{one} may have lost its final zero" in rows[one]["entry"] for one in ("8482.1", "701.9")
    )
    assert any(note.startswith("Final zero restored in 2 of the codes") for note in found.notes)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "code missing"), ("8.54E+07", "scientific"), ("85.42 x", "letters"),
        ("854299", "not a code"), ("8", "1 digit"), ("854231901234567", "15 digits"),
        ("85423", "5 digits"), ("85/42?", "other signs"), ("84.8.2", "single digit"),
        ("8471.4", "5 digits"), ("901.110", "could be two: 901110 or 09011100"),
    ],
)  # fmt: skip
def test_what_is_no_code_says_why(text: str, problem: str) -> None:
    found = read_code(text)
    assert not found.digits
    assert problem in found.problem


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2025-01-11", date(2025, 1, 11)), ("2025-01-11T00:00:00", date(2025, 1, 11)),
        ("2025/1/11", date(2025, 1, 11)), ("20250111", date(2025, 1, 11)),
        ("11.01.2025", date(2025, 1, 11)), ("11.1.25", date(2025, 1, 11)),
        ("11 Jan 2025", date(2025, 1, 11)), ("11-Jan-25", date(2025, 1, 11)),
        ("Jan 11, 2025", date(2025, 1, 11)), ("11 января 2025", date(2025, 1, 11)),
        ("2025年1月11日", date(2025, 1, 11)), ("45668", date(2025, 1, 11)),
        ("11. Januar 2025", date(2025, 1, 11)), ("11/01/2025 13:05", date(2025, 1, 11)),
    ],
)  # fmt: skip
def test_dates_as_people_write_them(text: str, day: date) -> None:
    assert read_days([text], "DMY").days[text] == day


def test_day_and_month_are_asked_for_and_never_guessed() -> None:
    # 05/05/2025 is one day in any order.
    read = read_days(["03/04/2025", "05/06/2025", "05/05/2025", "2025-01-11"])
    assert read.problems == {
        one: f"date could be two days: {one}" for one in ("03/04/2025", "05/06/2025")
    }
    assert read.days["05/05/2025"] == date(2025, 5, 5)
    assert (read.order, read.because) == (None, "")
    # What can be one day alone is that day, whatever the order of others is.
    mixed = read_days(["31/12/2024", "12/30/2024", "03/04/2025"])
    assert mixed.days == {
        "31/12/2024": date(2024, 12, 31), "12/30/2024": date(2024, 12, 30), "03/04/2025": None
    }  # fmt: skip
    assert mixed.because == "31/12/2024 and 12/30/2024"
    shown = read_days(["03/04/2025", "13/04/2025"])
    assert shown.days["03/04/2025"] == date(2025, 4, 3)
    assert shown.because == "13/04/2025"
    found = screened("03/04/2025,854231,IT,RU,,,V\n13/04/2025,854231,IT,RU,,,V\n")
    assert any("day first" in note for note in found.notes)


def test_a_day_that_could_be_two_does_not_stop_the_others() -> None:
    """One line with 03/04/2025 stopped a screening of all others."""
    text = "2025-01-11,854231,IT,RU,,,V\n03/04/2025,854231,IT,RU,,,V\n"
    found = screened(text)
    assert (found.lines, found.sums[1], found.sums[6]) == (2, 1, 1)
    [broken] = found.problems
    assert (broken.row, broken.reason) == (3, "date could be two days: 03/04/2025")
    assert any(
        "1 date that could be two days" in note and "--dates DMY" in note for note in found.notes
    )
    with pytest.raises(RequestError, match="date could be two days"):
        screened(text, strict=True)
    with_order = screened(text, order="MDY")
    assert (with_order.sums[1], with_order.sums[6]) == (2, 0)


@pytest.mark.parametrize(
    "foot",
    ["Summe,,,,,,\n", ",Gesamt:,,,,,\n", "Total,,,,,,\n,Итого,,,,,\n", "合计,,,,,,\n,,,,,,\n"],
)
def test_a_total_at_the_end_is_called_one(foot: str) -> None:
    row = "2025-01-11,84099110,IT,RU,,,V\n"
    found = screened(row + foot)
    assert found.sums[LISTED] == 1
    reasons = {one.reason for one in found.problems}
    assert reasons == {"a total of the rows above, no shipment"}
    # Between shipments, or with a code, a row is whatever its cells say.
    inside = screened(foot + row)
    assert not any("total" in one.reason for one in inside.problems)
    coded = screened(row + "Summe,84099110,IT,RU,,,V\n")
    assert [one.reason for one in coded.problems] == ["not a date: Summe"]


def test_a_row_that_cannot_be_read_never_stops_the_rest() -> None:
    bad = (
        "31.02.2025,84099110,IT,RU,,,V\n"
        "2025-01-11,8.54E+07,IT,Yug.,,,V\n"
        "2025-01-11,84099110,IT\n"
        "2025-01-11,84099110,IT,RU,,,V,and,more\n"
        '2025-01-11,84099110,IT,RU,,,"never closed\n'
        "\n"
        "2025-01-11,84099110,IT,RU,,,V\n"
    )
    found = screened(bad)
    assert found.sums[LISTED] == 1
    assert found.sums[UNREADABLE] == 5
    said = {one.row: one.reason for one in found.problems}
    assert "calendar" in said[2]
    assert "scientific" in said[3]
    assert "Yug." in said[3]
    assert "destination missing" in said[4]
    assert "9 cells" in said[5]
    assert "quotation" in said[6]
    assert found.lines == 6
    with pytest.raises(RequestError, match="calendar") as raised:
        screened(bad, strict=True)
    assert "5 rows" in raised.value.where


LONG = "x" * 200_000  # longer than a cell of CSV may be


@pytest.mark.parametrize("row", [f"{LONG};8;IT;RU", f'"{LONG}"";8;IT;RU', f"{LONG};8;IT;RU;{LONG}"])
@pytest.mark.parametrize("before", [0, 60])
def test_a_cell_that_is_too_long_never_stops_the_rest(row: str, before: int) -> None:
    good = "2025-01-11;84099110;IT;RU\n"
    read = read_text(f"Date;HS code;From;To\n{good * before}{row}\n{good * 3}".encode(), "x.csv")
    assert read.cells.num_rows + len(read.broken) == before + 4
    assert read.cells["c1"].to_pylist()[-3:] == ["84099110"] * 3


def test_a_hundred_thousand_columns_are_named_at_once() -> None:
    """Each once; comparing each with all before it would take minutes."""
    names = ";".join(["HS code", *(f"c{n % 50_000}" for n in range(100_000))])
    assert len(set(column_names(names.split(";")))) == 100_001


def test_a_cell_far_to_the_right_takes_no_minutes(tmp_path: Path) -> None:
    """A cell in column XFE made every query 16,385 columns wide, for minutes."""
    names = ";".join(["Date", "HS code", "From", "To", *[""] * 16_380, "x"])
    with pytest.raises(BadFileError, match="16,385 columns"):
        read_text(f"{names}\n2025-01-11;84099110;IT;RU\n".encode(), "x.csv")
    # In a workbook the columns without a cell are left out, and the others keep their places.
    row = ["2025-01-11", "84099110", "IT", "RU", *[""] * 16_379, "z"]
    path = make_workbook(
        tmp_path / "x.xlsx", {"S": cells_of([["Date", "HS code", "From", "To"], row])}
    )
    for found in (read_file(path), read_bytes_of(path.read_bytes(), "x.xlsx")):
        assert found.columns == ("Date", "HS code", "From", "To", "column 5", "column 16384")
        assert found.cells.to_pylist()[0]["c5"] == "z"
    full = make_workbook(tmp_path / "full.xlsx", {"S": cells_of([["HS code"] * 1_001])})
    with pytest.raises(BadFileError, match="1,001 columns"):
        read_file(full)


def test_a_workbook_that_is_sent_keeps_the_numbers_of_its_rows(tmp_path: Path) -> None:
    """Empty rows above the table moved them, and an error came into another cell."""
    xml = (
        '<row r="3"><c r="B3" t="inlineStr"><is><t>HS code</t></is></c></row>'
        '<row r="4"><c r="B4"><v>84099110</v></c><c r="C4" t="e"><v>#N/A</v></c></row>'
    )
    data = make_workbook(tmp_path / "x.xlsx", {"S": xml}).read_bytes()
    found = read_bytes_of(data, "x.xlsx")
    assert found.cells.to_pylist() == [{"c0": "", "c1": "84099110", "c2": "#N/A", "row": 4}]


def test_a_stray_quotation_mark_hides_no_line_below() -> None:
    rows = '2025-01-11,84099110,IT,RU,,,"open\n2025-01-11,84099110,IT,RU,,,"two\nlines"\n'
    found = screened(rows)
    assert found.sums[LISTED] == 1
    assert [one.row for one in found.problems] == [2]
    assert found.table.to_pylist()[0]["consignee"] == "two\nlines"


def test_codes_of_another_edition_are_possible_with_the_reason() -> None:
    # 851712 became 851713 and 851714 in HS2022, and Annex XXIII has 8517 of HS2022.
    found = screened("2025-01-11,851712,IT,RU,,,V\n")
    [line] = found.table.to_pylist()
    assert line["status"] in (STATUSES[PART], STATUSES[NOT_KNOWN])
    assert "HS2017" in line["entry"] or any("HS2017" in one for one in found.notes)


def test_longer_codes_of_an_unknown_tariff_are_compared_as_far_as_all_agree() -> None:
    rows = "2025-01-11,2203000110,DE,RU,,,V\n2025-01-11,2203000110,GB,RU,,,V\n"
    told = screened(rows, nomenclature="CN").table.to_pylist()
    open_ = screened(rows, nomenclature="").table.to_pylist()
    assert {one["status"] for one in open_} <= {STATUSES[one] for one in (LISTED, PART, NOT_KNOWN)}
    assert len(told) == len(open_) == 2


def test_all_columns_of_the_file_are_kept_behind_the_programs() -> None:
    found = screened("2025-01-11,84099110,IT,RU,,,=1+1\n")
    names = found.table.column_names
    assert names[:4] == ["row", "date", "code", "goods"]
    own = [f"{one} (file)" if one.lower() in names[:26] else one for one in HEAD.strip().split(",")]
    assert names[-7:] == own
    assert found.table.to_pylist()[0]["Consignee (file)"] == "=1+1"


def test_files_of_all_kinds_say_the_same(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq
    import xlsxwriter

    head = ["Date", "HS code", "From", "To"]
    rows = [[date(2025, 1, 11), 84099110, "IT", "RU"], [date(2025, 1, 11), 30285, "NL", "KG"]]
    book = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(str(book)) as made:
        sheet = made.add_worksheet()
        sheet.write_row(0, 0, ["Shipments of January"])
        sheet.write_row(2, 0, head)
        for at, row in enumerate(rows, 3):
            sheet.write_datetime(at, 0, row[0], made.add_format({"num_format": "yyyy-mm-dd"}))  # type: ignore[arg-type]
            sheet.write_row(at, 1, row[1:])
    table = pa.table({name: [row[at] for row in rows] for at, name in enumerate(head)})
    pq.write_table(table, tmp_path / "a.parquet")
    lines = ["a title", ";".join(head), *(";".join(map(str, row)) for row in rows)]
    (tmp_path / "a.csv").write_text("\n".join(lines), encoding="utf-16")
    results = []
    for name in ("a.xlsx", "a.parquet", "a.csv"):
        found = screen(read_file(tmp_path / name), nomenclature="CN", today=TODAY)
        results.append([(one["code"], one["status"]) for one in found.table.to_pylist()])
    assert results[0] == results[1] == results[2] == [
        ("84099110", "listed"), ("030285", "not listed"),
    ]  # fmt: skip


def test_a_column_that_is_not_found_is_asked_for() -> None:
    with pytest.raises(RequestError, match="no column for the country of dispatch") as raised:
        screen(read_text(b"Date,HS code,To\n2025-01-11,84099110,RU\n", "x.csv"))
    assert "--from" in raised.value.hint
    found = screen(
        read_text(b"Date,HS code,To\n2025-01-11,84099110,RU\n", "x.csv"), {"from": "ITA"}
    )
    assert found.sums[LISTED] == 1


def test_who_is_bound_follows_membership_on_the_day() -> None:
    regime = Regime("EU", "export to Russia", (), "EU", "export")
    from entrepot.goods.screening import Route

    [(_, last, _)] = regime.applies(Route("GBR", "RUS"))
    assert last == date(2020, 1, 31)
    assert not list(regime.applies(Route("DEU", "TUR")))
    [(first, _, _)] = regime.applies(Route("HRV", "RUS"))
    assert first == date(2013, 7, 1)
    us = Regime("US", "export to Russia or Belarus", (), "USA", "export", ("RUS", "BLR"))
    assert [why for *_, why in us.applies(Route("PRI", "RUS"))] == [""]
    assert not list(us.applies(Route("PRI", "USA")))


def test_signs_are_counted_where_they_apply() -> None:
    rows = "".join(
        f"2025-01-{day:02},84821000,NL,KG,,{route},{who},{value},10\n"
        for day, route, who, value in [
            (11, "direct", "A FZE", 100), (12, "via Russia", "A FZE", 100),
            (13, "direct", "B", 100), (14, "direct", "B", 100), (15, "direct", "B", 900),
        ]
    )  # fmt: skip
    text = HEAD.strip() + ",Value EUR,Mass kg\n" + rows + "2025-01-16,84821000,NL,RU,,,C,1,1\n"
    found = screen(read_text(text.encode(), "x.csv"), nomenclature="CN", today=TODAY)
    lines = {one["row"]: one for one in found.table.to_pylist()}
    marks = {row: "".join(one[sign] for sign in "PHNRV") for row, one in lines.items()}
    assert marks == {2: "●–●●○", 3: "●–○●○", 4: "●–●○○", 5: "●–○○○", 6: "●–○○●", 7: "–––––"}
    assert [lines[row]["signs"] for row in range(2, 8)] == [3, 2, 2, 1, 2, None]
    assert found.currency == "EUR"


@pytest.mark.parametrize(
    ("route", "mark", "transit"),
    [
        ("via Russia", "●", True), ("через Россию", "●", True), ("经俄罗斯", "●", True),
        ("not direct but via Russia", "●", True), ("via Belarus", "●", False),
        ("not via Russia", "○", False), ("Caspian (Aktau), not Russia", "○", False),
        ("без России", "○", False), ("nicht über Russland, via Polen", "○", False),
        ("不经过俄罗斯", "○", False), ("via Poland", "○", False), ("direct", "○", False),
        ("truck", "–", False), ("Moscow", "–", False), ("", "–", False),
        ("not via Russia or Belarus", "○", False), ("avoid Russia and Belarus", "○", False),
        ("via Bosnia and Herzegovina, not Russia", "○", False),
        ("not direct", "–", False), ("Tokyo, direct to Moscow", "–", False),
        ("not passing Russia", "–", False), ("by sea / no. 7 / Russia", "●", True),
        ("except; Russia", "●", True), ("не через Китай, а через Россию", "●", True),
        ("Direct Logistics LLC", "–", False), ("VIA POLAND, NOT RUSSIA", "○", False),
        ("БЕЗ РОССИИ", "○", False), ("NICHT ÜBER RUSSLAND", "○", False), ("via NO RU", "–", False),
        ("RU, not opened", "●", True), ("DE > RU > KZ, no stops", "●", True),
        ("经俄罗斯和哈萨克斯坦", "●", True),
    ],
)  # fmt: skip
def test_a_route_says_yes_no_or_nothing(route: str, mark: str, transit: bool) -> None:
    """A route that avoids Russia was taken for transit, and one that says nothing for none."""
    text = f'Date,HS code,From,To,Route\n2025-06-02,85423190,DE,KZ,"{route}"\n'
    found = screen(read_text(text.encode(), "made.csv"), nomenclature="CN", today=TODAY)
    [line] = found.table.to_pylist()
    assert line["R"] == mark
    assert (line["direction"] == "transit through Russia") == transit
    said = [note for note in found.notes if note.startswith("Routes that name no country")]
    assert [repr(route) in note for note in said] == [True] * (mark == "–" and bool(route))


def test_lists_that_were_not_chosen_are_loaded_all_the_same() -> None:
    text = "Date,HS code,From,To\n2023-06-02,85423190,DE,RU\n"
    shipments = read_text(text.encode(), "made.csv")
    found = screen(shipments, against=["chpl"], nomenclature="CN", today=TODAY)
    assert [row.direction for row in found.matrix] == ["any route"]
    assert all("no list loaded" not in row["entry"] for row in found.table.to_pylist())


def test_an_earlier_shipment_on_another_route_is_the_first() -> None:
    """Of two shipments to V the first goes to Germany, where no sign applies."""
    rows = "2025-01-10,84821000,NL,DE,,,V\n2025-01-11,84821000,NL,KG,,,V\n"
    rows += "2025-01-11,84821000,NL,KG,,,W\n"
    found = screened(rows).table.to_pylist()
    assert {one["row"]: one["N"] for one in found} == {2: "–", 3: "○", 4: "●"}


@pytest.mark.parametrize("seed", range(5))
def test_the_first_shipment_is_the_earliest_whatever_the_order_of_lines(seed: int) -> None:
    """A line without a date is the first only where its consignee has none with one."""
    first = {"2025-01-10,84821000,NL,KG,,,V": "●", "2025-01-12,84821000,NL,KG,,,V": "○",
             "2025-03-11,84821000,NL,KG,,,U": "●", ",84821000,NL,KG,,,U": "○",
             ",84821000,NL,KG,,,T": "●", "2024-12-31,84821000,NL,DE,,,W": "–",
             "2025-01-01,84821000,NL,KG,,,W": "○"}  # fmt: skip
    lines = list(first)
    random.Random(seed).shuffle(lines)
    found = screened("".join(f"{line}\n" for line in lines)).table.to_pylist()
    assert {lines[one["row"] - 2]: one["N"] for one in found} == first


def test_of_shipments_of_one_day_the_line_further_up_is_the_first() -> None:
    same = "2025-01-10,84821000,NL,KG,,,V\n"
    assert {one["row"]: one["N"] for one in screened(same * 2).table.to_pylist()} == {
        2: "●", 3: "○"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("847130000", "847130"),  # nine digits, as Japan's statistics have them
        ("847130000000", "847130"),  # twelve, as Turkey's tariff
        ("0601.10.10.00.0", "060110"),
        ("HS 8471.30", "847130"), ("HTS: 8471300100", "8471300100"), ("030285,0", "030285"),
    ],
)  # fmt: skip
def test_codes_of_longer_tariffs_are_read_as_far_as_all_tariffs_agree(
    text: str, digits: str
) -> None:
    assert read_code(text).digits == digits


def test_a_code_of_nine_digits_that_could_be_two_is_no_guess() -> None:
    found = read_code("210210000")  # yeasts: 0210.21 is no subheading
    assert found.digits == "210210"
    found = read_code("303110000")
    assert found.digits == "0303110000"
    found = read_code("901110000")  # microscopes, 9011.10, or coffee, 0901.11
    assert not found.digits
    assert "0901110000" in found.problem


def test_longer_codes_are_said_and_find_what_six_digits_find() -> None:
    found = screened("2024-03-21,847130000,DE,RU,,,V\n")
    assert found.sums[LISTED] == 1
    assert any("first six digits" in note for note in found.notes)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("RU - Russia", "RUS"), ("DE - Germany", "DEU"), ("RU-Russian Federation", "RUS"),
        ("England", "GBR"), ("ФРГ", "DEU"), ("РФ", "RUS"), ("КНР", "CHN"), ("香港", "HKG"),
        ("ABD", "USA"), ("BAE", "ARE"), ("Çin", "CHN"), ("CIN", "CHN"), ("EUA", "USA"),
        ("FEDERACION RUSA", "RUS"), ("Federação Russa", "RUS"), ("PR China", "CHN"),
        ("China, P.R.", "CHN"), ("阿联酋", "ARE"), ("中国大陆", "CHN"), ("Beyaz Rusya", "BLR"),
        ("KZ Russia", None), ("KZ - Russia", None), ("Crimea", None),
    ],
)  # fmt: skip
def test_countries_as_customs_forms_have_them(text: str, code: str | None) -> None:
    assert cells.country_of(text) == code


RUSSIAN = (
    "№;Дата;Код ТН ВЭД;Страна отправления;Страна назначения\n1;2025-01-11;84099110;Италия;РФ\n"
)
CHINESE = "编号,日期,商品编码,启运国,目的国\n1,2025-01-11,84099110,意大利,俄罗斯\n"
GERMAN = (
    "Nr;Versanddatum;Warennummer;Versandland;Bestimmungsland\n1;11.01.2025;84099110;Italien;RU\n"
)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (RUSSIAN, "cp1251"), (CHINESE, "gb18030"), (GERMAN, "cp1252"), (GERMAN, "utf-16-le"),
        (CHINESE, "utf-16-le"), (RUSSIAN, "utf-16-be"), (RUSSIAN, "utf-8"),
    ],
)  # fmt: skip
def test_texts_in_the_writing_of_other_offices(text: str, encoding: str) -> None:
    found = screen(read_text(text.encode(encoding), "made.csv"), nomenclature="CN", today=TODAY)
    assert found.sums[LISTED] == 1


def test_one_bad_byte_garbles_no_other_line() -> None:
    data = (
        HEAD + "2025-01-11,84099110,IT,RU,,,Größe 俄\n"
    ).encode() + b"2025-01-11,84,IT,RU,,,\xff\n"
    found = screen(read_text(data, "made.csv"), nomenclature="CN", today=TODAY)
    assert found.table.to_pylist()[0]["consignee"] == "Größe 俄"
    assert any("UTF-8" in note for note in found.notes)


def test_a_row_that_cannot_be_cut_into_cells_keeps_its_text() -> None:
    found = screened("2025-01-11,84099110,IT,RU,,,V,and,more\n")
    [row] = found.table.to_pylist()
    assert row["entry"].endswith(": 2025-01-11,84099110,IT,RU,,,V,and,more")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"%PDF-1.7\n1 0 obj\n", "PDF"),
        (b"<!DOCTYPE html><html><table>", "web page"),
        (b"\n <html><table>", "web page"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 504
            + "EncryptedPackage".encode("utf-16-le") + b"\0" * 512,
            "password",
        ),
    ],
)  # fmt: skip
def test_a_file_that_is_no_table_is_named_for_what_it_is(
    tmp_path: Path, data: bytes, said: str
) -> None:
    path = tmp_path / "shipments.xlsx"
    path.write_bytes(data)
    with pytest.raises(BadFileError, match=said):
        read_file(path)
    with pytest.raises(BadFileError, match=said):
        read_bytes_of(data, "shipments.xlsx")


def test_a_workbook_that_is_sent_loses_no_formula_without_a_value() -> None:
    """What no spreadsheet program has saved: formulas stand there without their values."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        made.writestr("[Content_Types].xml", CONTENT_TYPES)
        made.writestr("_rels/.rels", LINKS.format("officeDocument", "xl/workbook.xml"))
        made.writestr("xl/workbook.xml", BOOK)
        made.writestr("xl/_rels/workbook.xml.rels", LINKS.format("worksheet", "worksheets/s.xml"))
        made.writestr("xl/worksheets/s.xml", SHEET)
    with pytest.raises(BadFileError, match="formula without a value"):
        read_bytes_of(file.getvalue(), "made.xlsx")


OFFICE = "http://schemas.openxmlformats.org"
LINKS = (
    f'<Relationships xmlns="{OFFICE}/package/2006/relationships"><Relationship Id="r1" '
    f'Type="{OFFICE}/officeDocument/2006/relationships/{{}}" Target="{{}}"/></Relationships>'
)
CONTENT_TYPES = (
    f'<Types xmlns="{OFFICE}/package/2006/content-types"><Default Extension="xml" '
    'ContentType="application/xml"/><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>'
)
BOOK = (
    f'<workbook xmlns="{OFFICE}/spreadsheetml/2006/main" '
    f'xmlns:r="{OFFICE}/officeDocument/2006/relationships"><sheets>'
    '<sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>'
)
SHEET = (
    f'<worksheet xmlns="{OFFICE}/spreadsheetml/2006/main"><sheetData><row r="1">'
    '<c r="A1" t="inlineStr"><is><t>HS code</t></is></c></row><row r="2">'
    '<c r="A2"><f>840900+91</f></c></row></sheetData></worksheet>'
)


ROWS = HEAD + "2025-01-11,84099110,IT,RU,,,V\n" * 200


@pytest.mark.parametrize("fill", ["\0", " ", "1", " \t"], ids=ascii)
def test_a_list_that_is_filled_to_its_size_is_no_whole_list(fill: str) -> None:
    with pytest.raises(BadFileError, match=r"filled with|not a text"):
        read_text((ROWS + fill * 5000).encode(), "made.csv")
    assert read_text((ROWS + "\n" * 300).encode(), "made.csv")  # a column that somebody pasted


def test_a_list_whose_last_line_has_no_end_says_so(tmp_path: Path) -> None:
    path = tmp_path / "made.csv"
    for text, said in ((ROWS, False), (ROWS[:-1], True), (ROWS + "2025-01-11,8409", True)):
        path.write_text(text, encoding="utf-8")
        assert any("no line end" in one for one in read_file(path).notes) == said


def test_a_list_of_ones_own_is_screened_against_at_any_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is read until no day, so nothing of it is open: screening with it ended in an error."""
    monkeypatch.setenv("ENTREPOT_LISTS", str(tmp_path / "lists"))
    path = tmp_path / "mine.csv"
    path.write_text("code,nomenclature\n010121,HS2022\n", encoding="utf-8")
    add_own(path)
    found = screened("2025-01-11,01012100,IT,FR,,,V\n2025-01-11,02012000,IT,FR,,,V\n")
    said = sorted(found.table.to_pylist(), key=lambda one: one["row"])
    assert [line["status"] for line in said] == [STATUSES[LISTED], STATUSES[NOT_LISTED]]


def test_amounts_are_read_with_their_powers_and_no_foreign_letters() -> None:
    """As a spreadsheet writes them; a unit or a word for millions is not passed over."""
    texts = ["1E5", "1.5e-3", "USD 1,200.50", "12.5 EUR", "€ 3.25", "12 t", "1.2 mio", "5k"]
    assert read_amounts(texts).numbers == {
        "1E5": 1e5, "1.5e-3": 0.0015, "USD 1,200.50": 1200.5, "12.5 EUR": 12.5, "€ 3.25": 3.25,
        "12 t": None, "1.2 mio": None, "5k": None,
    }  # fmt: skip


DESCRIBED = [
    # Annex VII Part B lists ball bearings, 848210
    ("2025-01-11,73269098,DE,RU,Ball bearings steel 6204", NOT_KNOWN),
    ("2025-01-11,10019900,DE,RU,Ball bearings steel 6204", NOT_KNOWN),
    ("2025-01-11,73269098,DE,RU,BALL-BEARING (of steel)", NOT_KNOWN),
    ("2025-01-11,10019900,DE,RU,nuts and bolts", NOT_LISTED),
    ("2025-01-11,10019900,DE,RU,ballpoint pens", NOT_LISTED),
    ("2025-01-11,10019900,DE,RU,bearing housings", NOT_LISTED),
    ("2020-01-11,10019900,DE,RU,Ball bearings", NOT_LISTED),  # before any list
    ("2025-01-11,73269098,DE,FR,Ball bearings", NO_LIST),  # no list binds trade in the Union
    ("2025-01-11,84821000,DE,RU,Ball bearings", LISTED),
    ("2025-01-11,10019900,DE,RU,other aircraft parts", NOT_LISTED),  # what others leave over
]


@pytest.mark.parametrize(("line", "grade"), DESCRIBED)
def test_goods_in_words_make_a_line_possible(line: str, grade: int) -> None:
    """Whoever writes a code that is on no list still writes what the goods are."""
    text = f"Date,HS code,From,To,Description of goods\n{line}\n"
    found = screen(read_text(text.encode(), "made.csv"), nomenclature="CN", today=TODAY)
    [row] = found.table.to_pylist()
    assert row["grade"] == grade
    if grade == NOT_KNOWN:
        assert "possible: the description reads like “ball bearings”" in row["entry"]
        assert row["listed_code"] == "848210"
    assert row["Description of goods"] == line.split(",")[-1]  # the column stays as it was


def test_an_entry_says_nothing_twice() -> None:
    """Part A of Annex XI and its entry had the same words; so had two entries of one annex."""
    rows = "2023-06-11,88010010,IT,RU,,,V\n2025-01-11,84571010,IT,RU,,,V\n2025-01-11,84,IT,RU,,,V"
    for row in screened(rows).table.to_pylist():
        first, _, others = str(row["entry"]).partition("; also ")
        pieces = [one.strip() for one in first.split(":")[-1].split(",")]
        assert len(pieces) == len(set(pieces)), first
        assert first not in others


def test_further_entries_of_a_heading_are_codes_without_the_reason_again() -> None:
    [row] = screened("2023-06-11,84820000,IT,RU,,,V").table.to_pylist()
    first, _, others = str(row["entry"]).partition("; also ")
    assert re.search(r"possible: the list has \d+ only$", first)
    assert re.fullmatch(r"\d{6}(, \d{6})+(, and \d+ more| and \d+ more)?", others), others


ORIGINS = (
    "Ursprung", "Herkunftsland", "Ursprungsland ISO", "Country of origin ISO2", "Pays d’origine",
    "País de origen", "País de origem", "Origem", "Страна происхождения", "Страна-изготовитель",
    "原产国", "原产地", "原产国（地区）",
)  # fmt: skip


@pytest.mark.parametrize("name", ORIGINS)
def test_an_import_ban_is_found_whatever_the_origin_is_called(name: str) -> None:
    text = f"Date,HS code,From,To,{name},Ref\n2022-10-20,72081000,TR,DE,RU,1\n"
    found = screen(read_text(text.encode(), "made.csv"), nomenclature="CN", today=TODAY)
    assert found.sums[LISTED] == 1
    assert found.used["origin"] == name
    assert found.unused == ("Ref",)
    assert any(f"country of origin: {name!r}" in one for one in found.notes)
    assert any("not used: 'Ref'" in one for one in found.notes)


def test_what_cannot_be_told_without_a_column_is_said() -> None:
    text = "Date,HS code,From,To\n2022-10-20,72081000,TR,DE\n"
    notes = screen(read_text(text.encode(), "made.csv"), today=TODAY).notes
    assert any("No column with the country of origin" in one for one in notes)
    assert any("No column with the route" in one for one in notes)
    told = screen(read_text(text.encode(), "made.csv"), {"origin": "RUS"}, today=TODAY)
    assert told.used["origin"] == "RUS"
    assert not any("No column with the country of origin" in one for one in told.notes)


def test_a_looser_name_counts_only_where_no_better_one_is_there() -> None:
    text = "Date,HS code,From,To,Herkunftsland,Ursprungsland\n2022-10-20,72081000,TR,DE,TR,RU\n"
    found = screen(read_text(text.encode(), "made.csv"), nomenclature="CN", today=TODAY)
    assert (found.used["origin"], found.unused) == ("Ursprungsland", ("Herkunftsland",))
    assert found.sums[LISTED] == 1


@pytest.mark.parametrize(
    ("name", "role", "currency"),
    [
        ("Wert EUR", "value", "EUR"),
        ("Valor FOB (USD)", "value", "USD"),
        ("金额（美元）", "value", "USD"),
        ("Стоимость, руб.", "value", "RUB"),
        ("Eigenmasse kg", "mass", ""),
        ("Peso líquido (kg)", "mass", ""),
        ("Вес нетто, кг", "mass", ""),
        ("净重(千克)", "mass", ""),
        ("Wert TEUR", "", ""),
        ("Value (thousand EUR)", "", ""),
        ("Стоимость, тыс. руб.", "", ""),
        ("金额（万美元）", "", ""),
        ("Eigenmasse t", "", ""),
        ("Net weight (lb)", "", ""),
    ],
)
def test_a_unit_behind_the_word_is_read_or_keeps_the_column_out(
    name: str, role: str, currency: str
) -> None:
    text = f'Date;HS code;From;To;"{name}"\n2022-10-20;72081000;RU;DE;320\n'
    found = screen(read_text(text.encode(), "made.csv"), today=TODAY)
    [row] = found.table.to_pylist()
    assert {one for one in ("value", "mass") if one in found.used} == ({role} if role else set())
    assert (row["value"], row["mass_kg"]) == (
        320 if role == "value" else None,
        320 if role == "mass" else None,
    )
    assert found.currency == currency
    said = any(one.startswith("Not used because of their unit") for one in found.notes)
    assert said == (not role)


@pytest.mark.parametrize(
    "name", ["Exporter code", "Price per kg", "Destination port", "Total boxes"]
)
def test_other_words_behind_a_known_one_are_another_column(name: str) -> None:
    text = f"Date,HS code,From,To,{name}\n2022-10-20,72081000,RU,DE,320\n"
    found = screen(read_text(text.encode(), "made.csv"), today=TODAY)
    assert found.unused == (name,)


def test_why_nothing_is_known_of_monaco_is_said() -> None:
    found = screened("2025-01-11,72081000,MC,RU,,,V\n")
    [line] = found.table.to_pylist()
    assert "customs territory of the EU" in line["entry"]
    assert line["listed_code"] is None


def test_cells_of_parquet_that_are_no_texts_become_texts(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from entrepot.report.screening import ask_screening

    bad = pa.array([b"\xff", b"a"], pa.binary()).view(pa.string())
    columns = {
        "tags": [["a", "ü"], None], "parts": [{"x": b"\xff"}, None], "raw": [b"\xff\xfe", b"a"],
        "wrong": bad, "kind": pa.array(["k", None]).dictionary_encode(), "count": [1, 2],
        "pairs": pa.array([[("k", 1)], None], pa.map_(pa.string(), pa.int64())),
    }  # fmt: skip
    plain = {"Date": "2025-01-11", "HS code": "84821000", "From": "DE", "To": "RU"}
    table = pa.table({name: [cell] * 2 for name, cell in plain.items()} | columns)
    pq.write_table(table, tmp_path / "a.parquet")
    found = ask_screening(tmp_path / "a.parquet", lake=tmp_path / "lake")
    row = min(found.screening.table.to_pylist(), key=lambda one: one["row"])
    wanted = {
        "tags": '["a", "ü"]', "parts": '{"x": "ff"}', "raw": "fffe", "wrong": "ff", "kind": "k",
        "count": 1, "pairs": '[["k", 1]]',
    }  # fmt: skip
    assert {name: row[name] for name in wanted} == wanted
    for end in (".csv", ".xlsx", ".parquet", ".json"):
        assert found.save(tmp_path / f"out{end}").stat().st_size


@pytest.mark.parametrize(
    ("code", "day", "reason"),
    [
        ("880622", "2023-10-05", "No. 27"),  # of two announcements that were not read
        ("880622", "2024-10-05", "list of dual-use items"),  # repealed on 1 September 2024
        ("851762", "2023-10-05", "list of dual-use items"),
        ("2846901920", "2025-05-05", "No. 18"),  # terbium, behind the end of a copy
        ("2846901920", "2025-03-05", "list of dual-use items"),  # before the announcement
        ("8505111000", "2025-05-05", "No. 18"),  # magnets, which have no code in the text
        ("850511", "2025-05-05", "No. 18"),
        ("090111", "2025-05-05", ""),  # coffee
    ],
)
def test_a_text_whose_codes_were_not_read_leaves_its_goods_open(
    code: str, day: str, reason: str
) -> None:
    text = f"date,hs_code,from,to\n{day},{code},CN,RU\n"
    found = screen(read_text(text.encode(), "made.csv"), today=TODAY)
    [row] = found.table.to_pylist()
    assert row["status"] == ("not known" if reason else "not listed")
    assert (reason or "not on the lists for China export licence") in row["entry"]
    assert "not read" in row["entry"] or not reason


def test_no_high_priority_code_is_said_to_be_off_the_lists_of_the_united_kingdom() -> None:
    """It publishes the list and controls these goods by descriptions; half were "not listed"."""
    codes = [entry.code for entry in goods_list("chpl").entries]
    rows = "".join(f"2025-02-20,{code},GB,RU,,,V\n" for code in codes)
    found = screened(rows, nomenclature="HS2022")
    assert found.sums[NOT_LISTED] == found.sums[NO_LIST] == 0
    assert found.sums[LISTED] + found.sums[PART] + found.sums[NOT_KNOWN] == len(codes) == 50
    open_ = [one for one in found.table.to_pylist() if one["status"] == "not known"]
    assert {one["code"] for one in open_} >= {"851762", "845710", "903082"}
    for one in open_:
        assert one["entry"].startswith("Schedule 2A")
        assert one["entry"].endswith("the code is on the Common High Priority List")


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        ("DE", "BY", "EU export to Belarus"), ("BY", "DE", "EU import from Belarus"),
        ("DE", "IR", "EU export to Iran"), ("GB", "KP", "UK export to North Korea"),
        ("US", "SY", "US export to Syria"), ("CA", "VE", "Canada export to Venezuela"),
        ("JP", "MM", "Japan export to Myanmar"), ("US", "CU", "US export to Cuba"),
        ("RU", "US", "US import from Russia"), ("RU", "JP", "Japan import from Russia"),
        ("DE", "UA", "EU export to Crimea and other occupied regions of Ukraine"),
    ],
)  # fmt: skip
def test_a_country_of_which_no_list_is_loaded_is_never_not_listed(
    start: str, end: str, said: str
) -> None:
    found = screened(f"2025-02-20,10019900,{start},{end},,,V\n")
    [row] = found.table.to_pylist()
    assert (row["status"], found.sums[NOT_LISTED]) == (STATUSES[NO_LIST], 0)
    assert row["entry"].startswith(f"{said}: no list loaded")
    [needed] = [one for one in found.matrix if one.regime is None]
    assert f"{needed.jurisdiction} {needed.direction}" == said
    assert title_of(found).startswith("No list is loaded")


def test_not_listed_names_the_lists() -> None:
    rows = "2025-02-20,10019900,DE,RU,,,V\n2025-02-20,10019900,DE,KZ,,,V\n"
    said = [one["entry"] for one in screened(rows).table.to_pylist()]
    assert said == [
        "not on the lists for EU export to Russia", "not on the lists for EU no-re-export clause",
    ]  # fmt: skip
    [one] = screened(rows.splitlines()[0], against=["eu-xx", "eu-xi"]).table.to_pylist()
    assert one["entry"] == "not on the lists for EU export to Russia (eu-xx, eu-xi)"


ROUTES = (
    "Beförderungsweg", "Befoerderungsweg", "Transportweg", "Itinéraire", "Acheminement",
    "Itinerario", "Ruta de transporte", "Маршрут следования", "Путь следования", "途经国",
    "运输路线",
)  # fmt: skip


@pytest.mark.parametrize("name", ROUTES)
def test_the_route_is_found_whatever_it_is_called(name: str) -> None:
    text = f"Date,HS code,From,To,{name}\n2025-03-21,87089910,DE,KZ,via Russia\n"
    found = screen(read_text(text.encode(), "made.csv"), nomenclature="CN", today=TODAY)
    assert found.used["via"] == name
    assert found.sums[LISTED] == 1


def test_values_that_are_no_numbers_are_counted_by_lines() -> None:
    text = "date,hs_code,from,to,value\n" + "2023-10-05,851762,CN,RU,nan\n" * 3
    found = screen(read_text(text.encode(), "made.csv"), nomenclature="HS2022", today=TODAY)
    assert "3 lines have a value that is no number (nan), screened without it." in found.notes


def test_codes_of_another_edition_are_not_known_without_the_table() -> None:
    """Equal numbers of two editions can be other goods: they were "in part"."""
    text = "Date,HS code,From,To\n2022-05-02,441294,DE,RU\n2022-05-02,44186000,DE,RU\n"
    found = screen(read_text(text.encode(), "made.csv"), today=TODAY)
    for row in found.table.to_pylist():
        assert row["grade"] == NOT_KNOWN
        assert "entrepot data get concordance" in row["entry"]
    assert title_of(found).startswith("No shipment is listed for sure (2 not known) on the lists")


OF_TWO_EDITIONS = """code,nomenclature,applies,valid_to
854231,HS2022,2022-03-10,
85,HS2017,2018-01-01,2018-12-31
"""


@pytest.mark.parametrize(
    ("line", "grade"),
    [
        ("2022-03-09,854231", NOT_LISTED),
        ("2022-03-10,854231", LISTED),
        ("2018-06-01,851712", LISTED),
        ("2019-06-01,851712", NOT_LISTED),
        # A code of the next edition in a chapter that was listed whole, in another edition.
        ("2018-06-01,851713", NOT_KNOWN),
        ("2018-06-01,840991", NOT_LISTED),
    ],
)
def test_a_list_of_two_editions_is_followed_as_far_as_each_goes(
    line: str, grade: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line of another edition took the others from the comparison: listed goods were not."""
    monkeypatch.setenv("ENTREPOT_LISTS", str(tmp_path / "lists"))
    path = tmp_path / "mine.csv"
    path.write_text(OF_TWO_EDITIONS)
    add_own(path)
    found = screened(f"{line},DE,KZ,,,V", against=("mine",), nomenclature="")
    assert [row["status"] for row in found.table.to_pylist()] == [STATUSES[grade]]


def test_a_row_without_a_date_that_meets_nothing_says_that_it_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENTREPOT_LISTS", str(tmp_path / "lists"))
    path = tmp_path / "mine.csv"
    path.write_text("code,nomenclature\n840991,HS2022\n")
    add_own(path)
    (row,) = screened(",854231,DE,KZ,,,V", against=("mine",)).table.to_pylist()
    assert (row["status"], row["entry"]) == ("not known", "no date in this row")


def test_a_jurisdiction_was_read_until_the_first_day_of_its_lists() -> None:
    """China's catalogue of 2026 does not carry the list of its controls further."""
    text = "Date,HS code,From,To\n2025-12-05,811292,CN,US\n"
    found = screen(read_text(text.encode(), "made.csv"), today=TODAY)
    [china] = [one for one in found.matrix if one.jurisdiction == "China"]
    assert china.regime is not None
    assert len({one.known_until for one in china.regime.lists}) > 1
    assert china.regime.read_until == min(one.known_until for one in china.regime.lists)
    assert china.read_until == "7 Nov 2025"


def test_entries_that_bind_alike_come_in_one_order_whatever_else_is_in_a_file() -> None:
    # Both Annex VII and Annex XXIII have these goods since June 2024.
    alike = "2025-01-11,85340019,DE,RU,,,V\n2025-01-11,84715000,DE,RU,,,V\n"
    before = "2025-01-11,84099110,DE,RU,,,V\n2021-05-05,84715000,TR,RU,US,,V\n"
    first, second = (
        {one["code"]: one["entry"] for one in screened(rows).table.to_pylist() if one["row"] > at}
        for rows, at in ((alike, 1), (before + alike, 3))
    )
    assert first == second
    assert all("Annex VII" in entry and "Annex XXIII" in entry for entry in first.values())


def test_a_table_in_pieces_is_the_table_and_blank_rows_shift_no_cell() -> None:
    rows = "".join(
        f"2025-01-{11 + at},84099110,DE,{'RU' if at % 2 else 'TR'},,,firm {at}\n,,,,,,\n"
        for at in range(9)
    )
    found = screened(rows + "2025-02-30,84099110,DE,RU,,,last\n")
    pieces = [row for at in range(0, 10, 3) for row in found.rows(at, 3).to_pylist()]
    assert pieces == found.table.to_pylist()
    lines = sorted(pieces, key=lambda one: one["row"])
    assert [one["row"] for one in lines] == list(range(2, 21, 2))
    assert [one["consignee"] for one in lines] == [*(f"firm {at}" for at in range(9)), "last"]
    assert [one["Date (file)"] for one in lines][-2:] == ["2025-01-19", "2025-02-30"]
    assert lines[-1]["status"] == "not readable"
