"""Trade of a country that fell silent: what its partners still tell of it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

import entrepot as ep
from entrepot.figures.mirror import FLOOR
from entrepot.lake import Lake
from entrepot.reconciliation import coverage
from made_comtrade import row, text_of

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

RUSSIA, CHINA, GERMANY, BELARUS = 643, 156, 276, 112
BASE = {CHINA: 60_000.0, GERMANY: 30_000.0, BELARUS: 10_000.0}


def reports(*tellers: int) -> list[dict[str, Any]]:
    """Russia's imports of 2021 as it told them, and exports of 2023 as some partners tell them."""
    usual = {"product": "854231", "edition": "H5"}
    base = [
        row(value, reporter=RUSSIA, partner=partner, **usual) | {"period": 2021}
        for partner, value in BASE.items()
    ]
    # A partner's own report of the base does not count where Russia's is there.
    base.append(
        row(99_999.0, flow="X", reporter=GERMANY, partner=RUSSIA, **usual) | {"period": 2021}
    )
    now = [
        row(50_000.0, flow="X", reporter=teller, partner=RUSSIA, **usual) | {"period": 2023}
        for teller in tellers
    ]
    return base + now


def lake_of(folder: Path, *tellers: int) -> Lake:
    file = folder / "reports.csv"
    file.write_text(text_of(reports(*tellers)))
    lake = Lake.open(folder / "lake")
    lake.add("comtrade", [file])
    return lake


def share(lake: Lake, **keys: Any) -> Any:
    asked = {"importer": "RUS", "exporter": "CHN", "goods": "854231", "period": 2023} | keys
    return ep.ask("import_share", source="comtrade", lake=lake, **asked)


def test_coverage_is_the_weight_of_those_who_report(tmp_path: Path) -> None:
    lake = lake_of(tmp_path, CHINA, GERMANY)
    rows = lake.flows("comtrade").to_native()
    [found] = coverage(rows, "RUS", "importer", (date(2021, 1, 1), date(2021, 1, 1)))
    assert found.period == date(2023, 1, 1)
    assert found.share == pytest.approx(0.9)
    assert found.base_usd == 100_000.0
    assert found.non_reporting == (("BLR", pytest.approx(0.1)),)
    [one] = coverage(rows, "RUS", "importer", (date(2021, 1, 1), date(2021, 1, 1)), by_product=True)
    assert (one.product, one.share) == ("854231", pytest.approx(0.9))
    assert coverage(rows, "USA", "importer", (date(2021, 1, 1), date(2021, 1, 1))) == ()
    with pytest.raises(ValueError, match="side"):
        coverage(rows, "RUS", "buyer", (date(2021, 1, 1), date(2021, 1, 1)))


def test_a_share_says_how_much_is_covered_and_who_is_missing(tmp_path: Path) -> None:
    figure = share(lake_of(tmp_path, CHINA, GERMANY))
    assert figure.status == "ok"
    assert figure.value == pytest.approx(0.5)
    [note] = [one for one in figure.caveats if one.id == "coverage"]
    assert "90 %" in note.text
    assert "Belarus (10.0 %)" in note.text
    # With the silent partners as large as they were, the share is a tenth smaller.
    assert figure.low == pytest.approx(0.45)
    assert figure.spread["total"] == pytest.approx((0.45, 0.5))
    assert "total" in figure.range


def test_without_its_own_report_of_the_base_nothing_is_said(tmp_path: Path) -> None:
    """Who told nothing of the base would be missing from it: all seems to be covered."""
    usual = {"product": "854231", "edition": "H5", "flow": "X", "partner": RUSSIA}
    flows = [row(1_000.0, reporter=GERMANY, **usual) | {"period": year} for year in (2021, 2023)]
    file = tmp_path / "reports.csv"
    file.write_text(text_of(flows))
    lake = Lake.open(tmp_path / "lake")
    lake.add("comtrade", [file])
    [found] = coverage(
        lake.flows("comtrade").to_native(), "RUS", "importer", (date(2021, 1, 1), date(2021, 1, 1))
    )
    assert (found.share, found.is_own) == (1.0, False)
    keys = {"importer": "RUS", "exporter": "DEU", "goods": "854231", "source": "comtrade"}
    figure = ep.ask("value", period=2023, lake=lake, **keys)
    assert figure.value == 1_000.0
    assert not [one for one in figure.caveats if one.id == "coverage"]


