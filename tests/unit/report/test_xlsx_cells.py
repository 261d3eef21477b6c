"""Cells of a workbook: which texts are numbers, and names that every program takes."""

from __future__ import annotations

import io
import re
import zipfile

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from entrepot.report.charts import BriefTable
from entrepot.report.render_xlsx import (
    BriefWorkbook,
    SheetChart,
    SheetGrid,
    columns_of,
    read,
    sheet_name,
)


@pytest.mark.parametrize(
    "text",
    ["over 36", "a quarter", "", "–", "1,2", "12,34", "1e5", "0x10", "half", "=1", "010121x"],
)
def test_what_is_no_plain_number_stays_text(text: str) -> None:
    assert read(text) == text


@given(st.floats(-1e12, 1e12), st.integers(0, 4))
def test_a_number_comes_back_with_the_decimals_it_was_shown_with(
    value: float, decimals: int
) -> None:
    text = f"{value:,.{decimals}f}"
    found = read(text.replace("-", "\u2212"))
    assert isinstance(found, tuple)
    assert found[0] == float(text.replace(",", ""))
    assert found[1].partition(".")[2] == "0" * decimals


def test_ranges_become_two_columns_of_numbers_and_codes_stay_text() -> None:
    table = BriefTable(
        caption="",
        head=("Code", "Year", "Share", "Range"),
        numeric=(False, False, True, True),
        rows=(
            ("010121", "2023", "52.8", "38.6 to 53.0"),
            ("8542", "2024", "over 36", "36 or more"),
        ),
        units=("", "", "per cent", "per cent"),
    )
    head, rows = columns_of(table)
    assert head == [
        "Code",
        "Year",
        "Share, per cent",
        "Range, low, per cent",
        "Range, high, per cent",
    ]
    one = "#,##0.0"
    assert rows == [
        ["010121", (2023.0, "0"), (52.8, one), (38.6, one), (53.0, one)],
        ["8542", (2024.0, "0"), "over 36", (36.0, "#,##0"), "open"],
    ]


@given(st.lists(st.text(max_size=60), min_size=1, max_size=12))
def test_names_of_sheets_are_allowed_and_differ(wanted: list[str]) -> None:
    taken: list[str] = []
    for text in wanted:
        name = sheet_name(text, taken)
        assert 0 < len(name) <= 31
        assert not set(name) & set("[]:*?/\\")
        assert name == name.strip("'")
        assert name.lower() not in [*(one.lower() for one in taken), "history"]
        taken.append(name)


@pytest.mark.parametrize("is_drawn", [True, False])
def test_a_sheet_is_printed_with_its_title_and_its_chart_whole(is_drawn: bool) -> None:
    """Titles were cut at the width of a narrow table, and charts at the end of a page."""
    file = io.BytesIO()
    drawn = SheetChart("bar", (1,), 2, "per cent") if is_drawn else None
    rows = [["China", (1.0, "0.0")], ["Turkey", (2.0, "0.0")]]
    grid = SheetGrid("Suppliers", "A title " * 8, "", ("Supplier", "Share"), rows, drawn=drawn)
    with xlsxwriter.Workbook(file, {"in_memory": True}) as made:
        BriefWorkbook(made, "title", "author", "line").add(grid)
    with zipfile.ZipFile(file) as parts:
        book = parts.read("xl/workbook.xml").decode()
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    found = re.search(r"\$A\$1:\$([A-Z])\$(\d+)", book)
    assert found is not None
    width = sum(
        float(one) * (int(last) - int(first) + 1)
        for first, last, one in re.findall(r'<col min="(\d+)" max="(\d+)" width="([\d.]+)"', sheet)
    )
    assert width >= 108  # characters of seven pixels: 756, and the chart has 760
    assert ('orientation="landscape"' in sheet) is not is_drawn
    assert ('fitToHeight="0"' in sheet) is not is_drawn  # else one page, which is the default
