"""Mappings drafted by looking at made-up files."""

from __future__ import annotations

import re
import time
import zipfile
from typing import TYPE_CHECKING

import pytest

from entrepot.engine import connect
from entrepot.errors import BadFileError
from entrepot.sources.table.cells import open_cells
from entrepot.sources.table.draft.compose import how_numbers_are_written
from entrepot.sources.table.draft.draft import Draft, draft_mapping
from entrepot.sources.table.draft.head import look_at_head
from entrepot.sources.table.draft.money import mass_words, money_words, scale_words
from entrepot.sources.table.draft.questions import scalar
from entrepot.sources.table.draft.seen import Seen, look_at_columns
from entrepot.sources.table.mapping import Mapping, read_mapping
from made_workbook import cells, make_workbook
from table_reading import read_table

if TYPE_CHECKING:
    from pathlib import Path

WITS = """\
Reporter,Partner,Product Code,Trade Flow,Trade Value 1000USD,NetWeight in KGM,Year,Nomenclature
Kazakhstan,China,854231,Import,12.5,30,2022,H5
Kazakhstan,Russian Federation,854231,Export,2.5,3,2022,H5
Kazakhstan,Germany,010121,Import,7,9,2022,H5
"""


def drafted(folder: Path, text: str | bytes, name: str = "mine.csv") -> Draft:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return draft_mapping(path)


def asked(draft: Draft) -> list[str]:
    return [question.key for question in draft.questions]


def test_a_wits_table_leaves_no_question_and_reads_at_once(tmp_path: Path) -> None:
    draft = drafted(tmp_path, WITS)
    assert asked(draft) == []
    assert draft.mapping["columns"]["Trade Value 1000USD"] == {
        "role": "value",
        "currency": "USD",
        "scale": 1000,
    }
    assert draft.mapping["columns"]["NetWeight in KGM"] == {"role": "mass", "unit": "kg"}
    found, findings = read_table(tmp_path / "mine.csv", draft.text, tmp_path)
    assert (draft.rows, list(draft.findings)) == (3, findings)
    assert sum(row["value_usd"] for row in found) == 22_000
    assert {row["nomenclature"] for row in found} == {"HS2017"}


@pytest.mark.parametrize(("name", "unit"), [("kg", "kg"), ("Kg", "kg"), ("тонн", "t")])
def test_a_column_called_by_its_unit_alone_is_a_mass(tmp_path: Path, name: str, unit: str) -> None:
    draft = drafted(tmp_path, WITS.replace("NetWeight in KGM", name))
    assert draft.mapping["columns"][name] == {"role": "mass", "unit": unit}


@pytest.mark.parametrize("currency", ["USD", ""])
def test_cells_merged_over_rows_are_named(tmp_path: Path, currency: str) -> None:
    rows = [["Title"], ["Year", "Partner", "HS code", f"Value {currency}"]]
    rows += [[2023, "China", "854231", 5], [2023, "", "854232", 7], [2023, "Japan", "854231", 9]]
    path = make_workbook(tmp_path / "mine.xlsx", {"one": cells(rows)}, ["A1:D1", "B3:B4", "A2:B2"])
    draft = draft_mapping(path)
    [one] = [one for one in draft.findings if one.rule == "merged-cells"]
    assert (one.level, one.count, one.example) == ("warning", 1, "B3")
    assert "# warning: Cells are merged over several rows." in draft.text


def test_the_same_without_units_asks_for_them(tmp_path: Path) -> None:
    text = WITS.replace("Trade Value 1000USD", "Value").replace("NetWeight in KGM", "Weight")
    draft = drafted(tmp_path, text.replace(",Nomenclature", ",kind"))
    assert asked(draft) == [
        "nomenclature",
        "columns.Value.currency",
        "columns.Value.scale",
        "columns.Weight.unit",
    ]
    assert draft.rows is None
    line = next(line for line in draft.text.splitlines() if "Value:" in line)
    assert line.startswith(
        "  Value: {role: value, currency: TODO, scale: TODO}  # in which currency?"
    )
    with pytest.raises(BadFileError, match="lines of the draft still open") as caught:
        read_mapping(draft.text)
    assert "in whole units, thousands or millions?" in caught.value.hint
    answered = draft.text.replace("nomenclature: TODO", "nomenclature: HS2017")
    answered = answered.replace("currency: TODO", "currency: USD").replace(
        "scale: TODO", "scale: 1"
    )
    found, _ = read_table(
        tmp_path / "mine.csv", answered.replace("unit: TODO", "unit: kg"), tmp_path
    )
    assert sum(row["value_usd"] for row in found) == 22


