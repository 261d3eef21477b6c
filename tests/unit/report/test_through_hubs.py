"""Possible rerouting via third countries on a page: a planted hub, a chain of two, a gap."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests.made_hubs import CHIPS, TRADE
from tests.made_hubs import lake as made

from entrepot.figures import Figure
from entrepot.model.period import Period
from entrepot.report import brief
from entrepot.report.brief_context import BriefContext, Subject
from entrepot.report.parts import BriefSentence, plain
from entrepot.report.render_html import render_html
from entrepot.report.render_markdown import render_markdown
from entrepot.report.sections import supplier_changes, third_countries

if TYPE_CHECKING:
    from pathlib import Path

    from entrepot.lake import Lake
    from entrepot.report.parts import Section

pytestmark = pytest.mark.slow

SUBJECT = Subject("RUS", "DEU", "854231", Period.parse(2022), fixed=True)


@pytest.fixture(scope="module")
def part(tmp_path_factory: pytest.TempPathFactory) -> Section:
    return _of(made(tmp_path_factory.mktemp("hubs")))


def _of(lake: Lake) -> Section:
    book = BriefContext(lake)
    part = third_countries.section(book, SUBJECT, supplier_changes.changed(book, SUBJECT))
    assert part is not None
    return part


def test_the_hub_is_named_with_its_bounds(part: Section) -> None:
    assert part.table is not None
    rows = {row[0]: row for row in part.table.rows}
    # 500 more came in, 400 more went out; what others may have sold, and a doubling, come off.
    assert rows["Kyrgyzstan"][1:6] == ("500,000", "400,000", "400,000", "200,000", "400,000")
    assert part.table.caption == "Possible rerouting via each hub alone, USD"
    assert isinstance(part.title, BriefSentence)
    assert "may have been rerouted via third countries" in plain(part.title.text)
    assert {figure.definition.measure for figure in part.title.evidence} == {"rerouted"}
    asked = part.title.evidence[0].definition
    assert (asked.exporter, asked.hubs) == ("DEU", "CHN+KGZ")


def test_the_picture_has_parts_of_what_was_bought(part: Section) -> None:
    assert part.picture is not None
    ((_, rungs),) = part.picture.drawn.groups
    (hub,) = [rung for rung in rungs if rung.name == "Kyrgyzstan"]
    assert (hub.low, hub.value, hub.high) == pytest.approx(
        (20_000 / 510, 40_000 / 510, 40_000 / 510)
    )


def test_an_alarm_is_set_against_placebos(part: Section) -> None:
    notes = {note.title: note for note in part.notes}
    said = [plain(one.text) for one in notes["Placebo tests of the alarm"].body]
    assert said[0] == "Kyrgyzstan: stands: no alarm in 1 placebo."
    assert said[1].startswith("2021 no alarm")
    assert said[2].startswith("Everyday goods not known")


def test_every_format_has_it(tmp_path: Path, part: Section) -> None:
    page = brief("RUS", "DEU", "854231", 2022, lake=made(tmp_path))
    [told] = [one for one in page.sections if one.id == "through_hubs"]
    assert (told.title, told.table) == (part.title, part.table)
    for text in (render_html(page), render_markdown(page)):
        assert "Possible rerouting via third countries" in text
        assert "Kyrgyzstan" in text


def test_the_title_and_the_source_say_what_the_numbers_rest_on(part: Section) -> None:
    assert isinstance(part.title, BriefSentence)
    [figure] = part.title.evidence
    assert isinstance(figure, Figure)
    assert {"rerouting", "partial-source"} <= set(part.title.caveats)
    assert set(part.title.caveats) == {item.id for item in figure.caveats}
    told = "".join(str(piece) for piece in part.source)
    assert told.startswith("Source: CEPII BACI V202601; ")
    assert figure.evidence[0].snapshot not in told  # a hash names nothing to a reader


def test_a_chain_counts_in_the_last_row_and_the_title_alone(tmp_path: Path) -> None:
    """Germany's chips go to Georgia, on to Kyrgyzstan, and from there to Russia."""
    trade = TRADE | {
        ("DEU", "GEO", CHIPS): (10, 510),
        ("GEO", "KGZ", CHIPS): (4, 454),
        ("DEU", "KGZ", CHIPS): (2, 3),
        ("GEO", "RUS", CHIPS): (4, 20),
        ("CHN", "RUS", CHIPS): (500, 500),
        ("CHN", "KGZ", CHIPS): (5, 5),
    }
    part = _of(made(tmp_path, trade))
    assert part.table is not None
    georgia, kyrgyzstan, together = part.table.rows
    # Each alone passes on no more than it bought of Germany or sold to Russia beyond the path.
    assert (georgia[0], *georgia[4:6]) == ("Georgia", "8,000", "16,000")
    assert (kyrgyzstan[0], *kyrgyzstan[4:6]) == ("Kyrgyzstan", "0", "1,000")
    # By way of both, all that they sold Russia beyond the path: 16 and 400 thousand.
    assert together == (
        "All hubs, chains included", "501,000", "416,000", "17,000", "8,000", "416,000", ""
    )  # fmt: skip
    said = [plain(one.text).replace("\u00a0", " ") for note in part.notes for one in note.body]
    assert (
        "At most, if all had taken one route: USD 17,000 through one hub each and USD 400,000 "
        "through "
        "two in a row."
    ) in said
    title = plain(part.title.text).replace("\u00a0", " ")
    assert title == "USD 8,000 to 420,000 may have been rerouted via third countries in 2022"
    assert part.picture is not None
    assert part.picture.alt_text.startswith("Possible pass-through of each hub alone, ")


