"""A screening written down: a workbook, tables that no spreadsheet runs, and the page."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from dataclasses import replace
from datetime import date
from importlib.resources import files
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from rich.console import Console
from typer.testing import CliRunner

from entrepot.cli.main import app
from entrepot.cli.screen import draw
from entrepot.errors import RequestError
from entrepot.figures.screening import COLUMNS, LEGAL, read_text, screen
from entrepot.model.table_files import csv_cell
from entrepot.report.screening import save_screening
from entrepot.report.screening_text import reasons, title_of

if TYPE_CHECKING:
    from pathlib import Path

    from entrepot.figures.screening import Screening

LINES = b"""Date;HS code;From;To;Consignee;Value EUR;Net mass;Our ref
2025-01-11;84821000;NL;KG;=cmd|' /C calc'!A0;307951;21261.1;=1+1
2025-01-11;84099110;IT;RU;@SUM(A1);22855;10;00042
2025-01-11;22042190;PL;RU;Neva;1536;3;-x
2025-11-11;84099110;IT;RU;Late;1;1;
2025-01-11;8.54E+07;IT;RU;Bad;1;1;+1
2025-01-11;01012100;FR;US;Horse;1;1;
"""


@pytest.mark.parametrize("hidden", ["\u2028=1+1", "\x85=1", "\u3000=1", "\ufe66" + "1"])
def test_no_line_of_a_csv_is_a_formula_behind_what_nobody_sees(hidden: str, tmp_path: Path) -> None:
    text = LINES.replace(b"Horse", hidden.encode())
    save_screening(screen(read_text(text, "x.csv"), nomenclature="CN"), tmp_path / "rows.csv")
    written = (tmp_path / "rows.csv").read_text(encoding="utf-8")
    assert csv_cell(hidden) in written
    assert hidden not in written.replace(csv_cell(hidden), "")


def test_what_cannot_be_read_is_shown_without_its_row() -> None:
    """The row as in the file was printed, with names of persons in it."""
    text = LINES.replace(b"FR;US;Horse", b"Atlantis;US;Horse")
    found = screen(read_text(text, "made.csv"), nomenclature="CN", today=date(2026, 11, 29))
    told = {kind: first for kind, _, first in reasons(found)}
    assert told["country of dispatch not recognised"] == "row 7: “Atlantis”"
    two = screen(read_text(LINES.replace(b"01012100;FR", b"123;Atlantis"), "made.csv"))
    cells = {kind: first for kind, _, first in reasons(two)}
    assert cells["code has 3 digits"] == "row 7: 123"  # and not Atlantis
    file = io.StringIO()
    draw(found, Console(width=200, file=file))
    assert "such as row 7: “Atlantis”" in file.getvalue()


@pytest.fixture(scope="module")
def found() -> Screening:
    return screen(read_text(LINES, "made.csv"), nomenclature="CN", today=date(2026, 11, 29))


def test_the_workbook_has_the_sheets_of_an_officer(found: Screening, tmp_path: Path) -> None:
    from python_calamine import CalamineWorkbook

    target = tmp_path / "rows.xlsx"
    assert save_screening(found, target) == []
    book = CalamineWorkbook.from_path(str(target))
    assert book.sheet_names == ["Summary", "Hits", "Check", "Not known", "Unreadable rows", "Lists"]
    hits = book.get_sheet_by_name("Hits").to_python()
    assert len(hits) == 3 + found.sums[1]
    head = hits[2]
    assert len(COLUMNS) == 24
    assert head[24:27] == ["Decision", "By", "Note"]
    assert head[-1] == "Our ref"
    assert {row[-1] for row in hits[3:]} == {"=1+1", "00042"}
    summary = book.get_sheet_by_name("Summary").to_python()
    [total] = [row[2] for row in summary if row[0] == "All rows"]
    assert total == found.lines == 6
    assert any(LEGAL in str(cell) for row in summary for cell in row)
    # rows of the table above count a shipment once for each direction
    assert any("several directions" in str(cell) for row in summary for cell in row)
    assert any("not used: 'Our ref'" in str(cell) for row in summary for cell in row)
    with zipfile.ZipFile(target) as archive:
        sheets = {
            name: archive.read(f"xl/worksheets/sheet{place}.xml").decode()
            for place, name in enumerate(book.sheet_names, 1)
        }
        names = archive.read("xl/workbook.xml").decode()
    # the only formulas are sums of ours: none comes from a cell of the file
    formulas = {one for text in sheets.values() for one in re.findall(r"<f>([^<]*)</f>", text)}
    assert all(
        re.fullmatch(r'SUM\(C\d+:[CF]\d+\)|COUNTIF\(T\d+:X\d+,"●"\)', one) for one in formulas
    )
    for name in ("Hits", "Check", "Not known"):
        assert 'topLeftCell="D4"' in sheets[name]
        assert "proxy, not a classification" in sheets[name]
        assert 'orientation="landscape"' in sheets[name]
        assert '<dataValidation type="list"' in sheets[name]
        # the status is tinted, three signs or more are marked, and the five can be folded away
        rules = re.findall(r'conditionalFormatting sqref="([A-Z])4:.*?type="(\w+)"', sheets[name])
        assert rules == [("M", "notContainsBlanks"), ("S", "cellIs")]
        folded = re.findall(r'min="(\d+)" max="(\d+)"[^>]*outlineLevel="1"', sheets[name])
        assert {n for low, high in folded for n in range(int(low), int(high) + 1)} == {
            *range(20, 25)
        }
        assert '&amp;"Arial,Bold"&amp;10' in sheets[name]
    assert "_xlnm.Print_Titles" in names
    assert "_xlnm.Print_Area" in names


def test_tables_keep_the_columns_and_run_nothing(found: Screening, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    save_screening(found, tmp_path / "rows.csv")
    with (tmp_path / "rows.csv").open(encoding="utf-8-sig", newline="") as opened:
        rows = list(csv.reader(opened))
    assert rows[0][:24] == list(COLUMNS)
    assert rows[0][-1] == "Our ref"
    assert len(rows) == 1 + found.lines
    cells = [cell for row in rows for cell in row if not re.fullmatch(r"\+\d+", cell)]
    assert not [cell for cell in cells if cell[:1] in ("=", "@", "+")]
    assert "'=1+1" in {row[-1] for row in rows}
    assert "00042" in {row[-1] for row in rows}
    save_screening(found, tmp_path / "rows.parquet")
    kept = pq.read_table(tmp_path / "rows.parquet")
    assert kept.column_names == rows[0]
    assert kept.schema.metadata[b"legal"].decode() == LEGAL
    save_screening(found, tmp_path / "rows.json")
    data = json.loads((tmp_path / "rows.json").read_text("utf-8"))
    assert data["legal"] == LEGAL
    assert sum(data["statuses"].values()) == data["lines"] == 6
    assert len(data["results"]) == sum(found.sums[one] for one in (1, 2, 3))
    with pytest.raises(RequestError, match="not written"):
        save_screening(found, tmp_path / "rows.doc")


def test_no_file_is_called_clean() -> None:
    text = b"Date,HS code,From,To\n2025-01-11,01012100,FR,TR\n"
    none = screen(read_text(text, "x.csv"), nomenclature="CN")
    assert title_of(none) == "No shipment is listed on the lists read until 24 Oct 2025"
    elsewhere = screen(read_text(b"Date,HS code,From,To\n2025-01-11,010121,BRA,CHL\n", "x.csv"))
    assert (
        title_of(elsewhere)
        == "No list binds these routes on their dates, so no shipment was screened"
    )
    bad = screen(read_text(b"Date,HS code,From,To\nx,y,FR,TR\n", "x.csv"))
    assert title_of(bad) == "No row could be read"


def test_the_command_says_what_it_found(tmp_path: Path) -> None:
    path, target = tmp_path / "made.csv", tmp_path / "out.xlsx"
    path.write_bytes(LINES)
    words = ["screen", str(path), "--edition", "CN", "--lake", str(tmp_path)]
    done = CliRunner().invoke(app, [*words, "--out", str(target)])
    assert done.exit_code == 1, done.output
    assert "2 of 6 shipments carry goods listed on their date" in done.output
    assert "Columns not used: 'Our ref'." in done.output
    data = json.loads(CliRunner().invoke(app, [*words, "--json"]).stdout)
    assert data["columns"]["used"]["value"] == "Value EUR"
    assert data["columns"]["not_used"] == ["Our ref"]
    assert zipfile.is_zipfile(target)
    several = [tmp_path / "one.csv", tmp_path / "two.json"]
    CliRunner().invoke(app, [*words, "--out", str(several[0]), "--out", str(several[1])])
    assert all(one.is_file() for one in several)
    bad = [*words, "--out", str(tmp_path / "three.csv"), "--out", str(tmp_path / "four.doc")]
    assert isinstance(CliRunner().invoke(app, bad).exception, RequestError)
    assert not (tmp_path / "three.csv").exists()  # refused before the work
    strict = CliRunner().invoke(app, [*words, "--strict"])
    assert isinstance(strict.exception, RequestError)


def test_a_file_that_was_written_is_not_advised(tmp_path: Path) -> None:
    """More hits than are shown: with --out they are in that file already."""
    head, *lines = LINES.splitlines(keepends=True)
    path = tmp_path / "made.csv"
    path.write_bytes(head + b"".join(lines) * 20)
    words = ["screen", str(path), "--edition", "CN", "--lake", str(tmp_path)]
    assert "more listed or in part: --out screening.xlsx" in CliRunner().invoke(app, words).output
    told = CliRunner().invoke(app, [*words, "--out", str(tmp_path / "out.csv")]).output
    assert "more listed or in part" in told
    assert "--out" not in told


def test_a_file_of_which_nothing_was_screened_is_no_success(tmp_path: Path) -> None:
    """Exit code 0 told a script that all went well."""
    path = tmp_path / "made.csv"
    path.write_text("Date,HS code,From,To\nx,y,FR,TR\n2025-01-11,8.4E+07,FR,TR\n")
    words = ["screen", str(path), "--edition", "CN", "--lake", str(tmp_path)]
    assert CliRunner().invoke(app, words).exit_code == 3
    path.write_text("Date,HS code,From,To\nx,y,FR,TR\n2025-01-11,01012100,FR,TR\n")
    assert CliRunner().invoke(app, words).exit_code == 0


def test_a_match_of_goods_is_a_real_workbook_too(tmp_path: Path) -> None:
    import xlsxwriter
    from python_calamine import CalamineWorkbook

    book, target = tmp_path / "table.xlsx", tmp_path / "rows.xlsx"
    with xlsxwriter.Workbook(str(book)) as made:
        made.add_worksheet().write_column(0, 0, ["code", "854231", "850511"])
    words = [
        "goods",
        "match",
        str(book),
        "--column",
        "code",
        "--against",
        "chpl",
        "--out",
        str(target),
    ]
    done = CliRunner().invoke(app, [*words, "--lake", str(tmp_path)])
    assert done.exit_code == 0, done.output
    rows = CalamineWorkbook.from_path(str(target)).get_sheet_by_index(0).to_python()
    assert ["chpl" in row for row in rows[-2:]] == [True, False]


def test_the_page_answers_and_asks(found: Screening) -> None:
    import base64

    from entrepot.serve.views.screen import screened_page

    def page(data: bytes, **keys: str) -> str:
        sent = {"data": base64.b64encode(data).decode(), "name": "", "edition": "CN", "dates": ""}
        return screened_page(None, json.dumps(sent | keys)).body.decode()

    text = page(LINES)
    assert title_of(found) in text
    assert "A code is a proxy, not a classification" in text
    assert "=1+1" not in text.split("base64,")[0]
    assert "Stop, or name the licence or exemption." in text  # a line that no sign applies to
    assert "On the list on 11 Jan 2025, since" in text
    [workbook] = re.findall(r"base64,([A-Za-z0-9+/=]+)", text)
    assert zipfile.is_zipfile(BytesIO(base64.b64decode(workbook)))
    assert " style=" not in text  # the policy of the pages allows none
    assert "Columns not used: &#39;Our ref&#39;." in text
    assert "No column with the country of origin" in text
    asked = page(b"Date,HS code,From,To\n03/04/2025,854231,IT,RU\n")
    assert "No line can be read: date could be two days" in asked
    assert "Choose day first or month first" in asked
    assert "03/04/2025,854231,IT,RU" in asked  # the form keeps what was sent
    assert "<script>" not in page(b"Date,HS code,From,To\n<script>,854231,IT,RU\n")
    with pytest.raises(RequestError, match="more than 5,000 lines"):
        page(b"Date,HS code,From,To\n" + b"2025-01-11,854231,IT,RU\n" * 5001, name="x.csv")


def test_hubs_come_from_statistics_and_are_missing_without() -> None:
    text = b"Date,HS code,From,To\n2025-01-11,848210,NL,KG\n2025-01-11,848210,NL,AE\n"
    asked: list[tuple[str, str]] = []

    def is_hub(code: str, destination: str) -> bool | None:
        asked.append((code, destination))
        return {"KGZ": True}.get(destination)

    lines = screen(read_text(text, "x.csv"), is_hub=is_hub).table.to_pylist()
    assert {one["to"]: one["H"] for one in lines} == {
        "Kyrgyzstan": "●",
        "United Arab Emirates": "–",
    }
    assert sorted(asked) == [("848210", "ARE"), ("848210", "KGZ")]
    assert {one["H"] for one in screen(read_text(text, "x.csv")).table.to_pylist()} == {"–"}


def test_the_terminal_says_why_its_table_adds_up_to_more(found: Screening) -> None:
    def drawn(one: Screening) -> str:
        screen = io.StringIO()
        draw(one, Console(width=200, file=screen))
        return screen.getvalue()

    words = "A shipment screened in several directions is in several rows"
    assert words not in drawn(found)
    assert words in drawn(replace(found, matrix=(*found.matrix, found.matrix[0])))


@pytest.mark.parametrize("style", ["serve/templates/screen.css", "report/templates/desk.css"])
def test_paper_has_tables_and_not_the_cards_of_a_phone(style: str) -> None:
    """A browser measures paper as a narrow screen: six shipments took five pages."""
    text = files("entrepot").joinpath(style).read_text("utf-8")
    assert "screen and (max-width" in text
    assert not re.search(r"@media \(max-width", text)
