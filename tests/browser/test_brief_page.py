"""The brief in headless Chromium: readable by everybody, on any screen, and on paper."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect
from tests.made_comtrade import CHINA, GERMANY, USA, row, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

    from entrepot.report.parts import Section

CLAIMS = Path(__file__).resolve().parents[2] / "examples" / "russia-china-dependence.yaml"


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Briefs: with evidence and claims, about which nothing is held, and with inputs alone."""
    from entrepot.lake import Lake
    from entrepot.report import brief, write

    folder = tmp_path_factory.mktemp("pages")
    lake = Lake.open(folder / "no-lake")
    full = brief("RUS", "CHN", "chpl", lake=lake, claims=CLAIMS)
    bare = brief("NPL", "CHN", "chpl", lake=lake)
    inputs = brief("BRA", "DEU", "chpl", lake=lake)
    two_sided = replace(bare, sections=(_two_reports(folder),))
    return {
        "two-sided": write(two_sided, folder / "two-sided.html"),
        "full": write(full, folder / "full.html"),
        "bare": write(bare, folder / "bare.html"),
        "inputs": write(inputs, folder / "inputs.html"),
    }


def _two_reports(folder: Path) -> Section:
    """What others than Kazakhstan report to send to Germany, and Germany to get, in two years."""
    from entrepot.lake import Lake
    from entrepot.model.period import Period
    from entrepot.report.brief_context import BriefContext, Subject
    from entrepot.report.sections import reporting_gaps

    rows = [
        row(value, period=year, flow=flow, reporter=one, partner=other)
        for year in (2021, 2022)
        for seller in (CHINA, USA)
        for value, flow, one, other in (
            (5e8 + year + seller, "X", seller, GERMANY),
            (2e6, "M", GERMANY, seller),
        )
    ]
    (folder / "made.csv").write_text(text_of(rows), encoding="utf-8")
    lake = Lake.open(folder / "lake")
    lake.add("comtrade", [folder / "made.csv"])
    about = Subject("DEU", "KAZ", "chpl", Period.parse(2022), fixed=True)
    with lake.reading():
        found = reporting_gaps.section(BriefContext(lake), about)
    assert found is not None
    assert found.table is not None
    assert found.table.head[:3] == ("Good", "From", "Year")
    return found


PHONE, TABLET, DESKTOP = 360, 768, 1440
SCREENS = ((PHONE, "light"), (DESKTOP, "dark"))
"""Each width and each scheme once: colours do not depend on the width, nor places on the scheme."""
WIDTHS = (PHONE, TABLET, DESKTOP)

LABELS = """() => [...document.querySelectorAll('svg.chart')]
  .filter(svg => svg.getBoundingClientRect().width > 0)
  .map(svg => {
    const outer = svg.getBoundingClientRect();
    const box = node => { const r = node.getBoundingClientRect();
      return {text: node.textContent, left: r.left - outer.left, right: r.right - outer.left,
              top: r.top - outer.top, bottom: r.bottom - outer.top}; };
    return {name: svg.getAttribute('aria-label').slice(0, 50), width: outer.width,
            height: outer.height, labels: [...svg.querySelectorAll('text')].map(box)};
  })"""


@contextmanager
def opened(browser: Browser, path: Path, width: int = DESKTOP, **how: Any) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": width, "height": 900}, **how)
    try:
        page.goto(path.as_uri())
        yield page
    finally:
        page.close()


def violations(page: Page) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    if not page.evaluate("'axe' in window"):  # half a megabyte, which a page reads once
        page.evaluate(Axe().axe_script)
    found = page.evaluate("axe.run({resultTypes: ['violations']})")
    assert found["passes"]
    return [
        f"{item['id']}: {json.dumps([node['target'] for node in item['nodes']])[:300]}"
        for item in found["violations"]
    ]


@pytest.mark.parametrize(("width", "scheme"), SCREENS)
def test_axe_finds_no_violation(
    browser: Browser, pages: dict[str, Path], width: int, scheme: str
) -> None:
    with opened(browser, pages["full"], width, color_scheme=scheme) as page:
        page.evaluate("document.querySelectorAll('details').forEach(node => node.open = true)")
        assert violations(page) == []


@pytest.mark.parametrize("name", ["bare", "inputs", "two-sided"])
def test_axe_finds_no_violation_where_little_is_held(
    browser: Browser, pages: dict[str, Path], name: str
) -> None:
    with opened(browser, pages[name], PHONE) as page:
        assert violations(page) == []


