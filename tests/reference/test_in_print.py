"""Printed numbers beside a curve: which specifications they belong to, and which to none."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Any

import pytest

import entrepot as ep
from entrepot.figures.figure import as_rows
from entrepot.lake import Lake
from made_comtrade import row, text_of

if TYPE_CHECKING:
    from pathlib import Path


def _lake(folder: Path, bn: float) -> Lake:
    """Return a lake in which both sides of one flow report, the seller this many billions."""
    rows = [
        row(bn * 1e9, flow="X", reporter=156, partner=643, product="TOTAL") | {"period": 2023},
        row(2 * bn * 1e9, flow="M", reporter=643, partner=156, product="TOTAL") | {"period": 2023},
    ]
    file = folder / "reports.csv"
    file.write_text(text_of(rows))
    lake = Lake.open(folder / "lake")
    lake.add("comtrade", [file])
    return lake


@pytest.mark.parametrize(("bn", "agrees"), [(110.96, True), (111.04, True), (111.06, False)])
def test_a_customs_number_goes_with_what_its_country_reports(
    tmp_path: Path, bn: float, agrees: bool
) -> None:
    figure = ep.ask(
        "value", importer="RUS", exporter="CHN", period=2023, curve=True, lake=_lake(tmp_path, bn)
    )
    [printed] = [item for item in figure.in_print if item.statement.id == "CR-032"]  # 111.0 bn
    assert printed.choices == {"source": "comtrade", "report": "exporter's"}
    assert printed.count == 1
    assert printed.agrees is agrees


def test_what_counts_something_else_belongs_to_none(tmp_path: Path) -> None:
    """A number of statistics that are not at hand is a specification by itself, and no other's."""
    figure = ep.ask(
        "value", importer="RUS", exporter="CHN", period=2023, curve=True, lake=_lake(tmp_path, 111)
    )
    others = [item for item in figure.in_print if item.statement.origin == "OEC"]
    assert others
    for item in others:
        assert item.choices["source"] == "published"
        assert item.count == 1
    assert figure.specifications is not None
    of_rows = [one for one in figure.specifications.items if one.choices["source"] == "comtrade"]
    assert {item.value for item in of_rows} == {111e9, 222e9}


@pytest.fixture(scope="module")
def imf(tmp_path_factory: pytest.TempPathFactory, shared_data: Path) -> Lake:
    lake = Lake.open(tmp_path_factory.mktemp("imf") / "lake")
    lake.add("imts", [shared_data / "imf_imts_russia" / "RU_trade.csv"])
    return lake


def test_three_shares_of_one_year_side_by_side(imf: Lake) -> None:
    """53, 45 and 39 % of Russia's imports of 2023: partners' reports, the IMF's series, customs."""
    keys: dict[str, Any] = {"importer": "RUS", "exporter": "CHN", "period": 2023, "lake": imf}
    figure = ep.ask("import_share", **keys)
    assert figure.specifications is not None
    found = {round(100 * item.value) for item in figure.specifications.items}
    assert {39, 45, 53} <= found
    assert figure.definition.source == "imts"
    curve = ep.ask("import_share", curve=True, **keys)
    assert curve.specifications is not None
    of_year = [one for one in curve.specifications.items if one.choices.get("window") == "as asked"]
    assert {round(100 * item.value) for item in of_year} == {45}
    beside = {item.statement.printed: item.choices for item in curve.in_print}
    assert beside["53 %"]["source"] == "published"
    said = [words for label, words in as_rows(curve) if label == "published"]
    assert "53 % (KSE Institute, HP-022): is itself one of these" in said


@pytest.mark.parametrize(
    ("year", "bought", "sold"),
    [(2021, 24.8, 13.9), (2024, 46.3, 25.5)],
)
def test_shares_of_the_imf_both_ways(
    imf: Lake, shared_data: Path, year: int, bought: float, sold: float
) -> None:
    """Against known shares, and the file read with the standard library to the last digit."""
    with (shared_data / "imf_imts_russia" / "RU_trade.csv").open(encoding="utf-8-sig") as file:
        rows = {(r["TRADE_FLOW.ID"], r["COUNTERPART_COUNTRY.ID"]): r for r in csv.DictReader(file)}
    for measure, flow, sides, known in (
        ("import_share", "MG", {"importer": "RUS", "exporter": "CHN"}, bought),
        ("export_share", "XG", {"importer": "CHN", "exporter": "RUS"}, sold),
    ):
        figure = ep.ask(measure, period=year, source="imts", lake=imf, **sides)
        part, whole = (float(rows[flow, code][str(year)]) for code in ("CHN", "G001"))
        assert figure.value == pytest.approx(part / whole, rel=1e-8)
        assert round(100 * figure.required(), 1) == known
