"""What stands at the end of a whisker is the value of that end."""

from __future__ import annotations

import re

import pytest

from entrepot.report.charts.range_plot import RangePlot, RangeRow
from entrepot.report.charts.split import ChangePart, ChangeSplit


def _labels(svg: str) -> list[str]:
    """Return the texts that are drawn, without what a pointer shows."""
    found = re.findall(r"<text[^>]*>(.*?)</text>", svg, re.DOTALL)
    return [re.sub(r"<[^>]*>", "", one).replace("\u00a0", " ").strip() for one in found]


@pytest.mark.parametrize("name", ["wide", "narrow"])
def test_a_loss_has_its_ends_at_its_ends(name: str) -> None:
    rungs = (
        RangeRow("Goods", 23.4, 12.3, 61.7, "23.4 % (12.3 to 61.7 %)"),
        RangeRow("One", 5, 5, 5, "5 %"),
    )
    told = _labels(RangePlot((("Lost", rungs),)).draw(name=name, alt_text="losses"))
    assert "61.7 %" in told
    assert "5 %" in told
    assert not [text for text in told if "23.4" in text]
    if name == "wide":
        assert "12.3 %" in told


def test_a_part_of_a_change_has_its_end_at_its_end() -> None:
    parts = (
        ChangePart("Value in 2021", 40.0, "40.0", total=True),
        ChangePart("Prices", 10.0, "+10.0", 5.0, 25.0, far="+25.0"),
        ChangePart("Value in 2022", 50.0, "50.0", total=True),
    )
    told = _labels(ChangeSplit(parts, "m USD").draw(name="wide", alt_text="split"))
    assert "+25.0" in told
    assert "+10.0" not in told
    assert re.search(r"Prices: \+10\.0", " ".join(told))
