"""Sections of the page of goods: largest suppliers, dates on lists, unit values."""

from __future__ import annotations

import re
import sys
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from entrepot.figures import ask
from entrepot.figures.breakdown import breakdown
from entrepot.goods import goods_history, goods_list, goods_lists
from entrepot.goods.history import texts_not_read
from entrepot.lake import Lake
from entrepot.report.charts import draw
from entrepot.report.charts.dots import Dot, Dots
from entrepot.report.charts.list_dates import ListDates, ListRow, ListSpan
from entrepot.report.charts.world_shapes import WorldShapes
from entrepot.report.goods_overview import goods_cards, largest_suppliers, list_dates
from entrepot.report.render_html import SWATCHES

sys.path.insert(0, str(Path(__file__).parent))
from label_boxes import outside, overlapping


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    return Lake.open(tmp_path_factory.mktemp("goods") / "none")


def test_each_country_has_the_supplier_that_is_asked_for_it_alone(lake: Lake) -> None:
    found = breakdown("top_supplier", "importer", lake, goods="850511", period=2022)
    section = largest_suppliers(found, lake)
    assert section is not None
    assert section.table is not None
    rows = {row[0]: row for row in section.table.rows}
    for name, code in (("Germany", "DEU"), ("Japan", "JPN"), ("China", "CHN"), ("Niger", "NER")):
        if name not in rows:
            continue
        alone = ask("top_supplier", lake=lake, importer=code, goods="850511", period=2022)
        assert rows[name][2] == f"{100 * (alone.value or 0):.1f}"
    # Counted again from the table, whose last column is in millions.
    large = [row for row in section.table.rows if float(row[3].replace(",", "")) >= 1]
    [(first, most)] = Counter(row[1] for row in large).most_common(1)
    assert f"{first} was the largest supplier" in section.title.text
    # The head of the page counts without the supplier itself: beside "47 of 69" stood "58 of 70".
    others = [row for row in large if row[0] != first]
    assert len(others) == len(large) - 1
    assert f"to {most} of {len(others)} other countries" in section.title.text


def test_suppliers_of_as_many_countries_are_all_named(lake: Lake) -> None:
    """Of several that were first as often, one was named as the largest."""
    found = breakdown("top_supplier", "importer", lake, goods="850511", period=2022)
    buyers = [one for one in found.parts if one.code in ("DEU", "FRA", "GBR", "JPN", "USA")]
    tops = ("JPN", "CHN", "JPN", "CHN", "DEU")
    parts = tuple(
        replace(one, details=one.details | {"top_supplier": top})
        for one, top in zip(sorted(buyers, key=lambda one: -one.traded), tops, strict=True)
    )
    section = largest_suppliers(replace(found, parts=parts), lake)
    assert section is not None
    said = "were each the largest supplier of metal permanent magnets to 2 of 5 countries"
    assert section.title.text == f"Japan and China {said}"


def test_blue_is_the_named_supplier_and_grey_is_any_other(lake: Lake) -> None:
    found = breakdown("top_supplier", "importer", lake, goods="850511", period=2022)
    section = largest_suppliers(found, lake)
    assert section is not None
    assert section.picture is not None
    assert isinstance(section.picture.drawn, WorldShapes)
    for drawing in draw(section.picture, section.table):
        assert outside(drawing) == []
        assert overlapping(drawing) == []
        marks = re.findall(r'class="f-(step|other)-\d[^>]*><title>[^:]*: ([^<]*)<', drawing)
        assert len(marks) > 50
        for kind, said in marks:
            assert said.startswith("China ") is (kind == "step"), said


@pytest.mark.parametrize("code", ["850511", "854231", "381800", "250410", "870323"])
def test_dates_on_lists_are_those_of_their_history(code: str) -> None:
    seen = goods_history(code)
    section = list_dates(code, seen, [goods_list("chpl"), goods_list("cn-controls")])
    assert section is not None
    assert section.picture is not None
    rows = section.picture.drawn.rows  # type: ignore[attr-defined]  # of `ListDates`
    assert sum(bool(row.spans) for row in rows) == len({one.of.id for one in seen})
    by_name = {one.short.partition(" (")[0].lower(): one.id for one in goods_lists()}
    for row in rows:
        entries = [one.entry for one in seen if one.of.id == by_name[row.name.lower()]]
        on = {
            day
            for year in range(2020, 2027)
            for day in (date(year, 1, 1), date(year, 7, 1))
            if any(one.starts <= day <= (one.valid_to or date.max) for one in entries)
        }
        until = max((span.end for span in row.spans), default=date.min)
        drawn = {day for day in on if any(span.start <= day <= span.end for span in row.spans)}
        assert drawn == {day for day in on if day <= until}, row.name
    ids = {one.of.id for one in seen}
    said = {by_name[row.name.lower()] for row in rows if not row.spans}
    assert said == {"chpl", "cn-controls"} - ids
    assert {mark for mark, _ in section.picture.key} <= SWATCHES.keys()
    for drawing in draw(section.picture):
        assert outside(drawing) == []
        assert overlapping(drawing) == []