def test_the_draft_as_data_says_the_same(tmp_path: Path) -> None:
    draft = drafted(tmp_path, WITS.replace("Trade Value 1000USD", "Value"))
    data = draft.to_dict()
    assert data["mapping"]["columns"]["Value"]["currency"] == "TODO"
    assert data["questions"][0] == {
        "key": "columns.Value.currency",
        "text": "in which currency?",
        "choices": ["USD", "EUR", "..."],
    }
    assert (data["text"], data["rows"]) == (draft.text, None)


def test_baci_is_known_by_its_columns(tmp_path: Path) -> None:
    text = "t,i,j,k,v,q\n2022,156,643,10121,1.5,2\n2022,156,643,854231,1.5,NA\n"
    draft = drafted(tmp_path, text, "BACI_HS17_Y2022_V202401.csv")
    assert (asked(draft), draft.rows) == ([], 2)
    assert draft.mapping["nomenclature"] == "HS2017"
    assert draft.mapping["columns"]["k"]["pad"] == 6
    assert draft.mapping["missing"] == ["NA"]
    assert asked(drafted(tmp_path, text, "my.csv")) == ["nomenclature"]


@pytest.mark.parametrize(
    ("codes", "pad"),
    [
        (("10121", "854231"), 6),
        (("10121", "30367"), 6),
        (("77641", "854231"), "TODO"),  # 077641 is a code of no edition: SITC, or damage
        (("10121", "77641", "854231"), "TODO"),
        (("77641", "77643"), "TODO"),
        (("101", "302", "8542"), 4),
        (("101", "8542"), "TODO"),  # one number of three digits in ten is such a heading
        (("1", "85"), "TODO"),  # chapters, or sections of SITC
        (("1012100", "85423190"), 8),
        (("101", "10121", "8542"), "even"),
        (("776", "77641", "8542"), "TODO"),
        (("010121", "854231"), None),
    ],
)
def test_zeros_are_put_back_where_the_codes_prove_that_they_were_lost(
    codes: tuple[str, ...], pad: object, tmp_path: Path
) -> None:
    text = "t,i,j,k,v,q\n" + "".join(f"2022,156,643,{code},1.5,2\n" for code in codes)
    draft = drafted(tmp_path, text, "BACI_HS17_Y2022_V202401.csv")
    assert draft.mapping["columns"]["k"].get("pad") == pad
    assert ("columns.k.pad" in asked(draft)) == (pad == "TODO")


def test_codes_are_preferred_to_names_and_known_by_their_cells(tmp_path: Path) -> None:
    text = (
        "period,reporterCode,reporterISO,reporterDesc,flowCode,partnerCode,partnerISO,partnerDesc,"
        "classificationCode,cmdCode,primaryValue,netWgt,motCode\n"
        "2022,398,KAZ,Kazakhstan,M,156,CHN,China,H6,854231,10,1,0\n"
        "2022,398,KAZ,Kazakhstan,X,643,RUS,Russian Federation,H6,854231,12,1,0\n"
    )
    draft = drafted(tmp_path, text)
    assert (asked(draft), draft.rows) == ([], 2)
    columns = draft.mapping["columns"]
    assert columns["reporterISO"] == {"role": "reporter", "codes": "ISO3"}
    assert columns["partnerISO"] == {"role": "partner", "codes": "ISO3"}
    assert columns["flowCode"] == {"role": "flow", "import": "M", "export": "X"}
    assert "reporterDesc" in draft.mapping["ignore"]


def test_russian_customs_in_cp1251(tmp_path: Path) -> None:
    text = (
        "Направление;Период;Страна;Код ТН ВЭД;Стоимость, тыс. долл. США;Вес нетто, кг\n"
        "ИМПОРТ;01/2021;Китай;8542310000;1234,5;2,5\n"
        "ЭКСПОРТ;02/2021;Германия;8542320000;7,25;\n"
    )
    draft = drafted(tmp_path, text.encode("cp1251"))
    assert draft.mapping["encoding"] == "cp1251"
    assert draft.mapping["delimiter"] == ";"
    assert draft.mapping["decimal"] == ","
    columns = draft.mapping["columns"]
    assert columns["Направление"] == {"role": "flow", "import": "ИМПОРТ", "export": "ЭКСПОРТ"}
    assert columns["Код ТН ВЭД"]["cut"] == 6
    assert columns["Стоимость, тыс. долл. США"]["scale"] == 1000
    assert columns["Вес нетто, кг"] == {"role": "mass", "unit": "kg"}
    assert "nomenclature" in asked(draft)


