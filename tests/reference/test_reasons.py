"""Why nothing held answers, said in lines: one for each source that could have."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import pytest

import entrepot as ep
from entrepot.figures.evidence import Estimate, specifications
from entrepot.lake import Lake

if TYPE_CHECKING:
    from pathlib import Path

MAP = """
format: 1
id: {id}
nomenclature: HS2017
columns:
  period: {{role: period}}
  reporter: {{role: reporter, codes: ISO3}}
  partner: {{role: partner, codes: ISO3}}
  flow: {{role: flow, import: M, export: X}}
  product: {{role: product}}
  value: {{role: value, currency: USD}}
"""
TABLES = {
    "cars": ["2022,ARM,GEO,M,870323,1"],
    "chips": ["2022,KGZ,CHN,M,854231,1"],
    "old": ["2020,FRA,KAZ,M,854231,1"],
    "older": ["2019,FRA,KAZ,M,854231,1"],
    "part": [f"2022-{month:02},FRA,KAZ,M,854231,1" for month in range(1, 12)],
    "other": ["2022,FRA,KAZ,M,270900,1"],
}


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake.open(tmp_path / "lake")
    for name, rows in TABLES.items():
        path = tmp_path / f"{name}.csv"
        path.write_text(
            "period,reporter,partner,flow,product,value\n" + "".join(f"{row}\n" for row in rows)
        )
        lake.add("table", [path], mapping=MAP.format(id=name))
    return lake


def _ask(lake: Lake, **keys: object) -> ep.Figure:
    keys = {"importer": "FRA", "exporter": "KAZ", "goods": "854231", "period": 2022} | keys
    return ep.ask("value", lake=lake, **keys)


def test_sources_that_have_nothing_to_do_with_it_share_a_line(lake: Lake) -> None:
    figure = _ask(lake)
    assert figure.reason is not None
    lines = figure.reason.splitlines()
    assert [line for line in lines if "table.other" in line] == [
        (
            "the lake's table.other has 1 product code in 2022, none of them of 854231; add its "
            "rows of these goods (loaded: 270900); Kazakhstan did not report to table.other in "
            "2022, which has reports of France only"
        )
    ]
    assert "neither France nor Kazakhstan reported for 2022 to table.cars, table.chips" in lines
    assert (
        "not loaded for 2022: table.old (2020), table.older (2019), "
        "table.part (2022-01 to 2022-11: ask for 2022-01 to 2022-11)"
    ) in lines
    assert lines[0] in " ".join(str(figure).split())
    assert figure.to_dict()["reason"] == figure.reason
    assert "</p><p>".join(map(html.escape, lines)) in figure._repr_html_()


def test_a_year_held_in_part_says_what_could_be_asked(lake: Lake) -> None:
    figure = _ask(lake, source="table.part")
    assert figure.reason is not None
    held, nowcast = figure.reason.splitlines()
    assert held == (
        "table.part is loaded for 2022-01 to 2022-11, not for 2022-12; "
        "ask for 2022-01 to 2022-11, which is loaded"
    )
    assert nowcast.startswith(
        "no nowcast: table.part: all reports are loaded for 11 months in a row, 30 are needed"
    )
    assert _ask(lake, source="table.part", period="2022-01 to 2022-11").value == 11


def test_of_a_source_of_years_not_all_sources_are_said_to_be_without_months(lake: Lake) -> None:
    """Another source is loaded by month; the one that was asked for is not."""
    figure = _ask(lake, source="table.old")
    assert "no nowcast: no source that can be asked has it by month. Missing: months" in str(
        figure.reason
    )
    # Twelve months ahead is as far as a nowcast goes, and each month needs one more before it.
    assert "30 that end with 2022-11, or up to 41 that end no earlier than 2021-12" in str(
        figure.reason
    )
    assert "entrepot data add comtrade FILE" in str(figure.reason)
    assert "no source is loaded by month" not in str(figure.reason)


def test_what_does_not_move_a_value_is_not_said_to_move_it_most() -> None:
    def one(source: str, value: float) -> Estimate:
        return Estimate(value=value, unit="USD", choices={"source": source})

    same = specifications([one("baci", 5.0), one("comtrade", 5.0)])
    apart = specifications([one("baci", 5.0), one("comtrade", 6.0)])
    assert same is not None
    assert apart is not None
    assert (same.most_influential, apart.most_influential) == (None, "source")


def _add(lake: Lake, folder: Path, name: str, rows: list[str]) -> None:
    path = folder / f"{name}.csv"
    path.write_text(
        "period,reporter,partner,flow,product,value\n" + "".join(f"{row}\n" for row in rows)
    )
    lake.add("table", [path], mapping=MAP.format(id=name))


def test_a_series_says_who_does_not_report_before_what_is_not_published(tmp_path: Path) -> None:
    lake = Lake.open(tmp_path / "lake")
    rows = [f"2022-{month:02},DEU,KAZ,M,854231,1" for month in range(1, 13)]
    rows += [f"2022-{month:02},FRA,KAZ,M,854231,1" for month in range(1, 12)]
    _add(lake, tmp_path, "months", rows)
    found = ep.ask(
        "value", importer="DEU+FRA", exporter="KAZ", goods="854231", lake=lake,
        period="2022-11..2022-12", each="month",
    )  # fmt: skip
    [gap] = found.gaps
    assert "France did not report to table.months in 2022-12" in gap


def test_single_figures_that_a_range_reaches_to_are_named(tmp_path: Path) -> None:
    """It ended at a figure of others, and was said to be of combinations of the rows alone."""
    lake = Lake.open(tmp_path / "lake")
    amounts = {"CHN": 200, "HKG": 10, "DEU": 400, "IND": 390}
    _add(lake, tmp_path, "totals", [f"2023,RUS,{who},X,TOTAL,{n}" for who, n in amounts.items()])
    figure = ep.ask("export_share", importer="CHN", exporter="RUS", period=2023, lake=lake)
    assert figure.value == pytest.approx(0.2)
    ends = [one.value for one in figure.specifications.items if one.choices["source"] in
            ("published", "computed")]  # fmt: skip
    assert len(ends) == 2
    assert figure.high == max(ends)
    assert "published: 1 figure; computed: 1 figure" in figure.range


def test_a_part_of_a_period_that_has_no_answer_either_is_not_advised(lake: Lake) -> None:
    figure = _ask(lake, exporter="GEO", source="table.part")
    assert figure.reason is not None
    assert figure.reason.splitlines()[0] == (
        "table.part is loaded for 2022-01 to 2022-11, not for 2022-12"
    )
    assert _ask(lake, exporter="GEO", source="table.part", period="2022-01..2022-11").value is None


def test_a_question_without_a_period_is_asked_back_with_periods_that_are_answered(
    lake: Lake,
) -> None:
    """Cars and other goods are loaded for 2022, and chips of this pair are not."""
    asked = "How much did France import from Kazakhstan in chips by value?"
    read = ep.read_question(asked, lake=lake)
    [unsaid] = read.unsaid
    assert {one[0] for one in unsaid.candidates} == {"2020", "2019", "2022-11"}
    nobody = ep.read_question("How much did Fiji import from Chad in chips by value?", lake=lake)
    assert nobody.unsaid[0].candidates