def test_goods_on_no_list_have_no_dates() -> None:
    assert list_dates("010121", (), [goods_list("chpl")]) is None


def test_extreme_dates_and_names_stay_inside() -> None:
    long = "A list with a name that is far too long for the room that there is beside the bars"
    day = date(2026, 12, 31)
    spans = (
        ListSpan(
            date(1995, 1, 1), date(1995, 1, 1), False, True, False, "1 Jan 1995 to 1 Jan 1995"
        ),
        ListSpan(day, day, True, False, True, "by 31 Dec 2026"),
    )
    drawn = ListDates((ListRow(long, long, spans), ListRow(long, long, ())))
    for name in ("wide", "narrow"):
        drawing = drawn.draw(name=name, alt_text="dates")
        assert outside(drawing) == []
        assert overlapping(drawing) == []


@pytest.mark.parametrize("largest", [1e-6, 1.0, 123_456.0])
def test_dots_stay_inside(largest: float) -> None:
    rows = (Dot("Saint Vincent and the Grenadines of the South", largest, "123,456,789", True),)
    drawn = Dots((*rows, Dot("Chad", 0.0, "0")), "USD a kg")
    for name in ("wide", "narrow"):
        drawing = drawn.draw(name=name, alt_text="prices")
        assert outside(drawing) == []
        assert overlapping(drawing) == []


def test_cards_say_what_the_page_has_and_what_is_missing(lake: Lake) -> None:
    keys = {"goods": "850511", "period": "2022"}
    sold = breakdown("import_share", "exporter", lake, **keys)
    bought = breakdown("import_share", "importer", lake, exporter="CHN", **keys)
    reported = {"importer": {"CHN": 0.617}, "exporter": {"JPN": 0.1, "CHN": 0.66}}
    names = ["canadian industrial goods (Schedule 7)", "EU goods (Annex VII)", "a third"]
    share, index, half, price, lists = goods_cards(sold, bought, reported, None, names)
    assert (share.value, share.unit) == ("61.5", "%")
    assert share.range == "61 to 66\xa0%"
    assert "As importers report 61.7\xa0% and as exporters report 66.0\xa0%" in share.definition
    assert share.bar is not None
    assert share.bar.computed == pytest.approx((sold.parts[0].value, 0.66))
    squares = sum(one.value**2 for one in sold.parts)
    assert index.value == f"{squares:.2f}"
    assert index.range == f"as {1 / squares:.1f} equal exporters"
    large = [one for one in bought.parts if one.traded >= 1e6 and one.code != "CHN"]
    assert int(half.value) == sum(one.value > 0.5 for one in large)
    assert (price.value, price.tag) == ("–", "missing")
    assert "data add comtrade" in price.command
    assert (lists.value, lists.range) == ("3", "Canadian industrial goods, EU goods and 1 more")
    alone, *_ = goods_cards(sold, bought, {}, None, [])
    assert alone.range == "no range: only one value available"


def test_a_list_with_a_text_that_was_not_read_does_not_say_not_listed() -> None:
    """Announcement 2025 No. 18 covers magnets, and its codes were not read."""
    lists = [goods_list("chpl"), goods_list("cn-controls")]
    section = list_dates("850511", goods_history("850511"), lists)
    assert section is not None
    assert section.picture is not None
    drawn = section.picture.drawn
    rows = {row.name: row.absent for row in drawn.rows}  # type: ignore[attr-defined]  # of `ListDates`
    assert rows["Goods under Chinese export control"].startswith("not known")
    assert rows["High-priority goods"] == "not listed"
    assert any(
        where == "CN" and "2025 No. 18" in title for where, title in texts_not_read("8505.11")
    )
