"""Sections of a country's page: changes of shares are of one source, in points."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from entrepot.figures.breakdown import breakdown
from entrepot.lake import Lake
from entrepot.model.period import Period
from entrepot.report import overview
from entrepot.report.charts.ranked import RankedBars
from entrepot.report.overview import suppliers_of

if TYPE_CHECKING:
    from entrepot.figures.breakdown import Breakdown
    from entrepot.report.parts import Section


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    return Lake.open(tmp_path_factory.mktemp("overview") / "none")


@pytest.fixture(scope="module")
def sold(lake: Lake) -> Breakdown:
    keys = {"importer": "DEU", "goods": "850511", "period": "2022"}
    return breakdown("import_share", "exporter", lake, **keys)


def _bars_of(section: Section) -> RankedBars:
    assert section.picture is not None
    assert isinstance(section.picture.drawn, RankedBars)
    return section.picture.drawn


def test_a_change_is_in_points_and_those_of_all_rows_add_up_to_nothing(
    lake: Lake, sold: Breakdown
) -> None:
    """The year before: half the first share, the rest spread over all others, one of them new."""
    first, second, *others = sold.parts
    freed = (first.value / 2 + second.value) / len(others)
    parts = [replace(first, value=first.value / 2)]
    parts += [replace(one, value=one.value + freed) for one in others]
    before = replace(
        sold,
        parts=tuple(parts),
        definition=replace(sold.definition, period=Period.parse(2021)),
    )
    section = suppliers_of(sold, lake, before=before)
    drawn = _bars_of(section)
    bars = drawn.bars
    assert drawn.heads[-1] == "Since 2021"
    assert "change since 2021, in percentage points" in section.deck
    assert bars[0].cells[-1] == f"+{50 * first.value:.1f}"
    assert bars[1].cells[-1] == f"+{100 * second.value:.1f}"
    assert bars[2].cells[-1] == f"−{100 * freed:.2f}"  # below one: two digits
    changes = [float(bar.cells[-1].replace("−", "-")) for bar in bars]
    assert sum(changes) == pytest.approx(0, abs=0.05 * len(bars))


def test_without_a_year_before_there_is_no_column(lake: Lake, sold: Breakdown) -> None:
    drawn = _bars_of(suppliers_of(sold, lake))
    assert not [head for head in drawn.heads if "Since" in head]


def test_a_limit_that_we_chose_looks_like_one() -> None:
    """Importers “above USD 38.8 m” and “of USD 1.00 m or more” looked measured."""
    assert overview._round(3.88e7) == 4e7
    said = [overview.threshold(each, "USD").replace("\xa0", " ") for each in (1e5, 1e6, 4e7)]
    assert said == ["USD 100,000", "USD 1 m", "USD 40 m"]