def test_chinese_customs_in_gb18030(tmp_path: Path) -> None:
    text = (
        "数据年月,商品编码,商品名称,贸易伙伴编码,贸易伙伴名称,第一数量,美元,\n"
        '202406,85423100,处理器,344,俄罗斯,"1,200","1,212,345",\n'
        '202407,85423100,处理器,110,中国香港,"7","1,345",\n'
    )
    draft = drafted(tmp_path, text.encode("gb18030"))
    assert draft.mapping["encoding"] == "gb18030"
    assert draft.mapping["thousands"] == ","
    columns = draft.mapping["columns"]
    assert columns["数据年月"] == {"role": "period"}
    assert columns["贸易伙伴编码"] == {"role": "partner", "codes": "GACC"}
    assert columns["美元"] == {"role": "value", "currency": "USD", "scale": 1}
    assert asked(draft) == ["reporter", "flow", "nomenclature", "columns.第一数量.unit"]


def test_a_wide_workbook_with_titles(tmp_path: Path) -> None:
    book = make_workbook(
        tmp_path / "wide.xlsx",
        {
            "empty": "",
            "data": cells(
                [
                    ["Imports by country"],
                    ["(thousand US dollars)"],
                    ["", 2020, 2021, 2022, "2023 1"],
                    ["Total", 10, 20, 30, 40],
                    ["China", 4, 5.5, 6, 7],
                    ["Germany", 0, 0, 0, 0],
                    ["Utopia", 6, "-", 6, 7],
                ]
            ),
        },
    )
    draft = draft_mapping(book)
    assert draft.mapping["sheet"] == "data"
    assert draft.mapping["header_row"] == 3
    assert draft.mapping["missing"] == ["-"]
    assert draft.mapping["wide"] == {"role": "value", "currency": "USD", "scale": 1000}
    columns = draft.mapping["columns"]
    assert columns["2023 1"]["period"] == "2023"
    assert columns["column 1"]["own"] == {"Total": "WLD", "Utopia": "TODO"}
    assert asked(draft) == ["product", "columns.column 1.role", "columns.column 1.own"]
    assert "reporter: TODO" not in draft.text
    answers = draft.text.replace("role: TODO", "role: partner")
    answers = answers.replace("format: 1", "format: 1\nreporter: KGZ\nflow: import")
    answers = answers.replace("product: TODO", "product: TOTAL").replace(
        "Utopia: TODO", "Utopia: XNES"
    )
    found, _ = read_table(book, answers, tmp_path)
    assert sum(row["value_usd"] for row in found) == 1000 * (4 + 5.5 + 6 + 7 + 6 + 6 + 7)


def test_parquet_with_two_unknown_sides(tmp_path: Path) -> None:
    path = tmp_path / "sides.parquet"
    with connect() as connection:
        connection.sql(
            "SELECT 'CHN' AS a, 'RUS' AS b, DATE '2024-05-01' AS t, 5.5 AS value_usd"
        ).write_parquet(str(path))
    draft = draft_mapping(path)
    assert asked(draft) == ["product", "columns.a.role", "columns.b.role"]
    assert draft.mapping["columns"]["t"] == {"role": "period"}
    line = next(line for line in draft.text.splitlines() if line.startswith("  a:"))
    assert (
        line
        == "  a: {role: TODO, codes: ISO3}  # who is this? exporter, importer, reporter, partner"
    )


def test_levels_and_lengths_of_periods_are_asked(tmp_path: Path) -> None:
    text = "day,exporter,importer,hs,valueUSD\n"
    text += "2024-01-01,CHN,RUS,8542,5\n2024-04-01,CHN,RUS,854231,5\n"
    draft = drafted(tmp_path, text.replace("day", "date"))
    assert asked(draft) == ["reported_by", "valuation", "freq", "nomenclature", "level"]
    assert "level: TODO  # which level? (1 rows of 4 digits, 1 rows of 6 digits) 4, 6" in draft.text


