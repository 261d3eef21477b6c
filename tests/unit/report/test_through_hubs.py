"""Through whom it comes, on a page: a hub that was planted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.made_hubs import CHIPS, TRADE
from tests.made_hubs import lake as made

from entrepot.report import brief
from entrepot.report.parts import Sentence, plain
from entrepot.report.render_html import render_html
from entrepot.report.render_markdown import render_markdown

if TYPE_CHECKING:
    from pathlib import Path

    from entrepot.report import Brief
    from entrepot.report.parts import Section


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Brief:
    held = made(tmp_path_factory.mktemp("hubs"))
    return brief("RUS", "DEU", "854231", 2022, lake=held)


def _part(page: Brief) -> Section:
    return next(one for one in page.sections if one.id == "through_hubs")


def test_the_hub_is_named_with_its_bounds(page: Brief) -> None:
    part = _part(page)
    assert part.table is not None
    rows = {row[0]: row for row in part.table.rows}
    # 500 more came in, 400 more went out; what others may have sold, and a doubling, come off.
    assert rows["Kyrgyzstan"][1:6] == ("0.5", "0.4", "0.4", "0.2", "0.4")
    assert isinstance(part.title, Sentence)
    assert "came through others" in plain(part.title.text)
    assert {figure.definition.measure for figure in part.title.carried} == {"rerouted"}
    asked = part.title.carried[0].definition
    assert (asked.exporter, asked.hubs) == ("DEU", "CHN+KGZ")


def test_the_picture_has_parts_of_what_was_bought(page: Brief) -> None:
    part = _part(page)
    assert part.picture is not None
    ((_, rungs),) = part.picture.drawn.groups
    (hub,) = [rung for rung in rungs if rung.name == "Kyrgyzstan"]
    assert (hub.low, hub.value, hub.high) == pytest.approx(
        (20_000 / 510, 40_000 / 510, 40_000 / 510)
    )


def test_every_format_has_it(page: Brief) -> None:
    for text in (render_html(page), render_markdown(page)):
        assert "Through whom it comes" in text
        assert "Kyrgyzstan" in text


def test_one_who_fell_silent_did_not_sell_less(tmp_path: Path) -> None:
    silent = made(tmp_path, TRADE | {("USA", "RUS", CHIPS): (2000, 0)})
    part = _part(brief("RUS", "CHN", "854231", 2022, lake=silent))
    assert isinstance(part.title, Sentence)
    assert part.title.carried[0].definition.exporter == "DEU"
    assert "Goods of those who sold less (Germany) by" in part.deck


def test_no_section_where_nobody_lost(tmp_path: Path) -> None:
    held = made(tmp_path)
    calm = brief("GEO", "DEU", "854231", 2022, lake=held)
    assert all(one.id != "through_hubs" for one in calm.sections)
