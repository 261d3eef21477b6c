"""Yuan, customs' dollars and a newsroom's: three numbers that ask keeps apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import entrepot as ep
from entrepot.errors import RequestError

if TYPE_CHECKING:
    from pathlib import Path

# As printed: customs' totals of 2025 in both currencies (CR-001, CR-003), the Federal Reserve's
# average of that year, and the rate of January 2026 that makes 234 bn USD of them.
CNY, USD, AVERAGE, SPOT = 1.63e12, 228.105e9, 7.1875, 6.9692


def ask(lake: Path, **keys: Any) -> ep.Figure:
    asked: dict[str, Any] = {"importer": "RUS", "exporter": "CHN", "flow": "both", "period": 2025}
    return ep.ask("conversions", lake=lake, **(asked | {"currency": "CNY"} | keys))


def test_three_kinds_of_dollars_are_kept_apart(tmp_path: Path) -> None:
    figure = ask(tmp_path, spot=SPOT)
    assert figure.value == pytest.approx(USD)
    assert figure.unit == "USD"
    assert figure.details["implied_rate"] == pytest.approx(CNY / USD)
    assert figure.details["spot_usd"] == pytest.approx(CNY / SPOT)
    assert figure.details["spot_usd"] == pytest.approx(234e9, rel=0.002)
    assert figure.details["mixed_rate_usd"] == pytest.approx(CNY / SPOT - USD)
    rate = figure.details["average_rate"]
    assert rate == pytest.approx(AVERAGE, rel=0.001)
    assert figure.details["average_usd"] == pytest.approx(CNY / rate)
    assert {one.id for one in figure.evidence} >= {"CR-003", "FX-013"}


def test_the_rate_of_a_day_is_looked_up(tmp_path: Path) -> None:
    figure = ask(tmp_path, period=2024, spot="2025-01-13")
    assert figure.details["spot_rate"] == 7.3317
    assert figure.details["spot_usd"] == pytest.approx(figure.details["value_cny"] / 7.3317)
    with pytest.raises(RequestError, match="no rate of CNY is available for 2031-01"):
        ask(tmp_path, spot="2031-01")
    with pytest.raises(RequestError, match="spot"):
        ask(tmp_path, spot=-7)


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match="needs the currency"):
        ask(tmp_path, currency="USD", spot=7)
    with pytest.raises(RequestError, match="needs spot"):
        ask(tmp_path)
    figure = ask(tmp_path, flow="one_way", spot=7)
    assert figure.value is None
    assert "CNY" in str(figure.reason)


def test_values_of_a_lake_are_not_converted_in_silence(tmp_path: Path) -> None:
    from test_asked import MADE, written

    for measure, keys in (("value", {}), ("growth", {"base": 2021}), ("growth_contribution", {})):
        figure = ep.ask(
            measure,
            lake=written(tmp_path, MADE, measure),
            importer="RUS",
            exporter="CHN",
            goods="854231",
            period=2022,
            currency="EUR",
            **keys,
        )
        assert figure.value is None
        assert "is in USD, not EUR, and at which rate" in str(figure.reason)


def test_a_rate_that_the_user_brings_in_is_found(tmp_path: Path) -> None:
    import csv

    from entrepot.lake import Lake
    from entrepot.sources.published.row import COLUMNS

    rate = {"id": "MY-001", "measure": "exchange_rate", "flow": "na", "period": "2025-12-30"}
    rate |= {"relation": "=", "value": "7.0001", "low": "7.00005", "high": "7.00015"}
    rate |= {"printed": "7.0001 CNY per USD", "unit": "CNY per USD", "currency": "CNY"}
    rate |= {"valuation": "fixing", "publisher": "A bank", "origin": "BANK"}
    rate |= {"origin_words": "A bank", "title": "Rates", "url": "https://example.org/rates"}
    rate |= {"published_on": "2025-12-30", "confidence": "high"}
    with (tmp_path / "rates.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        writer.writerow(rate)
    lake = Lake.open(tmp_path / "lake")
    lake.add("published", [tmp_path / "rates.csv"])
    figure = ep.ask(
        "conversions", lake=lake, importer="RUS", exporter="CHN", flow="both", period=2025,
        currency="CNY", spot="2025-12-30",
    )  # fmt: skip
    assert figure.details["spot_rate"] == 7.0001
    assert figure.details["spot_usd"] == pytest.approx(CNY / 7.0001)
    assert "MY-001" in {one.id for one in figure.evidence}