@pytest.mark.parametrize("money", ["5,,", ",7.5,EUR"])
def test_what_the_lake_exports_is_read_again(tmp_path: Path, money: str) -> None:
    text = (
        "period,freq,exporter,importer,product,nomenclature,value_usd,value_reported,currency,"
        "valuation,mass_kg,reported_by,partner_basis,source\n"
        f"2022-01-01,A,CHN,RUS,854231,HS2017,{money},FOB,,both,,baci\n"
    )
    draft = drafted(tmp_path, text)
    assert (asked(draft), draft.rows) == ([], 1)
    [row], _ = read_table(tmp_path / "mine.csv", draft.text, tmp_path)
    assert (row["reported_by"], row["freq"], row["partner_basis"]) == ("both", "A", None)
    shown = [row["value_usd"], row["value_reported"], row["currency"]]
    assert ",".join("" if cell is None else str(cell) for cell in shown) == (
        "5.0,," if money == "5,," else ",7.5,EUR"
    )


def test_titles_above_and_notes_below_are_left_out(tmp_path: Path) -> None:
    draft = drafted(tmp_path, "Kazakhstan\n\n" + WITS + "Source: the office\n\n1) provisional\n")
    assert (draft.mapping["header_row"], draft.mapping["last_row"]) == (3, 6)
    assert (asked(draft), draft.rows) == ([], 3)
    with pytest.raises(BadFileError) as caught:
        drafted(tmp_path, WITS.replace("Kazakhstan,China,854231", "Kazakhstan,854231"))
    assert caught.value.where == "mine.csv, row 2"


def test_a_row_that_is_cut_off_is_no_note(tmp_path: Path) -> None:
    with pytest.raises(BadFileError) as caught:
        drafted(tmp_path, WITS + "Kazakhstan,China,85")
    assert (caught.value.where, caught.value.what[:7]) == ("mine.csv, row 5", "3 cells")


@pytest.mark.parametrize(
    "end", ["x" * 140_000 + "\n", '"' + "x\n" * 140_000, "\0" * 2**21, " " * 2**22]
)
def test_a_cell_without_an_end_is_refused(tmp_path: Path, end: str) -> None:
    """Python's reader of CSV stops at a cell of 131,072 characters: it was a traceback."""
    with pytest.raises(BadFileError):
        drafted(tmp_path, WITS + end)


def test_an_archive_is_drafted_by_its_first_table(tmp_path: Path) -> None:
    path = tmp_path / "made.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("one.csv", WITS)
    assert draft_mapping(path).rows == 3
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("folder/", "")
    with pytest.raises(BadFileError, match="an archive without a file"):
        draft_mapping(path)


def test_what_is_refused_when_tried_becomes_a_question(tmp_path: Path) -> None:
    draft = drafted(
        tmp_path,
        WITS.replace("Kazakhstan,Germany,010121", "Kazakhstan,World,010121").replace(
            "12.5,30", "-12.5,30"
        ),
    )
    assert asked(draft) == ["file"]
    assert "# TODO: not a number of zero or more: '-12.5'" in draft.text
    with pytest.raises(BadFileError, match=r"^1 line of the draft still open"):
        read_mapping(draft.text)


@pytest.mark.parametrize(
    ("texts", "says"),
    [
        (["1234.5", "0.25"], {}),
        (["1234,5", "0,25"], {"decimal": ","}),
        (["1,234.5", "7"], {"thousands": ","}),
        (["1.234,5", "7"], {"decimal": ",", "thousands": "."}),
        (["1,234,567", "7"], {"thousands": ","}),
        (["1.234.567", "7"], {"thousands": ".", "decimal": ","}),
        (["1 234", "7"], {"thousands": " "}),
        (["1 234,5", "7"], {"thousands": " ", "decimal": ","}),
        (["1'234", "7"], {"thousands": "'"}),
        (["1,234", "7"], {"decimal": "TODO"}),
        (["1.234", "7.125", "9.500"], {"decimal": "TODO"}),
        (["1234.567", "7.125", "9.500"], {}),
    ],
)
def test_how_numbers_are_written(texts: list[str], says: dict[str, str]) -> None:
    column = Seen("v", tuple(texts), (1,) * len(texts))
    assert how_numbers_are_written([column], typed=False) == says


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("Trade Value 1000USD", {"currency": "USD", "scale": 1000}),
        ("TradeValue in 1000 USD", {"currency": "USD", "scale": 1000}),
        ("(млн. долларов США)", {"currency": "USD", "scale": 1_000_000}),
        ("金额(万美元)", {"currency": "USD", "scale": 10_000}),
        ("人民币", {"currency": "CNY"}),
        ("value", {}),
        ("in thousands", {}),
        ("Value (mio EUR)", {"currency": "EUR", "scale": 1_000_000}),
        ("bn USD", {"currency": "USD", "scale": 1_000_000_000}),
    ],
)
def test_currency_and_scale_in_words(words: str, says: dict[str, str | int]) -> None:
    assert money_words(words) == says


