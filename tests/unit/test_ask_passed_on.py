"""`ask pass_through` of made-up lakes: of values of both sides, and of single reports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.made_hubs import lake as made
from tests.unit.test_ask_rerouted import GERMAN, OWN, RUSSIAN, reports

import entrepot as ep
from entrepot.errors import NoEvidenceError, RequestError
from entrepot.figures.definition import Definition
from entrepot.figures.questions.hubs import HubReporters, require_reported
from entrepot.lake import Lake

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

ASKED: dict[str, Any] = {
    "importer": "RUS",
    "exporter": "DEU",
    "hubs": "KGZ",
    "goods": "854231",
    "period": 2022,
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    return made(tmp_path_factory.mktemp("whole"))


@pytest.mark.parametrize(
    ("keys", "most", "even"),
    [
        ({}, 1, 510 / 530),  # 404 are sold on; 510 come from Germany, 530 from everybody
        ({"exporter": "CHN"}, 20 / 404, 20 / 530),
        ({"exporter": "CHN+DEU"}, 1, 1),
        ({"exporter": "CHN", "goods": "854231,620331"}, 20 / 454, 404 * 20 / 530 / 454),
        ({"exporter": "CHN", "period": 2021}, 1, 20 / 30),
    ],
)
def test_both_sides_values(whole: Lake, keys: dict[str, Any], most: float, even: float) -> None:
    found = ep.ask("pass_through", lake=whole, **ASKED | keys)
    assert (found.status, found.unit) == ("ok", "share")
    assert (found.low, found.value, found.high) == (0, pytest.approx(most), pytest.approx(most))
    assert found.details["in_proportion"] == pytest.approx(even)


def test_each_product_has_a_row(whole: Lake) -> None:
    found = ep.ask("pass_through", lake=whole, **ASKED | {"goods": "854231,620331"})
    assert [row["product"] for row in found.table] == ["854231", "620331"]
    assert [row["shipped"] for row in found.table] == [404_000, 50_000]
    assert [row["drawn"] for row in found.table] == [510_000, 100_000]


def test_the_hub_s_own_books_come_first(tmp_path: Path) -> None:
    """It reports 510 from Germany, which reports 610, and 404 to Russia, which reports 304."""
    found = ep.ask("pass_through", lake=reports(tmp_path, GERMAN, OWN, RUSSIAN), **ASKED)
    assert found.details["drawn"] == 510_000
    assert found.details["shipped"] == 404_000
    assert found.details["in_proportion"] == pytest.approx(510 / 530)


def test_of_a_silent_hub_the_others_tell_and_no_proportion_is_known(tmp_path: Path) -> None:
    found = ep.ask("pass_through", lake=reports(tmp_path, GERMAN, RUSSIAN), **ASKED)
    assert (found.value, found.details["drawn"], found.details["shipped"]) == (1, 610_000, 304_000)
    assert "in_proportion" not in found.details


def test_what_nobody_tells_has_no_number(tmp_path: Path) -> None:
    found = ep.ask("pass_through", lake=reports(tmp_path, GERMAN), **ASKED)
    assert found.value is None
    assert "no country reports in 2022 what KGZ sold to RUS" in (found.reason or "")
    asked = Definition.build("pass_through", **ASKED)
    with pytest.raises(NoEvidenceError, match="what KGZ sold to RUS or bought from DEU"):
        require_reported(HubReporters(frozenset(), frozenset()), asked)  # both at once


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"hubs": "DEU"}, "DEU is on two sides"),
        ({"hubs": "RUS"}, "RUS is on two sides"),
        ({"exporter": "RUS"}, "RUS on both sides"),
        ({"hubs": None}, "pass_through needs hubs"),
        ({"base": 2021}, "has no base"),
        ({"hubs": "WLD"}, "the world is no hub"),
    ],
)
def test_what_makes_no_sense_is_refused(whole: Lake, keys: dict[str, Any], words: str) -> None:
    with pytest.raises(RequestError, match=words):
        ep.ask("pass_through", lake=whole, **ASKED | keys)


MAP = """
format: 1
id: yuan
nomenclature: HS2017
level: 6
reported_by: both
valuation: FOB
columns:
  year: {role: period}
  seller: {role: exporter, codes: ISO3}
  buyer: {role: importer, codes: ISO3}
  code: {role: product}
  value: {role: value, currency: CNY}
"""


def test_yuan_are_not_told_as_dollars(tmp_path: Path) -> None:
    file = tmp_path / "yuan.csv"
    rows = ["2022,DEU,KGZ,854231,100", "2022,KGZ,RUS,854231,80"]
    file.write_text("\n".join(["year,seller,buyer,code,value", *rows]) + "\n", encoding="utf-8")
    held = Lake.open(tmp_path / "lake")
    held.add("table", [file], mapping=MAP)
    dollars = ep.ask("pass_through", lake=held, **ASKED, currency="USD")
    assert dollars.value is None
    assert "CNY" in (dollars.reason or "")
    for keys in ({}, {"currency": "CNY"}):  # left open, it is that of the data, and says so
        asked = ep.ask("pass_through", lake=held, **ASKED, **keys)
        assert (asked.value, asked.details["shipped"]) == (1, 80)
        assert asked.definition.currency == "CNY"
