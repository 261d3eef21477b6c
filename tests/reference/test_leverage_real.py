"""The European Union and China on thirty codes of critical minerals, BACI 2022."""

from __future__ import annotations

import csv
import math
from typing import TYPE_CHECKING

import leverage_plain as plain
import pyarrow as pa
import pytest

import entrepot as ep
from frame_kinds import MAKE, Row, one, rows_of

if TYPE_CHECKING:
    from pathlib import Path

EU27 = (
    "AUT+BEL+BGR+HRV+CYP+CZE+DNK+EST+FIN+FRA+DEU+GRC+HUN+IRL+ITA+LVA+LTU+LUX+MLT+NLD+POL+PRT+ROU"
    "+SVK+SVN+ESP+SWE"
)


@pytest.fixture(scope="module")
def minerals(shared_data: Path) -> list[Row]:
    path = shared_data / "comtrade_baci_2022_31hs6" / "baci_2022.csv"
    with path.open(encoding="utf-8") as file:
        return [
            {
                "exporter": row["i"],
                "importer": row["j"],
                "product": row["cmd"],
                "value_usd": float(row["value"]),
            }
            for row in csv.DictReader(file)
        ]


@pytest.fixture(scope="module")
def elasticities(shared_data: Path) -> dict[str, float | None]:
    """Published with the sign of a trade elasticity: below zero, or blank."""
    path = shared_data / "elasticities" / "ProTEE_0_1.csv"
    with path.open(encoding="utf-8") as file:
        return {
            row["HS6"]: -float(row["sigma"]) if row["sigma"] else None
            for row in csv.DictReader(file)
        }


def test_exposure_of_the_union(minerals: list[Row]) -> None:
    rows = MAKE["duckdb"](pa.Table.from_pylist(minerals))
    asked = {"country": EU27, "partner": "CHN", "by": [], "divert": 0.1}
    found = rows_of(ep.measures.retaliation_exposure(rows, **asked))
    assert len(found) == 30
    risks = [row["value_at_risk"] for row in found]
    assert risks == sorted(risks, reverse=True)
    members = set(EU27.split("+"))
    for row in found:
        some = [line for line in minerals if line["product"] == row["product"]]
        expected = plain.exposure(some, members, {"CHN"}, 0.05)
        for name, value in expected.items():
            share = 0.1 if name == "cover" else 1
            assert row[name] == (None if value is None else pytest.approx(share * value)), name
    magnets, copper, magnesium = found[:3]
    assert [row["product"] for row in found[:3]] == ["850511", "740311", "810411"]
    assert 100 * magnets["import_share"] == pytest.approx(88, abs=0.6)
    assert 100 * magnesium["import_share"] == pytest.approx(85, abs=0.5)
    assert copper["exports"] > 400 * copper["imports"]
    total = one(ep.measures.retaliation_exposure(rows, total=True, **asked))
    assert 100 * total["import_share"] == pytest.approx(4.3, abs=0.05)


def test_power_with_published_elasticities(
    minerals: list[Row], elasticities: dict[str, float | None]
) -> None:
    usable = {code: value for code, value in elasticities.items() if value and value > 1}
    rows = pa.Table.from_pylist(
        [row | {"theta": elasticities.get(row["product"])} for row in minerals]
    )
    asked = {"country": "DEU", "partner": "CHN", "by": []}
    nested = one(ep.measures.nested_power(rows, sigma="theta", **asked))
    elastic = one(ep.measures.elastic_power(rows, elasticity="theta", **asked))
    theta = {code: usable.get(code) for code in {row["product"] for row in minerals}}
    for buyer, seller, end in (("DEU", "CHN", ""), ("CHN", "DEU", "_back")):
        loss, sole = plain.withdrawal(minerals, buyer, seller, theta)
        assert nested[f"power_of_rest{end}"] == pytest.approx(loss, rel=1e-10)
        assert nested[f"infinite{end}"] is sole
        leans = plain.dependence(minerals, buyer, seller, theta)
        assert elastic[f"dependence{end}"] == pytest.approx(leans, rel=1e-10)
        assert 0.5 < nested[f"covered{end}"] < 1
    assert nested["power"] > nested["power_back"]
    # As they are published, below zero, none is usable: no answer rather than a wrong sign.
    turned = rows.set_column(4, "theta", pa.array([-1.0] * rows.num_rows))
    assert one(ep.measures.nested_power(turned, sigma="theta", **asked))["power"] is None


def test_russia_among_chinas_customers(minerals: list[Row]) -> None:
    sold = [row for row in minerals if row["exporter"] == "CHN"]
    found = one(
        ep.measures.rank_and_multiple(pa.Table.from_pylist(sold), partner="RUS", of="DEU", by=[])
    )
    expected = plain.ranking(sold, "importer", "RUS")
    del expected["multiple"]
    for name, value in expected.items():
        assert found[name] == (pytest.approx(value) if isinstance(value, float) else value)
    germany = math.fsum(row["value_usd"] for row in sold if row["importer"] == "DEU")
    assert found["multiple"] == pytest.approx(germany / expected["value"])
