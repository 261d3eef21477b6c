"""Sections of a country's page: changes of shares are of one source, in points."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from entrepot.figures.breakdown import breakdown, largest_goods
from entrepot.goods.parse import goods_words
from entrepot.lake import Lake
from entrepot.model.areas import area_name
from entrepot.model.period import Period
from entrepot.report import overview
from entrepot.report.charts.ranked import RankedBars
from entrepot.report.overview import dependent_goods, dependents, spread_between, suppliers_of
from entrepot.report.phrasing import capital

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


def test_amounts_below_a_million_are_not_told_in_millions(lake: Lake, sold: Breakdown) -> None:
    assert _bars_of(suppliers_of(sold, lake)).heads[-1] == "USD m"
    small = replace(sold, parts=tuple(replace(one, traded=one.traded / 1e4) for one in sold.parts))
    drawn = _bars_of(suppliers_of(small, lake))
    assert drawn.heads[-1] == "USD"
    assert drawn.bars[0].cells[-1] == f"{sold.parts[0].traded / 1e4:,.0f}"


def test_the_range_of_a_share_is_in_the_table_that_each_mark_tells(
    lake: Lake, sold: Breakdown
) -> None:
    first, second = sold.parts[:2]
    ranged = {first.code: spread_between(first.value, (0.3, 0.97)), second.code: None}
    table = suppliers_of(sold, lake, ranged).table
    assert table is not None
    assert table.head[1:3] == ("Share, %", "Range, %")
    assert [row[2] for row in table.rows[:2]] == [ranged[first.code].text, ""]
    assert len(table.rows) == len(sold.parts)
    plain = suppliers_of(sold, lake).table
    assert plain is not None
    assert "Range, %" not in plain.head


def test_a_limit_that_we_chose_looks_like_one() -> None:
    """Importers “above USD 38.8 m” and “of USD 1.00 m or more” looked measured."""
    assert overview._round(3.88e7) == 4e7
    said = [overview.threshold(each, "USD").replace("\xa0", " ") for each in (1e5, 1e6, 4e7)]
    assert said == ["USD 100,000", "USD 1 m", "USD 40 m"]


CODES = "740311,750210,850511,283691"


def test_each_good_has_the_range_of_both_sides_and_its_supplier_on_a_phone(lake: Lake) -> None:
    keys = {"importer": "DEU", "goods": CODES, "period": "2022"}
    found = breakdown("top_supplier", "product", lake, **keys)
    first, second, *_ = found.parts
    section = dependent_goods(found, lake, {"importer": {first.code: first.value / 2}})
    assert section is not None
    drawn = _bars_of(section)
    assert drawn.heads == ("Goods", "Share", "Range", "Largest supplier", "USD m")
    at = drawn.heads.index("Range") - 1
    assert drawn.bars[0].low == pytest.approx(50 * first.value)
    assert drawn.bars[0].high == pytest.approx(100 * first.value)
    assert drawn.bars[0].cells[at].split(" to ")[1].startswith(f"{100 * first.value:.0f}")
    assert drawn.bars[1].cells[at] == "–"  # one report is no range
    narrow = drawn.draw(name="narrow", alt_text="x")
    assert f"{100 * first.value:.1f}\xa0%</text>" in narrow
    top = area_name(str(second.details["top_supplier"]))
    assert f">{top} {100 * second.value:.1f}\xa0%</text>" in narrow
    # Without any second report there is no column of dashes.
    alone = dependent_goods(found, lake)
    assert alone is not None
    assert "Range" not in _bars_of(alone).heads


def test_of_what_an_importer_gets_most_is_counted_from_the_flows(lake: Lake) -> None:
    keys = {"goods": CODES, "period": "2022"}
    found = breakdown("import_share", "importer", lake, exporter="DEU", **keys)
    mostly = largest_goods(found, lake)
    each = {
        code: breakdown("value", "importer", lake, exporter="DEU", goods=code, period="2022")
        for code in CODES.split(",")
    }
    values = {code: {one.code: one.value for one in each[code].parts} for code in each}
    for importer in ("AUT", "FRA", "USA", "CHN"):
        largest = max(each, key=lambda code: values[code].get(importer, 0.0))
        assert mostly[importer] == largest
    section = dependents(found, lake, {}, mostly)
    assert section is not None
    drawn = _bars_of(section)
    assert drawn.heads[-1] == "Mostly"
    assert drawn.bars[0].name in section.title.text
    assert section.table is not None
    assert {row[-1] for row in section.table.rows} <= {capital(goods_words(code)) for code in each}


def test_shares_that_round_to_nothing_are_a_sentence_and_no_bars(lake: Lake) -> None:
    """Bars of 0.059 and 0.00014 % differ by nothing that anybody can see, and zeros by less."""
    found = breakdown("import_share", "importer", lake, exporter="ARM", goods=CODES, period="2022")
    section = dependents(found, lake)
    assert section is not None
    said = "No large importer got as much as 1\xa0% of its imports"  # small ones may have
    assert section.title.text.startswith(said)
    first = area_name(max(found.parts, key=lambda one: (one.traded >= 4e7) * one.value).code)
    assert first in section.deck
    assert section.picture is None
    assert section.table is None
    assert section.source
    # One side's report may put it higher: then there is something to show.
    reported = {"importer": {one.code: 0.02 for one in found.parts}}
    wide = dependents(found, lake, reported)
    assert wide is not None
    assert wide.picture is not None


@pytest.mark.parametrize("exporter", ["DEU", "RUS", "POL"])
def test_no_importer_without_a_share_has_a_bar(lake: Lake, exporter: str) -> None:
    found = breakdown(
        "import_share", "importer", lake, exporter=exporter, goods=CODES, period="2022"
    )
    section = dependents(found, lake)
    assert section is not None
    assert all(bar.value >= 0.05 for bar in _bars_of(section).bars)


def test_words_of_a_column_are_whole(lake: Lake) -> None:
    """They go on in a second line, as “Bituminous coal, coking a…” names no goods."""
    found = breakdown("import_share", "importer", lake, exporter="RUS", goods=CODES, period="2022")
    section = dependents(found, lake, {}, largest_goods(found, lake))
    assert section is not None
    assert "…" not in _bars_of(section).draw(name="wide", alt_text="x")


def test_of_a_single_code_nothing_is_said_to_be_most(lake: Lake) -> None:
    keys = {"goods": "850511", "period": "2022"}
    assert (
        largest_goods(breakdown("import_share", "importer", lake, exporter="DEU", **keys), lake)
        == {}
    )