def test_one_hub_has_no_row_of_chains(tmp_path: Path) -> None:
    trade = {key: values for key, values in TRADE.items() if key[0] != "CHN"}
    part = _of(made(tmp_path, trade))
    assert part.table is not None
    assert [row[0] for row in part.table.rows] == ["Kyrgyzstan"]
    [how] = [note for note in part.notes if note.title == "How to read it"]
    assert "chains" not in how.body[0].text


def test_what_is_not_held_is_a_gap(tmp_path: Path) -> None:
    book = BriefContext(made(tmp_path))
    changed = supplier_changes.changed(book, SUBJECT)
    later = replace(changed, definition=changed.definition.but(period=Period.parse(2030)))
    part = third_countries.section(book, SUBJECT, later)
    assert part is not None
    assert part.table is None
    assert part.gap is not None
    assert part.gap.what == "trade that may have reached Russia via China and Kyrgyzstan"
    assert "without 2030" in part.gap.why


def test_one_who_fell_silent_did_not_sell_less(tmp_path: Path) -> None:
    silent = made(tmp_path, TRADE | {("USA", "RUS", CHIPS): (2000, 0)})
    part = _of(silent)
    assert isinstance(part.title, BriefSentence)
    assert part.title.evidence[0].definition.exporter == "DEU"
    assert "Goods of suppliers that sold less (Germany) via" in part.deck


def test_a_share_of_all_goods_that_leapt_is_no_hub_and_is_named(tmp_path: Path) -> None:
    """Kyrgyzstan goes from under one to a third: of chips a hub, of all goods a doubt."""
    book = BriefContext(made(tmp_path))
    changed = supplier_changes.changed(book, SUBJECT)
    assert third_countries._sides(changed) == (["DEU"], ["CHN", "KGZ"], [])
    every = replace(changed, definition=changed.definition.but(goods="all"))
    assert third_countries._sides(every) == (["DEU"], ["CHN"], ["KGZ"])
    title = _of(made(tmp_path / "again")).title
    assert isinstance(title, BriefSentence)
    [figure] = title.evidence
    assert isinstance(figure, Figure)
    for doubted, count in (["KGZ"], 1), ([], 0):
        notes = list(third_countries._notes(figure, every, doubted))
        [*left] = [note for note in notes if note.title == "Excluded as hubs"]
        assert len(left) == count
        assert all("Kyrgyzstan: the share" in note.body[0].text for note in left)


def test_no_section_where_nobody_lost(tmp_path: Path) -> None:
    book, calm = BriefContext(made(tmp_path)), replace(SUBJECT, importer="GEO")
    changed = supplier_changes.changed(book, calm)
    assert third_countries.section(book, calm, changed) is None
