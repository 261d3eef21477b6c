"""Web pages, JSON and workbooks with several rows of names: made up in the publishers' layouts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from entrepot.errors import BadFileError
from entrepot.lake import Lake
from entrepot.sources.table.documents import document_sheets, is_document
from entrepot.sources.table.draft.draft import Draft, draft_mapping
from entrepot.sources.table.periods import fiscal_years, spans
from entrepot.sources.table.plain import joined_names
from made_workbook import cells, make_workbook
from table_reading import read_table

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

SIDES = (("reporter: TODO", "reporter: KGZ"), ("flow: TODO", "flow: import"))
# Cells and rows are not closed, as the portal of the Indian commerce ministry writes them.
INDIA = """<html><head><title>EIDB</title><style>td {color: red}</style></head><body>
<table><tr><td>Department of Commerce<td>Export Import Data Bank</table>
<table border="1"><tr><th rowspan=2>S.No.<th rowspan=2>Country<th colspan=2>2022<th colspan=2>2023
<tr><th>Values in US $ Million<th>Net weight (kg)<th>Values in US $ Million<th>Net weight (kg)
<tr><td>1.<td>U S A<td>1,234.50<td>3<td>1,12,345.60<td>4
<tr><td>2.<td>KOREA RP<td>12.50<td>5<td>13.60<td>&nbsp;
<tr><td><td>Total<td>1247.00<td>8<td>112359.20<td>4
</table><script>document.write("<table><tr><td>a<td>b<tr><td>1<td>2</table>")</script></body></html>
"""


def written(folder: Path, name: str, text: str | dict[str, Any] | list[Any]) -> Path:
    path = folder / name
    path.write_text(text if isinstance(text, str) else json.dumps(text), encoding="utf-8")
    return path


def read(path: Path, draft: Draft, *answers: tuple[str, str]) -> list[dict[str, Any]]:
    text = draft.text
    for open_, answer in answers:
        assert open_ in text
        text = text.replace(open_, answer)
    return read_table(path, text, path.parent)[0]


def test_a_page_of_the_indian_commerce_ministry(tmp_path: Path) -> None:
    path = written(tmp_path, "country.xls", INDIA)  # such pages are saved under this name
    draft = draft_mapping(path)
    assert draft.mapping["header_rows"] == 2
    assert {one.key for one in draft.questions} == {"product", "reporter", "flow"}
    rows = read(
        path,
        draft,
        ("reporter: TODO", "reporter: IND"),
        ("flow: TODO", "flow: export"),
        ("product: TODO", "product: TOTAL"),
    )
    found = {(row["importer"], f"{row['period']:%Y}"): row for row in rows}
    assert {key: row["value_usd"] for key, row in found.items()} == {
        ("USA", "2022"): 1_234_500_000,
        ("KOR", "2022"): 12_500_000,
        ("USA", "2023"): 112_345_600_000,
        ("KOR", "2023"): 13_600_000,
    }
    assert {key: row["mass_kg"] for key, row in found.items()} == {
        ("USA", "2022"): 3, ("KOR", "2022"): 5, ("USA", "2023"): 4, ("KOR", "2023"): None,
    }  # fmt: skip


def test_one_of_several_tables_of_a_page_is_asked_and_named(tmp_path: Path) -> None:
    one = "<table><tr><th>Year<th>Partner<th>HS<th>Value (USD)<tr><td>2023<td>{}<td>854231<td>5"
    path = written(
        tmp_path, "two.html", one.format("China") + "</table>" + one.format("Japan") + "</table>"
    )
    draft = draft_mapping(path)
    assert {q.key: q.choices for q in draft.questions}["sheet"] == ("'table 1'", "'table 2'")
    draft = draft_mapping(path, sheet="table 2")
    assert draft.mapping["sheet"] == "table 2"
    rows = read(path, draft, *SIDES[:1], ("flow: TODO", "flow: import"),
                ("nomenclature: TODO", "nomenclature: HS2022"))  # fmt: skip
    assert [row["exporter"] for row in rows] == ["JPN"]
    with pytest.raises(BadFileError, match="no table 'table 3'"):
        draft_mapping(path, sheet="table 3")


@pytest.mark.parametrize("encoding", ["gb18030", "windows-1251", "utf-16"])
def test_a_page_in_the_encoding_that_it_says(tmp_path: Path, encoding: str) -> None:
    words = "Россия" if encoding != "gb18030" else "俄罗斯"
    page = f'<meta charset="{encoding}"><table><tr><td>a<td>b<tr><td>{words}<td>1</table>'
    path = tmp_path / "page.html"
    path.write_bytes(page.encode(encoding))
    assert document_sheets(path, "page.html") == {"table 1": [["a", "b"], [words, "1"]]}


def test_cells_over_rows_and_columns(tmp_path: Path) -> None:
    page = (
        "<table><tr><td rowspan=3>x</td><td colspan=2>y</td></tr><tr><td>1</td><td>2</td></tr>"
        "<tr><td>3<br>4</td><td><table><tr><td>in</td></tr></table>5</td></tr></table>"
    )
    path = written(tmp_path, "page.html", page)
    [grid] = document_sheets(path, "page.html").values()
    assert grid == [["x", "y", ""], ["x", "1", "2"], ["x", "3 4", "5"]]


COMTRADE = {
    "elapsedTime": "0.2 secs", "count": 2, "error": "",
    "data": [
        {"refYear": 2022, "period": "2022", "reporterISO": "DEU", "flowCode": "M",
         "partnerISO": who, "cmdCode": "854231", "classificationCode": "H6",
         "primaryValue": value, "netWgt": None}
        for who, value in (("CHN", 12345678.901), ("USA", 2.5e7))
    ],
}  # fmt: skip
HMRC = {
    "@odata.context": "https://api.uktradeinfo.com/$metadata#OTS",
    "value": [
        {"MonthId": 202401, "FlowTypeId": 3, "CommodityId": code, "CountryId": number,
         "Value": 100.5, "NetMass": 5.0, "Country": {"CountryName": name}}
        for code, number, name in ((85423190, 720, "China"), (2023000, 400, "United States"))
    ],
}  # fmt: skip


def test_an_answer_of_comtrade_reads_at_once(tmp_path: Path) -> None:
    path = written(tmp_path, "answer.json", COMTRADE)
    draft = draft_mapping(path)
    assert draft.questions == ()
    rows = {row["exporter"]: row for row in read(path, draft)}
    assert (rows["CHN"]["value_usd"], rows["USA"]["value_usd"]) == (12345678.9, 25_000_000)
    assert rows["CHN"]["mass_kg"] is None


def test_names_inside_records_of_hmrc_answer_for_its_numbers(tmp_path: Path) -> None:
    path = written(tmp_path, "ots.json", HMRC)
    draft = draft_mapping(path)
    assert draft.mapping["columns"]["Country.CountryName"] == {"role": "partner", "codes": "names"}
    assert "CountryId" in draft.mapping["ignore"]
    assert draft.mapping["columns"]["CommodityId"]["pad"] == 8
    rows = read(
        path, draft, ("reporter: TODO", "reporter: GBR"), ("import: TODO", "import: '3'"),
        ("export: TODO", "export: '4'"), ("unit: TODO", "unit: kg"), ("scale: TODO", "scale: 1"),
        ("currency: TODO", "currency: GBP"), ("nomenclature: TODO", "nomenclature: CN2024"),
    )  # fmt: skip
    assert {(row["exporter"], row["product"]) for row in rows} == {
        ("CHN", "85423190"), ("USA", "02023000")}  # fmt: skip


CODES: dict[str, dict[str, str]] = {
    "freq": {"M": "Monthly"},
    "reporter": {"DE": "Germany"},
    "partner": {"CN": "China", "US": "United States"},
    "product": {"854231": "Chips"},
    "flow": {"1": "IMPORT"},
    "TIME_PERIOD": {"2024-01": "2024-01", "2024-02": "2024-02"},
}
TRUTH = {("CHN", 1): 10.5, ("CHN", 2): 11, ("USA", 2): 13}  # the second of the four is missing


def json_stat() -> dict[str, Any]:
    return {
        "version": "2.0",
        "class": "dataset",
        "id": list(CODES),
        "size": [len(names) for names in CODES.values()],
        "dimension": {
            one: {"category": {"index": {c: n for n, c in enumerate(names)}, "label": names}}
            for one, names in CODES.items()
        },
        "value": {"0": 10.5, "1": 11, "3": 13},
    }


def sdmx_json(*, by_series: bool) -> dict[str, Any]:
    dimensions = [
        {"id": one, "values": [{"id": c, "name": {"en": name}} for c, name in names.items()]}
        for one, names in CODES.items()
    ]
    if not by_series:
        observed = {"0:0:0:0:0:0": [10.5], "0:0:0:0:0:1": [11, 0], "0:0:1:0:0:1": [13]}
        return {
            "data": {
                "dataSets": [{"observations": observed}],
                "structures": [{"dimensions": {"observation": dimensions}}],
            }
        }
    series = {
        "0:0:0:0:0": {"observations": {"0": [10.5], "1": [11]}},
        "0:0:1:0:0": {"observations": {"1": [13]}},
    }
    return {
        "dataSets": [{"series": series}],
        "structure": {"dimensions": {"series": dimensions[:-1], "observation": dimensions[-1:]}},
    }


@pytest.mark.parametrize(
    "made", [json_stat(), sdmx_json(by_series=True), sdmx_json(by_series=False)]
)
def test_cubes_of_statistical_offices(tmp_path: Path, made: dict[str, Any]) -> None:
    path = written(tmp_path, "cube.json", made)
    draft = draft_mapping(path)
    assert draft.mapping["columns"]["flow"] == {"role": "flow", "import": "1"}  # words beside it
    rows = read(
        path, draft, ("currency: TODO", "currency: EUR"), ("scale: TODO", "scale: 1"),
        ("nomenclature: TODO", "nomenclature: HS2022"),
    )  # fmt: skip
    assert {(row["exporter"], row["period"].month): row["value_reported"] for row in rows} == TRUTH


def test_rows_of_the_us_census_with_names_first(tmp_path: Path) -> None:
    rows = [["CTY_CODE", "CTY_NAME", "I_COMMODITY", "GEN_VAL_MO", "time"],
            ["5700", "CHINA", "854231", "10", "2024-01"]]  # fmt: skip
    path = written(tmp_path, "census.json", rows)
    assert document_sheets(path, "census.json") == {"rows": rows}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "<!DOCTYPE html><html><head><title>x</title></head><h1>Access Denied</h1>",
            "Access Denied",
        ),
        ('{"statusCode":401,"message":"missing subscription key"}', "missing subscription key"),
        ('<?xml version="1.0"?><Error><Code>NoSuchKey</Code></Error>', "NoSuchKey"),
        ("Error: too many requests, try again later", "too many requests"),
        ("Service unavailable\n", "Service unavailable"),
        ('{"data": [], "count": 0}', "count"),
        ('{"data": [{"a": 1}', "cannot be read"),
    ],
)
def test_an_error_saved_as_csv_is_quoted(tmp_path: Path, text: str, said: str) -> None:
    path = written(tmp_path, "data.csv", text)
    with pytest.raises(BadFileError) as caught:
        draft_mapping(path)
    assert said in caught.value.what
    assert caught.value.where == "data.csv"


def test_a_table_that_begins_with_a_bracket_is_no_json(tmp_path: Path) -> None:
    assert not is_document(written(tmp_path, "a.csv", "[code],value\n1,2\n"))
    assert is_document(written(tmp_path, "b.csv", '\ufeff\n [{"a": 1}]'))


def test_names_in_two_rows_of_a_workbook_with_two_sheets(tmp_path: Path) -> None:
    table = [
        ["Imports of Kyrgyzstan"],
        ["Partner", "HS", 2022, "", 2023, ""],
        ["", "", "Value, USD", "Mass, kg", "Value, USD", "Mass, kg"],
        ["China", "854231", 5, 6, 7, 8],
    ]
    book = make_workbook(tmp_path / "x.xlsx", {"notes": cells([["a note"], ["more"]]),
                         "import": cells(table), "export": cells(table)})  # fmt: skip
    asked = {q.key: q.choices for q in draft_mapping(book).questions}
    assert asked["sheet"] == ("'import'", "'export'")  # a sheet of notes is none
    draft = draft_mapping(book, sheet="export")
    assert (draft.mapping["header_row"], draft.mapping["header_rows"]) == (3, 2)
    rows = read(
        book, draft, *SIDES, ("scale: TODO", "scale: 1"),
        ("nomenclature: TODO", "nomenclature: HS2022"),
    )  # fmt: skip
    assert {(row["period"].year, row["value_usd"], row["mass_kg"]) for row in rows} == {
        (2022, 5, 6), (2023, 7, 8)}  # fmt: skip


HIDDEN_MAP = """format: 1
nomenclature: HS2022
period: '2023'
sheet: data
columns:
  partner: {role: partner, codes: ISO3}
  hs: {role: product}
  usd: {role: value, currency: USD, scale: 1}
