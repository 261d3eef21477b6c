"""The IMF's file for Russia against plain Python on the same bytes, and against printed shares."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from typing import TYPE_CHECKING

import pytest

from entrepot.engine import connect
from entrepot.lake import Lake
from entrepot.report.standalone import chart
from entrepot.sources.imts.parse import rows, tables
from entrepot.sources.parser import FileOptions, RawFile

if TYPE_CHECKING:
    from pathlib import Path

    from entrepot.sources.parser import ParsedRows

YEARS = [str(year) for year in range(2016, 2025)]


@pytest.fixture(scope="module")
def real(shared_data: Path) -> Path:
    return shared_data / "imf_imts_russia" / "RU_trade.csv"


@pytest.fixture(scope="module")
def held(real: Path, tmp_path_factory: pytest.TempPathFactory) -> ParsedRows:
    [table] = tables(RawFile(real, real.name), tmp_path_factory.mktemp("imts"), FileOptions())
    return rows(connect(threads=1), table)


@pytest.fixture(scope="module")
def plain(real: Path) -> dict[tuple[str, str, str], dict[str, float]]:
    """Value in millions by flow, year and partner code, blanks left out."""
    found: dict[tuple[str, str, str], dict[str, float]] = defaultdict(dict)
    with real.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            for year in YEARS:
                if row[year]:
                    key = (row["TRADE_FLOW.ID"], year, "RUS")
                    found[key][row["COUNTERPART_COUNTRY.ID"]] = float(row[year])
    return found


def test_sums_by_flow_and_year_are_the_printed_totals_of_the_world(held: ParsedRows, plain) -> None:
    sums = held.relation.aggregate(
        "reported_by, year(period) AS y, sum(value_usd) AS s, count(*) AS n"
    )
    seen = {(told, str(year)): (total, count) for told, year, total, count in sums.fetchall()}
    assert len(seen) == 18
    for (flow, year, _), partners in plain.items():
        total, count = seen["importer" if flow == "MG" else "exporter", year]
        parts = {c for c in partners if not re.fullmatch(r"GX?\d{3}|TX910", c)}
        assert count == len(parts)
        assert total == pytest.approx(partners["G001"] * 1e6, abs=300)
        assert total == pytest.approx(sum(partners[c] for c in parts) * 1e6, abs=300)
    assert sum(count for _, count in seen.values()) == 3380


def test_other_countries_are_cuba_and_north_korea(plain) -> None:
    for partners in plain.values():
        both = partners["CUB"] + partners.get("PRK", 0.0)
        assert partners["TX910"] == pytest.approx(both, abs=1e-9)


def test_every_value_is_the_one_in_the_file(held: ParsedRows, plain) -> None:
    from entrepot.model.areas import by_code

    ours = by_code("imf")
    expected = {
        (flow, year, ours[code]): round(value * 1e6)
        for (flow, year, _), partners in plain.items()
        for code, value in partners.items()
        if not re.fullmatch(r"GX?\d{3}|TX910", code)
    }
    query = held.relation.project(
        "reported_by, year(period), "
        "CASE WHEN reported_by = 'importer' THEN exporter ELSE importer END, "
        "CASE WHEN reported_by = 'importer' THEN importer ELSE exporter END, value_usd"
    )
    seen = {
        ("MG" if told == "importer" else "XG", str(year), partner): value
        for told, year, partner, reporter, value in query.fetchall()
        if reporter == "RUS"
    }
    assert seen.keys() == expected.keys()
    assert max(abs(seen[key] - expected[key]) for key in seen) <= 1


def test_findings_say_that_partners_add_up(held: ParsedRows) -> None:
    found = {finding.rule: finding for finding in held.findings}
    assert found.keys() == {"groups-with-members", "adds-up"}
    assert found["adds-up"].count == 18


@pytest.mark.parametrize(
    ("reported_by", "shares"),
    [("importer", [24.8, 34.3, 45.2, 46.3]), ("exporter", [13.9, 16.5, 23.7, 25.5])],
)
def test_china_s_share_is_the_printed_one(
    held: ParsedRows, reported_by: str, shares: list[float]
) -> None:
    side = "exporter" if reported_by == "importer" else "importer"
    query = held.relation.filter(
        f"reported_by = '{reported_by}' AND year(period) >= 2021"
    ).aggregate(
        f"year(period) AS y, 100 * sum(value_usd) FILTER (WHERE {side} = 'CHN') / sum(value_usd)"
    )
    assert [share for _, share in sorted(query.fetchall())] == pytest.approx(shares, abs=0.06)


def test_values_since_2022_have_the_digits_of_a_computation(real: Path) -> None:
    """What the quirk says of estimates under Russia's name."""
    long: dict[str, list[bool]] = defaultdict(list)
    with real.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            for year in YEARS:
                if row[year]:
                    long[year].append(len(row[year].partition(".")[2]) > 6)
    share = {year: sum(seen) / len(seen) for year, seen in long.items()}
    assert all(share[year] == 0 for year in YEARS[:6])
    assert all(share[year] > 0.88 for year in YEARS[6:])


def test_a_check_finds_the_partner_that_grew_out_of_proportion(
    real: Path, plain, tmp_path: Path
) -> None:
    """Of all partners and years one series is, by plain Python on the file's bytes, too."""
    lake = Lake.open(tmp_path / "lake")
    lake.add("imts", [real])
    [found] = [one for one in lake.check() if one.rule == "partner-jump"]
    odd = []
    for (flow, year, _), partners in plain.items():
        before = [past for past in YEARS if past < year]
        for code, value in partners.items():
            held = [plain[flow, past, "RUS"].get(code, 0.0) for past in before]
            is_area = re.fullmatch("[A-Z]{3}", code)
            if is_area and held and held[-1] > 0 and value >= 100 and value > 20 * max(held):
                odd.append((code, year, value / sum(v for c, v in partners.items() if len(c) == 3)))
    large = [(code, year) for code, year, part in odd if part > 0.01]
    assert large == [("UGA", "2022")]
    assert found.count == 1
    assert found.example.startswith("RUS (imports) with UGA, 2021 to 2022: ")


@pytest.fixture(scope="module")
def lake(real: Path, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    held = Lake.open(tmp_path_factory.mktemp("imts-lake") / "lake")
    held.add("imts", [real])
    return held


def test_a_chart_says_until_when_a_country_reported_itself(lake: Lake) -> None:
    """Of partners' reports of 2022 to 2024 stood "As reported by Russia", below their chart."""
    for lines in (
        chart("top_supplier", lake, importer="RUS", since=2018).foot,
        chart("import_share", lake, importer="RUS", exporter="CHN").foot,
    ):
        [own] = [line for line in lines if "As reported by Russia" in line]
        assert own.startswith("Up to 2021: As reported by Russia, as a rule CIF.")


def test_a_chart_of_two_directions_says_the_valuation_of_each(lake: Lake) -> None:
    """The line of exports stood for imports too, and for years that others report."""
    lines = chart("asymmetry", lake, importer="RUS", exporter="CHN").foot
    assert any("As reported by Russia, as a rule FOB" in line for line in lines)
    assert not [line for line in lines if line.startswith("As reported by Russia")]


def test_the_source_of_a_change_is_of_both_its_times(lake: Lake) -> None:
    """A change from 2021 to 2023 had the source "2023"."""
    lines = chart("reorientation", lake, importer="RUS", period="2023", base="2021").foot
    [source] = [line for line in lines if "Source" in line]
    assert ", 2021 and 2023; Entrepôt computation." in source
