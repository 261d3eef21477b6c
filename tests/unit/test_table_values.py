"""Numbers as publishers write them, tables without money, national lines of nine digits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from entrepot.errors import BadFileError
from entrepot.goods.parse import goods_title, parse
from entrepot.sources.table.draft.compose import how_numbers_are_written
from entrepot.sources.table.draft.draft import Draft, draft_mapping
from entrepot.sources.table.draft.seen import Seen
from table_reading import read_table, read_text

if TYPE_CHECKING:
    from pathlib import Path

MAP = """
format: 1
reporter: KGZ
flow: import
period: '2023'
product: TOTAL
columns:
  who: {role: partner, codes: ISO3}
  v: {role: value, currency: USD}
"""


def drafted(folder: Path, text: str) -> Draft:
    path = folder / "mine.csv"
    path.write_text(text, encoding="utf-8")
    return draft_mapping(path)


@pytest.mark.parametrize(
    ("written", "more", "number"),
    [
        ("2.50925e+007", "", 25_092_500),
        ("1E-003", "", 0),
        ("1,23,45,678.5", "thousands: ','", 12_345_678.5),  # lakhs and crores
        ("12,345,678", "thousands: ','", 12_345_678),
        ("1.234.567,5", "thousands: '.'\ndecimal: ','", 1_234_567.5),
        ("1’234’567.5", 'thousands: "\'"', 1_234_567.5),
        ("1\u2009234\u202f567,5", "thousands: ' '\ndecimal: ','", 1_234_567.5),
    ],
)
def test_a_number_as_it_is_written(tmp_path: Path, written: str, more: str, number: float) -> None:
    rows, _ = read_text(tmp_path, f'who,v\nCHN,"{written}"\n', f"{MAP}{more}\n")
    assert [row["value_usd"] for row in rows] == [number]
    says = how_numbers_are_written([Seen("v", (written, "1234567"), (1, 1))], typed=False)
    assert says == {
        key: held.strip("'\"") or " "
        for key, _, held in (line.partition(": ") for line in more.splitlines())
    } or says == {"thousands": "'"} or says["thousands"] == " "  # fmt: skip


@pytest.mark.parametrize("written", ["1,2345", "12,34,56", "1e1000", "1.2.3", "0x10", "--1", "1e"])
def test_what_is_no_number_is_refused(tmp_path: Path, written: str) -> None:
    with pytest.raises(BadFileError, match="not a number"):
        read_text(tmp_path, f'who,v\nCHN,"{written}"\n', f"{MAP}thousands: ','\n")


def test_a_table_of_masses_alone_is_drafted_and_read_without_money(tmp_path: Path) -> None:
    """The masses were drafted as values in a currency that nobody knows."""
    text = "Year,Reporter,Partner,Flow,HS,Net mass (kg)\n2023,Kazakhstan,China,Import,854231,100\n"
    draft = drafted(tmp_path, text + "2023,Kazakhstan,Japan,Import,854231,0\n")
    assert [one.key for one in draft.questions] == ["nomenclature"]
    mapping = draft.text.replace("nomenclature: TODO", "nomenclature: HS2022")
    rows, findings = read_table(tmp_path / "mine.csv", mapping, tmp_path)
    assert {row["exporter"]: row["mass_kg"] for row in rows} == {"CHN": 100, "JPN": None}
    assert {row["value_usd"] for row in rows} == {None}
    assert "no-money" in {one.rule for one in findings}


def test_a_title_that_says_tonnes_makes_numbers_masses(tmp_path: Path) -> None:
    text = "Imports; net mass (tonnes),,,\n,,,\nCountry,HS code,2021,2022,2023\n"
    draft = drafted(tmp_path, text + "China,854231,1.5,2.5,3\nJapan,854231,1,2,4\n")
    assert draft.mapping["wide"] == {"role": "mass", "unit": "t"}
    money = drafted(tmp_path, text.replace("net mass (tonnes)", "value in EUR thousand")
                    + "China,854231,1.5,2.5,3\nJapan,854231,1,2,4\n")  # fmt: skip
    assert money.mapping["wide"]["role"] == "value"


def test_rows_of_money_are_selected_where_a_column_says_what_each_number_is(tmp_path: Path) -> None:
    """Eurostat's long tables: a value and a mass stand in one column."""
    head = "REPORTER,PARTNER,PRODUCT,FLOW,INDICATORS,TIME_PERIOD,OBS_VALUE\n"
    text = head + "".join(
        f"DE,{who},854231,IMPORT,{kind},2024-01,{n}\n"
        for who, n in (("CN", 3), ("US", 5))
        for kind in ("VALUE_IN_EUROS", "QUANTITY_IN_100KG")
    )
    draft = drafted(tmp_path, text)
    assert draft.mapping["select"] == {"INDICATORS": "VALUE_IN_EUROS"}
    assert draft.mapping["columns"]["OBS_VALUE"]["currency"] == "EUR"
    mapping = draft.text.replace("nomenclature: TODO", "nomenclature: HS2022")
    rows, _ = read_table(
        tmp_path / "mine.csv", mapping.replace("scale: TODO", "scale: 1"), tmp_path
    )
    assert sorted(row["value_reported"] for row in rows) == [3, 5]


