"""The page of a scenario in headless Chromium: readable by everybody, on a phone too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.browser.test_brief_page import DESKTOP, PHONE, SCREENS, TABLET, opened, violations

from entrepot.figures.scenario import evaluate_scenario, parse_scenario
from entrepot.lake import Lake
from entrepot.report.scenario_page import write_scenarios
from made_icio import made_up, text_of, written

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

LONG = "Westmediterraneanindustrialelectronics" * 3
FILE = """\
format: 1
title: {title}
period: 2022
cut: {{imposes: DEU+USA, target: RUS, instrument: {instrument}, sectors: [C26, C29]}}
economy: {{leak: 0.1, friction: {{take: 0.3, also: [0.6]}}, inputs: 0.5, outer: 0.5}}
extraction: {{replaced: {{others: 0.5, CHN: 0.2, not_replaced: 0.3}}}}
"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """One scenario, and two side by side, one of them with a long name."""
    folder = tmp_path_factory.mktemp("scenarios")
    table = made_up(5, ("CHN", "DEU", "HKG", "RUS", "USA"))
    for node in table.nodes:
        bought = sum(table.inputs.get((seller, node), 0.0) for seller in table.nodes)
        table.final[node] = round(table.final[node] + 1.5 * bought, 4)
    lake = Lake.open(folder / "lake")
    lake.add("icio", [written(folder, text_of(table))])
    found = [
        evaluate_scenario(parse_scenario(FILE.format(title=title, instrument=act)), lake)
        for title, act in (("Two stop selling", "export_ban"), (LONG, "embargo"))
    ]
    return {
        "one": write_scenarios(found[:1], folder / "one.html"),
        "two": write_scenarios(found, folder / "two.html"),
    }


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
@pytest.mark.parametrize("name", ["one", "two"])
def test_axe_finds_no_violation(
    browser: Browser, pages: dict[str, Path], name: str, width: int, scheme: str
) -> None:
    with opened(browser, pages[name], width, color_scheme=scheme) as page:
        assert violations(page) == []


@pytest.mark.parametrize("width", [PHONE, TABLET, DESKTOP])
@pytest.mark.parametrize("name", ["one", "two"])
def test_the_page_never_scrolls_sideways(
    browser: Browser, pages: dict[str, Path], name: str, width: int
) -> None:
    with opened(browser, pages[name], width) as page:
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator("svg.chart:visible").count() == (2 if name == "one" else 1)
