"""Several tables in one sheet: none is read as a part of another, each can be drafted and read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from entrepot.errors import BadFileError, RequestError
from entrepot.sources.table.draft.draft import draft_mapping
from made_workbook import cells, make_workbook
from table_reading import read_table

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

OUT = {"DEU": 100.0, "FRA": 50.0, "ITA": 30.0}
IN = {"DEU": 200.0, "FRA": 150.0, "CHN": 330.0}
EXPORTS = ["Germany,100,110,120", "France,50,60,70", "Italy,30,20,10"]
IMPORTS = ["Germany,200,210,220", "France,150,160,170", "China,330,320,310"]
YEARS = "Country,2022,2023,2024"
ANSWERS = {
    "reporter": "KGZ", "flow": "import", "product": "TOTAL", "currency": "USD", "scale": "1",
    "period": "'2022'", "nomenclature": "HS2022", "role": "partner",
}  # fmt: skip

UNDER = {
    "titles and names again": [
        *("Trade of Freedonia", "Exports,,,", YEARS, *EXPORTS),
        *(",,,", "Imports,,,", YEARS, *IMPORTS),
    ],
    "names again": [YEARS, *EXPORTS, YEARS, *IMPORTS],
    "other names behind an empty row": [
        "Country,Exports 2022,Exports 2023",
        *(row.rpartition(",")[0] for row in EXPORTS),
        "",
        "Country,Imports 2022,Imports 2023",
        *(row.rpartition(",")[0] for row in IMPORTS),
    ],
    "one column of numbers": [
        "Country,Exports 2022",
        *(",".join(row.split(",")[:2]) for row in EXPORTS),
        "Imports,",
        "Country,Imports 2022",
        *(",".join(row.split(",")[:2]) for row in IMPORTS),
    ],
    "titles alone": [YEARS, "Exports,,,", *EXPORTS, "Imports,,,", *IMPORTS],
    "titles alone, the first above": ["Exports", YEARS, *EXPORTS, "Imports,,,", *IMPORTS],
    "a note between": [YEARS, *EXPORTS, "1) without ships", ",,,", YEARS, *IMPORTS],
}
BESIDE = {
    "under names of groups": [
        *("Exports,,,Imports,", "Country,Value,,Country,Value"),
        *("Germany,100,,China,330", "France,50,,Germany,200", "Italy,30,,France,150"),
    ],
    "without an empty column": [
        "Country,Exports USD,Country,Imports USD",
        *("Germany,100,China,330", "France,50,Germany,200", "Italy,30,France,150"),
    ],
}


def values(path: Path, part: int) -> dict[str, float]:
    """Draft a part, answer its questions, and return its values of 2022 by partner."""
    draft = draft_mapping(path, part=part)
    assert draft.parts.startswith(f"2 tables in one sheet; this is part {part}, ")
    assert draft.parts in draft.text
    text = re.sub(r"(\w+): TODO", lambda found: f"{found[1]}: {ANSWERS[found[1]]}", draft.text)
    if "\nreporter:" not in text:
        text += "reporter: KGZ\n"
    rows, _ = read_table(path, text, path.parent)
    now = [row for row in rows if str(row["period"]) == "2022-01-01"]
    partners = [({row["exporter"], row["importer"]} - {"KGZ"}).pop() for row in now]
    assert len(set(partners)) == len(partners)
    return dict(zip(partners, (row["value_usd"] for row in now), strict=True))


@pytest.mark.parametrize("rows", [*UNDER.values(), *BESIDE.values()], ids=[*UNDER, *BESIDE])
def test_each_part_is_read_alone(rows: list[str], tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("\n".join(rows) + "\n")
    assert (values(path, 1), values(path, 2)) == (OUT, IN)
    with pytest.raises(RequestError, match="no part 3: mine"):
        draft_mapping(path, part=3)


def test_parts_of_a_workbook(tmp_path: Path) -> None:
    rows = [row.split(",") for row in UNDER["titles alone"]]
    numbers = [[int(cell) if cell.isdigit() else cell for cell in row] for row in rows]
    path = make_workbook(tmp_path / "mine.xlsx", {"trade": cells(numbers)})
    assert (values(path, 1), values(path, 2)) == (OUT, IN)


def test_narrower_tables_below(tmp_path: Path) -> None:
    """As in a workbook of a statistical office: a series, and below it tables of other things."""
    rows = [
        *("Exports by quarter", "Quarter,Total exports (USD),Exports of farms (USD),Share"),
        *("Q1 2023,100,4,0.04", "Q2 2023,200,6,0.03", "Q3 2023,300,6,0.02", ",,,", ",,,"),
        *("Main goods", "Product,Value (USD)", "Cocoa,10", "Sesame,5", ",,,"),
        *("By region", "Region,Value (USD)", "Asia,9", "Europe,6"),
    ]
    path = tmp_path / "mine.csv"
    path.write_text("\n".join(rows) + "\n")
    draft = draft_mapping(path)
    assert draft.parts.startswith("3 tables in one sheet; this is part 1, rows 3 to 5 (Exports by")
    assert draft.mapping["last_row"] == 5
    columns = draft.mapping["columns"]
    assert columns["Total exports (USD)"]["role"] == "TODO", "either can be the value"
    assert columns["Exports of farms (USD)"]["role"] == "TODO"
    below = draft_mapping(path, part=3)
    assert (below.mapping["header_row"], "last_row" in below.mapping) == (14, False)


@pytest.mark.parametrize(
    "rows",
    [
        ["Code,Name,Code,Name,Value", "276,Germany,156,China,5", "156,China,276,Germany,7"],
        [YEARS, "Germany,100,110,120", "Tuvalu,2010,1987,2003", "France,50,60,70"],
        [YEARS, "Germany,100,110,120", "Tuvalu,-,-,n.a.", "Nauru,..,..,..", "France,50,60,70"],
        [YEARS, ",tonnes,dollars,items", "Germany,100,110,120", "France,50,60,70"],
        [YEARS, "Europe,,,", "Germany,100,110,120", "Asia,,,", "China,50,60,70"],
        [YEARS, "Germany,100,110,120", "France,50,60,70", "1 Imports are CIF.", "2 Exports FOB."],
        ["Country,Exports,Main goods,Share", "Germany,10,Cars,5", "France,5,Wine,3"],
        ["Country,Year,Value", "Germany,2022,10", "Germany,2023,20", "France,2022,30"],
    ],
)
def test_one_table_has_no_parts(rows: list[str], tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text("\n".join(rows) + "\n")
    draft = draft_mapping(path)
    assert draft.parts == ""
    assert "first_row" not in draft.text
    with pytest.raises(RequestError, match="no part 2: mine"):
        draft_mapping(path, part=2)


LONGER = "Country,HS code,2023\nChina,854231,100\nGermany,854231,20\n"
CUT = """
format: 1
reporter: KGZ
nomenclature: HS2022
columns:
  Country: {role: partner, codes: names}
  HS code: {role: product}
  '2023': {role: value, period: '2023', flow: import, currency: USD, scale: 1}