def test_a_column_of_units_is_read_whatever_it_is_called(tmp_path: Path) -> None:
    """It was ignored, and cubic metres became items."""
    text = "Year,Reporter,Partner,Flow,HS,Value (USD),Quantity,Einh.\n"
    rows = ("2023,Chile,China,Export,440710,9,5,CUM", "2023,Chile,Japan,Export,854231,9,7,No.")
    draft = drafted(tmp_path, text + "\n".join(rows) + "\n")
    assert draft.mapping["columns"]["Einh."] == {"role": "quantity_unit"}
    mapping = draft.text.replace("nomenclature: TODO", "nomenclature: HS2022")
    found, _ = read_table(tmp_path / "mine.csv", mapping, tmp_path)
    assert {(row["quantity"], row["quantity_unit"]) for row in found} == {(5, "CUM"), (7, "No.")}


HEAD = "Year,Reporter,Partner,Flow,HS,Value (USD)\n"


def products(folder: Path, *codes: str) -> Draft:
    rows = [f"2023,Japan,China,Import,{code},{n}" for n, code in enumerate(codes, 1)]
    return drafted(folder, HEAD + "\n".join(rows) + "\n")


def test_nine_digits_with_a_zero_at_the_front_are_nine_digits(tmp_path: Path) -> None:
    """They were filled up to ten, so that chips of chapter 85 became fish of chapter 08."""
    draft = products(tmp_path, "'010121000", "'854231000", "'854231010")
    assert draft.mapping["columns"]["HS"] == {"role": "product", "cut": 6}
    mapping = draft.text.replace("nomenclature: TODO", "nomenclature: HS2022")
    rows, _ = read_table(
        tmp_path / "mine.csv", mapping.replace("repeated: TODO", "repeated: sum"), tmp_path
    )
    assert {row["product"]: row["value_usd"] for row in rows} == {"010121": 1, "854231": 5}


def test_codes_of_one_odd_length_may_have_lost_a_zero_or_not(tmp_path: Path) -> None:
    for codes in (("854231000", "851762000"), ("10121000", "854231000")):
        asked = {one.key: one.choices for one in products(tmp_path, *codes).questions}
        assert asked["columns.HS.pad"] == ("9", "10")
    asked = {one.key: one.choices for one in products(tmp_path, "57111", "78120").questions}
    assert asked["columns.HS.pad"] == ("6",)
    assert products(tmp_path, "10121", "854231").mapping["columns"]["HS"]["pad"] == 6
    assert products(tmp_path, "101210000", "8542310000").mapping["columns"]["HS"]["pad"] == 10


def test_total_is_all_goods_in_a_question_too() -> None:
    assert goods_title("TOTAL") == goods_title("all")
    assert [part.kind for part in parse("total")] == ["all"]