def test_units_in_words() -> None:
    assert [mass_words(w) for w in ("Netweight (kg)", "вес, тонн", "重量（公斤）", "qty")] == [
        *({"unit": "kg"}, {"unit": "t"}, {"unit": "kg"}, {})
    ]


@pytest.mark.parametrize(
    ("words", "unit", "scale"),
    [
        ("Weight (million kg)", "kg", 10**6),
        ("Poids (kilotonnes)", "t", 1000),
        ("Масса, тыс. тонн", "t", 1000),
        ("Вес, млн. т", "t", 10**6),
        ("重量（万吨）", "t", 10**4),
        ("重量（千克）", "kg", 1),
        ("Gewicht (1000 t)", "t", 1000),
        ("Gewicht in 100 kg", "kg", 100),
        ("Weight (MT)", "t", 1),
        ("Вес, тысяч тонн", "t", 1000),
        ("миллионов тонн", "t", 10**6),
        ("Milliarden Tonnen", "t", 10**9),
        ("Weight, 000 tonnes", "t", 1000),
        ("lakh tonnes", "t", 10**5),
        ("kilo tonnes", "t", 1000),
        ("tys. ton", "t", 1000),
        ("juta ton", "t", 10**6),
    ],
)
def test_the_scale_of_a_mass_is_read(words: str, unit: str, scale: int) -> None:
    assert mass_words(words) == {"unit": unit} | ({"scale": scale} if scale > 1 else {})


@pytest.mark.parametrize(
    "words",
    [
        *("Weight (short tons)", "Weight (Mt)", "Weight (lbs)", "тонн (тыс.)", "long tons"),
        *("short-tons", "tonnes (short)", "tonnes (000)", "10^3 t", "10³ t", "mil. t", "mn tonnes"),
    ],
)
def test_a_mass_of_an_unclear_unit_is_asked(words: str) -> None:
    assert mass_words(words) == {}


@pytest.mark.parametrize(
    ("words", "scale"),
    [
        ("miles de millones de dólares", 10**9),
        ("thousand million USD", 10**9),
        ("USD 10,000", 10**4),
        ("10000 USD", 10**4),
        ("100 million USD", 10**8),
        ("十亿美元", 10**9),
        ("千万美元", 10**7),
        ("百万美元", 10**6),
        ("1 000 000 EUR", 10**6),
        ("Billionen EUR", None),
        ("1000 USD (in million)", None),
        ("Rs.'000", 1000),
        ("миллиардов долларов", 10**9),
        ("миллионов долларов", 10**6),
        ("USD trillion", 10**12),
        ("Rs. lakh crore", 10**12),
        ("US$ m", 10**6),
        ("USD (000s)", 1000),
    ],
)
def test_neighbouring_words_of_a_scale_are_multiplied(words: str, scale: int | None) -> None:
    assert scale_words(words) == scale


