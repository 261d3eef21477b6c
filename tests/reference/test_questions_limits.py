"""Where ask must refuse, or hear another voice: each a case that once gave a wrong number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import entrepot as ep
from entrepot.figures.reconcile import reconcile_lake
from entrepot.lake import Lake
from made_comtrade import row, text_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

CHN, HKG, DEU, FRA, NLD, RUS, USA, XX = 156, 344, 276, 251, 528, 643, 842, 899
MAP = """
format: 1
id: world
nomenclature: HS2017
level: 6
reported_by: both
valuation: FOB
columns:
  year: {role: period}
  seller: {role: exporter, codes: ISO3}
  buyer: {role: importer, codes: ISO3}
  code: {role: product}
  value: {role: value, currency: <currency>}
"""


def comtrade(folder: Path, rows: Iterable[dict[str, Any]]) -> Lake:
    file = folder / "reports.csv"
    file.write_text(text_of(list(rows)))
    lake = Lake.open(folder / "lake")
    lake.add("comtrade", [file])
    return lake


def one(
    seller: int, buyer: int, value: float, *, told: str = "M", year: int = 2022, **keys: Any
) -> dict[str, Any]:
    """Return a report of one side: by default the buyer's, of ball bearings in HS2017."""
    code, edition = keys.pop("code", "848210"), keys.pop("edition", "H5")
    reporter, partner = (buyer, seller) if told == "M" else (seller, buyer)
    made = row(value, flow=told, reporter=reporter, partner=partner, product=code, edition=edition)
    return made | {"period": year} | keys


def table(folder: Path, rows: Iterable[tuple[Any, ...]], currency: str = "USD") -> Lake:
    file = folder / "world.csv"
    lines = ["year,seller,buyer,code,value", *(",".join(map(str, row)) for row in rows)]
    file.write_text("\n".join(lines) + "\n")
    lake = Lake.open(folder / "lake")
    lake.add("table", [file], mapping=MAP.replace("<currency>", currency))
    return lake


def both(seller: int, buyer: int, value: float, **keys: Any) -> list[dict[str, Any]]:
    return [one(seller, buyer, value, told=side, **keys) for side in "MX"]


def test_goods_of_which_some_were_reconciled_are_asked_of_the_reports(tmp_path: Path) -> None:
    rows = both(CHN, USA, 1e5, code="854231") + both(CHN, USA, 9e5, code="854232")
    lake = comtrade(tmp_path, rows)
    reconcile_lake(lake, goods="854231", weights="variances")
    keys = {"importer": "USA", "exporter": "CHN", "period": 2022, "lake": lake}
    assert ep.ask("value", goods="854231", **keys).definition.source == "reconciled"
    figure = ep.ask("value", goods="8542", **keys)
    assert (figure.definition.source, figure.value) == ("comtrade", 1e6)
    refused = ep.ask("value", goods="8542", source="reconciled", **keys)
    assert "reports of 854232" in refused.reason


def test_money_of_another_currency_is_no_dollar(tmp_path: Path) -> None:
    rows = [(year, "CHN", "USA", "848210", 10.0 * year) for year in (2021, 2022)]
    lake = table(tmp_path, [*rows, (2022, "DEU", "USA", "848210", 5.0)], "EUR")
    keys = {"importer": "USA", "period": 2022, "goods": "848210", "lake": lake}
    found = ep.ask("reorientation", base=2021, currency="USD", **keys)
    assert found.value is None
    assert "is in EUR, not USD" in found.reason
    for currency in ({}, {"currency": "EUR"}):  # the currency of the data is taken, and said
        euros = ep.ask("reorientation", base=2021, **currency, **keys)
        assert (euros.unit, euros.definition.currency) == ("EUR", "EUR")
        assert euros.details["gained"] == pytest.approx(15.0)
    change = ep.ask("value_change", exporter="CHN", base=2021, **keys)
    assert (change.value, change.unit) == (pytest.approx(10.0), "EUR")
    for measure in ("value_change", "price_index"):
        keys["currency"] = "USD"
        assert ep.ask(measure, exporter="CHN", base=2021, **keys).value is None


