"""`ask rerouted`, `pass_through`, `missing_arrivals` of one side's reports: no zero otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.made_comtrade import CHINA, GERMANY, RUSSIA, row, text_of
from tests.unit.test_ask_rerouted import GERMAN, OWN, RUSSIAN, reports

import entrepot as ep
from entrepot.errors import RequestError
from entrepot.lake import Lake
from entrepot.lake.inventory import codes_of_all_goods

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

KYRGYZSTAN = 417
CHIPS = "854231"
KEYS: dict[str, Any] = {"exporter": "DEU", "goods": CHIPS, "period": 2022}
CHAIN = KEYS | {"importer": "RUS", "hubs": "KGZ"}
# Reporter, partner, flow: what is reported of chips in 2021 and in 2022, in thousands.
TOLD = {
    (GERMANY, KYRGYZSTAN, "X"): (10, 610),
    (KYRGYZSTAN, GERMANY, "M"): (11, 511),
    (KYRGYZSTAN, CHINA, "M"): (20, 20),
    (KYRGYZSTAN, RUSSIA, "X"): (4, 404),
    (RUSSIA, KYRGYZSTAN, "M"): (5, 300),
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Reports of so many goods that they are all goods, so that the catalog says who tells."""
    folder = tmp_path_factory.mktemp("whole")
    others = [f"{code:06d}" for code in range(10_000, 10_000 + codes_of_all_goods(6))]
    lines = [
        row(1000.0 * amounts[year - 2021], period=year, reporter=who, partner=other, flow=flow)
        for (who, other, flow), amounts in TOLD.items()
        for year in (2021, 2022)
    ]
    for year in (2021, 2022):
        for who, other, flow in ((GERMANY, KYRGYZSTAN, "X"), (KYRGYZSTAN, GERMANY, "M")):
            same: dict[str, Any] = {"period": year, "reporter": who, "partner": other, "flow": flow}
            lines += [row(1000.0, product=code, **same) for code in others]
    path = folder / "comtrade.csv"
    path.write_text(text_of(lines), encoding="utf-8")
    held = Lake.open(folder / "lake")
    held.add("comtrade", [path])
    [holding] = held.holdings()
    assert not holding.has_few_products
    return held


@pytest.mark.parametrize(
    ("keys", "value", "bought"),
    [
        ({}, 400_000, 511_000),
        ({"reported_by": "exporter"}, 400_000, 610_000),
        ({"reported_by": "importer"}, 295_000, 511_000),
        ({"valuation": "fob"}, 400_000, 610_000),
        ({"valuation": "cif"}, 295_000, 511_000),
    ],
)
def test_the_reports_that_are_chosen_bound_what_came_through(
    whole: Lake, keys: dict[str, Any], value: float, bought: float
) -> None:
    """Germany's sales rise by 600, the hub's by 400; of importers' books by 500 and 295."""
    found = ep.ask("rerouted", lake=whole, **CHAIN, base=2021, **keys)
    assert (found.value, found.high) == pytest.approx((value, value))
    (card,) = found.table
    assert card["bought"] == pytest.approx(bought)


@pytest.mark.parametrize("measure", ["rerouted", "pass_through"])
@pytest.mark.parametrize("side", ["importer", "exporter"])
def test_it_is_not_said_that_one_area_tells_of_a_chain(
    whole: Lake, measure: str, side: str
) -> None:
    found = ep.ask(measure, lake=whole, **CHAIN, reported_by=side)
    [text] = [one.text for one in found.caveats if one.id == "one-report"]
    assert text.startswith(f"As reported by each {side}")


@pytest.mark.parametrize("key", ["reported_by", "valuation"])
def test_what_was_lost_takes_both_sides(whole: Lake, key: str) -> None:
    keys = KEYS | {"importer": "KGZ", "base": 2021}
    assert ep.ask("missing_arrivals", lake=whole, **keys).value == pytest.approx(
        1000 * (610 * 11 / 10 - 511)
    )
    one_side: dict[str, Any] = {"reported_by": "exporter", "valuation": "fob"}
    with pytest.raises(RequestError, match="and one would be left") as refused:
        ep.ask("missing_arrivals", lake=whole, **keys | {key: one_side[key]})
    assert f"--{key.replace('_', '-')}" in (refused.value.hint or "")


@pytest.mark.parametrize("measure", ["rerouted", "pass_through", "missing_arrivals"])
def test_by_origin_no_hub_is_named(whole: Lake, measure: str) -> None:
    ways = KEYS | {"importer": "KGZ"} if measure == "missing_arrivals" else CHAIN
    with pytest.raises(RequestError, match="cannot be asked by origin"):
        ep.ask(measure, lake=whole, **ways, basis="origin")


@pytest.mark.parametrize("measure", ["rerouted", "pass_through"])
def test_some_goods_are_not_all_goods_that_came_through(tmp_path: Path, measure: str) -> None:
    """The two ends trade nothing with each other, so that no row of theirs says what is held."""
    held = reports(tmp_path, GERMAN, OWN, RUSSIAN)
    found = ep.ask(measure, lake=held, **(CHAIN | {"goods": "all"}))
    assert found.value is None
    assert "not all goods; ask for goods that it has" in (found.reason or "")
    assert ep.ask(measure, lake=held, **CHAIN).status == "ok"