reporter: KGZ
flow: import
ignore: [note]
"""


def test_what_a_workbook_hides_is_loaded_and_said(tmp_path: Path) -> None:
    """A filter that was left on hid rows, and they went in without a word."""
    table: list[list[object]] = [["partner", "hs", "usd", "note"]]
    table += [["CHN", "854231", 5, ""], ["DEU", "854231", 7, ""], ["USA", "854231", 9, ""]]
    plain = cells(table)
    unseen = plain.replace('<row r="3"', '<row hidden="1" r="3"').replace(
        '<row r="4"', '<row r="4" hidden="1"'
    )
    assert unseen.count("hidden") == 2
    book = make_workbook(
        tmp_path / "x.xlsx",
        {"other": plain, "data": unseen},
        columns='<cols><col min="2" max="2" hidden="1"/><col min="4" max="9" hidden="1"/></cols>',
        hidden=["data"],
    )
    found, findings = read_table(book, HIDDEN_MAP, tmp_path)
    assert [row["value_usd"] for row in found] == [5, 7, 9]
    said = {one.rule: (one.count, one.example, one.text) for one in findings}
    assert said["hidden-rows"][:2] == (2, "row 3 to 4")
    assert "sum of usd 16" in said["hidden-rows"][2]
    assert said["hidden-columns"][:2] == (1, "hs")  # the other one is ignored
    assert said["hidden-sheet"][:2] == (1, "data")
    shown = make_workbook(tmp_path / "y.xlsx", {"data": plain})
    assert not [one for one in read_table(shown, HIDDEN_MAP, tmp_path)[1] if "hidden" in one.rule]


MIXED = "partner,hs,usd,note\nCHN,854231,5,Станки и узлы\nDEU,854231,7,Микросхемы\n"


def test_a_text_in_two_encodings_is_refused_with_both_rows(tmp_path: Path) -> None:
    """Read in one of them, the names in the other came out as other letters."""
    first, second, third = MIXED.splitlines(keepends=True)
    path = tmp_path / "x.csv"
    mapping = HIDDEN_MAP.replace("sheet: data", "encoding: cp1251")
    for text, utf8, own in (
        (first.encode() + second.encode("cp1251") + third.encode(), 3, 2),
        (first.encode() + second.encode() + third.encode("cp1251"), 2, 3),
    ):
        path.write_bytes(text)
        for ask in (lambda: read_table(path, mapping, tmp_path), lambda: draft_mapping(path)):
            with pytest.raises(BadFileError, match="lines in two encodings") as caught:
                ask()
            assert f"row {utf8} is in UTF-8, row {own} in cp1251" in caught.value.what
            assert str(caught.value.where).startswith("x.csv, row ")
    # Each by itself is read, also with signs that look like one letter in UTF-8.
    for plain in (MIXED.replace("узлы", "Р№"), "partner,hs,usd,note\nCHN,854231,5,Р№\n"):
        path.write_bytes(plain.encode("cp1251"))
        assert read_table(path, mapping, tmp_path)[0]
    chinese = "partner,hs,usd,note\nCHN,854231,5,机床零件\nDEU,854231,7,联通\n"
    path.write_bytes(chinese.encode("gb18030"))
    assert read_table(path, mapping.replace("cp1251", "gb18030"), tmp_path)[0]


def test_names_in_two_lines_of_a_text(tmp_path: Path) -> None:
    text = "Partner;HS;2022;;2023;\n;;Value USD;Mass kg;Value USD;Mass kg\nChina;854231;5;6;7;8\n"
    path = written(tmp_path, "x.csv", text)
    draft = draft_mapping(path)
    rows = read(
        path, draft, *SIDES, ("scale: TODO", "scale: 1"),
        ("nomenclature: TODO", "nomenclature: HS2022"),
    )  # fmt: skip
    assert {(row["period"].year, row["value_usd"], row["mass_kg"]) for row in rows} == {
        (2022, 5, 6), (2023, 7, 8)}  # fmt: skip


def test_names_of_groups_are_joined() -> None:
    rows = [["Country", "2021", "", "2022", ""], ["", "Qty", "Value", "Qty", "Value"]]
    assert joined_names(rows) == ("Country", "2021 Qty", "2021 Value", "2022 Qty", "2022 Value")


def test_fiscal_years_are_no_months(tmp_path: Path) -> None:
    """2010-11 of a fiscal year was read as November of 2010."""
    assert fiscal_years(["2010-11", "2011-12", "2012-13"])
    assert not fiscal_years(["2010-11", "2010-12"])
    for texts in (["2010-11", "2011-12"], ["2023-24"], ["FY2022-23", "FY2023-24"], ["2022-2023"]):
        with pytest.raises(ValueError, match="fiscal year"):
            spans(texts, None)
    assert spans(["2010-11"], "M")["2010-11"].start == "2010-11-01"
    assert spans(["2010-11", "2010-12"], None)["2010-12"].start == "2010-12-01"
    months = "Country," + ",".join(f"201{y}-{m:02}" for y in (0, 1) for m in range(1, 13))
    draft = draft_mapping(written(tmp_path, "m.csv", f"{months}\nChina{',1' * 24}\n"))
    assert "year_starts" not in draft.text  # 2010-11 and 2011-12 are months among months
    for head in ("2010-11,2011-12", "2022-23", "2022-2023,2023-2024"):
        text = f"Country,{head}\nChina,1,2\n".replace(",2\n", "\n" if "," not in head else ",2\n")
        draft = draft_mapping(written(tmp_path, "india.csv", text))
        assert "year_starts" in {question.key for question in draft.questions}


ABS = """DATAFLOW,COUNTRY_DEST: Country of Destination,FREQ: Frequency,TIME_PERIOD: Time Period,\
OBS_VALUE,UNIT_MEASURE: Unit of Measure,UNIT_MULT: Unit of Multiplier
ABS:MERCH_EXP(1.0.0),CHIN: China (excludes SARs and Taiwan),M: Monthly,2024-05,9000,\
AUD: Australian Dollars,3: Thousands
ABS:MERCH_EXP(1.0.0),JAP: Japan,M: Monthly,2024-05,3000,AUD: Australian Dollars,3: Thousands
ABS:MERCH_EXP(1.0.0),TOT: Total,M: Monthly,2024-05,15000,AUD: Australian Dollars,3: Thousands
"""


def test_sdmx_csv_with_labels_is_read_by_its_codes(tmp_path: Path) -> None:
    path = written(tmp_path, "abs.csv", ABS)
    draft = draft_mapping(path)
    assert draft.mapping["columns"]["OBS_VALUE"] == {
        "role": "value", "currency": "AUD", "scale": 1000,
    }  # fmt: skip
    rows = read(
        path, draft, ("reporter: TODO", "reporter: AUS"), ("flow: TODO", "flow: export"),
        ("product: TODO", "product: TOTAL"),
    )  # fmt: skip
    assert {row["importer"]: row["value_reported"] for row in rows} == {"CHN": 9e6, "JPN": 3e6}


def test_sdmx_csv_with_names_alone_is_read_by_names(tmp_path: Path) -> None:
    text = (
        "STRUCTURE,STRUCTURE_ID,Reference area,Counterpart area,Product,Trade flow,Time period,"
        "Observation value,Unit multiplier,Unit of measure\n"
        "DATAFLOW,OECD:DF(1.0),Germany,Viet Nam,854231,Imports,2022,5,6,US dollar\n"
        "DATAFLOW,OECD:DF(1.0),Germany,China,854231,Imports,2022,10,6,US dollar\n"
    )
    path = written(tmp_path, "oecd.csv", text)
    rows = read(path, draft_mapping(path), ("nomenclature: TODO", "nomenclature: HS2022"))
    assert {row["exporter"]: row["value_usd"] for row in rows} == {"VNM": 5e6, "CHN": 10e6}


def test_what_one_category_says_of_flow_and_money_is_taken(tmp_path: Path) -> None:
    """WITS: of several groups of goods over all partners the largest was loaded without a word."""
    rows = [
        {"REPORTER": "USA", "PARTNER": "WLD", "PRODUCTCODE": group, "TIME_PERIOD": "2017",
         "INDICATOR": "Import Trade Value (US$ Thousand)", "OBS_VALUE": value}
        for group, value in (("Food", 5), ("Fuels", 7))
    ]  # fmt: skip
    path = written(tmp_path, "wits.json", {"data": rows})
    draft = draft_mapping(path)
    columns = draft.mapping["columns"]
    assert columns["INDICATOR"] == {"role": "flow", "import": "Import Trade Value (US$ Thousand)"}
    assert columns["OBS_VALUE"] == {"role": "value", "currency": "USD", "scale": 1000}
    assert "several rows give one total" in draft.text
    with pytest.raises(ValueError, match="several rows give one total"):
        read(path, draft, ("product: TODO", "product: TOTAL"))


def test_a_data_set_says_which_structure_it_has(tmp_path: Path) -> None:
    """Structures of SDMX-JSON 2 are numbered; the first is that of another table here."""
    made = sdmx_json(by_series=False)
    other = {"dimensions": {"observation": [{"id": "X", "values": [{"id": "a"}]}]}}
    made["data"]["structures"].insert(0, other)
    made["data"]["dataSets"][0]["structure"] = 1
    path = written(tmp_path, "cube.json", made)
    assert document_sheets(path, "cube.json")["dataSets"][0][:1] == ["freq"]
    made["data"]["dataSets"].append({"structure": 0, "observations": {"0": [1]}})
    path = written(tmp_path, "two.json", made)
    with pytest.raises(BadFileError, match="several structures"):
        document_sheets(path, "two.json")


def test_daily_rows_are_asked_about_and_do_not_break_a_draft(tmp_path: Path) -> None:
    """The exchange rates of the ECB are daily; a key that no length has ended the draft."""
    path = tmp_path / "days.csv"
    path.write_text("FREQ,TIME_PERIOD,to,VALUE USD\nD,2024-01-18,FRA,1\nD,2024-01-21,DEU,2\n")
    assert draft_mapping(path).questions


def test_a_quarter_with_its_year_beside_a_year(tmp_path: Path) -> None:
    path = tmp_path / "quarters.csv"
    path.write_text("Quarter,Year,to,v\nQ1 2023,2023,FRA,1\nQ2 2023,2023,FRA,2\n")
    mapping = (
        "format: 1\nreporter: NGA\nflow: export\nproduct: TOTAL\ncolumns:\n"
        "  Quarter: {role: quarter}\n  Year: {role: year}\n  to: {role: partner, codes: ISO3}\n"
        "  v: {role: value, currency: NGN, scale: 1}\n"
    )
    lake = Lake.open(tmp_path / "lake")
    lake.add("table", [path], mapping=mapping)
    assert [str(period) for period in lake.holdings()[0].periods] == ["2023Q1", "2023Q2"]


def test_a_page_that_ends_inside_a_table_is_refused(tmp_path: Path) -> None:
    """Half a page was read as a whole one; browsers show what is there of it."""
    end = INDIA.index("<tr><td>2.")
    with pytest.raises(BadFileError, match="ends inside a table"):
        document_sheets(written(tmp_path, "half.html", INDIA[:end]), "half.html")
    unclosed = INDIA[:end] + "</body></html>"
    assert document_sheets(written(tmp_path, "whole.html", unclosed), "whole.html")


NAMES = ["period", "reporter", "partner", "flow", "hs", "value_usd"]
LINES = [
    [2023, "SGP", area, "Imports", "854231", 100 + place]
    for place, area in enumerate(("CHN", "DEU", "VNM", "JPN"))
]
BY_NAME = {name: [line[place] for line in LINES] for place, name in enumerate(NAMES)}
INSIDE = [
    {"partner": line[2], "hs": line[4], "series": [{"year": 2023, "value_usd": line[5]}]}
    for line in LINES
]
JSONS: dict[str, Any] = {
    "records in a list of two": [{"page": 1}, [dict(zip(NAMES, x, strict=True)) for x in LINES]],
    "rows with names": {"meta": {"a": "b"}, "result": {"table": [NAMES, *LINES]}},
    "rows beside names": {"columns": NAMES, "index": [0, 1, 2, 3], "data": LINES},
    "rows beside columns": {"fields": [{"id": one, "type": "a"} for one in NAMES], "rows": LINES},
    "columns": {"status": "ok", **BY_NAME},
    "columns by number": {n: {str(i): x for i, x in enumerate(c)} for n, c in BY_NAME.items()},
    "records by key": {f"row {n}": dict(zip(NAMES, x, strict=True)) for n, x in enumerate(LINES)},
    "records inside records": {"reporter": "SGP", "data": INSIDE},
    "objects in objects": {"854231": {x[2]: {"year": 2023, "value_usd": x[5]} for x in LINES}},
}  # fmt: skip


@pytest.mark.parametrize("form", JSONS)
def test_json_of_any_form_is_the_same_table(tmp_path: Path, form: str) -> None:
    path = written(tmp_path, "answer.json", JSONS[form])
    draft = draft_mapping(path)
    assert {one.key.rpartition(".")[2] for one in draft.questions} <= {
        *("nomenclature", "reporter", "flow", "scale", "role"),
    }
    text = draft.text
    for key, answer in (
        ("nomenclature", "HS2017"),
        ("reporter", "SGP"),
        ("flow", "import"),
        ("scale", "1"),
        ("role", "partner"),
    ):
        text = text.replace(f"{key}: TODO", f"{key}: {answer}")
    if not {"reporter", "flow"} & {one.key.rpartition(".")[2] for one in draft.questions}:
        text += "" if "role: reporter" in text else "reporter: SGP\nflow: import\n"
    rows = read_table(path, text, tmp_path)[0]
    found = {(row["exporter"], row["importer"], row["product"], row["value_usd"]) for row in rows}
    assert found == {(line[2], "SGP", line[4], float(str(line[5]))) for line in LINES}
    assert {str(row["period"])[:4] for row in rows} == {"2023"}


@pytest.mark.parametrize(
    "data",
    [
        # The margins of a matrix are no columns, and answers of an error are no rows.
        {"partners": ["CHN", "DEU"], "years": [2022, 2023], "values": [[1, 2], [3, 4]]},
        {"error": {"code": 404, "text": "not found"}, "meta": {"page": 1, "size": 50}},
        {"code": 404, "message": "not found"},
    ],
)
def test_margins_and_errors_are_no_rows(tmp_path: Path, data: dict[str, Any]) -> None:
    path = written(tmp_path, "answer.json", data)
    if "values" in data:
        assert document_sheets(path, "answer.json") == {"values": [["1", "2"], ["3", "4"]]}
        return
    with pytest.raises(BadFileError, match="JSON without a table of data"):
        document_sheets(path, "answer.json")


@pytest.mark.parametrize("version", [1, 2])
def test_cubes_of_json_stat_inside_an_answer(tmp_path: Path, version: int) -> None:
    dimension = {
        "time": {"category": {"index": {"2022": 0, "2023": 1}}},
        "partner": {"category": {"index": ["CHN", "DEU", "JPN"]}},
    }
    size = {"id": ["time", "partner"], "size": [2, 3]}
    values = [1, 2, 3, None, 5, 6]
    answer: dict[str, Any] = (
        {"dataset": {"dimension": {**size, **dimension}, "value": values}}
        if version == 1
        else {"class": "collection", "link": {"item": [
            {"class": "dataset", **size, "dimension": dimension, "value": values}]}}
    )  # fmt: skip
    [rows] = document_sheets(written(tmp_path, "a.json", answer), "a.json").values()
    assert rows[0] == ["time", "partner", "OBS_VALUE"]
    assert {tuple(row) for row in rows[1:]} == {
        *(("2022", "CHN", "1"), ("2022", "DEU", "2"), ("2022", "JPN", "3")),
        *(("2023", "DEU", "5"), ("2023", "JPN", "6")),
    }


SINGAPORE = """Theme: Trade & Investment
Table Title: Merchandise Imports By Region/Market

