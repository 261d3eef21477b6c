"""Reconciled reports of 2022 against what CEPII published for the same 31 products."""

from __future__ import annotations

import csv
import gzip
import math
import random
import statistics
from typing import TYPE_CHECKING

import pytest

from entrepot.figures.reconcile import reconcile_lake
from entrepot.lake import Lake
from entrepot.reconciliation import implied, pair, reconcile

if TYPE_CHECKING:
    from pathlib import Path

    Cell = tuple[str, str, str]

FOLDER = "comtrade_baci_2022_31hs6"
LARGE = 100_000


@pytest.fixture(scope="module")
def official(shared_data: Path) -> dict[Cell, float]:
    with (shared_data / FOLDER / "baci_2022.csv").open(encoding="utf-8", newline="") as file:
        return {
            (row["i"], row["j"], row["cmd"].zfill(6)): float(row["value"])
            for row in csv.DictReader(file)
        }


@pytest.fixture(scope="module")
def lake(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    found = Lake.open(tmp_path_factory.mktemp("lake"))
    found.add("comtrade", [shared_data / FOLDER / "comtrade_2022.csv.gz"], nomenclature="HS2022")
    return found


@pytest.fixture(scope="module")
def reconciled(lake: Lake) -> dict[Cell, tuple[float, str]]:
    reconcile_lake(lake, source="comtrade", period=2022)
    rows = lake.flows("reconciled").select(
        "exporter", "importer", "product", "value_usd", "reported_by"
    )
    return {row[:3]: row[3:] for row in rows.to_native().fetchall()}


def gaps_to(
    ours: dict[Cell, tuple[float, str]], official: dict[Cell, float], told: str
) -> list[float]:
    return [
        abs(math.log(ours[cell][0] / value))
        for cell, value in official.items()
        if value > LARGE and cell in ours and ours[cell][1] == told
    ]


@pytest.mark.parametrize("told", ["both", "exporter", "importer"])
def test_cells_agree_with_baci(
    reconciled: dict[Cell, tuple[float, str]], official: dict[Cell, float], told: str
) -> None:
    off = gaps_to(reconciled, official, told)
    assert len(off) > 1_000
    assert statistics.median(off) <= 0.02
    assert statistics.mean(gap < 0.05 for gap in off) >= 0.80


def test_weights_learnt_on_half_of_the_products_hold_on_the_other(
    lake: Lake, official: dict[Cell, float]
) -> None:
    """What ships with the package was learnt on these products; this shows that it is no fit."""
    rows = pair(lake.flows("comtrade").to_native()).project(
        "exporter, importer, product, value_exporter_usd, value_importer_usd"
    )
    reports = {row[:3]: row[3:] for row in rows.fetchall() if None not in row}
    products = sorted({cell[2] for cell in official})
    random.Random(7).shuffle(products)
    half = set(products[: len(products) // 2])
    odds = implied(
        (*cell[:2], *reports[cell], value)
        for cell, value in official.items()
        if cell in reports and cell[2] in half and value >= 20_000
    )
    off = []
    for cell, value in official.items():
        if cell in reports and cell[2] not in half and value > LARGE:
            weight = odds.weight(*cell[:2])
            one, other = reports[cell]
            off.append(abs(math.log((weight * one + (1 - weight) * other) / value)))
    assert len(off) > 1_000
    assert statistics.median(off) <= 0.02
    assert statistics.mean(gap < 0.05 for gap in off) >= 0.75


@pytest.mark.parametrize(
    ("least", "most"), [(0, 1e4), (1e4, 1e5), (1e5, 1e6), (1e6, 1e7), (1e7, 1e13)]
)
def test_nine_gaps_in_ten_lie_in_the_band(lake: Lake, least: float, most: float) -> None:
    """In every class of size: one multiplier is enough. With the normal one it is 83 to 86 %."""
    with reconcile(lake.connection, lake.flows("comtrade").to_native()) as found:
        spread = found.variances
        rows = found.rows.filter("reported_by = 'both'").project(
            "exporter, importer, value_exporter_usd, value_importer_usd"
        )
        reports = [row for row in rows.fetchall() if least <= max(row[2:]) < most and min(row[2:])]
        level = found.level
    assert len(reports) > 1_000
    one, other = spread.doubted("exporter"), spread.doubted("importer")
    off = [
        abs(math.log(m / x)) / math.sqrt(one.get(a, spread.typical) + other.get(b, spread.typical))
        for a, b, x, m in reports
    ]
    assert 0.88 <= statistics.mean(gap <= level for gap in off) <= 0.93
    assert statistics.mean(gap <= 1.6448536 for gap in off) < 0.88


def test_intervals_of_one_report_hold_what_baci_makes_of_two(
    lake: Lake, official: dict[Cell, float]
) -> None:
    """As if the other side were silent. BACI is no truth, but nearer to it than either report."""
    with reconcile(lake.connection, lake.flows("comtrade").to_native()) as found:
        level, spread = found.level, found.variances
        rows = found.rows.filter("reported_by = 'both'").project(
            "exporter, importer, product, value_exporter_usd, value_importer_usd"
        )
        reports = rows.fetchall()
    sides = (("exporter", 0, 3), ("importer", 1, 4))
    for side, who, value in sides:
        variance = spread.doubted(side)
        held = [
            abs(math.log(official[row[:3]] / row[value]))
            <= level * math.sqrt(variance.get(row[who], spread.typical))
            for row in reports
            if official.get(row[:3], 0) > 0 and row[value] > 0
        ]
        assert len(held) > 5_000
        assert 0.90 <= statistics.mean(held) <= 0.94


def test_both_reports_stay(shared_data: Path, lake: Lake, reconciled: object) -> None:
    """Sums of the two reports are those of plain Python on the file."""
    rows = lake.flows("reconciled").to_native()
    [(exporters, importers)] = rows.aggregate(
        "sum(value_exporter_usd), sum(value_importer_usd)"
    ).fetchall()
    found = lake.flows("comtrade").to_native().filter("exporter <> importer")
    told = dict(found.aggregate("reported_by, sum(value_usd)").fetchall())
    assert exporters == pytest.approx(told["exporter"])
    assert importers <= told["importer"] * (1 + 1e-9)
    assert importers == pytest.approx(told["importer"], rel=0.02)
    with gzip.open(shared_data / FOLDER / "comtrade_2022.csv.gz", "rt") as file:
        assert next(csv.reader(file))


def test_the_reconciled_answers_first(lake: Lake, reconciled: object) -> None:
    """Both reports count; each alone is a specification, and can be asked."""
    import entrepot as ep

    keys = {"importer": "DEU", "exporter": "CHN", "goods": "811292", "period": 2022, "lake": lake}
    figure = ep.ask("import_share", **keys)
    assert figure.definition.source == "reconciled"
    assert ep.ask("import_share", source="comtrade", **keys).definition.source == "comtrade"
    named = ep.ask("import_share", source="reconciled", **keys)
    assert named.status == "ok"
    assert named.low < named.value < named.high
    reports = {item.choices.get("report") for item in named.specifications.items}
    assert reports >= {"exporter's", "importer's"}
    assert ep.ask("value", source="reconciled", valuation="fob", **keys).status != "ok"
