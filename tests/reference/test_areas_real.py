"""Every area code in real files of CEPII, UN Comtrade, IMF, Eurostat and Chinese customs."""

from __future__ import annotations

import csv
import gzip
import re
from typing import TYPE_CHECKING

import pytest

from entrepot.model.areas import area, by_code, by_name

if TYPE_CHECKING:
    from pathlib import Path

# BACI's own list of countries gives a successor's or a partner's ISO code to areas of their own.
DEVIATIONS = {
    "58": ("BEL", "BLX"),  # Belgium-Luxembourg until 1998
    "280": ("DEU", "XFRG"),  # West Germany
    "711": ("ZAF", "XSACU"),  # Southern African Customs Union until 1999
    "736": ("SDN", "XSUDAN"),  # Sudan with the south, until 2011
    "697": ("N/A", "XEFTA"),
    "849": ("N/A", "PUS"),
}


def rows(path: Path, encoding: str = "utf-8-sig") -> list[dict[str, str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def baci_list(shared_data: Path) -> list[dict[str, str]]:
    return rows(shared_data / "formats" / "baci_country_codes_V202301.csv")


def test_baci_codes_mean_what_cepii_says(baci_list: list[dict[str, str]]) -> None:
    ours = by_code("baci")
    differ = {
        row["country_code"]: (row["iso_3digit_alpha"], ours.get(row["country_code"]))
        for row in baci_list
        if ours.get(row["country_code"]) != row["iso_3digit_alpha"]
    }
    assert differ == DEVIATIONS


def test_baci_two_letters_agree(baci_list: list[dict[str, str]]) -> None:
    odd = {"NAM", "ATF", "SCG", "CSK"}  # "NA" lost on the way; FQ and CS withdrawn
    for row in baci_list:
        if row["country_code"] not in DEVIATIONS and row["iso_3digit_alpha"] not in odd:
            assert area(row["iso_3digit_alpha"]).alpha2 == row["iso_2digit_alpha"]


def test_baci_column_is_exactly_its_list(baci_list: list[dict[str, str]]) -> None:
    listed = {row["country_code"] for row in baci_list}
    assert {code for one in by_code("baci").values() for code in area(one).baci} == listed


def test_baci_names_are_read(baci_list: list[dict[str, str]]) -> None:
    ours = by_code("baci")
    wrong = {
        row["country_name_abbreviation"]: by_name(row["country_name_abbreviation"])
        for row in baci_list
        if by_name(row["country_name_abbreviation"]) != ours[row["country_code"]]
    }
    assert wrong == {}


def test_comtrade_codes_are_known(shared_data: Path) -> None:
    with gzip.open(
        shared_data / "comtrade_baci_2022_31hs6" / "comtrade_2022.csv.gz", "rt", encoding="utf-8"
    ) as file:
        codes = {row[column] for row in csv.DictReader(file) for column in ("reporter", "partner")}
    assert len(codes) > 200
    assert codes - set(by_code("comtrade")) == set()


def test_comtrade_iso_agrees(shared_data: Path) -> None:
    seen = {}
    for row in rows(shared_data / "formats" / "comtrade_legacy_35_columns_sample.csv"):
        seen[row["Reporter Code"]] = row["Reporter ISO"]
        seen[row["Partner Code"]] = row["Partner ISO"]
    assert len(seen) > 100
    ours = by_code("comtrade")
    assert {code: iso for code, iso in seen.items() if iso and ours[code] != iso} == {}


def test_newer_baci_letters_are_read(shared_data: Path) -> None:
    letters = set()
    for row in rows(shared_data / "comtrade_baci_2022_31hs6" / "baci_2022.csv"):
        letters |= {row["i"], row["j"]}
    assert {iso for iso in letters if area_code(iso) is None} == set()
    assert area_code("S19") == "TWN"


def area_code(iso: str) -> str | None:
    return iso if iso in set(by_code("baci").values()) else by_name(iso)


def test_imf_counterparts_are_known(shared_data: Path) -> None:
    ours = by_code("imf")
    seen = {
        row["COUNTERPART_COUNTRY.ID"]: row["COUNTERPART_COUNTRY"]
        for row in rows(shared_data / "imf_imts_russia" / "RU_trade.csv")
    }
    assert len(seen) > 200
    assert {code: name for code, name in seen.items() if code not in ours} == {}
    for code, name in seen.items():
        if re.fullmatch(r"GX?\d+", code):
            assert area(ours[code]).kind == "aggregate", name
        elif not code.startswith("TX"):
            assert ours[code] == code or code == "WBG"


def test_chinese_customs_codes_are_known_by_code_and_name(shared_data: Path) -> None:
    with (shared_data / "formats" / "gacc_export_sample.csv").open(encoding="gb18030") as file:
        seen = {row[2]: row[3] for row in csv.reader(file) if row[2].isdigit()}
    assert len(seen) > 150
    ours = by_code("gacc")
    assert set(seen) - set(ours) == set()
    misread = {name: by_name(name) for code, name in seen.items() if by_name(name) != ours[code]}
    assert misread == {
        "Azerbai jan": None,  # misspelt in the file
        "Cote d'lvoire": None,
    }


def test_eurostat_names_are_read(shared_data: Path) -> None:
    names = set()
    for row in rows(shared_data / "eurostat_eu_to_rus_neighbours" / "eu_total_trade_monthly.csv"):
        names |= {row["reporter"], row["partner"]}
    assert len(names) > 30
    assert {name for name in names if by_name(name) is None} == set()