def test_prices_of_reconciled_rows_are_those_of_both_sides(tmp_path: Path) -> None:
    """Every report says seven dollars a kilo, whoever tells more of them."""
    rows = [
        one(seller, USA, value, told=side, year=year, netWgt=value / 7)
        for year, shift in ((2021, 1.0), (2022, 1.6))
        for seller in (CHN, DEU)
        for side, value in (("M", 7e5 * shift), ("X", 14e5))
    ]
    lake = comtrade(tmp_path, rows)
    reconcile_lake(lake, weights="variances")
    keys = {"importer": "USA", "exporter": "CHN", "goods": "848210", "period": 2022, "base": 2021}
    figure = ep.ask("price_index", lake=lake, **keys)
    assert figure.value == pytest.approx(1.0)
    assert "errors" not in figure.spread  # errors of values alone say nothing of a price
    mixed = ep.ask("price_index", lake=lake, source="reconciled", reported_by="exporter", **keys)
    assert "mass by side" in mixed.reason


def test_a_seller_is_heard_of_what_it_sells(tmp_path: Path) -> None:
    """China tells three buyers; two of them tell, and one tells more than China does."""
    rows = [one(CHN, buyer, value, told="X") for buyer, value in ((USA, 50), (RUS, 90), (DEU, 40))]
    rows += [one(CHN, USA, 60.0), one(CHN, DEU, 70.0)]
    figure = ep.ask(
        "rank", lake=comtrade(tmp_path, rows), importer="USA", exporter="CHN", goods="848210",
        period=2022,
    )  # fmt: skip
    assert (figure.value, figure.details["partners"]) == (2, 3)
    assert figure.evidence[0].reported_by == {"exporter": 1}


def test_sellers_of_a_premium_are_compared_each_with_itself(tmp_path: Path) -> None:
    """Prices never change; Russia buys more of the dear seller's than before."""
    rows = []
    for year, share in ((2021, 0.1), (2022, 0.9)):
        for buyer, dear in ((RUS, share), (USA, 0.5), (CHN, 0.5)):
            for code in ("848210", "848220", "848230", "845710", "854231"):
                for seller, price, part in ((DEU, 40.0, dear), (FRA, 10.0, 1 - dear)):
                    mass = 1000 * part
                    rows.append(
                        one(seller, buyer, price * mass, told="X", year=year, code=code)
                        | {"netWgt": mass}
                    )
    figure = ep.ask(
        "price_premium", lake=comtrade(tmp_path, rows), importer="RUS", exporter="DEU+FRA",
        goods="8482,8457,8542", period=2022, base=2021,
    )  # fmt: skip
    assert figure.value == pytest.approx(0.0, abs=1e-9)


def test_a_territory_is_not_put_on_both_sides(tmp_path: Path) -> None:
    rows = [
        one(CHN, HKG, 30.0, told="X"),
        one(CHN, USA, 70.0, told="X"),
        one(HKG, USA, 9.0, told="X"),
    ]
    keys = {"exporter": "CHN", "importer": "HKG", "goods": "848210", "period": 2022, "curve": True}
    found = ep.ask("export_share", lake=comtrade(tmp_path, rows), **keys).specifications
    assert {item.choices["territory"] for item in found.items} == {"CHN"}
    assert found.items[0].value == pytest.approx(0.3)
    assert any("is a part of it" in why for _, why in found.left_out)


def test_a_mass_that_is_missing_is_not_none(tmp_path: Path) -> None:
    rows = [
        one(CHN, RUS, 5.0, netWgt=None),
        one(DEU, RUS, 95.0, netWgt=9.0),
        one(FRA, RUS, 90.0, netWgt=9.0),
    ]
    keys = {"exporter": "CHN", "importer": "RUS", "goods": "848210", "period": 2022}
    lake = comtrade(tmp_path, rows)
    found = ep.ask("import_share", lake=lake, curve=True, **keys).specifications
    assert {item.choices["quantity"] for item in found.items} == {"value"}
    assert any("mass" in what and why == "no value" for what, why in found.left_out)
    alone = ep.ask("import_share", lake=lake, quantity="mass", source="comtrade", **keys)
    assert alone.value is None
    assert "records 848210 from China to Russia" in alone.reason


