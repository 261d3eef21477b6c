"""The brief on a lake that holds everybody: shares are computed, and by hand they are the same."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

from entrepot.lake import Lake
from entrepot.model.areas import by_code
from entrepot.report import brief

if TYPE_CHECKING:
    from pathlib import Path

    from entrepot.report import Brief

CODE = "845710"
CHINA = {2022: 300.0, 2023: 900.0}
OTHERS, OTHER_VALUE = 210, 1.0


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Brief:
    folder = tmp_path_factory.mktemp("made-up")
    lake = Lake.open(folder / "lake")
    lake.add("baci", [_rows(folder / "BACI_HS17_V202501.csv")])
    return brief("RUS", "CHN", CODE, 2023, lake)


def _rows(path: Path) -> Path:
    """Write two years: China sends 300 then 900, each of 210 others 1 (thousand USD)."""
    numbers = {iso: number for number, iso in by_code("baci").items()}
    others = [iso for iso in sorted(numbers) if iso not in ("CHN", "RUS", "HKG")][:OTHERS]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["t", "i", "j", "k", "v", "q"])
        for year, value in CHINA.items():
            writer.writerow([year, numbers["CHN"], numbers["RUS"], CODE, value, 1])
            for iso in others:
                writer.writerow([year, numbers[iso], numbers["RUS"], CODE, OTHER_VALUE, 1])
                writer.writerow([year, numbers["CHN"], numbers[iso], CODE, OTHER_VALUE, 1])
                writer.writerow([year, numbers["RUS"], numbers[iso], CODE, OTHER_VALUE, 1])
    return path


def test_the_share_is_computed_from_the_rows(told: Brief) -> None:
    card = told.cards[0]
    expected = CHINA[2023] / (CHINA[2023] + OTHERS * OTHER_VALUE)
    assert card.figure.value == pytest.approx(expected)
    assert card.tag == "computed"
    assert card.source == "BACI"
    assert f"about {expected * 100:.0f}" in told.answer[0].text


def test_value_and_growth_come_from_the_same_rows(told: Brief) -> None:
    value, growth = told.cards[1], told.cards[2]
    assert value.figure.value == pytest.approx(CHINA[2023] * 1000)
    assert growth.figure.value == pytest.approx(200.0)
    assert (growth.value, growth.unit) == ("3.00", "times")
    assert "rose to **3.0 times as much**" in told.answer[1].text


def test_the_share_over_time_has_a_computed_line(told: Brief) -> None:
    share = next(section for section in told.sections if section.id == "share")
    assert share.picture is not None
    points = {point.year: point.value for point in share.picture.drawn.series}
    assert points[2022] == pytest.approx(300 / 510 * 100)
    assert points[2023] == pytest.approx(900 / 1110 * 100)


def test_goods_that_are_no_list_have_one_panel(told: Brief) -> None:
    goods = next(section for section in told.sections if section.id == "goods")
    assert goods.picture is not None
    panels = goods.picture.drawn.panels
    assert [[bar.year for bar in panel.bars] for panel in panels] == [[2022, 2023]]
    assert "rose to 3.0 times as much" in goods.title.text


def test_rows_that_hold_the_total_are_no_gap_and_no_print(told: Brief) -> None:
    gaps = next(section for section in told.sections if section.id == "gaps").gaps
    assert not any("from everyone" in gap.what for gap in gaps)
    share = next(section for section in told.sections if section.id == "share")
    assert share.source[0] == "Computed: rows of BACI. "
    printed = any("Each box is a printed number" in item.text for item in share.notes[0].body)
    assert printed == any(row[3] != "computed" for row in share.table.rows if share.table)