def test_axe_would_notice(browser: Browser, pages: dict[str, Path]) -> None:
    with opened(browser, pages["bare"]) as page:
        page.evaluate("document.querySelector('h1').style.color = '#eeeeee'")
        assert any(line.startswith("color-contrast") for line in violations(page))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", ["full", "bare", "inputs", "two-sided"])
def test_the_page_never_scrolls_sideways(
    browser: Browser, pages: dict[str, Path], width: int, name: str
) -> None:
    with opened(browser, pages[name], width) as page:
        page.evaluate("document.querySelectorAll('details').forEach(node => node.open = true)")
        assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize(("name", "count"), [("full", 6), ("inputs", 2)])
def test_labels_stay_inside_and_apart(
    browser: Browser, pages: dict[str, Path], width: int, name: str, count: int
) -> None:
    with opened(browser, pages[name], width) as page:
        charts = page.evaluate(LABELS)
    assert len(charts) == count
    for chart in charts:
        labels = chart["labels"]
        assert labels
        for label in labels:
            inside = label["left"] >= -1 and label["right"] <= chart["width"] + 1
            inside = inside and label["top"] >= -2 and label["bottom"] <= chart["height"] + 2
            assert inside, (chart["name"], label)
        for place, one in enumerate(labels):
            for other in labels[place + 1 :]:
                apart = (
                    one["right"] <= other["left"] + 1
                    or other["right"] <= one["left"] + 1
                    or one["bottom"] <= other["top"] + 4  # line boxes are taller than letters
                    or other["bottom"] <= one["top"] + 4
                )
                assert apart, (chart["name"], one["text"], other["text"])


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_one_of_two_drawings_is_shown_and_read(
    browser: Browser, pages: dict[str, Path], width: int
) -> None:
    with opened(browser, pages["full"], width) as page:
        shown = page.evaluate(
            "[...document.querySelectorAll('svg.chart')].map(svg => "
            "[svg.classList.contains('wide'), getComputedStyle(svg).display !== 'none'])"
        )
    assert len(shown) == 12
    assert all(visible is (wide is (width > 700)) for wide, visible in shown)


def test_nothing_is_asked_from_outside(browser: Browser, pages: dict[str, Path]) -> None:
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(pages["full"].as_uri())
    page.wait_for_load_state("networkidle")
    page.close()
    assert asked == [pages["full"].as_uri()]


def test_the_page_works_without_scripts(browser: Browser, pages: dict[str, Path]) -> None:
    with opened(browser, pages["full"], java_script_enabled=False) as page:
        assert page.locator("h1").inner_text().startswith("Russia")
        page.locator("#goods summary").click()
        page.locator("#goods details table").wait_for()


def test_a_caveat_link_arrives_at_its_caveat(browser: Browser, pages: dict[str, Path]) -> None:
    with opened(browser, pages["full"]) as page:
        link = page.locator(".card .see").first
        wanted = link.get_attribute("href") or ""
        link.click()
        expect(page.locator(":target")).to_have_id(wanted.removeprefix("#"))


def test_the_keyboard_reaches_tables_and_links(browser: Browser, pages: dict[str, Path]) -> None:
    with opened(browser, pages["full"]) as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"


def test_it_prints_with_the_arithmetic_opened(browser: Browser, pages: dict[str, Path]) -> None:
    with opened(browser, pages["full"], 794) as page:
        data = page.pdf(prefer_css_page_size=True, print_background=True)
        page.emulate_media(media="print")
        sums = page.locator(".claims .sums").first
        assert sums.bounding_box() is not None
        heights = page.evaluate(
            "[...document.querySelectorAll('.claims .sums')]"
            ".map(node => node.getBoundingClientRect().height)"
        )
        hidden = page.evaluate(
            "[...document.querySelectorAll('details.data')].every("
            "node => getComputedStyle(node).display === 'none')"
        )
        wide = page.evaluate("getComputedStyle(document.querySelector('svg.wide')).display")
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert data.startswith(b"%PDF")
    assert heights
    assert min(heights) > 10
    assert hidden
    assert wide == "block"
    assert ground == "rgb(255, 255, 255)"


def test_dark_readers_print_on_white(browser: Browser, pages: dict[str, Path]) -> None:
    with opened(browser, pages["full"], 794, color_scheme="dark") as page:
        page.emulate_media(media="print", color_scheme="dark")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == (
            "rgb(255, 255, 255)"
        )