def test_one_report_is_one_specification(tmp_path: Path) -> None:
    rows = [
        *(report for seller in (CHN, DEU, FRA) for report in both(seller, USA, 1e5 + seller)),
        one(NLD, USA, 7e3),
    ]
    lake = comtrade(tmp_path, rows)
    reconcile_lake(lake, weights="variances")
    keys = {"exporter": "CHN", "importer": "USA", "goods": "848210", "period": 2022}
    found = ep.ask("import_share", lake=lake, curve=True, **keys).specifications
    told = {(item.choices["source"], item.choices["report"]) for item in found.items}
    assert told == {("reconciled", "reconciled"), ("comtrade", "importer's")}


def test_goods_that_nobody_trades_are_not_none_at_risk(tmp_path: Path) -> None:
    lake = table(tmp_path, [(year, "CHN", "USA", "848210", 10.0) for year in (2020, 2021, 2022)])
    keys = {"importer": "USA", "goods": "845710", "period": 2022, "lake": lake}
    assert ep.ask("geodep", **keys).value is None
    assert ep.ask("retaliation_exposure", exporter="CHN", **keys).value is None


def test_a_group_is_one_exporter_without_its_inner_trade(tmp_path: Path) -> None:
    rows = []
    for year in (2020, 2021, 2022):
        rows += [(year, "CHN", buyer, "848210", 100.0) for buyer in ("DEU", "FRA", "NLD", "RUS")]
        rows += [(year, "DEU", buyer, "848210", 90.0) for buyer in ("FRA", "NLD")]
        rows += [(year, "FRA", buyer, "848210", 90.0) for buyer in ("DEU", "NLD")]
        rows += [(year, "NLD", "RUS", "848210", 5.0)]
    lake = table(tmp_path, rows)
    keys = {"goods": "848210", "period": 2022, "lake": lake}
    assert ep.ask("geodep", importer="DEU+FRA+NLD", **keys).value == 1
    # As countries: world exports are spread over three sellers.
    assert ep.ask("geodep", importer="DEU", **keys).value == 0


def test_areas_that_are_no_country_have_no_rank(tmp_path: Path) -> None:
    rows = [one(XX, USA, 900.0), one(CHN, USA, 60.0), one(DEU, USA, 40.0)]
    lake = comtrade(tmp_path, rows)
    figure = ep.ask("top_supplier", lake=lake, importer="USA", goods="848210", period=2022)
    assert (figure.details["top_supplier"], figure.value) == ("CHN", pytest.approx(0.06))
    details = figure.details  # shares are of all imports, those from areas that are no country too
    assert (details["second_supplier"], details["second_share"]) == ("DEU", pytest.approx(0.04))


def test_products_of_two_editions_are_not_compared(tmp_path: Path) -> None:
    rows = [
        *(one(seller, USA, 50.0, year=2021, code="852580", netWgt=5.0) for seller in (CHN, DEU)),
        *(
            one(seller, USA, 60.0, code="852589", edition="H6", netWgt=6.0)
            for seller in (CHN, DEU)
        ),
        *(one(CHN, USA, 9.0, year=year, edition=edition, netWgt=3.0)
          for year, edition in ((2021, "H5"), (2022, "H6"))),
    ]  # fmt: skip
    lake = comtrade(tmp_path, rows)
    keys = {"importer": "USA", "exporter": "CHN", "period": 2022, "base": 2021, "lake": lake}
    for measure in ("value_change", "change_of_share", "price_index"):
        found = ep.ask(measure, goods="8525", **keys)
        assert found.value is None
        assert "HS2017 in 2021 and in HS2022 in 2022" in found.reason
    assert ep.ask("value_change", goods="848210", **keys).value == pytest.approx(0.0)
    assert ep.ask("growth", goods="8525", **keys).value == pytest.approx(20.0)


