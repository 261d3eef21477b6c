"""The real extract of BACI, against totals in print and against plain Python."""

from __future__ import annotations

import csv
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from entrepot.lake import Lake

if TYPE_CHECKING:
    from pathlib import Path

CODES = {"156": "CHN", "643": "RUS"}
# Bn USD, 2017 to 2023, as computed outside this project and confirmed against published series.
TOTALS = {
    ("CHN", "RUS"): (45.9, 50.3, 50.8, 53.0, 69.6, 75.4, 110.0),
    ("RUS", "CHN"): (42.1, 55.3, 58.9, 51.2, 72.1, 114.1, 129.0),
}


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory, baci_csv: Path) -> Lake:
    lake = Lake.open(tmp_path_factory.mktemp("lake"))
    lake.add("baci", [baci_csv])
    return lake


@pytest.fixture(scope="module", params=["importer", "exporter"])
def rows(request: pytest.FixtureRequest, held: Lake) -> list[dict[str, Any]]:
    relation = held.flows("baci", by=request.param).to_native()
    return [dict(zip(relation.columns, row, strict=True)) for row in relation.fetchall()]


def test_totals_by_year_and_direction(rows: list[dict[str, Any]]) -> None:
    found: dict[tuple[str, str, int], float] = defaultdict(float)
    for row in rows:
        found[row["exporter"], row["importer"], row["period"].year] += row["value_usd"]
    for (exporter, importer), totals in TOTALS.items():
        for year, total in zip(range(2017, 2024), totals, strict=True):
            assert round(found[exporter, importer, year] / 1e9, 1) == total
    assert len(found) == 14


def test_every_row_as_plain_python_reads_it(rows: list[dict[str, Any]], baci_csv: Path) -> None:
    with baci_csv.open(encoding="utf-8", newline="") as opened:
        expected = {
            (int(r["t"]), CODES[r["i"]], CODES[r["j"]], r["k"].zfill(6)): (
                float(Decimal(r["v"]) * 1000),
                float(Decimal(r["q"]) * 1000) if r["q"] else None,
            )
            for r in csv.DictReader(opened)
        }
    found = {
        (r["period"].year, r["exporter"], r["importer"], r["product"]): (
            r["value_usd"],
            None if r["mass_kg"] is None else pytest.approx(r["mass_kg"], rel=1e-12),
        )
        for r in rows
    }
    assert len(rows) == len(found) == len(expected) == 43_494
    assert {key: cells[0] for key, cells in found.items()} == {
        key: cells[0] for key, cells in expected.items()
    }
    assert all(expected[key][1] == cells[1] for key, cells in found.items())
    assert sum(cells[1] is None for cells in expected.values()) == 449


def test_leading_zeros_are_back(rows: list[dict[str, Any]]) -> None:
    assert {len(row["product"]) for row in rows} == {6}
    assert sum(row["product"][0] == "0" for row in rows) == 2117


def test_russia_stopped_reporting(rows: list[dict[str, Any]]) -> None:
    told = {(row["period"].year >= 2022, row["importer"], row["reported_by"]) for row in rows}
    assert told == {
        (False, "RUS", "both"),
        (False, "CHN", "both"),
        (True, "RUS", "exporter"),
        (True, "CHN", "importer"),
    }


def test_holding(held: Lake) -> None:
    [holding] = held.holdings()
    assert (holding.vintage, holding.nomenclature) == ("unknown", "HS2017")
    assert (holding.rows, holding.areas, len(holding.periods)) == (43_494, 2, 7)
    assert holding.is_partial
    levels = {finding.level for finding in held.check()}
    assert levels == {"note", "warning"}