ignore: []
"""


@pytest.mark.parametrize(
    ("more", "keys", "level", "count", "example"),
    [
        ("Turkiye,854231,7\nIndia,854231,5\n", "last_row: 3", "warning", 2, "row 4"),
        ("Total,,120\n\nSource: customs,,\n", "last_row: 3", "note", 2, "row 4"),
        (",,\n", "last_row: 3", None, 0, ""),
        ("", "first_row: 3", "warning", 1, "row 2"),
        ("Turkiye,854231,7\n", "first_row: 3\nlast_row: 4", "warning", 1, "row 2"),
    ],
)
@pytest.mark.parametrize("kind", ["text", "workbook"])
def test_rows_outside_the_cuts_are_said(
    more: str, keys: str, level: str | None, count: int, example: str, kind: str, tmp_path: Path
) -> None:
    """A mapping that fitted last month's file must not cut off rows without a word."""
    if kind == "text":
        path = tmp_path / "t.csv"
        path.write_text(LONGER + more)
    else:
        rows = [line.split(",") for line in (LONGER + more).splitlines()]
        path = tmp_path / "t.xlsx"
        make_workbook(path, {"Sheet": cells(rows)})
    _, findings = read_table(path, CUT + keys + "\n", tmp_path)
    said = [one for one in findings if one.rule == "outside-rows"]
    assert [(one.level, one.count, one.example) for one in said] == (
        [(level, count, example)] if level else []
    )


@pytest.mark.parametrize(
    ("above", "said"),
    [
        (["Exports of Kyrgyzstan", ""], None),
        (["China,854231,100", "Germany,854231,20"], (2, "row 1")),
        (["Trade,,", '"China","854231","1 000"'], (1, "row 2")),
        (["1,2,3", "Country,Code,Year"], None),
    ],
)
@pytest.mark.parametrize("kind", ["text", "workbook"])
def test_rows_above_the_names_that_are_like_those_below_are_said(
    above: list[str], said: tuple[int, str] | None, kind: str, tmp_path: Path
) -> None:
    """What is a title in one file may be data in the next one that the same mapping reads."""
    lines = [*above, *LONGER.splitlines()]
    path = tmp_path / "t.csv"
    path.write_text("\n".join(lines) + "\n")
    if kind == "workbook":
        path = tmp_path / "t.xlsx"
        make_workbook(path, {"Sheet": cells([line.replace('"', "").split(",") for line in lines])})
    rows, findings = read_table(path, CUT + "header_row: 3\n", tmp_path)
    assert len(rows) == 2
    found = [one for one in findings if one.rule == "rows-above"]
    assert [(one.level, one.count, one.example) for one in found] == (
        [("warning", *said)] if said else []
    )


def test_a_sheet_that_ends_before_its_last_row_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    make_workbook(path, {"Sheet": cells([line.split(",") for line in LONGER.splitlines()])})
    with pytest.raises(BadFileError, match="ends at row 3, before its last_row, 9"):
        read_table(path, CUT + "last_row: 9\n", tmp_path)