def test_one_voice_without_masses_leaves_the_other(tmp_path: Path) -> None:
    rows = [
        one(seller, buyer, 100.0 + code, told=side, year=year, code=f"{848200 + code}")
        | {"netWgt": None if side == "X" else 10.0}
        for year in (2021, 2022)
        for code in (10, 20, 30)
        for seller in (CHN,)
        for buyer in (RUS, USA)
        for side in "XM"
    ]
    keys = {"importer": "RUS", "exporter": "CHN", "goods": "8482", "period": 2022, "base": 2021}
    figure = ep.ask("price_index", lake=comtrade(tmp_path, rows), **keys)
    assert figure.value == pytest.approx(1.0)
    assert set(figure.evidence[0].reported_by) == {"importer"}


def test_totals_over_all_goods_are_no_specification_of_a_code(tmp_path: Path) -> None:
    total = {"code": "TOTAL", "cmdCode": "TOTAL"}
    rows = [one(CHN, RUS, 5.0), one(DEU, RUS, 7.0)]
    totals = [one(seller, RUS, 9e6, year=2021, **total) for seller in (CHN, DEU)]
    lake = comtrade(tmp_path, [*rows, *totals])
    keys = {"importer": "RUS", "exporter": "CHN", "lake": lake, "goods": "848210"}
    assert ep.ask("value", period=2022, curve=True, **keys).specifications.items[-1].value == 5.0
    assert ep.ask("value", period=2021, curve=True, **keys).value is None


def test_a_change_of_a_share_is_in_points(tmp_path: Path) -> None:
    rows = [
        one(seller, USA, value, year=year)
        for year, amounts in ((2021, (20.0, 80.0)), (2022, (30.0, 70.0)))
        for seller, value in zip((CHN, DEU), amounts, strict=True)
    ]
    keys = {"importer": "USA", "exporter": "CHN", "goods": "848210", "period": 2022, "base": 2021}
    figure = ep.ask("change_of_share", lake=comtrade(tmp_path, rows), **keys)
    assert (figure.value, figure.unit) == (pytest.approx(0.1), "share_points")
    text = str(figure).replace("\u00a0", " ")
    assert "10.0 points" in text
    assert "share base: 20.0 %" in text


def test_who_is_asked_and_silent_is_named(tmp_path: Path) -> None:
    lake = comtrade(tmp_path, [one(CHN, RUS, 5.0, told="X"), one(DEU, RUS, 5.0, told="X")])
    keys = {"importer": "RUS", "exporter": "CHN", "goods": "848210", "period": 2022}
    found = ep.ask("value", lake=lake, reported_by="importer", **keys)
    assert "Russia did not report" in found.reason
    assert "China did not report" not in found.reason


@pytest.mark.parametrize(("above", "hint"), [(80.0, "0.8"), (-1.0, "0.8"), (1e6, "0.8")])
def test_a_threshold_of_a_share_is_a_share(tmp_path: Path, above: float, hint: str) -> None:
    with pytest.raises(ep.errors.RequestError, match="0 to 1") as error:
        ep.ask("import_share", lake=Lake.open(tmp_path), curve=True, above=above, period=2022)
    assert hint in error.value.hint


def test_few_products_give_a_premium_without_an_interval(tmp_path: Path) -> None:
    rows = [
        one(CHN, buyer, 100.0 * code, told="X", year=year, code=code_)
        | {"netWgt": 10.0 * (1 + (buyer == RUS) * (year - 2021) / code)}
        for year in (2021, 2022)
        for code, code_ in ((2, "848210"), (3, "845710"), (4, "854231"))
        for buyer in (RUS, USA, DEU)
    ]
    keys = {"importer": "RUS", "exporter": "CHN", "period": 2022, "base": 2021}
    figure = ep.ask(
        "price_premium", lake=comtrade(tmp_path, rows), goods="848210,845710,854231", **keys
    )
    assert figure.value is not None
    assert "errors" not in figure.spread
