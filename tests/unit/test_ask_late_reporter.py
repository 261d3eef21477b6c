"""A reporter of few goods that fell silent halfway: its months so far are no year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import entrepot as ep
from entrepot.figures.figure import headline
from entrepot.lake import Lake

if TYPE_CHECKING:
    from pathlib import Path

MAP = """
format: 1
id: few
title: Chips of four countries
nomenclature: HS2022
columns:
  reporter: {role: reporter, codes: ISO3}
  partner: {role: partner, codes: ISO3}
  flow: {role: flow, export: X, import: M}
  product: {role: product}
  period: {role: period}
  value: {role: value, currency: USD}
"""


def _months(reporter: str, year: int, months: list[int], flow: str = "M") -> list[str]:
    return [f"{reporter},CHN,{flow},854231,{year}-{month:02d},10\n" for month in months]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Germany reports every month, France half of 2024, Malta every third month.

    Poland lacks two months of 2023.
    """
    folder: Path = tmp_path_factory.mktemp("late")
    every = list(range(1, 13))
    rows = _months("DEU", 2023, every) + _months("DEU", 2024, every)
    rows += _months("FRA", 2023, every) + _months("FRA", 2024, every[:6])
    rows += _months("MLT", 2023, every[::3]) + _months("MLT", 2024, every[::3])
    ten = [month for month in every if month not in (4, 10)]
    rows += _months("POL", 2023, ten) + _months("POL", 2024, every)
    path = folder / "few.csv"
    path.write_text("reporter,partner,flow,product,period,value\n" + "".join(rows))
    lake = Lake.open(folder / "lake")
    lake.add("table", [path], mapping=MAP)
    return lake


def _ask(lake: Lake, importer: str, measure: str = "value", **keys: object) -> ep.Figure:
    given: dict[str, Any] = {"period": 2024, "goods": "854231", "exporter": "CHN", **keys}
    return ep.ask(measure, lake=lake, importer=importer, nowcast=False, **given)


@pytest.mark.parametrize("importer", ["FRA", "DEU+FRA"])
@pytest.mark.parametrize(
    ("measure", "keys"),
    [
        ("value", {}),
        ("import_share", {}),
        ("growth", {"base": 2023}),
        ("hhi", {"exporter": "WLD"}),
        ("value", {"period": "2023..2024"}),
    ],
)
def test_half_a_year_is_no_year(
    lake: Lake, importer: str, measure: str, keys: dict[str, object]
) -> None:
    figure = _ask(lake, importer, measure, **keys)
    assert figure.value is None
    assert "France did not report to table.few from 2024-07 to the end of" in (figure.reason or "")


def test_a_table_of_ones_own_is_cited_by_its_title(lake: Lake) -> None:
    figure = _ask(lake, "DEU")
    assert figure.evidence[0].title == "Chips of four countries"
    assert "Chips of four countries (table.few " in figure.cite()


def test_what_was_reported_in_full_is_answered(lake: Lake) -> None:
    assert _ask(lake, "DEU").value == 120
    assert _ask(lake, "FRA", period=2023).value == 120
    assert _ask(lake, "FRA", period="2024-01..2024-06").value == 60
    full = _ask(lake, "DEU", "growth", base=2023)
    assert full.value == 0
    assert "steps" not in full.scope
    assert "missing-reports" not in {one.id for one in full.caveats}


def test_months_without_trade_in_between_are_said(lake: Lake) -> None:
    """Of few goods a gap may be real, so that the sum stands, with how many months it has."""
    figure = _ask(lake, "MLT", "growth", base=2023)
    assert figure.value == 0
    texts = [one.text for one in figure.caveats if one.id == "missing-reports"]
    assert "months: Malta 4 of 12 in 2023 to 2024." in texts[0]
    assert "4 of 12 months with reports" in headline(_ask(lake, "MLT"))
    against = "4 of 12 months with reports in 2024 against 4 of 12 in 2023"
    assert against in headline(figure)
    both = _ask(lake, "DEU+MLT")
    assert both.value == 160
    assert [one for one in both.caveats if "Malta 4 of 12 in 2024" in one.text]


@pytest.mark.parametrize("keys", [{"base": 2023}, {}])
def test_the_title_of_a_change_says_where_only_its_base_has_gaps(
    lake: Lake, keys: dict[str, object]
) -> None:
    """Ten months compared with twelve: the value alone would be read as growth."""
    figure = _ask(lake, "POL", "growth", **keys)
    said = "12 of 12 months with reports in 2024 against 10 of 12 in 2023"
    assert said in headline(figure)


def test_the_title_of_a_series_of_changes_names_each_time_once(lake: Lake) -> None:
    keys: dict[str, Any] = {"goods": "854231", "importer": "POL", "exporter": "CHN"}
    series = ep.ask("growth", lake=lake, period="2024Q2..2024Q4", each="quarter", **keys)
    said = "3 of 3 months with reports in 2024Q2 against 2 of 3 in 2023Q2, 2024-04 to"
    assert said in series.title


def test_a_series_of_changes_says_once_who_has_gaps_when(lake: Lake) -> None:
    """Each quarter is compared with one of the year before: there were as many notes as gaps."""
    keys: dict[str, Any] = {"goods": "854231", "importer": "MLT", "exporter": "CHN"}
    panel = ep.ask("growth", lake=lake, period="2024Q1..2024Q3", each="quarter", **keys)
    own = {one.text for each in panel for one in each.caveats if one.id == "missing-reports"}
    [said] = [one.text for one in panel.caveats if one.id == "missing-reports"]
    assert len(own) == 3
    assert "Malta 1 of 3 in 2023Q1 to 2023Q3, 2024Q1 to 2024Q3." in said


def test_gaps_within_a_part_of_a_year_are_said(lake: Lake) -> None:
    """That ten months are no year is not all: of one member they are three."""
    figure = _ask(lake, "DEU+MLT", period="2024-01..2024-10")
    found = {one.id: one.text for one in figure.caveats}
    assert "Malta 4 of 10 in 2024-01 to 2024-10" in found["missing-reports"]
    assert "not a whole year" in found["partial-period"]


def test_a_late_side_is_not_the_headline_where_the_other_has_the_whole_year(
    tmp_path: Path,
) -> None:
    every = list(range(1, 13))
    rows = _months("FRA", 2024, every[:6])
    rows += [f"CHN,FRA,X,854231,2024-{month:02d},9\n" for month in every]
    path = tmp_path / "few.csv"
    path.write_text("reporter,partner,flow,product,period,value\n" + "".join(rows))
    lake = Lake.open(tmp_path / "lake")
    lake.add("table", [path], mapping=MAP)
    figure = _ask(lake, "FRA")
    assert figure.value == 108
    assert figure.low is None or figure.low > 60


def test_who_reports_is_said_of_a_source_of_one_reporter(tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    rows = "".join(_months("DEU", 2024, list(range(1, 13))))
    path.write_text("reporter,partner,flow,product,period,value\n" + rows)
    lake = Lake.open(tmp_path / "lake")
    lake.add("table", [path], mapping=MAP)
    reason = _ask(lake, "DEU", "export_share").reason or ""
    assert "China did not report to table.few in 2024, which has reports of Germany only" in reason
