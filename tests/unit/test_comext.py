"""Comext from made-up lines in every shape that users have."""

from __future__ import annotations

import gzip
import zipfile
from datetime import date
from typing import TYPE_CHECKING

import pytest

from entrepot.engine import connect
from entrepot.errors import BadFileError
from entrepot.sources.comext import parse
from entrepot.sources.parser import FileOptions
from made_comext import NAMES, OLD, bulk, table
from read_flows import Read, read_flows

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def read(tmp_path: Path):
    def reading(text: str | bytes, name: str = "full_v2_202402.dat", **said: str) -> Read:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return read_flows(parse, path, tmp_path / "scratch", FileOptions(**said))

    return reading


def test_a_bulk_line_becomes_a_flow(read) -> None:
    got = read(bulk("AT AD E 35069190 2 1 NO_SU 202402 65 3 0"))
    [row] = got.rows
    assert {key: value for key, value in row.items() if value is not None} == {
        "period": date(2024, 2, 1),
        "freq": "M",
        "exporter": "AUT",
        "importer": "AND",
        "product": "35069190",
        "nomenclature": "CN2024",
        "value_reported": 65.0,
        "currency": "EUR",
        "valuation": "FOB",
        "mass_kg": 3.0,
        "reported_by": "exporter",
        "partner_basis": "destination",
    }
    assert not got.found


def test_imports_are_told_by_the_importer_on_the_basis_of_the_type_of_trade(read) -> None:
    got = read(
        bulk(
            "DE CN E 85423190 1 1 PST 202402 900 8 40",
            "DE NL I 85423190 1 1 PST 202402 70 1 3",
            "DE GB K 85423190 1 1 PST 202402 60 1 2",
        )
    )
    columns = ("exporter", "importer", "reported_by", "valuation", "partner_basis", "quantity")
    assert got.only(*columns) == [
        ("CHN", "DEU", "importer", "CIF", "origin", 40.0),
        ("GBR", "DEU", "importer", "CIF", None, 2.0),
        ("NLD", "DEU", "importer", "CIF", "consignment", 3.0),
    ]
    assert {row["quantity_unit"] for row in got.rows} == {"PST"}


def test_procedures_parts_of_a_country_and_classes_add_up(read) -> None:
    text = bulk(
        "FR MA E 39269097 1 1 NO_SU 202402 100 10 0",
        "FR MA E 39269097 1 2 NO_SU 202402 40 0 0",
        "FR XC E 39269097 2 1 NO_SU 202402 7 1 0",
        "FR XL E 39269097 2 1 NO_SU 202402 5 1 0",
        "FR MA E 39XXXXXX 1 1 NO_SU 202402 3 1 0",
        "FR MA E 39XXXXXX 1 1 NO_SU 202402 4 1 0",
    ).replace("39XXXXXX,1,2", "39XXXXXX,58XXX,2", 1)
    got = read(text)
    assert got.only("importer", "product", "value_reported", "mass_kg") == [
        ("ESP", "39269097", 12.0, 2.0),
        ("FRA", "39269097", 140.0, 10.0),
        ("FRA", "39XXXXXX", 7.0, 2.0),
    ]
    assert got.found["lines-added"].count == 3
    assert "6 lines" in got.found["lines-added"].text
    hidden = got.found["confidential-codes"]
    assert (hidden.level, hidden.count, hidden.example) == ("note", 2, "39XXXXXX")
    assert "EUR 7" in hidden.text


def test_a_weight_of_zero_beside_a_value_is_not_known(read) -> None:
    got = read(
        bulk(
            "AT AD E 39205100 2 1 NO_SU 202402 15 0 0",
            "AT AE E 39205100 2 1 NO_SU 202402 15 : 0",
            "AT AF E 39205100 2 1 PST 202402 15 2 0",
            "AT AG E 39205100 2 1 NO_SU 202402 0 0 0",
        )
    )
    assert got.only("importer", "mass_kg", "quantity", "quantity_unit") == [
        ("AFG", 2.0, None, None),
        ("AND", None, None, None),
        ("ARE", None, None, None),
        ("ATG", 0.0, None, None),
    ]
    assert got.found["mass-unknown"].count == 2


def test_a_value_that_is_missing_is_never_zero(read) -> None:
    got = read(
        bulk(
            "AT AD E 39205100 2 1 NO_SU 202402 : 2 0",
            "AT AE E 39205100 2 1 NO_SU 202402 15 2 0",
            "AT AE E 39205100 2 2 NO_SU 202402 : 2 0",
            "AT AF E 39205100 2 1 NO_SU 202402 1 2 0",
        )
    )
    assert got.only("importer", "value_reported") == [("AFG", 1.0)]
    missing = got.found["value-missing"]
    assert (missing.level, missing.count) == ("warning", 2)


