"""Leverage, rank and exposure against plain Python, on every kind of frame."""

from __future__ import annotations

import random
from typing import Any

import leverage_plain as plain
import pyarrow as pa
import pytest

import entrepot as ep
from frame_kinds import MAKE, Row, one, rows_of

# made-up suppliers that sell nothing are meant here
pytestmark = pytest.mark.filterwarnings("ignore::entrepot.errors.AbsentAreaWarning")

PRODUCTS = [f"{place:06d}" for place in range(15)]
SIGMA: dict[str, float | None] = {
    product: None if place % 5 == 4 else 1.5 + place for place, product in enumerate(PRODUCTS)
}


def generated(seed: int) -> list[Row]:
    """A world of seven countries: repeats, zeros, own trade, products with one supplier."""
    draw = random.Random(seed)
    areas = ["CHN", "RUS", "DEU", "FRA", "USA", "JPN", "KOR"]
    rows = []
    for _ in range(900):
        product = draw.choice(PRODUCTS)
        seller = "CHN" if product == PRODUCTS[3] else draw.choice(areas)
        value = 0.0 if draw.random() < 0.1 else float(round(10 ** (6 * draw.random())))
        rows.append(
            {
                "exporter": seller,
                "importer": draw.choice(areas),
                "product": product,
                "value_usd": value,
                "sigma": SIGMA[product],
            }
        )
    return rows


ROWS = {seed: generated(seed) for seed in range(3)}


@pytest.fixture(params=MAKE)
def frame(request: pytest.FixtureRequest) -> Any:
    table = pa.Table.from_pylist(
        [{"period": seed} | row for seed, rows in ROWS.items() for row in rows]
    )
    return MAKE[request.param](table)


def by_period(found: Any) -> dict[int, Row]:
    return {row["period"]: row for row in rows_of(found)}


def test_salience(frame: Any) -> None:
    found = by_period(ep.measures.salience(frame, country="RUS", partner="CHN"))
    for seed, rows in ROWS.items():
        for name, value in plain.salience(rows, "RUS", "CHN").items():
            assert found[seed][name] == pytest.approx(value, rel=1e-12)


def test_power(frame: Any) -> None:
    asked = {"country": "RUS", "partner": "CHN"}
    nested = by_period(ep.measures.nested_power(frame, sigma="sigma", **asked))
    elastic = by_period(ep.measures.elastic_power(frame, elasticity="sigma", **asked))
    sole = []
    for seed, rows in ROWS.items():
        for buyer, seller, end in (("RUS", "CHN", ""), ("CHN", "RUS", "_back")):
            leans = plain.dependence(rows, buyer, seller, SIGMA)
            assert elastic[seed][f"dependence{end}"] == pytest.approx(leans, rel=1e-12)
            loss, only = plain.withdrawal(rows, buyer, seller, SIGMA)
            assert nested[seed][f"power_of_rest{end}"] == pytest.approx(loss, rel=1e-11)
            assert nested[seed][f"infinite{end}"] is only
            assert (nested[seed][f"power{end}"] is None) is only
            sole.append(only)
    assert set(sole) == {True, False}


def test_rank(frame: Any) -> None:
    for asked in ("RUS", "USA"):
        found = by_period(ep.measures.rank_and_multiple(frame, partner=asked))
        for seed, rows in ROWS.items():
            for name, value in plain.ranking(rows, "importer", asked).items():
                assert found[seed][name] == (
                    pytest.approx(value) if isinstance(value, float) else value
                )


def test_exposure(frame: Any) -> None:
    found = rows_of(
        ep.measures.retaliation_exposure(frame, country="DEU+FRA", partner="CHN", least=0.2)
    )
    assert len(found) == sum(len({row["product"] for row in rows}) for rows in ROWS.values())
    for row in found:
        some = [r for r in ROWS[row["period"]] if r["product"] == row["product"]]
        for name, value in plain.exposure(some, {"DEU", "FRA"}, {"CHN"}, 0.2).items():
            assert row[name] == (pytest.approx(value) if isinstance(value, float) else value), name
        if row["cover"] is not None:
            left = row["imports"] * (1 - min(1, row["cover"]))
            assert row["not_replaced"] == pytest.approx(left, abs=1e-6)
    total = by_period(
        ep.measures.retaliation_exposure(frame, country="DEU+FRA", partner="CHN", total=True)
    )
    for seed, row in total.items():
        parts = [part for part in found if part["period"] == seed]
        for name in ("value_at_risk", "imports", "exports", "not_replaced"):
            assert row[name] == pytest.approx(sum(part[name] for part in parts))


def test_power_over_one_good_is_the_loss_of_its_supplier() -> None:
    """Two roads to one formula."""
    alone = [row for row in ROWS[0] if row["product"] == PRODUCTS[0]]
    rows = pa.Table.from_pylist(alone)
    asked = {"country": "RUS", "partner": "CHN", "sigma": 4.0, "by": []}
    power = one(ep.measures.nested_power(rows, **asked))["power"]
    bought = pa.Table.from_pylist([row for row in alone if row["importer"] == "RUS"])
    loss = one(ep.measures.supplier_loss(bought, exporter="CHN", sigma=4.0, by=[]))
    assert power == pytest.approx(loss["log_loss"], rel=1e-12)
