"""Exports of the Chinese customs query from made-up lines, in both languages."""

from __future__ import annotations

import gzip
from datetime import date
from typing import TYPE_CHECKING

import pytest

from entrepot.errors import BadFileError
from entrepot.sources.gacc import parse
from entrepot.sources.parser import FileOptions
from made_gacc import CHINESE, ENGLISH, gacc
from read_flows import Read, read_flows

if TYPE_CHECKING:
    from pathlib import Path

MARCH = "format: 1\nflow: export\nperiod: '2024-03'\n"
HORSE = "01012900 110 39 44 47690 Kilogram 93 Number_of_item 19,121,826"
GARLIC = "07032010 141 10 37 1500 Kilogram 0 ? 1,693"


@pytest.fixture
def read(tmp_path: Path):
    def reading(text: str | bytes, mapping: str | None = MARCH, encoding: str = "gb18030") -> Read:
        path = tmp_path / "exports_2024_03.csv"
        path.write_bytes(text.encode(encoding) if isinstance(text, str) else text)
        return read_flows(parse, path, tmp_path / "scratch", FileOptions(mapping=mapping))

    return reading


def test_a_line_becomes_a_flow(read) -> None:
    got = read(gacc(HORSE))
    [row] = got.rows
    assert {key: value for key, value in row.items() if value is not None} == {
        "period": date(2024, 3, 1),
        "freq": "M",
        "exporter": "CHN",
        "importer": "HKG",
        "product": "010129",
        "nomenclature": "HS2022",
        "value_usd": 19_121_826.0,
        "valuation": "FOB",
        "mass_kg": 47_690.0,
        "quantity": 93.0,
        "quantity_unit": "items",
        "reported_by": "exporter",
        "partner_basis": "destination",
    }
    assert not got.found


def test_imports_come_from_their_origin(read) -> None:
    got = read(gacc(HORSE, GARLIC.replace("141", "142")), MARCH.replace("export", "import"))
    assert got.only("exporter", "importer", "reported_by", "valuation", "partner_basis") == [
        ("CHN", "CHN", "importer", "CIF", "origin"),
        ("HKG", "CHN", "importer", "CIF", "origin"),
    ]
    assert "come back" in got.found["own-goods"].text


def test_regimes_provinces_and_national_lines_add_up(read) -> None:
    got = read(
        gacc(
            "85423111 344 10 44 5 Kilogram 100 Number_of_item 1,000",
            "85423111 344 10 31 7 Kilogram 300 Number_of_item 2,000",
            "85423119 344 14 44 1 Kilogram 10 Number_of_item 500",
            "85423111 110 10 44 1 Kilogram 10 Number_of_item 5",
        )
    )
    assert got.only("importer", "product", "value_usd", "mass_kg", "quantity") == [
        ("HKG", "854231", 5.0, 1.0, 10.0),
        ("RUS", "854231", 3500.0, 13.0, 410.0),
    ]
    added = got.found["lines-added"]
    assert (added.count, "3 of 4 lines" in added.text) == (1, True)


def test_weights_and_units(read) -> None:
    got = read(
        gacc(
            "10000001 101 10 44 5 Number_of_item 30 Kilogram 100",
            "10000101 101 10 44 0 Kilogram 0 ? 100",
            "10000201 101 10 44 5 Set 0 ? 100",
            "10000301 101 10 44 5 Kilogram 0 ? 100",
            "10000301 101 10 31 5 Set 0 ? 100",
            "10000401 101 10 44 5 Kilogram 4 Pair 100",
            "10000402 101 10 44 5 Kilogram 4 Set 100",
            "10000501 101 10 44 2 Ton 0 ? 100",
            "10000601 101 10 44 0 Kilogram 0 ? 100",
            "10000602 101 10 44 9 Kilogram 0 ? 100",
        )
    )
    assert got.only("product", "mass_kg", "quantity", "quantity_unit") == [
        ("100000", 30.0, 5.0, "items"),
        ("100001", None, None, None),
        ("100002", None, 5.0, "Set"),
        ("100003", None, None, None),
        ("100004", 10.0, None, None),
        ("100005", 2000.0, None, None),
        ("100006", 9.0, None, None),
    ]
    assert got.found["mass-unknown"].count == 3


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig"])
def test_both_languages_and_encodings_read_alike(read, encoding: str) -> None:
    english = read(gacc(HORSE, GARLIC))
    chinese = gacc(HORSE, GARLIC, header=CHINESE)
    for one, other in (("Kilogram", "千克"), ("Number of item", "个"), ("Hong Kong", "中国香港")):
        chinese = chinese.replace(one, other)
    assert read(chinese, encoding=encoding).rows == english.rows
    assert read(gzip.compress(chinese.encode(encoding))).rows == english.rows


def test_yuan_are_not_dollars(read) -> None:
    for header in (
        ENGLISH.replace("US dollar", "Renminbi Yuan"),
        CHINESE.replace("美元", "人民币"),
    ):
        [row] = read(gacc(HORSE, header=header)).rows
        assert (row["value_usd"], row["value_reported"], row["currency"]) == (
            None,
            19_121_826.0,
            "CNY",
        )


def test_months_that_the_file_says_itself(read) -> None:
    dated = "Date of data," + ENGLISH
    text = gacc(HORSE, HORSE, header=dated, dates=("201512", "202201"))
    got = read(text, "format: 1\nflow: export\n")
    assert got.only("period", "freq", "nomenclature") == [
        (date(2015, 12, 1), "M", "HS2012"),
        (date(2022, 1, 1), "M", "HS2022"),
    ]
    with pytest.raises(BadFileError, match="the period is said twice"):
        read(text, MARCH)
    with pytest.raises(BadFileError, match="does not say whether these are imports") as error:
        read(text, None)
    assert "period" not in error.value.hint


@pytest.mark.parametrize(("period", "freq"), [("2023", "A"), ("2023Q2", "Q"), ("2023-06", "M")])
def test_the_period_that_the_user_says(read, period: str, freq: str) -> None:
    [row] = read(gacc(HORSE), MARCH.replace("2024-03", period)).rows
    assert row["freq"] == freq
    assert row["period"].year == 2023


def test_a_lost_zero_comes_back(read) -> None:
    got = read(gacc(HORSE.removeprefix("0"), "85423111" + GARLIC[8:]))
    assert got.only("product") == [("010129",), ("854231",)]
    got = read(gacc(HORSE.replace("01012900", "10129"), GARLIC.replace("07032010", "070320")))
    assert got.only("product") == [("010129",), ("070320",)]


def test_an_export_of_exactly_ten_thousand_rows_may_be_cut_off(read) -> None:
    lines = [f"{85000000 + n} 344 10 44 1 Kilogram 0 ? 1" for n in range(10_000)]
    cut = read(gacc(*lines)).found["cut-off"]
    assert (cut.level, cut.count) == ("warning", 10_000)
    assert "cut-off" not in read(gacc(*lines[1:])).found
