"""A level year by year: no line across a break or a missing year, and values that can be read."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from entrepot.report.breaks import Break
from entrepot.report.charts.value_line import LinePoint, ValueLine

sys.path.insert(0, str(Path(__file__).parent))
from label_boxes import outside, overlapping

BROKEN = Break(2021, "reports of both sides", "partners’ reports alone")


def line(values: dict[int, float], broken: Break | None = None) -> ValueLine:
    points = tuple(LinePoint(year, value, f"{value:g}") for year, value in values.items())
    return ValueLine(points, "USD a kg", broken)


SERIES = {
    "level": dict.fromkeys(range(2017, 2024), 13.7),
    "peak": {2017: 13.7, 2018: 16.3, 2019: 14.1, 2020: 14.3, 2021: 21.3, 2022: 25.3, 2023: 16.6},
    "steep": {2020: 0.01, 2021: 12345.6, 2022: 4, 2023: 12345.6},
    "gap": {2015: 0.1, 2016: 0.12, 2022: 0.09, 2023: 0.08},
    "long": {year: 1.0 + year % 3 for year in range(2000, 2025)},
    "two": {2021: 5, 2022: 6},
}


@pytest.mark.parametrize("name", ["wide", "narrow"])
@pytest.mark.parametrize("broken", [None, BROKEN])
@pytest.mark.parametrize("series", SERIES)
def test_labels_stay_inside_and_apart(series: str, broken: Break | None, name: str) -> None:
    drawn = line(SERIES[series], broken).draw(name=name, alt_text="x")
    assert outside(drawn) == []
    assert overlapping(drawn) == []
    said = re.findall(r"<title>(\d{4}): ([^<]*)</title>", drawn)
    assert said == [(str(year), f"{value:g}") for year, value in SERIES[series].items()]


def test_no_line_crosses_a_break_or_a_missing_year() -> None:
    def lines(drawn: str) -> list[int]:
        return [path.count("L") for path in re.findall(r'class="s-supplier" d="(M[^"]*)"', drawn)]

    whole = line(SERIES["peak"]).draw(name="wide", alt_text="x")
    assert lines(whole) == [6]
    parted = line(SERIES["peak"], BROKEN).draw(name="wide", alt_text="x")
    assert lines(parted) == [4, 1]
    assert "stroke-dasharray" in parted
    assert lines(line(SERIES["gap"]).draw(name="wide", alt_text="x")) == [1, 1]


def test_a_range_of_one_year_is_a_whisker_and_of_several_a_band() -> None:
    one = LinePoint(2022, 0.1, "0.1", 0.08, 0.12)
    drawn = ValueLine((LinePoint(2021, 0.1, "0.1"), one), "HHI").draw(name="wide", alt_text="x")
    assert "fill-opacity" not in drawn
    two = (LinePoint(2021, 0.1, "0.1", 0.09, 0.11), one)
    assert 'fill-opacity="0.3"' in ValueLine(two, "HHI").draw(name="wide", alt_text="x")