@pytest.mark.parametrize(
    ("name", "cell"),
    [
        *(("Fiscal year", "2022"), ("FY", "2022"), ("年度", "2022"), ("Финансовый год", "2022")),
        *(("fy_start", "2022"), ("财年", "2022"), ("Geschäftsjahr", "2022")),
    ],
)
def test_a_year_that_may_be_a_fiscal_one_is_asked(name: str, cell: str, tmp_path: Path) -> None:
    text = f"{name},importer,exporter,hs,value_usd\n{cell},IND,CHN,854231,5\n"
    assert f"columns.{name}.own" in asked(drafted(tmp_path, text))


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", "страна,v\nКитай,1\n"),
        ("cp1251", "страна,значение\nКитай,1\nГермания,2\n"),
        ("gb18030", "国家,金额\n俄罗斯,1\n德国,2\n"),
        ("cp1252", "name,v\nCôte d'Ivoire,1\nCuraçao,2\n"),
        # Two letters side by side, as Russian words have them.
        ("cp1252", "Größe,v\nMaßöl,1\nFüßöfen,2\n"),
        ("cp1252", "PAÍS,AÇÕES\nÖSTERREICH,1\nIMPORTAÇÃO,2\n"),
        ("cp1251", "СТРАНА,ВСЕГО\nКИТАЙ,1\nРОССИЯ,2\n"),
        ("utf-16", "name,v\nChina,1\n"),
        ("utf-16-le", "name,v\nChina,1\n"),
    ],
)
def test_encodings_are_seen(tmp_path: Path, encoding: str, text: str) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(text.encode(encoding))
    says = look_at_head(path, "t.csv").says
    assert says.get("encoding", encoding) == encoding
    assert ("encoding" in says) == (encoding not in ("utf-8", "utf-16"))


def test_an_encoding_is_seen_below_a_long_plain_text(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_bytes(b"name,v\n" + b"China,1\n" * 2**18 + "Китай,1\nГермания,2\n".encode("cp1251"))
    assert look_at_head(path, "t.csv").says["encoding"] == "cp1251"


def test_two_encodings_that_read_as_words_are_asked(tmp_path: Path) -> None:
    text = "year,reporter,partner,flow,hs,value_usd,СТРАНА\n2022,KAZ,CHN,import,854231,1,x\n"
    draft = drafted(tmp_path, text.encode("cp1251"))
    assert draft.mapping["encoding"] == "TODO"
    [question] = [one for one in draft.questions if one.key == "encoding"]
    assert question.choices == ("cp1251", "gb18030")
    assert "“СТРАНА” in cp1251" in question.text


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("Quantity (thousand tons)", {"unit": "t", "scale": 1000}),
        ("Menge (1000 t)", {"unit": "t", "scale": 1000}),
        ("进口量(万吨)", {"unit": "t", "scale": 10_000}),
        ("Импорт, тыс. т", {"unit": "t", "scale": 1000}),
        ("Imports, tonnes", {"unit": "t"}),
        ("Quantity (thousand short tons)", {"unit": "TODO"}),
    ],
)
def test_a_quantity_in_tons_is_a_mass_with_its_scale(
    name: str, keys: dict[str, object], tmp_path: Path
) -> None:
    text = f'year,reporter,partner,hs,"Import value, USD","{name}"\n'
    text += "2022,KAZ,CHN,854231,100,5\n2022,KAZ,JPN,854231,70,3\n"
    assert drafted(tmp_path, text).mapping["columns"][name] == {"role": "mass", **keys}


@pytest.mark.parametrize(
    "name", ["Import price, USD per ton", "Import quantity", "Imports/kg", "进口量"]
)
def test_a_price_or_a_count_is_no_mass_and_no_value(name: str, tmp_path: Path) -> None:
    text = f'year,reporter,partner,flow,hs,"Value, USD","{name}"\n'
    text += "2022,KAZ,CHN,import,854231,100,5\n2022,KAZ,JPN,import,854231,70,3\n"
    assert name in drafted(tmp_path, text).mapping["ignore"]


@pytest.mark.parametrize("name", ["Value (USD, current price)", "Value in constant price, USD"])
def test_a_value_at_the_current_price_is_a_value(name: str, tmp_path: Path) -> None:
    text = f'year,reporter,partner,flow,hs,"{name}"\n'
    text += "2022,KAZ,CHN,import,854231,100.5\n2022,KAZ,JPN,import,854231,70\n"
    column = drafted(tmp_path, text).mapping["columns"][name]
    assert (column["role"], column["currency"]) == ("value", "USD")


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "2024",
        "a: b",
        "it's",
        "# no",
        "no",
        "null",
        "-",
        "[x]",
        "{x}",
        " x ",
        "a\u00a0b",
        "a\nb",
        "*",
    ],
)
def test_any_name_of_a_column_is_written_so_that_yaml_reads_it(text: str) -> None:
    mapping = read_mapping(f"format: 1\ncolumns: {{}}\nignore: [{scalar(text)}]\n")
    assert mapping.ignore == (text,)


