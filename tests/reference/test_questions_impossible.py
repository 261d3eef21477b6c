"""Questions that no data can answer are refused, or answered with what is odd about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from test_asked import GOODS, MADE, written

import entrepot as ep
from entrepot.errors import RequestError, UnknownNameError

if TYPE_CHECKING:
    from pathlib import Path

    from entrepot.lake import Lake


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    return written(tmp_path_factory.mktemp("impossible"), MADE, "years")


def ask(lake: Lake | Path, measure: str, **keys: Any) -> ep.Figure:
    return ep.ask(measure, lake=lake, **{"importer": "RUS", "period": 2022} | keys)


@pytest.mark.parametrize("measure", ["value", "growth", "import_share", "price_index"])
@pytest.mark.parametrize(
    ("importer", "exporter", "said"),
    [
        ("CHN+RUS", "CHN", "CHN on both sides"),
        ("RUS", "CHN+RUS", "RUS on both sides"),
        ("CHN+RUS", "CHN+RUS+DEU", "CHN, RUS on both sides"),
        ("EU27+RUS", "EU27", "EU27 on both sides"),
        ("CHN", "CHN", "CHN on both sides"),
    ],
)
def test_an_area_on_both_sides_is_refused(
    lake: Lake, measure: str, importer: str, exporter: str, said: str
) -> None:
    with pytest.raises(RequestError, match=said):
        ask(lake, measure, importer=importer, exporter=exporter, goods=GOODS)


def test_a_member_beside_its_group_is_no_area_on_both_sides(lake: Lake) -> None:
    figure = ask(lake, "value", importer="EU27", exporter="DEU", goods=GOODS)
    others = ("AUT", "FRA")
    assert figure.value == pytest.approx(
        sum(
            value
            for (year, seller, buyer, _), (value, _) in MADE.items()
            if (year, seller) == (2022, "DEU") and buyer in others
        )
    )


def test_an_elasticity_beyond_sense_is_refused(lake: Lake) -> None:
    keys = {"exporter": "CHN", "goods": GOODS}
    assert ask(lake, "supplier_loss", sigma=100, **keys).status == "ok"
    for sigma in (101, 1e9):
        with pytest.raises(RequestError, match="an elasticity of") as refused:
            ask(lake, "supplier_loss", sigma=sigma, **keys)
        assert 'sigma="3"' in str(refused.value)


def test_more_suppliers_than_there_are_is_said(lake: Lake) -> None:
    there = len({cell[1] for cell in MADE if cell[0] == 2022 and cell[2] == "RUS"})
    figure = ask(lake, "cr", k=3000, goods=GOODS)
    assert figure.value == pytest.approx(1)
    assert figure.details["suppliers"] == there
    [note] = [one for one in figure.caveats if one.id == "few-suppliers"]
    assert f"Only {there} suppliers are reported, fewer than the 3,000 requested" in note.text
    whole = ask(lake, "cr", k=there, goods=GOODS)
    assert all(one.id != "few-suppliers" for one in whole.caveats)


@pytest.mark.parametrize(
    ("spot", "fine"), [(700, False), (0.07, False), (3.4, False), (6.97, True), (10, True)]
)
def test_a_rate_that_is_none_of_the_time_is_refused(
    tmp_path: Path, spot: float, fine: bool
) -> None:
    keys = {"exporter": "CHN", "flow": "both", "period": 2025, "currency": "CNY", "spot": spot}
    if fine:
        assert ask(tmp_path, "conversions", **keys).status == "ok"
        return
    with pytest.raises(RequestError, match=f"a rate of CNY {spot:g} a dollar") as refused:
        ask(tmp_path, "conversions", **keys)
    assert "7.14" in str(refused.value), "1.63 tn yuan over 228.1 bn dollars"


def test_growth_of_the_whole_is_said_once(lake: Lake) -> None:
    figure = ask(lake, "growth_contribution", base=2020, by="product", goods=GOODS)
    assert set(figure.table[0]) == {"product", "contribution", "value_base_usd", "value_usd"}
    assert sum(row["contribution"] for row in figure.table) == pytest.approx(figure.value)


@pytest.mark.parametrize("measure", ["price_index", "value_change"])
def test_the_three_changes_of_price_name_each_other(lake: Lake, measure: str) -> None:
    figure = ask(lake, measure, exporter="CHN", base=2020, goods=GOODS)
    [note] = [one for one in figure.caveats if one.id == "three-prices"]
    assert all(name in note.text for name in ("price_index", "value_change", "unit_value_change"))


@pytest.mark.parametrize("measure", ["hhi", "cr", "top_supplier", "geodep"])
def test_a_supplier_where_none_makes_sense_names_the_measure_of_it(
    lake: Lake, measure: str
) -> None:
    with pytest.raises(RequestError, match=f"{measure} has no exporter") as refused:
        ask(lake, measure, exporter="CHN")
    assert "ask import_share: how much of its imports come from CHN" in str(refused.value)
    assert "rerouting_ratio" not in str(refused.value)


def test_small_letters_are_the_code_and_a_slip_suggests_it(lake: Lake) -> None:
    capital = ask(lake, "value", importer="RUS", exporter="CHN", goods=GOODS)
    small = ask(lake, "value", importer="rus", exporter="CHN", goods=GOODS)
    assert (small.status, small.definition) == ("ok", capital.definition)
    assert (small.definition.importer, small.value) == ("RUS", pytest.approx(capital.value))
    with pytest.raises(UnknownNameError, match=r"did you mean RUS \(Russia\)\?"):
        ask(lake, "value", importer="rux", exporter="CHN")


def test_a_value_in_another_currency_is_said_to_be_held_in_it(tmp_path: Path) -> None:
    asked = {"importer": "CHN", "exporter": "EU27", "period": 2024}
    euros = ask(tmp_path, "value", **asked, currency="EUR")
    assert euros.status == "ok"
    dollars = ask(tmp_path, "value", **asked)
    assert dollars.status == "insufficient_data"
    assert "available in EUR: ask with --currency EUR" in str(dollars.reason)
    assert "available for 2024" not in str(dollars.reason)


def test_a_growth_that_is_published_in_another_currency_is_said_to_be_held_in_it(
    tmp_path: Path,
) -> None:
    asked = {"importer": "CHN", "exporter": "RUS", "period": 2025, "base": 2024}
    dollars = ask(tmp_path, "growth", **asked)
    assert "available in CNY: ask with --currency CNY" in str(dollars.reason)
    assert ask(tmp_path, "growth", **asked, currency="CNY").value == pytest.approx(-3.4)
