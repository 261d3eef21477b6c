"""The chart of two shares: labels inside and apart, lines only where one source goes on."""

from __future__ import annotations

from dataclasses import replace

import pytest
from label_boxes import outside, overlapping, texts

from entrepot.report.breaks import Break
from entrepot.report.charts import Chart, draw
from entrepot.report.charts.paired_lines import Course, CoursePoint, Courses

LONG = "South Georgia and the South Sandwich Islands and all that lies around, high-priority goods"


def course(
    name: str, first: int, *values: float, whose: str = "baci", published: bool = False
) -> Course:
    spots = (
        CoursePoint(
            first + at, value, f"{value:.1f}", whose, value * 0.8, value * 1.1, published=published
        )
        for at, value in enumerate(values)
    )
    return Course(name, tuple(spots))


PICTURES = {
    "apart": Courses(2016, 2023, (course("Russia", 2016, *range(20, 28)), course("x", 2020, 3, 4))),
    "close": Courses(2021, 2023, (course("China", 2021, 40, 41), course("Turkey", 2021, 40.1, 41))),
    "long": Courses(2010, 2024, (course(LONG, 2010, *range(15)), course(LONG, 2012, 5, 6, 7))),
    "one": Courses(2022, 2022, (course("China", 2022, 0.01), Course("nobody", ()))),
    "six": Courses(
        2019,
        2023,
        tuple(course(f"Country {at}", 2019, *range(20 + at, 25 + at)) for at in range(6)),
    ),
    "high": Courses(2020, 2022, (course("China", 2020, 88, 89, 90), course("b", 2020, 9))),
}


@pytest.mark.parametrize("picture", PICTURES.values(), ids=PICTURES)
def test_no_label_is_outside_or_over_another(picture: Courses) -> None:
    for svg in draw(Chart(picture, "alt_text")):
        assert texts(svg)
        assert outside(svg) == []
        assert overlapping(svg) == []


def lines(svg: str) -> int:
    """Count lines of the marked side."""
    return svg.count('class="s-supplier"')


def test_a_line_stops_where_the_source_changes_or_others_print() -> None:
    whole = Courses(2020, 2022, (course("a", 2020, 1, 2, 3), Course("b", ())))
    first = course("a", 2020, 1).spots
    changed = Courses(
        2020,
        2021,
        (Course("a", first + course("a", 2021, 2, whose="imts").spots), Course("b", ())),
    )
    printed = Courses(
        2020, 2021, (course("a", 2020, 1, 2, whose="published", published=True), Course("b", ()))
    )
    gap = Courses(2020, 2022, (Course("a", first + course("a", 2022, 2).spots), Course("b", ())))
    counts = [lines(draw(Chart(one, "s"))[0]) for one in (whole, changed, printed, gap)]
    assert counts[0] == 2
    assert counts[1] == counts[3] == 0


def test_every_spot_says_whose_and_when() -> None:
    svg = draw(Chart(PICTURES["apart"], "s"))[0]
    assert svg.count("<title>") == 10
    assert "<title>2016: Russia: 20.0\u00a0%</title>" in svg


def test_only_dots_lead_across_where_the_reporters_change() -> None:
    broken = Break(2021, "own reports", "those of others")
    whole = course("a", 2020, 1, 2, 3, 4)
    told = Courses(2020, 2023, (replace(whole, broken=broken), Course("b", ())))
    for svg, unbroken in zip(
        draw(Chart(told, "s")),
        draw(Chart(Courses(2020, 2023, (whole, Course("b", ()))), "s")),
        strict=True,
    ):
        assert unbroken.count("stroke-dasharray") == 0
        assert svg.count("stroke-dasharray") == 2  # the step from 2021 to 2022, and the break