Data Series,2024 Mar,2024 Feb,2024 Jan
Total Merchandise Imports (Thousand Dollars),600,540,570
Asia (Million Dollars),0.45,0.4,0.42
  China (Thousand Dollars),200,180,190
  Japan (Thousand Dollars),100,90,95
  Malaysia (Thousand Dollars),150,130,135
America (Million Dollars),0.15,0.14,0.15
  United States (Thousand Dollars),100,95,105
  Brazil (Thousand Dollars),50,45,45
"""


def test_areas_whose_names_carry_units(tmp_path: Path) -> None:
    """Rows in another unit are never read in that of the rest: SingStat mixes two."""
    path = written(tmp_path, "sg.csv", SINGAPORE)
    draft = draft_mapping(path)
    assert draft.mapping["wide"]["scale"] == 1000
    assert "is in another unit than (Thousand Dollars)" in draft.text
    text = draft.text
    for question, answer in (
        ("product: TODO", "product: TOTAL\nreporter: SGP\nflow: import"),
        ("role: TODO", "role: partner"),
        ("'America (Million Dollars)': TODO, ", ""),
        ("'Asia (Million Dollars)': TODO, ", ""),
        ("(Thousand Dollars)': TODO", "(Thousand Dollars)': WLD"),
        ("currency: TODO", "currency: SGD"),
    ):
        assert question in text
        text = text.replace(question, answer)
    with pytest.raises(BadFileError, match="no area where the pattern looks for one"):
        read_table(path, text, tmp_path)
    text = text.replace(", own:", ", leave_out: ['Asia*', 'America*'], own:")
    rows = read_table(path, text, tmp_path)[0]
    january = {row["exporter"]: row["value_reported"] for row in rows if row["period"].month == 1}
    partners = {"CHN": 190e3, "JPN": 95e3, "MYS": 135e3, "USA": 105e3, "BRA": 45e3}
    assert {area: january[area] for area in partners} == partners
    assert len(rows) == 3 * len(partners)


def test_a_unit_of_money_is_no_unit_of_quantities(tmp_path: Path) -> None:
    rows = [
        {"rowText": area, "uoM": "Thousand Dollars", "columns": [
            {"key": f"2023 {month}", "value": str(100 * n + place)}
            for place, month in enumerate(("Jan", "Feb", "Mar"))]}
        for n, area in enumerate(("China", "Germany", "Japan", "Malaysia"))
    ]  # fmt: skip
    draft = draft_mapping(written(tmp_path, "s.json", {"Data": {"id": "M1", "row": rows}}))
    value = draft.mapping["columns"]["columns.value"]
    assert (value["role"], value["scale"], value["currency"]) == ("value", 1000, "TODO")
    assert "uoM" in draft.mapping["ignore"]


def test_the_last_part_of_a_name_of_a_record_inside_another_says_what_it_is(tmp_path: Path) -> None:
    """Flows were not recognised in ``countries.import``, and the draft asked for the money."""
    areas = ("Belgium", "Vietnam, Socialist Republic Of", "Japan")
    data = [
        {"quarter": f"2018 Q{q}", "countries": [
            {"region": "all", "country": area, "import": 10.0 * q + n, "export": 5.0 * q + n}
            for n, area in enumerate(areas)]}
        for q in (1, 2, 3)
    ]  # fmt: skip
    draft = draft_mapping(written(tmp_path, "q.json", data))
    columns = draft.mapping["columns"]
    assert columns["countries.import"]["flow"] == "import"
    assert columns["countries.export"]["flow"] == "export"
    assert columns["countries.country"] == {"role": "partner", "codes": "names"}


def test_a_record_that_has_a_key_twice_is_refused(tmp_path: Path) -> None:
    """Of two values of one key the first was dropped, and nothing said so."""
    path = written(tmp_path, "mine.json", '[{"code": "1", "value": 5, "value": 7}]')
    with pytest.raises(BadFileError, match="one record has the key 'value' twice"):
        document_sheets(path, "mine.json")


@pytest.mark.parametrize("codec", ["undefined", "idna", "unicode_escape", "hex", "punycode"])
def test_a_page_in_no_encoding_of_files_is_read_as_utf_8(tmp_path: Path, codec: str) -> None:
    path = tmp_path / "a.html"
    said = f'<meta charset="{codec}"><table><tr><td>a\\x41<td>é<tr><td>b<td>1</table>'
    path.write_text(said, encoding="utf-8")
    [rows] = document_sheets(path, "a").values()
    assert rows == [["a\\x41", "é"], ["b", "1"]]
