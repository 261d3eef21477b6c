"""What is missing stays missing on the page, and is never taken for zero."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from entrepot.errors import NoEvidenceError
from entrepot.figures import Definition, Figure, evaluate
from entrepot.lake import Lake
from entrepot.report import brief
from entrepot.report.render_markdown import render_markdown
from entrepot.sources.published.read import published

if TYPE_CHECKING:
    from pathlib import Path

AREAS = {"CHN": 156, "KAZ": 398, "DEU": 276, "TUR": 792}


def lake_of(folder: Path, rows: list[tuple[int, str, str, str, float]]) -> Lake:
    path = folder / "BACI_HS17_MADE_UP.csv"
    lines = [f"{t},{AREAS[i]},{AREAS[j]},{k},{v},1" for t, i, j, k, v in rows]
    path.write_text("\n".join(["t,i,j,k,v,q", *lines]) + "\n", encoding="utf-8")
    lake = Lake.open(folder / "lake")
    lake.add("baci", [path])
    return lake


def test_a_tier_without_the_last_year_does_not_stand_out(tmp_path: Path) -> None:
    """Chips and bearings fall; lathes are recorded in two years, but not in the last."""
    values = {"854231": (50, 40, 30), "848210": (30, 25, 20), "845811": (5, 6, None)}
    rows = [
        (2020 + place, "CHN", "KAZ", code, float(value))
        for code, series in values.items()
        for place, value in enumerate(series)
        if value is not None
    ]
    rows += [(year, "DEU", "KAZ", "854231", 10.0) for year in (2020, 2021, 2022)]
    told = brief("KAZ", "CHN", "chpl", 2022, lake_of(tmp_path, rows))
    [section] = [part for part in told.sections if part.table and "Tier" in str(part.table)]
    assert "fell" in section.title.text
    assert not any("lathes" in str(note).lower() for note in section.notes)
    assert "2021 not held" not in render_markdown(told)


def test_definitions_that_agree_are_not_zero(tmp_path: Path) -> None:
    """Codes that every reading of the list keeps: three definitions, one share."""
    rows = [
        (2022, seller, "KAZ", "854231", value)
        for seller, value in (("CHN", 60.0), ("DEU", 30.0), ("TUR", 10.0))
    ]
    told = brief("KAZ", "CHN", "chpl", 2022, lake_of(tmp_path, rows))
    titles = [part.title.text for part in told.sections]
    assert not any("0 to 0" in title for title in titles)
    assert any("60" in title and "definitions" in title for title in titles), titles


def test_a_figure_without_a_value_gives_none_of_it_away() -> None:
    asked = Definition.build("value", importer="RUS", exporter="CHN", period=2023)
    assert Figure(asked, "ok", 5.0, "USD").required() == 5.0
    with pytest.raises(NoEvidenceError, match="nothing held"):
        Figure(asked, "insufficient_data", None, "USD", reason="nothing held").required()


def test_a_printed_range_has_a_middle_and_a_bound_has_its_end() -> None:
    ranges = [row for row in published() if row.value is None]
    assert ranges
    for row in ranges:
        assert row.low is not None
        assert row.high is not None
        assert row.low < row.middle < row.high
    assert all(row.middle == row.value for row in published() if row.value is not None)


def test_a_list_that_cannot_be_followed_is_a_gap(tmp_path: Path) -> None:
    """Annex II is of 2014; between its edition and the data no table is held."""
    told = brief(
        "KAZ", "CHN", "eu-ii", 2022, lake_of(tmp_path, [(2022, "CHN", "KAZ", "730419", 9)])
    )
    page = render_markdown(told)
    assert "**The list in HS2017.**" in page
    assert "`entrepot data get concordance`" in page


def test_a_list_in_the_edition_of_the_data_needs_no_table(tmp_path: Path) -> None:
    """854150 is no code of HS2022, so a list in HS2017 must not be followed there first."""
    mine = tmp_path / "mine.csv"
    mine.write_text("code,nomenclature\n854150,HS2017\n", encoding="utf-8")
    lake = lake_of(tmp_path, [(2022, "CHN", "KAZ", "854150", 7), (2022, "CHN", "KAZ", "854231", 5)])
    goods, sides = str(mine), {"importer": "KAZ", "exporter": "CHN"}
    figure = evaluate(Definition.build("value", goods=goods, period=2022, **sides), lake)
    assert figure.value == 7000
