"""What stands at the end of a whisker is the value of that end."""

from __future__ import annotations

import random
import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from label_boxes import texts

from entrepot.report.charts.butterfly import Butterfly, MutualFlow, ShareSide, YearShares
from entrepot.report.charts.range_plot import RangePlot, RangeRow
from entrepot.report.charts.ranked import RankedBar, RankedBars
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


GAP = 16
"""Units within which a text next to the end of a whisker reads as that end."""


def _whiskers(svg: str) -> list[tuple[float, float, float]]:
    """Return the level and both ends of every horizontal whisker: a line with a cap at each end."""
    lines = [
        tuple(float(node.attrib[name]) for name in ("x1", "y1", "x2", "y2"))
        for node in ET.fromstring(svg).findall(".//{*}line")
        if node.get("class") == "s-ink" and node.get("stroke-width") == "1.5"
    ]
    caps = {(x, (y + y2) / 2) for x, y, x2, y2 in lines if x == x2}
    return [
        (y, min(x, x2), max(x, x2))
        for x, y, x2, y2 in lines
        if y == y2 and x != x2 and {(x, y), (x2, y)} <= caps
    ]


def _beside(svg: str, *, mirrored: bool) -> list[tuple[str, str]]:
    """Return the first number of every text that stands at an end of a whisker, and which end.

    A `mirrored` drawing grows to both sides from its centre.
    """
    found = []
    centre = float(ET.fromstring(svg).attrib["viewBox"].split()[2]) / 2
    for y, left, right in _whiskers(svg):
        ends = ("high", "low") if mirrored and right < centre else ("low", "high")
        for words, box in texts(svg):
            number = re.search(r"[+\u2212]?\d[\d.]*", words)
            if not number or words == "2023" or not box.top - 2 <= y <= box.bottom + 2:
                continue
            if -2 <= box.left - right <= GAP:
                found.append((number[0], ends[1]))
            if -2 <= left - box.right <= GAP:
                found.append((number[0], ends[0]))
    return found


def _ends(kind: str, value: float, low: float, high: float) -> Any:
    """Return a drawing of one kind whose only whisker has these ends."""
    match kind:
        case "range plot":
            row = RangeRow("Goods", value, low, high, f"{value} % ({low} to {high} %)")
            return RangePlot((("Lost", (row, RangeRow("One", 5, 5, 5, "5 %"))),))
        case "split":
            part = ChangePart("Prices", value, f"+{value}", low, high, far=f"+{high}")
            whole = ChangePart("Value in 2021", 150.0, "150", total=True)
            return ChangeSplit((whole, part), "m USD")
        case "ranked":
            bars = (
                RankedBar("China", value, low, high, (f"{value} %", "3 bn"), marked=True),
                RankedBar("Japan", 99.0, None, None, ("99 %", "9 bn")),
            )
            return RankedBars(bars, ("Supplier", "Share", "Value"))
        case _:
            side = ShareSide(value, f"{value}", low, high, f"{low} to {high}")
            rows = (YearShares("2023", side, ShareSide(99.0, "99")),)
            back = (YearShares("2023", ShareSide(99.0, "99"), side),)
            return Butterfly(
                (MutualFlow("There", "a", "b", rows), MutualFlow("Back", "a", "b", back))
            )


@pytest.mark.parametrize("kind", ["range plot", "split", "ranked", "butterfly"])
@pytest.mark.parametrize("name", ["wide", "narrow"])
def test_no_text_at_the_end_of_a_whisker_is_another_number(kind: str, name: str) -> None:
    """Made-up values all over the scale: what a text at an end says is where that end is."""
    rng = random.Random(19)
    seen = 0
    for _ in range(60):
        low, value, high = (round(x, 1) for x in sorted(rng.uniform(0.5, 98) for _ in range(3)))
        if low + 0.5 >= value or value + 0.5 >= high:
            continue
        svg = _ends(kind, value, low, high).draw(name=name, alt_text="x")
        assert _whiskers(svg), kind
        expected = {"low": low, "high": high}
        for text, end in _beside(svg, mirrored=kind == "butterfly"):
            seen += 1
            assert float(text) == expected[end], (low, value, high, end, text)
    assert seen or kind == "ranked"  # its values are a column with a head