def test_groups_beside_their_members_are_left_out(read) -> None:
    got = read(
        table(
            "M DE CN 85423190 1 VALUE_IN_EUROS 2024-02 5 ",
            "M DE WORLD 85423190 1 VALUE_IN_EUROS 2024-02 9 ",
            "M DE EU27_2020_EXTRA 85423190 1 VALUE_IN_EUROS 2024-02 8 ",
            "M EU27_2020 CN 85423190 1 VALUE_IN_EUROS 2024-02 50 ",
            "M EA CN 85423190 1 VALUE_IN_EUROS 2024-02 40 ",
        )
    )
    assert got.only("exporter", "importer", "value_reported") == [("CHN", "DEU", 5.0)]
    groups = got.found["groups-with-members"]
    assert "EA, EU27_2020" in groups.text or "EU27_2020_EXTRA, WORLD" in groups.text


def test_values_and_quantities_below_each_other_become_one_flow(read) -> None:
    got = read(
        table(
            "M DE VN 03046200 1 QUANTITY_IN_100KG 2024-02 90212.63 ",
            "M DE VN 03046200 1 VALUE_IN_EUROS 2024-02 32313884 e",
            "M DE VN 03046200 1 SUPPLEMENTARY_QUANTITY 2024-02 7 ",
            "M DE CN 03046200 1 VALUE_IN_EUROS 2024-02 5 p",
            "M DE US 03046200 1 QUANTITY_IN_100KG 2024-02 5 ",
            "A DE CN 03046200 1 VALUE_IN_EUROS 2024 50 ",
        )
    )
    columns = ("exporter", "freq", "value_reported", "mass_kg", "quantity", "is_estimated")
    assert got.only(*columns) == [
        ("CHN", "A", 50.0, None, None, False),
        ("CHN", "M", 5.0, None, None, False),
        ("VNM", "M", 32313884.0, 9021263.0, 7.0, True),
    ]
    assert got.found["value-missing"].count == 1
    assert got.found["years-with-months"].level == "note"


def test_six_digits_are_the_harmonized_system_of_the_year(read) -> None:
    got = read(
        table(
            "A NO CN 854231 1 VALUE_EUR 2021 5 ",
            "A NO CN 854231 1 QUANTITY_KG 2021 2 ",
            "A DE CN 854231 1 VALUE_EUR 2022 6 ",
            "A DE CN 8542 1 VALUE_EUR 2022 9 ",
            "A DE CN TOTAL 1 VALUE_EUR 2022 99 ",
            data="DS-059341",
        )
    )
    columns = ("importer", "product", "nomenclature", "partner_basis", "mass_kg")
    assert got.only(*columns) == [
        ("DEU", "854231", "HS2022", "origin", None),
        ("NOR", "854231", "HS2017", None, 2.0),
    ]
    assert got.found["levels-with-lines"].count == 2
    above = got.found["headings-above-lines"]
    assert (above.level, above.example) == ("warning", "8542 by EUR 3")
    assert above.text.startswith("1 heading exceeds the lines below by EUR 3, in 1 case")


def test_totals_of_all_goods_are_kept_where_there_is_nothing_finer(read) -> None:
    got = read(
        table(
            "M DE CN TOTAL 2 VALUE_IN_EUROS 2024-02 99 ",
            "M DE CN 27 2 VALUE_IN_EUROS 2024-02 9 ",
        )
    )
    assert got.only("product", "nomenclature", "value_reported") == [("TOTAL", "NONE", 99.0)]


@pytest.mark.parametrize(
    ("period", "reporter", "partner", "basis"),
    [
        ("2024-02", "DE", "FR", "consignment"),
        ("2024-02", "DE", "CN", "origin"),
        ("2024-02", "DE", "XI", "consignment"),
        ("2024-02", "DE", "XU", "origin"),
        ("2024-02", "DE", "GB", None),
        ("2020-12", "DE", "GB", "consignment"),
        ("2024-02", "DE", "QW", None),
        ("2024-02", "NO", "DE", None),
        ("2012-02", "DE", "HR", "origin"),
    ],
)
def test_the_basis_of_imports_without_a_type_of_trade(
    read,
    period: str,
    reporter: str,
    partner: str,
    basis: str | None,
) -> None:
    got = read(table(f"M {reporter} {partner} 85423190 1 VALUE_IN_EUROS {period} 5 "))
    assert [row["partner_basis"] for row in got.rows] == [basis]


