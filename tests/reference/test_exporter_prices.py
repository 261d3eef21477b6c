"""Unit values by exporter, added up again from the file by hand."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from typing import TYPE_CHECKING

import pyarrow
import pytest

from entrepot import measures
from entrepot.figures.breakdown import breakdown, shares_as_reported
from entrepot.figures.exporter_prices import exporter_prices, unit_value_years
from entrepot.lake import Lake
from entrepot.report.goods_overview import prices_by_exporter, prices_over_time

if TYPE_CHECKING:
    from collections.abc import Callable
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
    """Vietnam and the Philippines share one unit value with all partners: USD 59.8 a kg."""
    found = exporter_prices(lake, goods="850511", period="2022")
    assert found is not None
    assert {"VNM", "PHL"} <= set(found.without)
    section = prices_by_exporter(found, lake)
    assert section is not None
    said = section.title.text.replace("\u00a0", " ")
    assert said == "China’s exports were worth USD 37.5 a kg, Japan’s 48.2"
    assert [note.title for note in section.notes] == ["How to read it", "Left out"]


def test_without_weights_there_is_no_section(tmp_path: Path) -> None:
    none = Lake.open(tmp_path / "none")
    assert exporter_prices(none, goods="850511", period="2022") is None
    assert prices_by_exporter(None, none) is None


def test_an_extract_is_followed_on_its_largest_flow(
    shared_data: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Of China and Russia alone: China's exports to Russia, added up again from the file."""
    held = Lake.open(tmp_path_factory.mktemp("pair") / "lake")
    file = shared_data / "baci_chn_rus" / "BACI_HS17_CHN_RUS_2017_2023.csv"
    held.add("baci", [file], nomenclature="HS2017", vintage="V202501")
    found = unit_value_years(held, goods="850511", exporter="CHN")
    assert found is not None
    assert (found.definition.exporter, found.definition.importer) == ("CHN", "RUS")
    assert found.is_blend
    sums: dict[int, list[float]] = defaultdict(lambda: [0.0, 0.0])
    with file.open(encoding="utf-8") as text:
        for row in csv.DictReader(text):
            if row["k"].strip().zfill(6) == "850511" and row["i"] == "156":
                sums[int(row["t"])][0] += float(row["v"])
                sums[int(row["t"])][1] += float(row["q"])
    # Thousands of dollars over tonnes are dollars a kilogram.
    assert dict(found.years) == pytest.approx({year: v / q for year, (v, q) in sums.items()})
    section = prices_over_time(found, held)
    assert section is not None
    assert "USD 13.7 a kg in 2017, 16.6 in 2023" in section.title.text.replace("\u00a0", " ")
    assert [note.title for note in section.notes] == ["How to read it", "A change of reporter"]


def test_shares_as_reported_are_those_of_each_side(shared_data: Path, lake: Lake) -> None:
    """Again from the file: the total row of each cell, which is its largest."""
    sold = breakdown("import_share", "exporter", lake, goods="850511", period="2022")
    found = shares_as_reported(sold, lake)
    cells: dict[tuple[str, str, str], float] = defaultdict(float)
    reporters = set()
    name = shared_data / "comtrade_baci_2022_31hs6" / "comtrade_2022.csv.gz"
    with gzip.open(name, "rt", encoding="utf-8") as text:
        for row in csv.DictReader(text):
            if row["flow"] == "X":
                reporters.add(row["reporter"])
            if row["cmd"] == "850511" and row["partner"] not in ("0", row["reporter"]):
                # By exporter and importer, whoever reports.
                pair = row["reporter"], row["partner"]
                key = (row["flow"], *(pair if row["flow"] == "X" else pair[::-1]))
                cells[key] = max(cells[key], float(row["value"] or 0))

    def total(flow: str, wanted: Callable[[str], bool]) -> float:
        return sum(v for (of, seller, _), v in cells.items() if of == flow and wanted(seller))

    def is_china(seller: str) -> bool:
        return seller == "156"

    imports = total("M", lambda _: True)
    assert found["importer"]["CHN"] == pytest.approx(total("M", is_china) / imports, rel=0.01)
    # Who does not report counts as others report it, and has no share by its own reports.
    others = total("M", lambda seller: seller not in reporters)
    exports = total("X", lambda _: True) + others
    assert found["exporter"]["CHN"] == pytest.approx(total("X", is_china) / exports, rel=0.01)
    assert set(found["importer"]) - set(found["exporter"])
    assert sum(found["exporter"].values()) < 1


def test_concentration_is_the_index_of_its_measure(lake: Lake) -> None:
    sold = breakdown("import_share", "exporter", lake, goods="850511", period="2022")
    rows = {"exporter": [one.code for one in sold.parts], "v": [one.traded for one in sold.parts]}
    frame = pyarrow.table(rows | {"importer": ["WLD"] * len(sold.parts)})
    [again] = measures.hhi(frame, by=["importer"], value="v").to_pylist()
    assert sold.concentration == pytest.approx(again["hhi"])
