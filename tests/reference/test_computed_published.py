"""Our own results can be made again to the byte, and agree with the printed anchors."""

from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import pytest

import entrepot as ep
from entrepot.lake import Lake
from entrepot.sources.published.parse import published
from published_rows import stating

ROOT = Path(__file__).resolve().parents[2]
YEARS = range(2017, 2024)
ANCHORS = {  # million USD, 2017 to 2023, as the description of the data prints them
    ("chpl", "CHN", "RUS"): (3549, 4264, 3555, 3818, 5321, 3763, 5243),
    ("chpl:4.B", "CHN", "RUS"): (45, 47, 56, 54, 83, 222, 813),
    ("chpl:1", "CHN", "RUS"): (66, 93, 114, 140, 211, 170, 167),
}
TOTALS = {  # billion USD
    ("CHN", "RUS"): (45.9, 50.3, 50.8, 53.0, 69.6, 75.4, 110.0),
    ("RUS", "CHN"): (42.1, 55.3, 58.9, 51.2, 72.1, 114.1, 129.0),
}


@pytest.fixture(scope="module")
def tool() -> dict[str, Any]:
    """What the script defines."""
    return runpy.run_path(str(ROOT / "tools" / "compute_published.py"))


def test_the_tool_makes_the_same_bytes(tool: dict[str, Any], baci_csv: Path) -> None:
    assert tool["compute"](baci_csv).encode() == tool["OUT"].read_bytes()


def _one(measure: str, exporter: str, importer: str, goods: str, year: int, **keys: str) -> float:
    keys.setdefault("variant", "")
    (row,) = stating(measure, exporter, importer, goods, year, kind="computed", **keys)
    assert row.value is not None
    return row.value


@pytest.mark.parametrize("key", ANCHORS)
def test_high_priority_goods_by_year(key: tuple[str, str, str]) -> None:
    goods, exporter, importer = key
    found = [round(_one("value", exporter, importer, goods, year) / 1e6) for year in YEARS]
    assert tuple(found) == ANCHORS[key]


@pytest.mark.parametrize("pair", TOTALS)
def test_totals_by_year(pair: tuple[str, str]) -> None:
    found = [round(_one("value", *pair, "all", year) / 1e9, 1) for year in YEARS]
    assert tuple(found) == TOTALS[pair]


def test_without_the_two_codes_that_flip_the_sign() -> None:
    found = [
        round(_one("value", "CHN", "RUS", "chpl", year, variant="without_changed") / 1e6)
        for year in (2021, 2023)
    ]
    assert found == [4184, 5029]


def test_tiers_add_up_to_the_list() -> None:
    for year in YEARS:
        tiers = ("1", "2", "3.A", "3.B", "4.A", "4.B")
        parts = sum(_one("value", "CHN", "RUS", f"chpl:{tier}", year) for tier in tiers)
        assert parts == _one("value", "CHN", "RUS", "chpl", year)


def test_shares_by_hand() -> None:
    assert _one("import_share", "CHN", "RUS", "chpl", 2023) == pytest.approx(
        5242.75 / 12500, rel=1e-5
    )
    assert _one("import_share", "CHN", "RUS", "all", 2023) == pytest.approx(
        110.014 / 285.1, rel=1e-5
    )
    assert _one("export_share", "RUS", "CHN", "all", 2022) == pytest.approx(
        114.147 / 592.5, rel=1e-5
    )
    # 2021: exports in yuan, turned into dollars with the totals of the same release
    world = 21.73e12 * 6.05e12 / 39.1e12
    assert _one("export_share", "CHN", "RUS", "all", 2021) == pytest.approx(
        69.6238e9 / world, rel=1e-5
    )


def test_rows_name_vintage_method_and_divisor() -> None:
    held = {row.id for row in published("all")}
    for row in published("computed"):
        assert "BACI V202501, HS2017" in row.origin_words
        assert row.note
        if row.unit == "share":
            top, _, bottom = row.note.partition(" over ")
            assert top.split(" ")[0] in held
            assert bottom.split(" ")[0].rstrip(".") in held
            assert row.low is not None
            assert row.high is not None
            assert row.low <= (row.value or 0) <= row.high


def test_reporter_is_open_while_both_may_have_told() -> None:
    for row in published("computed"):
        assert row.reporter == ("CHN" if row.period.year >= 2022 else "")


def test_they_are_the_headline_where_loaded_rows_answer_another_definition_only(
    tmp_path: Path,
) -> None:
    """Machine tools from Hong Kong, and in the first year alone from China: an internal error."""
    held = Lake.open(tmp_path / "lake")
    for year, sold in ((2022, ("156", "344")), (2023, ("344",))):
        rows = [f"{year},156,643,854231,10,1"]
        rows += [f"{year},{one},643,846693,{400 if year == 2023 else 60},1" for one in sold]
        path = tmp_path / f"BACI_HS17_Y{year}_V202501.csv"
        path.write_text("\n".join(["t,i,j,k,v,q", *rows, ""]), encoding="utf-8")
        held.add("baci", [path])
    words: dict[str, Any] = {"importer": "RUS", "exporter": "CHN", "goods": "chpl:4.B"}
    found = ep.ask("growth", lake=held, period=2023, **words)
    assert (found.status, found.definition.source) == ("ok", "computed")
    before, now = (_one("value", "CHN", "RUS", "chpl:4.B", year) for year in (2022, 2023))
    assert found.value == pytest.approx(100 * (now / before - 1))
    assert found.low == pytest.approx(100 * (400 / 120 - 1))  # with Hong Kong, by the rows