def test_the_older_header_gives_the_same_flows(read) -> None:
    new = read(
        bulk(
            "FR NL I 85423190 1 1 A 201903 2580 600 1",
            "FR CN E 09SSS123 1 3 A 201903 10 2 1",
        )
    )
    lines = [
        "001,FR,0003,NL,I,85423190,00151,0122,0143,1,111,01,1,1,A,201903,2580,600,1",
        "001,FR,0720,CN,E,09SSS123,00151,0122,0143,1,111,01,1,3,A,201903,10,2,1",
    ]
    assert read("\n".join([OLD, *lines, ""])).rows == new.rows
    assert {row["nomenclature"] for row in new.rows} == {"CN2019"}


def test_whole_years_have_week_52(read) -> None:
    got = read(
        bulk(
            "AT AD E 35069190 2 1 NO_SU 202352 65 3 0",
            "AT AD E 35069190 2 1 NO_SU 202301 6 1 0",
        )
    )
    assert got.only("period", "freq", "value_reported") == [
        (date(2023, 1, 1), "A", 65.0),
        (date(2023, 1, 1), "M", 6.0),
    ]
    assert "years-with-months" in got.found


def test_annual_extracts_call_a_year_by_its_number(read) -> None:
    year = read(bulk("AT AD E 35069190 2 1 NO_SU 2022 65 3 0"))
    assert year.rows == read(bulk("AT AD E 35069190 2 1 NO_SU 202252 65 3 0")).rows
    assert year.only("period", "freq") == [(date(2022, 1, 1), "A")]
    with pytest.raises(BadFileError, match="not a period"):
        read(bulk("AT AD E 35069190 2 1 NO_SU 20221 65 3 0"))


def test_a_lost_zero_comes_back(read) -> None:
    got = read(bulk("AT AD E 1012100 2 1 NO_SU 202402 65 3 0"))
    assert got.only("product") == [("01012100",)]


@pytest.mark.parametrize("pair", ["EL GR", "UK GB"])
def test_two_codes_of_one_country_are_one_country(read, pair: str) -> None:
    one, other = pair.split()
    line = "M DE {} 85423190 1 VALUE_IN_EUROS 2024-02 5 "
    assert read(table(line.format(one))).rows == read(table(line.format(other))).rows
    with pytest.raises(BadFileError, match="1 line is there twice"):
        read(table(line.format(one), line.format(other)))


def test_names_of_countries(read) -> None:
    lines = [
        "Spain (incl. Canary Islands 'XB' from 1997),Kazakhstan,Beer,EXPORT,{}7,22030001",
        "Austria,All countries of the world,Beer,IMPORT,{}9,22030001",
        "European Union - 27 countries (from 2020),Kazakhstan,Beer,EXPORT,{}9,22030001",
        "Austria,Kazakhstan,Beer,EXPORT,{}8,2203",
    ]
    filled = [line.format("VALUE_IN_EUROS,2020-02,") for line in lines]
    got = read("\n".join([NAMES, *filled, ""]), "made.csv")
    assert got.only("exporter", "importer", "product", "nomenclature", "value_reported") == [
        ("ESP", "KAZ", "22030001", "CN2020", 7.0)
    ]
    in_brackets = "\n".join(
        [
            NAMES.removesuffix(",code"),
            'Austria,Kazakhstan,"Fuels; oils [27]",EXPORT,VALUE_IN_EUROS,2020-02,9',
            "Austria,Kazakhstan,Total [TOTAL],EXPORT,VALUE_IN_EUROS,2020-02,80",
            "",
        ]
    )
    assert read(in_brackets, "made.csv").only("product", "value_reported") == [("TOTAL", 80.0)]
    with pytest.raises(BadFileError, match="not a country name of Eurostat: 'Atlantis'") as error:
        read(in_brackets.replace("Austria,Kazakhstan,Total", "Austria,Atlantis,Total"), "made.csv")
    assert error.value.where == "made.csv, row 3, column PARTNER"


def test_packed_and_parquet_files_read_alike(read, tmp_path: Path) -> None:
    text = bulk("AT AD E 35069190 2 1 NO_SU 202402 65 3 0", "DE CN E 01012100 1 1 PST 202402 9 8 4")
    plain = read(text)
    assert read(gzip.compress(text.encode()), "full_v2_202402.dat.gz").rows == plain.rows
    with zipfile.ZipFile(tmp_path / "made.zip", "w") as archive:
        archive.writestr("full_v2_202402.dat", text)
    assert read((tmp_path / "made.zip").read_bytes(), "made.zip").rows == plain.rows
    (tmp_path / "typed.csv").write_text(text)
    for options in ("all_varchar=true", "types={'PRODUCT_NC': 'VARCHAR'}"):
        target = tmp_path / "made.parquet"
        connect().sql(f"FROM read_csv('{tmp_path}/typed.csv', {options})").write_parquet(
            str(target)
        )
        assert read(target.read_bytes(), "made.parquet").only(*plain.rows[0]) == plain.only(
            *plain.rows[0]
        )
