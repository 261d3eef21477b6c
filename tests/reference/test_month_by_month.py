"""Exports by month, read at once: against the file itself and against `ask`."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from entrepot.errors import NoEvidenceError
from entrepot.figures import ask
from entrepot.figures.breakdown import month_by_month
from entrepot.lake import Lake
from entrepot.model.display import MINUS
from entrepot.report.charts import draw
from entrepot.report.charts.month_lines import MonthLine, month_chart
from entrepot.report.charts.month_lines import _finding as title_of
from table_reading import one_map

if TYPE_CHECKING:
    from pathlib import Path

NAMES = {"KOR": "South Korea", "JPN": "Japan", "HKG": "Hong Kong", "BEL": "Belgium"}


@pytest.fixture(scope="module")
def lake(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    made = Lake.open(tmp_path_factory.mktemp("months") / "lake")
    table = shared_data / "china_minerals_monthly" / "deep_dive_hs6_monthly.csv"
    made.add("table", [table], mapping=one_map("deep_dive_hs6_monthly"))
    return made


@pytest.mark.parametrize(("quantity", "column"), [("value", "val"), ("mass", "qty")])
def test_months_are_those_of_the_file(
    lake: Lake, shared_data: Path, quantity: str, column: str
) -> None:
    path = shared_data / "china_minerals_monthly" / "deep_dive_hs6_monthly.csv"
    with path.open(encoding="utf-8") as file:
        rows = {
            (row["partner_name"], row["period_dt"][:7]): float(row[column])
            for row in csv.DictReader(file)
            if row["hs6"] == "250410" and row[column]
        }
    found = month_by_month(lake, "CHN", [*NAMES], "250410", quantity=quantity)
    assert (str(found.months[0]), str(found.months[-1])) == ("2021-01", "2024-12")
    assert found.reported_by == "exporter"
    missing = 0
    for code, name in NAMES.items():
        for month, value in zip(found.months, found.values[code], strict=True):
            expected = rows.get((name, str(month)))
            # A mass of zero beside a value is not known; what is not recorded is not zero.
            assert value == (pytest.approx(expected) if expected else None), (code, month)
            missing += value is None
    assert missing > 0
    keys = {"exporter": "CHN", "importer": "KOR", "goods": "250410", "quantity": quantity}
    asked = ask("value", period="2023-11", lake=lake, **keys)
    assert found.values["KOR"][-14] == pytest.approx(asked.value)


def test_the_chart_leaves_gaps_and_names_what_is_missing(lake: Lake) -> None:
    found = month_by_month(lake, "CHN", ["KOR", "BEL", "FJI"], "250410", quantity="mass")
    made = month_chart(found, lake)
    assert "No data: Fiji." in made.deck
    assert "which does not mean zero" in made.deck
    wide, narrow = draw(made.picture, made.table)
    # A line of 48 months in one piece, another in several.
    assert wide.count('<path class="s-supplier"') == 1
    assert wide.count('<path class="s-context"') > 2
    assert "Nov 2023: 13,885" in wide
    for drawing in (wide, narrow):
        assert drawing.count("data-row=") == 48


def test_many_countries_have_a_panel_each(lake: Lake) -> None:
    codes = ["KOR", "JPN", "IND", "USA", "DEU", "HKG"]
    made = month_chart(month_by_month(lake, "CHN", codes, "250410"), lake)
    wide, _ = draw(made.picture, made.table)
    keys = {"exporter": "CHN", "importer": "KOR", "goods": "250410", "period": "2024-12"}
    asked = ask("monthly", lake=lake, **keys)
    change = asked.table[0]["rolling12_pct"]
    assert f"\u2212{abs(change):.1f}\u00a0%" in wide
    keys.pop("importer")
    each = [ask("monthly", lake=lake, importer=code, **keys).table for code in codes]
    known = [table[0]["rolling12_pct"] for table in each if table]
    assert len(known) < len(codes)
    fell = f"{sum(one < 0 for one in known)} of {len(known)} countries with all months"
    assert made.title.endswith(f"flakes to {fell} fell in the year to Dec 2024")
    few = month_chart(month_by_month(lake, "CHN", codes[:2], "250410"), lake)
    said = f"to South Korea fell by {abs(change):.1f}\u00a0% in the year to Dec 2024"
    assert few.title.endswith(said)
    assert wide.count("data-column=") == 48 * len(codes)


@pytest.mark.parametrize(
    ("signs", "said"),
    [
        ("---++", "China’s exports to 3 of 5 countries fell in the year to Dec 2024"),
        ("-++++", "China’s exports to 4 of 5 countries rose in the year to Dec 2024"),
        ("--++ ", "China’s exports, by month"),
    ],
)
def test_a_title_counts_the_countries_of_the_more_frequent_change(signs: str, said: str) -> None:
    """It read “fell to 2 of 4 countries”, also where as many rose."""
    changes = {"-": f"{MINUS}5.0\u00a0%", "+": "+5.0\u00a0%", " ": "0\u00a0%"}
    lines = [MonthLine(sign, (1.0,), changes[sign]) for sign in signs]
    assert title_of("China’s exports", lines, list(signs), "Dec 2024", None) == said


def test_without_months_it_is_said(lake: Lake) -> None:
    with pytest.raises(NoEvidenceError, match="no months of China’s exports"):
        month_by_month(lake, "CHN", ["KOR"], "854231")
