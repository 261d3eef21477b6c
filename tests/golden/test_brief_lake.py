"""The brief on a lake that holds everybody: shares are computed, and by hand they are the same."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

import pytest

from entrepot.lake import Lake
from entrepot.model.areas import by_code
from entrepot.report import brief

if TYPE_CHECKING:
    from pathlib import Path

    from entrepot.report import Brief
    from entrepot.report.parts import Section

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
    # The file has some exporters only, so the total is too small and the share is a bound.
    assert f"at most {expected * 100:.1f}" in told.answer[0].text


def test_value_and_growth_come_from_the_same_rows(told: Brief) -> None:
    value, growth = told.cards[1], told.cards[2]
    assert value.figure.value == pytest.approx(CHINA[2023] * 1000)
    assert growth.figure.value == pytest.approx(200.0)
    assert (growth.value, growth.unit) == ("+200", "%")
    assert "rose by **200\u00a0%, to 3.0 times as much**" in told.answer[1].text


def test_the_share_over_time_has_a_computed_line(told: Brief) -> None:
    share = next(section for section in told.sections if section.id == "share")
    assert share.picture is not None
    assert "all goods" not in f"{share.deck} {share.title.text}".lower()  # its own goods
    points = {point.year: point.value for point in share.picture.drawn.series}
    assert points[2022] == pytest.approx(300 / 510 * 100)
    assert points[2023] == pytest.approx(900 / 1110 * 100)


def test_goods_that_are_no_list_have_one_panel(told: Brief) -> None:
    goods = next(section for section in told.sections if section.id == "goods")
    assert goods.picture is not None
    panels = goods.picture.drawn.panels
    assert [[bar.year for bar in panel.bars] for panel in panels] == [[2022, 2023]]
    assert "rose by 200\u00a0%, to 3.0 times as much" in goods.title.text


def test_rows_that_hold_the_total_are_no_gap_and_no_print(told: Brief) -> None:
    gaps = next(section for section in told.sections if section.id == "gaps").gaps
    assert not any("from everyone" in gap.what for gap in gaps)
    share = next(section for section in told.sections if section.id == "share")
    assert str(share.source[0]).startswith("Computed: CEPII BACI ")
    printed = "Each box is a published figure" in _said(share)
    assert printed == any(row[3] != "computed" for row in share.table.rows if share.table)


def _section(told: Brief, name: str) -> Section:
    return next(section for section in told.sections if section.id == name)


def _said(section: Section) -> str:
    return " ".join(item.text for note in section.notes for item in note.body)


def test_who_supplies_is_a_map_of_everybody(told: Brief) -> None:
    section = _section(told, "suppliers")
    assert section.picture is not None
    drawn = section.picture.drawn
    assert len(drawn.partners) == OTHERS + 1
    assert drawn.partners[0].code == "CHN"
    assert drawn.partners[0].share == pytest.approx(100 * 900 / 1110)
    assert "China was Russia’s largest supplier" in section.title.text
    assert "China alone supplied most of" in _said(section)
    assert "China’s share rose most, from 58.8 to 81.1" in _said(section)


def test_who_replaced_whom_adds_up(told: Brief) -> None:
    section = _section(told, "replaced")
    assert section.title.text.startswith("China gained USD\u00a0600,000")
    assert "China alone sold more from 2022 to 2023." in _said(section)
    assert "No supplier sold less" in _said(section)
    assert section.table is not None
    assert section.table.rows[0] == ("China", "300,000", "900,000", "+600,000")


def test_what_it_pays_is_the_price_that_tripled(told: Brief) -> None:
    """The weight stayed: all of the change is price, and for others no price moved."""
    section = _section(told, "prices")
    assert section.title.text == "Prices added USD\u00a0600,000 from 2022 to 2023"
    assert "Prices (unit values) rose by 200\u00a0% and quantities held level" in _said(section)
    assert "Relative to what others paid for the same goods, prices for Russia rose" in _said(
        section
    )
    assert "200\u00a0%" in _said(section)


def test_what_is_in_print_and_does_not_fit_is_told(told: Brief) -> None:
    section = _section(told, "print")
    assert section.table is not None
    assert all(row[3] for row in section.table.rows)
    assert {type(item).__name__ for item in section.title.evidence} == {"Published"}
    assert re.match(r"\w+ published figures contradicted by others", section.title.text)
