"""Tables that others made, read with a mapping, against pandas on the same bytes."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest

from entrepot.engine import connect
from entrepot.model.areas import group
from entrepot.model.period import Period
from entrepot.sources.baci import parse as baci
from entrepot.sources.parser import FileOptions, RawFile
from table_reading import one_map, read_table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from entrepot.model.columns import Finding

Row = dict[str, Any]


def by_year(rows: list[Row], what: str, wanted: Callable[[Row], bool]) -> dict[int, float]:
    sums: dict[int, float] = defaultdict(float)
    for row in rows:
        if wanted(row):
            sums[row["period"].year] += row[what]
    return dict(sums)


def counts(findings: list[Finding]) -> dict[str, int]:
    return {finding.rule: finding.count for finding in findings}


def kyrgyz(shared_data: Path, number: str) -> Path:
    [path] = (shared_data / "eu_kyrgyz_mirror" / "kyrgyzstan_data").glob(f"4.03.00.{number} *")
    return path


def test_baci_as_a_table_is_baci(baci_csv: Path, tmp_path: Path) -> None:
    mine, _ = read_table(baci_csv, one_map("baci_chn_rus"), tmp_path)
    said = FileOptions(nomenclature="HS2017", vintage="V202501")
    with connect() as connection:
        [table] = baci.tables(RawFile(baci_csv, baci_csv.name), tmp_path, said)
        read = baci.rows(connection, table)
        names = ("period", "exporter", "importer", "product", "value_usd", "mass_kg")
        theirs = read.relation.project(", ".join(names)).fetchall()
    assert len(mine) == len(theirs)
    want = {row[:4]: row[4:] for row in theirs}
    for row in mine:
        value, mass = want[tuple(row[name] for name in names[:4])]
        assert row["value_usd"] == value
        assert row["mass_kg"] == (pytest.approx(mass, rel=1e-12) if mass else None)
    chinese = by_year(mine, "value_usd", lambda row: row["exporter"] == "CHN")
    assert [round(chinese[year] / 1e9, 1) for year in range(2017, 2024)] == [
        *(45.9, 50.3, 50.8, 53.0, 69.6, 75.4, 110.0)
    ]


def test_values_of_baci_in_dollars(shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / "comtrade_baci_2022_31hs6" / "baci_2022.csv"
    mine, _ = read_table(path, one_map("baci_2022"), tmp_path)
    theirs = pd.read_csv(path, dtype={"cmd": str})
    assert len(mine) == len(theirs) == 23_167
    assert sum(row["value_usd"] for row in mine) == theirs["value"].sum()
    assert {row["product"] for row in mine} == set(theirs["cmd"])


def test_chinese_minerals_by_names_of_partners(shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / "china_minerals_monthly" / "deep_dive_hs6_monthly.csv"
    mine, findings = read_table(path, one_map("deep_dive_hs6_monthly"), tmp_path)
    theirs = pd.read_csv(path, dtype={"hs6": str})
    assert len(mine) == len(theirs)
    assert sum(row["value_usd"] for row in mine) == pytest.approx(theirs["val"].sum(), rel=1e-12)
    russia = by_year(mine, "value_usd", lambda row: row["importer"] == "RUS")
    at = theirs[theirs.partner_name == "Russia"].groupby(theirs.period_dt.str[:4]).val.sum()
    assert russia == pytest.approx({int(year): value for year, value in at.items()})
    # Trap 8: a mass of zero is not known; whether it was estimated the file does not say.
    assert sum(row["mass_kg"] is None for row in mine) == (theirs["qty"] == 0).sum() > 0
    assert counts(findings) == {"zero-mass": (theirs["qty"] == 0).sum()}
    assert {row["is_estimated"] for row in mine} == {None}
    assert {row["reported_by"] for row in mine} == {"exporter"}


def test_armenian_cars_leave_the_heading_out_and_add_modes_of_transport(
    shared_data: Path, tmp_path: Path
) -> None:
    path = shared_data / "armenia_georgia_vehicles" / "vehicle_trade_armenia.csv"
    mine, findings = read_table(path, one_map("vehicle_trade_armenia"), tmp_path)
    theirs = pd.read_csv(path, encoding="cp1252", dtype={"commodity_code": str})
    lines = theirs[theirs.aggregate_level == 6]
    keys = ["period", "trade_code", "partner_code", "commodity_code"]
    assert len(mine) == len(lines.groupby(keys))
    assert counts(findings) == {
        "other-level": len(theirs) - len(lines),
        "parts-added": len(lines) - len(mine),
        "unknown-quantity": (lines.Qty == 0).sum(),
        "zero-mass": (lines.netweight_kg == 0).sum(),
    }
    total = sum(row["value_usd"] for row in mine)
    assert total == pytest.approx(lines.trade_value_us.sum(), rel=1e-12)
    to_russia = by_year(
        mine, "value_usd", lambda row: (row["exporter"], row["importer"]) == ("ARM", "RUS")
    )
    # Trap 12. (In 2021 3.47: the lines and the heading agree.)
    assert [round(to_russia[year] / 1e6) for year in (2022, 2023)] == [237, 354]
    assert to_russia[2021] / 1e6 == pytest.approx(3.47, abs=0.01)
    cars = by_year(mine, "quantity", lambda row: row["quantity_unit"] == "items")
    assert cars[2023] <= lines[lines.year == 2023].Qty.sum()


def test_georgian_cars_to_armenia_that_armenia_does_not_see(
    shared_data: Path, tmp_path: Path
) -> None:
    folder = shared_data / "armenia_georgia_vehicles"
    mine, findings = read_table(
        folder / "vehicle_trade_georgia.csv", one_map("vehicle_trade_georgia"), tmp_path
    )
    assert counts(findings) == {}
    told = by_year(
        mine, "value_usd", lambda row: (row["exporter"], row["importer"]) == ("GEO", "ARM")
    )
    assert [round(told[year] / 1e6) for year in (2021, 2022, 2023)] == [6, 144, 264]
    assert sum(row["is_estimated"] for row in mine) == 2489
    seen, _ = read_table(
        folder / "vehicle_trade_armenia.csv", one_map("vehicle_trade_armenia"), tmp_path
    )
    at_home = by_year(
        seen, "value_usd", lambda row: (row["exporter"], row["importer"]) == ("GEO", "ARM")
    )
    assert sum(at_home.get(year, 0) for year in (2021, 2022, 2023)) < 1e6


def test_headings_beside_lines_are_refused_where_no_level_is_said(
    shared_data: Path, tmp_path: Path
) -> None:
    path = shared_data / "armenia_georgia_vehicles" / "vehicle_trade_armenia.csv"
    without = one_map("vehicle_trade_armenia").replace("level: 6", "")
    with pytest.raises(ValueError, match="several levels: 3,287 rows of 4 digits, 7,118 rows of 6"):
        read_table(path, without, tmp_path)
    with pytest.raises(ValueError, match="1,800 flows have several rows each") as caught:
        read_table(path, one_map("vehicle_trade_armenia").replace("repeated: sum", ""), tmp_path)
    assert "rows " in caught.value.where


def test_imports_by_origin_and_by_consignment_are_two_reports(
    shared_data: Path, tmp_path: Path
) -> None:
    path = shared_data / "armenia_georgia_vehicles" / "arm_trade_country.csv"
    mine, findings = read_table(path, one_map("arm_trade_country"), tmp_path)
    theirs = pd.read_csv(path, keep_default_na=False)
    kept = theirs[~theirs.country.str.startswith("Nagorno")]
    assert counts(findings) == {"left-out": 3 * (len(theirs) - len(kept)), "several-bases": 2}
    for basis, column in (
        ("destination", "export"),
        ("origin", "import_origin"),
        ("consignment", "import_consignment"),
    ):
        total = sum(row["value_usd"] for row in mine if row["partner_basis"] == basis)
        assert total == pytest.approx(1000 * kept[column].sum(), rel=1e-9)


def test_euros_stay_euros_and_the_union_is_no_reporter(shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / "eu_kyrgyz_mirror" / "eurostat_totals_long.csv"
    mine, findings = read_table(path, one_map("eurostat_totals_long"), tmp_path)
    told = by_year(mine, "value_reported", lambda row: row["importer"] == "KGZ")
    # Trap 13, the side of the Union.
    assert [round(told[year] / 1e6) for year in (2021, 2022, 2023)] == [263, 1171, 2734]
    assert {row["value_usd"] for row in mine} == {None}
    assert {row["currency"] for row in mine} == {"EUR"}
    theirs = pd.read_csv(path)
    chosen = theirs[theirs.folder == "kyrgyz_export_eurostat"]
    union = chosen.REPORTER.str.startswith(("Euro area", "European Union"))
    assert counts(findings) == {
        "not-selected": len(theirs) - len(chosen),
        "left-out": union.sum(),
    }
    assert len(mine) == (~union).sum()


def test_kyrgyz_imports_out_of_a_workbook_with_titles_totals_and_footnotes(
    shared_data: Path, tmp_path: Path
) -> None:
    path = kyrgyz(shared_data, "20")
    mine, findings = read_table(path, one_map("kyrgyz_imports"), tmp_path)
    theirs = pd.read_excel(path, sheet_name="import", header=None, engine="calamine")
    table = theirs.iloc[3:208]
    partners = table[2].astype(str).str.strip()
    totals = ["Total", "The EU", "CIS", "SCO", "EAEU", "Europe", "Asia", "America", "Africa"]
    kept = table[~partners.isin([*totals, "Australia and Oceania"]) & (partners != "nan")]
    numbers = kept.iloc[:, 3:].apply(pd.to_numeric, errors="coerce")
    assert len(mine) == numbers.notna().sum().sum()
    mine_by_year = by_year(mine, "value_usd", lambda row: True)
    for place, year in enumerate(range(1994, 2024)):
        assert mine_by_year[year] == pytest.approx(1000 * numbers.iloc[:, place].sum(), abs=1)
    assert counts(findings)["left-out"] > 0
    # Trap 13, the side of Kyrgyzstan: its row for the Union is the sum of the members.
    for year, says in ((2021, 289), (2022, 527), (2023, 965)):
        members = group("EU").members(Period.parse(year).end)
        union = by_year(mine, "value_usd", lambda row, m=members: row["exporter"] in m)
        assert round(union[year] / 1e6) == says


def test_kyrgyz_exports_out_of_a_workbook(shared_data: Path, tmp_path: Path) -> None:
    mine, _ = read_table(kyrgyz(shared_data, "18"), one_map("kyrgyz_exports"), tmp_path)
    # Parts of the file, not its total: gold of 2021 has no country in it.
    assert by_year(mine, "value_usd", lambda row: True)[2021] / 1e6 == pytest.approx(1646.71, 1e-5)
    assert {row["reported_by"] for row in mine} == {"exporter"}


def test_totals_beside_a_chapter(shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / "eurostat_eu_to_rus_neighbours" / "eu_total_trade_monthly.csv"
    mine, findings = read_table(path, one_map("eu_total_trade_monthly"), tmp_path)
    theirs = pd.read_csv(path)
    total = theirs[theirs["product"] == "Total [TOTAL]"]
    assert len(mine) == len(total)
    assert counts(findings) == {"other-level": len(theirs) - len(total)}
    told = sum(row["value_reported"] for row in mine if row["reported_by"] == "exporter")
    assert told == pytest.approx(total[total.flow == "EXPORT"].value_eur.sum(), rel=1e-12)
    chapter = one_map("eu_total_trade_monthly").replace("level: total", "level: 2")
    lines, _ = read_table(path, chapter + "nomenclature: HS2017\n", tmp_path)
    assert {row["product"] for row in lines} == {"27"}
    assert len(lines) == len(theirs) - len(total)


def test_a_wide_file_of_the_imf(shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / "imf_imts_russia" / "RU_trade.csv"
    mine, findings = read_table(path, one_map("imf_russia"), tmp_path)
    # Partners that are areas (the IMF's total over "other countries" is none of them).
    shares = {}
    theirs = pd.read_csv(path)
    for flow, code in (("import", "MG"), ("export", "XG")):
        one = theirs[(theirs["TRADE_FLOW.ID"] == code)]
        china = one[one["COUNTERPART_COUNTRY.ID"] == "CHN"]
        side = "exporter" if flow == "import" else "importer"
        told = by_year(mine, "value_usd", lambda row, side=side: row[side] == "CHN")
        for year in range(2016, 2025):
            assert told[year] == pytest.approx(1e6 * china[str(year)].sum(), abs=1)
        world = one[one["COUNTERPART_COUNTRY.ID"] == "G001"]
        shares[flow] = [
            round(100 * told[year] / 1e6 / world[str(year)].sum(), 1) for year in range(2021, 2025)
        ]
    assert shares == {"import": [24.8, 34.3, 45.2, 46.3], "export": [13.9, 16.5, 23.7, 25.5]}
    assert counts(findings)["area-total"] > 0
