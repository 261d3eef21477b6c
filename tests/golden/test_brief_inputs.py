"""The part of a brief about imported inputs, and a page that has nothing else to show."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from entrepot.lake import Lake
from entrepot.model.display import range_text
from entrepot.report import brief
from entrepot.report.brief_context import BriefContext
from entrepot.report.compose import opening_in
from entrepot.report.parts import BriefSentence, plain
from entrepot.report.render_html import render_html
from entrepot.report.render_json import as_dict, render_json
from entrepot.report.render_markdown import render_markdown
from entrepot.sources.icio import wheel

if TYPE_CHECKING:
    from pathlib import Path

    from entrepot.report import Brief
    from entrepot.report.parts import Section

PAIRS = (("BRA", "DEU"), ("VNM", "KOR"))

pytestmark = pytest.mark.skipif(
    wheel.installed_file() is None, reason="needs the package sanction-simulator (extra icio)"
)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    return Lake.open(tmp_path_factory.mktemp("lake") / "nothing")


@pytest.fixture(scope="module")
def told(empty: Lake) -> dict[tuple[str, str], Brief]:
    return {pair: brief(*pair, lake=empty) for pair in PAIRS}


def inputs_of(page: Brief) -> Section:
    [section] = [section for section in page.sections if section.id == "inputs"]
    return section


@pytest.mark.parametrize("pair", PAIRS)
def test_both_ways_with_sectors_origins_and_source(
    told: dict[tuple[str, str], Brief], pair: tuple[str, str]
) -> None:
    section = inputs_of(told[pair])
    assert isinstance(section.title, BriefSentence)
    assert section.title.text.endswith("imported in 2022")
    assert section.title.caveats == ("input-output",)
    assert section.picture is not None
    groups = section.picture.drawn.groups
    assert len(groups) == 2
    for _, bars in groups:
        shares = [bar.value for bar in bars]
        assert shares == sorted(shares, reverse=True)
        assert all(0 < share <= 100 for share in shares)
    assert section.table is not None
    drawn = [bar.text for _, bars in groups for bar in bars]
    assert [row[2] for row in section.table.rows] == drawn
    assert [note.title for note in section.notes] == [
        "Both directions",
        "Where inputs come from",
        "How to read it",
    ]
    assert "SHA-256" not in str(section.source)


def test_a_page_without_anything_else_is_built_on_inputs(
    told: dict[tuple[str, str], Brief],
) -> None:
    page = told["BRA", "DEU"]
    assert page.title == "Brazil’s dependence on Germany for inputs"
    assert len(page.answer) == 2
    first = plain(page.answer[0].text)
    assert first.startswith("In 2022 industries of Germany made ")
    assert "other defensible definitions give" in first
    second = page.answer[1].text
    assert second.endswith("cannot be computed: no loaded data have it (see Data gaps).")
    assert "entrepot data" not in "".join(one.text for one in page.answer)
    assert [card.figure.definition.measure for card in page.cards] == [
        "import_share",
        "value",
        "import_share",
        "import_share",
        "asymmetry",
    ]
    assert all(card.tag == "computed" and card.value != "–" for card in page.cards)
    assert page.cards[2].figure.definition.sector
    assert [section.id for section in page.sections] == ["inputs", "cut_off", "gaps"]
    cost = page.sections[1]
    assert cost.picture is not None
    ((_, rungs),) = cost.picture.drawn.groups
    low, value, high = (end / 100 for end in (rungs[0].low, rungs[0].value, rungs[0].high))
    lost = range_text(low, high, "share", value=value)
    assert f"would lose {lost} of its output" in cost.title.text
    assert any("by year" in gap.why for gap in page.sections[-1].gaps)
    assert [item.id for item in page.caveats] == ["input-output"]
    assert any("Input-Output" in term.name for term in page.sources)
    assert "--goods inputs" in page.commands[0].line


def test_goods_that_were_asked_for_and_are_not_known_are_in_the_title(empty: Lake) -> None:
    page = opening_in(BriefContext(empty), "BRA", "DEU", "chpl", None)
    assert page is not None
    assert page.title == "No data on Brazil’s imports of high-priority goods from Germany"
    first, second = (one.text for one in page.answer)
    assert first.startswith(
        "Germany’s share of the high-priority goods that Brazil imported cannot"
    )
    assert "in all inputs of industries, not in these goods: in 2022 industries of" in second
    assert [card.figure.definition.goods for card in page.cards[:2]] == ["chpl", "inputs"]
    assert page.cards[0].tag == "missing"


def test_the_title_says_what_is_on_the_page(empty: Lake) -> None:
    """Where a share of the goods is in print, inputs are a section among others."""
    page = brief("RUS", "CHN", "chpl", lake=empty)
    assert "high-priority goods" in page.title
    ids = [section.id for section in page.sections]
    assert ids.index("weights") < ids.index("inputs") < ids.index("gaps")
    assert "inputs" not in page.answer[0].text
    assert "input-output" in {item.id for item in page.caveats}
    assert any(command.what == "the share of inputs" for command in page.commands)


def test_every_renderer_says_the_same(told: dict[tuple[str, str], Brief]) -> None:
    page = told["VNM", "KOR"]
    text, data = render_markdown(page), json.loads(render_json(page))
    html = render_html(page)
    title = inputs_of(page).title.text
    assert f"## {title}" in text
    assert title in [section["title"] for section in data["sections"]]
    assert 'id="inputs"' in html
    assert html.count('svg class="chart') == 4  # inputs and the cut-off, wide and narrow
    table = next(s["table"] for s in data["sections"] if s["id"] == "inputs")
    assert table["columns"] == ["Buying sector", "From", "Share", "Value"]
    for row in table["rows"]:
        assert row[2] in text
        assert re.fullmatch(r"[\d,]+(\.\d)?", row[3])


def test_every_figure_can_be_asked_again(told: dict[tuple[str, str], Brief], empty: Lake) -> None:
    from entrepot.figures import ask

    for figure in as_dict(told["VNM", "KOR"])["figures"]:
        keys = {name: value for name, value in figure["definition"].items() if value is not None}
        again = ask(keys.pop("measure"), lake=empty, **keys)
        assert (again.value, again.low, again.high) == (
            figure["value"],
            figure["low"],
            figure["high"],
        )


def test_an_economy_outside_the_tables_has_a_gap_and_no_section(empty: Lake) -> None:
    page = brief("KGZ", "CHN", lake=empty)
    assert "inputs" not in [section.id for section in page.sections]
    gaps = next(section for section in page.sections if section.id == "gaps").gaps
    [gap] = [gap for gap in gaps if "Imported inputs" in f"{gap.what} {gap.why}"]
    assert "no entry of its own for Kyrgyzstan" in gap.why
    assert gap.command == ""


def test_without_the_package_the_page_says_how_to_get_it(
    empty: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wheel, "installed_file", lambda: None)
    page = brief("BRA", "DEU", lake=empty)
    gaps = next(section for section in page.sections if section.id == "gaps").gaps
    [gap] = [gap for gap in gaps if "Imported inputs" in f"{gap.what} {gap.why}"]
    assert gap.command == "pip install 'entrepot[icio]'"
    assert all(card.value == "–" for card in page.cards)


def test_a_fixed_year_takes_the_newest_before_it(empty: Lake) -> None:
    page = brief("BRA", "DEU", period=2024, lake=empty)
    assert "2022" in inputs_of(page).title.text


def test_nothing_is_written(empty: Lake, tmp_path: Path) -> None:
    assert not empty.path.exists()


@pytest.mark.parametrize("pair", PAIRS)
def test_each_way_names_the_share_that_its_range_is_of(
    told: dict[tuple[str, str], Brief], pair: tuple[str, str]
) -> None:
    """A range beside the share of all inputs alone read as one of that."""
    [both] = [note for note in inputs_of(told[pair]).notes if note.title == "Both directions"]
    for item in both.body[:2]:
        assert isinstance(item, BriefSentence)
        part, total, share = item.evidence
        assert share.value == pytest.approx(part.value / total.value)
        said = re.search(
            r"or ([\d.]+)\s%\. With domestic inputs in the total, the share is", item.text
        )
        assert said is not None
        places = len(said[1].partition(".")[2])
        assert float(said[1]) == pytest.approx(100 * share.value, abs=0.51 * 10**-places)
        assert "Over all definitions, the share is" in item.text