def test_below_the_floor_no_share_is_given(tmp_path: Path) -> None:
    found = share(lake_of(tmp_path, GERMANY, BELARUS), exporter="DEU")
    assert found.status == "insufficient_data"
    assert "40 %" in found.reason
    assert "too little" in found.reason
    assert FLOOR > 0.4


def test_a_base_that_is_told_too_little_of_is_refused(tmp_path: Path) -> None:
    """Growth compares two totals: the one of the base has to be told, too."""
    file = tmp_path / "reports.csv"
    usual = {"product": "854231", "edition": "H5", "flow": "X", "partner": RUSSIA}
    early = [row(9_000.0, reporter=BELARUS, **usual) | {"period": 2022}]
    file.write_text(text_of(reports(CHINA, GERMANY) + early))
    lake = Lake.open(tmp_path / "lake")
    lake.add("comtrade", [file])
    keys = {"importer": "RUS", "goods": "854231", "source": "comtrade", "lake": lake}
    found = ep.ask("growth", period=2023, base=2022, **keys)
    assert found.status == "insufficient_data"
    assert "10 %" in found.reason
    assert "2022" in found.reason


def test_a_period_in_which_nobody_tells_is_not_covered(tmp_path: Path) -> None:
    rows = lake_of(tmp_path, CHINA, GERMANY).flows("comtrade").to_native()
    found = coverage(
        rows,
        "RUS",
        "importer",
        (date(2021, 1, 1), date(2021, 1, 1)),
        periods=[date(2023, 1, 1), date(2024, 1, 1)],
    )
    assert [(one.period.year, one.share) for one in found] == [
        (2023, pytest.approx(0.9)),
        (2024, 0.0),
    ]


def test_a_flow_needs_no_coverage(tmp_path: Path) -> None:
    lake = lake_of(tmp_path, GERMANY, BELARUS)
    figure = ep.ask(
        "value",
        importer="RUS",
        exporter="DEU",
        goods="854231",
        period=2023,
        source="comtrade",
        lake=lake,
    )
    assert figure.value == 50_000.0
    [note] = [one for one in figure.caveats if one.id == "coverage"]
    assert "40 %" in note.text


def test_nothing_is_said_of_a_country_that_reports(tmp_path: Path) -> None:
    figure = share(lake_of(tmp_path, CHINA), period=2021, exporter="DEU")
    assert figure.value == pytest.approx(0.3)
    assert not [one for one in figure.caveats if one.id == "coverage"]


def test_one_side_in_all_years(tmp_path: Path) -> None:
    """`reported_by` keeps the partner's report in both years, where growth would mix the two."""
    lake = lake_of(tmp_path, GERMANY)
    keys = {"importer": "RUS", "exporter": "DEU", "goods": "854231", "base": 2021}
    one = ep.ask(
        "growth", period=2023, reported_by="exporter", source="comtrade", lake=lake, **keys
    )
    assert one.value == pytest.approx(100 * (50_000 / 99_999 - 1))
    other = ep.ask("value", period=2021, reported_by="importer", source="comtrade", lake=lake,
                   importer="RUS", exporter="DEU", goods="854231")  # fmt: skip
    assert other.value == 30_000.0
    none = ep.ask("value", period=2023, reported_by="importer", source="comtrade", lake=lake,
                  importer="RUS", exporter="DEU", goods="854231")  # fmt: skip
    assert none.status == "insufficient_data"


def test_two_way_trade_needs_both_directions(tmp_path: Path) -> None:
    """Imports of the one and imports of the other are not the two-way trade of either."""
    file = tmp_path / "reports.csv"
    file.write_text(
        text_of(
            [
                row(1_000.0, reporter=GERMANY, partner=CHINA),
                row(7_000.0, reporter=CHINA, partner=GERMANY),
            ]
        )
    )
    lake = Lake.open(tmp_path / "lake")
    lake.add("comtrade", [file])
    keys = {"importer": "DEU", "exporter": "CHN", "goods": "854231", "period": 2022}
    keys |= {"source": "comtrade", "lake": lake}
    assert ep.ask("value", **keys).value == 1_000.0
    assert ep.ask("value", flow="both", **keys).status == "insufficient_data"
