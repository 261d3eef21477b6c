"""What a figure says of its currency and of whose goods it counts is what its rows say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import entrepot as ep
from entrepot.errors import RequestError, UnknownNameError
from entrepot.lake import Lake

if TYPE_CHECKING:
    from pathlib import Path

MAP = """
format: 1
id: {id}
nomenclature: HS2017
level: 6
reporter: DEU
flow: import
columns:
  year: {{role: period}}
  partner: {{role: partner, codes: ISO3}}
  code: {{role: product}}
  basis: {{role: partner_basis}}
  value: {{role: value, currency: {currency}}}
"""
BUYER: dict[str, Any] = {"importer": "DEU", "exporter": "CHN", "goods": "8482"}


def _add(lake: Lake, folder: Path, name: str, currency: str, lines: list[str]) -> Lake:
    file = folder / f"{name}.csv"
    file.write_text("\n".join(["year,partner,code,basis,value", *lines, ""]))
    lake.add("table", [file], mapping=MAP.format(id=name, currency=currency))
    return lake


def _sold(year: int, scale: float = 1.0) -> list[str]:
    return [
        f"{year},{seller},{code},{basis},{value * scale}"
        for seller, code, basis, value in (
            ("CHN", "848210", "origin", 32.0),
            ("CHN", "848220", "consignment", 68.0),
            ("USA", "848220", "consignment", 300.0),
        )
    ]


@pytest.mark.parametrize("currency", ["CAD", "JPY", "GBP", "NPR", "EUR"])
def test_any_currency_is_loaded_asked_and_shown(tmp_path: Path, currency: str) -> None:
    lake = _add(Lake.open(tmp_path / "lake"), tmp_path, "own", currency, _sold(2022, 1e6))
    plain = ep.ask("value", lake=lake, period=2022, **BUYER)
    named = ep.ask("value", lake=lake, period=2022, currency=currency.lower(), **BUYER)
    assert (plain.value, plain.unit) == (named.value, named.unit) == (100e6, currency)
    assert f"{currency} 100 m" in str(plain).replace("\u00a0", " ")
    share = ep.ask("import_share", lake=lake, period=2022, **BUYER)
    assert share.value == pytest.approx(0.25)
    assert share.definition.currency == currency
    dollars = ep.ask("value", lake=lake, period=2022, currency="USD", **BUYER)
    assert dollars.value is None
    assert f"--currency {currency}" in str(dollars.reason)


def test_what_a_share_counted_is_shown_whatever_was_asked(tmp_path: Path) -> None:
    lake = _add(Lake.open(tmp_path / "lake"), tmp_path, "own", "EUR", _sold(2022))
    share = ep.ask("import_share", lake=lake, period=2022, currency="USD", **BUYER)
    assert share.definition.currency == "EUR"


def test_dollars_where_data_are_in_several(tmp_path: Path) -> None:
    lake = _add(Lake.open(tmp_path / "lake"), tmp_path, "own", "EUR", _sold(2022))
    _add(lake, tmp_path, "other", "USD", _sold(2022, 2.0))
    figure = ep.ask("value", lake=lake, period=2022, **BUYER)
    assert (figure.value, figure.unit) == (200.0, "USD")
    euros = ep.ask("value", lake=lake, period=2022, currency="EUR", **BUYER)
    assert (euros.value, euros.unit) == (100.0, "EUR")


def test_what_is_no_currency_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="unknown currency: 'XQZ'"):
        ep.ask("value", period=2022, currency="XQZ", **BUYER)
    with pytest.raises(RequestError, match="ISO 4217"):
        _add(Lake.open(tmp_path / "lake"), tmp_path, "own", "XQZ", _sold(2022))


def test_bases_are_told_by_share_of_value(tmp_path: Path) -> None:
    lake = _add(Lake.open(tmp_path / "lake"), tmp_path, "own", "USD", _sold(2022))
    figure = ep.ask("value", lake=lake, period=2022, **BUYER)
    assert figure.evidence[0].bases == pytest.approx({"origin": 0.32, "consignment": 0.68})
    [note] = [one.text for one in figure.caveats if one.id == "basis"]
    assert "68 % by country of consignment and 32 % by country of origin" in note


def test_a_share_says_on_which_bases_its_total_is(tmp_path: Path) -> None:
    """What the United States sell is by consignment; the total of 400 is by origin for 8 %."""
    lake = _add(Lake.open(tmp_path / "lake"), tmp_path, "own", "USD", _sold(2022))
    asked = BUYER | {"exporter": "USA"}
    figure = ep.ask("import_share", lake=lake, period=2022, **asked)
    [note] = [one.text for one in figure.caveats if one.id == "basis"]
    assert "these imports by country of consignment, and their total on several bases" in note
    assert "92 % by country of consignment and 8 % by country of origin" in note
    value = ep.ask("value", lake=lake, period=2022, **asked)
    assert "basis" not in {one.id for one in value.caveats}


def test_one_row_by_origin_fires_nothing(tmp_path: Path) -> None:
    lines = [*_sold(2022)[1:], "2022,CHN,848230,origin,0.1", "2022,CHN,854231,origin,900"]
    lake = _add(Lake.open(tmp_path / "lake"), tmp_path, "own", "USD", lines)
    figure = ep.ask("value", lake=lake, period=2022, **BUYER)
    assert "basis" not in {one.id for one in figure.caveats}


def test_tables_of_other_countries_do_not_choose_the_currency(tmp_path: Path) -> None:
    """Nepal's own table in rupees was not found where Japan's in yen was loaded."""
    lake = Lake.open(tmp_path / "lake")
    for reporter, currency in (("JPN", "JPY"), ("NPL", "NPR"), ("USA", "USD")):
        file = tmp_path / f"{reporter}.csv"
        file.write_text(
            "year,partner,code,basis,value\n2022,CHN,848210,origin,40\n2022,DEU,848210,origin,60\n"
        )
        mapping = MAP.format(id=reporter.lower(), currency=currency).replace("DEU", reporter)
        lake.add("table", [file], mapping=mapping)
    for reporter, currency in (("JPN", "JPY"), ("NPL", "NPR"), ("USA", "USD")):
        keys: dict[str, Any] = {"importer": reporter, "exporter": "CHN", "goods": "848210"}
        found = ep.ask("value", lake=lake, period=2022, **keys)
        assert (found.value, found.unit) == (40, currency), found.reason
    world = ep.ask("value", lake=lake, period=2022, importer="JPN+NPL", exporter="CHN",
                   goods="848210")  # fmt: skip
    assert world.definition.currency == "USD"  # in several: asked, and nothing is converted
    assert world.value is None


def test_reports_of_who_stopped_reporting_are_not_called_estimates(tmp_path: Path) -> None:
    """A table that has Russia's reports of 2023 was said to be made of its partners' reports."""
    lake = Lake.open(tmp_path / "lake")
    file = tmp_path / "rus.csv"
    lines = [f"{year},CHN,848210,origin,40" for year in (2021, 2023)]
    file.write_text("\n".join(["year,partner,code,basis,value", *lines, ""]))
    mapping = MAP.format(id="rus", currency="USD").replace("DEU", "RUS")
    lake.add("table", [file], mapping=mapping)
    keys: dict[str, Any] = {"importer": "RUS", "exporter": "CHN", "goods": "848210"}
    value = ep.ask("value", lake=lake, period=2023, **keys)
    growth = ep.ask("growth", lake=lake, period=2023, base=2021, **keys)
    for found in (value, growth):
        said = {one.id: one.text for one in found.caveats}
        assert "reporter-break" not in said
        assert "as reports of Russia" in said["one-report"]
        assert "estimates" not in said["one-report"]