def test_what_is_hardly_a_table_gets_questions(tmp_path: Path) -> None:
    assert drafted(tmp_path, b"a,b\n1,2\n").questions


@pytest.mark.parametrize("text", [b"", b"\x00\x01\x02\x03", b"one\n", b"a,b\n"])
def test_what_is_no_table_gets_our_error(tmp_path: Path, text: bytes) -> None:
    with pytest.raises(BadFileError):
        drafted(tmp_path, text)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadFileError, match="no such file"):
        draft_mapping(tmp_path / "none.csv")
    with pytest.raises(BadFileError, match="this is a folder"):
        draft_mapping(tmp_path)


def test_a_total_does_not_hide_which_codes_a_column_has(tmp_path: Path) -> None:
    """W00 and _T are no country of ISO; all the others are, few as they are."""
    text = "TIME_PERIOD,REF_AREA,COUNTERPART_AREA,FLOW,HS6,VALUE_USD\n" + "".join(
        f"2022,AU,{partner},IMPORT,850511,{value}\n"
        for partner, value in (("CN", 1000), ("JP", 500), ("W00", 1700))
    )
    draft = drafted(tmp_path, text)
    assert "REF_AREA: {role: reporter, codes: ISO2}" in draft.text
    assert "COUNTERPART_AREA: {role: partner, codes: ISO2, own: {W00: WLD}}" in draft.text


def test_times_with_marks_are_times(tmp_path: Path) -> None:
    head = "HSCode,Country,Apr 2019 (F),May 2019 (P),2020*\n"
    draft = drafted(tmp_path, head + "850511,CHINA P RP,1,2,3\n850511,JAPAN,4,5,6\n")
    assert "'Apr 2019 (F)'" not in draft.text.partition("ignore:")[2]


def test_amounts_are_no_codes_by_their_digits(tmp_path: Path) -> None:
    """Amounts of even and odd lengths in a column that is called by no code."""
    amounts = (76137914, 7550000, 175220, 98270, 14140200, 236132437, 2361324371)
    text = "Month,EXPORT.COUNTRY,Total VT\n" + "".join(
        f"January,{who},{value}\n"
        for who, value in zip(
            ("FIJI", "CHINA", "JAPAN", "FRANCE", "MALAYSIA", "NAURU", "TONGA"), amounts, strict=True
        )
    )
    draft = drafted(tmp_path, text)
    assert "role: product" not in draft.text
    assert "product: TODO" in draft.text


def test_a_cell_far_to_the_right_costs_nothing(tmp_path: Path) -> None:
    """Half a minute went by over 16,378 columns without a cell, each named under `ignore`."""
    table = cells([list(row.split(",")) for row in WITS.splitlines()])
    far = table.replace("</row>", '<c r="XFD1" t="inlineStr"><is><t>note</t></is></c></row>', 1)
    book = make_workbook(tmp_path / "mine.xlsx", {"one": far})
    started = time.process_time()
    draft = draft_mapping(book)
    assert time.process_time() - started < 4
    assert draft.mapping["ignore"] == ["column 9", "note"]
    assert draft.rows == 3
    assert len(read_table(book, draft.text, tmp_path)[0]) == 3
    # As it was drafted when each was named.
    before = draft.text.replace("'column 9'", "'column 9', 'column 10'")
    assert before != draft.text
    assert len(read_table(book, before, tmp_path)[0]) == 3


def test_a_line_under_the_table_says_nothing_of_its_columns(tmp_path: Path) -> None:
    """A source line in the first column hid the years, and two years were loaded as one."""
    path = tmp_path / "einfuhr.csv"
    rows = "".join(f"{year};China;85051190;{year}7,5\n" for year in (2022, 2023))
    path.write_text(f"Stand;Ursprungsland;Ware;Wert in EUR\n{rows}Quelle: Amt;;;\n")
    text = draft_mapping(path).text
    assert "Stand: {role: period}" in text
    assert "\nrepeated:" not in text
    assert "importer: TODO  # who is the importer of all rows?" in text


