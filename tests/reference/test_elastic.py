"""Power by elasticities, asked of a lake: against plain Python, and over editions."""

from __future__ import annotations

import math
import statistics
from typing import TYPE_CHECKING

import pytest

import entrepot as ep
from entrepot.errors import NoEvidenceError
from entrepot.figures.editions import elasticities_in
from entrepot.lake import Lake

if TYPE_CHECKING:
    from pathlib import Path

MAP = """
format: 1
id: world
nomenclature: HS2007
level: 6
reported_by: both
valuation: FOB
columns:
  year: {role: period}
  seller: {role: exporter, codes: ISO3}
  buyer: {role: importer, codes: ISO3}
  code: {role: product}
  value: {role: value, currency: USD}
"""
SIGMA = {"854231": 5.0, "848210": 8.0, "845710": 3.0}
ROWS = [
    ("CHN", "RUS", "854231", 700.0),
    ("DEU", "RUS", "854231", 300.0),
    ("CHN", "RUS", "848210", 100.0),
    ("DEU", "RUS", "848210", 400.0),
    ("RUS", "CHN", "848210", 50.0),
    ("DEU", "CHN", "848210", 950.0),
    ("DEU", "CHN", "845710", 500.0),
    ("CHN", "RUS", "901320", 40.0),  # without an elasticity
    ("DEU", "RUS", "901320", 60.0),
]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    file = tmp_path / "world.csv"
    lines = ["year,seller,buyer,code,value"]
    lines += [f"2022,{','.join(map(str, row))}" for row in ROWS]
    file.write_text("\n".join(lines) + "\n")
    lake = Lake.open(tmp_path / "lake")
    lake.add("table", [file], mapping=MAP)
    protee = tmp_path / "ProTEE_0_1.csv"
    own = [f"{code},0,0,{-sigma}" for code, sigma in SIGMA.items()]
    protee.write_text("\n".join(["HS6,zero,positive,sigma", *own]) + "\n")
    lake.add("elasticities", [protee])
    return lake


KEYS = {
    "importer": "RUS",
    "exporter": "CHN",
    "goods": "854231,848210,845710,901320",
    "period": 2022,
}


def bought(buyer: str) -> float:
    return sum(value for _, one, _, value in ROWS if one == buyer)


def test_dependence_is_weighed_by_elasticities(lake: Lake) -> None:
    figure = ep.ask("elastic_power", lake=lake, **KEYS)
    ours = (700 / 5 + 100 / 8) / bought("RUS")
    theirs = 50 / 8 / bought("CHN")
    assert figure.details["dependence"] == pytest.approx(ours)
    assert figure.value == pytest.approx(ours - theirs)
    assert figure.details["covered"] == pytest.approx(800 / 840)
    back = ep.ask("elastic_power", lake=lake, **KEYS | {"importer": "CHN", "exporter": "RUS"})
    assert back.value == pytest.approx(-figure.value)


def test_what_each_would_lose_without_the_other(lake: Lake) -> None:
    figure = ep.ask("nested_power", lake=lake, **KEYS)
    chips = 1000 / bought("RUS") / (5 - 1) * -math.log(1 - 0.7)
    bearings = 500 / bought("RUS") / (8 - 1) * -math.log(1 - 0.2)
    assert figure.value == pytest.approx(chips + bearings)
    back = 1000 / bought("CHN") / (8 - 1) * -math.log(1 - 0.05)
    assert figure.details["power_back"] == pytest.approx(back)


def test_the_loss_of_an_only_supplier_has_no_bound(lake: Lake) -> None:
    found = ep.ask("nested_power", lake=lake, **KEYS | {"exporter": "DEU", "importer": "CHN"})
    assert found.value is None
    assert "Germany is the only supplier of some of these goods" in found.reason
    bearings = 1000 / bought("CHN") / 7 * -math.log(0.05)
    assert f"all others it is {bearings:.3g}" in found.reason


def test_without_elasticities_it_says_what_is_missing(tmp_path: Path, lake: Lake) -> None:
    lake.remove("elasticities")
    with pytest.raises(NoEvidenceError, match="elasticities are not loaded") as caught:
        ep.ask("elastic_power", lake=lake, **KEYS)
    assert caught.value.hint.startswith("entrepot data get elasticities")
    with pytest.raises(NoEvidenceError, match="nor tables from HS2007 to HS2022") as caught:
        elasticities_in(lake, ["HS2022"])
    both = "entrepot data get elasticities && entrepot data get concordance"
    assert caught.value.hint == both  # named at once, not one after the other


def test_another_edition_has_the_average_of_the_family(shared_data: Path, tmp_path: Path) -> None:
    lake = Lake.open(tmp_path / "lake")
    lake.add("elasticities", [shared_data / "elasticities" / "ProTEE_0_1.csv"])
    own = elasticities_in(lake, ["HS2007"])["HS2007"]
    with pytest.raises(NoEvidenceError, match="no correlation tables between the two"):
        elasticities_in(lake, ["HS2017"])
    tables = sorted((shared_data / "hs_concordance").glob("HS 20*"))
    lake.add("concordance", [one for one in tables if one.name[3:7] in ("2012", "2017", "2022")])
    found = elasticities_in(lake, ["HS2017", "HS2022"])
    # Ball bearings are the same code in all editions, spacecraft parts moved as a whole.
    assert found["HS2022"]["848210"] == own["848210"]
    moved = found["HS2022"]["880730"]
    assert moved.value == pytest.approx(own["880330"].value)
    assert moved.basis == own["880330"].basis == "estimated"  # a new number is no average
    assert 3_500 < len(found["HS2022"]) <= len(own) + 600
    values = [one.value for one in found["HS2017"].values()]
    assert 4 < statistics.median(values) < 9
    assert min(values) > 0
