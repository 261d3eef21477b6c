"""Real files of Comtrade against pandas on the same bytes, and against BACI."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

import entrepot as ep
from entrepot.lake import Lake
from entrepot.model.areas import by_code
from entrepot.report.note import note
from entrepot.sources.parser import FileOptions
from made_comtrade import read, rules_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

CELL = ["exporter", "importer", "product"]


def frame(found: list[dict]) -> pd.DataFrame:
    return pd.DataFrame(found)


@pytest.fixture(scope="module")
def raw(shared_data: Path) -> pd.DataFrame:
    """Nine columns with 166,616 rows, the codes of totals and parts lost."""
    path = shared_data / "comtrade_baci_2022_31hs6" / "comtrade_2022.csv.gz"
    rows = pd.read_csv(path, dtype={"cmd": str})
    assert len(rows) == 166_616
    iso = by_code("comtrade")
    here, there = (rows[name].astype(str).map(iso) for name in ("reporter", "partner"))
    exports = rows.flow == "X"
    rows["exporter"], rows["importer"] = here.where(exports, there), there.where(exports, here)
    rows["product"] = rows.cmd.str.zfill(6)
    rows["reported_by"] = exports.map({True: "exporter", False: "importer"})
    return rows


@pytest.fixture(scope="module")
def flows(shared_data: Path) -> tuple[pd.DataFrame, dict[str, int]]:
    path = shared_data / "comtrade_baci_2022_31hs6" / "comtrade_2022.csv.gz"
    found, findings = read(path, path.name, FileOptions(nomenclature="HS2022"))
    return frame(found), rules_of(findings)


@pytest.fixture(scope="module")
def baci(shared_data: Path) -> pd.Series:
    rows = pd.read_csv(
        shared_data / "comtrade_baci_2022_31hs6" / "baci_2022.csv", dtype={"cmd": str}
    )
    rows["product"] = rows.cmd.str.zfill(6)
    return rows.set_index(["i", "j", "product"]).value.rename_axis(CELL)


def test_lost_codes_every_cell_against_pandas(raw, flows) -> None:
    found, rules = flows
    partners = raw[raw.partner != 0]
    largest = partners.groupby([*CELL, "reported_by"]).value.max()
    ours = found.set_index([*CELL, "reported_by"]).value_usd
    assert len(ours) == len(largest) == 33_343
    pd.testing.assert_series_equal(
        ours.sort_index(), largest.sort_index(), check_names=False, rtol=1e-12
    )
    cells = raw.groupby(["reporter", "partner", "cmd", "flow"]).value.agg(["count", "sum", "max"])
    several = cells[cells["count"] > 1]
    assert rules["totals-by-sums"] == (several["count"] - 1).sum()
    assert set((several["sum"] / several["max"]).round(2)) == {2, 4, 8}


def test_every_total_over_partners_is_the_sum_of_what_was_kept(raw, flows) -> None:
    """The proof that the right rows were kept: the world was told apart from the partners."""
    found, rules = flows
    assert rules == {"totals-by-sums": 128_894, "world-totals": 4_379}
    world = raw[raw.partner == 0].groupby(["reporter", "product", "reported_by"]).value.max()
    who = found.importer.where(found.reported_by == "importer", found.exporter)
    ours = found.groupby([who.rename("who"), "product", "reported_by"]).value_usd.sum()
    names = world.rename_axis(["who", "product", "reported_by"])
    names = names.rename(index=by_code("comtrade") | {
        int(k): v for k, v in by_code("comtrade").items()
    }, level=0)  # fmt: skip
    gap = (ours - names).abs() / names.clip(lower=1)
    assert gap.max() < 1e-3
    assert len(gap.dropna()) == 4_379


def test_totals_agree_with_baci_and_sums_do_not(raw, flows, baci) -> None:
    for told in ("importer", "exporter"):
        ours = flows[0].query("reported_by == @told").set_index(CELL).value_usd
        assert (ours / baci).median() == pytest.approx(1.0, abs=0.005)
        added = raw[(raw.partner != 0) & (raw.reported_by == told)].groupby(CELL).value.sum()
        assert (added / baci).median() > 1.5  # the trap


def test_importers_report_slightly_more_than_exporters(flows) -> None:
    both = flows[0].pivot(index=CELL, columns="reported_by", values="value_usd").dropna()
    assert len(both) > 9_000
    assert (both.importer / both.exporter).median() == pytest.approx(1.02, abs=0.015)


def test_months_of_totals(shared_data: Path) -> None:
    path = shared_data / "formats" / "comtrade_v1_47_columns_sample.csv"
    found, _ = read(path, path.name)
    rows = pd.read_csv(path, dtype=str)
    assert len(found) == len(rows) == 96
    ours = frame(found)
    plain = pd.to_numeric(rows.primaryValue).groupby(rows.period.str[:4]).sum()
    years = ours.groupby(ours.period.map(lambda day: str(day.year))).value_usd.sum()
    pd.testing.assert_series_equal(years, plain, check_names=False)
    assert years["2024"] == pytest.approx(129.3e9, rel=0.01)  # Chinese customs: USD 129.3 bn
    assert set(ours.nomenclature) == {"HS2017", "HS2022"}
    assert set(ours["product"]) == {"TOTAL"}
    assert set(ours.freq) == {"M"}
    assert ours.mass_kg.isna().all()


def test_years_of_a_heading_with_second_partners(shared_data: Path) -> None:
    path = shared_data / "formats" / "comtrade_v1_annual_sample.csv"
    found, _ = read(path, path.name)
    rows = pd.read_csv(path)
    totals = rows[rows.partner2Code == 0]
    assert {one["period"].year: one["value_usd"] for one in found} == dict(
        zip(totals.period, totals.primaryValue, strict=True)
    )
    assert len(found) == 15


def test_second_partners_add_up_to_the_total_that_was_taken_away(shared_data: Path) -> None:
    path = shared_data / "formats" / "comtrade_v1_annual_sample.csv"
    rows = pd.read_csv(path, dtype=str)
    totals = rows[rows.partner2Code == "0"].set_index("period").primaryValue.astype(float)
    parts = rows[rows.partner2Code != "0"]
    found, findings = read(parts.to_csv(index=False), path.name)
    ours = {str(one["period"].year): one["value_usd"] for one in found}
    assert ours == {
        year: pytest.approx(totals[year], rel=1e-9) for year in ("2015", "2016", "2017")
    }
    assert rules_of(findings)["parts-added"] == 3


@pytest.fixture(scope="module")
def legacy(shared_data: Path) -> pd.DataFrame:
    path = shared_data / "formats" / "comtrade_legacy_35_columns_sample.csv"
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def with_partner(rows: pd.DataFrame, code: str) -> str:
    return rows.assign(**{"Partner Code": code}).to_csv(index=False)


def test_a_real_file_of_world_totals_only_has_values_and_no_shares(
    shared_data: Path, legacy: pd.DataFrame, tmp_path: Path
) -> None:
    path = shared_data / "formats" / "comtrade_legacy_35_columns_sample.csv"
    lake = Lake.open(tmp_path / "lake")
    lake.add("comtrade", [path])
    plain = legacy.assign(value=pd.to_numeric(legacy["Trade Value (US$)"]))
    imports = plain[plain["Trade Flow Code"] == "1"]
    for (reporter, year, code), rows in list(
        imports.groupby(["Reporter Code", "Year", "Commodity Code"])
    )[:3]:
        asked = {"importer": by_code("comtrade")[reporter], "goods": code, "period": int(year)}
        figure = ep.ask("value", lake=lake, source="comtrade", **asked)
        assert figure.required() == pytest.approx(rows.value.sum(), rel=1e-12)
        share = ep.ask("import_share", exporter="CHN", lake=lake, source="comtrade", **asked)
        assert share.status == "insufficient_data"


def test_the_old_layout_against_pandas(legacy: pd.DataFrame) -> None:
    found, findings = read(with_partner(legacy, "899"))
    plain = legacy.assign(
        value=pd.to_numeric(legacy["Trade Value (US$)"]),
        mass=pd.to_numeric(legacy["Netweight (kg)"]),
        iso=legacy["Reporter Code"].map(by_code("comtrade")),
        year=legacy.Year.astype(int),
    )
    plain["product"] = plain["Commodity Code"]
    key = ["iso", "year", "product"]
    flow = {code: plain[plain["Trade Flow Code"] == code].set_index(key) for code in "1234"}
    ours = frame(found)
    ours["year"] = ours.period.map(lambda day: day.year)

    imports = (
        ours[ours.reported_by == "importer"].rename(columns={"importer": "iso"}).set_index(key)
    )
    assert len(imports) == len(flow["1"])
    assert (imports.value_usd - flow["1"].value).abs().max() == 0
    weighed = flow["1"].mass.where(flow["1"].mass > 0)
    assert (imports.mass_kg - weighed).abs().max() == 0
    assert imports.mass_kg.notna().sum() == weighed.notna().sum()

    exports = ours[ours.reported_by == "exporter"].rename(columns={"exporter": "iso"})
    added = exports.groupby(key).value_usd.sum()
    alone = flow["3"].value.drop(flow["2"].index, errors="ignore")
    expected = pd.concat([flow["2"].value, alone])
    assert len(added) == len(expected)
    assert (added - expected).abs().max() < 1e-6

    fits = flow["3"].join(flow["2"].value.rename("exports")).query("value <= exports")
    rules = rules_of(findings)
    assert rules["reexports-split"] == len(fits)
    assert rules.get("reexports-above-exports", 0) == len(flow["3"]) - len(fits) - len(alone)
    assert rules["parts-of-flows"] == len(flow["4"])


@pytest.mark.parametrize("flag", ["0", "2", "4", "6"])
def test_the_old_flags_against_pandas(legacy: pd.DataFrame, flag: str) -> None:
    rows = legacy[(legacy.Flag == flag) & (legacy["Trade Flow Code"] == "1")]
    found, _ = read(with_partner(rows, "899"))
    weight = pd.to_numeric(rows["Netweight (kg)"]).fillna(0) > 0
    amount = (pd.to_numeric(rows.Qty).fillna(0) > 0) & (rows["Qty Unit Code"] != "1")
    expected = (weight & (flag in "46")) | (amount & (flag in "26"))
    assert sum(one["is_estimated"] for one in found) == expected.sum()


@pytest.mark.parametrize("change", [lambda text: text.encode("utf-16"), str.encode])
def test_another_encoding_of_a_real_file(shared_data: Path, change: Callable[[str], bytes]) -> None:
    path = shared_data / "formats" / "comtrade_v1_annual_sample.csv"
    assert read(change(path.read_text(encoding="utf-8")), path.name) == read(path, path.name)


def test_who_is_largest_under_each_definition_against_pandas(
    raw: pd.DataFrame, shared_data: Path, tmp_path: Path
) -> None:
    lake = Lake.open(tmp_path / "lake")
    path = shared_data / "comtrade_baci_2022_31hs6" / "comtrade_2022.csv.gz"
    lake.add("comtrade", [path], nomenclature="HS2022")
    figure = ep.ask("top_supplier", lake=lake, importer="DEU", goods="283691", period=2022)
    here = raw[(raw.importer == "DEU") & (raw["product"] == "283691") & (raw.partner != 0)]
    totals = here.groupby(["reported_by", "exporter"]).value.max()
    largest = {side: totals[side].idxmax() for side in ("importer", "exporter")}
    assert largest == {"importer": "CHL", "exporter": "NLD"}
    assert figure.specifications
    whose = {
        one.choices["report"].removesuffix("'s"): one.whose
        for one in figure.specifications.items
        if (one.choices["source"], one.choices["quantity"]) == ("comtrade", "value")
    }
    assert whose == largest
    (said,) = [one.text for one in figure.caveats if one.id == "largest-differs"]
    assert "Chile under 4 definitions" in said
    assert "the Netherlands under 1 definition (30.2\N{NO-BREAK SPACE}%)" in said
    values = figure.specifications.to_dict()["values"]
    assert {one["whose"] for one in values} == {"CHL", "NLD"}
    # The page keeps to one source, which has three of the four.
    chart = note("DEU", "CHL", "283691", 2022, lake).chart
    assert chart
    assert "Chile under 3 definitions" in chart.deck


def test_one_largest_under_all_definitions_needs_no_caveat(
    shared_data: Path, tmp_path: Path
) -> None:
    lake = Lake.open(tmp_path / "lake")
    path = shared_data / "comtrade_baci_2022_31hs6" / "comtrade_2022.csv.gz"
    lake.add("comtrade", [path], nomenclature="HS2022")
    figure = ep.ask("top_supplier", lake=lake, importer="DEU", goods="260200", period=2022)
    assert figure.specifications
    assert {one.whose for one in figure.specifications.items} == {"NLD"}
    assert "largest-differs" not in {one.id for one in figure.caveats}
    assert not [what for what, why in figure.specifications.left_out if "baci" in what]
