"""Goods against the tables of the United Nations and other people's copies of the list."""

from __future__ import annotations

import csv
from datetime import date
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from un_tables import sheet

import entrepot as ep
from entrepot.goods import goods_list, goods_selection, select
from entrepot.goods.links import links
from entrepot.model.product import known_codes

if TYPE_CHECKING:
    from pathlib import Path

NEW = {"854800", "852589", "854149", "854151", "854159", "880730"}
XLSX = "HS 2022 to HS 2017 ConversionAndCorrelationTables.xlsx"


@pytest.fixture(scope="module")
def conversion(shared_data: Path) -> dict[str, str]:
    return {row[0]: row[1] for row in sheet(shared_data / "hs_concordance" / XLSX, 1)}


@pytest.fixture(scope="module")
def correlation(shared_data: Path) -> set[tuple[str, str]]:
    rows = sheet(shared_data / "hs_concordance" / XLSX, 2)
    return {(row[0], row[1]) for row in rows if len(row) == 3}


def test_six_codes_are_new_in_hs2022(correlation: set[tuple[str, str]]) -> None:
    hs2022 = {new for new, _ in correlation}
    hs2017 = {old for _, old in correlation}
    listed = {entry.code for entry in goods_list("chpl").entries}
    assert listed <= hs2022
    assert listed - hs2017 == NEW
    changed = {code for code, item in links("HS2022", "HS2017").items() if item.kind != "same"}
    assert changed - {"901380", "852990"} == NEW


def test_successors_are_linked_and_have_no_other_predecessor(
    correlation: set[tuple[str, str]],
) -> None:
    for code, item in links("HS2022", "HS2017").items():
        before = {old for new, old in correlation if new == code}
        if item.kind == "successor":
            assert before == {item.other_code}
        if item.kind == "content_changed":
            assert ("852491", code) in correlation


def test_chips_without_predecessor_are_not_linked_to_one(
    correlation: set[tuple[str, str]],
) -> None:
    for code in ("854151", "854159"):
        before = {old for new, old in correlation if new == code}
        assert len(before) == 157
        assert "854150" not in before
    cameras = {new for new, old in correlation if old == "852580"}
    assert {"852581", "852582", "852583", "852589", "880621"} <= cameras
    mixed = {new for new, old in correlation if old == "854140"}
    assert {"854141", "854142", "854143", "854149"} <= mixed


def test_the_conversion_sheet_says_phones_and_is_not_followed(conversion: dict[str, str]) -> None:
    assert conversion["854151"] == conversion["854159"] == "851712"
    used = goods_selection("chpl", nomenclature="HS2017").codes
    assert used is not None
    assert "851712" not in used


def test_codes_of_the_editions(shared_data: Path, correlation: set[tuple[str, str]]) -> None:
    ours = known_codes()
    pooled = {"271000"}
    for edition, theirs in (
        ("HS2022", {new for new, _ in correlation}),
        ("HS2017", {old for _, old in correlation}),
    ):
        held = {code for code, editions in ours.items() if edition in editions}
        assert held - pooled - theirs <= {"300219"}
        assert theirs <= held
    with (shared_data / "formats" / "baci_product_codes_HS17_V202301.csv").open() as file:
        baci = {row["code"].zfill(6) for row in csv.DictReader(file)}
    assert baci <= {code for code, editions in ours.items() if "HS2017" in editions}


def test_the_list_equals_other_copies(shared_data: Path) -> None:
    """A copy of the version of February 2024, and the annex of the Union from another text."""
    ours = {entry.code: entry for entry in goods_list("chpl").entries}
    with (shared_data / "lists_chpl" / "chpl.csv").open(encoding="utf-8") as file:
        assert {row["hs6_2022"]: row["tier"] for row in csv.DictReader(file)} == {
            code: entry.part for code, entry in ours.items()
        }
    with (shared_data / "lists" / "chpl_history.csv").open(encoding="utf-8") as file:
        history = {row["code"]: row for row in csv.DictReader(file)}
    assert history.keys() == ours.keys()
    for code, row in history.items():  # ours may know an earlier text, and never a later one
        assert ours[code].part == row["part_or_tier"]
        assert ours[code].seen_from.isoformat() <= row["valid_from"]
    with (shared_data / "lists" / "eu_annex_xl_versions.csv").open(encoding="utf-8") as file:
        annex = list(csv.DictReader(file))
    assert {row["code"] for row in annex if row["package"] == "14"} == ours.keys()
    first = {row["code"] for row in annex if row["package"] == "12"}
    on_the_day = goods_list("chpl").on(date(2023, 12, 18)).listed
    assert first == {entry.code for entry in on_the_day}
    assert {entry.code for entry in goods_list("eu-xl").on(date(2023, 12, 31)).listed} == first


@pytest.fixture(scope="module")
def china_to_russia(baci_csv: Path) -> pa.Table:
    with baci_csv.open(encoding="utf-8") as file:
        rows = [
            {
                "year": int(row["t"]),
                "product": row["k"].zfill(6),
                "value_usd": float(row["v"]) * 1e3,
            }
            for row in csv.DictReader(file)
            if (row["i"], row["j"]) == ("156", "643")
        ]
    return pa.Table.from_pylist(rows)


def millions(rows: pa.Table, goods: str, **keys: str) -> list[int]:
    chosen = goods_selection(goods, nomenclature="HS2017", **keys)
    sums = ep.measures.value(select(rows, chosen), by=["year"])
    return [round(value / 1e6) for value in sums["value_usd"].to_pylist()]


@pytest.mark.parametrize(
    ("goods", "expected"),
    [
        ("chpl", [3549, 4264, 3555, 3818, 5321, 3763, 5243]),
        ("chpl:4.B", [45, 47, 56, 54, 83, 222, 813]),
        ("chpl:1", [66, 93, 114, 140, 211, 170, 167]),
    ],
)
def test_high_priority_goods_to_russia(
    china_to_russia: pa.Table, goods: str, expected: list[int]
) -> None:
    """Sums published beside the data, in million USD, 2017 to 2023."""
    assert millions(china_to_russia, goods) == expected


def test_two_codes_decide_the_sign(china_to_russia: pa.Table) -> None:
    with_them = millions(china_to_russia, "chpl")
    without = millions(china_to_russia, "chpl", variant="without_changed")
    assert (without[4], without[6]) == (4184, 5029)
    assert with_them[6] < with_them[4]
    assert without[6] > without[4]


def test_tiers_add_up(china_to_russia: pa.Table) -> None:
    tiers = ("1", "2", "3", "4.A", "4.B")
    parts = [
        ep.measures.value(
            select(china_to_russia, goods_selection(f"chpl:{tier}", nomenclature="HS2017")), by=[]
        )["value_usd"][0].as_py()
        for tier in tiers
    ]
    whole = select(china_to_russia, goods_selection("chpl", nomenclature="HS2017"))
    assert sum(parts) == pytest.approx(pc.sum(whole["value_usd"]).as_py())
