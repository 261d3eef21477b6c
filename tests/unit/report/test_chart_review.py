"""What a review of all charts asked for: round axes, open ends drawn open, lines that all show."""

from __future__ import annotations

import random
import re
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from entrepot.model.display import per_cent
from entrepot.report.breaks import Break
from entrepot.report.charts.drawing import ticks
from entrepot.report.charts.share_lines import PublishedBox, ShareLines, SharePoint
from entrepot.report.charts.slope import Slope, SlopeLine
from entrepot.report.charts.stack import NAMED, _named, tone_of

sys.path.insert(0, str(Path(__file__).parent))
from label_boxes import outside, overlapping


@pytest.mark.parametrize("at_most", [3, 4, 6, 7])
def test_steps_of_an_axis_are_read_at_sight(at_most: int) -> None:
    """No 2.5, 7.5, 12.5: one digit that is 1, 2 or 5, or quarters of a round hundred."""
    rng = random.Random(3)
    for _ in range(500):
        found = ticks(10 ** rng.uniform(-3, 9), at_most=at_most)
        digits = f"{found[1]:e}".split("e")
        mantissa = float(digits[0])
        assert mantissa in (1, 2, 5) or (mantissa == 2.5 and found[1] >= 25), found


@pytest.mark.parametrize(
    ("value", "text"),
    [(5.8, "5.8"), (5.04, "5.0"), (46.34, "46.3"), (100, "100"), (99.97, "100"), (0.06, "0.060"),
     (0.0614, "0.061"), (0.9961, "1.0"), (0, "0"), (-9.94, "−9.9"), (1234.5, "1,235"),
     (9.96, "10.0")],
)  # fmt: skip
def test_per_cent_of_a_column_have_one_decimal_and_no_row_of_zeros(value: float, text: str) -> None:
    assert per_cent(value) == text


def _box(low: float, high: float, open_: str, at: float = 2025.0) -> PublishedBox:
    return PublishedBox(at, low, high, f"over {low:g}", f"{low:g}", "Somebody’s institute", open_)


@pytest.mark.parametrize(("open_", "edge"), [("up", "bottom"), ("down", "top"), ("", "all")])
def test_a_bound_is_drawn_open(open_: str, edge: str) -> None:
    """An open end has no edge: three lines where a closed box has an outline."""
    data = ShareLines(2023, 2025, (SharePoint(2024, 40.0),), "computed", (_box(36, 36, open_),))
    drawn = ET.fromstring(data.draw(name="wide", alt_text="x"))
    closed = [one for one in drawn if one.get("class") == "f-paper s-ink"]
    assert len(closed) == (edge == "all")
    ends = [
        {float(one.attrib[name]) for name in ("y1", "y2")}
        for one in drawn
        if one.get("class") == "s-ink" and one.get("stroke-width") == "1.5"
    ]
    level = [one for one in ends if len(one) == 1]
    sides = [one for one in ends if len(one) == 2]
    assert len(level) == len(sides) // 2 == (edge != "all")
    if level:
        assert level[0] == {(max if edge == "bottom" else min)(sides[0])}


def test_leaders_do_not_run_through_the_boxes_of_others() -> None:
    """Numbers of one year side by side, and each leader clear of the boxes that are not its own."""
    rng = random.Random(8)
    for _ in range(40):
        boxes = [
            PublishedBox(2025.0, low, low + rng.choice([0.5, 1, 10]), f"{low}", f"{low}", f"W {n}")
            for n, low in enumerate(rng.sample(range(20, 60, 2), 4))
        ]
        data = ShareLines(2020, 2025, (), "", tuple(boxes))
        drawn = ET.fromstring(data.draw(name="wide", alt_text="x"))
        rects = [
            tuple(float(one.attrib[name]) for name in ("x", "y", "width", "height"))
            for one in drawn
            if one.get("class") == "f-paper s-ink"
        ]
        level = [
            tuple(float(one.attrib[name]) for name in ("x1", "x2", "y1"))
            for one in drawn
            if one.get("class") == "s-context" and one.attrib["y1"] == one.attrib["y2"]
        ]
        assert len(level) >= len(boxes)
        for x, x2, y in level:
            met = [one for one in rects if one[0] + 1 < x2 and x < one[0] + one[2] - 1]
            crossed = [one for one in met if one[1] - 1 < y < one[1] + one[3] + 1]
            # Nothing but where every height of the mark is behind another's box.
            if crossed:
                own = min(rects, key=lambda one: abs(one[0] + one[2] + 2 - x))
                assert all(one[1] <= own[1] + 5 for one in crossed), (x, x2, y, rects)


