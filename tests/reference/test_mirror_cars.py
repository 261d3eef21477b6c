"""Cars from Georgia to Armenia to Russia: told by one side, by origin not by the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pytest

import entrepot as ep
from entrepot.figures.mirror import mirror_gap_findings
from entrepot.lake import Lake
from entrepot.reconciliation import hidden
from table_reading import one_map

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = "armenia_georgia_vehicles"
GEORGIA, ARMENIA = "table.georgia", "table.armenia"
YEARS = (2021, 2022, 2023)


@pytest.fixture(scope="module")
def lake(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Both reports of heading 8703; Georgia's file has no lines below it."""
    folder = shared_data / FOLDER
    held = Lake.open(tmp_path_factory.mktemp("cars") / "lake")
    one, other = (one_map(f"vehicle_trade_{name}") for name in ("georgia", "armenia"))
    heading = other.replace("level: 6", "level: 4")
    assert heading != other
    held.add("table", [folder / "vehicle_trade_georgia.csv"], mapping="id: georgia\n" + one)
    held.add("table", [folder / "vehicle_trade_armenia.csv"], mapping="id: armenia\n" + heading)
    return held


@pytest.fixture(scope="module")
def told(shared_data: Path) -> dict[tuple[str, str, str, int], dict[int, float]]:
    """USD by reporter, partner, flow and year, then month; heading 8703, with pandas."""
    sums: dict[tuple[str, str, str, int], dict[int, float]] = {}
    for name in ("georgia", "armenia"):
        path = shared_data / FOLDER / f"vehicle_trade_{name}.csv"
        rows = pd.read_csv(path, encoding="cp1252", dtype={"commodity_code": str})
        rows = rows[rows.commodity_code == "8703"]
        if name == "georgia":
            rows = rows[rows.mot_code == 0]
        keys = ["reporter", "partner_iso", "trade_code", "year", "month"]
        for (*key, month), value in rows.groupby(keys).trade_value_us.sum().items():
            sums.setdefault(tuple(key), {})[month] = value
    return sums


def year(
    told: dict[tuple[str, str, str, int], dict[int, float]], *key: str | int, months: range
) -> float:
    found = told.get(key, {})
    return sum(value for month, value in found.items() if month in months)


ALL = range(1, 13)


def test_what_each_side_says(lake: Lake, told: dict) -> None:
    asked = {"lake": lake, "goods": "8703"}
    spans = {2021: "2021", 2022: "2022", 2023: "2023-01..2023-11"}
    out = [ep.ask("value", source=GEORGIA, exporter="GEO", importer="ARM", period=spans[at],
                  **asked).value for at in YEARS]  # fmt: skip
    assert [round((value or 0) / 1e6) for value in out] == [6, 144, 264]
    assert out == pytest.approx([year(told, "Georgia", "ARM", "X", at, months=ALL) for at in YEARS])
    spans[2023] = "2023-01..2023-10"
    on = [ep.ask("value", source=ARMENIA, exporter="ARM", importer="RUS", period=spans[at],
                 **asked).value for at in YEARS]  # fmt: skip
    assert [round((value or 0) / 1e6) for value in on] == [3, 237, 354]
    assert on == pytest.approx([year(told, "Armenia", "RUS", "X", at, months=ALL) for at in YEARS])
    seen = [year(told, "Armenia", "GEO", "M", at, months=ALL) for at in YEARS]
    assert max(seen) < 1e5


def test_cars_are_lost_in_transit(lake: Lake, told: dict) -> None:
    """Two whole years; of 2023 the ten months that both tell."""
    rows = lake.flows(GEORGIA).to_native().union(lake.flows(ARMENIA).to_native())
    lost = [one for one in hidden(rows) if one.rule == "lost-in-transit"]
    years, months = lost
    assert (years.freq, years.cells, years.years) == ("A", 2, (2021, 2022))
    assert (months.freq, months.cells, months.years) == ("M", 1, (2023, 2023))
    gaps = [
        year(told, "Georgia", "ARM", "X", at, months=ALL)
        - year(told, "Armenia", "GEO", "M", at, months=ALL)
        for at in (2021, 2022)
    ]
    assert years.value_usd == pytest.approx(sum(gaps))
    ten = year(told, "Georgia", "ARM", "X", 2023, months=range(1, 11))
    assert months.exporter_low_usd == pytest.approx(ten)
    for one in lost:
        assert (one.exporter, one.importer, one.product) == ("GEO", "ARM", "8703")
        assert one.sources == (ARMENIA, GEORGIA)


def test_the_finding_says_so(lake: Lake) -> None:
    found = {one.place: one for one in mirror_gap_findings(lake) if one.rule == "lost-in-transit"}
    place = f"{ARMENIA} and {GEORGIA}"
    assert set(found) == {f"{place}, 2021 to 2022", f"{place}, 2023 by months"}
    words = found[f"{place}, 2021 to 2022"].example.replace("\u00a0", " ")
    assert words == "2022 GEO ARM 8703: USD 144 m exported, USD 24,750 imported"


def test_what_origin_leaves_out_consignment_has(
    shared_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """All goods: Georgia sends Armenia seven times what Armenia has from it by origin."""
    path = shared_data / FOLDER / "arm_trade_country.csv"
    held = Lake.open(tmp_path_factory.mktemp("bases") / "lake")
    held.add("table", [path], mapping="id: bases\n" + one_map("arm_trade_country"))
    rows = held.flows("table.bases").to_native()
    sums = rows.filter("exporter = 'GEO' AND importer = 'ARM' AND year(period) = 2023").aggregate(
        "partner_basis, sum(value_usd)", "partner_basis"
    )
    by = dict(sums.fetchall())
    theirs = pd.read_csv(path, keep_default_na=False)
    theirs = theirs[(theirs.country == "Georgia") & (theirs.year == 2023)]
    assert by == pytest.approx(
        {
            "origin": 1000 * theirs.import_origin.sum(),
            "consignment": 1000 * theirs.import_consignment.sum(),
        }
    )
    assert by["consignment"] / by["origin"] == pytest.approx(7.7, abs=0.1)
