"""Reconciled reports of 2022 against what CEPII published for the same 31 products."""

from __future__ import annotations

import csv
import gzip
import math
import random
import statistics
from typing import TYPE_CHECKING

import pytest

from entrepot.figures.reconciling import reconcile_lake
from entrepot.lake import Lake
from entrepot.reconcile import implied, pair

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
        "exporter", "importer", "product", "value_usd", "told_by"
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


def test_both_reports_stay(shared_data: Path, lake: Lake, reconciled: object) -> None:
    """Sums of the two reports are those of plain Python on the file."""
    rows = lake.flows("reconciled").to_native()
    [(exporters, importers)] = rows.aggregate(
        "sum(value_exporter_usd), sum(value_importer_usd)"
    ).fetchall()
    found = lake.flows("comtrade").to_native().filter("exporter <> importer")
    told = dict(found.aggregate("told_by, sum(value_usd)").fetchall())
    assert exporters == pytest.approx(told["exporter"])
    assert importers <= told["importer"] * (1 + 1e-9)
    assert importers == pytest.approx(told["importer"], rel=0.02)
    with gzip.open(shared_data / FOLDER / "comtrade_2022.csv.gz", "rt") as file:
        assert next(csv.reader(file))


def test_the_reconciled_answers_when_it_is_named(lake: Lake, reconciled: object) -> None:
    """By itself `ask` takes single reports, of which it knows how much of a total they are."""
    import entrepot as ep

    keys = {"importer": "DEU", "exporter": "CHN", "goods": "811292", "period": 2022, "lake": lake}
    figure = ep.ask("import_share", **keys)
    assert figure.definition.source == "comtrade"
    named = ep.ask("import_share", source="reconciled", **keys)
    assert named.status == "ok"
    assert named.low < named.value < named.high
    reports = {item.choices.get("report") for item in named.specifications.items}
    assert reports >= {"exporter's", "importer's"}
    assert ep.ask("value", source="reconciled", valuation="fob", **keys).status != "ok"