RUSSIA = ((72.7, 120.0), (27.3, 8.31), (0.0239, 12.2), (12.2, 3.55), (9.13, 3.32), (1.7, 7.84))


def _slope(values: tuple[tuple[float, float], ...], broken: Break | None = None) -> Slope:
    lines = [
        SlopeLine(f"C{n}", a, b, (f"{a:g}", f"{b:g}"), marked=n == 0, lost=n == 1)
        for n, (a, b) in enumerate(values)
    ]
    return Slope(("2021", "2023"), tuple(lines), "USD bn", broken)


@pytest.mark.parametrize("name", ["wide", "narrow"])
def test_a_slope_shows_all_its_lines(name: str) -> None:
    """One large supplier used to press all others on the base: now they are far apart."""
    assert _slope(RUSSIA).is_log
    assert not _slope(((19.1, 20.7), (15.6, 11.0), (13.2, 12.4), (2.4, 3.8))).is_log
    svg = _slope(RUSSIA).draw(name=name, alt_text="x")
    assert (overlapping(svg), outside(svg)) == ([], [])
    heights = [float(one) for one in re.findall(r'<circle [^>]*cy="([\d.]+)"', svg)]
    assert max(heights) - sorted(heights)[len(heights) // 2] > 30


def test_a_slope_is_dotted_across_a_change_of_reporter() -> None:
    broken = Break(2021, "Russia’s own reports", "partner-reported data and estimates")
    for name in ("wide", "narrow"):
        svg = _slope(RUSSIA, broken).draw(name=name, alt_text="x")
        assert "Russia’s own" in svg
        assert not re.search(
            r'class="s-(supplier|context|ink)"[^>]*stroke-width="(2.75|1.75|2.25)"', svg
        )
        assert (overlapping(svg), outside(svg)) == ([], [])
    assert 'stroke-width="2.75"' in _slope(RUSSIA).draw(name="wide", alt_text="x")


def test_no_supplier_among_the_others_is_larger_than_one_with_a_name() -> None:
    """The United States at 0.5 % had a name for old sales, and Turkey at 3.6 % none."""
    shares = {
        2016: {
            "USA": 6.0,
            "DEU": 10.0,
            "TUR": 1.2,
            "KAZ": 2.0,
            "UZB": 0.5,
            "BLR": 5.0,
            "CHN": 21.0,
        },
        2024: {"USA": 0.5, "DEU": 2.6, "TUR": 3.6, "KAZ": 3.8, "UZB": 3.3, "BLR": 5.3, "CHN": 46.0},
    }
    named = _named(shares, frozenset({"CHN"}))
    assert named == ["BLR", "KAZ", "TUR", "UZB"]
    assert len(named) == NAMED


def test_a_country_has_one_tone_on_every_chart() -> None:
    assert {tone_of(code) for code in ("DEU", "USA", "JPN", "KOR", "RUS", "CHN")} == set(
        range(1, 7)
    )
    assert all(1 <= tone_of(a + b + "X") <= 6 for a in "ABCDEF" for b in "GHIJK")


def test_a_box_without_room_for_its_publisher_has_its_number() -> None:
    """The one of a year between the line and other labels had none at all."""
    values = (20.9, 21.2, 22.0, 22.3, 23.7, 24.8, 34.3, 45.2, 46.3)
    series = tuple(SharePoint(2016 + at, value) for at, value in enumerate(values))
    boxes = (
        PublishedBox(2022.0, 36.0, 36.0, "more than 36", "36", "IIF", "up"),
        PublishedBox(2022.5, 33.0, 33.0, "more than a third", "33", "BOFIT, Jun–Aug", "up"),
        PublishedBox(2023.0, 52.5, 53.5, "53", "53", "OEC, KSE Institute, Bruegel"),
        PublishedBox(2022.9, 40.5, 41.5, "41", "41", "An institute with a long name, Jan–Oct"),
    )
    data = ShareLines(2016, 2025, series, "computed", boxes)
    drawn = ET.fromstring(data.draw(name="narrow", alt_text="x"))
    said = ["".join(one.itertext()) for one in drawn.iter() if one.tag.endswith("text")]
    assert any("41" in one for one in said)
