"""Unit values by exporter, added up again from the file by hand."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from typing import TYPE_CHECKING

import pytest

from entrepot.figures.exporter_prices import exporter_prices
from entrepot.lake import Lake
from entrepot.report.goods_overview import prices_by_exporter

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def lake(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    found = Lake.open(tmp_path_factory.mktemp("prices") / "lake")
    folder = shared_data / "comtrade_baci_2022_31hs6"
    found.add("comtrade", [folder / "comtrade_2022.csv.gz"], nomenclature="HS2022")
    return found


def by_hand(file: Path, code: str, reporter: str) -> float:
    """Return value over weight of the total rows of an exporter's reports, each flow once."""
    value: dict[str, float] = defaultdict(float)
    mass: dict[str, float] = defaultdict(float)
    with gzip.open(file, "rt", encoding="utf-8") as text:
        for row in csv.DictReader(text):
            is_one = row["cmd"] == code and row["flow"] == "X"
            if not is_one or row["reporter"] != reporter or row["partner"] in ("0", reporter):
                continue
            # The total of a cell is its largest row: the others are its parts.
            amount, weight = float(row["value"] or 0), float(row["netwgt"] or 0)
            if weight and amount > value[row["partner"]]:
                value[row["partner"]], mass[row["partner"]] = amount, weight
    return sum(value.values()) / sum(mass.values())


@pytest.mark.parametrize(("exporter", "reporter"), [("CHN", "156"), ("DEU", "276"), ("JPN", "392")])
def test_a_unit_value_is_value_over_weight(
    shared_data: Path, lake: Lake, exporter: str, reporter: str
) -> None:
    found = exporter_prices(lake, goods="850511", period="2022")
    assert found is not None
    assert found.is_reported
    one = next(one for one in found.parts if one.code == exporter)
    file = shared_data / "comtrade_baci_2022_31hs6" / "comtrade_2022.csv.gz"
    # Flows whose price no rule lets pass are left out: a few thousandths of the value here.
    assert one.unit_value == pytest.approx(by_hand(file, "850511", reporter), rel=0.02)
    assert one.kept <= one.value * (1 + 1e-9)


def test_estimated_weights_are_no_prices(lake: Lake) -> None:
    """Vietnam and the Philippines share one unit value with all partners: 59.8 USD a kg."""
    found = exporter_prices(lake, goods="850511", period="2022")
    assert found is not None
    assert {"VNM", "PHL"} <= set(found.without)
    section = prices_by_exporter(found, lake)
    assert section is not None
    assert section.title.text == "China’s exports were worth 37.5 USD a kg, Japan’s 48.2"
    assert [note.title for note in section.notes] == ["How to read it", "Left out"]


def test_without_weights_there_is_no_section(tmp_path: Path) -> None:
    none = Lake.open(tmp_path / "none")
    assert exporter_prices(none, goods="850511", period="2022") is None
    assert prices_by_exporter(None, none) is None
