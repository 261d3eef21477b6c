"""Real customs registers: sums, shares by basis and traps, as computed twice by others."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import duckdb
import pandas as pd
import pytest

import entrepot as ep
from entrepot.figures.registers import register_totals
from entrepot.lake import Lake
from entrepot.sources.shipments.draft import draft_layout

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILES = {
    "peru": ["peru/peru_import_283525_283526_310430_2013_2022.csv"],
    "argentina": ["argentina/argentina_import_283525_283526_310430_2017_2022.csv"],
    "ethiopia": [
        "ethiopia/ethiopia_import_2012_ch84_85_88_90_and_7digit.csv",
        "ethiopia/ethiopia_import_2013_ch85.csv",
        "ethiopia/ethiopia_import_2014_ch85.csv",
        "ethiopia/ethiopia_import_2015_ch84_85_88_90_and_7digit.csv",
    ],
    "ethiopia-declarations": ["ethiopia/ethiopia_declarations_hs3905_2022_2023.csv"],
    "ecuador": [
        "extra_ecuador/ecuador_import_2017_layoutA.csv",
        "extra_ecuador/ecuador_import_2018_2022_layoutB.csv",
    ],
    "panama": ["extra_panama/panama_import_sample_ch06_12.csv"],
}


@pytest.fixture(scope="module")
def lake(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lake]:
    held = Lake.open(tmp_path_factory.mktemp("registers"))
    for register, names in FILES.items():
        paths = [shared_data / "shipments" / name for name in names]
        held.add(f"shipments.{register}", paths)
    with held.reading():
        yield held


def _sum(lake: Lake, register: str, where: str, basis: str = "") -> dict[str | None, float]:
    rows = lake.table("shipments", source=f"shipments.{register}").to_native()
    by = basis or "NULL"
    query = f"""
        SELECT {by} AS area, round(sum(coalesce(value_usd, value_reported)), 2) AS value
        FROM line WHERE {where} GROUP BY 1"""
    return dict(rows.query("line", query).fetchall())


def test_kept_lines_stand_in_the_order_of_the_file(lake: Lake) -> None:
    """A file is known again by the bytes that are kept of it, so their order is always the same."""
    kept = [one for one in (lake.path / "raw").iterdir() if not one.suffix]
    assert len(kept) == sum(map(len, FILES.values()))
    for path in kept:
        rows = duckdb.read_parquet(str(path)).project("__row").fetchall()
        assert rows == [(2 + place,) for place in range(len(rows))], path


@pytest.mark.parametrize(
    ("register", "where", "basis", "expected"),
    [
        ("peru", "true", "", {None: 498_288_980.54}),
        ("peru", "year(period) = 2022 AND month(period) = 12", "", {None: 13_338_209.25}),
        (
            "peru",
            "true",
            "origin",
            {"CHN": 136_794_857.67, "BEL": 92_547_493.77, "TWN": 88_523_613.06},
        ),
        ("peru", "true", "seller", {"CHE": 117_948_326.69, "USA": 48_852_415.11}),
        ("peru", "product = '310430'", "", {None: 414_033_108.11}),
        ("argentina", "true", "", {None: 205_434_798.89}),
        # Without S/M, SIN MARCA and the like: 37 % of the value and more had them as a brand.
        ("argentina", "brand IS NOT NULL", "", {None: 121_499_319.81}),
        ("argentina", "status = 'final'", "", {None: 195_616_788.03}),
        ("argentina", "true", "origin", {"BRA": 46_992_556.97, "TUN": 18_390_871.30}),
        ("argentina", "true", "dispatch", {"BEL": 41_365_435.96, "PER": 14_669_370.96}),
        ("ethiopia", "year(period) = 2012", "", {None: 2_598_647_318.45}),
        ("ethiopia", "year(period) = 2013", "", {None: 796_518_947.11}),
        ("ethiopia", "year(period) = 2014", "", {None: 1_728_277_519.60}),
        ("ethiopia", "year(period) = 2015", "", {None: 5_376_945_816.24}),
        ("ethiopia-declarations", "true", "", {None: 821_808_590.0}),
        ("ecuador", "year(period) = 2017", "", {None: 27_924_265.56}),
        ("ecuador", "year(period) = 2017", "origin", {"PER": 5_989_751.84, "CHN": 4_052_405.10}),
        ("ecuador", "year(period) > 2017", "", {None: 196_400_483.37}),
        ("ecuador", "year(period) > 2017", "port", {"PER": 32_771_077.64, "TUN": 26_657_517.40}),
        ("panama", "true", "", {None: 15_343_605.48}),
    ],
)  # fmt: skip
def test_sums_agree_to_the_cent(
    lake: Lake, register: str, where: str, basis: str, expected: dict[str | None, float]
) -> None:
    found = _sum(lake, register, where, basis)
    assert {name: found.get(name) for name in expected} == expected


@pytest.mark.parametrize(
    ("register", "importer", "goods", "period", "basis", "exporter", "percent"),
    [
        ("peru", "PER", "310430", "2013..2022", "origin", "TWN", 21.38),
        ("peru", "PER", "310430", "2013..2022", "port", "TWN", 20.34),
        ("peru", "PER", "310430", "2013..2022", "seller", "TWN", 0.05),
        ("peru", "PER", "310430", "2013..2022", "seller", "CHE", 28.47),
        ("peru", "PER", "283525", "2013..2022", "origin", "CHN", 84.86),
        ("argentina", "ARG", "283525", "2017..2022", "origin", "DEU", 73.19),
        ("argentina", "ARG", "283525", "2017..2022", "dispatch", "DEU", 32.18),
        ("ethiopia", "ETH", "8517", "2012", "origin", "CHN", 90.14),
        ("ethiopia", "ETH", "8517", "2012", "consignment", "HKG", 64.01),
        ("ethiopia", "ETH", "8471", "2015", "consignment", "ARE", 70.78),
        ("ethiopia", "ETH", "8542", "2013", "consignment", "ARE", 46.85),
    ],
)
def test_shares_differ_by_basis(
    lake: Lake, register: str, importer: str, goods: str, period: str, basis: str, exporter: str,
    percent: float,
) -> None:  # fmt: skip
    figure = ep.ask(
        "import_share",
        lake=lake,
        source=f"shipments.{register}",
        importer=importer,
        exporter=exporter,
        goods=goods,
        period=period,
        basis=basis,
    )
    assert figure.value == pytest.approx(percent / 100, abs=0.00005)


@pytest.mark.parametrize(
    ("register", "rule", "count", "value"),
    [
        ("peru", "exact-copies", 28, "USD 5,357,938.84"),
        ("peru", "numbers-restart", 85, "USD 11,927,950.78"),
        ("argentina", "sub-items-zero", 299, ""),
        ("argentina", "preliminary", 261, "USD 9,818,010.86"),
        ("argentina", "preliminary", 261, "2017-06, 2017-07, 2017-08 and 2017-09"),
        ("ethiopia", "leading-zeros", 796, "USD 65,902,282.12"),
        ("ethiopia", "leading-zeros", 800, ""),
        ("ethiopia-declarations", "left-out-footer", 2, "25,676,237.77 kg gross"),
        ("panama", "free-zone-dispatch", 3, ""),
        ("ecuador", "layout-changes-basis", 1, ""),
    ],
)
def test_traps_are_found_with_their_value(
    lake: Lake, register: str, rule: str, count: int, value: str
) -> None:
    rows = lake.findings(f"shipments.{register}").to_native()
    found = rows.project("rule, count, text").fetchall()
    assert any(one[:2] == (rule, count) and value in one[2] for one in found)


def test_flows_of_a_register_are_the_sums_of_its_lines(
    lake: Lake, shared_data: Path, tmp_path: Path
) -> None:
    """By pandas, from the file as it was delivered."""
    rows = lake.aggregate("shipments.peru", tmp_path / "peru.csv", basis="port", period="2022")
    flows = pd.read_csv(tmp_path / "peru.csv")
    assert rows == len(flows)
    name = "peru/peru_import_283525_283526_310430_2013_2022.csv"
    lines = pd.read_csv(shared_data / "shipments" / name, dtype=str)
    lines = lines[lines["Fecha"].str.startswith("2022")]
    codes = lines["Código NCM"].str.replace(r"\D", "", regex=True).str.zfill(8).str[:6]
    value = lines["U$S CIF"].astype(float).groupby(codes).sum()
    assert flows.groupby("product")["value_usd"].sum().round(2).tolist() == value.round(2).tolist()
    assert set(flows["freq"]) == {"A"}
    assert set(flows["partner_basis"]) == {"port"}


def test_totals_of_a_year_agree_with_the_reference_sum(lake: Lake) -> None:
    found = register_totals(lake, "shipments.ethiopia", period="2012")
    assert {one.currency for one in found} == {"USD"}
    assert {round(one.value, 2) for one in found} == {2_598_647_318.45}


@pytest.mark.parametrize(
    ("register", "answers", "expected"),
    [
        ("argentina", {"reporter": "ARG", "direction": "import"}, 205_434_798.89),
        ("ethiopia-declarations", {"reporter": "ETH", "valuation": "CIF"}, 821_808_590.0),
    ],
)
def test_a_drafted_layout_reads_the_same_sum(
    shared_data: Path, tmp_path: Path, register: str, answers: dict[str, str], expected: float
) -> None:
    """Questions of the draft are answered, and nothing else of it is changed."""
    [name] = FILES[register]
    path = shared_data / "shipments" / name
    text = draft_layout(path, "drafted").text.replace("role: TODO", "role: dispatch")
    for key, answer in answers.items():
        text = re.sub(rf"(?m)^({key}: )TODO.*$", rf"\g<1>{answer}", text)
    held = Lake.open(tmp_path)
    held.add("shipments", [path], mapping=text)
    assert _sum(held, "drafted", "true") == {None: expected}
