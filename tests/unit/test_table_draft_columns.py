"""Columns that say what they are in ways of their own: what a draft makes of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from entrepot.errors import BadFileError
from entrepot.sources.table.draft.draft import Draft, draft_mapping
from table_reading import read_table

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

SIDES = "Reporter,Partner,Flow,HS6"
ROW = "Kazakhstan,China,Import,854231"


def drafted(folder: Path, *rows: str, head: str) -> Draft:
    path = folder / "mine.csv"
    path.write_text(head.rstrip("\n") + "\n" + "".join(f"{row}\n" for row in rows))
    return draft_mapping(path)


def values(folder: Path, draft: Draft, **answers: str) -> dict[str, float]:
    """Read the file with a draft, answered, and return its values by period."""
    found, _ = read_table(folder / "mine.csv", _answered(draft.text, answers), folder)
    return {f"{row['period']}": row["value_usd"] for row in found}


def _answered(text: str, answers: dict[str, str]) -> str:
    for key, answer in answers.items():
        text = text.replace(f"{key}: TODO", f"{key}: {answer}")
    return text


MONEY = {"nomenclature": "HS2022", "currency": "USD", "scale": "1"}


def test_a_column_a_month_beside_one_of_years(tmp_path: Path) -> None:
    draft = drafted(tmp_path, f"2022,{ROW},1,2,4", head=f"Year,{SIDES},Jan,Feb,March")
    assert draft.mapping["wide"]["role"] == "value"
    assert values(tmp_path, draft, **MONEY) == {
        "2022-01-01": 1,
        "2022-02-01": 2,
        "2022-03-01": 4,
    }


def test_the_country_of_destination_in_german_is_the_importer(tmp_path: Path) -> None:
    head = "Jahr,Herkunftsland,Zielland,HS6,Wert in EUR"
    draft = drafted(tmp_path, "2022,China,Deutschland,850760,5.5", head=head)
    assert "Zielland: {role: importer, codes: names}" in draft.text
    assert "importer: TODO" not in draft.text


def test_a_year_at_the_end_of_a_name(tmp_path: Path) -> None:
    head = "Importer,Exporter,Product code,Imported value in 2019,Imported value in 2020"
    draft = drafted(tmp_path, "Kazakhstan,China,854231,3,5", head=head)
    told = draft.mapping["columns"]["Imported value in 2019"]
    assert (told["period"], told["flow"]) == ("2019", "import")
    assert values(tmp_path, draft, **MONEY) == {"2019-01-01": 3, "2020-01-01": 5}


@pytest.mark.parametrize(
    ("cells", "starts"),
    [
        (("2022-Q1", "2022-Q2"), {"2022-01-01", "2022-04-01"}),
        (("01.02.2022", "01.03.2022"), {"2022-02-01", "2022-03-01"}),
    ],
)
def test_whole_periods_in_a_column_of_any_name(
    tmp_path: Path, cells: tuple[str, ...], starts: set[str]
) -> None:
    rows = [f"{cell},{ROW},5" for cell in cells]
    draft = drafted(tmp_path, *rows, head=f"Quarter,{SIDES},Value USD")
    assert [one.key for one in draft.questions] == ["nomenclature"]
    assert set(values(tmp_path, draft, **MONEY)) == starts


def test_numbers_of_which_nothing_is_known_are_named(tmp_path: Path) -> None:
    draft = drafted(tmp_path, f"{ROW},5,6", head=f"{SIDES},Jan-22,Feb-22")
    [question] = [one for one in draft.questions if one.key == "columns"]
    assert question.text.endswith("numbers stand in 'Jan-22', 'Feb-22'")


def test_a_column_with_gaps_is_not_preferred(tmp_path: Path) -> None:
    head = "Year,Reporter Code,Reporter ISO,Partner ISO,Flow,HS6,Value USD"
    rows = ("2022,398,KAZ,CHN,Import,854231,5", "2022,490,,CHN,Import,854231,7")
    draft = drafted(tmp_path, *rows, head=head)
    assert draft.mapping["columns"]["Reporter Code"] == {"role": "reporter", "codes": "comtrade"}
    assert "Reporter ISO" in draft.mapping["ignore"]


def test_what_no_answer_would_mend_is_asked_at_once(tmp_path: Path) -> None:
    draft = drafted(tmp_path, f"2022,{ROW},-5", head=f"Year,{SIDES},Value USD")
    assert [one.key for one in draft.questions] == ["nomenclature", "file"]
    assert "# TODO: not a number of zero or more: '-5'" in draft.text
    with pytest.raises(BadFileError, match="still open"):
        read_table(
            tmp_path / "mine.csv",
            draft.text.replace("nomenclature: TODO", "nomenclature: HS2022"),
            tmp_path,
        )


def test_flows_in_words_are_surer_than_in_numbers(tmp_path: Path) -> None:
    text = (
        "Period,Trade Flow Code,Trade Flow,Reporter ISO,Partner ISO,Commodity Code,"
        "Trade Value (US$),Classification\n"
        "2022,1,Import,KAZ,CHN,854231,10,H5\n2022,2,Export,KAZ,CHN,854231,3,H5\n"
    )
    draft = drafted(tmp_path, head=text)
    assert draft.questions == ()
    assert draft.mapping["columns"]["Trade Flow"] == {
        "role": "flow",
        "import": "Import",
        "export": "Export",
    }


def test_eight_digits_need_not_be_european(tmp_path: Path) -> None:
    head = "period,reporterISO,flowCode,partnerISO,cmdCode,primaryValue\n"
    draft = drafted(tmp_path, "2022,KAZ,M,CHN,85423100,10", head=head)
    [question] = draft.questions
    assert question.choices[0] == "CN2024"
    assert "cut: 6" in question.text
    assert values(tmp_path, draft, nomenclature="CN2024") == {"2022-01-01": 10}


def test_german_names_of_columns_are_known(tmp_path: Path) -> None:
    head = "Berichtsland,Land,Warennummer,Jahr,Wert (Tsd. EUR),Gewicht kg"
    draft = drafted(tmp_path, "Kyrgyzstan,China,854231,2023,12,7", head=head)
    columns = draft.mapping["columns"]
    roles = {name: keys["role"] for name, keys in columns.items()}
    assert roles == dict(
        zip(
            head.split(","),
            ("reporter", "partner", "product", "year", "value", "mass"),
            strict=True,
        )
    )
    for unit, scale in (("Tsd.", 1000), ("Mio.", 10**6), ("Mrd.", 10**9)):
        other = drafted(tmp_path, "China,2023,12", head=f"Land,Jahr,Wert ({unit} EUR)")
        value = other.mapping["columns"][f"Wert ({unit} EUR)"]
        assert (value["currency"], value["scale"]) == ("EUR", scale)
    assert columns["Gewicht kg"]["unit"] == "kg"


def test_names_of_areas_that_nobody_knows_are_asked_and_a_sum_is_the_world(tmp_path: Path) -> None:
    head = "Jahr,Land,HS-Code,Einfuhr"
    rows = ("2022,Indien,854231,3", "2022,Utopien,854231,4", "2022,Summe,854231,7")
    draft = drafted(tmp_path, *rows, head=head)
    assert draft.mapping["columns"]["Land"] == {
        "role": "partner",
        "codes": "names",
        "own": {"Summe": "WLD", "Utopien": "TODO"},
    }
    answers = {"reporter": "RUS", "flow": "import", "Utopien": "USA"}
    text = draft.text
    for key, answer in (MONEY | answers).items():
        text = text.replace(f"{key}: TODO", f"{key}: {answer}")
    found, _ = read_table(tmp_path / "mine.csv", text, tmp_path)
    assert {row["exporter"]: row["value_usd"] for row in found} == {"IND": 3, "USA": 4}


def test_a_column_of_notes_that_is_called_country_is_no_area(tmp_path: Path) -> None:
    rows = (f"2022,{ROW},1,see note 3",)
    draft = drafted(tmp_path, *rows, head=f"Year,{SIDES},Value,Country")
    assert draft.mapping["ignore"] == ["Country"]


def test_german_columns_of_imports_and_exports(tmp_path: Path) -> None:
    draft = drafted(tmp_path, "2022,China,854231,3,5", head="Jahr,Land,HS-Code,Einfuhr,Ausfuhr")
    flows = {name: keys.get("flow") for name, keys in draft.mapping["columns"].items()}
    assert (flows["Einfuhr"], flows["Ausfuhr"]) == ("import", "export")


def test_values_of_months_beside_a_year_and_its_sum_as_japan_has_them(tmp_path: Path) -> None:
    """Value-Year is what the months add up to, and quantities stand between them."""
    head = "Exp or Imp,Year,HS,Country,Unit1,Quantity1-Year,Value-Year"
    months = ("Jan", "Feb", "Mar")
    head += "".join(f",Quantity1-{month},Value-{month}" for month in months)
    row = "2,2023,'854231000,Republic of Korea,NO,300,60,100,10,100,20,100,30"
    more = "2,2023,'854239000,China,KG,0,0,0,0,0,0,0,0"
    draft = drafted(tmp_path, row, more, head=head)
    columns = draft.mapping["columns"]
    assert [one for one in draft.mapping["ignore"] if one.startswith("Value")] == ["Value-Year"]
    assert columns["Value-Feb"]["month"] == "Feb"
    assert "Unit1" in draft.mapping["ignore"]  # NO is no column of Norway
    answers = {"role": "partner", "reporter": "JPN", "import": "'2'", "export": "'1'", "pad": "9"}
    found = values(tmp_path, draft, **MONEY | answers)
    assert set(found) == {"2023-01-01", "2023-02-01", "2023-03-01"}
    rows, _ = read_table(tmp_path / "mine.csv", _answered(draft.text, MONEY | answers), tmp_path)
    korea = {row["period"].month: row["value_usd"] for row in rows if row["exporter"] == "KOR"}
    assert korea == {1: 10, 2: 20, 3: 30}


def test_columns_of_chilean_customs_are_known(tmp_path: Path) -> None:
    head = "Año;País de origen;Código SA;Monto CIF (US$);Peso (kg)"
    rows = ("2023;CHINA, REPUBLICA POP;85423100;1.234,50;12,5",
            "2023;HOLANDA;85423200;1.000.234,50;1,5")  # fmt: skip
    draft = drafted(tmp_path, *rows, head=head)
    columns = draft.mapping["columns"]
    assert columns["País de origen"] == {"role": "exporter", "codes": "names"}
    assert columns["Peso (kg)"] == {"role": "mass", "unit": "kg"}
    assert (draft.mapping["decimal"], draft.mapping["thousands"]) == (",", ".")


def test_units_of_wits_are_read(tmp_path: Path) -> None:
    head = f"Year,{SIDES},TradeValue in 1000 USD,Quantity,QuantityToken"
    draft = drafted(tmp_path, f"2022,{ROW},30,20,Number of items", head=head)
    assert draft.mapping["columns"]["QuantityToken"] == {"role": "quantity_unit"}


def test_percentages_duties_and_shares_are_no_trade(tmp_path: Path) -> None:
    """WITS: a share of products became a second value, an average tariff a mass; only one is."""
    path = tmp_path / "t.csv"
    path.write_text(
        "Reporter Name,Partner Name,Year,Import (US$ Thousand),Import Product Share (%),"
        "AHS Weighted Average (%),Imports_Revenue\nPortugal,China,2020,8.8,100,2.5,3\n"
        "Portugal,Japan,2020,7.7,100,1.5,2\n"
    )
    columns = draft_mapping(path).mapping["columns"]
    assert {name for name, keys in columns.items() if keys["role"] in ("value", "mass")} == {
        "Import (US$ Thousand)"
    }
    assert columns["Import (US$ Thousand)"]["flow"] == "import"


def test_several_columns_of_one_meaning_are_asked(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(
        "Reporter,Partner,Year,Imports (USD),Dutiable imports (USD)\n"
        "Portugal,China,2020,8,5\nPortugal,Japan,2020,7,4\n"
    )
    draft = draft_mapping(path)
    asked = {question.key for question in draft.questions}
    assert {"columns.Imports (USD).role", "columns.Dutiable imports (USD).role"} <= asked


@pytest.mark.parametrize(
    ("days", "order"),
    [
        ([f"{m}/1/{y}" for y in (2019, 2020) for m in range(1, 13)], "MDY"),
        ([f"1/{m}/{y}" for y in (2019, 2020) for m in range(1, 13)], "DMY"),
        (["31/1/2020", "28/2/2020"], "DMY"),
        (["1/31/2020", "2/28/2020"], "MDY"),
        (["1/2/2020", "2/3/2020"], "TODO"),
    ],
)
def test_days_are_read_in_the_order_that_the_column_proves(
    tmp_path: Path, days: list[str], order: str
) -> None:
    path = tmp_path / "t.csv"
    rows = [f"China,{day},{n}" for n, day in enumerate(days, 1)]
    path.write_text("\n".join(["Country,Date,Value", *rows, ""]))
    assert draft_mapping(path).mapping["columns"]["Date"] == {"role": "period", "order": order}


def test_a_sign_for_nothing_is_no_number(tmp_path: Path) -> None:
    """HMRC: two points in a column of numbers made points part thousands, and commas decimals."""
    path = tmp_path / "t.csv"
    path.write_text("Country,Year,Value\nChina,2020,..\nJapan,2020,12.5\n")
    mapping = draft_mapping(path).mapping
    assert mapping["missing"] == [".."]
    assert not {"decimal", "thousands"} & mapping.keys()


@pytest.mark.parametrize("number", ["１２３", "٥", "½", "¹²", "千二百", "1２"])
def test_a_number_in_other_digits_is_never_a_missing_one(tmp_path: Path, number: str) -> None:
    """It was drafted under `missing`, and its value left out of every sum."""
    path = tmp_path / "t.csv"
    path.write_text(f"Country,Year,Value\nChina,2020,{number}\nJapan,2020,12.5\n")
    draft = draft_mapping(path)
    assert number not in draft.mapping.get("missing", [])
    assert any(number in question.text for question in draft.questions) or "TODO" in draft.text


def test_flow_year_and_month_over_each_other_are_all_read(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(
        "Value (£),,,,,\n,Export,,Import,\n,2015,2014,2015,2014\n"
        "Country,May,May,May,May\nChina,1,2,3,4\nJapan,5,6,7,8\n".replace(",,,,,", ",,,,")
    )
    mapping = draft_mapping(path).mapping
    assert (mapping["header_row"], mapping["header_rows"]) == (4, 3)
    assert mapping["columns"]["Export 2015 May"]["period"] == "2015 May"
    assert mapping["columns"]["Import 2014 May"]["flow"] == "import"
    assert mapping["currency"] == "GBP"  # of all columns, so said once


def test_codes_before_words_are_goods(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(
        "Partner,Year,HS4(Filtered),Value\nChina,2020,7301 - Sheet piling of iron,1\n"
        "China,2020,7302 - Railway material,2\n"
    )
    columns = draft_mapping(path).mapping["columns"]
    assert columns["HS4(Filtered)"] == {"role": "product", "pattern": "^'?([0-9]+) ?[-–:]"}


def test_a_total_over_the_partners_is_kept(tmp_path: Path) -> None:
    """It was left out, and with it what shares are of."""
    path = tmp_path / "t.csv"
    path.write_text("Partner,Year,Value\nChina,2020,1\nJapan,2020,2\nTotal,2020,5\n")
    assert draft_mapping(path).mapping["columns"]["Partner"]["own"] == {"Total": "WLD"}


def test_a_total_at_the_foot_is_left_out_and_said(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text(
        "SN,Partner Countries,Year,Imports (USD)\n1,India,2020,5\n2,China,2020,3\nTotal,,2020,8\n"
    )
    draft = draft_mapping(path)
    assert draft.mapping["last_row"] == 3
    assert "Row 4, the last, names no area" in draft.text
    assert draft.mapping["columns"]["Partner Countries"]["role"] == "partner"


def test_a_flow_that_a_column_says_is_not_said_again(tmp_path: Path) -> None:
    """Of two values one was drafted as imports beside a column of flows, which no load takes."""
    path = tmp_path / "t.csv"
    path.write_text(
        "Reporter,Partner,Year,Flow,Import (US$ Thousand),Duty Free Imports (US$ Thousand)\n"
        "Portugal,China,2020,Import,8,5\n"
    )
    columns = draft_mapping(path).mapping["columns"]
    assert all("flow" not in keys for keys in columns.values())


def test_a_code_of_a_state_is_no_currency(tmp_path: Path) -> None:
    """Mexico: CVE_ENT was read as escudos of Cape Verde, and the dollars beside it ignored."""
    path = tmp_path / "t.csv"
    path.write_text("ANIO,CVE_ENT,VAL_USD,Imports (INR)\n2020,01,5,7\n2020,02,3,8\n")
    columns = draft_mapping(path).mapping["columns"]
    assert "CVE_ENT" not in columns
    assert columns["Imports (INR)"]["currency"] == "INR"


@pytest.mark.parametrize(
    ("head", "times", "own"),
    [
        ("Month", ("January", "March"), "{January: '2024-01', March: '2024-03'}"),
        ("Month", ("1", "2", "3"), "{1: '2024-01', 2: '2024-02', 3: '2024-03'}"),
        ("Quarter", ("Q1", "Q2", "Q3"), "{Q1: '2024Q1', Q2: '2024Q2', Q3: '2024Q3'}"),
    ],
)
def test_a_month_without_a_year_is_asked_for(
    tmp_path: Path, head: str, times: tuple[str, ...], own: str
) -> None:
    """It was drafted as a month, which no mapping without a year may have."""
    rows = [f"{time},{ROW},{value}" for value, time in enumerate(times, 1)]
    draft = drafted(tmp_path, *rows, head=f"{head},{SIDES},Value (USD)")
    assert draft.mapping["columns"][head] == {"role": "period", "own": "TODO"}
    assert "period" not in draft.mapping
    found = values(tmp_path, draft, **MONEY, own=own)
    assert list(found.values()) == [*range(1, len(times) + 1)]
    assert min(found) == "2024-01-01"


def test_the_answer_that_a_draft_names_leaves_rows_out(tmp_path: Path) -> None:
    """WITS has regions among countries, and a draft asks “leave_out for unions”."""
    rows = [f"Portugal,{name},Import,854231,{value}" for name, value in
            (("Spain", 3), ("Germany", 4), ("East Asia & Pacific", 90), ("France", 5))]  # fmt: skip
    draft = drafted(tmp_path, *rows, head="Reporter,Partner,Flow,HS6,Value (USD)")
    assert "'East Asia & Pacific': TODO" in draft.text
    text = draft.text.replace("'East Asia & Pacific': TODO", "'East Asia & Pacific': leave_out")
    found, _ = read_table(
        tmp_path / "mine.csv", _answered(text, MONEY | {"period": "'2020'"}), tmp_path
    )
    assert sorted(row["value_usd"] for row in found) == [3, 4, 5]


LANGUAGES = {
    "French": (
        "Déclarant;Partenaire;Flux;Année;Code SH6;Valeur (milliers EUR);Masse nette (kg)",
        ("France;Chine;Importations", "France;Chine;Exportations"),
        1000,
    ),
    "German": (
        "Meldeland;Partnerland;Verkehrsrichtung;Jahr;Warennummer;Wert (Tsd. EUR);Eigenmasse (kg)",
        ("Frankreich;China;Einfuhr", "Frankreich;China;Ausfuhr"),
        1000,
    ),
    "Spanish": (
        "País informante;Socio;Flujo;Año;Subpartida;Valor (miles de EUR);Peso neto (kg)",
        ("Francia;China;Importaciones", "Francia;China;Exportaciones"),
        1000,
    ),
    "Italian": (
        "Paese dichiarante;Paese partner;Flusso;Anno;Prodotto;Valore (milioni EUR);Peso netto (kg)",
        ("FRA;CHN;Importazioni", "FRA;CHN;Esportazioni"),
        1_000_000,
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_flows_of_a_table_in_another_language(tmp_path: Path, language: str) -> None:
    """The column of flows was left out of the draft, and who reports was asked."""
    head, (bought, sold), scale = LANGUAGES[language]
    rows = (f"{bought};2022;854231;1,5;2,5", f"{sold};2022;854231;2;3")
    draft = drafted(tmp_path, *rows, head=head)
    assert [question.key for question in draft.questions] == ["nomenclature"]
    text = _answered(draft.text, {"nomenclature": "HS2022"})
    found, _ = read_table(tmp_path / "mine.csv", text, tmp_path)
    told = {(row["importer"], row["exporter"]): row["value_reported"] for row in found}
    assert told == {("FRA", "CHN"): 1.5 * scale, ("CHN", "FRA"): 2 * scale}
    assert {row["mass_kg"] for row in found} == {2.5, 3.0}


def test_areas_across_the_columns_are_partners(tmp_path: Path) -> None:
    """A pivot table: each column is trade with its area, of all others who is asked."""
    head = "Commodity,Year,China,Viet Nam,USA,Other countries,World"
    draft = drafted(tmp_path, "854231,2022,5,4,3,1,13", "847130,2022,6,6,2,0,14", head=head)
    columns = draft.mapping["columns"]
    assert {name: keys.get("partner") for name, keys in columns.items()} == {
        "Commodity": None,
        "Year": None,
        "China": "CHN",
        "Viet Nam": "VNM",
        "USA": "USA",
        "Other countries": "TODO",
        "World": "WLD",
    }
    assert draft.mapping["reporter"] == "TODO"
    assert "partner" not in draft.mapping
    text = _answered(draft.text, MONEY | {"reporter": "DEU", "flow": "import", "partner": "XNES"})
    found, findings = read_table(tmp_path / "mine.csv", text, tmp_path)
    assert {(row["product"], row["exporter"]): row["value_usd"] for row in found} == {
        ("854231", "CHN"): 5,
        ("854231", "VNM"): 4,
        ("854231", "USA"): 3,
        ("854231", "XNES"): 1,
        ("847130", "CHN"): 6,
        ("847130", "VNM"): 6,
        ("847130", "USA"): 2,
        ("847130", "XNES"): 0,
    }
    assert any(one.rule == "area-total" for one in findings)


@pytest.mark.parametrize(
    ("head", "row"),
    [
        ("Partner,HS6,China,USA", "Japan,854231,5,6"),  # areas in names are something else
        ("HS6,Year,China,Rank,Notes,Count", "854231,2022,5,1,2,3"),  # one area alone
        ("HS6,Year,CHN,USA", "854231,2022,5,6"),  # two words of three letters may be anything
    ],
)
def test_what_is_called_like_areas_may_be_something_else(
    tmp_path: Path, head: str, row: str
) -> None:
    columns = drafted(tmp_path, row, head=head).mapping["columns"]
    assert not any("partner" in keys for keys in columns.values())


def test_codes_of_areas_across_the_columns(tmp_path: Path) -> None:
    columns = drafted(tmp_path, "2022,5,6,7", head="year,CHN,USA,JPN").mapping["columns"]
    assert [columns[name]["partner"] for name in ("CHN", "USA", "JPN")] == ["CHN", "USA", "JPN"]


@pytest.mark.parametrize(
    ("head", "rows", "column"),
    [
        ("Year,Country,FOB (USD)", ["2566,China,5", "2567,China,6"], "Year"),
        ("Period,Country,FOB (USD)", ["2079,China,5", "2080,India,6"], "Period"),
        ("Period,Country,FOB (USD)", ["2079-80,China,5", "2080-81,India,6"], "Period"),
    ],
)
def test_years_of_another_calendar_are_asked(
    tmp_path: Path, head: str, rows: list[str], column: str
) -> None:
    """Thailand's 2567 and Nepal's 2081 are 2024: no year of the file proves which."""
    draft = drafted(tmp_path, *rows, head=head)
    assert draft.mapping["columns"][column] == {"role": "period", "own": "TODO"}
    assert "of which calendar" in draft.text
    assert "year_starts" not in draft.mapping


@pytest.mark.parametrize("names", ["2079,2080,2081", "2079/080,2080/081", "2081/082_import,Code"])
def test_names_of_columns_in_another_calendar_are_no_times(tmp_path: Path, names: str) -> None:
    """`2081/082_import` was drafted as the year 2081."""
    numbers = ",".join("5" for _ in names.split(","))
    draft = drafted(tmp_path, f"China,{numbers}", f"India,{numbers}", head=f"Country,{names}")
    assert "period" not in str(draft.mapping["columns"])
    assert "wide" not in draft.mapping
    assert draft.mapping["period"] == "TODO"


def test_the_mass_that_only_the_title_names(tmp_path: Path) -> None:
    rows = ("Country,HS,Figures", "China,854231,5", "USA,854231,6")
    draft = drafted(tmp_path, *rows, head="Net weight (kg) of imports of Germany 2023")
    assert draft.mapping["columns"]["Figures"] == {"role": "mass", "unit": "kg"}
    money = drafted(tmp_path, *rows, head="Imports of Germany 2023 in USD and kg")
    assert money.mapping["columns"].get("Figures", {}).get("role") != "mass"


def test_a_value_whose_money_is_not_known_is_asked_for_it(tmp_path: Path) -> None:
    head = "Year,Country,Value (Rs. in Thousands)"
    columns = drafted(tmp_path, "2020,China,5", "2021,China,6", head=head).mapping["columns"]
    value = columns["Value (Rs. in Thousands)"]
    assert (value["role"], value["currency"], value["scale"]) == ("value", "TODO", 1000)


def test_korean_and_japanese_names_of_areas(tmp_path: Path) -> None:
    head = "나라,HS6,연도,금액 (USD)"
    rows = ("중국,854231,2022,5", "베트남,854231,2022,6", "러시아 연방,854231,2022,7")
    columns = drafted(tmp_path, *rows, head=head).mapping["columns"]
    assert columns["나라"]["codes"] == "names"
    assert "own" not in columns["나라"]


SAID = ("Japan's imports from China", "China's exports to Japan", "China's exports to world")
TRADE_MAP = """Product code,Product label,{}
'8542,Chips,11,12,21,22,31,32
'8541,Diodes,13,14,23,24,33,34
'8534,Printed circuits,15,16,25,26,35,36
""".format(",".join(f'"{side}, Value in {year}"' for side in SAID for year in (2022, 2023)))


def test_each_column_of_a_table_of_two_reporters_has_its_own(tmp_path: Path) -> None:
    """Trade Map prints both sides and the world; one answer gave one reporter to all of them."""
    path = tmp_path / "map.csv"
    path.write_text(TRADE_MAP, encoding="utf-8")
    draft = draft_mapping(path)
    assert not {one.key for one in draft.questions} & {"reporter", "partner", "flow"}
    text = draft.text.replace("nomenclature: TODO", "nomenclature: HS2017")
    text = text.replace("currency: TODO", "currency: USD").replace("scale: TODO", "scale: 1")
    assert "TODO" not in text, text
    rows = read_table(path, text, tmp_path)[0]
    found = {
        (row["reported_by"], row["product"]): row["value_usd"]
        for row in rows
        if row["period"].year == 2022
    }
    assert found["importer", "8542"] == 11
    assert found["exporter", "8542"] == 21
    assert {(row["exporter"], row["importer"]) for row in rows} == {("CHN", "JPN")}
    assert len(rows) == 12
    unknown = path.with_name("asean.csv")
    unknown.write_text(TRADE_MAP.replace("China's", "Association (ASEAN)'s"), encoding="utf-8")
    asked = {one.key for one in draft_mapping(unknown).questions}
    assert sum(key.endswith(".reporter") for key in asked) == 4


def test_a_column_of_national_codes_is_explained_by_a_table_of_them(tmp_path: Path) -> None:
    """Its name ends as columns of codes do, and the mass beside it in a unit."""
    path = tmp_path / "mine.csv"
    path.write_text(
        "Jahr;Land_Nr;Ware;Einfuhr_TEUR;Menge_t\n"
        "2022;720;85051190;1.234,5;120,4\n2022;Z01;85051190;310,2;14,1\n"
    )
    areas = tmp_path / "areas.csv"
    areas.write_text("Nr;Name\n720;China\nZ01;Japan\n")
    columns = draft_mapping(path, areas=areas).mapping["columns"]
    assert columns["Land_Nr"] == {"role": "partner", "codes": {"720": "CHN", "Z01": "JPN"}}
    assert columns["Menge_t"] == {"role": "mass", "unit": "t"}


def test_no_remark_names_a_stand_in_of_an_open_question(tmp_path: Path) -> None:
    draft = drafted(
        tmp_path, "2022,854231,5,a", "2022,854231,7,b", head="Year,HS6,Import value,Remark"
    )
    assert "1 flow has several rows (" in draft.text
    assert "ATA" not in draft.text


def test_formulas_that_nobody_computed_are_no_flows(tmp_path: Path) -> None:
    """The draft asked which of =A1 and =B1 is imports."""
    head = "Year,Reporter,Partner,HS6,Flow,Value"
    rows = [f"2022,Kazakhstan,China,85423{n},=IF(A{n}>0),5" for n in (1, 2)]
    draft = drafted(tmp_path, *rows, head=head)
    assert "flow: TODO" in draft.text
    assert "Flow: {role: flow" not in draft.text
