"""One convention on every chart: at a mark its value, and after it, in grey, the range."""

from __future__ import annotations

import math
import random
import re
import xml.etree.ElementTree as ET
from typing import Any

import pytest
from label_boxes import outside, texts

from entrepot.report.charts.butterfly import Butterfly, MutualFlow, ShareSide, YearShares
from entrepot.report.charts.range_plot import RangePlot, RangeRow
from entrepot.report.charts.ranked import RankedBar, RankedBars
from entrepot.report.charts.split import ChangePart, ChangeSplit


def _labels(svg: str) -> list[str]:
    """Return the texts that are drawn, without what a pointer shows."""
    found = re.findall(r"<text[^>]*>(.*?)</text>", svg, re.DOTALL)
    return [re.sub(r"<[^>]*>", "", one).replace("\u00a0", " ").strip() for one in found]


@pytest.mark.parametrize("name", ["wide", "narrow"])
def test_a_loss_has_its_value_and_its_range(name: str) -> None:
    rungs = (RangeRow("Goods", 23.4, 12.3, 61.7, "23.4 %"), RangeRow("One", 5, 5, 5, "5 %"))
    drawn = _labels(RangePlot((("Lost", rungs),)).draw(name=name, alt_text="losses"))
    assert drawn[drawn.index("23.4 %") + 1] == "12 to 62"
    assert drawn[drawn.index("5 %") + 1 :] == []


def test_a_part_of_a_change_has_its_value_and_its_range() -> None:
    parts = (
        ChangePart("Value in 2021", 40.0, "40.0", total=True),
        ChangePart("Prices", 10.0, "+10.0", 5.0, 25.0, range="+5.0 to +25.0"),
        ChangePart("Value in 2022", 50.0, "50.0", total=True),
    )
    drawn = _labels(ChangeSplit(parts, "USD m").draw(name="wide", alt_text="split"))
    assert drawn[drawn.index("+10.0") + 1] == "+5.0 to +25.0"
    assert "Prices" in drawn


def test_an_open_end_of_a_range_is_drawn_open() -> None:
    """“27 to 36 or more” ends in an arrow: a cap would say that the share is 36 at most."""

    def ends(*opens: bool) -> list[tuple[float, float, float]]:
        side = ShareSide(30, "30.0", 27, 36, "27 to 36", opens=(opens[0], opens[1]))
        flow = MutualFlow("Goods", "left", "right", (YearShares("2023", side, None),))
        return _whiskers(Butterfly((flow,)).draw(name="wide", alt_text="shares"))

    assert len(ends(False, False)) == 1
    assert ends(False, True) == ends(True, False) == []


GAP = 16
"""Units within which a text next to the end of a whisker belongs to it."""


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


def _beside(svg: str) -> list[str]:
    """Return the texts that stand at the ends of whiskers, each with the one right after it."""
    every = texts(svg)
    found = []
    for y, left, right in _whiskers(svg):
        row = [(w, box) for w, box in every if box.top - 2 <= y <= box.bottom + 2 and w != "2023"]
        for words, box in row:
            if -2 <= box.left - right <= GAP:
                after = [w for w, other in row if 0 <= other.left - box.right <= GAP]
                found.append(" ".join([words, *after]))
            if -2 <= left - box.right <= GAP:
                before = [w for w, other in row if 0 <= box.left - other.right <= GAP]
                found.append(" ".join([words, *before]))
    return found


def _ends(kind: str, value: float, low: float, high: float) -> Any:
    """Return a drawing of one kind whose only whisker has these ends."""
    match kind:
        case "range plot":
            row = RangeRow("Goods", value, low, high, f"{value} %")
            return RangePlot((("Lost", (row, RangeRow("One", 5, 5, 5, "5 %"))),))
        case "split":
            part = ChangePart("Prices", value, f"+{value}", low, high, range=f"{low} to {high}")
            whole = ChangePart("Value in 2021", 150.0, "150", total=True)
            return ChangeSplit((whole, part), "USD m")
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


def _rounded(value: float, low: float, high: float) -> str:
    """Return a range in whole per cents as a range plot has it, where its value lies in that."""
    ends = math.floor(low + 0.5) if low >= 1 else low, math.floor(high + 0.5)
    return f"{ends[0]} to {ends[1]}" if ends[0] <= value <= ends[1] else f"{low} to {high}"


@pytest.mark.parametrize("kind", ["range plot", "split", "ranked", "butterfly"])
@pytest.mark.parametrize("name", ["wide", "narrow"])
def test_at_the_end_of_a_whisker_is_the_value_with_its_range(kind: str, name: str) -> None:
    """Made-up values all over the scale: no end of a range stands alone, as if it were a value."""
    rng = random.Random(19)
    seen = 0
    for _ in range(60):
        low, value, high = (round(x, 1) for x in sorted(rng.uniform(0.5, 98) for _ in range(3)))
        if low + 0.5 >= value or value + 0.5 >= high:
            continue
        svg = _ends(kind, value, low, high).draw(name=name, alt_text="x")
        assert _whiskers(svg), kind
        below = kind == "butterfly" and name == "narrow"
        span = (f"{low:g} to {high:g}", f"{low} to {high}", _rounded(value, low, high))
        said = [
            one.replace("+", "").replace("\u00a0%", "").replace(" %", "") for one in _beside(svg)
        ]
        for one in said:
            seen += 1
            of_value = [f"{value}", *(f"{value} {way}" for way in span)]
            assert one in ([f"{value}"] if below else [*of_value, *span]), (low, value, high, said)
            assert below or one != f"{value}", "a value whose range is not said"
        assert not below or any(way in _labels(svg) for way in span)
    assert seen or kind == "ranked"  # its values are a column with a head


def test_a_long_name_of_goods_stands_in_two_lines() -> None:
    """It ended in an ellipsis, and only a pointer or the table had the rest."""
    name = "Natural graphite, other than powder or flakes, calcined or not"
    bars = (RankedBar(name, 50.6, None, None, ("50.6 %", "China", "1.39"), marked=True),)
    heads = ("Goods", "Share", "Largest supplier", "USD m")
    drawn = _labels(RankedBars(bars, heads).draw(name="wide", alt_text="goods"))
    parts = [one for one in drawn if one in name]
    assert len(parts) == 2
    assert " ".join(parts) == name


def test_the_end_of_an_axis_is_inside_a_narrow_drawing() -> None:
    """On a phone, "100 %" stood half in the margin."""
    bars = (RankedBar("China", 82.5, None, None, ("82.5 %", "749"), marked=True),)
    drawn = RankedBars(bars, ("Supplier", "Share", "USD m")).draw(name="narrow", alt_text="x")
    assert "100 %" in _labels(drawn)
    assert outside(drawn) == []


def test_words_take_the_room_of_long_bars_and_two_lines_do_not_touch_the_next_row() -> None:
    heads = ("Importer", "Share", "Mostly")

    def drawn(words: str) -> str:
        bars = tuple(
            RankedBar(one, 50.6, None, None, ("50.6 %", words)) for one in ("Iran", "Iraq")
        )
        return RankedBars(bars, heads).draw(name="wide", alt_text="x")

    words = "Gallium, germanium, indium and others"  # wider than a column at first
    assert words in _labels(drawn(words))
    longest = f"{words}, unwrought, in powder, as waste and as scrap, of all purities, by value"
    tall = drawn(longest)
    assert longest not in _labels(tall)
    heights = [float(re.findall(r'viewBox="0 0 852 (\d+)"', one)[0]) for one in (drawn("x"), tall)]
    assert heights[1] == heights[0] + 16