def test_a_line_between_rows_is_seen(tmp_path: Path) -> None:
    """The years above each block were left out, and nothing asked about them."""
    path = tmp_path / "einfuhr.csv"
    blocks = "".join(f"{year};;\nChina;85051190;5\nIndien;85051190;6\n" for year in (2022, 2023))
    path.write_text(f"Land;Ware;Wert in EUR\n{blocks}Quelle: Amt;;\n")
    text = draft_mapping(path).text
    assert all(re.search(rf"'{year}': TODO", text) for year in (2022, 2023))
    assert "Quelle" not in text


def test_a_line_under_a_table_of_many_columns_says_nothing_either(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    many = range(250)
    head = f"Stand;{';'.join(f'note {n}' for n in many)}\n"
    rows = "".join(f"{year};{';'.join('x' for _ in many)}\n" for year in (2022, 2023))
    path.write_text(f"{head}{rows}Quelle: Amt{';' * len(many)}\n")
    with connect() as connection:
        mapping = Mapping(format=1, delimiter=";", columns={})
        cells = open_cells(path, path.name, mapping, tmp_path, connection)
        first, *_ = look_at_columns(connection, cells)
    assert first.texts == ("2022", "2023")


@pytest.mark.parametrize("name", ["Berichtsjahr", "Calendar year", "Отчётный год", "统计年份"])
def test_years_of_reports_are_years(name: str, tmp_path: Path) -> None:
    path = tmp_path / "trade.csv"
    path.write_text(f"{name},importer,exporter,hs,value_usd,weight (t)\n2022,RUS,CHN,854231,5,1\n")
    text = draft_mapping(path).text
    assert re.search(rf"{name}'?: {{role: year}}", text)
    assert "unit: t" in text


RUSSIAN = """Год;Страна;Код ТН ВЭД;Импорт, тыс. долл.
2023;Китай;8542310000;100,5
2023;Германия;8542310000;10
"""


@pytest.mark.parametrize("encoding", ["cp866", "koi8-r", "cp1251"])
def test_russian_texts_of_old_programs_are_no_western_money(tmp_path: Path, encoding: str) -> None:
    """Letters of CP866 read in another encoding were a sign of the euro."""
    draft = drafted(tmp_path, RUSSIAN.encode(encoding))
    assert draft.mapping["encoding"] == encoding
    value = draft.mapping["columns"]["Импорт, тыс. долл."]
    assert (value["currency"], value["scale"], value["flow"]) == ("USD", 1000, "import")


@pytest.mark.parametrize(
    "name", ["Import value cumulative USD", "Imports YTD (USD)", "进口累计（美元）"]
)
def test_a_sum_since_january_is_no_value_of_its_month(tmp_path: Path, name: str) -> None:
    rows = [f"2023-0{one},{two},854231,{one}\n" for one in (1, 2) for two in ("China", "Peru")]
    draft = drafted(tmp_path, f"Month,Country,HS code,{name}\n{''.join(rows)}")
    assert not any(column.get("role") == "value" for column in draft.mapping["columns"].values())


def test_years_that_begin_with_fy_are_asked_for(tmp_path: Path) -> None:
    """They were no period: all years of a flow would have been added up under one answer."""
    text = "Year,Country,HS code,Import value USD\nFY2022,China,854231,1\nFY2023,China,854231,2\n"
    draft = drafted(tmp_path, text)
    assert "columns.Year.own" in asked(draft)
    assert not {"period", "repeated"} & set(asked(draft))


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("Menge in t", {"role": "mass", "unit": "t"}),
        ("Quantity in kg", {"role": "mass", "unit": "kg"}),
        (
            "Exports (USD mn)",
            {"role": "value", "currency": "USD", "flow": "export", "scale": 10**6},
        ),
    ],
)
def test_units_behind_a_short_word(tmp_path: Path, name: str, keys: dict[str, object]) -> None:
    text = (
        f"Year,Country,HS code,Imports (USD),{name}\n2023,China,854231,1,2\n2023,Peru,854231,1,2\n"
    )
    assert drafted(tmp_path, text).mapping["columns"][name] == keys


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.csv", "Year,Country,HS code,Imports\n", "one row only, and no data below it"),
        ("a.json", '{"year": 2023}\n{"year": 2024}\n', "JSON Lines, one document in each line"),
        ("a.json", '[{"year": 2023},\n{"ye', "JSON that cannot be read"),
    ],
)
def test_what_has_no_table_says_what_it_is(tmp_path: Path, name: str, text: str, said: str) -> None:
    with pytest.raises(BadFileError, match=said):
        drafted(tmp_path, text, name)
